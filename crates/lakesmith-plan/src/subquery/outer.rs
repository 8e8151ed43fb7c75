//! Outer columns: columns of the query around a subquery, as its plan names them.
//!
//! A plan's outer columns are those of its own nodes. What subqueries within its expressions name belongs to the node that
//! holds them, and what a lateral input names to the join.

use std::collections::BTreeSet;

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::prelude::Column;

/// The outer columns that an expression names, one for each time it does.
pub(super) fn named_by(expr: &Expr) -> Vec<String> {
    let mut names = Vec::new();
    // the closure never fails
    let _ = expr.apply(|node| {
        if let Expr::OuterReferenceColumn(_, column) = node {
            names.push(column.name.clone());
        }
        Ok(TreeNodeRecursion::Continue)
    });
    names
}

/// The outer columns that several expressions name.
pub(super) fn named_by_all<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> BTreeSet<String> {
    exprs.into_iter().flat_map(named_by).collect()
}

/// The outer columns that a plan names, from its top down, one for each time it does.
pub(super) fn named_in(plan: &LogicalPlan) -> Vec<String> {
    let mut names = Vec::new();
    each_own_node(plan, &mut |node| {
        let _ = node.apply_expressions(|expr| {
            names.extend(named_by(expr));
            Ok(TreeNodeRecursion::Continue)
        });
    });
    names
}

/// Whether a plan names outer columns.
pub(crate) fn is_correlated(plan: &LogicalPlan) -> bool {
    !named_in(plan).is_empty()
}

/// Whether an expression names outer columns.
pub(crate) fn names_outer(expr: &Expr) -> bool {
    !named_by(expr).is_empty()
}

/// Visits the nodes of a plan but for those of lateral inputs.
pub(super) fn each_own_node(plan: &LogicalPlan, visit: &mut dyn FnMut(&LogicalPlan)) {
    let _ = plan.apply(|node| {
        if matches!(node, LogicalPlan::Subquery(_)) {
            return Ok(TreeNodeRecursion::Jump);
        }
        visit(node);
        Ok(TreeNodeRecursion::Continue)
    });
}

/// The expression with other values for its outer columns, where `value` has one.
pub(super) fn replaced(expr: Expr, value: &dyn Fn(&str) -> Option<Expr>) -> Result<Expr> {
    let replace = |node: Expr| {
        let new = match &node {
            Expr::OuterReferenceColumn(_, column) => value(&column.name),
            _ => None,
        };
        Ok(new.map_or_else(|| Transformed::no(node), Transformed::yes))
    };
    expr.transform(replace).map(|expr| expr.data)
}

/// The expression as the host of the subquery sees it: outer columns are its own.
pub(super) fn as_own(expr: Expr) -> Result<Expr> {
    replaced(expr, &|name| Some(Expr::Column(Column::new_unqualified(name))))
}

/// The expression with other values for columns.
pub(super) fn with_columns(expr: Expr, value: &dyn Fn(&Column) -> Option<Expr>) -> Result<Expr> {
    let replace = |node: Expr| {
        let new = match &node {
            Expr::Column(column) => value(column),
            _ => None,
        };
        Ok(new.map_or_else(|| Transformed::no(node), Transformed::yes))
    };
    expr.transform(replace).map(|expr| expr.data)
}

/// A changed expression under the name that it had.
pub(super) fn renamed(new: Expr, old: &Expr) -> Expr {
    let (name, other) = (old.schema_name().to_string(), new.schema_name().to_string());
    if name == other { new } else { new.alias(name) }
}
