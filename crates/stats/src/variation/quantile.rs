//! Quantiles of numbers.

/// The `p` quantile of sorted numbers, on the line between the two that it falls between: type 7
/// of R, the default of most programs.
///
/// `None` when there are no numbers or `p` is not from 0 to 1.
///
/// # References
/// Hyndman & Fan, 1996, "Sample quantiles in statistical packages", The American Statistician,
/// doi:10.1080/00031305.1996.10473566.
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let last = sorted.len().checked_sub(1)?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "numbers are far fewer than 2^53"
    )]
    let place = last as f64 * p;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place lies between 0 and the last index"
    )]
    let below = place.floor() as usize;
    let share = place - place.floor();
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    Some(low + share * (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        // R: quantile(c(1, 2, 4, 8), p, type = 7).
        let numbers = [1.0, 2.0, 4.0, 8.0];
        for (p, expected) in [(0.0, 1.0), (0.2, 1.6), (0.5, 3.0), (0.8, 5.6), (1.0, 8.0)] {
            let found = quantile(&numbers, p).unwrap();
            assert!((found - expected).abs() < 1e-12, "{p}: {found}");
        }
        assert_eq!(quantile(&[7.0], 0.3), Some(7.0));
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&numbers, f64::NAN), None);
    }
}
