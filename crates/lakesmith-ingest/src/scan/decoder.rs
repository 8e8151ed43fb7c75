//! [`Decoder`]: the decoder of a text format, whichever it is.

use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use datafusion::common::{Result, internal_err};

use crate::csv::decode::CsvDecoder;
use crate::framing::Record;
use crate::json::decode::{RecordDecoder, Step};
use crate::options::Rules;
use crate::rows::{Malformed, RowPlan, Tally};
use crate::text::TextDecoder;
use crate::times::Times;

/// Decodes the records of one file.
pub(crate) enum Decoder {
    Json(JsonLines),
    Csv(Box<CsvDecoder>),
    Text(Box<TextDecoder>),
}

/// JSON records, of which a list is decoded over several batches.
pub(crate) struct JsonLines {
    decoder: Box<RecordDecoder>,
    list: Option<OpenList>,
    /// Carriage returns end lines too.
    splits_returns: bool,
    /// What is left of a line that carriage returns end.
    rest: Option<(u64, Bytes)>,
}

/// A record that holds a list, some of whose elements are decoded.
struct OpenList {
    number: u64,
    line: Bytes,
    at: usize,
}

impl Decoder {
    pub(crate) fn new(plan: RowPlan, rules: &Rules, uri: &str) -> Result<Self> {
        Ok(match rules {
            Rules::Json(json, layout) => {
                let decoder = Box::new(RecordDecoder::new(plan, *json, Times::new(&layout.times), uri)?);
                let splits_returns = layout.line_end.is_none() && !layout.is_multi_line;
                Self::Json(JsonLines { decoder, list: None, splits_returns, rest: None })
            }
            Rules::Csv(csv, layout) => Self::Csv(Box::new(CsvDecoder::new(plan, (**csv).clone(), layout, uri)?)),
            Rules::Text(layout) => Self::Text(Box::new(TextDecoder::new(plan, layout, uri)?)),
            Rules::Parquet(_) => return internal_err!("Parquet has no records that are lines"),
        })
    }

    /// Whether a batch is to be taken before the next record.
    pub(crate) fn is_full(&self) -> bool {
        match self {
            Self::Json(json) => json.decoder.is_full(),
            Self::Csv(csv) => csv.is_full(),
            Self::Text(text) => text.is_full(),
        }
    }

    /// Whether there are rows that are in no batch yet.
    pub(crate) fn has_rows(&self) -> bool {
        match self {
            Self::Json(json) => json.decoder.has_rows(),
            Self::Csv(csv) => csv.has_rows(),
            Self::Text(text) => text.has_rows(),
        }
    }

    /// What became of the records so far.
    pub(crate) fn tally(&self) -> &Tally {
        match self {
            Self::Json(json) => json.decoder.tally(),
            Self::Csv(csv) => csv.tally(),
            Self::Text(text) => text.tally(),
        }
    }

    /// The bytes that the batch in the making holds, about.
    pub(crate) fn memory(&self) -> usize {
        match self {
            Self::Json(json) => json.memory(),
            Self::Csv(csv) => csv.memory(),
            Self::Text(text) => text.memory(),
        }
    }

    /// Decodes a record.
    pub(crate) fn record(&mut self, number: u64, record: Record<'_>) -> Result<(), Malformed> {
        match self {
            Self::Json(json) => json.record(number, record),
            Self::Csv(csv) => csv.record(number, record),
            Self::Text(text) => text.record(number, record),
        }
    }

    /// Goes on with a record that was begun; `false` when there is none.
    pub(crate) fn go_on(&mut self) -> Result<bool, Malformed> {
        match self {
            Self::Json(json) => json.go_on(),
            Self::Csv(_) | Self::Text(_) => Ok(false),
        }
    }

    /// Whether the header of the file has not been seen.
    pub(crate) fn awaits_header(&self) -> bool {
        matches!(self, Self::Csv(csv) if csv.awaits_header())
    }

    /// Takes a record from before the decoder's part of the file.
    pub(crate) fn look_for_header(&mut self, record: Record<'_>) -> Result<(), Malformed> {
        match self {
            Self::Csv(csv) => csv.look_for_header(record),
            Self::Json(_) | Self::Text(_) => Ok(()),
        }
    }

    /// The rows since the last batch, as the projected columns.
    pub(crate) fn finish_batch(&mut self) -> Result<RecordBatch> {
        match self {
            Self::Json(json) => json.decoder.finish_batch(),
            Self::Csv(csv) => csv.finish_batch(),
            Self::Text(text) => text.finish_batch(),
        }
    }
}

impl JsonLines {
    fn memory(&self) -> usize {
        let list = self.list.as_ref().map_or(0, |list| list.line.len());
        let rest = self.rest.as_ref().map_or(0, |(_, rest)| rest.len());
        self.decoder.memory() + list + rest
    }

    fn record(&mut self, number: u64, record: Record<'_>) -> Result<(), Malformed> {
        match record {
            Record::Line(line) if self.splits_returns && memchr::memchr(b'\r', line).is_some() => {
                self.rest = Some((number, Bytes::copy_from_slice(line)));
                Ok(())
            }
            _ => self.line(number, record),
        }
    }

    fn line(&mut self, number: u64, record: Record<'_>) -> Result<(), Malformed> {
        if let Step::List(at) = self.decoder.record(number, record)?
            && let Record::Line(line) = record
        {
            self.list = Some(OpenList { number, line: Bytes::copy_from_slice(line), at });
        }
        Ok(())
    }

    /// Goes on with a list, then with the next line that a carriage return ends.
    fn go_on(&mut self) -> Result<bool, Malformed> {
        if let Some(list) = &mut self.list {
            match self.decoder.elements(list.number, &list.line, list.at)? {
                Some(at) => list.at = at,
                None => self.list = None,
            }
            return Ok(true);
        }
        let Some((number, mut line)) = self.rest.take() else { return Ok(false) };
        if let Some(end) = memchr::memchr(b'\r', &line) {
            self.rest = Some((number, line.split_off(end).split_off(1)));
        }
        if !line.iter().all(u8::is_ascii_whitespace) {
            self.line(number, Record::Line(&line))?;
        }
        Ok(true)
    }
}
