//! Expressions.
use crate::parser::{Parsed, Parser};
use lakesmith_unresolved::Expression;
impl Parser<'_> {
    /// An expression.
    pub(crate) fn expression(&mut self) -> Parsed<Expression> {
        Err(self.expected(&["an expression"]))
    }
}
