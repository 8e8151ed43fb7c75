//! What a text says in the places of a pattern, and the local time that it adds up to.

use lakesmith_value::Zone;

use super::compile::Field;
use crate::civil_date::CivilDate;
use crate::text_value::DAY_MICROS;

/// Seconds that an offset may have.
const LONGEST_OFFSET: i64 = 18 * 3600;
const LAST_YEAR: i64 = 999_999_999;

#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    values: [Option<i64>; Field::COUNT],
    region: Option<Zone>,
}

impl Fields {
    /// Notes a value; `None` where the text has said another before.
    pub(super) fn set(&mut self, field: Field, value: i64) -> Option<()> {
        let known = &mut self.values[field as usize];
        let agrees = known.is_none_or(|known| known == value);
        *known = Some(value);
        agrees.then_some(())
    }

    pub(super) fn set_region(&mut self, zone: Zone) {
        self.region = Some(zone);
    }

    fn get(&self, field: Field) -> Option<i64> {
        self.values[field as usize]
    }

    /// Whether the text names a zone.
    pub(super) fn names_zone(&self) -> bool {
        self.region.is_some() || self.get(Field::Offset).is_some()
    }

    /// The zone that the text names; `None` where it names one that there is not.
    pub(super) fn zone(&self) -> Option<Option<Zone>> {
        if self.region.is_some() {
            return Some(self.region.clone());
        }
        let Some(seconds) = self.get(Field::Offset) else { return Some(None) };
        let size = seconds.abs();
        let sign = if seconds < 0 { '-' } else { '+' };
        let name = format!("{sign}{:02}:{:02}:{:02}", size / 3600, size / 60 % 60, size % 60);
        if size <= LONGEST_OFFSET { Zone::new(&name).map(Some) } else { None }
    }

    /// Microseconds of what clocks show; `None` where parts are no time or contradict each other.
    pub(super) fn local(&self) -> Option<i64> {
        let (date, time) = (self.date()?, self.time()?);
        date.days().checked_mul(DAY_MICROS)?.checked_add(time)
    }

    /// What is not said is that of 1970-01-01.
    fn date(&self) -> Option<CivilDate> {
        let year = self.year()?;
        let (month, day, year_day) = (self.get(Field::Month), self.get(Field::Day), self.get(Field::YearDay));
        let is_whole = year.is_some() && month.is_some() && day.is_some();
        let date = match year_day {
            Some(number) if !is_whole => CivilDate::of_year_day(year.unwrap_or(1970), number)?,
            _ => CivilDate::new(year.unwrap_or(1970), month.unwrap_or(1), day.unwrap_or(1))?,
        };
        let agrees = year_day.is_none_or(|number| number == date.day_of_year())
            && month.is_none_or(|month| month == date.month)
            && day.is_none_or(|day| day == date.day);
        agrees.then_some(date)
    }

    fn year(&self) -> Option<Option<i64>> {
        let year = match (self.get(Field::YearOfEra), self.get(Field::Era)) {
            (Some(year), _) if !(1..=LAST_YEAR).contains(&year) => return None,
            (Some(year), Some(0)) => Some(1 - year),
            (Some(year), Some(_)) => Some(year),
            _ => self.get(Field::Year),
        };
        year.is_none_or(|year| year.abs() <= LAST_YEAR).then_some(year)
    }

    /// Microseconds since midnight.
    fn time(&self) -> Option<i64> {
        let hour = of_clock(self.get(Field::ClockHour), 24, self.get(Field::Hour))?;
        let half_hour = of_clock(self.get(Field::ClockHalfHour), 12, self.get(Field::HalfHour))?;
        let half = self.get(Field::HalfDay);
        let both = half.zip(half_hour).map(|(half, hour)| half * 12 + hour);
        let hour = same(hour, both)?;
        let agrees = hour.is_none_or(|hour| {
            half.is_none_or(|half| half == hour / 12) && half_hour.is_none_or(|half_hour| half_hour == hour % 12)
        });
        let below = |field: Field| self.get(field).map_or(Some(0), |value| (value < 60).then_some(value));
        let hour = hour.or(half_hour).unwrap_or(half.unwrap_or(0) * 12);
        let seconds = (hour * 60 + below(Field::Minute)?) * 60 + below(Field::Second)?;
        agrees.then_some(seconds * 1_000_000 + self.get(Field::Nano).unwrap_or(0) / 1000)
    }
}

/// An hour of a clock that shows `most` where others show 0, or the hour of the other kind of clock. Both are within their range.
fn of_clock(shown: Option<i64>, most: i64, hour: Option<i64>) -> Option<Option<i64>> {
    let shown = match shown {
        Some(shown) if !(1..=most).contains(&shown) => return None,
        shown => shown.map(|shown| shown % most),
    };
    let hour = same(shown, hour)?;
    hour.is_none_or(|hour| (0..most).contains(&hour)).then_some(hour)
}

/// The value that is there; `None` where two are that differ.
fn same(one: Option<i64>, other: Option<i64>) -> Option<Option<i64>> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => None,
        _ => Some(one.or(other)),
    }
}
