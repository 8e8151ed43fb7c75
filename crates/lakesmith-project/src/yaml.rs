//! YAML as a tree in which every key and value has its place, so that the spec's faults can be shown where they stand.

use std::fmt;

use lakesmith_diagnostic::{SourceId, Span};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

/// A value with its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// What it is.
    pub(crate) kind: NodeKind,
    /// Where it stands.
    pub(crate) span: Span,
}

/// The cases of a value.
#[derive(Debug, Clone)]
pub(crate) enum NodeKind {
    /// Nothing, `null`, `~`.
    Null,
    /// Text, numbers and booleans, as text.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values, in order.
    Map(Vec<(Key, Node)>),
}

/// A key with its place.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// The key.
    pub(crate) text: String,
    /// Where it stands.
    pub(crate) span: Span,
}

/// Reads a YAML text; the error is a message with its place, if the parser knows it.
pub(crate) fn parse(source: SourceId, text: &str) -> Result<Node, (String, Option<Span>)> {
    // A key that stands twice is the reader's to report, with both places.
    let options = serde_saphyr::options! { duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins };
    let tree: Spanned<Tree> = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let span = error.location().map(|location| place(source, text, location));
        let message = error.without_snippet().to_string();
        // the place is shown by the diagnostic
        let first = message.lines().next().unwrap_or("the text is not YAML");
        let first = if span.is_some() { first.split(" at line ").next().unwrap_or(first) } else { first };
        (first.to_owned(), span)
    })?;
    Ok(tree_node(source, text, tree))
}

/// The place of an error, which may be known by line and column only.
fn place(source: SourceId, text: &str, location: Location) -> Span {
    if location.span().byte_offset().is_some() {
        return span(source, location);
    }
    let (line, column) = (location.line().saturating_sub(1), location.column().saturating_sub(1));
    let mut start = 0;
    for (number, content) in text.split_inclusive('\n').enumerate() {
        if number as u64 == line {
            let before = content.chars().take(usize::try_from(column).unwrap_or(usize::MAX));
            start += before.map(char::len_utf8).sum::<usize>();
            break;
        }
        start += content.len();
    }
    let start = u32::try_from(start).unwrap_or(0);
    Span::new(source, start, start + 1)
}

fn span(source: SourceId, location: Location) -> Span {
    let start = location.span().byte_offset().and_then(|offset| u32::try_from(offset).ok()).unwrap_or(0);
    let length = location.span().byte_len().and_then(|length| u32::try_from(length).ok()).unwrap_or(0);
    Span::new(source, start, start + length)
}

fn tree_node(source: SourceId, text: &str, tree: Spanned<Tree>) -> Node {
    let span = span(source, tree.defined);
    let kind = match tree.value {
        Tree::Null => NodeKind::Null,
        Tree::Text(value) => NodeKind::Scalar(value),
        // A number or boolean is kept as it was written, so `1.10` stays `1.10`.
        Tree::Plain(value) => {
            let written =
                text.get(span.start as usize..span.end as usize).map(str::trim).filter(|text| !text.is_empty());
            NodeKind::Scalar(written.map_or(value, str::to_owned))
        }
        Tree::List(items) => NodeKind::List(items.into_iter().map(|item| tree_node(source, text, item)).collect()),
        Tree::Map(entries) => {
            let entry = |(key, value): (Spanned<String>, Spanned<Tree>)| {
                (Key { text: key.value, span: self::span(source, key.defined) }, tree_node(source, text, value))
            };
            NodeKind::Map(entries.into_iter().map(entry).collect())
        }
    };
    Node { kind, span }
}

/// What serde sees.
#[derive(Debug)]
enum Tree {
    Null,
    Text(String),
    Plain(String),
    List(Vec<Spanned<Tree>>),
    Map(Vec<(Spanned<String>, Spanned<Tree>)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Plain(value.to_string()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Plain(value.to_string()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Plain(value.to_string()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Plain(value.to_string()))
    }
    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }
    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }
    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Tree::Map(map))
    }
}
