//! Spark's rules for values as text: what a cast from STRING accepts and what a cast to STRING writes.

use std::fmt::Write;

use jiff::civil::Date;

/// Microseconds of a day.
pub const DAY_MICROS: i64 = 86_400_000_000;

/// A whole number.
pub fn parse_integer(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

/// A floating point number; `Infinity`, `NaN` and a trailing `d` or `f` are accepted.
pub fn parse_double(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits =
        text.strip_suffix(['d', 'D', 'f', 'F']).filter(|rest| rest.ends_with(|c: char| c.is_ascii_digit() || c == '.'));
    digits.unwrap_or(text).parse().ok()
}

/// `true`, `t`, `yes`, `y`, `1` and their opposites.
pub fn parse_boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

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

/// Days since the epoch of `yyyy`, `yyyy-m`, `yyyy-m-d`, the last one with anything after a blank or `T`.
pub fn parse_date(text: &str) -> Option<i32> {
    let text = text.trim();
    let date = text.split([' ', 'T']).next()?;
    if date.len() < text.len() && date.matches('-').count() != 2 {
        return None;
    }
    civil_days(date)
}

fn civil_days(text: &str) -> Option<i32> {
    let mut parts = text.split('-');
    let year = parts.next()?;
    if year.len() != 4 {
        return None;
    }
    let number = |part: Option<&str>| match part {
        None => Some(1),
        Some(part) if !part.is_empty() && part.len() <= 2 => part.parse::<i8>().ok(),
        Some(_) => None,
    };
    let (year, month, day) = (year.parse::<i16>().ok()?, number(parts.next())?, number(parts.next())?);
    if parts.next().is_some() {
        return None;
    }
    Some(days_of(Date::new(year, month, day).ok()?))
}

/// Days since the epoch.
pub fn days_of(date: Date) -> i32 {
    let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    i32::try_from(days).unwrap_or(i32::MAX)
}

/// The date of a number of days since the epoch; `None` outside of years -9999 to 9999.
pub fn date_of(days: i32) -> Option<Date> {
    let epoch = Date::constant(1970, 1, 1);
    epoch.checked_add(jiff::Span::new().try_days(i64::from(days)).ok()?).ok()
}

/// Microseconds since the epoch, and whether the text named a zone. Without one the value is wall-clock time.
pub fn parse_timestamp(text: &str) -> Option<(i64, bool)> {
    let text = text.trim();
    let (date, rest) = match text.find([' ', 'T']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, ""),
    };
    let days = i64::from(civil_days(date)?);
    if rest.is_empty() {
        return Some((days * DAY_MICROS, false));
    }
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(rest.len());
    let micros = time_micros(&rest[..end])?;
    let zone = rest[end..].trim();
    let offset = if zone.is_empty() { 0 } else { zone_micros(zone)? };
    Some((days * DAY_MICROS + micros - offset, !zone.is_empty()))
}

fn time_micros(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':');
    let mut next = |limit: i64| match parts.next() {
        None => Some(0),
        Some(part) if (1..=2).contains(&part.len()) => part.parse::<i64>().ok().filter(|value| *value < limit),
        Some(_) => None,
    };
    let (hour, minute, second) = (next(24)?, next(60)?, next(60)?);
    if parts.next().is_some() || !clock.contains(':') {
        return None;
    }
    let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
    Some(((hour * 60 + minute) * 60 + second) * 1_000_000 + digits.parse::<i64>().ok()?)
}

/// The offset of `Z`, `UTC`, `GMT`, `+h`, `+hh:mm`.
fn zone_micros(zone: &str) -> Option<i64> {
    let zone = zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT")).unwrap_or(zone);
    if zone.is_empty() || zone == "Z" {
        return Some(0);
    }
    let (sign, rest) = match zone.as_bytes().first()? {
        b'+' => (1, &zone[1..]),
        b'-' => (-1, &zone[1..]),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if rest.len() == 4 => rest.split_at(2),
        None => (rest, "0"),
    };
    let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
    (minutes <= 18 * 60).then_some(sign * minutes * 60_000_000)
}

/// A date as `yyyy-MM-dd`.
pub fn format_date(days: i32) -> String {
    date_of(days).map_or_else(String::new, |date| format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()))
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
    fn decimals_are_rounded_half_up_and_refused_when_too_large() {
        assert_eq!(parse_decimal(" 12.345 ", 10, 2), Some(1235));
        assert_eq!(parse_decimal("-1.5e2", 10, 2), Some(-15000));
        assert_eq!(parse_decimal("1000", 4, 1), None);
        assert_eq!(parse_decimal("abc", 4, 1), None);
    }

    #[test]
    fn dates_and_timestamps_have_sparks_forms() {
        assert_eq!(parse_date("2024-1-5"), Some(19727));
        assert_eq!(parse_date("2024-01-05T10:00:00"), Some(19727));
        assert_eq!(parse_date("2024-13-01"), None);
        assert_eq!(parse_timestamp("1970-01-02 00:00:01.5"), Some((DAY_MICROS + 1_500_000, false)));
        assert_eq!(parse_timestamp("1970-01-01T02:00:00+02:00"), Some((0, true)));
        assert_eq!(format_timestamp(-1), "1969-12-31 23:59:59.999999");
    }
}
