//! [`SplitDistinct`]: DISTINCT aggregates of all rows, each argument by a plan of its own.
//!
//! DataFusion makes groups of the values where an aggregation has one DISTINCT argument and nothing else, and these groups are
//! found by all cores; otherwise it keeps a set for each argument and merges the sets on one core. Here an aggregation of all
//! rows becomes one for each argument, joined as rows of one. Each reads its own columns, so that columns are read once where the
//! rows lie in files of columns; other sources are left alone, because they would be read several times.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, Result};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

/// The rule.
#[derive(Debug)]
pub(crate) struct SplitDistinct;

impl OptimizerRule for SplitDistinct {
    fn name(&self) -> &str {
        "split_distinct"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Aggregate(aggregate) = &plan else { return Ok(Transformed::no(plan)) };
        let Some(parts) = parts(aggregate) else { return Ok(Transformed::no(plan)) };
        if parts.len() > 1 && !is_columnar(&aggregate.input)? {
            return Ok(Transformed::no(plan));
        }
        joined(aggregate, parts).map(Transformed::yes)
    }
}

/// Aggregates without their names, by their DISTINCT arguments, those without any first; nothing where they are as DataFusion
/// wants them already, or not all DISTINCT aggregates of all rows can be told apart.
fn parts(aggregate: &Aggregate) -> Option<Vec<Vec<Expr>>> {
    if !aggregate.group_expr.is_empty() {
        return None;
    }
    let mut parts: BTreeMap<Option<usize>, Vec<Expr>> = BTreeMap::new();
    let mut arguments: Vec<&[Expr]> = Vec::new();
    for expr in &aggregate.aggr_expr {
        let unnamed = unnamed(expr);
        let Expr::AggregateFunction(call) = unnamed else { return None };
        let key = call.params.distinct.then_some(call.params.args.as_slice());
        let number = key.map(|key| {
            arguments.iter().position(|known| *known == key).unwrap_or_else(|| {
                arguments.push(key);
                arguments.len() - 1
            })
        });
        let part = parts.entry(number).or_default();
        if !part.contains(unnamed) {
            part.push(unnamed.clone());
        }
    }
    let is_named = aggregate.aggr_expr.iter().any(|expr| matches!(expr, Expr::Alias(_)));
    let is_wanted = match arguments.len() {
        0 => false,
        1 => parts.len() > 1 || is_named,
        _ => true,
    };
    is_wanted.then(|| parts.into_values().collect())
}

fn unnamed(expr: &Expr) -> &Expr {
    match expr {
        Expr::Alias(alias) => &alias.expr,
        other => other,
    }
}

/// Whether the rows come from files of columns, and nothing but conditions and projections is between.
fn is_columnar(plan: &LogicalPlan) -> Result<bool> {
    let is_other = |node: &LogicalPlan| {
        Ok(match node {
            LogicalPlan::Projection(_) | LogicalPlan::Filter(_) => node.expressions().iter().any(Expr::is_volatile),
            LogicalPlan::SubqueryAlias(_) => false,
            // only such files say what is in them before they are read
            LogicalPlan::TableScan(scan) => {
                source_as_provider(&scan.source).map_or(true, |source| source.statistics().is_none())
            }
            _ => true,
        })
    };
    plan.exists(is_other).map(|is_other| !is_other)
}

/// One aggregation for each part, and their columns in the order and with the names before.
fn joined(aggregate: &Aggregate, parts: Vec<Vec<Expr>>) -> Result<LogicalPlan> {
    let mut plan: Option<LogicalPlanBuilder> = None;
    for part in parts {
        let alone = LogicalPlan::Aggregate(Aggregate::try_new(Arc::clone(&aggregate.input), Vec::new(), part)?);
        plan = Some(match plan {
            Some(before) => before.cross_join(alone)?,
            None => LogicalPlanBuilder::from(alone),
        });
    }
    let names = aggregate.schema.columns();
    let columns = aggregate.aggr_expr.iter().zip(names).map(|(expr, name)| {
        let column = Expr::Column(Column::from_name(unnamed(expr).schema_name().to_string()));
        if matches!(expr, Expr::Alias(_)) { column.alias(name.name) } else { column }
    });
    plan.map_or_else(|| Ok(LogicalPlan::Aggregate(aggregate.clone())), |plan| plan.project(columns)?.build())
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use datafusion::arrow::array::{Int64Array, RecordBatch, StringArray};
    use datafusion::arrow::datatypes::SchemaRef;
    use datafusion::arrow::util::pretty::pretty_format_batches;
    use datafusion::catalog::{MemTable, Session, TableProvider};
    use datafusion::common::Statistics;
    use datafusion::functions_aggregate::expr_fn::{count_distinct, sum};
    use datafusion::logical_expr::TableType;
    use datafusion::physical_plan::ExecutionPlan;
    use datafusion::prelude::{col, lit};

    use super::*;

    /// Rows that count as those of files of columns, or not.
    #[derive(Debug)]
    struct Rows {
        rows: MemTable,
        are_columnar: bool,
    }

    #[async_trait]
    impl TableProvider for Rows {
        fn schema(&self) -> SchemaRef {
            self.rows.schema()
        }

        fn table_type(&self) -> TableType {
            TableType::Base
        }

        fn statistics(&self) -> Option<Statistics> {
            self.are_columnar.then(|| Statistics::new_unknown(&self.schema()))
        }

        async fn scan(
            &self,
            state: &dyn Session,
            projection: Option<&Vec<usize>>,
            filters: &[Expr],
            limit: Option<usize>,
        ) -> Result<Arc<dyn ExecutionPlan>> {
            self.rows.scan(state, projection, filters, limit).await
        }
    }

    async fn answer(keys: Vec<Expr>, aggregates: Vec<Expr>, are_columnar: bool) -> (String, String) {
        let folder = tempfile::tempdir().unwrap();
        let session = crate::session::tests::small_runtime(folder.path()).session();
        let names = StringArray::from(vec![Some("a"), None, Some("b"), Some("a")]);
        let numbers = Int64Array::from(vec![1, 2, 3, 4]);
        let batch =
            RecordBatch::try_from_iter([("name", Arc::new(names) as _), ("number", Arc::new(numbers) as _)]).unwrap();
        let rows = MemTable::try_new(batch.schema(), vec![vec![batch]]).unwrap();
        let rows = session.read_table(Arc::new(Rows { rows, are_columnar })).unwrap();
        let frame = rows.filter(col("number").gt(lit(1))).unwrap().aggregate(keys, aggregates).unwrap();
        let plan = frame.clone().into_optimized_plan().unwrap().display_indent().to_string();
        (pretty_format_batches(&frame.collect().await.unwrap()).unwrap().to_string(), plan)
    }

    #[tokio::test]
    async fn several_distinct_arguments_get_plans_of_their_own_and_the_same_answer() {
        let aggregates = || {
            let [names, numbers] = [count_distinct(col("name")), count_distinct(col("number"))];
            vec![names.alias("n"), sum(col("number")).alias("s"), numbers.alias("m")]
        };
        let (split, plan) = answer(Vec::new(), aggregates(), true).await;
        assert_eq!(plan.matches("Cross Join").count(), 2, "{plan}");
        let (whole, plan) = answer(Vec::new(), aggregates(), false).await;
        assert!(!plan.contains("Cross Join"), "{plan}");
        assert_eq!(split, whole);
        assert!(split.contains("| 2 | 9 | 3 |"), "{split}");
    }

    #[tokio::test]
    async fn one_argument_is_counted_by_groups_of_its_values() {
        for are_columnar in [true, false] {
            let (one, plan) = answer(Vec::new(), vec![count_distinct(col("name")).alias("n")], are_columnar).await;
            assert!(one.contains("| 2 |"), "{one}");
            assert!(plan.contains("groupBy=[[") && !plan.contains("DISTINCT"), "{plan}");
        }
    }

    #[tokio::test]
    async fn groups_are_left_alone() {
        let two = || vec![count_distinct(col("name")), count_distinct(col("number"))];
        let (_, plan) = answer(vec![col("name")], two(), true).await;
        assert!(!plan.contains("Cross Join"), "{plan}");
    }
}
