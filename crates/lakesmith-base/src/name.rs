//! Names of objects: [`Identifier`] is one part, [`QualifiedName`] is `catalog.schema.table` with one to three parts.
//!
//! Names compare without regard to case, as in Spark with `spark.sql.caseSensitive=false`, and keep the case they were
//! written in for display. A name never holds quotes: back-quotes are removed by the parser and added by [`QualifiedName`]'s
//! `Display` where a part needs them.

use std::fmt;
use std::hash::{Hash, Hasher};

/// One part of a name. Equality and hashing ignore case; display keeps it.
#[derive(Debug, Clone)]
pub struct Identifier(String);

impl Identifier {
    /// Wraps a name part as written, without quotes.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The part as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lower-case form under which names are compared.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// Whether `text` names the same object.
    pub fn matches(&self, text: &str) -> bool {
        if self.0.is_ascii() && text.is_ascii() {
            // all but a few names; a table of many columns compares millions of them
            return self.0.eq_ignore_ascii_case(text);
        }
        self.0 == text || self.folded() == text.to_lowercase()
    }
}

impl PartialEq for Identifier {
    fn eq(&self, other: &Self) -> bool {
        self.matches(&other.0)
    }
}
impl Eq for Identifier {}
impl Hash for Identifier {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}
impl PartialOrd for Identifier {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Identifier {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.folded().cmp(&other.folded())
    }
}
impl From<&str> for Identifier {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
impl From<String> for Identifier {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = !self.0.is_empty()
            && !self.0.starts_with(|c: char| c.is_ascii_digit())
            && self.0.chars().all(|c| c.is_alphanumeric() || c == '_');
        if plain { f.write_str(&self.0) } else { write!(f, "`{}`", self.0.replace('`', "``")) }
    }
}

/// A name of one or more parts, outermost first. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QualifiedName(Vec<Identifier>);

impl QualifiedName {
    /// Builds a name from its parts; returns `None` when there are none.
    pub fn from_parts(parts: Vec<Identifier>) -> Option<Self> {
        (!parts.is_empty()).then_some(Self(parts))
    }

    /// The parts of a name in text form, such as `` main.`my schema`.t ``; `None` where a part is empty.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = vec![String::new()];
        let mut quoted = false;
        let mut characters = text.trim().chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '`' if quoted && characters.peek() == Some(&'`') => {
                    characters.next();
                    parts.last_mut()?.push('`');
                }
                '`' => quoted = !quoted,
                '.' if !quoted => parts.push(String::new()),
                _ => parts.last_mut()?.push(character),
            }
        }
        if parts.iter().any(String::is_empty) {
            return None;
        }
        Self::from_parts(parts.into_iter().map(Identifier::new).collect())
    }

    /// The name that a text is in SQL: words, or anything between back-quotes, with points between them; `None` for a text
    /// that is none.
    pub fn written(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        loop {
            let (part, after) = match rest.strip_prefix('`') {
                Some(quoted) => quoted_part(quoted)?,
                None => {
                    let end =
                        rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
                    if end == 0 {
                        return None;
                    }
                    (rest[..end].to_owned(), &rest[end..])
                }
            };
            parts.push(Identifier(part));
            if after.is_empty() {
                return Some(Self(parts));
            }
            rest = after.strip_prefix('.')?;
        }
    }

    /// A name of a single part.
    pub fn single(part: impl Into<Identifier>) -> Self {
        Self(vec![part.into()])
    }

    /// All parts, outermost first.
    pub fn parts(&self) -> &[Identifier] {
        &self.0
    }

    /// The last part: the object's own name.
    pub fn last(&self) -> &Identifier {
        &self.0[self.0.len() - 1]
    }

    /// The parts before the last one.
    pub fn qualifier(&self) -> &[Identifier] {
        &self.0[..self.0.len() - 1]
    }

    /// This name with `catalog` and `schema` filled in where it has fewer than three parts.
    pub fn qualified(&self, catalog: &Identifier, schema: &Identifier) -> Self {
        let mut parts = self.0.clone();
        if parts.len() == 1 {
            parts.insert(0, schema.clone());
        }
        if parts.len() == 2 {
            parts.insert(0, catalog.clone());
        }
        Self(parts)
    }
}

/// What stands before the closing back-quote, and what after it; two back-quotes are one of the name.
fn quoted_part(text: &str) -> Option<(String, &str)> {
    let mut part = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('`')?;
        part.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('`') {
            Some(after) => {
                part.push('`');
                rest = after;
            }
            None => return Some((part, rest)),
        }
    }
}

impl From<&str> for QualifiedName {
    fn from(part: &str) -> Self {
        Self::single(part)
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case_and_keep_their_spelling() {
        let written = QualifiedName::single("Silver_Orders");
        assert_eq!(written, QualifiedName::single("silver_orders"));
        assert_eq!(written.to_string(), "Silver_Orders");
    }

    #[test]
    fn a_part_that_needs_quotes_is_displayed_with_them() {
        assert_eq!(QualifiedName::single("my table").to_string(), "`my table`");
        assert_eq!(QualifiedName::single("a`b").to_string(), "`a``b`");
        assert_eq!(QualifiedName::single("1st").to_string(), "`1st`");
    }

    #[test]
    fn a_text_is_a_name_of_words_and_quoted_parts() {
        let shown = |text: &str| {
            let name = QualifiedName::written(text)?;
            Some(name.parts().iter().map(|part| part.as_str().to_owned()).collect::<Vec<_>>().join("|"))
        };
        assert_eq!(shown("a.b_1").as_deref(), Some("a|b_1"));
        assert_eq!(shown(" `a b`.`c``d` ").as_deref(), Some("a b|c`d"));
        assert_eq!(shown("``").as_deref(), Some(""));
        for wrong in ["", "a b", "a.", ".a", "`a", "a;b"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn missing_parts_come_from_the_defaults() {
        let name = QualifiedName::single("t").qualified(&"main".into(), &"sales".into());
        assert_eq!(name.to_string(), "main.sales.t");
    }
}
