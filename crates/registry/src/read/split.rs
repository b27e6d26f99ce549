//! Where does one JSON value end and the next begin? A file is a value per line, or values of any
//! layout, or one list of them; whichever it is, one value at a time is in memory.

use std::io::Read;

use crate::{Error, Result};

/// Bytes read at once.
const READ_BYTES: usize = 256 * 1024;

/// The longest value: a Bundle or a cohort is one value.
const LONGEST_VALUE_BYTES: usize = 1024 * 1024 * 1024;

/// How values are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One per line: a bad one spoils its own line only.
    Lines,
    /// One after another, or as items of one list.
    Values,
}

/// Gives each value of a file with the line on which it begins. The taker may write in the bytes.
pub(crate) fn for_each(
    file: &str,
    input: &mut dyn Read,
    layout: Layout,
    take: &mut dyn FnMut(u64, &mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    let mut cutter = Cutter {
        layout,
        value: Vec::new(),
        line: 1,
        begins: 1,
        depth: 0,
        base: 0,
        is_text: false,
        is_escaped: false,
        has_begun: false,
    };
    let mut buffer = vec![0; READ_BYTES];
    let mut is_start = true;
    loop {
        let n = input
            .read(&mut buffer)
            .map_err(Error::io(file, "read it"))?;
        if n == 0 {
            break;
        }
        let mut part = &buffer[..n];
        if is_start {
            part = part.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(part);
            is_start = false;
        }
        cutter.part(file, part, take)?;
    }
    cutter.finish(take)
}

struct Cutter {
    layout: Layout,
    value: Vec<u8>,
    line: u64,
    begins: u64,
    depth: usize,
    /// Depth at which values lie: 1 inside of a list.
    base: usize,
    is_text: bool,
    is_escaped: bool,
    has_begun: bool,
}

type Take<'a> = dyn FnMut(u64, &mut Vec<u8>) -> Result<()> + 'a;

impl Cutter {
    fn part(&mut self, file: &str, part: &[u8], take: &mut Take<'_>) -> Result<()> {
        match self.layout {
            Layout::Lines => self.lines(part, take)?,
            Layout::Values => self.values(part, take)?,
        }
        if self.value.len() > LONGEST_VALUE_BYTES {
            let place = format!("{file}:{}", self.begins);
            let mib = LONGEST_VALUE_BYTES >> 20;
            return Err(Error::format(
                &place,
                format!("a JSON value of more than {mib} MiB"),
            ));
        }
        Ok(())
    }

    fn lines(&mut self, mut part: &[u8], take: &mut Take<'_>) -> Result<()> {
        while let Some(end) = memchr::memchr(b'\n', part) {
            self.value.extend_from_slice(&part[..end]);
            self.begins = self.line;
            self.give(take)?;
            self.line += 1;
            part = &part[end + 1..];
        }
        self.begins = self.line;
        self.value.extend_from_slice(part);
        Ok(())
    }

    fn values(&mut self, part: &[u8], take: &mut Take<'_>) -> Result<()> {
        for byte in part {
            if *byte == b'\n' {
                self.line += 1;
            }
            if self.is_text {
                self.value.push(*byte);
                self.in_text(*byte);
                continue;
            }
            let is_between = self.depth == self.base;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' if is_between => self.give(take)?,
                b'[' if !self.has_begun && self.depth == 0 && self.value.is_empty() => {
                    (self.depth, self.base, self.has_begun) = (1, 1, true);
                }
                b']' if is_between && self.base == 1 => {
                    self.give(take)?;
                    (self.depth, self.base) = (0, 0);
                }
                _ => {
                    self.has_begun = true;
                    if self.value.is_empty() {
                        self.begins = self.line;
                    }
                    self.value.push(*byte);
                    match byte {
                        b'"' => self.is_text = true,
                        b'{' | b'[' => self.depth += 1,
                        b'}' | b']' if self.depth > self.base => {
                            self.depth -= 1;
                            if self.depth == self.base {
                                self.give(take)?;
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    fn in_text(&mut self, byte: u8) {
        if self.is_escaped {
            self.is_escaped = false;
        } else if byte == b'\\' {
            self.is_escaped = true;
        } else if byte == b'"' {
            self.is_text = false;
        }
    }

    fn give(&mut self, take: &mut Take<'_>) -> Result<()> {
        if self.value.iter().any(|b| !b.is_ascii_whitespace()) {
            take(self.begins, &mut self.value)?;
        }
        self.value.clear();
        Ok(())
    }

    fn finish(&mut self, take: &mut Take<'_>) -> Result<()> {
        self.give(take)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, layout: Layout) -> Vec<(u64, String)> {
        let mut values = Vec::new();
        let mut input = text.as_bytes();
        for_each("f.json", &mut input, layout, &mut |line, bytes| {
            values.push((line, String::from_utf8(bytes.clone()).unwrap()));
            Ok(())
        })
        .unwrap();
        values
    }

    fn expect(found: &[(u64, String)], expected: &[(u64, &str)]) {
        let found: Vec<(u64, &str)> = found.iter().map(|(n, s)| (*n, s.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_are_values() {
        let found = split("{\"a\":1}\n\n{\"a\"\n{}", Layout::Lines);
        expect(&found, &[(1, "{\"a\":1}"), (3, "{\"a\""), (4, "{}")]);
    }

    #[test]
    fn values_may_have_any_layout() {
        let text = "{\n \"a\": \"}]\\\"\"\n}\n{}";
        expect(
            &split(text, Layout::Values),
            &[(1, &text[..text.len() - 3]), (4, "{}")],
        );
    }

    #[test]
    fn items_of_a_list_are_values() {
        let found = split("[\n {\"a\":[1,2]},\n {},\n 3\n]\n", Layout::Values);
        expect(&found, &[(2, "{\"a\":[1,2]}"), (3, "{}"), (4, "3")]);
        assert!(split("[]", Layout::Values).is_empty());
        assert!(split("", Layout::Values).is_empty());
    }

    #[test]
    fn a_value_that_does_not_end_is_given_too() {
        expect(&split("[{\"a\":1", Layout::Values), &[(1, "{\"a\":1")]);
    }
}
