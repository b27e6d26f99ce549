//! The quantile group of each area.

use crate::Error;

/// Cuts areas into groups of about the same number by a value: quintiles, deciles.
///
/// # Definition
/// `floor((k + 1) - ceil((N + 1 - rank) / (N / k)))`, at least 1, where `rank` counts from 1 and
/// equal values share the lowest of their ranks, and `N` is the number of areas with a value. With
/// `invert`, ranks run from the highest value.
///
/// # Arguments
/// `values`: one per area. `k`: the number of groups, at least 1.
///
/// # Returns
/// One group per area from 1 to `k`, in the order given: 1 has the lowest values, or the highest
/// with `invert`.
///
/// # Nulls
/// `None` for an area without a value (NULL or NaN), which is left out of the ranks. `None` for all
/// when fewer areas have a value than there are groups.
///
/// # Interpretation
/// Group 1 of a deprivation score with `invert` is the most deprived. Equal values always fall in
/// one group, unlike with SQL's `ntile`, which cuts them by whatever row comes first.
///
/// # Limits
/// Groups hold areas, not people: they differ in population. With many equal values groups differ
/// in size, and some are empty.
///
/// # Example
/// ```
/// use kohort_stats::grouping::quantile_groups;
/// let groups = quantile_groups(&[Some(5.0), Some(1.0), Some(9.0), Some(7.0)], 2, false).unwrap();
/// assert_eq!(groups, [Some(1), Some(1), Some(2), Some(2)]);
/// ```
///
/// # References
/// Public Health England, `phe_quantile` of PHEindicatormethods, whose rule this is.
///
/// # Errors
/// `k` below 1.
pub fn quantile_groups(
    values: &[Option<f64>],
    k: u32,
    invert: bool,
) -> Result<Vec<Option<u32>>, Error> {
    if k == 0 {
        return Err(Error::argument("groups", "a whole number of at least 1", k));
    }
    let known = |value: &Option<f64>| value.filter(|value| !value.is_nan());
    let mut sorted: Vec<f64> = values.iter().filter_map(known).collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as u64;
    if n < u64::from(k) {
        return Ok(vec![None; values.len()]);
    }
    let group = |value: f64| {
        let before = match invert {
            false => sorted.partition_point(|other| *other < value),
            true => sorted.len() - sorted.partition_point(|other| *other <= value),
        };
        // In whole numbers, so that no rounding moves an area over an edge:
        // ceil((N + 1 - rank) k / N).
        let from_top = ((n - before as u64) * u64::from(k)).div_ceil(n);
        (u64::from(k) + 1).saturating_sub(from_top).max(1)
    };
    let groups = values.iter().map(known);
    Ok(groups
        .map(|value| u32::try_from(group(value?)).ok())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_a_group_and_order_does_not_matter() {
        let values = [3.0, 1.0, 2.0, 2.0, 2.0, 9.0].map(Some);
        let groups = quantile_groups(&values, 3, false).unwrap();
        assert_eq!(groups, [3, 1, 1, 1, 1, 3].map(Some));
        let mut back = values;
        back.reverse();
        let mut of_back = quantile_groups(&back, 3, false).unwrap();
        of_back.reverse();
        assert_eq!(groups, of_back);
    }

    #[test]
    fn without_ties_groups_hold_the_same_number_and_invert_turns_them_round() {
        let values: Vec<_> = (0..30).map(|value| Some(f64::from(value))).collect();
        let groups = quantile_groups(&values, 10, false).unwrap();
        let inverted = quantile_groups(&values, 10, true).unwrap();
        for (place, (group, inverted)) in (0..).zip(groups.iter().zip(&inverted)) {
            assert_eq!(*group, Some(1 + place / 3));
            assert_eq!(group.unwrap() + inverted.unwrap(), 11);
        }
    }

    #[test]
    fn too_few_areas_have_no_groups_and_missing_ones_do_not_count() {
        let values = [Some(1.0), None, Some(2.0), Some(f64::NAN)];
        let groups = |k| quantile_groups(&values, k, false);
        assert_eq!(groups(2), Ok(vec![Some(1), None, Some(2), None]));
        assert_eq!(groups(3), Ok(vec![None; 4]));
        assert!(groups(0).is_err());
        // 0 and -0 are one value.
        let zeros = quantile_groups(&[Some(0.0), Some(-0.0)], 2, false).unwrap();
        assert_eq!(zeros[0], zeros[1]);
    }
}
