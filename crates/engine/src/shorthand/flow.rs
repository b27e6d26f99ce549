//! `cohort_flow(query)`: how many each criterion of a cohort removed.

use std::collections::HashMap;

use datafusion::common::{Result, plan_err};
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, Select, SelectItem, SetExpr, TableFactor, TableWithJoins,
};
use kohort_functions::FunctionDoc;

use super::{Arguments, entry, literal, parse};
use crate::suggest;

pub(super) const NAME: &str = "cohort_flow";
pub(super) const SYNTAX: &str = "cohort_flow('SELECT sample_id FROM … WHERE …' [, labels])";
pub(super) const NAMES: &[&str] = &["query", "labels"];

pub(super) fn documentation() -> FunctionDoc {
    entry(
        NAME,
        SYNTAX,
        "How many people each step of a cohort's query removed: a row per table joined and per \
         criterion of its WHERE, in the order written. Columns: `step`, `criterion`, `n` (distinct \
         values of the query's first column that are left), `n_removed`, `share_kept` (of the step \
         before; NULL for the first). What a step removes depends on the steps before it. Counting \
         starts at the table that the first column belongs to, when it is written with its alias \
         (`s.sample_id`) or the query begins with `samples`; otherwise when all tables are joined. \
         `EXPLAIN CREATE COHORT name AS SELECT …` shows the flow of a cohort before it is made.",
        &[
            (
                "query",
                "a SELECT without GROUP BY and LIMIT whose first column is the id, or the name of \
                 a cohort, whose own query is taken and counted on the lake as it is now",
            ),
            (
                "labels",
                "names of the criteria in WHERE, in order, separated by `;`; the SQL itself where \
                 there is none",
            ),
        ],
        "SELECT * FROM cohort_flow('SELECT sample_id FROM samples\n  WHERE sex_karyotype = ''XX'' \
         AND sample_id < ''S3''', 'women; first half') ORDER BY step;",
    )
}

/// One row of the answer.
struct Step {
    criterion: String,
    from: String,
    filter: Option<String>,
}

pub(super) fn sql(arguments: &Arguments, cohorts: &HashMap<String, String>) -> Result<String> {
    let text = arguments.required("query")?.trim();
    let is_name = !text.contains(char::is_whitespace);
    let text = match cohorts.get(text) {
        Some(sql) => sql.as_str(),
        None if is_name => {
            let near = suggest::closest(text, cohorts.keys().map(String::as_str));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return plan_err!("there is no cohort `{text}`{hint}");
        }
        None => text,
    };
    let query = parse(text)?;
    let select = match query.body.as_ref() {
        SetExpr::Select(select) => select,
        _ => return plan_err!("{NAME}: the query must be one SELECT, without UNION"),
    };
    refuse(select, query.limit_clause.is_some())?;
    let unit = match select.projection.first() {
        Some(SelectItem::UnnamedExpr(unit) | SelectItem::ExprWithAlias { expr: unit, .. }) => unit,
        _ => return plan_err!("{NAME}: the first column of the query must be the id, not `*`"),
    };
    let labels: Vec<&str> = match arguments.get("labels") {
        Some(labels) => labels.split(';').map(str::trim).collect(),
        None => vec![],
    };
    let steps = steps(select, unit, &labels)?;
    let counts: Vec<String> = steps
        .iter()
        .enumerate()
        .map(|(step, found)| {
            let filter = found.filter.as_ref();
            format!(
                "SELECT {step} AS step, {} AS criterion, count(DISTINCT {unit}) AS n FROM {}{}",
                literal(&found.criterion),
                found.from,
                filter.map_or_else(String::new, |filter| format!(" WHERE {filter}"))
            )
        })
        .collect();
    let with = match &query.with {
        Some(with) => {
            let tables: Vec<String> = with.cte_tables.iter().map(ToString::to_string).collect();
            format!("{}, ", tables.join(", "))
        }
        None => String::new(),
    };
    Ok(format!(
        "WITH {with}flow_steps AS ({}) SELECT step, criterion, n, \
         lag(n) OVER (ORDER BY step) - n AS n_removed, \
         CAST(n AS DOUBLE) / nullif(lag(n) OVER (ORDER BY step), 0) AS share_kept FROM flow_steps",
        counts.join(" UNION ALL ")
    ))
}

fn refuse(select: &Select, has_limit: bool) -> Result<()> {
    let groups = match &select.group_by {
        GroupByExpr::All(_) => true,
        GroupByExpr::Expressions(expressions, _) => !expressions.is_empty(),
    };
    if groups || select.having.is_some() {
        return plan_err!("{NAME}: a query with GROUP BY or HAVING has no steps; put it in a WITH");
    }
    if has_limit {
        return plan_err!("{NAME}: a query with LIMIT has no steps");
    }
    Ok(())
}

fn steps(select: &Select, unit: &Expr, labels: &[&str]) -> Result<Vec<Step>> {
    let [from] = select.from.as_slice() else {
        return plan_err!("{NAME}: expected FROM with one table and its JOINs");
    };
    let start = start(from, unit);
    let up_to = |n: usize| {
        let mut text = from.relation.to_string();
        for join in &from.joins[..n] {
            text.push(' ');
            text.push_str(join.to_string().trim());
        }
        text
    };
    let step = |criterion: String, from: String, filter: Option<String>| Step {
        criterion,
        from,
        filter,
    };
    let mut steps = vec![step(up_to(start), up_to(start), None)];
    for n in start..from.joins.len() {
        let criterion = from.joins[n].to_string().trim().to_owned();
        steps.push(step(criterion, up_to(n + 1), None));
    }
    let mut criteria = Vec::new();
    if let Some(filter) = &select.selection {
        conjuncts(filter, &mut criteria);
    }
    let everything = up_to(from.joins.len());
    for n in 0..criteria.len() {
        let filter: Vec<String> = criteria[..=n].iter().map(|c| format!("({c})")).collect();
        let label = labels.get(n).filter(|label| !label.is_empty());
        let criterion = label.map_or_else(|| criteria[n].to_string(), ToString::to_string);
        steps.push(step(
            criterion,
            everything.clone(),
            Some(filter.join(" AND ")),
        ));
    }
    Ok(steps)
}

/// How many joins are needed before the id can be counted.
fn start(from: &TableWithJoins, unit: &Expr) -> usize {
    let factors = || std::iter::once(&from.relation).chain(from.joins.iter().map(|j| &j.relation));
    let owner = match unit {
        Expr::CompoundIdentifier(parts) if parts.len() > 1 => &parts[parts.len() - 2].value,
        _ => "samples",
    };
    let place = factors().position(|factor| is_named(factor, owner));
    match (unit, place) {
        (Expr::CompoundIdentifier(_), Some(place)) => place,
        // A bare `sample_id` is of `samples` when the query begins there.
        (_, Some(0)) => 0,
        _ => from.joins.len(),
    }
}

fn is_named(factor: &TableFactor, name: &str) -> bool {
    match factor {
        TableFactor::Table {
            name: table, alias, ..
        } => match alias {
            Some(alias) => alias.name.value.eq_ignore_ascii_case(name),
            None => table
                .0
                .last()
                .and_then(|part| part.as_ident())
                .is_some_and(|part| part.value.eq_ignore_ascii_case(name)),
        },
        TableFactor::Derived {
            alias: Some(alias), ..
        } => alias.name.value.eq_ignore_ascii_case(name),
        _ => false,
    }
}

fn conjuncts<'a>(expr: &'a Expr, into: &mut Vec<&'a Expr>) {
    match expr {
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            conjuncts(left, into);
            conjuncts(right, into);
        }
        Expr::Nested(inner)
            if matches!(
                **inner,
                Expr::BinaryOp {
                    op: BinaryOperator::And,
                    ..
                }
            ) =>
        {
            conjuncts(inner, into);
        }
        other => into.push(other),
    }
}
