//! The place of each group on a scale from 0 to 1.

use crate::{Error, ExactSum};

/// A group with a place in an order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ranked {
    /// Its people.
    pub weight: Option<f64>,
    /// Where it comes in the order: lowest first, equal for groups that share a place.
    pub order: Option<f64>,
}

/// Places groups on a scale from 0 to 1 by their order: the share of people below, and half of
/// those in the same place.
///
/// # Definition
/// `(sum of w below + sum of w in the same place / 2) / sum of w`: the midpoint fractional rank
/// (ridit).
///
/// # Arguments
/// One row per group or person, with a weight of at least 0 and an order.
///
/// # Returns
/// One position per row from 0 to 1, in the order given. It does not depend on the order of rows.
///
/// # Nulls
/// `None` for all where any weight or order is NULL or no finite number, or all weights are 0: a
/// group that is left out moves all others.
///
/// # Interpretation
/// By custom the most disadvantaged come first: 0 is the very poorest, 1 the very richest. The
/// weighted mean of positions is one half.
///
/// # Limits
/// Positions are those of people inside the groups on average; how people differ inside a group is
/// not seen.
///
/// # Example
/// ```
/// use kohort_stats::grouping::{Ranked, rank_positions};
/// let group = |weight, order| Ranked { weight: Some(weight), order: Some(order) };
/// let groups = [group(30.0, 2.0), group(10.0, 1.0), group(60.0, 3.0)];
/// assert_eq!(rank_positions(&groups).unwrap(), [Some(0.25), Some(0.05), Some(0.7)]);
/// ```
///
/// # References
/// Bross, 1958, "How to use ridit analysis", Biometrics, doi:10.2307/2527727. Mackenbach and Kunst,
/// 1997, "Measuring the magnitude of socio-economic inequalities in health", Social Science &
/// Medicine, doi:10.1016/S0277-9536(96)00073-1.
///
/// # Errors
/// A negative weight.
pub fn rank_positions(rows: &[Ranked]) -> Result<Vec<Option<f64>>, Error> {
    if let Some(weight) = rows.iter().filter_map(|row| row.weight).find(|w| *w < 0.0) {
        return Err(Error::argument("weight", "a number of at least 0", weight));
    }
    let nowhere = vec![None; rows.len()];
    let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
    let mut known = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let (Some(weight), Some(order)) = (finite(row.weight), finite(row.order)) else {
            return Ok(nowhere);
        };
        // Without the sign of zero.
        known.push((order + 0.0, weight, index));
    }
    let total = ExactSum::from_parts(known.iter().map(|(_, weight, _)| *weight)).value();
    if total == 0.0 {
        return Ok(nowhere);
    }
    known.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut positions = nowhere;
    let mut below = ExactSum::default();
    for tied in known.chunk_by(|one, other| one.0 == other.0) {
        let here = ExactSum::from_parts(tied.iter().map(|(_, weight, _)| *weight));
        let mut middle = below.clone();
        middle.add(here.value() / 2.0);
        for (_, _, index) in tied {
            positions[*index] = Some(middle.value() / total);
        }
        below.merge(&here);
    }
    Ok(positions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows<const N: usize>(rows: [(f64, f64); N]) -> Vec<Ranked> {
        let row = |(weight, order)| Ranked {
            weight: Some(weight),
            order: Some(order),
        };
        rows.map(row).to_vec()
    }

    #[test]
    fn equal_orders_share_the_middle_and_the_mean_is_one_half() {
        let groups = rows([(2.0, 5.0), (1.0, -1.0), (3.0, 5.0), (4.0, 7.5)]);
        let positions = rank_positions(&groups).unwrap();
        assert_eq!(positions, [0.35, 0.05, 0.35, 0.8].map(Some));
        let weighted = groups.iter().zip(&positions);
        let mean: f64 = weighted
            .map(|(row, r)| row.weight.unwrap() * r.unwrap())
            .sum();
        assert!((mean / 10.0 - 0.5).abs() < 1e-15);
        assert_eq!(rank_positions(&rows([(9.0, 3.0)])), Ok(vec![Some(0.5)]));
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        let mut groups: Vec<Ranked> = (0..40)
            .map(|i| Ranked {
                weight: Some(0.1 * f64::from(i % 7)),
                order: Some(f64::from(i * 13 % 10)),
            })
            .collect();
        let there = rank_positions(&groups).unwrap();
        groups.reverse();
        let mut back = rank_positions(&groups).unwrap();
        back.reverse();
        assert_eq!(there, back);
    }

    #[test]
    fn one_missing_group_leaves_no_positions() {
        let mut groups = rows([(2.0, 1.0), (1.0, 2.0)]);
        groups[1].order = None;
        assert_eq!(rank_positions(&groups), Ok(vec![None, None]));
        assert_eq!(rank_positions(&rows([(0.0, 1.0)])), Ok(vec![None]));
        assert_eq!(rank_positions(&rows([(f64::NAN, 1.0)])), Ok(vec![None]));
        assert_eq!(rank_positions(&[]), Ok(vec![]));
        assert!(rank_positions(&rows([(-1.0, 1.0)])).is_err());
    }
}
