//! [`Scanner`]: checks JSON text and finds where values lie. It reads no value and allocates nothing.
//!
//! The syntax is what Spark's parser accepts: RFC 8259 and, unless switched off, single quotes and `NaN`, `Infinity`, `INF`.

use crate::options::JsonRules;

/// Levels of lists and objects inside each other; deeper text is malformed.
pub(crate) const DEEPEST: usize = 512;

/// Characters of a number; longer ones are malformed, as in Spark's parser.
const LONGEST_NUMBER: usize = 1_000;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    True,
    False,
    /// A number without point and exponent.
    Integer,
    /// A number with a point or an exponent.
    Fraction,
    /// `NaN`, `Infinity` and their like.
    NonFinite,
    Text,
    Object,
    List,
}

/// Where a value lies in its line. Of a text only what is between the quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) kind: Kind,
    /// The text holds a backslash.
    pub(crate) escaped: bool,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// The bytes of the value, quotes of a text left out.
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Why a line is not JSON, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) reason: &'static str,
}

type Scanned<T> = Result<T, Fault>;

/// Moves through one line of at most 4 GiB.
#[derive(Debug, Clone)]
pub(crate) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    rules: JsonRules,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a [u8], at: usize, rules: JsonRules) -> Self {
        Self { text, at, rules }
    }

    /// Where the scanner stands.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The next byte, after white space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.text.get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(b'/') if self.rules.comments && self.comment() => {}
                other => return other.copied(),
            }
        }
    }

    /// Steps over a comment that starts here; `false` when none does. One that is not closed goes on to the end.
    fn comment(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let length = if rest.starts_with(b"//") {
            memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1)
        } else if rest.starts_with(b"/*") {
            memchr::memmem::find(&rest[2..], b"*/").map_or(rest.len(), |end| end + 4)
        } else {
            return false;
        };
        self.at += length;
        true
    }

    /// Steps over the byte that [`Self::peek`] showed.
    pub(crate) fn step(&mut self) {
        self.at += 1;
    }

    /// What follows.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Steps over bytes that the caller knows.
    pub(crate) fn skip(&mut self, length: usize) {
        self.at += length;
    }

    /// A fault here.
    pub(crate) fn fault<T>(&self, reason: &'static str) -> Scanned<T> {
        Err(Fault { at: self.at, reason })
    }

    /// Steps over a key and its colon.
    pub(crate) fn key(&mut self) -> Scanned<Span> {
        let key = match self.peek() {
            Some(b'"') => self.text(b'"')?,
            Some(b'\'') if self.rules.single_quotes => self.text(b'\'')?,
            Some(byte) if self.rules.unquoted_names && is_name(byte) => self.unquoted_name(),
            Some(_) => return self.fault("a field name in quotes is missing"),
            None => return self.fault("the line ends inside an object"),
        };
        if self.peek() != Some(b':') {
            return self.fault("a colon is missing after a field name");
        }
        self.step();
        Ok(key)
    }

    fn unquoted_name(&mut self) -> Span {
        let start = self.at;
        while self.text.get(self.at).is_some_and(|byte| is_name(*byte)) {
            self.at += 1;
        }
        self.span(Kind::Text, start)
    }

    /// Steps over a comma (`true`) or the end of an object or list (`false`).
    pub(crate) fn goes_on(&mut self, end: u8) -> Scanned<bool> {
        match self.peek() {
            Some(b',') => {
                self.step();
                Ok(true)
            }
            Some(byte) if byte == end => {
                self.step();
                Ok(false)
            }
            Some(_) => self.fault("a comma or the end of an object or list is missing"),
            None => self.fault("the line ends inside an object or list"),
        }
    }

    /// Steps over a value, checking all of it.
    pub(crate) fn value(&mut self) -> Scanned<Span> {
        match self.peek() {
            Some(b'{') => self.container(Kind::Object),
            Some(b'[') => self.container(Kind::List),
            other => self.scalar(other),
        }
    }

    fn scalar(&mut self, first: Option<u8>) -> Scanned<Span> {
        match first {
            Some(b'"') => self.text(b'"'),
            Some(b'\'') if self.rules.single_quotes => self.text(b'\''),
            Some(b'-' | b'+' | b'0'..=b'9' | b'N' | b'I') => self.number(),
            Some(b't') => self.word("true", Kind::True),
            Some(b'f') => self.word("false", Kind::False),
            Some(b'n') => self.word("null", Kind::Null),
            Some(_) => self.fault("a value is missing"),
            None => self.fault("the line ends where a value is missing"),
        }
    }

    fn span(&self, kind: Kind, start: usize) -> Span {
        #[expect(clippy::cast_possible_truncation, reason = "lines are limited to far less than 4 GiB")]
        Span { kind, escaped: false, start: start as u32, end: self.at as u32 }
    }

    fn word(&mut self, word: &str, kind: Kind) -> Scanned<Span> {
        let start = self.at;
        if self.text[start..].starts_with(word.as_bytes()) {
            self.at += word.len();
            if !self.text.get(self.at).is_some_and(u8::is_ascii_alphanumeric) {
                return Ok(self.span(kind, start));
            }
        }
        self.fault("a word is no value")
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Scanned<Span> {
        let start = self.at;
        let sign = self.text[start];
        if matches!(sign, b'-' | b'+') {
            self.at += 1;
        }
        let first = self.text.get(self.at).copied();
        if matches!(first, Some(b'N' | b'I')) && self.rules.non_numeric_numbers {
            return self.non_finite(start);
        }
        let digits = self.digits();
        if digits == 0 || sign == b'+' {
            return self.fault("a number is malformed");
        }
        if first == Some(b'0') && digits > 1 && !self.rules.leading_zeros {
            return self.fault("a number starts with a zero");
        }
        let mut kind = Kind::Integer;
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            kind = Kind::Fraction;
            if self.digits() == 0 {
                return self.fault("a number has no digit after its point");
            }
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            kind = Kind::Fraction;
            if let Some(b'+' | b'-') = self.text.get(self.at) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return self.fault("a number has no digit in its exponent");
            }
        }
        if self.at - start > LONGEST_NUMBER {
            return self.fault("a number has more than 1,000 characters");
        }
        Ok(self.span(kind, start))
    }

    fn non_finite(&mut self, start: usize) -> Scanned<Span> {
        let signed = self.at > start;
        let words: &[&str] = if signed { &["Infinity", "INF"] } else { &["NaN", "Infinity", "INF"] };
        for word in words {
            if self.text[self.at..].starts_with(word.as_bytes()) {
                let end = self.at + word.len();
                if !self.text.get(end).is_some_and(u8::is_ascii_alphanumeric) {
                    self.at = end;
                    return Ok(self.span(Kind::NonFinite, start));
                }
            }
        }
        self.fault("a word is no value")
    }

    /// Steps over a text that starts here with `quote`.
    fn text(&mut self, quote: u8) -> Scanned<Span> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at += plain_length(&self.text[self.at..], quote);
            match self.text.get(self.at) {
                None => return self.fault("a text has no end"),
                Some(byte) if *byte == quote => {
                    let span = Span { escaped, ..self.span(Kind::Text, start) };
                    self.at += 1;
                    return Ok(span);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) if self.rules.control_characters => self.at += 1,
                Some(_) => return self.fault("a text holds a control character"),
            }
        }
    }

    /// Steps over a backslash and what it escapes.
    fn escape(&mut self) -> Scanned<()> {
        self.at += 1;
        match self.text.get(self.at) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
            Some(b'\'') if self.rules.single_quotes => {}
            Some(b'u') => {
                let hex = self.text.get(self.at + 1..self.at + 5);
                if !hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
                    return self.fault("an escape lacks its four digits");
                }
                self.at += 4;
            }
            // What follows stays as it is; a character of several bytes goes on as plain text.
            Some(_) if self.rules.any_backslash_escape => {}
            _ => return self.fault("an escape is not known"),
        }
        self.at += 1;
        Ok(())
    }

    /// Steps over an object or a list with all that is in it.
    fn container(&mut self, kind: Kind) -> Scanned<Span> {
        let start = self.at;
        let mut levels = Levels::default();
        levels.enter(kind == Kind::Object);
        self.at += 1;
        let mut is_first = true;
        loop {
            let (is_object, end) = if levels.in_object() { (true, b'}') } else { (false, b']') };
            let next = self.peek();
            let closes = is_first && next == Some(end);
            if closes {
                self.step();
            } else {
                if is_object {
                    self.key()?;
                }
                match self.peek() {
                    Some(open @ (b'{' | b'[')) => {
                        if !levels.enter(open == b'{') {
                            return self.fault("the text is nested more than 512 levels deep");
                        }
                        self.step();
                        is_first = true;
                        continue;
                    }
                    other => self.scalar(other)?,
                };
            }
            let mut closed = closes;
            loop {
                if closed {
                    if levels.leave() {
                        return Ok(self.span(kind, start));
                    }
                    closed = false;
                    continue;
                }
                if self.goes_on(if levels.in_object() { b'}' } else { b']' })? {
                    break;
                }
                closed = true;
            }
            is_first = false;
        }
    }
}

/// Whether a byte may stand in a field name without quotes.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_$@#*+-".contains(&byte)
}

/// Which of the open levels are objects.
#[derive(Default)]
struct Levels {
    depth: usize,
    objects: [u64; DEEPEST / 64],
}

impl Levels {
    /// Opens a level; `false` when there are too many.
    fn enter(&mut self, is_object: bool) -> bool {
        if self.depth == DEEPEST {
            return false;
        }
        let (word, bit) = (self.depth / 64, 1 << (self.depth % 64));
        self.objects[word] = if is_object { self.objects[word] | bit } else { self.objects[word] & !bit };
        self.depth += 1;
        true
    }

    fn in_object(&self) -> bool {
        let level = self.depth - 1;
        self.objects[level / 64] >> (level % 64) & 1 == 1
    }

    /// Closes a level; `true` when it was the last one.
    fn leave(&mut self) -> bool {
        self.depth -= 1;
        self.depth == 0
    }
}

const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES << 7;

/// How many bytes come before the first quote, backslash or control character, found eight at a time.
fn plain_length(text: &[u8], quote: u8) -> usize {
    let quotes = ONES * u64::from(quote);
    let mut at = 0;
    while let Some(bytes) = text[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*bytes);
        // In each term the lowest marked byte is exact; higher ones may be marked wrongly and are not looked at.
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let marked = (zero_bytes(word ^ quotes) | zero_bytes(word ^ (ONES * u64::from(b'\\'))) | control) & HIGH;
        if marked != 0 {
            return at + marked.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_plain = |byte: &u8| *byte != quote && *byte != b'\\' && *byte >= 0x20;
    at + text[at..].iter().position(|byte| !is_plain(byte)).unwrap_or(text.len() - at)
}

fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Result<Kind, &'static str> {
        let mut scanner = Scanner::new(text.as_bytes(), 0, JsonRules::default());
        let span = scanner.value().map_err(|fault| fault.reason)?;
        if scanner.peek().is_some() { Err("more") } else { Ok(span.kind) }
    }

    #[test]
    fn values_of_all_kinds_are_found() {
        let table = [
            ("{}", Kind::Object),
            (" [ ] ", Kind::List),
            (r#"{"a":[1,{"b":{}},[]],'c':"\"\u00e9\\"}"#, Kind::Object),
            ("[[[1],[2]],3]", Kind::List),
            ("-0", Kind::Integer),
            ("1.5e+3", Kind::Fraction),
            ("-INF", Kind::NonFinite),
            ("NaN", Kind::NonFinite),
            ("true", Kind::True),
            ("\"a longer text than one word, é\"", Kind::Text),
        ];
        for (text, kind) in table {
            assert_eq!(whole(text), Ok(kind), "{text}");
        }
    }

    #[test]
    fn malformed_text_is_refused() {
        for text in [
            "",
            "{",
            "[",
            "{]",
            "[}",
            "[1,]",
            "{\"a\":1,}",
            "{,}",
            "[,1]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "01",
            "+1",
            "1.",
            ".5",
            "1e",
            "-",
            "+NaN",
            "nul",
            "nullx",
            "tru",
            "\"a",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\t\"",
            "[1 2]",
            "{\"a\" 1}",
            "'a\"",
            "[1]]",
            "Nan",
            "[\"a\" \"b\"]",
            "{\"a\":1 \"b\":2}",
        ] {
            assert!(whole(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_is_limited_and_never_recurses() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert_eq!(whole(&nested(DEEPEST)), Ok(Kind::List));
        assert!(whole(&nested(DEEPEST + 1)).is_err());
        assert!(whole(&"{\"a\":".repeat(1_000_000)).is_err());
    }

    #[test]
    fn plain_text_ends_where_it_ends_byte_by_byte() {
        for length in 0..40 {
            for special in [b'"', b'\\', 0x1f, 0] {
                let mut text = vec![b'\x80'; length];
                text.push(special);
                text.extend_from_slice(b"\x01\"x\x7f and more text");
                assert_eq!(plain_length(&text, b'"'), length);
            }
            assert_eq!(plain_length(&vec![b' '; length], b'"'), length);
        }
    }
}
