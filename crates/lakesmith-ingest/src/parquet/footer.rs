//! [`read_footer`]: what a Parquet file declares, checked against what the file can hold.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use object_store::ObjectStore;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::Type as PhysicalType;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::schema::types::SchemaDescriptor;

use crate::listing::FoundFile;
use crate::scan::reading::{ReadFault, read_range};

const MAGIC: &[u8] = b"PAR1";

/// Length of the footer's length and the magic number.
const TAIL: u64 = 8;

/// Most bytes of a footer.
const LARGEST_FOOTER: u64 = 64 << 20;

/// Most bytes that a column of a row group may declare for each byte it has in the file, once it declares more than
/// [`FREE_SIZE`].
const LARGEST_RATIO: i64 = 1_000;
const FREE_SIZE: i64 = 100 << 20;

/// Most rows that a file may declare for each of its bytes.
const ROWS_PER_BYTE: u64 = 1_000_000;

/// A checked footer. The schema has Spark's types where the file's own annotations mean them; what a writer stored beside
/// them as its Arrow schema is not looked at.
#[derive(Debug, Clone)]
pub(crate) struct Footer {
    pub(crate) reader: ArrowReaderMetadata,
    pub(crate) schema: SchemaRef,
}

/// Reads and checks the footer of a file.
pub(crate) async fn read_footer(store: Arc<dyn ObjectStore>, file: &FoundFile) -> Result<Footer, ReadFault> {
    let damaged = |reason: &str| Err(ReadFault::Damaged(reason.to_owned()));
    if file.size < TAIL + MAGIC.len() as u64 {
        // Read all the same, so that a file that vanished or changed is told from one that is damaged.
        read_range(store, file, 0..file.size).await?;
        return damaged("it is too short for a Parquet file");
    }
    let tail = read_range(Arc::clone(&store), file, file.size - TAIL..file.size).await?;
    let Some((length, magic)) = tail.split_first_chunk::<4>() else { return damaged("it has no end") };
    if magic != MAGIC {
        return damaged("it does not end as a Parquet file does");
    }
    let length = u64::from(u32::from_le_bytes(*length));
    if length > LARGEST_FOOTER || length > file.size - TAIL - MAGIC.len() as u64 {
        return damaged("its footer is declared larger than the file, or than 64 MiB");
    }
    let start = file.size - TAIL - length;
    let bytes = read_range(store, file, start..file.size - TAIL).await?;
    match catch_unwind(AssertUnwindSafe(|| decode(&bytes, start, file.size))) {
        Ok(Ok(footer)) => Ok(footer),
        Ok(Err(reason)) => Err(ReadFault::Damaged(reason)),
        Err(_) => damaged("its footer cannot be decoded"),
    }
}

fn decode(bytes: &[u8], footer_start: u64, size: u64) -> Result<Footer, String> {
    let unreadable = |error: parquet::errors::ParquetError| format!("its footer cannot be decoded: {error}");
    let metadata = Arc::new(ParquetMetaDataReader::decode_metadata(bytes).map_err(unreadable)?);
    check_sizes(&metadata, footer_start, size)?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let reader = ArrowReaderMetadata::try_new(Arc::clone(&metadata), options.clone()).map_err(unreadable)?;
    let schema = with_timestamps(reader.schema(), metadata.file_metadata().schema_descr());
    if schema == *reader.schema() {
        return Ok(Footer { schema, reader });
    }
    let reader = ArrowReaderMetadata::try_new(metadata, options.with_schema(Arc::clone(&schema)));
    Ok(Footer { reader: reader.map_err(unreadable)?, schema })
}

/// Holds the declared sizes against the file: a failed allocation would end the process.
fn check_sizes(metadata: &ParquetMetaData, footer_start: u64, size: u64) -> Result<(), String> {
    let mut rows = 0_u64;
    for group in metadata.row_groups() {
        let Ok(group_rows) = u64::try_from(group.num_rows()) else {
            return Err("a row group declares fewer than no rows".to_owned());
        };
        rows = rows.saturating_add(group_rows);
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or(i64::MAX).min(column.data_page_offset());
            let end = start.checked_add(column.compressed_size());
            let is_inside = start >= 0
                && column.compressed_size() >= 0
                && column.num_values() >= 0
                && end.is_some_and(|end| u64::try_from(end).is_ok_and(|end| end <= footer_start));
            if !is_inside {
                return Err(format!("column {} is declared to lie outside the file", column.column_path()));
            }
            let declared = column.uncompressed_size();
            if declared < 0 || declared > FREE_SIZE && declared / LARGEST_RATIO > column.compressed_size() {
                return Err(format!("column {} declares more than a thousand times its size", column.column_path()));
            }
        }
    }
    if rows > size.saturating_mul(ROWS_PER_BYTE) {
        return Err("it declares more rows than a file of its size can hold".to_owned());
    }
    Ok(())
}

/// The schema with INT96, which Spark once wrote for every timestamp, as TIMESTAMP.
fn with_timestamps(schema: &SchemaRef, columns: &SchemaDescriptor) -> SchemaRef {
    let mut leaf = 0;
    let fields: Vec<FieldRef> = schema.fields().iter().map(|field| field_of(field, columns, &mut leaf)).collect();
    Arc::new(Schema::new(fields))
}

fn field_of(field: &FieldRef, columns: &SchemaDescriptor, leaf: &mut usize) -> FieldRef {
    let data_type = match field.data_type() {
        DataType::Struct(fields) => {
            DataType::Struct(fields.iter().map(|field| field_of(field, columns, leaf)).collect())
        }
        DataType::List(element) => DataType::List(field_of(element, columns, leaf)),
        DataType::Map(entries, sorted) => DataType::Map(field_of(entries, columns, leaf), *sorted),
        plain => {
            let is_int96 =
                *leaf < columns.num_columns() && columns.column(*leaf).physical_type() == PhysicalType::INT96;
            *leaf += 1;
            if is_int96 { DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())) } else { plain.clone() }
        }
    };
    Arc::new(Field::new(field.name(), data_type, field.is_nullable()))
}
