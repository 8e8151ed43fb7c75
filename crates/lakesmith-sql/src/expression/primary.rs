//! Primary expressions (constants, columns, parentheses, CASE, casts) and what may follow one: `.field`, `[i]`, `::type`,
//! `:json.path`, COLLATE, AT TIME ZONE.

use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::expression::{CastMode, JsonStep, Subquery, SubqueryKind, SubqueryPlan};
use lakesmith_unresolved::{Expression, ExpressionKind, Literal, NamePart, SparkType};

use super::special::special_call;
use super::text_literal;
use crate::keyword;
use crate::lexer::hexadecimal;
use crate::parser::{Parsed, Parser};
use crate::token::{Token, TokenKind};

impl Parser<'_> {
    /// A primary expression with everything that follows it.
    pub(super) fn primary(&mut self) -> Parsed<Expression> {
        let start = self.position();
        let first = self.primary_start()?;
        self.suffixes(start, first)
    }

    fn primary_start(&mut self) -> Parsed<Expression> {
        let token = self.peek();
        match &token.kind {
            TokenKind::Word => self.word(),
            TokenKind::Quoted(_) => self.column_or_call(),
            TokenKind::Symbol if token.is_symbol("(") => self.parentheses(),
            _ => self.constant_or_symbol(token),
        }
    }

    fn constant_or_symbol(&mut self, token: &Token) -> Parsed<Expression> {
        match &token.kind {
            TokenKind::String(_) => self.string().map(|(text, span)| text_literal(text, span)),
            TokenKind::Number => self.number(),
            TokenKind::Binary(bytes) => Ok(self.constant(Literal::Binary(bytes.clone()))),
            TokenKind::Symbol => self.symbol_start(token),
            _ => Err(self.expected(&["an expression"])),
        }
    }

    fn symbol_start(&mut self, token: &Token) -> Parsed<Expression> {
        match token.raw() {
            "-" => self.number(),
            "*" => {
                self.advance();
                self.star(self.position() - 1, Vec::new())
            }
            "?" => {
                self.advance();
                let index = self.positional_parameters;
                self.positional_parameters += 1;
                let bound = self.arguments.positional.get(index).cloned();
                Ok(self.parameter(bound, ExpressionKind::PositionalParameter(index), token.span))
            }
            ":" if self.peek_at(1).kind == TokenKind::Word || self.peek_at(1).kind == TokenKind::Number => {
                let start = self.position();
                self.advance();
                let name = self.advance().raw().to_owned();
                self.named_parameters += 1;
                let bound = self.arguments.named(&name).cloned();
                Ok(self.parameter(bound, ExpressionKind::NamedParameter(name), self.span_from(start)))
            }
            _ => Err(self.expected(&["an expression"])),
        }
    }

    /// A parameter: its value, at the parameter's place, where it has one.
    fn parameter(&mut self, bound: Option<Expression>, unbound: ExpressionKind, span: Span) -> Expression {
        self.bound_parameters += usize::from(bound.is_some());
        Expression::new(bound.map_or(unbound, |value| value.kind), span)
    }

    /// `*` or `t.*`, whose star has been taken, with `EXCEPT (…)`.
    fn star(&mut self, start: usize, target: Vec<NamePart>) -> Parsed<Expression> {
        let excepts = self.at_keyword("EXCEPT") && self.peek_at(1).is_symbol("(") && !self.at_query_after(2);
        let mut except = Vec::new();
        if excepts {
            self.advance();
            except = self.parenthesised(Self::dotted)?;
        }
        Ok(Expression::new(ExpressionKind::Star { target, except, plan_id: None }, self.span_from(start)))
    }

    /// What an unquoted word begins.
    fn word(&mut self) -> Parsed<Expression> {
        let token = self.peek();
        let next = self.peek_at(1);
        let upper = if token.raw().len() <= 20 { token.raw().to_ascii_uppercase() } else { String::new() };
        if next.is_symbol("(")
            && let Some(special) = special_call(&upper, self)
        {
            return special(self, self.position());
        }
        if upper == "CASE" && self.at_case() {
            return self.case();
        }
        if let Some(literal) = self.word_literal(&upper) {
            return literal;
        }
        if keyword::is_unlikely_column(&upper) && !self.looks_like_column(&upper) {
            return Err(self.expected(&["an expression"]));
        }
        if next.is_symbol("->") {
            return self.lambda();
        }
        self.column_or_call()
    }

    fn at_case(&self) -> bool {
        let next = self.peek_at(1);
        ![",", ")", "."].iter().any(|symbol| next.is_symbol(symbol)) && next.kind != TokenKind::End
    }

    /// The constant, or call without parentheses, that the word `upper` is here.
    fn word_literal(&mut self, upper: &str) -> Option<Parsed<Expression>> {
        let (token, next) = (self.peek(), self.peek_at(1));
        match upper {
            _ if next.is_symbol(".") => None,
            "NULL" => Some(Ok(self.constant(Literal::Null(SparkType::Null)))),
            "TRUE" => Some(Ok(self.constant(Literal::Boolean(true)))),
            "FALSE" => Some(Ok(self.constant(Literal::Boolean(false)))),
            "INTERVAL" if self.at_interval() => Some(self.interval()),
            "CURRENT_DATE" | "CURRENT_TIMESTAMP" | "CURRENT_TIME" | "CURRENT_USER" | "LOCALTIMESTAMP"
                if !next.is_symbol("(") =>
            {
                self.advance();
                Some(Ok(Expression::call(&upper.to_lowercase(), Vec::new(), token.span)))
            }
            "DATE" | "TIMESTAMP" | "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" | "TIME"
                if matches!(next.kind, TokenKind::String(_)) =>
            {
                Some(self.typed_literal(upper))
            }
            // The lexer knows `X'1F'`; a blank may stand before the quote.
            "X" if matches!(next.kind, TokenKind::String(_)) => Some(self.spaced_binary()),
            _ => None,
        }
    }

    /// Whether what follows the word shows that it is a column in spite of its name.
    fn looks_like_column(&self, word: &str) -> bool {
        let next = self.peek_at(1);
        if matches!(word, "GROUP" | "ORDER") {
            return !next.is_keyword("BY");
        }
        if word == "LIKE" && next.is_symbol("(") {
            return true;
        }
        let symbols =
            [",", ".", ")", "=", "==", "<", ">", "<=", ">=", "<>", "!=", "+", "/", "||", "::", "[", "->", "=>"];
        symbols.iter().any(|symbol| next.is_symbol(symbol))
            || (word != "FROM" && next.is_keyword("FROM"))
            || next.is_keyword("AS")
    }

    fn constant(&mut self, literal: Literal) -> Expression {
        let token = self.advance();
        Expression::new(ExpressionKind::Literal(literal), token.span)
    }

    fn spaced_binary(&mut self) -> Parsed<Expression> {
        let start = self.position();
        self.advance();
        let (digits, _) = self.string()?;
        let Some(bytes) = hexadecimal(&digits) else {
            self.rewind(start);
            let title = "a binary literal holds something other than hexadecimal digits";
            let fault = Diagnostic::error(Condition::INVALID_TYPED_LITERAL, title).at(self.peek().span, "");
            return Err(fault.help("write two hexadecimal digits for each byte: `X'1F'`").into());
        };
        Ok(Expression::new(ExpressionKind::Literal(Literal::Binary(bytes)), self.span_from(start)))
    }

    fn typed_literal(&mut self, word: &str) -> Parsed<Expression> {
        let start = self.position();
        self.advance();
        let data_type = match word {
            "DATE" => SparkType::Date,
            "TIMESTAMP" if self.dialect.timestamps_without_zone => {
                let literal = Literal::Moment(self.string()?.0);
                return Ok(Expression::new(ExpressionKind::Literal(literal), self.span_from(start)));
            }
            "TIMESTAMP_NTZ" => SparkType::TimestampNtz,
            "TIME" => SparkType::Time(6),
            _ => SparkType::Timestamp,
        };
        let (text, _) = self.string()?;
        Ok(Expression::new(ExpressionKind::Literal(Literal::Typed { data_type, text }), self.span_from(start)))
    }

    /// A column, or a call of a function by a name of one or more parts.
    fn column_or_call(&mut self) -> Parsed<Expression> {
        let start = self.position();
        if self.peek_at(1).is_symbol("->") {
            return self.lambda();
        }
        let mut parts = vec![self.identifier()?];
        while self.at_symbol(".") {
            if self.peek_at(1).is_symbol("*") {
                self.advance();
                self.advance();
                return self.star(start, parts);
            }
            self.advance();
            parts.push(self.identifier()?);
        }
        if self.at_symbol("(") {
            let name = lakesmith_unresolved::Name { parts, computed: None, origin: self.span_from(start).into() };
            return self.call(start, name);
        }
        if let ([only], true) = (parts.as_slice(), self.at_string()) {
            let title = format!("there are no values of a type `{}` in quotes", only.text.as_str());
            let fault = Diagnostic::error(Condition::UNSUPPORTED_TYPED_LITERAL, title);
            return Err(fault.at(self.span_from(start), "").help("write `CAST('…' AS type)`").into());
        }
        let kind = ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
        Ok(Expression::new(kind, self.span_from(start)))
    }

    fn parentheses(&mut self) -> Parsed<Expression> {
        let start = self.position();
        if self.at_lambda_parameters() {
            return self.lambda();
        }
        self.advance();
        if self.at_query() {
            return self.scalar_subquery(start);
        }
        let first = self.named_in_parentheses()?;
        self.after_first(start, first)
    }

    /// A query, up to its closing parenthesis, used as a value.
    fn scalar_subquery(&mut self, start: usize) -> Parsed<Expression> {
        let query = self.query()?;
        self.expect_symbol(")")?;
        let subquery = Subquery { kind: SubqueryKind::Scalar, query: SubqueryPlan::Inline(query) };
        Ok(Expression::new(ExpressionKind::Subquery(Box::new(subquery)), self.span_from(start)))
    }

    /// What follows the first expression in parentheses: nothing, or the other parts of a tuple.
    fn after_first(&mut self, start: usize, first: Expression) -> Parsed<Expression> {
        if self.at_symbol(",") {
            let mut arguments = vec![first];
            while self.eat_symbol(",") {
                arguments.push(self.named_in_parentheses()?);
            }
            self.expect_symbol(")")?;
            let mut tuple = Expression::call("struct", arguments, self.span_from(start));
            if let ExpressionKind::Function(call) = &mut tuple.kind {
                // Tells `(a, b) IN (…)` from `struct(a, b) IN (…)` until the predicate has been read.
                call.is_internal = true;
            }
            if !self.at_keyword("IN") && !self.at_keywords(&["NOT", "IN"]) {
                settle_tuple(&mut tuple);
            }
            return Ok(tuple);
        }
        if !self.eat_symbol(")") {
            return Err(self.expected(&["an operator", ")"]));
        }
        let mut inner = first;
        if matches!(inner.kind, ExpressionKind::Function(_)) {
            // So that the place of an operation around it covers both parentheses.
            inner.origin = self.span_from(start).into();
        }
        Ok(inner)
    }

    fn named_in_parentheses(&mut self) -> Parsed<Expression> {
        let start = self.position();
        let child = self.expression()?;
        if self.eat_keyword("AS") { self.alias_in_parentheses(start, child) } else { Ok(child) }
    }

    fn alias_in_parentheses(&mut self, start: usize, child: Expression) -> Parsed<Expression> {
        let names = vec![self.identifier()?];
        let kind = ExpressionKind::Alias { child: Box::new(child), names, metadata: None };
        Ok(Expression::new(kind, self.span_from(start)))
    }

    /// Whether `(x, y) ->` begins here.
    fn at_lambda_parameters(&self) -> bool {
        let mut n = 1;
        loop {
            if !matches!(self.peek_at(n).kind, TokenKind::Word | TokenKind::Quoted(_)) {
                return false;
            }
            if self.peek_at(n + 1).is_symbol(")") {
                return self.peek_at(n + 2).is_symbol("->");
            }
            if !self.peek_at(n + 1).is_symbol(",") {
                return false;
            }
            n += 2;
        }
    }

    fn lambda(&mut self) -> Parsed<Expression> {
        let start = self.position();
        let parameters =
            if self.at_symbol("(") { self.parenthesised(Self::identifier)? } else { vec![self.identifier()?] };
        self.expect_symbol("->")?;
        let body = Box::new(self.expression()?);
        Ok(Expression::new(ExpressionKind::Lambda { parameters, body }, self.span_from(start)))
    }

    fn case(&mut self) -> Parsed<Expression> {
        let start = self.position();
        self.advance();
        let (from, copied) = (self.position(), self.copied());
        let value = if self.at_keyword("WHEN") { None } else { Some(self.expression()?) };
        let weight = self.position() - from + self.copied() - copied;
        if !self.at_keyword("WHEN") {
            return Err(self.expected(&["WHEN"]));
        }
        let mut arguments = Vec::new();
        while self.eat_keyword("WHEN") {
            let condition = self.expression()?;
            self.note_copy(weight)?;
            arguments.push(matched(value.as_ref(), condition));
            self.expect_keyword("THEN")?;
            arguments.push(self.expression()?);
        }
        if self.eat_keyword("ELSE") {
            arguments.push(self.expression()?);
            self.expect_keyword("END")?;
        } else if !self.eat_keyword("END") {
            return Err(self.expected(&["WHEN", "ELSE", "END"]));
        }
        Ok(Expression::call("when", arguments, self.span_from(start)))
    }

    /// What follows a primary expression, in a loop.
    fn suffixes(&mut self, start: usize, first: Expression) -> Parsed<Expression> {
        let mut child = first;
        for steps in 1.. {
            child = if self.at_symbol("[") {
                self.subscript(start, child)?
            } else if self.at_symbol(".") {
                self.advance();
                let field = self.identifier()?;
                self.field(start, child, field)
            } else if self.eat_symbol("::") {
                self.cast_suffix(start, child)?
            } else if self.at_json_path() {
                self.json_suffix(start, child)?
            } else if self.at_keyword("COLLATE") {
                self.collation(start, child)?
            } else if self.eat_keywords(&["AT", "TIME", "ZONE"]) {
                let zone = self.nested(Self::primary)?;
                Expression::call("at_time_zone", vec![child, zone], self.span_from(start))
            } else {
                return Ok(child);
            };
            self.check_chain(steps)?;
        }
        Ok(child)
    }

    fn subscript(&mut self, start: usize, child: Expression) -> Parsed<Expression> {
        let child = Box::new(child);
        self.advance();
        let extraction = Box::new(self.expression()?);
        self.expect_symbol("]")?;
        Ok(Expression::new(ExpressionKind::ExtractValue { child, extraction }, self.span_from(start)))
    }

    fn cast_suffix(&mut self, start: usize, child: Expression) -> Parsed<Expression> {
        let data_type = self.data_type()?;
        let kind = ExpressionKind::Cast { child: Box::new(child), data_type, mode: CastMode::Session };
        Ok(Expression::new(kind, self.span_from(start)))
    }

    fn json_suffix(&mut self, start: usize, child: Expression) -> Parsed<Expression> {
        let path = self.json_path()?;
        let kind = ExpressionKind::JsonPath { child: Box::new(child), path };
        Ok(Expression::new(kind, self.span_from(start)))
    }

    fn collation(&mut self, start: usize, child: Expression) -> Parsed<Expression> {
        self.advance();
        let from = self.position();
        let parts = self.dotted()?;
        let name = parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".");
        let collation = text_literal(name, self.span_from(from));
        Ok(Expression::call("collate", vec![child, collation], self.span_from(start)))
    }

    fn field(&self, start: usize, child: Expression, field: NamePart) -> Expression {
        match child.kind {
            ExpressionKind::Attribute { mut parts, plan_id, is_metadata_column } => {
                parts.push(field);
                Expression::new(ExpressionKind::Attribute { parts, plan_id, is_metadata_column }, self.span_from(start))
            }
            kind => {
                let literal = ExpressionKind::Literal(Literal::String(field.text.as_str().to_owned()));
                let extraction = Box::new(Expression { kind: literal, origin: field.origin });
                let child = Box::new(Expression { kind, origin: child.origin });
                Expression::new(ExpressionKind::ExtractValue { child, extraction }, self.span_from(start))
            }
        }
    }

    fn at_json_path(&self) -> bool {
        let next = self.peek_at(1);
        self.at_symbol(":") && (matches!(next.kind, TokenKind::Word | TokenKind::Quoted(_)) || next.is_symbol("["))
    }

    fn json_path(&mut self) -> Parsed<Vec<JsonStep>> {
        let mut path = Vec::new();
        self.advance();
        if !self.at_symbol("[") {
            path.push(self.json_field()?);
        }
        loop {
            if self.eat_symbol("[") {
                path.push(self.json_subscript()?);
                self.expect_symbol("]")?;
            } else if self.at_symbol(".") || self.at_json_path() {
                self.advance();
                if self.at_symbol("[") {
                    continue;
                }
                path.push(self.json_field()?);
            } else {
                return Ok(path);
            }
        }
    }

    fn json_field(&mut self) -> Parsed<JsonStep> {
        let exact = matches!(self.peek().kind, TokenKind::Quoted(_));
        let name = self.identifier()?.text.as_str().to_owned();
        Ok(JsonStep::Field { name, exact })
    }

    fn json_subscript(&mut self) -> Parsed<JsonStep> {
        if self.eat_symbol("*") {
            return Ok(JsonStep::All);
        }
        if matches!(self.peek().kind, TokenKind::String(_)) {
            return Ok(JsonStep::Field { name: self.string()?.0, exact: true });
        }
        match self.peek().raw().parse::<i64>() {
            Ok(index) => {
                self.advance();
                Ok(JsonStep::Index(index))
            }
            Err(_) => Err(self.expected(&["a number", "a string", "*"])),
        }
    }
}

/// The condition of a branch: itself, or equality with the value after CASE.
fn matched(value: Option<&Expression>, condition: Expression) -> Expression {
    let Some(value) = value else { return condition };
    let origin = condition.origin.clone();
    Expression::call("==", vec![value.clone(), condition], origin)
}

/// Ends the distinction between `(a, b)` and `struct(a, b)`.
pub(super) fn settle_tuple(tuple: &mut Expression) {
    if let ExpressionKind::Function(call) = &mut tuple.kind {
        call.is_internal = false;
    }
}
