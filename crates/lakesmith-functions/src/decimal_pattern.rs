//! [`DecimalPattern`]: the patterns of Java's `DecimalFormat` as `format_number` takes them, such as `#,##0.00`.

use crate::java_format::grouped;

/// A pattern that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecimalPattern {
    positive: (String, String),
    negative: Option<(String, String)>,
    least_whole: usize,
    least_fraction: usize,
    most_fraction: usize,
    group: usize,
    percent: bool,
}

impl DecimalPattern {
    /// As many digits after the point as given, and groups of three before it.
    pub(crate) fn places(places: usize) -> Self {
        Self {
            positive: (String::new(), String::new()),
            negative: None,
            least_whole: 1,
            least_fraction: places,
            most_fraction: places,
            group: 3,
            percent: false,
        }
    }

    /// Reads a pattern; the error says what of it is not built.
    pub(crate) fn parse(pattern: &str) -> Result<Self, String> {
        if pattern.is_empty() {
            return Ok(Self::places(0));
        }
        let (positive, negative) = pattern.split_once(';').map_or((pattern, None), |(p, n)| (p, Some(n)));
        if let Some(unknown) = pattern.chars().find(|c| matches!(c, 'E' | '\'' | '‰' | '¤')) {
            return Err(format!("`{unknown}` in a pattern of `format_number`"));
        }
        let (prefix, number, suffix) = split(positive);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let count = |text: &str, wanted: char| text.chars().filter(|c| *c == wanted).count();
        if fraction.contains([',', '.']) || fraction.trim_start_matches('0').contains('0') {
            return Err(format!("the pattern `{pattern}` of `format_number`"));
        }
        Ok(Self {
            positive: (prefix.to_owned(), suffix.to_owned()),
            negative: negative.map(|negative| {
                let (prefix, _, suffix) = split(negative);
                (prefix.to_owned(), suffix.to_owned())
            }),
            least_whole: count(whole, '0'),
            least_fraction: count(fraction, '0'),
            most_fraction: fraction.len(),
            group: whole.rfind(',').map_or(0, |at| whole.len() - at - 1),
            percent: prefix.contains('%') || suffix.contains('%'),
        })
    }

    /// By how many places the point moves, and how many digits may follow it.
    pub(crate) fn shift_and_places(&self) -> (i32, usize) {
        (if self.percent { 2 } else { 0 }, self.most_fraction)
    }

    /// Appends a number whose digits, rounded to [`Self::shift_and_places`], are given without a sign.
    pub(crate) fn write(&self, digits: &str, is_negative: bool, out: &mut String) {
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let whole = whole.trim_start_matches('0');
        let needed = fraction.trim_end_matches('0').len().max(self.least_fraction);
        let fraction: String = fraction.chars().chain(std::iter::repeat('0')).take(needed).collect();
        let least = if fraction.is_empty() { self.least_whole.max(1) } else { self.least_whole };
        let whole = format!("{}{whole}", "0".repeat(least.saturating_sub(whole.len())));
        let whole = grouped(&whole, self.group);
        let digits = if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") };
        self.surround(&digits, is_negative, out);
    }

    /// Writes a number that has no digits, as infinity, with what stands around digits.
    pub(crate) fn surround(&self, number: &str, is_negative: bool, out: &mut String) {
        let (prefix, suffix) = match (&self.negative, is_negative) {
            (Some(negative), true) => negative,
            (_, negative) => {
                out.push_str(if negative { "-" } else { "" });
                &self.positive
            }
        };
        out.push_str(prefix);
        out.push_str(number);
        out.push_str(suffix);
    }
}

/// What stands before the digits of a pattern, the digits, and what follows them.
fn split(pattern: &str) -> (&str, &str, &str) {
    let is_digit = |c: char| matches!(c, '#' | '0' | ',' | '.');
    let start = pattern.find(is_digit).unwrap_or(pattern.len());
    let end = pattern[start..].find(|c| !is_digit(c)).map_or(pattern.len(), |at| start + at);
    (&pattern[..start], &pattern[start..end], &pattern[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pattern: &str, digits: &str, negative: bool) -> String {
        let mut text = String::new();
        DecimalPattern::parse(pattern).unwrap().write(digits, negative, &mut text);
        text
    }

    #[test]
    fn a_pattern_says_which_digits_are_always_there() {
        assert_eq!(written("#,###.00", "12332.5", false), "12,332.50");
        assert_eq!(written("##################.###", "0.5", false), ".5");
        assert_eq!(written("00.#", "0.5", false), "00.5");
        assert_eq!(written("#,##0.00;(#,##0.00)", "5", true), "(5.00)");
        assert_eq!(written("#", "0", false), "0");
    }
}
