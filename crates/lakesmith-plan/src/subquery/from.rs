//! LATERAL in FROM.

use datafusion::common::JoinType;
use datafusion::logical_expr::{Expr, LogicalPlan, lit};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_unresolved::expression::{Expression, FunctionCall, NamePart};
use lakesmith_unresolved::relation::JoinKind;
use lakesmith_unresolved::{Relation, RelationKind};

use super::{is_single, native};
use crate::generator::{Rows, generates};
use crate::null_order;
use crate::random::is_random_query;
use crate::resolver::{Planned, Resolver};
use crate::scope::{Reach, Scope, ScopeColumn};

/// A join with LATERAL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lateral<'r> {
    pub left: &'r Relation,
    pub right: &'r Relation,
    pub kind: JoinKind,
    pub condition: Option<&'r Expression>,
    pub origin: &'r Origin,
}

impl Resolver<'_> {
    /// A join whose right input sees the columns of the left one.
    pub(crate) fn lateral_join(&mut self, lateral: Lateral<'_>, outer: &Scope<'_>) -> Option<Planned> {
        let Lateral { kind, origin, .. } = lateral;
        let is_left = match kind {
            JoinKind::Inner | JoinKind::Cross => false,
            JoinKind::LeftOuter => true,
            _ => {
                let title = "LATERAL stands in a join that may have no row of the other input";
                let help = "write `JOIN LATERAL` or `LEFT JOIN LATERAL`";
                let fault = Diagnostic::error(Condition::INVALID_LATERAL_JOIN_TYPE, title).help(help);
                return self.refuse(fault, origin, "");
            }
        };
        let left = self.relation(lateral.left, outer)?;
        if let (Some((call, alias, names)), false) = (generator(lateral.right), is_left && lateral.condition.is_some())
        {
            let qualifier = alias.iter().map(|alias| alias.text.clone()).collect();
            let rows = Rows { names, qualifier, reach: Reach::Plain, is_outer: is_left, origin };
            let planned = self.generate(left, call, &rows, outer)?;
            let Some(condition) = lateral.condition else { return Some(planned) };
            let scope = Scope { outer: Some(outer), ..Scope::of(&planned.columns) };
            let kept = self.condition(condition, &scope, "ON")?;
            let plan = self.filtered_plan(planned.plan, kept, &condition.origin)?;
            return Some(Planned { plan, columns: planned.columns });
        }
        let scope = Scope { outer: Some(outer), gives_stars: true, ..Scope::of(&left.columns) };
        let right = self.relation(lateral.right, &scope)?;
        self.checked_correlation(&right.plan, origin)?;
        if is_random_query(lateral.right) && !is_single(&left.plan) {
            let title = "a random function stands in LATERAL, which is computed for several rows";
            let condition = Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_NON_DETERMINISTIC_LATERAL_SUBQUERIES;
            return self.refuse(Diagnostic::error(condition, title), origin, "");
        }
        let both: Vec<ScopeColumn> = left.columns.iter().chain(&right.columns).cloned().collect();
        let on = match lateral.condition {
            Some(condition) => {
                let scope = Scope { outer: Some(outer), ..Scope::of(&both) };
                let kept = self.condition(condition, &scope, "ON")?;
                let about =
                    Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_LATERAL_JOIN_CONDITION_NON_DETERMINISTIC;
                self.same_for_all_calls(condition, about)?;
                null_order::with_keys(kept)
            }
            None => lit(true),
        };
        let columns = right.columns.iter().map(|column| column.attribute.column());
        let rows = self.built(right.builder().project(columns.collect::<Vec<Expr>>()), origin)?;
        let native_kind = if is_left { JoinType::Left } else { JoinType::Inner };
        let joined = left.builder().join_on(LogicalPlan::Subquery(native(rows)), native_kind, [on]);
        let plan = self.built(joined, origin)?;
        let filled = right.columns.into_iter().map(|mut column| {
            column.attribute.nullable |= is_left;
            column
        });
        Some(Planned { plan, columns: left.columns.into_iter().chain(filled).collect() })
    }
}

/// The generator that a relation is, its alias and the names of its columns.
fn generator(relation: &Relation) -> Option<(&FunctionCall, Option<&NamePart>, &[NamePart])> {
    match relation.kind.as_ref() {
        RelationKind::TableFunction { call, is_streaming: false } if generates(call) => Some((call, None, &[])),
        RelationKind::SubqueryAlias { input, alias, columns } => match input.kind.as_ref() {
            RelationKind::TableFunction { call, is_streaming: false } if generates(call) => {
                Some((call, Some(alias), columns))
            }
            _ => None,
        },
        _ => None,
    }
}
