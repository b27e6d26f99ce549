//! Values against what they rest on, between the limits of chance around a target.

use super::axes::{self, Area, LETTERS};
use super::palette::{ALERT, INK, SOFT};
use super::scale::Scale;
use super::svg::{Canvas, Face, Pen, Shape, text_width};
use super::{Sheet, WIDTH, withheld_note};
use crate::definition::Statistic;
use kohort_stats::Confidence;
use kohort_stats::funnel::{funnel_limits_proportion, funnel_limits_ratio};

const HEIGHT: f64 = 420.0;
const AREA: Area = Area {
    left: 70.0,
    right: WIDTH - 40.0,
    top: 40.0,
    bottom: HEIGHT - 58.0,
};
/// Points of a limit's line.
const STEPS: u32 = 160;

/// A region of the plot.
struct Dot {
    row: usize,
    name: String,
    x: f64,
    y: f64,
}

pub(super) fn draw(sheet: &Sheet<'_>) -> Canvas {
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    let total = sheet.total.as_deref();
    let is_total = |row: &usize| total.is_some_and(|t| sheet.value(*row, "label").key() == t);
    let dots: Vec<Dot> = sheet
        .chosen
        .iter()
        .filter(|row| !is_total(row))
        .filter_map(|row| dot(sheet, *row))
        .collect();
    let Some(target) = target(sheet, &dots, is_total) else {
        let why = sheet.language.pick(
            "Inget att visa: det finns inget att jämföra med",
            "Nothing to show: there is no value to compare with",
        );
        return super::nothing(why);
    };
    let most = dots.iter().map(|d| d.x).fold(0.0, f64::max);
    let x = Scale::over([0.0, most].into_iter(), true).on(AREA.left, AREA.right);
    let least = dots.iter().map(|d| d.x).fold(f64::INFINITY, f64::min);
    let from = (least * 0.8).max(x.high() * 0.005);
    let curves = [Confidence::P95, Confidence::P998]
        .map(|confidence| limits(sheet, target, confidence, (from, x.high())));
    let values = dots.iter().map(|d| d.y).chain([target]);
    let spread = curves.iter().flat_map(|(lower, upper)| {
        // The limits of the smallest region would press all others together.
        let near = |c: &[(f64, f64)]| c.iter().find(|p| p.0 >= least).map(|p| p.1);
        [near(lower), near(upper)].into_iter().flatten()
    });
    let is_ratio = sheet.figure.statistic == Some(Statistic::Ratio);
    let y = match is_ratio {
        true => Scale::ratios(values.chain(spread)),
        false => Scale::over(values.chain(spread), false),
    };
    let y = y.on(AREA.bottom, AREA.top);
    let y = if y.low() < 0.0 {
        y.between(0.0, y.high())
    } else {
        y
    };
    let label = sheet.axis_label(&sheet.figure.y_label, "value");
    axes::vertical(&mut canvas, AREA, &y, &label, |v, d| {
        sheet.number("value", v, d)
    });
    let marks = axes::marks_of(&x, |v, d| sheet.number("denominator", v, d));
    let label = sheet.axis_label(&sheet.figure.x_label, "denominator");
    axes::horizontal(&mut canvas, AREA, &x, &label, &marks);
    draw_limits(&mut canvas, &curves, (&x, &y));
    let line = [(x.at(from), y.at(target)), (x.at(x.high()), y.at(target))];
    canvas.path(&line, Pen::new(INK, 1.4));
    draw_dots(&mut canvas, sheet, &dots, &curves, (&x, &y));
    legend(&mut canvas, sheet, target);
    if let Some(note) = withheld_note(sheet.n_withheld("value"), sheet.language) {
        canvas.text(8.0, HEIGHT - 6.0, &note, Face::new(LETTERS, SOFT));
    }
    canvas
}

fn dot(sheet: &Sheet<'_>, row: usize) -> Option<Dot> {
    let finite = |part: &str| sheet.value(row, part).number().filter(|n| n.is_finite());
    Some(Dot {
        row,
        name: sheet.written(row, "label").text,
        x: finite("denominator").filter(|n| *n > 0.0)?,
        y: finite("value")?,
    })
}

/// The nation's value; without one, the mean of all weighted by what they rest on.
fn target(sheet: &Sheet<'_>, dots: &[Dot], is_total: impl Fn(&usize) -> bool) -> Option<f64> {
    if sheet.figure.target.is_some() {
        return sheet.figure.target;
    }
    let total = sheet.chosen.iter().find(|row| is_total(row));
    let of_total = total.and_then(|row| sheet.value(*row, "value").number());
    let weight: f64 = dots.iter().map(|d| d.x).sum();
    let mean = dots.iter().map(|d| d.x * d.y).sum::<f64>() / weight;
    of_total.or(Some(mean)).filter(|target| target.is_finite())
}

/// A line of points.
type Curve = Vec<(f64, f64)>;

/// The lower and the upper limit around a target, between two denominators.
fn limits(sheet: &Sheet<'_>, target: f64, level: Confidence, ends: (f64, f64)) -> (Curve, Curve) {
    let ratio = ends.1 / ends.0;
    let place = |step: u32| ends.0 * ratio.powf(f64::from(step) / f64::from(STEPS));
    let places = (0..=STEPS).map(place);
    match sheet.figure.statistic {
        Some(Statistic::Proportion) => proportion_limits(places, target, level),
        statistic => {
            let multiplier = match statistic {
                Some(Statistic::Rate) => sheet.figure.multiplier.unwrap_or(1.0),
                _ => 1.0,
            };
            poisson_limits(target, multiplier, level, ends)
        }
    }
}

/// The limits of a proportion at denominators.
fn proportion_limits(
    places: impl Iterator<Item = f64>,
    target: f64,
    level: Confidence,
) -> (Curve, Curve) {
    let (mut lower, mut upper) = (Vec::new(), Vec::new());
    for n in places {
        // A target outside 0 to 1 has no limits, and none are drawn.
        if let Ok(limits) = funnel_limits_proportion(Some(n), Some(target), level) {
            lower.extend(limits.lower_cl.map(|limit| (n, limit)));
            upper.extend(limits.upper_cl.map(|limit| (n, limit)));
        }
    }
    (lower, upper)
}

/// The limits of a rate or ratio: for each number of events, the denominator at which it lies on
/// the line.
fn poisson_limits(
    target: f64,
    multiplier: f64,
    level: Confidence,
    ends: (f64, f64),
) -> (Curve, Curve) {
    // Expected events for each unit of the denominator; a ratio's denominator is expected events.
    let density = target / multiplier;
    let most = ends.1 * density * 2.0 + 20.0;
    let events = |step: u32| 0.01 * (most / 0.01).powf(f64::from(step) / f64::from(STEPS * 4));
    let (mut lower, mut upper) = (Vec::new(), Vec::new());
    for step in 0..=STEPS * 4 {
        let observed = events(step);
        let Ok(limits) = funnel_limits_ratio(Some(observed), level) else {
            continue;
        };
        for (curve, limit) in [(&mut lower, limits.lower_cl), (&mut upper, limits.upper_cl)] {
            let Some(ratio) = limit.filter(|ratio| *ratio > 0.0) else {
                continue;
            };
            let denominator = observed / ratio / density;
            if (ends.0..=ends.1).contains(&denominator) {
                curve.push((denominator, ratio * target));
            }
        }
    }
    (lower, upper)
}

fn draw_limits(canvas: &mut Canvas, curves: &[(Curve, Curve); 2], (x, y): (&Scale, &Scale)) {
    for ((lower, upper), dash) in curves.iter().zip(["6 4", "2 3"]) {
        for curve in [lower, upper] {
            let inside = curve.iter().filter(|p| !y.is_beyond(p.1));
            let points: Vec<(f64, f64)> = inside.map(|p| (x.at(p.0), y.at(p.1))).collect();
            canvas.path(&points, Pen::new(SOFT, 1.3).dashed(dash));
        }
    }
}

/// The value of a limit at a place.
fn limit_at(curve: &[(f64, f64)], x: f64) -> Option<f64> {
    let after = curve.iter().position(|p| p.0 >= x)?;
    let (b, a) = (curve[after], curve[after.saturating_sub(1)]);
    match b.0 > a.0 {
        true => Some(a.1 + (b.1 - a.1) * (x - a.0) / (b.0 - a.0)),
        false => Some(b.1),
    }
}

/// How far a region lies from the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Distance {
    Inside,
    /// Beyond the limits of 95 %.
    Out,
    /// Beyond those of 99.8 %.
    Far,
}

/// As the query flags it, where it does; else by the limits that are drawn.
fn distance(sheet: &Sheet<'_>, dot: &Dot, curves: &[(Curve, Curve); 2]) -> Distance {
    if sheet.column("flag").is_some() {
        let flag = sheet.value(dot.row, "flag").key();
        return match (flag.contains("0.001"), flag.contains("0.025")) {
            (true, _) => Distance::Far,
            (_, true) => Distance::Out,
            _ => Distance::Inside,
        };
    }
    let is_out = |(lower, upper): &(Curve, Curve)| {
        limit_at(lower, dot.x).is_some_and(|limit| dot.y < limit)
            || limit_at(upper, dot.x).is_some_and(|limit| dot.y > limit)
    };
    match (is_out(&curves[1]), is_out(&curves[0])) {
        (true, _) => Distance::Far,
        (_, true) => Distance::Out,
        _ => Distance::Inside,
    }
}

/// The regions; those beyond a limit have another mark and their name.
fn draw_dots(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    dots: &[Dot],
    curves: &[(Curve, Curve); 2],
    (x, y): (&Scale, &Scale),
) {
    let place = |dot: &Dot| (x.at(dot.x), y.at(dot.y));
    let mut taken: Vec<Space> = dots.iter().map(|dot| Space::around(place(dot))).collect();
    let mut names: Vec<(f64, f64, &str)> = Vec::new();
    for dot in dots {
        let (shape, color, size) = match distance(sheet, dot, curves) {
            Distance::Far => (Shape::Diamond, ALERT, 5.0),
            Distance::Out => (Shape::Triangle, ALERT, 4.6),
            Distance::Inside => (Shape::Circle, "#0b5fa5", 4.4),
        };
        let at = place(dot);
        let words = sheet.words(&dot.name, dot.row, "value");
        canvas.mark(at, size, shape, color, &words);
        if shape == Shape::Circle {
            continue;
        }
        let free = Space::beside(at, text_width(&dot.name, LETTERS))
            .into_iter()
            .find(|label| label.is_inside() && !taken.iter().any(|other| other.meets(label)));
        if let Some(label) = free {
            names.push((label.left, label.bottom - 3.0, &dot.name));
            taken.push(label);
        }
    }
    for (left, bottom, name) in names {
        canvas.text(left, bottom, name, Face::new(LETTERS, INK));
    }
}

/// A part of the plot that is taken by a mark or a name.
#[derive(Clone, Copy, Debug)]
struct Space {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Space {
    fn around((x, y): (f64, f64)) -> Self {
        Self {
            left: x - 5.0,
            right: x + 5.0,
            top: y - 5.0,
            bottom: y + 5.0,
        }
    }

    /// Where a name can stand beside a mark: to the right, to the left, above or below.
    fn beside((x, y): (f64, f64), width: f64) -> [Self; 4] {
        let at = |left: f64, top: f64| Self {
            left,
            right: left + width,
            top,
            bottom: top + 13.0,
        };
        let middle = x - width / 2.0;
        [
            at(x + 7.0, y - 6.5),
            at(x - 7.0 - width, y - 6.5),
            at(middle, y - 20.0),
            at(middle, y + 7.0),
        ]
    }

    fn is_inside(&self) -> bool {
        self.left >= AREA.left && self.right <= WIDTH && self.top >= AREA.top - 8.0
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

fn legend(canvas: &mut Canvas, sheet: &Sheet<'_>, target: f64) {
    let language = sheet.language;
    let mut column = sheet.column("value").cloned();
    let nation = match &mut column {
        Some(column) => crate::cell::number(column, target, language),
        None => language.decimal(target, 2),
    };
    let name = match sheet.figure.target {
        Some(_) => language.pick("Förväntat", "Expected"),
        None => language.pick("Riket", "Sweden"),
    };
    let nation = format!("{name} {nation}");
    let limit = |confidence: f64, decimals| {
        let name = language.pick("gräns", "limits");
        format!("{name} {}", language.percent(confidence, decimals))
    };
    let entries = [
        (nation, Pen::new(INK, 1.4)),
        (limit(0.95, 0), Pen::new(SOFT, 1.3).dashed("6 4")),
        (limit(0.998, 1), Pen::new(SOFT, 1.3).dashed("2 3")),
    ];
    let mut x = AREA.left;
    for (text, pen) in entries {
        canvas.line((x, 15.0), (x + 26.0, 15.0), pen);
        canvas.text(x + 32.0, 19.0, &text, Face::new(LETTERS, INK));
        x += 32.0 + text_width(&text, LETTERS) + 20.0;
    }
    for (shape, text) in [
        (
            Shape::Triangle,
            language.pick("utanför 95\u{a0}%", "outside 95%"),
        ),
        (
            Shape::Diamond,
            language.pick("utanför 99,8\u{a0}%", "outside 99.8%"),
        ),
    ] {
        canvas.mark((x + 6.0, 15.0), 4.6, shape, ALERT, text);
        canvas.text(x + 16.0, 19.0, text, Face::new(LETTERS, INK));
        x += 16.0 + text_width(text, LETTERS) + 18.0;
    }
}
