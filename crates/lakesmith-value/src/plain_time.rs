//! The form in which nearly all dates and times are written, read without looking for its parts.

/// The number that two ASCII digits at `at` write.
fn two(bytes: &[u8], at: usize) -> Option<i32> {
    let (tens, ones) = (bytes[at].wrapping_sub(b'0'), bytes[at + 1].wrapping_sub(b'0'));
    if tens < 10 && ones < 10 { Some(i32::from(tens) * 10 + i32::from(ones)) } else { None }
}

/// Year, month and day of a text that begins with `yyyy-mm-dd`.
pub(crate) fn day(bytes: &[u8]) -> Option<(i32, i32, i32)> {
    let bytes = bytes.get(..10)?;
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    Some((two(bytes, 0)? * 100 + two(bytes, 2)?, two(bytes, 5)?, two(bytes, 8)?))
}

/// A time of day: seconds, microseconds, and whether it is in UTC.
pub(crate) struct Time {
    pub(crate) seconds: i32,
    pub(crate) micros: i32,
    pub(crate) is_utc: bool,
}

/// Reads `hh:mm:ss`, a fraction if there is one, and `Z` if there is one.
pub(crate) fn time(bytes: &[u8]) -> Option<Time> {
    let (clock, mut rest) = bytes.split_at_checked(8)?;
    let (hour, minute, second) = (two(clock, 0)?, two(clock, 3)?, two(clock, 6)?);
    if clock[2] != b':' || clock[5] != b':' || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut micros = 0;
    if let [b'.', fraction @ ..] = rest {
        let count = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = fraction[..count].iter().map(|digit| i32::from(digit - b'0'));
        micros = digits.chain(std::iter::repeat(0)).take(6).fold(0, |micros, digit| micros * 10 + digit);
        rest = &fraction[count..];
    }
    let is_utc = match rest {
        [] => false,
        [b'Z'] => true,
        _ => return None,
    };
    Some(Time { seconds: hour * 3_600 + minute * 60 + second, micros, is_utc })
}
