//! [`CivilDate`]: a day of the proleptic Gregorian calendar, of any year that a number of days reaches.

/// A day. Days are those since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CivilDate {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

impl CivilDate {
    /// `None` where the calendar has no such day.
    pub(crate) fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        let fits = (1..=12).contains(&month) && (1..=month_length(year, month)).contains(&day);
        fits.then_some(Self { year, month, day })
    }

    /// The day of a number within a year, from 1.
    pub(crate) fn of_year_day(year: i64, number: i64) -> Option<Self> {
        let first = Self { year, month: 1, day: 1 };
        let date = Self::of_days(first.days() + number - 1);
        (number > 0 && date.year == year).then_some(date)
    }

    pub(crate) fn of_days(days: i64) -> Self {
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        Self { year: year_of_era + era * 400 + i64::from(month <= 2), month, day }
    }

    pub(crate) fn days(self) -> i64 {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// From 1.
    pub(crate) fn day_of_year(self) -> i64 {
        self.days() - Self { month: 1, day: 1, ..self }.days() + 1
    }

    pub(crate) fn last_of_month(self) -> Self {
        Self { day: month_length(self.year, self.month), ..self }
    }

    /// From 0, for Monday.
    pub(crate) fn weekday(self) -> i64 {
        // 1970-01-01 was a Thursday
        (self.days() + 3).rem_euclid(7)
    }

    /// The year that the week of ISO 8601 belongs to, and the week, from 1: that of its Thursday.
    pub(crate) fn week(self) -> (i64, i64) {
        let thursday = Self::of_days(self.days() - self.weekday() + 3);
        (thursday.year, (thursday.day_of_year() - 1) / 7 + 1)
    }

    /// Moves by months; a day that the month lacks becomes its last day.
    pub(crate) fn months_later(self, months: i64) -> Option<Self> {
        let all = self.year.checked_mul(12)?.checked_add(self.month - 1)?.checked_add(months)?;
        let (year, month) = (all.div_euclid(12), all.rem_euclid(12) + 1);
        // years that no number of days reaches
        (year.abs() < 1 << 40).then(|| Self { year, month, day: self.day.min(month_length(year, month)) })
    }
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_the_same_number_back() {
        for days in [0, -1, 59, 60, -719_468, 2_932_897, -106_751_991, i64::from(i32::MAX), i64::from(i32::MIN)] {
            assert_eq!(CivilDate::of_days(days).days(), days);
        }
        assert_eq!(CivilDate::of_days(2_932_897), CivilDate { year: 10_000, month: 1, day: 1 });
    }

    #[test]
    fn weeks_are_those_of_their_thursday() {
        for (year, month, day, week) in [(2021, 1, 3, (2020, 53)), (2024, 12, 30, (2025, 1)), (2024, 2, 29, (2024, 9))]
        {
            assert_eq!(CivilDate::new(year, month, day).map(CivilDate::week), Some(week));
        }
    }
}
