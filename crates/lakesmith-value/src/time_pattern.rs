//! [`TimePattern`]: texts to dates and times by a pattern in Java's letters (`dd/MM/yyyy HH:mm`), as Spark's readers use them.
//!
//! See <https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html>. A letter that is not built is refused by name.

use crate::date::day_number;
use crate::parse_offset;

/// The months of a year by their English names; three letters are the short name.
pub const MONTHS: [&str; 12] = [
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
/// The days of a week by their English names; three letters are the short name.
pub const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A pattern, read once and used for each text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimePattern {
    items: Vec<Item>,
    /// The pattern is `yyyy`, `MM`, `dd` in this order with separators of one character, read the short way.
    plain: Option<(u8, u8)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Text(String),
    Field(char, usize),
    Optional(Vec<Item>),
}

/// What a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternTime {
    /// Days since 1970-01-01.
    pub days: i32,
    /// Microseconds since midnight.
    pub micros: i64,
    /// The zone that the text names: an offset or a region.
    pub zone: Option<String>,
}

impl TimePattern {
    /// Reads a pattern; the error says what is wrong with it.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let mut characters = pattern.chars().peekable();
        let items = items(&mut characters, false)?;
        let plain = match pattern.as_bytes() {
            [b'y', b'y', b'y', b'y', a, b'M', b'M', b, b'd', b'd']
                if !a.is_ascii_alphanumeric() && !b.is_ascii_alphanumeric() =>
            {
                Some((*a, *b))
            }
            _ => None,
        };
        Ok(Self { items, plain })
    }

    /// Reads a text; `None` when it does not follow the pattern or names no day of the calendar.
    pub fn parse(&self, text: &str) -> Option<PatternTime> {
        if let Some((first, second)) = self.plain
            && let Some(days) = plain_day(text.as_bytes(), first, second)
        {
            return Some(PatternTime { days, micros: 0, zone: None });
        }
        let mut parts = Parts::default();
        let rest = parts.items(&self.items, text)?;
        if rest.is_empty() { parts.time() } else { None }
    }
}

fn plain_day(text: &[u8], first: u8, second: u8) -> Option<i32> {
    let [a, b, c, d, x, e, f, y, g, h] = text else { return None };
    if *x != first || *y != second {
        return None;
    }
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i32::from(digit - b'0')))
    };
    day_number(number(&[*a, *b, *c, *d])?, number(&[*e, *f])?, number(&[*g, *h])?)
}

/// Reads the parts of a pattern, up to the `]` that ends an optional section.
fn items(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, is_optional: bool) -> Result<Vec<Item>, String> {
    let mut items = Vec::new();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                let mut text = String::new();
                loop {
                    match characters.next() {
                        None => return Err("a quote in the pattern is not closed".to_owned()),
                        Some('\'') if characters.peek() == Some(&'\'') && !text.is_empty() => {
                            characters.next();
                            text.push('\'');
                        }
                        Some('\'') => break,
                        Some(other) => text.push(other),
                    }
                }
                items.push(Item::Text(if text.is_empty() { "'".to_owned() } else { text }));
            }
            '[' => items.push(Item::Optional(self::items(characters, true)?)),
            ']' if is_optional => return Ok(items),
            ']' => return Err("a `]` in the pattern closes nothing".to_owned()),
            letter if letter.is_ascii_alphabetic() => {
                let mut count = 1;
                while characters.next_if_eq(&letter).is_some() {
                    count += 1;
                }
                if !"yuMLdHhKkmsSaEXxZzVO".contains(letter) {
                    return Err(format!("the letter `{letter}` of a date pattern is not built yet"));
                }
                items.push(Item::Field(letter, count));
            }
            other => items.push(Item::Text(other.to_string())),
        }
    }
    if is_optional { Err("a `[` in the pattern is not closed".to_owned()) } else { Ok(items) }
}

/// What has been read so far.
#[derive(Debug, Clone)]
struct Parts {
    year: i32,
    month: i32,
    day: i32,
    hour: i64,
    is_half_day: bool,
    minute: i64,
    second: i64,
    micros: i64,
    afternoon: Option<bool>,
    zone: Option<String>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            year: 1970,
            month: 1,
            day: 1,
            hour: 0,
            is_half_day: false,
            minute: 0,
            second: 0,
            micros: 0,
            afternoon: None,
            zone: None,
        }
    }
}

impl Parts {
    fn items<'t>(&mut self, items: &[Item], text: &'t str) -> Option<&'t str> {
        let mut rest = text;
        for (at, item) in items.iter().enumerate() {
            rest = match item {
                Item::Text(expected) => rest.strip_prefix(expected.as_str())?,
                Item::Field(letter, count) => {
                    let is_adjacent = matches!(items.get(at + 1), Some(Item::Field(next, _)) if is_number(*next));
                    self.field(*letter, *count, is_adjacent, rest)?
                }
                Item::Optional(inner) => {
                    let mut tried = self.clone();
                    match tried.items(inner, rest) {
                        Some(after) => {
                            *self = tried;
                            after
                        }
                        None => rest,
                    }
                }
            };
        }
        Some(rest)
    }

    /// Reads one field and gives what follows it.
    fn field<'t>(&mut self, letter: char, count: usize, is_adjacent: bool, text: &'t str) -> Option<&'t str> {
        match (letter, count) {
            ('a', _) => {
                let half = text.get(..2)?;
                self.afternoon = Some(half.eq_ignore_ascii_case("pm"));
                if self.afternoon == Some(false) && !half.eq_ignore_ascii_case("am") {
                    return None;
                }
                text.get(2..)
            }
            ('M' | 'L', 3..) => {
                let (month, rest) = name(&MONTHS, if count == 3 { 3 } else { usize::MAX }, text)?;
                self.month = month + 1;
                Some(rest)
            }
            ('E', _) => name(&DAYS, if count <= 3 { 3 } else { usize::MAX }, text).map(|(_, rest)| rest),
            ('X' | 'x' | 'Z' | 'z' | 'V' | 'O', _) => self.zone(letter, text),
            _ => self.number(letter, count, is_adjacent, text),
        }
    }

    fn number<'t>(&mut self, letter: char, count: usize, is_adjacent: bool, text: &'t str) -> Option<&'t str> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (fewest, most) = match (letter, count) {
            ('S', _) if is_adjacent => (count, count),
            ('S', _) => (1, 9),
            ('y' | 'u', 1 | 3) if !is_adjacent => (count, 9),
            (_, 1) => (1, 2),
            _ => (count, count),
        };
        let taken = digits.min(most);
        if taken < fewest {
            return None;
        }
        let value: i64 = text[..taken].parse().ok()?;
        let within = |low: i64, high: i64| if (low..=high).contains(&value) { Some(value) } else { None };
        match letter {
            'y' | 'u' if count == 2 => self.year = 2000 + i32::try_from(value).ok()?,
            'y' | 'u' => self.year = i32::try_from(value).ok()?,
            'M' | 'L' => self.month = i32::try_from(value).ok()?,
            'd' => self.day = i32::try_from(value).ok()?,
            'H' => self.hour = within(0, 23)?,
            'k' => self.hour = within(1, 24)? % 24,
            'h' | 'K' => {
                self.hour = if letter == 'h' { within(1, 12)? % 12 } else { within(0, 11)? };
                self.is_half_day = true;
            }
            'm' => self.minute = within(0, 59)?,
            's' => self.second = within(0, 59)?,
            'S' => self.micros = format!("{:0<6}", &text[..taken])[..6].parse().ok()?,
            _ => return None,
        }
        text.get(taken..)
    }

    fn zone<'t>(&mut self, letter: char, text: &'t str) -> Option<&'t str> {
        if let Some(rest) = text.strip_prefix('Z').filter(|_| letter != 'x') {
            self.zone = Some("Z".to_owned());
            return Some(rest);
        }
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '+' | '-' | '/' | '_');
        let end = text.find(|c: char| !part(c)).unwrap_or(text.len());
        let zone = &text[..end];
        let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
        let zone = match (zone.chars().next(), digits.len()) {
            (Some(sign @ ('+' | '-')), 2) => format!("{sign}{digits}:00"),
            (Some(sign @ ('+' | '-')), 4) => format!("{sign}{}:{}", &digits[..2], &digits[2..]),
            (Some(sign @ ('+' | '-')), 6) => format!("{sign}{}:{}:{}", &digits[..2], &digits[2..4], &digits[4..]),
            (Some(first), _) if first.is_ascii_alphabetic() && !matches!(letter, 'X' | 'x' | 'Z') => zone.to_owned(),
            _ => return None,
        };
        if zone.starts_with(['+', '-']) {
            parse_offset(&zone)?;
        }
        self.zone = Some(zone);
        text.get(end..)
    }

    fn time(self) -> Option<PatternTime> {
        let days = day_number(self.year, self.month, self.day)?;
        let hour = match self.afternoon {
            Some(true) if self.is_half_day => self.hour + 12,
            // a half of the day beside an hour of all 24 must agree with it
            Some(afternoon) if !self.is_half_day && afternoon != (self.hour >= 12) => return None,
            _ => self.hour,
        };
        let seconds = (hour * 60 + self.minute) * 60 + self.second;
        Some(PatternTime { days, micros: seconds * 1_000_000 + self.micros, zone: self.zone })
    }
}

fn is_number(letter: char) -> bool {
    "yuMLdHhKkmsS".contains(letter)
}

/// The name that a text begins with, cut to so many letters.
fn name<'t>(names: &[&str], letters: usize, text: &'t str) -> Option<(i32, &'t str)> {
    let cut = |name: &&str| name.len().min(letters);
    let at = names
        .iter()
        .position(|name| text.get(..cut(name)).is_some_and(|start| start.eq_ignore_ascii_case(&name[..cut(name)])))?;
    Some((i32::try_from(at).ok()?, text.get(cut(&names[at])..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pattern: &str, text: &str) -> Option<(i32, i64, Option<String>)> {
        TimePattern::new(pattern).unwrap().parse(text).map(|time| (time.days, time.micros, time.zone))
    }

    #[test]
    fn texts_follow_their_pattern_from_end_to_end() {
        let noon = 12 * 3_600_000_000;
        assert_eq!(read("dd/MM/yyyy", "05/01/2024"), Some((19_727, 0, None)));
        assert_eq!(read("yyyy-MM-dd", "2024-01-05"), Some((19_727, 0, None)));
        assert_eq!(read("d/M/yy h:mm a", "5/1/24 12:00 PM"), Some((19_727, noon, None)));
        assert_eq!(read("yyyyMMddHHmm", "202401051200"), Some((19_727, noon, None)));
        assert_eq!(read("EEE, d MMM yyyy", "Fri, 5 jan 2024"), Some((19_727, 0, None)));
        assert_eq!(read("yyyy-MM-dd['T'HH:mm[:ss]]", "2024-01-05"), Some((19_727, 0, None)));
        assert_eq!(read("yyyy-MM-dd['T'HH:mm[:ss]]", "2024-01-05T12:00"), Some((19_727, noon, None)));
        let zoned = read("yyyy-MM-dd HH:mm:ss.SSSXXX", "2024-01-05 12:00:00.5+02:00");
        assert_eq!(zoned, Some((19_727, noon + 500_000, Some("+02:00".to_owned()))));
    }

    #[test]
    fn other_texts_and_days_that_are_none_are_refused() {
        for (pattern, text) in [
            ("dd/MM/yyyy", "5/1/2024"),
            ("dd/MM/yyyy", "31/02/2024"),
            ("dd/MM/yyyy", "05/01/2024 "),
            ("yyyy-MM-dd", "2024-1-5"),
            ("HH:mm", "24:00"),
            ("h:mm a", "13:00 PM"),
            ("yyyy-MM-dd HH:mm:ssXXX", "2024-01-05 12:00:00"),
        ] {
            assert_eq!(read(pattern, text), None, "{pattern}: {text}");
        }
        assert!(TimePattern::new("GG").unwrap_err().contains("`G`"));
        assert!(TimePattern::new("yyyy[").is_err() && TimePattern::new("'x").is_err());
    }
}
