//! CREATE FUNCTION: functions whose body is SQL. One of another language is read up to its end and refused by who runs it.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::StructField;
use lakesmith_unresolved::command::CreateFunction;
use lakesmith_unresolved::pipeline::ColumnDefinition;
use lakesmith_unresolved::sql_function::{FunctionBody, FunctionDefinition, Parameter, Returns};

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;

/// What may stand between a function's type and its body and changes nothing.
const CHARACTERISTICS: [&[&str]; 5] = [
    &["LANGUAGE", "SQL"],
    &["NOT", "DETERMINISTIC"],
    &["DETERMINISTIC"],
    &["SQL", "SECURITY", "DEFINER"],
    &["SQL", "SECURITY", "INVOKER"],
];

impl Parser<'_> {
    /// What follows `CREATE FUNCTION`.
    pub(super) fn create_function(
        &mut self,
        or_replace: bool,
        temporary: bool,
        faults: &mut Faults,
    ) -> Parsed<CreateFunction> {
        let if_not_exists = self.eat_keywords(&["IF", "NOT", "EXISTS"]);
        let name = self.name()?;
        let start = self.position();
        let is_sql = self.at_symbol("(") && !self.at_other_language();
        let definition = if is_sql { Some(self.function_definition(faults)?) } else { None };
        if definition.is_none() {
            self.rest_text();
        }
        let text = self.text_between(start, self.position());
        Ok(CreateFunction { name, or_replace, if_not_exists, temporary, definition, text })
    }

    /// Whether LANGUAGE names another one than SQL.
    fn at_other_language(&self) -> bool {
        let tokens = (0..).map(|n| self.peek_at(n)).take_while(|token| !token.is_end() && !token.is_keyword("RETURN"));
        let mut after = tokens.skip_while(|token| !token.is_keyword("LANGUAGE")).skip(1);
        after.next().is_some_and(|language| !language.is_keyword("SQL"))
    }

    /// `(a INT, …) RETURNS … RETURN …`.
    pub(crate) fn function_definition(&mut self, faults: &mut Faults) -> Parsed<FunctionDefinition> {
        let parameters = self.function_parameters(faults)?;
        let mut returns = Returns::Value(None);
        let (mut without_data, mut comment) = (None, None);
        loop {
            if self.eat_keyword("RETURNS") {
                returns = self.returns(faults)?;
            } else if self.eat_keyword("COMMENT") {
                comment = Some(self.string()?.0);
            } else if self.eat_keywords(&["CONTAINS", "SQL"]) {
                without_data = Some(true);
            } else if self.eat_keywords(&["READS", "SQL", "DATA"]) {
                without_data = Some(false);
            } else if !CHARACTERISTICS.iter().any(|words| self.eat_keywords(words)) {
                break;
            }
        }
        self.expect_keyword("RETURN")?;
        let start = self.position();
        let body = match (&returns, self.at_query()) {
            (_, true) => FunctionBody::Query(self.query()?),
            (Returns::Value(_), false) => FunctionBody::Value(Box::new(self.expression()?)),
            (Returns::Rows(_), false) if self.at_symbol("(") => FunctionBody::Query(self.query()?),
            (Returns::Rows(_), false) => {
                let title = "a function that gives rows has a body that is no query";
                let condition = Condition::USER_DEFINED_FUNCTIONS_SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY;
                return Err(Diagnostic::error(condition, title).at(self.span_from(start), "").into());
            }
        };
        Ok(FunctionDefinition { parameters, returns, without_data, comment, body })
    }

    fn function_parameters(&mut self, faults: &mut Faults) -> Parsed<Vec<Parameter>> {
        let start = self.position();
        let list = self.column_list(faults)?;
        let fault = |parser: &Self, condition, title: &str| {
            Err(Diagnostic::error(condition, title).at(parser.span_from(start), "").into())
        };
        if list.columns.iter().any(|column| column.generated.is_some() || column.identity.is_some()) {
            let condition = Condition::INVALID_SQL_SYNTAX_CREATE_FUNC_WITH_GENERATED_COLUMNS_AS_PARAMETERS;
            return fault(self, condition, "a parameter is GENERATED");
        }
        if !list.constraints.is_empty() {
            let condition = Condition::INVALID_SQL_SYNTAX_CREATE_FUNC_WITH_COLUMN_CONSTRAINTS;
            return fault(self, condition, "a parameter has a constraint");
        }
        if list.columns.iter().any(|column| column.not_null) {
            let condition = Condition::USER_DEFINED_FUNCTIONS_NOT_NULL_ON_FUNCTION_PARAMETERS;
            return fault(self, condition, "a parameter is NOT NULL");
        }
        let parameter = |column: ColumnDefinition| {
            let data_type = column.data_type?;
            Some(Parameter { name: column.name, data_type, default: column.default.map(|default| default.value) })
        };
        match list.columns.into_iter().map(parameter).collect::<Option<Vec<_>>>() {
            Some(parameters) => Ok(parameters),
            None => Err(self.refused("syntax error: a parameter without a type", "write `(name TYPE, …)`")),
        }
    }

    fn returns(&mut self, faults: &mut Faults) -> Parsed<Returns> {
        if !self.eat_keyword("TABLE") {
            return Ok(Returns::Value(Some(self.data_type()?)));
        }
        if !self.at_symbol("(") {
            return Ok(Returns::Rows(None));
        }
        let start = self.position();
        let list = self.column_list(faults)?;
        if list.columns.iter().any(|column| column.not_null) {
            let condition = Condition::USER_DEFINED_FUNCTIONS_NOT_NULL_ON_FUNCTION_PARAMETERS;
            let fault = Diagnostic::error(condition, "a column of a function's rows is NOT NULL");
            return Err(fault.at(self.span_from(start), "").into());
        }
        let field = |column: ColumnDefinition| match column.default {
            Some(_) => None,
            None => Some(StructField {
                comment: column.comment,
                ..StructField::nullable(column.name.text.as_str(), column.data_type?)
            }),
        };
        match list.columns.into_iter().map(field).collect::<Option<Vec<_>>>() {
            Some(fields) if !fields.is_empty() => Ok(Returns::Rows(Some(fields))),
            _ => Err(self.refused("syntax error: rows without typed columns", "write `RETURNS TABLE (name TYPE, …)`")),
        }
    }
}
