//! Reads a text by a pattern.

use super::compile::{Field, Item, Number, Sign};
use super::fields::Fields;
use super::print::names;
use super::zones;

/// What a text says; `None` when it does not follow the pattern to its end.
pub(super) fn read(items: &[Item], text: &str) -> Option<Fields> {
    let mut fields = Fields::default();
    let rest = scan(items, text, &mut fields)?;
    rest.is_empty().then_some(fields)
}

/// Gives what follows the items.
fn scan<'t>(items: &[Item], text: &'t str, fields: &mut Fields) -> Option<&'t str> {
    let mut rest = text;
    for item in items {
        rest = match item {
            Item::Text(expected) => without(rest, expected)?,
            Item::Number(number) => {
                let (value, after) = signed(number, rest)?;
                fields.set(number.field, value)?;
                after
            }
            Item::ShortYear { field, after } => {
                let two = Number { field: *field, least: 2, most: 2, sign: Sign::Never, after: *after };
                let (value, after) = signed(&two, rest)?;
                fields.set(*field, 2000 + value)?;
                after
            }
            Item::Fraction { least, most } => {
                let taken = digits(rest).min(*most);
                let (fraction, after) = (rest.get(..taken).filter(|_| taken >= *least)?, rest.get(taken..)?);
                fields.set(Field::Nano, format!("{fraction:0<9}").parse().ok()?)?;
                after
            }
            Item::Name { field, is_whole } => name(*field, *is_whole, rest, fields)?,
            Item::Zone(letter, count) => zones::scan(*letter, *count, rest, fields)?,
            Item::Optional(inner) => {
                let mut tried = fields.clone();
                match scan(inner, rest, &mut tried) {
                    Some(after) => {
                        *fields = tried;
                        after
                    }
                    None => rest,
                }
            }
        };
    }
    Some(rest)
}

/// How many digits a text begins with.
pub(super) fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// What follows a beginning, which is compared without case.
pub(super) fn without<'t>(text: &'t str, beginning: &str) -> Option<&'t str> {
    let mut rest = text.chars();
    for expected in beginning.chars() {
        let found = rest.next()?;
        let same = found == expected
            || found.to_uppercase().eq(expected.to_uppercase())
            || found.to_lowercase().eq(expected.to_lowercase());
        same.then_some(())?;
    }
    Some(rest.as_str())
}

/// A number with the sign that it may have, and what follows it.
fn signed<'t>(number: &Number, text: &'t str) -> Option<(i64, &'t str)> {
    let (sign, body) = match text.chars().next()? {
        '+' if number.sign == Sign::Exceeding => (Some('+'), &text[1..]),
        '-' if number.sign != Sign::Never => (Some('-'), &text[1..]),
        _ => (None, text),
    };
    let mut taken = digits(body).min(number.most + number.after);
    if number.after > 0 {
        taken = taken.saturating_sub(number.after).max(number.least.min(taken));
    }
    let value: i64 = body.get(..taken).filter(|_| taken >= number.least)?.parse().ok()?;
    let fits = match (sign, number.sign) {
        (Some('-'), _) => value != 0,
        (Some(_), _) => taken > number.least,
        (None, Sign::Exceeding) => taken <= number.least,
        (None, _) => true,
    };
    fits.then_some((if sign == Some('-') { -value } else { value }, body.get(taken..)?))
}

fn name<'t>(field: Field, is_whole: bool, text: &'t str, fields: &mut Fields) -> Option<&'t str> {
    let (names, letters) = names(field, is_whole);
    let first = i64::from(field == Field::Month);
    for (at, name) in (first..).zip(names) {
        if let Some(after) = without(text, &name[..name.len().min(letters)]) {
            fields.set(field, at)?;
            return Some(after);
        }
    }
    None
}
