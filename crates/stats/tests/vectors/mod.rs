//! Reads the test vectors, and checks measures against them.
//!
//! They are `exp_<family>.csv` (one expected number per line) and `in_*.csv` (what to compute it
//! from). Those that may be shipped lie in `datasets/vectors`; the rest, which stems from packages
//! under the GPL, is read in `../shared/vectors` where that is there, and never copied.
//!
//! ```ignore
//! let vectors = Vectors::open("funnel");
//! vectors.check(&["funnel_limits_ratio"], |case| {
//!     let observed = case.group.number("observed")?;
//!     match case.stat.as_str() {
//!         "lower_2s" => Some(limits(observed).lower.into()),
//!         _ => None, // A line that nobody handles fails the test.
//!     }
//! });
//! ```

#![allow(dead_code, reason = "each family of vectors uses a part of this")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "all of this is test code, though not all of it is in a test function"
)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The expected values of a family, all of them or those that are shipped.
pub(crate) struct Vectors {
    folders: Vec<PathBuf>,
    family: String,
    counts: BTreeMap<String, Count>,
    is_whole: bool,
    cases: Vec<Case>,
    tables: RefCell<HashMap<String, Rc<Table>>>,
}

/// How many values of a measure there are, and how many of them are shipped.
#[derive(Clone, Copy, Debug)]
struct Count {
    n_values: usize,
    n_shipped: usize,
}

/// One expected value, as its line says.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) case_id: String,
    pub(crate) measure: String,
    pub(crate) sql_function: String,
    /// The file of the input, `(none)` where there is none.
    pub(crate) input: String,
    /// Which rows of the input.
    pub(crate) filter: Fields,
    /// Which row of the output.
    pub(crate) group: Fields,
    pub(crate) params: Fields,
    /// Which field of the output.
    pub(crate) stat: String,
    pub(crate) expected: Value,
    pub(crate) rel_tol: f64,
    pub(crate) abs_tol: f64,
    /// `stored`, `reference_run` or `independent`.
    pub(crate) origin: String,
    pub(crate) source: String,
    pub(crate) note: String,
}

/// What is expected, or what a measure gives. Numbers may be infinite.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Number(f64),
    Text(String),
}

impl Value {
    fn parse(text: &str) -> Self {
        match (text, text.parse()) {
            ("NULL", _) => Self::Null,
            ("Infinity", _) => Self::Number(f64::INFINITY),
            (_, Ok(number)) => Self::Number(number),
            _ => Self::Text(text.to_owned()),
        }
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<Option<f64>> for Value {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::Null, Self::Number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Number(f64::from(u32::try_from(count).unwrap()))
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Text(truth.to_string())
    }
}

/// `key=value` pairs with `;` between them. What has no `=` is a key with an empty value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(pub(crate) Vec<(String, String)>);

impl Fields {
    pub(crate) fn parse(text: &str) -> Self {
        let parts = text
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let pair = |part: &str| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (key.trim().to_owned(), value.trim().to_owned())
        };
        Self(parts.map(pair).collect())
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        self.get(key)?.parse().ok()
    }

    /// Whether a key is there, with or without a value: `wgs vs panel`.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }
}

/// A file of input, or some of its rows. An empty field is NULL.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    columns: Rc<Vec<String>>,
    rows: Vec<Rc<Vec<String>>>,
}

impl Table {
    fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let columns = reader.headers().unwrap().iter().map(str::to_owned);
        let columns = Rc::new(columns.collect());
        let row = |record: Result<csv::StringRecord, _>| {
            Rc::new(record.unwrap().iter().map(str::to_owned).collect())
        };
        Self {
            name: path.display().to_string(),
            columns,
            rows: reader.records().map(row).collect(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn has_column(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    fn index(&self, column: &str) -> usize {
        let found = self.columns.iter().position(|name| name == column);
        found.unwrap_or_else(|| panic!("{}: no column `{column}`", self.name))
    }

    /// A column as text.
    pub(crate) fn texts(&self, column: &str) -> Vec<Option<&str>> {
        let index = self.index(column);
        let field = |row: &'_ Rc<Vec<String>>| !row[index].is_empty();
        let rows = self.rows.iter();
        rows.map(|row| field(row).then(|| row[index].as_str()))
            .collect()
    }

    /// A column as numbers; `True` and `False` are 1 and 0.
    pub(crate) fn numbers(&self, column: &str) -> Vec<Option<f64>> {
        let number = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" => 1.0,
            "false" => 0.0,
            text => {
                let number = text.parse();
                number.unwrap_or_else(|_| panic!("{}: `{column}`: `{text}`", self.name))
            }
        };
        let texts = self.texts(column).into_iter();
        texts.map(|text| text.map(number)).collect()
    }

    /// A column of numbers that holds no NULL.
    pub(crate) fn known(&self, column: &str) -> Vec<f64> {
        let numbers = self.numbers(column).into_iter();
        let known = |number: Option<f64>| {
            number.unwrap_or_else(|| panic!("{}: NULL in `{column}`", self.name))
        };
        numbers.map(known).collect()
    }

    /// The sum of a column that holds no NULL.
    pub(crate) fn sum(&self, column: &str) -> f64 {
        self.known(column).iter().sum()
    }

    /// The values of a column, each once, in their order as text; NULL left out.
    pub(crate) fn distinct(&self, column: &str) -> Vec<String> {
        let texts = self.texts(column).into_iter().flatten();
        let set: BTreeSet<String> = texts.map(str::to_owned).collect();
        set.into_iter().collect()
    }

    /// The rows where a column has a value: as text, or as a number that is equal.
    pub(crate) fn with(&self, column: &str, value: &str) -> Self {
        let (index, number) = (self.index(column), value.parse::<f64>().ok());
        let equal = |field: &str| {
            field == value || (number.is_some() && field.parse::<f64>().ok() == number)
        };
        let rows = self.rows.iter().filter(|row| equal(&row[index]));
        Self {
            rows: rows.cloned().collect(),
            columns: Rc::clone(&self.columns),
            name: format!("{} where {column} = {value}", self.name),
        }
    }

    /// The rows that all fields name. `row=3` is the fourth row where no column is called `row`.
    pub(crate) fn select(&self, fields: &Fields) -> Self {
        let mut table = self.clone();
        for (key, value) in &fields.0 {
            if key == "row" && !self.has_column("row") {
                let index: usize = value.parse().unwrap();
                table.rows = vec![Rc::clone(&self.rows[index])];
            } else {
                table = table.with(key, value);
            }
        }
        table
    }
}

impl Vectors {
    /// The expected values of `exp_<family>.csv`: all of them, or those that are shipped.
    pub(crate) fn open(family: &str) -> Self {
        let shipped = kohort_workbench::shipped("vectors");
        let name = format!("exp_{family}.csv");
        let mut cases = cases(&shipped.join(&name));
        let mut folders = vec![shipped.clone(), shipped.join("survival")];
        let beside = kohort_workbench::beside("vectors");
        let is_whole = beside.is_some();
        if let Some(beside) = beside {
            let known: BTreeSet<String> = cases.iter().map(|case| case.case_id.clone()).collect();
            let others = self::cases(&beside.join(&name)).into_iter();
            cases.extend(others.filter(|case| !known.contains(&case.case_id)));
            folders.push(beside);
        }
        Self {
            cases,
            folders,
            counts: counts(&shipped, family),
            is_whole,
            family: family.to_owned(),
            tables: RefCell::default(),
        }
    }

    /// Whether those that may not be shipped are there too.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether a file of input is there; counts a skip where it is not.
    pub(crate) fn has(&self, file: &str) -> bool {
        let is_there = self.path(file).is_some();
        if !is_there {
            kohort_workbench::skip(
                &format!("`{file}`"),
                "it may not be shipped, and there is no `../shared/vectors`",
            );
        }
        is_there
    }

    fn path(&self, file: &str) -> Option<PathBuf> {
        let mut paths = self.folders.iter().map(|folder| folder.join(file));
        paths.find(|path| path.is_file())
    }

    /// A file of input, read once.
    pub(crate) fn table(&self, file: &str) -> Rc<Table> {
        let mut tables = self.tables.borrow_mut();
        let read = || {
            let path = self.path(file);
            Rc::new(Table::read(&path.unwrap_or_else(|| panic!("no `{file}`"))))
        };
        Rc::clone(tables.entry(file.to_owned()).or_insert_with(read))
    }

    /// The input of a case, filtered as it says (but not yet cut down to its group).
    pub(crate) fn input(&self, case: &Case) -> Table {
        self.table(&case.input).select(&case.filter)
    }

    /// Asserts that the family has these measures and no other, so that none is forgotten.
    pub(crate) fn assert_measures(&self, claimed: &[&str]) {
        let claimed: BTreeSet<&str> = claimed.iter().copied().collect();
        let measures: BTreeSet<&str> = self.counts.keys().map(String::as_str).collect();
        assert_eq!(measures, claimed, "measures of `{}`", self.family);
    }

    /// Checks all expected values of some measures that are there, and gives how many there are
    /// in all. Those that are not there are counted as a skip.
    ///
    /// `compute` answers `None` for a line that it does not handle, and that fails the test. A
    /// value passes within the tolerances of its line; where that tolerance is not the mark of a
    /// rounded or loosely solved number (a relative one of at most 1e-7, and computed, not
    /// printed), it has to be within 1e-9.
    pub(crate) fn check(
        &self,
        measures: &[&str],
        compute: impl Fn(&Case) -> Option<Value>,
    ) -> usize {
        let tight = |case: &Case| case.origin != "stored" && case.rel_tol <= 1e-7;
        self.compare(measures, compute, |case| match tight(case) {
            true => case.rel_tol.min(1e-9),
            false => case.rel_tol,
        })
    }

    /// As [`check`](Self::check), with the tolerances of each line as they are. Say why.
    pub(crate) fn check_as_stated(
        &self,
        measures: &[&str],
        compute: impl Fn(&Case) -> Option<Value>,
    ) -> usize {
        self.compare(measures, compute, |case| case.rel_tol)
    }

    fn compare(
        &self,
        measures: &[&str],
        compute: impl Fn(&Case) -> Option<Value>,
        rel_tol: impl Fn(&Case) -> f64,
    ) -> usize {
        let mut failures = Vec::new();
        let mut checked = 0;
        for case in &self.cases {
            if !measures.contains(&case.measure.as_str()) {
                continue;
            }
            checked += 1;
            match compute(case) {
                None => failures.push(describe(case, "nobody computes this")),
                Some(got) if !agrees(case, &got, rel_tol(case)) => {
                    failures.push(describe(case, &format!("got {got:?}")));
                }
                Some(_) => {}
            }
        }
        let (n_values, n_there) = self.count(measures);
        assert_eq!(checked, n_there, "values of {measures:?} that are there");
        if checked < n_values {
            kohort_workbench::skip(
                &format!(
                    "{} of {n_values} values of {}",
                    n_values - checked,
                    measures.join(", ")
                ),
                "inputs that may not be shipped, and no `../shared/vectors`",
            );
        }
        let shown = failures
            .iter()
            .take(40)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n");
        let failed = failures.len();
        assert!(
            failures.is_empty(),
            "{failed} of {checked} differ:\n{shown}"
        );
        println!(
            "{}: {checked} of {n_values} values of {measures:?} agree",
            self.family
        );
        n_values
    }

    /// How many values of some measures there are in all, and how many are here.
    fn count(&self, measures: &[&str]) -> (usize, usize) {
        let counts = measures.iter().map(|measure| {
            let count = self.counts.get(*measure);
            count.unwrap_or_else(|| panic!("{}: no `{measure}`", self.family))
        });
        counts.fold((0, 0), |(all, there), count| match self.is_whole {
            true => (all + count.n_values, there + count.n_values),
            false => (all + count.n_values, there + count.n_shipped),
        })
    }
}

/// `measures.csv`, of one family.
fn counts(folder: &Path, family: &str) -> BTreeMap<String, Count> {
    let table = Table::read(&folder.join("measures.csv")).with("family", family);
    let number = |text: &str| text.parse().unwrap();
    let [measure, values, shipped] =
        ["measure", "n_values", "n_shipped"].map(|name| table.index(name));
    let count = |row: &Rc<Vec<String>>| {
        let count = Count {
            n_values: number(&row[values]),
            n_shipped: number(&row[shipped]),
        };
        (row[measure].clone(), count)
    };
    table.rows.iter().map(count).collect()
}

/// The lines of `exp_<family>.csv`.
fn cases(path: &Path) -> Vec<Case> {
    let table = Table::read(path);
    let case = |row: &Rc<Vec<String>>| {
        let text = |name: &str| row[table.index(name)].clone();
        Case {
            case_id: text("case_id"),
            measure: text("measure"),
            sql_function: text("sql_function"),
            input: text("input"),
            filter: Fields::parse(&text("filter")),
            group: Fields::parse(&text("group")),
            params: Fields::parse(&text("params")),
            stat: text("stat"),
            expected: Value::parse(&text("expected")),
            rel_tol: text("rel_tol").parse().unwrap(),
            abs_tol: text("abs_tol").parse().unwrap(),
            origin: text("origin"),
            source: text("source"),
            note: text("note"),
        }
    };
    table.rows.iter().map(case).collect()
}

/// Whether a value is what a case expects.
fn agrees(case: &Case, got: &Value, rel_tol: f64) -> bool {
    match (&case.expected, got) {
        (Value::Number(expected), Value::Number(got)) if expected.is_finite() => {
            (got - expected).abs() <= case.abs_tol.max(rel_tol * expected.abs())
        }
        (expected, got) => expected == got,
    }
}

/// A line that a person finds again in the file.
fn describe(case: &Case, what: &str) -> String {
    let pairs = |fields: &Fields| {
        let pairs = fields.0.iter().map(|(key, value)| format!("{key}={value}"));
        pairs.collect::<Vec<_>>().join(";")
    };
    format!(
        "{} {} {} [{}] [{}]: expected {:?}, {what}",
        case.case_id,
        case.measure,
        case.stat,
        pairs(&case.group),
        pairs(&case.params),
        case.expected,
    )
}
