//! [`DictionaryReaders`]: readers of Parquet that give text columns with their dictionaries.

use std::ops::Range;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::Result;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::ParquetFileReaderFactory;
use datafusion::parquet;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use futures::future::{BoxFuture, FutureExt};
use lakesmith_engine::dictionary::refers_to_dictionary;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::arrow::{ARROW_SCHEMA_META_KEY, encode_arrow_schema, parquet_to_arrow_schema};
use parquet::file::metadata::{FileMetaData, KeyValue, ParquetMetaData, ParquetMetaDataBuilder, RowGroupMetaData};

use super::expression::dictionary_type;

/// Readers as others make them, to which files seem to have been written with dictionaries of some columns.
#[derive(Debug)]
pub(super) struct DictionaryReaders {
    pub(super) inner: Arc<dyn ParquetFileReaderFactory>,
    pub(super) columns: Arc<[String]>,
}

impl ParquetFileReaderFactory for DictionaryReaders {
    fn create_reader(
        &self,
        partition: usize,
        file: PartitionedFile,
        metadata_size_hint: Option<usize>,
        metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Box<dyn AsyncFileReader + Send>> {
        let inner = self.inner.create_reader(partition, file, metadata_size_hint, metrics)?;
        Ok(Box::new(DictionaryReader { inner, columns: Arc::clone(&self.columns) }))
    }
}

struct DictionaryReader {
    inner: Box<dyn AsyncFileReader + Send>,
    columns: Arc<[String]>,
}

impl AsyncFileReader for DictionaryReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, parquet::errors::Result<bytes::Bytes>> {
        self.inner.get_bytes(range)
    }

    fn get_byte_ranges(
        &mut self,
        ranges: Vec<Range<u64>>,
    ) -> BoxFuture<'_, parquet::errors::Result<Vec<bytes::Bytes>>> {
        self.inner.get_byte_ranges(ranges)
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, parquet::errors::Result<Arc<ParquetMetaData>>> {
        let columns = Arc::clone(&self.columns);
        let metadata = self.inner.get_metadata(options);
        async move { with_dictionaries(metadata.await?, &columns) }.boxed()
    }
}

/// The footer, where it says that all pages of a column refer to its dictionary, with a hint that the column is read with it.
fn with_dictionaries(
    footer: Arc<ParquetMetaData>,
    columns: &[String],
) -> parquet::errors::Result<Arc<ParquetMetaData>> {
    let file = footer.file_metadata();
    let schema = parquet_to_arrow_schema(file.schema_descr(), file.key_value_metadata())?;
    let is_wanted = |field: &Field| {
        *field.data_type() == DataType::Utf8
            && columns.iter().any(|column| column == field.name())
            && footer.row_groups().iter().all(|group| has_dictionary(group, field.name()))
    };
    if !schema.fields().iter().any(|field| is_wanted(field)) {
        return Ok(footer);
    }
    let hinted = |field: &Arc<Field>| match is_wanted(field) {
        true => Arc::new(field.as_ref().clone().with_data_type(dictionary_type())),
        false => Arc::clone(field),
    };
    let fields: Vec<Arc<Field>> = schema.fields().iter().map(hinted).collect();
    let hint = encode_arrow_schema(&Schema::new_with_metadata(fields, schema.metadata().clone()));
    let mut pairs = file.key_value_metadata().cloned().unwrap_or_default();
    pairs.retain(|pair| pair.key != ARROW_SCHEMA_META_KEY);
    pairs.push(KeyValue::new(ARROW_SCHEMA_META_KEY.to_owned(), hint));
    let hinted = FileMetaData::new(
        file.version(),
        file.num_rows(),
        file.created_by().map(str::to_owned),
        Some(pairs),
        file.schema_descr_ptr(),
        file.column_orders().cloned(),
    );
    let hinted = ParquetMetaDataBuilder::new(hinted)
        .set_row_groups(footer.row_groups().to_vec())
        .set_column_index(footer.column_index().cloned())
        .set_offset_index(footer.offset_index().cloned());
    Ok(Arc::new(hinted.build()))
}

fn has_dictionary(row_group: &RowGroupMetaData, name: &str) -> bool {
    let chunk = row_group.columns().iter().find(|chunk| chunk.column_path().parts() == [name]);
    chunk.is_some_and(refers_to_dictionary)
}
