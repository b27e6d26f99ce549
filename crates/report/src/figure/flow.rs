//! How many remain after each step, and how many have not come further.
//!
//! Dates alone do not tell who left from who is still on the way or needs no next step, so nobody
//! is called lost here.

use super::palette::{ALERT, INK, SOFT};
use super::svg::{Canvas, Face, Pen, fit, wrap};
use super::{Sheet, WIDTH};
use crate::words::mark;

const BOX: (f64, f64) = (300.0, 50.0);
const GAP: f64 = 40.0;
const LEFT: f64 = 40.0;
const REST: (f64, f64) = (290.0, 34.0);

pub(super) fn draw(sheet: &Sheet<'_>) -> Canvas {
    #[expect(clippy::cast_precision_loss, reason = "a study has few steps")]
    let n = sheet.chosen.len() as f64;
    let height = 24.0 + n * (BOX.1 + GAP) - GAP;
    let mut canvas = Canvas::new(WIDTH, height);
    let mut y = 12.0;
    let first = sheet
        .chosen
        .first()
        .and_then(|row| sheet.value(*row, "count").number());
    let mut before: Option<f64> = None;
    for (at, row) in sheet.chosen.iter().enumerate() {
        let count = sheet.value(*row, "count").number();
        if at > 0 {
            draw_rest(&mut canvas, sheet, *row, (before, count), y - GAP);
        }
        let words = sheet.words(&sheet.written(*row, "step").text, *row, "count");
        canvas.begin_group(&words);
        canvas.frame((LEFT, y), BOX, "#e8f1fa", Pen::new("#1f5f99", 1.4));
        let name = fit(&sheet.written(*row, "step").text, 13.0, BOX.0 - 110.0);
        canvas.text(LEFT + 12.0, y + 22.0, &name, Face::new(13.0, INK).bold());
        let count_text = sheet.written(*row, "count").text;
        let face = Face::new(16.0, INK).bold().end();
        canvas.text(LEFT + BOX.0 - 12.0, y + 23.0, &count_text, face);
        if let (true, Some(part), Some(whole)) = (at > 0, count, first.filter(|f| *f > 0.0)) {
            let share = sheet.language.percent(part / whole, 1);
            let of_first = sheet
                .language
                .pick("av det första steget", "of the first step");
            let text = format!("{share} {of_first}");
            canvas.text(
                LEFT + BOX.0 - 12.0,
                y + 41.0,
                &text,
                Face::new(11.0, SOFT).end(),
            );
        }
        canvas.end_group();
        before = count;
        y += BOX.1 + GAP;
    }
    canvas
}

/// The arrow to a step, and beside it those who have not come that far.
fn draw_rest(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    row: usize,
    (before, count): (Option<f64>, Option<f64>),
    y: f64,
) {
    let x = LEFT + 60.0;
    canvas.line((x, y), (x, y + GAP - 6.0), Pen::new(INK, 1.6));
    let tip = [
        (x - 5.0, y + GAP - 9.0),
        (x + 5.0, y + GAP - 9.0),
        (x, y + GAP),
    ];
    canvas.area(&tip, INK, 1.0);
    let middle = y + GAP / 2.0;
    let side = LEFT + BOX.0 + 40.0;
    canvas.line(
        (x, middle),
        (side, middle),
        Pen::new(SOFT, 1.0).dashed("3 3"),
    );
    let rest = match (before, count) {
        (Some(before), Some(count)) => {
            let share = match before > 0.0 {
                true => format!(
                    " ({})",
                    sheet.language.percent((before - count) / before, 1)
                ),
                false => String::new(),
            };
            format!("{}{share}", sheet.language.decimal(before - count, 0))
        }
        _ => mark("suppressed", sheet.language).0.to_owned(),
    };
    let at = (side, middle - REST.1 / 2.0);
    canvas.frame(at, REST, "#fdf3ee", Pen::new(ALERT, 1.0));
    let name = sheet.language.pick("Inte vidare ännu", "Not continued yet");
    let text = format!("{name}: {rest}");
    let note = sheet.written(row, "note").text;
    if sheet.column("note").is_none() || note.is_empty() {
        canvas.text(side + 10.0, middle + 4.0, &text, Face::new(12.0, INK));
        return;
    }
    canvas.text(side + 10.0, middle - 3.0, &text, Face::new(12.0, INK));
    let note = wrap(&note, 10.5, REST.0 - 18.0);
    let note = note.first().map(String::as_str).unwrap_or_default();
    canvas.text(side + 10.0, middle + 11.0, note, Face::new(10.5, SOFT));
}
