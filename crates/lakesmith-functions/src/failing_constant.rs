//! [`failing_constant`]: the error of a constant in a plan, where a row would have to compute it.
//!
//! Spark computes constants before it reads a row, so one that fails is an error even where there is none. By then it has
//! left out what nothing above asks for, so a constant that only such a column holds is never computed.

use std::collections::HashSet;

use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};

use crate::guard::failing_part;

/// Names of the columns that are asked of a plan; `None` where it is all of them.
type Asked = Option<HashSet<String>>;

/// The error of the first constant that fails.
pub fn failing_constant(plan: &LogicalPlan) -> Option<DataFusionError> {
    below(plan, &None)
}

fn below(plan: &LogicalPlan, asked: &Asked) -> Option<DataFusionError> {
    let is_asked = |expr: &&Expr| asked.as_ref().is_none_or(|asked| asked.contains(&expr.schema_name().to_string()));
    match plan {
        LogicalPlan::TableScan(_) => None,
        LogicalPlan::Projection(projection) => {
            let kept: Vec<&Expr> = projection.expr.iter().filter(is_asked).collect();
            kept.iter().find_map(|expr| failing_part(expr)).or_else(|| below(&projection.input, &columns(&kept, &None)))
        }
        LogicalPlan::Aggregate(aggregate) => {
            let kept: Vec<&Expr> = aggregate.aggr_expr.iter().filter(is_asked).collect();
            let keys = aggregate.group_expr.iter();
            // a constant is no key to Spark
            let keys: Vec<&Expr> = keys.filter(|key| is_asked(key) || key.any_column_refs()).collect();
            let all: Vec<&Expr> = kept.into_iter().chain(keys).collect();
            all.iter().find_map(|expr| failing_part(expr)).or_else(|| below(&aggregate.input, &columns(&all, &None)))
        }
        LogicalPlan::SubqueryAlias(alias) => below(&alias.input, asked),
        LogicalPlan::Limit(limit) => below(&limit.input, asked),
        LogicalPlan::Filter(_) | LogicalPlan::Sort(_) | LogicalPlan::Join(_) => {
            let own = plan.expressions();
            let all: Vec<&Expr> = own.iter().collect();
            let asked = asked.as_ref().and_then(|asked| columns(&all, &Some(asked.clone())));
            let failing = all.iter().find_map(|expr| failing_part(expr));
            failing.or_else(|| plan.inputs().into_iter().find_map(|input| below(input, &asked)))
        }
        other => {
            let failing = other.expressions().iter().find_map(failing_part);
            failing.or_else(|| other.inputs().into_iter().find_map(|input| below(input, &None)))
        }
    }
}

/// The columns that expressions mention, with those that are asked for already. All of them, where a subquery may mention any.
fn columns(exprs: &[&Expr], asked: &Asked) -> Asked {
    let mut names = asked.clone().unwrap_or_default();
    let mut is_open = false;
    for expr in exprs {
        // the closure never fails
        let _ = expr.apply(|node| {
            match node {
                Expr::Column(column) => _ = names.insert(column.name.clone()),
                Expr::ScalarSubquery(_) | Expr::Exists(_) | Expr::InSubquery(_) | Expr::OuterReferenceColumn(..) => {
                    is_open = true;
                }
                _ => {}
            }
            Ok(TreeNodeRecursion::Continue)
        });
    }
    if is_open { None } else { Some(names) }
}
