//! The outlines of Sweden's regions, simplified: `datasets/sweden/outlines.csv`, in kilometres from
//! the north-western corner.

/// The file, made by `datasets/make_outlines.py`.
const FILE: &str = include_str!("../../../../datasets/sweden/outlines.csv");

/// A region: its code, and the rings that it consists of.
pub(super) struct Outline {
    pub(super) code: &'static str,
    pub(super) rings: Vec<Vec<(f64, f64)>>,
}

/// All regions.
pub(super) fn all() -> Vec<Outline> {
    let lines = FILE.lines().skip(1);
    let regions = lines.filter_map(|line| line.split_once(','));
    regions
        .map(|(code, rings)| Outline {
            code,
            rings: rings.split(';').map(ring).collect(),
        })
        .collect()
}

fn ring(text: &str) -> Vec<(f64, f64)> {
    let numbers: Vec<f64> = text.split(' ').filter_map(|n| n.parse().ok()).collect();
    let pairs = numbers.chunks_exact(2);
    pairs.map(|pair| (pair[0], pair[1])).collect()
}

/// The width and height of the whole country.
pub(super) fn extent(outlines: &[Outline]) -> (f64, f64) {
    let points = outlines
        .iter()
        .flat_map(|outline| outline.rings.iter().flatten());
    points.fold((1.0, 1.0), |(width, height), (x, y)| {
        (width.max(*x), height.max(*y))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_has_an_outline_and_the_country_is_long() {
        let outlines = all();
        assert_eq!(outlines.len(), 21);
        for outline in &outlines {
            assert_eq!(outline.code.len(), 2);
            assert!(
                outline.rings.iter().all(|ring| ring.len() > 2),
                "{}",
                outline.code
            );
        }
        let (width, height) = extent(&outlines);
        assert!((600.0..700.0).contains(&width) && (1500.0..1600.0).contains(&height));
        // Skåne is in the south, Norrbotten in the north.
        let middle = |code: &str| {
            let outline = outlines.iter().find(|o| o.code == code).unwrap();
            let points: Vec<f64> = outline.rings.iter().flatten().map(|p| p.1).collect();
            #[allow(clippy::cast_precision_loss, reason = "few points")]
            let n = points.len() as f64;
            points.iter().sum::<f64>() / n
        };
        assert!(middle("25") < 400.0 && middle("12") > 1400.0);
    }
}
