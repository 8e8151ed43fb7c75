//! Subqueries as values: one value, EXISTS, IN. A subquery may name columns of the query around it.

use std::sync::Arc;

use datafusion::common::Spans;
use datafusion::logical_expr::expr::{Exists, InSubquery};
use datafusion::logical_expr::{Expr, LogicalPlan, Subquery as NativeSubquery};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::Typed;
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::coercion::comparison_type;
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::{Expression, Subquery, SubqueryKind, SubqueryPlan};

use crate::attribute::Attribute;
use crate::resolver::{Planned, Resolver};
use crate::scope::Scope;

impl Resolver<'_> {
    /// A subquery as a value.
    pub(crate) fn subquery(&mut self, subquery: &Subquery, scope: &Scope<'_>, origin: &Origin) -> Option<Typed> {
        let SubqueryPlan::Inline(query) = &subquery.query else {
            return self.not_built("a subquery of a DataFrame", origin);
        };
        let planned = self.relation(query, scope)?;
        match &subquery.kind {
            SubqueryKind::Scalar => {
                let attribute = self.only_column(&planned, origin)?;
                let plan = match is_single(&planned.plan) || !planned.plan.all_out_ref_exprs().is_empty() {
                    true => planned.plan,
                    false => self.single(&planned, &attribute, origin)?,
                };
                let expr = Expr::ScalarSubquery(native(plan));
                Some(Typed::new(expr, attribute.data_type))
            }
            SubqueryKind::Exists => {
                let expr = Expr::Exists(Exists { subquery: native(planned.plan), negated: false });
                Some(Typed { expr, data_type: SparkType::Boolean, nullable: false })
            }
            SubqueryKind::In(values) => match values.as_slice() {
                [value] => self.within(value, planned, scope, origin),
                _ => self.not_built("IN of several columns", origin),
            },
            SubqueryKind::TableArgument { .. } => self.not_built("a table as an argument", origin),
        }
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
        let only = lakesmith_functions::guard::only_row(arguments);
        let only = self.settle(only, origin)?;
        let name = self.attribute(attribute.name.clone(), &only).internal();
        self.built(datafusion::logical_expr::LogicalPlanBuilder::from(plan).project([only.expr.alias(name)]), origin)
    }

    fn within(&mut self, value: &Expression, planned: Planned, scope: &Scope<'_>, origin: &Origin) -> Option<Typed> {
        let value = self.expression(value, scope)?;
        let attribute = self.only_column(&planned, origin)?;
        let Some(common) = comparison_type(&value.data_type, &attribute.data_type) else {
            let title = format!("IN compares {} with {}", value.data_type, attribute.data_type);
            return self.refuse(Diagnostic::error(Condition::DATATYPE_MISMATCH, title), origin, "");
        };
        let member =
            Typed { expr: attribute.column(), data_type: attribute.data_type.clone(), nullable: attribute.nullable };
        let (value, member) = (cast(value, &common, Mode::Ansi), cast(member, &common, Mode::Ansi));
        let (value, member) = (self.settle(value, origin)?, self.settle(member, origin)?);
        let name = self.attribute(attribute.name.clone(), &member).internal();
        let plan = self.built(planned.builder().project([member.expr.alias(name)]), origin)?;
        let expr = Expr::InSubquery(InSubquery { expr: Box::new(value.expr), subquery: native(plan), negated: false });
        Some(Typed::new(expr, SparkType::Boolean))
    }

    fn only_column(&mut self, planned: &Planned, origin: &Origin) -> Option<Attribute> {
        match planned.columns.as_slice() {
            [column] => Some(column.attribute.clone()),
            several => {
                let title = format!("a subquery used as a value has {} columns instead of one", several.len());
                self.refuse(Diagnostic::error(Condition::NUM_COLUMNS_MISMATCH, title), origin, "")
            }
        }
    }
}

/// Whether a plan has one row at most whatever the data.
fn is_single(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Aggregate(aggregate) => aggregate.group_expr.is_empty(),
        LogicalPlan::Projection(_) | LogicalPlan::Filter(_) | LogicalPlan::Sort(_) | LogicalPlan::SubqueryAlias(_) => {
            plan.inputs().iter().all(|input| is_single(input))
        }
        LogicalPlan::EmptyRelation(_) => true,
        LogicalPlan::Values(values) => values.values.len() <= 1,
        _ => false,
    }
}

fn native(plan: LogicalPlan) -> NativeSubquery {
    let outer_ref_columns = plan.all_out_ref_exprs();
    NativeSubquery { subquery: Arc::new(plan), outer_ref_columns, spans: Spans::new() }
}
