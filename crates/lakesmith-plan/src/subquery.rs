//! Subqueries: one value, EXISTS, IN, LATERAL. A subquery may name columns of the query around it.
//!
//! The resolver gives them as expressions that hold a plan, in which the columns of the query around are outer columns.
//! [`attach`] takes them out once all is resolved, because what a subquery asks has its place in a join: beneath
//! [`answer`] is that join for each kind, [`peel`] its short form, and [`unnest`] the one for every other plan.

mod answer;
mod attach;
mod check;
pub(crate) mod from;
mod groups;
pub(crate) mod host;
mod joins;
mod key;
mod lateral;
pub(crate) mod outer;
mod peel;
#[cfg(test)]
mod tests;
mod unnest;

use std::sync::Arc;

use datafusion::common::Spans;
use datafusion::logical_expr::expr::{Exists, InSubquery};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, Subquery as NativeSubquery};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::coercion::comparison_type;
use lakesmith_functions::{Typed, guard, normal};
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, Subquery, SubqueryKind, SubqueryPlan};

pub(crate) use attach::asks;

use crate::attribute::Attribute;
use crate::resolver::{Planned, Resolver};
use crate::scope::{Scope, ScopeColumn};

impl Resolver<'_> {
    /// A subquery as a value.
    pub(crate) fn subquery(&mut self, subquery: &Subquery, scope: &Scope<'_>, origin: &Origin) -> Option<Typed> {
        let SubqueryPlan::Inline(query) = &subquery.query else {
            return self.not_built("a subquery of a DataFrame", origin);
        };
        let gives_stars = matches!(subquery.kind, SubqueryKind::Scalar);
        let before = self.outer_named.len();
        // a LIMIT around is none of the subquery's rows
        let above = std::mem::take(&mut self.row_limit);
        let planned = self.relation(query, &Scope { gives_stars, ..*scope });
        self.row_limit = above;
        let written = self.outer_named.split_off(before);
        let planned = planned?;
        self.note_correlation(&planned.plan, written, scope, origin);
        self.checked_correlation(&planned.plan, origin)?;
        match &subquery.kind {
            SubqueryKind::Scalar => self.scalar(planned, origin),
            SubqueryKind::Exists => {
                let expr = Expr::Exists(Exists { subquery: native(planned.plan), negated: false });
                Some(Typed { expr, data_type: SparkType::Boolean, nullable: false })
            }
            SubqueryKind::In(values) => self.within(values, &planned, scope, origin),
            SubqueryKind::TableArgument { .. } => self.not_built("a table as an argument", origin),
        }
    }

    fn scalar(&mut self, planned: Planned, origin: &Origin) -> Option<Typed> {
        let visible: Vec<&ScopeColumn> = planned.columns.iter().filter(|column| column.is_visible()).collect();
        let [column] = visible.as_slice() else {
            let title = format!("a subquery that stands for one value has {} columns", visible.len());
            let condition = Condition::INVALID_SUBQUERY_EXPRESSION_SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN;
            return self.refuse(Diagnostic::error(condition, title), origin, "");
        };
        let attribute = column.attribute.clone();
        // the engine takes a column that is never NULL for a value that is none, also where there is no row
        let is_told = !planned.plan.all_out_ref_exprs().is_empty() || attribute.nullable || is_present(&planned.plan);
        let plan = match is_single(&planned.plan) && is_told {
            true => self.built(planned.builder().project([attribute.column()]), origin)?,
            false => self.single(&planned, &attribute, origin)?,
        };
        Some(Typed::new(Expr::ScalarSubquery(native(plan)), attribute.data_type))
    }

    /// The only row's value; the query fails when there are several.
    fn single(&mut self, planned: &Planned, attribute: &Attribute, origin: &Origin) -> Option<LogicalPlan> {
        let column = Typed::new(attribute.column(), attribute.data_type.clone());
        let first = self.builtin("first", vec![column], origin)?;
        let count = self.builtin("count", Vec::new(), origin)?;
        let names = [self.attribute("first", &first), self.attribute("count", &count)];
        let aggregates = [first.expr.alias(names[0].internal()), count.expr.alias(names[1].internal())];
        let builder = planned.builder().aggregate(Vec::<Expr>::new(), aggregates);
        let plan = self.built(builder, origin)?;
        let arguments = vec![
            Typed::new(names[0].column(), attribute.data_type.clone()),
            Typed::new(names[1].column(), SparkType::Long),
        ];
        let only = guard::only_row(arguments);
        let only = self.settle(only, origin)?;
        let name = self.attribute(attribute.name.clone(), &only).internal();
        // told for the rows that ask, and not for those that a filter above drops
        let fenced = self.settle(guard::fenced(only.expr, &attribute.data_type), origin)?;
        self.built(LogicalPlanBuilder::from(plan).project([fenced.alias(name)]), origin)
    }

    fn within(
        &mut self,
        values: &[Expression],
        planned: &Planned,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Typed> {
        // `struct(a, b)` is `(a, b)` here
        let values = match values {
            [Expression { kind: ExpressionKind::Function(call), .. }]
                if call.name.parts.last().is_some_and(|name| name.text.matches("struct")) =>
            {
                call.arguments.as_slice()
            }
            values => values,
        };
        let resolved: Vec<Option<Typed>> = values.iter().map(|value| self.expression(value, scope)).collect();
        let resolved = resolved.into_iter().collect::<Option<Vec<_>>>()?;
        let columns: Vec<&ScopeColumn> = planned.columns.iter().filter(|column| column.is_visible()).collect();
        if resolved.len() != columns.len() {
            let title = format!("IN compares {} values with {} columns", resolved.len(), columns.len());
            let condition = Condition::DATATYPE_MISMATCH_IN_SUBQUERY_LENGTH_MISMATCH;
            return self.refuse(Diagnostic::error(condition, title), origin, "");
        }
        let mut compared = Vec::new();
        let mut members = Vec::new();
        let mut nullable = false;
        for (value, column) in resolved.into_iter().zip(columns) {
            let attribute = &column.attribute;
            let Some(common) = comparison_type(&value.data_type, &attribute.data_type) else {
                let title = format!("IN compares {} with {}", value.data_type, attribute.data_type);
                let condition = Condition::DATATYPE_MISMATCH_IN_SUBQUERY_DATA_TYPE_MISMATCH;
                return self.refuse(Diagnostic::error(condition, title), origin, "");
            };
            let member = Typed {
                expr: attribute.column(),
                data_type: attribute.data_type.clone(),
                nullable: attribute.nullable,
            };
            nullable |= value.nullable || member.nullable;
            let same = |side: Typed| cast(side, &common, Mode::Ansi).and_then(normal::normal);
            let (value, member) = (self.settle(same(value), origin)?, self.settle(same(member), origin)?);
            let name = self.attribute(attribute.name.clone(), &member).internal();
            let member = self.settle(guard::fenced(member.expr, &common), origin)?;
            compared.push(value.expr);
            members.push(member.alias(name));
        }
        let plan = self.built(planned.builder().project(members), origin)?;
        let value = match <[Expr; 1]>::try_from(compared) {
            Ok([value]) => value,
            Err(several) => datafusion::functions::core::expr_fn::r#struct(several),
        };
        let expr = Expr::InSubquery(InSubquery { expr: Box::new(value), subquery: native(plan), negated: false });
        Some(Typed::new(expr, SparkType::Boolean).with_nullable(nullable))
    }
}

/// Whether a plan has one row at most whatever the data.
fn is_single(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Aggregate(aggregate) => aggregate.group_expr.is_empty(),
        LogicalPlan::Projection(_) | LogicalPlan::Filter(_) | LogicalPlan::Sort(_) | LogicalPlan::SubqueryAlias(_) => {
            plan.inputs().iter().all(|input| is_single(input))
        }
        LogicalPlan::Limit(limit) => match limit.get_fetch_type() {
            Ok(datafusion::logical_expr::FetchType::Literal(Some(0 | 1))) => true,
            _ => is_single(&limit.input),
        },
        LogicalPlan::EmptyRelation(_) => true,
        LogicalPlan::Values(values) => values.values.len() <= 1,
        _ => false,
    }
}

/// Whether a plan of one row at most has that row whatever the data.
fn is_present(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Aggregate(aggregate) => aggregate.group_expr.is_empty(),
        LogicalPlan::Projection(_) | LogicalPlan::Sort(_) | LogicalPlan::SubqueryAlias(_) => {
            plan.inputs().iter().all(|input| is_present(input))
        }
        LogicalPlan::EmptyRelation(empty) => empty.produce_one_row,
        LogicalPlan::Values(values) => values.values.len() == 1,
        _ => false,
    }
}

pub(super) fn native(plan: LogicalPlan) -> NativeSubquery {
    let outer_ref_columns = plan.all_out_ref_exprs();
    NativeSubquery { subquery: Arc::new(plan), outer_ref_columns, spans: Spans::new() }
}
