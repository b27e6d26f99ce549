//! The exact test of Hardy–Weinberg equilibrium, written anew for the tests: straight from the
//! definition, in logarithms, with no tricks.

/// The p-values of one set of genotype counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exact {
    /// The chance of what was seen, or of anything no more likely (Wigginton 2005; bcftools).
    pub(crate) p: f64,
    /// The same with half of the chance of what was seen (Graffelman & Moreno 2013; plink2 midp).
    pub(crate) mid_p: f64,
}

/// Tests `n_hom_1`, `n_het`, `n_hom_2` people.
pub(crate) fn exact(n_hom_1: u64, n_het: u64, n_hom_2: u64) -> Exact {
    let n = n_hom_1 + n_het + n_hom_2;
    let rare = (2 * n_hom_1 + n_het).min(2 * n_hom_2 + n_het);
    let log_factorials = log_factorials(2 * n);
    let log_chance = |het: u64| {
        let rare_hom = (rare - het) / 2;
        let common_hom = n - het - rare_hom;
        #[expect(clippy::cast_precision_loss, reason = "counts in tests are small")]
        let log_two = het as f64 * std::f64::consts::LN_2;
        log_two + log_factorials[as_index(n)]
            - log_factorials[as_index(rare_hom)]
            - log_factorials[as_index(het)]
            - log_factorials[as_index(common_hom)]
            + log_factorials[as_index(rare)]
            + log_factorials[as_index(2 * n - rare)]
            - log_factorials[as_index(2 * n)]
    };
    let seen = log_chance(n_het);
    let (mut less, mut same) = (0.0, 0.0);
    for het in (rare % 2..=rare).step_by(2) {
        let log = log_chance(het);
        if (log - seen).abs() < 1e-9 {
            same += log.exp();
        } else if log < seen {
            less += log.exp();
        }
    }
    Exact { p: (less + same).min(1.0), mid_p: less + same / 2.0 }
}

fn as_index(count: u64) -> usize {
    usize::try_from(count).expect("a count in a test fits")
}

fn log_factorials(to: u64) -> Vec<f64> {
    let mut table = vec![0.0];
    let mut last = 0.0;
    for i in 1..=to {
        #[expect(clippy::cast_precision_loss, reason = "counts in tests are small")]
        let log = (i as f64).ln();
        last += log;
        table.push(last);
    }
    table
}

/// Whether two p-values agree to the digits that the oracles print.
pub(crate) fn agree(a: f64, b: f64) -> bool {
    (a - b).abs() <= 2e-4 * a.abs().max(b.abs()) + 1e-12
}
