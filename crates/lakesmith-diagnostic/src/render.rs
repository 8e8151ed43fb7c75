//! Diagnostics as text for a terminal and as JSON.
//!
//! Rendering decides nothing: order, wording and places are the diagnostic's. The sole user of annotate-snippets.

use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet};
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{SourceId, SourceKind, SourceMap, Span};

/// Whether text carries colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Colour {
    /// Escape sequences for a terminal.
    Always,
    /// Plain text.
    Never,
}

/// The terminal form: title, place, the lines with carets, notes and help. Ends with a newline.
pub fn to_text(sources: &SourceMap, diagnostic: &Diagnostic, colour: Colour) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let words = printable(&diagnostic.title);
    let title = level.primary_title(words.as_str()).id(diagnostic.condition.name);
    let mut elements: Vec<Element<'_>> = snippets(sources, diagnostic);
    let has_place = !elements.is_empty();
    elements.extend(diagnostic.notes.iter().map(|note| Level::NOTE.message(note.as_str()).into()));
    elements.extend(diagnostic.help.iter().map(|help| Level::HELP.message(help.as_str()).into()));
    let renderer = match colour {
        Colour::Always => Renderer::styled(),
        Colour::Never => Renderer::plain(),
    };
    let group: Group<'_> = title.elements(elements);
    let mut text = renderer.render(&[group]);
    if !has_place {
        // Between a title and its notes the renderer leaves a margin for source lines, of which there are none.
        text = text.lines().filter(|line| !is_margin(line)).collect::<Vec<_>>().join("\n");
    }
    text.push('\n');
    text
}

/// The text with control characters, which a terminal would obey, written as escapes.
pub fn printable(text: &str) -> String {
    let shown = |character: char| match character.is_control() {
        true => character.escape_default().to_string(),
        false => character.to_string(),
    };
    text.chars().map(shown).collect()
}

/// Whether a line holds nothing but the margin's bar, colours aside.
fn is_margin(line: &str) -> bool {
    let mut bare = String::new();
    let mut escaped = false;
    for character in line.chars() {
        match character {
            '\u{1b}' => escaped = true,
            'm' if escaped => escaped = false,
            _ if escaped => {}
            other => bare.push(other),
        }
    }
    bare.trim() == "|"
}

/// One annotation: where, with which words, and whether it is the wrong place itself.
struct Mark<'a> {
    span: Span,
    text: &'a str,
    kind: AnnotationKind,
}

/// One snippet for each text that labels lie in, the text with the primary label first. A label inside a value that stands for
/// `${key}` marks the reference in the file too.
fn snippets<'a>(sources: &'a SourceMap, diagnostic: &'a Diagnostic) -> Vec<Element<'a>> {
    let labels = diagnostic.primary.iter().map(|label| (label, AnnotationKind::Primary));
    let labels = labels.chain(diagnostic.secondary.iter().map(|label| (label, AnnotationKind::Context)));
    let mut marks: Vec<Mark<'a>> = Vec::new();
    for (Label { span, text }, kind) in labels {
        let mut here = *span;
        let mut nested = Vec::new();
        while let SourceKind::Substituted { reference } = sources.source(here.source).kind {
            nested.push(Mark { span: here, text: if nested.is_empty() { text } else { "" }, kind });
            here = reference;
        }
        let words = if nested.is_empty() { text.as_str() } else { "in the value that stands here" };
        for mark in std::iter::once(Mark { span: here, text: words, kind }).chain(nested.into_iter().rev()) {
            // Two places in one value have one reference.
            if !marks.iter().any(|known| known.span == mark.span && known.text == mark.text) {
                marks.push(mark);
            }
        }
    }
    let mut order: Vec<SourceId> = Vec::new();
    for mark in &marks {
        if !order.contains(&mark.span.source) {
            order.push(mark.span.source);
        }
    }
    order.into_iter().map(|id| snippet(sources, id, &marks)).collect()
}

fn snippet<'a>(sources: &'a SourceMap, id: SourceId, marks: &[Mark<'a>]) -> Element<'a> {
    let source = sources.source(id);
    let length = source.text.len();
    let annotations = marks.iter().filter(|mark| mark.span.source == id).map(|mark| {
        let start = source.text.floor_char_boundary((mark.span.start as usize).min(length));
        let end = source.text.floor_char_boundary((mark.span.end as usize).clamp(start, length));
        let label = (!mark.text.is_empty()).then_some(mark.text);
        mark.kind.span(first_line(&source.text, start..end)).label(label)
    });
    Snippet::source(&*source.text).path(&*source.name).fold(true).annotations(annotations).into()
}

/// A place that runs over several lines is shown by its first one.
fn first_line(text: &str, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
    match text.get(span.clone()).and_then(|covered| covered.find('\n')) {
        Some(newline) => span.start..span.start + newline,
        None => span,
    }
}

/// A diagnostic as JSON output holds it.
#[derive(Debug, Clone, Serialize)]
pub struct JsonDiagnostic {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// Name of the condition.
    pub condition: &'static str,
    /// Five characters.
    pub sqlstate: &'static str,
    /// What is wrong.
    pub title: String,
    /// The place that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<JsonPlace>,
    /// Further places.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<JsonPlace>,
    /// Facts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What can be done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub help: Vec<String>,
}

/// A place as JSON output holds it.
#[derive(Debug, Clone, Serialize)]
pub struct JsonPlace {
    /// Path of the file, or the name of another text.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// What is there.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
}

/// The JSON form. Places inside a value that stands for `${key}` are given where the reference stands.
pub fn to_json(sources: &SourceMap, diagnostic: &Diagnostic) -> JsonDiagnostic {
    JsonDiagnostic {
        severity: if diagnostic.is_error() { "error" } else { "warning" },
        condition: diagnostic.condition.name,
        sqlstate: diagnostic.condition.sqlstate,
        title: diagnostic.title.clone(),
        place: diagnostic.primary.as_ref().map(|label| place(sources, label)),
        also: diagnostic.secondary.iter().map(|label| place(sources, label)).collect(),
        notes: diagnostic.notes.clone(),
        help: diagnostic.help.clone(),
    }
}

fn place(sources: &SourceMap, label: &Label) -> JsonPlace {
    let span = sources.outer(label.span);
    let source = sources.source(span.source);
    let (line, column) = source.line_column(span.start);
    JsonPlace {
        file: source.name.to_string(),
        line,
        column,
        start: span.start,
        end: span.end,
        label: label.text.clone(),
    }
}

/// Sorts by file, then place; what has no place comes first. Equal places keep their order.
pub fn sort(sources: &SourceMap, diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|diagnostic| {
        diagnostic.primary.as_ref().map(|label| {
            let span = sources.outer(label.span);
            (sources.source(span.source).name.to_string(), span.start)
        })
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Condition;

    #[test]
    fn a_fault_shows_title_place_caret_and_help() {
        let mut sources = SourceMap::default();
        let file = sources.add_file("silver.sql", "CREATE STREAMING TABLE t (\n  CONSTRAINT c EXPECT (quantty > 0)\n)");
        let diagnostic = Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITH_SUGGESTION, "no column `quantty`")
            .at(Span::new(file, 50, 57), "no such column")
            .help("a column with a similar name exists: `quantity`");
        let expected = "\
error[UNRESOLVED_COLUMN.WITH_SUGGESTION]: no column `quantty`
 --> silver.sql:2:24
  |
2 |   CONSTRAINT c EXPECT (quantty > 0)
  |                        ^^^^^^^ no such column
  |
  = help: a column with a similar name exists: `quantity`
";
        assert_eq!(to_text(&sources, &diagnostic, Colour::Never), expected);
    }

    #[test]
    fn a_fault_inside_a_value_shows_the_reference_and_the_value() {
        let mut sources = SourceMap::default();
        let file = sources.add_file("a.sql", "SELECT ${cols}");
        let reference = Span::new(file, 7, 14);
        let value = sources.add("value of `cols` (set at a.sql:1:1)", "a,, b", SourceKind::Substituted { reference });
        let diagnostic =
            Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, "a column is missing").at(Span::new(value, 2, 3), "here");
        let text = to_text(&sources, &diagnostic, Colour::Never);
        assert!(text.contains("SELECT ${cols}\n  |        ^^^^^^^ in the value that stands here"), "{text}");
        assert!(text.contains("1 | a,, b\n  |   ^ here"), "{text}");
        let json = to_json(&sources, &diagnostic).place.expect("a place");
        assert_eq!((json.file.as_str(), json.line, json.column), ("a.sql", 1, 8));
    }

    #[test]
    fn any_span_can_be_shown() {
        let mut sources = SourceMap::default();
        let file = sources.add_file("a.sql", "äöü\n\nx");
        for start in 0..12 {
            for end in 0..12 {
                let diagnostic =
                    Diagnostic::warning(Condition::LAKESMITH_UNUSUAL, "t").at(Span::new(file, start, end), "l");
                assert!(!to_text(&sources, &diagnostic, Colour::Always).is_empty());
            }
        }
    }
}
