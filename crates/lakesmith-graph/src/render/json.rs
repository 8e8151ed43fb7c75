//! The graph as JSON. The names of its fields are stable: fields may be added, none is renamed or removed.

use lakesmith_diagnostic::{SourceMap, Span};
use lakesmith_unresolved::pipeline::ViolationAction;
use serde::Serialize;

use crate::dataset::Dataset;
use crate::flow::Flow;
use crate::graph::DataflowGraph;
use crate::read::ExternalSource;

use super::layer::Layer;

/// The whole graph.
#[derive(Debug, Clone, Serialize)]
pub struct JsonGraph {
    /// Datasets, each after those it reads.
    pub datasets: Vec<JsonDataset>,
    /// Flows, in the order of their definitions.
    pub flows: Vec<JsonFlow>,
}

/// A dataset.
#[derive(Debug, Clone, Serialize)]
pub struct JsonDataset {
    /// Full name.
    pub name: String,
    /// `streaming table`, `materialized view`, `temporary view`, `view`, or `live table` while undecided.
    pub kind: &'static str,
    /// `bronze`, `silver`, `gold` or `other`.
    pub layer: &'static str,
    /// Where its name stands.
    pub place: JsonPlace,
    /// Its COMMENT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// For a quarantine table the dataset whose rows it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantine_of: Option<String>,
    /// Expectations, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expectations: Vec<JsonExpectation>,
}

/// An expectation.
#[derive(Debug, Clone, Serialize)]
pub struct JsonExpectation {
    /// Name.
    pub name: String,
    /// The condition's text.
    pub condition: String,
    /// `keep`, `drop row`, `fail update` or `quarantine`.
    pub on_violation: &'static str,
    /// Where it stands.
    pub place: JsonPlace,
}

/// A flow.
#[derive(Debug, Clone, Serialize)]
pub struct JsonFlow {
    /// Full name.
    pub name: String,
    /// Full name of the dataset it writes into.
    pub target: String,
    /// `append`, `append once`, `replace where`, `complete`, `auto cdc` or `view`.
    pub kind: &'static str,
    /// Whether its query is a stream; `null` when faults hide it.
    pub streaming: Option<bool>,
    /// Where its name stands.
    pub place: JsonPlace,
    /// What it reads, by place.
    pub reads: Vec<JsonRead>,
}

/// A read of a flow.
#[derive(Debug, Clone, Serialize)]
pub struct JsonRead {
    /// `dataset`, `table`, `files` or `event log`.
    pub kind: &'static str,
    /// Full name of a dataset or table, path of files, argument of an event log; `null` where it is not a constant.
    pub name: Option<String>,
    /// Format of files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Whether it is read as a stream.
    pub streaming: bool,
    /// Where it stands.
    pub place: JsonPlace,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JsonPlace {
    /// Path of the file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// The JSON form as text, indented, without a newline at its end.
///
/// # Errors
/// Only when a serializer fails, which no value of these types makes it do.
pub fn json(graph: &DataflowGraph, sources: &SourceMap) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&to_json(graph, sources))
}

/// The JSON form as values. `sources` is the map that the statements' spans refer to.
pub fn to_json(graph: &DataflowGraph, sources: &SourceMap) -> JsonGraph {
    let datasets = graph.order.iter().map(|id| dataset(graph, graph.dataset(*id), sources)).collect();
    JsonGraph { datasets, flows: graph.flows.iter().map(|found| flow(graph, found, sources)).collect() }
}

fn dataset(graph: &DataflowGraph, dataset: &Dataset, sources: &SourceMap) -> JsonDataset {
    let expectations = dataset.expectations().iter().map(|expectation| JsonExpectation {
        name: expectation.name.text.as_str().into(),
        condition: expectation.text.clone(),
        on_violation: match expectation.on_violation {
            ViolationAction::Keep => "keep",
            ViolationAction::DropRow => "drop row",
            ViolationAction::FailUpdate => "fail update",
            ViolationAction::Quarantine { .. } => "quarantine",
        },
        place: place(sources, expectation.span),
    });
    JsonDataset {
        name: dataset.name.to_string(),
        kind: dataset.kind.name(),
        layer: Layer::of(dataset).name(),
        place: place(sources, dataset.name_span),
        comment: dataset.definition().and_then(|definition| definition.clauses.comment.clone()),
        quarantine_of: dataset.quarantine_of().map(|of| graph.dataset(of).name.to_string()),
        expectations: expectations.collect(),
    }
}

fn flow(graph: &DataflowGraph, flow: &Flow, sources: &SourceMap) -> JsonFlow {
    let edges = graph.edges_of(flow.id).map(|edge| {
        let name = Some(graph.dataset(edge.dataset).name.to_string());
        (
            edge.span,
            JsonRead {
                kind: "dataset",
                name,
                format: None,
                streaming: edge.is_streaming,
                place: place(sources, edge.span),
            },
        )
    });
    let external = graph.external_reads_of(flow.id).map(|read| {
        let (kind, name, format) = match &read.source {
            ExternalSource::Table(name) => ("table", Some(name.to_string()), None),
            ExternalSource::Files(files) => ("files", files.path.clone(), files.format.clone()),
            ExternalSource::EventLog(argument) => ("event log", argument.clone(), None),
            ExternalSource::Service(function) => ("service", Some(function.clone()), None),
        };
        (read.span, JsonRead { kind, name, format, streaming: read.is_streaming, place: place(sources, read.span) })
    });
    let mut reads: Vec<(Span, JsonRead)> = edges.chain(external).collect();
    reads.sort_by_key(|(span, _)| (span.source, span.start));
    JsonFlow {
        name: flow.name.to_string(),
        target: flow.target_name.to_string(),
        kind: flow.kind.name(),
        streaming: flow.is_streaming,
        place: place(sources, flow.name_span),
        reads: reads.into_iter().map(|(_, read)| read).collect(),
    }
}

fn place(sources: &SourceMap, span: Span) -> JsonPlace {
    let span = sources.outer(span);
    let source = sources.source(span.source);
    let (line, column) = source.line_column(span.start);
    JsonPlace { file: source.name.to_string(), line, column }
}
