//! [`CsvRules`]: how CSV is cut into fields and converted; the defaults are Spark's.

use serde::{Deserialize, Serialize};

use super::Names;

/// What the fields of a record are cut by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CsvDialect {
    /// `sep`, at least one character.
    pub(crate) delimiter: String,
    pub(crate) quote: Option<u8>,
    pub(crate) escape: Option<u8>,
    /// What escapes an escape before a quote: `charToEscapeQuoteEscaping`, or the escape where that is not the quote.
    pub(crate) escape_escape: Option<u8>,
    pub(crate) comment: Option<u8>,
    pub(crate) trims_leading: bool,
    pub(crate) trims_trailing: bool,
    pub(crate) unescaped_quote: UnescapedQuote,
    pub(crate) max_columns: usize,
    pub(crate) max_characters: Option<usize>,
    /// `\r\n` inside quotes becomes `\n`.
    pub(crate) joins_line_ends: bool,
}

/// What follows a quote inside quotes that is not escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum UnescapedQuote {
    /// The field goes on to the next delimiter, its first quote included.
    ToDelimiter,
    /// The field goes on to a quote that ends it.
    ToClosingQuote,
    /// The field is NULL.
    Skip,
    /// The record is malformed.
    Raise,
}

/// How CSV text is read and inferred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CsvRules {
    pub(crate) dialect: CsvDialect,
    /// The first record of a file names its columns.
    pub(crate) has_header: bool,
    /// Lines at the start of a file that hold no records, blank ones and comments included (`skipRows`).
    #[serde(default)]
    pub(crate) skipped_lines: u64,
    /// The names of the header decide which field belongs to which column; otherwise the position does.
    pub(crate) is_by_name: bool,
    /// A header that does not name the columns of the schema is a fault of the file (`enforceSchema` is off).
    pub(crate) checks_header: bool,
    pub(crate) null_text: String,
    pub(crate) empty_text: String,
    pub(crate) not_a_number: String,
    pub(crate) positive_infinity: String,
    pub(crate) negative_infinity: String,
    pub(crate) prefers_date: bool,
    #[serde(default)]
    pub(crate) names: Names,
}

impl Default for CsvRules {
    fn default() -> Self {
        let dialect = CsvDialect {
            delimiter: ",".to_owned(),
            quote: Some(b'"'),
            escape: Some(b'\\'),
            escape_escape: None,
            comment: None,
            trims_leading: false,
            trims_trailing: false,
            unescaped_quote: UnescapedQuote::ToDelimiter,
            max_columns: 20_480,
            max_characters: None,
            joins_line_ends: true,
        };
        Self {
            dialect,
            has_header: false,
            skipped_lines: 0,
            is_by_name: false,
            checks_header: false,
            null_text: String::new(),
            empty_text: String::new(),
            not_a_number: "NaN".to_owned(),
            positive_infinity: "Inf".to_owned(),
            negative_infinity: "-Inf".to_owned(),
            prefers_date: true,
            names: Names::Exact,
        }
    }
}

/// Reads `sep`: characters as they stand, `\t` and its like, and `\u` with four digits.
pub(super) fn delimiter(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("a separator needs a character".to_owned());
    }
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' || text == "\\" {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('0') => out.push('\0'),
            Some(same @ ('\\' | '"' | '\'')) => out.push(same),
            Some('u') => {
                let digits: String = characters.by_ref().take(4).collect();
                let code = u32::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 4);
                let character = code.and_then(char::from_u32);
                out.push(character.ok_or_else(|| format!("`{text}` holds no escape that is known"))?);
            }
            _ => return Err(format!("`{text}` holds no escape that is known")),
        }
    }
    if out.contains('\n') { Err("a separator cannot hold a line end".to_owned()) } else { Ok(out) }
}

/// Reads a quote, an escape or a comment: one character of one byte; nothing and `\u0000` switch it off.
pub(super) fn character(text: &str) -> Result<Option<u8>, String> {
    let plain = if text == "\\" || !text.starts_with('\\') { text.to_owned() } else { delimiter(text)? };
    match plain.as_bytes() {
        [] | [0] => Ok(None),
        [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r') => Ok(Some(*byte)),
        _ if plain.chars().count() == 1 => Err(format!("`{plain}` as a quote, escape or comment is not built yet")),
        _ => Err(format!("`{text}` is not one character")),
    }
}

/// Reads `unescapedQuoteHandling`.
pub(super) fn unescaped_quote(text: &str) -> Result<UnescapedQuote, String> {
    match text.trim().to_ascii_uppercase().as_str() {
        "STOP_AT_DELIMITER" => Ok(UnescapedQuote::ToDelimiter),
        "STOP_AT_CLOSING_QUOTE" => Ok(UnescapedQuote::ToClosingQuote),
        "SKIP_VALUE" => Ok(UnescapedQuote::Skip),
        "RAISE_ERROR" => Ok(UnescapedQuote::Raise),
        "BACK_TO_DELIMITER" => Err("`BACK_TO_DELIMITER` is not built yet".to_owned()),
        _ => Err(format!("`{text}` is no way to handle unescaped quotes; `STOP_AT_DELIMITER` is the usual one")),
    }
}

/// Reads a number of characters; `-1` is any.
pub(super) fn characters(text: &str) -> Result<Option<usize>, String> {
    if text.trim() == "-1" {
        return Ok(None);
    }
    super::value::positive(text).map(|number| usize::try_from(number).ok())
}
