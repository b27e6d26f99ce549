//! Which strategies are worth choosing between.

use crate::Status;

/// The mean cost and the mean effect of a strategy.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Strategy {
    /// Mean cost.
    pub cost: Option<f64>,
    /// Mean effect.
    pub effect: Option<f64>,
}

/// Where a strategy lies among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The best that can be had for its cost.
    Frontier,
    /// Another does as much or more, and costs as much or less.
    Dominated,
    /// Two others, each given to some of the people, together do as much for less.
    ExtendedDominated,
}

impl Place {
    /// The word that SQL shows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Frontier => "frontier",
            Self::Dominated => "dominated",
            Self::ExtendedDominated => "extended_dominated",
        }
    }
}

/// What is said of one strategy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrontierRow {
    /// Where it lies; missing with the status of the answer.
    pub place: Option<Place>,
    /// On the frontier: what one more outcome costs than with the next cheaper strategy there. The
    /// cheapest has none.
    pub icer: Option<f64>,
    /// `ok`, or why nothing can be said.
    pub status: Status,
}

/// Finds the strategies that no other and no mix of others beats.
///
/// # Definition
/// The lower right edge of the convex hull of effects and costs, from the cheapest on. A strategy
/// is dominated when another is at least as good in both and better in one. Of the rest, one is
/// dominated by extension when its ratio to the strategy before it is above that of the strategy
/// after it to itself.
///
/// # Arguments
/// Mean cost and mean effect per strategy, in any order.
///
/// # Returns
/// One row per strategy, in the order given. Along the frontier the ratios rise. Strategies that
/// are equal in both share a place.
///
/// # Nulls
/// `incomplete_strata` for all when any cost or effect is missing: a frontier without one of the
/// strategies may name the wrong ones. `undefined` for all when one is infinite or NaN.
///
/// # Interpretation
/// With a worth per outcome of `lambda`, choose the last strategy of the frontier whose ratio is at
/// most `lambda`.
///
/// # Limits
/// Means without their errors: how sure the order is, is for
/// [`incremental_net_monetary_benefit`](super::incremental_net_monetary_benefit) to say.
///
/// # References
/// Karlsson and Johannesson, 1996, "The decision rules of cost-effectiveness analysis",
/// PharmacoEconomics, doi:10.2165/00019053-199609020-00004.
pub fn cost_effectiveness_frontier(strategies: &[Strategy]) -> Vec<FrontierRow> {
    let row = |place, icer, status| FrontierRow {
        place,
        icer,
        status,
    };
    let known = strategies.iter().map(|s| s.effect.zip(s.cost));
    let Some(points) = known.collect::<Option<Vec<(f64, f64)>>>() else {
        return vec![row(None, None, Status::IncompleteStrata); strategies.len()];
    };
    let is_finite = |(effect, cost): &(f64, f64)| effect.is_finite() && cost.is_finite();
    if !points.iter().all(is_finite) {
        return vec![row(None, None, Status::Undefined); strategies.len()];
    }
    let undominated = undominated(&points);
    let hull = hull(&undominated);
    let rows = points
        .iter()
        .map(|point| match hull.iter().position(|on| on == point) {
            Some(0) => row(Some(Place::Frontier), None, Status::Ok),
            Some(i) => row(
                Some(Place::Frontier),
                Some(ratio(hull[i - 1], hull[i])),
                Status::Ok,
            ),
            None if undominated.contains(point) => {
                row(Some(Place::ExtendedDominated), None, Status::Ok)
            }
            None => row(Some(Place::Dominated), None, Status::Ok),
        });
    rows.collect()
}

/// The points that no other dominates, each once, by rising cost and so by rising effect.
fn undominated(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut sorted = points.to_vec();
    // The cheapest first; of equally cheap ones the best first.
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1).then(b.0.total_cmp(&a.0)));
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for point in sorted {
        if kept.last().is_none_or(|last| point.0 > last.0) {
            kept.push(point);
        }
    }
    kept
}

/// Of them, those along which the ratio rises.
fn hull(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut hull: Vec<(f64, f64)> = Vec::new();
    for &point in points {
        while let [.., before, last] = hull[..] {
            if ratio(before, last) <= ratio(last, point) {
                break;
            }
            hull.pop();
        }
        hull.push(point);
    }
    hull
}

/// What one more outcome costs between two points.
fn ratio(from: (f64, f64), to: (f64, f64)) -> f64 {
    (to.1 - from.1) / (to.0 - from.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(points: &[(f64, f64)]) -> Vec<(&'static str, Option<f64>)> {
        let strategies: Vec<_> = points
            .iter()
            .map(|(cost, effect)| Strategy {
                cost: Some(*cost),
                effect: Some(*effect),
            })
            .collect();
        let rows = cost_effectiveness_frontier(&strategies);
        rows.iter()
            .map(|row| (row.place.unwrap().as_str(), row.icer))
            .collect()
    }

    #[test]
    fn ratios_rise_along_the_frontier() {
        // A: reference. B: 10 per outcome. C: 100 per outcome from B, 40 for D from B. E: as B,
        // dearer.
        let rows = places(&[
            (0.0, 0.0),
            (100.0, 10.0),
            (200.0, 11.0),
            (300.0, 15.0),
            (110.0, 10.0),
        ]);
        assert_eq!(
            rows,
            [
                ("frontier", None),
                ("frontier", Some(10.0)),
                ("extended_dominated", None),
                ("frontier", Some(40.0)),
                ("dominated", None),
            ]
        );
    }

    #[test]
    fn extension_reaches_back_over_several() {
        let rows = places(&[(0.0, 0.0), (50.0, 1.0), (95.0, 2.0), (120.0, 10.0)]);
        let expected = [
            ("frontier", None),
            ("extended_dominated", None),
            ("extended_dominated", None),
            ("frontier", Some(12.0)),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn equal_strategies_share_a_place_in_any_order() {
        let rows = places(&[(100.0, 10.0), (0.0, 0.0), (100.0, 10.0), (0.0, -1.0)]);
        let expected = [
            ("frontier", Some(10.0)),
            ("frontier", None),
            ("frontier", Some(10.0)),
            ("dominated", None),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn one_that_is_not_known_leaves_all_unsaid() {
        let known = Strategy {
            cost: Some(1.0),
            effect: Some(1.0),
        };
        let rows = cost_effectiveness_frontier(&[known, Strategy::default()]);
        assert!(
            rows.iter()
                .all(|row| row.status == Status::IncompleteStrata)
        );
        assert!(rows.iter().all(|row| row.place.is_none()));
        assert!(cost_effectiveness_frontier(&[]).is_empty());
        let wrong = Strategy {
            cost: Some(f64::NAN),
            effect: Some(1.0),
        };
        let rows = cost_effectiveness_frontier(&[known, wrong]);
        assert!(rows.iter().all(|row| row.status == Status::Undefined));
        assert!(rows.iter().all(|row| row.place.is_none()));
    }
}
