//! Patterns for dates and times in Java's letters (`yyyy-MM-dd HH:mm:ss`), read once and used for each value.
//!
//! See <https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html>. A letter that is not built is refused by name.

use std::fmt::{self, Write};

use jiff::civil::Date;
use lakesmith_diagnostic::Condition;
use lakesmith_value::Zone;

use crate::text_value::{DAY_MICROS, date_of, days_of};

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Item>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Text(String),
    Field(char, usize),
    /// `[`: what stands up to the matching `]` may be absent.
    Open,
    Close,
}

/// Why a pattern is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unusable {
    /// The condition.
    pub condition: Condition,
    /// The letter.
    pub letter: char,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.condition == Condition::LAKESMITH_NOT_BUILT {
            return write!(f, "the letter `{}` of a date pattern is not built yet", self.letter);
        }
        write!(f, "the letter `{}` cannot stand in a date pattern, or not this often", self.letter)
    }
}

/// Letters of Spark's patterns with how often they may stand in a row.
const LETTERS: [(char, usize); 24] = [
    ('G', 4),
    ('y', 6),
    ('M', 4),
    ('L', 4),
    ('E', 4),
    ('d', 2),
    ('D', 3),
    ('F', 1),
    ('H', 2),
    ('h', 2),
    ('k', 2),
    ('K', 2),
    ('m', 2),
    ('s', 2),
    ('S', 9),
    ('a', 1),
    ('Q', 4),
    ('q', 4),
    ('V', 2),
    ('z', 4),
    ('X', 5),
    ('x', 5),
    ('Z', 5),
    ('O', 4),
];
/// Letters that Spark 2 had: with them a pattern is refused because it meant something else then.
const FORMER: &str = "GyYMLwWDdFEuaHkKhmsSzZec";
/// Letters that are built.
const BUILT: &str = "GyMLdDFHhkKmsSaEQqXxZzVO";

/// What is wrong with a letter that stands `count` times in a row.
fn unusable(letter: char, count: usize) -> Option<Unusable> {
    let most = LETTERS.iter().find(|(known, _)| *known == letter).map_or(0, |(_, most)| *most);
    let fits = count <= most && (letter != 'V' || count == 2) && (letter != 'O' || count != 2 && count != 3);
    let condition = match fits {
        true if BUILT.contains(letter) => return None,
        true => Condition::LAKESMITH_NOT_BUILT,
        false if FORMER.contains(letter) => Condition::INCONSISTENT_BEHAVIOR_CROSS_VERSION,
        false => Condition::INVALID_DATETIME_PATTERN,
    };
    Some(Unusable { condition, letter })
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Pattern {
    /// Reads a pattern; the error names the letter that is not known.
    pub fn new(pattern: &str) -> Result<Self, Unusable> {
        let mut items = Vec::new();
        let mut characters = pattern.chars().peekable();
        while let Some(character) = characters.next() {
            if character == '\'' {
                let mut text = String::new();
                while let Some(next) = characters.next_if(|next| *next != '\'') {
                    text.push(next);
                }
                characters.next();
                items.push(Item::Text(if text.is_empty() { "'".into() } else { text }));
            } else if character.is_ascii_alphabetic() {
                let mut count = 1;
                while characters.next_if_eq(&character).is_some() {
                    count += 1;
                }
                if let Some(unusable) = unusable(character, count) {
                    return Err(unusable);
                }
                items.push(Item::Field(character, count));
            } else if character == '[' {
                items.push(Item::Open);
            } else if character == ']' {
                items.push(Item::Close);
            } else {
                items.push(Item::Text(character.to_string()));
            }
        }
        Ok(Self(items))
    }

    /// Writes microseconds since the epoch, in UTC.
    pub fn format(&self, micros: i64) -> Option<String> {
        self.format_in(micros, &Zone::default())
    }

    /// Writes an instant as clocks of a zone show it.
    pub fn format_in(&self, instant: i64, zone: &Zone) -> Option<String> {
        let micros = zone.local(instant);
        let days = i32::try_from(micros.div_euclid(DAY_MICROS)).ok()?;
        let (date, time) = (date_of(days)?, micros.rem_euclid(DAY_MICROS));
        let (hour, minute, second) = (time / 3_600_000_000, time / 60_000_000 % 60, time / 1_000_000 % 60);
        let mut out = String::new();
        for item in &self.0 {
            let (letter, count) = match item {
                Item::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Item::Open | Item::Close => continue,
                Item::Field(letter, count) => (*letter, *count),
            };
            let month = usize::try_from(date.month() - 1).ok()?;
            let weekday = usize::try_from(date.weekday().to_sunday_zero_offset()).ok()?;
            // writing to a String cannot fail
            let _ = match (letter, count) {
                ('y', 2) => write!(out, "{:02}", date.year().rem_euclid(100)),
                ('y', _) => write!(out, "{:0count$}", date.year()),
                ('M' | 'L', 3) => write!(out, "{}", &MONTHS[month][..3]),
                ('M' | 'L', 4..) => write!(out, "{}", MONTHS[month]),
                ('M' | 'L', _) => write!(out, "{:0count$}", date.month()),
                ('d', _) => write!(out, "{:0count$}", date.day()),
                ('D', _) => write!(out, "{:0count$}", date.day_of_year()),
                ('Q' | 'q', 1 | 2) => write!(out, "{:0count$}", month / 3 + 1),
                ('Q' | 'q', 4) => write!(out, "{} quarter", ["1st", "2nd", "3rd", "4th"][month / 3]),
                ('Q' | 'q', _) => write!(out, "Q{}", month / 3 + 1),
                ('E', 4..) => write!(out, "{}", DAYS[weekday]),
                ('E', _) => write!(out, "{}", &DAYS[weekday][..3]),
                ('G', 4) => out.write_str(if date.year() > 0 { "Anno Domini" } else { "Before Christ" }),
                ('G', _) => out.write_str(if date.year() > 0 { "AD" } else { "BC" }),
                ('F', _) => write!(out, "{}", (date.day() - 1) / 7 + 1),
                ('k', _) => write!(out, "{:0count$}", if hour == 0 { 24 } else { hour }),
                ('K', _) => write!(out, "{:0count$}", hour % 12),
                ('H', _) => write!(out, "{hour:0count$}"),
                ('h', _) => write!(out, "{:0count$}", (hour + 11) % 12 + 1),
                ('m', _) => write!(out, "{minute:0count$}"),
                ('s', _) => write!(out, "{second:0count$}"),
                ('S', _) => write!(out, "{}", fraction(time % 1_000_000, count)),
                ('a', _) => write!(out, "{}", if hour < 12 { "AM" } else { "PM" }),
                _ => {
                    out.push_str(&zone_text(zone, instant.div_euclid(1_000_000), letter, count));
                    Ok(())
                }
            };
        }
        Some(out)
    }

    /// Reads a text as microseconds since the epoch, in UTC where it names no zone; `None` when it does not follow the pattern.
    pub fn parse(&self, text: &str) -> Option<i64> {
        self.parse_in(text, &Zone::default())
    }

    /// Reads a text as what clocks show, whatever zone it names.
    pub fn parse_local(&self, text: &str) -> Option<i64> {
        let (parts, rest) = read(&self.0, text, Parts::default())?;
        if rest.is_empty() { parts.local() } else { None }
    }

    /// Reads a text that names no zone as what clocks show.
    pub fn parse_zoneless(&self, text: &str) -> Option<i64> {
        let (parts, rest) = read(&self.0, text, Parts::default())?;
        if rest.is_empty() && parts.zone.is_none() { parts.local() } else { None }
    }

    /// Reads a text as an instant, in a zone where it names none.
    pub fn parse_in(&self, text: &str, zone: &Zone) -> Option<i64> {
        let (parts, rest) = read(&self.0, text, Parts::default())?;
        if rest.is_empty() { parts.micros(zone) } else { None }
    }
}

/// `+01:00`, or `Z`.
pub(crate) fn offset_text(zone: &Zone, instant: i64) -> String {
    zone_text(zone, instant, 'X', 3)
}

/// What a letter of zones writes.
fn zone_text(zone: &Zone, instant: i64, letter: char, count: usize) -> String {
    let offset = zone.offset_at(instant);
    let (sign, size) = (if offset < 0 { '-' } else { '+' }, offset.abs());
    let (hours, minutes, seconds) = (size / 3600, size / 60 % 60, size % 60);
    let plain = |colon: &str, short: bool| match (minutes, seconds) {
        (0, _) if short => format!("{sign}{hours:02}"),
        (_, 0) => format!("{sign}{hours:02}{colon}{minutes:02}"),
        _ if count > 3 => format!("{sign}{hours:02}{colon}{minutes:02}{colon}{seconds:02}"),
        _ => format!("{sign}{hours:02}{colon}{minutes:02}"),
    };
    let colon = if matches!(count, 3 | 5) { ":" } else { "" };
    match letter {
        'X' if offset == 0 => "Z".to_owned(),
        'X' | 'x' => plain(colon, count == 1),
        'Z' if count == 5 && offset == 0 => "Z".to_owned(),
        'Z' if count == 4 && offset == 0 => "GMT".to_owned(),
        'Z' if count == 4 => format!("GMT{}", plain(":", false)),
        'Z' => plain(if count == 5 { ":" } else { "" }, false),
        'O' if offset == 0 => "GMT".to_owned(),
        'O' if count == 4 => format!("GMT{}", plain(":", false)),
        'O' if minutes == 0 => format!("GMT{sign}{hours}"),
        'O' => format!("GMT{sign}{hours}:{minutes:02}"),
        'V' => zone.id(),
        _ => zone.abbreviation(instant),
    }
}

/// Reads a text by items, up to the end of the items or the `]` that ends them; gives what is left of the text.
fn read<'a>(items: &[Item], text: &'a str, mut parts: Parts) -> Option<(Parts, &'a str)> {
    let mut rest = text;
    let mut at = 0;
    while let Some(item) = items.get(at) {
        at += 1;
        match item {
            Item::Text(text) => rest = rest.strip_prefix(text.as_str())?,
            Item::Field(letter, count) => {
                let adjacent = matches!(items.get(at), Some(Item::Field(..)));
                rest = parts.read(rest, *letter, *count, adjacent)?;
            }
            Item::Close => return Some((parts, rest)),
            Item::Open => {
                if let Some((with, after)) = read(&items[at..], rest, parts.clone()) {
                    (parts, rest) = (with, after);
                }
                at += behind(&items[at..]);
            }
        }
    }
    Some((parts, rest))
}

/// How many items stand up to and with the `]` of the level that they begin in.
fn behind(items: &[Item]) -> usize {
    let mut depth = 1usize;
    for (at, item) in items.iter().enumerate() {
        match item {
            Item::Open => depth += 1,
            Item::Close => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    items.len()
}

fn fraction(micros: i64, digits: usize) -> String {
    let text = format!("{micros:06}000");
    text[..digits.min(9)].to_owned()
}

/// What has been read so far.
#[derive(Debug, Clone)]
struct Parts {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
    day_of_year: Option<i16>,
    hour: i64,
    minute: i64,
    second: i64,
    micros: i64,
    afternoon: Option<bool>,
    /// The zone that the text names.
    zone: Option<Zone>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            year: 1970,
            month: None,
            day: None,
            day_of_year: None,
            hour: 0,
            minute: 0,
            second: 0,
            micros: 0,
            afternoon: None,
            zone: None,
        }
    }
}

impl Parts {
    /// Reads one field and gives what follows it.
    fn read<'a>(&mut self, text: &'a str, letter: char, count: usize, adjacent: bool) -> Option<&'a str> {
        if letter == 'a' {
            let half = text.get(..2)?;
            self.afternoon = Some(if half.eq_ignore_ascii_case("pm") {
                true
            } else {
                half.eq_ignore_ascii_case("am").then_some(false)?
            });
            return text.get(2..);
        }
        if matches!(letter, 'M' | 'L') && count >= 3 {
            let found = MONTHS.iter().position(|name| {
                let name = if count == 3 { &name[..3] } else { name };
                text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
            })?;
            self.month = Some(i8::try_from(found + 1).ok()?);
            return text.get(if count == 3 { 3 } else { MONTHS[found].len() }..);
        }
        if letter == 'E' {
            let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
            return text.get(end..);
        }
        if matches!(letter, 'X' | 'x' | 'Z' | 'z' | 'V' | 'O') {
            return self.read_zone(text, letter);
        }
        if letter == 'G' {
            let is_common = text.get(..2)?.eq_ignore_ascii_case("AD");
            return if is_common { text.get(2..) } else { None };
        }
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let most = match letter {
            'D' if count == 2 => 3,
            'y' if count == 2 => 2,
            _ if adjacent || count > 1 && letter != 'y' => count.max(1),
            _ => digits.min(9),
        };
        let taken = digits.min(most);
        if taken < count.min(if letter == 'S' { 1 } else { count }) || taken == 0 {
            return None;
        }
        let value: i64 = text[..taken].parse().ok()?;
        self.set(letter, count, value, &text[..taken])?;
        text.get(taken..)
    }

    fn set(&mut self, letter: char, count: usize, value: i64, digits: &str) -> Option<()> {
        let below = |limit: i64| (value < limit).then_some(value);
        match letter {
            'y' if count == 2 => self.year = i16::try_from(2000 + value).ok()?,
            'y' => self.year = i16::try_from(value).ok()?,
            'M' | 'L' => self.month = Some(i8::try_from(value).ok()?),
            'd' => self.day = Some(i8::try_from(value).ok()?),
            'D' => self.day_of_year = Some(i16::try_from(value).ok()?),
            'k' => self.hour = (1..=24).contains(&value).then_some(value % 24)?,
            'K' => self.hour = below(12)?,
            'H' => self.hour = below(24)?,
            'h' => self.hour = (1..=12).contains(&value).then_some(value % 12)?,
            'm' => self.minute = below(60)?,
            's' => self.second = below(60)?,
            'S' => self.micros = format!("{digits:0<6}")[..6].parse().ok()?,
            _ => return None,
        }
        Some(())
    }

    /// Reads the name of a zone: an offset for the letters of offsets, any name for the others.
    fn read_zone<'a>(&mut self, text: &'a str, letter: char) -> Option<&'a str> {
        let is_signed = text.starts_with(['+', '-']);
        let part =
            |c: char| c.is_ascii_digit() || c == ':' || !is_signed && (c.is_ascii_alphabetic() || "+-/_".contains(c));
        let end = 1 + text.get(1..)?.find(|c: char| !part(c)).unwrap_or(text.len() - 1);
        let end = if letter == 'X' && !is_signed { 1 } else { end };
        let name = text.get(..end)?;
        let is_read = match letter {
            'X' => is_signed || name == "Z",
            'x' | 'Z' => is_signed,
            _ => true,
        };
        self.zone = Some(Zone::new(name).filter(|_| is_read)?);
        text.get(end..)
    }

    fn micros(&self, zone: &Zone) -> Option<i64> {
        self.local().map(|local| self.zone.as_ref().unwrap_or(zone).instant(local))
    }

    fn local(&self) -> Option<i64> {
        let date = match self.day_of_year {
            None => Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).ok()?,
            Some(number) => {
                let first = Date::new(self.year, 1, 1).ok()?;
                let date = date_of(days_of(first) + i32::from(number) - 1)?;
                let agrees = date.year() == self.year
                    && self.month.is_none_or(|month| month == date.month())
                    && self.day.is_none_or(|day| day == date.day());
                agrees.then_some(date)?
            }
        };
        let hour = self.hour + if self.afternoon == Some(true) && self.hour < 12 { 12 } else { 0 };
        let seconds = (hour * 60 + self.minute) * 60 + self.second;
        Some(i64::from(days_of(date)) * DAY_MICROS + seconds * 1_000_000 + self.micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_writes_and_reads_the_same_text() {
        let pattern = Pattern::new("yyyy-MM-dd'T'HH:mm:ss.SSS").unwrap();
        let micros = pattern.parse("2024-02-29T23:59:58.125").unwrap();
        assert_eq!(pattern.format(micros).unwrap(), "2024-02-29T23:59:58.125");
    }

    #[test]
    fn fields_without_separators_take_their_own_digits() {
        assert_eq!(Pattern::new("yyyyMMdd").unwrap().parse("20240105"), Some(19727 * DAY_MICROS));
        assert_eq!(Pattern::new("yyyyMMdd").unwrap().parse("2024-01-05"), None);
    }

    #[test]
    fn months_and_days_have_names() {
        assert_eq!(Pattern::new("EEE, d MMM yyyy").unwrap().format(0).unwrap(), "Thu, 1 Jan 1970");
        assert_eq!(Pattern::new("d MMMM yyyy").unwrap().parse("5 january 2024"), Some(19727 * DAY_MICROS));
    }

    #[test]
    fn an_unknown_letter_is_refused_by_name() {
        assert_eq!(Pattern::new("V").unwrap_err().letter, 'V');
        assert_eq!(Pattern::new("YYYY").unwrap_err().condition, Condition::INCONSISTENT_BEHAVIOR_CROSS_VERSION);
    }

    #[test]
    fn what_stands_in_brackets_may_be_absent() {
        let pattern = Pattern::new("yyyy[-MM[-dd]]").unwrap();
        assert_eq!(pattern.parse("2024"), pattern.parse("2024-01-01"));
        assert_eq!(pattern.parse("2024-"), None);
    }
}
