//! [`DataflowGraph`] and [`build`], which makes one of statements.

use std::collections::{HashMap, HashSet};

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::Diagnostic;

use crate::check;
use crate::collect::{Collected, collect};
use crate::dataset::{Dataset, DatasetId};
use crate::flow::{Flow, FlowId, FlowKind};
use crate::input::GraphInput;
use crate::order::{self, Link};
use crate::read::{Edge, ExternalRead, ExternalSource, FileRead};
use crate::scope::{WrittenRead, WrittenTarget, reads};
use crate::streaming::{self, FlowRead};

/// Datasets, flows and reads of a pipeline. Ids index into the graph that gave them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DataflowGraph {
    /// Datasets, each name once, in the order of their definitions.
    pub datasets: Vec<Dataset>,
    /// Flows, in the order of their definitions.
    pub flows: Vec<Flow>,
    /// Reads of datasets, by flow and place.
    pub edges: Vec<Edge>,
    /// Reads of anything else, by flow and place.
    pub external_reads: Vec<ExternalRead>,
    /// All datasets, each after those it reads; reads that are part of a circle are left out of account.
    pub order: Vec<DatasetId>,
    pub(crate) by_name: HashMap<QualifiedName, DatasetId>,
}

impl DataflowGraph {
    /// The dataset with this id of this graph.
    pub fn dataset(&self, id: DatasetId) -> &Dataset {
        &self.datasets[id.0]
    }

    /// The flow with this id of this graph.
    pub fn flow(&self, id: FlowId) -> &Flow {
        &self.flows[id.0]
    }

    /// The dataset of a full name, or the temporary view of a single-part name.
    pub fn find(&self, name: &QualifiedName) -> Option<&Dataset> {
        self.by_name.get(name).map(|id| self.dataset(*id))
    }

    /// The flows that write into a dataset, or the query of a view.
    pub fn flows_into(&self, dataset: DatasetId) -> impl Iterator<Item = &Flow> {
        self.flows.iter().filter(move |flow| flow.target == Some(dataset))
    }

    /// A flow's reads of datasets.
    pub fn edges_of(&self, flow: FlowId) -> impl Iterator<Item = &Edge> {
        let first = self.edges.partition_point(|edge| edge.flow < flow);
        self.edges[first..].iter().take_while(move |edge| edge.flow == flow)
    }

    /// A flow's reads of anything else.
    pub fn external_reads_of(&self, flow: FlowId) -> impl Iterator<Item = &ExternalRead> {
        let first = self.external_reads.partition_point(|read| read.flow < flow);
        self.external_reads[first..].iter().take_while(move |read| read.flow == flow)
    }
}

/// What the checks see: the graph under construction and what does not become part of it.
pub(crate) struct Draft<'a> {
    pub(crate) input: &'a GraphInput,
    pub(crate) collected: Collected,
    /// Reads of `collected.flows`.
    pub(crate) reads: Vec<Vec<FlowRead>>,
    /// Reads of `collected.repeated_flows`.
    pub(crate) repeated_reads: Vec<Vec<FlowRead>>,
    pub(crate) circles: Vec<Vec<Link>>,
    unparsed: HashSet<QualifiedName>,
}

impl Draft<'_> {
    /// Whether a statement that could not be parsed defines or writes to this name.
    pub(crate) fn is_unparsed(&self, name: &QualifiedName) -> bool {
        self.unparsed.contains(name)
    }
}

/// Builds the graph and finds all faults that need no schema. Never fails; the faults are in no particular order.
pub fn build(input: &GraphInput) -> (DataflowGraph, Vec<Diagnostic>) {
    let home = crate::name::Namespace::new(&input.defaults);
    let unparsed = input.unparsed.iter().flat_map(|name| [name.clone(), home.qualify(name)]).collect();
    let collected = collect(input);
    let mut draft =
        Draft { input, collected, reads: Vec::new(), repeated_reads: Vec::new(), circles: Vec::new(), unparsed };
    draft.reads = draft.collected.flows.iter().map(|flow| draft.look_up(flow)).collect();
    draft.repeated_reads = draft.collected.repeated_flows.iter().map(|flow| draft.look_up(flow)).collect();
    let (order, circles) = order::sort(draft.collected.datasets.len(), &draft.links());
    draft.circles = circles;
    let order: Vec<DatasetId> = order.into_iter().map(DatasetId).collect();
    let Collected { datasets, flows, .. } = &mut draft.collected;
    streaming::decide(datasets, flows, &mut draft.reads, &order);
    for (flow, reads) in draft.collected.repeated_flows.iter_mut().zip(&mut draft.repeated_reads) {
        flow.is_streaming = streaming::decide_flow(flow, reads, &draft.collected.datasets);
    }
    decide_quarantine_tables(&mut draft.collected.datasets);
    let diagnostics = check::all(&mut draft);
    (draft.finish(order), diagnostics)
}

/// A quarantine table is of the kind of the table whose rows it takes.
fn decide_quarantine_tables(datasets: &mut [Dataset]) {
    for index in 0..datasets.len() {
        if let Some(of) = datasets[index].quarantine_of() {
            (datasets[index].kind, datasets[index].is_streaming) = (datasets[of.0].kind, datasets[of.0].is_streaming);
        }
    }
}

impl Draft<'_> {
    fn look_up(&self, flow: &Flow) -> Vec<FlowRead> {
        let Some(query) = flow.query() else { return Vec::new() };
        let written = reads(query, flow.span);
        let from_snapshot = flow.auto_cdc().is_some_and(|cdc| cdc.from_snapshot || cdc.once);
        let implied = flow.kind == FlowKind::AutoCdc && !from_snapshot && !written.iter().any(|read| read.is_streaming);
        written.into_iter().map(|read| self.look_up_read(flow, read, implied)).collect()
    }

    fn look_up_read(&self, flow: &Flow, written: WrittenRead, implied: bool) -> FlowRead {
        let is_streaming = written.is_streaming || implied;
        let (mut dataset, mut is_unparsed) = (None, false);
        if let WrittenTarget::Table(name) = &written.target {
            dataset = self.collected.find(name, &flow.namespace);
            let (own, _) = crate::name::without_live(name);
            is_unparsed = dataset.is_none()
                && (self.is_unparsed(&flow.namespace.qualify(&own))
                    || (own.parts().len() == 1 && self.is_unparsed(&own)));
        }
        FlowRead { written, dataset, is_unparsed, is_streaming, fault: None }
    }

    /// What must come before what: the reads, and a table before its quarantine table.
    fn links(&self) -> Vec<Link> {
        let flows = self.collected.flows.iter().zip(&self.reads);
        let reads = flows.filter_map(|(flow, reads)| Some((flow.target?, reads))).flat_map(|(target, reads)| {
            let found = reads.iter().filter_map(move |read| Some((read.dataset?, read.written.span)));
            found.map(move |(dataset, span)| Link { read: dataset.0, reader: target.0, span })
        });
        let quarantines = self.collected.datasets.iter().filter_map(|dataset| {
            let of = dataset.quarantine_of()?;
            Some(Link { read: of.0, reader: dataset.id.0, span: dataset.name_span })
        });
        reads.chain(quarantines).collect()
    }

    fn finish(self, order: Vec<DatasetId>) -> DataflowGraph {
        let mut graph = DataflowGraph { order, ..DataflowGraph::default() };
        for (flow, reads) in self.collected.flows.iter().zip(self.reads) {
            for read in reads {
                let span = read.written.span;
                match read.dataset {
                    Some(dataset) => {
                        graph.edges.push(Edge { flow: flow.id, dataset, is_streaming: read.is_streaming, span });
                    }
                    None if read.is_unparsed => {}
                    None => graph.external_reads.push(ExternalRead {
                        flow: flow.id,
                        source: external(read.written.target, flow),
                        is_streaming: read.is_streaming,
                        span,
                    }),
                }
            }
        }
        graph.datasets = self.collected.datasets;
        graph.flows = self.collected.flows;
        graph.by_name = self.collected.by_name;
        graph
    }
}

/// Formats that stand before a path in `` json.`path` ``.
const FORMATS: [&str; 8] = ["json", "csv", "parquet", "text", "binaryfile", "avro", "orc", "delta"];

fn external(target: WrittenTarget, flow: &Flow) -> ExternalSource {
    let name = match target {
        WrittenTarget::Source(source) => return source,
        WrittenTarget::Table(name) => name,
    };
    if let [format, path] = name.parts()
        && FORMATS.iter().any(|known| format.matches(known))
    {
        let format = format.folded();
        return ExternalSource::Files(FileRead {
            function: format.clone(),
            path: Some(path.as_str().into()),
            format: Some(format),
        });
    }
    ExternalSource::Table(flow.namespace.qualify(&crate::name::without_live(&name).0))
}

#[cfg(test)]
mod tests;
