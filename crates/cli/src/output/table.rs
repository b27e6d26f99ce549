//! Aligned columns for a person. Widths come from the first rows, so that memory stays bounded;
//! later rows that need more room take it.

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::cells::{Cells, plain};
use super::{Out, RowWriter};
use crate::error::Result;

/// Rows that widths are taken from.
const WIDTH_ROWS: usize = 1000;
/// Digits of a fraction that a person is shown; the other formats give all of them.
const SIGNIFICANT_DIGITS: i32 = 6;

/// How a table looks.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableOptions {
    /// Rows to show; all when absent.
    pub(crate) max_rows: Option<usize>,
    /// Characters of a cell to show; all when absent.
    pub(crate) max_cell: Option<usize>,
    /// One line per value instead of one per row.
    pub(crate) is_expanded: bool,
}

/// Writes rows as an aligned table.
pub(crate) struct TableWriter<'a> {
    out: Out<'a>,
    options: TableOptions,
    names: Vec<String>,
    is_number: Vec<bool>,
    /// Rows that wait for the widths.
    waiting: Vec<Vec<String>>,
    widths: Option<Vec<usize>>,
    n_rows: usize,
    is_full: bool,
}

impl<'a> TableWriter<'a> {
    /// A table of these columns.
    pub(crate) fn new(schema: &SchemaRef, out: Out<'a>, options: TableOptions) -> Self {
        let fields = schema.fields();
        Self {
            out,
            names: fields
                .iter()
                .map(|field| one_line(field.name(), options.max_cell))
                .collect(),
            is_number: fields
                .iter()
                .map(|field| is_number(field.data_type()))
                .collect(),
            options,
            waiting: Vec::new(),
            widths: None,
            n_rows: 0,
            is_full: false,
        }
    }

    fn row(&mut self, cells: Vec<String>) -> Result {
        if self.options.is_expanded {
            return self.expanded(&cells);
        }
        if self.widths.is_some() {
            return self.line(&cells);
        }
        self.waiting.push(cells);
        if self.waiting.len() == WIDTH_ROWS {
            self.settle_widths()
        } else {
            Ok(())
        }
    }

    /// Prints the header and the rows that waited for it.
    fn settle_widths(&mut self) -> Result {
        let waiting = std::mem::take(&mut self.waiting);
        let mut widths: Vec<usize> = self.names.iter().map(|name| width(name)).collect();
        for cells in &waiting {
            for (widest, cell) in widths.iter_mut().zip(cells) {
                *widest = (*widest).max(width(cell));
            }
        }
        let rule = widths
            .iter()
            .map(|&n| "-".repeat(n + 2))
            .collect::<Vec<_>>()
            .join("+");
        self.widths = Some(widths);
        self.line(&self.names.clone())?;
        writeln!(self.out, "{rule}")?;
        waiting.iter().try_for_each(|cells| self.line(cells))
    }

    fn line(&mut self, cells: &[String]) -> Result {
        let widths = self.widths.as_deref().unwrap_or_default();
        let mut line = String::new();
        let last = cells.len().saturating_sub(1);
        for (i, cell) in cells.iter().enumerate() {
            let pad = widths[i].saturating_sub(width(cell));
            line.push_str(if i == 0 { " " } else { " | " });
            if self.is_number[i] {
                line.extend(std::iter::repeat_n(' ', pad));
                line.push_str(cell);
            } else {
                line.push_str(cell);
                if i != last {
                    line.extend(std::iter::repeat_n(' ', pad));
                }
            }
        }
        writeln!(self.out, "{line}")?;
        Ok(())
    }

    fn expanded(&mut self, cells: &[String]) -> Result {
        writeln!(self.out, "-[ row {} ]{}", self.n_rows, "-".repeat(20))?;
        let widest = self.names.iter().map(|name| width(name)).max().unwrap_or(0);
        for (name, cell) in self.names.iter().zip(cells) {
            let pad = " ".repeat(widest - width(name));
            writeln!(self.out, " {name}{pad} | {cell}")?;
        }
        Ok(())
    }

    fn cell(&self, column: &Cells<'_>, row: usize) -> String {
        if column.is_null(row) {
            return "NULL".to_owned();
        }
        if let Some(value) = column.float(row) {
            return rounded(value);
        }
        if let Some(bytes) = column.bytes(row) {
            return format!("<{} bytes>", bytes.len());
        }
        let mut text = Vec::new();
        column.text(row, &mut text);
        one_line(&String::from_utf8_lossy(&text), self.options.max_cell)
    }
}

impl RowWriter for TableWriter<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result {
        let arrays = batch
            .columns()
            .iter()
            .map(plain)
            .collect::<Result<Vec<ArrayRef>>>()?;
        let columns = arrays
            .iter()
            .map(|array| Cells::new(array.as_ref()))
            .collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            if self.options.max_rows.is_some_and(|max| self.n_rows >= max) {
                self.is_full = true;
                return Ok(());
            }
            self.n_rows += 1;
            let cells = columns
                .iter()
                .map(|column| self.cell(column, row))
                .collect();
            self.row(cells)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result {
        if self.widths.is_none() && !self.options.is_expanded {
            self.settle_widths()?;
        }
        if self.is_full {
            let shown = self.n_rows;
            writeln!(
                self.out,
                "... the first {shown} rows; LIMIT and OFFSET, or --output FILE, give the rest"
            )?;
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.is_full
    }
}

fn is_number(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_number(values),
        other => other.is_numeric(),
    }
}

/// Columns of a terminal that a text takes: two for a Chinese character, none for an accent that
/// combines with the letter before it.
fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The start of a text that takes at most so many columns.
fn cut(text: &str, columns: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find(|(_, c)| {
        taken += c.width().unwrap_or(0);
        taken > columns
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// The text on one line, control characters escaped, cut to a length.
fn one_line(text: &str, max: Option<usize>) -> String {
    let clean: String = if text.chars().any(char::is_control) {
        text.chars()
            .flat_map(|c| {
                let escaped: Vec<char> = if c.is_control() {
                    c.escape_default().collect()
                } else {
                    vec![c]
                };
                escaped
            })
            .collect()
    } else {
        text.to_owned()
    };
    match max {
        Some(max) if width(&clean) > max => format!("{}…", cut(&clean, max.saturating_sub(1))),
        _ => clean,
    }
}

/// A fraction rounded to six significant digits: `0.150559`, `1.0`, `3.2e-12`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the exponent of an f64 fits in i32"
)]
fn rounded(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 {
            "0.0".to_owned()
        } else {
            value.to_string()
        };
    }
    let magnitude = value.abs().log10().floor() as i32;
    if (-4..=14).contains(&magnitude) {
        let decimals = usize::try_from((SIGNIFICANT_DIGITS - 1 - magnitude).max(1)).unwrap_or(1);
        let text = format!("{value:.decimals$}");
        let trimmed = text.trim_end_matches('0');
        return if trimmed.ends_with('.') {
            format!("{trimmed}0")
        } else {
            trimmed.to_owned()
        };
    }
    let text = format!("{value:.5e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            format!(
                "{}e{exponent}",
                digits.trim_end_matches('0').trim_end_matches('.')
            )
        }
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use arrow::array::{BinaryArray, Float64Array, Int64Array, StringArray};

    fn shown(options: TableOptions) -> String {
        let batch = RecordBatch::try_from_iter_with_nullable(vec![
            (
                "chrom",
                Arc::new(StringArray::from(vec!["chr1", "chrX", "a\nb"])) as ArrayRef,
                true,
            ),
            (
                "ac",
                Arc::new(Int64Array::from(vec![Some(7), None, Some(1234)])) as _,
                true,
            ),
            (
                "af",
                Arc::new(Float64Array::from(vec![0.150_559_105, 1.0, 3.2e-12])) as _,
                true,
            ),
            (
                "region",
                Arc::new(StringArray::from(vec!["Skåne", "Örebro", "x"])) as _,
                true,
            ),
            (
                "genotypes",
                Arc::new(BinaryArray::from(vec![b"abc".as_ref(), b"", b"a"])) as _,
                true,
            ),
        ])
        .unwrap();
        let mut out = Vec::new();
        let mut writer = Box::new(TableWriter::new(&batch.schema(), &mut out, options));
        writer.batch(&batch).unwrap();
        writer.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_aligned_and_numbers_stand_right() {
        let expected = "
 chrom |   ac |       af | region | genotypes
-------+------+----------+--------+-----------
 chr1  |    7 | 0.150559 | Skåne  | <3 bytes>
 chrX  | NULL |      1.0 | Örebro | <0 bytes>
 a\\nb  | 1234 |  3.2e-12 | x      | <1 bytes>
";
        assert_eq!(format!("\n{}", shown(TableOptions::default())), expected);
    }

    #[test]
    fn rows_beyond_the_limit_are_announced() {
        let text = shown(TableOptions {
            max_rows: Some(2),
            ..TableOptions::default()
        });
        assert!(text.contains("chrX") && !text.contains("1234"));
        assert!(text.ends_with(
            "... the first 2 rows; LIMIT and OFFSET, or --output FILE, give the rest\n"
        ));
    }

    #[test]
    fn long_cells_are_cut_with_a_mark() {
        let text = shown(TableOptions {
            max_cell: Some(3),
            ..TableOptions::default()
        });
        assert!(text.contains("| Sk…"), "{text}");
    }

    #[test]
    fn widths_are_those_of_the_terminal_and_not_numbers_of_characters() {
        assert_eq!(width("Åsa"), 3);
        assert_eq!(width("A\u{30a}sa"), 3);
        assert_eq!(width("変異"), 4);
        assert_eq!(one_line("変異の数", Some(5)), "変異…");
        assert_eq!(one_line("変異の数", Some(4)), "変…");
        assert_eq!(one_line("A\u{30a}sa", Some(3)), "A\u{30a}sa");
    }

    #[test]
    fn expanded_rows_name_each_value() {
        let text = shown(TableOptions {
            is_expanded: true,
            ..TableOptions::default()
        });
        assert!(
            text.starts_with("-[ row 1 ]--------------------\n chrom     | chr1\n ac        | 7\n")
        );
    }

    #[test]
    fn fractions_keep_six_significant_digits() {
        for (value, text) in [
            (0.5, "0.5"),
            (1.0 / 3.0, "0.333333"),
            (2.0 / 3.0 * 1e-3, "0.000666667"),
            (1e-300, "1e-300"),
            (123_456.789, "123456.8"),
            (-0.25, "-0.25"),
            (0.0, "0.0"),
        ] {
            assert_eq!(rounded(value), text);
        }
    }
}
