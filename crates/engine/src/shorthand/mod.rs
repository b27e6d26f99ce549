//! Table functions that are short for a longer query: `cohort_flow`, `match_controls`,
//! `match_balance`, `standard_population` and `swedish_regions`. They are written out in the
//! syntax tree, before anything is planned, so that the plan and `EXPLAIN` know only ordinary SQL.

mod flow;
mod matching;
mod national;

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::common::{Result, plan_datafusion_err, plan_err};
use datafusion::logical_expr::Documentation;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, Query, SelectItem, SetExpr, Statement, TableAlias,
    TableFactor, UnaryOperator, Value, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use kohort_functions::{FunctionDoc, FunctionKind};

/// The one that needs the queries of stored cohorts.
pub(crate) const COHORT_FLOW: &str = flow::NAME;

/// Writes a statement's shorthands out. `cohorts` gives the query of a stored cohort.
///
/// # Errors
/// A shorthand is called in a way that cannot be written out.
pub(crate) fn expand(statement: &mut Statement, cohorts: &HashMap<String, String>) -> Result<()> {
    match VisitMut::visit(statement, &mut Expander { cohorts }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(*error),
    }
}

/// The reference of the shorthands.
pub(crate) fn documentation() -> Vec<FunctionDoc> {
    let mut all = vec![flow::documentation(), matching::balance_documentation()];
    all.extend(national::documentation());
    all
}

struct Expander<'a> {
    cohorts: &'a HashMap<String, String>,
}

impl VisitorMut for Expander<'_> {
    type Break = Box<datafusion::error::DataFusionError>;

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Self::Break> {
        match self.written_out(factor) {
            Ok(None) => {}
            Ok(Some(derived)) => *factor = derived,
            Err(error) => return ControlFlow::Break(Box::new(error)),
        }
        ControlFlow::Continue(())
    }
}

impl Expander<'_> {
    fn written_out(&self, factor: &TableFactor) -> Result<Option<TableFactor>> {
        let TableFactor::Table {
            name,
            alias,
            args: Some(args),
            ..
        } = factor
        else {
            return Ok(None);
        };
        let [part] = name.0.as_slice() else {
            return Ok(None);
        };
        let Some(name) = part.as_ident().map(|ident| ident.value.to_lowercase()) else {
            return Ok(None);
        };
        let sql = match name.as_str() {
            flow::NAME => flow::sql(
                &Arguments::of(flow::SYNTAX, flow::NAMES, &args.args)?,
                self.cohorts,
            )?,
            matching::NAME => matching::sql(&Arguments::of(
                matching::SYNTAX,
                matching::NAMES,
                &args.args,
            )?)?,
            matching::BALANCE => {
                let arguments =
                    Arguments::of(matching::BALANCE_SYNTAX, matching::NAMES, &args.args)?;
                matching::balance_sql(&arguments)?
            }
            name if national::STANDARD.contains(&name) => {
                let (syntax, names) = (national::STANDARD_SYNTAX, national::STANDARD_NAMES);
                national::standard_sql(&Arguments::of(syntax, names, &args.args)?)?
            }
            name if national::REGIONS.contains(&name) => {
                Arguments::of(national::REGIONS_SYNTAX, &[], &args.args)?;
                national::regions_sql()
            }
            _ => return Ok(None),
        };
        let alias = alias.clone().unwrap_or_else(|| TableAlias {
            explicit: true,
            name: Ident::new(&name),
            columns: vec![],
            at: None,
        });
        Ok(Some(TableFactor::Derived {
            lateral: false,
            subquery: Box::new(parse(&sql)?),
            alias: Some(alias),
            sample: None,
        }))
    }
}

/// A query in a text.
fn parse(sql: &str) -> Result<Query> {
    let query = Parser::new(&GenericDialect {})
        .try_with_sql(sql)
        .and_then(|mut parser| {
            let query = parser.parse_query()?;
            let _ = parser.consume_token(&datafusion::sql::sqlparser::tokenizer::Token::SemiColon);
            parser.expect_token(&datafusion::sql::sqlparser::tokenizer::Token::EOF)?;
            Ok(query)
        });
    match query {
        Ok(query) => Ok(*query),
        Err(error) => plan_err!("in the query `{sql}`: {error}"),
    }
}

/// The name that the first column of a query has, quoted.
fn first_column(function: &str, query: &Query) -> Result<String> {
    let select = match query.body.as_ref() {
        SetExpr::Select(select) => select,
        _ => return plan_err!("{function}: the query must be one SELECT"),
    };
    let name = match select.projection.first() {
        Some(SelectItem::ExprWithAlias { alias, .. }) => Some(alias.clone()),
        Some(SelectItem::UnnamedExpr(Expr::Identifier(name))) => Some(name.clone()),
        Some(SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts))) => parts.last().cloned(),
        _ => None,
    };
    match name {
        Some(name) => Ok(quoted(&name)),
        None => plan_err!(
            "{function}: the first column of the query is the id, and needs a name: `SELECT \
             sample_id, …`"
        ),
    }
}

/// An identifier as the planner takes it: unquoted names fold to lower case.
fn quoted(name: &Ident) -> String {
    match name.quote_style {
        Some(_) => name.to_string(),
        None => format!("\"{}\"", name.value.to_lowercase()),
    }
}

/// A text as a literal.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The arguments of a shorthand: constants, by place or by name.
struct Arguments {
    syntax: &'static str,
    values: Vec<(&'static str, Option<String>)>,
}

impl Arguments {
    fn of(syntax: &'static str, names: &[&'static str], args: &[FunctionArg]) -> Result<Self> {
        let mut values: Vec<(&'static str, Option<String>)> =
            names.iter().map(|name| (*name, None)).collect();
        if args.len() > names.len() {
            return plan_err!("expected {syntax}, got {} arguments", args.len());
        }
        for (at, arg) in args.iter().enumerate() {
            let (at, value) = match arg {
                FunctionArg::Unnamed(value) => (Some(at), value),
                FunctionArg::Named { name, arg, .. } => (place(names, &name.value), arg),
                FunctionArg::ExprNamed {
                    name: Expr::Identifier(name),
                    arg,
                    ..
                } => (place(names, &name.value), arg),
                FunctionArg::ExprNamed { .. } => (None, &FunctionArgExpr::Wildcard),
            };
            match (at, value) {
                (Some(at), FunctionArgExpr::Expr(expr)) => values[at].1 = constant(syntax, expr)?,
                _ => return plan_err!("expected {syntax}, got `{arg}`"),
            }
        }
        Ok(Self { syntax, values })
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().find(|(known, _)| *known == name)?;
        found.1.as_deref()
    }

    fn required(&self, name: &str) -> Result<&str> {
        self.get(name)
            .ok_or_else(|| plan_datafusion_err!("expected {}, got no `{name}`", self.syntax))
    }

    /// A number as it was written; NULL when absent.
    fn number(&self, name: &str) -> Result<String> {
        match self.get(name) {
            None => Ok("NULL".to_owned()),
            Some(text) if text.parse::<f64>().is_ok() => Ok(text.to_owned()),
            Some(text) => plan_err!("`{name}`: expected a number, got `{text}`"),
        }
    }

    /// Names of columns, separated by commas.
    fn columns(&self, name: &str) -> Vec<String> {
        let text = self.get(name).unwrap_or_default();
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        names
            .map(|name| match name.starts_with('"') {
                true => name.to_owned(),
                false => format!("\"{}\"", name.to_lowercase()),
            })
            .collect()
    }
}

fn place(names: &[&str], name: &str) -> Option<usize> {
    names
        .iter()
        .position(|known| known.eq_ignore_ascii_case(name))
}

fn constant(syntax: &str, expr: &Expr) -> Result<Option<String>> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => {
                Ok(Some(text.clone()))
            }
            Value::DollarQuotedString(text) => Ok(Some(text.value.clone())),
            Value::Number(number, _) => Ok(Some(number.to_string())),
            Value::Null => Ok(None),
            other => plan_err!("expected {syntax}, got `{other}`"),
        },
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => Ok(constant(syntax, expr)?.map(|number| format!("-{number}"))),
        other => plan_err!("expected {syntax}, got `{other}`: arguments must be constants"),
    }
}

/// The entry of a table function.
fn entry(
    name: &'static str,
    syntax: &str,
    text: &str,
    arguments: &[(&str, &str)],
    example: &str,
) -> FunctionDoc {
    let mut builder = Documentation::builder(DOC_SECTION_OTHER, text, syntax);
    for (argument, meaning) in arguments {
        builder = builder.with_argument(*argument, *meaning);
    }
    FunctionDoc {
        name,
        kind: FunctionKind::Table,
        entry: builder.with_sql_example(example).build(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::util::pretty::pretty_format_batches;
    use datafusion::prelude::SessionContext;

    use super::*;

    const PEOPLE: &str = "CREATE TABLE samples AS SELECT * FROM (VALUES ('a', 1, 'K', 50, true), \
        ('b', 2, 'M', 40, true), ('c', 3, 'K', 52, false), ('d', 4, 'K', 49, false), \
        ('e', 5, 'M', 41, false), ('f', NULL, 'M', 80, false)) AS \
        t(sample_id, person_id, sex, age, is_case)";
    const REGISTRY: &str = "CREATE TABLE people AS SELECT * FROM (VALUES (1, '01', NULL), \
        (2, '01', '2020-01-01'), (3, '12', NULL), (4, '01', NULL), (5, '01', NULL)) AS \
        t(person_id, region, died)";

    const STANDARDS: &str = "CREATE TABLE reference.standard_population AS SELECT * FROM (VALUES \
        ('ESP2013', '5y19', '0-4', 0, 5000.0), ('ESP2013', '5y19', '5-9', 5, 5500.0), \
        ('SEGI', '5y18', '0-4', 0, 12.0)) AS t(standard, scheme, age_group, age_from, weight)";
    const REGIONS: &str = "CREATE TABLE reference.regions AS SELECT * FROM (VALUES \
        ('01', 'Region Stockholm', 'AB'), ('09', 'Region Gotland', 'I')) AS \
        t(region_code, name, county_letter)";

    fn run(sql: &str) -> Result<String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let context = SessionContext::new();
            let mut state = context.state();
            kohort_functions::register(&mut state, &Arc::default())?;
            let context = SessionContext::new_with_state(state);
            context.sql(PEOPLE).await?.collect().await?;
            context.sql(REGISTRY).await?.collect().await?;
            context.sql("CREATE SCHEMA reference").await?;
            for table in [STANDARDS, REGIONS] {
                context.sql(table).await?.collect().await?;
            }
            let mut statements = Parser::parse_sql(&GenericDialect {}, sql).unwrap();
            let stored = [(
                "women".to_owned(),
                "SELECT sample_id FROM samples WHERE sex = 'K'".to_owned(),
            )];
            expand(&mut statements[0], &HashMap::from(stored))?;
            crate::rewrite::rewrite(&mut statements[0], &|_| false)?;
            let batches = context
                .sql(&statements[0].to_string())
                .await?
                .collect()
                .await?;
            Ok(pretty_format_batches(&batches)?.to_string())
        })
    }

    #[track_caller]
    fn check(sql: &str, expected: &str) {
        let found = run(sql).unwrap();
        let lines = |text: &str| {
            let lines = text
                .lines()
                .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
            lines
                .filter(|line| line.starts_with('|'))
                .skip(1)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            lines(&found),
            lines(&format!("| skipped |\n{expected}")),
            "{found}"
        );
    }

    #[test]
    fn a_flow_says_how_many_each_join_and_criterion_removed() {
        let query = "SELECT s.sample_id FROM samples s JOIN people p ON s.person_id = p.person_id \
                     WHERE p.died IS NULL AND s.age > 45 AND p.region = ''01''";
        check(
            &format!(
                "SELECT step, criterion, n, n_removed FROM cohort_flow('{query}') ORDER BY step"
            ),
            "| 0 | samples s | 6 | |
             | 1 | JOIN people p ON s.person_id = p.person_id | 5 | 1 |
             | 2 | p.died IS NULL | 4 | 1 |
             | 3 | s.age > 45 | 3 | 1 |
             | 4 | p.region = '01' | 2 | 1 |",
        );
    }

    #[test]
    fn a_flow_takes_labels_and_stored_cohorts() {
        check(
            "SELECT criterion, n FROM cohort_flow('women', 'women') ORDER BY step",
            "| samples | 6 |
             | women | 3 |",
        );
    }

    #[test]
    fn controls_are_matched_from_a_query() {
        check(
            "SELECT case_id, control_id FROM match_controls('SELECT sample_id, is_case, sex, age \
             FROM samples', 'sex', nearest => 'age') ORDER BY case_id",
            "| a | d |
             | b | e |",
        );
    }

    #[test]
    fn balance_tells_how_alike_they_were_and_became() {
        let found = run(
            "SELECT variable, round(mean_cases, 2) AS c, round(mean_pool, 2) AS p, \
             round(mean_controls, 2) AS m, \
             abs(difference_after) < abs(difference_before) AS better \
             FROM match_balance('SELECT sample_id, is_case, sex, age FROM samples', 'sex', \
             'age') ORDER BY variable",
        )
        .unwrap();
        assert!(
            found.contains("| age      | 45.0 | 55.5 | 45.0 | true   |"),
            "{found}"
        );
        assert!(found.contains("| sex = K  | 0.5"), "{found}");
    }

    #[test]
    fn what_comes_with_kohort_has_short_names() {
        check(
            "SELECT age_group, n, w.weight FROM (VALUES ('5-9', 7)) AS t(age_group, n) \
             JOIN std_population('ESP2013') AS w USING (age_group)",
            "| 5-9 | 7 | 5500.0 |",
        );
        check(
            "SELECT count(*) FROM standard_population(name => 'SEGI')",
            "| 1 |",
        );
        check(
            "SELECT lan_code, r.region_name FROM se_regions() r ORDER BY lan_code",
            "| 01 | Region Stockholm |
             | 09 | Region Gotland |",
        );
        let error = |sql: &str| run(sql).unwrap_err().to_string();
        let none = error("SELECT * FROM std_population()");
        assert!(
            none.contains("expected standard_population(name), got no `name`"),
            "{none}"
        );
        let more = error("SELECT * FROM swedish_regions(1)");
        assert!(
            more.contains("expected swedish_regions(), got 1 arguments"),
            "{more}"
        );
    }

    #[test]
    fn a_wrong_call_says_what_was_expected() {
        let error = |sql: &str| run(sql).unwrap_err().to_string();
        assert!(error("SELECT * FROM cohort_flow()").contains("expected cohort_flow("));
        assert!(error("SELECT * FROM cohort_flow('nobody')").contains("no cohort `nobody`"));
        assert!(
            error("SELECT * FROM cohort_flow('SELECT sex FROM samples GROUP BY sex')")
                .contains("GROUP BY")
        );
        assert!(
            error("SELECT * FROM match_controls('SELECT * FROM samples')").contains("needs a name")
        );
    }
}
