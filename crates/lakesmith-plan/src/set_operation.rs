//! UNION, INTERSECT, EXCEPT: columns meet by position or by name, in their common types.

use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit};
use datafusion::prelude::Column;
use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::coercion::common_type;
use lakesmith_functions::{Typed, guard, kernel, normal};
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::relation::{SetKind, SetOperation};

use crate::attribute::Attribute;
use crate::resolver::{Planned, Resolver};
use crate::scope::{Reach, Scope, ScopeColumn};
use crate::subquery::outer::is_correlated;

/// A column of the result and where each side has it; `None` is NULL.
struct Pair {
    name: Attribute,
    qualifier: Vec<Identifier>,
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
        let is_correlated = is_correlated(&left.plan) || is_correlated(&right.plan);
        let compares = operation.kind != SetKind::Union || !operation.all;
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
                let value = cast(value, &data_type, Mode::Ansi)?;
                if compares { normal::normal(value) } else { Ok(value) }
            };
            let (left, right) = (side(&pair.left), side(&pair.right));
            let (left, right) = (self.settle(left, origin)?, self.settle(right, origin)?);
            let nullable = match operation.kind {
                SetKind::Union => left.nullable || right.nullable,
                SetKind::Intersect => left.nullable && right.nullable,
                SetKind::Except => left.nullable,
            };
            let root = pair.left.as_ref().map(|left| left.root);
            let mut attribute = self.attribute(pair.name.name, &left.clone().with_nullable(nullable));
            attribute.root = root.unwrap_or(attribute.root);
            self.keep_common(pair.left.as_ref(), pair.right.as_ref(), &attribute);
            // read back, a plan agrees with itself where both inputs count as NULL at times
            let differs = is_correlated && left.nullable != right.nullable;
            let fenced = [left, right].map(|side| match differs && !side.nullable {
                true => kernel::fence(side).map(|side| side.expr),
                false => guard::fenced(side.expr, &data_type),
            });
            let [left, right] = fenced;
            lefts.push(self.settle(left, origin)?.alias(attribute.internal()));
            rights.push(self.settle(right, origin)?.alias(attribute.internal()));
            columns.push(ScopeColumn { attribute, qualifier: pair.qualifier, reach: Reach::Plain });
        }
        let left = self.built(left.builder().project(lefts), origin)?;
        let right = self.built(right.builder().project(rights), origin)?;
        if compares {
            self.comparable(&columns, &format!("{:?}", operation.kind).to_uppercase(), origin)?;
        }
        let plan = self.combine(left, right, operation, &columns, origin)?;
        Some(Planned { plan, columns })
    }

    /// Notes a map where rows are compared.
    pub(crate) fn comparable(&mut self, columns: &[ScopeColumn], what: &str, origin: &Origin) -> Option<()> {
        let is_map = |column: &&ScopeColumn| matches!(column.attribute.data_type, SparkType::Map { .. });
        match columns.iter().filter(|column| column.is_visible()).find(is_map) {
            None => Some(()),
            Some(column) => {
                let title = format!("{what} compares rows, and column `{}` is a map", column.attribute.name.as_str());
                let condition = Condition::UNSUPPORTED_FEATURE_SET_OPERATION_ON_MAP_TYPE;
                self.refuse(Diagnostic::error(condition, title), origin, "")
            }
        }
    }

    fn combine(
        &mut self,
        left: LogicalPlan,
        right: LogicalPlan,
        operation: &SetOperation,
        columns: &[ScopeColumn],
        origin: &Origin,
    ) -> Option<LogicalPlan> {
        if operation.kind == SetKind::Union {
            let left = LogicalPlanBuilder::from(left);
            return match operation.all {
                true => self.built(left.union(right), origin),
                false => self.built(left.union_distinct(right), origin),
            };
        }
        // equal rows of both sides make a group that knows how many each side has
        let [lefts, rights] = ["left", "right"].map(|side| format!("{side}#{}", self.number()));
        let own: Vec<Expr> = columns.iter().map(|column| column.attribute.column()).collect();
        let counted = |plan: LogicalPlan, is_left: bool| {
            let [of_left, of_right] = if is_left { [1i64, 0] } else { [0, 1] };
            let marks = [lit(of_left).alias(&lefts), lit(of_right).alias(&rights)];
            LogicalPlanBuilder::from(plan).project(own.iter().cloned().chain(marks))
        };
        let left = self.built(counted(left, true), origin)?;
        let right = self.built(counted(right, false), origin)?;
        let [of_left, of_right] = [&lefts, &rights].map(|name| Expr::Column(Column::new_unqualified(name)));
        let sums = [sum(of_left.clone()).alias(&lefts), sum(of_right.clone()).alias(&rights)];
        let groups = LogicalPlanBuilder::from(left).union(right).and_then(|both| both.aggregate(own.clone(), sums));
        let groups = self.built(groups, origin)?;
        let kept = match (operation.kind, operation.all) {
            (SetKind::Except, true) => of_left.clone().gt(of_right.clone()),
            (SetKind::Except, false) => of_left.clone().gt(lit(0i64)).and(of_right.clone().eq(lit(0i64))),
            _ => of_left.clone().gt(lit(0i64)).and(of_right.clone().gt(lit(0i64))),
        };
        let groups = self.built(LogicalPlanBuilder::from(groups).filter(kept), origin)?;
        if !operation.all {
            return self.built(LogicalPlanBuilder::from(groups).project(own), origin);
        }
        let times = match operation.kind {
            SetKind::Except => of_left - of_right,
            _ => Expr::Case(Case::new(
                None,
                vec![(Box::new(of_left.clone().lt(of_right.clone())), Box::new(of_left))],
                Some(Box::new(of_right)),
            )),
        };
        let beneath = self.without_keys(&groups, columns, origin)?;
        self.repeated(groups, [beneath, own], Typed::new(times, SparkType::Long).with_nullable(false), origin)
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
        // the result's columns are those of the left input, by their tables too
        let tables = left.columns.iter().filter(|column| column.is_visible()).map(|column| column.qualifier.clone());
        let tables: Vec<Vec<Identifier>> = tables.collect();
        let (left, right) = (visible(left), visible(right));
        if operation.by_name {
            let mut pairs = Vec::new();
            for (own, qualifier) in left.iter().zip(tables) {
                let other = right.iter().find(|other| other.name == own.name).cloned();
                pairs.push(Pair { name: own.clone(), qualifier, left: Some(own.clone()), right: other });
            }
            for other in right.iter().filter(|other| left.iter().all(|own| own.name != other.name)) {
                let (name, right) = (other.clone(), Some(other.clone()));
                pairs.push(Pair { name, qualifier: Vec::new(), left: None, right });
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
        let pairs = left.into_iter().zip(right).zip(tables);
        let pair = |((own, other), qualifier): ((Attribute, Attribute), Vec<Identifier>)| Pair {
            name: own.clone(),
            qualifier,
            left: Some(own),
            right: Some(other),
        };
        Some(pairs.map(pair).collect())
    }
}
