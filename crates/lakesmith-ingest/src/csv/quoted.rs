//! [`Machine`]: one record that may hold quotes, field by field.
//!
//! What follows a quote that is neither escaped nor at the end of its field depends on two characters, the one before and the
//! one at hand; the rules are those of univocity, which Spark's results depend on down to its oddities.

use super::tokens::{TOO_LONG, TOO_MANY, Token, Tokens, record_token};
use crate::options::{CsvDialect, UnescapedQuote};

/// Why a record stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The text has ended; what was read last has to be judged.
    End,
    /// The text has ended with a field that is complete.
    Done,
    Malformed(&'static str),
}

type Step<T> = Result<T, Stop>;

pub(super) struct Machine<'t> {
    dialect: &'t CsvDialect,
    newline: Option<u8>,
    text: &'t str,
    tokens: &'t mut Tokens,
    /// The position after the byte at hand.
    at: usize,
    byte: u8,
    /// The quote or escape before, as far as it still has a meaning; 0 for none.
    before: u8,
    /// A quote within the field was not escaped.
    unescaped: bool,
    /// Where the field in the making starts in the copied text.
    start: usize,
    trims: bool,
    quote: u8,
    escape: u8,
    escape_escape: u8,
    /// The bytes that have a meaning inside quotes.
    marks: [u8; 3],
}

impl<'t> Machine<'t> {
    pub(super) fn new(dialect: &'t CsvDialect, newline: Option<u8>, text: &'t str, tokens: &'t mut Tokens) -> Self {
        let quote = dialect.quote.unwrap_or(0);
        let own = if dialect.quote == dialect.escape { None } else { dialect.escape };
        let escape_escape = dialect.escape_escape.or(own);
        let marks = [quote, dialect.escape.unwrap_or(quote), escape_escape.unwrap_or(quote)];
        Self {
            dialect,
            newline,
            text,
            tokens,
            at: 0,
            byte: 0,
            before: 0,
            unescaped: false,
            start: 0,
            trims: false,
            quote,
            escape: dialect.escape.unwrap_or(0),
            escape_escape: escape_escape.unwrap_or(0),
            marks,
        }
    }

    /// The position after what was taken.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Takes the record up to its line end.
    pub(super) fn record(&mut self) -> Step<()> {
        self.next()?;
        self.skip_spaces()?;
        while !self.at_newline() {
            self.skip_spaces()?;
            if self.at_delimiter() || self.at_newline() {
                self.push(Token::Null)?;
            } else {
                self.unescaped = false;
                self.before = 0;
                self.start = self.tokens.copied.len();
                if self.is_quote() { self.quoted()? } else { self.plain()? }
            }
            if !self.at_newline() {
                self.at += self.dialect.delimiter.len() - 1;
                self.before = 0;
                self.start = self.tokens.copied.len();
                self.next()?;
                if self.at_newline() {
                    self.push(Token::Null)?;
                }
            }
        }
        if self.byte == b'\r' && self.newline == Some(b'\n') {
            self.at += 1;
        }
        Ok(())
    }

    /// The text has ended within a field.
    pub(super) fn end_of_text(&mut self) -> Result<(), &'static str> {
        let mut is_complete = self.before != 0 && !self.at_delimiter() && !self.at_newline();
        if self.is_quote() {
            if self.before == self.quote {
                is_complete = true;
            } else if !self.unescaped {
                self.tokens.copied.push(char::from(self.quote));
            }
        }
        let ended = if is_complete || self.tokens.copied.len() > self.start {
            self.end_field()
        } else {
            self.push(Token::Null)
        };
        match ended {
            Err(Stop::Malformed(reason)) => Err(reason),
            _ => Ok(()),
        }
    }

    fn next(&mut self) -> Step<()> {
        let byte = self.text.as_bytes().get(self.at).ok_or(Stop::End)?;
        self.byte = *byte;
        self.at += 1;
        Ok(())
    }

    fn is_quote(&self) -> bool {
        self.byte == self.quote && self.quote != 0
    }

    fn is_space(&self) -> bool {
        self.byte <= b' '
    }

    fn at_delimiter(&self) -> bool {
        let delimiter = self.dialect.delimiter.as_bytes();
        self.text.as_bytes().get(self.at.saturating_sub(1)..).is_some_and(|rest| rest.starts_with(delimiter))
    }

    fn at_newline(&self) -> bool {
        let Some(newline) = self.newline else { return false };
        self.byte == newline
            || newline == b'\n' && self.byte == b'\r' && self.text.as_bytes().get(self.at) == Some(&b'\n')
    }

    fn skip_spaces(&mut self) -> Step<()> {
        while self.dialect.trims_leading
            && self.is_space()
            && !self.at_delimiter()
            && !self.at_newline()
            && !self.is_quote()
        {
            self.next()?;
        }
        Ok(())
    }

    fn push(&mut self, token: Token) -> Step<()> {
        if self.tokens.list.len() >= self.dialect.max_columns {
            return Err(Stop::Malformed(TOO_MANY));
        }
        let length = match token {
            Token::Record(start, end) | Token::Copied(start, end) => (end - start) as usize,
            Token::Null | Token::Empty => 0,
        };
        if self.dialect.max_characters.is_some_and(|most| length > most) {
            return Err(Stop::Malformed(TOO_LONG));
        }
        self.tokens.list.push(token);
        Ok(())
    }

    /// Ends the field that was copied.
    #[expect(clippy::cast_possible_truncation, reason = "records are limited to far less than 4 GiB")]
    fn end_field(&mut self) -> Step<()> {
        if self.trims {
            let kept = self.tokens.copied[self.start..].trim_end_matches(|character| character <= ' ').len();
            self.tokens.copied.truncate(self.start + kept);
        }
        let (start, end) = (self.start, self.tokens.copied.len());
        self.start = end;
        self.push(if start == end { Token::Empty } else { Token::Copied(start as u32, end as u32) })
    }

    /// Where the next delimiter or line end lies at or after a position.
    fn field_end(&self, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let delimiter = self.dialect.delimiter.as_bytes();
        let first = delimiter.first().copied().unwrap_or_default();
        let mut from = from;
        loop {
            let rest = bytes.get(from..)?;
            let found = match self.newline {
                Some(newline) => memchr::memchr2(first, newline, rest)?,
                None => memchr::memchr(first, rest)?,
            };
            let at = from + found;
            if self.newline == Some(bytes[at]) {
                // a carriage return before the line end belongs to it
                let returns = at > from && bytes[at] == b'\n' && bytes[at - 1] == b'\r';
                return Some(if returns { at - 1 } else { at });
            }
            if bytes[at..].starts_with(delimiter) {
                return Some(at);
            }
            from = at + 1;
        }
    }

    /// Takes a field without quotes, up to its delimiter.
    fn plain(&mut self) -> Step<()> {
        let start = self.at - 1;
        let found = self.field_end(start);
        let end = found.unwrap_or(self.text.len());
        let trailing = |byte: &&u8| self.dialect.trims_trailing && **byte <= b' ';
        let kept = end - self.text.as_bytes()[start..end].iter().rev().take_while(trailing).count();
        if found.is_none() {
            self.at = end;
            self.push(if kept == start { Token::Empty } else { record_token(start, kept) })?;
            return Err(Stop::Done);
        }
        self.push(if kept == start { Token::Null } else { record_token(start, kept) })?;
        self.at = end;
        self.next()
    }

    /// Takes a field whose first byte is a quote, up to its delimiter.
    fn quoted(&mut self) -> Step<()> {
        if let Some(end) = self.simple_end() {
            let inner = self.at;
            self.push(if end == inner { Token::Empty } else { record_token(inner, end) })?;
            self.at = end + 1;
            if self.at == self.text.len() {
                return Err(Stop::Done);
            }
            return self.next();
        }
        self.trims = false;
        loop {
            self.next()?;
            if self.inside()? {
                return self.end_field();
            }
        }
    }

    /// Where the closing quote stands when nothing in the field has to be looked at.
    fn simple_end(&self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let rest = bytes.get(self.at..)?;
        let end = self.at + memchr::memchr2(self.marks[0], self.marks[1], rest)?;
        let after = bytes.get(end + 1..)?;
        let newline = |newline| after.first() == Some(&newline) || newline == b'\n' && after.starts_with(b"\r\n");
        let closes = after.is_empty()
            || after.starts_with(self.dialect.delimiter.as_bytes())
            || self.newline.is_some_and(newline);
        let is_plain = bytes[end] == self.quote && closes;
        let has_return = self.newline.is_some() && memchr::memchr(b'\r', &bytes[self.at..end]).is_some();
        if is_plain && !has_return { Some(end) } else { None }
    }

    /// Copies what stands inside quotes. `true` when the field has ended, `false` when it goes on inside quotes after the byte
    /// at hand.
    fn inside(&mut self) -> Step<bool> {
        loop {
            if self.before == self.quote && (self.is_space() || self.at_delimiter() || self.at_newline()) {
                return self.after_quote();
            }
            if self.byte == self.quote || self.is_escape() {
                self.quote_or_escape()?;
                self.before = self.byte;
                self.next()?;
                if self.unescaped && (self.at_delimiter() || self.at_newline()) {
                    return Ok(true);
                }
                continue;
            }
            if self.before == self.quote {
                self.unescaped = true;
                return self.unescaped_quote();
            }
            if self.before == self.escape && self.escape != 0 {
                self.tokens.copied.push(char::from(self.escape));
            }
            self.copy_run()?;
            self.before = self.byte;
            self.next()?;
        }
    }

    fn is_escape(&self) -> bool {
        self.byte == self.escape && self.escape != 0
    }

    /// Copies up to the next quote or escape, which is then at hand.
    fn copy_run(&mut self) -> Step<()> {
        let from = self.at - 1;
        let rest = &self.text.as_bytes()[from..];
        let found = memchr::memchr3(self.marks[0], self.marks[1], self.marks[2], rest);
        let to = found.map_or(self.text.len(), |found| from + found);
        let run = self.text.get(from..to).unwrap_or_default();
        if self.newline == Some(b'\n') && self.dialect.joins_line_ends && run.contains("\r\n") {
            self.tokens.copied.push_str(&run.replace("\r\n", "\n"));
        } else {
            self.tokens.copied.push_str(run);
        }
        self.at = to;
        self.next()
    }

    /// A quote or an escape is at hand.
    fn quote_or_escape(&mut self) -> Step<()> {
        let copied = &mut self.tokens.copied;
        if self.byte == self.escape && self.escape_escape != 0 && self.before == self.escape_escape {
            copied.push(char::from(self.escape));
            self.byte = 0;
        } else if self.before == self.escape && self.escape != 0 {
            if self.byte == self.quote {
                copied.push(char::from(self.quote));
                self.byte = 0;
            } else {
                copied.push(char::from(self.before));
            }
        } else if self.byte == self.quote && self.before == self.quote {
            copied.push(char::from(self.quote));
        } else if self.before == self.quote {
            return self.escape_after_quote();
        }
        Ok(())
    }

    /// An escape follows a quote that closed nothing: up to the delimiter quotes have no meaning.
    fn escape_after_quote(&mut self) -> Step<()> {
        match self.dialect.unescaped_quote {
            UnescapedQuote::Raise => return Err(Stop::Malformed(UNESCAPED)),
            UnescapedQuote::Skip => return self.skip_value(),
            UnescapedQuote::ToDelimiter | UnescapedQuote::ToClosingQuote => {}
        }
        self.tokens.copied.push(char::from(self.quote));
        self.before = self.byte;
        while !self.at_delimiter() && !self.at_newline() {
            if self.byte == self.quote || self.is_escape() {
                self.quote_or_escape()?;
            } else if self.before == self.quote {
                return self.escape_after_quote();
            } else {
                self.copy_character();
            }
            self.before = self.byte;
            self.next()?;
        }
        Ok(())
    }

    /// Something follows a quote that was to close the field.
    fn unescaped_quote(&mut self) -> Step<bool> {
        match self.dialect.unescaped_quote {
            UnescapedQuote::Raise => Err(Stop::Malformed(UNESCAPED)),
            UnescapedQuote::Skip => self.skip_value().map(|()| true),
            UnescapedQuote::ToDelimiter | UnescapedQuote::ToClosingQuote => {
                self.tokens.copied.push(char::from(self.quote));
                self.copy_character();
                self.before = self.byte;
                self.go_on()
            }
        }
    }

    /// Goes on after an unescaped quote.
    fn go_on(&mut self) -> Step<bool> {
        match self.dialect.unescaped_quote {
            UnescapedQuote::ToClosingQuote => Ok(false),
            UnescapedQuote::Skip => self.skip_value().map(|()| true),
            UnescapedQuote::ToDelimiter | UnescapedQuote::Raise => {
                self.tokens.copied.insert(self.start, char::from(self.quote));
                self.next()?;
                self.trims = self.dialect.trims_trailing;
                self.copy_to_delimiter()?;
                Ok(true)
            }
        }
    }

    /// White space, a delimiter or a line end follows the closing quote.
    fn after_quote(&mut self) -> Step<bool> {
        if !self.is_space() || self.at_delimiter() || self.at_newline() {
            return Ok(true);
        }
        let from = self.at - 1;
        loop {
            self.next()?;
            if self.at_newline() || self.at_delimiter() {
                return Ok(true);
            }
            if !self.is_space() {
                break;
            }
        }
        if self.dialect.unescaped_quote == UnescapedQuote::Raise {
            return Err(Stop::Malformed(UNESCAPED));
        }
        self.tokens.copied.push(char::from(self.quote));
        self.tokens.copied.push_str(self.text.get(from..self.at - 1).unwrap_or_default());
        if self.dialect.unescaped_quote != UnescapedQuote::ToClosingQuote
            || self.byte != self.quote && !self.is_escape()
        {
            self.copy_character();
        }
        self.before = self.byte;
        self.go_on()
    }

    /// Copies the character whose first byte is at hand.
    fn copy_character(&mut self) {
        if let Some(character) = self.text.get(self.at - 1..).and_then(|rest| rest.chars().next()) {
            self.tokens.copied.push(character);
            self.at += character.len_utf8() - 1;
        }
    }

    fn copy_to_delimiter(&mut self) -> Step<()> {
        let from = self.at - 1;
        let found = self.field_end(from);
        let to = found.unwrap_or(self.text.len());
        self.tokens.copied.push_str(self.text.get(from..to).unwrap_or_default());
        self.at = to;
        self.next()
    }

    /// Leaves the field empty.
    fn skip_value(&mut self) -> Step<()> {
        self.tokens.copied.truncate(self.start);
        self.at = self.field_end(self.at - 1).unwrap_or(self.text.len());
        self.next()
    }
}

/// Why a record is none.
const UNESCAPED: &str = "a quote within a field in quotes is not escaped";
