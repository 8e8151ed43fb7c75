//! The parts of a pattern, and how digits that stand beside each other are told apart.

use lakesmith_diagnostic::Condition;

use super::{Unusable, Use};

/// A number, or what a value or a text has in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Era,
    YearOfEra,
    Year,
    Month,
    Day,
    YearDay,
    AlignedDay,
    Weekday,
    Quarter,
    HalfDay,
    Hour,
    ClockHour,
    HalfHour,
    ClockHalfHour,
    Minute,
    Second,
    Nano,
    JulianDay,
    Offset,
}

impl Field {
    /// How many there are.
    pub(super) const COUNT: usize = Self::Offset as usize + 1;
}

/// When a number has a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Where it is negative.
    Normal,
    Never,
    /// Where it is negative, and `+` where it has more digits than the least.
    Exceeding,
}

/// A number of the width that it may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) field: Field,
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) sign: Sign,
    /// How many digits belong to the numbers after it.
    pub(super) after: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Text(String),
    Number(Number),
    /// Two digits of a year from 2000 on.
    ShortYear {
        field: Field,
        after: usize,
    },
    /// A fraction of a second.
    Fraction {
        least: usize,
        most: usize,
    },
    /// A name: whole or short.
    Name {
        field: Field,
        is_whole: bool,
    },
    Zone(char, usize),
    /// `[…]`: may be absent.
    Optional(Vec<Item>),
}

/// Letters of weeks, which Spark leaves out.
const OF_WEEKS: &str = "YWwuec";
/// Letters that Spark 2 had, with which another meaning is told from none.
const FORMER: &str = "GyYMLwWDdFEuaHkKhmsSzZX";
/// Letters that can only be written.
const ONLY_WRITTEN: &str = "EFqQ";

pub(super) fn items(pattern: &str, purpose: Use) -> Result<Vec<Item>, Unusable> {
    let has_era = outside_of_quotes(pattern).contains('G');
    let mut compiler = Compiler { purpose, has_era, open: vec![Level::default()] };
    compiler.check(pattern)?;
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                let mut text = String::new();
                loop {
                    match characters.next() {
                        None => return Err(compiler.wrong(pattern, "'")),
                        Some('\'') if characters.next_if_eq(&'\'').is_some() => text.push('\''),
                        Some('\'') => break,
                        Some(other) => text.push(other),
                    }
                }
                compiler.add(Item::Text(if text.is_empty() { "'".to_owned() } else { text }));
            }
            '[' => compiler.open.push(Level::default()),
            ']' => compiler.close().ok_or_else(|| compiler.wrong(pattern, "]"))?,
            '{' | '}' | '#' => return Err(compiler.wrong(pattern, &character.to_string())),
            letter if letter.is_ascii_alphabetic() => {
                let mut count = 1;
                while characters.next_if_eq(&letter).is_some() {
                    count += 1;
                }
                compiler.letters(pattern, letter, count)?;
            }
            other => compiler.add(Item::Text(other.to_string())),
        }
    }
    // what is open at the end is optional too
    while compiler.close().is_some() {}
    Ok(compiler.open.pop().map(|level| level.items).unwrap_or_default())
}

/// A pattern without what stands in quotes.
fn outside_of_quotes(pattern: &str) -> String {
    pattern.split('\'').step_by(2).collect()
}

/// Whether the older rules, those of `SimpleDateFormat`, know a pattern, or Spark says that its letters are those of weeks.
fn is_former(pattern: &str) -> bool {
    let plain = outside_of_quotes(pattern);
    let is_known = |c: char| !c.is_ascii_alphabetic() || FORMER.contains(c);
    pattern.matches('\'').count().is_multiple_of(2)
        && (plain.contains(|c| OF_WEEKS.contains(c)) || plain.chars().all(is_known) && !plain.contains("XXXX"))
}

/// The items of a section, and which of them is the number that digits after it may be taken from.
#[derive(Debug, Default)]
struct Level {
    items: Vec<Item>,
    active: Option<usize>,
}

struct Compiler {
    purpose: Use,
    has_era: bool,
    open: Vec<Level>,
}

impl Compiler {
    /// What Spark refuses before Java sees it.
    fn check(&self, pattern: &str) -> Result<(), Unusable> {
        let plain = outside_of_quotes(pattern);
        let refused = |c: char| {
            OF_WEEKS.contains(c) || "ABnNp".contains(c) || self.purpose != Use::Write && ONLY_WRITTEN.contains(c)
        };
        if let Some(letter) = plain.chars().find(|c| refused(*c)) {
            return Err(self.wrong(pattern, &letter.to_string()));
        }
        let long = ["GGGGG", "MMMMM", "LLLLL", "EEEEE", "QQQQQ", "qqqqq", "yyyyyyy"];
        match long.iter().find(|letters| plain.contains(*letters)) {
            Some(letters) => Err(self.wrong(pattern, letters)),
            None => Ok(()),
        }
    }

    fn wrong(&self, pattern: &str, part: &str) -> Unusable {
        let condition = match self.purpose != Use::ReadLocal && is_former(pattern) {
            true => Condition::INCONSISTENT_BEHAVIOR_CROSS_VERSION,
            false => Condition::INVALID_DATETIME_PATTERN,
        };
        Unusable { condition, part: part.to_owned() }
    }

    /// Ends a section; `None` where none is open.
    fn close(&mut self) -> Option<()> {
        if self.open.len() < 2 {
            return None;
        }
        let level = self.open.pop()?;
        self.add(Item::Optional(level.items));
        Some(())
    }

    fn add(&mut self, item: Item) {
        if let Some(level) = self.open.last_mut() {
            level.active = None;
            level.items.push(item);
        }
    }

    /// Adds a number, which may take digits from the one before it.
    fn add_number(&mut self, item: Item) {
        let fixed = fixed_width(&item);
        let Some(level) = self.open.last_mut() else { return };
        let before = level.active.and_then(|active| level.items.get_mut(active));
        if let Some(Item::Number(Number { after, .. }) | Item::ShortYear { after, .. }) = before {
            // a number of any width takes no digits from those before it, and these keep all of theirs
            *after = fixed.map_or(0, |width| *after + width);
        }
        if level.active.is_none() || fixed.is_none() {
            level.active = Some(level.items.len());
        }
        level.items.push(item);
    }

    fn year(&self) -> Field {
        if self.has_era { Field::YearOfEra } else { Field::Year }
    }

    fn number(&mut self, field: Field, least: usize, most: usize, sign: Sign) {
        self.add_number(Item::Number(Number { field, least, most, sign, after: 0 }));
    }

    fn letters(&mut self, pattern: &str, letter: char, count: usize) -> Result<(), Unusable> {
        let letters = || letter.to_string().repeat(count);
        let wrong = |compiler: &Self| Err(compiler.wrong(pattern, &letters()));
        match (letter, count) {
            ('G', 1..=4) => self.add(Item::Name { field: Field::Era, is_whole: count == 4 }),
            ('y', 2) => self.add_number(Item::ShortYear { field: self.year(), after: 0 }),
            ('y', _) => self.number(self.year(), count, 19, if count < 4 { Sign::Normal } else { Sign::Exceeding }),
            ('M' | 'L' | 'Q' | 'q', 3 | 4) => {
                let field = if matches!(letter, 'M' | 'L') { Field::Month } else { Field::Quarter };
                self.add(Item::Name { field, is_whole: count == 4 });
            }
            ('E', 1..=4) => self.add(Item::Name { field: Field::Weekday, is_whole: count == 4 }),
            ('a', 1) => self.add(Item::Name { field: Field::HalfDay, is_whole: true }),
            ('D', 2 | 3) => self.number(Field::YearDay, count, 3, Sign::Never),
            ('D', 1) => self.number(Field::YearDay, 1, 19, Sign::Normal),
            ('F', 1) => self.number(Field::AlignedDay, 1, 19, Sign::Normal),
            ('S', 1) => self.add_number(Item::Fraction { least: 1, most: 1 }),
            ('S', 1..=9) if self.purpose != Use::Write => self.add(Item::Fraction { least: 1, most: count }),
            ('S', 1..=9) => self.add(Item::Fraction { least: count, most: count }),
            ('z', 4) => return Err(Unusable { condition: Condition::LAKESMITH_NOT_BUILT, part: letters() }),
            ('g', _) if self.purpose == Use::Write => self.number(Field::JulianDay, count, 19, Sign::Normal),
            ('v', 1 | 4) | ('g', _) => {
                return Err(Unusable { condition: Condition::LAKESMITH_NOT_BUILT, part: letters() });
            }
            ('V', 2) | ('z', 1..=3) | ('O', 1 | 4) | ('X' | 'x' | 'Z', 1..=5) => self.add(Item::Zone(letter, count)),
            (_, 1 | 2) => match numbered(letter) {
                Some(field) if count == 1 => self.number(field, 1, 19, Sign::Normal),
                Some(field) => self.number(field, 2, 2, Sign::Never),
                None => return wrong(self),
            },
            _ => return wrong(self),
        }
        Ok(())
    }
}

/// The field of a letter that stands for a number of one or two digits.
fn numbered(letter: char) -> Option<Field> {
    Some(match letter {
        'M' | 'L' => Field::Month,
        'Q' | 'q' => Field::Quarter,
        'd' => Field::Day,
        'H' => Field::Hour,
        'k' => Field::ClockHour,
        'K' => Field::HalfHour,
        'h' => Field::ClockHalfHour,
        'm' => Field::Minute,
        's' => Field::Second,
        _ => return None,
    })
}

/// The width of a number that always has the same.
fn fixed_width(item: &Item) -> Option<usize> {
    match item {
        Item::ShortYear { .. } => Some(2),
        Item::Fraction { least, most } => (least == most).then_some(*most),
        Item::Number(number) => (number.least == number.most && number.sign == Sign::Never).then_some(number.most),
        _ => None,
    }
}
