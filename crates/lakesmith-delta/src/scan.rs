//! [`scan_provider`]: reads the rows of a list of data files, as a plain Parquet scan that any executor can run.
//!
//! The plan's leaf is DataFusion's own `DataSourceExec`, so it travels to other processes without a codec of ours, and filters,
//! limits and dynamic filters of joins reach it. Which files there are is decided before: the provider knows no log.

mod distinct_values;
mod row_filter;

use std::cmp::Reverse;
use std::sync::Arc;

use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::config::TableParquetOptions;
use datafusion::common::{ColumnStatistics, Result, ScalarValue, Statistics, internal_datafusion_err, project_schema};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use lakesmith_engine::arrow_type::to_arrow_schema;
use lakesmith_engine::{Actor, EngineError, ErrorKind};
use lakesmith_unresolved::StructField;
use object_store::path::Path;

use crate::action::DataFile;
use crate::partition::read_value;
use crate::path::FILE_SCHEME;
use crate::scan::distinct_values::add_distinct_values;
use crate::statistics::file_statistics;

/// The rows of `files` as a table of the columns of `schema`, in this order; `location` is the table's absolute folder.
///
/// A column that an older file does not have is NULL in its rows. Files are read through the store that the session has
/// registered for `file:///`.
pub fn scan_provider(
    schema: &[StructField],
    partition_columns: &[String],
    files: Vec<DataFile>,
    location: &str,
) -> Result<Arc<dyn TableProvider>, EngineError> {
    scan(schema, partition_columns, files, location, None)
}

/// A column that has one value for all rows of a file.
#[derive(Debug, Clone)]
pub struct FileColumn {
    /// The column, of a name that the table has not.
    pub field: StructField,
    /// The value for a file at its absolute path, of the Arrow type that the column's type maps to.
    pub value: fn(&DataFile, &str) -> ScalarValue,
}

/// [`scan_provider`] with a further column at the end.
pub fn scan_provider_with(
    schema: &[StructField],
    partition_columns: &[String],
    files: Vec<DataFile>,
    location: &str,
    column: FileColumn,
) -> Result<Arc<dyn TableProvider>, EngineError> {
    scan(schema, partition_columns, files, location, Some(column))
}

fn scan(
    schema: &[StructField],
    partition_columns: &[String],
    files: Vec<DataFile>,
    location: &str,
    column: Option<FileColumn>,
) -> Result<Arc<dyn TableProvider>, EngineError> {
    let fields: Vec<StructField> = schema.iter().chain(column.iter().map(|column| &column.field)).cloned().collect();
    let schema = to_arrow_schema(&fields).map_err(|error| {
        let message = format!("{error} among the types that can be read");
        EngineError::new(ErrorKind::Unsupported, "read table", message).with("path", location)
    })?;
    let columns = Columns::new(Arc::new(schema), partition_columns, column);
    let files = files.iter().map(|file| columns.file(file, location)).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(FileScan { columns, files }))
}

/// The table's columns, and where they come from.
#[derive(Debug)]
struct Columns {
    schema: SchemaRef,
    /// Columns that stand in the files.
    file_schema: SchemaRef,
    /// Columns whose values the log knows.
    partition: Vec<FieldRef>,
    /// The last of those, where it is no column of the table.
    of_file: Option<FileColumn>,
    /// For each column of `schema`, its place in `file_schema` followed by `partition`.
    places: Vec<usize>,
}

impl Columns {
    fn new(schema: SchemaRef, partition_columns: &[String], of_file: Option<FileColumn>) -> Self {
        let own = of_file.as_ref().map(|column| column.field.name.as_str().to_owned());
        let is_partition = |name: &str| partition_columns.iter().chain(&own).any(|column| column == name);
        let (partition, file): (Vec<FieldRef>, Vec<FieldRef>) =
            schema.fields().iter().cloned().partition(|field| is_partition(field.name()));
        let (mut next_file, mut next_partition) = (0, file.len());
        let place = |field: &FieldRef| {
            let next = if is_partition(field.name()) { &mut next_partition } else { &mut next_file };
            *next += 1;
            *next - 1
        };
        let places = schema.fields().iter().map(place).collect();
        Self { schema, file_schema: Arc::new(Schema::new(file)), partition, of_file, places }
    }

    /// The name of a column that stands in the files, by its place among all.
    fn stored(&self, place: usize) -> Option<&str> {
        self.file_schema.fields().get(place).map(|field| field.name().as_str())
    }

    fn file(&self, file: &DataFile, location: &str) -> Result<PartitionedFile, EngineError> {
        let path = file_location(&file.path, location)?;
        let mut values = Vec::with_capacity(self.partition.len());
        for field in &self.partition[..self.partition.len() - usize::from(self.of_file.is_some())] {
            let text = file.partition_values.iter().find(|(column, _)| column == field.name());
            let text = text.and_then(|(_, value)| value.as_deref());
            let value = read_value(text, field.data_type());
            values.push(value.map_err(|error| error.with("column", field.name()).with("path", &path))?);
        }
        let mut statistics = file_statistics(file.statistics.as_deref(), file.size, &self.file_schema, &values);
        if let Some(column) = &self.of_file {
            values.push((column.value)(file, &format!("/{path}")));
            statistics.column_statistics.push(ColumnStatistics::new_unknown());
        }
        let mut read = PartitionedFile::new(String::new(), u64::try_from(file.size).unwrap_or(0));
        read.object_meta.location = path;
        read.partition_values = values;
        // set directly: `with_statistics` would say that a NULL partition holds no NULLs
        read.statistics = Some(Arc::new(statistics));
        Ok(read)
    }
}

/// The location of a data file in a store that is rooted at `/`.
pub(crate) fn file_location(path: &str, folder: &str) -> Result<Path, EngineError> {
    let full = match path.strip_prefix(FILE_SCHEME) {
        Some(absolute) => format!("/{}", absolute.trim_start_matches('/')),
        None => format!("{}/{path}", folder.trim_end_matches('/')),
    };
    Path::parse(&full).map_err(|error| {
        EngineError::new(ErrorKind::Storage, "read table", "the log names a file that no store can hold")
            .for_actor(Actor::Target)
            .with("path", full)
            .caused_by(error)
    })
}

/// A table that consists of files.
#[derive(Debug)]
struct FileScan {
    columns: Columns,
    files: Vec<PartitionedFile>,
}

impl FileScan {
    fn source(&self, state: &dyn Session, filters: bool) -> Result<ParquetSource> {
        let table = TableSchema::builder(Arc::clone(&self.columns.file_schema))
            .with_table_partition_cols(self.columns.partition.clone())
            .build();
        let mut options =
            TableParquetOptions { global: state.config_options().execution.parquet.clone(), ..Default::default() };
        // Spark writes timestamps as INT96 by default; nanoseconds would not reach beyond the year 2262
        options.global.coerce_int96 = Some("us".into());
        options.global.pushdown_filters = filters;
        // a data file never changes, so its footer is read once, here or while the query is planned
        let store = state.runtime_env().object_store(ObjectStoreUrl::local_filesystem())?;
        let footers = state.runtime_env().cache_manager.get_file_metadata_cache();
        let reader = Arc::new(CachedParquetFileReaderFactory::new(store, footers));
        Ok(ParquetSource::new(table).with_table_parquet_options(options).with_parquet_file_reader_factory(reader))
    }

    fn merged_statistics(&self) -> Result<Statistics> {
        let mut fields: Vec<FieldRef> = self.columns.file_schema.fields().iter().cloned().collect();
        fields.extend(self.columns.partition.iter().cloned());
        let all = self.files.iter().filter_map(|file| file.statistics.as_deref());
        Statistics::try_merge_iter(all, &Schema::new(fields))
    }
}

/// Deals files out to at most `count` groups of about the same size in bytes.
fn balanced(files: &[PartitionedFile], count: usize) -> Vec<FileGroup> {
    let mut groups = vec![(0u64, Vec::new()); count.clamp(1, files.len().max(1))];
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|index| Reverse(files[*index].object_meta.size));
    for index in order {
        if let Some((bytes, group)) = groups.iter_mut().min_by_key(|(bytes, group)| (*bytes, group.len())) {
            *bytes += files[index].object_meta.size;
            group.push(index);
        }
    }
    let in_order = |mut group: Vec<usize>| {
        group.sort_unstable();
        FileGroup::new(group.into_iter().map(|index| files[index].clone()).collect())
    };
    groups.into_iter().map(|(_, group)| in_order(group)).collect()
}

#[async_trait]
impl TableProvider for FileScan {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.columns.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        // the filter node stays in the plan until the physical optimizer has moved it into the scan
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    fn statistics(&self) -> Option<Statistics> {
        // the provider's order of columns, not the files'
        self.merged_statistics().ok().map(|merged| merged.project(Some(&self.columns.places)))
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if self.files.is_empty() {
            return Ok(Arc::new(EmptyExec::new(project_schema(&self.columns.schema, projection)?)));
        }
        let place = |index: &usize| {
            let missing = || internal_datafusion_err!("a scan asks for column {index}, which the table does not have");
            self.columns.places.get(*index).copied().ok_or_else(missing)
        };
        let indices = match projection {
            Some(projection) => projection.iter().map(place).collect::<Result<Vec<_>>>()?,
            None => self.columns.places.clone(),
        };
        let mut statistics = self.merged_statistics()?;
        // a few rows are asked for where there is a limit
        if limit.is_none() {
            add_distinct_values(&mut statistics, &self.columns.file_schema, &indices, &self.files, state).await;
        }
        let outputs = indices.iter().filter_map(|index| self.columns.stored(*index));
        let filters =
            filters.is_empty() || row_filter::pays_off(filters, outputs, &self.columns.file_schema, &statistics);
        let config =
            FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(self.source(state, filters)?))
                .with_file_groups(balanced(&self.files, state.config().target_partitions()))
                .with_statistics(statistics)
                .with_limit(limit)
                .with_projection_indices(Some(indices))?
                .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

#[cfg(test)]
mod tests;
