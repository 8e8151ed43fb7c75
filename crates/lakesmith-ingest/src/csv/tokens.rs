//! [`Tokenizer`]: cuts a record into fields, as the parser does that Spark uses (univocity).
//!
//! Fields are places in the record; only those whose text differs from what stands there are copied. Nothing is converted here.

use super::quoted::{Machine, Stop};
use crate::options::CsvDialect;

/// One field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// Nothing stands between two delimiters.
    Null,
    /// Quotes with nothing in them.
    Empty,
    /// A part of the record.
    Record(u32, u32),
    /// A part of the copied text.
    Copied(u32, u32),
}

/// The fields of the last record.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(super) list: Vec<Token>,
    pub(super) copied: String,
}

impl Tokens {
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// A field's text; `None` for one that is absent or NULL, and the empty text for one that is empty in quotes.
    pub(crate) fn text<'a>(&'a self, record: &'a str, at: usize) -> Option<&'a str> {
        match *self.list.get(at)? {
            Token::Null => None,
            Token::Empty => Some(""),
            Token::Record(start, end) => record.get(start as usize..end as usize),
            Token::Copied(start, end) => self.copied.get(start as usize..end as usize),
        }
    }

    /// Whether a field is empty quotes.
    pub(crate) fn is_empty_text(&self, at: usize) -> bool {
        self.list.get(at) == Some(&Token::Empty)
    }
}

/// How far a record goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It ends before this position, its line end included.
    Ended(usize),
    /// It is none, for a reason.
    Malformed(&'static str),
    /// The text ends before the record does.
    Unfinished,
}

/// Cuts records of at most 4 GiB.
#[derive(Debug, Clone)]
pub(crate) struct Tokenizer {
    dialect: CsvDialect,
    /// What ends a record outside quotes; nothing where records are lines.
    newline: Option<u8>,
}

impl Tokenizer {
    pub(crate) fn new(dialect: CsvDialect, newline: Option<u8>) -> Self {
        Self { dialect, newline }
    }

    /// Cuts the record at the start of `text`, which is not empty. `is_whole` says that no text follows.
    pub(crate) fn cut(&self, text: &str, is_whole: bool, tokens: &mut Tokens) -> Cut {
        tokens.list.clear();
        tokens.copied.clear();
        if self.newline.is_none() && is_whole && self.is_plain(text) {
            return self.split(text, tokens);
        }
        let mut machine = Machine::new(&self.dialect, self.newline, text, tokens);
        match machine.record() {
            Ok(()) => Cut::Ended(machine.at()),
            Err(Stop::Malformed(reason)) => Cut::Malformed(reason),
            Err(Stop::End | Stop::Done) if !is_whole => Cut::Unfinished,
            Err(Stop::Done) => Cut::Ended(text.len()),
            Err(Stop::End) => match machine.end_of_text() {
                Ok(()) => Cut::Ended(text.len()),
                Err(reason) => Cut::Malformed(reason),
            },
        }
    }

    fn is_plain(&self, text: &str) -> bool {
        self.dialect.quote.is_none_or(|quote| memchr::memchr(quote, text.as_bytes()).is_none())
    }

    /// Cuts a line without quotes.
    fn split(&self, text: &str, tokens: &mut Tokens) -> Cut {
        let mut start = 0;
        let delimiter = self.dialect.delimiter.as_bytes();
        if let [single] = delimiter {
            let mut each = |end: usize| {
                tokens.list.push(self.trimmed(text, start, end));
                start = end + 1;
            };
            positions(text.as_bytes(), *single, &mut each);
        } else {
            for end in memchr::memmem::find_iter(text.as_bytes(), delimiter) {
                tokens.list.push(self.trimmed(text, start, end));
                start = end + delimiter.len();
            }
        }
        let last = self.trimmed(text, start, text.len());
        tokens.list.push(last);
        if tokens.list.len() > self.dialect.max_columns || self.is_too_long(tokens) {
            return Cut::Malformed(if self.is_too_long(tokens) { TOO_LONG } else { TOO_MANY });
        }
        Cut::Ended(text.len())
    }

    fn is_too_long(&self, tokens: &Tokens) -> bool {
        self.dialect.max_characters.is_some_and(|most| {
            tokens.list.iter().any(|token| matches!(token, Token::Record(start, end) if (end - start) as usize > most))
        })
    }

    fn trimmed(&self, text: &str, start: usize, end: usize) -> Token {
        let bytes = text.as_bytes();
        let (mut from, mut to) = (start, end);
        if self.dialect.trims_leading {
            from += bytes[from..to].iter().take_while(|byte| **byte <= b' ').count();
        }
        if self.dialect.trims_trailing {
            to -= bytes[from..to].iter().rev().take_while(|byte| **byte <= b' ').count();
        }
        if from == to { Token::Null } else { record_token(from, to) }
    }
}

/// Why a record is none.
pub(super) const TOO_MANY: &str = "the record has more fields than `maxColumns` allows";
pub(super) const TOO_LONG: &str = "a field has more characters than `maxCharsPerColumn` allows";

/// A part of the record as a token.
#[expect(clippy::cast_possible_truncation, reason = "records are limited to far less than 4 GiB")]
pub(super) fn record_token(start: usize, end: usize) -> Token {
    Token::Record(start as u32, end as u32)
}

const ONES: u64 = u64::MAX / 255;
const LOW: u64 = ONES * 0x7f;

/// Calls `each` with every place of a byte, found eight bytes at a time.
fn positions(text: &[u8], byte: u8, each: &mut impl FnMut(usize)) {
    let wanted = ONES * u64::from(byte);
    let (words, rest) = text.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let different = u64::from_le_bytes(*word) ^ wanted;
        // the high bit of each byte that is zero, and of no other
        let mut found = !(((different & LOW) + LOW) | different | LOW);
        while found != 0 {
            each(at * 8 + found.trailing_zeros() as usize / 8);
            found &= found - 1;
        }
    }
    let start = text.len() - rest.len();
    for (at, _) in rest.iter().enumerate().filter(|(_, found)| **found == byte) {
        each(start + at);
    }
}

#[cfg(test)]
mod tests;
