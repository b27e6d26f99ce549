//! Values over time, with their intervals as bands.

use super::axes::{self, Area, LETTERS};
use super::palette::{NATION, SOFT, look};
use super::scale::Scale;
use super::svg::{Canvas, Face, Pen, Shape, fit, text_width};
use super::{Sheet, WIDTH, withheld_note};
use crate::rows::Value;

const HEIGHT: f64 = 330.0;
/// More groups than these are drawn alike, and only the nation stands out.
const MOST_GROUPS: usize = 5;

/// The most room for names beside the lines.
const NAMES: f64 = 190.0;

/// A point in time with the row of its value.
type Point = (f64, usize);

pub(super) fn draw(sheet: &Sheet<'_>) -> Canvas {
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    let groups = sheet.groups("group");
    let is_crowd = groups.len() > MOST_GROUPS;
    let lines: Vec<(String, Vec<Point>)> = groups
        .into_iter()
        .map(|group| (group.clone(), points(sheet, &group)))
        .collect();
    let named = named(sheet, &lines, is_crowd);
    let widths = named
        .iter()
        .map(|(_, name, _)| text_width(name, LETTERS) * 1.06);
    let area = Area {
        left: 64.0,
        right: WIDTH - 18.0 - widths.fold(0.0, f64::max).min(NAMES),
        top: 20.0,
        bottom: HEIGHT - 58.0,
    };
    let times: Vec<f64> = lines
        .iter()
        .flat_map(|(_, line)| line.iter().map(|p| p.0))
        .collect();
    let (first, last) = times
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), t| {
            (a.min(*t), b.max(*t))
        });
    let last = if last > first { last } else { first + 1.0 };
    let x = Scale::over([first, last].into_iter(), false)
        .between(first, last)
        .on(area.left + 12.0, area.right - 12.0);
    let y = scale(sheet, is_crowd).on(area.bottom, area.top);
    let label = sheet.axis_label(&sheet.figure.y_label, "value");
    axes::vertical(&mut canvas, area, &y, &label, |v, d| {
        sheet.number("value", v, d)
    });
    let marks = time_marks(sheet, &x);
    let label = sheet.axis_label(&sheet.figure.x_label, "x");
    axes::horizontal(&mut canvas, area, &x, &label, &marks);
    if sheet.is_ratio("value") {
        axes::line_at_one(&mut canvas, area, &y);
    }
    for (at, (group, line)) in lines.iter().enumerate() {
        let is_nation = sheet.total.as_ref() == Some(group);
        if is_crowd && !is_nation {
            draw_one_of_many(&mut canvas, sheet, line, &x, &y);
        } else {
            draw_line(&mut canvas, sheet, (group, at), line, &x, &y);
        }
    }
    labels(&mut canvas, sheet, &named, area, &y);
    if let Some(note) = withheld_note(sheet.n_withheld("value"), sheet.language) {
        canvas.text(8.0, HEIGHT - 6.0, &note, Face::new(LETTERS, SOFT));
    }
    canvas
}

/// The points of a group in the order of time.
fn points(sheet: &Sheet<'_>, group: &str) -> Vec<Point> {
    let rows = sheet
        .chosen
        .iter()
        .filter(|row| sheet.value(**row, "group").key() == group);
    let mut points: Vec<Point> = rows
        .filter_map(|row| Some((time(sheet.value(*row, "x"))?, *row)))
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// A time as a number: a year, or days.
fn time(value: &Value) -> Option<f64> {
    match value {
        Value::Date(date) => {
            let days = date
                .signed_duration_since(chrono::NaiveDate::default())
                .num_days();
            i32::try_from(days).ok().map(f64::from)
        }
        Value::Text(text) => text.parse().ok(),
        other => other.number(),
    }
}

fn scale(sheet: &Sheet<'_>, is_crowd: bool) -> Scale {
    let numbers: Vec<f64> = sheet
        .chosen
        .iter()
        .flat_map(|row| {
            let value = sheet.value(*row, "value");
            let (lower, upper) = value.limits().filter(|_| !is_crowd).unzip();
            [value.number(), lower, upper].into_iter().flatten()
        })
        .collect();
    let is_positive = numbers.iter().all(|n| *n >= 0.0);
    sheet.scale("value", numbers.into_iter(), is_positive)
}

/// Every year where there are few, else some; dates as they are written.
fn time_marks(sheet: &Sheet<'_>, x: &Scale) -> Vec<(f64, String)> {
    let is_date = sheet
        .chosen
        .iter()
        .any(|row| matches!(sheet.value(*row, "x"), Value::Date(_)));
    if !is_date {
        let marks = x.marks().0.into_iter();
        return marks
            .filter(|mark| (mark - mark.round()).abs() < 1e-6)
            .map(|year| (year, format!("{year:.0}")))
            .collect();
    }
    let mut dates: Vec<(f64, String)> = sheet
        .chosen
        .iter()
        .filter_map(|row| Some((time(sheet.value(*row, "x"))?, sheet.written(*row, "x").text)))
        .collect();
    dates.sort_by(|a, b| a.0.total_cmp(&b.0));
    dates.dedup_by(|a, b| a.1 == b.1);
    let step = dates.len().div_ceil(6).max(1);
    dates.into_iter().step_by(step).collect()
}

/// The stretches of a line between values that are not there.
fn stretches(sheet: &Sheet<'_>, line: &[Point]) -> Vec<Vec<Point>> {
    let has_value = |point: &Point| {
        sheet
            .value(point.1, "value")
            .number()
            .is_some_and(f64::is_finite)
    };
    let parts = line.split(|point| !has_value(point));
    parts
        .filter(|part| !part.is_empty())
        .map(<[Point]>::to_vec)
        .collect()
}

fn draw_line(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    (group, at): (&str, usize),
    line: &[Point],
    x: &Scale,
    y: &Scale,
) {
    let look = look(group, at);
    let name = sheet.group_name("group", group);
    for stretch in stretches(sheet, line) {
        let limits: Vec<(f64, (f64, f64))> = stretch
            .iter()
            .filter_map(|(t, row)| Some((*t, sheet.value(*row, "value").limits()?)))
            .collect();
        let lower = limits.iter().map(|(t, l)| (x.at(*t), y.at(l.0)));
        let upper = limits.iter().rev().map(|(t, l)| (x.at(*t), y.at(l.1)));
        let band: Vec<(f64, f64)> = lower.chain(upper).collect();
        canvas.area(&band, look.color, 0.15);
        let through: Vec<(f64, f64)> = stretch
            .iter()
            .filter_map(|(t, row)| Some((x.at(*t), y.at(sheet.value(*row, "value").number()?))))
            .collect();
        canvas.path(&through, Pen::new(look.color, 2.2).dashed(look.dash));
        for ((_, row), place) in stretch.iter().zip(&through) {
            let when = sheet.written(*row, "x").text;
            let words = sheet.words(&format!("{name} {when}"), *row, "value");
            canvas.mark(*place, 3.6, look.shape, look.color, &words);
        }
    }
}

fn draw_one_of_many(canvas: &mut Canvas, sheet: &Sheet<'_>, line: &[Point], x: &Scale, y: &Scale) {
    for stretch in stretches(sheet, line) {
        let through: Vec<(f64, f64)> = stretch
            .iter()
            .filter_map(|(t, row)| Some((x.at(*t), y.at(sheet.value(*row, "value").number()?))))
            .collect();
        canvas.path(&through, Pen::new("#a8a8a8", 1.0));
        for ((_, row), place) in stretch.iter().zip(&through) {
            let name = sheet.group_name("group", &sheet.value(*row, "group").key());
            let words = sheet.words(&name, *row, "value");
            canvas.mark(*place, 2.0, Shape::Circle, "#8a8a8a", &words);
        }
    }
}

/// A name beside a line: the last value, the name, and the line that it is of.
type Named = (f64, String, usize);

/// The names to write: of all lines, or, where there are many, of the nation and of those that end
/// highest and lowest.
fn named(sheet: &Sheet<'_>, lines: &[(String, Vec<Point>)], is_crowd: bool) -> Vec<Named> {
    let is_nation = |at: usize| sheet.total.as_ref() == Some(&lines[at].0);
    let mut named: Vec<Named> = Vec::new();
    for (at, (group, line)) in lines.iter().enumerate() {
        let mut values = line.iter().rev();
        let last = values.find_map(|(_, row)| sheet.value(*row, "value").number());
        if let Some(last) = last.filter(|_| !group.is_empty()) {
            named.push((last, sheet.group_name("group", group), at));
        }
    }
    named.sort_by(|a, b| b.0.total_cmp(&a.0));
    if is_crowd {
        let others: Vec<usize> = named
            .iter()
            .map(|n| n.2)
            .filter(|at| !is_nation(*at))
            .collect();
        let ends = [others.first().copied(), others.last().copied()];
        named.retain(|(_, _, at)| is_nation(*at) || ends.contains(&Some(*at)));
    }
    named
}

/// Writes the names beside the ends of their lines, moved apart where they would meet.
fn labels(canvas: &mut Canvas, sheet: &Sheet<'_>, named: &[Named], area: Area, y: &Scale) {
    let mut places: Vec<f64> = named.iter().map(|(value, ..)| y.at(*value)).collect();
    axes::spread(&mut places, (area.top, area.bottom - 2.0));
    let groups = sheet.groups("group");
    let is_crowd = groups.len() > MOST_GROUPS;
    for ((_, name, at), place) in named.iter().zip(places) {
        let Some(group) = groups.get(*at) else {
            continue;
        };
        let is_nation = sheet.total.as_ref() == Some(group);
        let color = match (is_nation, is_crowd) {
            (true, _) => NATION,
            (false, true) => SOFT,
            (false, false) => look(group, *at).color,
        };
        let mut face = Face::new(LETTERS, color);
        face.is_bold = is_nation;
        let name = fit(name, LETTERS, NAMES);
        canvas.text(area.right + 4.0, place + 4.0, &name, face);
    }
}
