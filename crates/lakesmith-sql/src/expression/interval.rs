//! Interval literals: `INTERVAL 1 DAY 2 HOURS`, `INTERVAL '1 day 2 hours'`, `INTERVAL '1-2' YEAR TO MONTH`.
//!
//! An interval is of months or of microseconds, never both; its type runs from the largest to the smallest unit written.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::spark_type::{DayTimeUnit, YearMonthUnit};
use lakesmith_unresolved::{Expression, ExpressionKind, Literal};

use crate::parser::{Parsed, Parser, SyntaxError};
use crate::token::TokenKind;

/// A unit as written: its name, whether it counts months, its size, and the number of its field in the type.
#[derive(Clone, Copy)]
struct Unit {
    name: &'static str,
    of_months: bool,
    size: i64,
    field: u8,
}

const fn unit(name: &'static str, of_months: bool, size: i64, field: u8) -> Unit {
    Unit { name, of_months, size, field }
}

const SECOND: i64 = 1_000_000;

const UNITS: &[Unit] = &[
    unit("YEAR", true, 12, 0),
    unit("MONTH", true, 1, 1),
    unit("WEEK", false, 7 * 86_400 * SECOND, 0),
    unit("DAY", false, 86_400 * SECOND, 0),
    unit("HOUR", false, 3_600 * SECOND, 1),
    unit("MINUTE", false, 60 * SECOND, 2),
    unit("SECOND", false, SECOND, 3),
    unit("MILLISECOND", false, 1_000, 3),
    unit("MICROSECOND", false, 1, 3),
    unit("NANOSECOND", false, 0, 3),
];

fn find_unit(word: &str) -> Option<Unit> {
    let singular = word.strip_suffix(['s', 'S']).unwrap_or(word);
    UNITS.iter().copied().find(|unit| unit.name.eq_ignore_ascii_case(singular))
}

/// The sum of the parts read so far.
#[derive(Default)]
struct Total {
    value: i64,
    of_months: Option<bool>,
    first: u8,
    last: u8,
}

impl Total {
    /// Adds `text` units; `None` when it is no number, does not fit, or mixes months and shorter units.
    fn add(&mut self, text: &str, negative: bool, unit: Unit) -> Option<()> {
        let of_months = *self.of_months.get_or_insert_with(|| {
            (self.first, self.last) = (unit.field, unit.field);
            unit.of_months
        });
        if of_months != unit.of_months {
            return None;
        }
        self.first = self.first.min(unit.field);
        self.last = self.last.max(unit.field);
        let count = counted(text.trim(), unit)?;
        let count = if negative { count.checked_neg()? } else { count };
        self.value = self.value.checked_add(count)?;
        Some(())
    }

    fn literal(self) -> Option<Literal> {
        let of_months = self.of_months?;
        if of_months {
            let months = i32::try_from(self.value).ok()?;
            return Some(Literal::YearMonthInterval {
                months,
                start: year_month(self.first),
                end: year_month(self.last),
            });
        }
        Some(Literal::DayTimeInterval {
            microseconds: self.value,
            start: day_time(self.first),
            end: day_time(self.last),
        })
    }
}

const fn year_month(field: u8) -> YearMonthUnit {
    if field == 0 { YearMonthUnit::Year } else { YearMonthUnit::Month }
}

const fn day_time(field: u8) -> DayTimeUnit {
    match field {
        0 => DayTimeUnit::Day,
        1 => DayTimeUnit::Hour,
        2 => DayTimeUnit::Minute,
        _ => DayTimeUnit::Second,
    }
}

/// Whether a text is a number that a unit may have, so that what cannot be added is too long.
fn is_number_of(text: &str, unit: Unit) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    unit.size > 0 && whole.parse::<i64>().is_ok() && (fraction.is_empty() || unit.size == SECOND)
}

/// `text` units in months or microseconds. Only seconds may have a fraction.
fn counted(text: &str, unit: Unit) -> Option<i64> {
    let (text, negative) = match text.strip_prefix('-') {
        Some(rest) => (rest.trim_start(), true),
        None => (text.strip_prefix('+').map_or(text, str::trim_start), false),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_number || (whole.is_empty() && fraction.is_empty()) || (!fraction.is_empty() && unit.size != SECOND) {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // Values are whole microseconds; the digits of nanoseconds beyond them are cut off.
    let mut total = if unit.size == 0 { whole / 1_000 } else { whole.checked_mul(unit.size)? };
    if !fraction.is_empty() {
        let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
        total = total.checked_add(micros.parse().ok()?)?;
    }
    if negative { total.checked_neg() } else { Some(total) }
}

/// The numbers of a text such as `1 02:03:04`, by what stands between the fields from the first unit to the last.
fn fields_of(text: &str, first: Unit, last: Unit) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut rest = text;
    for field in first.field..last.field {
        let separator = match (first.of_months, field) {
            (true, _) => '-',
            (false, 0) => ' ',
            _ => ':',
        };
        let (part, after) = rest.split_once(separator)?;
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts.iter().all(|part| part.starts_with(|digit: char| digit.is_ascii_digit())).then_some(parts)
}

impl Parser<'_> {
    /// Whether the word INTERVAL begins a literal here.
    pub(super) fn at_interval(&self) -> bool {
        let next = self.peek_at(1);
        let is_value = |n: usize| matches!(self.peek_at(n).kind, TokenKind::String(_) | TokenKind::Number);
        let is_signed =
            (next.is_symbol("-") || next.is_symbol("+")) && is_value(2) && find_unit(self.peek_at(3).raw()).is_some();
        is_value(1) || is_signed
    }

    /// An interval literal, at INTERVAL.
    pub(crate) fn interval(&mut self) -> Parsed<Expression> {
        let start = self.position();
        self.advance();
        let mut total = Total::default();
        let mut values = 0;
        loop {
            let negative = self.at_symbol("-");
            let is_signed = negative || self.at_symbol("+");
            let value = self.peek_at(usize::from(is_signed));
            let text = match &value.kind {
                TokenKind::String(text) => text.clone(),
                TokenKind::Number => value.raw().to_owned(),
                _ => break,
            };
            let unit = find_unit(self.peek_at(usize::from(is_signed) + 1).raw());
            if values > 0 && unit.is_none() {
                break;
            }
            if is_signed {
                self.advance();
            }
            self.advance();
            let Some(unit) = unit else {
                if value.kind == TokenKind::Number {
                    return Err(self.invalid_interval(start, Condition::PARSE_SYNTAX_ERROR));
                }
                return self.interval_of_text(start, &text, negative);
            };
            self.advance();
            if values == 0 && self.eat_keyword("TO") {
                return self.interval_of_fields(start, &text, negative, unit);
            }
            // a number with a suffix is none that could be written here
            let condition = match value.raw().ends_with(|last: char| last.is_ascii_alphabetic()) {
                true => Condition::PARSE_SYNTAX_ERROR,
                false => Condition::INVALID_INTERVAL_FORMAT,
            };
            // NANOSECOND has no size: nothing is as short
            let added = if unit.size == 0 { None } else { total.add(&text, negative, unit) };
            let is_too_long = total.of_months == Some(unit.of_months) && is_number_of(&text, unit);
            let condition = if is_too_long { Condition::INTERVAL_ARITHMETIC_OVERFLOW } else { condition };
            added.ok_or_else(|| self.invalid_interval(start, condition))?;
            values += 1;
            if is_signed && values > 1 && !matches!(value.kind, TokenKind::String(_) | TokenKind::Number) {
                break;
            }
            // `INTERVAL 1 DAY + 2` is a sum: a sign goes on with the literal only when a unit follows its number.
            if (self.at_symbol("-") || self.at_symbol("+")) && find_unit(self.peek_at(2).raw()).is_none() {
                break;
            }
        }
        self.finished_interval(start, total, Condition::PARSE_SYNTAX_ERROR)
    }

    fn finished_interval(&self, start: usize, total: Total, condition: Condition) -> Parsed<Expression> {
        let literal = total.literal().ok_or_else(|| self.invalid_interval(start, condition))?;
        Ok(Expression::new(ExpressionKind::Literal(literal), self.span_from(start)))
    }

    /// `'1 day -2 hours'`, with the word `interval` allowed before it.
    fn interval_of_text(&self, start: usize, text: &str, negative: bool) -> Parsed<Expression> {
        let mut total = Total::default();
        let mut words = text.split_whitespace().peekable();
        if words.peek().is_some_and(|word| word.eq_ignore_ascii_case("interval")) {
            words.next();
        }
        while let Some(word) = words.next() {
            let (minus, number) = match word {
                "-" => (true, words.next().unwrap_or_default()),
                "+" => (false, words.next().unwrap_or_default()),
                number => (false, number),
            };
            let added = words.next().and_then(find_unit).and_then(|unit| total.add(number, minus != negative, unit));
            added.ok_or_else(|| self.invalid_interval(start, Condition::INVALID_TYPED_LITERAL))?;
        }
        self.finished_interval(start, total, Condition::PARSE_SYNTAX_ERROR)
    }

    /// `'1-2' YEAR TO MONTH`, `'1 2:3:4.5' DAY TO SECOND`, after TO.
    fn interval_of_fields(&mut self, start: usize, text: &str, negative: bool, first: Unit) -> Parsed<Expression> {
        let Some(last) = find_unit(self.peek().raw()) else {
            return Err(self.expected(&["MONTH", "HOUR", "MINUTE", "SECOND"]));
        };
        self.advance();
        let (text, negative) = match text.trim().strip_prefix('-') {
            Some(rest) => (rest, !negative),
            None => (text.trim().trim_start_matches('+'), negative),
        };
        let Some(parts) = fields_of(text, first, last) else {
            return Err(self.invalid_interval(start, Condition::INVALID_INTERVAL_FORMAT));
        };
        let fields = usize::from(last.field.saturating_sub(first.field)) + 1;
        let family = |field: u8| {
            UNITS
                .iter()
                .copied()
                .find(|unit| unit.of_months == first.of_months && unit.field == field && unit.name != "WEEK")
        };
        let mut total = Total::default();
        if first.of_months != last.of_months || last.field <= first.field || parts.len() != fields {
            return Err(self.invalid_interval(start, Condition::INVALID_INTERVAL_FORMAT));
        }
        for (part, field) in parts.iter().zip(first.field..) {
            let added = family(field).and_then(|unit| total.add(part, negative, unit));
            added.ok_or_else(|| self.invalid_interval(start, Condition::INVALID_INTERVAL_FORMAT))?;
        }
        self.finished_interval(start, total, Condition::INVALID_INTERVAL_FORMAT)
    }

    fn invalid_interval(&self, start: usize, condition: Condition) -> SyntaxError {
        let title = "an interval literal does not add up to months or to days and shorter units";
        Diagnostic::error(condition, title)
            .at(self.span_from(start), "")
            .help("write `INTERVAL 1 DAY 2 HOURS`, `INTERVAL '1-2' YEAR TO MONTH` or `INTERVAL '1 02:03:04' DAY TO SECOND`")
            .into()
    }
}
