//! Waiting times: the share that has been served by each day, as steps with bands, and how many
//! were still waiting.

use super::axes::{self, Area, LETTERS};
use super::palette::{ALERT, INK, Look, SOFT, look};
use super::scale::Scale;
use super::svg::{Canvas, Face, Pen, fit, text_width};
use super::{Sheet, WIDTH, withheld_note};

/// The height without the table of those at risk.
const HEIGHT: f64 = 330.0;
/// A line of that table.
const LINE: f64 = 17.0;
/// The most room for names beside the curves.
const NAMES: f64 = 180.0;

/// A time with the row of its value.
type Point = (f64, usize);

/// A value of the curve with its limits.
#[derive(Clone, Copy)]
struct Level {
    time: f64,
    value: f64,
    limits: Option<(f64, f64)>,
}

pub(super) fn draw(sheet: &Sheet<'_>) -> Canvas {
    let groups = sheet.groups("group");
    let has_at_risk = sheet.column("at_risk").is_some();
    #[expect(clippy::cast_precision_loss, reason = "a figure has few groups")]
    let below = if has_at_risk {
        26.0 + LINE * groups.len() as f64
    } else {
        0.0
    };
    let note = withheld_note(sheet.n_withheld("value"), sheet.language);
    let note_height = note.as_ref().map_or(0.0, |_| LINE);
    let mut canvas = Canvas::new(WIDTH, HEIGHT + below + note_height);
    let lines: Vec<(String, Vec<Point>)> = groups
        .iter()
        .map(|group| (group.clone(), points(sheet, group)))
        .collect();
    let names: Vec<String> = groups
        .iter()
        .map(|group| sheet.group_name("group", group))
        .collect();
    let widths = names.iter().map(|name| text_width(name, LETTERS));
    let area = Area {
        left: 112.0,
        right: WIDTH - 24.0 - widths.fold(0.0, f64::max).min(NAMES),
        top: 20.0,
        bottom: HEIGHT - 58.0,
    };
    let times = lines.iter().flat_map(|(_, line)| line.iter().map(|p| p.0));
    let x = Scale::over(times, true).on(area.left, area.right);
    let y = Scale::over([0.0, 1.0].into_iter(), true).on(area.bottom, area.top);
    let label = sheet.axis_label(&sheet.figure.y_label, "value");
    axes::vertical(&mut canvas, area, &y, &label, |v, d| {
        sheet.number("value", v, d.max(2))
    });
    let marks = axes::marks_of(&x, |v, d| sheet.language.decimal(v, d));
    let label = sheet.axis_label(&sheet.figure.x_label, "time");
    axes::horizontal(&mut canvas, area, &x, &label, &marks);
    mark_line(&mut canvas, sheet, area, &x);
    for (at, (group, line)) in lines.iter().enumerate() {
        draw_line(&mut canvas, sheet, (group, at), line, (&x, &y));
    }
    labels(&mut canvas, sheet, &lines, (area, &y));
    if has_at_risk {
        at_risk(&mut canvas, sheet, &lines, &x, &marks);
    }
    if let Some(note) = note {
        let y = canvas.height - 5.0;
        canvas.text(8.0, y, &note, Face::new(LETTERS, SOFT));
    }
    canvas
}

fn points(sheet: &Sheet<'_>, group: &str) -> Vec<Point> {
    let rows = sheet
        .chosen
        .iter()
        .filter(|row| sheet.value(**row, "group").key() == group);
    let mut points: Vec<Point> = rows
        .filter_map(|row| Some((sheet.value(*row, "time").number()?, *row)))
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// A line at a time that means something, such as the days of a guarantee.
fn mark_line(canvas: &mut Canvas, sheet: &Sheet<'_>, area: Area, x: &Scale) {
    let Some(time) = sheet.figure.line.filter(|time| !x.is_beyond(*time)) else {
        return;
    };
    let at = x.at(time);
    canvas.line(
        (at, area.top),
        (at, area.bottom),
        Pen::new(ALERT, 1.4).dashed("6 3"),
    );
    let words = sheet.filled(&sheet.figure.line_label);
    canvas.text(
        at + 5.0,
        area.bottom - 8.0,
        &words,
        Face::new(LETTERS, ALERT),
    );
}

/// The names of groups beside the ends of their curves, moved apart where they would meet.
fn labels(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    lines: &[(String, Vec<Point>)],
    (area, y): (Area, &Scale),
) {
    let mut ends: Vec<(f64, usize)> = Vec::new();
    for (at, (_, line)) in lines.iter().enumerate() {
        // The line ends where the first value is missing, and so does its name.
        let values = line
            .iter()
            .map_while(|(_, row)| sheet.value(*row, "value").number());
        let last = values.last();
        ends.extend(last.map(|value| (y.at(value), at)));
    }
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut places: Vec<f64> = ends.iter().map(|(place, _)| *place).collect();
    axes::spread(&mut places, (area.top, area.bottom - 2.0));
    for ((_, at), place) in ends.into_iter().zip(places) {
        let group = &lines[at].0;
        let name = fit(&sheet.group_name("group", group), LETTERS, NAMES);
        let face = Face::new(LETTERS, look(group, at).color);
        canvas.text(area.right + 6.0, place + 4.0, &name, face);
    }
}

/// The steps of a group with their band: a value holds until the next one, or to a gap.
fn draw_line(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    (group, at): (&str, usize),
    line: &[Point],
    (x, y): (&Scale, &Scale),
) {
    let look = look(group, at);
    let level = |(time, row): &Point| {
        let value = sheet.value(*row, "value");
        Some(Level {
            time: *time,
            value: value.number()?,
            limits: value.limits(),
        })
    };
    // A withheld value leaves a gap; the curve goes on after it.
    let parts = line.split(|point| level(point).is_none());
    for part in parts.filter(|part| !part.is_empty()) {
        let known: Vec<Level> = part.iter().filter_map(level).collect();
        draw_part(canvas, &known, &look, (x, y));
    }
}

/// The steps of a part of a curve without gaps.
fn draw_part(canvas: &mut Canvas, known: &[Level], look: &Look, (x, y): (&Scale, &Scale)) {
    let steps = |of: fn(&Level) -> Option<f64>| {
        let mut places: Vec<(f64, f64)> = Vec::new();
        for level in known {
            let Some(value) = of(level) else { continue };
            if let Some((_, before)) = places.last().copied() {
                places.push((x.at(level.time), before));
            }
            places.push((x.at(level.time), y.at(value)));
        }
        places
    };
    let lower = steps(|level| level.limits.map(|l| l.0));
    let upper = steps(|level| level.limits.map(|l| l.1));
    let band: Vec<(f64, f64)> = lower.into_iter().chain(upper.into_iter().rev()).collect();
    canvas.area(&band, look.color, 0.14);
    let pen = Pen::new(look.color, 2.2).dashed(look.dash);
    canvas.path(&steps(|level| Some(level.value)), pen);
}

/// How many were still waiting at the marks of the axis.
fn at_risk(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    lines: &[(String, Vec<Point>)],
    x: &Scale,
    marks: &[(f64, String)],
) {
    let title = sheet.language.pick("Antal som väntar", "Number waiting");
    let mut y = HEIGHT - 4.0;
    canvas.text(8.0, y, title, Face::new(LETTERS, INK).bold());
    for (at, (group, line)) in lines.iter().enumerate() {
        y += LINE;
        let name = sheet.group_name("group", group);
        let color = if group.is_empty() {
            INK
        } else {
            look(group, at).color
        };
        canvas.text(
            8.0,
            y,
            &fit(&name, LETTERS, 82.0),
            Face::new(LETTERS, color),
        );
        for (mark, _) in marks {
            // Those who wait at a time are those of the first row from it on.
            let row = line
                .iter()
                .find(|(time, _)| *time >= *mark)
                .map(|(_, row)| *row);
            if let Some(row) = row {
                let text = sheet.written(row, "at_risk").text;
                canvas.text(x.at(*mark), y, &text, Face::new(LETTERS, SOFT).middle());
            }
        }
    }
}
