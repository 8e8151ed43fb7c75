//! The expectations inside the `details` of the event log's events, as lists. Queries of the event log make rows of them.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, Int64Builder, ListArray, NullBufferBuilder, StringBuilder, StructArray,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_datafusion_err};
use lakesmith_unresolved::{SparkType, StructField};
use lakesmith_value::{Dialect, JsonPath};
use serde_json::Value;

use crate::function::{Fault, Typed};
use crate::kernel::{self, Kernels};

/// The kernels.
pub(crate) const KERNELS: Kernels = &[("event_expectations", expectations_kernel)];

/// The fields of an expectation.
pub const FIELDS: [&str; 4] = ["dataset", "name", "passed_records", "failed_records"];

/// Where expectations stand in `details`.
const PATH: &str = "$.flow_progress.data_quality.expectations";

/// The fields with their types.
pub fn fields() -> Vec<StructField> {
    let types = [SparkType::STRING, SparkType::STRING, SparkType::Long, SparkType::Long];
    FIELDS.iter().zip(types).map(|(name, data_type)| StructField::nullable(*name, data_type)).collect()
}

/// The expectations of an event's details; NULL where there are none.
pub fn expectations(details: Typed) -> Result<Typed, Fault> {
    kernel::call("event_expectations", vec![details], SparkType::array(SparkType::Struct(fields())))
}

fn expectations_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
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
