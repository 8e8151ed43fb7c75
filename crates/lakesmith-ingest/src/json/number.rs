//! JSON numbers to values. The text of a number is what the scanner accepted.

/// Powers of ten that a DOUBLE holds exactly.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// A number without point and exponent; `None` when it is out of range.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > 18 {
        return text.parse().ok();
    }
    let value = digits.iter().fold(0_i64, |value, digit| value * 10 + i64::from(digit - b'0'));
    Some(if negative { -value } else { value })
}

/// Any number; one that is too large is infinite.
pub(crate) fn double(text: &str) -> Option<f64> {
    match short_double(text.as_bytes()) {
        Some(value) => Some(value),
        None => text.parse().ok(),
    }
}

/// Numbers of few digits: both parts are exact, so one division rounds correctly.
fn short_double(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    // 15 digits are below 2^53 in any case.
    if digits.len() > 16 {
        return None;
    }
    let (mut value, mut point) = (0_u64, None);
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => value = value * 10 + u64::from(byte - b'0'),
            b'.' => point = Some(at),
            _ => return None,
        }
    }
    if value >= 1 << 53 {
        return None;
    }
    let places = point.map_or(0, |at| digits.len() - at - 1);
    #[expect(clippy::cast_precision_loss, reason = "the value is below 2^53")]
    let value = value as f64 / EXACT_POWERS.get(places)?;
    Some(if negative { -value } else { value })
}

/// The words for numbers that are not finite.
pub(crate) fn non_finite(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" | "+Infinity" | "INF" | "+INF" => Some(f64::INFINITY),
        "-Infinity" | "-INF" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// A number as DECIMAL(precision, scale), rounded half up; `None` when it has too many digits or is none. Also reads what
/// Spark reads from texts: a sign, a point at either end, commas between digits.
pub(crate) fn decimal(text: &str, precision: u8, scale: i8) -> Option<i128> {
    let bytes = text.as_bytes();
    let (mantissa, exponent) = match bytes.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&bytes[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (bytes, 0),
    };
    let (negative, digits) = match mantissa {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let point = digits.iter().position(|byte| *byte == b'.').unwrap_or(digits.len());
    let (mut kept, mut rounds_up, mut any) = (0_i128, false, false);
    // The power of ten of the next digit, and that of the last digit that is kept.
    let whole = digits[..point].iter().filter(|byte| **byte != b',').count();
    let mut power = i64::try_from(whole).ok()? - 1 + i64::from(exponent);
    let last = -i64::from(scale);
    let limit = 10_i128.checked_pow(u32::from(precision))?;
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                any = true;
                let digit = i128::from(byte - b'0');
                if power >= last {
                    kept = longer(kept, digit, limit)?;
                } else if power == last - 1 {
                    rounds_up = digit >= 5;
                }
                power -= 1;
            }
            b'.' if at == point => {}
            b',' => {}
            _ => return None,
        }
    }
    // Zeros that the exponent adds.
    while any && kept != 0 && power >= last {
        kept = longer(kept, 0, limit)?;
        power -= 1;
    }
    kept += i128::from(rounds_up);
    if !any || kept >= limit { None } else { Some(if negative { -kept } else { kept }) }
}

/// A number with one digit more, if it stays below the limit.
fn longer(number: i128, digit: i128, limit: i128) -> Option<i128> {
    number.checked_mul(10)?.checked_add(digit).filter(|number| *number < limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_up_to_the_ends_of_the_range() {
        for value in [0, 7, -1, 999_999_999_999_999_999, i64::MAX, i64::MIN] {
            assert_eq!(integer(&value.to_string()), Some(value));
        }
        assert_eq!(integer("9223372036854775808"), None);
        assert_eq!(integer("-0"), Some(0));
    }

    #[test]
    fn doubles_are_the_nearest_ones() {
        for text in [
            "0",
            "-0",
            "0.1",
            "12.34",
            "-99.995",
            "9007199254740993",
            "999999999999999.9",
            "1e22",
            "0.1e-5",
            "1e400",
            "123456789012345678901234567890",
            "0.000001",
            "8.41",
            "1234567.891",
        ] {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(double(text).map(f64::to_bits), Some(expected.to_bits()), "{text}");
        }
    }

    #[test]
    fn decimals_are_rounded_half_up_and_limited() {
        let table = [
            ("12.345", Some(1235)),
            ("-12.345", Some(-1235)),
            ("12.344", Some(1234)),
            ("0.005", Some(1)),
            ("0.0049", Some(0)),
            ("1e2", Some(10_000)),
            ("1.5e-1", Some(15)),
            ("5e-3", Some(1)),
            ("4e-9", Some(0)),
            ("9e-3", Some(1)),
            ("999.99", Some(99_999)),
            ("999.995", None),
            ("1000", None),
            ("1e999999999", None),
            ("0e999999999", Some(0)),
            ("1,000.5", None),
            ("1,00.5", Some(10_050)),
            ("+.5", Some(50)),
            ("5.", Some(500)),
            ("", None),
            (".", None),
            ("1.2.3", None),
            ("x", None),
            ("1e", None),
        ];
        for (text, value) in table {
            assert_eq!(decimal(text, 5, 2), value, "{text}");
        }
        assert_eq!(decimal("99999999999999999999999999999999999999", 38, 0), Some(10_i128.pow(38) - 1));
        for text in ["999999999999999999999999999999999999999", "3.4e38", "9e37.5", "-1e38"] {
            assert_eq!(decimal(text, 38, 0), None, "{text}");
        }
    }
}
