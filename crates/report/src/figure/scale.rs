//! Where does a value lie on an axis, and which values are marked on it?

/// About how many marks an axis has.
const MARKS: f64 = 5.0;
/// The most marks on an axis of ratios.
const MOST_RATIO_MARKS: usize = 8;
/// The widest range of ratios that is drawn; what lies beyond is put on its ends.
const WIDEST_RATIOS: (f64, f64) = (0.05, 20.0);
/// Round ratios, from the finest steps to the coarsest.
const RATIOS: [&[f64]; 4] = [
    &[
        0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.6, 1.8,
        2.0,
    ],
    &[
        0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4, 1.6, 2.0, 2.5,
    ],
    &[0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0],
    &[0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0],
];

/// An axis: a range of values on a range of places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    step: f64,
    from: f64,
    to: f64,
    /// The marks of a logarithmic axis; none on a plain one.
    ratios: &'static [f64],
}

impl Scale {
    /// A logarithmic axis that holds 1 and all values above 0, widened to round ratios.
    pub(super) fn ratios(values: impl Iterator<Item = f64>) -> Self {
        let (mut low, mut high) = (1.0_f64, 1.0_f64);
        let (least, most) = WIDEST_RATIOS;
        for value in values.filter(|value| value.is_finite() && *value >= 0.0) {
            low = low.min(value.clamp(least, most));
            high = high.max(value.clamp(least, most));
        }
        let around = |marks: &'static [f64]| {
            let first = marks.iter().rposition(|mark| *mark <= low * 1.000_001)?;
            let last = marks.iter().position(|mark| *mark >= high * 0.999_999)?;
            // 1 alone makes no axis.
            let (first, last) = match first == last {
                true => (first.saturating_sub(1), (last + 1).min(marks.len() - 1)),
                false => (first, last),
            };
            Some(&marks[first..=last])
        };
        let fits = |marks: &&'static [f64]| marks.len() <= MOST_RATIO_MARKS;
        let marks = RATIOS.into_iter().filter_map(around).find(fits);
        let marks = marks.unwrap_or(RATIOS[RATIOS.len() - 1]);
        Self {
            low: marks.first().copied().unwrap_or(least),
            high: marks.last().copied().unwrap_or(most),
            step: 1.0,
            from: 0.0,
            to: 1.0,
            ratios: marks,
        }
    }

    /// An axis that holds all values, widened to round marks; from 0 where asked.
    pub(super) fn over(values: impl Iterator<Item = f64>, from_zero: bool) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if from_zero {
            low = low.min(0.0);
            high = high.max(0.0);
        }
        if low == high {
            high += if high == 0.0 { 1.0 } else { high.abs() * 0.1 };
        }
        let step = round_step((high - low) / MARKS);
        Self {
            low: (low / step + 1e-9).floor() * step,
            high: (high / step - 1e-9).ceil() * step,
            step,
            from: 0.0,
            to: 1.0,
            ratios: &[],
        }
    }

    /// The same values on other places.
    pub(super) const fn on(mut self, from: f64, to: f64) -> Self {
        self.from = from;
        self.to = to;
        self
    }

    /// With ends of one's own.
    pub(super) fn between(mut self, low: f64, high: f64) -> Self {
        self.low = low;
        self.high = high;
        self.step = round_step((high - low) / MARKS);
        self
    }

    /// The place of a value; one beyond an end is put on it.
    pub(super) fn at(&self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        if !self.ratios.is_empty() {
            let share = (value / self.low).ln() / (self.high / self.low).ln();
            return self.from + share * (self.to - self.from);
        }
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    pub(super) const fn low(&self) -> f64 {
        self.low
    }

    pub(super) const fn high(&self) -> f64 {
        self.high
    }

    /// Whether a value lies beyond an end.
    pub(super) fn is_beyond(&self, value: f64) -> bool {
        value < self.low || value > self.high
    }

    /// The marked values, and the decimals that they need.
    pub(super) fn marks(&self) -> (Vec<f64>, usize) {
        if !self.ratios.is_empty() {
            let needed = self.ratios.iter().map(|ratio| decimals(*ratio)).max();
            return (self.ratios.to_vec(), needed.unwrap_or(1));
        }
        let step = self.step;
        let first = (self.low / step - 1e-9).ceil();
        let mut marks = Vec::new();
        let mut at = first;
        while at * step <= self.high + step * 1e-6 {
            marks.push(at * step);
            at += 1.0;
        }
        (marks, decimals(step))
    }
}

/// The next of 1, 2, 5, 10, … that is not less.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let rest = step / power;
    let round = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|r| rest <= r * 1.000_001);
    round.unwrap_or(10.0) * power
}

/// The decimals that tell multiples of a step apart.
pub(super) fn decimals(step: f64) -> usize {
    let mut decimals = 0;
    let mut scaled = step.abs();
    while decimals < 8 && (scaled - scaled.round()).abs() > scaled * 1e-6 {
        scaled *= 10.0;
        decimals += 1;
    }
    decimals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_cover_the_values() {
        let scale = Scale::over([3.2, 17.9].into_iter(), false);
        let (marks, decimals) = scale.marks();
        assert_eq!(marks, [0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!(decimals, 0);
        let (marks, decimals) = Scale::over([0.012, 0.031].into_iter(), false).marks();
        assert_eq!(decimals, 3, "{marks:?}");
    }

    #[test]
    fn values_lie_between_the_ends() {
        let scale = Scale::over([0.0, 10.0].into_iter(), true).on(100.0, 0.0);
        assert!((scale.at(0.0) - 100.0).abs() < 1e-9);
        assert!((scale.at(5.0) - 50.0).abs() < 1e-9);
        assert!((scale.at(99.0) - 0.0).abs() < 1e-9);
        assert!(scale.is_beyond(99.0));
    }

    #[test]
    fn ratios_lie_on_a_logarithmic_axis_with_1_on_it() {
        let scale = Scale::ratios([0.5, 2.0].into_iter()).on(0.0, 100.0);
        assert!(
            (scale.at(1.0) - 50.0).abs() < 1e-9,
            "half and twice are as far"
        );
        for values in [
            vec![],
            vec![1.0],
            vec![0.0, 3.0],
            vec![1.31, 1.38],
            vec![0.82, 0.97, 1.04],
            vec![0.001, 900.0],
        ] {
            let scale = Scale::ratios(values.iter().copied()).on(0.0, 100.0);
            let (marks, decimals) = scale.marks();
            assert!(marks.contains(&1.0), "{values:?}: {marks:?}");
            assert!((2..=9).contains(&marks.len()), "{values:?}: {marks:?}");
            assert!(decimals <= 2, "{values:?}: {marks:?}");
            assert!(values.iter().all(|v| (0.0..=100.0).contains(&scale.at(*v))));
        }
    }

    #[test]
    fn no_values_or_one_value_still_make_an_axis() {
        for values in [vec![], vec![4.0], vec![0.0], vec![f64::NAN, f64::INFINITY]] {
            let scale = Scale::over(values.into_iter(), false);
            assert!(scale.high() > scale.low());
            assert!(scale.marks().0.len() > 1);
        }
    }
}
