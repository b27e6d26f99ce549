//! The columns of a table.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::{Language, Words};

/// A column: its heading, and how its values are written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the query.
    pub name: String,
    /// Its heading.
    pub label: Words,
    /// How its values are written; for an estimate, how its value and limits are.
    pub kind: Kind,
    /// The decimals; such as show the first digits, where nobody chose.
    pub decimals: Option<usize>,
    /// The unit, for the heading: `per 100 000`.
    #[serde(default)]
    pub unit: Words,
    /// The names of codes, where it holds codes: `"sex"`, or each code with its name.
    #[serde(default)]
    pub values: ValueNames,
    /// The counts that it is made of; all protected ones, where nobody says, if it is a measure.
    pub made_of: Option<Vec<String>>,
    /// The counts of other tables that it is made of, where not all of the table is.
    #[serde(default)]
    pub rests_on: Vec<super::RestsOn>,
    /// The quantile that a waiting time is; the median, where nobody says.
    pub quantile: Option<f64>,
    /// Whether a count in it is of nobody's concern: a population, a number of regions.
    #[serde(default)]
    pub public: bool,
    /// Whether it is only there for figures and files, not for the page.
    #[serde(default)]
    pub hidden: bool,
    /// For a key figure: a sentence that can be quoted, with `{{value}}` and `{{compared}}`.
    #[serde(default)]
    pub sentence: Words,
    /// Whether the page shows what an estimate rests on in a column of its own.
    #[serde(default = "yes")]
    pub basis: bool,
}

const fn yes() -> bool {
    true
}

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// As they are.
    Text,
    /// A number of people or events.
    Count,
    /// A year: a number without thousands.
    Year,
    /// A day.
    Date,
    /// A number.
    Number,
    /// A rate; its unit says per how many.
    Rate,
    /// A ratio of two values of one kind, 1 where they are equal; figures draw it on a logarithmic
    /// axis with a line at 1.
    Ratio,
    /// A share of 1 as per cent.
    Percent,
    /// Swedish crowns.
    Money,
    /// Days.
    Days,
}

impl Kind {
    /// Whether it is made of counts or amounts, and not what they are broken down by.
    pub const fn is_measure(self) -> bool {
        matches!(
            self,
            Self::Number | Self::Rate | Self::Ratio | Self::Percent | Self::Money | Self::Days
        )
    }

    /// Whether its values are numbers, set to the right.
    pub const fn is_numeric(self) -> bool {
        !matches!(self, Self::Text | Self::Date)
    }
}

/// The names of the codes in a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueNames(BTreeMap<String, Words>);

impl ValueNames {
    /// The name of a code, or the code.
    pub fn name<'a>(&'a self, code: &'a str, language: Language) -> &'a str {
        self.0.get(code).map_or(code, |words| words.of(language))
    }

    /// The codes of sex in Swedish statistics: K, M, T for both, and U for unknown.
    fn sex() -> Self {
        let of = |code: &str, sv: &str, en: &str| (code.to_owned(), Words::new(sv, en));
        Self(BTreeMap::from([
            of("K", "Kvinnor", "Women"),
            of("M", "Män", "Men"),
            of("T", "Totalt", "Total"),
            of("U", "Okänt kön", "Unknown sex"),
        ]))
    }
}

impl<'de> Deserialize<'de> for ValueNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "`sex`, or each code with its name: { A = { sv = \"…\", en = \"…\" } }"
        )]
        enum Written {
            Known(String),
            Own(BTreeMap<String, Words>),
        }
        match Written::deserialize(deserializer)? {
            Written::Known(name) if name == "sex" => Ok(Self::sex()),
            Written::Known(name) => Err(serde::de::Error::custom(format!(
                "expected `sex` or a table of names, got `{name}`"
            ))),
            Written::Own(names) => Ok(Self(names)),
        }
    }
}
