//! Functions with a notation of their own: CAST, EXTRACT, TRIM, SUBSTRING, POSITION, OVERLAY, TIMESTAMPADD, EXISTS, IDENTIFIER.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::expression::{CastMode, Subquery, SubqueryKind, SubqueryPlan};
use lakesmith_unresolved::{Expression, ExpressionKind, FunctionCall, Name};

use super::text_literal;
use crate::parser::{Parsed, Parser};
use crate::token::TokenKind;

/// Units of TIMESTAMPADD and TIMESTAMPDIFF.
const UNITS: &[&str] =
    &["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFYEAR", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND"];

/// Reads a call of the notation it stands for, from its name on.
type Notation<'a> = fn(&mut Parser<'a>, usize) -> Parsed<Expression>;

/// How the call of the function `word`, upper-case, before a parenthesis, is read, if it has a notation of its own here.
pub(super) fn special_call<'a>(word: &str, parser: &Parser<'a>) -> Option<Notation<'a>> {
    match word {
        "CAST" => Some(|parser, start| parser.cast(start, CastMode::Session)),
        "TRY_CAST" => Some(|parser, start| parser.cast(start, CastMode::Try)),
        "EXISTS" if parser.at_query_after(2) || parser.at_only_a_query(1) => Some(Parser::exists),
        "EXTRACT" if parser.peek_at(3).is_keyword("FROM") => Some(Parser::extract),
        "TRIM" => Some(Parser::trim),
        "SUBSTRING" | "SUBSTR" => Some(|parser, start| parser.keyword_arguments(start, "substring", &["FROM", "FOR"])),
        "OVERLAY" => Some(|parser, start| parser.keyword_arguments(start, "overlay", &["PLACING", "FROM", "FOR"])),
        "POSITION" => Some(|parser, start| parser.keyword_arguments(start, "locate", &["IN"])),
        "TIMESTAMPADD" | "DATEADD" | "DATE_ADD" if parser.at_unit(2) => {
            Some(|parser, start| parser.with_unit(start, "timestampadd"))
        }
        "TIMESTAMPDIFF" | "DATEDIFF" | "DATE_DIFF" | "TIMEDIFF" if parser.at_unit(2) => {
            Some(|parser, start| parser.with_unit(start, "timestampdiff"))
        }
        "TIMESTAMPADD" | "DATEADD" | "DATE_ADD" | "TIMESTAMPDIFF" | "DATEDIFF" | "DATE_DIFF" | "TIMEDIFF"
            if parser.at_quoted_unit() =>
        {
            Some(Parser::refuse_quoted_unit)
        }
        "IDENTIFIER" => Some(Parser::computed_identifier),
        _ => None,
    }
}

impl Parser<'_> {
    fn cast(&mut self, start: usize, mode: CastMode) -> Parsed<Expression> {
        self.advance();
        self.expect_symbol("(")?;
        let child = Box::new(self.expression()?);
        if !self.eat_keyword("AS") {
            return Err(self.expected(&["AS"]));
        }
        let data_type = self.data_type()?;
        self.expect_symbol(")")?;
        Ok(Expression::new(ExpressionKind::Cast { child, data_type, mode }, self.span_from(start)))
    }

    fn exists(&mut self, start: usize) -> Parsed<Expression> {
        self.advance();
        self.expect_symbol("(")?;
        let query = self.query()?;
        self.expect_symbol(")")?;
        let subquery = Subquery { kind: SubqueryKind::Exists, query: SubqueryPlan::Inline(query) };
        Ok(Expression::new(ExpressionKind::Subquery(Box::new(subquery)), self.span_from(start)))
    }

    fn extract(&mut self, start: usize) -> Parsed<Expression> {
        self.advance();
        self.advance();
        let field = match self.peek().kind {
            TokenKind::String(_) => self.string().map(|(text, span)| text_literal(text, span))?,
            _ => self.identifier().map(|part| Expression {
                kind: text_literal(part.text.as_str(), self.previous().span).kind,
                origin: part.origin,
            })?,
        };
        self.expect_keyword("FROM")?;
        let source = self.expression()?;
        self.expect_symbol(")")?;
        Ok(Expression::call("extract", vec![field, source], self.span_from(start)))
    }

    /// `trim([BOTH | LEADING | TRAILING] [characters] FROM text)`: the characters come first, as `trim(characters, text)`.
    fn trim(&mut self, start: usize) -> Parsed<Expression> {
        let sides = [("BOTH", "trim"), ("LEADING", "ltrim"), ("TRAILING", "rtrim")];
        let is_plain = [",", ")", "."].iter().any(|symbol| self.peek_at(3).is_symbol(symbol));
        let side = sides.into_iter().find(|(word, _)| self.peek_at(2).is_keyword(word) && !is_plain);
        let Some((_, function)) = side else { return self.keyword_arguments(start, "trim", &["FROM"]) };
        self.advance();
        self.advance();
        self.advance();
        let mut arguments = Vec::new();
        if !self.at_keyword("FROM") {
            arguments.push(self.value_expression()?);
        }
        self.expect_keyword("FROM")?;
        arguments.push(self.value_expression()?);
        self.expect_symbol(")")?;
        Ok(Expression::call(function, arguments, self.span_from(start)))
    }

    /// A call whose arguments may have `words` between them instead of commas; the last word may be left out.
    fn keyword_arguments(&mut self, start: usize, function: &str, words: &[&str]) -> Parsed<Expression> {
        let name = Name { parts: vec![self.identifier()?], computed: None, origin: self.previous().span.into() };
        self.expect_symbol("(")?;
        if self.at_symbol(")") {
            return self.call_with(start, name, Vec::new());
        }
        // The word IN would be read as the predicate.
        let first = if words == ["IN"] { self.value_expression()? } else { self.argument()? };
        if !self.at_keyword(words[0]) {
            return self.call_with(start, name, vec![first]);
        }
        let mut arguments = vec![first];
        for (index, word) in words.iter().enumerate() {
            let may_end = index > 0 && index + 1 == words.len();
            if may_end && !self.at_keyword(word) {
                break;
            }
            self.expect_keyword(word)?;
            arguments.push(self.value_expression()?);
        }
        self.expect_symbol(")")?;
        Ok(Expression::call(function, arguments, self.span_from(start)))
    }

    fn at_unit(&self, n: usize) -> bool {
        self.peek_at(n + 1).is_symbol(",") && UNITS.iter().any(|unit| self.peek_at(n).is_keyword(unit))
    }

    /// Whether a text is the first of three arguments.
    fn at_quoted_unit(&self) -> bool {
        let is_text = matches!(self.peek_at(2).kind, TokenKind::String(_)) && self.peek_at(3).is_symbol(",");
        let Some(close) = self.closing_parenthesis(1).filter(|_| is_text) else { return false };
        let mut depth = 0usize;
        let mut commas = 0;
        for token in (2..close).map(|at| self.peek_at(at)) {
            match token {
                token if token.is_symbol("(") => depth += 1,
                token if token.is_symbol(")") => depth = depth.saturating_sub(1),
                token if token.is_symbol(",") && depth == 0 => commas += 1,
                _ => {}
            }
        }
        commas == 2
    }

    /// Refuses `timestampadd('MONTH', …)`.
    fn refuse_quoted_unit(&mut self, _start: usize) -> Parsed<Expression> {
        let unit = self.peek_at(2);
        let title = "a unit of time stands without quotes";
        let fault = Diagnostic::error(Condition::INVALID_PARAMETER_VALUE, title);
        Err(fault.at(unit.span, "").help("write it as a word: `timestampadd(MONTH, 1, d)`").into())
    }

    fn with_unit(&mut self, start: usize, function: &str) -> Parsed<Expression> {
        let word = self.advance();
        self.advance();
        let unit = self.advance();
        self.expect_symbol(",")?;
        let mut arguments = vec![text_literal(unit.raw().to_ascii_uppercase(), unit.span)];
        arguments.extend(self.comma_separated(Self::expression)?);
        self.expect_symbol(")")?;
        let mut call = FunctionCall::builtin(function, arguments, word.span.into());
        call.name.origin = word.span.into();
        Ok(Expression::new(ExpressionKind::Function(Box::new(call)), self.span_from(start)))
    }

    /// `IDENTIFIER(e)`: a column, or a function when arguments follow.
    fn computed_identifier(&mut self, start: usize) -> Parsed<Expression> {
        if let Some(parts) = self.constant_name()? {
            if self.at_symbol("(") {
                let name = Name { parts, computed: None, origin: self.span_from(start).into() };
                return self.call(start, name);
            }
            let kind = ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
            let mut expression = Expression::new(kind, self.span_from(start));
            // what follows is a field of the column, not a part of its name
            while self.at_symbol(".") {
                self.advance();
                let part = self.identifier()?;
                let field = text_literal(part.text.as_str(), self.previous().span);
                let kind = ExpressionKind::ExtractValue { child: Box::new(expression), extraction: Box::new(field) };
                expression = Expression::new(kind, self.span_from(start));
            }
            return Ok(expression);
        }
        let name = self.name()?;
        if self.at_symbol("(") {
            return self.call(start, name);
        }
        let Some(computed) = name.computed else { return Err(self.expected(&["an expression"])) };
        let mut expression = Expression::new(ExpressionKind::ComputedIdentifier(computed), self.span_from(start));
        for part in name.parts {
            let field =
                Expression { kind: text_literal(part.text.as_str(), self.previous().span).kind, origin: part.origin };
            let kind = ExpressionKind::ExtractValue { child: Box::new(expression), extraction: Box::new(field) };
            expression = Expression::new(kind, self.span_from(start));
        }
        Ok(expression)
    }
}
