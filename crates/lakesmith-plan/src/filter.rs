//! WHERE: conditions on rows, and which of them are computed when.
//!
//! Conditions that cannot fail become filters, which the engine moves to joins and scans. One that can fail is computed for the rows
//! that those before it leave, as Spark's AND has it, and stays where it is.

use std::sync::Arc;

use datafusion::common::{Column, DFSchemaRef, JoinType};
use datafusion::logical_expr::utils::{split_conjunction, split_conjunction_owned};
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, LogicalPlanBuilder, Operator};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::{Typed, guard, kernel};
use lakesmith_unresolved::expression::{Expression, ExpressionKind};
use lakesmith_unresolved::{Relation, SparkType};

use crate::null_order;
use crate::relation::is_aggregate;
use crate::resolver::{Planned, Resolver};
use crate::scope::Scope;
use crate::subquery::asks;
use crate::window::no_window;

impl Resolver<'_> {
    pub(crate) fn filter(&mut self, input: &Relation, condition: &Expression, outer: &Scope<'_>) -> Option<Planned> {
        let input = self.relation(input, outer)?;
        let columns = input.columns.clone();
        let input = self.with_time_window(input, [condition], outer)?;
        let scope = Scope { outer: Some(outer), ..Scope::of(&input.columns) };
        self.about_one_row(condition, &scope, outer)?;
        let origin = &condition.origin;
        let condition = null_order::with_keys(self.condition(condition, &scope, "WHERE")?);
        let plan = self.filtered_plan(input.plan, condition, origin)?;
        Some(Planned { plan, columns })
    }

    /// Notes what cannot stand in WHERE, because it is about more than one row.
    fn about_one_row(&mut self, condition: &Expression, scope: &Scope<'_>, outer: &Scope<'_>) -> Option<()> {
        let mut open = vec![condition];
        while let Some(expression) = open.pop() {
            let diagnostic = match &expression.kind {
                ExpressionKind::Window { .. } => no_window("WHERE"),
                // it may be one of the query around
                ExpressionKind::Function(call) if is_aggregate(call) && !outer.is_having => {
                    // names that mean nothing are told first
                    for argument in &call.arguments {
                        let is_star = matches!(argument.kind, ExpressionKind::Star { .. });
                        if !is_star && !is_nested(argument) {
                            self.expression(argument, scope)?;
                        }
                    }
                    let title = "an aggregate function stands in WHERE";
                    Diagnostic::error(Condition::INVALID_WHERE_CONDITION, title).help("filter by it in HAVING")
                }
                _ => {
                    open.extend(expression.children());
                    continue;
                }
            };
            return self.refuse(diagnostic, &expression.origin, "about more than one row");
        }
        Some(())
    }

    /// The rows for which a condition holds. Parts of it that can fail are computed as a column, which DataFusion does not move:
    /// it would merge them with filters beneath and compute them for rows that those drop. What compares the tables of FROM with
    /// each other joins them, wherever it stands.
    pub(crate) fn filtered_plan(&mut self, plan: LogicalPlan, condition: Expr, origin: &Origin) -> Option<LogicalPlan> {
        let mut crossed = Crossed::of(&plan);
        let parts = if crossed.schemas.len() > 1 { unguarded(condition) } else { split_conjunction_owned(condition) };
        // a subquery is joined where it is part of a filter, so it stays in one
        let leading = parts.iter().take_while(|part| !guard::can_fail(part) || asks(part)).count();
        let mut rest = parts;
        let mut sure: Vec<Expr> = rest.drain(..leading).collect();
        sure.extend(
            rest.extract_if(.., |part| !guard::can_fail(part) && !asks(part) && crossed.is_about_several(part)),
        );
        sure.iter().for_each(|part| _ = crossed.joins(part));
        sure.extend(rest.extract_if(.., |part| !asks(part) && crossed.joins(part)));
        let (asking, risky): (Vec<Expr>, Vec<Expr>) = rest.into_iter().partition(asks);
        let mut plan = plan;
        for condition in [sure, asking].into_iter().filter_map(|parts| parts.into_iter().reduce(Expr::and)) {
            plan = self.built(LogicalPlanBuilder::from(plan).filter(condition), origin)?;
        }
        let mut risky: Vec<Typed> = risky.into_iter().map(|part| Typed::new(part, SparkType::Boolean)).collect();
        let risky = match risky.len() {
            0 => return Some(plan),
            1 => risky.swap_remove(0),
            _ => self.builtin("and", risky, origin)?,
        };
        let own: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
        let name = format!("condition#{}", self.number());
        // a scan would not tell what fails
        let fenced = self.settle(kernel::fence(risky), origin)?.expr;
        let computed = own.iter().cloned().chain([fenced.alias(name.clone())]);
        let filtered = LogicalPlanBuilder::from(plan)
            .project(computed.collect::<Vec<_>>())
            .and_then(|builder| builder.filter(Expr::Column(Column::new_unqualified(name))))
            .and_then(|builder| builder.project(own));
        self.built(filtered, origin)
    }
}

/// Whether an aggregate or a window stands in an expression.
fn is_nested(expression: &Expression) -> bool {
    let is_own = match &expression.kind {
        ExpressionKind::Window { .. } => true,
        ExpressionKind::Function(call) => is_aggregate(call),
        _ => false,
    };
    is_own || expression.children().into_iter().any(is_nested)
}

/// The parts of a condition, in order, without the guards that compute those that can fail after the others.
fn unguarded(condition: Expr) -> Vec<Expr> {
    let mut parts: Vec<Expr> = Vec::new();
    let mut open = split_conjunction_owned(condition);
    open.reverse();
    while let Some(part) = open.pop() {
        match guard::guarded(&part) {
            Some((before, later))
                if !asks(later) && split_conjunction(before).iter().all(|part| parts.contains(part)) =>
            {
                open.extend(split_conjunction(later).into_iter().rev().cloned());
            }
            _ => parts.push(part),
        }
    }
    parts
}

/// The inputs of joins that have no condition yet.
struct Crossed {
    schemas: Vec<DFSchemaRef>,
    /// By input, a number that is the same for those that equalities join.
    groups: Vec<usize>,
}

impl Crossed {
    fn of(plan: &LogicalPlan) -> Self {
        let (mut schemas, mut open) = (Vec::new(), vec![plan]);
        while let Some(plan) = open.pop() {
            match plan {
                LogicalPlan::Join(join)
                    if join.join_type == JoinType::Inner && join.on.is_empty() && join.filter.is_none() =>
                {
                    open.extend([join.left.as_ref(), join.right.as_ref()]);
                }
                _ => schemas.push(Arc::clone(plan.schema())),
            }
        }
        let groups = (0..schemas.len()).collect();
        Self { schemas, groups }
    }

    /// The inputs whose columns an expression names.
    fn places(&self, expr: &Expr) -> Vec<usize> {
        let columns = expr.column_refs();
        let is_named = |schema: &DFSchemaRef| columns.iter().any(|column| schema.has_column(column));
        (0..self.schemas.len()).filter(|place| is_named(&self.schemas[*place])).collect()
    }

    fn is_about_several(&self, condition: &Expr) -> bool {
        self.places(condition).len() > 1
    }

    /// Whether a condition is an equality of two inputs that nothing has joined yet, which it then does. Its sides are computed for
    /// all rows of their inputs even where they can fail: the alternative is to compare each row with each.
    fn joins(&mut self, condition: &Expr) -> bool {
        let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = condition else { return false };
        let (lefts, rights) = (self.places(left), self.places(right));
        let ([left], [right]) = (lefts.as_slice(), rights.as_slice()) else { return false };
        let (kept, gone) = (self.groups[*left], self.groups[*right]);
        self.groups.iter_mut().filter(|group| **group == gone).for_each(|group| *group = kept);
        kept != gone
    }
}
