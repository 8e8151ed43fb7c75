//! Writes what found no place in the columns as JSON: unknown fields and values of another type.

use super::scan::{Kind, Scanner, Span};
use super::text::{raw, unescaped, write_text};
use crate::options::JsonRules;

/// A field without a place, with where its value starts in the line.
pub(super) enum Leftover<'a> {
    /// A field that the schema does not have.
    Unknown { key: Span, value: Span },
    /// A value of another type.
    Mistyped { name: &'a str, value: Span },
    /// An object some of whose fields have no place; they are written already.
    Partly { name: &'a str, start: u32, rescued: String },
}

impl Leftover<'_> {
    fn start(&self) -> u32 {
        match self {
            Self::Unknown { value, .. } | Self::Mistyped { value, .. } => value.start,
            Self::Partly { start, .. } => *start,
        }
    }
}

/// Writes leftovers in the order of the line as the fields of an object, without its closing brace.
pub(super) fn open_object(line: &str, rules: JsonRules, leftovers: &mut [Leftover<'_>], out: &mut String) {
    leftovers.sort_by_key(Leftover::start);
    for (at, leftover) in leftovers.iter().enumerate() {
        out.push(if at == 0 { '{' } else { ',' });
        match leftover {
            Leftover::Unknown { key, value } => {
                write_string(line, *key, out);
                out.push(':');
                compact(line, rules, *value, out);
            }
            Leftover::Mistyped { name, value } => {
                write_text(name, out);
                out.push(':');
                compact(line, rules, *value, out);
            }
            Leftover::Partly { name, rescued, .. } => {
                write_text(name, out);
                out.push(':');
                out.push_str(rescued);
            }
        }
    }
}

/// A text with double quotes; its escapes stay when they are strict JSON.
fn write_string(line: &str, span: Span, out: &mut String) {
    let text = raw(line, span);
    let is_strict = text.starts_with('"') && !text.bytes().any(|byte| byte < 0x20) && !text.contains("\\'");
    if is_strict { out.push_str(text) } else { write_text(&unescaped(line, span), out) }
}

/// Writes a value without white space, as strict JSON.
pub(super) fn compact(line: &str, rules: JsonRules, span: Span, out: &mut String) {
    match span.kind {
        Kind::Text => write_string(line, span, out),
        Kind::NonFinite => write_text(raw(line, span), out),
        Kind::Object | Kind::List => compact_container(line, rules, span, out),
        _ => out.push_str(raw(line, span)),
    }
}

fn compact_container(line: &str, rules: JsonRules, span: Span, out: &mut String) {
    let mut scanner = Scanner::new(line.as_bytes(), span.start as usize, rules);
    while scanner.at() < span.end as usize {
        match scanner.peek() {
            Some(mark @ (b'{' | b'}' | b'[' | b']' | b',' | b':')) => {
                out.push(char::from(mark));
                scanner.step();
            }
            // The text is well-formed, so this is a scalar or a key.
            Some(_) => match scanner.value() {
                Ok(value) => compact(line, rules, value, out),
                Err(_) => return,
            },
            None => return,
        }
    }
}
