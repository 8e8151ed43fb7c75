//! [`ParquetPart`]: decodes the row groups of a part of a file, batch by batch.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use datafusion::arrow::datatypes::Schema;
use datafusion::common::Result;
use datafusion::execution::memory_pool::MemoryReservation;
use futures::{FutureExt, StreamExt};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use object_store::ObjectStore;
use parquet::arrow::ProjectionMask;
use parquet::arrow::async_reader::{ParquetRecordBatchStream, ParquetRecordBatchStreamBuilder};
use parquet::file::metadata::RowGroupMetaData;

use super::adapt::{adapt, find, is_adaptable};
use super::footer::{Footer, read_footer};
use super::input::{FileInput, read_fault};
use super::leftover::rescued;
use crate::counts::PartCounts;
use crate::listing::FoundFile;
use crate::options::{Names, Rules};
use crate::rows::Tally;
use crate::scan::part::{PartSettings, failure};
use crate::scan::reading::ReadFault;
use crate::scan::split::FilePart;

/// A part of a Parquet file: the row groups that start in its bytes.
pub(crate) struct ParquetPart {
    store: Arc<dyn ObjectStore>,
    settings: PartSettings,
    file: FoundFile,
    part: FilePart,
    opened: Option<Opened>,
    ended: bool,
    tally: Tally,
}

struct Opened {
    stream: ParquetRecordBatchStream<FileInput>,
    columns: Columns,
    /// Rows that the row groups declare and that are not decoded yet.
    left: u64,
    /// Bytes of the largest row group, as it lies in the file.
    group_bytes: usize,
}

/// Where the projected columns come from.
struct Columns {
    sources: Vec<Source>,
    names: Names,
    /// Positions in a decoded batch of what the table has no place for.
    leftovers: Vec<usize>,
}

/// Where one projected column comes from.
enum Source {
    /// A column of the decoded batch.
    File(usize),
    /// Nowhere: it is NULL.
    Missing,
    /// It holds the leftovers.
    Rescued,
}

impl ParquetPart {
    pub(crate) fn new(store: Arc<dyn ObjectStore>, settings: &PartSettings, file: &FoundFile, part: FilePart) -> Self {
        let settings = settings.clone();
        Self { store, settings, file: file.clone(), part, opened: None, ended: false, tally: Tally::default() }
    }

    /// What became of the records so far.
    pub(crate) fn counts(&self) -> PartCounts {
        let bytes = self.part.end - self.part.start;
        PartCounts { file: self.part.file, start: self.part.start, bytes, lines: 0, tally: self.tally.clone() }
    }

    /// The next batch of projected columns, never empty; `None` at the end.
    pub(crate) async fn next_batch(&mut self, memory: &MemoryReservation) -> Result<Option<RecordBatch>> {
        while !self.ended {
            match self.step(memory).await {
                Ok(Some(batch)) if batch.num_rows() > 0 => return Ok(Some(batch)),
                Ok(_) => {}
                Err(ReadFault::Damaged(reason)) if self.settings.rejects_damaged => self.reject_rest(&reason),
                Err(fault) if self.settings.ignores_missing && self.opened.is_none() && fault.is_missing() => {
                    self.ended = true;
                }
                Err(fault) => return Err(failure(&self.file, fault)),
            }
        }
        memory.free();
        Ok(None)
    }

    /// Opens the file, or decodes a batch.
    async fn step(&mut self, memory: &MemoryReservation) -> Result<Option<RecordBatch>, ReadFault> {
        let Some(opened) = &mut self.opened else {
            let footer = read_footer(Arc::clone(&self.store), &self.file).await?;
            self.opened = self.open(&footer)?;
            self.ended = self.opened.is_none();
            return Ok(None);
        };
        memory.try_resize(opened.group_bytes).map_err(ReadFault::Failed)?;
        // Decoders of foreign bytes may panic; that is the file's fault and not the end of the task.
        let decoded = match AssertUnwindSafe(opened.stream.next()).catch_unwind().await {
            Ok(decoded) => decoded.transpose().map_err(read_fault)?,
            Err(_) => return Err(ReadFault::Damaged("its data cannot be decoded".to_owned())),
        };
        let Some(batch) = decoded else {
            if opened.left > 0 {
                return Err(ReadFault::Damaged("it holds fewer rows than it declares".to_owned()));
            }
            self.ended = true;
            return Ok(None);
        };
        let rows = batch.num_rows() as u64;
        if rows > opened.left {
            return Err(ReadFault::Damaged("it holds more rows than it declares".to_owned()));
        }
        let batch = project(&batch, &opened.columns, &self.settings, &self.file).map_err(ReadFault::Failed)?;
        opened.left -= rows;
        self.tally.decoded += rows;
        Ok(Some(batch))
    }

    /// Starts the decoder; `None` when no row group starts in the part.
    fn open(&self, footer: &Footer) -> Result<Option<Opened>, ReadFault> {
        let metadata = footer.reader.metadata();
        let range = self.part.start..self.part.end;
        let groups: Vec<usize> = (0..metadata.num_row_groups())
            .filter(|group| range.contains(&start_of(metadata.row_group(*group))))
            .collect();
        if groups.is_empty() {
            return Ok(None);
        }
        let (columns, roots) = self.columns(footer).map_err(ReadFault::Failed)?;
        let rows = groups.iter().map(|group| metadata.row_group(*group).num_rows().unsigned_abs());
        let left = rows.fold(0, u64::saturating_add);
        let bytes = groups.iter().map(|group| metadata.row_group(*group).compressed_size());
        let group_bytes = bytes.max().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(0);
        let metadata_of_input = Arc::clone(metadata);
        let input = FileInput { store: Arc::clone(&self.store), file: self.file.clone(), metadata: metadata_of_input };
        let mask = ProjectionMask::roots(metadata.file_metadata().schema_descr(), roots);
        let stream = ParquetRecordBatchStreamBuilder::new_with_metadata(input, footer.reader.clone())
            .with_batch_size(self.settings.plan.batch_size.max(1))
            .with_row_groups(groups)
            .with_projection(mask)
            .build()
            .map_err(read_fault)?;
        Ok(Some(Opened { stream, columns, left, group_bytes }))
    }

    /// Which of the file's columns are decoded (positions in the file), and what becomes of them.
    fn columns(&self, footer: &Footer) -> Result<(Columns, Vec<usize>)> {
        let plan = &self.settings.plan;
        let rescues = plan.rescued.is_some_and(|rescued| plan.projection.contains(&rescued));
        let names = match self.settings.rules {
            Rules::Parquet(Names::Exact) if plan.rescued.is_some() => Names::Exact,
            _ => Names::AnyCase,
        };
        let fields = footer.schema.fields();
        let mut found = Vec::with_capacity(plan.projection.len());
        let mut taken = vec![false; fields.len()];
        for (position, field) in plan.columns.fields().iter().enumerate() {
            if Some(position) == plan.rescued || Some(position) == plan.corrupt {
                found.push(None);
                continue;
            }
            let at = find(fields, field.name(), names);
            let fits = at.filter(|at| is_adaptable(fields[*at].data_type(), field.data_type(), names));
            match (at, fits) {
                (Some(at), None) if plan.rescued.is_none() && plan.projection.contains(&position) => {
                    let (is, wanted) = (fields[at].data_type(), field.data_type());
                    let message = format!(
                        "column `{}` of `{}` is {is} in the file and cannot be read as {wanted}",
                        field.name(),
                        self.file.path.display()
                    );
                    return Err(DataError { condition: Condition::FAILED_READ_FILE_NO_HINT, message }.into_datafusion());
                }
                (_, Some(at)) => taken[at] = true,
                _ => {}
            }
            found.push(fits);
        }
        let leftover: Vec<usize> =
            if rescues { (0..fields.len()).filter(|at| !taken[*at]).collect() } else { Vec::new() };
        let mut roots: Vec<usize> = plan.projection.iter().filter_map(|column| found[*column]).collect();
        roots.extend_from_slice(&leftover);
        roots.sort_unstable();
        roots.dedup();
        let place = |at: usize| roots.binary_search(&at).ok();
        let sources = plan.projection.iter().map(|column| match found[*column].and_then(place) {
            Some(place) => Source::File(place),
            None if Some(*column) == plan.rescued => Source::Rescued,
            None => Source::Missing,
        });
        let sources = sources.collect();
        let leftovers = leftover.iter().filter_map(|at| place(*at)).collect();
        Ok((Columns { sources, names, leftovers }, roots))
    }

    /// Counts what cannot be decoded as rejected: the rows that are left, or one record for a file that cannot be opened.
    fn reject_rest(&mut self, reason: &str) {
        self.ended = true;
        let rows = match &self.opened {
            Some(opened) => opened.left.max(1),
            None if self.part.start == 0 => 1,
            // The file's first part has told.
            None => return,
        };
        self.tally.reject(0, format!("the file is damaged: {reason}"));
        self.tally.rejected += rows - 1;
    }
}

/// Where a row group starts in its file.
fn start_of(group: &RowGroupMetaData) -> u64 {
    let starts = group.columns().iter().map(|column| column.byte_range().0);
    starts.min().unwrap_or(0)
}

/// The projected columns of a decoded batch.
fn project(batch: &RecordBatch, columns: &Columns, settings: &PartSettings, file: &FoundFile) -> Result<RecordBatch> {
    let plan = &settings.plan;
    let schema = Arc::new(plan.columns.project(&plan.projection)?);
    let rows = batch.num_rows();
    let arrays: Result<Vec<ArrayRef>> = columns
        .sources
        .iter()
        .zip(schema.fields())
        .map(|(source, field)| match source {
            Source::File(place) => adapt(batch.column(*place), field.data_type(), columns.names),
            Source::Missing => Ok(new_null_array(field.data_type(), rows)),
            Source::Rescued => rescued(&batch.project(&columns.leftovers)?, &file.uri),
        })
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(Arc::<Schema>::clone(&schema), arrays?, &options)?)
}
