//! Joins on `<=>`, where NULL equals NULL, keep that to themselves: [`OwnNullKeys`] and [`OwnEquations`].
//!
//! DataFusion takes a chain of inner joins apart and joins their inputs anew, by keys that it also finds in the condition above them.
//! For all of the new joins NULL equals NULL as it does in the topmost one of the old, or does not: rows with NULL would be lost,
//! or found. So each join on `<=>` gets projections above and below it while the rule runs, at which a chain ends.
//!
//! Another rule makes keys of the equations in the condition of a join, also where the join has keys for which NULL equals NULL.
//! There equations stay in the condition.

use std::sync::Arc;

use datafusion::common::tree_node::Transformed;
use datafusion::common::{JoinType, NullEquality, Result};
use datafusion::logical_expr::{Expr, LogicalPlan, Projection};
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};

/// The name of the rule that takes joins apart.
pub(crate) const TAKES_JOINS_APART: &str = "eliminate_cross_join";

/// That rule, for chains of joins without `<=>`.
#[derive(Debug)]
pub(crate) struct OwnNullKeys(pub(crate) Arc<dyn OptimizerRule + Send + Sync>);

impl OptimizerRule for OwnNullKeys {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let parted = plan.transform_up_with_subqueries(apart)?;
        if !parted.transformed {
            return self.0.rewrite(parted.data, config);
        }
        let rewritten = self.0.rewrite(parted.data, config)?;
        let whole = rewritten.data.transform_up_with_subqueries(together)?;
        Ok(Transformed::new_transformed(whole.data, rewritten.transformed))
    }
}

/// The name of the rule that makes keys of equations.
pub(crate) const MAKES_KEYS: &str = "extract_equijoin_predicate";

/// That rule, for joins whose keys are not those of `<=>`.
#[derive(Debug)]
pub(crate) struct OwnEquations(pub(crate) Arc<dyn OptimizerRule + Send + Sync>);

impl OptimizerRule for OwnEquations {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        match &plan {
            LogicalPlan::Join(join) if join.null_equality == NullEquality::NullEqualsNull => Ok(Transformed::no(plan)),
            _ => self.0.rewrite(plan, config),
        }
    }
}

fn is_inner(plan: &LogicalPlan) -> bool {
    matches!(plan, LogicalPlan::Join(join) if join.join_type == JoinType::Inner)
}

/// A join on `<=>` between projections.
fn apart(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let LogicalPlan::Join(mut join) = plan else { return Ok(Transformed::no(plan)) };
    if join.join_type != JoinType::Inner || join.null_equality != NullEquality::NullEqualsNull {
        return Ok(Transformed::no(LogicalPlan::Join(join)));
    }
    for side in [&mut join.left, &mut join.right] {
        if is_inner(side) {
            *side = Arc::new(projected(Arc::clone(side))?);
        }
    }
    Ok(Transformed::yes(projected(Arc::new(LogicalPlan::Join(join)))?))
}

/// All columns of a plan.
fn projected(plan: Arc<LogicalPlan>) -> Result<LogicalPlan> {
    let columns = plan.schema().columns().into_iter().map(Expr::Column).collect();
    Ok(LogicalPlan::Projection(Projection::try_new(columns, plan)?))
}

/// The join beneath a projection that changes nothing.
fn together(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let LogicalPlan::Projection(projection) = &plan else { return Ok(Transformed::no(plan)) };
    let is_column = |expr: &Expr| matches!(expr, Expr::Column(_));
    let is_barrier = is_inner(&projection.input)
        && projection.expr.iter().all(is_column)
        && projection.schema == *projection.input.schema();
    Ok(match is_barrier {
        true => Transformed::yes(projection.input.as_ref().clone()),
        false => Transformed::no(plan),
    })
}
