//! Random numbers that are counted, not taken in turn.
//!
//! A stream is named by a seed, a person, and a purpose, and starts from a hash of the three
//! (SplitMix64). So what one person is dealt depends on nobody else, not on threads, and not on how
//! many numbers another purpose used up. The elementary functions are those of `libm`, the same on
//! every machine.
//!
//! # References
//! Steele, Lea and Flood, 2014, "Fast splittable pseudorandom number generators", OOPSLA,
//! doi:10.1145/2660193.2660195.

/// 2^64 over the golden ratio, odd.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Mixes 64 bits so that each depends on all (Stafford's variant 13).
pub const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// What a stream is for. Streams of one person with different purposes know nothing of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Who the person is.
    Person,
    /// When and whether they are referred.
    Referral,
    /// What happens to their n-th referral.
    Care(u8),
    /// Their way through the study.
    Study,
    /// What the whole register shares.
    Register,
}

impl Purpose {
    const fn number(self) -> u64 {
        match self {
            Self::Person => 1,
            Self::Referral => 2,
            Self::Study => 3,
            Self::Register => 4,
            Self::Care(n) => 0x100 + n as u64,
        }
    }
}

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Stream {
    state: u64,
}

impl Stream {
    /// The stream of a person for a purpose.
    pub fn new(seed: u64, person: u64, purpose: Purpose) -> Self {
        let state = mix(seed.wrapping_add(GOLDEN));
        let state = mix(state ^ person.wrapping_mul(GOLDEN).wrapping_add(GOLDEN));
        Self {
            state: mix(state ^ purpose.number().wrapping_mul(GOLDEN)),
        }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// A number above 0 and below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) * (1.0 / (1_u64 << 53) as f64)
    }

    /// A whole number from 0 to below `n`, which is above 0; even to one in 2^32.
    pub fn below(&mut self, n: u32) -> u32 {
        (((self.bits() >> 32) * u64::from(n)) >> 32) as u32
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Which of several shares: its index. Shares need not add up to 1; the last one takes what is
    /// left.
    pub fn choose(&mut self, shares: &[f64]) -> usize {
        let mut left = self.unit() * shares.iter().sum::<f64>();
        for (index, share) in shares.iter().enumerate() {
            left -= share;
            if left < 0.0 {
                return index;
            }
        }
        shares.len().saturating_sub(1)
    }

    /// An exponential number of this mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(self.unit())
    }

    /// A Poisson number of this mean, which is small, cut at `most`. One number is used up: with a
    /// larger mean and the same stream it is never smaller.
    pub fn poisson(&mut self, mean: f64, most: u8) -> u8 {
        let mut left = self.unit();
        let mut share = libm::exp(-mean);
        for n in 0..most {
            left -= share;
            if left < 0.0 {
                return n;
            }
            share *= mean / f64::from(n + 1);
        }
        most
    }

    /// A standard normal number.
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.unit()));
        radius * libm::cos(2.0 * std::f64::consts::PI * self.unit())
    }

    /// A log-normal number of this median, `spread` being the standard deviation of its logarithm.
    pub fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        median * libm::exp(spread * self.normal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> Stream {
        Stream::new(7, 3, Purpose::Person)
    }

    fn mean(n: u32, mut draw: impl FnMut(&mut Stream) -> f64) -> f64 {
        let mut stream = stream();
        (0..n).map(|_| draw(&mut stream)).sum::<f64>() / f64::from(n)
    }

    #[test]
    fn streams_differ_by_seed_person_and_purpose() {
        let first = |seed, person, purpose| Stream::new(seed, person, purpose).bits();
        let one = first(1, 1, Purpose::Person);
        assert_eq!(one, first(1, 1, Purpose::Person));
        for other in [
            first(2, 1, Purpose::Person),
            first(1, 2, Purpose::Person),
            first(1, 1, Purpose::Study),
            first(1, 1, Purpose::Care(0)),
            first(1, 1, Purpose::Care(1)),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn numbers_have_the_means_of_their_distributions() {
        let near = |got: f64, expected: f64, off: f64| {
            assert!((got - expected).abs() < off, "{got} is not {expected}");
        };
        near(mean(100_000, Stream::unit), 0.5, 0.005);
        near(mean(100_000, Stream::normal), 0.0, 0.015);
        near(mean(100_000, |s| s.normal().powi(2)), 1.0, 0.02);
        near(mean(100_000, |s| s.exponential(3.0)), 3.0, 0.05);
        near(mean(100_000, |s| f64::from(s.poisson(0.7, 15))), 0.7, 0.015);
        near(mean(100_000, |s| f64::from(s.below(10))), 4.5, 0.05);
        near(mean(100_000, |s| f64::from(s.happens(0.2))), 0.2, 0.006);
        let second = |s: &mut Stream| f64::from(s.choose(&[0.5, 0.3, 0.2]) == 1);
        near(mean(100_000, second), 0.3, 0.006);
    }

    #[test]
    fn a_larger_mean_never_gives_fewer() {
        for person in 0..2000 {
            let draw = |mean| Stream::new(1, person, Purpose::Referral).poisson(mean, 15);
            assert!(draw(0.3) <= draw(0.6));
        }
    }
}
