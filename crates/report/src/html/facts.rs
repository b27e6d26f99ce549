//! Key figures: each value in large, what it is compared with, and a sentence that can be quoted.

use std::collections::BTreeMap;

use super::page::{Contents, files};
use super::table::{View, written};
use super::text::{escape, inline};
use crate::cell::{Written, interval_name, write};
use crate::definition::{Beside, Column, Kind, Table};
use crate::{Error, Language, Literal, Rows, Value, Values, Words};

/// The key figures of a table, one card for each column of each row.
///
/// # Errors
/// A text with a name that has no value.
pub(super) fn facts(contents: &Contents<'_>, table: &Table) -> Result<String, Error> {
    let Some(rows) = contents.tables.get(&table.id) else {
        return Ok(String::new());
    };
    let language = contents.making.language;
    let place = format!("table `{}`", table.id);
    let title = contents.values.in_text(&place, table.title.of(language))?;
    let mut html = format!("<h3 id=\"{}\">{}</h3>\n", table.id, inline(&title));
    let find = |wanted: &BTreeMap<String, String>| row_where(contents, rows, wanted, &place);
    let beside = |beside: &Option<Beside>| match beside {
        Some(beside) => find(&beside.row),
        None => Ok(None),
    };
    let compare = &table.compare;
    let (before, nation) = (beside(&compare.before)?, beside(&compare.nation)?);
    let shown: Vec<usize> = match compare.row.is_empty() {
        true => (0..rows.len()).collect(),
        false => find(&compare.row)?.into_iter().collect(),
    };
    if shown.is_empty() {
        let why = language.pick(
            "Inget att visa: det finns inga uppgifter för det här urvalet.",
            "Nothing to show: there are no data for this selection.",
        );
        html.push_str(&format!("<p class=\"note\">{why}</p>\n"));
    } else {
        html.push_str("<ul class=\"facts\">\n");
        for row in shown {
            let row = Row {
                contents,
                table,
                rows,
                row,
                before,
                nation,
                place: &place,
            };
            html.push_str(&row.html()?);
        }
        html.push_str("</ul>\n");
    }
    let view = View::new(table, rows, language);
    html.push_str(&view.notes(contents.values)?);
    if before.is_some() || nation.is_some() {
        let note = language.pick(
            "En skillnad kallas säker när konfidensintervallen inte överlappar varandra.",
            "A difference is called clear when the confidence intervals do not overlap.",
        );
        html.push_str(&format!("<p class=\"note\">{note}</p>\n"));
    }
    html.push_str(&files(contents, &table.id));
    Ok(html)
}

/// The row with certain values in some columns.
fn row_where(
    contents: &Contents<'_>,
    rows: &Rows,
    wanted: &BTreeMap<String, String>,
    place: &str,
) -> Result<Option<usize>, Error> {
    let mut values = Vec::new();
    for (column, text) in wanted {
        let text = contents.values.in_text(place, text)?;
        values.extend(rows.index(column).map(|at| (at, text)));
    }
    let fits = |row: &usize| {
        let mut values = values.iter();
        values.all(|(at, text)| rows.value(*row, *at).key() == *text)
    };
    Ok((0..rows.len()).find(fits))
}

/// A row of key figures.
struct Row<'a> {
    contents: &'a Contents<'a>,
    table: &'a Table,
    rows: &'a Rows,
    row: usize,
    before: Option<usize>,
    nation: Option<usize>,
    place: &'a str,
}

impl Row<'_> {
    fn language(&self) -> Language {
        self.contents.making.language
    }

    fn text(&self, words: &Words) -> Result<String, Error> {
        let values = self.contents.values;
        values.in_text(self.place, words.of(self.language()))
    }

    fn value(&self, row: usize, name: &str) -> Option<&Value> {
        Some(self.rows.value(row, self.rows.index(name)?))
    }

    fn html(&self) -> Result<String, Error> {
        let language = self.language();
        let shown = self.table.columns.iter().filter(|column| !column.hidden);
        let shown: Vec<(&Column, &Value)> = shown
            .filter_map(|column| Some((column, self.value(self.row, &column.name)?)))
            .filter(|(_, value)| !matches!(value, Value::Missing))
            .collect();
        let names = shown.iter().filter(|(column, _)| column.kind == Kind::Text);
        let names: Vec<String> = names
            .map(|(column, value)| write(column, value, language).text)
            .collect();
        let mut html = String::new();
        for (column, value) in shown {
            if column.kind != Kind::Text {
                html.push_str(&self.card(column, value, &names)?);
            }
        }
        Ok(html)
    }

    fn card(&self, column: &Column, value: &Value, names: &[String]) -> Result<String, Error> {
        let language = self.language();
        let label = self.text(&column.label)?;
        let unit = self.text(&column.unit)?;
        // A number in large stands alone: what it rests on stands with it.
        let mut with_basis = column.clone();
        with_basis.basis = true;
        let mut value_text = write(&with_basis, value, language);
        let interval = value_text.interval.take();
        value_text.interval =
            interval.map(|interval| format!("{} {interval}", interval_name(value, language)));
        let what: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .chain([label.as_str()])
            .collect();
        let what: Vec<&str> = what.into_iter().filter(|part| !part.is_empty()).collect();
        let mut html = format!(
            "<li><span class=\"what\">{}</span><span class=\"value\">{}</span>\
             <span class=\"what\">{}</span>",
            inline(&what.join(", ")),
            written(&value_text, language),
            inline(&unit)
        );
        let mut nation = self.comparison(column, value, self.nation);
        if let Some(nation) = nation.as_mut().filter(|_| column.kind == Kind::Count) {
            nation.of_whole(value, self.nation_value(column), language);
        }
        let before = self.comparison(column, value, self.before);
        let compare = &self.table.compare;
        let besides = [
            (&nation, &compare.nation, Against::Nation),
            (&before, &compare.before, Against::Before),
        ];
        for (other, beside, against) in besides {
            if let (Some(other), Some(beside)) = (other, beside) {
                let label = self.text(&beside.label)?;
                let change = other.change_text(against, language);
                html.push_str(&format!(
                    "<span class=\"beside\">{}: {} <span class=\"change\">{}</span></span>",
                    inline(&label),
                    escape(&other.text),
                    escape(&change)
                ));
            }
        }
        html.push_str(&self.sentence(column, &value_text, (nation, before))?);
        html.push_str("</li>\n");
        Ok(html)
    }

    /// What a value is compared with, where there is such a thing.
    fn comparison(&self, column: &Column, value: &Value, row: Option<usize>) -> Option<Other> {
        let other = self.value(row?, &column.name)?;
        if matches!(other, Value::Missing) || value.number().is_none() {
            return None;
        }
        Some(Other {
            text: write(column, other, self.language()).text,
            has_number: other.number().is_some(),
            change: Change::between(value, other),
            part: None,
        })
    }

    fn nation_value(&self, column: &Column) -> Option<f64> {
        self.value(self.nation?, &column.name)?.number()
    }

    /// A sentence that can be quoted; none where there is no value.
    fn sentence(
        &self,
        column: &Column,
        value: &Written,
        (nation, before): (Option<Other>, Option<Other>),
    ) -> Result<String, Error> {
        let language = self.language();
        if column.sentence.is_empty() || value.status.is_some() {
            return Ok(String::new());
        }
        let mut values: Values = self.contents.values.clone();
        let text = match &value.interval {
            Some(interval) => format!("{} ({interval})", value.text),
            None => value.text.clone(),
        };
        values.add("value", Literal::Text(text));
        let mut compared = String::new();
        if let Some(nation) = nation.filter(|other| other.has_number) {
            let with = language.pick("jämfört med", "compared with");
            let of = language.pick("i riket", "in Sweden");
            let part = nation
                .part
                .map(|part| format!(" ({part})"))
                .unwrap_or_default();
            compared.push_str(&format!(", {with} {} {of}{part}", nation.text));
        }
        if let Some(before) = before.filter(|other| other.has_number) {
            let beside = self.table.compare.before.as_ref();
            let when = self.text(&beside.map(|b| b.label.clone()).unwrap_or_default())?;
            let from = before.change.from(language);
            let separator = if compared.is_empty() { "," } else { ";" };
            let of = language.pick("", "in ");
            compared.push_str(&format!("{separator} {from} {} {of}{when}", before.text));
        }
        values.add("compared", Literal::Text(compared));
        let text = values.in_text(self.place, column.sentence.of(language))?;
        Ok(format!("<p class=\"quote\">{}</p>", inline(&text)))
    }
}

/// Something that a value is compared with.
struct Other {
    text: String,
    has_number: bool,
    change: Change,
    /// Which part of it the value is, where it is a count of the whole.
    part: Option<String>,
}

impl Other {
    /// A count of the nation is no comparison with that of a region, but its whole.
    fn of_whole(&mut self, value: &Value, whole: Option<f64>, language: Language) {
        let (Some(part), Some(whole)) = (value.number(), whole.filter(|whole| *whole > 0.0)) else {
            return;
        };
        let share = language.percent(part / whole, 1);
        let of = language.pick("av riket", "of the total");
        self.part = Some(format!("{share} {of}"));
    }

    fn change_text(&self, against: Against, language: Language) -> String {
        match &self.part {
            Some(part) => part.clone(),
            None => {
                let words = self.change.words(against, language);
                format!("{} {words}", self.change.sign())
            }
        }
    }
}

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Against {
    Nation,
    Before,
}

/// How a value lies to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Higher,
    Lower,
    Same,
    /// The intervals overlap.
    Unclear,
    /// The other one is not shown.
    Unknown,
}

impl Change {
    fn between(value: &Value, other: &Value) -> Self {
        let (Some(a), Some(b)) = (value.number(), other.number()) else {
            return Self::Unknown;
        };
        if let (Some((a_low, a_high)), Some((b_low, b_high))) = (value.limits(), other.limits())
            && a_low <= b_high
            && b_low <= a_high
        {
            return Self::Unclear;
        }
        // An estimate without an interval tells nothing of chance.
        let is_estimate = matches!(value, Value::Estimate(_));
        if is_estimate && (value.limits().is_none() || other.limits().is_none()) {
            return Self::Unclear;
        }
        match a.total_cmp(&b) {
            std::cmp::Ordering::Greater => Self::Higher,
            std::cmp::Ordering::Less => Self::Lower,
            std::cmp::Ordering::Equal => Self::Same,
        }
    }

    const fn sign(self) -> &'static str {
        match self {
            Self::Higher => "▲",
            Self::Lower => "▼",
            Self::Same => "=",
            Self::Unclear => "≈",
            Self::Unknown => "",
        }
    }

    const fn words(self, against: Against, language: Language) -> &'static str {
        match (self, against) {
            (Self::Higher, Against::Nation) => language.pick("högre här", "higher here"),
            (Self::Lower, Against::Nation) => language.pick("lägre här", "lower here"),
            (Self::Higher, Against::Before) => language.pick("ökning", "increase"),
            (Self::Lower, Against::Before) => language.pick("minskning", "decrease"),
            (Self::Same, Against::Nation) => language.pick("lika", "the same"),
            (Self::Same, Against::Before) => language.pick("oförändrat", "unchanged"),
            (Self::Unclear, Against::Nation) => {
                language.pick("ingen säker skillnad", "no clear difference")
            }
            (Self::Unclear, Against::Before) => {
                language.pick("ingen säker förändring", "no clear change")
            }
            (Self::Unknown, _) => "",
        }
    }

    const fn from(self, language: Language) -> &'static str {
        match self {
            Self::Higher => language.pick("upp från", "up from"),
            Self::Lower => language.pick("ned från", "down from"),
            Self::Same => language.pick("oförändrat från", "unchanged from"),
            Self::Unclear | Self::Unknown => {
                language.pick("ingen säker förändring från", "no clear change from")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Estimate;

    fn estimate(value: f64, lower: f64, upper: f64) -> Value {
        Value::Estimate(Box::new(Estimate {
            value: Some(value),
            lower_cl: Some(lower),
            upper_cl: Some(upper),
            ..Estimate::default()
        }))
    }

    #[test]
    fn a_difference_is_clear_where_intervals_do_not_overlap() {
        let value = estimate(0.7, 0.65, 0.75);
        for (other, change) in [
            (estimate(0.6, 0.55, 0.64), Change::Higher),
            (estimate(0.8, 0.76, 0.9), Change::Lower),
            (estimate(0.6, 0.5, 0.66), Change::Unclear),
            (Value::Withheld, Change::Unknown),
        ] {
            assert_eq!(Change::between(&value, &other), change, "{other:?}");
        }
        let count = |n| Value::Whole(n);
        assert_eq!(Change::between(&count(7), &count(5)), Change::Higher);
        assert_eq!(Change::between(&count(5), &count(5)), Change::Same);
        let bare = Value::Estimate(Box::new(Estimate {
            value: Some(1.0),
            ..Estimate::default()
        }));
        assert_eq!(Change::between(&bare, &value), Change::Unclear);
    }
}
