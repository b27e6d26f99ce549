//! The figures of a report.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::Words;

/// A figure, drawn from the rows of a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Its name in links and files.
    pub id: String,
    /// What is drawn.
    pub kind: FigureKind,
    /// The table that it is drawn from.
    pub table: String,
    /// Its caption.
    pub title: Words,
    /// What it shows, for those who do not see it.
    pub alt: Words,
    /// What a reader must know to read it.
    #[serde(default)]
    pub note: Words,
    /// Which column plays which part; [`FigureKind::parts`] has the parts of each kind.
    pub columns: BTreeMap<String, String>,
    /// The rows that it is drawn from: a value, or several, for some columns.
    #[serde(default, rename = "where")]
    pub rows: BTreeMap<String, Wanted>,
    /// The value of the column `label` or `group` that marks the nation.
    pub total: Option<String>,
    /// The value of the column `label` or `region` to stand out.
    pub mark: Option<String>,
    /// The order of a ranked figure's rows.
    #[serde(default)]
    pub order: Order,
    /// What a funnel plot's values are held against; the nation's value, where nobody says.
    pub target: Option<f64>,
    /// What a funnel plot's values are.
    pub statistic: Option<Statistic>,
    /// Per how many a funnel plot's rate is.
    pub multiplier: Option<f64>,
    /// A value of the horizontal axis to mark, such as the days of a guarantee.
    pub line: Option<f64>,
    /// What the marked value is.
    #[serde(default)]
    pub line_label: Words,
    /// What the horizontal axis measures; the column's heading, where nobody says.
    #[serde(default)]
    pub x_label: Words,
    /// What the vertical axis measures; the column's heading, where nobody says.
    #[serde(default)]
    pub y_label: Words,
}

/// The order of rows in a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// From the greatest value to the least.
    #[default]
    Value,
    /// As the query gives them: for groups with an order of their own, such as ages.
    Rows,
}

/// What a column of rows must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted(pub Vec<String>);

impl<'de> Deserialize<'de> for Wanted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a text, or a list of texts")]
        enum Written {
            One(String),
            Several(Vec<String>),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::One(value) => vec![value],
            Written::Several(values) => values,
        }))
    }
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureKind {
    /// Sweden's regions as tiles.
    TileMap,
    /// Values against what they rest on, with the limits of chance.
    Funnel,
    /// Values with intervals, sorted, the nation among them.
    Ranked,
    /// Values over time.
    Series,
    /// Waiting times: who has been served by when.
    Curve,
    /// How many remain after each step.
    Flow,
}

impl FigureKind {
    /// The parts that columns must play, and those that they may.
    pub const fn parts(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::TileMap => (&["region", "value"], &[]),
            Self::Funnel => (&["label", "value", "denominator"], &["flag"]),
            Self::Ranked => (&["label", "value"], &["group"]),
            Self::Series => (&["x", "value"], &["group"]),
            Self::Curve => (&["time", "value"], &["group", "at_risk"]),
            Self::Flow => (&["step", "count"], &["note"]),
        }
    }
}

/// What the values of a funnel plot are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    /// Shares of 1; the denominator is people.
    Proportion,
    /// Events per `multiplier`; the denominator is people or their time.
    Rate,
    /// Observed over expected events; the denominator is the expected ones.
    Ratio,
}
