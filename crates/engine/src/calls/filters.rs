//! What a query's filters say about whose calls it wants.

use std::collections::BTreeSet;

use datafusion::common::ScalarValue;
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use kohort_functions::Samples;

/// Whose calls, and which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// These samples only; all when `None`.
    pub(crate) samples: Option<BTreeSet<u32>>,
    /// Calls with a copy of this ALT only.
    pub(crate) carriers_only: bool,
}

impl Selection {
    /// What the filters leave; a filter that is not understood leaves everything.
    pub(crate) fn of(filters: &[Expr], samples: &Samples) -> Self {
        let mut selection = Self::default();
        for filter in filters
            .iter()
            .flat_map(datafusion::logical_expr::utils::split_conjunction)
        {
            selection.carriers_only |= is_carrier_filter(filter);
            let Some(values) = values_of(filter, "sample_id")
                .map(|ids| {
                    ids.iter()
                        .filter_map(|id| id.try_as_str().flatten())
                        .flat_map(|id| samples.indices_of(id).iter().copied())
                        .collect::<BTreeSet<u32>>()
                })
                .or_else(|| {
                    values_of(filter, "sample_index").map(|indices| {
                        indices
                            .into_iter()
                            .filter_map(integer)
                            .filter_map(|i| u32::try_from(i).ok())
                            .collect()
                    })
                })
            else {
                continue;
            };
            selection.samples = Some(match selection.samples {
                Some(before) => before.intersection(&values).copied().collect(),
                None => values,
            });
        }
        selection
    }
}

/// Whether a filter says whose calls, or which, are wanted.
pub(crate) fn is_about_calls(filter: &Expr) -> bool {
    is_carrier_filter(filter)
        || values_of(filter, "sample_id").is_some()
        || values_of(filter, "sample_index").is_some()
}

/// Whether a filter is about columns of `callset_variants` alone.
pub(crate) fn is_about_site(filter: &Expr) -> bool {
    let columns = filter.column_refs();
    !filter.is_volatile()
        && !columns.is_empty()
        && columns
            .iter()
            .all(|column| super::SITE_COLUMNS.contains(&column.name()))
}

/// `alt_count > 0`, `>= 1`, `= 2`, `IN (1, 2)` and the like: true of carriers alone.
fn is_carrier_filter(filter: &Expr) -> bool {
    if let Some(values) = values_of(filter, "alt_count") {
        return values
            .iter()
            .all(|value| integer(value).is_some_and(|value| value > 0));
    }
    let Expr::BinaryExpr(BinaryExpr { left, op, right }) = filter else {
        return false;
    };
    let (op, bound) = if is_column(left, "alt_count") {
        (Some(*op), literal(right))
    } else if is_column(right, "alt_count") {
        (op.swap(), literal(left))
    } else {
        return false;
    };
    match (op, bound.and_then(integer)) {
        (Some(Operator::Gt), Some(bound)) => bound >= 0,
        (Some(Operator::GtEq), Some(bound)) => bound >= 1,
        _ => false,
    }
}

/// The values that a filter leaves of a column: of `column = x`, `x = column`, `column IN (…)`, and
/// of several of them joined by OR.
fn values_of<'a>(filter: &'a Expr, column: &str) -> Option<Vec<&'a ScalarValue>> {
    match filter {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq,
            right,
        }) => {
            if is_column(left, column) {
                Some(vec![literal(right)?])
            } else if is_column(right, column) {
                Some(vec![literal(left)?])
            } else {
                None
            }
        }
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Or,
            right,
        }) => {
            let mut values = values_of(left, column)?;
            values.extend(values_of(right, column)?);
            Some(values)
        }
        Expr::InList(InList {
            expr,
            list,
            negated: false,
        }) if is_column(expr, column) => list.iter().map(literal).collect(),
        _ => None,
    }
}

fn is_column(expr: &Expr, name: &str) -> bool {
    match expr {
        Expr::Column(column) => column.name == name,
        Expr::Cast(cast) => is_column(&cast.expr, name),
        _ => false,
    }
}

fn literal(expr: &Expr) -> Option<&ScalarValue> {
    match expr {
        Expr::Literal(value, _) => Some(value),
        _ => None,
    }
}

fn integer(value: &ScalarValue) -> Option<i64> {
    match value {
        ScalarValue::Int64(value) => *value,
        ScalarValue::Int32(value) => value.map(i64::from),
        ScalarValue::UInt64(value) => value.and_then(|value| i64::try_from(value).ok()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::logical_expr::{col, lit};

    #[test]
    fn only_filters_that_rule_out_non_carriers_ask_for_carriers() {
        assert!(is_carrier_filter(&col("alt_count").gt(lit(0_i32))));
        assert!(is_carrier_filter(&col("alt_count").eq(lit(2_i32))));
        assert!(is_carrier_filter(&lit(1_i64).lt_eq(col("alt_count"))));
        assert!(!is_carrier_filter(&col("alt_count").gt_eq(lit(0_i32))));
        assert!(!is_carrier_filter(&col("alt_count").eq(lit(0_i32))));
        assert!(!is_carrier_filter(&col("ploidy").gt(lit(0_i32))));
    }

    #[test]
    fn samples_by_in_and_by_or_are_the_same() {
        let filter = col("sample_id")
            .eq(lit("a"))
            .or(col("sample_id").eq(lit("b")));
        assert_eq!(values_of(&filter, "sample_id").unwrap().len(), 2);
        assert!(values_of(&filter.or(col("pos").eq(lit(1))), "sample_id").is_none());
    }
}
