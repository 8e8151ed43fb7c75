//! Names as clients write them: parts between dots, in back-quotes where a part holds a dot.

use lakesmith_diagnostic::Origin;
use lakesmith_unresolved::{Name, NamePart};

use super::ConversionError;

/// The parts of a column's name.
pub(super) fn attribute(text: &str, origin: &Origin) -> Result<Vec<NamePart>, ConversionError> {
    match split(text) {
        Some(parts) => Ok(named(parts, origin)),
        None => Err(ConversionError::AttributeName { name: text.to_owned() }),
    }
}

/// The name of a table, view or function.
pub(super) fn object(text: &str, origin: &Origin) -> Result<Name, ConversionError> {
    match split(text) {
        Some(parts) => Ok(Name { parts: named(parts, origin), computed: None, origin: origin.clone() }),
        None => Err(ConversionError::ObjectName { name: text.to_owned() }),
    }
}

/// A name that is one part, whatever it holds.
pub(super) fn single(text: &str, origin: &Origin) -> Name {
    Name { parts: vec![part(text, origin)], computed: None, origin: origin.clone() }
}

/// One part.
pub(super) fn part(text: &str, origin: &Origin) -> NamePart {
    NamePart { text: text.into(), origin: origin.clone() }
}

/// One part for each text.
pub(super) fn parts(texts: &[String], origin: &Origin) -> Vec<NamePart> {
    texts.iter().map(|text| part(text, origin)).collect()
}

fn named(parts: Vec<String>, origin: &Origin) -> Vec<NamePart> {
    parts.into_iter().map(|text| NamePart { text: text.into(), origin: origin.clone() }).collect()
}

/// `None` when a part is empty, a quote is left open, or text touches a quoted part.
fn split(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let (part, after) = match rest.strip_prefix('`') {
            Some(quoted) => quoted_part(quoted)?,
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        if part.is_empty() || (!rest.starts_with('`') && part.contains('`')) {
            return None;
        }
        parts.push(part);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None if after.is_empty() => return Some(parts),
            None => return None,
        }
    }
}

/// The part up to its closing quote (two quotes are one of its characters), and what follows.
fn quoted_part(text: &str) -> Option<(String, &str)> {
    let mut part = String::new();
    let mut rest = text;
    loop {
        let quote = rest.find('`')?;
        part.push_str(&rest[..quote]);
        rest = &rest[quote + 1..];
        match rest.strip_prefix('`') {
            Some(more) => {
                part.push('`');
                rest = more;
            }
            None => return Some((part, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(split(text).unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn dots_part_a_name_unless_they_are_quoted() {
        check("a", &["a"]);
        check("t.a b", &["t", "a b"]);
        check("delta.`/data/t.x`", &["delta", "/data/t.x"]);
        check("`a``b`.c", &["a`b", "c"]);
    }

    #[test]
    fn a_name_with_an_empty_part_or_an_open_quote_is_refused() {
        for text in ["", "a.", ".a", "a..b", "`a", "`a`b", "a`b`", "``"] {
            check(text, &[]);
        }
    }
}
