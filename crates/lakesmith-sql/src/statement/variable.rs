//! DECLARE VARIABLE, SET VARIABLE and EXECUTE IMMEDIATE.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::command::{ExecuteImmediate, Variable, VariableAction};
use lakesmith_unresolved::expression::{Subquery, SubqueryKind, SubqueryPlan};
use lakesmith_unresolved::{CommandKind, Expression, ExpressionKind, Name, NamePart, Relation, RelationKind};

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
        if self.at_keywords(&["IF", "NOT", "EXISTS"]) {
            return Err(self.expected(&["a name"]));
        }
        let names = self.comma_separated(Self::name)?;
        let typed = !self.is_end() && !self.at_keyword("DEFAULT") && !self.at_symbol("=");
        let data_type = if typed { Some(self.data_type()?) } else { None };
        let given = self.eat_keyword("DEFAULT") || self.eat_symbol("=");
        let value = if given { Some(self.expression()?) } else { None };
        if data_type.is_none() && value.is_none() {
            let title = "a variable is declared with a type or a DEFAULT";
            let condition = Condition::INVALID_SQL_SYNTAX_VARIABLE_TYPE_OR_DEFAULT_REQUIRED;
            let fault = Diagnostic::error(condition, title).at(self.previous().span, "");
            return Err(fault.help("write `DECLARE VARIABLE v INT DEFAULT 1`").into());
        }
        let action = VariableAction::Declare { or_replace };
        Ok(CommandKind::Variable(Box::new(Variable { action, names, data_type, value })))
    }

    fn set_variable(&mut self) -> Parsed<CommandKind> {
        let listed = self.at_symbol("(");
        let start = self.position();
        if listed && self.peek_at(1).is_symbol(")") {
            let fault = Diagnostic::error(Condition::INVALID_SET_SYNTAX, "SET VARIABLE names no variable");
            return Err(fault.at(self.peek().span, "").help("write `SET VARIABLE v = 1`").into());
        }
        let mut names = if listed { self.parenthesised(Self::name)? } else { vec![self.name()?] };
        self.expect_symbol("=")?;
        let mut value = Some(self.expression_or_default()?);
        if !listed && self.at_symbol(",") {
            let mut values: Vec<Expression> = value.take().into_iter().collect();
            while self.eat_symbol(",") {
                names.push(self.name()?);
                self.expect_symbol("=")?;
                values.push(self.expression_or_default()?);
            }
            value = Some(self.one_row(&names, values, start));
        }
        let action = VariableAction::Set;
        Ok(CommandKind::Variable(Box::new(Variable { action, names, data_type: None, value })))
    }

    /// A row of values, under names that none of them can refer to.
    fn one_row(&self, names: &[Name], values: Vec<Expression>, start: usize) -> Expression {
        let origin: lakesmith_diagnostic::Origin = self.span_from(start).into();
        let expressions = names.iter().zip(values).enumerate().map(|(at, (name, value))| {
            let origin = value.origin.clone();
            let names = vec![NamePart { text: format!("value {at}").into(), origin: name.origin.clone() }];
            Expression::new(ExpressionKind::Alias { child: Box::new(value), names, metadata: None }, origin)
        });
        let input = Relation::new(RelationKind::OneRow, origin.clone());
        let row = RelationKind::Project { input, expressions: expressions.collect() };
        let query = SubqueryPlan::Inline(Relation::new(row, origin.clone()));
        let subquery = Subquery { kind: SubqueryKind::Scalar, query };
        Expression::new(ExpressionKind::Subquery(Box::new(subquery)), origin)
    }

    /// `EXECUTE IMMEDIATE text [INTO n, …] [USING e [AS n], …]`, in either order, the first words taken.
    pub(crate) fn execute_immediate(&mut self) -> Parsed<CommandKind> {
        let text = self.value_expression()?;
        let mut execute = ExecuteImmediate { text, into: Vec::new(), using: Vec::new() };
        loop {
            if self.eat_keyword("INTO") {
                execute.into = self.comma_separated(Self::name)?;
            } else if self.eat_keyword("USING") {
                let listed = self.at_symbol("(") && !self.at_query_after(1);
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
