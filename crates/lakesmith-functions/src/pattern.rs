//! Patterns for dates and times in Java's letters (`yyyy-MM-dd HH:mm:ss`), read once and used for each value.
//!
//! They mean what Java's `DateTimeFormatter` with its strict rules makes of them, with the letters that Spark leaves.
//! See <https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html>. A letter that is not built is refused by name.

use std::fmt;

use lakesmith_diagnostic::Condition;
use lakesmith_value::Zone;

use compile::Item;

mod compile;
mod fields;
mod print;
mod scan;
mod zones;

pub(crate) use zones::offset_text;

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Item>);

/// What a pattern is for: some letters can only be written, and a fraction of a second that is read may be shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Values become texts.
    Write,
    /// Texts become values.
    Read,
    /// Texts become what clocks show. Spark 2 had no such values, so no pattern meant something else there.
    ReadLocal,
}

/// Why a pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// The condition.
    pub condition: Condition,
    /// The letters, or another part of the pattern.
    pub part: String,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.condition == Condition::LAKESMITH_NOT_BUILT {
            return write!(f, "`{}` in a date pattern is not built yet", self.part);
        }
        write!(f, "`{}` cannot stand in a date pattern here", self.part)?;
        // the letters of other databases and of Java before version 8
        match self.part.chars().next() {
            Some('Y') => f.write_str("; the year is `yyyy`"),
            Some('D') => f.write_str("; the day of the month is `dd`"),
            _ => Ok(()),
        }
    }
}

impl Pattern {
    /// Reads a pattern.
    pub fn new(pattern: &str, purpose: Use) -> Result<Self, Unusable> {
        compile::items(pattern, purpose).map(Self)
    }

    /// Writes microseconds since the epoch, in UTC.
    pub fn format(&self, micros: i64) -> Option<String> {
        self.format_in(micros, &Zone::default())
    }

    /// Writes an instant as clocks of a zone show it; `None` where a number has more digits than the pattern has place for.
    pub fn format_in(&self, instant: i64, zone: &Zone) -> Option<String> {
        let mut out = String::new();
        print::Moment::new(instant, zone).write(&self.0, &mut out)?;
        Some(out)
    }

    /// Reads a text as microseconds since the epoch, in UTC where it names no zone; `None` when it does not follow the pattern.
    pub fn parse(&self, text: &str) -> Option<i64> {
        self.parse_in(text, &Zone::default())
    }

    /// Reads a text as what clocks show, whatever zone it names.
    pub fn parse_local(&self, text: &str) -> Option<i64> {
        scan::read(&self.0, text)?.local()
    }

    /// Reads a text that names no zone as what clocks show.
    pub fn parse_zoneless(&self, text: &str) -> Option<i64> {
        scan::read(&self.0, text).filter(|fields| !fields.names_zone())?.local()
    }

    /// Reads a text as an instant, in a zone where it names none.
    pub fn parse_in(&self, text: &str, zone: &Zone) -> Option<i64> {
        let fields = scan::read(&self.0, text)?;
        let local = fields.local()?;
        let zone = fields.zone()?.unwrap_or_else(|| zone.clone());
        Some(zone.instant(local))
    }
}

#[cfg(test)]
mod tests;
