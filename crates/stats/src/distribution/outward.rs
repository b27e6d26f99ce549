//! A tail by quadrature, from a point outwards: for distributions of large parameters, whose tails
//! are smooth and whose continued fractions are long.

/// The largest parameter for which sums and fractions are used: they take some twenty times its
/// square root of terms.
pub(super) const LARGE: f64 = 500.0;

/// Where a tail ends: `e^-48` of its density at the point is left.
const DEPTH: f64 = 48.0;
/// By how much the end is farther out than the second-order expansion says.
const MARGIN: f64 = 1.3;
/// The parts that a tail is cut into.
const PARTS: u32 = 8;

/// The positive nodes of Gauss-Legendre quadrature with 16 nodes, and their weights (Abramowitz and
/// Stegun, 1964, table 25.4).
const NODES: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_6),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_89),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_095),
];

/// The integral of `e^exponent(v)` over `v` from 0 on, for an exponent that is 0 at 0 and falls
/// about as `-slope v - curvature v^2 / 2`.
pub(super) fn integral(slope: f64, curvature: f64, exponent: impl Fn(f64) -> f64) -> f64 {
    let end = MARGIN * 2.0 * DEPTH / (slope + slope.hypot((2.0 * DEPTH * curvature).sqrt()));
    let half = 0.5 * end / f64::from(PARTS);
    let mut sum = 0.0;
    for part in 0..PARTS {
        let middle = half * f64::from(2 * part + 1);
        for (node, weight) in NODES {
            let (left, right) = (middle - half * node, middle + half * node);
            sum += weight * (exponent(left).exp() + exponent(right).exp());
        }
    }
    half * sum
}
