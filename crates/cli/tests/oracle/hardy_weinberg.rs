//! The exact tests of Hardy–Weinberg equilibrium, written anew for the tests: straight from the
//! definition, every outcome by itself, with no tricks.

/// The p-values of one set of genotype counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exact {
    /// The chance of what was seen, or of anything no more likely (Wigginton 2005; bcftools).
    pub(crate) p: f64,
    /// The same with half of the chance of all that is as likely as what was seen (plink2 midp).
    pub(crate) mid_p: f64,
    /// The chance of what was seen.
    pub(crate) seen: f64,
    /// How many outcomes are exactly as likely, what was seen among them.
    pub(crate) n_as_likely: u32,
}

impl Exact {
    /// Whether a mid-p halves some of what is exactly as likely as what was seen, rather than all.
    pub(crate) fn halves_some(&self, mid_p: f64) -> bool {
        (1..=self.n_as_likely).any(|n| agree(self.p - self.seen * f64::from(n) / 2.0, mid_p))
    }
}

/// People by how many copies of an allele they have: two, one, none.
pub(crate) type TwoCopies = [u64; 3];
/// People with one copy, by how many copies of the allele they have: one, none.
pub(crate) type OneCopy = [u64; 2];

/// Tests people with two copies, and with them people with one (Graffelman & Weir 2016; without
/// them it is the test of Wigginton, Cutler & Abecasis 2005).
pub(crate) fn exact(women: TwoCopies, men: OneCopy) -> Exact {
    let (n_women, n_men) = (women.iter().sum::<u64>(), men.iter().sum::<u64>());
    let n_copies = 2 * women[0] + women[1] + men[0];
    let factorials = LogFactorials::to(2 * n_women + n_men);
    let seen = log_chance(&factorials, women, men);
    let (mut less, mut same, mut all, mut n_as_likely) = (0.0, 0.0, 0.0, 0);
    for n_in_men in 0..=n_men.min(n_copies) {
        let in_women = n_copies - n_in_men;
        for het in (in_women % 2..=in_women.min(n_women)).step_by(2) {
            let hom = (in_women - het) / 2;
            let Some(none) = n_women.checked_sub(hom + het) else {
                continue;
            };
            let log = log_chance(&factorials, [hom, het, none], [n_in_men, n_men - n_in_men]);
            let chance = (log - seen).exp();
            all += chance;
            if (log - seen).abs() < 1e-9 {
                same += chance;
                n_as_likely += 1;
            } else if log < seen {
                less += chance;
            }
        }
    }
    Exact {
        p: (less + same) / all,
        mid_p: (less + same / 2.0) / all,
        seen: 1.0 / all,
        n_as_likely,
    }
}

/// The logarithm of an outcome's chance, but for a constant.
fn log_chance(factorials: &LogFactorials, women: TwoCopies, men: OneCopy) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts in tests are small")]
    let ways = women[1] as f64 * std::f64::consts::LN_2;
    let orders: f64 = women.iter().chain(&men).map(|&n| factorials.of(n)).sum();
    ways - orders
}

struct LogFactorials(Vec<f64>);

impl LogFactorials {
    fn to(n: u64) -> Self {
        let mut table = vec![0.0];
        let mut last = 0.0;
        for i in 1..=n {
            #[expect(clippy::cast_precision_loss, reason = "counts in tests are small")]
            let log = (i as f64).ln();
            last += log;
            table.push(last);
        }
        Self(table)
    }

    fn of(&self, n: u64) -> f64 {
        self.0[usize::try_from(n).expect("a count in a test fits")]
    }
}

/// Whether two p-values agree to the digits that the oracles print.
pub(crate) fn agree(a: f64, b: f64) -> bool {
    (a - b).abs() <= 2e-4 * a.abs().max(b.abs()) + 1e-12
}
