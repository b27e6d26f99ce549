//! Values with their intervals, sorted, with the nation among its regions; women and men beside.

use super::axes::LETTERS;
use super::palette::{GRID, INK, NATION, SOFT, look};
use super::scale::Scale;
use super::svg::{Canvas, Face, Pen, fit, text_width};
use super::{Sheet, WIDTH, withheld_note};
use crate::definition::Order;

/// The height of a row, and of one with marks for groups.
const ROW: f64 = 21.0;
/// For the names.
const LEFT: f64 = 200.0;
/// The least and the most room for the values as text.
const RIGHT: (f64, f64) = (110.0, 270.0);
/// For the legend and the axis.
const TOP: f64 = 34.0;
/// For the axis and its words.
const BOTTOM: f64 = 44.0;
/// For what is said of withheld values.
const NOTE: f64 = 18.0;

/// A name with the row of each of its groups.
struct Entry {
    name: String,
    is_total: bool,
    is_marked: bool,
    /// The row that decides the order.
    main: Option<usize>,
    /// The other rows, with their groups.
    others: Vec<(String, usize)>,
}

pub(super) fn draw(sheet: &Sheet<'_>) -> Canvas {
    let entries = entries(sheet);
    let note = withheld_note(sheet.n_withheld("value"), sheet.language);
    #[expect(clippy::cast_precision_loss, reason = "a figure has few rows")]
    let bottom = TOP + ROW * entries.len() as f64;
    let below = BOTTOM + note.as_ref().map_or(0.0, |_| NOTE);
    let mut canvas = Canvas::new(WIDTH, bottom + below);
    let end = WIDTH - right(sheet, &entries);
    let scale = scale(sheet).on(LEFT, end);
    let (marks, decimals) = scale.marks();
    for value in marks {
        let x = scale.at(value);
        canvas.line((x, TOP - 6.0), (x, bottom), Pen::new(GRID, 1.0));
        let text = sheet.number("value", value, decimals);
        canvas.text(x, bottom + 14.0, &text, Face::new(LETTERS, SOFT).middle());
    }
    if sheet.is_ratio("value") {
        let x = scale.at(1.0);
        canvas.line((x, TOP - 6.0), (x, bottom), Pen::new(INK, 1.2));
    }
    let label = sheet.axis_label(&sheet.figure.x_label, "value");
    let middle = f64::midpoint(LEFT, end);
    canvas.text(
        middle,
        bottom + 32.0,
        &label,
        Face::new(LETTERS, INK).middle(),
    );
    line_of_nation(&mut canvas, sheet, &entries, &scale, bottom);
    let mut y = TOP + ROW / 2.0;
    for entry in &entries {
        draw_entry(&mut canvas, sheet, entry, &scale, (y, end));
        y += ROW;
    }
    legend(&mut canvas, sheet);
    if let Some(note) = note {
        let y = canvas.height - 6.0;
        canvas.text(8.0, y, &note, Face::new(LETTERS, SOFT));
    }
    canvas
}

/// The room that the widest value needs.
fn right(sheet: &Sheet<'_>, entries: &[Entry]) -> f64 {
    let widths = entries.iter().filter_map(|entry| {
        let text = value_text(sheet, entry.main?);
        // Bold letters are a little wider.
        Some(text_width(&text, LETTERS) * 1.06 + 20.0)
    });
    let (least, most) = RIGHT;
    widths.fold(least, f64::max).min(most)
}

/// A value with its interval.
fn value_text(sheet: &Sheet<'_>, row: usize) -> String {
    let written = sheet.written(row, "value");
    match written.interval {
        Some(interval) => format!("{} ({interval})", written.text),
        None => written.text,
    }
}

/// All values and limits; from 0 unless that would hide the differences.
fn scale(sheet: &Sheet<'_>) -> Scale {
    let numbers = sheet.chosen.iter().flat_map(|row| {
        let value = sheet.value(*row, "value");
        let (lower, upper) = value.limits().unzip();
        [value.number(), lower, upper].into_iter().flatten()
    });
    let numbers: Vec<f64> = numbers.collect();
    let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let most = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let from_zero = least >= 0.0 && least < 0.6 * most;
    sheet.scale("value", numbers.into_iter(), from_zero)
}

/// Names in the order that the figure wants: from the greatest value to the least, where those
/// without one come last, or as the rows have them.
fn entries(sheet: &Sheet<'_>) -> Vec<Entry> {
    let groups = sheet.groups("group");
    let main = match groups.iter().any(|group| group == "T") {
        true => "T".to_owned(),
        false => groups.first().cloned().unwrap_or_default(),
    };
    let mut entries: Vec<(String, Entry)> = Vec::new();
    for row in &sheet.chosen {
        let key = sheet.value(*row, "label").key();
        let at = entries
            .iter()
            .position(|(k, _)| *k == key)
            .unwrap_or_else(|| {
                let is_total = sheet.total.as_ref() == Some(&key);
                let entry = Entry {
                    name: sheet.written(*row, "label").text,
                    is_total,
                    is_marked: sheet.mark.as_ref() == Some(&key),
                    main: None,
                    others: Vec::new(),
                };
                entries.push((key.clone(), entry));
                entries.len() - 1
            });
        let group = sheet.value(*row, "group").key();
        let entry = &mut entries[at].1;
        match group == main {
            true => entry.main = Some(*row),
            false => entry.others.push((group, *row)),
        }
    }
    let mut entries: Vec<Entry> = entries.into_iter().map(|(_, entry)| entry).collect();
    if sheet.figure.order == Order::Rows {
        return entries;
    }
    let value = |entry: &Entry| {
        entry
            .main
            .and_then(|row| sheet.value(row, "value").number())
    };
    entries.sort_by(|a, b| match (value(a), value(b)) {
        (Some(x), Some(y)) => y.total_cmp(&x).then_with(|| a.name.cmp(&b.name)),
        (x, y) => y
            .is_some()
            .cmp(&x.is_some())
            .then_with(|| a.name.cmp(&b.name)),
    });
    entries
}

/// A line through all rows at the nation's value.
fn line_of_nation(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    entries: &[Entry],
    scale: &Scale,
    bottom: f64,
) {
    let total = entries
        .iter()
        .find(|entry| entry.is_total)
        .and_then(|entry| entry.main);
    if let Some(value) = total.and_then(|row| sheet.value(row, "value").number()) {
        let x = scale.at(value);
        canvas.line(
            (x, TOP - 6.0),
            (x, bottom),
            Pen::new(NATION, 1.2).dashed("5 3"),
        );
    }
}

fn draw_entry(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    entry: &Entry,
    scale: &Scale,
    (y, end): (f64, f64),
) {
    if entry.is_total {
        canvas.rect(0.0, y - ROW / 2.0, WIDTH, ROW, "#ececec");
    }
    if entry.is_marked {
        canvas.rect(0.0, y - ROW / 2.0, WIDTH, ROW, "#fbe9df");
    }
    let mut face = Face::new(LETTERS + 0.5, INK).end();
    face.is_bold = entry.is_total || entry.is_marked;
    canvas.text(
        LEFT - 10.0,
        y + 4.0,
        &fit(&entry.name, LETTERS + 0.5, LEFT - 14.0),
        face,
    );
    for (group, row) in &entry.others {
        let dy = if group == "K" { -4.5 } else { 4.5 };
        let name = format!("{}, {}", entry.name, sheet.group_name("group", group));
        draw_value(
            canvas,
            sheet,
            (*row, group, &name),
            scale,
            (y + dy, 3.2, 1.0),
        );
    }
    let Some(row) = entry.main else {
        return;
    };
    let group = sheet.value(row, "group").key();
    let group = if group.is_empty() {
        "T"
    } else {
        group.as_str()
    };
    draw_value(
        canvas,
        sheet,
        (row, group, &entry.name),
        scale,
        (y, 4.6, 1.8),
    );
    let text = value_text(sheet, row);
    let mut face = Face::new(LETTERS, INK);
    face.is_bold = entry.is_total || entry.is_marked;
    canvas.text(end + 14.0, y + 4.0, &text, face);
}

/// A mark with its interval; `(y, size, width)` of the drawing.
fn draw_value(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    (row, group, name): (usize, &str, &str),
    scale: &Scale,
    (y, size, width): (f64, f64, f64),
) {
    let value = sheet.value(row, "value");
    let Some(number) = value.number().filter(|n| n.is_finite()) else {
        return;
    };
    let look = look(group, 0);
    if let Some((lower, upper)) = value.limits() {
        let (from, to) = (scale.at(lower), scale.at(upper));
        canvas.line((from, y), (to, y), Pen::new(look.color, width));
    }
    // 0 has no place on a logarithmic axis; its interval has.
    if sheet.is_ratio("value") && number <= 0.0 {
        return;
    }
    let words = sheet.words(name, row, "value");
    canvas.mark((scale.at(number), y), size, look.shape, look.color, &words);
}

fn legend(canvas: &mut Canvas, sheet: &Sheet<'_>) {
    let mut groups: Vec<(String, String)> = sheet
        .groups("group")
        .into_iter()
        .filter(|code| !code.is_empty())
        .map(|code| (code.clone(), sheet.group_name("group", &code)))
        .collect();
    groups.sort_by_key(|(code, _)| code != "T");
    if groups.len() > 1 {
        super::axes::legend(canvas, LEFT, 16.0, &groups);
    }
}
