//! Matched controls: alike in what must be equal, near in what may differ.

use std::collections::{BTreeMap, BTreeSet};

use crate::Error;

/// The most variables that controls can be near in.
pub const NEAREST: usize = 3;

/// A person who is a case, or may become a control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate<'a> {
    /// Who it is. Ids must differ.
    pub id: &'a str,
    /// Whether the person is a case.
    pub is_case: bool,
    /// What must be equal, as one text.
    pub stratum: &'a str,
    /// What should be near; `None` for a variable that is not used in the call.
    pub nearest: [Option<f64>; NEAREST],
}

/// How to match.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchOptions {
    /// Controls wanted per case, at least 1.
    pub ratio: usize,
    /// Orders the cases, and controls that are equally near. The same seed gives the same pairs,
    /// whatever the order of the rows.
    pub seed: u64,
    /// The largest distance allowed, in standard deviations.
    pub caliper: Option<f64>,
    /// How many of the variables in `nearest` are used.
    pub n_nearest: usize,
}

/// A case and one of its controls; `control` is `None` for a case that got none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchedPair {
    /// Place of the case among the candidates.
    pub case: usize,
    /// Place of the control.
    pub control: Option<usize>,
    /// 1 for the first control of the case.
    pub rank: usize,
    /// How far apart they are, in standard deviations.
    pub distance: Option<f64>,
}

/// Matches each case to controls, each control at most once.
///
/// # Definition
/// Greedy nearest neighbours without replacement. A control must be of the case's stratum. The
/// distance is Euclid's over the variables, each divided by its standard deviation among all
/// candidates (n - 1). In the first round every case, in an order drawn by the seed, takes the
/// nearest control that is left; a second round gives second controls, and so on up to `ratio`, so
/// that no case takes its fourth control before another has its first. Controls that are equally
/// near are drawn by the seed.
///
/// # Arguments
/// Candidates in any order. One with NULL in a variable that is used cannot be compared: as a case
/// it gets no control, as a control it is passed over.
///
/// # Returns
/// Pairs, by case and rank, cases by id. A case without any control has one row without one, so
/// that nobody leaves silently.
///
/// # Errors
/// Two candidates with one id; a ratio of 0; a caliper that is not positive.
///
/// # Limits
/// Greedy matching is not optimal in total distance. With two or three variables every case looks
/// at every control of its stratum.
///
/// # References
/// Rubin, 1973, "Matching to remove bias in observational studies", Biometrics,
/// doi:10.2307/2529684. Austin, 2014, "A comparison of 12 algorithms for matching on the propensity
/// score", Statistics in Medicine, doi:10.1002/sim.6004.
pub fn match_controls(
    candidates: &[Candidate<'_>],
    options: MatchOptions,
) -> Result<Vec<MatchedPair>, Error> {
    check(candidates, options)?;
    let scaled = standardised(candidates, options.n_nearest);
    let draw: Vec<u64> = candidates
        .iter()
        .map(|c| drawn(options.seed, c.id))
        .collect();
    let mut strata: BTreeMap<&str, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (at, candidate) in candidates.iter().enumerate() {
        let (cases, controls) = strata.entry(candidate.stratum).or_default();
        match candidate.is_case {
            true => cases.push(at),
            false if scaled[at].is_some() => controls.push(at),
            false => {}
        }
    }
    let mut pairs = Vec::new();
    for (mut cases, controls) in strata.into_values() {
        cases.sort_by_key(|at| (draw[*at], candidates[*at].id));
        let mut pool = Pool::new(&controls, &scaled, &draw, candidates, options.n_nearest);
        for rank in 1..=options.ratio {
            let before = pairs.len();
            for case in &cases {
                let found = scaled[*case].and_then(|place| pool.take(place, options.caliper));
                if let Some((control, distance)) = found {
                    pairs.push(MatchedPair {
                        case: *case,
                        control: Some(control),
                        rank,
                        distance: Some(distance),
                    });
                } else if rank == 1 {
                    pairs.push(MatchedPair {
                        case: *case,
                        control: None,
                        rank,
                        distance: None,
                    });
                }
            }
            // Who finds nobody in this round finds nobody in the next.
            if pairs.len() == before {
                break;
            }
        }
    }
    pairs.sort_by(|a, b| {
        let by_id = candidates[a.case].id.cmp(candidates[b.case].id);
        by_id.then(a.rank.cmp(&b.rank))
    });
    Ok(pairs)
}

fn check(candidates: &[Candidate<'_>], options: MatchOptions) -> Result<(), Error> {
    if options.ratio == 0 {
        return Err(Error::argument("ratio", "1 or more", options.ratio));
    }
    if let Some(caliper) = options.caliper
        && (caliper.is_nan() || caliper <= 0.0)
    {
        return Err(Error::argument("caliper", "more than 0", caliper));
    }
    let mut ids: Vec<&str> = candidates.iter().map(|c| c.id).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        // The id itself may be a person's; it stays out of the message.
        Some(_) => Err(Error::argument(
            "id",
            "one row per person",
            "a person twice",
        )),
        None => Ok(()),
    }
}

/// The variables in standard deviations; `None` where one is NULL.
fn standardised(candidates: &[Candidate<'_>], n_nearest: usize) -> Vec<Option<[f64; NEAREST]>> {
    let mut deviations = [1.0; NEAREST];
    for (variable, deviation) in deviations.iter_mut().enumerate().take(n_nearest) {
        let mut values: Vec<f64> = candidates
            .iter()
            .filter_map(|c| c.nearest[variable])
            .collect();
        // Sorted, so that the sum does not depend on the order of the rows.
        values.sort_by(f64::total_cmp);
        #[expect(clippy::cast_precision_loss, reason = "people are fewer than 2^53")]
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
        let found = (squares / (n - 1.0)).sqrt();
        if found.is_finite() && found > 0.0 {
            *deviation = found;
        }
    }
    let place = |candidate: &Candidate<'_>| {
        let mut place = [0.0; NEAREST];
        for variable in 0..n_nearest {
            place[variable] = candidate.nearest[variable]? / deviations[variable];
        }
        place.iter().all(|value| value.is_finite()).then_some(place)
    };
    candidates.iter().map(place).collect()
}

/// A number drawn for an id: FNV-1a, stirred by the finaliser of splitmix64.
fn drawn(seed: u64, id: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in id.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// A float in its total order, the number drawn, and who it is.
type Key = (u64, u64, usize);

/// Bits that sort as the number does.
fn sortable(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

fn unsorted(bits: u64) -> f64 {
    f64::from_bits(if bits >> 63 == 1 {
        bits & !(1 << 63)
    } else {
        !bits
    })
}

/// The controls of a stratum that are left.
enum Pool<'a> {
    /// Along one variable (or none), sorted.
    Line(BTreeSet<Key>),
    /// In several dimensions: looked through.
    Space {
        left: BTreeSet<(u64, usize)>,
        scaled: &'a [Option<[f64; NEAREST]>],
    },
}

impl<'a> Pool<'a> {
    fn new(
        controls: &[usize],
        scaled: &'a [Option<[f64; NEAREST]>],
        draw: &[u64],
        candidates: &[Candidate<'_>],
        n_nearest: usize,
    ) -> Self {
        // Two ids may draw one number: the order of ids, not of rows, decides then.
        let mut by_id = controls.to_vec();
        by_id.sort_by_key(|at| (draw[*at], candidates[*at].id));
        if n_nearest > 1 {
            let left = by_id.iter().map(|at| (draw[*at], *at)).collect();
            return Self::Space { left, scaled };
        }
        let key = |at: &usize| scaled[*at].map(|place| (sortable(place[0]), draw[*at], *at));
        Self::Line(by_id.iter().filter_map(key).collect())
    }

    /// Takes the nearest control out.
    fn take(&mut self, place: [f64; NEAREST], caliper: Option<f64>) -> Option<(usize, f64)> {
        let within = |distance: f64| caliper.is_none_or(|caliper| distance <= caliper);
        match self {
            Self::Line(left) => {
                let here = (sortable(place[0]), 0, 0);
                let above = left.range(here..).next().copied();
                let below = left.range(..here).next_back().copied();
                // The lowest drawn of those at the value below.
                let below = below.and_then(|key| left.range((key.0, 0, 0)..).next().copied());
                let far = |key: Key| (unsorted(key.0) - place[0]).abs();
                let best = match (below, above) {
                    (Some(b), Some(a)) => match far(b).total_cmp(&far(a)).then(b.1.cmp(&a.1)) {
                        std::cmp::Ordering::Less => b,
                        _ => a,
                    },
                    (one, other) => one.or(other)?,
                };
                let distance = far(best);
                (within(distance) && left.remove(&best)).then_some((best.2, distance))
            }
            Self::Space { left, scaled } => {
                let mut best: Option<((u64, usize), f64)> = None;
                for key in left.iter() {
                    let Some(other) = scaled[key.1] else { continue };
                    let squares = place.iter().zip(other).map(|(a, b)| (a - b) * (a - b));
                    let distance = squares.sum::<f64>().sqrt();
                    if best.is_none_or(|(_, least)| distance < least) {
                        best = Some((*key, distance));
                    }
                }
                let (key, distance) = best?;
                (within(distance) && left.remove(&key)).then_some((key.1, distance))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person<'a>(id: &'a str, is_case: bool, stratum: &'a str, age: f64) -> Candidate<'a> {
        Candidate {
            id,
            is_case,
            stratum,
            nearest: [Some(age), None, None],
        }
    }

    const OPTIONS: MatchOptions = MatchOptions {
        ratio: 1,
        seed: 1,
        caliper: None,
        n_nearest: 1,
    };

    fn people() -> Vec<Candidate<'static>> {
        vec![
            person("a", true, "K", 50.0),
            person("b", true, "M", 40.0),
            person("c", true, "X", 40.0),
            person("p", false, "K", 52.0),
            person("q", false, "K", 49.0),
            person("r", false, "M", 20.0),
            person("s", false, "M", 70.0),
            person("t", false, "M", 41.0),
        ]
    }

    fn ids(people: &[Candidate<'static>], options: MatchOptions) -> Vec<(String, String)> {
        let pairs = match_controls(people, options).unwrap();
        let name = |at: usize| people[at].id.to_owned();
        pairs
            .iter()
            .map(|p| (name(p.case), p.control.map_or_else(String::new, name)))
            .collect()
    }

    fn pair(case: &str, control: &str) -> (String, String) {
        (case.to_owned(), control.to_owned())
    }

    #[test]
    fn the_nearest_of_the_stratum_is_taken_and_nobody_leaves_silently() {
        let expected = [pair("a", "q"), pair("b", "t"), pair("c", "")];
        assert_eq!(ids(&people(), OPTIONS), expected);
    }

    #[test]
    fn further_controls_come_in_rounds() {
        let options = MatchOptions {
            ratio: 2,
            ..OPTIONS
        };
        let expected = [
            pair("a", "q"),
            pair("a", "p"),
            pair("b", "t"),
            pair("b", "r"),
            pair("c", ""),
        ];
        assert_eq!(ids(&people(), options), expected);
    }

    #[test]
    fn rounds_end_where_no_control_is_left() {
        let options = MatchOptions {
            ratio: usize::MAX,
            ..OPTIONS
        };
        let pairs = ids(&people(), options);
        assert_eq!(
            pairs
                .iter()
                .filter(|(_, control)| !control.is_empty())
                .count(),
            5
        );
        assert!(pairs.contains(&pair("c", "")));
    }

    #[test]
    fn a_caliper_refuses_who_is_too_far() {
        let options = MatchOptions {
            ratio: 3,
            caliper: Some(0.2),
            ..OPTIONS
        };
        let expected = [
            pair("a", "q"),
            pair("a", "p"),
            pair("b", "t"),
            pair("c", ""),
        ];
        assert_eq!(ids(&people(), options), expected);
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_the_seed_does() {
        let names: Vec<String> = (0..60).map(|n| format!("p{n}")).collect();
        let mut people: Vec<Candidate<'_>> = names
            .iter()
            .enumerate()
            .map(|(n, id)| person(id, n % 6 == 0, "K", 50.0))
            .collect();
        let paired = |people: &[Candidate<'_>], seed| {
            let options = MatchOptions { seed, ..OPTIONS };
            let pairs = match_controls(people, options).unwrap();
            let name = |at: usize| people[at].id.to_owned();
            pairs
                .iter()
                .map(|p| (name(p.case), p.control.map(name)))
                .collect::<Vec<_>>()
        };
        let forwards = paired(&people, 7);
        let other_seed = paired(&people, 8);
        people.reverse();
        assert_eq!(forwards, paired(&people, 7));
        assert_ne!(forwards, other_seed);
    }

    #[test]
    fn several_variables_are_weighed_by_their_spread() {
        let at = |id, is_case, x, y| Candidate {
            id,
            is_case,
            stratum: "",
            nearest: [Some(x), Some(y), None],
        };
        // Income spreads over thousands: it must not drown the age.
        let people = [
            at("case", true, 50.0, 30_000.0),
            at("alike", false, 51.0, 32_000.0),
            at("young", false, 20.0, 30_100.0),
            at("rich", false, 50.0, 90_000.0),
        ];
        let options = MatchOptions {
            n_nearest: 2,
            ..OPTIONS
        };
        let pairs = match_controls(&people, options).unwrap();
        assert_eq!(pairs[0].control, Some(1));
    }

    #[test]
    fn a_person_twice_is_refused_without_naming_the_person() {
        let people = [person("a", true, "", 1.0), person("a", false, "", 1.0)];
        let error = match_controls(&people, OPTIONS).unwrap_err().to_string();
        assert_eq!(
            error,
            "id: expected one row per person, got `a person twice`"
        );
    }
}
