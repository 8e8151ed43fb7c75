//! Window specifications: `w`, `(w)`, `(PARTITION BY … ORDER BY … ROWS BETWEEN … AND …)`.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::expression::{FrameBound, FrameUnit, Window, WindowFrame};
use lakesmith_unresolved::{Expression, ExpressionKind, Literal};

use crate::parser::{Parsed, Parser};

impl Parser<'_> {
    /// What stands after OVER, or after AS in the WINDOW clause.
    pub(crate) fn window(&mut self) -> Parsed<Window> {
        let mut window = Window::default();
        if !self.eat_symbol("(") {
            window.reference = Some(self.identifier()?);
            return Ok(window);
        }
        let begins_clause =
            ["PARTITION", "DISTRIBUTE", "CLUSTER", "ORDER", "SORT"].iter().any(|word| self.at_keywords(&[word, "BY"]));
        let begins_frame = self.at_any_keyword(&["ROWS", "RANGE"]) && !self.peek_at(1).is_symbol(")");
        if self.at_identifier() && !begins_clause && !begins_frame {
            window.reference = Some(self.identifier()?);
            if self.eat_symbol(")") {
                return Ok(window);
            }
            return Err(self.expected(&["PARTITION BY", "ORDER BY", "ROWS", "RANGE", ")"]));
        }
        if self.eat_keywords(&["PARTITION", "BY"])
            || self.eat_keywords(&["DISTRIBUTE", "BY"])
            || self.eat_keywords(&["CLUSTER", "BY"])
        {
            window.partition_by = self.comma_separated(Self::expression)?;
        }
        if self.eat_keywords(&["ORDER", "BY"]) || self.eat_keywords(&["SORT", "BY"]) {
            window.order_by = self.comma_separated(Self::sort_order)?;
        }
        if self.at_any_keyword(&["ROWS", "RANGE"]) {
            window.frame = Some(self.frame()?);
        }
        if !self.eat_symbol(")") {
            return Err(self.expected(&["PARTITION BY", "ORDER BY", "ROWS", "RANGE", ")"]));
        }
        Ok(window)
    }

    fn frame(&mut self) -> Parsed<WindowFrame> {
        let unit = if self.advance().is_keyword("ROWS") { FrameUnit::Rows } else { FrameUnit::Range };
        if !self.eat_keyword("BETWEEN") {
            let lower = self.bound("PRECEDING")?;
            return Ok(WindowFrame { unit, lower, upper: FrameBound::CurrentRow });
        }
        let lower = self.bound("PRECEDING")?;
        self.expect_keyword("AND")?;
        let upper = self.bound("FOLLOWING")?;
        Ok(WindowFrame { unit, lower, upper })
    }

    /// One bound; UNBOUNDED may only look in the direction `outward`.
    fn bound(&mut self, outward: &str) -> Parsed<FrameBound> {
        if self.eat_keyword("UNBOUNDED") {
            if !self.at_keyword(outward) && self.at_any_keyword(&["PRECEDING", "FOLLOWING"]) {
                let title = format!("this side of a frame can be UNBOUNDED {outward} only");
                return Err(Diagnostic::error(Condition::DATATYPE_MISMATCH, title).at(self.peek().span, "").into());
            }
            self.expect_keyword(outward)?;
            return Ok(FrameBound::Unbounded);
        }
        if self.eat_keywords(&["CURRENT", "ROW"]) {
            return Ok(FrameBound::CurrentRow);
        }
        let offset = self.value_expression()?;
        if self.eat_keyword("FOLLOWING") {
            return Ok(FrameBound::Offset(Box::new(offset)));
        }
        if !self.eat_keyword("PRECEDING") {
            return Err(self.expected(&["PRECEDING", "FOLLOWING"]));
        }
        let origin = offset.origin.clone();
        let negated = match offset.kind {
            ExpressionKind::Literal(Literal::Integer(value)) if value > i32::MIN => {
                Expression::new(ExpressionKind::Literal(Literal::Integer(-value)), origin)
            }
            _ => Expression::call("negative", vec![offset], origin),
        };
        Ok(FrameBound::Offset(Box::new(negated)))
    }
}
