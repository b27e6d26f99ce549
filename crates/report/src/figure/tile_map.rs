//! Sweden's 21 regions as tiles that lie about as the regions do.
//!
//! No borders: each region is as large as any other, and its value can be printed in it.

use super::palette::{ALERT, EMPTY, INK, SEQUENCE, SOFT, text_on};
use super::scale::{Scale, decimals};
use super::svg::{Canvas, Face, Pen, fit};
use super::{Sheet, withheld_note};

/// A tile.
const TILE: (f64, f64) = (104.0, 54.0);
/// Between tiles.
const GAP: f64 = 4.0;
/// Around the map.
const EDGE: f64 = 12.0;
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
    let (columns, rows) = (5.0, 8.0);
    let width = 2.0 * EDGE + columns * (TILE.0 + GAP) - TILE.0;
    let height = 2.0 * EDGE + rows * (TILE.1 + GAP) + 22.0;
    let mut canvas = Canvas::new(width, height);
    let known = sheet
        .chosen
        .iter()
        .filter_map(|row| sheet.value(*row, "value").number());
    let breaks = classes(known);
    for (code, name, column, line) in REGIONS {
        // The first column is empty: the country leans to the right.
        let x = EDGE + (f64::from(column) - 1.0) * (TILE.0 + GAP);
        let y = EDGE + f64::from(line) * (TILE.1 + GAP);
        let row = sheet
            .chosen
            .iter()
            .find(|row| sheet.value(**row, "region").key() == code);
        draw_tile(&mut canvas, sheet, (x, y), name, row.copied(), &breaks);
        if sheet.mark.as_deref() == Some(code) {
            let at = (x - 1.0, y - 1.0);
            let size = (TILE.0 + 2.0, TILE.1 + 2.0);
            canvas.frame(at, size, "none", Pen::new(ALERT, 3.5));
        }
    }
    legend(&mut canvas, sheet, &breaks);
    let notes = withheld_note(sheet.n_withheld("value"), sheet.language);
    if let Some(note) = notes {
        canvas.text(EDGE, height - 8.0, &note, Face::new(11.0, SOFT));
    }
    canvas
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

fn legend(canvas: &mut Canvas, sheet: &Sheet<'_>, breaks: &[f64]) {
    let label = sheet.axis_label(&sheet.figure.x_label, "value");
    let mut y = LEGEND_TOP;
    for line in super::svg::wrap(&label, 11.5, TILE.0 * 2.0 - 16.0) {
        canvas.text(EDGE, y, &line, Face::new(11.5, INK).bold());
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
            (EDGE, y - 4.0),
            (22.0, 14.0),
            fill,
            Pen::new("#8a8a8a", 0.8),
        );
        let range = sheet.language.range(&write(limits[0]), &write(limits[1]));
        canvas.text(EDGE + 30.0, y + 7.0, &range, Face::new(11.0, INK));
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
