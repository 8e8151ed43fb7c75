//! [`Dataset`]: a table or view that the pipeline makes.

use std::sync::Arc;

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::Span;
use lakesmith_unresolved::pipeline::{DatasetDefinition, DatasetKind, Expectation};

use crate::flow::Settings;
use crate::name::Namespace;

/// The number of a dataset in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DatasetId(pub(crate) usize);

/// A table or view that the pipeline makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Its number.
    pub id: DatasetId,
    /// Three parts; a temporary view's own name only.
    pub name: QualifiedName,
    /// Kind. [`DatasetKind::ByQuery`] stays only where faults keep it undecided.
    pub kind: DatasetKind,
    /// Why it is in the graph.
    pub origin: DatasetOrigin,
    /// Where its name stands.
    pub name_span: Span,
    /// The statement.
    pub span: Span,
    /// Names in force at the statement.
    pub namespace: Namespace,
    /// Settings in force at the statement.
    pub settings: Settings,
    /// Whether a temporary view's query is a stream; whether a table is a streaming table. `None` when faults hide it.
    pub is_streaming: Option<bool>,
}

/// Why a dataset is in the graph.
#[derive(Debug, Clone, PartialEq)]
pub enum DatasetOrigin {
    /// A CREATE statement.
    Declared(Arc<DatasetDefinition>),
    /// Expectations that quarantine rows of another dataset.
    Quarantine {
        /// The dataset whose rows it takes.
        of: DatasetId,
    },
    /// An AUTO CDC flow into a name that no statement declares.
    Implied,
}

impl Dataset {
    /// The CREATE statement, where there is one.
    pub fn definition(&self) -> Option<&DatasetDefinition> {
        match &self.origin {
            DatasetOrigin::Declared(definition) => Some(definition),
            DatasetOrigin::Quarantine { .. } | DatasetOrigin::Implied => None,
        }
    }

    /// Its expectations, in order.
    pub fn expectations(&self) -> &[Expectation] {
        self.definition().map_or(&[], |definition| &definition.expectations)
    }

    /// The dataset whose rows this one quarantines.
    pub const fn quarantine_of(&self) -> Option<DatasetId> {
        match &self.origin {
            DatasetOrigin::Quarantine { of } => Some(*of),
            DatasetOrigin::Declared(_) | DatasetOrigin::Implied => None,
        }
    }

    /// Whether it is stored as a table.
    pub const fn is_table(&self) -> bool {
        !matches!(self.kind, DatasetKind::TemporaryView | DatasetKind::PersistedView)
    }

    /// The value of a table property, by its key without regard to case.
    pub fn property(&self, key: &str) -> Option<&str> {
        let properties = &self.definition()?.clauses.properties;
        properties.iter().find(|(name, _, _)| name.eq_ignore_ascii_case(key)).map(|(_, value, _)| value.as_str())
    }

    /// Kind and name as messages show them.
    pub(crate) fn title(&self) -> String {
        format!("{} `{}`", self.kind.name(), self.name.last().as_str())
    }
}
