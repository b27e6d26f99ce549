//! What SQL's planner cannot tell by itself is settled in the syntax tree before it plans.
//!
//! - `allele_stats(…)` is the aggregate where the query groups or has another aggregate, and the
//!   function of a row everywhere else: SQL's planner knows one function of a name.
//! - `in_region('chr1:1-2')` means the columns `chrom` and `pos`.
//! - `crude_rate(4, 100, confidence => 0.9)` gives an argument of a measure by name; those left out
//!   before it are NULL, which means their default.
//! - `crude_rate(4, 100, confidence => [0.95, 0.998])` is an array of two calls; so is any option
//!   of a measure, such as `share_within(days, is_done, [30, 90])`.
//! - `crude_rate(4, 100).value` is `crude_rate(4, 100)['value']`.

use std::ops::ControlFlow;

use datafusion::common::{Result, plan_err};
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::ast::{
    AccessExpr, Array, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, GroupByExpr, Ident, ObjectName, Query, Select, SelectItem, Statement, Value,
    VisitMut, VisitorMut,
};
use kohort_functions::{CallOfMeasure, call_of_measure};
use kohort_schema::tables::VARIANTS;

use crate::suggest;

/// Rewrites a statement in place. `is_aggregate` tells the names of aggregates.
///
/// # Errors
/// A measure is given an argument by a name that it does not have.
pub(crate) fn rewrite(
    statement: &mut Statement,
    is_aggregate: &dyn Fn(&str) -> bool,
) -> Result<()> {
    let mut visitor = Rewriter { is_aggregate };
    match VisitMut::visit(statement, &mut visitor) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(*error),
    }
}

struct Rewriter<'a> {
    is_aggregate: &'a dyn Fn(&str) -> bool,
}

impl VisitorMut for Rewriter<'_> {
    type Break = Box<DataFusionError>;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Self::Break> {
        let order_by = query.order_by.as_mut();
        if let Some(select) = query.body.as_select_mut_opt() {
            let grouped = self.is_grouped(select);
            if grouped {
                let mut inner = ToAggregate {
                    is_aggregate: self.is_aggregate,
                    groups: groups(select),
                    depth: 0,
                };
                use_aggregate(select, &mut inner);
                if let Some(order_by) = order_by {
                    let _ = VisitMut::visit(order_by, &mut inner);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Self::Break> {
        if let Expr::Function(function) = expr
            && name_of(function).as_deref() == Some("in_region")
            && let FunctionArguments::List(list) = &mut function.args
            && list.args.len() == 1
        {
            let column = |name: &str| {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(Ident::new(name))))
            };
            list.args.insert(0, column("chrom"));
            list.args.insert(1, column("pos"));
        }
        if let Expr::CompoundFieldAccess { root, access_chain } = expr {
            name_fields(root, access_chain);
        }
        if let Expr::Function(function) = expr
            && let Err(error) = place_named_arguments(function)
        {
            return ControlFlow::Break(Box::new(error));
        }
        if let Expr::Function(function) = expr {
            match call_per_value(function) {
                Ok(Some(calls)) => *expr = Expr::Array(calls),
                Ok(None) => {}
                Err(error) => return ControlFlow::Break(Box::new(error)),
            }
        }
        ControlFlow::Continue(())
    }
}

/// Makes texts of the fields that are named by a dot after anything but a column: the planner knows
/// `f(x)['value']`, and `f(x).value` only with a text.
fn name_fields(root: &Expr, chain: &mut [AccessExpr]) {
    // The dots after a name are those of a table and its column.
    let mut is_name = matches!(root, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
    for access in chain {
        match access {
            AccessExpr::Dot(_) if is_name => {}
            AccessExpr::Dot(field) => {
                if let Expr::Identifier(ident) = field {
                    let name = Value::SingleQuotedString(ident.value.clone());
                    *field = Expr::Value(name.into());
                }
            }
            AccessExpr::Subscript(_) => is_name = false,
        }
    }
}

/// A call for each value of an option, where a measure is given an array of them.
fn call_per_value(function: &Function) -> Result<Option<Array>> {
    let Some((name, call)) = name_of(function).and_then(|name| {
        let call = call_of_measure(&name)?;
        Some((name, call))
    }) else {
        return Ok(None);
    };
    let FunctionArguments::List(list) = &function.args else {
        return Ok(None);
    };
    let several = list.args.iter().zip(&call.is_option).enumerate();
    let several = several.filter(|(_, (_, is_option))| **is_option);
    let mut several = several.filter_map(|(at, (arg, _))| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(given)) => Some((at, given, elements(given)?)),
        _ => None,
    });
    let Some((at, given, values)) = several.next() else {
        return Ok(None);
    };
    if values.is_empty() || values.iter().any(|one| elements(one).is_some()) {
        let option = call.names[at];
        return plan_err!(
            "{name}: `{option}`: expected a value, or several in an array, got `{given}`"
        );
    }
    let call = |value: &Expr| {
        let mut call = function.clone();
        if let FunctionArguments::List(list) = &mut call.args {
            list.args[at] = FunctionArg::Unnamed(FunctionArgExpr::Expr(value.clone()));
        }
        Expr::Function(call)
    };
    Ok(Some(Array {
        elem: values.into_iter().map(call).collect(),
        named: true,
    }))
}

/// What an array holds that is written as one.
fn elements(expr: &Expr) -> Option<Vec<&Expr>> {
    match expr {
        Expr::Array(array) => Some(array.elem.iter().collect()),
        Expr::Function(function) if name_of(function).as_deref() == Some("make_array") => {
            let FunctionArguments::List(list) = &function.args else {
                return None;
            };
            let element = |arg| match arg {
                &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref element)) => Some(element),
                _ => None,
            };
            list.args.iter().map(element).collect()
        }
        _ => None,
    }
}

/// Puts arguments given by name where their function expects them, and refuses calls that would
/// give a silent wrong answer: `DISTINCT`, and required arguments left out. What it does not
/// understand it leaves to the planner, which says what is wrong.
fn place_named_arguments(function: &mut Function) -> Result<()> {
    let Some(name) = name_of(function) else {
        return Ok(());
    };
    let Some(call) = call_of_measure(&name) else {
        return Ok(());
    };
    let names = &call.names;
    let FunctionArguments::List(list) = &mut function.args else {
        return Ok(());
    };
    // Here, since of one argument the planner makes rows that are distinct before anyone is asked.
    if list.duplicate_treatment == Some(DuplicateTreatment::Distinct) {
        return plan_err!("{}", call.no_distinct);
    }
    let is_positional = |arg: &&FunctionArg| matches!(arg, FunctionArg::Unnamed(_));
    let n_positional = list.args.iter().take_while(is_positional).count();
    if n_positional == list.args.len() {
        return Ok(());
    }
    let mut slots: Vec<Option<FunctionArg>> = vec![None; n_positional];
    for (slot, arg) in slots.iter_mut().zip(&list.args) {
        *slot = Some(arg.clone());
    }
    for arg in &list.args[n_positional..] {
        let Some((given, value)) = named(arg) else {
            return plan_err!("{name}: `{arg}` comes after an argument given by name");
        };
        let Some(place) = names.iter().position(|known| **known == given) else {
            let near = suggest::closest(&given, names.iter().copied());
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return plan_err!(
                "{name} has no argument `{given}`{hint} (it takes {})",
                names.join(", ")
            );
        };
        slots.resize(slots.len().max(place + 1), None);
        let before = slots[place].replace(FunctionArg::Unnamed(value.clone()));
        if before.is_some() {
            return plan_err!("{name}: `{given}` is given twice");
        }
    }
    check_required(&name, call, &slots)?;
    let null = || FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(Value::Null.into())));
    list.args = slots
        .into_iter()
        .map(|slot| slot.unwrap_or_else(null))
        .collect();
    Ok(())
}

/// Refuses a call in which an argument is left out that has no default.
fn check_required(name: &str, call: &CallOfMeasure, slots: &[Option<FunctionArg>]) -> Result<()> {
    let given = slots
        .iter()
        .map(Option::is_some)
        .chain(std::iter::repeat(false));
    let mut missing = call.names.iter().zip(&call.required).zip(given);
    match missing.find(|((_, required), given)| **required && !given) {
        Some(((missing, _), _)) => {
            plan_err!("{name}: `{missing}` is missing; expected {}", call.syntax)
        }
        None => Ok(()),
    }
}

/// The name and the value of an argument given by name.
fn named(arg: &FunctionArg) -> Option<(String, &FunctionArgExpr)> {
    match arg {
        FunctionArg::Named { name, arg, .. } => Some((name.value.to_lowercase(), arg)),
        FunctionArg::ExprNamed {
            name: Expr::Identifier(name),
            arg,
            ..
        } => Some((name.value.to_lowercase(), arg)),
        FunctionArg::Unnamed(_) | FunctionArg::ExprNamed { .. } => None,
    }
}

/// The `SELECT` of a query that is nothing more.
trait AsSelectMut {
    fn as_select_mut_opt(&mut self) -> Option<&mut Select>;
}

impl AsSelectMut for datafusion::sql::sqlparser::ast::SetExpr {
    fn as_select_mut_opt(&mut self) -> Option<&mut Select> {
        match self {
            Self::Select(select) => Some(select),
            _ => None,
        }
    }
}

impl Rewriter<'_> {
    fn is_grouped(&self, select: &mut Select) -> bool {
        let has_group_by = match &select.group_by {
            GroupByExpr::All(_) => true,
            GroupByExpr::Expressions(expressions, _) => !expressions.is_empty(),
        };
        if has_group_by || select.having.is_some() {
            return true;
        }
        let mut finder = FindAggregate {
            is_aggregate: self.is_aggregate,
            found: false,
        };
        for item in &mut select.projection {
            let _ = VisitMut::visit(item, &mut finder);
        }
        finder.found
    }
}

fn use_aggregate(select: &mut Select, inner: &mut ToAggregate<'_>) {
    for item in &mut select.projection {
        match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                let _ = VisitMut::visit(expr, inner);
            }
            _ => {}
        }
    }
    if let Some(having) = &mut select.having {
        let _ = VisitMut::visit(having, inner);
    }
}

/// What a SELECT groups by, as text: by itself, by its place, or by its alias. Those expressions
/// are of the row wherever they stand.
fn groups(select: &Select) -> Vec<String> {
    let GroupByExpr::Expressions(expressions, _) = &select.group_by else {
        return Vec::new();
    };
    let item = |at: usize| match select.projection.get(at)? {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    };
    let aliased = |name: &Ident| {
        select.projection.iter().find_map(|item| match item {
            SelectItem::ExprWithAlias { expr, alias } if alias.value == name.value => Some(expr),
            _ => None,
        })
    };
    let texts = expressions.iter().map(|expr| {
        let meant = match expr {
            Expr::Value(value) => match &value.value {
                Value::Number(place, _) => place
                    .to_string()
                    .parse::<usize>()
                    .ok()
                    .and_then(|place| item(place.checked_sub(1)?)),
                _ => None,
            },
            // A column of that name goes before an alias.
            Expr::Identifier(name) if VARIANTS.column(&name.value).is_none() => aliased(name),
            _ => None,
        };
        meant.unwrap_or(expr).to_string()
    });
    texts
        .filter(|text| text.to_lowercase().contains(ROW_FUNCTION))
        .collect()
}

/// The function that is of a row or of many.
const ROW_FUNCTION: &str = "allele_stats";

/// Finds an aggregate that is not over a window, and not inside a query of its own.
struct FindAggregate<'a> {
    is_aggregate: &'a dyn Fn(&str) -> bool,
    found: bool,
}

impl VisitorMut for FindAggregate<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if is_subquery(expr) {
            return ControlFlow::Break(());
        }
        if let Expr::Function(function) = expr
            && is_aggregate_call(function, self.is_aggregate)
        {
            self.found = true;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

/// Renames `allele_stats` where it is not itself inside an aggregate.
struct ToAggregate<'a> {
    is_aggregate: &'a dyn Fn(&str) -> bool,
    /// What is grouped by.
    groups: Vec<String>,
    depth: usize,
}

impl ToAggregate<'_> {
    fn is_group(&self, expr: &Expr) -> bool {
        !self.groups.is_empty() && self.groups.contains(&expr.to_string())
    }
}

impl VisitorMut for ToAggregate<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if is_subquery(expr) || self.is_group(expr) {
            self.depth += 1;
            return ControlFlow::Continue(());
        }
        if let Expr::Function(function) = expr {
            if is_aggregate_call(function, self.is_aggregate) {
                self.depth += 1;
            } else if self.depth == 0 && name_of(function).as_deref() == Some(ROW_FUNCTION) {
                function.name = ObjectName::from(vec![Ident::new("allele_stats_agg")]);
                self.depth += 1;
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let counted = match expr {
            expr if self.is_group(expr) => true,
            Expr::Function(function) => {
                is_aggregate_call(function, self.is_aggregate)
                    || name_of(function).as_deref() == Some("allele_stats_agg")
            }
            other => is_subquery(other),
        };
        if counted {
            self.depth = self.depth.saturating_sub(1);
        }
        ControlFlow::Continue(())
    }
}

fn is_subquery(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. }
    )
}

fn name_of(function: &Function) -> Option<String> {
    let [part] = function.name.0.as_slice() else {
        return None;
    };
    part.as_ident().map(|ident| ident.value.to_lowercase())
}

/// Whether a call aggregates rows. `cohort('name')` looks up, and a window does not group.
fn is_aggregate_call(function: &Function, is_aggregate: &dyn Fn(&str) -> bool) -> bool {
    let Some(name) = name_of(function) else {
        return false;
    };
    if function.over.is_some() || !is_aggregate(&name) {
        return false;
    }
    !(name == "cohort" && has_text_argument(function))
}

fn has_text_argument(function: &Function) -> bool {
    let FunctionArguments::List(list) = &function.args else {
        return false;
    };
    matches!(
        list.args.as_slice(),
        [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))]
            if matches!(value.value, Value::SingleQuotedString(_))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::sql::sqlparser::dialect::GenericDialect;
    use datafusion::sql::sqlparser::parser::Parser;

    fn rewritten(sql: &str) -> String {
        let mut statements = Parser::parse_sql(&GenericDialect {}, sql).unwrap();
        let is_aggregate =
            |name: &str| matches!(name, "sum" | "count" | "cohort" | "allele_stats_agg");
        rewrite(&mut statements[0], &is_aggregate).unwrap();
        statements[0].to_string()
    }

    #[test]
    fn arguments_by_name_go_to_their_place() {
        assert_eq!(
            rewritten("SELECT crude_rate(4, 100, confidence => 0.9) FROM v"),
            "SELECT crude_rate(4, 100, NULL, 0.9) FROM v"
        );
        let sql = "SELECT crude_rate(4, 100, confidance => 0.9)";
        let mut statements = Parser::parse_sql(&GenericDialect {}, sql).unwrap();
        let error = rewrite(&mut statements[0], &|_| false)
            .unwrap_err()
            .to_string();
        assert!(error.contains("did you mean `confidence`?"), "{error}");
    }

    #[test]
    fn several_confidences_are_several_calls() {
        assert_eq!(
            rewritten("SELECT crude_rate(4, 100, confidence => [95, 0.998]) FROM v"),
            "SELECT ARRAY[crude_rate(4, 100, NULL, 95), crude_rate(4, 100, NULL, 0.998)] FROM v"
        );
        assert_eq!(
            rewritten(
                "SELECT dsr(a, e, n, w, NULL, ARRAY[0.9]) FILTER (WHERE s) FROM v GROUP BY r"
            ),
            "SELECT ARRAY[dsr(a, e, n, w, NULL, 0.9) FILTER (WHERE s)] FROM v GROUP BY r"
        );
        let error = refused("SELECT crude_rate(4, 100, confidence => [])");
        assert!(error.contains("expected a value, or several"), "{error}");
        let error = refused("SELECT crude_rate(4, 100, confidence => [[95]])");
        assert!(error.contains("got `[[95]]`"), "{error}");
        assert_eq!(
            rewritten("SELECT crude_rate(4, 100, confidence => make_array(95, 0.9)) FROM v"),
            "SELECT ARRAY[crude_rate(4, 100, NULL, 95), crude_rate(4, 100, NULL, 0.9)] FROM v"
        );
        let sql = "SELECT share_within(d, e, t => [30, 90], conf_type => ['log', 'plain']) FROM v";
        assert_eq!(
            rewritten(sql),
            "SELECT ARRAY[ARRAY[share_within(d, e, 30, NULL, 'log'), \
             share_within(d, e, 30, NULL, 'plain')], ARRAY[share_within(d, e, 90, NULL, 'log'), \
             share_within(d, e, 90, NULL, 'plain')]] FROM v"
        );
        // An array elsewhere is what it is.
        let sql = "SELECT [0.9, 0.95], gini([0.9]) FROM v";
        assert_eq!(rewritten(sql), sql);
    }

    fn refused(sql: &str) -> String {
        let mut statements = Parser::parse_sql(&GenericDialect {}, sql).unwrap();
        let refused = rewrite(&mut statements[0], &|_| false);
        refused.unwrap_err().to_string()
    }

    #[test]
    fn an_argument_that_must_be_given_is_not_null_instead() {
        let error = refused("SELECT crude_rate(events => 4, confidence => 0.9)");
        assert!(
            error.contains("crude_rate: `population` is missing"),
            "{error}"
        );
        assert!(
            error.contains("expected crude_rate(events, population"),
            "{error}"
        );
        let error = refused("SELECT crude_rate(population => 4)");
        assert!(error.contains("`events` is missing"), "{error}");
        assert_eq!(
            rewritten("SELECT crude_rate(population => 100, events => 4)"),
            "SELECT crude_rate(4, 100)"
        );
    }

    #[test]
    fn no_measure_drops_people_who_are_alike() {
        for call in [
            "gini(DISTINCT income)",
            "Gini(DISTINCT income, weight)",
            "hi(DISTINCT a, b)",
        ] {
            let error = refused(&format!("SELECT {call} FROM t"));
            assert!(
                error.contains("DISTINCT would drop people who are alike"),
                "{error}"
            );
        }
        let sql = "SELECT gini(ALL income), count(DISTINCT income) FROM t";
        assert_eq!(rewritten(sql), sql);
    }

    #[test]
    fn a_row_function_stays_one_where_nothing_is_grouped() {
        let sql = "SELECT allele_stats(genotypes, cohort('a')) FROM variants";
        assert_eq!(rewritten(sql), sql);
    }

    #[test]
    fn group_by_makes_it_an_aggregate() {
        assert_eq!(
            rewritten("SELECT chrom, allele_stats(genotypes)['ac'] FROM v GROUP BY chrom"),
            "SELECT chrom, allele_stats_agg(genotypes)['ac'] FROM v GROUP BY chrom"
        );
    }

    #[test]
    fn what_is_grouped_by_is_of_the_row() {
        for sql in [
            "SELECT allele_stats(genotypes)['ac'], count(*) FROM v \
             GROUP BY allele_stats(genotypes)['ac']",
            "SELECT allele_stats(genotypes)['ac'] + 1, count(*) FROM v \
             GROUP BY allele_stats(genotypes)['ac']",
            "SELECT count(*), allele_stats(genotypes)['ac'] FROM v GROUP BY 2",
            "SELECT allele_stats(genotypes)['ac'] AS a, count(*) FROM v GROUP BY a",
        ] {
            assert_eq!(rewritten(sql), sql);
        }
        assert_eq!(
            rewritten("SELECT allele_stats(genotypes)['an'] FROM v GROUP BY allele_stats(g)['ac']"),
            "SELECT allele_stats_agg(genotypes)['an'] FROM v GROUP BY allele_stats(g)['ac']"
        );
        assert_eq!(
            rewritten("SELECT allele_stats(genotypes)['ac'] AS ac FROM v GROUP BY ac"),
            "SELECT allele_stats_agg(genotypes)['ac'] AS ac FROM v GROUP BY ac"
        );
    }

    #[test]
    fn inside_of_an_aggregate_it_is_of_the_row() {
        let sql = "SELECT chrom, sum(allele_stats(genotypes)['ac']) FROM v GROUP BY chrom";
        assert_eq!(rewritten(sql), sql);
    }

    #[test]
    fn a_grouping_query_around_leaves_the_query_inside_alone() {
        let sql = "SELECT count(*) FROM (SELECT allele_stats(genotypes) AS s FROM v) AS q";
        assert_eq!(rewritten(sql), sql);
    }

    #[test]
    fn a_region_alone_means_the_columns() {
        assert_eq!(
            rewritten("SELECT 1 FROM v WHERE in_region('chr1:1-2')"),
            "SELECT 1 FROM v WHERE in_region(chrom, pos, 'chr1:1-2')"
        );
    }
}
