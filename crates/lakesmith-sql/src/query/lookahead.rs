//! Whether a query begins at a place, where an expression or a table could begin as well.

use crate::parser::Parser;
use crate::token::TokenKind;

/// Words after a closing parenthesis that show a query inside it.
const AFTER_QUERY: &[&str] =
    &["UNION", "INTERSECT", "EXCEPT", "MINUS", "ORDER", "LIMIT", "OFFSET", "SORT", "CLUSTER", "DISTRIBUTE"];

impl Parser<'_> {
    /// Whether a query begins here.
    pub(crate) fn at_query(&self) -> bool {
        self.at_query_after(0)
    }

    /// Whether a query begins `n` tokens on. `((SELECT …) …` is one only when its closing parenthesis is followed by what
    /// goes on with a query; otherwise it is an expression or a table in parentheses.
    pub(crate) fn at_query_after(&self, n: usize) -> bool {
        if !self.peek_at(n).is_symbol("(") {
            return self.at_query_word(n);
        }
        let mut inner = n;
        while self.peek_at(inner).is_symbol("(") {
            inner += 1;
        }
        if !self.at_query_word(inner) {
            return false;
        }
        let Some(close) = self.closing_parenthesis(n) else { return false };
        let next = self.peek_at(close + 1);
        AFTER_QUERY.iter().any(|word| next.is_keyword(word)) || next.is_symbol("|>")
    }

    /// Whether the parenthesis `n` tokens on holds one query in further parentheses, and nothing else: `((SELECT …))`.
    pub(crate) fn at_only_a_query(&self, n: usize) -> bool {
        let mut inner = n;
        while self.peek_at(inner).is_symbol("(") {
            inner += 1;
        }
        let closing = |open: usize| self.closing_parenthesis(open);
        inner > n + 1
            && self.at_query_word(inner)
            && closing(n + 1).is_some_and(|close| self.peek_at(close + 1).is_symbol(")"))
    }

    fn at_query_word(&self, n: usize) -> bool {
        let (token, next) = (self.peek_at(n), self.peek_at(n + 1));
        let is_name = matches!(next.kind, TokenKind::Word | TokenKind::Quoted(_));
        if token.kind != TokenKind::Word {
            return false;
        }
        if token.is_keyword("SELECT") {
            return ![",", ".", ")", "=", "=>", "->"].iter().any(|symbol| next.is_symbol(symbol));
        }
        if token.is_keyword("VALUES") {
            return next.is_symbol("(")
                || matches!(next.kind, TokenKind::Number | TokenKind::String(_))
                || next.is_keyword("NULL");
        }
        if token.is_keyword("WITH") {
            return is_name;
        }
        if token.is_keyword("FROM") {
            return is_name || next.is_symbol("(");
        }
        token.is_keyword("TABLE") && is_name
    }

    /// The place of the parenthesis that closes the one `n` tokens on.
    pub(crate) fn closing_parenthesis(&self, n: usize) -> Option<usize> {
        let mut depth = 0usize;
        for at in n.. {
            let token = self.peek_at(at);
            match token.kind {
                TokenKind::End => return None,
                TokenKind::Symbol if token.is_symbol("(") => depth += 1,
                TokenKind::Symbol if token.is_symbol(")") => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }
}
