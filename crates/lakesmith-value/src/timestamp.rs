//! Text to TIMESTAMP, in microseconds since the epoch in UTC.
//!
//! Text that holds only a time of day, which Spark completes with today's date, is refused: nothing here reads a clock.

use crate::date::{day_number, digits, year_sign};
use crate::{plain_time, trim_cast};

/// Reads a timestamp as Spark's cast does: a date (see [`crate::parse_date`]), then after a space or `T` the hour, and
/// optionally minute, second, fraction and zone. Digits past the microsecond are dropped.
///
/// `zone_offset` answers the offset in seconds at a local time (seconds since the epoch) of a region by name, or of the
/// session's zone for `None`; it answers `None` for a region that does not exist. Fixed offsets never reach it.
pub fn parse_timestamp(text: &str, zone_offset: impl Fn(Option<&str>, i64) -> Option<i32>) -> Option<i64> {
    let bytes = text.as_bytes();
    if let (Some((year, month, day)), Some(b' ' | b'T')) = (plain_time::day(bytes), bytes.get(10))
        && let Some(time) = plain_time::time(&bytes[11..])
    {
        let local = i64::from(day_number(year, month, day)?) * 86_400 + i64::from(time.seconds);
        let offset = if time.is_utc { 0 } else { zone_offset(None, local)? };
        // four digits of a year are far from what does not fit
        return Some((local - i64::from(offset)) * 1_000_000 + i64::from(time.micros));
    }
    parse_any_timestamp(text, zone_offset)
}

/// What clocks show where a text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTimestamp {
    /// Microseconds since midnight of 1970-01-01.
    pub micros: i64,
    /// Whether the text names a zone; it has no say in what clocks show.
    pub names_zone: bool,
}

/// Reads a timestamp without zone in the form of [`parse_timestamp`]. `is_region` tells which names of regions there are.
pub fn parse_local_timestamp(text: &str, is_region: impl Fn(&str) -> bool) -> Option<LocalTimestamp> {
    let written = Written::parse(text)?;
    if written.zone.is_some_and(|zone| parse_offset(zone).is_none() && !is_region(zone)) {
        return None;
    }
    let micros = written.instant(0)?;
    Some(LocalTimestamp { micros, names_zone: written.zone.is_some() })
}

fn parse_any_timestamp(text: &str, zone_offset: impl Fn(Option<&str>, i64) -> Option<i32>) -> Option<i64> {
    let written = Written::parse(text)?;
    let offset = match written.zone {
        None => zone_offset(None, written.seconds)?,
        Some(zone) => parse_offset(zone).or_else(|| zone_offset(Some(zone), written.seconds))?,
    };
    written.instant(offset)
}

/// The parts of a timestamp's text.
struct Written<'a> {
    /// Seconds of the local time since the epoch.
    seconds: i64,
    micros: i32,
    zone: Option<&'a str>,
}

impl<'a> Written<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (sign, text) = year_sign(trim_cast(text));
        let (date, time) = match text.find([' ', 'T']) {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        let mut parts = date.splitn(3, '-');
        let year = sign * digits(parts.next()?, 4, 6)?;
        let month = parts.next().map(|part| digits(part, 1, 2));
        let day = parts.next().map(|part| digits(part, 1, 2));
        if time.is_some() && day.is_none() {
            return None;
        }
        let days = day_number(year, month.unwrap_or(Some(1))?, day.unwrap_or(Some(1))?)?;
        let time = time.map_or(Some(TimeOfDay::default()), TimeOfDay::parse)?;
        let seconds = i64::from(days) * 86_400 + i64::from(time.seconds);
        Some(Self { seconds, micros: time.micros, zone: time.zone })
    }

    fn instant(&self, offset: i32) -> Option<i64> {
        // Wide, because a local time may lie outside the range that its UTC time lies in.
        i64::try_from(i128::from(self.seconds - i64::from(offset)) * 1_000_000 + i128::from(self.micros)).ok()
    }
}

/// Reads a fixed offset in seconds: `Z`, or an optional `UTC`, `GMT` or `UT` before `+h`, `+hh`, `+hhmm`, `+hhmmss`,
/// `+[h]h:[m]m` or `+hh:mm:ss`, at most 18 hours. Names of regions answer `None`.
pub fn parse_offset(zone: &str) -> Option<i32> {
    if matches!(zone, "Z" | "UTC" | "GMT" | "UT") {
        return Some(0);
    }
    let offset = ["UTC", "GMT", "UT"].iter().find_map(|prefix| zone.strip_prefix(prefix)).unwrap_or(zone);
    let (sign, size) = match offset.strip_prefix('-') {
        Some(size) => (-1, size),
        None => (1, offset.strip_prefix('+')?),
    };
    let mut parts = [0; 3];
    if size.contains(':') {
        let mut texts = size.split(':');
        for part in &mut parts {
            *part = texts.next().map_or(Some(0), |text| digits(text, 1, 2))?;
        }
        if texts.next().is_some() {
            return None;
        }
    } else {
        let number = digits(size, 1, 6)?;
        parts = match size.len() {
            1 | 2 => [number, 0, 0],
            4 => [number / 100, number % 100, 0],
            6 => [number / 10_000, number / 100 % 100, number % 100],
            _ => return None,
        };
    }
    let [hours, minutes, seconds] = parts;
    let total = hours * 3_600 + minutes * 60 + seconds;
    if minutes < 60 && seconds < 60 && total <= 18 * 3_600 { Some(sign * total) } else { None }
}

#[derive(Default)]
struct TimeOfDay<'a> {
    seconds: i32,
    micros: i32,
    zone: Option<&'a str>,
}

impl<'a> TimeOfDay<'a> {
    /// A zone can only follow the seconds.
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let hour = digits(parts.next()?, 1, 2)?;
        let minute = parts.next().map_or(Some(0), |part| digits(part, 1, 2))?;
        let (second, rest) = parts.next().map_or(("0", ""), leading_digits);
        let second = digits(second, 1, 2)?;
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let (fraction, zone) = rest.strip_prefix('.').map_or(("", rest), leading_digits);
        let mut micros = 0;
        for place in 0..6 {
            micros = micros * 10 + fraction.as_bytes().get(place).map_or(0, |digit| i32::from(digit - b'0'));
        }
        let zone = if zone.is_empty() { None } else { Some(trim_cast(zone)) };
        Some(Self { seconds: hour * 3_600 + minute * 60 + second, micros, zone })
    }
}

fn leading_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc_and_one_region(region: Option<&str>, _local: i64) -> Option<i32> {
        match region {
            None => Some(0),
            Some("Asia/Tokyo") => Some(9 * 3_600),
            Some(_) => None,
        }
    }

    #[test]
    fn timestamps_are_read_in_the_forms_of_the_cast() {
        let table = [
            ("2020", Some(1_577_836_800_000_000)),
            ("2020-1", Some(1_577_836_800_000_000)),
            ("2020-1-2", Some(1_577_923_200_000_000)),
            ("2020-01-02 ", Some(1_577_923_200_000_000)),
            ("2020-01-02T", None),
            ("2020-01-02 3", Some(1_577_934_000_000_000)),
            ("2020-01-02 3:4", Some(1_577_934_240_000_000)),
            ("2020-01-02 3:4:5", Some(1_577_934_245_000_000)),
            ("2020-01-02T03:04:05.", Some(1_577_934_245_000_000)),
            ("2020-01-02T03:04:05.1", Some(1_577_934_245_100_000)),
            ("2020-01-02T03:04:05.123456", Some(1_577_934_245_123_456)),
            ("2020-01-02T03:04:05.1234567", Some(1_577_934_245_123_456)),
            ("2020-01-02T03:04:05Z", Some(1_577_934_245_000_000)),
            ("2020-01-02T03:04:05 Z", Some(1_577_934_245_000_000)),
            ("2020-01-02T03:04:05+1:2", Some(1_577_930_525_000_000)),
            ("2020-01-02T03:04:05+01", Some(1_577_930_645_000_000)),
            ("2020-01-02T03:04:05+0130", Some(1_577_928_845_000_000)),
            ("2020-01-02T03:04:05-01:30", Some(1_577_939_645_000_000)),
            ("2020-01-02T03:04:05+18:00", Some(1_577_869_445_000_000)),
            ("2020-01-02T03:04:05+18:01", None),
            ("2020-01-02T03:04:05UTC", Some(1_577_934_245_000_000)),
            ("2020-01-02T03:04:05 UTC+1", Some(1_577_930_645_000_000)),
            ("2020-01-02T03:04:05 GMT-01:30", Some(1_577_939_645_000_000)),
            ("2020-01-02T03:04:05 UT", Some(1_577_934_245_000_000)),
            ("2020-01-02 24:00:00", None),
            ("2020-01-02 23:59:60", None),
            ("2020-01-02 03:60", None),
            ("2020-01-02 junk", None),
            ("2020-01-02T03:04Z", None),
            ("2020-01-02Z", None),
            ("2020-01-02  03:04:05", None),
            ("2020-01-02 003:04:05", None),
            ("294247-01-10T04:00:54.775807Z", Some(9_223_372_036_854_775_807)),
            ("294247-01-10T04:00:54.775808Z", None),
            ("-0001-01-01 00:00:00", Some(-62_198_755_200_000_000)),
            ("2020-01-02t03:04:05", None),
            ("2020-01-02T03:04:05z", None),
            ("2020-01-02T03:04:05+01:30:15", Some(1_577_928_830_000_000)),
            ("2020-01-02T03:04:05+5", Some(1_577_916_245_000_000)),
            ("2020-01-02T03:04:05+", None),
        ];
        for (text, micros) in table {
            assert_eq!(parse_timestamp(text, utc_and_one_region), micros, "{text:?}");
        }
    }

    #[test]
    fn the_session_zone_holds_only_for_text_without_a_zone() {
        let session = |region: Option<&str>, local| match region {
            None => Some(3_600),
            region => utc_and_one_region(region, local),
        };
        assert_eq!(parse_timestamp("1970-01-01 01:00:00", session), Some(0));
        assert_eq!(parse_timestamp("1970-01-01 01:00:00Z", session), Some(3_600_000_000));
        assert_eq!(parse_timestamp("1970-01-01 09:00:00 Asia/Tokyo", session), Some(0));
        assert_eq!(parse_timestamp("1970-01-01 09:00:00 Asia/Nowhere", session), None);
    }

    #[test]
    fn the_usual_form_is_read_as_any_other() {
        let texts = ["2020-02-29T23:59:59.123456789Z", "1999-12-31 00:00:00", "0001-01-01T10:20:30.5"];
        for text in texts {
            for at in 0..text.len() {
                for put in ["", "0", "9", "3", "-", ":", ".", " ", "T", "Z", "+", "x", "é", "00"] {
                    for removed in 0..2 {
                        let changed = format!("{}{put}{}", &text[..at], &text[(at + removed).min(text.len())..]);
                        let expected = parse_any_timestamp(&changed, utc_and_one_region);
                        assert_eq!(parse_timestamp(&changed, utc_and_one_region), expected, "{changed:?}");
                    }
                }
            }
        }
    }
}
