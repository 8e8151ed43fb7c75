//! JSON texts without their escapes, and back.

use std::borrow::Cow;
use std::fmt::Write;

use super::scan::{Kind, Span};

/// What a text says. `span` is a text that the scanner accepted in `line`.
pub(crate) fn unescaped(line: &str, span: Span) -> Cow<'_, str> {
    let raw = &line[span.range()];
    if span.escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
}

fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let mut characters = rest[at + 1..].chars();
        let Some(escaped) = characters.next() else { break };
        rest = characters.as_str();
        match escaped {
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'u' => {
                let (character, length) = unicode(rest);
                out.push(character);
                rest = &rest[length..];
            }
            other => out.push(other),
        }
    }
    out.push_str(rest);
    out
}

/// The character of an escape whose four digits start `text`, and how many bytes belong to it. Half of a surrogate pair
/// without the other half becomes `?`, as in Spark.
fn unicode(text: &str) -> (char, usize) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let Some(first) = unit(0) else { return ('?', 0) };
    if let Some(character) = char::from_u32(first) {
        return (character, 4);
    }
    let second = if text.get(4..6) == Some("\\u") { unit(6) } else { None };
    match second {
        Some(second @ 0xdc00..=0xdfff) if first < 0xdc00 => {
            let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            (char::from_u32(code).unwrap_or('?'), 10)
        }
        _ => ('?', 4),
    }
}

/// The value as it stands in the line, texts with their quotes.
pub(crate) fn raw(line: &str, span: Span) -> &str {
    match span.kind {
        Kind::Text => &line[span.start as usize - 1..span.end as usize + 1],
        _ => &line[span.range()],
    }
}

/// Appends a JSON text.
pub(crate) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\x1f' => {
                // writing to a String cannot fail
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read() {
        let table = [
            (r"a\n\t\b\f\r\/\\\q", "a\n\t\u{8}\u{c}\r/\\q"),
            (r"\u00e9\u20ac", "é€"),
            (r"\ud83d\ude00!", "😀!"),
            (r"\ud83d!\ude00", "?!?"),
            (r"\ud83d\u0041", "?A"),
            (r"\\u0041", "\\u0041"),
        ];
        for (raw, text) in table {
            assert_eq!(unescape(raw), text, "{raw}");
        }
    }

    #[test]
    fn written_texts_are_read_back() {
        let text = "a\"\\\n\u{1}é😀'";
        let mut out = String::new();
        write_text(text, &mut out);
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
    }
}
