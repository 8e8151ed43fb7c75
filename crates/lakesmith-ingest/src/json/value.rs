//! JSON values to the values of a type, by Spark's rules; `None` for a value of another type.

use super::object::Line;
use super::scan::{Kind, Span};
use super::text::unescaped;
use super::{number, time};

pub(super) fn boolean(span: Span) -> Option<bool> {
    match span.kind {
        Kind::True => Some(true),
        Kind::False => Some(false),
        _ => None,
    }
}

pub(super) fn long(line: Line<'_>, span: Span) -> Option<i64> {
    if span.kind == Kind::Integer { number::integer(&line.text[span.range()]) } else { None }
}

pub(super) fn narrow<T: TryFrom<i64>>(line: Line<'_>, span: Span) -> Option<T> {
    long(line, span).and_then(|value| T::try_from(value).ok())
}

pub(super) fn double(line: Line<'_>, span: Span) -> Option<f64> {
    let text = &line.text[span.range()];
    match span.kind {
        // Spark reads `-0` as an integer, which has no sign.
        Kind::Integer => number::double(text).map(|value| value + 0.0),
        Kind::Fraction => number::double(text),
        Kind::NonFinite => number::non_finite(text),
        Kind::Text if line.rules.non_numeric_numbers => number::non_finite(text),
        _ => None,
    }
}

pub(super) fn float(line: Line<'_>, span: Span) -> Option<f32> {
    match span.kind {
        Kind::Integer => line.text[span.range()].parse().ok().map(|value: f32| value + 0.0),
        Kind::Fraction => line.text[span.range()].parse().ok(),
        #[expect(clippy::cast_possible_truncation, reason = "infinities and NaN stay what they are")]
        _ => double(line, span).map(|value| value as f32),
    }
}

pub(super) fn decimal(line: Line<'_>, span: Span, precision: u8, scale: i8) -> Option<i128> {
    match span.kind {
        Kind::Integer | Kind::Fraction | Kind::Text => number::decimal(&unescaped(line.text, span), precision, scale),
        _ => None,
    }
}

pub(super) fn date(line: Line<'_>, span: Span) -> Option<i32> {
    if span.kind == Kind::Text { line.times.date(&unescaped(line.text, span), time::date) } else { None }
}

pub(super) fn timestamp(line: Line<'_>, span: Span) -> Option<i64> {
    match span.kind {
        Kind::Text => line.times.timestamp(&unescaped(line.text, span)),
        // Spark reads numbers as seconds.
        Kind::Integer => long(line, span)?.checked_mul(1_000_000),
        _ => None,
    }
}

pub(super) fn timestamp_ntz(line: Line<'_>, span: Span) -> Option<i64> {
    if span.kind == Kind::Text { line.times.timestamp_ntz(&unescaped(line.text, span)) } else { None }
}

/// Base64, as Spark reads BINARY.
pub(super) fn binary(line: Line<'_>, span: Span) -> Option<Vec<u8>> {
    if span.kind != Kind::Text {
        return None;
    }
    let text = unescaped(line.text, span);
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if padding > 2 || !text.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}
