//! What is one row, before it has types?

/// A value as a file has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Nothing.
    Null,
    /// Text, in the file's own encoding.
    Text(&'a [u8]),
    /// A whole number that the format knows to be one.
    Integer(i64),
    /// A number that the format knows to be one.
    Float(f64),
    /// Yes or no.
    Boolean(bool),
    /// Several texts.
    List(Items<'a>),
}

/// The texts of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Items<'a> {
    buffer: &'a [u8],
    ranges: &'a [(usize, usize)],
}

impl<'a> Items<'a> {
    pub(crate) fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        self.ranges
            .iter()
            .map(move |(start, end)| &self.buffer[*start..*end])
    }
}

/// What is wrong with a row as a whole, or with one of its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Number of the column, where it is one.
    pub(crate) column: Option<usize>,
    /// What should be there.
    pub(crate) expected: String,
    /// What is there, fit to be shown.
    pub(crate) found: String,
    /// What to do about it.
    pub(crate) advice: &'static str,
}

/// What a row says and none of its columns can: counted, and told when all rows are read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Remark {
    /// A value of a kind that is not read, by the name that the format gives it.
    NotRead(String),
    /// What is so of a number of rows or values, in words that follow the number.
    Counted(&'static str),
}

impl Remark {
    /// The remark, made this many times.
    pub(crate) fn told(&self, n: u64) -> String {
        match self {
            Self::NotRead(kind) => {
                let (noun, verb) = match n {
                    1 => ("value", "was"),
                    _ => ("values", "were"),
                };
                format!("{n} {noun} of kind {kind} {verb} not read")
            }
            Self::Counted(what) => format!("{n} {what}"),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Slot {
    Null,
    Text(usize, usize),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    List(usize, usize),
}

/// One row: a cell for each column of the table, by the column's number. Reused from row to row.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// 1-based line, or row where the format has no lines.
    pub(crate) line: u64,
    /// What is wrong with it.
    pub(crate) problem: Option<Problem>,
    /// What it says beside its columns.
    pub(crate) remarks: Vec<Remark>,
    buffer: Vec<u8>,
    slots: Vec<Slot>,
    items: Vec<(usize, usize)>,
}

impl Record {
    /// Empties it for the row at a line.
    pub(crate) fn begin(&mut self, line: u64) {
        self.line = line;
        self.problem = None;
        self.remarks.clear();
        self.buffer.clear();
        self.slots.clear();
        self.items.clear();
    }

    /// The cell of a column; a column that was not set has none.
    pub(crate) fn cell(&self, column: usize) -> Cell<'_> {
        match self.slots.get(column) {
            None | Some(Slot::Null) => Cell::Null,
            Some(Slot::Text(start, end)) => Cell::Text(&self.buffer[*start..*end]),
            Some(Slot::Integer(value)) => Cell::Integer(*value),
            Some(Slot::Float(value)) => Cell::Float(*value),
            Some(Slot::Boolean(value)) => Cell::Boolean(*value),
            Some(Slot::List(first, last)) => Cell::List(Items {
                buffer: &self.buffer,
                ranges: &self.items[*first..*last],
            }),
        }
    }

    /// Sets a text; an empty one is nothing.
    pub(crate) fn text(&mut self, column: usize, text: &[u8]) {
        if !text.is_empty() {
            let range = self.push(text);
            self.set(column, Slot::Text(range.0, range.1));
        }
    }

    /// Sets a whole number.
    pub(crate) fn integer(&mut self, column: usize, value: i64) {
        self.set(column, Slot::Integer(value));
    }

    /// Sets a number.
    pub(crate) fn float(&mut self, column: usize, value: f64) {
        self.set(column, Slot::Float(value));
    }

    /// Sets yes or no.
    pub(crate) fn boolean(&mut self, column: usize, value: bool) {
        self.set(column, Slot::Boolean(value));
    }

    /// Sets a list of texts; an empty one is nothing.
    pub(crate) fn list<T: AsRef<[u8]>>(&mut self, column: usize, texts: impl Iterator<Item = T>) {
        let first = self.items.len();
        for text in texts {
            let range = self.push(text.as_ref());
            self.items.push(range);
        }
        if self.items.len() > first {
            self.set(column, Slot::List(first, self.items.len()));
        }
    }

    /// Says what is wrong; the first thing wrong is the one that is told.
    pub(crate) fn wrong(&mut self, problem: Problem) {
        self.problem.get_or_insert(problem);
    }

    fn push(&mut self, text: &[u8]) -> (usize, usize) {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(text);
        (start, self.buffer.len())
    }

    fn set(&mut self, column: usize, slot: Slot) {
        if self.slots.len() <= column {
            self.slots.resize(column + 1, Slot::Null);
        }
        self.slots[column] = slot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were_set() {
        let mut record = Record::default();
        record.begin(7);
        record.text(2, b"abc");
        record.text(0, b"");
        record.list(1, ["x", "yz"].iter());
        record.integer(4, -1);
        assert_eq!(record.cell(0), Cell::Null);
        assert_eq!(record.cell(2), Cell::Text(b"abc"));
        assert_eq!(record.cell(4), Cell::Integer(-1));
        assert_eq!(record.cell(9), Cell::Null);
        let Cell::List(items) = record.cell(1) else {
            panic!("a list was set")
        };
        assert_eq!(items.iter().collect::<Vec<_>>(), [&b"x"[..], b"yz"]);
        record.begin(8);
        assert_eq!(record.cell(2), Cell::Null);
    }
}
