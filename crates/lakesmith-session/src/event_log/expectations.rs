//! The expectations inside the events' `details`, as rows.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, Int64Builder, ListArray, NullBufferBuilder, StringBuilder, StructArray,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, UnnestOptions, internal_datafusion_err};
use datafusion::functions::core::expr_fn::get_field;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use datafusion::prelude::Column;
use lakesmith_functions::{Typed, kernel};
use lakesmith_unresolved::{SparkType, StructField};
use lakesmith_value::{Dialect, JsonPath};
use serde_json::Value;

/// The columns that expectations give.
pub(super) const COLUMNS: [&str; 4] = ["dataset", "name", "passed_records", "failed_records"];
/// Where expectations stand in `details`.
const PATH: &str = "$.flow_progress.data_quality.expectations";
/// The list of expectations inside the plan.
const LIST: &str = "expectations#";

/// The columns with their types.
pub(super) fn fields() -> Vec<StructField> {
    let types = [SparkType::STRING, SparkType::STRING, SparkType::Long, SparkType::Long];
    COLUMNS.iter().zip(types).map(|(name, data_type)| StructField::nullable(*name, data_type)).collect()
}

/// One row for each expectation of each event: the event's own columns, then those of the expectation.
pub(super) fn flatten(plan: LogicalPlanBuilder, own: Vec<Expr>, details: Expr) -> Result<LogicalPlanBuilder> {
    let list = SparkType::array(SparkType::Struct(fields()));
    let details = Typed::new(details, SparkType::STRING);
    let expectations = kernel::call("event_expectations", lists, vec![details], list)
        .map_err(|fault| internal_datafusion_err!("{}", fault.title))?;
    let column = |name: &str| Expr::Column(Column::new_unqualified(name));
    let names: Vec<String> = own.iter().map(|expr| expr.schema_name().to_string()).collect();
    let listed = plan.project(own.into_iter().chain([expectations.expr.alias(LIST)]))?;
    let options = UnnestOptions::new().with_preserve_nulls(false);
    let rows = listed.unnest_column_with_options(Column::new_unqualified(LIST), options)?;
    let kept = names.iter().map(|name| column(name));
    let taken = COLUMNS.iter().map(|name| get_field(column(LIST), *name).alias(*name));
    rows.project(kept.chain(taken).collect::<Vec<_>>())
}

/// The expectations of each event; NULL for an event without any.
fn lists(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let DataType::List(element) = to else { return Err(internal_datafusion_err!("a list of type {to}")) };
    let DataType::Struct(fields) = element.data_type() else {
        return Err(internal_datafusion_err!("expectations of type {to}"));
    };
    let path = JsonPath::parse(PATH);
    let (mut datasets, mut names) = (StringBuilder::new(), StringBuilder::new());
    let (mut passed, mut failed) = (Int64Builder::new(), Int64Builder::new());
    let details = kernel::texts(&arguments[0])?;
    let mut lengths = Vec::with_capacity(details.len());
    let mut valid = NullBufferBuilder::new(details.len());
    for text in &details {
        let found = path.as_ref().zip(text).and_then(|(path, text)| path.find(text, Dialect::Operator));
        let found = found.and_then(|found| serde_json::from_str::<Vec<Value>>(&found).ok()).unwrap_or_default();
        for expectation in &found {
            datasets.append_option(expectation.get("dataset").and_then(Value::as_str));
            names.append_option(expectation.get("name").and_then(Value::as_str));
            passed.append_option(expectation.get("passed_records").and_then(Value::as_i64));
            failed.append_option(expectation.get("failed_records").and_then(Value::as_i64));
        }
        lengths.push(found.len());
        valid.append(!found.is_empty());
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(datasets.finish()),
        Arc::new(names.finish()),
        Arc::new(passed.finish()),
        Arc::new(failed.finish()),
    ];
    let values = Arc::new(StructArray::try_new(fields.clone(), columns, None)?);
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, values, valid.finish())?))
}
