//! Calls of functions of SQL: the function's body with the call's values for its parameters.
//!
//! A body sees its parameters and nothing else of the query around the call: neither columns nor named queries. Names in it,
//! and what its text means, are those of the place where the function was made.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::place::noting;
use lakesmith_functions::rules::within;
use lakesmith_functions::{Rules, Typed, registry};
use lakesmith_unresolved::expression::{
    Expression, ExpressionKind, FunctionCall, NamePart, Subquery, SubqueryKind, SubqueryPlan,
};
use lakesmith_unresolved::sql_function::{FunctionBody, Parameter, Returns};
use lakesmith_unresolved::{Relation, RelationKind, SqlFunction};

use crate::column_name::outer_value;
use crate::project::typed;
use crate::resolver::{Planned, Resolver};
use crate::scope::{Parameters, Scope, ScopeColumn, Value};

/// Words before the name of a function that Spark has itself.
const OF_SPARK: [&str; 2] = ["builtin", "system"];

/// What is known of a function that a query asks for.
pub(crate) type KnownFunction = Option<Arc<SqlFunction>>;

/// A function whose body is being resolved.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    name: QualifiedName,
    namespace: Option<(Identifier, Identifier)>,
}

/// What a call was found to mean.
pub(crate) enum Called {
    Function(Arc<SqlFunction>),
    Nothing,
    /// The catalog has still to be asked.
    Asked,
}

impl Resolver<'_> {
    /// The function of SQL that a call means.
    pub(crate) fn called(&mut self, call: &FunctionCall) -> Called {
        let parts = call.name.parts.iter().map(|part| part.text.clone()).collect::<Vec<_>>();
        if parts.len() > 1 && OF_SPARK.iter().any(|word| parts[0].matches(word)) {
            return Called::Nothing;
        }
        let Some(name) = QualifiedName::from_parts(parts) else { return Called::Nothing };
        let name = self.name_in_body(name);
        match self.known_functions.get(&name) {
            Some(Some(function)) => Called::Function(Arc::clone(function)),
            Some(None) => Called::Nothing,
            None => {
                if !self.missing_functions.contains(&name) {
                    self.missing_functions.push(name);
                }
                Called::Asked
            }
        }
    }

    /// The function of SQL that a call means; none where a function of Spark comes before it, or the catalog has still to be asked.
    pub(crate) fn of_sql(&mut self, call: &FunctionCall) -> Option<Arc<SqlFunction>> {
        let is_builtin = call.name.parts.last().is_some_and(|part| registry::find(part.text.as_str()).is_some());
        if is_builtin && call.name.parts.len() == 1 {
            return None;
        }
        match self.called(call) {
            Called::Function(function) => Some(function),
            Called::Nothing | Called::Asked => None,
        }
    }

    /// Refuses functions of SQL in a clause where Spark has no place for what a body asks.
    pub(crate) fn without_functions(&mut self, expression: &Expression, clause: &str) -> Option<()> {
        let mut open = vec![expression];
        while let Some(expression) = open.pop() {
            if let ExpressionKind::Function(call) = &expression.kind
                && let Some(function) = self.of_sql(call)
            {
                let title = format!("function `{}` stands in {clause}, where no function of SQL may", function.name);
                let diagnostic = Diagnostic::error(Condition::UNSUPPORTED_SQL_UDF_USAGE, title)
                    .help("compute it in the SELECT list of a query beneath this one, and name the column");
                return self.refuse(diagnostic, &expression.origin, "function of SQL");
            }
            open.extend(expression.children());
        }
        Some(())
    }

    /// A name as the body that is being resolved means it.
    pub(crate) fn name_in_body(&self, name: QualifiedName) -> QualifiedName {
        match self.bodies.last().and_then(|body| body.namespace.as_ref()) {
            Some((catalog, schema)) => name.qualified(catalog, schema),
            None => name,
        }
    }

    /// The value of a call.
    pub(crate) fn function_value(
        &mut self,
        function: &SqlFunction,
        call: &FunctionCall,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Typed> {
        let Returns::Value(result) = &function.definition.returns else {
            let title = format!("function `{}` gives rows and no value", function.name);
            let diagnostic = Diagnostic::error(Condition::NOT_A_SCALAR_FUNCTION, title);
            let help = format!("write `SELECT * FROM {}(…)`", function.name);
            return self.refuse(diagnostic.help(help), &call.name.origin, "");
        };
        self.correlations.push((origin.clone(), function.name.to_string()));
        let aggregates = scope.aggregates || scope.windowed == Some(true);
        let of_call = Scope { aggregates, windowed: None, ..*scope };
        let parameters = self.parameters(function, call, &of_call, origin)?;
        let inner = Scope { parameters: Some(&parameters), ..Scope::default() };
        let value = self.in_body(function, origin, |resolver| match &function.definition.body {
            FunctionBody::Value(value) => resolver.expression(only_value_within(value), &inner),
            FunctionBody::Query(query) if only_value(query).is_some() => {
                only_value(query).and_then(|value| resolver.expression(value, &inner))
            }
            FunctionBody::Query(query) => {
                let subquery = Subquery { kind: SubqueryKind::Scalar, query: SubqueryPlan::Inline(query.clone()) };
                resolver.subquery(&subquery, &inner, &query.origin)
            }
        })?;
        match result {
            Some(data_type) => self.settle(cast(value, data_type, Mode::Ansi), origin),
            None => Some(value),
        }
    }

    /// The rows of a call.
    pub(crate) fn function_rows(
        &mut self,
        function: &SqlFunction,
        call: &FunctionCall,
        origin: &Origin,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let (Returns::Rows(columns), FunctionBody::Query(query)) =
            (&function.definition.returns, &function.definition.body)
        else {
            let title = format!("function `{}` gives one value and no table", function.name);
            let diagnostic = Diagnostic::error(Condition::NOT_A_TABLE_FUNCTION, title);
            return self.refuse(diagnostic.help("write it in the SELECT list"), &call.name.origin, "");
        };
        let of_call = Scope { outer: Some(outer), ..Scope::default() };
        let parameters = self.parameters(function, call, &of_call, origin)?;
        let inner = Scope { parameters: Some(&parameters), ..Scope::default() };
        let rows = self.in_body(function, origin, |resolver| resolver.relation(query, &inner))?;
        let visible: Vec<ScopeColumn> = rows.columns.iter().filter(|column| column.is_visible()).cloned().collect();
        let columns = columns.as_deref().unwrap_or_default();
        if !columns.is_empty() && visible.len() != columns.len() {
            let title =
                format!("function `{}` gives {} columns, its query {}", function.name, columns.len(), visible.len());
            let condition = Condition::USER_DEFINED_FUNCTIONS_RETURN_COLUMN_COUNT_MISMATCH;
            return self.refuse(Diagnostic::error(condition, title), origin, "");
        }
        let (mut outputs, mut projected) = (Vec::new(), Vec::new());
        for (at, column) in visible.iter().enumerate() {
            let (name, value) = match columns.get(at) {
                Some(field) => {
                    let value = cast(typed(column), &field.data_type, Mode::Ansi);
                    (field.name.clone(), self.settle(value, origin)?)
                }
                None => (column.attribute.name.clone(), typed(column)),
            };
            let attribute = self.attribute(name, &value);
            projected.push(value.expr.alias(attribute.internal()));
            outputs.push(ScopeColumn { attribute, qualifier: vec![function.name.last().clone()], ..column.clone() });
        }
        let plan = self.built(LogicalPlanBuilder::from(rows.plan).project(projected), origin)?;
        Some(Planned { plan, columns: outputs })
    }

    /// Resolves a function's body. Its faults stand at the call: their places are those of another text.
    fn in_body<T>(
        &mut self,
        function: &SqlFunction,
        origin: &Origin,
        work: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        if self.bodies.iter().any(|body| body.name == function.name) {
            let title = format!("function `{}` calls itself, directly or through others", function.name);
            return self.refuse(Diagnostic::error(Condition::CYCLIC_FUNCTION_REFERENCE, title), origin, "");
        }
        let rules = Rules::of(|key| function.settings.get(key).map(String::as_str)).unwrap_or_default();
        let (faults, shown, moved) = (self.diagnostics.len(), self.correlations.len(), self.moved.len());
        let ctes = std::mem::take(&mut self.ctes);
        let around = std::mem::replace(&mut self.options.session.rules, rules.clone());
        self.bodies.push(Body { name: function.name.clone(), namespace: function.namespace.clone() });
        let done = within(&rules, || noting(false, || work(self)));
        self.bodies.pop();
        self.options.session.rules = around;
        self.ctes = ctes;
        self.correlations.truncate(shown);
        self.moved.truncate(moved);
        for fault in self.diagnostics.split_off(faults.min(self.diagnostics.len())) {
            let title = format!("function `{}`: {}", function.name, fault.title);
            let mut placed = Diagnostic::error(fault.condition, title);
            placed.help = fault.help;
            let _noted: Option<()> = self.refuse(placed, origin, "");
        }
        done
    }

    /// The values of a function's parameters.
    fn parameters(
        &mut self,
        function: &SqlFunction,
        call: &FunctionCall,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Parameters> {
        let wanted = &function.definition.parameters;
        let written = self.matched(function, call, origin)?;
        let mut values = Vec::new();
        for (parameter, argument) in wanted.iter().zip(written) {
            let (value, at) = match (argument, &parameter.default) {
                (Some(argument), _) => (self.expression(argument, scope)?, &argument.origin),
                (None, Some(default)) => {
                    let nothing = Scope::default();
                    (self.in_body(function, origin, |resolver| resolver.expression(default, &nothing))?, origin)
                }
                (None, None) => return self.wrong_count(function, call, origin),
            };
            let data_type = parameter.data_type.without_lengths();
            let own = self.settle(cast(value, &data_type, Mode::Ansi), at)?;
            let outer = outward(&own.expr, scope.columns).ok();
            values.push(Value { name: parameter.name.text.clone(), own, outer });
        }
        Some(Parameters { function: function.name.last().clone(), values })
    }

    /// The arguments of a call, one for each parameter.
    fn matched<'c>(
        &mut self,
        function: &SqlFunction,
        call: &'c FunctionCall,
        origin: &Origin,
    ) -> Option<Vec<Option<&'c Expression>>> {
        let wanted = &function.definition.parameters;
        let mut matched: Vec<Option<&Expression>> = vec![None; wanted.len()];
        if call.arguments.len() > wanted.len() {
            return self.wrong_count(function, call, origin);
        }
        let mut by_name = false;
        for (position, argument) in call.arguments.iter().enumerate() {
            let (at, value) = match &argument.kind {
                ExpressionKind::NamedArgument { name, value } => {
                    by_name = true;
                    (position_of(wanted, name), value.as_ref())
                }
                _ if by_name => {
                    let title = "an argument without a name stands after one with a name";
                    let condition = Condition::UNEXPECTED_POSITIONAL_ARGUMENT;
                    return self.refuse(Diagnostic::error(condition, title), &argument.origin, "");
                }
                _ => (Some(position), argument),
            };
            let Some(slot) = at.and_then(|at| matched.get_mut(at)) else {
                let title = format!("function `{}` has no parameter of this name", function.name);
                let condition = Condition::UNRECOGNIZED_PARAMETER_NAME;
                return self.refuse(Diagnostic::error(condition, title), &argument.origin, "no such parameter");
            };
            if slot.replace(value).is_some() {
                let title = "a parameter gets two values";
                let condition = Condition::DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT;
                return self.refuse(Diagnostic::error(condition, title), &argument.origin, "the second one");
            }
        }
        Some(matched)
    }

    fn wrong_count<T>(&mut self, function: &SqlFunction, call: &FunctionCall, origin: &Origin) -> Option<T> {
        let (given, wanted) = (call.arguments.len(), function.definition.parameters.len());
        let title = format!("function `{}` takes {wanted} arguments, not {given}", function.name);
        self.refuse(Diagnostic::error(Condition::WRONG_NUM_ARGS, title), origin, "")
    }

    /// The parameter of the function around that a name means: `a` or `f.a`, in the body and in the queries that stand in it.
    pub(crate) fn parameter(
        &mut self,
        parts: &[NamePart],
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Option<Typed>> {
        let outer = scope.outer.and_then(|outer| outer.parameters);
        let parameters = scope.parameters.or(outer)?;
        let find = |part: Option<&NamePart>| {
            part.and_then(|part| parameters.values.iter().find(|value| value.name == part.text))
        };
        let qualified = parts.first().filter(|part| part.text == parameters.function).and_then(|_| find(parts.get(1)));
        let (value, taken) = match qualified {
            Some(value) => (value, 2),
            None => (find(parts.first())?, 1),
        };
        let found = match (scope.parameters.is_some(), &value.outer) {
            (true, _) => value.own.clone(),
            (false, Some(expr)) => Typed { expr: expr.clone(), ..value.own.clone() },
            (false, None) => {
                let what = "a query in a function's body that reads an argument which is computed over many rows";
                return Some(self.not_built(what, origin));
            }
        };
        Some(self.fields(found, &parts[taken..]))
    }
}

/// What a value in parentheses stands for where it is `(SELECT value)`.
fn only_value_within(value: &Expression) -> &Expression {
    match &value.kind {
        ExpressionKind::Subquery(subquery) if matches!(subquery.kind, SubqueryKind::Scalar) => match &subquery.query {
            SubqueryPlan::Inline(query) => only_value(query).unwrap_or(value),
            _ => value,
        },
        _ => value,
    }
}

/// The value of a query that is `SELECT value` and nothing else.
fn only_value(query: &Relation) -> Option<&Expression> {
    match query.kind.as_ref() {
        RelationKind::Project { input, expressions } if matches!(*input.kind, RelationKind::OneRow) => {
            match expressions.as_slice() {
                [value] => Some(value),
                _ => None,
            }
        }
        _ => None,
    }
}

fn position_of(parameters: &[Parameter], name: &NamePart) -> Option<usize> {
    parameters.iter().position(|parameter| parameter.name.text == name.text)
}

/// A value of the query around a call, as a query in the function's body sees it.
fn outward(value: &Expr, columns: &[ScopeColumn]) -> Result<Expr> {
    let turned = value.clone().transform_down(|part| match &part {
        Expr::Column(column) => {
            let own = columns.iter().find(|own| own.attribute.internal() == column.name);
            let own = own.and_then(outer_value).ok_or_else(no_column)?;
            Ok(Transformed::yes(own.expr))
        }
        Expr::AggregateFunction(_)
        | Expr::WindowFunction(_)
        | Expr::ScalarSubquery(_)
        | Expr::InSubquery(_)
        | Expr::Exists(_) => Err(no_column()),
        _ => Ok(Transformed::no(part)),
    })?;
    Ok(turned.data)
}

fn no_column() -> DataFusionError {
    DataFusionError::Internal("no column of the query around".to_owned())
}
