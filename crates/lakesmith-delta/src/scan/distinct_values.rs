//! [`distinct_values`]: about how many different values a column has, from a dictionary of one of its files.
//!
//! The log says nothing of it, yet it decides how large a grouped or joined table will be. Where all pages of a column refer to
//! its dictionary, the dictionary's head says how many values there are. One row group of the largest file is looked at, and only
//! for tables so large that it may matter, so that small reads cost nothing more.

use std::io::Cursor;
use std::sync::Arc;

use arrow::datatypes::Schema;
use bytes::Bytes;
use datafusion::catalog::Session;
use datafusion::common::Statistics;
use datafusion::common::stats::Precision;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::execution::object_store::ObjectStoreUrl;
use lakesmith_engine::dictionary::refers_to_dictionary;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

/// Rows of the smallest table of which it is asked; beneath, joins keep a whole side in memory anyway.
const MANY_ROWS: usize = 131_072;
/// Most columns that are looked at.
const MOST_COLUMNS: usize = 16;

/// Adds to `statistics`, whose columns begin with those of `schema`, what the dictionaries of the largest file say of the columns
/// at `indices`. What cannot be read is left unknown: the scan itself will tell.
pub(super) async fn add_distinct_values(
    statistics: &mut Statistics,
    schema: &Schema,
    indices: &[usize],
    files: &[PartitionedFile],
    state: &dyn Session,
) {
    let rows = statistics.num_rows.get_value().copied().unwrap_or_default();
    let columns: Vec<usize> = indices.iter().copied().filter(|index| *index < schema.fields().len()).collect();
    if rows < MANY_ROWS || columns.len() > MOST_COLUMNS {
        return;
    }
    let largest = files.iter().max_by_key(|file| file.object_meta.size);
    let store = state.runtime_env().object_store(ObjectStoreUrl::local_filesystem());
    let (Some(file), Ok(store)) = (largest, store) else { return };
    let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
    let footer = DFParquetMetadata::new(store.as_ref(), &file.object_meta).with_file_metadata_cache(Some(cache));
    let Ok(footer) = footer.fetch_metadata().await else { return };
    let Some(row_group) = footer.row_groups().iter().max_by_key(|row_group| row_group.num_rows()) else { return };
    for index in columns {
        let name = schema.field(index).name();
        if let Some(values) = distinct_values(store.as_ref(), &file.object_meta.location, row_group, name).await {
            statistics.column_statistics[index].distinct_count = Precision::Inexact(values.min(rows));
        }
    }
}

/// The number of values in a column's dictionary; nothing where a page does without it.
async fn distinct_values(
    store: &dyn ObjectStore,
    file: &Path,
    row_group: &RowGroupMetaData,
    name: &str,
) -> Option<usize> {
    let chunk = row_group.columns().iter().find(|chunk| chunk.column_path().parts() == [name])?;
    let start = u64::try_from(chunk.dictionary_page_offset()?).ok()?;
    let end = u64::try_from(chunk.data_page_offset()).ok()?;
    if start >= end || !refers_to_dictionary(chunk) {
        return None;
    }
    let bytes = store.get_range(file, start..end).await.ok()?;
    let rows = usize::try_from(row_group.num_rows()).ok()?;
    let mut pages = SerializedPageReader::new(Arc::new(Part { start, bytes }), chunk, rows, None).ok()?;
    match pages.get_next_page() {
        Ok(Some(Page::DictionaryPage { num_values, .. })) => usize::try_from(num_values).ok(),
        _ => None,
    }
}

/// A part of a file, read at its place in the whole.
struct Part {
    start: u64,
    bytes: Bytes,
}

impl Part {
    fn from(&self, place: u64) -> parquet::errors::Result<Bytes> {
        let at = place.checked_sub(self.start).and_then(|at| usize::try_from(at).ok());
        match at.filter(|at| *at <= self.bytes.len()) {
            Some(at) => Ok(self.bytes.slice(at..)),
            None => Err(parquet::errors::ParquetError::EOF("outside of the part".to_owned())),
        }
    }
}

impl Length for Part {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Part {
    type T = Cursor<Bytes>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(Cursor::new(self.from(start)?))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let rest = self.from(start)?;
        if length > rest.len() {
            return Err(parquet::errors::ParquetError::EOF("outside of the part".to_owned()));
        }
        Ok(rest.slice(..length))
    }
}
