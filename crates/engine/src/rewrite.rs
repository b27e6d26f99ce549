//! What SQL's planner cannot tell by itself is settled in the syntax tree before it plans.
//!
//! - `allele_stats(…)` is the aggregate where the query groups or has another aggregate, and the
//!   function of a row everywhere else: SQL's planner knows one function of a name.
//! - `in_region('chr1:1-2')` means the columns `chrom` and `pos`.
//! - `crude_rate(4, 100, confidence => 0.9)` gives an argument of a measure by name; those left out
//!   before it are NULL, which means their default.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Ident,
    ObjectName, Query, Select, SelectItem, Statement, Value, VisitMut, VisitorMut,
};
use kohort_functions::argument_names;

/// Rewrites a statement in place. `is_aggregate` tells the names of aggregates.
pub(crate) fn rewrite(statement: &mut Statement, is_aggregate: &dyn Fn(&str) -> bool) {
    let mut visitor = Rewriter { is_aggregate };
    let _ = VisitMut::visit(statement, &mut visitor);
}

struct Rewriter<'a> {
    is_aggregate: &'a dyn Fn(&str) -> bool,
}

impl VisitorMut for Rewriter<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let order_by = query.order_by.as_mut();
        if let Some(select) = query.body.as_select_mut_opt() {
            let grouped = self.is_grouped(select);
            if grouped {
                self.use_aggregate(select);
                if let Some(order_by) = order_by {
                    let mut inner = ToAggregate {
                        is_aggregate: self.is_aggregate,
                        depth: 0,
                    };
                    let _ = VisitMut::visit(order_by, &mut inner);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
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
        if let Expr::Function(function) = expr {
            place_named_arguments(function);
        }
        ControlFlow::Continue(())
    }
}

/// Puts arguments given by name where their function expects them. What it does not understand it
/// leaves to the planner, which says what is wrong.
fn place_named_arguments(function: &mut Function) {
    let Some(names) = name_of(function).and_then(|name| argument_names(&name)) else {
        return;
    };
    let FunctionArguments::List(list) = &mut function.args else {
        return;
    };
    let place = |arg: &FunctionArg| {
        let (name, _) = named(arg)?;
        names.iter().position(|known| **known == name)
    };
    let positional = list
        .args
        .iter()
        .take_while(|arg| matches!(arg, FunctionArg::Unnamed(_)));
    let positional = positional.count();
    let places: Option<Vec<usize>> = list.args[positional..].iter().map(place).collect();
    let Some(places) = places.filter(|places| !places.is_empty()) else {
        return;
    };
    let mut slots: Vec<Option<FunctionArg>> =
        list.args[..positional].iter().cloned().map(Some).collect();
    for (place, arg) in places.into_iter().zip(&list.args[positional..]) {
        let Some((_, arg)) = named(arg) else {
            return;
        };
        slots.resize(slots.len().max(place + 1), None);
        if slots[place]
            .replace(FunctionArg::Unnamed(arg.clone()))
            .is_some()
        {
            return;
        }
    }
    let null = || FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(Value::Null.into())));
    list.args = slots
        .into_iter()
        .map(|slot| slot.unwrap_or_else(null))
        .collect();
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

    fn use_aggregate(&self, select: &mut Select) {
        let mut inner = ToAggregate {
            is_aggregate: self.is_aggregate,
            depth: 0,
        };
        for item in &mut select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                    let _ = VisitMut::visit(expr, &mut inner);
                }
                _ => {}
            }
        }
        if let Some(having) = &mut select.having {
            let _ = VisitMut::visit(having, &mut inner);
        }
    }
}

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
    depth: usize,
}

impl VisitorMut for ToAggregate<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if is_subquery(expr) {
            self.depth += 1;
        }
        if let Expr::Function(function) = expr {
            if is_aggregate_call(function, self.is_aggregate) {
                self.depth += 1;
            } else if self.depth == 0 && name_of(function).as_deref() == Some("allele_stats") {
                function.name = ObjectName::from(vec![Ident::new("allele_stats_agg")]);
                self.depth += 1;
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let counted = match expr {
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
        rewrite(&mut statements[0], &is_aggregate);
        statements[0].to_string()
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
