//! [`Trouble`]: why a statement was not carried out, before it is known which texts its places point into.

use lakesmith_diagnostic::{Condition, Diagnostic, Origin, SourceMap};
use lakesmith_engine::{EngineError, ErrorKind};
use lakesmith_unresolved::Name;

use crate::catalog::Lack;
use crate::result::QueryError;

/// Why a statement was not carried out.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The statement is wrong; all that could be found.
    Wrong(Vec<Diagnostic>),
    /// Reading, computing or writing failed.
    Failed(Box<EngineError>),
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl From<Diagnostic> for Trouble {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Wrong(vec![diagnostic])
    }
}

impl From<QueryError> for Trouble {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Wrong { diagnostics, .. } => Self::Wrong(diagnostics),
            QueryError::Failed(error) => Self::Failed(error),
        }
    }
}

impl From<Lack> for Trouble {
    fn from(lack: Lack) -> Self {
        match lack {
            Lack::Absent => Diagnostic::error(Condition::TABLE_OR_VIEW_NOT_FOUND, "there is no such table").into(),
            Lack::Refused(diagnostic) => (*diagnostic).into(),
            Lack::Misused(faults) => Self::Wrong(faults.into_iter().map(|(_, diagnostic)| diagnostic).collect()),
            Lack::Failed(error) => error.into(),
        }
    }
}

impl Trouble {
    /// The error of a statement at `origin`; a fault without a place is one of the whole statement.
    pub fn of_statement(self, sources: &SourceMap, origin: &Origin) -> QueryError {
        let placed = |diagnostic: Diagnostic| match origin.span() {
            Some(span) if diagnostic.primary.is_none() => diagnostic.at(span, ""),
            _ => diagnostic,
        };
        match self {
            Self::Wrong(diagnostics) => {
                let diagnostics = diagnostics.into_iter().map(placed).collect();
                QueryError::Wrong { sources: sources.clone(), diagnostics }
            }
            Self::Failed(error) => QueryError::Failed(error),
        }
    }
}

/// What a statement gives that has no rows to give, or why not.
pub(crate) type Done<T = ()> = Result<T, Trouble>;

/// A fault at a name.
pub(crate) fn fault(condition: Condition, title: impl Into<String>, name: &Name) -> Diagnostic {
    placed(Diagnostic::error(condition, title), &name.origin)
}

/// A fault with its place, where that is known.
pub(crate) fn placed(diagnostic: Diagnostic, origin: &Origin) -> Diagnostic {
    match origin.span() {
        Some(span) => diagnostic.at(span, ""),
        None => diagnostic,
    }
}

/// The refusal of what is not built.
pub(crate) fn not_built(what: &str) -> Diagnostic {
    Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, format!("{what} is not built yet"))
}

/// The fault that someone else was first, where an object was to be made; any other error as it is.
pub(crate) fn taken(error: EngineError, otherwise: impl FnOnce() -> Diagnostic) -> Trouble {
    if error.kind == ErrorKind::Conflict { otherwise().into() } else { error.into() }
}
