//! Predicates after a value: BETWEEN, IN, LIKE and its kin, IS.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::expression::{Subquery, SubqueryKind, SubqueryPlan};
use lakesmith_unresolved::{Expression, ExpressionKind};

use crate::parser::{Parsed, Parser};

const AFTER_NOT: &[&str] = &["BETWEEN", "IN", "LIKE", "ILIKE", "RLIKE", "REGEXP"];

impl Parser<'_> {
    /// A value, and the predicate about it if one follows.
    pub(super) fn predicate(&mut self) -> Parsed<Expression> {
        let start = self.position();
        let value = self.binary(1)?;
        let follows = self.at_any_keyword(AFTER_NOT) || self.at_not() || self.at_keyword("IS");
        if follows { self.about(start, value) } else { Ok(value) }
    }

    /// The predicate here, about `value`; only `value` when it is none.
    fn about(&mut self, start: usize, value: Expression) -> Parsed<Expression> {
        let negated = self.at_not() && AFTER_NOT.iter().any(|word| self.peek_at(1).is_keyword(word));
        if negated {
            self.advance();
        }
        let result = if self.eat_keyword("BETWEEN") {
            self.eat_keyword("ASYMMETRIC");
            let lower = self.value_expression()?;
            self.expect_keyword("AND")?;
            let upper = self.value_expression()?;
            Expression::call("between", vec![value, lower, upper], self.span_from(start))
        } else if self.eat_keyword("IN") {
            self.in_list(start, value)?
        } else if self.eat_keyword("RLIKE") || self.eat_keyword("REGEXP") {
            let pattern = self.value_expression()?;
            Expression::call("rlike", vec![value, pattern], self.span_from(start))
        } else if self.at_keyword("LIKE") || self.at_keyword("ILIKE") {
            return self.like(start, value, negated);
        } else if self.eat_keyword("IS") {
            return self.is(start, value);
        } else {
            return Ok(value);
        };
        Ok(self.negated_if(negated, start, result))
    }

    fn at_not(&self) -> bool {
        self.at_keyword("NOT") || self.at_symbol("!")
    }

    fn negated_if(&self, negated: bool, start: usize, expression: Expression) -> Expression {
        match negated {
            true => Expression::call("not", vec![expression], self.span_from(start)),
            false => expression,
        }
    }

    fn in_list(&mut self, start: usize, value: Expression) -> Parsed<Expression> {
        self.expect_symbol("(")?;
        if self.at_query() {
            let query = self.query()?;
            self.expect_symbol(")")?;
            let values = match value.kind {
                // `(a, b) IN (…)` compares column by column.
                ExpressionKind::Function(call)
                    if call.name.parts.len() == 1
                        && call.name.parts[0].text.as_str() == "struct"
                        && call.is_internal =>
                {
                    call.arguments
                }
                kind => vec![Expression { kind, origin: value.origin }],
            };
            let subquery = Subquery { kind: SubqueryKind::In(values), query: SubqueryPlan::Inline(query) };
            return Ok(Expression::new(ExpressionKind::Subquery(Box::new(subquery)), self.span_from(start)));
        }
        if self.at_symbol(")") {
            let fault = Diagnostic::error(Condition::INVALID_SQL_SYNTAX_EMPTY_IN_PREDICATE, "the list of IN is empty");
            return Err(fault.at(self.span_from(start), "").help("name a value, or write `false`").into());
        }
        let mut value = value;
        super::primary::settle_tuple(&mut value);
        let mut arguments = vec![value];
        arguments.extend(self.comma_separated(Self::expression)?);
        if !self.eat_symbol(")") {
            return Err(self.expected(&[",", ")"]));
        }
        Ok(Expression::call("in", arguments, self.span_from(start)))
    }

    fn like(&mut self, start: usize, value: Expression, negated: bool) -> Parsed<Expression> {
        let name = if self.eat_keyword("ILIKE") { "ilike" } else { "like" };
        self.eat_keyword("LIKE");
        let quantifier =
            ["ANY", "SOME", "ALL"].into_iter().find(|word| self.at_keyword(word) && self.peek_at(1).is_symbol("("));
        if let Some(quantifier) = quantifier {
            self.advance();
            let not = if negated { "not" } else { "" };
            let suffix = if quantifier == "ALL" { "all" } else { "any" };
            let mut arguments = vec![value];
            arguments.extend(self.parenthesised(Self::expression)?);
            return Ok(Expression::call(&format!("{not}{name}{suffix}"), arguments, self.span_from(start)));
        }
        let mut arguments = vec![value, self.value_expression()?];
        if self.eat_keyword("ESCAPE") {
            let (text, span) = self.string()?;
            arguments.push(super::text_literal(text, span));
        }
        let call = Expression::call(name, arguments, self.span_from(start));
        Ok(self.negated_if(negated, start, call))
    }

    fn is(&mut self, start: usize, value: Expression) -> Parsed<Expression> {
        let negated = self.at_not();
        if negated {
            self.advance();
        }
        if self.eat_keywords(&["DISTINCT", "FROM"]) {
            let other = self.value_expression()?;
            let name = if negated { "<=>" } else { "isdistinctfrom" };
            return Ok(Expression::call(name, vec![value, other], self.span_from(start)));
        }
        let tests = [("NULL", "isnull"), ("TRUE", "istrue"), ("FALSE", "isfalse"), ("UNKNOWN", "isunknown")];
        let Some((_, name)) = tests.into_iter().find(|(word, _)| self.eat_keyword(word)) else {
            return Err(match negated {
                true => self.expected(&["NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT FROM"]),
                false => self.expected(&["NULL", "NOT NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT FROM"]),
            });
        };
        let opposite = match name {
            "isnull" => Some("isnotnull"),
            "isunknown" => Some("isnotunknown"),
            _ => None,
        };
        if let Some(opposite) = opposite.filter(|_| negated) {
            return Ok(Expression::call(opposite, vec![value], self.span_from(start)));
        }
        let call = Expression::call(name, vec![value], self.span_from(start));
        Ok(self.negated_if(negated, start, call))
    }
}
