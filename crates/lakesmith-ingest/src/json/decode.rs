//! [`RecordDecoder`]: JSON records of one file to batches. A list at the top of a line is a record for each element.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::Result;

use super::object::{Line, ObjectColumns, for_each_element};
use super::scan::{Fault, Kind, Scanner, Span};
use crate::framing::Record;
use crate::options::JsonRules;
use crate::rows::{Malformed, RowPlan, Rows, Tally, Verdict, shown};
use crate::times::Times;

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
    rules: JsonRules,
    times: Arc<Times>,
    rescues: bool,
    root: ObjectColumns,
    rows: Rows,
}

impl RecordDecoder {
    pub(crate) fn new(plan: RowPlan, rules: JsonRules, times: Times, uri: &str) -> Result<Self> {
        let wants = plan.wants();
        let root = ObjectColumns::new(plan.columns.fields().iter().map(AsRef::as_ref).zip(wants), rules.names)?;
        let times = Arc::new(times);
        Ok(Self { rules, times, rescues: plan.rescues(), root, rows: Rows::new(plan, uri) })
    }

    /// See [`Rows::tally`].
    pub(crate) fn tally(&self) -> &Tally {
        self.rows.tally()
    }

    /// See [`Rows::is_full`].
    pub(crate) fn is_full(&self) -> bool {
        self.rows.is_full()
    }

    /// Whether there are rows that are in no batch yet.
    pub(crate) fn has_rows(&self) -> bool {
        !self.rows.is_empty()
    }

    /// The bytes that the batch in the making holds, about.
    pub(crate) fn memory(&self) -> usize {
        self.root.memory() + self.rows.memory()
    }

    /// Decodes a record; `number` is the number of its line.
    pub(crate) fn record(&mut self, number: u64, record: Record<'_>) -> Result<Step, Malformed> {
        let bytes = match record {
            Record::Line(bytes) => bytes,
            Record::TooLong => {
                return self.rows.reject(number, "the line is longer than 64 MiB".to_owned()).map(|_| Step::Done);
            }
        };
        self.rows.take(bytes.len());
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let reason = format!("the line is not UTF-8 at byte {}", error.valid_up_to() + 1);
                return self.malformed(number, &String::from_utf8_lossy(bytes), reason);
            }
        };
        let times = Arc::clone(&self.times);
        let line = self.line(text, &times);
        let mut scanner = Scanner::new(bytes, 0, self.rules);
        match scanner.peek() {
            Some(b'{') => match self.root.scan(line, &mut scanner) {
                Ok(()) => {
                    self.row(number, line)?;
                    self.leftover(number, &mut scanner);
                    Ok(Step::Done)
                }
                Err(fault) => self.malformed(number, text, described(fault)),
            },
            Some(b'[') => {
                let start = scanner.at();
                match scanner.value() {
                    // As in Spark, one element that is no object spoils the line.
                    Ok(list) if !holds_only_objects(line, list) => {
                        self.malformed(number, text, "an element of the list is no JSON object".to_owned())
                    }
                    Ok(_) => {
                        self.leftover(number, &mut scanner);
                        Ok(Step::List(start + 1))
                    }
                    Err(fault) => self.malformed(number, text, described(fault)),
                }
            }
            // nothing but a comment
            None if self.rules.comments => Ok(Step::Done),
            _ => self.malformed(number, text, "the line is no JSON object".to_owned()),
        }
    }

    /// Decodes elements of a list from position `at` until the list ends (`None`) or the batch is full; the answer is the
    /// position to go on from. `bytes` is the line for which [`Self::record`] answered [`Step::List`].
    pub(crate) fn elements(&mut self, number: u64, bytes: &[u8], mut at: usize) -> Result<Option<usize>, Malformed> {
        let Ok(text) = std::str::from_utf8(bytes) else { return Ok(None) };
        let times = Arc::clone(&self.times);
        let line = self.line(text, &times);
        while !self.is_full() {
            let mut scanner = Scanner::new(bytes, at, self.rules);
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

    fn line<'a>(&self, text: &'a str, times: &'a Times) -> Line<'a> {
        Line { text, rules: self.rules, times, rescues: self.rescues }
    }

    /// Appends what was scanned as a row.
    fn row(&mut self, number: u64, line: Line<'_>) -> Result<(), Malformed> {
        let outcome = self.root.append(line);
        let root = &self.root;
        let misfit = outcome.mistyped.map(|column| {
            move || format!("the value of `{}` is of another type: {}", root.name(column), shown(line.text))
        });
        self.rows.end_row(number, line.text, misfit, outcome.rescued)
    }

    /// Tells of text behind a record, which as in Spark does not spoil it. Commas and brackets of a list that is written over
    /// several lines are none.
    fn leftover(&mut self, number: u64, scanner: &mut Scanner<'_>) {
        while let Some(b',' | b']') = scanner.peek() {
            scanner.step();
        }
        if scanner.peek().is_some() {
            let reason = format!("there is text after the record (byte {})", scanner.at() + 1);
            self.rows.pass_over(number, reason);
        }
    }

    /// A record that is no JSON object.
    fn malformed(&mut self, number: u64, text: &str, reason: String) -> Result<Step, Malformed> {
        if self.rows.malformed(number, text, reason)? == Verdict::NullRow {
            self.root.append_nulls();
        }
        Ok(Step::Done)
    }

    /// The rows since the last batch, as the projected columns.
    pub(crate) fn finish_batch(&mut self) -> Result<RecordBatch> {
        let arrays = self.root.finish()?;
        self.rows.finish_batch(&arrays)
    }
}

fn holds_only_objects(line: Line<'_>, list: Span) -> bool {
    let mut all = true;
    for_each_element(line, list, |element| all = all && element.kind == Kind::Object);
    all
}

fn described(fault: Fault) -> String {
    format!("{} (byte {})", fault.reason, fault.at + 1)
}
