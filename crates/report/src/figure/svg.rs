//! A small SVG writer: shapes and texts in a fixed order, numbers with one decimal, so that the
//! same rows always give the same bytes.

use std::fmt::Write as _;

use crate::html::escape;

/// The letters of every figure: those of the page around it.
const FONT: &str = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif";
/// How wide an ellipsis may be, in parts of a letter's height.
const ELLIPSIS_WIDTH: f64 = 0.62;

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Face<'a> {
    pub(super) size: f64,
    pub(super) fill: &'a str,
    pub(super) anchor: Anchor,
    pub(super) is_bold: bool,
}

impl<'a> Face<'a> {
    pub(super) const fn new(size: f64, fill: &'a str) -> Self {
        Self {
            size,
            fill,
            anchor: Anchor::Start,
            is_bold: false,
        }
    }

    pub(super) const fn middle(mut self) -> Self {
        self.anchor = Anchor::Middle;
        self
    }

    pub(super) const fn end(mut self) -> Self {
        self.anchor = Anchor::End;
        self
    }

    pub(super) const fn bold(mut self) -> Self {
        self.is_bold = true;
        self
    }
}

/// How a line looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen<'a> {
    pub(super) color: &'a str,
    pub(super) width: f64,
    /// Lengths of strokes and gaps; unbroken when empty.
    pub(super) dash: &'a str,
}

impl<'a> Pen<'a> {
    pub(super) const fn new(color: &'a str, width: f64) -> Self {
        Self {
            color,
            width,
            dash: "",
        }
    }

    pub(super) const fn dashed(mut self, dash: &'a str) -> Self {
        self.dash = dash;
        self
    }

    fn attributes(&self) -> String {
        let mut text = format!(
            r#"stroke="{}" stroke-width="{}""#,
            self.color,
            short(self.width)
        );
        if !self.dash.is_empty() {
            let _ = write!(text, r#" stroke-dasharray="{}""#, self.dash);
        }
        text
    }
}

/// The mark of a point; shapes differ, so that colour is not all that tells groups apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Circle,
    Square,
    Diamond,
    Triangle,
}

/// A drawing that is being made.
#[derive(Clone, Debug)]
pub(super) struct Canvas {
    pub(super) width: f64,
    pub(super) height: f64,
    body: String,
}

impl Canvas {
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            body: String::new(),
        }
    }

    pub(super) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, fill: &str) {
        let (x, y, width, height) = (short(x), short(y), short(width), short(height));
        self.push(&format!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"/>"#
        ));
    }

    /// A rectangle with round corners and an edge.
    pub(super) fn frame(&mut self, at: (f64, f64), size: (f64, f64), fill: &str, pen: Pen<'_>) {
        let (x, y, width, height) = (short(at.0), short(at.1), short(size.0), short(size.1));
        let pen = pen.attributes();
        self.push(&format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"3\" \
             fill=\"{fill}\" {pen}/>"
        ));
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), pen: Pen<'_>) {
        let (x1, y1, x2, y2) = (short(from.0), short(from.1), short(to.0), short(to.1));
        let pen = pen.attributes();
        self.push(&format!(
            r#"<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {pen}/>"#
        ));
    }

    /// A line through points.
    pub(super) fn path(&mut self, points: &[(f64, f64)], pen: Pen<'_>) {
        if points.len() < 2 {
            return;
        }
        let pen = pen.attributes();
        self.push(&format!(
            r#"<path d="{}" fill="none" {pen}/>"#,
            steps(points)
        ));
    }

    /// An area inside points.
    pub(super) fn area(&mut self, points: &[(f64, f64)], fill: &str, opacity: f64) {
        if points.len() < 3 {
            return;
        }
        let steps = steps(points);
        self.push(&format!(
            r#"<path d="{steps}Z" fill="{fill}" fill-opacity="{opacity}"/>"#
        ));
    }

    /// An area of several rings, with an edge.
    pub(super) fn rings(&mut self, rings: &[Vec<(f64, f64)>], fill: &str, pen: Pen<'_>) {
        let parts = rings.iter().map(|ring| format!("{}Z", steps(ring)));
        let parts: String = parts.collect();
        let pen = pen.attributes();
        self.push(&format!(
            r#"<path d="{parts}" fill="{fill}" stroke-linejoin="round" {pen}/>"#
        ));
    }

    /// The mark of a point, with words that appear when it is pointed at.
    pub(super) fn mark(&mut self, at: (f64, f64), r: f64, shape: Shape, fill: &str, words: &str) {
        let (x, y) = at;
        let edge = r##"stroke="#ffffff" stroke-width="1""##;
        let drawn = match shape {
            Shape::Circle => {
                let (x, y, r) = (short(x), short(y), short(r));
                format!(r#"<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}" {edge}>"#)
            }
            Shape::Square => corners(
                &[
                    (x - r, y - r),
                    (x + r, y - r),
                    (x + r, y + r),
                    (x - r, y + r),
                ],
                fill,
                edge,
            ),
            Shape::Diamond => {
                let r = r * 1.3;
                corners(
                    &[(x, y - r), (x + r, y), (x, y + r), (x - r, y)],
                    fill,
                    edge,
                )
            }
            Shape::Triangle => {
                let r = r * 1.2;
                corners(
                    &[(x, y - r), (x + r, y + r * 0.8), (x - r, y + r * 0.8)],
                    fill,
                    edge,
                )
            }
        };
        let name = if shape == Shape::Circle {
            "circle"
        } else {
            "path"
        };
        self.push(&format!("{drawn}<title>{}</title></{name}>", escape(words)));
    }

    pub(super) fn text(&mut self, x: f64, y: f64, text: &str, face: Face<'_>) {
        let anchor = match face.anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let weight = if face.is_bold {
            r#" font-weight="600""#
        } else {
            ""
        };
        let (x, y, size, fill) = (short(x), short(y), short(face.size), face.fill);
        self.push(&format!(
            r#"<text x="{x}" y="{y}" font-size="{size}" fill="{fill}"{anchor}{weight}>{}</text>"#,
            escape(text)
        ));
    }

    /// A text that reads upwards, for a vertical axis.
    pub(super) fn text_upwards(&mut self, x: f64, y: f64, text: &str, face: Face<'_>) {
        let (x, y, size, fill) = (short(x), short(y), short(face.size), face.fill);
        self.push(&format!(
            "<text transform=\"translate({x} {y}) rotate(-90)\" font-size=\"{size}\" \
             fill=\"{fill}\" text-anchor=\"middle\">{}</text>",
            escape(text)
        ));
    }

    /// Opens a group whose parts share the words that appear when they are pointed at.
    pub(super) fn begin_group(&mut self, words: &str) {
        self.push(&format!("<g><title>{}</title>", escape(words)));
    }

    pub(super) fn end_group(&mut self) {
        self.push("</g>");
    }

    fn push(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }

    /// The finished drawing, with a name and a description for those who do not see it.
    pub(super) fn finish(self, id: &str, title: &str, description: &str) -> String {
        let (width, height) = (short(self.width), short(self.height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\" font-family=\"{FONT}\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            escape(title),
            escape(description),
            self.body
        )
    }
}

fn corners(points: &[(f64, f64)], fill: &str, edge: &str) -> String {
    format!(r#"<path d="{}Z" fill="{fill}" {edge}>"#, steps(points))
}

fn steps(points: &[(f64, f64)]) -> String {
    let mut text = String::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let letter = if at == 0 { 'M' } else { 'L' };
        let _ = write!(text, "{letter}{} {}", short(*x), short(*y));
    }
    text
}

/// A coordinate with one decimal, and none where it is 0.
pub(super) fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// About how wide a text is, in the widest of the letters that a page may use.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(letter_width).sum::<f64>() * size
}

/// How wide a letter is, in parts of its height.
fn letter_width(letter: char) -> f64 {
    match letter {
        'i' | 'l' | 'j' | 'I' | '.' | ',' | ':' | ';' | '\'' | '!' | ' ' | '\u{a0}' => 0.33,
        '\u{202f}' => 0.22,
        'f' | 't' | 'r' | '(' | ')' | '-' | '/' => 0.41,
        'm' | 'w' | 'M' | 'W' | '%' | '≥' | '≤' | '\u{2212}' => 0.9,
        'A'..='Z' | 'Å' | 'Ä' | 'Ö' => 0.72,
        '0'..='9' => 0.64,
        _ => 0.61,
    }
}

/// A text cut to a width, with an ellipsis.
pub(super) fn fit(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut cut: String = text.to_owned();
    while !cut.is_empty() && text_width(&cut, size) + size * ELLIPSIS_WIDTH > width {
        cut.pop();
    }
    format!("{}…", cut.trim_end())
}

/// A text in lines of at most a width.
pub(super) fn wrap(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line)
                if text_width(line, size) + text_width(word, size) + text_width(" ", size)
                    <= width =>
            {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_never_minus_zero() {
        assert_eq!(short(1.0), "1");
        assert_eq!(short(-0.04), "0");
        assert_eq!(short(2.345), "2.3");
    }

    #[test]
    fn words_cannot_leave_their_text() {
        let mut canvas = Canvas::new(10.0, 10.0);
        canvas.text(1.0, 2.0, "<script>&\"", Face::new(8.0, "#000000"));
        let svg = canvas.finish("f", "a < b", "\"quoted\"");
        assert!(!svg.contains("<script>"), "{svg}");
        assert!(svg.contains("a &lt; b"), "{svg}");
        assert!(
            svg.contains("<desc id=\"f-desc\">&quot;quoted&quot;</desc>"),
            "{svg}"
        );
    }

    #[test]
    fn long_texts_are_cut_or_wrapped() {
        assert_eq!(fit("Västernorrland", 10.0, 40.0), "Väster…");
        assert_eq!(wrap("two short words", 10.0, 60.0), ["two short", "words"]);
    }
}
