//! Texts of authors as HTML.
//!
//! Empty lines separate paragraphs; lines that begin with `- ` make a list; `**strong**` and
//! `` `code` `` are marked. Nothing else is markup, and no tag gets through.

/// A text without what HTML would take for markup.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Characters that XML cannot hold.
            c if c.is_control() && !matches!(c, '\n' | '\t' | '\r') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A text of an author as paragraphs and lists.
pub(super) fn paragraphs(text: &str) -> String {
    let mut html = String::new();
    for block in text.replace("\r\n", "\n").split("\n\n") {
        let lines: Vec<&str> = block
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty())
            .collect();
        let (list, words): (Vec<&str>, Vec<&str>) =
            lines.into_iter().partition(|line| line.starts_with("- "));
        if !words.is_empty() {
            html.push_str(&format!("<p>{}</p>\n", inline(&words.join(" "))));
        }
        if !list.is_empty() {
            html.push_str("<ul>\n");
            for item in list {
                let item = item.trim_start_matches("- ");
                html.push_str(&format!("<li>{}</li>\n", inline(item)));
            }
            html.push_str("</ul>\n");
        }
    }
    html
}

/// A line of an author.
pub(super) fn inline(text: &str) -> String {
    let text = paired(&escape(&unbroken(text)), "**", "strong");
    paired(&text, "`", "code")
}

/// A text whose numbers no line breaks: `100 000` and `99,8 %` stay whole.
fn unbroken(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let at = |index: Option<usize>| index.and_then(|index| letters.get(index)).copied();
    let is_digit = |letter: Option<char>| letter.is_some_and(|c| c.is_ascii_digit());
    let three_digits = |from: usize| (from..from + 3).all(|index| is_digit(at(Some(index))));
    let mut whole = String::with_capacity(text.len());
    for (index, letter) in letters.iter().enumerate() {
        let is_after_digit = is_digit(at(index.checked_sub(1)));
        let is_inside = at(Some(index + 1)) == Some('%')
            || (three_digits(index + 1) && !is_digit(at(Some(index + 4))));
        let is_hard = *letter == ' ' && is_after_digit && is_inside;
        whole.push(if is_hard { '\u{a0}' } else { *letter });
    }
    whole
}

/// Puts a tag for each pair of marks; a mark without its pair stays.
fn paired(text: &str, mark: &str, tag: &str) -> String {
    let parts: Vec<&str> = text.split(mark).collect();
    let mut html = String::with_capacity(text.len());
    for (at, part) in parts.iter().enumerate() {
        if at == 0 {
            html.push_str(part);
            continue;
        }
        let is_open = at % 2 == 1;
        match (is_open, at + 1 == parts.len()) {
            (true, true) => html.push_str(mark),
            (true, false) => html.push_str(&format!("<{tag}>")),
            (false, _) => html.push_str(&format!("</{tag}>")),
        }
        html.push_str(part);
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_lists_are_told_apart() {
        let html = paragraphs("One\nline.\n\nTwo:\n- a\n- b");
        assert_eq!(
            html,
            "<p>One line.</p>\n<p>Two:</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"
        );
    }

    #[test]
    fn no_line_breaks_a_number() {
        assert_eq!(
            inline("per 100 000, utanför 99,8 % av 21 regioner 2024"),
            "per 100\u{a0}000, utanför 99,8\u{a0}% av 21 regioner 2024"
        );
    }

    #[test]
    fn no_tag_of_an_author_gets_through() {
        assert_eq!(inline("<b onload='x'>"), "&lt;b onload=&#39;x&#39;&gt;");
        assert_eq!(inline("**a** b **c"), "<strong>a</strong> b **c");
        assert_eq!(inline("`x < 1`"), "<code>x &lt; 1</code>");
    }
}
