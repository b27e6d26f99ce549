//! What does a report consist of? The shape of `report.toml`, and whether its parts fit together.
//!
//! `docs/reports.md` is this module for people who write reports.

mod check;
mod column;
mod drawing;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Error, Words};

pub use column::{Column, Kind, ValueNames};
pub use drawing::{Figure, FigureKind, Order, Statistic, Wanted};

/// A report: its sections, and what it needs to be made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What it is called.
    pub title: Words,
    /// A line under the title.
    #[serde(default)]
    pub subtitle: Words,
    /// What comes before the first section.
    #[serde(default)]
    pub intro: Words,
    /// Tables that must be there, with their schema: `registry.tests`.
    #[serde(default)]
    pub requires: Vec<String>,
    /// The standard population of its age-standardised rates, where it has any.
    #[serde(default)]
    pub standard_population: Words,
    /// How people are kept unrecognisable.
    #[serde(default)]
    pub disclosure: DisclosureRules,
    /// What a person may choose.
    #[serde(default, rename = "parameter")]
    pub parameters: Vec<Parameter>,
    /// What is looked up once, and used in texts and queries.
    #[serde(default, rename = "lookup")]
    pub lookups: Vec<Lookup>,
    /// Its sections, in order.
    #[serde(rename = "section")]
    pub sections: Vec<Section>,
}

/// How people are kept unrecognisable in the whole report.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DisclosureRules {
    /// The least count that is shown, apart from 0.
    pub threshold: u64,
    /// Whether a count of 0 is withheld too.
    pub protect_zeros: bool,
    /// For columns, the value that stands for all wherever it is: `region = "00"`.
    pub totals: BTreeMap<String, String>,
}

impl Default for DisclosureRules {
    fn default() -> Self {
        Self {
            threshold: kohort_stats::disclosure::SmallCells::DEFAULT_THRESHOLD,
            protect_zeros: false,
            totals: BTreeMap::new(),
        }
    }
}

/// Something that a person chooses with `--set name=value`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// How it is named on the command line and in `{{name}}`.
    pub name: String,
    /// What it is, for a person.
    pub label: Words,
    /// What it may hold.
    #[serde(default)]
    pub kind: ParameterKind,
    /// What it is when nobody chooses; without it the parameter must be given.
    pub default: Option<String>,
    /// A query whose first column lists the values that it may have beside its default: the years
    /// of a registry.
    pub known: Option<String>,
    /// The only values that it may have, where that is so.
    #[serde(default)]
    pub choices: Vec<String>,
}

/// What a parameter may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// Any text: a string in SQL.
    #[default]
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A day such as 2025-01-31: a date in SQL.
    Date,
}

/// A single value from a query, for texts and for other queries: a name, the last year.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// How it is named in `{{name}}`.
    pub name: String,
    /// A query of one row and one column. It must not count people: nothing protects it.
    pub query: String,
}

/// A part of a report with a heading of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its name in links.
    pub id: String,
    /// Its heading.
    pub title: Words,
    /// Paragraphs before its figures and tables.
    #[serde(default)]
    pub text: Words,
    /// Its tables.
    #[serde(default, rename = "table")]
    pub tables: Vec<Table>,
    /// Its figures.
    #[serde(default, rename = "figure")]
    pub figures: Vec<Figure>,
}

/// How a table is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Show {
    /// As a table; folded under the figure that is made of it, where there is one.
    #[default]
    Table,
    /// As key figures: each value in large, under the heading of its column.
    Facts,
    /// Only as files, beside the figure that is drawn from it: too long for a page.
    Files,
}

/// Which row of a table its key figures are of, and which rows they are compared with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Compare {
    /// The row that is shown: a value for some columns; every row, where nobody says.
    pub row: BTreeMap<String, String>,
    /// The same a period before.
    pub before: Option<Beside>,
    /// The same of the nation.
    pub nation: Option<Beside>,
}

/// A row that key figures are compared with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// What it is of: `2024`, `Sweden`.
    pub label: Words,
    /// The row: a value for some columns.
    #[serde(rename = "where")]
    pub row: BTreeMap<String, String>,
}

/// A query and the meaning of its columns.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name in links and files.
    pub id: String,
    /// The file with its query, below the report's folder.
    pub query: String,
    /// Its caption.
    pub title: Words,
    /// What a reader must know to read it.
    #[serde(default)]
    pub note: Words,
    /// How it is shown.
    #[serde(default)]
    pub show: Show,
    /// What its key figures are compared with.
    #[serde(default)]
    pub compare: Compare,
    /// The column whose values are spread over columns, such as `sex`.
    pub pivot: Option<String>,
    /// Why nothing in it needs protection: it is about no person, or already published.
    pub public: Option<String>,
    /// Its columns, those of the query, in this order.
    pub columns: Vec<Column>,
    /// Which counts are protected, and how.
    #[serde(default)]
    pub protect: Vec<Protect>,
    /// The counts of other tables that its measures are made of.
    #[serde(default)]
    pub rests_on: Vec<RestsOn>,
}

impl Table {
    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The counts that an own column is made of: when one of them is withheld, so is the column.
    pub fn made_of<'a>(&'a self, column: &'a Column) -> Vec<&'a str> {
        if let Some(counts) = &column.made_of {
            return counts.iter().map(String::as_str).collect();
        }
        if self
            .protect
            .iter()
            .any(|protect| protect.count == column.name)
        {
            return vec![&column.name];
        }
        match column.kind.is_measure() && !column.public {
            true => self.protect.iter().map(|p| p.count.as_str()).collect(),
            false => Vec::new(),
        }
    }
}

/// Which count is protected, in a table of which dimensions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protect {
    /// The column with the count; or one of estimates, whose events are the count.
    pub count: String,
    /// The columns that the count is broken down by: none, one or two.
    #[serde(default)]
    pub by: Vec<String>,
    /// For each of `by`, the value that marks its total; empty where there is no total.
    #[serde(default)]
    pub totals: Vec<String>,
    /// Columns whose values each make a table of their own, with own totals: `year`.
    #[serde(default)]
    pub within: Vec<String>,
    /// The column with the number of people that the count is a part of: so few left over that
    /// they are a small count withhold it too.
    pub of: Option<String>,
    /// What the count counts, as a name that tables share: a count that one of them withholds, the
    /// others withhold too. Counts of the same with other numbers are other counts.
    pub family: Option<String>,
    /// Whether it is a point of a curve: rounded to multiples of the threshold.
    #[serde(default)]
    pub rounded: bool,
    /// What the whole column is of, as other tables of the family break it down: `sex = "K"`.
    #[serde(default)]
    pub fixed: BTreeMap<String, String>,
    /// Other names of columns in the family: `step_before = "step"`. An empty name leaves the
    /// column out: the count is the same for all of its values.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
}

/// Counts of other tables that the measures of a row are made of: where one of them is withheld,
/// all of the row's measures are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestsOn {
    /// What the counts count.
    pub family: String,
    /// What they are broken down by, beside the row's own columns.
    #[serde(default)]
    pub by: Vec<String>,
    /// The columns whose values the counts have in common with the row.
    #[serde(default)]
    pub within: Vec<String>,
}

impl Definition {
    /// Reads a definition, and checks that its parts fit together.
    ///
    /// # Errors
    /// It is not TOML, lacks a part, has one that is not known, or names what is not there.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let definition: Self = toml::from_str(text).map_err(|error| Error::Syntax {
            message: one_line(text, &error),
        })?;
        check::check(&definition)?;
        Ok(definition)
    }

    /// Every table with the section that it is in.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.sections.iter().flat_map(|section| &section.tables)
    }

    /// Every figure.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.sections.iter().flat_map(|section| &section.figures)
    }

    /// A table by its id.
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables().find(|table| table.id == id)
    }
}

/// An error of the parser with its line and column, in one line.
fn one_line(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().trim().replace('\n', "; ");
    let Some(span) = error.span() else {
        return message;
    };
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    format!("line {line}, column {column}: {message}")
}
