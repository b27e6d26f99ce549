//! Colours that stay apart for colour-blind readers and in grey print, dark enough to read.

use super::svg::Shape;

/// Texts and axes.
pub(super) const INK: &str = "#1a1a1a";
/// Lesser texts.
pub(super) const SOFT: &str = "#525252";
/// Grid lines.
pub(super) const GRID: &str = "#dcdcdc";
/// The nation among its regions.
pub(super) const NATION: &str = "#1a1a1a";
/// Where nothing is known.
pub(super) const EMPTY: &str = "#f2f2f2";
/// A line that a reader should notice.
pub(super) const ALERT: &str = "#a33b0a";

/// From little to much; light to dark, so that grey print keeps the order.
pub(super) const SEQUENCE: [&str; 6] = [
    "#e8f1fa", "#c3dcf0", "#8fbce0", "#4a8cc2", "#1f5f99", "#0b3765",
];

/// Groups: blue, red-brown, violet, green, grey; the first two differ for every reader.
const GROUPS: [&str; 5] = ["#0b5fa5", "#a33b0a", "#6a2c91", "#1b6e4b", "#4d4d4d"];
/// The lines of groups.
const DASHES: [&str; 5] = ["", "7 3", "2 3", "9 3 2 3", "4 2"];
/// The marks of groups.
const SHAPES: [Shape; 4] = [
    Shape::Circle,
    Shape::Diamond,
    Shape::Square,
    Shape::Triangle,
];

/// How a group looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) color: &'static str,
    pub(super) dash: &'static str,
    pub(super) shape: Shape,
}

/// How the groups look: women, men and both always alike, others by their order.
pub(super) fn look(code: &str, at: usize) -> Look {
    let at = match code {
        "M" => 0,
        "K" => 1,
        "T" => {
            return Look {
                color: NATION,
                dash: "",
                shape: Shape::Square,
            };
        }
        _ => at,
    };
    Look {
        color: GROUPS[at % GROUPS.len()],
        dash: DASHES[at % DASHES.len()],
        shape: SHAPES[at % SHAPES.len()],
    }
}

/// Black or white, whichever can be read on a colour.
pub(super) fn text_on(color: &str) -> &'static str {
    match contrast(INK, color) >= contrast("#ffffff", color) {
        true => INK,
        false => "#ffffff",
    }
}

/// The contrast of two colours, from 1 to 21, as WCAG 2.2 defines it.
pub(super) fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(color: &str) -> f64 {
    let channel = |at: usize| {
        let hex = color.get(at..at + 2).unwrap_or("00");
        let value = f64::from(u8::from_str_radix(hex, 16).unwrap_or_default()) / 255.0;
        match value <= 0.040_45 {
            true => value / 12.92,
            false => ((value + 0.055) / 1.055).powf(2.4),
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_can_be_read_on_its_ground() {
        for color in SEQUENCE.iter().chain([&EMPTY]) {
            let found = contrast(text_on(color), color);
            assert!(found >= 4.5, "{color}: {found}");
        }
        for color in GROUPS.iter().chain([&INK, &SOFT, &ALERT, &NATION]) {
            let found = contrast(color, "#ffffff");
            assert!(found >= 4.5, "{color}: {found}");
        }
    }

    #[test]
    fn the_sequence_darkens_from_step_to_step() {
        let steps = SEQUENCE.map(luminance);
        assert!(steps.windows(2).all(|w| w[0] > w[1] * 1.15), "{steps:?}");
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
        assert!((contrast("#777777", "#ffffff") - 4.478).abs() < 1e-3);
    }
}
