//! Quantiles and tails of the distributions that limits are made of, to full precision for counts
//! of any size.
//!
//! Each function is used where it converges: series and continued fractions up to parameters of
//! 500, where they take some hundred terms, and quadrature of the tail beyond. The number of steps
//! is bounded everywhere, so that no number, however odd, keeps a function from ending. The tests
//! compare with mpmath at 40 digits, for counts up to 10¹²: limits agree to a relative 1e-12 and
//! better (`tests/distribution/`).

mod beta;
mod density;
mod gamma;
mod normal;
mod outward;
mod tails;

pub use beta::{beta_lower, beta_quantile, beta_quantile_upper, student_t_quantile};
pub use gamma::{
    chi_squared_quantile, chi_squared_quantile_upper, chi_squared_upper, gamma_lower,
    gamma_quantile, gamma_quantile_upper, gamma_upper,
};
pub use normal::{normal_cdf, normal_quantile};

pub(crate) use beta::{beta_quantile_of, mid_beta_quantile};
pub(crate) use density::ln_gamma_ratio;
pub(crate) use gamma::mid_gamma_quantile;
pub(crate) use tails::Tail;

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: f64, expected: f64) {
        assert!(
            (got - expected).abs() <= 1e-10 * expected.abs(),
            "{got} is not {expected}"
        );
    }

    #[test]
    fn quantiles_are_those_of_scipy() {
        // scipy 1.11, `stats.norm.ppf`, `chi2.ppf`, `beta.ppf`, `t.ppf`.
        near(normal_quantile(0.975), 1.959_963_984_540_054);
        near(normal_quantile(0.999), 3.090_232_306_167_813_5);
        near(normal_quantile(1e-10), -6.361_340_902_404_056);
        near(chi_squared_quantile(0.025, 22.0), 10.982_320_734_473_68);
        near(chi_squared_quantile(0.999, 3.0), 16.266_236_196_238_13);
        near(beta_quantile(0.025, 3.0, 8.0), 0.066_739_511_177_734_47);
        near(beta_quantile(0.975, 1.0, 1000.0), 0.003_682_083_896_865_671);
        near(student_t_quantile(0.975, 7.0), 2.364_624_251_592_784);
        near(student_t_quantile(0.999, 1.0), 318.308_838_985_550_15);
    }

    #[test]
    fn quantiles_and_tails_are_inverse() {
        for df in [0.5, 1.0, 2.0, 7.0, 30.0, 401.0, 20_000.0] {
            for p in [1e-8, 0.001, 0.025, 0.5, 0.8, 0.975, 0.999] {
                let x = chi_squared_quantile(p, df);
                match p <= 0.5 {
                    true => near(gamma_lower(df / 2.0, x / 2.0), p),
                    false => near(chi_squared_upper(x, df), 1.0 - p),
                }
            }
        }
    }
}
