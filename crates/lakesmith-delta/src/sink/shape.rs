//! [`Shape`]: which columns of a sink's input become which columns of the table.
//!
//! Columns are matched by name. Types are the resolver's concern; only names inside nested types and nullability may differ
//! here and are brought into the table's form.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{Fields, Schema, SchemaRef};
use datafusion::common::{Result, plan_err};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;

use super::spec::SinkSpec;

/// Where a sink finds its columns in its input.
#[derive(Debug)]
pub(crate) struct Shape {
    /// For each column of the table, its place in the input.
    columns: Vec<usize>,
    /// Place of the verdict.
    pub(crate) verdict: Option<usize>,
    /// Place of the name of the file that a row came from.
    pub(crate) source_file: Option<usize>,
}

impl Shape {
    pub(crate) fn new(spec: &SinkSpec, input: &Schema) -> Result<Self> {
        let find = |name: &str| match input.index_of(name) {
            Ok(index) => Ok(index),
            Err(_) => plan_err!("the input of {} has no column {name}", spec.node),
        };
        let source_file = spec.quarantine.as_ref().and_then(|quarantine| quarantine.source_file_column.as_deref());
        let columns = spec.schema.fields().iter().map(|field| find(field.name())).collect::<Result<_>>()?;
        let verdict = spec.verdict.as_deref().map(find).transpose()?;
        for column in &spec.partition_columns {
            spec.schema.index_of(column)?;
        }
        if spec.schema.fields().len() <= spec.partition_columns.len() {
            return plan_err!("all columns of {} are partition columns, so its files would have none", spec.node);
        }
        Ok(Self { columns, verdict, source_file: source_file.map(find).transpose()? })
    }

    /// The table's columns of a batch of the input.
    pub(crate) fn columns(&self, batch: &RecordBatch) -> Vec<ArrayRef> {
        self.columns.iter().map(|index| Arc::clone(batch.column(*index))).collect()
    }
}

/// The columns as a batch of the table; a NULL in a column that is NOT NULL is a [`DataError`].
pub(crate) fn stored(columns: Vec<ArrayRef>, schema: &SchemaRef, node: &str) -> Result<RecordBatch> {
    check_not_null(&columns, schema.fields(), "", node)?;
    in_form(columns, schema)
}

/// The columns as a batch of this schema, without any check of the values.
pub(crate) fn in_form(columns: Vec<ArrayRef>, schema: &SchemaRef) -> Result<RecordBatch> {
    let formed = columns.into_iter().zip(schema.fields()).map(|(column, field)| {
        let same = column.data_type() == field.data_type();
        if same { Ok(column) } else { Ok(cast(&column, field.data_type())?) }
    });
    Ok(RecordBatch::try_new(Arc::clone(schema), formed.collect::<Result<_>>()?)?)
}

fn check_not_null(columns: &[ArrayRef], fields: &Fields, above: &str, node: &str) -> Result<()> {
    for (column, field) in columns.iter().zip(fields) {
        let path = if above.is_empty() { field.name().clone() } else { format!("{above}.{}", field.name()) };
        if !field.is_nullable() && column.logical_null_count() > 0 {
            return Err(not_null_violated(&path, node).into_datafusion());
        }
        if let (arrow::datatypes::DataType::Struct(inner), Some(values)) = (field.data_type(), column.as_struct_opt()) {
            let without_outer_nulls = match values.nulls().filter(|nulls| nulls.null_count() > 0) {
                // a field of a NULL struct is not a NULL of its own
                Some(nulls) => {
                    let valid = arrow::array::BooleanArray::new(nulls.inner().clone(), None);
                    arrow::compute::filter(values, &valid)?
                }
                None => Arc::clone(column),
            };
            check_not_null(without_outer_nulls.as_struct().columns(), inner, &path, node)?;
        }
    }
    Ok(())
}

fn not_null_violated(column: &str, node: &str) -> DataError {
    let table = node.split_once(':').map_or(node, |(_, table)| table);
    DataError {
        condition: Condition::DELTA_NOT_NULL_CONSTRAINT_VIOLATED,
        message: format!("column `{column}` of `{table}` is NOT NULL, but a row has no value for it"),
    }
}
