//! Names that are values: variables of the session, and parameters that have no value.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, lit};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::{Typed, text_value};
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, NamePart};

use crate::resolver::Resolver;

impl Resolver<'_> {
    /// The value of a variable, and how many parts of the name it takes: `v`, `session.v`, `system.session.v`.
    pub(crate) fn variable(&self, parts: &[NamePart]) -> Option<(Typed, usize)> {
        let qualified = match parts {
            [system, session, _, ..] if system.text.matches("system") && session.text.matches("session") => Some(2),
            [session, _, ..] if session.text.matches("session") => Some(1),
            _ => None,
        };
        let find = |at: usize| self.options.variables.get(&parts.get(at)?.text.folded()).map(|known| (known, at));
        // a variable may be called `session` itself
        let (known, at) = qualified.and_then(find).or_else(|| find(0))?;
        let nullable = known.value.is_null();
        let value = Typed { expr: lit(known.value.clone()), data_type: known.data_type.clone(), nullable };
        Some((value, at + 1))
    }

    /// Notes how a variable is shown within an expression.
    pub(crate) fn note_variable(&mut self, name: &NamePart, value: &Typed, origin: &Origin) {
        let Expr::Literal(known, _) = &value.expr else { return };
        if let Some(text) = literal_text(known, &value.data_type) {
            let shown = format!("variablereference(system.session.{}={text})", name.text.folded());
            self.correlations.push((origin.clone(), shown));
        }
    }

    /// Whether an expression mentions a name that is no variable.
    pub(crate) fn mentions_column(&self, expression: &Expression) -> bool {
        let is_column = match &expression.kind {
            ExpressionKind::Attribute { parts, .. } => self.variable(parts).is_none(),
            // its rows are columns of a table
            ExpressionKind::Subquery(_) => true,
            _ => false,
        };
        is_column || expression.children().into_iter().any(|child| self.mentions_column(child))
    }

    /// A parameter that has no value.
    pub(crate) fn unbound<T>(&mut self, shown: &str, origin: &Origin) -> Option<T> {
        let fault = Diagnostic::error(Condition::UNBOUND_SQL_PARAMETER, format!("parameter `{shown}` has no value"));
        let help = "give it one by `lakesmith sql --param name=value`, or by USING of EXECUTE IMMEDIATE";
        self.refuse(fault.help(help), origin, "no value")
    }
}

/// A value as Spark writes it as a literal; nothing for types whose values have no short form.
fn literal_text(value: &ScalarValue, data_type: &SparkType) -> Option<String> {
    if value.is_null() {
        return Some(format!("CAST(NULL AS {data_type})"));
    }
    Some(match value {
        ScalarValue::Utf8(Some(text)) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        ScalarValue::Boolean(Some(value)) => value.to_string(),
        ScalarValue::Int32(Some(value)) => value.to_string(),
        ScalarValue::Int8(Some(value)) => format!("{value}Y"),
        ScalarValue::Int16(Some(value)) => format!("{value}S"),
        ScalarValue::Int64(Some(value)) if *data_type == SparkType::Long => format!("{value}L"),
        ScalarValue::Float64(Some(value)) if value.is_finite() => {
            format!("{}D", text_value::format_double(&format!("{value:e}"), *value))
        }
        ScalarValue::Decimal128(Some(_), ..) => format!("{value}BD"),
        _ => return None,
    })
}
