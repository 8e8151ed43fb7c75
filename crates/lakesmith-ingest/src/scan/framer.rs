//! [`Framer`]: cuts the content of a file into records, as the format and its layout ask for.
//!
//! Records are lines, or they may span lines: a CSV record ends at the first line end outside quotes, a file of JSON is its
//! documents one after the other, and a whole text is one record. What spans lines is held until it ends.

use encoding_rs::Decoder;

use super::encoding;
use crate::csv::tokens::{Cut, Tokenizer, Tokens};
use crate::framing::{LINE_LIMIT, LineFramer, LineRules, Record};
use crate::json::scan::Scanner;
use crate::options::{JsonRules, Rules};

/// The most that a file may hold which is read as a whole.
const WHOLE_LIMIT: usize = 512 << 20;

/// Cuts one file, or a part of one.
pub(crate) enum Framer {
    Lines(LineFramer),
    Csv(Box<CsvRecords>),
    Whole(WholeFile),
}

impl Framer {
    /// A framer for a file, or for a part that starts after the start of its file.
    pub(crate) fn new(rules: &Rules, is_file_start: bool) -> Self {
        let lines = |rules| {
            let framer = if is_file_start { LineFramer::new(LINE_LIMIT) } else { LineFramer::within_file(LINE_LIMIT) };
            Self::Lines(framer.with_rules(rules))
        };
        match rules {
            Rules::Json(json, layout) if layout.is_multi_line => Self::Whole(WholeFile::new(Some(*json))),
            Rules::Text(layout) if layout.is_multi_line => Self::Whole(WholeFile::new(None)),
            Rules::Csv(csv, layout) if layout.is_multi_line => {
                let newline = layout.line_end.unwrap_or(b'\n');
                let tokenizer = Tokenizer::new(csv.dialect.clone(), Some(newline));
                let records = CsvRecords::new(tokenizer, newline, csv.dialect.comment);
                Self::Csv(Box::new(CsvRecords { lines: csv.skipped_lines, ..records }))
            }
            Rules::Csv(csv, layout) => {
                let rules = LineRules { end: layout.line_end.unwrap_or(b'\n'), keeps_blank: false };
                match lines(rules) {
                    Self::Lines(framer) if is_file_start => Self::Lines(framer.after(csv.skipped_lines)),
                    framer => framer,
                }
            }
            Rules::Json(_, layout) => lines(LineRules { end: layout.line_end.unwrap_or(b'\n'), keeps_blank: false }),
            Rules::Text(layout) => lines(LineRules { end: layout.line_end.unwrap_or(b'\n'), keeps_blank: true }),
            Rules::Parquet(_) => lines(LineRules::default()),
        }
    }

    /// The next record that ends in `chunk` at or after `*position`, with the number of its line. `None` when all of the chunk
    /// was taken; then the next chunk is to follow from position 0.
    pub(crate) fn next<'a>(&'a mut self, chunk: &'a [u8], position: &mut usize) -> Option<(u64, Record<'a>)> {
        match self {
            Self::Lines(framer) => framer.next(chunk, position),
            Self::Csv(records) => records.next(chunk, position),
            Self::Whole(file) => {
                file.keep(&chunk[*position..]);
                *position = chunk.len();
                None
            }
        }
    }

    /// A record that is left when the file has ended; to be called until there is none.
    pub(crate) fn finish(&mut self) -> Option<(u64, Record<'_>)> {
        match self {
            Self::Lines(framer) => framer.finish(),
            Self::Csv(records) => records.finish(),
            Self::Whole(file) => file.finish(),
        }
    }

    /// Lines that have ended.
    pub(crate) fn lines(&self) -> u64 {
        match self {
            Self::Lines(framer) => framer.lines(),
            Self::Csv(records) => records.lines,
            Self::Whole(file) => file.lines,
        }
    }

    /// Bytes held of what has not ended.
    pub(crate) fn held_bytes(&self) -> usize {
        match self {
            Self::Lines(framer) => framer.held_bytes(),
            Self::Csv(records) => records.text.capacity(),
            Self::Whole(file) => file.content.capacity(),
        }
    }
}

/// CSV records that may span lines.
pub(crate) struct CsvRecords {
    tokenizer: Tokenizer,
    tokens: Tokens,
    newline: u8,
    comment: Option<u8>,
    decoder: Decoder,
    text: String,
    /// Where the next record starts.
    at: usize,
    /// Bytes after which it is worth to look for the end of the record again.
    wanted: usize,
    lines: u64,
    /// The last character has been decoded.
    is_whole: bool,
    /// A record was too long; nothing after it is read.
    gave_up: bool,
}

impl CsvRecords {
    fn new(tokenizer: Tokenizer, newline: u8, comment: Option<u8>) -> Self {
        Self {
            tokenizer,
            tokens: Tokens::default(),
            newline,
            comment,
            decoder: encoding_rs::UTF_8.new_decoder_with_bom_removal(),
            text: String::new(),
            at: 0,
            wanted: 1,
            lines: 0,
            is_whole: false,
            gave_up: false,
        }
    }

    fn next<'a>(&'a mut self, chunk: &[u8], position: &mut usize) -> Option<(u64, Record<'a>)> {
        if self.gave_up {
            *position = chunk.len();
            return None;
        }
        if *position < chunk.len() {
            self.text.drain(..self.at);
            self.at = 0;
            encoding::append(&mut self.decoder, &chunk[*position..], false, &mut self.text);
            *position = chunk.len();
        }
        let length = self.record(false)?;
        self.emit(length)
    }

    fn finish(&mut self) -> Option<(u64, Record<'_>)> {
        if self.gave_up {
            return None;
        }
        if !std::mem::replace(&mut self.is_whole, true) {
            encoding::append(&mut self.decoder, &[], true, &mut self.text);
        }
        let length = self.record(true)?;
        self.emit(length)
    }

    /// The length of the next record; `None` where none has ended.
    fn record(&mut self, is_whole: bool) -> Option<usize> {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            if rest.is_empty() || !is_whole && rest.len() < self.wanted {
                return None;
            }
            let line = memchr::memchr(self.newline, rest.as_bytes());
            if self.comment.is_some_and(|comment| rest.as_bytes()[0] == comment) {
                let length = if is_whole { line.map_or(rest.len(), |end| end + 1) } else { line? + 1 };
                self.at += length;
                self.lines += 1;
                continue;
            }
            let length = match self.tokenizer.cut(rest, is_whole, &mut self.tokens) {
                Cut::Ended(length) => length,
                Cut::Malformed(_) => line.map_or(rest.len(), |end| end + 1),
                Cut::Unfinished if rest.len() > LINE_LIMIT => 0,
                Cut::Unfinished => {
                    // looked at again when there is twice as much, so that a long record costs no more than its length
                    self.wanted = rest.len() * 2;
                    return None;
                }
            };
            self.wanted = 1;
            return Some(length);
        }
    }

    fn emit(&mut self, length: usize) -> Option<(u64, Record<'_>)> {
        let number = self.lines + 1;
        if length == 0 {
            self.gave_up = true;
            self.text = String::new();
            self.at = 0;
            return Some((number, Record::TooLong));
        }
        let start = self.at;
        self.at += length;
        let record = self.text.as_bytes().get(start..self.at)?;
        self.lines += memchr::memchr_iter(self.newline, record).count() as u64;
        Some((number, Record::Line(record)))
    }
}

/// A file that is held as a whole: JSON documents one after the other, or one text.
pub(crate) struct WholeFile {
    json: Option<JsonRules>,
    content: Vec<u8>,
    at: usize,
    lines: u64,
    is_too_long: bool,
    /// A text is handed on once, also when it is empty.
    is_handed_on: bool,
}

impl WholeFile {
    fn new(json: Option<JsonRules>) -> Self {
        Self { json, content: Vec::new(), at: 0, lines: 0, is_too_long: false, is_handed_on: false }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.is_too_long || self.content.len() + bytes.len() > WHOLE_LIMIT {
            self.is_too_long = true;
            self.content = Vec::new();
        } else {
            self.content.extend_from_slice(bytes);
        }
    }

    fn finish(&mut self) -> Option<(u64, Record<'_>)> {
        if std::mem::take(&mut self.is_too_long) {
            self.is_handed_on = true;
            return Some((1, Record::TooLong));
        }
        if self.at == 0 && self.content.starts_with(b"\xef\xbb\xbf") {
            self.at = 3;
        }
        let Some(rules) = self.json else {
            let start = std::mem::replace(&mut self.at, self.content.len());
            let is_first = !std::mem::replace(&mut self.is_handed_on, true);
            return is_first.then(|| (1, Record::Line(&self.content[start..])));
        };
        let mut scanner = Scanner::new(&self.content, self.at, rules);
        scanner.peek()?;
        let start = scanner.at();
        // a document that is none takes the rest of the file with it
        let end = match scanner.value() {
            Ok(_) => scanner.at(),
            Err(_) => self.content.len(),
        };
        self.lines += memchr::memchr_iter(b'\n', &self.content[self.at..start]).count() as u64;
        let number = self.lines + 1;
        self.lines += memchr::memchr_iter(b'\n', &self.content[start..end]).count() as u64;
        self.at = end;
        Some((number, Record::Line(&self.content[start..end])))
    }
}
