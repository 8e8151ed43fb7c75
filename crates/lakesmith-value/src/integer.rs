//! Text to the integer types. Text that a JSON number holds has narrower rules, which are the decoder's.

use crate::trim_cast;

/// What an integer cast does with digits after a decimal point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fraction {
    /// The text is refused, as under `spark.sql.ansi.enabled` and in `try_cast`.
    Refuse,
    /// The digits are checked and dropped, as with ANSI mode off.
    Truncate,
}

/// Reads a BIGINT as Spark's cast does. Narrower types convert the answer with `try_from`, which refuses the same texts
/// as Spark does.
pub fn parse_integer(text: &str, fraction: Fraction) -> Option<i64> {
    let text = trim_cast(text).as_bytes();
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() {
        return None;
    }
    let whole = match digits.iter().position(|byte| *byte == b'.') {
        None => digits,
        Some(_) if fraction == Fraction::Refuse => return None,
        Some(point) if digits[point + 1..].iter().all(u8::is_ascii_digit) => &digits[..point],
        Some(_) => return None,
    };
    // Counted downwards, because the smallest BIGINT has no positive counterpart.
    let mut value = 0_i64;
    for byte in whole {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_sub(i64::from(byte - b'0'))?;
    }
    if negative { Some(value) } else { value.checked_neg() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_up_to_the_ends_of_the_range() {
        let table = [
            (" 12 ", Some(12)),
            ("\t12\n", Some(12)),
            ("+5", Some(5)),
            ("-0", Some(0)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("-9223372036854775808", Some(i64::MIN)),
            ("", None),
            ("+", None),
            ("1e3", None),
            ("1 2", None),
            ("\u{a0}7", None),
            ("\u{7f}7", Some(7)),
        ];
        for (text, value) in table {
            assert_eq!(parse_integer(text, Fraction::Refuse), value, "{text:?}");
        }
    }

    #[test]
    fn a_fraction_is_refused_or_dropped_but_always_checked() {
        let table =
            [("1.5", Some(1)), ("-1.9", Some(-1)), ("1.", Some(1)), (".5", Some(0)), (".", Some(0)), ("1.x", None)];
        for (text, truncated) in table {
            assert_eq!(parse_integer(text, Fraction::Refuse), None, "{text:?}");
            assert_eq!(parse_integer(text, Fraction::Truncate), truncated, "{text:?}");
        }
    }
}
