//! [`Token`]: one lexeme of a statement after substitution, with its place in the text the user wrote.
//!
//! Keywords are not a kind of their own: whether an unquoted word is a keyword depends on where it stands.

use std::sync::Arc;

use lakesmith_diagnostic::Span;

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    /// An unquoted word: a keyword or an identifier, as the place decides.
    Word,
    /// A back-quoted identifier, without its quotes.
    Quoted(String),
    /// A string literal, quotes removed and escapes replaced.
    String(String),
    /// A number, suffix included.
    Number,
    /// `X'1F'`.
    Binary(Vec<u8>),
    /// An operator or punctuation, `/*+` and its `*/` included.
    Symbol,
    /// The end of the statement.
    End,
}

/// One lexeme.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: TokenKind,
    /// Where it stands in the text the user wrote.
    pub(crate) span: Span,
    /// First byte in `text`.
    pub(crate) start: u32,
    /// One past the last byte in `text`.
    pub(crate) end: u32,
    /// The whole statement after substitution.
    pub(crate) text: Arc<str>,
}

impl Token {
    /// The characters of the token as they stand in the statement.
    pub(crate) fn raw(&self) -> &str {
        self.text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Whether this is the unquoted word `word`, in any case.
    pub(crate) fn is_keyword(&self, word: &str) -> bool {
        matches!(self.kind, TokenKind::Word) && self.raw().eq_ignore_ascii_case(word)
    }

    /// Whether this is the operator or punctuation `symbol`.
    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.kind, TokenKind::Symbol) && self.raw() == symbol
    }

    /// Whether `next` follows without anything in between.
    pub(crate) fn touches(&self, next: &Self) -> bool {
        self.end == next.start
    }
}

impl Token {
    /// Whether this is one of these unquoted words.
    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_keyword(word))
    }

    /// Whether this can be a part of a name.
    pub(crate) fn is_name(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Quoted(_))
    }

    /// Whether a name, or a string in place of one, stands here.
    pub(crate) fn is_nameable(&self) -> bool {
        self.is_name() || matches!(self.kind, TokenKind::String(_))
    }

    /// Whether this is the end of the statement.
    pub(crate) fn is_end(&self) -> bool {
        self.kind == TokenKind::End
    }
}
