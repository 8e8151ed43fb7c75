//! [`provider`]: files as a table that DataFusion scans.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Result, not_impl_err};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use lakesmith_engine::arrow_type;
use lakesmith_unresolved::{SparkType, StructField};

use crate::listing::FoundFile;
use crate::options::ReaderOptions;
use crate::scan::node::{FilesExec, FilesScan};

/// Name of the column of facts about the file a row comes from.
pub const METADATA_COLUMN: &str = "_metadata";

/// The column `_metadata`, as Spark has it. It is the last column of every [`provider`] and hidden from `*`.
pub fn metadata_field() -> StructField {
    let field = |name: &str, data_type| StructField { nullable: false, ..StructField::nullable(name, data_type) };
    let fields = vec![
        field("file_path", SparkType::STRING),
        field("file_name", SparkType::STRING),
        field("file_size", SparkType::Long),
        field("file_block_start", SparkType::Long),
        field("file_block_length", SparkType::Long),
        field("file_modification_time", SparkType::Timestamp),
    ];
    field(METADATA_COLUMN, SparkType::Struct(fields))
}

/// A table over files. Its columns are `columns`, nullable throughout, then [`metadata_field`].
///
/// A column with the name of the options' rescued-data column holds rescued data, one with the name of the corrupt-record
/// column holds malformed records; both only as STRING. Only columns that a query asks for are decoded. A file that has
/// vanished or changed since it was listed fails the scan with its name.
pub fn provider(files: Vec<FoundFile>, columns: Vec<StructField>, options: &ReaderOptions) -> Arc<dyn TableProvider> {
    let mut columns: Vec<StructField> = columns.iter().map(crate::options::nullable_field).collect();
    columns.push(metadata_field());
    let (schema, unmapped) = match arrow_type::to_arrow_schema(&columns) {
        Ok(schema) => (schema, None),
        Err(unmapped) => (Schema::empty(), Some(unmapped.0)),
    };
    Arc::new(FilesTable { files, schema: Arc::new(schema), options: options.clone(), unmapped })
}

#[derive(Debug)]
struct FilesTable {
    files: Vec<FoundFile>,
    schema: SchemaRef,
    options: ReaderOptions,
    /// The type that keeps the table from being scanned.
    unmapped: Option<String>,
}

#[async_trait]
impl TableProvider for FilesTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if let Some(unmapped) = &self.unmapped {
            return not_impl_err!("a column of type {unmapped}");
        }
        let partitions = state.config().target_partitions();
        let mut scan = FilesScan::new(self.files.clone(), &self.schema, &self.options, partitions);
        if let Some(projection) = projection {
            scan.projection.clone_from(projection);
        }
        scan.limit = limit;
        Ok(Arc::new(FilesExec::try_new(scan, Arc::clone(&self.schema))?))
    }
}

#[cfg(test)]
mod tests;
