//! [`OncePerValue`]: functions of one text are computed once for each value of a column's dictionary, not once for each row.
//!
//! Texts that repeat stand once in a dictionary of a Parquet file, and the pages hold places in it. The rule has such columns read
//! with their dictionaries where an expression of the scan is a function of one of them alone, and moves such expressions from
//! the nodes above the scan into it. Where a file has no whole dictionary of a column, and where a plan runs in another process,
//! they are computed for each row.

mod adapter;
mod expression;
mod lower;
mod reader;
mod texts;

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::datasource::physical_plan::{FileScanConfig, FileScanConfigBuilder, FileSource, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;

use adapter::PerValueAdapters;
use reader::DictionaryReaders;
use texts::{calls_function, only_leaf};

/// The rule.
#[derive(Debug)]
pub struct OncePerValue;

impl PhysicalOptimizerRule for OncePerValue {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = plan.transform_up(lower::consumer)?.data;
        let plan = plan.transform_up(lower::filter)?.data;
        plan.transform_up(with_dictionaries).map(|plan| plan.data)
    }

    fn name(&self) -> &str {
        "once_per_value"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Has the columns of a scan read with their dictionaries of which it computes functions.
fn with_dictionaries(node: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let Some((config, source)) = parquet_scan(&node) else { return Ok(Transformed::no(node)) };
    let Some(inner) = source.parquet_file_reader_factory().cloned() else { return Ok(Transformed::no(node)) };
    let outputs: Arc<[Arc<dyn PhysicalExpr>]> = match source.projection() {
        Some(projection) => projection.expr_iter().collect(),
        None => Arc::default(),
    };
    let mut columns = Vec::new();
    for expr in &*outputs {
        gather_texts(expr, true, config, &mut columns)?;
    }
    if let Some(predicate) = source.filter().filter(|_| source.table_parquet_options().global.pushdown_filters) {
        gather_texts(&predicate, false, config, &mut columns)?;
    }
    if columns.is_empty() {
        return Ok(Transformed::no(node));
    }
    let readers = DictionaryReaders { inner, columns: columns.into() };
    let source = source.clone().with_parquet_file_reader_factory(Arc::new(readers));
    let config = FileScanConfigBuilder::from(config.clone())
        .with_source(Arc::new(source))
        .with_expr_adapter(Some(Arc::new(PerValueAdapters { outputs })))
        .build();
    Ok(Transformed::yes(DataSourceExec::from_data_source(config)))
}

/// A scan of Parquet files.
fn parquet_scan(node: &Arc<dyn ExecutionPlan>) -> Option<(&FileScanConfig, &ParquetSource)> {
    node.downcast_ref::<DataSourceExec>()?.downcast_to_file_source::<ParquetSource>()
}

/// The columns of files of which a part of the expression is a function.
fn gather_texts(
    expr: &Arc<dyn PhysicalExpr>,
    is_output: bool,
    config: &FileScanConfig,
    columns: &mut Vec<String>,
) -> Result<()> {
    let is_text = |node: &Arc<dyn PhysicalExpr>| {
        let column = node.downcast_ref::<Column>();
        let field = column.and_then(|column| config.file_schema().field_with_name(column.name()).ok());
        field.is_some_and(|field| *field.data_type() == DataType::Utf8)
    };
    let gather = |node: &Arc<dyn PhysicalExpr>| {
        let text = only_leaf(node, &is_text).filter(|_| is_output || calls_function(node));
        let Some(column) = text.as_ref().and_then(|text| text.downcast_ref::<Column>()) else {
            return Ok(TreeNodeRecursion::Continue);
        };
        if !columns.iter().any(|known| known == column.name()) {
            columns.push(column.name().to_owned());
        }
        Ok(TreeNodeRecursion::Jump)
    };
    expr.apply(gather).map(|_| ())
}
