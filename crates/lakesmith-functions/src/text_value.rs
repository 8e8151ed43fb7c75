//! Spark's rules for values as text: what a cast from STRING accepts and what a cast to STRING writes.

use std::fmt::Write;

use lakesmith_value::Zone;

use crate::civil_date::CivilDate;

/// Microseconds of a day.
pub const DAY_MICROS: i64 = 86_400_000_000;

/// A decimal number as its unscaled value at `scale`, rounded half up; `None` when it is no number or has too many digits.
pub fn parse_decimal(text: &str, precision: u8, scale: i8) -> Option<i128> {
    let text = text.trim();
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let shift = i32::from(scale) + exponent - i32::try_from(fraction.len()).ok()?;
    let unscaled = shift_digits(&digits, shift)?;
    (unscaled.unsigned_abs() < 10u128.pow(u32::from(precision))).then_some(if negative { -unscaled } else { unscaled })
}

/// The digits as a number, times ten to the power of `shift`, rounded half up.
fn shift_digits(digits: &str, shift: i32) -> Option<i128> {
    if shift >= 0 {
        let power = 10i128.checked_pow(u32::try_from(shift).ok()?);
        let value: i128 = digits.parse().ok()?;
        return if value == 0 { Some(0) } else { value.checked_mul(power?) };
    }
    let dropped = usize::try_from(-shift).ok()?;
    if dropped > digits.len() {
        return Some(0);
    }
    let (kept, rest) = digits.split_at(digits.len() - dropped);
    let kept: i128 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    Some(kept + i128::from(rest.as_bytes().first().is_some_and(|digit| *digit >= b'5')))
}

/// Whether a text is a decimal number, whatever its size.
pub fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let digits = unsigned.bytes().filter(u8::is_ascii_digit).count();
    let points = unsigned.bytes().filter(|byte| *byte == b'.').count();
    digits > 0 && points <= 1 && digits + points == unsigned.len() && exponent.is_none_or(|e| e.parse::<i32>().is_ok())
}

/// The offset in seconds of a region at a local time; that of the session, which is UTC, for `None`.
pub fn zone_offset(region: Option<&str>, local_seconds: i64) -> Option<i32> {
    offset_in(&Zone::default(), region, local_seconds)
}

/// The offset in seconds of a region at a local time; that of the session's zone for `None`.
pub fn offset_in(session: &Zone, region: Option<&str>, local_seconds: i64) -> Option<i32> {
    match region {
        None => Some(session.offset_of(local_seconds)),
        Some(region) => Zone::new(region).map(|zone| zone.offset_of(local_seconds)),
    }
}

/// A date as `yyyy-MM-dd`.
pub fn format_date(days: i32) -> String {
    let CivilDate { year, month, day } = CivilDate::of_days(i64::from(days));
    let sign = if year < 0 { "-" } else { "" };
    let plus = if year > 9999 { "+" } else { sign };
    format!("{plus}{:04}-{month:02}-{day:02}", year.abs())
}

/// The text of a typed constant in the form that Spark gives it; `None` when it is no value of the type.
pub fn format_typed(data_type: &lakesmith_unresolved::SparkType, text: &str) -> Option<String> {
    use lakesmith_unresolved::SparkType;
    match data_type {
        SparkType::Date => lakesmith_value::parse_date(text).map(format_date),
        SparkType::TimestampNtz => parse_local(text).map(format_timestamp),
        SparkType::Timestamp => {
            let zone = crate::rules::current().zone;
            let offset = |region: Option<&str>, local| offset_in(&zone, region, local);
            lakesmith_value::parse_timestamp(text, offset).map(|instant| format_timestamp(zone.local(instant)))
        }
        _ => None,
    }
}

/// The instant of a text in a zone, where it names none.
pub(crate) fn zoned_instant(text: &str, zone: &Zone) -> Option<i64> {
    lakesmith_value::parse_timestamp(text, |region, local| offset_in(zone, region, local))
}

/// Whether a text is a timestamp that names its zone.
pub fn names_zone(text: &str) -> bool {
    lakesmith_value::parse_local_timestamp(text, |_| true).is_some_and(|local| local.names_zone)
}

/// A timestamp without zone as a cast reads it.
pub fn parse_local(text: &str) -> Option<i64> {
    lakesmith_value::parse_local_timestamp(text, is_zone).map(|local| local.micros)
}

/// A timestamp without zone that names none.
pub fn parse_zoneless(text: &str) -> Option<i64> {
    lakesmith_value::parse_local_timestamp(text, |_| false).filter(|local| !local.names_zone).map(|local| local.micros)
}

/// Whether a text is the name or the offset of a zone.
pub fn is_zone(name: &str) -> bool {
    Zone::new(name).is_some()
}

/// Whether a text is a time without a day: `11:00`, `T11`.
pub fn is_time_of_day(text: &str) -> bool {
    lakesmith_value::is_time_of_day(text, is_zone)
}

/// The day of a year and month, in days since the epoch; `None` where the calendar has no such day or it does not fit.
pub(crate) fn day_number(year: i64, month: i64, day: i64) -> Option<i32> {
    i32::try_from(CivilDate::new(year, month, day)?.days()).ok()
}

/// Moves by months; a day that the month lacks becomes its last day.
pub(crate) fn months_later(days: i32, months: i64) -> Option<i32> {
    i32::try_from(CivilDate::of_days(i64::from(days)).months_later(months)?.days()).ok()
}

/// A timestamp as `yyyy-MM-dd HH:mm:ss` with as many fraction digits as it has.
pub fn format_timestamp(micros: i64) -> String {
    let days = i32::try_from(micros.div_euclid(DAY_MICROS)).unwrap_or(i32::MAX);
    let of_day = micros.rem_euclid(DAY_MICROS);
    let (seconds, fraction) = (of_day / 1_000_000, of_day % 1_000_000);
    let mut text = format_date(days);
    // writing to a String cannot fail
    let _ = write!(text, " {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if fraction > 0 {
        let _ = write!(text, ".{}", format!("{fraction:06}").trim_end_matches('0'));
    }
    text
}

/// A decimal number as Java's `BigDecimal` writes it: with an exponent where more than six zeros would stand behind the point.
pub fn format_decimal(unscaled: i128, scale: i8) -> String {
    let digits = unscaled.unsigned_abs().to_string();
    let sign = if unscaled < 0 { "-" } else { "" };
    let places = usize::from(scale.unsigned_abs());
    let exponent = i32::try_from(digits.len()).unwrap_or(0) - 1 - i32::from(scale);
    if exponent < -6 {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}E{exponent}");
    }
    if scale <= 0 {
        return format!("{sign}{digits}{}", "0".repeat(places));
    }
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    format!("{sign}{whole}.{fraction}")
}

/// A floating point number with the fewest digits that identify it, in scientific notation below 1e-3 and from 1e7.
pub fn format_double(shortest: &str, value: f64) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value == 0.0 || (-3..7).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let mantissa = if mantissa.contains('.') { mantissa.to_owned() } else { format!("{mantissa}.0") };
    format!("{mantissa}E{exponent}")
}

/// A single precision number, by the same rules.
pub fn format_float(value: f32) -> String {
    let exponent = format!("{value:e}");
    let scientific = exponent.split_once('e').and_then(|(_, digits)| digits.parse::<i32>().ok()).unwrap_or(0);
    if value.is_finite() && (value == 0.0 || (-3..7).contains(&scientific)) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    format_double(&exponent, f64::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        let double = |value: f64| format_double(&format!("{value:e}"), value);
        assert_eq!(double(1.0), "1.0");
        assert_eq!(double(0.001), "0.001");
        assert_eq!(double(12_345_678.9), "1.23456789E7");
        assert_eq!(double(1e-5), "1.0E-5");
    }

    #[test]
    fn decimals_are_written_as_java_writes_them() {
        for (unscaled, scale, text) in [
            (1, 7, "1E-7"),
            (-125, 9, "-1.25E-7"),
            (1, 6, "0.000001"),
            (0, 18, "0E-18"),
            (-105, 2, "-1.05"),
            (7, 0, "7"),
        ] {
            assert_eq!(format_decimal(unscaled, scale), text);
        }
    }

    #[test]
    fn decimals_are_rounded_half_up_and_refused_when_too_large() {
        assert_eq!(parse_decimal(" 12.345 ", 10, 2), Some(1235));
        assert_eq!(parse_decimal("-1.5e2", 10, 2), Some(-15000));
        assert_eq!(parse_decimal("1000", 4, 1), None);
        assert_eq!(parse_decimal("abc", 4, 1), None);
    }
}
