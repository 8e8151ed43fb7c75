//! [`FileEncoder`]: rows to the bytes of a Parquet file.
//!
//! Columns of texts are encoded here, see [`TextColumn`]; all others, and texts inside of structs, lists and maps, by `parquet`.

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
use parquet::schema::types::ColumnDescPtr;

use super::text_column::TextColumn;

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
enum Column {
    Texts(Box<TextColumn>),
    /// One writer for each of its leaves.
    Other(Vec<ArrowColumnWriter>),
}

impl Column {
    fn size(&self) -> usize {
        match self {
            Self::Texts(column) => column.size(),
            Self::Other(writers) => writers.iter().map(ArrowColumnWriter::get_estimated_total_bytes).sum(),
        }
    }

    fn memory(&self) -> usize {
        match self {
            Self::Texts(column) => column.memory(),
            Self::Other(writers) => writers.iter().map(ArrowColumnWriter::memory_size).sum(),
        }
    }
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
                none => {
                    let descriptions = self.file.schema_descr().columns();
                    none.insert(RowGroup::begin(&self.schema, descriptions, &self.factory, self.groups)?)
                }
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
            match column {
                Column::Texts(column) => {
                    let (bytes, close) = column.close()?;
                    writer.append_column(&bytes, close)?;
                }
                Column::Other(leaves) => {
                    for leaf in leaves {
                        leaf.close()?.append_to_row_group(&mut writer)?;
                    }
                }
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
        self.group.iter().flat_map(|group| &group.columns).map(Column::memory).sum()
    }
}

impl RowGroup {
    fn begin(
        schema: &Schema,
        descriptions: &[ColumnDescPtr],
        factory: &ArrowRowGroupWriterFactory,
        number: usize,
    ) -> Result<Self> {
        let mut writers = factory.create_column_writers(number)?.into_iter().zip(descriptions);
        let mut columns = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let mut leaves = writers.by_ref().take(leaves(field.data_type())).peekable();
            columns.push(match (field.data_type(), leaves.peek()) {
                (DataType::Utf8, Some((_, description))) => {
                    Column::Texts(Box::new(TextColumn::new(Arc::clone(description))?))
                }
                _ => Column::Other(leaves.map(|(writer, _)| writer).collect()),
            });
        }
        Ok(Self { columns, rows: 0 })
    }

    fn write(&mut self, schema: &Schema, batch: &RecordBatch) -> Result<()> {
        for ((field, array), column) in schema.fields().iter().zip(batch.columns()).zip(&mut self.columns) {
            match column {
                Column::Texts(column) => column.write(array.as_string::<i32>())?,
                Column::Other(writers) => {
                    for (leaf, writer) in compute_leaves(field, array)?.iter().zip(writers) {
                        writer.write(leaf)?;
                    }
                }
            }
        }
        self.rows += batch.num_rows();
        Ok(())
    }

    fn size(&self) -> usize {
        self.columns.iter().map(Column::size).sum()
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

fn properties(schema: &Schema) -> Result<WriterProperties> {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_enabled(true)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by(concat!("Lakesmith version ", env!("CARGO_PKG_VERSION")).to_owned());
    for column in ArrowSchemaConverter::new().convert(schema)?.columns() {
        if matches!(column.physical_type(), PhysicalType::FLOAT | PhysicalType::DOUBLE) {
            // their bounds would pass over NaN, see `column_statistics`
            builder = builder.set_column_statistics_enabled(column.path().clone(), EnabledStatistics::None);
        }
    }
    Ok(builder.build())
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, ArrayRef, Int64Array, ListArray, StringArray, StructArray};
    use arrow::compute::concat_batches;
    use arrow::datatypes::Field;
    use parquet::arrow::arrow_reader::{
        ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
    };
    use parquet::basic::Encoding;
    use parquet::file::metadata::PageIndexPolicy;

    use super::*;

    fn encoded(batches: &[RecordBatch]) -> (Bytes, ParquetMetaData) {
        let mut encoder = FileEncoder::new(batches[0].schema()).unwrap();
        let mut bytes = Vec::new();
        for batch in batches {
            if encoder.write(batch).unwrap() {
                bytes.extend_from_slice(&encoder.take_bytes());
            }
        }
        let metadata = encoder.finish().unwrap();
        bytes.extend_from_slice(&encoder.take_bytes());
        assert_eq!(bytes.len(), encoder.bytes_written());
        (Bytes::from(bytes), metadata)
    }

    /// Writes batches and reads the same rows.
    fn round(batches: &[RecordBatch]) -> ParquetMetaData {
        let (bytes, metadata) = encoded(batches);
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().with_batch_size(3_000).build().unwrap();
        let read: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
        let (wrote, schema) = (concat_batches(&batches[0].schema(), batches).unwrap(), batches[0].schema());
        let read = concat_batches(
            &schema,
            &read.iter().map(|batch| batch.clone().with_schema(schema.clone()).unwrap()).collect::<Vec<_>>(),
        )
        .unwrap();
        assert_eq!(read, wrote);
        metadata
    }

    fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
        RecordBatch::try_from_iter(columns).unwrap()
    }

    fn texts(count: usize, text: impl Fn(usize) -> Option<String>) -> ArrayRef {
        Arc::new((0..count).map(text).collect::<StringArray>())
    }

    fn encodings(metadata: &ParquetMetaData, column: usize) -> Vec<Encoding> {
        metadata.row_group(0).column(column).encodings().collect()
    }

    #[test]
    fn texts_of_every_kind_are_read_back() {
        let count = 50_000;
        let make = |seed: usize| {
            batch(vec![
                ("few", texts(count, |row| Some(format!("value {}", (row * 7 + seed) % 90)))),
                ("one", texts(count, |_| Some("the same text, longer than sixteen bytes".to_owned()))),
                ("none", texts(count, |_| None)),
                ("unique", texts(count, |row| Some(format!("order-{:012}", row * 31 + seed)))),
                ("some", texts(count, |row| (row % 3 > 0).then(|| "é".repeat(row % 50)))),
                ("last", texts(count, |row| (row + 1 < count).then(|| (row / 1_000).to_string()))),
                (
                    "turning",
                    texts(count, |row| {
                        Some(if row < 30_000 { "a".to_owned() } else { "b".repeat(row % 7) + &row.to_string() })
                    }),
                ),
                ("number", Arc::new(Int64Array::from_iter_values(0..50_000))),
            ])
        };
        let metadata = round(&[make(0), make(5), make(0).slice(10, 77), make(3).slice(0, 0)]);
        assert!(encodings(&metadata, 0).contains(&Encoding::RLE_DICTIONARY));
        assert!(encodings(&metadata, 3).contains(&Encoding::PLAIN));
        let statistics = metadata.row_group(0).column(4).statistics().unwrap();
        assert_eq!(statistics.null_count_opt(), Some((0..count).filter(|row| row % 3 == 0).count() as u64 * 2 + 25));
        assert_eq!(statistics.min_bytes_opt(), Some("".as_bytes()));
        let statistics = metadata.row_group(0).column(3).statistics().unwrap();
        assert_eq!(statistics.min_bytes_opt(), Some("order-000000000000".as_bytes()));
        assert_eq!(statistics.max_bytes_opt(), Some("order-000001549974".as_bytes()));
    }

    #[test]
    fn slices_required_columns_and_nested_texts_are_read_back() {
        let names: ArrayRef = Arc::new(StringArray::from(vec!["x", "", "y\0"]));
        let lists = ListArray::from_iter_primitive::<arrow::datatypes::Int32Type, _, _>(vec![
            Some(vec![Some(1)]),
            None,
            Some(vec![]),
        ]);
        let inner = StructArray::from(vec![(Arc::new(Field::new("t", DataType::Utf8, true)), names.clone())]);
        let schema = Arc::new(Schema::new(vec![
            Field::new("required", DataType::Utf8, false),
            Field::new("lists", lists.data_type().clone(), true),
            Field::new("inner", inner.data_type().clone(), true),
            Field::new("behind", DataType::Utf8, true),
        ]));
        let rows = RecordBatch::try_new(schema, vec![names.clone(), Arc::new(lists), Arc::new(inner), names]).unwrap();
        round(&[rows.slice(1, 2), rows.clone(), rows.slice(0, 1)]);
    }

    #[test]
    fn large_texts_and_many_different_ones_leave_the_dictionary() {
        let large = "large ".repeat(50_000);
        let metadata = round(&[batch(vec![
            ("large", texts(40, |row| Some(if row % 5 == 0 { large.clone() } else { row.to_string() }))),
            ("different", texts(40, |row| Some(row.to_string()))),
        ])]);
        assert!(encodings(&metadata, 0).contains(&Encoding::PLAIN));
        let wide = batch(vec![("wide", texts(40_000, |row| Some(format!("{}{}", row % 20_000, "w".repeat(200)))))]);
        let metadata = round(&[wide.clone(), wide.clone(), wide]);
        let dictionary = metadata.row_group(0).column(0);
        assert!(dictionary.dictionary_page_offset().is_none_or(|at| dictionary.data_page_offset() - at < 2 << 20));
    }

    #[test]
    fn rows_are_found_by_their_pages() {
        let rows = batch(vec![
            ("few", texts(90_000, |row| (row % 7 > 0).then(|| (row % 50).to_string()))),
            ("unique", texts(90_000, |row| Some(format!("order-{row}")))),
        ]);
        let (bytes, _) = encoded(std::slice::from_ref(&rows));
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
        let selection =
            RowSelection::from(vec![RowSelector::skip(65_000), RowSelector::select(500), RowSelector::skip(24_500)]);
        let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(bytes, options).unwrap();
        let reader = reader.with_row_selection(selection).with_batch_size(500).build().unwrap();
        let read: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].columns(), rows.slice(65_000, 500).columns());
    }

    #[test]
    fn a_row_group_ends_after_its_rows() {
        let rows = ROW_GROUP_ROWS / 2 + 10;
        let half = batch(vec![("n", texts(rows, |row| Some((row % 10).to_string())))]);
        let (_, metadata) = encoded(&[half.clone(), half.clone(), half]);
        let counts: Vec<i64> =
            metadata.row_groups().iter().map(parquet::file::metadata::RowGroupMetaData::num_rows).collect();
        assert_eq!(counts, [ROW_GROUP_ROWS as i64, (3 * rows - ROW_GROUP_ROWS) as i64]);
    }
}
