//! `event_log('pipeline')`, `event_log(TABLE(name))`: the events of a pipeline, or of one dataset and its flows.
//!
//! The catalog is asked for files of the format `event_log`. The path is the pipeline's id or name, or with the option
//! `of => table` the parts of the dataset's name, separated by NUL.

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::{FileInterface, RelationRequest};
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall, Name, SubqueryKind, SubqueryPlan};
use lakesmith_unresolved::{Literal, RelationKind};

use crate::resolver::{Planned, Resolver};

impl Resolver<'_> {
    /// The relation of a call of `event_log`.
    pub(crate) fn event_log(&mut self, call: &FunctionCall, is_streaming: bool, origin: &Origin) -> Option<Planned> {
        let subject = match call.arguments.as_slice() {
            [argument] => subject(argument),
            _ => None,
        };
        let Some((path, of)) = subject else {
            let title = "`event_log` takes the name of a pipeline, or a table: `event_log(TABLE(orders))`";
            let at = call.arguments.first().map_or(origin, |argument| &argument.origin);
            return self.refuse(Diagnostic::error(Condition::DATATYPE_MISMATCH, title), at, "");
        };
        let request = RelationRequest::Files {
            format: Some("event_log".to_owned()),
            schema: None,
            options: vec![("of".to_owned(), of.to_owned())],
            paths: vec![path],
            interface: FileInterface::Reader,
            is_streaming,
        };
        let source = self.source(request, origin, &QualifiedName::single("event_log"))?;
        self.scan(source.as_ref(), &[], origin)
    }
}

/// Whose events are meant, and what that is.
fn subject(argument: &Expression) -> Option<(String, &'static str)> {
    match &argument.kind {
        ExpressionKind::Literal(Literal::String(pipeline)) => Some((pipeline.clone(), "pipeline")),
        ExpressionKind::Subquery(subquery) => match (&subquery.kind, &subquery.query) {
            (SubqueryKind::TableArgument { .. }, SubqueryPlan::Inline(relation)) => match relation.kind.as_ref() {
                RelationKind::NamedTable { name, .. } => Some((joined(name)?, "table")),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn joined(name: &Name) -> Option<String> {
    let parts: Vec<String> = name.qualified()?.parts().iter().map(|part| part.as_str().to_owned()).collect();
    Some(parts.join("\0"))
}
