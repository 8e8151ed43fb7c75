//! [`TextLayout`]: how a text file is encoded, cut into records, and writes dates and times.

use serde::{Deserialize, Serialize};

/// How a text file is laid out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub(crate) struct TextLayout {
    pub(crate) encoding: Encoding,
    /// What ends a line (`lineSep`); without it `\n`, `\r\n` and `\r` do.
    pub(crate) line_end: Option<u8>,
    /// A record may span lines (`multiLine`), or is the whole file (`wholetext`).
    pub(crate) is_multi_line: bool,
    pub(crate) times: TimeFormats,
}

/// Patterns for dates and times; without one, texts are read as Spark's cast reads them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TimeFormats {
    pub(crate) date: Option<String>,
    pub(crate) timestamp: Option<String>,
    pub(crate) timestamp_ntz: Option<String>,
    /// The zone of timestamps that name none; nothing where the session decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zone: Option<String>,
}

impl TextLayout {
    /// Whether lines can be found from the middle of a file on.
    pub(crate) fn is_splittable(&self) -> bool {
        self.encoding == Encoding::Utf8 && self.line_end.is_none() && !self.is_multi_line
    }
}

/// How characters are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub(crate) enum Encoding {
    #[default]
    Utf8,
    /// ISO-8859-1: every byte is the character of its number.
    Latin1,
    /// US-ASCII: bytes above 127 are no characters.
    Ascii,
    /// By a name that the decoders know: UTF-16 and the code pages.
    Named(String),
}

/// Reads `encoding`.
pub(super) fn encoding(text: &str) -> Result<Encoding, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => Ok(Encoding::Utf8),
        "iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" => Ok(Encoding::Latin1),
        "us-ascii" | "ascii" => Ok(Encoding::Ascii),
        // without a mark Java reads the higher byte first
        "utf-16" => Ok(Encoding::Named("utf-16be".to_owned())),
        name => match encoding_rs::Encoding::for_label(name.as_bytes()) {
            Some(_) => Ok(Encoding::Named(name.to_owned())),
            None => Err(format!("encoding `{text}` is not known; `utf-8`, `utf-16` and `iso-8859-1` are")),
        },
    }
}

/// Reads `lineSep`.
pub(super) fn line_end(text: &str) -> Result<Option<u8>, String> {
    match text {
        "\n" | "\\n" => Ok(Some(b'\n')),
        "\r" | "\\r" => Ok(Some(b'\r')),
        // both are read as line ends anyway
        "\r\n" | "\\r\\n" => Ok(None),
        _ => match text.as_bytes() {
            [byte] if byte.is_ascii() => Ok(Some(*byte)),
            _ => Err(format!("`{}` as the end of lines is not built yet; one character is", text.escape_default())),
        },
    }
}

/// Checks a pattern for dates or times.
pub(super) fn zone(text: &str) -> Result<Option<String>, String> {
    match lakesmith_value::Zone::new(text) {
        Some(_) => Ok(Some(text.to_owned())),
        None => Err(format!("`{text}` is no time zone")),
    }
}

pub(super) fn pattern(text: &str) -> Result<Option<String>, String> {
    lakesmith_value::TimePattern::new(text).map(|_| Some(text.to_owned()))
}
