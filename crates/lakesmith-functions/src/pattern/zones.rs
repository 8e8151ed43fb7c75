//! Zones in patterns: offsets in the forms of the letters `X`, `x`, `Z`, `O`, names for `V` and `z`.

use lakesmith_value::Zone;

use super::compile::Field;
use super::fields::Fields;
use super::scan::{digits, without};

/// `+01:00`, or `Z`.
pub(crate) fn offset_text(zone: &Zone, instant: i64) -> String {
    zone_text(zone, instant, 'X', 3)
}

/// What a letter of zones writes, at an instant in seconds.
pub(super) fn zone_text(zone: &Zone, instant: i64, letter: char, count: usize) -> String {
    let offset = zone.offset_at(instant);
    match letter {
        'X' if offset == 0 => "Z".to_owned(),
        'Z' if count == 5 && offset == 0 => "Z".to_owned(),
        'O' => localized(offset, count == 4),
        'Z' if count == 4 => localized(offset, true),
        'X' | 'x' | 'Z' => numbers(offset, letter, count),
        'V' => zone.id(),
        _ => zone.abbreviation(instant),
    }
}

/// How an offset is written: with a colon, and whether minutes and seconds may be left out.
#[derive(Debug, Clone, Copy)]
struct Form {
    colon: &'static str,
    has_minutes: bool,
    may_have_seconds: bool,
    /// Stands for no offset.
    zero: &'static str,
}

fn form(letter: char, count: usize) -> Form {
    let count = if letter == 'Z' && count < 4 { 2 } else { count };
    let zero = match (letter, count) {
        ('X', _) | ('Z', 5) => "Z",
        ('x', 1) => "+00",
        (_, 3 | 5) => "+00:00",
        _ => "+0000",
    };
    Form {
        colon: if matches!(count, 3 | 5) { ":" } else { "" },
        has_minutes: count > 1,
        may_have_seconds: count > 3,
        zero,
    }
}

fn numbers(offset: i32, letter: char, count: usize) -> String {
    let Form { colon, has_minutes, may_have_seconds, .. } = form(letter, count);
    let (sign, size) = (if offset < 0 { '-' } else { '+' }, offset.abs());
    let (hours, minutes, seconds) = (size / 3600, size / 60 % 60, size % 60);
    match (minutes, seconds) {
        (0, _) if !has_minutes => format!("{sign}{hours:02}"),
        (_, 1..) if may_have_seconds => format!("{sign}{hours:02}{colon}{minutes:02}{colon}{seconds:02}"),
        _ => format!("{sign}{hours:02}{colon}{minutes:02}"),
    }
}

/// `GMT+1`, or `GMT+01:00`.
fn localized(offset: i32, is_whole: bool) -> String {
    let (sign, size) = (if offset < 0 { '-' } else { '+' }, offset.abs());
    let (hours, minutes, seconds) = (size / 3600, size / 60 % 60, size % 60);
    let last = if seconds > 0 { format!(":{seconds:02}") } else { String::new() };
    match (offset, is_whole) {
        (0, _) => "GMT".to_owned(),
        (_, true) => format!("GMT{sign}{hours:02}:{minutes:02}{last}"),
        _ if minutes == 0 && seconds == 0 => format!("GMT{sign}{hours}"),
        _ => format!("GMT{sign}{hours}:{minutes:02}{last}"),
    }
}

/// Reads a zone and gives what follows it.
pub(super) fn scan<'t>(letter: char, count: usize, text: &'t str, fields: &mut Fields) -> Option<&'t str> {
    let is_localized = letter == 'O' || letter == 'Z' && count == 4;
    let (offset, rest) = match letter {
        'X' | 'x' | 'Z' if !is_localized => offset(text, form(letter, count))?,
        'O' | 'Z' => localized_offset(text, letter == 'O')?,
        _ if text.starts_with(['+', '-']) => offset(text, form('X', 5))?,
        _ => return region(text, fields),
    };
    fields.set(Field::Offset, offset)?;
    Some(rest)
}

fn offset(text: &str, form: Form) -> Option<(i64, &str)> {
    if let Some(rest) = without(text, form.zero) {
        return Some((0, rest));
    }
    let (sign, text) = signed(text)?;
    let (hours, mut rest) = two_digits(text)?;
    let part = |rest: &mut &str| {
        let (value, after) = two_digits(rest.strip_prefix(form.colon)?)?;
        *rest = after;
        Some(value)
    };
    let minutes = part(&mut rest);
    if form.has_minutes {
        minutes?;
    }
    let seconds = if form.may_have_seconds { part(&mut rest).unwrap_or(0) } else { 0 };
    let minutes = minutes.unwrap_or(0);
    (hours < 24 && minutes < 60 && seconds < 60).then_some(())?;
    Some((sign * (hours * 3600 + minutes * 60 + seconds), rest))
}

fn signed(text: &str) -> Option<(i64, &str)> {
    match text.chars().next()? {
        '+' => Some((1, &text[1..])),
        '-' => Some((-1, &text[1..])),
        _ => None,
    }
}

fn two_digits(text: &str) -> Option<(i64, &str)> {
    let number = text.get(..2).filter(|_| digits(text) >= 2)?;
    Some((number.parse().ok()?, text.get(2..)?))
}

/// An offset behind `GMT`, none where nothing follows that.
fn localized_offset(text: &str, is_short: bool) -> Option<(i64, &str)> {
    let rest = without(text, "GMT")?;
    let Some((sign, after)) = signed(rest) else { return Some((0, rest)) };
    let width = if is_short { digits(after).min(2) } else { 2 };
    let hours: i64 = after.get(..width).filter(|_| digits(after) >= width)?.parse().ok()?;
    let mut rest = after.get(width..)?;
    let mut parts = [0, 0];
    for part in &mut parts {
        let Some((value, after)) = rest.strip_prefix(':').and_then(two_digits) else { break };
        (*part, rest) = (value, after);
    }
    Some((sign * (hours * 3600 + parts[0] * 60 + parts[1]), rest))
}

/// The longest name of a zone that a text begins with.
fn region<'t>(text: &'t str, fields: &mut Fields) -> Option<&'t str> {
    let part = |c: char| c.is_ascii_alphanumeric() || "+-/_:".contains(c);
    let longest = text.find(|c: char| !part(c)).unwrap_or(text.len());
    let (zone, rest) = (1..=longest).rev().find_map(|end| Some((Zone::new(text.get(..end)?)?, text.get(end..)?)))?;
    fields.set_region(zone);
    Some(rest)
}
