//! [`AboveOuterJoins`] and [`WithoutMarks`]: fields of structs are not read beneath an outer join, nor where a join marks rows.
//!
//! DataFusion moves the reading of a field towards the scan, so that the scan reads no more than the field. On its way it takes in
//! what the struct is computed from, also where that is a CASE that asks whether an outer join found a row; computed beneath the
//! join, where every row is found, it answers otherwise. And it forgets whose the mark is of a join that says of each row whether the
//! other side has it, as IN does as a value.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{JoinType, Result};
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};

/// The name of the rule that moves them.
pub(crate) const MOVES_FIELDS: &str = "push_down_leaf_projections";

/// That rule, for plans without outer joins.
#[derive(Debug)]
pub(crate) struct AboveOuterJoins(pub(crate) Arc<dyn OptimizerRule + Send + Sync>);

impl OptimizerRule for AboveOuterJoins {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let is_above_outer_join =
            matches!(plan, LogicalPlan::Projection(_)) && plan.exists(|node| Ok(is_outer(node)))?;
        if is_above_outer_join { Ok(Transformed::no(plan)) } else { self.0.rewrite(plan, config) }
    }
}

/// The name of the rule that begins with fields in conditions and keys.
pub(crate) const TAKES_FIELDS: &str = "extract_leaf_expressions";

/// That rule, for plans without marks.
#[derive(Debug)]
pub(crate) struct WithoutMarks(pub(crate) Arc<dyn OptimizerRule + Send + Sync>);

impl OptimizerRule for WithoutMarks {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        if plan.exists(|node| Ok(marks(node)))? { Ok(Transformed::no(plan)) } else { self.0.rewrite(plan, config) }
    }
}

/// Whether a join says of each row whether it found another.
fn marks(node: &LogicalPlan) -> bool {
    let LogicalPlan::Join(join) = node else { return false };
    matches!(join.join_type, JoinType::LeftMark | JoinType::RightMark)
}

/// Whether a join gives rows for which it found no other.
fn is_outer(node: &LogicalPlan) -> bool {
    let LogicalPlan::Join(join) = node else { return false };
    !matches!(
        join.join_type,
        JoinType::Inner | JoinType::LeftSemi | JoinType::RightSemi | JoinType::LeftAnti | JoinType::RightAnti
    )
}
