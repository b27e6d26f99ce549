//! Columns of a result are called as they were typed.
//!
//! `cohort('a')` and `allele_stats(…)` are planned under other names, which nobody typed and a
//! header would show; so each unnamed expression of the outermost SELECT gets its own text as its
//! name.

use datafusion::sql::parser::Statement as SqlStatement;
use datafusion::sql::sqlparser::ast::{Expr, Ident, Query, SelectItem, SetExpr, Statement};

/// Names the unnamed expressions of a query.
pub(crate) fn keep_as_typed(statement: &mut SqlStatement) {
    if let SqlStatement::Statement(statement) = statement
        && let Statement::Query(query) = statement.as_mut()
    {
        name_columns(query);
    }
}

fn name_columns(query: &mut Query) {
    let mut body = query.body.as_mut();
    // A union has the names of its first SELECT.
    let select = loop {
        match body {
            SetExpr::Select(select) => break select,
            SetExpr::SetOperation { left, .. } => body = left.as_mut(),
            SetExpr::Query(query) => body = query.body.as_mut(),
            _ => return,
        }
    };
    for item in &mut select.projection {
        if let SelectItem::UnnamedExpr(expr) = item
            && needs_name(expr)
        {
            let alias = Ident::with_quote('"', expr.to_string());
            *item = SelectItem::ExprWithAlias {
                expr: expr.clone(),
                alias,
            };
        }
    }
}

/// Columns have their names.
fn needs_name(expr: &Expr) -> bool {
    !matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
}
