//! Calls of functions: arguments, DISTINCT, FILTER, WITHIN GROUP, NULLS, OVER.

use lakesmith_unresolved::expression::{Subquery, SubqueryKind, SubqueryPlan};
use lakesmith_unresolved::{Expression, ExpressionKind, FunctionCall, Name, Relation, RelationKind};

use crate::parser::{Parsed, Parser};
use crate::token::TokenKind;

impl Parser<'_> {
    /// A call of the function `name`, at its opening parenthesis, with everything that may follow it.
    pub(super) fn call(&mut self, start: usize, name: Name) -> Parsed<Expression> {
        let call = self.plain_call(start, name)?;
        self.after_call(start, call)
    }

    /// A call up to its closing parenthesis.
    pub(crate) fn plain_call(&mut self, start: usize, name: Name) -> Parsed<FunctionCall> {
        self.expect_symbol("(")?;
        let mut call = FunctionCall::builtin("", Vec::new(), self.span_from(start).into());
        let takes_aliases = name.parts.last().is_some_and(|part| part.text.matches("struct"));
        call.name = name;
        if self.eat_symbol(")") {
            return Ok(call);
        }
        let quantifier = ["DISTINCT", "ALL"].into_iter().find(|word| self.at_keyword(word) && !self.at_argument_end(1));
        if let Some(quantifier) = quantifier {
            self.advance();
            call.distinct = quantifier == "DISTINCT";
        }
        call.arguments = self.comma_separated(|parser| match takes_aliases {
            true => parser.named_expression(),
            false => parser.argument(),
        })?;
        call.ignore_nulls = self.nulls_treatment();
        if !self.eat_symbol(")") {
            return Err(self.expected(&["an operator", ",", ")"]));
        }
        Ok(call)
    }

    /// The rest of a call whose first arguments have been read.
    pub(super) fn call_with(&mut self, start: usize, name: Name, mut arguments: Vec<Expression>) -> Parsed<Expression> {
        while self.eat_symbol(",") {
            arguments.push(self.argument()?);
        }
        if !self.eat_symbol(")") {
            return Err(self.expected(&["an operator", ",", ")"]));
        }
        let mut call = FunctionCall::builtin("", arguments, self.span_from(start).into());
        call.name = name;
        self.after_call(start, call)
    }

    fn at_argument_end(&self, n: usize) -> bool {
        let token = self.peek_at(n);
        [",", ")", ".", "=", "=>", "->"].iter().any(|symbol| token.is_symbol(symbol))
    }

    pub(super) fn argument(&mut self) -> Parsed<Expression> {
        let is_named = self.at_identifier() && self.peek_at(1).is_symbol("=>");
        if is_named || self.at_table_argument() || self.at_query() {
            self.special_argument()
        } else {
            self.expression()
        }
    }

    /// A named argument, a table or a query.
    fn special_argument(&mut self) -> Parsed<Expression> {
        let start = self.position();
        if self.at_identifier() && self.peek_at(1).is_symbol("=>") {
            let name = self.identifier()?;
            self.advance();
            let value = Box::new(if self.at_table_argument() { self.table_argument()? } else { self.expression()? });
            return Ok(Expression::new(ExpressionKind::NamedArgument { name, value }, self.span_from(start)));
        }
        if self.at_table_argument() {
            return self.table_argument();
        }
        if self.at_query() {
            let query = self.query()?;
            let subquery = Subquery { kind: SubqueryKind::Scalar, query: SubqueryPlan::Inline(query) };
            return Ok(Expression::new(ExpressionKind::Subquery(Box::new(subquery)), self.span_from(start)));
        }
        self.expression()
    }

    fn at_table_argument(&self) -> bool {
        let next = self.peek_at(1);
        self.at_keyword("TABLE") && (next.is_symbol("(") || !self.at_argument_end(1)) && next.kind != TokenKind::End
    }

    /// `TABLE(t)`, `TABLE t`, `TABLE(SELECT …)` with PARTITION BY and ORDER BY.
    fn table_argument(&mut self) -> Parsed<Expression> {
        let start = self.position();
        self.advance();
        let enclosed = self.eat_symbol("(");
        let query = if enclosed && self.at_query() {
            self.query()?
        } else {
            let from = self.position();
            let name = self.name()?;
            let table = RelationKind::NamedTable { name, options: Vec::new(), is_streaming: false, time_travel: None };
            Relation::new(table, self.span_from(from))
        };
        if enclosed {
            self.expect_symbol(")")?;
        }
        let single_partition = self.eat_keywords(&["WITH", "SINGLE", "PARTITION"]);
        let partition_by = self.partition_keys()?;
        let order_by = match self.eat_keywords(&["ORDER", "BY"]) || self.eat_keywords(&["SORT", "BY"]) {
            true if self.at_symbol("(") => self.parenthesised(Self::sort_order)?,
            true => self.comma_separated(Self::sort_order)?,
            false => Vec::new(),
        };
        let kind = SubqueryKind::TableArgument { partition_by, order_by, single_partition };
        let subquery = Subquery { kind, query: SubqueryPlan::Inline(query) };
        Ok(Expression::new(ExpressionKind::Subquery(Box::new(subquery)), self.span_from(start)))
    }

    fn partition_keys(&mut self) -> Parsed<Vec<Expression>> {
        match self.eat_keywords(&["PARTITION", "BY"]) || self.eat_keywords(&["DISTRIBUTE", "BY"]) {
            true if self.at_symbol("(") => self.parenthesised(Self::expression),
            true => Ok(vec![self.expression()?]),
            false => Ok(Vec::new()),
        }
    }

    fn nulls_treatment(&mut self) -> Option<bool> {
        if self.eat_keywords(&["IGNORE", "NULLS"]) {
            Some(true)
        } else if self.eat_keywords(&["RESPECT", "NULLS"]) {
            Some(false)
        } else {
            None
        }
    }

    /// WITHIN GROUP, FILTER, NULLS and OVER after a call.
    pub(super) fn after_call(&mut self, start: usize, mut call: FunctionCall) -> Parsed<Expression> {
        if self.at_keywords(&["WITHIN", "GROUP"]) && self.peek_at(2).is_symbol("(") {
            self.eat_keywords(&["WITHIN", "GROUP"]);
            self.expect_symbol("(")?;
            self.expect_keyword("ORDER")?;
            self.expect_keyword("BY")?;
            call.within_group = self.comma_separated(Self::sort_order)?;
            self.expect_symbol(")")?;
        }
        if self.at_keyword("FILTER") && self.peek_at(1).is_symbol("(") {
            self.advance();
            self.advance();
            self.expect_keyword("WHERE")?;
            call.filter = Some(self.expression()?);
            self.expect_symbol(")")?;
        }
        call.ignore_nulls = self.nulls_treatment().or(call.ignore_nulls);
        let function = Expression::new(ExpressionKind::Function(Box::new(call)), self.span_from(start));
        let opens_window =
            self.peek_at(1).is_symbol("(") || matches!(self.peek_at(1).kind, TokenKind::Word | TokenKind::Quoted(_));
        if !self.at_keyword("OVER") || !opens_window {
            return Ok(function);
        }
        self.advance();
        let window = Box::new(self.window()?);
        let kind = ExpressionKind::Window { function: Box::new(function), window };
        Ok(Expression::new(kind, self.span_from(start)))
    }
}
