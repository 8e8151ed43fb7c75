//! DECLARE VARIABLE, SET VARIABLE and EXECUTE IMMEDIATE.

use lakesmith_unresolved::CommandKind;
use lakesmith_unresolved::command::{ExecuteImmediate, Variable, VariableAction};

use crate::parser::{Parsed, Parser};

impl Parser<'_> {
    /// `DECLARE [OR REPLACE] [VARIABLE] n [, …] [type] [{DEFAULT | =} e]`, `SET VARIABLE n = e [, …]` and
    /// `SET VARIABLE (n, …) = (query)`.
    pub(crate) fn variable(&mut self) -> Parsed<CommandKind> {
        if !self.eat_keyword("DECLARE") {
            self.advance();
            self.advance();
            return self.set_variable();
        }
        let or_replace = self.eat_keywords(&["OR", "REPLACE"]);
        if self.at_any_keyword(&["VARIABLE", "VAR"]) && self.peek_at(1).is_name() {
            self.advance();
        }
        let names = self.comma_separated(Self::name)?;
        let typed = !self.is_end() && !self.at_keyword("DEFAULT") && !self.at_symbol("=");
        let data_type = if typed { Some(self.data_type()?) } else { None };
        let given = self.eat_keyword("DEFAULT") || self.eat_symbol("=");
        let value = if given { Some(self.expression()?) } else { None };
        let action = VariableAction::Declare { or_replace };
        Ok(CommandKind::Variable(Box::new(Variable { action, names, data_type, value })))
    }

    fn set_variable(&mut self) -> Parsed<CommandKind> {
        let listed = self.at_symbol("(");
        let names = if listed { self.parenthesised(Self::name)? } else { vec![self.name()?] };
        self.expect_symbol("=")?;
        let value = Some(self.expression_or_default()?);
        if self.at_symbol(",") {
            return Err(self.refused(
                "SET VARIABLE of several variables at once is not built yet",
                "write a SET VARIABLE statement for each variable",
            ));
        }
        let action = VariableAction::Set;
        Ok(CommandKind::Variable(Box::new(Variable { action, names, data_type: None, value })))
    }

    /// `EXECUTE IMMEDIATE text [INTO n, …] [USING e [AS n], …]`, in either order, the first words taken.
    pub(crate) fn execute_immediate(&mut self) -> Parsed<CommandKind> {
        let text = self.value_expression()?;
        let mut execute = ExecuteImmediate { text, into: Vec::new(), using: Vec::new() };
        loop {
            if self.eat_keyword("INTO") {
                execute.into = self.comma_separated(Self::name)?;
            } else if self.eat_keyword("USING") {
                let listed = self.at_symbol("(");
                let argument = |parser: &mut Self| {
                    let value = parser.value_expression()?;
                    let name = if parser.eat_keyword("AS") { Some(parser.identifier()?) } else { None };
                    Ok((name, value))
                };
                execute.using = if listed { self.parenthesised(argument)? } else { self.comma_separated(argument)? };
            } else {
                return Ok(CommandKind::ExecuteImmediate(Box::new(execute)));
            }
        }
    }
}
