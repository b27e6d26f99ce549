//! Differences of the digamma function.

/// How far the argument is moved up before the asymptotic series is used.
const STEPS: u32 = 16;

/// Coefficients of `1/x²`, `1/x⁴`, … in the asymptotic series: Bernoulli numbers by their index.
const SERIES: [f64; 6] = [
    1.0 / 12.0,
    -1.0 / 120.0,
    1.0 / 252.0,
    -1.0 / 240.0,
    1.0 / 132.0,
    -691.0 / 32_760.0,
];

/// `ψ(x + more) - ψ(x)` for `x` above 0 and `more` of at least 0, without the loss of digits that
/// subtracting the two would bring when `more` is small beside `x`.
pub(super) fn digamma_difference(x: f64, more: f64) -> f64 {
    let mut difference = 0.0;
    for step in 0..STEPS {
        let low = x + f64::from(step);
        difference += more / (low * (low + more));
    }
    let low = x + f64::from(STEPS);
    let high = low + more;
    let ratio = low / high;
    difference += (more / low).ln_1p() + 0.5 * more / (low * high);
    let (mut power, mut scale) = (1.0, 1.0);
    for coefficient in SERIES {
        power /= low * low;
        scale *= ratio * ratio;
        difference += coefficient * power * (1.0 - scale);
    }
    difference
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_steps_are_sums_of_reciprocals() {
        for x in [1e-5, 0.3, 1.0, 7.25, 1e3, 1e8] {
            for more in [0_u32, 1, 2, 30, 400] {
                let expected: f64 = (0..more).map(|step| 1.0 / (x + f64::from(step))).sum();
                let found = digamma_difference(x, f64::from(more));
                let off = (found - expected).abs();
                assert!(off <= 1e-13 * expected, "{x} {more}: {found} {expected}");
            }
        }
    }

    #[test]
    fn half_steps_are_those_of_the_digamma_function() {
        // ψ(3/2) - ψ(1) = 2 - 2 ln 2.
        let expected = 2.0 - 2.0 * std::f64::consts::LN_2;
        assert!((digamma_difference(1.0, 0.5) - expected).abs() < 1e-15);
    }
}
