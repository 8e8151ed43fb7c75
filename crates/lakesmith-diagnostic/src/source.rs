//! Source texts and places in them.
//!
//! A [`Span`] is a byte range in one text of the [`SourceMap`]. Text that was put in for `${key}` is a text of its own
//! ([`SourceKind::Substituted`]) that knows where the reference stands, so a place inside a value can be shown at both ends.

use std::sync::Arc;

/// Identifies a text of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

impl SourceId {
    /// The text of a number in its map, for spans that have travelled.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number of the text in its map.
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// A byte range `start..end` in one source text. `start == end` is a place between two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span over `start..end` of `source`.
    pub const fn new(source: SourceId, start: u32, end: u32) -> Self {
        Self { source, start, end }
    }

    /// The smallest span over both; `self` when they lie in different texts.
    pub fn to(self, other: Self) -> Self {
        if self.source != other.source {
            return self;
        }
        Self { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span where this one ends.
    pub const fn after(self) -> Self {
        Self { source: self.source, start: self.end, end: self.end }
    }
}

/// Where an element of a plan was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Origin {
    /// In a text of the source map.
    Text(Span),
    /// In a Python file that the client sent no text of; lines count from 1.
    Python {
        /// The file as the client named it.
        file: Arc<str>,
        /// The line.
        line: u32,
    },
    /// Made by the engine.
    #[default]
    Unknown,
}

impl Origin {
    /// The span, where there is one.
    pub const fn span(&self) -> Option<Span> {
        match self {
            Self::Text(span) => Some(*span),
            _ => None,
        }
    }
}

impl From<Span> for Origin {
    fn from(span: Span) -> Self {
        Self::Text(span)
    }
}

/// What a source text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceKind {
    /// A file of the project; the name is its path as shown to the user.
    File,
    /// The value that replaced a `${key}` reference; the name says which key and where the value comes from.
    Substituted {
        /// The `${key}` reference.
        reference: Span,
    },
    /// Text that arrived without a file: a query on the command line, `expr("…")`, a DDL string.
    Inline,
}

/// One source text.
#[derive(Debug, Clone)]
pub struct Source {
    /// What it is called in messages; for files the path relative to the project.
    pub name: Arc<str>,
    /// The text.
    pub text: Arc<str>,
    /// What it is.
    pub kind: SourceKind,
    line_starts: Arc<[u32]>,
}

impl Source {
    /// Line and column of a byte, both from 1; columns count characters.
    pub fn line_column(&self, byte: u32) -> (u32, u32) {
        let byte = byte.min(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let line = self.line_starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.line_starts[line] as usize;
        let column = self.text.get(start..byte as usize).map_or(0, |text| text.chars().count());
        (u32::try_from(line).unwrap_or(u32::MAX) + 1, u32::try_from(column).unwrap_or(u32::MAX) + 1)
    }
}

/// All texts that spans refer to. Texts are added and never removed.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
}

impl SourceMap {
    /// Adds a text.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>, kind: SourceKind) -> SourceId {
        let text: Arc<str> = text.into();
        let starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1))
            .map(|start| u32::try_from(start).unwrap_or(u32::MAX))
            .collect();
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.sources.push(Source { name: name.into(), text, kind, line_starts: starts });
        id
    }

    /// Adds a file of the project.
    pub fn add_file(&mut self, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceId {
        self.add(path, text, SourceKind::File)
    }

    /// The text behind an id of this map.
    pub fn source(&self, id: SourceId) -> &Source {
        &self.sources[id.0 as usize]
    }

    /// The characters a span covers.
    pub fn text(&self, span: Span) -> &str {
        self.source(span.source).text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// `file:line:column` of a span's start. A place inside a substituted value is given where the reference stands.
    pub fn place(&self, span: Span) -> String {
        let span = self.outer(span);
        let source = self.source(span.source);
        let (line, column) = source.line_column(span.start);
        format!("{}:{line}:{column}", source.name)
    }

    /// The place in a file or inline text that this span shows at: itself, or the `${key}` reference it came from.
    pub fn outer(&self, span: Span) -> Span {
        match self.source(span.source).kind {
            SourceKind::Substituted { reference } => self.outer(reference),
            _ => span,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let mut map = SourceMap::default();
        let file = map.add_file("a.sql", "ü\n  SELECT");
        assert_eq!(map.place(Span::new(file, 0, 2)), "a.sql:1:1");
        assert_eq!(map.place(Span::new(file, 2, 2)), "a.sql:1:2");
        assert_eq!(map.place(Span::new(file, 5, 11)), "a.sql:2:3");
    }

    #[test]
    fn a_place_in_a_substituted_value_shows_at_its_reference() {
        let mut map = SourceMap::default();
        let file = map.add_file("a.sql", "SELECT ${cols}");
        let value = map.add("value of `cols`", "a, b", SourceKind::Substituted { reference: Span::new(file, 7, 14) });
        assert_eq!(map.place(Span::new(value, 3, 4)), "a.sql:1:8");
    }
}
