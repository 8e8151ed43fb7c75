//! [`CsvDecoder`]: CSV records of one file to batches.
//!
//! A record whose number of fields is not that of the schema, or of the header where names decide, is malformed as in Spark:
//! its fields are read as far as they go.

use std::borrow::Cow;
use std::collections::HashMap;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::Result;

use super::column::CsvColumn;
use super::header;
use super::tokens::{Cut, Tokenizer, Tokens};
use super::value::Converter;
use crate::framing::Record;
use crate::json::text::write_text;
use crate::options::{CsvRules, Names, TextLayout};
use crate::rows::{Malformed, RowPlan, Rows, Tally, Verdict, Want, shown};

/// Decodes the records of one file.
#[derive(Debug)]
pub(crate) struct CsvDecoder {
    rules: CsvRules,
    /// Carriage returns end lines too.
    splits_returns: bool,
    is_multi_line: bool,
    tokenizer: Tokenizer,
    converter: Converter,
    tokens: Tokens,
    awaits_header: bool,
    /// Names of the fields; without a header those of the schema by position.
    names: Vec<String>,
    columns: Vec<Column>,
    /// Whether a field belongs to a column, by position.
    is_placed: Vec<bool>,
    rescues: bool,
    rows: Rows,
}

#[derive(Debug)]
struct Column {
    name: String,
    want: Want,
    /// The position of its field.
    place: Option<usize>,
    builder: Option<CsvColumn>,
}

impl CsvDecoder {
    pub(crate) fn new(plan: RowPlan, rules: CsvRules, layout: &TextLayout, uri: &str) -> Result<Self> {
        let mut columns = Vec::new();
        for (field, want) in plan.columns.fields().iter().zip(plan.wants()) {
            let builder = if want == Want::Decoded { Some(CsvColumn::new(field.data_type())?) } else { None };
            columns.push(Column { name: field.name().clone(), want, place: None, builder });
        }
        let newline = layout.is_multi_line.then(|| layout.line_end.unwrap_or(b'\n'));
        let mut decoder = Self {
            splits_returns: layout.line_end.is_none() && !layout.is_multi_line,
            is_multi_line: layout.is_multi_line,
            tokenizer: Tokenizer::new(rules.dialect.clone(), newline),
            converter: Converter::new(&rules, &layout.times),
            tokens: Tokens::default(),
            awaits_header: rules.has_header,
            names: Vec::new(),
            columns,
            is_placed: Vec::new(),
            rescues: plan.rescues(),
            rows: Rows::new(plan, uri),
            rules,
        };
        decoder.place_by_position();
        Ok(decoder)
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
        self.columns.iter().filter_map(|column| column.builder.as_ref()).map(CsvColumn::memory).sum::<usize>()
            + self.rows.memory()
    }

    /// Whether the next record is the header.
    pub(crate) fn awaits_header(&self) -> bool {
        self.awaits_header
    }

    /// Takes a record before the decoder's part of the file, of which only the header matters.
    pub(crate) fn look_for_header(&mut self, record: Record<'_>) -> Result<(), Malformed> {
        if let Record::Line(bytes) = record {
            let text = String::from_utf8_lossy(bytes);
            for line in self.lines(&text) {
                if self.awaits_header && !self.is_passed_over(line) {
                    self.header(0, line)?;
                }
            }
        }
        Ok(())
    }

    /// Decodes a record; `number` is the number of its line.
    pub(crate) fn record(&mut self, number: u64, record: Record<'_>) -> Result<(), Malformed> {
        let bytes = match record {
            Record::Line(bytes) => bytes,
            Record::TooLong => {
                let reason = "the record is longer than 64 MiB; a quote may not be closed".to_owned();
                return self.rows.reject(number, reason).map(|_| ());
            }
        };
        self.rows.take(bytes.len());
        // As in Spark, bytes that are no text become U+FFFD.
        let text: Cow<'_, str> = String::from_utf8_lossy(bytes);
        if self.splits_returns && memchr::memchr(b'\r', text.as_bytes()).is_some() {
            for line in self.lines(&text) {
                self.line(number, line)?;
            }
            return Ok(());
        }
        self.line(number, &text)
    }

    fn lines<'t>(&self, text: &'t str) -> std::vec::IntoIter<&'t str> {
        let lines: Vec<&str> = if self.splits_returns { text.split('\r').collect() } else { vec![text] };
        lines.into_iter()
    }

    fn line(&mut self, number: u64, line: &str) -> Result<(), Malformed> {
        if self.is_passed_over(line) {
            return Ok(());
        }
        if self.awaits_header {
            return self.header(number, line);
        }
        match self.tokenizer.cut(line, true, &mut self.tokens) {
            Cut::Malformed(reason) => {
                if self.rows.malformed(number, self.shown_record(line), reason.to_owned())? == Verdict::NullRow {
                    self.columns
                        .iter_mut()
                        .filter_map(|column| column.builder.as_mut())
                        .for_each(CsvColumn::append_null);
                }
                Ok(())
            }
            // white space that is trimmed leaves nothing
            Cut::Ended(_) | Cut::Unfinished if self.tokens.len() == 0 => Ok(()),
            Cut::Ended(_) | Cut::Unfinished => self.row(number, line),
        }
    }

    /// The record without its line end.
    fn shown_record<'t>(&self, record: &'t str) -> &'t str {
        if self.is_multi_line { record.trim_end_matches(['\r', '\n']) } else { record }
    }

    /// Whether a line is blank or a comment, and so no record.
    fn is_passed_over(&self, line: &str) -> bool {
        let is_blank =
            if self.is_multi_line { self.shown_record(line).is_empty() } else { line.bytes().all(|byte| byte <= b' ') };
        is_blank || self.rules.dialect.comment.is_some_and(|comment| line.as_bytes().first() == Some(&comment))
    }

    fn header(&mut self, number: u64, record: &str) -> Result<(), Malformed> {
        self.awaits_header = false;
        if let Cut::Malformed(reason) = self.tokenizer.cut(record, true, &mut self.tokens) {
            return Err(Malformed { line: number, reason: format!("the header cannot be read: {reason}") });
        }
        let names = header::names(&self.rules, &self.tokens, record);
        if self.rules.checks_header {
            self.check(number, &names)?;
        }
        if self.rules.is_by_name {
            let places: HashMap<&str, usize> =
                names.iter().enumerate().rev().map(|(place, name)| (name.as_str(), place)).collect();
            let folded: HashMap<String, usize> = match self.rules.names {
                Names::Exact => HashMap::new(),
                Names::AnyCase => {
                    names.iter().enumerate().rev().map(|(place, name)| (name.to_lowercase(), place)).collect()
                }
            };
            for column in self.columns.iter_mut().filter(|column| column.want != Want::Unnamed) {
                let exact = places.get(column.name.as_str());
                column.place = exact.or_else(|| folded.get(&column.name.to_lowercase())).copied();
            }
            self.set_names(names);
        }
        Ok(())
    }

    /// Without `enforceSchema` a header must name the columns of the schema.
    fn check(&self, number: u64, names: &[String]) -> Result<(), Malformed> {
        let matches = |(own, name): (&String, &String)| own.eq_ignore_ascii_case(name);
        if names.len() == self.names.len() && self.names.iter().zip(names).all(matches) {
            return Ok(());
        }
        let (own, found) = (self.names.join(", "), names.join(", "));
        Err(Malformed { line: number, reason: format!("the header names `{found}`, the schema `{own}`") })
    }

    fn place_by_position(&mut self) {
        let mut names = Vec::new();
        for column in self.columns.iter_mut().filter(|column| column.want != Want::Unnamed) {
            column.place = Some(names.len());
            names.push(column.name.clone());
        }
        self.set_names(names);
    }

    fn set_names(&mut self, names: Vec<String>) {
        self.is_placed = vec![false; names.len()];
        for place in self.columns.iter().filter_map(|column| column.place) {
            self.is_placed[place] = true;
        }
        self.names = names;
    }

    /// Appends the fields that were cut as a row.
    fn row(&mut self, number: u64, record: &str) -> Result<(), Malformed> {
        let mut mistyped = None;
        let mut rescued = String::new();
        for (at, column) in self.columns.iter_mut().enumerate() {
            let Some(builder) = &mut column.builder else { continue };
            match column.place.and_then(|place| field(&self.rules, &self.tokens, record, place)) {
                None => builder.append_null(),
                Some(text) => {
                    if !builder.append(text, &self.converter) {
                        mistyped.get_or_insert(at);
                        if self.rescues {
                            keep(&column.name, text, &mut rescued);
                        }
                    }
                }
            }
        }
        let found = self.tokens.len();
        if self.rescues {
            for place in 0..found {
                if self.is_placed.get(place).copied().unwrap_or(false) {
                    continue;
                }
                if let Some(text) = field(&self.rules, &self.tokens, record, place) {
                    let name = self.names.get(place).cloned().unwrap_or_else(|| header::unnamed(place));
                    keep(&name, text, &mut rescued);
                }
            }
        }
        let (columns, expected) = (&self.columns, self.names.len());
        let misfit = (found != expected || mistyped.is_some()).then_some(|| match mistyped {
            _ if found != expected => format!("the record has {found} instead of {expected} fields: {}", shown(record)),
            Some(at) => format!("the value of `{}` is of another type: {}", columns[at].name, shown(record)),
            None => String::new(),
        });
        let is_multi_line = self.is_multi_line;
        let record = if is_multi_line { record.trim_end_matches(['\r', '\n']) } else { record };
        self.rows.end_row(number, record, misfit, rescued)
    }

    /// The rows since the last batch, as the projected columns.
    pub(crate) fn finish_batch(&mut self) -> Result<RecordBatch> {
        let arrays: Vec<_> =
            self.columns.iter_mut().map(|column| column.builder.as_mut().map(CsvColumn::finish)).collect();
        self.rows.finish_batch(&arrays)
    }
}

/// The text of a field; `None` for NULL.
fn field<'t>(rules: &'t CsvRules, tokens: &'t Tokens, record: &'t str, place: usize) -> Option<&'t str> {
    let text = if tokens.is_empty_text(place) { rules.empty_text.as_str() } else { tokens.text(record, place)? };
    if text == rules.null_text { None } else { Some(text) }
}

/// Adds a field to an open JSON object.
fn keep(name: &str, text: &str, object: &mut String) {
    object.push(if object.is_empty() { '{' } else { ',' });
    write_text(name, object);
    object.push(':');
    write_text(text, object);
}

#[cfg(test)]
mod tests;
