//! Texts to DATE and TIMESTAMP: the common forms directly, all others by the rules of `lakesmith_value`.

use lakesmith_value::Zone;

use crate::zone::offset_seconds;

const DAY_SECONDS: i64 = 86_400;

/// The first day of the Gregorian calendar, 1582-10-15. Day numbers before it would have to be rebased.
const FIRST_GREGORIAN_DAY: i32 = -141_427;

/// A date as Spark's JSON reader reads it: as its cast does, and otherwise a whole number as days since 1970-01-01.
pub(crate) fn date(text: &str) -> Option<i32> {
    cast_date(text).or_else(|| text.parse().ok().filter(|days| *days >= FIRST_GREGORIAN_DAY))
}

/// A date as Spark's cast reads it.
pub(crate) fn cast_date(text: &str) -> Option<i32> {
    let plain = text.as_bytes().first_chunk::<10>().filter(|_| text.len() == 10).and_then(plain_date);
    plain.or_else(|| lakesmith_value::parse_date(text))
}

/// A timestamp as Spark's cast reads it, in a zone where the text names none.
pub(crate) fn timestamp(text: &str, zone: &Zone) -> Option<i64> {
    let is_plain = zone.is_utc() || text.ends_with('Z');
    let plain = if is_plain { plain_timestamp(text.as_bytes()) } else { None };
    plain.or_else(|| lakesmith_value::parse_timestamp(text, |region, local| offset_seconds(region, local, zone)))
}

/// A timestamp without a zone; a text that names one is refused.
pub(crate) fn timestamp_ntz(text: &str) -> Option<i64> {
    let local = lakesmith_value::parse_timestamp(text, |_, _| Some(0))?;
    // A zone in the text would have moved or marked the time: with another session zone both readings then agree.
    let elsewhere =
        lakesmith_value::parse_timestamp(text, |region, _| if region.is_none() { Some(3_600) } else { None });
    if elsewhere.is_some_and(|elsewhere| elsewhere != local) { Some(local) } else { None }
}

fn plain_date(text: &[u8; 10]) -> Option<i32> {
    let (year, month, day) = (number(&text[..4])?, number(&text[5..7])?, number(&text[8..])?);
    // Days up to 28 exist in every month, and the years are those without surprises.
    if text[4] != b'-' || text[7] != b'-' || year < 1 || !(1..=12).contains(&month) || !(1..=28).contains(&day) {
        return None;
    }
    // Years start in March here, so that the leap day is the last day of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468)
}

/// `yyyy-MM-dd` then `T` or a space, `HH:mm:ss`, up to nine digits of a fraction, and `Z` or nothing.
fn plain_timestamp(text: &[u8]) -> Option<i64> {
    let (head, rest) = text.split_first_chunk::<19>()?;
    let date = plain_date(head.first_chunk()?)?;
    let (hour, minute, second) = (number(&head[11..13])?, number(&head[14..16])?, number(&head[17..])?);
    let separated = matches!(head[10], b'T' | b' ') && head[13] == b':' && head[16] == b':';
    if !separated || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let rest = rest.strip_suffix(b"Z").unwrap_or(rest);
    let micros = match rest {
        [] => 0,
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            let micros = number(&digits[..digits.len().min(6)])?;
            number(digits)?;
            i64::from(micros) * 10_i64.pow(6 - u32::try_from(digits.len().min(6)).ok()?)
        }
        _ => return None,
    };
    let seconds = i64::from(date) * DAY_SECONDS + i64::from(hour * 3_600 + minute * 60 + second);
    Some(seconds * 1_000_000 + micros)
}

/// Up to nine ASCII digits.
fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0_i32, |value, digit| match digit {
        b'0'..=b'9' => Some(value * 10 + i32::from(digit - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_agrees_with_the_rules() {
        for text in [
            "2024-02-29",
            "2023-02-29",
            "2024-02-28",
            "0001-01-01",
            "0000-01-01",
            "1969-12-31",
            "1600-03-01",
            "2024-13-01",
            "2024-00-10",
            "2024-01-1x",
            "2024/01/01",
            "9999-12-28",
            "2024-12-31",
        ] {
            assert_eq!(date(text), lakesmith_value::parse_date(text), "{text}");
            assert_eq!(date("20240131"), Some(20_240_131));
            for time in [
                "",
                "T01:02:03",
                " 23:59:59.123456789Z",
                "T23:59:59.1",
                "T24:00:00",
                "T1:2:3",
                "T01:02:03.",
                "T01:02:03.1x",
                "T01:02:03+02:00",
            ] {
                let text = format!("{text}{time}");
                let utc = Zone::default();
                let expected = lakesmith_value::parse_timestamp(&text, |region, at| offset_seconds(region, at, &utc));
                assert_eq!(timestamp(&text, &utc), expected, "{text}");
            }
        }
    }

    #[test]
    fn a_zone_has_no_place_in_a_time_without_zone() {
        assert_eq!(timestamp_ntz("1970-01-01 00:00:01"), Some(1_000_000));
        assert_eq!(timestamp_ntz("1970-01-01"), Some(0));
        for text in ["1970-01-01 00:00:01Z", "1970-01-01 00:00:01+01:00", "1970-01-01 00:00:01 Asia/Tokyo", "x"] {
            assert_eq!(timestamp_ntz(text), None, "{text}");
        }
    }
}
