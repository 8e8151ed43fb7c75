//! Takes the subqueries out of a plan's expressions: each becomes a column of a join beneath the node that asks it, or the join
//! itself where a filter is nothing but EXISTS or IN. What stays is subqueries that stand for one value and name nothing of the
//! query around them; the engine computes each once.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Result, not_impl_err};
use datafusion::logical_expr::utils::split_conjunction_owned;
use datafusion::logical_expr::{Expr, Filter, Join, LogicalPlan, LogicalPlanBuilder, Operator, lit};
use lakesmith_diagnostic::{Diagnostic, Origin};
use lakesmith_engine::{EngineError, ErrorKind};

use super::outer::renamed;
use crate::resolver::{Planned, Resolver, broken};

impl Resolver<'_> {
    /// The relation with joins in the place of subqueries.
    pub(crate) fn without_subqueries(&mut self, planned: Planned, origin: &Origin) -> Option<Planned> {
        let Planned { plan, columns } = planned;
        if !plan.exists(|node| Ok(asks_in(node))).unwrap_or(true) {
            return Some(Planned { plan, columns });
        }
        match self.attached(plan) {
            Ok(plan) => Some(Planned { plan, columns }),
            Err(error) => {
                let fault = broken(&error);
                let error = EngineError::from_datafusion("join subqueries", error);
                match error.kind {
                    ErrorKind::Unsupported => self.not_built(&error.message, origin),
                    ErrorKind::Data(condition) => self.refuse(Diagnostic::error(*condition, error.message), origin, ""),
                    _ => self.refuse(fault, origin, ""),
                }
            }
        }
    }

    pub(super) fn attached(&mut self, plan: LogicalPlan) -> Result<LogicalPlan> {
        plan.transform_up(|node| self.node(node)).map(|plan| plan.data)
    }

    fn node(&mut self, node: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
        // subqueries beneath may have changed which columns can be NULL
        let node = node.recompute_schema()?;
        match node {
            LogicalPlan::Join(join) if matches!(join.right.as_ref(), LogicalPlan::Subquery(_)) => {
                self.lateral(join).map(Transformed::yes)
            }
            // part of the join above
            LogicalPlan::Subquery(_) => Ok(Transformed::no(node)),
            node if !asks_in(&node) => Ok(Transformed::no(node)),
            LogicalPlan::Filter(filter) => self.filter_node(filter).map(Transformed::yes),
            LogicalPlan::Join(join) => self.join_node(join).map(Transformed::yes),
            LogicalPlan::Projection(_) | LogicalPlan::Aggregate(_) | LogicalPlan::Sort(_) => {
                self.plain_node(&node).map(Transformed::yes)
            }
            other => not_impl_err!("a subquery in {}", other.display()),
        }
    }

    /// A node over one input.
    fn plain_node(&mut self, node: &LogicalPlan) -> Result<LogicalPlan> {
        let exprs = node.expressions();
        let input = node.inputs().into_iter().next().cloned();
        let Some(input) = input else { return not_impl_err!("a subquery in {}", node.display()) };
        let columns: Vec<Expr> = input.schema().columns().into_iter().map(Expr::Column).collect();
        let (input, answered) = self.answered(input, exprs.clone())?;
        let answered = answered.into_iter().zip(&exprs).map(|(new, old)| renamed(new, old)).collect();
        let is_sort = matches!(node, LogicalPlan::Sort(_));
        let node = node.with_new_exprs(answered, vec![input])?;
        if is_sort { LogicalPlanBuilder::from(node).project(columns)?.build() } else { Ok(node) }
    }

    fn filter_node(&mut self, filter: Filter) -> Result<LogicalPlan> {
        let columns: Vec<Expr> = filter.input.schema().columns().into_iter().map(Expr::Column).collect();
        let conditions = split_conjunction_owned(within_not(filter.predicate)?);
        let (asking, plain): (Vec<Expr>, Vec<Expr>) = conditions.into_iter().partition(asks);
        let mut plan = Arc::unwrap_or_clone(filter.input);
        if let Some(plain) = plain.into_iter().reduce(Expr::and) {
            plan = LogicalPlanBuilder::from(plan).filter(plain)?.build()?;
        }
        let (direct, mixed): (Vec<Expr>, Vec<Expr>) = asking.into_iter().partition(|condition| match condition {
            Expr::Exists(_) => true,
            Expr::InSubquery(within) => !asks(&within.expr),
            _ => false,
        });
        for condition in direct {
            plan = self.kept(plan, condition)?;
        }
        if !mixed.is_empty() {
            let (input, answered) = self.answered(plan, mixed)?;
            let condition = answered.into_iter().reduce(Expr::and).unwrap_or_else(|| lit(true));
            plan = LogicalPlanBuilder::from(input).filter(condition)?.build()?;
        }
        LogicalPlanBuilder::from(plan).project(columns)?.build()
    }

    /// A join whose condition asks subqueries, each of them about one side.
    fn join_node(&mut self, join: Join) -> Result<LogicalPlan> {
        let columns: Vec<Expr> = join.schema.columns().into_iter().map(Expr::Column).collect();
        let conditions = within_not(join.filter.clone().unwrap_or_else(|| lit(true)))?;
        let (mut left, mut right) = (join.left.as_ref().clone(), join.right.as_ref().clone());
        let mut asked = Vec::new();
        for mut condition in split_conjunction_owned(conditions) {
            if asks(&condition) {
                let (lefts, rights) = (left.schema().clone(), right.schema().clone());
                let answer = condition.transform_up(|node| {
                    if !is_subquery(&node) {
                        return Ok(Transformed::no(node));
                    }
                    let known = |schema: &datafusion::common::DFSchema| {
                        let names = super::answer::host_columns(&node);
                        names.iter().all(|column| schema.has_column(column))
                    };
                    let side = match (known(&lefts), known(&rights)) {
                        (true, _) => &mut left,
                        (_, true) => &mut right,
                        _ => return not_impl_err!("a subquery about both inputs of a join"),
                    };
                    let (plan, answer) = self.answer(side.clone(), node)?;
                    *side = plan;
                    Ok(Transformed::yes(answer))
                })?;
                condition = answer.data;
            }
            asked.push(condition);
        }
        let filter = asked.into_iter().reduce(Expr::and);
        let (left, right) = (Arc::new(left), Arc::new(right));
        let (kind, constraint) = (join.join_type, join.join_constraint);
        let joined = Join::try_new(left, right, join.on, filter, kind, constraint, join.null_equality, join.null_aware);
        LogicalPlanBuilder::from(LogicalPlan::Join(joined?)).project(columns)?.build()
    }

    /// The expressions with columns in the place of subqueries, and the input with these columns.
    fn answered(&mut self, input: LogicalPlan, exprs: Vec<Expr>) -> Result<(LogicalPlan, Vec<Expr>)> {
        let mut input = input;
        let mut known: Vec<(Expr, Expr)> = Vec::new();
        let mut answered = Vec::new();
        for expr in exprs {
            let answer = within_not(expr)?.transform_up(|node| {
                if !is_subquery(&node) {
                    return Ok(Transformed::no(node));
                }
                if let Some((_, answer)) = known.iter().find(|(asked, _)| *asked == node) {
                    return Ok(Transformed::yes(answer.clone()));
                }
                let (plan, answer) = self.answer(input.clone(), node.clone())?;
                input = plan;
                known.push((node, answer.clone()));
                Ok(Transformed::yes(answer))
            });
            answered.push(answer?.data);
        }
        Ok((input, answered))
    }
}

/// Whether an expression is a subquery.
pub(super) fn is_subquery(node: &Expr) -> bool {
    matches!(node, Expr::Exists(_) | Expr::InSubquery(_) | Expr::ScalarSubquery(_))
}

/// Whether an expression asks a subquery.
pub(crate) fn asks(expr: &Expr) -> bool {
    expr.exists(|node| Ok(is_subquery(node))).unwrap_or(true)
}

fn asks_in(node: &LogicalPlan) -> bool {
    let mut found = matches!(node, LogicalPlan::Subquery(_));
    let _ = node.apply_expressions(|expr| {
        found |= asks(expr);
        Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
    });
    found
}

/// Moves NOT down to EXISTS and IN, as Spark does: to it, NOT IN is a question of its own, with another answer where NULLs are
/// compared.
fn within_not(expr: Expr) -> Result<Expr> {
    let is_asked = |expr: &Expr| matches!(expr, Expr::Exists(_) | Expr::InSubquery(_));
    let holds = |expr: &Expr| expr.exists(|node| Ok(is_asked(node))).unwrap_or(true);
    let moved = expr.transform_down(|node| match node {
        Expr::Not(inner) if holds(&inner) => Ok(Transformed::yes(negated(*inner))),
        // the rules that Spark applies to `… = false`
        Expr::BinaryExpr(comparison)
            if comparison.op == Operator::Eq && is_asked(&comparison.left) && *comparison.right == lit(false) =>
        {
            Ok(Transformed::yes(negated(*comparison.left)))
        }
        other => Ok(Transformed::no(other)),
    })?;
    Ok(moved.data)
}

fn negated(expr: Expr) -> Expr {
    match expr {
        Expr::Not(inner) => *inner,
        Expr::Exists(mut exists) => {
            exists.negated = !exists.negated;
            Expr::Exists(exists)
        }
        Expr::InSubquery(mut within) => {
            within.negated = !within.negated;
            Expr::InSubquery(within)
        }
        Expr::BinaryExpr(logic) if logic.op == Operator::And => {
            negated_again(*logic.left).or(negated_again(*logic.right))
        }
        Expr::BinaryExpr(logic) if logic.op == Operator::Or => {
            negated_again(*logic.left).and(negated_again(*logic.right))
        }
        other => Expr::Not(Box::new(other)),
    }
}

fn negated_again(expr: Expr) -> Expr {
    match expr {
        Expr::Not(inner) => *inner,
        Expr::Exists(_) | Expr::InSubquery(_) => negated(expr),
        other => Expr::Not(Box::new(other)),
    }
}
