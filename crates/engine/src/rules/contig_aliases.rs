//! `chrom = '20'` finds `chr20`: names of contigs in a query become those of the lake.

use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{ExprSchema, Result, ScalarValue, plan_err};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator};
use datafusion::optimizer::AnalyzerRule;
use kohort_genome::canonical_contig;

/// Rewrites texts that are compared with a column `chrom` to the canonical name of the contig.
/// Every
/// `chrom` of a lake holds canonical names, so that nothing else could be found.
#[derive(Debug)]
pub(crate) struct ContigAliases;

impl AnalyzerRule for ContigAliases {
    fn name(&self) -> &str {
        "contig_aliases"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.transform_down_with_subqueries(|plan| {
            refuse_numbers(&plan)?;
            let names = NamePreserver::new(&plan);
            plan.map_expressions(|expr| {
                let name = names.save(&expr);
                let renamed = expr.transform_up(|expr| Ok(canonical(expr)))?;
                Ok(renamed.update_data(|expr| name.restore(expr)))
            })
        })
        .map(|transformed| transformed.data)
    }
}

fn canonical(expr: Expr) -> Transformed<Expr> {
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if is_equality(op) => {
            let (left, right) = if is_chrom(&left) {
                (left, Box::new(canonical_literal(*right)))
            } else if is_chrom(&right) {
                (Box::new(canonical_literal(*left)), right)
            } else {
                return Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right }));
            };
            Transformed::yes(Expr::BinaryExpr(BinaryExpr { left, op, right }))
        }
        Expr::InList(InList {
            expr,
            list,
            negated,
        }) if is_chrom(&expr) => {
            let list = list.into_iter().map(canonical_literal).collect();
            Transformed::yes(Expr::InList(InList {
                expr,
                list,
                negated,
            }))
        }
        other => Transformed::no(other),
    }
}

/// Refuses what a contig's name, a text, is compared with as a number: no name is one.
fn refuse_numbers(plan: &LogicalPlan) -> Result<()> {
    let inputs = plan.inputs();
    let is_text = |column: &datafusion::common::Column| {
        inputs.iter().any(|input| {
            let field = input.schema().field_from_column(column);
            field.is_ok_and(|field| field.data_type().is_string())
        })
    };
    for expr in plan.expressions() {
        expr.apply(|expr| match expr {
            Expr::Cast(cast) if cast.field.data_type().is_numeric() => match cast.expr.as_ref() {
                Expr::Column(column) if column.name == "chrom" && is_text(column) => plan_err!(
                    "`chrom` is a text, such as `chr22`, and is compared with a number; did you \
                     mean `chrom = '22'`, with the quotes?"
                ),
                _ => Ok(TreeNodeRecursion::Continue),
            },
            _ => Ok(TreeNodeRecursion::Continue),
        })?;
    }
    Ok(())
}

fn is_equality(op: Operator) -> bool {
    use Operator::{Eq, IsDistinctFrom, IsNotDistinctFrom, NotEq};
    matches!(op, Eq | NotEq | IsDistinctFrom | IsNotDistinctFrom)
}

/// The column `chrom`, whatever type coercion has put around it.
fn is_chrom(expr: &Expr) -> bool {
    match expr {
        Expr::Column(column) => column.name == "chrom",
        Expr::Cast(cast) => is_chrom(&cast.expr),
        Expr::Alias(alias) => is_chrom(&alias.expr),
        _ => false,
    }
}

fn canonical_literal(expr: Expr) -> Expr {
    match expr {
        Expr::Literal(value, metadata) => {
            let text = value
                .try_as_str()
                .flatten()
                .map(|text| canonical_contig(text).into_owned());
            let renamed = text.map(|text| match value.data_type() {
                DataType::Utf8View => ScalarValue::Utf8View(Some(text)),
                DataType::LargeUtf8 => ScalarValue::LargeUtf8(Some(text)),
                _ => ScalarValue::Utf8(Some(text)),
            });
            Expr::Literal(renamed.unwrap_or(value), metadata)
        }
        Expr::Cast(mut cast) => {
            cast.expr = Box::new(canonical_literal(*cast.expr));
            Expr::Cast(cast)
        }
        other => other,
    }
}
