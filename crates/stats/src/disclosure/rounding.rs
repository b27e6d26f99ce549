//! Rounding counts to a base.

use crate::Error;

/// Rounds a count to the nearest multiple of a base; halfway goes up.
///
/// # Arguments
/// `base`: 3 or 5 by custom; 1 leaves every count as it is.
///
/// # Interpretation
/// Rounded parts need not add up to their rounded total. A rate beside a rounded count must be
/// made of rounded counts, or it gives the exact ones back.
///
/// # Errors
/// A base of 0.
///
/// # Example
/// ```
/// use kohort_stats::disclosure::round_to_base;
/// assert_eq!(round_to_base(53, 5), Ok(55));
/// assert_eq!(round_to_base(4, 3), Ok(3));
/// ```
pub fn round_to_base(n: u64, base: u64) -> Result<u64, Error> {
    let rest = rest(n, base)?;
    Ok(settle(
        n,
        rest,
        base,
        2 * u128::from(rest) >= u128::from(base),
    ))
}

/// How probable it is that [`round_to_base_random`] rounds a count up: `(n mod base) / base`, so
/// that the expectation of what is shown is the count.
///
/// # Errors
/// A base of 0.
#[expect(clippy::cast_precision_loss, reason = "a base is a small number")]
pub fn probability_of_rounding_up(n: u64, base: u64) -> Result<f64, Error> {
    Ok(rest(n, base)? as f64 / base as f64)
}

/// Rounds a count to a multiple of a base next to it, up or down by a key, without bias.
///
/// # Definition
/// Up with probability `(n mod base) / base`. The draw is a function of `n`, `base` and `key`
/// alone: the same cell with the same key always rounds alike, so that asking often does not
/// average the noise away. A multiple of the base stays as it is.
///
/// # Arguments
/// `key`: made of the cell's identity and a secret. Where it can be guessed, so can the draw.
///
/// # Errors
/// A base of 0.
pub fn round_to_base_random(n: u64, base: u64, key: u64) -> Result<u64, Error> {
    let rest = rest(n, base)?;
    let draw = mix(key ^ mix(n ^ mix(base)));
    // draw / 2^64 < rest / base
    let is_up = u128::from(draw) * u128::from(base) < (u128::from(rest) << 64);
    Ok(settle(n, rest, base, is_up))
}

fn rest(n: u64, base: u64) -> Result<u64, Error> {
    n.checked_rem(base)
        .ok_or_else(|| Error::argument("base", "1 or more", base))
}

fn settle(n: u64, rest: u64, base: u64, is_up: bool) -> u64 {
    match is_up && rest > 0 {
        true => n.saturating_add(base - rest),
        false => n - rest,
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014, doi:10.1145/2660193.2660195): every
/// bit of the result depends on every bit of the key.
fn mix(key: u64) -> u64 {
    let z = key.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_multiple_is_taken_and_halfway_goes_up() {
        for (n, base, expected) in [
            (0, 5, 0),
            (2, 5, 0),
            (3, 5, 5),
            (54, 3, 54),
            (53, 3, 54),
            (2, 4, 4),
        ] {
            assert_eq!(round_to_base(n, base), Ok(expected), "{n} to {base}");
        }
        assert!(round_to_base(1, 0).is_err());
    }

    #[test]
    fn random_rounding_has_no_bias_and_stays_next_to_the_count() {
        for n in 0..12 {
            let shown: Vec<u64> = (0..20_000)
                .map(|key| round_to_base_random(n, 5, key).unwrap())
                .collect();
            assert!(shown.iter().all(|s| s % 5 == 0 && s.abs_diff(n) < 5));
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let mean = shown.iter().sum::<u64>() as f64 / 20_000.0;
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let bias = mean - n as f64;
            assert!(bias.abs() < 0.08, "{n}: {mean}");
        }
    }

    #[test]
    fn the_same_key_rounds_alike() {
        for key in 0..50 {
            let once = round_to_base_random(7, 3, key);
            assert_eq!(once, round_to_base_random(7, 3, key));
        }
    }
}
