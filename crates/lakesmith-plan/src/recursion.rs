//! Recursive queries: `WITH RECURSIVE t AS (first UNION ALL next)`, where `next` reads the rows that the step before gave.

use std::sync::Arc;

use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::common::tree_node::TreeNode;
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::prelude::Column;
use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_engine::recursion::{Limits, StepTable, name};
use lakesmith_engine::{ProvidedRelation, RelationSource};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::coercion::{common_type, with_nulls};
use lakesmith_functions::{Typed, guard};
use lakesmith_unresolved::expression::{Expression, ExpressionKind};
use lakesmith_unresolved::relation::{Cte, JoinKind, SetKind};
use lakesmith_unresolved::{Relation, RelationKind, StructField};

use crate::cte::{Meaning, NamedQuery};
use crate::project::{mentions_aggregate, typed};
use crate::resolver::{Planned, Resolver};
use crate::row_limit::RowLimit;
use crate::scope::{Reach, Scope, ScopeColumn};

/// The rows that a step of a recursive query reads.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The query's name in the plan.
    query: String,
    columns: Vec<StructField>,
}

impl Resolver<'_> {
    /// A query that names itself.
    pub(crate) fn recursion(&mut self, cte: &Cte, outer: &Scope<'_>) -> Option<Planned> {
        let depth = self.ctes.len();
        let around = std::mem::take(&mut self.row_limit);
        let mut limits = self.options.recursion;
        if let Some(steps) = cte.max_recursion {
            limits.steps = u64::try_from(steps).ok();
        }
        if around != RowLimit::Counts {
            limits.rows = None;
        }
        let planned = self.recursion_within(cte, &cte.query, limits, outer);
        self.row_limit = around;
        self.ctes.truncate(depth);
        planned
    }

    fn recursion_within(&mut self, cte: &Cte, query: &Relation, limits: Limits, outer: &Scope<'_>) -> Option<Planned> {
        let own = &cte.name.text;
        let operation = match query.kind.as_ref() {
            RelationKind::With { ctes, recursive, query } if !ctes.iter().any(|cte| cte.query.reads(own)) => {
                for inner in ctes {
                    let meaning = match *recursive && inner.names_itself() {
                        true => Meaning::Recursive(Box::new(inner.clone())),
                        false => Meaning::Query(Box::new(inner.clone())),
                    };
                    let visible = self.ctes.len();
                    self.ctes.push(NamedQuery { name: inner.name.text.clone(), meaning, visible });
                }
                return self.recursion_within(cte, query, limits, outer);
            }
            RelationKind::SetOperation(operation) if operation.kind == SetKind::Union => operation,
            _ => return self.no_recursion(&query.origin),
        };
        if operation.left.reads(own) {
            return self.no_recursion(&operation.left.origin);
        }
        if !operation.all {
            let title = "a recursive query joins its parts by UNION";
            let diagnostic = Diagnostic::error(Condition::UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE, title);
            return self.refuse(diagnostic.help("write UNION ALL"), &query.origin, "");
        }
        let first = self.relation(&operation.left, outer)?;
        let first = self.renamed(first, own, &cte.columns, &cte.name.origin)?;
        let label = format!("{}#{}", own.as_str(), self.number());
        let visible: Vec<ScopeColumn> = first.columns.iter().filter(|column| column.is_visible()).cloned().collect();
        let column = |column: &ScopeColumn| StructField {
            metadata: column.attribute.metadata.clone(),
            ..StructField::nullable(column.attribute.name.as_str(), with_nulls(&column.attribute.data_type))
        };
        let step = Step { query: name(&label, limits), columns: visible.iter().map(column).collect() };
        let values: Vec<Option<Typed>> = visible
            .iter()
            .zip(&step.columns)
            .map(|(column, wanted)| self.settle(cast(typed(column), &wanted.data_type, Mode::Ansi), &cte.name.origin))
            .collect();
        let values = values.into_iter().collect::<Option<Vec<_>>>()?;
        let beginning = self.numbered(first.plan, values, &step, &operation.left.origin)?;
        let visible = self.ctes.len();
        self.ctes.push(NamedQuery { name: own.clone(), meaning: Meaning::Step(step.clone()), visible });
        let next = self.relation(&operation.right, outer)?;
        let next = self.next_rows(next, &step, &operation.right.origin)?;
        if let Some(place) = misplaced(&operation.right, own) {
            let title = format!("`{}` names itself where rows of earlier steps would change", own.as_str());
            let diagnostic = Diagnostic::error(Condition::INVALID_RECURSIVE_REFERENCE_PLACE, title);
            return self.refuse(diagnostic, place, "");
        }
        let query = LogicalPlanBuilder::from(beginning).to_recursive_query(step.query.clone(), next, false);
        let plan = self.built(query, &query_origin(cte))?;
        self.columns_of_step(plan, own, &step, &query_origin(cte))
    }

    /// The rows of the step before.
    pub(crate) fn step(&mut self, name: &Identifier, step: &Step) -> Option<Planned> {
        let mut fields = Vec::new();
        for (at, column) in step.columns.iter().enumerate() {
            match to_arrow(&column.data_type) {
                Ok(arrow) => fields.push(Field::new(numbered(at), arrow, true)),
                Err(unmapped) => return self.not_built(&format!("a column of type {}", unmapped.0), &Origin::Unknown),
            }
        }
        let table = StepTable::new(step.query.clone(), Arc::new(Schema::new(fields)));
        let source = ProvidedRelation::new(step.columns.clone(), Arc::new(table));
        self.scan(&source as &dyn RelationSource, std::slice::from_ref(name), &Origin::Unknown)
    }

    /// The second query's rows in the types of the first.
    fn next_rows(&mut self, next: Planned, step: &Step, origin: &Origin) -> Option<LogicalPlan> {
        let visible: Vec<ScopeColumn> = next.columns.iter().filter(|column| column.is_visible()).cloned().collect();
        if visible.len() != step.columns.len() {
            let title = format!("the first query has {} columns, the second {}", step.columns.len(), visible.len());
            return self.refuse(Diagnostic::error(Condition::NUM_COLUMNS_MISMATCH, title), origin, "");
        }
        let mut values = Vec::new();
        for (column, wanted) in visible.iter().zip(&step.columns) {
            let own = &with_nulls(&column.attribute.data_type);
            let common = common_type(own, &wanted.data_type).map(|common| with_nulls(&common));
            if common.as_ref() != Some(&wanted.data_type) {
                let title = format!(
                    "column `{}` is {} in the first query and {own} in the second",
                    wanted.name.as_str(),
                    wanted.data_type
                );
                let diagnostic = Diagnostic::error(Condition::CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE, title)
                    .help(format!("cast it in the first query: `CAST(… AS {own})`"));
                return self.refuse(diagnostic, origin, "");
            }
            values.push(self.settle(cast(typed(column), &wanted.data_type, Mode::Ansi), origin)?);
        }
        self.numbered(next.plan, values, step, origin)
    }

    /// Values as columns that have numbers for names, which both queries and the step share.
    fn numbered(&mut self, plan: LogicalPlan, values: Vec<Typed>, step: &Step, origin: &Origin) -> Option<LogicalPlan> {
        let mut columns = Vec::new();
        for (at, (value, column)) in values.into_iter().zip(&step.columns).enumerate() {
            columns.push(self.settle(guard::fenced(value.expr, &column.data_type), origin)?.alias(numbered(at)));
        }
        self.built(LogicalPlanBuilder::from(plan).project(columns), origin)
    }

    fn columns_of_step(
        &mut self,
        plan: LogicalPlan,
        name: &Identifier,
        step: &Step,
        origin: &Origin,
    ) -> Option<Planned> {
        let (mut columns, mut projected) = (Vec::new(), Vec::new());
        for (at, field) in step.columns.iter().enumerate() {
            let expr = Expr::Column(Column::new_unqualified(numbered(at)));
            let value = Typed { expr, data_type: field.data_type.clone(), nullable: true };
            let mut attribute = self.attribute(field.name.clone(), &value);
            attribute.metadata.clone_from(&field.metadata);
            projected.push(value.expr.alias(attribute.internal()));
            columns.push(ScopeColumn { attribute, qualifier: vec![name.clone()], reach: Reach::Plain });
        }
        let plan = self.built(LogicalPlanBuilder::from(plan).project(projected), origin)?;
        Some(Planned { plan, columns })
    }

    fn no_recursion<T>(&mut self, origin: &Origin) -> Option<T> {
        let title = "a recursive query is a first query, UNION ALL, and one that goes on from it";
        self.refuse(Diagnostic::error(Condition::INVALID_RECURSIVE_CTE, title), origin, "")
    }
}

/// Whether a plan reads the rows of a step. The engine computes what is the same for all rows once, and not for each step.
pub(crate) fn reads_step(plan: &LogicalPlan) -> bool {
    let is_step = |node: &LogicalPlan| match node {
        LogicalPlan::TableScan(scan) => Ok(source_as_provider(&scan.source)?.downcast_ref::<StepTable>().is_some()),
        _ => Ok(false),
    };
    plan.exists(is_step).unwrap_or(true)
}

fn query_origin(cte: &Cte) -> Origin {
    cte.query.origin.clone()
}

/// The name of a column of a step.
fn numbered(at: usize) -> String {
    format!("column{at}")
}

/// A place at which a step would have to change rows of earlier steps: beneath an aggregation or a window, on the side of a
/// join that is filled with NULLs, also within a subquery.
fn misplaced<'r>(relation: &'r Relation, name: &Identifier) -> Option<&'r Origin> {
    let reads = |input: &Relation| input.reads(name);
    let is_misplaced = match relation.kind.as_ref() {
        RelationKind::Aggregate(aggregate) => reads(&aggregate.input),
        RelationKind::Sort { input, .. } => reads(input),
        RelationKind::Project { input, expressions } => {
            reads(input) && expressions.iter().any(|output| holds_window(output) || mentions_aggregate(output))
        }
        RelationKind::Join(join) => match join.kind {
            JoinKind::LeftOuter | JoinKind::LeftSemi | JoinKind::LeftAnti => reads(&join.right),
            JoinKind::RightOuter => reads(&join.left),
            JoinKind::FullOuter => reads(&join.left) || reads(&join.right),
            JoinKind::Inner | JoinKind::Cross => false,
        },
        _ => false,
    };
    if is_misplaced {
        return Some(&relation.origin);
    }
    let within = relation.expressions().into_iter().find_map(|expression| misplaced_within(expression, name));
    within.or_else(|| relation.inputs().into_iter().find_map(|input| misplaced(input, name)))
}

/// A misplaced name in a subquery of an expression.
fn misplaced_within<'r>(expression: &'r Expression, name: &Identifier) -> Option<&'r Origin> {
    let own = expression.query().and_then(|query| misplaced(query, name));
    own.or_else(|| expression.children().into_iter().find_map(|part| misplaced_within(part, name)))
}

fn holds_window(expression: &Expression) -> bool {
    matches!(expression.kind, ExpressionKind::Window { .. }) || expression.children().into_iter().any(holds_window)
}
