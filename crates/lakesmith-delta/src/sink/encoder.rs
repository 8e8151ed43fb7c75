//! [`FileEncoder`]: rows to the bytes of a Parquet file.
//!
//! The bounds of texts are kept here and put into the footer: `parquet` compares every value with both of them byte by byte,
//! which costs more than its hash table, while nearly all values differ within their first bytes.

use std::mem;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Type as PhysicalType, ZstdLevel};
use parquet::errors::Result;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;

use super::text_bounds::TextBounds;

/// A row group ends at this size even before its usual million rows, so that wide rows do not need memory without bound.
const ROW_GROUP_BYTES: usize = 64 << 20;

/// Rows of a row group.
const ROW_GROUP_ROWS: usize = 1 << 20;

/// Encodes the rows of one file.
pub(crate) struct FileEncoder {
    schema: SchemaRef,
    file: SerializedFileWriter<Vec<u8>>,
    factory: ArrowRowGroupWriterFactory,
    group: Option<RowGroup>,
    groups: usize,
}

/// The row group that is being filled.
struct RowGroup {
    columns: Vec<Column>,
    rows: usize,
}

/// One column of the table.
struct Column {
    /// One for each of its leaves.
    writers: Vec<ArrowColumnWriter>,
    /// Of a column of texts.
    bounds: Option<TextBounds>,
}

impl FileEncoder {
    pub(crate) fn new(schema: SchemaRef) -> Result<Self> {
        let parquet_schema = ArrowSchemaConverter::new().convert(&schema)?;
        let properties = Arc::new(properties(&schema)?);
        let file = SerializedFileWriter::new(Vec::new(), parquet_schema.root_schema_ptr(), properties)?;
        let factory = ArrowRowGroupWriterFactory::new(&file, Arc::clone(&schema));
        Ok(Self { schema, file, factory, group: None, groups: 0 })
    }

    /// Encodes rows. Says whether a row group has ended, and so whether there are bytes to take.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<bool> {
        let mut has_ended = false;
        let mut start = 0;
        while start < batch.num_rows() {
            let group = match &mut self.group {
                Some(group) => group,
                none => none.insert(RowGroup::begin(&self.schema, &self.factory, self.groups)?),
            };
            let count = (batch.num_rows() - start).min(ROW_GROUP_ROWS - group.rows);
            group.write(&self.schema, &batch.slice(start, count))?;
            start += count;
            if group.rows >= ROW_GROUP_ROWS || group.size() >= ROW_GROUP_BYTES {
                self.end_group()?;
                has_ended = true;
            }
        }
        Ok(has_ended)
    }

    /// Ends the row group.
    pub(crate) fn end_group(&mut self) -> Result<()> {
        let Some(group) = self.group.take() else { return Ok(()) };
        let mut writer = self.file.next_row_group()?;
        for column in group.columns {
            let mut bounds = column.bounds;
            for leaf in column.writers {
                let mut chunk = leaf.close()?;
                if let Some(bounds) = bounds.take() {
                    let close = chunk.close_mut();
                    close.metadata =
                        close.metadata.clone().into_builder().set_statistics(bounds.into_statistics()).build()?;
                }
                chunk.append_to_row_group(&mut writer)?;
            }
        }
        writer.close()?;
        self.groups += 1;
        Ok(())
    }

    /// Ends the file. The last of its bytes are still to be taken.
    pub(crate) fn finish(&mut self) -> Result<ParquetMetaData> {
        self.end_group()?;
        self.file.finish()
    }

    /// The bytes that are complete and have not been taken yet.
    pub(crate) fn take_bytes(&mut self) -> Bytes {
        Bytes::from(mem::take(self.file.inner_mut()))
    }

    /// Bytes of the row groups that have ended.
    pub(crate) fn bytes_written(&self) -> usize {
        self.file.bytes_written()
    }

    /// About how many bytes the open row group will have.
    pub(crate) fn open_size(&self) -> usize {
        self.group.as_ref().map_or(0, RowGroup::size)
    }

    /// Bytes of memory that the open row group holds.
    pub(crate) fn memory(&self) -> usize {
        let writers = self.group.iter().flat_map(|group| &group.columns).flat_map(|column| &column.writers);
        writers.map(ArrowColumnWriter::memory_size).sum()
    }
}

impl RowGroup {
    fn begin(schema: &Schema, factory: &ArrowRowGroupWriterFactory, number: usize) -> Result<Self> {
        let mut writers = factory.create_column_writers(number)?.into_iter();
        let columns = schema.fields().iter().map(|field| Column {
            writers: writers.by_ref().take(leaves(field.data_type())).collect(),
            bounds: has_own_bounds(field.data_type()).then(TextBounds::default),
        });
        Ok(Self { columns: columns.collect(), rows: 0 })
    }

    fn write(&mut self, schema: &Schema, batch: &RecordBatch) -> Result<()> {
        for ((field, array), column) in schema.fields().iter().zip(batch.columns()).zip(&mut self.columns) {
            if let Some(bounds) = &mut column.bounds {
                bounds.watch(array.as_string::<i32>());
            }
            for (leaf, writer) in compute_leaves(field, array)?.iter().zip(&mut column.writers) {
                writer.write(leaf)?;
            }
        }
        self.rows += batch.num_rows();
        Ok(())
    }

    fn size(&self) -> usize {
        self.columns.iter().flat_map(|column| &column.writers).map(ArrowColumnWriter::get_estimated_total_bytes).sum()
    }
}

/// How many leaf columns a type has in Parquet.
pub(crate) fn leaves(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| leaves(field.data_type())).sum(),
        DataType::List(child) | DataType::Map(child, _) => leaves(child.data_type()),
        _ => 1,
    }
}

/// Texts inside of structs, lists and maps have the bounds that `parquet` finds.
fn has_own_bounds(data_type: &DataType) -> bool {
    *data_type == DataType::Utf8
}

fn properties(schema: &Schema) -> Result<WriterProperties> {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_enabled(true)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by(concat!("Lakesmith version ", env!("CARGO_PKG_VERSION")).to_owned());
    let converted = ArrowSchemaConverter::new().convert(schema)?;
    let mut columns = converted.columns().iter();
    for field in schema.fields() {
        for column in columns.by_ref().take(leaves(field.data_type())) {
            let is_float = matches!(column.physical_type(), PhysicalType::FLOAT | PhysicalType::DOUBLE);
            // the bounds of floats would pass over NaN, see `column_statistics`
            if is_float || has_own_bounds(field.data_type()) {
                builder = builder.set_column_statistics_enabled(column.path().clone(), EnabledStatistics::None);
            }
        }
    }
    Ok(builder.build())
}
