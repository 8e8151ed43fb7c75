//! Numeric literals: `1`, `1L`, `2S`, `3Y`, `1.5`, `1.5D`, `1.5F`, `1.5BD`, `1e3`, with an optional minus before them.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::{Expression, ExpressionKind, Literal};

use crate::parser::{Parsed, Parser};

/// Most digits of a decimal.
const LONGEST_DECIMAL: usize = 38;

impl Parser<'_> {
    /// A number with its sign.
    pub(super) fn number(&mut self) -> Parsed<Expression> {
        let start = self.position();
        let sign = if self.eat_symbol("-") { "-" } else { "" };
        let token = self.peek();
        let digits = token.raw();
        let Some(literal) = literal(sign, digits) else {
            let title = format!("the number `{sign}{digits}` does not fit its type");
            let condition = match is_decimal(digits) {
                true => Condition::DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION,
                false => Condition::INVALID_NUMERIC_LITERAL_RANGE,
            };
            let fault = Diagnostic::error(condition, title).at(token.span, "");
            return Err(fault.help("write it with fewer digits, or with another suffix: L, S, Y, D, F or BD").into());
        };
        self.advance();
        Ok(Expression::new(ExpressionKind::Literal(literal), self.span_from(start)))
    }
}

/// Whether a number is a decimal, by its suffix or for want of another.
fn is_decimal(digits: &str) -> bool {
    let upper = digits.to_ascii_uppercase();
    upper.ends_with("BD") || !upper.ends_with(['L', 'S', 'Y', 'D', 'F']) && !upper.contains('E')
}

fn literal(sign: &str, written: &str) -> Option<Literal> {
    let upper = written.to_ascii_uppercase();
    let text = |suffix: &str| upper.strip_suffix(suffix).map(|digits| format!("{sign}{digits}"));
    if let Some(text) = text("BD") {
        return decimal(&text);
    }
    if let Some(text) = text("L") {
        return text.parse().ok().map(Literal::Long);
    }
    if let Some(text) = text("S") {
        return text.parse().ok().map(Literal::Short);
    }
    if let Some(text) = text("Y") {
        return text.parse().ok().map(Literal::Byte);
    }
    if let Some(text) = text("D") {
        return text.parse().ok().filter(|value: &f64| value.is_finite()).map(Literal::Double);
    }
    if let Some(text) = text("F") {
        // what rounds to the greatest number may still be above it
        let is_within = text.parse().is_ok_and(|value: f64| value.abs() <= f64::from(f32::MAX));
        return text.parse().ok().filter(|_| is_within).map(Literal::Float);
    }
    let text = format!("{sign}{upper}");
    if upper.contains('E') {
        return text.parse().ok().filter(|value: &f64| value.is_finite()).map(Literal::Double);
    }
    if upper.contains('.') {
        return decimal(&text);
    }
    let whole = text.parse().map(Literal::Integer).or_else(|_| text.parse().map(Literal::Long));
    whole.ok().or_else(|| decimal(&text))
}

/// A decimal of the smallest precision that holds every digit written.
fn decimal(text: &str) -> Option<Literal> {
    let (mantissa, exponent) = match text.split_once('E') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{fraction}");
    let mut scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    while scale < 0 {
        digits.push('0');
        scale += 1;
        if digits.len() > 2 * LONGEST_DECIMAL {
            return None;
        }
    }
    let unscaled: i128 = digits.parse().ok()?;
    let significant = digits.trim_start_matches('-').trim_start_matches('0').len().max(1);
    let scale = usize::try_from(scale).ok()?;
    let precision = significant.max(scale);
    let fits = precision <= LONGEST_DECIMAL;
    fits.then(|| {
        Some(Literal::Decimal { unscaled, precision: u8::try_from(precision).ok()?, scale: i8::try_from(scale).ok()? })
    })?
}
