//! `t VERSION AS OF 3`, `t TIMESTAMP AS OF '…'`: the same as Delta's reader options `versionAsOf` and `timestampAsOf`.

use lakesmith_unresolved::Literal;
use lakesmith_unresolved::expression::{Expression, ExpressionKind};
use lakesmith_unresolved::relation::TimeTravel;

/// The reader option that a constant version or time is; the catalog reads the value.
pub(crate) fn option(travel: &TimeTravel) -> Option<(String, String)> {
    let (key, value) = match travel {
        TimeTravel::Version(version) => ("versionAsOf", version),
        TimeTravel::Timestamp(time) => ("timestampAsOf", time),
    };
    Some((key.to_owned(), constant(value)?))
}

fn constant(expression: &Expression) -> Option<String> {
    match &expression.kind {
        ExpressionKind::Literal(Literal::Integer(value)) => Some(value.to_string()),
        ExpressionKind::Literal(Literal::Long(value)) => Some(value.to_string()),
        ExpressionKind::Literal(Literal::String(text) | Literal::Typed { text, .. } | Literal::Moment(text)) => {
            Some(text.clone())
        }
        _ => None,
    }
}
