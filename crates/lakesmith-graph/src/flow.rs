//! [`Flow`]: a query that writes into a dataset.

use std::collections::BTreeMap;
use std::sync::Arc;

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::Span;
use lakesmith_unresolved::Relation;
use lakesmith_unresolved::pipeline::{AutoCdc, FlowBody};

use crate::dataset::DatasetId;
use crate::name::Namespace;

/// Values of SET statements by key, shared by the statements they hold for.
pub type Settings = Arc<BTreeMap<String, String>>;

/// The number of a flow in its graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlowId(pub(crate) usize);

/// A query that writes into a dataset, or that a view stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// Its number.
    pub id: FlowId,
    /// Its name: the dataset's for the flow of a CREATE statement with a query.
    pub name: QualifiedName,
    /// Where the name stands.
    pub name_span: Span,
    /// The dataset it writes into; `None` when nothing declares it.
    pub target: Option<DatasetId>,
    /// The target's full name.
    pub target_name: QualifiedName,
    /// Where the target's name stands.
    pub target_span: Span,
    /// How it writes.
    pub kind: FlowKind,
    /// Whether it stands in the CREATE statement of its target.
    pub implicit: bool,
    /// What it runs.
    pub source: FlowSource,
    /// Settings in force at the statement.
    pub settings: Settings,
    /// Names in force at the statement.
    pub namespace: Namespace,
    /// The statement.
    pub span: Span,
    /// Whether its query is a stream. `None` when faults hide it.
    pub is_streaming: Option<bool>,
}

/// How a flow writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlowKind {
    /// Appends what is new in its sources.
    Append,
    /// Appends once.
    Once,
    /// Replaces the rows that a condition selects.
    ReplaceWhere,
    /// Replaces everything.
    Complete,
    /// Applies change events.
    AutoCdc,
    /// Writes nothing: the query of a view.
    View,
}

impl FlowKind {
    /// A word or two, as output shows the kind.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Once => "append once",
            Self::ReplaceWhere => "replace where",
            Self::Complete => "complete",
            Self::AutoCdc => "auto cdc",
            Self::View => "view",
        }
    }
}

/// What a flow runs.
#[derive(Debug, Clone, PartialEq)]
pub enum FlowSource {
    /// The query of a CREATE statement.
    Query(Box<Relation>),
    /// The body of a flow.
    Body(Box<FlowBody>),
}

impl Flow {
    /// The query that gives its rows: of AUTO CDC the source.
    pub fn query(&self) -> Option<&Relation> {
        match &self.source {
            FlowSource::Query(query) => Some(query),
            FlowSource::Body(body) => match body.as_ref() {
                FlowBody::Append { query, .. } => Some(query),
                FlowBody::AutoCdc(cdc) => cdc.source.as_ref(),
            },
        }
    }

    /// The clauses of AUTO CDC.
    pub fn auto_cdc(&self) -> Option<&AutoCdc> {
        match &self.source {
            FlowSource::Body(body) => match body.as_ref() {
                FlowBody::AutoCdc(cdc) => Some(cdc),
                FlowBody::Append { .. } => None,
            },
            FlowSource::Query(_) => None,
        }
    }
}
