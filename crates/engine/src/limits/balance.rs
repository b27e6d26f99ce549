//! `a OR b OR c OR d` is parsed as a tree as deep as it is long; `(a OR b) OR (c OR d)` is the
//! same, and shallow.

use std::mem;
use std::ops::ControlFlow;

use datafusion::sql::parser::{CopyToSource, Statement as SqlStatement};
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Query, SetExpr, SetOperator, SetQuantifier, Value, Values, VisitMut,
    VisitorMut,
};

/// Makes chains of AND, of OR and of UNION shallow. Their terms keep their order.
pub(crate) fn balance(statement: &mut SqlStatement) {
    match statement {
        SqlStatement::Statement(statement) => {
            let _ = VisitMut::visit(statement.as_mut(), &mut Balancer);
        }
        SqlStatement::Explain(explain) => balance(&mut explain.statement),
        SqlStatement::CopyTo(copy) => {
            if let CopyToSource::Query(query) = &mut copy.source {
                let _ = VisitMut::visit(query.as_mut(), &mut Balancer);
            }
        }
        _ => {}
    }
}

struct Balancer;

/// Fewer terms than this are left as they are.
const SHORT: usize = 8;

impl VisitorMut for Balancer {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::BinaryOp { op, .. } = expr
            && matches!(op, BinaryOperator::And | BinaryOperator::Or)
        {
            let op = op.clone();
            let mut join = |left, right| Expr::BinaryOp {
                left: Box::new(left),
                op: op.clone(),
                right: Box::new(right),
            };
            let chain = mem::replace(expr, Expr::value(Value::Null));
            if let Some(root) = rebuilt(terms_of(chain, &op), &mut join) {
                *expr = root;
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        balance_sets(&mut query.body);
        ControlFlow::Continue(())
    }
}

/// The terms of a chain of one operator, in their order.
fn terms_of(mut chain: Expr, operator: &BinaryOperator) -> Vec<Expr> {
    let mut terms = Vec::new();
    loop {
        match chain {
            Expr::BinaryOp { left, op, right } if op == *operator => {
                terms.push(*right);
                chain = *left;
            }
            first => {
                terms.push(first);
                terms.reverse();
                return terms;
            }
        }
    }
}

fn balance_sets(body: &mut Box<SetExpr>) {
    let SetExpr::SetOperation {
        op: SetOperator::Union,
        set_quantifier,
        ..
    } = body.as_ref()
    else {
        return;
    };
    let quantifier = *set_quantifier;
    if !matches!(
        quantifier,
        SetQuantifier::All | SetQuantifier::None | SetQuantifier::Distinct
    ) {
        return;
    }
    let nothing = SetExpr::Values(Values {
        explicit_row: false,
        value_keyword: false,
        rows: Vec::new(),
    });
    let mut chain = mem::replace(body.as_mut(), nothing);
    let mut terms = Vec::new();
    let first = loop {
        match chain {
            SetExpr::SetOperation {
                left,
                op: SetOperator::Union,
                set_quantifier,
                right,
            } if set_quantifier == quantifier => {
                terms.push(*right);
                chain = *left;
            }
            first => break first,
        }
    };
    terms.push(first);
    terms.reverse();
    let mut join = |left, right| SetExpr::SetOperation {
        left: Box::new(left),
        op: SetOperator::Union,
        set_quantifier: quantifier,
        right: Box::new(right),
    };
    if let Some(root) = rebuilt(terms, &mut join) {
        **body = root;
    }
}

/// A tree over terms: a chain of few, else halves joined.
fn rebuilt<T>(mut terms: Vec<T>, join: &mut impl FnMut(T, T) -> T) -> Option<T> {
    if terms.len() < SHORT {
        return terms.into_iter().reduce(join);
    }
    while terms.len() > 1 {
        let mut next = Vec::with_capacity(terms.len().div_ceil(2));
        let mut rest = terms.into_iter();
        while let Some(left) = rest.next() {
            match rest.next() {
                Some(right) => next.push(join(left, right)),
                None => next.push(left),
            }
        }
        terms = next;
    }
    terms.pop()
}
