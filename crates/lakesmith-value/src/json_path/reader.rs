//! [`Reader`]: the tokens of a JSON text, and skipping of what nobody asks for. `None` means that the text is no JSON.

use std::borrow::Cow;

/// How deeply values may nest, as in Jackson.
const DEEPEST: usize = 1000;

/// The beginning of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token<'j> {
    OpenObject,
    OpenArray,
    Text(JsonText<'j>),
    Number(&'j str),
    /// `true` or `false`.
    Word(&'static str),
    Null,
}

/// A text as it stands between its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonText<'j> {
    pub written: &'j str,
    /// Whether it can be written between double quotes as it is.
    pub is_plain: bool,
}

impl<'j> JsonText<'j> {
    /// The characters that are meant.
    pub fn decoded(&self) -> Cow<'j, str> {
        if !self.written.contains('\\') {
            return Cow::Borrowed(self.written);
        }
        let mut text = String::with_capacity(self.written.len());
        let mut rest = self.written;
        while let Some(at) = rest.find('\\') {
            text.push_str(&rest[..at]);
            let (character, length) = escaped(&rest[at..]);
            text.push(character);
            rest = &rest[at + length..];
        }
        text.push_str(rest);
        Cow::Owned(text)
    }

    /// Whether this is the name.
    pub fn is(&self, name: &str, exact: bool) -> bool {
        let own = self.decoded();
        own == name || !exact && own.to_lowercase() == name.to_lowercase()
    }
}

/// The character of the escape that `text` begins with, and the escape's length. The reader has checked its form.
fn escaped(text: &str) -> (char, usize) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match text.as_bytes().get(1) {
        Some(b'n') => ('\n', 2),
        Some(b't') => ('\t', 2),
        Some(b'r') => ('\r', 2),
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'u') => {
            let first = unit(2).unwrap_or(0);
            let second = text.get(6..8).filter(|next| *next == "\\u").and_then(|_| unit(8));
            match (first, second) {
                (0xD800..=0xDBFF, Some(second @ 0xDC00..=0xDFFF)) => {
                    let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                    (char::from_u32(code).unwrap_or('?'), 12)
                }
                // half of a character has no UTF-8; Java writes a question mark
                _ => (char::from_u32(first).unwrap_or('?'), 6),
            }
        }
        Some(other) => (char::from(*other), 2),
        None => ('\\', 1),
    }
}

/// Reads a text from front to back.
pub(crate) struct Reader<'j> {
    json: &'j str,
    at: usize,
    depth: usize,
}

impl<'j> Reader<'j> {
    pub fn new(json: &'j str) -> Self {
        Self { json, at: 0, depth: 0 }
    }

    /// How many bytes were read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The text that was read since a position.
    pub fn since(&self, start: usize) -> &'j str {
        &self.json[start..self.at]
    }

    /// Whether nothing but white space follows.
    pub fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// One level further in.
    pub fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= DEEPEST).then_some(())
    }

    /// One level back.
    pub fn shallower(&mut self) {
        self.depth -= 1;
    }

    /// The first token of the value that comes next.
    pub fn token(&mut self) -> Option<Token<'j>> {
        match self.peek()? {
            b'{' => self.took(1, Token::OpenObject),
            b'[' => self.took(1, Token::OpenArray),
            b'"' | b'\'' => self.text().map(Token::Text),
            b'-' | b'0'..=b'9' => self.number(),
            _ if self.rest().starts_with("true") => self.took(4, Token::Word("true")),
            _ if self.rest().starts_with("false") => self.took(5, Token::Word("false")),
            _ if self.rest().starts_with("null") => self.took(4, Token::Null),
            _ => None,
        }
    }

    /// The next field name of the object that was opened; the inner `None` ends the object.
    #[allow(clippy::option_option, reason = "the end of an object is as good an answer as a name")]
    pub fn key(&mut self, first: bool) -> Option<Option<JsonText<'j>>> {
        if self.ends(b'}', first)? {
            return Some(None);
        }
        let key = match self.peek()? {
            b'"' | b'\'' => self.text()?,
            _ => return None,
        };
        (self.peek()? == b':').then_some(())?;
        self.at += 1;
        Some(Some(key))
    }

    /// The first token of the next element of the array that was opened; the inner `None` ends the array.
    #[allow(clippy::option_option, reason = "the end of an array is as good an answer as an element")]
    pub fn item(&mut self, first: bool) -> Option<Option<Token<'j>>> {
        if self.ends(b']', first)? {
            return Some(None);
        }
        self.token().map(Some)
    }

    /// Goes behind the value that began with `token`.
    pub fn skip(&mut self, token: &Token<'j>) -> Option<()> {
        match token {
            Token::OpenObject => {
                self.deeper()?;
                let mut first = true;
                while self.key(first)?.is_some() {
                    first = false;
                    let token = self.token()?;
                    self.skip(&token)?;
                }
                self.shallower();
            }
            Token::OpenArray => {
                self.deeper()?;
                let mut first = true;
                while let Some(token) = self.item(first)? {
                    first = false;
                    self.skip(&token)?;
                }
                self.shallower();
            }
            _ => {}
        }
        Some(())
    }

    /// Whether the object or array ends here; otherwise a comma is passed, unless this is its first member.
    fn ends(&mut self, closing: u8, first: bool) -> Option<bool> {
        let next = self.peek()?;
        if next == closing {
            self.at += 1;
            return Some(true);
        }
        if !first {
            (next == b',').then_some(())?;
            self.at += 1;
        }
        Some(false)
    }

    fn took(&mut self, length: usize, token: Token<'j>) -> Option<Token<'j>> {
        self.at += length;
        Some(token)
    }

    fn rest(&self) -> &'j str {
        &self.json[self.at..]
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.json.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn text(&mut self) -> Option<JsonText<'j>> {
        let bytes = self.json.as_bytes();
        let quote = bytes[self.at];
        let start = self.at + 1;
        let mut at = start;
        let mut is_plain = true;
        loop {
            match *bytes.get(at)? {
                byte if byte == quote => break,
                b'\\' => {
                    is_plain = false;
                    at += self.escape_length(at)?;
                }
                byte => {
                    is_plain &= byte >= b' ' && byte != b'"';
                    at += 1;
                }
            }
        }
        self.at = at + 1;
        Some(JsonText { written: &self.json[start..at], is_plain })
    }

    fn escape_length(&self, at: usize) -> Option<usize> {
        match self.json.as_bytes().get(at + 1)? {
            b'"' | b'\'' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
            b'u' => {
                let digits = self.json.as_bytes().get(at + 2..at + 6)?;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(6)
            }
            _ => None,
        }
    }

    fn number(&mut self) -> Option<Token<'j>> {
        let bytes = &self.json.as_bytes()[self.at..];
        let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut at = usize::from(bytes[0] == b'-');
        let whole = digits(at);
        if whole == 0 || whole > 1 && bytes[at] == b'0' {
            return None;
        }
        at += whole;
        if bytes.get(at) == Some(&b'.') {
            let fraction = digits(at + 1);
            (fraction > 0).then_some(())?;
            at += 1 + fraction;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            let exponent = digits(at + 1 + sign);
            (exponent > 0).then_some(())?;
            at += 1 + sign + exponent;
        }
        let number = &self.json[self.at..self.at + at];
        self.took(at, Token::Number(number))
    }
}
