//! [`FieldShape`]: what the texts of a CSV field have in common.
//!
//! A text is tried against the types from the one found so far upwards, in Spark's order: INT, BIGINT, DECIMAL without
//! fraction, DOUBLE, DATE, TIMESTAMP, BOOLEAN, STRING.

use lakesmith_unresolved::SparkType;

use crate::csv::value::{Converter, boolean, integer};
use crate::options::ReaderOptions;

/// The narrowest type that has held all texts so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum FieldShape {
    /// No text was seen.
    #[default]
    Null,
    Integer,
    Long,
    Decimal(u8),
    Double,
    Date,
    Timestamp,
    Boolean,
    Text,
}

impl FieldShape {
    /// Widens the shape by a text that is neither empty nor stands for NULL.
    pub(super) fn take(&mut self, text: &str, options: &ReaderOptions, converter: &Converter) {
        if *self == Self::Text {
            return;
        }
        let found = Self::of(text, *self, options, converter);
        *self = self.joined(found, options, converter);
    }

    /// The first type, from the one known so far on, that holds a text.
    fn of(text: &str, known: Self, options: &ReaderOptions, converter: &Converter) -> Self {
        if known <= Self::Integer && integer(text).is_some_and(|value| i32::try_from(value).is_ok()) {
            return Self::Integer;
        }
        if known <= Self::Long && integer(text).is_some() {
            return Self::Long;
        }
        if known < Self::Double
            && let Some(digits) = whole_digits(text)
        {
            return Self::Decimal(digits);
        }
        if known <= Self::Double && converter.double(text).is_some() {
            return Self::Double;
        }
        if known <= Self::Date && options.csv.prefers_date && converter.times.is_inferred_date(text) {
            return Self::Date;
        }
        if known <= Self::Timestamp && converter.times.timestamp(text).is_some() {
            return Self::Timestamp;
        }
        if boolean(text).is_some() { Self::Boolean } else { Self::Text }
    }

    fn joined(self, other: Self, options: &ReaderOptions, converter: &Converter) -> Self {
        let (low, high) = if self <= other { (self, other) } else { (other, self) };
        match (low, high) {
            (Self::Null, any) => any,
            (Self::Decimal(own), Self::Decimal(other)) => Self::Decimal(own.max(other)),
            (a, b) if a == b => a,
            (Self::Integer, Self::Decimal(digits)) => Self::Decimal(digits.max(10)),
            (Self::Long, Self::Decimal(digits)) => Self::Decimal(digits.max(20)),
            (Self::Integer, Self::Long) => Self::Long,
            (Self::Integer | Self::Long | Self::Decimal(_), Self::Double) => Self::Double,
            // where dates are written as timestamps are read, both are timestamps
            (Self::Date, Self::Timestamp) if !converter.times.has_timestamp_pattern() && reads_dates(options) => {
                Self::Timestamp
            }
            _ => Self::Text,
        }
    }

    /// The type of a column.
    pub(super) fn data_type(self) -> SparkType {
        match self {
            Self::Null | Self::Text => SparkType::STRING,
            Self::Integer => SparkType::Integer,
            Self::Long => SparkType::Long,
            Self::Decimal(precision) => SparkType::Decimal { precision, scale: 0 },
            Self::Double => SparkType::Double,
            Self::Date => SparkType::Date,
            Self::Timestamp => SparkType::Timestamp,
            Self::Boolean => SparkType::Boolean,
        }
    }
}

/// Whether a timestamp without a pattern reads what the pattern of dates writes.
fn reads_dates(options: &ReaderOptions) -> bool {
    options.layout.times.date.as_deref().is_none_or(|pattern| pattern.starts_with("yyyy-MM-dd"))
}

/// How many digits a whole number has that fits DECIMAL.
fn whole_digits(text: &str) -> Option<u8> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = digits.strip_suffix('.').unwrap_or(digits);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0').len().max(1);
    u8::try_from(significant).ok().filter(|digits| *digits <= 38)
}
