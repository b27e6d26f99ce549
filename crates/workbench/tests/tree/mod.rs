//! Rust files of the tree, read as far as braces: comments and the insides of text are blanked,
//! and what is left has every brace that the compiler sees.

use std::path::{Path, PathBuf};

pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A file, by its place in the tree.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
    /// The text with spaces for comments and for what stands between quotes.
    pub(crate) code: String,
}

/// A function with a body.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    /// From `fn` to the closing brace.
    pub(crate) n_lines: usize,
}

/// All Rust files under `crates`, `tests` and `benches`.
pub(crate) fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in ["crates", "tests", "benches"] {
        collect(&root().join(folder), &mut paths);
    }
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy();
        Source::new(name.into_owned(), std::fs::read_to_string(path).unwrap())
    };
    paths.iter().map(read).collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            collect(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push(path);
        }
    }
}

/// The words of code: identifiers, keywords and numbers.
pub(crate) fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

impl Source {
    pub(crate) fn new(name: String, text: String) -> Self {
        let code = blanked(&text);
        Self { name, text, code }
    }

    /// All functions that have a body.
    pub(crate) fn functions(&self) -> Vec<Function> {
        let bytes = self.code.as_bytes();
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices("fn ") {
            let before = at.checked_sub(1).map_or(b' ', |at| bytes[at]);
            if before.is_ascii_alphanumeric() || before == b'_' {
                continue;
            }
            let name = words(&self.code[at + 3..]).next().unwrap_or_default();
            let Some(open) = body(bytes, at) else {
                continue;
            };
            let line = 1 + newlines(&bytes[..at]);
            let n_lines = 1 + newlines(&bytes[at..closing(bytes, open)]);
            found.push(Function {
                name: name.to_owned(),
                line,
                n_lines,
            });
        }
        found
    }

    /// The lines of the file but for those of its `#[cfg(test)] mod tests`.
    pub(crate) fn n_lines_without_tests(&self) -> usize {
        let bytes = self.code.as_bytes();
        let n_lines = self.code.lines().count();
        let tests = self.code.find("#[cfg(test)]\nmod ");
        let open = tests.and_then(|at| Some((at, body(bytes, at)?)));
        open.map_or(n_lines, |(at, open)| {
            let n_tests = 1 + newlines(&bytes[at..closing(bytes, open)]);
            n_lines - n_tests
        })
    }
}

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// The brace that opens the body of an item, or `None` where a semicolon ends it first.
fn body(code: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(at),
            b';' if depth == 0 => return None,
            b'}' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn closing(code: &[u8], open: usize) -> usize {
    let mut depth = 0;
    for (at, byte) in code.iter().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    code.len()
}

/// The same number of lines, with comments and the insides of text and of characters as spaces.
fn blanked(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let n = opaque(rest, code.chars().next_back());
        if n == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        code.extend(rest[..n].chars().map(|c| match c {
            '\n' => '\n',
            _ => ' ',
        }));
        rest = &rest[n..];
    }
    code
}

/// How many bytes from here are a comment, text or a character; 0 where it is code.
fn opaque(rest: &str, before: Option<char>) -> usize {
    let is_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return comment(rest);
    }
    if rest.starts_with('"') {
        return quoted(rest, 1, '"');
    }
    if rest.starts_with('\'') {
        return character(rest);
    }
    let raw = rest.trim_start_matches(['b', 'c']);
    if !is_word && rest.len() - raw.len() <= 1 && raw.starts_with('r') {
        let hashes = raw[1..].len() - raw[1..].trim_start_matches('#').len();
        if raw[1 + hashes..].starts_with('"') {
            let start = rest.len() - raw.len() + 2 + hashes;
            let end = format!("\"{}", "#".repeat(hashes));
            let length = rest[start..].find(&end).map(|at| start + at + end.len());
            return length.unwrap_or(rest.len());
        }
    }
    0
}

/// The length of a block comment, which may hold others.
fn comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// The length of text up to its closing quote, past escaped ones.
fn quoted(rest: &str, from: usize, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(from) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// The length of a character; 0 for a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.chars().skip(1);
    match (chars.next(), chars.next()) {
        (Some('\\'), _) => quoted(rest, 1, '\''),
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 0,
    }
}
