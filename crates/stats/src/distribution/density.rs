//! Logarithms of densities, to full precision for any size of their parameters.
//!
//! # References
//! Loader, 2000, "Fast and accurate computation of binomial probabilities": a density as the
//! distance of the observation from what is expected (the deviance), and what Stirling's formula
//! leaves over. No term of it cancels another, so that nothing is lost at large counts.

use std::f64::consts::TAU;

/// From here on Stirling's series has all digits after its fifth term.
const STIRLING_FROM: f64 = 16.0;
/// Up to here `ln(1 + x) - x` is summed up; beyond, the difference loses no digits.
const SERIES_UP_TO: f64 = 0.5;
/// More terms than the series takes at [`SERIES_UP_TO`].
const SERIES_TERMS: u32 = 40;

/// `ln(1 + x) - x` for `x` above -1.
pub(super) fn ln_1p_minus(x: f64) -> f64 {
    if x.abs() > SERIES_UP_TO {
        return x.ln_1p() - x;
    }
    // ln(1 + x) = 2 (r + r^3/3 + r^5/5 + …) with r = x / (2 + x), and 2r - x = -x r.
    let r = x / (2.0 + x);
    let square = r * r;
    let (mut power, mut sum) = (1.0, 0.0);
    for k in 0..SERIES_TERMS {
        let term = power / f64::from(2 * k + 3);
        sum += term;
        if term <= f64::EPSILON * 0.1 * sum {
            break;
        }
        power *= square;
    }
    r * (2.0 * square * sum - x)
}

/// What Stirling's formula leaves over: `ln Γ(x + 1) - (x + 1/2) ln x + x - ln(2π)/2`, for `x`
/// above 0.
pub(super) fn stirling_rest(x: f64) -> f64 {
    if x < STIRLING_FROM {
        return libm::lgamma(x + 1.0) - (x + 0.5) * x.ln() + x - 0.5 * TAU.ln();
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let series = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
    ];
    let sum = series
        .iter()
        .rev()
        .fold(0.0, |sum, term| sum * square + term);
    inverse * sum
}

/// `a ln(a / m) + m - a`: how far a mean of `m` is from a count of `a`, where `off = m - a`.
fn deviance(a: f64, m: f64, off: f64) -> f64 {
    let share = off / a;
    match share.abs() <= SERIES_UP_TO {
        true => -a * ln_1p_minus(share),
        // Far from each other nothing cancels.
        false => a * (a / m).ln() + off,
    }
}

/// `ln(x^a e^-x / Γ(a + 1))`: the logarithm of the probability of `a` Poisson events with mean `x`,
/// for both above 0.
pub(super) fn ln_poisson(a: f64, x: f64) -> f64 {
    -stirling_rest(a) - deviance(a, x, x - a) - 0.5 * (TAU.ln() + a.ln())
}

/// `ln(Γ(a + b + 1) / (Γ(a + 1) Γ(b + 1)) x^a y^b)` where `x + y = 1` and `off = (a + b) x - a`:
/// the logarithm of the probability of `a` events among `a + b` people.
pub(super) fn ln_binomial((a, x): (f64, f64), (b, y): (f64, f64), off: f64) -> f64 {
    let n = a + b;
    let rest = stirling_rest(n) - stirling_rest(a) - stirling_rest(b);
    let root = 0.5 * (n.ln() - TAU.ln() - a.ln() - b.ln());
    rest - deviance(a, n * x, off) - deviance(b, n * y, -off) + root
}

/// `ln(Γ(x + more) / Γ(x)) - more ln x`, for `x` above 0 and `more` of at least 0; no digit is lost
/// where both are large, or where `more` is small beside `x`.
pub(crate) fn ln_gamma_ratio(x: f64, more: f64) -> f64 {
    if x < STIRLING_FROM {
        return libm::lgamma(x + more) - libm::lgamma(x) - more * x.ln();
    }
    // ln Γ(x) = (x - 1/2) ln x - x + ln(2π)/2 + rest, where rest is that of Γ(x + 1) too.
    let share = more / x;
    let grown = (x + more - 0.5) * share.ln_1p() - more;
    let grown = match share <= SERIES_UP_TO {
        // (x + m) ln(1 + m/x) - m = x (ln(1 + m/x) - m/x) + m ln(1 + m/x).
        true => x * ln_1p_minus(share) + (more - 0.5) * share.ln_1p(),
        false => grown,
    };
    grown + stirling_rest(x + more) - stirling_rest(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, expected: f64) {
        let off = (got - expected).abs();
        assert!(off <= 1e-14 * expected.abs(), "{got} is not {expected}");
    }

    #[test]
    fn a_logarithm_less_its_argument_keeps_its_digits() {
        // mpmath, 40 digits.
        near(ln_1p_minus(1e-9), -4.999_999_996_666_667e-19);
        near(ln_1p_minus(0.5), -0.094_534_891_891_835_62);
        near(ln_1p_minus(-0.5), -0.193_147_180_559_945_3);
        near(ln_1p_minus(0.01), -4.966_914_683_191_715e-5);
        near(ln_1p_minus(3.0), -1.613_705_638_880_109_4);
        assert_eq!(ln_1p_minus(0.0), 0.0);
    }

    #[test]
    fn stirlings_rest_has_no_seam() {
        for x in [0.25, 1.0, 15.9, STIRLING_FROM - 1e-9] {
            // ln Γ(x + 2) = ln Γ(x + 1) + ln(x + 1).
            let step = (x + 0.5) * (1.0 / x).ln_1p() - 1.0;
            let off = stirling_rest(x) - stirling_rest(x + 1.0) - step;
            assert!(off.abs() < 3e-14, "{x}: {off}");
        }
    }

    #[test]
    fn a_ratio_of_gammas_is_a_product_of_steps() {
        for x in [0.5, 3.0, 15.5, 16.5, 1e3, 1e8] {
            for more in [0_u32, 1, 2, 30, 400] {
                let steps = (0..more).map(|k| (f64::from(k) / x).ln_1p());
                let expected: f64 = steps.sum();
                let off = (ln_gamma_ratio(x, f64::from(more)) - expected).abs();
                assert!(off <= 2e-13 * (1.0 + expected), "{x} {more}: {off}");
            }
        }
    }
}
