//! Texts of authors as HTML.
//!
//! Paragraphs are parted by empty lines; lines that begin with `- ` make a list; `**strong**` and
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
    let text = paired(&escape(text), "**", "strong");
    paired(&text, "`", "code")
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
    fn no_tag_of_an_author_gets_through() {
        assert_eq!(inline("<b onload='x'>"), "&lt;b onload=&#39;x&#39;&gt;");
        assert_eq!(inline("**a** b **c"), "<strong>a</strong> b **c");
        assert_eq!(inline("`x < 1`"), "<code>x &lt; 1</code>");
    }
}
