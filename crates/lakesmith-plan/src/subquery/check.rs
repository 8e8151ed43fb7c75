//! Where Spark lets a subquery name columns of the query around it: in filters, SELECT lists and conditions of joins.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::Typed;
use lakesmith_unresolved::expression::Expression;

use super::asks;
use super::outer::{each_own_node, is_correlated, names_outer};
use crate::resolver::Resolver;

impl Resolver<'_> {
    /// Refuses outer columns where Spark does.
    pub(super) fn checked_correlation(&mut self, plan: &LogicalPlan, origin: &Origin) -> Option<()> {
        if !is_correlated(plan) {
            return Some(());
        }
        let mut found = None;
        let mut in_sets = false;
        each_own_node(plan, &mut |node| {
            if let LogicalPlan::Aggregate(aggregate) = node {
                in_sets |= matches!(aggregate.group_expr.first(), Some(Expr::GroupingSet(_))) && is_correlated(node);
            }
            let hosts = matches!(node, LogicalPlan::Aggregate(_) | LogicalPlan::Sort(_));
            let is_window = matches!(node, LogicalPlan::Window(_));
            let _ = node.apply_expressions(|expr| {
                if is_mixed(expr) {
                    found = Some(true);
                } else if hosts && names_outer(expr) || is_window && takes_outer(expr) {
                    found.get_or_insert(false);
                }
                Ok(TreeNodeRecursion::Continue)
            });
        });
        match found {
            Some(true) => self.mixed_aggregate(origin),
            Some(false) => self.misplaced_outer(origin),
            None if in_sets => self.uncorrelated_input(plan, origin),
            None => Some(()),
        }
    }

    /// Notes an aggregate of columns of both queries.
    fn mixed_aggregate<T>(&mut self, origin: &Origin) -> Option<T> {
        let title = "an aggregate function takes columns of the subquery and of the query around it";
        let condition =
            Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_AGGREGATE_FUNCTION_MIXED_OUTER_LOCAL_REFERENCES;
        self.refuse(Diagnostic::error(condition, title), origin, "")
    }

    /// Notes an outer column where none can stand.
    pub(crate) fn misplaced_outer<T>(&mut self, origin: &Origin) -> Option<T> {
        let title = "a column of the query around a subquery stands outside of WHERE and HAVING";
        let condition = Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_CORRELATED_REFERENCE;
        let help = "compare it in WHERE, or compute with it in the query around";
        self.refuse(Diagnostic::error(condition, title).help(help), origin, "")
    }

    /// Refuses outer columns within an aggregation: its SELECT list is computed from groups.
    pub(crate) fn without_outer<'e>(
        &mut self,
        exprs: impl IntoIterator<Item = &'e Expr>,
        origin: &Origin,
    ) -> Option<()> {
        for expr in exprs {
            if is_mixed(expr) {
                return self.mixed_aggregate(origin);
            }
            if names_outer(expr) {
                return self.misplaced_outer(origin);
            }
        }
        Some(())
    }

    /// Refuses subqueries and outer columns in VALUES.
    pub(crate) fn checked_values(&mut self, values: &[Vec<Typed>], rows: &[Vec<Expression>]) -> Option<()> {
        for (value, written) in values.iter().flatten().zip(rows.iter().flatten()) {
            let (condition, title) = if asks(&value.expr) {
                let condition = Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_SCALAR_SUBQUERY_IN_VALUES;
                (condition, "a subquery stands in VALUES")
            } else if names_outer(&value.expr) {
                let condition = Condition::INVALID_INLINE_TABLE_CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE;
                (condition, "a column of the query around a subquery stands in VALUES")
            } else {
                continue;
            };
            let help = "write SELECT with UNION ALL";
            return self.refuse(Diagnostic::error(condition, title).help(help), &written.origin, "");
        }
        Some(())
    }

    /// Refuses outer columns beneath what gives rows of its own.
    pub(crate) fn uncorrelated_input(&mut self, plan: &LogicalPlan, origin: &Origin) -> Option<()> {
        if !is_correlated(plan) {
            return Some(());
        }
        let title =
            "a column of the query around a subquery stands beneath an outer join or a grouping with several sets";
        let condition = Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED;
        self.refuse(Diagnostic::error(condition, title), origin, "")
    }
}

/// Whether a window takes an outer column as it is; what is computed with one is computed beneath.
fn takes_outer(window: &Expr) -> bool {
    let is_outer = |expr: &Expr| matches!(expr, Expr::OuterReferenceColumn(..));
    let takes = |node: &Expr| {
        let Expr::WindowFunction(call) = node else { return Ok(false) };
        let params = &call.params;
        let mut exprs =
            params.args.iter().chain(&params.partition_by).chain(params.order_by.iter().map(|key| &key.expr));
        Ok(exprs.any(is_outer))
    };
    window.exists(takes).unwrap_or(true)
}

/// Whether an aggregate within the expression takes outer columns beside its own.
fn is_mixed(expr: &Expr) -> bool {
    let mixed = |node: &Expr| {
        Ok(matches!(node, Expr::AggregateFunction(_)) && names_outer(node) && !node.column_refs().is_empty())
    };
    expr.exists(mixed).unwrap_or(true)
}
