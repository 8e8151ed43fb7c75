//! SQL files in Databricks notebook format, and how a file falls into statements.
//!
//! Such a file begins with `-- Databricks notebook source`; its cells are separated by `-- COMMAND ----------` and a statement
//! ends with its cell even without `;`. Lines that begin with `-- MAGIC` hold a cell of another language, or SQL after `%sql`.
//! See <https://docs.databricks.com/aws/en/notebooks/notebook-export-import>.

use std::ops::Range;

use lakesmith_diagnostic::{Condition, Diagnostic, SourceId, Span};

use crate::lexer::{next_stretch, split_statements};

const FIRST_LINE: &str = "-- Databricks notebook source";
const CELL_END: &str = "-- COMMAND ----------";
const MAGIC: &str = "-- MAGIC";

/// The SQL of a file as its statements are read from: equal in length to the file, so that places stay right, with magic words
/// blanked out.
#[derive(Debug)]
pub(crate) struct SqlText {
    /// The text.
    pub(crate) text: String,
    /// The statements in it.
    pub(crate) statements: Vec<Range<usize>>,
    /// What of the file is not SQL.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Reads a file's text: a notebook by its cells, anything else as one piece.
pub(crate) fn sql_text(source: SourceId, text: &str) -> SqlText {
    // A byte order mark is no part of the text.
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut text = text.to_owned();
    text.replace_range(..mark, &" ".repeat(mark));
    // Some files have lost their first line and are told by the lines between cells.
    let has_first_line = text[mark..].starts_with(FIRST_LINE);
    if has_first_line || text.lines().any(|line| line.trim_end() == CELL_END) {
        return notebook(source, &text);
    }
    let statements = split_statements(&text);
    let diagnostics = unclosed_comment(source, &text, statements.last()).into_iter().collect();
    SqlText { text, statements, diagnostics }
}

/// A comment after the last statement that has no end; inside a statement it is the lexer's to find.
fn unclosed_comment(source: SourceId, text: &str, last: Option<&Range<usize>>) -> Option<Diagnostic> {
    let mut at = last.map_or(0, |range| range.end);
    while let Some(stretch) = next_stretch(text, at) {
        let range = stretch.range();
        let words = text.get(range.clone()).unwrap_or_default();
        if words.starts_with("/*") && range.end == text.len() && comment_is_open(words) {
            let span = Span::new(source, offset_u32(range.start), offset_u32(range.start + 2));
            let fault = Diagnostic::error(
                Condition::UNCLOSED_BRACKETED_COMMENT,
                "a comment that begins with `/*` is not closed",
            );
            return Some(fault.at(span, "").help("close it with `*/`"));
        }
        at = range.end;
    }
    None
}

/// Whether a bracketed comment has fewer ends than beginnings.
fn comment_is_open(words: &str) -> bool {
    words.matches("*/").count() < words.matches("/*").count()
}

fn notebook(source: SourceId, text: &str) -> SqlText {
    let mut blanked = String::with_capacity(text.len());
    let mut cells = Vec::new();
    let mut diagnostics = Vec::new();
    let mut cell_start = 0;
    let mut language = Language::Sql;
    for line in text.split_inclusive('\n') {
        let at = blanked.len();
        if line.trim_end() == CELL_END {
            cells.push(cell_start..at);
            push_blank(&mut blanked, line, 0..line.len());
            cell_start = blanked.len();
            language = Language::Sql;
        } else if line.starts_with(MAGIC) {
            let offset = magic_content(line);
            language = language.after(
                &line[offset..],
                Span::new(source, offset_u32(at), offset_u32(at + line.trim_end().len())),
                &mut diagnostics,
            );
            let sql = language == Language::MagicSql;
            let keep = if sql { offset + sql_word(&line[offset..]) } else { line.len() };
            push_blank(&mut blanked, line, 0..keep);
        } else if line.starts_with("-- DBTITLE") || line.trim_start().starts_with("%sql") {
            let keep =
                if line.starts_with("--") { line.len() } else { line.len() - line.trim_start().len() + "%sql".len() };
            push_blank(&mut blanked, line, 0..keep);
        } else {
            blanked.push_str(line);
        }
    }
    cells.push(cell_start..blanked.len());
    let statements = cells
        .iter()
        .flat_map(|cell| {
            let inner = split_statements(&blanked[cell.clone()]);
            inner.into_iter().map(move |range| cell.start + range.start..cell.start + range.end)
        })
        .collect();
    SqlText { text: blanked, statements, diagnostics }
}

/// The language of the cell that the lines so far began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Sql,
    MagicSql,
    Skipped,
}

impl Language {
    /// The language after a magic line; a new language that cannot be read is reported once.
    fn after(self, content: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let Some(word) = content.strip_prefix('%').and_then(|rest| rest.split_whitespace().next()) else { return self };
        match word {
            "sql" => Self::MagicSql,
            "md" | "md-sandbox" => Self::Skipped,
            other => {
                let title = format!("a cell of the notebook is skipped: `%{other}` is not SQL");
                let warning = Diagnostic::warning(Condition::LAKESMITH_NOT_BUILT, title).at(span, "");
                diagnostics.push(warning.help("move what the pipeline needs into SQL cells"));
                Self::Skipped
            }
        }
    }
}

/// Where the content of a `-- MAGIC` line begins.
fn magic_content(line: &str) -> usize {
    MAGIC.len() + usize::from(line[MAGIC.len()..].starts_with(' '))
}

/// How much of a magic line's content is the word `%sql`.
fn sql_word(content: &str) -> usize {
    if content.starts_with("%sql") { "%sql".len() } else { 0 }
}

/// Appends `line` with `range` replaced by blanks of the same number of bytes; line ends stay.
fn push_blank(blanked: &mut String, line: &str, range: Range<usize>) {
    for (at, character) in line.char_indices() {
        let blank = range.contains(&at) && character != '\n' && character != '\r';
        if blank {
            blanked.extend(std::iter::repeat_n(' ', character.len_utf8()));
        } else {
            blanked.push(character);
        }
    }
}

fn offset_u32(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
