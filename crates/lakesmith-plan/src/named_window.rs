//! The WINDOW clause: `OVER w` becomes the window that `w` names, before the query is resolved.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::expression::{Expression, ExpressionKind, NamePart, Window};
use lakesmith_unresolved::{Relation, RelationKind};

use crate::resolver::{Planned, Resolver};
use crate::scope::Scope;

impl Resolver<'_> {
    /// A query with a WINDOW clause.
    pub(crate) fn named_windows(
        &mut self,
        query: &Relation,
        windows: &[(NamePart, Window)],
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let windows = self.definitions(windows)?;
        let mut query = query.clone();
        replace(&mut query, &windows);
        self.relation(&query, outer)
    }

    /// What each name stands for.
    fn definitions(&mut self, written: &[(NamePart, Window)]) -> Option<Vec<(String, Window)>> {
        let named = |name: &NamePart| {
            let is_same = |(other, _): &&(NamePart, Window)| other.text.as_str() == name.text.as_str();
            written.iter().find(is_same).map(|(_, window)| window)
        };
        let mut windows: Vec<(String, Window)> = Vec::new();
        for (name, window) in written {
            let text = name.text.as_str();
            if windows.iter().any(|(known, _)| known == text) {
                let title = format!("WINDOW defines `{text}` twice");
                let condition = Condition::INVALID_SQL_SYNTAX_REPETITIVE_WINDOW_DEFINITION;
                return self.refuse(Diagnostic::error(condition, title), &name.origin, "second definition");
            }
            let meant = match &window.reference {
                None => Some(window),
                Some(other) => named(other).filter(|window| window.reference.is_none()),
            };
            let Some(meant) = meant else {
                let title = format!("window `{text}` is another name for what is no window of its own");
                let condition = Condition::INVALID_SQL_SYNTAX_INVALID_WINDOW_REFERENCE;
                return self.refuse(Diagnostic::error(condition, title), &name.origin, "");
            };
            windows.push((text.to_owned(), meant.clone()));
        }
        Some(windows)
    }

    /// Refuses a name that no WINDOW clause defines.
    pub(crate) fn no_such_window<T>(&mut self, name: &NamePart) -> Option<T> {
        let title = format!("window `{}` is not defined", name.text.as_str());
        let help = format!(
            "add `WINDOW {} AS (PARTITION BY … ORDER BY …)`; its name is compared with case",
            name.text.as_str()
        );
        let diagnostic = Diagnostic::error(Condition::MISSING_WINDOW_SPECIFICATION, title).help(help);
        self.refuse(diagnostic, &name.origin, "no such window")
    }
}

/// Puts windows in the place of their names in a query's SELECT list, QUALIFY and ORDER BY.
fn replace(relation: &mut Relation, windows: &[(String, Window)]) {
    let all = |expressions: &mut Vec<Expression>| expressions.iter_mut().for_each(|e| replace_in(e, windows));
    match relation.kind.as_mut() {
        RelationKind::Project { expressions, .. } => all(expressions),
        RelationKind::PipeOperator { arguments, .. } => all(arguments),
        RelationKind::Aggregate(aggregate) => {
            all(&mut aggregate.keys);
            all(&mut aggregate.outputs);
        }
        RelationKind::Having { input, condition } | RelationKind::Qualify { input, condition } => {
            replace_in(condition, windows);
            replace(input, windows);
        }
        RelationKind::Sort { input, orders, .. } => {
            orders.iter_mut().for_each(|order| replace_in(&mut order.child, windows));
            replace(input, windows);
        }
        RelationKind::Deduplicate { input, .. }
        | RelationKind::Hint { input, .. }
        | RelationKind::RepartitionByExpression { input, .. }
        | RelationKind::Limit { input, .. }
        | RelationKind::LimitAll { input }
        | RelationKind::Offset { input, .. } => replace(input, windows),
        _ => {}
    }
}

fn replace_in(expression: &mut Expression, windows: &[(String, Window)]) {
    expression.for_each_mut(&mut |part| {
        let ExpressionKind::Window { window, .. } = &mut part.kind else { return };
        let Some(name) = &window.reference else { return };
        if let Some((_, meant)) = windows.iter().find(|(known, _)| known == name.text.as_str()) {
            **window = meant.clone();
        }
    });
}
