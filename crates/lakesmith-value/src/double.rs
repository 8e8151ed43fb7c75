//! DOUBLE to text and back.

use crate::trim_cast;

/// Reads a DOUBLE as Spark's cast does: decimal digits with an exponent, an optional type letter (`1.5d`, `1f`), and
/// the words for infinity and NaN in any case. Hexadecimal floats, which Spark also reads, are refused.
pub fn parse_double(text: &str) -> Option<f64> {
    let text = trim_cast(text);
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["inf", "+inf", "infinity", "+infinity"]) {
        return Some(f64::INFINITY);
    }
    if is(&["-inf", "-infinity"]) {
        return Some(f64::NEG_INFINITY);
    }
    if is(&["nan"]) {
        return Some(f64::NAN);
    }
    let number = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    // The standard parser also knows words; only number characters may reach it.
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    if plain { number.parse().ok() } else { None }
}

/// Writes a DOUBLE as Spark does: plain from 0.001 up to 10 million, otherwise as `1.0E7`; always with a fraction.
/// The digits are the fewest that read back as the same value.
pub fn format_double(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = value.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{value:?}");
    }
    let text = format!("{value:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_spark_writes_them() {
        let table = [
            ("1e7", "1.0E7"),
            ("9999999.0", "9999999.0"),
            ("0.001", "0.001"),
            ("0.0009", "9.0E-4"),
            ("123456789", "1.23456789E8"),
            ("-0.0", "-0.0"),
            ("1d", "1.0"),
            ("1.5F", "1.5"),
            ("1.", "1.0"),
            (".5", "0.5"),
            (" 1.5 ", "1.5"),
            ("1e400", "Infinity"),
            ("-INF", "-Infinity"),
            ("nan", "NaN"),
        ];
        for (text, written) in table {
            assert_eq!(parse_double(text).map(format_double).as_deref(), Some(written), "{text:?}");
        }
    }

    #[test]
    fn text_that_is_no_number_is_refused() {
        for text in ["", ".", "+nan", "1_0", "d", "1dd", "e5"] {
            assert_eq!(parse_double(text), None, "{text:?}");
        }
    }
}
