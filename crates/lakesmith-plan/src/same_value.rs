//! When two expressions are the same value though they are written differently: `a + 1` and `1 + a`.

use datafusion::logical_expr::{Expr, Operator};

/// How deep the operands of an operator are looked into.
const DEEPEST: usize = 4;

/// Kernels whose operands may stand in any order.
const COMMUTATIVE: [&str; 5] =
    ["spark_add", "spark_multiply", "spark_wrapping_add", "spark_wrapping_multiply", "spark_add_intervals"];

/// Whether two expressions are the same value, in whatever order operands stand where that changes nothing.
pub(crate) fn is_same(one: &Expr, other: &Expr) -> bool {
    is_same_within(one, other, DEEPEST)
}

fn is_same_within(one: &Expr, other: &Expr, depth: usize) -> bool {
    if one == other {
        return true;
    }
    let Some(depth) = depth.checked_sub(1) else { return false };
    let same = |one: &Expr, other: &Expr| is_same_within(one, other, depth);
    match (one, other) {
        (Expr::ScalarFunction(one), Expr::ScalarFunction(other)) => {
            one.func == other.func
                && one.args.len() == other.args.len()
                && match COMMUTATIVE.contains(&one.name()) {
                    true => holds_all(&one.args, &other.args, depth),
                    false => one.args.iter().zip(&other.args).all(|(one, other)| same(one, other)),
                }
        }
        (Expr::BinaryExpr(one), Expr::BinaryExpr(other)) if one.op == other.op => {
            let turns = matches!(one.op, Operator::And | Operator::Or | Operator::Eq | Operator::NotEq);
            same(&one.left, &other.left) && same(&one.right, &other.right)
                || turns && same(&one.left, &other.right) && same(&one.right, &other.left)
        }
        _ => false,
    }
}

/// Whether each value has one of its own among the others.
fn holds_all(values: &[Expr], others: &[Expr], depth: usize) -> bool {
    let mut left: Vec<&Expr> = others.iter().collect();
    values.iter().all(|value| match left.iter().position(|other| is_same_within(value, other, depth)) {
        Some(at) => {
            left.swap_remove(at);
            true
        }
        None => false,
    })
}
