//! [`RecordDecoder`]: records of one file to batches, and the count of what became of each.
//!
//! A record becomes one row or is rejected; a list at the top of a line is a record for each element. Which of the two
//! depends on the record and the options alone.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, StringBuilder};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::{Result, internal_datafusion_err};

use super::object::{Line, ObjectColumns, Want, for_each_element};
use super::scan::{Fault, Kind, Scanner, Span};
use super::text::write_text;
use crate::framing::Record;
use crate::options::{JsonRules, ParseMode, ReaderOptions};

/// Rejected records that are kept as examples, for each file.
pub(crate) const SAMPLES: usize = 5;

/// Bytes of lines after which a batch is full whatever its rows.
const BATCH_BYTES: usize = 16 << 20;

/// What to decode.
#[derive(Debug, Clone)]
pub(crate) struct DecodePlan {
    /// All columns of the data; those of the rescued-data and the corrupt-record column among them.
    pub(crate) columns: SchemaRef,
    /// Which of them become arrays, in this order.
    pub(crate) projection: Vec<usize>,
    pub(crate) mode: ParseMode,
    pub(crate) rules: JsonRules,
    /// Position of the rescued-data column.
    pub(crate) rescued: Option<usize>,
    /// Position of the corrupt-record column.
    pub(crate) corrupt: Option<usize>,
    pub(crate) batch_size: usize,
}

impl DecodePlan {
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
        Self { projection, mode: options.mode, rules: options.json, rescued, corrupt, batch_size, columns }
    }

    /// Whether a row depends on columns that nobody asked for: whether it exists, or what is rescued of it.
    fn decodes_all(&self) -> bool {
        let asked = |column: Option<usize>| column.is_some_and(|column| self.projection.contains(&column));
        let is_judged = self.mode != ParseMode::Permissive && self.rescued.is_none();
        is_judged || asked(self.rescued) || asked(self.corrupt)
    }
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

/// What [`RecordDecoder::record`] did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The record is decoded or rejected.
    Done,
    /// The line holds a list that is well-formed: [`RecordDecoder::elements`] is to be called with this position.
    List(usize),
}

/// Decodes the records of one file.
#[derive(Debug)]
pub(crate) struct RecordDecoder {
    plan: DecodePlan,
    /// The file as `_rescued_data` shows it.
    uri: String,
    root: ObjectColumns,
    rescued: StringBuilder,
    corrupt: StringBuilder,
    /// Rows in the making, and which of them stay; only DROPMALFORMED takes rows out again.
    rows: usize,
    dropped: Vec<usize>,
    bytes: usize,
    tally: Tally,
}

impl RecordDecoder {
    pub(crate) fn new(plan: DecodePlan, uri: &str) -> Result<Self> {
        let all = plan.decodes_all();
        let wants = plan.columns.fields().iter().enumerate().map(|(at, field)| {
            let want = if Some(at) == plan.rescued || Some(at) == plan.corrupt {
                Want::Unnamed
            } else if all || plan.projection.contains(&at) {
                Want::Decoded
            } else {
                Want::Skipped
            };
            (field.as_ref(), want)
        });
        let root = ObjectColumns::new(wants)?;
        let (rescued, corrupt) = (StringBuilder::new(), StringBuilder::new());
        let uri = uri.to_owned();
        Ok(Self { plan, uri, root, rescued, corrupt, rows: 0, dropped: Vec::new(), bytes: 0, tally: Tally::default() })
    }

    /// What became of the records so far. Rows that are not yet in a batch count too.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Whether [`Self::finish_batch`] is to be called before the next record.
    pub(crate) fn is_full(&self) -> bool {
        self.rows >= self.plan.batch_size || self.bytes >= BATCH_BYTES
    }

    /// Whether there are rows that are in no batch yet.
    pub(crate) fn has_rows(&self) -> bool {
        self.rows > 0
    }

    /// The bytes that the batch in the making holds, about.
    pub(crate) fn memory(&self) -> usize {
        self.root.memory() + self.rescued.values_slice().len() + self.corrupt.values_slice().len()
    }

    /// Decodes a record; `number` is the number of its line.
    pub(crate) fn record(&mut self, number: u64, record: Record<'_>) -> Result<Step, Malformed> {
        let bytes = match record {
            Record::Line(bytes) => bytes,
            Record::TooLong => return self.reject(number, "the line is longer than 64 MiB".to_owned()),
        };
        self.bytes += bytes.len();
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let reason = format!("the line is not UTF-8 at byte {}", error.valid_up_to() + 1);
                return self.malformed(number, &String::from_utf8_lossy(bytes), reason);
            }
        };
        let line = self.line(text);
        let mut scanner = Scanner::new(bytes, 0, self.plan.rules);
        match scanner.peek() {
            Some(b'{') => match self.root.scan(line, &mut scanner).and_then(|()| at_end(&mut scanner)) {
                Ok(()) => self.row(number, line).map(|()| Step::Done),
                Err(fault) => self.malformed(number, text, described(fault)),
            },
            Some(b'[') => {
                let start = scanner.at();
                match scanner.value().and_then(|list| at_end(&mut scanner).map(|()| list)) {
                    // As in Spark, one element that is no object spoils the line.
                    Ok(list) if !holds_only_objects(line, list) => {
                        self.malformed(number, text, "an element of the list is no JSON object".to_owned())
                    }
                    Ok(_) => Ok(Step::List(start + 1)),
                    Err(fault) => self.malformed(number, text, described(fault)),
                }
            }
            _ => self.malformed(number, text, "the line is no JSON object".to_owned()),
        }
    }

    /// Decodes elements of a list from position `at` until the list ends (`None`) or the batch is full; the answer is the
    /// position to go on from. `bytes` is the line for which [`Self::record`] answered [`Step::List`].
    pub(crate) fn elements(&mut self, number: u64, bytes: &[u8], mut at: usize) -> Result<Option<usize>, Malformed> {
        let Ok(text) = std::str::from_utf8(bytes) else { return Ok(None) };
        let line = self.line(text);
        while !self.is_full() {
            let mut scanner = Scanner::new(bytes, at, self.plan.rules);
            match scanner.peek() {
                None | Some(b']') => return Ok(None),
                Some(b',') => {
                    scanner.step();
                    scanner.peek();
                }
                Some(_) => {}
            }
            let start = scanner.at();
            // The whole line was accepted before.
            let _ = self.root.scan(line, &mut scanner);
            self.row(number, line)?;
            // Always forward, also in a line that was not accepted.
            at = scanner.at().max(start + 1);
        }
        Ok(Some(at))
    }

    fn line<'a>(&self, text: &'a str) -> Line<'a> {
        let rescues = self.plan.rescued.is_some_and(|rescued| self.plan.projection.contains(&rescued));
        Line { text, rules: self.plan.rules, rescues }
    }

    /// Appends what was scanned as a row.
    fn row(&mut self, number: u64, line: Line<'_>) -> Result<(), Malformed> {
        let outcome = self.root.append(line);
        self.rows += 1;
        let mut corrupt = None;
        if let Some(column) = outcome.mistyped.filter(|_| self.plan.rescued.is_none()) {
            let reason =
                || format!("the value of `{}` is of another type: {}", self.root.name(column), shown_line(line));
            match self.plan.mode {
                ParseMode::Permissive => corrupt = Some(line.text),
                ParseMode::DropMalformed => {
                    let reason = reason();
                    self.dropped.push(self.rows - 1);
                    self.tally.reject(number, reason);
                }
                ParseMode::FailFast => return Err(Malformed { line: number, reason: reason() }),
            }
        }
        if self.plan.rescued.is_some() {
            self.append_rescued(outcome.rescued);
        }
        if self.plan.corrupt.is_some() {
            self.corrupt.append_option(corrupt);
        }
        if self.dropped.last() != Some(&(self.rows - 1)) {
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

    /// A record that is no JSON object.
    fn malformed(&mut self, number: u64, text: &str, reason: String) -> Result<Step, Malformed> {
        match self.plan.mode {
            ParseMode::FailFast => Err(Malformed { line: number, reason }),
            ParseMode::Permissive if self.plan.corrupt.is_some() => {
                self.root.append_nulls();
                if self.plan.rescued.is_some() {
                    self.rescued.append_null();
                }
                self.corrupt.append_value(text);
                self.rows += 1;
                self.tally.decoded += 1;
                Ok(Step::Done)
            }
            ParseMode::Permissive | ParseMode::DropMalformed => self.reject(number, reason),
        }
    }

    fn reject(&mut self, number: u64, reason: String) -> Result<Step, Malformed> {
        if self.plan.mode == ParseMode::FailFast {
            return Err(Malformed { line: number, reason });
        }
        self.tally.reject(number, reason);
        Ok(Step::Done)
    }

    /// The rows since the last batch, as the projected columns.
    pub(crate) fn finish_batch(&mut self) -> Result<RecordBatch> {
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let mut arrays = self.root.finish()?;
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
                match arrays.get_mut(column).and_then(|array| array.clone()) {
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

fn holds_only_objects(line: Line<'_>, list: Span) -> bool {
    let mut all = true;
    for_each_element(line, list, |element| all = all && element.kind == Kind::Object);
    all
}

fn at_end(scanner: &mut Scanner<'_>) -> Result<(), Fault> {
    match scanner.peek() {
        None => Ok(()),
        Some(_) => scanner.fault("there is text after the record"),
    }
}

fn described(fault: Fault) -> String {
    format!("{} (byte {})", fault.reason, fault.at + 1)
}

fn shown_line(line: Line<'_>) -> String {
    match line.text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &line.text[..end]),
        None => line.text.to_owned(),
    }
}
