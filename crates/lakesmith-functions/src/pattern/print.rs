//! Writes a moment by a pattern.

use std::fmt::Write;

use lakesmith_value::{DAYS, MONTHS, Zone};

use super::compile::{Field, Item, Number, Sign};
use super::zones::zone_text;
use crate::civil_date::CivilDate;
use crate::text_value::DAY_MICROS;

const QUARTERS: [&str; 4] = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"];
const SHORT_QUARTERS: [&str; 4] = ["Q1", "Q2", "Q3", "Q4"];

/// The names of a field in order, and how many letters of each count.
pub(super) fn names(field: Field, is_whole: bool) -> (&'static [&'static str], usize) {
    let letters = if is_whole { usize::MAX } else { 3 };
    match (field, is_whole) {
        (Field::Month, _) => (&MONTHS, letters),
        (Field::Weekday, _) => (&DAYS, letters),
        (Field::Quarter, true) => (&QUARTERS, letters),
        (Field::Quarter, false) => (&SHORT_QUARTERS, letters),
        (Field::Era, true) => (&["Before Christ", "Anno Domini"], letters),
        (Field::Era, false) => (&["BC", "AD"], letters),
        _ => (&["AM", "PM"], letters),
    }
}

/// An instant as clocks of a zone show it.
pub(super) struct Moment<'a> {
    instant: i64,
    zone: &'a Zone,
    date: CivilDate,
    /// Microseconds since midnight.
    time: i64,
}

impl<'a> Moment<'a> {
    pub(super) fn new(instant: i64, zone: &'a Zone) -> Self {
        let local = zone.local(instant);
        let date = CivilDate::of_days(local.div_euclid(DAY_MICROS));
        Self { instant, zone, date, time: local.rem_euclid(DAY_MICROS) }
    }

    /// `None` where a number has more digits than it has place.
    pub(super) fn write(&self, items: &[Item], out: &mut String) -> Option<()> {
        for item in items {
            match item {
                Item::Text(text) => out.push_str(text),
                Item::Number(number) => self.number(number, out)?,
                // writing to a String cannot fail
                Item::ShortYear { field, .. } => _ = write!(out, "{:02}", self.value(*field).abs() % 100),
                Item::Fraction { most, .. } => {
                    let digits = format!("{:06}000", self.time % 1_000_000);
                    out.push_str(digits.get(..*most)?);
                }
                Item::Name { field, is_whole } => {
                    let (names, letters) = names(*field, *is_whole);
                    let first = i64::from(matches!(field, Field::Month | Field::Quarter));
                    let name = names.get(usize::try_from(self.value(*field) - first).ok()?)?;
                    out.push_str(&name[..name.len().min(letters)]);
                }
                Item::Zone(letter, count) => {
                    out.push_str(&zone_text(self.zone, self.instant.div_euclid(1_000_000), *letter, *count));
                }
                Item::Optional(inner) => self.write(inner, out)?,
            }
        }
        Some(())
    }

    fn number(&self, number: &Number, out: &mut String) -> Option<()> {
        let value = self.value(number.field);
        let digits = value.unsigned_abs().to_string();
        if digits.len() > number.most {
            return None;
        }
        if value < 0 {
            out.push('-');
        } else if number.sign == Sign::Exceeding && digits.len() > number.least {
            out.push('+');
        }
        let _ = write!(out, "{digits:0>width$}", width = number.least);
        Some(())
    }

    fn value(&self, field: Field) -> i64 {
        let (date, hour) = (self.date, self.time / 3_600_000_000);
        // on a clock without 0
        let shown = |hour: i64, most: i64| if hour == 0 { most } else { hour };
        match field {
            Field::Era => i64::from(date.year > 0),
            Field::YearOfEra if date.year <= 0 => 1 - date.year,
            Field::Year | Field::YearOfEra => date.year,
            Field::Month => date.month,
            Field::Day => date.day,
            Field::YearDay => date.day_of_year(),
            Field::AlignedDay => (date.day - 1) / 7 + 1,
            Field::Weekday => date.weekday(),
            Field::Quarter => (date.month - 1) / 3 + 1,
            Field::HalfDay => hour / 12,
            Field::Hour => hour,
            Field::ClockHour => shown(hour, 24),
            Field::HalfHour => hour % 12,
            Field::ClockHalfHour => shown(hour % 12, 12),
            Field::Minute => self.time / 60_000_000 % 60,
            Field::Second => self.time / 1_000_000 % 60,
            Field::Nano => self.time % 1_000_000 * 1000,
            // days since 1858-11-17
            Field::JulianDay => date.days() + 40_587,
            Field::Offset => i64::from(self.zone.offset_at(self.instant.div_euclid(1_000_000))),
        }
    }
}
