//! `LIKE` and `ILIKE`: texts that follow a pattern of `%` for any characters and `_` for one.
//!
//! A pattern is read once for as long as it stays the same, which is nearly always for all rows. It is cut at its `%` into
//! pieces: the first stands at the start of the text, the last at its end, and those between follow each other in order, each
//! where it is first found.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanBuilder, StringArray};
use datafusion::common::Result;
use lakesmith_diagnostic::Condition;
use memchr::memmem::Finder;

use crate::kernel::{Kernels, refused, texts};

/// The kernels.
pub(crate) const KERNELS: Kernels =
    &[("spark_ilike", |a, _| each(a, str::to_lowercase)), ("spark_like", |a, _| each(a, str::to_owned))];

/// The escape character of a pattern that names none.
const ESCAPE: char = '\\';

/// A constant comes as an array of one row.
fn each(arguments: &[ArrayRef], folded: impl Fn(&str) -> String + Copy) -> Result<ArrayRef> {
    let escapes = arguments.get(2).map(texts).transpose()?;
    let (values, patterns) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let rows = arguments.iter().map(|argument| argument.len()).find(|rows| *rows != 1).unwrap_or(1);
    let of_row = |array: &StringArray, row: usize| if array.len() == 1 { 0 } else { row };
    let is_constant = patterns.len() == 1 && escapes.as_ref().is_none_or(|escapes| escapes.len() == 1);
    let folds = folded("A") != "A";
    let mut known: Option<(&str, char, Pattern)> = None;
    let mut matches = BooleanBuilder::with_capacity(rows);
    for row in 0..rows {
        let (value, pattern) = (of_row(&values, row), of_row(&patterns, row));
        if values.is_null(value) || patterns.is_null(pattern) {
            matches.append_null();
            continue;
        }
        let (value, written) = (values.value(value), patterns.value(pattern));
        let pattern = match &known {
            Some((_, _, pattern)) if is_constant => pattern,
            _ => {
                let escape = escapes.as_ref().and_then(|escapes| escapes.value(of_row(escapes, row)).chars().next());
                let escape = escape.unwrap_or(ESCAPE);
                if known.as_ref().is_none_or(|(text, with, _)| *text != written || *with != escape) {
                    known = Some((written, escape, Pattern::new(&folded(written), escape)?));
                }
                let Some((_, _, pattern)) = &known else { continue };
                pattern
            }
        };
        matches.append_value(if folds { pattern.is_met(&folded(value)) } else { pattern.is_met(value) });
    }
    Ok(Arc::new(matches.finish()))
}

/// What stands between two `%`, or before the first or after the last.
#[derive(Debug)]
enum Piece {
    /// Characters as they are, with the means to find them.
    Text(String, Box<Finder<'static>>),
    /// Characters, with nothing for any one.
    Mixed(Vec<Option<char>>),
}

impl Piece {
    fn new(characters: Vec<Option<char>>) -> Self {
        match characters.iter().copied().collect::<Option<String>>() {
            Some(text) => {
                let finder = Finder::new(&text).into_owned();
                Self::Text(text, Box::new(finder))
            }
            None => Self::Mixed(characters),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text, _) if text.is_empty())
    }

    /// What follows it in a text that begins with it.
    fn after<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Text(own, _) => text.strip_prefix(own.as_str()),
            Self::Mixed(own) => {
                let mut rest = text.chars();
                let is_met = own.iter().all(|wanted| match (wanted, rest.next()) {
                    (Some(wanted), Some(found)) => *wanted == found,
                    (None, Some(_)) => true,
                    (_, None) => false,
                });
                is_met.then_some(rest.as_str())
            }
        }
    }

    /// What follows the first place where it stands in a text.
    fn after_first<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Text(own, finder) => finder.find(text.as_bytes()).map(|at| &text[at + own.len()..]),
            Self::Mixed(_) => text.char_indices().find_map(|(at, _)| self.after(&text[at..])),
        }
    }

    fn is_end_of(&self, text: &str) -> bool {
        match self {
            Self::Text(own, _) => text.ends_with(own.as_str()),
            Self::Mixed(own) => {
                let start = text.char_indices().nth_back(own.len() - 1);
                start.is_some_and(|(start, _)| self.after(&text[start..]).is_some())
            }
        }
    }
}

/// A pattern that was read.
#[derive(Debug)]
enum Pattern {
    /// Without `%`.
    Whole(Piece),
    /// With `%` between any two.
    Pieces { first: Option<Piece>, between: Vec<Piece>, last: Option<Piece> },
}

impl Pattern {
    fn new(text: &str, escape: char) -> Result<Self> {
        let mut pieces = vec![Vec::new()];
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let piece = match character {
                // the escape character comes first: it may be one of the two
                other if other == escape => Some(Some(escaped(characters.next(), escape, text)?)),
                '%' => None,
                '_' => Some(None),
                other => Some(Some(other)),
            };
            match (piece, pieces.last_mut()) {
                (Some(character), Some(last)) => last.push(character),
                _ => pieces.push(Vec::new()),
            }
        }
        let mut pieces = pieces.into_iter().map(Piece::new);
        let first = pieces.next().unwrap_or_else(|| Piece::new(Vec::new()));
        let full = |piece: Piece| Some(piece).filter(|piece| !piece.is_empty());
        Ok(match pieces.next_back() {
            Some(last) => {
                let between = pieces.filter(|piece| !piece.is_empty()).collect();
                Self::Pieces { first: full(first), between, last: full(last) }
            }
            None => Self::Whole(first),
        })
    }

    fn is_met(&self, text: &str) -> bool {
        match self {
            Self::Whole(piece) => piece.after(text) == Some(""),
            Self::Pieces { first, between, last } => {
                let rest = first.as_ref().map_or(Some(text), |first| first.after(text));
                let rest = rest.and_then(|rest| between.iter().try_fold(rest, |rest, piece| piece.after_first(rest)));
                rest.is_some_and(|rest| last.as_ref().is_none_or(|last| last.is_end_of(rest)))
            }
        }
    }
}

/// What may stand after the escape character: `%`, `_` or itself.
fn escaped(next: Option<char>, escape: char, pattern: &str) -> Result<char> {
    next.filter(|next| matches!(next, '%' | '_') || *next == escape).ok_or_else(|| {
        let message =
            format!("the pattern `{pattern}` has `{escape}` before another character than `%`, `_` and itself");
        refused(Condition::INVALID_FORMAT, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_like(text: &str, pattern: &str) -> bool {
        Pattern::new(pattern, ESCAPE).unwrap().is_met(text)
    }

    #[test]
    fn pieces_stand_in_order_and_do_not_overlap() {
        for (text, pattern, expected) in [
            ("", "", true),
            ("", "%", true),
            ("a", "", false),
            ("abc", "abc", true),
            ("abc", "ab", false),
            ("abc", "a%", true),
            ("abc", "%c", true),
            ("abc", "%b%", true),
            ("abc", "b%", false),
            ("aba", "ab%ba", false),
            ("abba", "ab%ba", true),
            ("abcabd", "%ab%d", true),
            ("aab", "%ab", true),
            ("mississippi", "%iss%ip%", true),
            ("mississippi", "%ip%iss%", false),
            ("a\nb", "a%b", true),
            ("a\nb", "a_b", true),
        ] {
            assert_eq!(is_like(text, pattern), expected, "{text:?} LIKE {pattern:?}");
        }
    }

    #[test]
    fn one_character_is_one_whatever_its_bytes() {
        for (text, pattern, expected) in [
            ("Zoë", "Zo_", true),
            ("Zoë", "_oë", true),
            ("Zoë", "____", false),
            ("日本語", "%本_", true),
            ("日本語", "_%_%_", true),
            ("日本", "_%_%_", false),
            ("xayb", "%a_b", true),
            ("xaab", "%a_b", true),
            ("xab", "%a_b", false),
            ("aaab", "%a_b%", true),
            ("😀", "_", true),
        ] {
            assert_eq!(is_like(text, pattern), expected, "{text:?} LIKE {pattern:?}");
        }
    }

    #[test]
    fn an_escape_character_takes_the_meaning_away_and_stands_before_nothing_else() {
        assert!(is_like("50%", "50\\%") && !is_like("500", "50\\%"));
        assert!(is_like("a_b", "a\\_b") && !is_like("axb", "a\\_b"));
        assert!(is_like("a\\b", "a\\\\b"));
        assert!(Pattern::new("a%%b", '%').unwrap().is_met("a%b"));
        for wrong in ["a\\", "a\\b"] {
            assert!(Pattern::new(wrong, ESCAPE).is_err(), "{wrong}");
        }
    }
}
