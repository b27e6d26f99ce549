//! Sweden's 21 regions: a map with their borders, and beside it tiles that lie about as the regions
//! do, each as large as any other, with its value printed in it.

use super::palette::{ALERT, EMPTY, INK, SEQUENCE, SOFT, text_on};
use super::scale::{Scale, decimals};
use super::svg::{Canvas, Face, Pen, fit};
use super::{Sheet, outlines, withheld_note};

/// A tile.
const TILE: (f64, f64) = (104.0, 54.0);
/// Between tiles.
const GAP: f64 = 4.0;
/// Around the map.
const EDGE: f64 = 12.0;
/// Between the map and the tiles.
const BETWEEN: f64 = 26.0;
/// The borders of regions.
const BORDER: &str = "#7d7d7d";
/// For the legend, to the left of the narrow north.
const LEGEND_TOP: f64 = 22.0;

/// Code, short name, column and row of each region. Codes are those of Statistics Sweden (SCB).
const REGIONS: [(&str, &str, u8, u8); 21] = [
    ("25", "Norrbotten", 3, 0),
    ("24", "Västerbotten", 3, 1),
    ("23", "Jämtland", 2, 2),
    ("22", "Västernorrland", 3, 2),
    ("20", "Dalarna", 2, 3),
    ("21", "Gävleborg", 3, 3),
    ("17", "Värmland", 1, 4),
    ("18", "Örebro", 2, 4),
    ("19", "Västmanland", 3, 4),
    ("03", "Uppsala", 4, 4),
    ("14", "Västra Götaland", 1, 5),
    ("05", "Östergötland", 2, 5),
    ("04", "Sörmland", 3, 5),
    ("01", "Stockholm", 4, 5),
    ("13", "Halland", 1, 6),
    ("06", "Jönköping", 2, 6),
    ("08", "Kalmar", 3, 6),
    ("09", "Gotland", 4, 6),
    ("12", "Skåne", 1, 7),
    ("07", "Kronoberg", 2, 7),
    ("10", "Blekinge", 3, 7),
];

pub(super) fn draw(sheet: &Sheet<'_>) -> Canvas {
    let (columns, rows) = (4.0, 8.0);
    let outlines = outlines::all();
    let tall = rows * (TILE.1 + GAP) - GAP;
    let (map_width, map_height) = outlines::extent(&outlines);
    let zoom = tall / map_height;
    let left = EDGE + map_width * zoom + BETWEEN;
    let width = left + columns * (TILE.0 + GAP) - GAP + EDGE;
    let note = withheld_note(sheet.n_withheld("value"), sheet.language);
    let below = note.as_ref().map_or(0.0, |_| 22.0);
    let mut canvas = Canvas::new(width, 2.0 * EDGE + tall + below);
    let known = sheet
        .chosen
        .iter()
        .filter_map(|row| sheet.value(*row, "value").number());
    let breaks = classes(known);
    draw_map(&mut canvas, sheet, &outlines, zoom, &breaks);
    for (code, name, column, line) in REGIONS {
        let x = left + (f64::from(column) - 1.0) * (TILE.0 + GAP);
        let y = EDGE + f64::from(line) * (TILE.1 + GAP);
        let row = row_of(sheet, code);
        draw_tile(&mut canvas, sheet, (x, y), name, row, &breaks);
        if sheet.mark.as_deref() == Some(code) {
            let at = (x - 1.0, y - 1.0);
            let size = (TILE.0 + 2.0, TILE.1 + 2.0);
            canvas.frame(at, size, "none", Pen::new(ALERT, 3.5));
        }
    }
    legend(&mut canvas, sheet, left, &breaks);
    if let Some(note) = note {
        let y = canvas.height - 8.0;
        canvas.text(EDGE, y, &note, Face::new(11.0, SOFT));
    }
    canvas
}

/// The row of a region.
fn row_of(sheet: &Sheet<'_>, code: &str) -> Option<usize> {
    let mut rows = sheet.chosen.iter();
    rows.find(|row| sheet.value(**row, "region").key() == code)
        .copied()
}

/// The regions within their borders; the one that is to stand out is drawn last.
fn draw_map(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    outlines: &[outlines::Outline],
    zoom: f64,
    breaks: &[f64],
) {
    let is_marked = |code: &str| sheet.mark.as_deref() == Some(code);
    let (marked, others): (Vec<_>, Vec<_>) = outlines.iter().partition(|o| is_marked(o.code));
    for outline in others.into_iter().chain(marked) {
        let row = row_of(sheet, outline.code);
        let value = row.and_then(|row| sheet.value(row, "value").number());
        let fill = value.map_or(EMPTY, |value| color(value, breaks));
        let place = |(x, y): &(f64, f64)| (EDGE + x * zoom, EDGE + y * zoom);
        let rings = outline.rings.iter();
        let rings: Vec<Vec<(f64, f64)>> = rings.map(|r| r.iter().map(place).collect()).collect();
        let mut regions = REGIONS.iter();
        let name = regions
            .find(|region| region.0 == outline.code)
            .map_or(outline.code, |region| region.1);
        let words = match row {
            Some(row) => sheet.words(name, row, "value"),
            None => name.to_owned(),
        };
        let pen = match is_marked(outline.code) {
            true => Pen::new(ALERT, 2.2),
            false => Pen::new(BORDER, 0.7),
        };
        canvas.begin_group(&words);
        canvas.rings(&rings, fill, pen);
        canvas.end_group();
    }
}

/// The limits between classes: round, equally wide, as many as there are colours at most.
fn classes(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let scale = Scale::over(values, false);
    let (marks, _) = scale.marks();
    let step = marks
        .len()
        .saturating_sub(1)
        .div_ceil(SEQUENCE.len())
        .max(1);
    marks.into_iter().step_by(step).collect()
}

/// The colour of a value.
fn color(value: f64, breaks: &[f64]) -> &'static str {
    let n_classes = breaks.len().saturating_sub(1).max(1);
    let class = breaks
        .iter()
        .skip(1)
        .take(n_classes - 1)
        .filter(|limit| value >= **limit)
        .count();
    shade(class, n_classes)
}

/// The colour of a class; few classes are spread over all colours.
fn shade(class: usize, n_classes: usize) -> &'static str {
    let last = SEQUENCE.len() - 1;
    let at = match n_classes {
        0 | 1 => last / 2,
        n => (class * last) / (n - 1),
    };
    SEQUENCE[at.min(last)]
}

fn draw_tile(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    at: (f64, f64),
    name: &str,
    row: Option<usize>,
    breaks: &[f64],
) {
    let value = row.and_then(|row| sheet.value(row, "value").number());
    let fill = value.map_or(EMPTY, |value| color(value, breaks));
    let ink = text_on(fill);
    let words = match row {
        Some(row) => sheet.words(name, row, "value"),
        None => name.to_owned(),
    };
    canvas.begin_group(&words);
    canvas.frame(at, TILE, fill, Pen::new("#8a8a8a", 0.8));
    let short = fit(name, 11.0, TILE.0 - 10.0);
    canvas.text(at.0 + 7.0, at.1 + 17.0, &short, Face::new(11.0, ink));
    let text = match row {
        Some(row) => sheet.written(row, "value").text,
        None => String::new(),
    };
    canvas.text(at.0 + 7.0, at.1 + 40.0, &text, Face::new(16.0, ink).bold());
    canvas.end_group();
}

fn legend(canvas: &mut Canvas, sheet: &Sheet<'_>, left: f64, breaks: &[f64]) {
    let label = sheet.axis_label(&sheet.figure.x_label, "value");
    let mut y = LEGEND_TOP;
    for line in super::svg::wrap(&label, 11.5, TILE.0 * 2.0 - 16.0) {
        canvas.text(left, y, &line, Face::new(11.5, INK).bold());
        y += 15.0;
    }
    let step = match breaks {
        [first, second, ..] => second - first,
        _ => 1.0,
    };
    let write = |value: f64| sheet.number("value", value, decimals(step));
    for (class, limits) in breaks.windows(2).enumerate().rev() {
        let fill = shade(class, breaks.len() - 1);
        canvas.frame(
            (left, y - 4.0),
            (22.0, 14.0),
            fill,
            Pen::new("#8a8a8a", 0.8),
        );
        let range = sheet.language.range(&write(limits[0]), &write(limits[1]));
        canvas.text(left + 30.0, y + 7.0, &range, Face::new(11.0, INK));
        y += 18.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_region_has_a_tile_of_its_own() {
        let codes: BTreeSet<&str> = REGIONS.iter().map(|r| r.0).collect();
        let places: BTreeSet<(u8, u8)> = REGIONS.iter().map(|r| (r.2, r.3)).collect();
        assert_eq!((codes.len(), places.len()), (21, 21));
        for gone in ["02", "11", "15", "16"] {
            assert!(!codes.contains(gone));
        }
    }

    #[test]
    fn greater_values_are_darker() {
        let breaks = classes([10.0, 22.0, 35.0, 49.0].into_iter());
        assert!(breaks.len() <= SEQUENCE.len() + 1);
        let at = |value: f64| SEQUENCE.iter().position(|c| *c == color(value, &breaks));
        assert!(at(10.0) < at(22.0) && at(22.0) < at(49.0));
        assert_eq!(at(49.0), Some(SEQUENCE.len() - 1));
        assert_eq!(
            color(3.0, &classes([3.0].into_iter())),
            color(3.0, &classes([3.0].into_iter()))
        );
    }
}
