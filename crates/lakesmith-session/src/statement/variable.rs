//! Variables of the session, and EXECUTE IMMEDIATE.
//!
//! A variable has a value at every moment; a statement sees the values from before it.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::ScalarValue;
use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin, SourceKind, SourceMap};
use lakesmith_engine::EngineError;
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_functions::cast::{Mode, cast_under};
use lakesmith_functions::rules::within;
use lakesmith_functions::{Typed, constant};
use lakesmith_plan::VariableValue;
use lakesmith_sql::{Arguments, Variables, count_parameters};
use lakesmith_unresolved::command::{CommandKind, ExecuteImmediate, Variable, VariableAction};
use lakesmith_unresolved::expression::{SubqueryKind, SubqueryPlan};
use lakesmith_unresolved::{Expression, ExpressionKind, Literal, Name, Relation, RelationKind, SparkType};

use crate::result::QueryResult;
use crate::rows::nothing;
use crate::state::SessionVariable;
use crate::statement::Running;
use crate::statement::computed_column::holds_subquery;
use crate::trouble::{Done, Trouble, fault, not_built, placed};

/// How deep EXECUTE IMMEDIATE may run itself.
const DEEPEST: usize = 16;

impl Running<'_> {
    pub(super) async fn variable(self, statement: &Variable) -> Done {
        match statement.action {
            VariableAction::Declare { or_replace } => self.declare(statement, or_replace).await,
            VariableAction::Set => self.set_variables(statement).await,
            VariableAction::Drop { if_exists } => {
                let Some(name) = statement.names.first() else { return Ok(()) };
                let own = variable_name(name)?;
                let removed = self.session.state().variables.remove(&own.folded());
                if removed.is_none() && !if_exists {
                    return Err(
                        fault(Condition::VARIABLE_NOT_FOUND, format!("there is no variable `{own}`"), name).into()
                    );
                }
                Ok(())
            }
        }
    }

    async fn declare(self, statement: &Variable, or_replace: bool) -> Done {
        let mut names: Vec<Identifier> = Vec::new();
        for name in &statement.names {
            let own = variable_name(name)?;
            if !or_replace && self.session.state().variables.contains_key(&own.folded()) {
                let title = format!("there is a variable `{own}` already");
                return Err(fault(Condition::VARIABLE_ALREADY_EXISTS, title, name).into());
            }
            if names.contains(&own) {
                let title = format!("DECLARE names `{own}` twice");
                return Err(fault(Condition::DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE, title, name).into());
            }
            names.push(own);
        }
        if let Some(default) = statement.value.as_ref().filter(|value| holds_subquery(value)) {
            let title = "the DEFAULT of a variable must not hold a subquery";
            let fault = Diagnostic::error(Condition::INVALID_DEFAULT_VALUE_SUBQUERY_EXPRESSION, title);
            return Err(placed(fault, &default.origin).into());
        }
        let null = Expression::new(ExpressionKind::Literal(Literal::Null(SparkType::Null)), Origin::Unknown);
        let default = statement.value.as_ref().unwrap_or(&null);
        let value = self.value_of(default).await?;
        let data_type = statement.data_type.clone().unwrap_or_else(|| value.data_type.clone());
        let value = self.as_type(value, &data_type, &default.origin)?;
        for name in names {
            let variable = SessionVariable { value: value.clone(), default: statement.value.clone() };
            self.session.state().variables.insert(name.folded(), variable);
        }
        Ok(())
    }

    async fn set_variables(self, statement: &Variable) -> Done {
        let Some(value) = &statement.value else { return Ok(()) };
        if let ([name], ExpressionKind::Default) = (statement.names.as_slice(), &value.kind) {
            let default = self.known(name)?.default;
            let null = Expression::new(ExpressionKind::Literal(Literal::Null(SparkType::Null)), Origin::Unknown);
            let value = self.value_of(default.as_ref().unwrap_or(&null)).await?;
            return self.assign(&statement.names, vec![value], &name.origin);
        }
        for name in &statement.names {
            self.known(name)?;
        }
        let subquery = match &value.kind {
            ExpressionKind::Subquery(subquery) if statement.names.len() > 1 || is_row(subquery) => Some(subquery),
            _ => None,
        };
        match subquery.map(|subquery| (&subquery.kind, &subquery.query)) {
            Some((SubqueryKind::Scalar, SubqueryPlan::Inline(query))) => {
                // a column may be called DEFAULT too
                let names_columns = self.session.resolve(query, self.sources).await.is_ok();
                let query = &if names_columns { query.clone() } else { self.with_defaults(&statement.names, query)? };
                let result = self.session.run(query, self.sources).await?;
                self.assign_row(&statement.names, result, &value.origin).await
            }
            _ if statement.names.len() > 1 => {
                let title = format!("{} variables take their values from a query", statement.names.len());
                Err(placed(Diagnostic::error(Condition::ASSIGNMENT_ARITY_MISMATCH, title), &value.origin).into())
            }
            _ => {
                if holds_default(value) {
                    let title = "DEFAULT stands within an expression";
                    let fault = Diagnostic::error(Condition::DEFAULT_PLACEMENT_INVALID, title);
                    return Err(placed(fault, &value.origin).help("it stands alone, in place of a value").into());
                }
                let given = self.value_of(value).await?;
                self.assign(&statement.names, vec![given], &value.origin)
            }
        }
    }

    /// The row of values that `a = e, b = DEFAULT` assigns, with what DEFAULT stands for.
    fn with_defaults(self, names: &[Name], query: &Relation) -> Done<Relation> {
        let mut query = query.clone();
        let Some(expressions) = selected(&mut query) else { return Ok(query) };
        for (name, value) in names.iter().zip(expressions) {
            let place = match &mut value.kind {
                ExpressionKind::Alias { child, .. } => child.as_mut(),
                _ => value,
            };
            if is_default(place) {
                let default = self.known(name)?.default.map(|default| default.kind);
                place.kind = default.unwrap_or(ExpressionKind::Literal(Literal::Null(SparkType::Null)));
            }
            if holds_default(place) {
                let title = "DEFAULT stands within an expression";
                let fault = Diagnostic::error(Condition::DEFAULT_PLACEMENT_INVALID, title);
                return Err(placed(fault, &place.origin).help("it stands alone, in place of a value").into());
            }
        }
        Ok(query)
    }

    /// The variable of a name.
    fn known(self, name: &Name) -> Done<SessionVariable> {
        let own = variable_name(name)?;
        let known = self.session.state().variables.get(&own.folded()).cloned();
        known.ok_or_else(|| {
            let title = format!("there is no variable `{own}`");
            let fault = fault(Condition::UNRESOLVED_VARIABLE, title, name);
            fault.help(format!("`DECLARE VARIABLE {own} …` makes it")).into()
        })
    }

    /// Gives variables the values of the one row of a result; NULLs where it has none.
    async fn assign_row(self, names: &[Name], mut result: QueryResult, origin: &Origin) -> Done {
        distinct_variables(names)?;
        if result.columns.len() != names.len() {
            let title = format!("{} values for {} variables", result.columns.len(), names.len());
            return Err(placed(Diagnostic::error(Condition::ASSIGNMENT_ARITY_MISMATCH, title), origin).into());
        }
        let types: Vec<SparkType> = result.columns.iter().map(|column| column.data_type.clone()).collect();
        let mut row: Option<Vec<ScalarValue>> = None;
        while let Some(batch) = result.next().await {
            let batch = batch?;
            if batch.num_rows() > 1 || batch.num_rows() == 1 && row.is_some() {
                let title = "variables take the values of one row, and the query has more";
                return Err(placed(Diagnostic::error(Condition::ROW_SUBQUERY_TOO_MANY_ROWS, title), origin).into());
            }
            if batch.num_rows() == 1 {
                row = Some(batch.columns().iter().map(scalar).collect::<Done<Vec<_>>>()?);
            }
        }
        let values = types.into_iter().enumerate().map(|(at, data_type)| {
            let value = row.as_ref().and_then(|row| row.get(at).cloned());
            let value = match value {
                Some(value) => value,
                None => null_of(&data_type)?,
            };
            Ok(VariableValue { value, data_type })
        });
        self.assign(names, values.collect::<Done<Vec<_>>>()?, origin)
    }

    /// Gives variables their values, all or none of them.
    fn assign(self, names: &[Name], values: Vec<VariableValue>, origin: &Origin) -> Done {
        distinct_variables(names)?;
        let mut assigned: Vec<(String, VariableValue)> = Vec::new();
        for (name, value) in names.iter().zip(values) {
            let known = self.known(name)?;
            let own = variable_name(name)?.folded();
            assigned.push((own, self.as_type(value, &known.value.data_type, origin)?));
        }
        let mut state = self.session.state();
        for (name, value) in assigned {
            if let Some(variable) = state.variables.get_mut(&name) {
                variable.value = value;
            }
        }
        Ok(())
    }

    /// The value of an expression that stands alone.
    async fn value_of(self, expression: &Expression) -> Done<VariableValue> {
        let input = Relation::new(RelationKind::OneRow, expression.origin.clone());
        let kind = RelationKind::Project { input, expressions: vec![expression.clone()] };
        let row = Relation::new(kind, expression.origin.clone());
        let mut result = self.session.run(&row, self.sources).await?;
        let data_type = result.columns.first().map_or(SparkType::Null, |column| column.data_type.clone());
        while let Some(batch) = result.next().await {
            let batch = batch?;
            if let (1, Some(column)) = (batch.num_rows(), batch.columns().first()) {
                return Ok(VariableValue { value: scalar(column)?, data_type });
            }
        }
        Ok(VariableValue { value: null_of(&data_type)?, data_type })
    }

    fn as_type(self, value: VariableValue, to: &SparkType, origin: &Origin) -> Done<VariableValue> {
        if value.data_type == *to {
            return Ok(value);
        }
        let array = value.value.to_array().map_err(|error| EngineError::from_datafusion("set variable", error))?;
        let cast = cast_under(&array, &value.data_type, to, &self.session.rules());
        match cast {
            Some(cast) => {
                let cast = cast.map_err(|error| EngineError::from_datafusion("set variable", error))?;
                Ok(VariableValue { value: scalar(&cast)?, data_type: to.clone() })
            }
            None if is_interval(&value.data_type) => {
                let data_type = value.data_type.clone();
                let typed = Typed::new(datafusion::logical_expr::lit(value.value), data_type);
                let cast = within(&self.session.rules(), || lakesmith_functions::cast::cast(typed, to, Mode::Ansi));
                let cast = cast.ok().and_then(|cast| constant::value(&cast.expr));
                let told = || placed(not_built(&format!("a variable of type {to} from an interval")), origin);
                Ok(VariableValue { value: cast.ok_or_else(told)?, data_type: to.clone() })
            }
            None => {
                let title = format!("a value of type {} cannot be cast to {to}", value.data_type);
                Err(placed(Diagnostic::error(Condition::DATATYPE_MISMATCH, title), origin).into())
            }
        }
    }

    /// Runs the statement that a text is.
    pub(super) async fn execute_immediate(self, statement: &ExecuteImmediate) -> Done<QueryResult> {
        if holds_subquery(&statement.text) {
            let title = "the text of EXECUTE IMMEDIATE holds a subquery";
            let fault = Diagnostic::error(Condition::UNSUPPORTED_EXPR_FOR_PARAMETER, title);
            return Err(placed(fault, &statement.text.origin).into());
        }
        let text = self.value_of(&statement.text).await?;
        if matches!(text.data_type, SparkType::String { .. }) && text.value.is_null() {
            let title = "the text of EXECUTE IMMEDIATE is NULL";
            let fault = Diagnostic::error(Condition::NULL_QUERY_STRING_EXECUTE_IMMEDIATE, title);
            return Err(placed(fault, &statement.text.origin).into());
        }
        let ScalarValue::Utf8(Some(text)) = &text.value else {
            let title = format!("EXECUTE IMMEDIATE runs a STRING, not a value of type {}", text.data_type);
            let condition = Condition::INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE;
            return Err(placed(Diagnostic::error(condition, title), &statement.text.origin).into());
        };
        if self.depth >= DEEPEST {
            return Err(not_built(&format!("EXECUTE IMMEDIATE {DEEPEST} times within itself")).into());
        }
        let variables = Variables { arguments: self.arguments(statement, text).await?, ..Variables::default() };
        let mut sources = SourceMap::default();
        let parsed = self.session.parse(&mut sources, "statement", text, &variables);
        let commands = parsed.map_err(|faults| Trouble::Wrong(without_places(faults, text)))?;
        let [command] = commands.as_slice() else {
            let title = format!("EXECUTE IMMEDIATE runs one statement, not {}", commands.len());
            return Err(Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title).into());
        };
        let into = &statement.into;
        if !into.is_empty() && !matches!(command.kind, CommandKind::Query(_)) {
            let title = format!("INTO takes the row of a query, not of {}", command.kind.name());
            return Err(Diagnostic::error(Condition::INVALID_STATEMENT_FOR_EXECUTE_INTO, title).into());
        }
        let inner = Running { session: self.session, sources: &sources, depth: self.depth + 1 };
        let result = Box::pin(inner.carry_out(command)).await.map_err(|trouble| match trouble {
            Trouble::Wrong(faults) => Trouble::Wrong(without_places(faults, text)),
            Trouble::Failed(error) => Trouble::Failed(Box::new(EngineError { place: None, ..*error })),
        })?;
        let result = result.without_places();
        if into.is_empty() {
            return Ok(result);
        }
        let origin = into.first().map_or(Origin::Unknown, |name| name.origin.clone());
        self.assign_row(into, result, &origin).await?;
        Ok(nothing()?)
    }

    /// The values of USING, as the statement wants them.
    async fn arguments(self, statement: &ExecuteImmediate, text: &str) -> Done<Arguments> {
        let mut sources = SourceMap::default();
        let source = sources.add("statement", text, SourceKind::Inline);
        // what cannot be read is told when the statement is
        let (named, positional) = count_parameters(&sources, source).unwrap_or_default();
        if named > 0 && positional > 0 {
            let title = "a statement has parameters by name or by position, not both";
            return Err(Diagnostic::error(Condition::INVALID_QUERY_MIXED_QUERY_PARAMETERS, title).into());
        }
        let mut arguments = Arguments::default();
        for (name, expression) in &statement.using {
            // a variable brings its own name along
            let own = match &expression.kind {
                ExpressionKind::Attribute { parts, .. } if named > 0 => parts.last(),
                _ => None,
            };
            let name = name.as_ref().or(own);
            if let Some(name) = name.filter(|name| arguments.named.iter().any(|(known, _)| name.text.matches(known))) {
                let title = format!("USING names `{}` twice", name.text);
                let condition = Condition::EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES;
                return Err(placed(Diagnostic::error(condition, title), &expression.origin).into());
            }
            if holds_subquery(expression) {
                let title = "the value of a parameter holds a subquery";
                let fault = Diagnostic::error(Condition::UNSUPPORTED_EXPR_FOR_PARAMETER, title);
                return Err(placed(fault, &expression.origin).into());
            }
            let value = self.value_of(expression).await?;
            let written = literal_of(&value).unwrap_or_else(|| expression.kind.clone());
            let value = Expression::new(written, expression.origin.clone());
            match name {
                Some(name) => arguments.named.push((name.text.as_str().to_owned(), value.clone())),
                None if named > 0 => {
                    let title = "a parameter by name gets a value without a name";
                    let fault = Diagnostic::error(Condition::ALL_PARAMETERS_MUST_BE_NAMED, title);
                    return Err(placed(fault, &expression.origin).help("write `USING value AS name`").into());
                }
                None => {}
            }
            arguments.positional.push(value);
        }
        Ok(arguments)
    }
}

fn distinct_variables(names: &[Name]) -> Done {
    let mut known: Vec<Identifier> = Vec::new();
    for name in names {
        let own = variable_name(name)?;
        if known.contains(&own) {
            let title = format!("variable `{own}` gets two values");
            return Err(fault(Condition::DUPLICATE_ASSIGNMENTS, title, name).into());
        }
        known.push(own);
    }
    Ok(())
}

/// Faults of another text, of which no place can be shown.
fn without_places(faults: Vec<Diagnostic>, text: &str) -> Vec<Diagnostic> {
    let without = |mut fault: Diagnostic| {
        fault.primary = None;
        fault.secondary.clear();
        fault.note(format!("in the statement: {text}"))
    };
    faults.into_iter().map(without).collect()
}

/// `v`, `session.v` or `system.session.v`.
fn variable_name(name: &Name) -> Done<Identifier> {
    let parts: Vec<&Identifier> = name.parts.iter().map(|part| &part.text).collect();
    match parts.as_slice() {
        [own] => Ok((*own).clone()),
        [session, own] if session.matches("session") => Ok((*own).clone()),
        [system, session, own] if system.matches("system") && session.matches("session") => Ok((*own).clone()),
        _ => {
            let title = "a variable has a name of one part, perhaps after `session`";
            Err(fault(Condition::UNRESOLVED_VARIABLE, title, name).into())
        }
    }
}

fn is_interval(data_type: &SparkType) -> bool {
    matches!(data_type, SparkType::DayTimeInterval { .. } | SparkType::YearMonthInterval { .. })
}

fn scalar(array: &ArrayRef) -> Done<ScalarValue> {
    let value = ScalarValue::try_from_array(array, 0);
    Ok(value.map_err(|error| EngineError::from_datafusion("read value", error))?)
}

fn null_of(data_type: &SparkType) -> Done<ScalarValue> {
    let arrow = to_arrow(data_type)
        .map_err(|unmapped| Diagnostic::error(Condition::UNSUPPORTED_DATATYPE, unmapped.to_string()))?;
    let value = ScalarValue::try_from(&arrow);
    Ok(value.map_err(|error| EngineError::from_datafusion("read value", error))?)
}

/// A value as a constant of SQL; nothing for those that have none.
fn literal_of(value: &VariableValue) -> Option<ExpressionKind> {
    if value.value.is_null() {
        return Some(ExpressionKind::Literal(Literal::Null(value.data_type.clone())));
    }
    let literal = match (&value.value, &value.data_type) {
        (ScalarValue::Boolean(Some(value)), _) => Literal::Boolean(*value),
        (ScalarValue::Int8(Some(value)), _) => Literal::Byte(*value),
        (ScalarValue::Int16(Some(value)), _) => Literal::Short(*value),
        (ScalarValue::Int32(Some(value)), _) => Literal::Integer(*value),
        (ScalarValue::Int64(Some(value)), _) => Literal::Long(*value),
        (ScalarValue::Float32(Some(value)), _) => Literal::Float(*value),
        (ScalarValue::Float64(Some(value)), _) => Literal::Double(*value),
        (ScalarValue::Decimal128(Some(unscaled), precision, scale), _) => {
            Literal::Decimal { unscaled: *unscaled, precision: *precision, scale: *scale }
        }
        (ScalarValue::Utf8(Some(value)), _) => Literal::String(value.clone()),
        (ScalarValue::Binary(Some(value)), _) => Literal::Binary(value.clone()),
        (ScalarValue::Date32(Some(days)), _) => {
            let text = lakesmith_functions::text_value::format_date(*days);
            Literal::Typed { data_type: SparkType::Date, text }
        }
        (ScalarValue::TimestampMicrosecond(Some(micros), zone), data_type) => {
            let text = lakesmith_functions::text_value::format_timestamp(*micros);
            let text = if zone.is_some() { format!("{text}Z") } else { text };
            Literal::Typed { data_type: data_type.clone(), text }
        }
        _ => return None,
    };
    Some(ExpressionKind::Literal(literal))
}

/// The SELECT list of a query, beneath the clauses that keep its columns.
fn selected(query: &mut Relation) -> Option<&mut Vec<Expression>> {
    match query.kind.as_mut() {
        RelationKind::Project { expressions, .. } => Some(expressions),
        RelationKind::With { query, .. } => selected(query),
        RelationKind::Limit { input, .. }
        | RelationKind::Offset { input, .. }
        | RelationKind::Sort { input, .. }
        | RelationKind::Deduplicate { input, .. } => selected(input),
        _ => None,
    }
}

/// Whether a subquery gives the row that variables take: its list has a DEFAULT.
fn is_row(subquery: &lakesmith_unresolved::expression::Subquery) -> bool {
    match (&subquery.kind, &subquery.query) {
        (SubqueryKind::Scalar, SubqueryPlan::Inline(query)) => {
            selected(&mut query.clone()).is_some_and(|list| list.iter().any(holds_default))
        }
        _ => false,
    }
}

/// Whether an expression is the word DEFAULT.
fn is_default(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Default => true,
        ExpressionKind::Attribute { parts, .. } => parts.len() == 1 && parts[0].text.matches("DEFAULT"),
        _ => false,
    }
}

fn holds_default(expression: &Expression) -> bool {
    is_default(expression) || expression.children().into_iter().any(holds_default)
}
