//! [`OptionFault`], and how the text of an option becomes a value.

/// An option that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionFault {
    /// The key as written.
    pub key: String,
    /// What is wrong, lower-case, one line.
    pub message: String,
    /// What the user can do.
    pub help: Option<String>,
}

impl OptionFault {
    pub(crate) fn new(key: &str, message: impl Into<String>) -> Self {
        Self { key: key.to_owned(), message: message.into(), help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
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
    lakesmith_value::parse_timestamp(text, crate::zone::offset_seconds)
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
