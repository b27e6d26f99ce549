//! The frame of figures with two axes.

use super::palette::{GRID, INK, SOFT, look};
use super::scale::Scale;
use super::svg::{Canvas, Face, Pen, text_width};

/// The size of the letters on axes.
pub(super) const LETTERS: f64 = 11.0;

/// The part of a canvas that holds the values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// Draws a vertical axis on the left with its grid and words.
pub(super) fn vertical(
    canvas: &mut Canvas,
    area: Area,
    scale: &Scale,
    label: &str,
    write: impl Fn(f64, usize) -> String,
) {
    let (marks, decimals) = scale.marks();
    for mark in marks {
        let y = scale.at(mark);
        canvas.line((area.left, y), (area.right, y), Pen::new(GRID, 1.0));
        let text = write(mark, decimals);
        canvas.text(
            area.left - 6.0,
            y + 4.0,
            &text,
            Face::new(LETTERS, SOFT).end(),
        );
    }
    let middle = (area.top + area.bottom) / 2.0;
    canvas.text_upwards(14.0, middle, label, Face::new(LETTERS, INK));
}

/// Draws a horizontal axis below with its words, at chosen marks.
pub(super) fn horizontal(
    canvas: &mut Canvas,
    area: Area,
    scale: &Scale,
    label: &str,
    marks: &[(f64, String)],
) {
    canvas.line(
        (area.left, area.bottom),
        (area.right, area.bottom),
        Pen::new(INK, 1.0),
    );
    for (mark, text) in marks {
        let x = scale.at(*mark);
        canvas.line((x, area.bottom), (x, area.bottom + 4.0), Pen::new(INK, 1.0));
        canvas.text(
            x,
            area.bottom + 17.0,
            text,
            Face::new(LETTERS, SOFT).middle(),
        );
    }
    let middle = (area.left + area.right) / 2.0;
    canvas.text(
        middle,
        area.bottom + 36.0,
        label,
        Face::new(LETTERS, INK).middle(),
    );
}

/// The round marks of a scale with their words.
pub(super) fn marks_of(scale: &Scale, write: impl Fn(f64, usize) -> String) -> Vec<(f64, String)> {
    let (marks, decimals) = scale.marks();
    marks
        .into_iter()
        .map(|mark| (mark, write(mark, decimals)))
        .collect()
}

/// Between the middles of two names that stand below each other.
const NAME_GAP: f64 = 14.0;

/// Moves names apart that would meet, and keeps all of them between two ends; the places come in
/// ascending order.
pub(super) fn spread(places: &mut [f64], (top, bottom): (f64, f64)) {
    let mut least = top;
    for place in places.iter_mut() {
        *place = place.max(least);
        least = *place + NAME_GAP;
    }
    let mut most = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - NAME_GAP;
    }
}

/// A line at a ratio of 1, where both sides are equal.
pub(super) fn line_at_one(canvas: &mut Canvas, area: Area, scale: &Scale) {
    let y = scale.at(1.0);
    canvas.line((area.left, y), (area.right, y), Pen::new(INK, 1.2));
}

/// Draws the names of groups in a row, each with its line and mark.
pub(super) fn legend(canvas: &mut Canvas, x: f64, y: f64, groups: &[(String, String)]) {
    let mut x = x;
    for (at, (code, name)) in groups.iter().enumerate() {
        let look = look(code, at);
        let pen = Pen::new(look.color, 2.0).dashed(look.dash);
        canvas.line((x, y - 4.0), (x + 26.0, y - 4.0), pen);
        canvas.mark((x + 13.0, y - 4.0), 4.0, look.shape, look.color, name);
        canvas.text(x + 32.0, y, name, Face::new(LETTERS, INK));
        x += 32.0 + text_width(name, LETTERS) + 22.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_meet_are_moved_apart_and_stay_inside() {
        let mut places = [10.0, 11.0, 12.0, 90.0, 95.0];
        spread(&mut places, (8.0, 96.0));
        assert!(
            places.windows(2).all(|w| w[1] - w[0] >= NAME_GAP - 1e-9),
            "{places:?}"
        );
        assert!(places[0] >= 8.0 && places[4] <= 96.0, "{places:?}");
    }
}
