//! [`Format`]: the format texts of Java's `Formatter`, such as `%,.2f`, read once and used for each row.

use std::fmt::Write;

/// A value to be formatted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'v> {
    Null,
    Boolean(bool),
    /// A whole number of so many bits.
    Whole(i64, u32),
    Real(f64),
    /// Anything else, as its text.
    Text(&'v str),
}

/// What a format or a value does wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The format is not one, or does not fit the values.
    Format(String),
    /// A part that is not built.
    NotBuilt(String),
}

/// A format text that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Format(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Plain(String),
    Spec(Spec),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Spec {
    argument: Argument,
    flags: Vec<char>,
    width: usize,
    precision: Option<usize>,
    conversion: char,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Argument {
    Next,
    /// `<`: that of the part before.
    Same,
    /// `2$`: counted from 0 here.
    At(usize),
}

impl Format {
    /// Reads a format text.
    pub(crate) fn parse(text: &str) -> Result<Self, Wrong> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            if at > 0 {
                pieces.push(Piece::Plain(rest[..at].to_owned()));
            }
            let (spec, after) = Spec::parse(&rest[at + 1..])?;
            pieces.push(Piece::Spec(spec));
            rest = after;
        }
        pieces.push(Piece::Plain(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// Appends the formatted values.
    pub(crate) fn write(&self, values: &[Value<'_>], out: &mut String) -> Result<(), Wrong> {
        let (mut next, mut last) = (0, None);
        for piece in &self.0 {
            let spec = match piece {
                Piece::Plain(text) => {
                    out.push_str(text);
                    continue;
                }
                Piece::Spec(spec) => spec,
            };
            if matches!(spec.conversion, '%' | 'n') {
                let text = if spec.conversion == '%' { "%" } else { "\n" };
                spec.pad(text, out);
                continue;
            }
            let at = match spec.argument {
                Argument::Next => {
                    next += 1;
                    next - 1
                }
                Argument::Same => last.ok_or_else(|| Wrong::Format("`%<` has no value before it".into()))?,
                Argument::At(at) => at,
            };
            let missing = || Wrong::Format(format!("the format asks for value {}, there are {}", at + 1, values.len()));
            spec.write(*values.get(at).ok_or_else(missing)?, out)?;
            last = Some(at);
        }
        Ok(())
    }
}

impl Spec {
    /// Reads what follows a `%`, and gives what follows the part.
    fn parse(text: &str) -> Result<(Self, &str), Wrong> {
        let broken =
            || Wrong::Format(format!("`%{}` is no part of a format", text.chars().take(4).collect::<String>()));
        let mut rest = text;
        let mut argument = Argument::Next;
        if let Some(after) = rest.strip_prefix('<') {
            (argument, rest) = (Argument::Same, after);
        }
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if let Some(after) = rest[digits..].strip_prefix('$') {
            let number: usize = rest[..digits].parse().map_err(|_| broken())?;
            let zero = || Wrong::Format("values of a format are counted from 1, there is no `%0$`".into());
            (argument, rest) = (Argument::At(number.checked_sub(1).ok_or_else(zero)?), after);
        }
        let flags: Vec<char> = rest.chars().take_while(|c| "-#+ 0,(".contains(*c)).collect();
        rest = &rest[flags.len()..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let width = if digits > 0 { rest[..digits].parse().map_err(|_| broken())? } else { 0 };
        rest = &rest[digits..];
        let mut precision = None;
        if let Some(after) = rest.strip_prefix('.') {
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            precision = Some(after[..digits].parse().map_err(|_| broken())?);
            rest = &after[digits..];
        }
        let conversion = rest.chars().next().ok_or_else(broken)?;
        match conversion {
            'b' | 'B' | 's' | 'S' | 'd' | 'x' | 'X' | 'o' | 'e' | 'E' | 'f' | 'g' | 'G' | '%' | 'n' => {}
            'h' | 'H' | 'c' | 'C' | 'a' | 'A' | 't' | 'T' => {
                return Err(Wrong::NotBuilt(format!("`%{conversion}` of a format is not built yet")));
            }
            _ => return Err(broken()),
        }
        let needs_width = flags.iter().any(|flag| matches!(flag, '-' | '0'));
        if needs_width && width == 0 || flags.contains(&'-') && flags.contains(&'0') {
            return Err(broken());
        }
        Ok((Self { argument, flags, width, precision, conversion }, &rest[conversion.len_utf8()..]))
    }

    fn has(&self, flag: char) -> bool {
        self.flags.contains(&flag)
    }

    fn write(&self, value: Value<'_>, out: &mut String) -> Result<(), Wrong> {
        let text = match (self.conversion.to_ascii_lowercase(), value) {
            ('b', Value::Null) => "false".to_owned(),
            ('b', Value::Boolean(value)) => value.to_string(),
            ('b', _) => "true".to_owned(),
            (_, Value::Null) => "null".to_owned(),
            ('s', value) => text_of(value),
            ('d', Value::Whole(value, _)) => return self.number(&value.unsigned_abs().to_string(), value < 0, out),
            ('x' | 'o', Value::Whole(value, bits)) => self.bits(value, bits),
            ('e' | 'f' | 'g', Value::Real(value)) => return self.real(value, out),
            (conversion, value) => {
                let message = format!("`%{conversion}` of a format does not take the value {}", text_of(value));
                return Err(Wrong::Format(message));
            }
        };
        let cut: &str = match self.precision {
            // NULL is a text, whatever the conversion is
            Some(kept) if value == Value::Null || matches!(self.conversion, 's' | 'S' | 'b' | 'B') => {
                text.char_indices().nth(kept).map_or(text.as_str(), |(at, _)| &text[..at])
            }
            _ => &text,
        };
        match self.conversion.is_ascii_uppercase() {
            true => self.pad(&cut.to_uppercase(), out),
            false => self.pad(cut, out),
        }
        Ok(())
    }

    /// The bits of a number, a negative one as those of its type.
    fn bits(&self, value: i64, bits: u32) -> String {
        let kept = value.cast_unsigned() & (u64::MAX >> (64 - bits.clamp(1, 64)));
        let (digits, sign) = match self.conversion {
            'o' => (format!("{kept:o}"), "0"),
            _ => (format!("{kept:x}"), "0x"),
        };
        let sign = if self.has('#') { sign } else { "" };
        let zeros = if self.has('0') { self.width.saturating_sub(digits.len() + sign.len()) } else { 0 };
        format!("{sign}{}{digits}", "0".repeat(zeros))
    }

    fn real(&self, value: f64, out: &mut String) -> Result<(), Wrong> {
        if !value.is_finite() {
            let sign = if value < 0.0 {
                "-"
            } else if self.has('+') {
                "+"
            } else {
                ""
            };
            let text = if value.is_nan() { "NaN".to_owned() } else { format!("{sign}Infinity") };
            let text = if self.conversion.is_ascii_uppercase() { text.to_uppercase() } else { text };
            self.pad(&text, out);
            return Ok(());
        }
        let digits = Digits::of(value.abs());
        let precision = self.precision.unwrap_or(6);
        let text = match self.conversion.to_ascii_lowercase() {
            'f' => digits.fixed(precision),
            'e' => digits.scientific(precision),
            _ => digits.general(precision.max(1)),
        };
        let text = if self.conversion.is_ascii_uppercase() { text.to_uppercase() } else { text };
        self.number(&text, value.is_sign_negative(), out)
    }

    /// A number without its sign, with sign, separators and zeros as the flags ask.
    fn number(&self, digits: &str, negative: bool, out: &mut String) -> Result<(), Wrong> {
        let (whole, rest) = digits.split_at(digits.find(['.', 'e', 'E']).unwrap_or(digits.len()));
        let whole = if self.has(',') { grouped(whole, 3) } else { whole.to_owned() };
        let (before, after) = match negative {
            true if self.has('(') => ("(", ")"),
            true => ("-", ""),
            false if self.has('+') => ("+", ""),
            false if self.has(' ') => (" ", ""),
            false => ("", ""),
        };
        let length = before.len() + whole.len() + rest.len() + after.len();
        let zeros = if self.has('0') { self.width.saturating_sub(length) } else { 0 };
        self.pad(&format!("{before}{}{whole}{rest}{after}", "0".repeat(zeros)), out);
        Ok(())
    }

    fn pad(&self, text: &str, out: &mut String) {
        let blanks = self.width.saturating_sub(text.chars().count());
        // writing to a String cannot fail
        let _ = match self.has('-') {
            true => write!(out, "{text}{:blanks$}", ""),
            false => write!(out, "{:blanks$}{text}", ""),
        };
    }
}

fn text_of(value: Value<'_>) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Boolean(value) => value.to_string(),
        Value::Whole(value, _) => value.to_string(),
        Value::Real(value) => lakesmith_value::format_double(value),
        Value::Text(text) => text.to_owned(),
    }
}

/// Digits with a comma between groups of them, counted from the end.
pub(crate) fn grouped(digits: &str, size: usize) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && size > 0 && (digits.len() - at).is_multiple_of(size) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The fewest decimal digits that identify a number, and how many of them stand before the point.
///
/// Java rounds these digits, half up, and not the number itself.
#[derive(Debug, Clone)]
struct Digits {
    digits: Vec<u8>,
    point: i32,
}

impl Digits {
    fn of(value: f64) -> Self {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        Self { digits, point: exponent.parse::<i32>().unwrap_or(0) + 1 }
    }

    /// The first `kept` digits, rounded half up.
    fn rounded(&self, kept: i32) -> Self {
        let Ok(count) = usize::try_from(kept) else { return Self { digits: vec![0], point: 1 } };
        if count >= self.digits.len() {
            return self.clone();
        }
        let up = self.digits[count] >= 5;
        let mut digits = self.digits[..count].to_vec();
        let mut point = self.point;
        if up {
            match digits.iter().rposition(|digit| *digit < 9) {
                Some(at) => {
                    digits[at] += 1;
                    digits[at + 1..].fill(0);
                }
                None => {
                    digits = vec![0; count + 1];
                    digits[0] = 1;
                    point += 1;
                }
            }
        }
        Self { digits, point }
    }

    fn digit(&self, at: i32) -> char {
        let digit = usize::try_from(at).ok().and_then(|at| self.digits.get(at)).copied().unwrap_or(0);
        char::from(b'0' + digit)
    }

    fn fixed(&self, precision: usize) -> String {
        let places = i32::try_from(precision).unwrap_or(i32::MAX);
        let rounded = self.rounded(self.point.saturating_add(places));
        let whole: String = (0..rounded.point.max(0)).map(|at| rounded.digit(at)).collect();
        let fraction: String = (0..places).map(|at| rounded.digit(rounded.point + at)).collect();
        let whole = if whole.is_empty() { "0".to_owned() } else { whole };
        if precision == 0 { whole } else { format!("{whole}.{fraction}") }
    }

    fn scientific(&self, precision: usize) -> String {
        let places = i32::try_from(precision).unwrap_or(i32::MAX);
        let rounded = self.rounded(places.saturating_add(1));
        let is_zero = rounded.digits.iter().all(|digit| *digit == 0);
        let exponent = if is_zero { 0 } else { rounded.point - 1 };
        let fraction: String = (1..=places).map(|at| rounded.digit(at)).collect();
        let point = if precision == 0 { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}{point}{fraction}e{sign}{:02}", rounded.digit(0), exponent.abs())
    }

    fn general(&self, precision: usize) -> String {
        let digits = i32::try_from(precision).unwrap_or(i32::MAX);
        let rounded = self.rounded(digits);
        let is_zero = rounded.digits.iter().all(|digit| *digit == 0);
        if is_zero {
            return self.fixed(precision - 1);
        }
        match rounded.point {
            point @ -3.. if point <= digits => self.fixed(usize::try_from(digits - point).unwrap_or(0)),
            _ => self.scientific(precision - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: &str, values: &[Value<'_>]) -> Result<String, Wrong> {
        let mut text = String::new();
        Format::parse(format)?.write(values, &mut text)?;
        Ok(text)
    }

    #[test]
    fn numbers_are_written_as_java_writes_them() {
        let real = |format: &str, value| written(format, &[Value::Real(value)]).unwrap();
        assert_eq!(real("%.2f", 1.005), "1.01");
        assert_eq!(real("%.0f", 0.5), "1");
        assert_eq!(real("%e", 12345.678), "1.234568e+04");
        assert_eq!(real("%g", 0.0001234), "0.000123400");
        assert_eq!(real("%g", 1e10), "1.00000e+10");
        assert_eq!(real("%,.2f", 1234567.891), "1,234,567.89");
        assert_eq!(real("%.3f", 9.9996), "10.000");
        assert_eq!((real("%E", f64::NAN), real("%.1G", f64::NEG_INFINITY)), ("NAN".into(), "-INFINITY".into()));
        assert_eq!(written("%x", &[Value::Whole(-1, 32)]).unwrap(), "ffffffff");
        assert_eq!(written("%05d|%(d", &[Value::Whole(-42, 32), Value::Whole(-5, 32)]).unwrap(), "-0042|(5)");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (format, value) in
            [("%d", Value::Text("x")), ("%q", Value::Null), ("%-d", Value::Whole(1, 32)), ("%0$s", Value::Null)]
        {
            assert!(matches!(written(format, &[value]), Err(Wrong::Format(_))), "{format}");
        }
        assert!(matches!(written("%s %s", &[Value::Null]), Err(Wrong::Format(_))));
        assert!(matches!(written("%tY", &[Value::Null]), Err(Wrong::NotBuilt(_))));
    }
}
