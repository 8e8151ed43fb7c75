//! Expressions and their conditions, kind by kind; names are looked up in [`crate::column_name`], calls made in [`crate::call`].

use datafusion::logical_expr::Expr;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::coercion::{implicit, is_integral};
use lakesmith_functions::{Typed, json, kernel, place};
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::{CastMode, Expression, ExpressionKind, FunctionCall};

use crate::literal::{literal, special_moment};
use crate::resolver::Resolver;
use crate::scope::Scope;

impl Resolver<'_> {
    /// The expression's value; nothing when a fault was noted.
    pub(crate) fn expression(&mut self, expression: &Expression, scope: &Scope<'_>) -> Option<Typed> {
        let origin = &expression.origin;
        let _here = place::enter(origin);
        match &expression.kind {
            ExpressionKind::Literal(value) => {
                let special =
                    special_moment(value, self.options.session.now_micros, &lakesmith_functions::rules::current());
                let value = literal(special.as_ref().unwrap_or(value));
                self.settle(value, origin)
            }
            ExpressionKind::Attribute { parts, plan_id, is_metadata_column: false } => {
                self.name(parts, *plan_id, scope, origin)
            }
            ExpressionKind::Function(call) => self.call(call, scope, origin),
            ExpressionKind::NamedParameter(name) => self.unbound(&format!(":{name}"), origin),
            ExpressionKind::PositionalParameter(index) => self.unbound(&format!("? number {}", index + 1), origin),
            ExpressionKind::CallFunction { name, arguments } => {
                let call = FunctionCall::builtin(name, arguments.clone(), origin.clone());
                self.call(&call, scope, origin)
            }
            ExpressionKind::Alias { child, .. } => self.expression(child, scope),
            ExpressionKind::JsonPath { child, path } => {
                let value = self.expression(child, scope)?;
                self.settle(json::path(value, path), origin)
            }
            ExpressionKind::Cast { child, data_type, mode } => {
                let data_type = &data_type.without_lengths();
                if let SparkType::Time(_) = data_type {
                    return self.not_built("the type TIME", origin);
                }
                let value = self.expression(child, scope)?;
                let is_nested =
                    matches!(data_type, SparkType::Array { .. } | SparkType::Map { .. } | SparkType::Struct(_));
                if is_nested && matches!(child.kind, ExpressionKind::JsonPath { .. }) {
                    return self.settle(json::decode(value, data_type), origin);
                }
                let mode = match mode {
                    CastMode::Session | CastMode::Ansi => Mode::Ansi,
                    CastMode::Try => Mode::Try,
                    CastMode::Legacy => return self.not_built("a cast by the old rules", origin),
                };
                let is_kept = value.data_type == *data_type && is_integral(data_type);
                let value = match value.expr {
                    // a whole number that is cast has all digits of its type, and one that is written its own
                    Expr::Literal(..) if is_kept => kernel::call("spark_widen", vec![value], data_type.clone()),
                    _ => cast(value, data_type, mode),
                };
                self.settle(value, origin)
            }
            ExpressionKind::Window { function, window } => self.window(function, window, scope),
            ExpressionKind::ExtractValue { child, extraction } => self.extracted(child, extraction, scope),
            ExpressionKind::Subquery(_) if !scope.variables.is_empty() => {
                let condition = Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_HIGHER_ORDER_FUNCTION;
                self.refuse(Diagnostic::error(condition, "a subquery stands inside a lambda"), origin, "")
            }
            ExpressionKind::Subquery(subquery) => self.subquery(subquery, scope, origin),
            ExpressionKind::LambdaVariable(parts) => self.name(parts, None, scope, origin),
            ExpressionKind::ComputedIdentifier(text) => {
                let parts = self.identifier(text)?;
                self.name(&parts, None, scope, origin)
            }
            ExpressionKind::Star { .. } => self.misplaced_star(origin),
            ExpressionKind::Lambda { .. } => {
                let condition = Condition::INVALID_LAMBDA_FUNCTION_CALL_NON_HIGHER_ORDER_FUNCTION;
                self.refuse(Diagnostic::error(condition, "a lambda where none is taken"), origin, "")
            }
            other => self.not_built(&describe(other), origin),
        }
    }

    /// A condition.
    pub(crate) fn condition(&mut self, expression: &Expression, scope: &Scope<'_>, clause: &str) -> Option<Expr> {
        let mut value = self.expression(expression, scope)?;
        if matches!(clause, "HAVING" | "QUALIFY") && value.data_type != SparkType::Boolean {
            // as if it were written so
            value = self.settle(cast(value, &SparkType::Boolean, Mode::Ansi), &expression.origin)?;
        }
        let data_type = value.data_type.clone();
        // a text is none, though it would be one as an argument
        let is_one = data_type == SparkType::Boolean || clause == "EXPECT" && data_type != SparkType::Null;
        let condition = if is_one { implicit(value, &SparkType::Boolean) } else { None };
        match condition {
            Some(condition) => self.settle(condition, &expression.origin).map(|condition| condition.expr),
            None => {
                let title = format!("{clause} needs a condition, this is a value of type {data_type}");
                let condition = match clause {
                    "FILTER" => Condition::INVALID_AGGREGATE_FILTER,
                    "ON" => Condition::JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE,
                    _ => Condition::DATATYPE_MISMATCH,
                };
                self.refuse(Diagnostic::error(condition, title), &expression.origin, "no condition")
            }
        }
    }
}

/// What an expression is, in words a user knows.
fn describe(kind: &ExpressionKind) -> String {
    match kind {
        ExpressionKind::UserDefinedFunction(_) | ExpressionKind::TypedAggregate(_) => "a function of the user's own",
        ExpressionKind::NamedArgument { .. } => "an argument by name at this place",
        ExpressionKind::Regex { .. } => "columns by a regular expression",
        ExpressionKind::UpdateFields { .. } => "withField and dropFields",
        ExpressionKind::ExpressionString(_) => "an expression as text",
        ExpressionKind::Default => "DEFAULT as a value",
        _ => "this expression",
    }
    .to_owned()
}
