//! `LIKE ANY (…)`, `LIKE ALL (…)` and their kin: one condition for each pattern.

use lakesmith_unresolved::Literal;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall};

/// A predicate over several patterns.
struct Quantified<'e> {
    value: &'e Expression,
    patterns: &'e [Expression],
    is_negated: bool,
    /// `like` or `ilike`.
    test: &'static str,
    /// `or` for ANY, `and` for ALL.
    joined: &'static str,
}

fn quantified(call: &FunctionCall) -> Option<Quantified<'_>> {
    let name = call.name.parts.last()?.text.as_str().to_ascii_lowercase();
    let (positive, is_negated) = match name.strip_prefix("not") {
        Some(positive) => (positive, true),
        None => (name.as_str(), false),
    };
    let (test, joined) = match positive {
        "likeany" => ("like", "or"),
        "likeall" => ("like", "and"),
        "ilikeany" => ("ilike", "or"),
        "ilikeall" => ("ilike", "and"),
        _ => return None,
    };
    let (value, patterns) = call.arguments.split_first()?;
    Some(Quantified { value, patterns, is_negated, test, joined })
}

/// The predicate as a chain of LIKE; `None` where the call is another.
pub(crate) fn spelled(call: &FunctionCall) -> Option<Expression> {
    let Quantified { value, patterns, is_negated, test, joined } = quantified(call)?;
    let one = |pattern: &Expression| {
        let origin = pattern.origin.clone();
        let like = Expression::call(test, vec![value.clone(), pattern.clone()], origin.clone());
        if is_negated { Expression::call("not", vec![like], origin) } else { like }
    };
    let origin = call.name.origin.clone();
    patterns.iter().map(one).reduce(|left, right| Expression::call(joined, vec![left, right], origin.clone()))
}

/// Whether the call is one whose patterns are all constants.
pub(crate) fn has_constants(call: &FunctionCall) -> bool {
    quantified(call).is_some_and(|quantified| quantified.patterns.iter().all(is_constant))
}

fn is_constant(pattern: &Expression) -> bool {
    matches!(pattern.kind, ExpressionKind::Literal(Literal::String(_)))
}

/// The name of a predicate whose patterns are all constants: they are no part of it. `text` writes the value.
pub(crate) fn name(call: &FunctionCall, text: fn(&Expression) -> String) -> Option<String> {
    let Quantified { value, patterns, is_negated, test, joined } = quantified(call)?;
    if !patterns.iter().all(is_constant) {
        return spelled(call).as_ref().map(text);
    }
    let value = if test == "ilike" { format!("lower({})", text(value)) } else { text(value) };
    let (not, quantity) = (if is_negated { "not" } else { "" }, if joined == "or" { "any" } else { "all" });
    Some(format!("{not}like{quantity}({value})"))
}
