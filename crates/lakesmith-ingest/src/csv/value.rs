//! [`Converter`]: texts of fields to values, by the rules of Spark's `UnivocityParser`; `None` for a text of another type.

use crate::json::number;
use crate::options::{CsvRules, TimeFormats};
use crate::times::Times;

/// The rules of one scan, with compiled patterns.
#[derive(Debug)]
pub(crate) struct Converter {
    not_a_number: String,
    positive_infinity: String,
    negative_infinity: String,
    pub(crate) times: Times,
}

impl Converter {
    pub(crate) fn new(rules: &CsvRules, formats: &TimeFormats) -> Self {
        Self {
            not_a_number: rules.not_a_number.clone(),
            positive_infinity: rules.positive_infinity.clone(),
            negative_infinity: rules.negative_infinity.clone(),
            times: Times::new(formats),
        }
    }

    pub(crate) fn double(&self, text: &str) -> Option<f64> {
        let number = || java_number(text).and_then(number::double);
        self.word(text).or_else(number).or_else(|| java_word(text))
    }

    pub(crate) fn float(&self, text: &str) -> Option<f32> {
        let word = self.word(text).or_else(|| java_word(text));
        #[expect(clippy::cast_possible_truncation, reason = "infinities and NaN stay what they are")]
        let word = word.map(|word| word as f32);
        word.or_else(|| java_number(text)?.parse().ok())
    }

    fn word(&self, text: &str) -> Option<f64> {
        // numbers are by far the most, and their first byte tells
        if text.as_bytes().first().is_some_and(u8::is_ascii_digit) && !self.has_odd_words() {
            None
        } else if text == self.not_a_number {
            Some(f64::NAN)
        } else if text == self.negative_infinity {
            Some(f64::NEG_INFINITY)
        } else if text == self.positive_infinity {
            Some(f64::INFINITY)
        } else {
            None
        }
    }

    fn has_odd_words(&self) -> bool {
        [&self.not_a_number, &self.positive_infinity, &self.negative_infinity]
            .iter()
            .any(|word| word.starts_with(|first: char| first.is_ascii_digit()))
    }
}

/// A whole number as Java reads it: a sign and digits, nothing else.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 {
        return if digits.first().is_some_and(u8::is_ascii_digit) { text.parse().ok() } else { None };
    }
    let mut value = 0_i64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(digit - b'0');
    }
    Some(if negative { -value } else { value })
}

pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// The digits, point and exponent of a number as Java reads it: with white space around it and a type letter after it.
fn java_number(text: &str) -> Option<&str> {
    let text = text.trim_matches(|character| character <= ' ');
    let text = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    let text = text.strip_prefix('+').filter(|rest| !rest.starts_with('-')).unwrap_or(text);
    let (mut points, mut digits) = (0, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => points += 1,
            b'-' if at == 0 => {}
            b'e' | b'E' if digits > 0 => {
                return if is_exponent(&text[at + 1..]) && points < 2 { Some(text) } else { None };
            }
            _ => return None,
        }
    }
    if digits > 0 && points < 2 { Some(text) } else { None }
}

fn is_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn java_word(text: &str) -> Option<f64> {
    match text.trim_matches(|character| character <= ' ') {
        "NaN" | "+NaN" | "-NaN" => Some(f64::NAN),
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_java_reads() {
        let converter = Converter::new(&CsvRules::default(), &TimeFormats::default());
        for (text, value) in [
            ("1.5", 1.5),
            (" 1.5 ", 1.5),
            ("1d", 1.0),
            ("-.5F", -0.5),
            ("+2", 2.0),
            ("1e3", 1000.0),
            ("5.", 5.0),
            ("Inf", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            assert_eq!(converter.double(text), Some(value), "{text}");
            #[expect(clippy::cast_possible_truncation, reason = "all are exact")]
            let narrow = value as f32;
            assert_eq!(converter.float(text), Some(narrow), "{text}");
        }
        for text in ["", " ", ".", "-", "1.2.3", "1e", "e5", "inf", "nan", "1 2", "+-1", "1,0", "1_0"] {
            assert_eq!(converter.double(text), None, "{text:?}");
        }
        assert!(converter.double("NaN").is_some_and(f64::is_nan));
        for (text, value) in
            [("+1", Some(1)), ("-0", Some(0)), ("9223372036854775807", Some(i64::MAX)), ("007", Some(7))]
        {
            assert_eq!(integer(text), value, "{text}");
        }
        for text in ["", "+", " 1", "1 ", "1.0", "9223372036854775808", "+-1", "-+1"] {
            assert_eq!(integer(text), None, "{text:?}");
        }
    }
}
