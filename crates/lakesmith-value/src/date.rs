//! Text to DATE, in days since 1970-01-01 of the proleptic Gregorian calendar.

use crate::{plain_time, trim_cast};

/// Reads a date as Spark's cast does: `[+-]yyyy`, `[+-]yyyy-[m]m` or `[+-]yyyy-[m]m-[d]d`, where a year has four to
/// seven digits. After the day may follow a space or `T` and then anything.
pub fn parse_date(text: &str) -> Option<i32> {
    let bytes = text.as_bytes();
    if let (Some((year, month, day)), None | Some(b' ' | b'T')) = (plain_time::day(bytes), bytes.get(10)) {
        return day_number(year, month, day);
    }
    parse_any_date(text)
}

fn parse_any_date(text: &str) -> Option<i32> {
    let text = trim_cast(text);
    let (sign, text) = year_sign(text);
    let mut parts = text.splitn(3, '-');
    let year = sign * digits(parts.next()?, 4, 7)?;
    let month = parts.next().map_or(Some(1), |part| digits(part, 1, 2))?;
    let day = parts.next().map_or(Some(1), |part| digits(part.split([' ', 'T']).next()?, 1, 2))?;
    day_number(year, month, day)
}

/// Splits the optional sign off a date: the factor of the year, and the rest.
pub(crate) fn year_sign(text: &str) -> (i32, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The days from 1970-01-01 to a day, `None` when the calendar has no such day or the number does not fit.
pub(crate) fn day_number(year: i32, month: i32, day: i32) -> Option<i32> {
    if (1..=12).contains(&month) && (1..=month_length(year, month)).contains(&day) {
        days_since_epoch(year, month, day)
    } else {
        None
    }
}

/// Reads a number of `fewest` to `most` ASCII digits.
pub(crate) fn digits(text: &str, fewest: usize, most: usize) -> Option<i32> {
    let fits = (fewest..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn month_length(year: i32, month: i32) -> i32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_epoch(year: i32, month: i32, day: i32) -> Option<i32> {
    // Years start in March here, so that the leap day is the last day of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    i32::try_from(i64::from(year) * 365 + i64::from(leap_days + day_of_year) - 719_468).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_forms_of_the_cast() {
        let table = [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2020", 18_262),
            ("2020-1", 18_262),
            ("2020-1-2", 18_263),
            ("2020-01-02T", 18_263),
            ("2020-01-02 junk", 18_263),
            ("+2020-01-02", 18_263),
            (" 2020-01-02 ", 18_263),
            ("0000-01-01", -719_528),
            ("-0001-01-01", -719_893),
            ("20200-1-1", 6_658_371),
        ];
        for (text, days) in table {
            assert_eq!(parse_date(text), Some(days), "{text:?}");
            assert_eq!(parse_any_date(text), Some(days), "{text:?}");
        }
    }

    #[test]
    fn other_forms_and_days_that_do_not_exist_are_refused() {
        for text in [
            "",
            "202-1-1",
            "2021-2-29",
            "2020-01-02x",
            "2020-001-1",
            "2020-01T",
            "2020-",
            "12345678-1-1",
            "9999999-1-1",
        ] {
            assert_eq!(parse_date(text), None, "{text:?}");
            assert_eq!(parse_any_date(text), None, "{text:?}");
        }
    }
}
