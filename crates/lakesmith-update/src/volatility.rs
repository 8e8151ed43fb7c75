//! Whether a query's rows depend on when or where it runs, so that it is run again though its sources have not changed.
//!
//! What only looks so is found too, as a column of the name `user`: running a query again is never wrong.

use lakesmith_unresolved::expression::{Expression, ExpressionKind};
use lakesmith_unresolved::{Literal, Relation, RelationKind};

/// Functions whose value depends on when or where they are called.
const VOLATILE: &[&str] = &[
    "current_timestamp",
    "current_date",
    "getdate",
    "now",
    "localtimestamp",
    "curdate",
    "unix_timestamp",
    "rand",
    "random",
    "randn",
    "randstr",
    "uniform",
    "uuid",
    "shuffle",
    "monotonically_increasing_id",
    "spark_partition_id",
    "current_user",
    "session_user",
    "user",
    "current_catalog",
    "current_database",
    "current_schema",
];

/// Texts that mean a time where they are cast to one.
const VOLATILE_TEXTS: [&str; 4] = ["now", "today", "tomorrow", "yesterday"];

/// Whether a query calls a function whose value depends on when it is called.
pub(crate) fn is_volatile(query: &Relation) -> bool {
    let mut relations = vec![query];
    while let Some(relation) = relations.pop() {
        if let RelationKind::Sample { seed: None, .. } = relation.kind.as_ref() {
            return true;
        }
        relations.extend(relation.inputs());
        if relation.expressions().into_iter().any(depends_on_time) {
            return true;
        }
    }
    false
}

/// Whether a value depends on when it is computed, be it by a subquery.
pub(crate) fn depends_on_time(expression: &Expression) -> bool {
    is_called(expression)
        || expression.query().is_some_and(is_volatile)
        || expression.children().into_iter().any(depends_on_time)
}

fn is_called(expression: &Expression) -> bool {
    match &expression.kind {
        // a name that is computed may be any
        ExpressionKind::Function(call) if call.name.computed.is_some() => true,
        ExpressionKind::Function(call) => {
            let name = call.name.parts.last().map(|part| part.text.folded());
            name.is_some_and(|name| VOLATILE.contains(&name.as_str()))
        }
        ExpressionKind::Attribute { parts, .. } => {
            parts.len() == 1 && VOLATILE.contains(&parts[0].text.folded().as_str())
        }
        ExpressionKind::Literal(Literal::String(text)) => {
            VOLATILE_TEXTS.iter().any(|known| text.trim().eq_ignore_ascii_case(known))
        }
        _ => false,
    }
}
