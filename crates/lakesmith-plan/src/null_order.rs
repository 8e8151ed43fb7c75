//! What comes after a NULL is not computed: where `a` is NULL, `a < b` is NULL, whatever computing `b` would end in.

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, is_not_null};
use lakesmith_functions::{Fault, Typed, guard};

/// Functions that compute their first argument first, by the first of their names.
const FIRST_FIRST: [&str; 19] = [
    "!=",
    "&",
    "*",
    "+",
    "-",
    "<",
    "<=",
    "==",
    ">",
    ">=",
    "^",
    "|",
    "between",
    "contains",
    "endswith",
    "in",
    "like",
    "rlike",
    "startswith",
];
/// Those that compute the divisor first.
const SECOND_FIRST: [&str; 5] = ["%", "/", "div", "mod", "pmod"];

/// The arguments of a call, each after the first computed only where that is not NULL; nothing where no value would be another.
///
/// `value` is what the call gives without that: casts of the arguments are in it.
pub(crate) fn guarded(name: &str, arguments: &[Typed], value: &Expr) -> Option<Result<Vec<Typed>, Fault>> {
    let first = match arguments.len() {
        2.. if FIRST_FIRST.contains(&name) => 0,
        2 if SECOND_FIRST.contains(&name) => 1,
        _ => return None,
    };
    if !arguments[first].nullable || !is_risky(value, first, arguments) {
        return None;
    }
    let known = is_not_null(arguments[first].expr.clone());
    let behind = arguments.iter().enumerate().map(|(at, argument)| {
        if at == first || argument.expr.column_refs().is_empty() {
            return Ok(argument.clone());
        }
        let branches = vec![(known.clone(), argument.expr.clone())];
        let expr = guard::case(branches, None, &argument.data_type)?;
        Ok(Typed { expr, data_type: argument.data_type.clone(), nullable: true })
    });
    Some(behind.collect())
}

/// Whether an operand after the first can fail.
fn is_risky(value: &Expr, first: usize, arguments: &[Typed]) -> bool {
    match value {
        Expr::Not(inner) => is_risky(inner, first, arguments),
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if !matches!(op, Operator::And | Operator::Or) => {
            guard::can_fail(if first == 0 { right } else { left })
        }
        Expr::ScalarFunction(call) if call.args.len() == arguments.len() => {
            call.args.iter().enumerate().any(|(at, argument)| at != first && guard::can_fail(argument))
        }
        Expr::ScalarFunction(_) => {
            arguments.iter().enumerate().any(|(at, own)| at != first && guard::can_fail(&own.expr))
        }
        other => guard::can_fail(other),
    }
}

/// A condition whose equations of two inputs are keys of a join again: keys are computed for each input alone.
pub(crate) fn with_keys(condition: Expr) -> Expr {
    match condition {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            let [left, right] = [*left, *right].map(|side| Box::new(with_keys(side)));
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right })
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            let right = Box::new(unguarded(&left, *right));
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right })
        }
        other => other,
    }
}

/// The right side of an equation without a guard that asks only the left one.
fn unguarded(left: &Expr, right: Expr) -> Expr {
    let own: Vec<_> = left.column_refs().into_iter().cloned().collect();
    let without = |node: Expr| {
        let Expr::Case(case) = &node else { return Ok(Transformed::no(node)) };
        let ([(known, value)], None, None) = (case.when_then_expr.as_slice(), &case.expr, &case.else_expr) else {
            return Ok(Transformed::no(node));
        };
        let Expr::IsNotNull(asked) = known.as_ref() else { return Ok(Transformed::no(node)) };
        let is_guard = asked.column_refs().iter().all(|column| own.contains(column))
            && !value.column_refs().iter().any(|column| own.contains(column));
        Ok(if is_guard { Transformed::yes(value.as_ref().clone()) } else { Transformed::no(node) })
    };
    let kept = right.clone();
    right.transform_down(without).map_or(kept, |found| found.data)
}
