//! [`OptionFault`], and how the text of an option becomes a value.

use lakesmith_diagnostic::{Condition, Diagnostic};

/// An option that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionFault {
    /// The key as written.
    pub key: String,
    /// What is wrong, lower-case, one line.
    pub message: String,
    /// What the user can do.
    pub help: Option<String>,
    /// The format is not given and no file is there yet whose name could tell it.
    pub(crate) needs_file: bool,
}

impl OptionFault {
    pub(crate) fn new(key: &str, message: impl Into<String>) -> Self {
        Self { key: key.to_owned(), message: message.into(), help: None, needs_file: false }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether the fault goes away with the first file, whose name tells the format.
    pub fn is_for_first_file(&self) -> bool {
        self.needs_file
    }

    /// The option's key as written, and what is wrong with it as a diagnostic without a place.
    pub fn told(self) -> (String, Diagnostic) {
        let title = format!("reader option `{}`: {}", self.key, self.message);
        let mut diagnostic = Diagnostic::error(Condition::UNRECOGNIZED_OPTION, title);
        diagnostic.help.extend(self.help);
        (self.key, diagnostic)
    }
}

/// Reads `true` or `false` in any case, as Spark does.
pub(crate) fn boolean(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("`{text}` is neither `true` nor `false`")),
    }
}

/// Reads a number above zero.
pub(crate) fn positive(text: &str) -> Result<u64, String> {
    match text.trim().parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("`{text}` is no whole number above zero")),
    }
}

/// Reads a number of zero or more.
pub(crate) fn whole(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| format!("`{text}` is no whole number"))
}

/// Checks a part of a whole, above 0 and up to 1.
pub(crate) fn ratio(text: &str) -> Result<(), String> {
    match text.trim().parse::<f64>() {
        Ok(ratio) if ratio > 0.0 && ratio <= 1.0 => Ok(()),
        _ => Err(format!("`{text}` is no part above 0 and up to 1")),
    }
}

/// Reads a number of bytes with an optional unit: `10g`, `512 MB`, `1048576`.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return Err(format!("`{text}` is no size such as `10g`")),
    };
    let number: u64 = positive(number)?;
    number.checked_mul(1 << shift).ok_or_else(|| format!("`{text}` is too large"))
}

/// Reads a time as Spark's cast does, in UTC where the text names no zone.
pub(crate) fn time(text: &str) -> Result<i64, String> {
    let utc = lakesmith_value::Zone::default();
    lakesmith_value::parse_timestamp(text, |region, local| crate::zone::offset_seconds(region, local, &utc))
        .ok_or_else(|| format!("`{text}` is no time such as `2024-01-31T10:00:00`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("10g"), Ok(10 << 30));
        assert_eq!(bytes(" 512 MB "), Ok(512 << 20));
        assert_eq!(bytes("7"), Ok(7));
        assert!(bytes("many").is_err() && bytes("1x").is_err() && bytes("99999999999t").is_err());
    }
}
