//! UNION, INTERSECT, EXCEPT: columns meet by position or by name, in their common types.

use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::coercion::common_type;
use lakesmith_functions::float::one_zero;
use lakesmith_functions::{Typed, guard};
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::relation::{SetKind, SetOperation};

use crate::attribute::Attribute;
use crate::resolver::{Planned, Resolver};
use crate::scope::{Scope, ScopeColumn};

/// A column of the result and where each side has it; `None` is NULL.
struct Pair {
    name: Attribute,
    left: Option<Attribute>,
    right: Option<Attribute>,
}

impl Resolver<'_> {
    /// A set operation.
    pub(crate) fn set_operation(
        &mut self,
        operation: &SetOperation,
        origin: &Origin,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let (left, right) = (self.relation(&operation.left, outer), self.relation(&operation.right, outer));
        let (left, right) = (left?, right?);
        let pairs = self.pairs(operation, &left, &right, origin)?;
        let mut columns = Vec::new();
        let (mut lefts, mut rights) = (Vec::new(), Vec::new());
        for pair in pairs {
            let data_type = self.meeting_type(&pair, operation.kind, origin)?;
            let side = |attribute: &Option<Attribute>| {
                let value = match attribute {
                    Some(attribute) => Typed {
                        expr: attribute.column(),
                        data_type: attribute.data_type.clone(),
                        nullable: attribute.nullable,
                    },
                    None => Typed::new(crate::sort::null(), SparkType::Null),
                };
                cast(value, &data_type, Mode::Ansi)
            };
            let (left, right) = (side(&pair.left), side(&pair.right));
            let (left, right) = (self.settle(left, origin)?, self.settle(right, origin)?);
            let (left, right) = match (operation.kind, operation.all) {
                (SetKind::Union, true) => (Ok(left), Ok(right)),
                // rows are compared
                _ => (one_zero(left), one_zero(right)),
            };
            let (left, right) = (self.settle(left, origin)?, self.settle(right, origin)?);
            let nullable = left.nullable || right.nullable;
            let attribute = self.attribute(pair.name.name, &left.clone().with_nullable(nullable));
            let fenced = [left.expr, right.expr].map(|expr| guard::fenced(expr, &data_type));
            let [left, right] = fenced;
            lefts.push(self.settle(left, origin)?.alias(attribute.internal()));
            rights.push(self.settle(right, origin)?.alias(attribute.internal()));
            columns.push(ScopeColumn::computed(attribute));
        }
        let left = self.built(left.builder().project(lefts), origin)?;
        let right = self.built(right.builder().project(rights), origin)?;
        if (operation.kind, operation.all) != (SetKind::Union, true) {
            let types: Vec<_> = columns.iter().map(|column| column.attribute.data_type.clone()).collect();
            self.refuse_maps(&types, origin)?;
        }
        let plan = self.combine(left, right, operation, origin)?;
        Some(Planned { plan, columns })
    }

    fn combine(
        &mut self,
        left: LogicalPlan,
        right: LogicalPlan,
        operation: &SetOperation,
        origin: &Origin,
    ) -> Option<LogicalPlan> {
        match (operation.kind, operation.all) {
            (SetKind::Union, true) => self.built(LogicalPlanBuilder::from(left).union(right), origin),
            (SetKind::Union, false) => self.built(LogicalPlanBuilder::from(left).union_distinct(right), origin),
            (SetKind::Intersect, false) => {
                self.built(LogicalPlanBuilder::intersect(left, right, false).map(LogicalPlanBuilder::from), origin)
            }
            (SetKind::Except, false) => {
                self.built(LogicalPlanBuilder::except(left, right, false).map(LogicalPlanBuilder::from), origin)
            }
            (SetKind::Intersect, true) => self.not_built("INTERSECT ALL", origin),
            (SetKind::Except, true) => self.not_built("EXCEPT ALL", origin),
        }
    }

    fn meeting_type(&mut self, pair: &Pair, kind: SetKind, origin: &Origin) -> Option<SparkType> {
        let (left, right) = match (&pair.left, &pair.right) {
            (Some(left), Some(right)) => (&left.data_type, &right.data_type),
            (Some(one), None) | (None, Some(one)) => return Some(one.data_type.clone()),
            (None, None) => return Some(SparkType::Null),
        };
        match common_type(left, right) {
            Some(common) => Some(common),
            None => {
                let kind = format!("{kind:?}").to_uppercase();
                let title = format!("{kind} puts {left} and {right} into column `{}`", pair.name.name.as_str());
                let diagnostic = Diagnostic::error(Condition::INCOMPATIBLE_COLUMN_TYPE, title)
                    .help("cast one side to the other's type");
                self.refuse(diagnostic, origin, "")
            }
        }
    }

    fn pairs(
        &mut self,
        operation: &SetOperation,
        left: &Planned,
        right: &Planned,
        origin: &Origin,
    ) -> Option<Vec<Pair>> {
        let visible = |planned: &Planned| -> Vec<Attribute> {
            planned.columns.iter().filter(|column| column.is_visible()).map(|column| column.attribute.clone()).collect()
        };
        let (left, right) = (visible(left), visible(right));
        if operation.by_name {
            let mut pairs = Vec::new();
            for own in &left {
                let other = right.iter().find(|other| other.name == own.name).cloned();
                pairs.push(Pair { name: own.clone(), left: Some(own.clone()), right: other });
            }
            for other in right.iter().filter(|other| left.iter().all(|own| own.name != other.name)) {
                pairs.push(Pair { name: other.clone(), left: None, right: Some(other.clone()) });
            }
            let lacking = pairs.iter().find(|pair| pair.left.is_none() || pair.right.is_none());
            if let (Some(pair), false) = (lacking, operation.allow_missing_columns) {
                let title = format!("only one input of the UNION BY NAME has column `{}`", pair.name.name.as_str());
                let diagnostic = Diagnostic::error(Condition::NUM_COLUMNS_MISMATCH, title);
                return self.refuse(diagnostic, origin, "");
            }
            return Some(pairs);
        }
        if left.len() != right.len() {
            let title = format!("the left input has {} columns and the right one {}", left.len(), right.len());
            return self.refuse(Diagnostic::error(Condition::NUM_COLUMNS_MISMATCH, title), origin, "");
        }
        let pairs = left.into_iter().zip(right);
        Some(pairs.map(|(own, other)| Pair { name: own.clone(), left: Some(own), right: Some(other) }).collect())
    }
}
