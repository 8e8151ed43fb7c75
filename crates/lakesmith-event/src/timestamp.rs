//! Times in JSON: `2024-05-01T12:00:00.000000Z`, always UTC, always six digits of a second.

use serde::{Deserialize, Deserializer};

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// Writes microseconds since 1970-01-01T00:00:00Z.
pub fn format(micros: i64) -> String {
    let (seconds, fraction) = (micros.div_euclid(MICROS_PER_SECOND), micros.rem_euclid(MICROS_PER_SECOND));
    let (days, of_day) = (seconds.div_euclid(SECONDS_PER_DAY), seconds.rem_euclid(SECONDS_PER_DAY));
    let (year, month, day) = date_of(days);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:06}Z")
}

/// Reads what [`format`] wrote; `None` for any other text.
pub fn parse(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (year, month_day) = date.rsplit_once('-').and_then(|(rest, day)| {
        let (year, month) = rest.rsplit_once('-')?;
        Some((year.parse::<i64>().ok()?, (month.parse::<i64>().ok()?, day.parse::<i64>().ok()?)))
    })?;
    let (clock, fraction) = time.split_once('.')?;
    let fraction = fraction.parse::<i64>().ok().filter(|_| fraction.len() == 6)?;
    let mut clock = clock.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let days = day_number(year, month_day.0, month_day.1);
    (date_of(days) == (year, month_day.0, month_day.1)).then_some(())?;
    let seconds = days.checked_mul(SECONDS_PER_DAY)?.checked_add(hour * 3600 + minute * 60 + second)?;
    seconds.checked_mul(MICROS_PER_SECOND)?.checked_add(fraction)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| serde::de::Error::custom(format_args!("`{text}` is no time of the event log")))
}

/// Year, month and day of a number of days since 1970-01-01, in the proleptic Gregorian calendar.
///
/// The year begins in March, so that the day that comes and goes is its last one.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // since 0000-03-01
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The reverse of [`date_of`].
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * march_month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

    #[test]
    fn a_time_is_written_in_utc_with_microseconds() {
        assert_eq!(format(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(format(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(format(1_709_210_096_000_007), "2024-02-29T12:34:56.000007Z");
    }

    #[test]
    fn what_was_written_is_read_back() {
        for micros in (-62_135_596_800_000_000..253_402_300_800_000_000_i64).step_by(86_399_999_999 * 97) {
            assert_eq!(parse(&format(micros)), Some(micros), "{micros}");
        }
    }

    #[test]
    fn another_text_is_no_time() {
        for text in ["", "2024-02-30T00:00:00.000000Z", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000000"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
