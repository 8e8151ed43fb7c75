//! [`FinestFirst`]: ROLLUP, CUBE and GROUPING SETS group the rows once, by all keys, and make the coarser groups of these groups.
//!
//! DataFusion groups each row once for each set. Where one of the sets has all keys, its groups hold all that the others need:
//! they are taken as aggregates under way, [`ExpandExec`] gives them once for each set, and the final aggregate merges them.

mod expand;

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::Schema;
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode, PhysicalGroupBy};
use datafusion::physical_plan::{ExecutionPlan, PhysicalExpr};

pub(crate) use expand::ExpandCodec;
use expand::{ExpandExec, GroupingSet};

/// The rule.
#[derive(Debug)]
pub(crate) struct FinestFirst;

impl PhysicalOptimizerRule for FinestFirst {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let replace = |node: Arc<dyn ExecutionPlan>| {
            let Some(aggregate) = node.downcast_ref::<AggregateExec>() else { return Ok(Transformed::no(node)) };
            if !is_wanted(aggregate)? {
                return Ok(Transformed::no(node));
            }
            finest_first(aggregate).map(Transformed::yes)
        };
        plan.transform_up(replace).map(|plan| plan.data)
    }

    fn name(&self) -> &str {
        "finest_first"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether the finest groups are asked for anyway, and merging them gives what the rows themselves would.
fn is_wanted(aggregate: &AggregateExec) -> Result<bool> {
    let keys = aggregate.group_expr();
    let has_finest = keys.groups().iter().any(|set| set.iter().all(|is_null| !is_null));
    let is_first = *aggregate.mode() == AggregateMode::Partial;
    if !is_first || !keys.has_grouping_set() || keys.groups().len() < 2 || !has_finest {
        return Ok(false);
    }
    if aggregate.limit_options().is_some() {
        return Ok(false);
    }
    let rows = aggregate.input().schema();
    for call in aggregate.aggr_expr() {
        if call.is_distinct() || !is_free_of_order(call, &rows)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Aggregates of DataFusion's that do not say that the order of rows is all the same to them.
const FREE_OF_ORDER: [&str; 4] = ["bit_and", "bit_or", "bit_xor", "count"];

/// Whether rows in another order give the same value to the last digit.
fn is_free_of_order(call: &AggregateFunctionExpr, rows: &Schema) -> Result<bool> {
    let says_so = call.fun().order_sensitivity() == AggregateOrderSensitivity::Insensitive;
    if !call.order_bys().is_empty() || !(says_so || FREE_OF_ORDER.contains(&call.fun().name())) {
        return Ok(false);
    }
    for argument in call.expressions() {
        if argument.data_type(rows)?.is_floating() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Groups by all keys, and these groups once for each set, as the columns of the partial aggregate before.
fn finest_first(aggregate: &AggregateExec) -> Result<Arc<dyn ExecutionPlan>> {
    let keys = aggregate.group_expr();
    let finest = AggregateExec::try_new(
        AggregateMode::Partial,
        PhysicalGroupBy::new_single(keys.expr().to_vec()),
        aggregate.aggr_expr().to_vec(),
        aggregate.filter_expr().to_vec(),
        Arc::clone(aggregate.input()),
        aggregate.input_schema(),
    )?;
    let expanded = ExpandExec::new(Arc::new(finest), sets(keys.groups()), aggregate.schema());
    // the sets' groups of one partition are merged before they are dealt out by key
    let names = aggregate.schema();
    let all_keys = names.fields()[..=keys.expr().len()].iter().enumerate();
    let column = |(index, field): (usize, &Arc<datafusion::arrow::datatypes::Field>)| {
        (Arc::new(Column::new(field.name(), index)) as Arc<dyn PhysicalExpr>, field.name().clone())
    };
    let merged = AggregateExec::try_new(
        AggregateMode::PartialReduce,
        PhysicalGroupBy::new_single(all_keys.map(column).collect()),
        aggregate.aggr_expr().to_vec(),
        vec![None; aggregate.aggr_expr().len()],
        Arc::new(expanded),
        aggregate.input_schema(),
    )?;
    Ok(Arc::new(merged))
}

/// The sets with the numbers that DataFusion tells them apart by: a bit for each key, 1 where it is NULL for the set, and above
/// them how many equal sets come before.
fn sets(groups: &[Vec<bool>]) -> Vec<GroupingSet> {
    let mut before: HashMap<&[bool], u64> = HashMap::new();
    let numbered = groups.iter().map(|nulls| {
        let place = before.entry(nulls).or_default();
        let bits = nulls.iter().fold(0u64, |bits, is_null| (bits << 1) | u64::from(*is_null));
        let id = bits | place.checked_shl(u32::try_from(nulls.len()).unwrap_or(u32::MAX)).unwrap_or(0);
        *place += 1;
        GroupingSet { nulls: nulls.clone(), id }
    });
    numbered.collect()
}

#[cfg(test)]
mod tests;
