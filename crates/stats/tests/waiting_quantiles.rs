//! Quantiles of waiting times against R's `survfit`: for every scale of the band, for ties,
//! plateaus, edges that rise again, and quantiles that are not reached.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use kohort_stats::waiting::{Limits, WaitingTimes, kaplan_meier_quantile};
use kohort_stats::{Confidence, Status};

fn times(text: &str) -> WaitingTimes {
    let mut times = WaitingTimes::new();
    for at in text.split('|') {
        let parts: Vec<f64> = at.split(':').map(|part| part.parse().unwrap()).collect();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small counts"
        )]
        let [events, censored] = [parts[1] as u64, parts[2] as u64];
        times.add_counts(parts[0], events, censored).unwrap();
    }
    times
}

fn number(text: &str) -> Option<f64> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

#[test]
fn quantiles_and_their_limits_are_those_of_survfit() {
    let text = include_str!("waiting/quantiles.csv");
    let mut waits = WaitingTimes::new();
    let (mut n, mut only_lower) = (0, 0);
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(data) = line.strip_prefix("times,") {
            waits = times(data);
            continue;
        }
        let fields: Vec<&str> = line.split(',').collect();
        let [p, level] = [0, 1].map(|at| fields[at].parse().unwrap());
        let limits = Limits::parse(fields[2]).unwrap();
        let confidence = Confidence::try_new(level).unwrap();
        let found = kaplan_meier_quantile(&waits, p, limits, confidence).unwrap();
        let expected = [3, 4, 5].map(|at| number(fields[at]));
        let place = format!("{line} of {} people: {found:?}", waits.people());
        assert_eq!(
            [found.value, found.lower_cl, found.upper_cl],
            expected,
            "{place}"
        );
        let is_reached = found.status == Status::Ok;
        assert_eq!(is_reached, expected[0].is_some(), "{place}");
        n += 1;
        only_lower += usize::from(!is_reached && found.lower_cl.is_some());
    }
    assert!(
        n > 1000 && only_lower > 50,
        "{n} quantiles, {only_lower} with a lower limit alone"
    );
}
