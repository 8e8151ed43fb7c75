//! [`Calendar`]: the days that the data are from, as texts.

use super::text::push_padded;

/// Seconds of a day.
pub const DAY: u64 = 86_400;
/// Days that rows are spread over, from 2025-01-01.
pub const DAYS: u64 = 90;
/// Days before them, for late rows.
pub const DAYS_BEFORE: u64 = 31;
/// Seconds from 1970-01-01T00:00:00Z to 2025-01-01T00:00:00Z.
pub const EPOCH_SECONDS: u64 = 1_735_689_600;

/// Days from 2024-12-01 on.
const MONTHS: [(&str, u64); 4] = [("2024-12-", 31), ("2025-01-", 31), ("2025-02-", 28), ("2025-03-", 31)];

/// The text of each day.
#[derive(Debug)]
pub struct Calendar(Vec<String>);

impl Calendar {
    /// All days that a row can have.
    pub fn new() -> Self {
        let days = MONTHS.iter().flat_map(|(month, days)| (1..=*days).map(move |day| format!("{month}{day:02}")));
        Self(days.collect())
    }

    /// Adds the time `seconds` after 2024-12-01T00:00:00 as `2025-01-01T12:00:00`.
    pub fn push(&self, line: &mut Vec<u8>, seconds: u64) {
        let day = self.0.get((seconds / DAY) as usize).map_or("2025-03-31", String::as_str);
        line.extend_from_slice(day.as_bytes());
        for (separator, number) in [(b'T', seconds % DAY / 3600), (b':', seconds / 60 % 60), (b':', seconds % 60)] {
            line.push(separator);
            push_padded(line, number, 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_follow_the_calendar() {
        let calendar = Calendar::new();
        let text = |seconds| {
            let mut line = Vec::new();
            calendar.push(&mut line, seconds);
            String::from_utf8(line).unwrap()
        };
        assert_eq!(text(DAYS_BEFORE * DAY), "2025-01-01T00:00:00");
        assert_eq!(text((DAYS_BEFORE + DAYS) * DAY - 1), "2025-03-31T23:59:59");
        assert_eq!(text(3_661), "2024-12-01T01:01:01");
    }
}
