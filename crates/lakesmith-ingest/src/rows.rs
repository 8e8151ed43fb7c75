//! [`Rows`]: what becomes of the records of one file, whatever their format: rows with their rescued and corrupt parts, and the
//! count of what was decoded and rejected.
//!
//! A record becomes one row or is rejected. Which of the two depends on the record and the options alone. The values of the
//! data's own columns are the decoder's.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, StringBuilder};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::{Result, internal_datafusion_err};

use crate::json::text::write_text;
use crate::options::{ParseMode, ReaderOptions};

/// Rejected records that are kept as examples, for each file.
pub(crate) const SAMPLES: usize = 5;

/// Bytes of records after which a batch is full whatever its rows.
const BATCH_BYTES: usize = 16 << 20;

/// Which columns are decoded, and what becomes of records that do not fit.
#[derive(Debug, Clone)]
pub(crate) struct RowPlan {
    /// All columns of the data; those of the rescued-data and the corrupt-record column among them.
    pub(crate) columns: SchemaRef,
    /// Which of them become arrays, in this order.
    pub(crate) projection: Vec<usize>,
    pub(crate) mode: ParseMode,
    /// Position of the rescued-data column.
    pub(crate) rescued: Option<usize>,
    /// Position of the corrupt-record column.
    pub(crate) corrupt: Option<usize>,
    /// Positions of columns whose values the names of folders say.
    pub(crate) partitions: Vec<usize>,
    pub(crate) batch_size: usize,
}

impl RowPlan {
    /// The plan for all columns of a schema.
    pub(crate) fn new(columns: SchemaRef, options: &ReaderOptions, batch_size: usize) -> Self {
        let text_column = |name: &str| {
            columns.fields().iter().position(|field| {
                *field.data_type() == DataType::Utf8 && lakesmith_base::Identifier::new(field.name()).matches(name)
            })
        };
        let rescued = options.rescued_data_column().and_then(text_column);
        let corrupt = text_column(&options.corrupt_record_name).filter(|position| Some(*position) != rescued);
        let projection = (0..columns.fields().len()).collect();
        Self { projection, mode: options.mode, rescued, corrupt, partitions: Vec::new(), batch_size, columns }
    }

    /// How each column takes part.
    pub(crate) fn wants(&self) -> Vec<Want> {
        let asked = |column: Option<usize>| column.is_some_and(|column| self.projection.contains(&column));
        // whether a row depends on columns that nobody asked for: whether it exists, or what is rescued of it
        let is_judged = self.mode != ParseMode::Permissive && self.rescued.is_none();
        let all = is_judged || asked(self.rescued) || asked(self.corrupt);
        let want = |at: usize| {
            if Some(at) == self.rescued || Some(at) == self.corrupt || self.partitions.contains(&at) {
                Want::Unnamed
            } else if all || self.projection.contains(&at) {
                Want::Decoded
            } else {
                Want::Skipped
            }
        };
        (0..self.columns.fields().len()).map(want).collect()
    }

    /// Whether the rescued-data column is asked for.
    pub(crate) fn rescues(&self) -> bool {
        self.rescued.is_some_and(|rescued| self.projection.contains(&rescued))
    }
}

/// How a column takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// It becomes an array.
    Decoded,
    /// Its name is known, its values are passed over.
    Skipped,
    /// It is no field of the data.
    Unnamed,
}

/// What the counts of a file are made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) decoded: u64,
    pub(crate) rejected: u64,
    /// Line numbers from 1 of where decoding started, and reasons.
    pub(crate) samples: Vec<(u64, String)>,
}

impl Tally {
    pub(crate) fn reject(&mut self, line: u64, reason: String) {
        self.rejected += 1;
        if self.samples.len() < SAMPLES {
            self.samples.push((line, reason));
        }
    }
}

/// The first record that FAILFAST does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) line: u64,
    pub(crate) reason: String,
}

/// What became of a malformed record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is a row; the decoder appends NULL to each of its columns.
    NullRow,
    /// It is no row.
    Rejected,
}

/// The rows of one file.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) plan: RowPlan,
    /// The file as `_rescued_data` shows it.
    uri: String,
    rescued: StringBuilder,
    corrupt: StringBuilder,
    /// Rows in the making, and which of them stay; only DROPMALFORMED takes rows out again.
    count: usize,
    dropped: Vec<usize>,
    bytes: usize,
    tally: Tally,
}

impl Rows {
    pub(crate) fn new(plan: RowPlan, uri: &str) -> Self {
        let (rescued, corrupt) = (StringBuilder::new(), StringBuilder::new());
        let uri = uri.to_owned();
        Self { plan, uri, rescued, corrupt, count: 0, dropped: Vec::new(), bytes: 0, tally: Tally::default() }
    }

    /// What became of the records so far. Rows that are not yet in a batch count too.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Whether [`Self::finish_batch`] is to be called before the next record.
    pub(crate) fn is_full(&self) -> bool {
        self.count >= self.plan.batch_size || self.bytes >= BATCH_BYTES
    }

    /// Whether there are rows that are in no batch yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Counts the bytes of a record.
    pub(crate) fn take(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// The bytes held, about.
    pub(crate) fn memory(&self) -> usize {
        self.rescued.values_slice().len() + self.corrupt.values_slice().len()
    }

    /// Ends a row whose values the decoder has appended. `misfit` says what does not fit its column, `rescued` is an open JSON
    /// object of what found no place, or empty.
    pub(crate) fn end_row(
        &mut self,
        line: u64,
        record: &str,
        misfit: Option<impl FnOnce() -> String>,
        rescued: String,
    ) -> Result<(), Malformed> {
        self.count += 1;
        let mut corrupt = None;
        if let Some(reason) = misfit.filter(|_| self.plan.rescued.is_none()) {
            match self.plan.mode {
                ParseMode::Permissive => corrupt = Some(record),
                ParseMode::DropMalformed => {
                    self.dropped.push(self.count - 1);
                    self.tally.reject(line, reason());
                }
                ParseMode::FailFast => return Err(Malformed { line, reason: reason() }),
            }
        }
        if self.plan.rescued.is_some() {
            self.append_rescued(rescued);
        }
        if self.plan.corrupt.is_some() {
            self.corrupt.append_option(corrupt);
        }
        if self.dropped.last() != Some(&(self.count - 1)) {
            self.tally.decoded += 1;
        }
        Ok(())
    }

    fn append_rescued(&mut self, mut rescued: String) {
        if rescued.is_empty() {
            return self.rescued.append_null();
        }
        rescued.push_str(",\"_file_path\":");
        write_text(&self.uri, &mut rescued);
        rescued.push('}');
        self.rescued.append_value(rescued);
    }

    /// Takes a record that is none of the format.
    pub(crate) fn malformed(&mut self, line: u64, record: &str, reason: String) -> Result<Verdict, Malformed> {
        if self.plan.mode != ParseMode::Permissive || self.plan.corrupt.is_none() {
            return self.reject(line, reason);
        }
        if self.plan.rescued.is_some() {
            self.rescued.append_null();
        }
        self.corrupt.append_value(record);
        self.count += 1;
        self.tally.decoded += 1;
        Ok(Verdict::NullRow)
    }

    /// Counts what no mode takes for a row or an error.
    pub(crate) fn pass_over(&mut self, line: u64, reason: String) {
        self.tally.reject(line, reason);
    }

    /// Takes a record that cannot be shown.
    pub(crate) fn reject(&mut self, line: u64, reason: String) -> Result<Verdict, Malformed> {
        if self.plan.mode == ParseMode::FailFast {
            return Err(Malformed { line, reason });
        }
        self.tally.reject(line, reason);
        Ok(Verdict::Rejected)
    }

    /// The rows since the last batch, as the projected columns. `arrays` holds the data's columns that were decoded.
    pub(crate) fn finish_batch(&mut self, arrays: &[Option<ArrayRef>]) -> Result<RecordBatch> {
        let rows = std::mem::take(&mut self.count);
        self.bytes = 0;
        let rescued: ArrayRef = Arc::new(self.rescued.finish());
        let corrupt: ArrayRef = Arc::new(self.corrupt.finish());
        let mut columns = Vec::with_capacity(self.plan.projection.len());
        for &column in &self.plan.projection {
            columns.push(if Some(column) == self.plan.rescued {
                Arc::clone(&rescued)
            } else if Some(column) == self.plan.corrupt {
                Arc::clone(&corrupt)
            } else {
                // A column that is projected twice is rare and cheap to share.
                match arrays.get(column).and_then(Clone::clone) {
                    Some(array) => array,
                    None => return Err(internal_datafusion_err!("column {column} was not decoded")),
                }
            });
        }
        let schema = Arc::new(self.plan.columns.project(&self.plan.projection)?);
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(schema, columns, &options)?;
        self.without_dropped(batch)
    }

    fn without_dropped(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        if self.dropped.is_empty() {
            return Ok(batch);
        }
        let mut kept = vec![true; batch.num_rows()];
        for row in self.dropped.drain(..) {
            kept[row] = false;
        }
        Ok(filter_record_batch(&batch, &BooleanArray::from(kept))?)
    }
}

/// The start of a record, for messages.
pub(crate) fn shown(record: &str) -> String {
    match record.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &record[..end]),
        None => record.to_owned(),
    }
}
