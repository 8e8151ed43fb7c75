//! `${key}` substitution: replaced as text in one statement, before it is read.
//!
//! References count outside comments, inside string literals too. A value may refer to further keys. The result keeps, for
//! every stretch of text, the source it came from, so that a token's place can be shown where the user wrote it.

use std::ops::Range;
use std::sync::Arc;

use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::{Condition, Diagnostic, SourceId, SourceKind, SourceMap, Span};

use crate::lexer::{Stretch, next_stretch};

/// How deep values may refer to further values.
const DEEPEST_REFERENCE: usize = 16;

/// How long a statement may grow by substitution, in bytes.
const LONGEST_EXPANSION: usize = 64 << 20;

/// A value that a `${key}` reference stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The text put in place of the reference.
    pub value: String,
    /// Where it was set, for example `set at pipeline.sql:3:1`.
    pub described: String,
}

/// Looks up the keys of `${key}` references.
pub trait VariableLookup {
    /// The value of `key`, which for `${env:NAME}` is `env:NAME`.
    fn get(&self, key: &str) -> Option<Variable>;
    /// All keys, for suggestions.
    fn keys(&self) -> Vec<String>;
}

/// A lookup that knows no key.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoVariables;

impl VariableLookup for NoVariables {
    fn get(&self, _: &str) -> Option<Variable> {
        None
    }
    fn keys(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A stretch of expanded text that was copied from one source.
#[derive(Debug, Clone, Copy)]
struct Segment {
    expanded: u32,
    source: SourceId,
    start: u32,
}

/// A statement after substitution.
#[derive(Debug)]
pub struct Expanded {
    /// The text.
    pub text: String,
    segments: Vec<Segment>,
}

impl Expanded {
    /// `range` of a source as it stands.
    pub(crate) fn verbatim(sources: &SourceMap, source: SourceId, range: Range<usize>) -> Self {
        let text = sources.source(source).text.get(range.clone()).unwrap_or_default().to_owned();
        Self { text, segments: vec![Segment { expanded: 0, source, start: offset(range.start) }] }
    }

    /// The place of the expanded bytes `range` in the text the user wrote: inside one source where they all come from it,
    /// otherwise over the whole references that they touch in the innermost text that holds them all.
    pub fn span(&self, sources: &SourceMap, range: Range<u32>) -> Span {
        let first = self.place(range.start);
        if range.end <= range.start {
            return first;
        }
        let last = self.place(range.end - 1);
        let end = Span::new(last.source, last.start, last.start + 1);
        if first.source == end.source {
            return first.to(end);
        }
        let outer = |span: Span| match sources.source(span.source).kind {
            SourceKind::Substituted { reference } => Some(reference),
            _ => None,
        };
        let ends: Vec<Span> = std::iter::successors(Some(end), |span| outer(*span)).collect();
        std::iter::successors(Some(first), |span| outer(*span))
            .find_map(|start| ends.iter().find(|end| end.source == start.source).map(|end| start.to(*end)))
            .unwrap_or(first)
    }

    fn place(&self, at: u32) -> Span {
        let index = self.segments.partition_point(|segment| segment.expanded <= at).saturating_sub(1);
        let segment = self.segments[index];
        let start = segment.start + at.saturating_sub(segment.expanded);
        Span::new(segment.source, start, start)
    }
}

/// Replaces the references in `range` of a source. Unknown keys are diagnostics and leave the reference as it is.
pub fn expand(
    sources: &mut SourceMap,
    source: SourceId,
    range: Range<usize>,
    lookup: &dyn VariableLookup,
) -> (Expanded, Vec<Diagnostic>) {
    let text = sources.source(source).text.clone();
    expand_text(sources, source, &text, range, lookup)
}

/// Like [`expand`], with `text` in place of the source's own: it has the same length, with what is not SQL blanked out.
pub(crate) fn expand_text(
    sources: &mut SourceMap,
    source: SourceId,
    text: &str,
    range: Range<usize>,
    lookup: &dyn VariableLookup,
) -> (Expanded, Vec<Diagnostic>) {
    let start = u32::try_from(range.start).unwrap_or(u32::MAX);
    let first = Segment { expanded: 0, source, start };
    let mut expansion = Expansion {
        sources,
        lookup,
        text: String::new(),
        segments: vec![first],
        diagnostics: Vec::new(),
        open: Vec::new(),
    };
    expansion.append(source, text, range);
    let Expansion { text, segments, diagnostics, .. } = expansion;
    (Expanded { text, segments }, diagnostics)
}

struct Expansion<'a> {
    sources: &'a mut SourceMap,
    lookup: &'a dyn VariableLookup,
    text: String,
    segments: Vec<Segment>,
    diagnostics: Vec<Diagnostic>,
    /// Keys whose values are being put in.
    open: Vec<String>,
}

impl Expansion<'_> {
    fn append(&mut self, source: SourceId, text: &str, range: Range<usize>) {
        let Some(text) = text.get(..range.end) else { return };
        let mut copied = range.start;
        for (reference, key) in references(text, range.start) {
            self.copy(source, text, copied..reference.start);
            copied = reference.end;
            let span = Span::new(source, offset(reference.start), offset(reference.end));
            if !self.put_value(key, span) {
                self.copy(source, text, reference.clone());
            }
        }
        self.copy(source, text, copied..range.end);
    }

    fn copy(&mut self, source: SourceId, text: &str, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        self.segments.push(Segment { expanded: offset(self.text.len()), source, start: offset(range.start) });
        self.text.push_str(text.get(range).unwrap_or_default());
    }

    /// Puts in the value of `key`; says whether it could.
    fn put_value(&mut self, key: &str, reference: Span) -> bool {
        if self.open.iter().any(|open| open == key) {
            let title = format!("the value of `{key}` refers to itself");
            let chain = self.open.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" → ");
            self.fault(
                Diagnostic::error(Condition::NAMED_PARAMETER_NOT_FOUND, title)
                    .at(reference, "")
                    .note(format!("{chain} → `{key}`")),
            );
            return false;
        }
        let Some(variable) = self.lookup.get(key) else {
            self.unknown(key, reference);
            return false;
        };
        if self.open.len() >= DEEPEST_REFERENCE || self.text.len() + variable.value.len() > LONGEST_EXPANSION {
            let title = format!("the values behind `{key}` refer to each other too deeply, or are too long");
            self.fault(Diagnostic::error(Condition::NAMED_PARAMETER_NOT_FOUND, title).at(reference, ""));
            return false;
        }
        let name = match variable.described.is_empty() {
            true => format!("value of `{key}`"),
            false => format!("value of `{key}` ({})", variable.described),
        };
        let text: Arc<str> = variable.value.into();
        let value = self.sources.add(name, text.clone(), SourceKind::Substituted { reference });
        self.open.push(key.to_owned());
        self.append(value, &text, 0..text.len());
        self.open.pop();
        true
    }

    fn unknown(&mut self, key: &str, reference: Span) {
        let keys = self.lookup.keys();
        let similar = closest(key, keys.iter().map(String::as_str), 3);
        let title = format!("`{key}` has no value");
        let mut diagnostic =
            Diagnostic::error(Condition::NAMED_PARAMETER_NOT_FOUND, title).at(reference, "no value for this key");
        if !similar.is_empty() {
            let list = similar.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            diagnostic = diagnostic.help(format!("a key with a similar name is set: {list}"));
        }
        let help = match key.strip_prefix("env:") {
            Some(variable) => format!("set the environment variable `{variable}`"),
            None => format!(
                "set it with `SET {key} = …;` above in this file, with `--set {key}=…`, or under `configuration:` in the pipeline spec"
            ),
        };
        self.fault(diagnostic.help(help));
    }

    fn fault(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// The `${key}` references of `text` from `start` on, outside comments, with their keys.
fn references(text: &str, start: usize) -> Vec<(Range<usize>, &str)> {
    let mut found = Vec::new();
    let mut at = start;
    while let Some(stretch) = next_stretch(text, at) {
        let range = stretch.range();
        at = range.end;
        if matches!(stretch, Stretch::Comment(_)) {
            continue;
        }
        let mut from = range.start;
        while let Some(open) = text.get(from..range.end).and_then(|rest| memchr::memmem::find(rest.as_bytes(), b"${")) {
            let open = from + open;
            from = open + 2;
            let inner = text.get(from..range.end).unwrap_or_default();
            let Some(close) = memchr::memchr2(b'}', b'\n', inner.as_bytes()) else { break };
            let key = inner.get(..close).unwrap_or_default().trim();
            if inner.as_bytes().get(close) == Some(&b'}')
                && !key.is_empty()
                && !key.contains(['$', '{', '\'', '"', ';'])
            {
                from += close + 1;
                found.push((open..from, key));
            }
        }
    }
    found
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
