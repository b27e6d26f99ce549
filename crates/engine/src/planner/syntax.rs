//! What a parsed statement names, and how its parts are reached.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::ops::ControlFlow;

use datafusion::common::Result;
use datafusion::sql::parser::{CopyToSource, Statement as SqlStatement};
use datafusion::sql::sqlparser::ast::{
    Expr, ObjectName, Statement, TableFactor, VisitMut, VisitorMut,
};

/// Does something with the statement inside, in what an `EXPLAIN` or `COPY` is about too.
pub(super) fn each(
    statement: &mut SqlStatement,
    work: &mut dyn FnMut(&mut Statement) -> Result<()>,
) -> Result<()> {
    match statement {
        SqlStatement::Statement(statement) => work(statement),
        SqlStatement::Explain(explain) => each(&mut explain.statement, work),
        SqlStatement::CopyTo(copy) => {
            if let CopyToSource::Query(query) = &mut copy.source {
                let mut statement = Statement::Query(query.clone());
                work(&mut statement)?;
                if let Statement::Query(changed) = statement {
                    *query = changed;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The names in a statement, in small letters: of tables, functions of rows and of tables, and
/// columns or what qualifies them.
#[derive(Debug, Default)]
pub(super) struct Names {
    tables: BTreeSet<String>,
    functions: BTreeSet<String>,
    columns: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(statement: &mut SqlStatement) -> Self {
        let mut names = Self::default();
        // What has no statement inside names nothing that matters here.
        let _ = each(statement, &mut |statement| {
            let _ = VisitMut::visit(statement, &mut names);
            Ok(())
        });
        names
    }

    pub(super) fn has_table(&self, name: &str) -> bool {
        self.tables.contains(name)
    }

    pub(super) fn has_function(&self, name: &str) -> bool {
        self.functions.contains(name)
    }

    pub(super) fn has_column(&self, name: &str) -> bool {
        self.columns.contains(name)
    }
}

fn last(name: &ObjectName) -> Option<String> {
    let last = name.0.last()?.as_ident()?;
    Some(last.value.to_lowercase())
}

impl VisitorMut for Names {
    type Break = Infallible;

    fn pre_visit_relation(&mut self, name: &mut ObjectName) -> ControlFlow<Infallible> {
        self.tables.extend(last(name));
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<Infallible> {
        if let TableFactor::Table {
            name,
            args: Some(_),
            ..
        } = table
        {
            self.functions.extend(last(name));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Infallible> {
        match expr {
            Expr::Function(function) => self.functions.extend(last(&function.name)),
            Expr::Identifier(name) => drop(self.columns.insert(name.value.to_lowercase())),
            Expr::CompoundIdentifier(parts) => {
                let parts = parts.iter().map(|part| part.value.to_lowercase());
                self.columns.extend(parts);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use datafusion::sql::parser::DFParser;

    use super::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        for sql in [
            "SELECT v.Info.CLNSIG, cohort('a') FROM public.Variants AS v, cohort_flow('a')",
            "EXPLAIN SELECT info.clnsig FROM variants, cohort_flow('x') \
             WHERE 1 IN (SELECT cohort(b))",
            "COPY (SELECT info.x, COHORT(b) FROM variants, cohort_flow('x')) TO 'a.csv'",
        ] {
            let mut statement = DFParser::parse_sql(sql).unwrap().pop_front().unwrap();
            let names = Names::of(&mut statement);
            assert!(names.has_table("variants"), "{sql}");
            assert!(names.has_column("info"), "{sql}");
            assert!(names.has_function("cohort"), "{sql}");
            assert!(names.has_function("cohort_flow"), "{sql}");
            assert!(!names.has_table("info"), "{sql}");
        }
    }
}
