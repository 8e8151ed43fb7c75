//! The white space that Spark's casts ignore around a value.

/// Removes what Spark's casts ignore at both ends: ASCII spaces and ASCII control characters.
pub fn trim_cast(text: &str) -> &str {
    text.trim_matches(|c: char| c == ' ' || c.is_ascii_control())
}
