//! Exact tests of Hardy–Weinberg equilibrium, on the autosomes and on X.

use crate::{DiploidCounts, HemizygousCounts};

/// Which p-value an exact test gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PValue {
    /// Half the probability of outcomes as likely as the observed one, and all of that of less
    /// likely ones: right on average, where the standard one is too careful.
    #[default]
    Mid,
    /// All the probability of outcomes that are as likely as the observed one, or less.
    Standard,
}

/// Tests a variant for Hardy–Weinberg equilibrium: the exact test for diploid calls.
///
/// # Definition
/// Given the number of people and the copies of the alternate allele, each number of heterozygotes
/// has a probability under random mating. The p-value is the probability of all numbers that are
/// at most as likely as the observed one ([`PValue::Standard`]), or that with half the weight on
/// those exactly as likely ([`PValue::Mid`]). Two-sided.
///
/// # Arguments
/// Diploid calls without missing or partial ones.
///
/// # Returns
/// A number in [0, 1]. One allele only gives 1, and 0.5 as a mid-p: there is one outcome.
///
/// # Nulls
/// When there are no people, or more than [`MOST_PEOPLE`].
///
/// # Interpretation
/// A small value says that the genotypes are not those of random mating; the sign of
/// [`inbreeding_coefficient`](crate::inbreeding_coefficient) says whether heterozygotes lack or
/// abound. In quality control it finds genotyping errors; a mixture of groups gives it too.
///
/// # Limits
/// Values below about 1e-300 are given as 0. Outcomes within 1e-11 of one another count as equally
/// likely. The time grows with the standard deviation of the heterozygotes, thus with the square
/// root of the number of people: some tens of microseconds for a million.
///
/// # Example
/// ```
/// use kohort_stats::{DiploidCounts, PValue, hardy_weinberg_p};
/// // The example of Wigginton's Table 1: 100 people, 21 copies of the minor allele.
/// let counts = DiploidCounts { n_hom_ref: 84, n_het: 11, n_hom_alt: 5 };
/// let p = hardy_weinberg_p(counts, PValue::Standard).unwrap();
/// assert!((p - 0.000_919).abs() < 5e-7);
/// ```
///
/// # References
/// Wigginton, Cutler & Abecasis, 2005, "A note on exact tests of Hardy-Weinberg equilibrium", The
/// American Journal of Human Genetics, doi:10.1086/429864. Graffelman & Moreno, 2013, "The mid
/// p-value in exact tests for Hardy-Weinberg equilibrium", Statistical Applications in Genetics
/// and Molecular Biology, doi:10.1515/sagmb-2012-0039.
pub fn hardy_weinberg_p(counts: DiploidCounts, p_value: PValue) -> Option<f64> {
    exact_p(counts, HemizygousCounts::default(), p_value)
}

/// Tests a variant on X for Hardy–Weinberg equilibrium with XX and XY people together.
///
/// # Definition
/// Given the numbers of XX and XY people and the copies of the alternate allele among all of them,
/// each pair of (copies among XY people, heterozygotes among XX people) has a probability when
/// mating is random and both sexes have the same allele frequency. The p-value is taken over all
/// pairs as in [`hardy_weinberg_p`].
///
/// # Arguments
/// `females`: diploid calls of XX people; `males`: one copy each, of XY people.
///
/// # Returns
/// A number in [0, 1]. Without XY people it is [`hardy_weinberg_p`] of the XX people.
///
/// # Nulls
/// When there are no people, or more than [`MOST_PEOPLE_X`].
///
/// # Interpretation
/// A small value says that heterozygotes lack or abound among XX people, or that the sexes differ
/// in their allele frequency, or both.
///
/// # Limits
/// For X outside the pseudoautosomal regions. As [`hardy_weinberg_p`], but the time grows with the
/// number of heterozygotes: up to some tens of milliseconds for a common variant in a million
/// people, and well below one for fifty thousand.
///
/// # References
/// Graffelman & Weir, 2016, "Testing for Hardy-Weinberg equilibrium at biallelic genetic markers
/// on the X chromosome", Heredity, doi:10.1038/hdy.2016.20.
pub fn hardy_weinberg_p_x(
    females: DiploidCounts,
    males: HemizygousCounts,
    p_value: PValue,
) -> Option<f64> {
    exact_p(females, males, p_value)
}

/// The most people of an exact test: a hundred times those who live. Its time grows with their
/// square root.
pub const MOST_PEOPLE: u64 = 1_000_000_000_000;

/// The most people of an exact test on X, whose time grows with their number: some seconds.
pub const MOST_PEOPLE_X: u64 = 100_000_000;

/// Outcomes whose weights differ by less than this share count as equally likely. Rounding in the
/// longest walks stays below it.
const TIE: f64 = 1e-11;

/// A term below this share of the tail's sum is left out, and so are all beyond it.
const NEGLIGIBLE: f64 = 1e-18;

/// One outcome: who carries what, and how likely it is relative to the observed outcome.
///
/// Weight is proportional to `2^het / (hom_ref! het! hom_alt! hemi_ref! hemi_alt!)`. Counts are
/// held as floats: whole numbers far below 2^53, only ever stepped by one and multiplied.
#[derive(Clone, Copy)]
struct Outcome {
    hom_ref: f64,
    het: f64,
    hom_alt: f64,
    hemi_ref: f64,
    hemi_alt: f64,
    weight: f64,
}

impl Outcome {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of people stay far below 2^53"
    )]
    fn observed(females: DiploidCounts, males: HemizygousCounts) -> Self {
        Self {
            hom_ref: females.n_hom_ref as f64,
            het: females.n_het as f64,
            hom_alt: females.n_hom_alt as f64,
            hemi_ref: males.n_hemi_ref as f64,
            hemi_alt: males.n_hemi_alt as f64,
            weight: 1.0,
        }
    }

    /// The same outcome with the names of the two alleles changed over.
    fn swapped(self) -> Self {
        Self {
            hom_ref: self.hom_alt,
            hom_alt: self.hom_ref,
            hemi_ref: self.hemi_alt,
            hemi_alt: self.hemi_ref,
            ..self
        }
    }

    /// Two homozygotes become two heterozygotes.
    fn more_hets(mut self) -> Option<Self> {
        if self.hom_ref < 1.0 || self.hom_alt < 1.0 {
            return None;
        }
        self.weight *= 4.0 * self.hom_ref * self.hom_alt / ((self.het + 1.0) * (self.het + 2.0));
        self.hom_ref -= 1.0;
        self.hom_alt -= 1.0;
        self.het += 2.0;
        Some(self)
    }

    /// Two heterozygotes become two homozygotes.
    fn fewer_hets(mut self) -> Option<Self> {
        if self.het < 2.0 {
            return None;
        }
        self.weight *=
            self.het * (self.het - 1.0) / (4.0 * (self.hom_ref + 1.0) * (self.hom_alt + 1.0));
        self.hom_ref += 1.0;
        self.hom_alt += 1.0;
        self.het -= 2.0;
        Some(self)
    }

    fn step(self, direction: Direction) -> Option<Self> {
        match direction {
            Direction::MoreHets => self.more_hets(),
            Direction::FewerHets => self.fewer_hets(),
        }
    }

    /// One alternate allele moves from the females to the males.
    fn to_males(mut self) -> Option<Self> {
        if self.hemi_ref < 1.0 {
            return None;
        }
        if self.het >= 1.0 {
            self.weight *=
                self.hemi_ref * self.het / (2.0 * (self.hemi_alt + 1.0) * (self.hom_ref + 1.0));
            self.het -= 1.0;
            self.hom_ref += 1.0;
        } else if self.hom_alt >= 1.0 {
            self.weight *=
                2.0 * self.hemi_ref * self.hom_alt / ((self.hemi_alt + 1.0) * (self.het + 1.0));
            self.hom_alt -= 1.0;
            self.het += 1.0;
        } else {
            return None;
        }
        self.hemi_ref -= 1.0;
        self.hemi_alt += 1.0;
        Some(self)
    }

    /// How much likelier the males' next copy is: the ratio of two hypergeometric terms.
    fn row_ratio_to_males(&self) -> f64 {
        let female_alts = self.het + 2.0 * self.hom_alt;
        let female_refs = self.het + 2.0 * self.hom_ref;
        self.hemi_ref * female_alts / ((self.hemi_alt + 1.0) * (female_refs + 1.0))
    }

    /// The likeliest outcome with the same number of copies among the males.
    fn mode_of_row(mut self) -> Self {
        for direction in [Direction::MoreHets, Direction::FewerHets] {
            while let Some(next) = self.step(direction).filter(|n| n.weight > self.weight) {
                self = next;
            }
        }
        self
    }

    /// Whether it is as likely as the observed outcome, or less.
    fn is_in_tail(&self) -> bool {
        self.weight <= 1.0 + TIE
    }

    /// Whether it is as likely as the observed outcome.
    fn is_tie(&self) -> bool {
        (self.weight - 1.0).abs() <= TIE
    }
}

#[derive(Clone, Copy)]
enum Direction {
    MoreHets,
    FewerHets,
}

impl Direction {
    const fn reversed(self) -> Self {
        match self {
            Self::MoreHets => Self::FewerHets,
            Self::FewerHets => Self::MoreHets,
        }
    }
}

/// Sums over outcomes of their weights, relative to the observed outcome's.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// All outcomes.
    total: f64,
    /// Those as likely as the observed one, or less.
    tail: f64,
    /// Those as likely as the observed one.
    ties: f64,
}

impl Sums {
    fn add_tail(&mut self, outcome: &Outcome) {
        self.tail += outcome.weight;
        if outcome.is_tie() {
            self.ties += outcome.weight;
        }
    }

    /// Adds to the tail an outcome and all beyond it, up to where they no longer matter.
    fn add_tail_beyond(&mut self, from: Outcome, direction: Direction) {
        let mut next = Some(from);
        while let Some(outcome) = next {
            self.add_tail(&outcome);
            if outcome.weight < self.tail * NEGLIGIBLE {
                return;
            }
            next = outcome.step(direction);
        }
    }
}

/// The exact test over rows of outcomes: a row has a number of copies among the males, and within
/// it the number of heterozygotes varies. With no males there is one row.
///
/// The weight of a whole row is known (hypergeometric), so only the tails are added up, from where
/// they begin outwards; where they begin moves little from one row to the next.
fn exact_p(females: DiploidCounts, males: HemizygousCounts, p_value: PValue) -> Option<f64> {
    let most = match males.n_people() {
        0 => MOST_PEOPLE,
        _ => MOST_PEOPLE_X,
    };
    let people = females.n_people().saturating_add(males.n_people());
    if people == 0 || people > most {
        return None;
    }
    let mode = Outcome::observed(females, males).mode_of_row();
    if !mode.weight.is_finite() {
        return Some(0.0);
    }
    let mut sums = Sums::default();
    let row = sum_first_row(mode, &mut sums);
    for mode in [mode, mode.swapped()] {
        if !sums.total.is_finite() {
            break;
        }
        sum_rows(mode, row, &mut sums);
    }
    if !sums.total.is_finite() {
        return Some(0.0);
    }
    let tail = match p_value {
        PValue::Standard => sums.tail,
        PValue::Mid => sums.tail - 0.5 * sums.ties,
    };
    Some((tail / sums.total).clamp(0.0, 1.0))
}

/// Adds up the observed row from its mode outwards, and gives its weight.
fn sum_first_row(mode: Outcome, sums: &mut Sums) -> f64 {
    let mut centre = 0.0;
    for direction in [Direction::MoreHets, Direction::FewerHets] {
        let mut next = match direction {
            Direction::MoreHets => Some(mode),
            Direction::FewerHets => mode.step(direction),
        };
        while let Some(outcome) = next.filter(|outcome| !outcome.is_in_tail()) {
            centre += outcome.weight;
            next = outcome.step(direction);
        }
        if let Some(outcome) = next {
            sums.add_tail_beyond(outcome, direction);
        }
    }
    sums.total = centre + sums.tail;
    sums.total
}

/// Adds the rows with ever more copies among the males, up to where they no longer matter.
fn sum_rows(first: Outcome, first_row: f64, sums: &mut Sums) {
    let mut mode = first;
    let mut row = first_row;
    let mut boundaries = [
        Boundary::new(Direction::FewerHets),
        Boundary::new(Direction::MoreHets),
    ];
    loop {
        let ratio = mode.row_ratio_to_males();
        let Some(next) = mode.to_males() else { return };
        mode = next.mode_of_row();
        row *= ratio;
        sums.total += row;
        if !sums.total.is_finite() {
            return;
        }
        if mode.is_in_tail() {
            add_tail_row(&mode, row, sums);
            boundaries.iter_mut().for_each(Boundary::forget);
        } else {
            for boundary in &mut boundaries {
                if let Some(outcome) = boundary.next_row(mode) {
                    sums.add_tail_beyond(outcome, boundary.direction);
                }
            }
        }
        if ratio < 1.0 && row < sums.tail * NEGLIGIBLE {
            return;
        }
    }
}

/// Adds a row that lies in the tail as a whole. Only its mode and the mode's neighbours can be as
/// likely as the observed outcome.
fn add_tail_row(mode: &Outcome, row: f64, sums: &mut Sums) {
    sums.tail += row;
    for outcome in [Some(*mode), mode.more_hets(), mode.fewer_hets()] {
        if let Some(outcome) = outcome.filter(Outcome::is_tie) {
            sums.ties += outcome.weight;
        }
    }
}

/// Where a tail begins in the current row: its innermost outcome, or the outermost of the row
/// where no outcome is in the tail.
struct Boundary {
    direction: Direction,
    at: Option<Outcome>,
}

impl Boundary {
    fn new(direction: Direction) -> Self {
        Self {
            direction,
            at: None,
        }
    }

    fn forget(&mut self) {
        self.at = None;
    }

    /// Follows the boundary into the row of this mode, which is not in the tail.
    fn next_row(&mut self, mode: Outcome) -> Option<Outcome> {
        let is_outside = |at: &Outcome| match self.direction {
            Direction::MoreHets => at.het >= mode.het,
            Direction::FewerHets => at.het <= mode.het,
        };
        let mut at = self
            .at
            .and_then(Outcome::to_males)
            .filter(is_outside)
            .unwrap_or(mode);
        // Inwards while the neighbour is in the tail too: the mode, which is not, ends it.
        while at.is_in_tail() {
            match at.step(self.direction.reversed()) {
                Some(inner) if inner.is_in_tail() => at = inner,
                _ => break,
            }
        }
        while !at.is_in_tail() {
            let Some(outer) = at.step(self.direction) else {
                break;
            };
            at = outer;
        }
        self.at = Some(at);
        self.at.filter(Outcome::is_in_tail)
    }
}

#[cfg(test)]
mod tests;
