//! `info.CLNSIG` without quotes: names without them are read in small letters, and INFO has its in
//! capitals.

use std::convert::Infallible;
use std::ops::ControlFlow;

use arrow::datatypes::{DataType, Schema};
use datafusion::sql::parser::{CopyToSource, Statement as SqlStatement};
use datafusion::sql::sqlparser::ast::{Expr, Ident, TableFactor, VisitMut, VisitorMut};

use crate::{Error, suggest};

/// The column that holds the fields.
pub(crate) const INFO: &str = "info";

/// The names of a lake's INFO fields.
pub(crate) fn names(callset_variants: &Schema) -> Vec<String> {
    match callset_variants
        .field_with_name(INFO)
        .map(|f| f.data_type())
    {
        Ok(DataType::Struct(fields)) => fields.iter().map(|f| f.name().clone()).collect(),
        _ => Vec::new(),
    }
}

/// Writes `info.clnsig` as `info."CLNSIG"`, where INFO has such a field.
pub(crate) fn spell(statement: &mut SqlStatement, names: &[String]) {
    let mut speller = Speller {
        names,
        found: Vec::new(),
        has_table: false,
    };
    visit(statement, &mut speller);
    // A table of that name has columns, and no fields.
    if speller.has_table || speller.found.is_empty() {
        return;
    }
    let mut writer = Writer {
        spelled: &speller.found,
    };
    visit(statement, &mut writer);
}

/// Names the field that a mistyped one may be.
pub(crate) fn suggested(error: Error, names: &[String]) -> Error {
    let asked = match &error {
        Error::Query { message, .. } => message
            .strip_prefix("there is no field `")
            .and_then(|rest| rest.split_once('`'))
            .map(|(asked, _)| asked.to_owned()),
        _ => None,
    };
    let near = asked.and_then(|asked| {
        let near = suggest::closest(&asked, names.iter().map(String::as_str))?;
        Some(format!("did you mean `info['{near}']`?"))
    });
    match near {
        Some(near) => error.with_hint(&near),
        None => error,
    }
}

fn visit(statement: &mut SqlStatement, visitor: &mut impl VisitorMut<Break = Infallible>) {
    match statement {
        SqlStatement::Statement(statement) => {
            let _ = VisitMut::visit(statement.as_mut(), visitor);
        }
        SqlStatement::Explain(explain) => visit(&mut explain.statement, visitor),
        SqlStatement::CopyTo(copy) => {
            if let CopyToSource::Query(query) = &mut copy.source {
                let _ = VisitMut::visit(query.as_mut(), visitor);
            }
        }
        _ => {}
    }
}

/// A field as it is typed, and as INFO has it.
type Spelled = (String, String);

/// Finds fields, and whether `info` is a table.
struct Speller<'a> {
    names: &'a [String],
    found: Vec<Spelled>,
    has_table: bool,
}

impl VisitorMut for Speller<'_> {
    type Break = Infallible;

    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<Self::Break> {
        let (alias, name) = match table {
            TableFactor::Table { alias, name, .. } => (alias.as_ref(), name.to_string()),
            TableFactor::Derived { alias, .. } => (alias.as_ref(), String::new()),
            _ => (None, String::new()),
        };
        let name = alias.map_or(name, |alias| alias.name.value.clone());
        self.has_table |= name.eq_ignore_ascii_case(INFO);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        if let Some(field) = field(expr)
            && field.quote_style.is_none()
        {
            let exact = self.names.iter().find(|name| **name == field.value);
            let folded = || {
                let mut names = self.names.iter();
                names.find(|name| name.eq_ignore_ascii_case(&field.value))
            };
            if let Some(name) = exact.or_else(folded) {
                self.found.push((field.value.clone(), name.clone()));
            }
        }
        ControlFlow::Continue(())
    }
}

/// Puts the names of fields in quotes.
struct Writer<'a> {
    spelled: &'a [Spelled],
}

impl VisitorMut for Writer<'_> {
    type Break = Infallible;

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        if let Some(field) = field(expr)
            && field.quote_style.is_none()
            && let Some((_, name)) = self.spelled.iter().find(|(typed, _)| *typed == field.value)
        {
            field.value.clone_from(name);
            field.quote_style = Some('"');
        }
        ControlFlow::Continue(())
    }
}

/// The field of `info` that an expression names: what follows it.
fn field(expr: &mut Expr) -> Option<&mut Ident> {
    let Expr::CompoundIdentifier(parts) = expr else {
        return None;
    };
    let is_info = |part: &Ident| part.value.eq_ignore_ascii_case(INFO);
    let at = parts.iter().position(is_info)? + 1;
    parts.get_mut(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::sql::parser::DFParser;

    fn spelled(sql: &str) -> String {
        let mut statement = DFParser::parse_sql(sql).unwrap().pop_front().unwrap();
        let names = ["CLNSIG", "AF_popmax", "af"].map(str::to_owned);
        spell(&mut statement, &names);
        statement.to_string()
    }

    #[test]
    fn fields_of_info_are_found_in_any_case() {
        for (sql, expected) in [
            (
                "SELECT info.CLNSIG FROM variants",
                "SELECT info.\"CLNSIG\" FROM variants",
            ),
            (
                "SELECT v.info.clnsig FROM variants AS v WHERE info.Af_PopMax > 0",
                "SELECT v.info.\"CLNSIG\" FROM variants AS v WHERE info.\"AF_popmax\" > 0",
            ),
            (
                "SELECT info.AF FROM variants",
                "SELECT info.\"af\" FROM variants",
            ),
        ] {
            assert_eq!(spelled(sql), expected);
        }
    }

    #[test]
    fn other_names_stay_as_they_are() {
        for sql in [
            "SELECT info.OTHER FROM variants",
            "SELECT info.\"clnsig\" FROM variants",
            "SELECT s.CLNSIG FROM s",
            "SELECT info.CLNSIG FROM x AS info",
        ] {
            assert_eq!(spelled(sql), sql);
        }
    }
}
