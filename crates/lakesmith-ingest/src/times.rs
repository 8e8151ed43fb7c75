//! [`Times`]: texts to dates and times by the patterns that a reader was given, or as Spark's cast reads them.

use lakesmith_value::{PatternTime, TimePattern, Zone};

use crate::json::time;
use crate::options::TimeFormats;

/// The compiled patterns of one scan. With a pattern no other form is read.
#[derive(Debug, Default)]
pub(crate) struct Times {
    date: Option<TimePattern>,
    timestamp: Option<TimePattern>,
    timestamp_ntz: Option<TimePattern>,
    /// The zone of texts that name none.
    zone: Zone,
}

impl Times {
    pub(crate) fn new(formats: &TimeFormats) -> Self {
        // the options have checked the patterns
        let compiled = |pattern: &Option<String>| pattern.as_deref().and_then(|text| TimePattern::new(text).ok());
        Self {
            date: compiled(&formats.date),
            timestamp: compiled(&formats.timestamp),
            timestamp_ntz: compiled(&formats.timestamp_ntz),
            zone: formats.zone.as_deref().and_then(Zone::new).unwrap_or_default(),
        }
    }

    /// A date; without a pattern as `otherwise` reads it.
    pub(crate) fn date(&self, text: &str, otherwise: fn(&str) -> Option<i32>) -> Option<i32> {
        match &self.date {
            Some(pattern) => pattern.parse(text).map(|time| time.days),
            None => otherwise(text),
        }
    }

    pub(crate) fn timestamp(&self, text: &str) -> Option<i64> {
        let Some(pattern) = &self.timestamp else { return time::timestamp(text, &self.zone) };
        let time = pattern.parse(text)?;
        let local = local_micros(&time);
        match &time.zone {
            None => Some(self.zone.instant(local)),
            Some(zone) => Some(Zone::new(zone)?.instant(local)),
        }
    }

    pub(crate) fn timestamp_ntz(&self, text: &str) -> Option<i64> {
        match &self.timestamp_ntz {
            Some(pattern) => pattern.parse(text).filter(|time| time.zone.is_none()).map(|time| local_micros(&time)),
            None => time::timestamp_ntz(text),
        }
    }

    /// Whether a pattern for timestamps was given.
    pub(crate) fn has_timestamp_pattern(&self) -> bool {
        self.timestamp.is_some()
    }

    /// Whether a text is a date as inference looks for them: by the pattern, or exactly as `2024-01-31`.
    pub(crate) fn is_inferred_date(&self, text: &str) -> bool {
        let is_exact = || matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _]);
        match &self.date {
            Some(pattern) => pattern.parse(text).is_some(),
            None => is_exact() && time::cast_date(text).is_some(),
        }
    }
}

fn local_micros(time: &PatternTime) -> i64 {
    i64::from(time.days) * 86_400_000_000 + time.micros
}
