//! Expressions: precedence, predicates and lists. From weak to strong binding: OR, AND, NOT, predicates, comparison, `|`, `^`,
//! `&`, shifts, `+ - ||`, `* / % DIV`, unary signs, then what follows a primary expression.
//!
//! Operators become function calls with the names that PySpark's `Column` sends. Chains of one operator are read in a loop,
//! never by recursion. Start at [`Parser::expression`]; primary expressions are in `primary`.

mod function;
mod interval;
mod number;
mod predicate;
mod primary;
mod special;
mod window;

#[cfg(test)]
mod tests;

use lakesmith_diagnostic::{Origin, Span};
use lakesmith_unresolved::{Expression, ExpressionKind, Literal, NamePart, SortOrder};

use crate::keyword;
use crate::parser::{Parsed, Parser};
use crate::token::TokenKind;

/// How many terms one chain of an operator may have. The tree leans to the left, one level a term, and whoever walks it by
/// recursion (derived `Clone` too, at some KiB a level) needs a thread with a stack to match.
const LONGEST_CHAIN: usize = 5_000;

/// A binary operator: its function name, binding strength and number of tokens.
struct Operator {
    name: &'static str,
    strength: u8,
    tokens: usize,
}

const OPERATORS: &[(&str, &str, u8)] = &[
    ("=", "==", 1),
    ("==", "==", 1),
    ("<=>", "<=>", 1),
    ("<>", "!=", 1),
    ("!=", "!=", 1),
    ("<", "<", 1),
    ("<=", "<=", 1),
    (">", ">", 1),
    (">=", ">=", 1),
    ("|", "|", 2),
    ("^", "^", 3),
    ("&", "&", 4),
    ("<<", "<<", 5),
    ("+", "+", 6),
    ("-", "-", 6),
    ("||", "||", 6),
    ("*", "*", 7),
    ("/", "/", 7),
    ("%", "%", 7),
];

impl Parser<'_> {
    /// An expression.
    pub(crate) fn expression(&mut self) -> Parsed<Expression> {
        self.nested(Self::disjunction)
    }

    /// An expression without AND, OR, NOT and predicates: what stands between BETWEEN and AND, for example.
    pub(crate) fn value_expression(&mut self) -> Parsed<Expression> {
        self.nested(|parser| parser.binary(1))
    }

    /// An expression with an optional alias, as in a SELECT list.
    pub(crate) fn named_expression(&mut self) -> Parsed<Expression> {
        let start = self.position();
        let child = self.expression()?;
        let names = self.alias_names()?;
        if names.is_empty() {
            return Ok(child);
        }
        let kind = ExpressionKind::Alias { child: Box::new(child), names, metadata: None };
        Ok(Expression::new(kind, self.span_from(start)))
    }

    fn alias_names(&mut self) -> Parsed<Vec<NamePart>> {
        if self.eat_keyword("AS") {
            return if self.at_symbol("(") {
                self.parenthesised(Self::identifier)
            } else {
                Ok(vec![self.identifier()?])
            };
        }
        if self.at_symbol("(") {
            return self.parenthesised(Self::identifier);
        }
        if !self.at_identifier() || self.at_expression_end() || self.at_insert(0) {
            return Ok(Vec::new());
        }
        let name = self.identifier()?;
        self.took_implicit_alias();
        Ok(vec![name])
    }

    /// Whether the current word goes on with the query instead of naming the expression before it.
    fn at_expression_end(&self) -> bool {
        let token = self.peek();
        if matches!(token.kind, TokenKind::Quoted(_)) {
            return false;
        }
        // A word that begins a clause is still a name when the list goes on right after it.
        let is_soft = ["END", "LIMIT", "MINUS", "OFFSET", "SORT", "WINDOW"].iter().any(|word| token.is_keyword(word));
        let goes_on = self.peek_at(1).is_symbol(",") || self.peek_at(1).is_keyword("FROM");
        keyword::ends_expression(token.raw()) && !(is_soft && goes_on)
    }

    /// One key of ORDER BY.
    pub(crate) fn sort_order(&mut self) -> Parsed<SortOrder> {
        let child = self.expression()?;
        let descending = !self.eat_keyword("ASC") && self.eat_keyword("DESC");
        let nulls_first = if !self.eat_keyword("NULLS") {
            None
        } else if self.eat_keyword("FIRST") {
            Some(true)
        } else if self.eat_keyword("LAST") {
            Some(false)
        } else {
            return Err(self.expected(&["FIRST", "LAST"]));
        };
        Ok(SortOrder { child, descending, nulls_first })
    }

    fn disjunction(&mut self) -> Parsed<Expression> {
        let first = self.conjunction()?;
        if self.at_keyword("OR") { self.further_alternatives(first) } else { Ok(first) }
    }

    fn further_alternatives(&mut self, first: Expression) -> Parsed<Expression> {
        let mut terms = vec![first];
        while self.eat_keyword("OR") {
            terms.push(self.conjunction()?);
        }
        Ok(balanced("or", terms))
    }

    fn conjunction(&mut self) -> Parsed<Expression> {
        let first = self.negation()?;
        match self.at_keyword("AND") || self.at_symbol("&&") {
            true => self.further_conditions(first),
            false => Ok(first),
        }
    }

    fn further_conditions(&mut self, first: Expression) -> Parsed<Expression> {
        let mut terms = vec![first];
        while self.eat_keyword("AND") || self.eat_symbol("&&") {
            terms.push(self.negation()?);
        }
        Ok(balanced("and", terms))
    }

    fn negation(&mut self) -> Parsed<Expression> {
        if self.at_symbol("!") || (self.at_keyword("NOT") && !self.at_lone_word()) {
            return self.sign("not", Self::negation);
        }
        self.predicate()
    }

    /// A call of `name` with what `operand` reads after the operator here.
    fn sign(&mut self, name: &str, operand: fn(&mut Self) -> Parsed<Expression>) -> Parsed<Expression> {
        let start = self.position();
        self.advance();
        let child = self.nested(operand)?;
        Ok(Expression::call(name, vec![child], self.span_from(start)))
    }

    /// Whether the current word stands alone, as a column that is named like a keyword does.
    fn at_lone_word(&self) -> bool {
        let next = self.peek_at(1);
        [",", ".", ")", "=", "<", ">", "<=", ">=", "<>", "!=", "==", "::", "[", "+", "/", "%", "||"]
            .iter()
            .any(|symbol| next.is_symbol(symbol))
    }

    /// Binary operators that bind at least as strongly as `least`.
    fn binary(&mut self, least: u8) -> Parsed<Expression> {
        let left = self.unary()?;
        match self.binary_operator().is_some_and(|operator| operator.strength >= least) {
            true => self.further_operands(left, least),
            false => Ok(left),
        }
    }

    fn further_operands(&mut self, first: Expression, least: u8) -> Parsed<Expression> {
        let mut left = first;
        let mut terms = 1;
        while let Some(operator) = self.binary_operator().filter(|operator| operator.strength >= least) {
            for _ in 0..operator.tokens {
                self.advance();
            }
            let right = self.nested(|parser| parser.binary(operator.strength + 1))?;
            let origin = joined(&left, &right);
            left = Expression::call(operator.name, vec![left, right], origin);
            terms += 1;
            self.check_chain(terms)?;
        }
        Ok(left)
    }

    /// Refuses a chain of an operator that is too long for what comes after the parser.
    pub(crate) fn check_chain(&self, terms: usize) -> Parsed<()> {
        if terms <= LONGEST_CHAIN {
            return Ok(());
        }
        let title = format!("syntax error: more than {LONGEST_CHAIN} terms in one chain of operators");
        Err(self.refused(title, "split the chain by parentheses, or use a function such as `concat` or an IN list"))
    }

    fn binary_operator(&self) -> Option<Operator> {
        let token = self.peek();
        if token.is_keyword("DIV") {
            return Some(Operator { name: "div", strength: 7, tokens: 1 });
        }
        if token.kind != TokenKind::Symbol || self.at_step_after_expression() {
            return None;
        }
        let (second, third) = (self.peek_at(1), self.peek_at(2));
        if token.is_symbol(">") && token.touches(second) && second.is_symbol(">") {
            let unsigned = second.touches(third) && third.is_symbol(">");
            return Some(match unsigned {
                true => Operator { name: ">>>", strength: 5, tokens: 3 },
                false => Operator { name: ">>", strength: 5, tokens: 2 },
            });
        }
        let raw = token.raw();
        OPERATORS.iter().find(|(symbol, ..)| *symbol == raw).map(|(_, name, strength)| Operator {
            name,
            strength: *strength,
            tokens: 1,
        })
    }

    fn unary(&mut self) -> Parsed<Expression> {
        let name = match self.peek() {
            token if token.is_symbol("-") => "negative",
            token if token.is_symbol("+") => "positive",
            token if token.is_symbol("~") => "~",
            _ => return self.primary(),
        };
        if name == "negative" && self.peek_at(1).kind == TokenKind::Number {
            return self.primary();
        }
        self.sign(name, Self::unary)
    }
}

/// The place over both operands.
fn joined(left: &Expression, right: &Expression) -> Origin {
    match (left.origin.span(), right.origin.span()) {
        (Some(left), Some(right)) => Origin::Text(left.to(right)),
        _ => left.origin.clone(),
    }
}

/// A tree over `terms` whose depth grows with the logarithm of their number, of the shape that Spark builds.
fn balanced(name: &str, mut terms: Vec<Expression>) -> Expression {
    fn tree(name: &str, terms: &mut std::vec::Drain<'_, Expression>, count: usize) -> Option<Expression> {
        if count <= 1 {
            return terms.next();
        }
        let left_count = (count - 1) / 2 + 1;
        let left = tree(name, terms, left_count)?;
        let right = tree(name, terms, count - left_count)?;
        let origin = joined(&left, &right);
        Some(Expression::call(name, vec![left, right], origin))
    }
    let count = terms.len();
    let null = || {
        Expression::new(ExpressionKind::Literal(Literal::Null(lakesmith_unresolved::SparkType::Null)), Origin::Unknown)
    };
    tree(name, &mut terms.drain(..), count).unwrap_or_else(null)
}

/// A string literal.
fn text_literal(text: impl Into<String>, span: Span) -> Expression {
    Expression::new(ExpressionKind::Literal(Literal::String(text.into())), span)
}
