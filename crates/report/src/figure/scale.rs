//! Where does a value lie on an axis, and which values are marked on it?

/// About how many marks an axis has.
const MARKS: f64 = 5.0;

/// An axis: a range of values on a range of places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    step: f64,
    from: f64,
    to: f64,
}

impl Scale {
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
    fn no_values_or_one_value_still_make_an_axis() {
        for values in [vec![], vec![4.0], vec![0.0], vec![f64::NAN, f64::INFINITY]] {
            let scale = Scale::over(values.into_iter(), false);
            assert!(scale.high() > scale.low());
            assert!(scale.marks().0.len() > 1);
        }
    }
}
