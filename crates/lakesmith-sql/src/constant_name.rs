//! `IDENTIFIER('…')` of a constant text, which stands wherever a name or a part of one does.
//!
//! Of any other expression only tables, functions and columns take their names; those are resolved with the query.

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::{ExpressionKind, Literal, NamePart};

use crate::parser::{Parsed, Parser};
use crate::token::TokenKind;

/// The text in the parentheses, and how many tokens and parameters it takes.
#[derive(Default)]
struct Constant {
    text: String,
    tokens: usize,
    named: usize,
    positional: usize,
}

impl Parser<'_> {
    /// The parts of the name that `IDENTIFIER('…')` gives, if it is next and what it holds are strings and parameters.
    pub(crate) fn constant_name(&mut self) -> Parsed<Option<Vec<NamePart>>> {
        let Some(constant) = self.constant_text() else { return Ok(None) };
        let start = self.position();
        for _ in 0..constant.tokens {
            self.advance();
        }
        self.named_parameters += constant.named;
        self.positional_parameters += constant.positional;
        self.bound_parameters += constant.named + constant.positional;
        let span = self.span_from(start);
        let text = &constant.text;
        if let Some(name) = QualifiedName::written(text) {
            return Ok(Some(name.parts().iter().map(|part| NamePart::new(part.clone(), span)).collect()));
        }
        let fault = match text.trim().is_empty() {
            true => Diagnostic::error(Condition::PARSE_EMPTY_STATEMENT, "the text of IDENTIFIER is empty"),
            false => {
                let title = format!("`{text}` is no name; back-quotes stand around parts with other signs");
                Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title)
            }
        };
        Err(fault.at(span, "").into())
    }

    /// The one part of the name that `IDENTIFIER('…')` gives, if it is next.
    pub(crate) fn constant_part(&mut self) -> Parsed<Option<NamePart>> {
        let Some(mut parts) = self.constant_name()? else { return Ok(None) };
        match (parts.pop(), parts.as_slice()) {
            (part, []) => Ok(part),
            _ => {
                let title = "the text of IDENTIFIER is a name of several parts, where one is wanted";
                let fault = Diagnostic::error(Condition::IDENTIFIER_TOO_MANY_NAME_PARTS, title);
                Err(fault.at(self.previous().span, "").into())
            }
        }
    }

    /// Whether `IDENTIFIER('…')` of a constant text is next.
    pub(crate) fn at_constant_name(&self) -> bool {
        self.constant_text().is_some()
    }

    fn constant_text(&self) -> Option<Constant> {
        if !self.at_keyword("IDENTIFIER") || !self.peek_at(1).is_symbol("(") {
            return None;
        }
        let mut constant = Constant { tokens: 2, ..Constant::default() };
        loop {
            let token = self.peek_at(constant.tokens);
            if token.is_symbol(")") && constant.tokens > 2 {
                constant.tokens += 1;
                return Some(constant);
            }
            if let TokenKind::String(text) = &token.kind {
                constant.text.push_str(text);
                constant.tokens += 1;
                continue;
            }
            let value = if token.is_symbol("?") {
                let value = self.arguments.positional.get(self.positional_parameters + constant.positional);
                constant.positional += 1;
                constant.tokens += 1;
                value
            } else if token.is_symbol(":") {
                let value = self.arguments.named(self.peek_at(constant.tokens + 1).raw());
                constant.named += 1;
                constant.tokens += 2;
                value
            } else {
                None
            };
            match &value?.kind {
                ExpressionKind::Literal(Literal::String(text)) => constant.text.push_str(text),
                _ => return None,
            }
        }
    }
}
