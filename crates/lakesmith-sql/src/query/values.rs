//! `VALUES (1, 'a'), (2, 'b') AS t(a, b)`.

use lakesmith_unresolved::{Expression, ExpressionKind, NamePart, Relation, RelationKind};

use crate::parser::{Parsed, Parser};
use crate::token::TokenKind;

impl Parser<'_> {
    /// An inline table with its alias, at VALUES.
    pub(crate) fn values(&mut self) -> Parsed<Relation> {
        let start = self.position();
        self.expect_keyword("VALUES")?;
        let rows = self.comma_separated(Self::row)?;
        let table = Relation::new(RelationKind::InlineTable(rows), self.span_from(start));
        if self.at_keyword("AS") && self.peek_at(1).is_symbol("(") && !self.at_query_after(2) {
            self.advance();
            let alias = NamePart::new("", self.previous().span);
            let columns = self.parenthesised(Self::identifier)?;
            let kind = RelationKind::SubqueryAlias { input: table, alias, columns };
            return Ok(Relation::new(kind, self.span_from(start)));
        }
        self.table_alias(start, table)
    }

    /// An expression, or DEFAULT.
    pub(crate) fn expression_or_default(&mut self) -> Parsed<Expression> {
        let next = self.peek_at(1);
        let alone = next.kind != TokenKind::Symbol || next.is_symbol(",") || next.is_symbol(")");
        if self.at_keyword("DEFAULT") && alone {
            let token = self.advance();
            return Ok(Expression::new(ExpressionKind::Default, token.span));
        }
        self.expression()
    }

    fn row(&mut self) -> Parsed<Vec<Expression>> {
        if self.at_symbol("(") && !self.at_query_after(1) && self.row_ends_with_parenthesis() {
            return Ok(row(self.parenthesised(Self::named_value)?));
        }
        Ok(row(vec![self.expression_or_default()?]))
    }

    /// A value; a name that is written for it means nothing.
    fn named_value(&mut self) -> Parsed<Expression> {
        let value = self.expression_or_default()?;
        if self.eat_keyword("AS") {
            self.identifier()?;
        }
        Ok(value)
    }

    /// Whether nothing goes on with the expression after the parenthesis that closes the one here.
    fn row_ends_with_parenthesis(&self) -> bool {
        let Some(close) = self.closing_parenthesis(0) else { return true };
        let next = self.peek_at(close + 1);
        match next.kind {
            TokenKind::Symbol => [",", ")", "|>"].iter().any(|symbol| next.is_symbol(symbol)),
            TokenKind::Word => {
                !["AND", "OR", "IS", "IN", "LIKE", "BETWEEN", "NOT", "DIV"].iter().any(|word| next.is_keyword(word))
            }
            _ => true,
        }
    }
}

/// A row of values; a struct alone is a row of its fields.
fn row(mut values: Vec<Expression>) -> Vec<Expression> {
    let is_struct = |value: &Expression| match &value.kind {
        ExpressionKind::Function(call) => call.name.parts.len() == 1 && call.name.parts[0].text.matches("struct"),
        _ => false,
    };
    if values.len() == 1
        && let Some(value) = values.pop_if(|value| is_struct(value))
        && let ExpressionKind::Function(call) = value.kind
    {
        return call.arguments;
    }
    values
}
