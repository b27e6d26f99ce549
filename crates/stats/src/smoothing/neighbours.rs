//! Which areas lie beside which.

use std::collections::BTreeMap;

use crate::{Error, Status};

/// An area and those beside it, by name. `None` is NULL.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place<'a> {
    /// Its name.
    pub area: Option<&'a str>,
    /// The names of its neighbours; none for an island.
    pub neighbours: Option<Vec<&'a str>>,
}

/// Which areas lie beside which.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    /// The index given of each area, in the order of their names.
    order: Vec<usize>,
    /// The neighbours of each area, all in the order of their names.
    lists: Vec<Vec<usize>>,
}

impl Neighbours {
    /// Neighbours from the list of each area; or why there is no answer: a name or a list is NULL,
    /// or a list names an area that is not there. A measure over part of a map would take the cut
    /// for a coast, so an area that is missing is said and not left out.
    ///
    /// A name that a list holds twice counts once. Lists may be one-sided.
    ///
    /// # Errors
    /// An area is there twice, or its own neighbour.
    pub fn try_new(places: &[Place<'_>]) -> Result<Result<Self, Status>, Error> {
        let mut names = BTreeMap::new();
        for (index, place) in places.iter().enumerate() {
            let Some(area) = place.area else {
                return Ok(Err(Status::IncompleteStrata));
            };
            if names.insert(area, index).is_some() {
                return Err(Error::argument("area", "one row per area", area));
            }
        }
        let place: BTreeMap<&str, usize> = names.keys().copied().zip(0..).collect();
        let mut complete = true;
        let mut lists = Vec::with_capacity(places.len());
        for (&area, &index) in &names {
            let mut list = Vec::new();
            for &name in places[index].neighbours.iter().flatten() {
                match place.get(name) {
                    Some(_) if name == area => {
                        let expected = "areas other than the area itself";
                        return Err(Error::argument("neighbours", expected, area));
                    }
                    Some(neighbour) => list.push(*neighbour),
                    None => complete = false,
                }
            }
            complete &= places[index].neighbours.is_some();
            list.sort_unstable();
            list.dedup();
            lists.push(list);
        }
        let order = names.into_values().collect();
        Ok(match complete {
            true => Ok(Self { order, lists }),
            false => Err(Status::IncompleteStrata),
        })
    }

    /// How many areas there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// How many areas have no neighbours.
    pub fn n_isolates(&self) -> usize {
        self.lists.iter().filter(|list| list.is_empty()).count()
    }

    /// The neighbours of each area, all in the order of their names.
    pub(super) fn lists(&self) -> &[Vec<usize>] {
        &self.lists
    }

    /// Values of the areas, in the order of their names.
    pub(super) fn arrange<T: Copy>(&self, values: &[T]) -> Vec<T> {
        self.order.iter().map(|&index| values[index]).collect()
    }

    /// Values of the areas, back in the order that the areas were given in.
    pub(super) fn restore<T: Copy>(&self, values: &[T]) -> Vec<T> {
        let mut given: Vec<(usize, T)> = self
            .order
            .iter()
            .copied()
            .zip(values.iter().copied())
            .collect();
        given.sort_unstable_by_key(|(index, _)| *index);
        given.into_iter().map(|(_, value)| value).collect()
    }

    /// Whether these are the neighbours of so many values.
    ///
    /// # Errors
    /// They are not.
    pub(super) fn check(&self, values: usize) -> Result<(), Error> {
        match values == self.len() {
            true => Ok(()),
            false => Err(Error::argument(
                "neighbours",
                "one list per value",
                self.len(),
            )),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Areas from `area: neighbours` with spaces between.
    pub(in super::super) fn neighbours(lines: &[&'static str]) -> Neighbours {
        Neighbours::try_new(&places(lines)).unwrap().unwrap()
    }

    fn places(lines: &[&'static str]) -> Vec<Place<'static>> {
        let place = |line: &&'static str| {
            let (area, list) = line.split_once(':').unwrap();
            Place {
                area: Some(area),
                neighbours: Some(list.split_whitespace().collect()),
            }
        };
        lines.iter().map(place).collect()
    }

    #[test]
    fn areas_are_kept_in_the_order_of_their_names() {
        let found = neighbours(&["c: b", "a: b b", "b: c a", "d:"]);
        assert_eq!(found.lists(), [vec![1], vec![0, 2], vec![1], vec![]]);
        assert_eq!(found.arrange(&["c", "a", "b", "d"]), ["a", "b", "c", "d"]);
        assert_eq!(found.restore(&["a", "b", "c", "d"]), ["c", "a", "b", "d"]);
        assert_eq!((found.len(), found.n_isolates()), (4, 1));
    }

    #[test]
    fn what_is_missing_is_incomplete() {
        let incomplete = Ok(Err(Status::IncompleteStrata));
        assert_eq!(Neighbours::try_new(&places(&["a: b"])), incomplete);
        for hide in [
            |place: &mut Place<'_>| place.area = None,
            |place: &mut Place<'_>| place.neighbours = None,
        ] {
            let mut places = places(&["a: b", "b: a"]);
            hide(&mut places[1]);
            assert_eq!(Neighbours::try_new(&places), incomplete);
        }
    }

    #[test]
    fn an_area_twice_and_beside_itself_are_errors() {
        assert!(Neighbours::try_new(&places(&["a:", "a:"])).is_err());
        assert!(Neighbours::try_new(&places(&["a: a"])).is_err());
    }
}
