//! Arguments by name of Spark's own functions: `mask(card, digitChar => '*')`. A function of SQL has names of its own.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall};
use lakesmith_unresolved::{Literal, SparkType};

use crate::resolver::Resolver;

/// A parameter, and the value where a call gives none; the first has to be there.
type Parameter = (&'static str, Option<&'static str>);

/// Functions whose parameters have names that a call may write.
const NAMED: [(&str, [Parameter; 5]); 1] = [(
    "mask",
    [("str", None), ("upperChar", Some("X")), ("lowerChar", Some("x")), ("digitChar", Some("n")), ("otherChar", None)],
)];

fn parameters(call: &FunctionCall) -> Option<&'static [Parameter]> {
    let [name] = call.name.parts.as_slice() else { return None };
    NAMED.iter().find(|(known, _)| name.text.matches(known)).map(|(_, parameters)| parameters.as_slice())
}

/// Whether a call of a function that has names for its parameters writes some.
pub(crate) fn has_named_arguments(call: &FunctionCall) -> bool {
    let is_named = |argument: &Expression| matches!(argument.kind, ExpressionKind::NamedArgument { .. });
    parameters(call).is_some() && call.arguments.iter().any(is_named)
}

impl Resolver<'_> {
    /// Writes arguments by name at their places.
    pub(crate) fn by_position(&mut self, call: &mut FunctionCall) -> Option<()> {
        let Some(wanted) = parameters(call).filter(|_| has_named_arguments(call)) else { return Some(()) };
        let mut given: Vec<Option<Expression>> = vec![None; wanted.len()];
        let mut by_name = false;
        for (place, argument) in std::mem::take(&mut call.arguments).into_iter().enumerate() {
            let origin = argument.origin.clone();
            let (at, value) = match argument.kind {
                ExpressionKind::NamedArgument { name, value } => {
                    by_name = true;
                    (wanted.iter().position(|(known, _)| name.text.matches(known)), *value)
                }
                _ if by_name => {
                    let title = "an argument without a name stands after one with a name";
                    let diagnostic = Diagnostic::error(Condition::UNEXPECTED_POSITIONAL_ARGUMENT, title);
                    return self.refuse(diagnostic, &origin, "");
                }
                kind => (Some(place), Expression::new(kind, origin.clone())),
            };
            let Some(slot) = at.and_then(|at| given.get_mut(at)) else {
                let title = "the function has no parameter of this name";
                let condition = Condition::UNRECOGNIZED_PARAMETER_NAME;
                return self.refuse(Diagnostic::error(condition, title), &origin, "no such parameter");
            };
            if slot.replace(value).is_some() {
                let title = "a parameter gets two values";
                let condition = Condition::DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT;
                return self.refuse(Diagnostic::error(condition, title), &origin, "the second one");
            }
        }
        let origin = call.name.origin.clone();
        for (place, (slot, (name, default))) in given.into_iter().zip(wanted).enumerate() {
            call.arguments.push(match slot {
                Some(value) => value,
                None if place == 0 => {
                    let title = format!("the parameter `{name}` has no value");
                    return self.refuse(Diagnostic::error(Condition::REQUIRED_PARAMETER_NOT_FOUND, title), &origin, "");
                }
                None => {
                    let value = default.map_or(Literal::Null(SparkType::Null), |text| Literal::String(text.to_owned()));
                    Expression::new(ExpressionKind::Literal(value), origin.clone())
                }
            });
        }
        Some(())
    }
}
