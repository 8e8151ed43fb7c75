//! [`Selection`]: which datasets an update refreshes, and which it starts over.

use std::collections::HashSet;

use lakesmith_base::Identifier;
use lakesmith_graph::{DataflowGraph, Dataset, DatasetId};

/// What was asked for; names are known to be datasets of the graph.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only these.
    pub refresh: Vec<String>,
    /// These from the beginning.
    pub full_refresh: Vec<String>,
    /// All from the beginning.
    pub full_refresh_all: bool,
    /// `name`, with `+` before it what it reads, with `+` after it what reads it.
    pub select: Vec<String>,
}

/// The datasets of an update.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selected {
    pub refresh: HashSet<DatasetId>,
    pub full: HashSet<DatasetId>,
}

impl Selection {
    /// The datasets that are meant. A table with the property `pipelines.reset.allowed = false` is not started over by
    /// `--full-refresh-all`, but refreshed.
    pub(crate) fn resolve(&self, graph: &DataflowGraph) -> Selected {
        let all = || graph.datasets.iter().map(|dataset| dataset.id);
        let is_all = self.refresh.is_empty() && self.full_refresh.is_empty() && self.select.is_empty();
        let mut selected = Selected::default();
        if is_all {
            selected.refresh.extend(all());
        }
        for name in self.refresh.iter().chain(&self.full_refresh) {
            selected.refresh.extend(find(graph, name).map(|dataset| dataset.id));
        }
        for name in &self.full_refresh {
            selected.full.extend(find(graph, name).map(|dataset| dataset.id));
        }
        for written in &self.select {
            let written = written.trim();
            let name = written.trim_start_matches('+').trim_end_matches('+');
            let Some(dataset) = find(graph, name) else { continue };
            selected.refresh.insert(dataset.id);
            if written.starts_with('+') {
                selected.refresh.extend(reached(graph, dataset.id, upstream));
            }
            if written.ends_with('+') {
                selected.refresh.extend(reached(graph, dataset.id, downstream));
            }
        }
        if self.full_refresh_all {
            selected.full.extend(graph.datasets.iter().filter(|dataset| may_reset(dataset)).map(|dataset| dataset.id));
        }
        selected
    }
}

/// Whether a table may be started over: its property `pipelines.reset.allowed` does not say `false`.
pub fn may_reset(dataset: &Dataset) -> bool {
    !dataset.property("pipelines.reset.allowed").is_some_and(|value| value.eq_ignore_ascii_case("false"))
}

/// The dataset of a name of one to three parts.
pub fn find<'a>(graph: &'a DataflowGraph, name: &str) -> Option<&'a Dataset> {
    let parts: Vec<Identifier> = name.trim().split('.').map(|part| Identifier::new(part.trim_matches('`'))).collect();
    graph.datasets.iter().find(|dataset| dataset.name.parts().ends_with(&parts))
}

/// What a dataset's flows read.
pub(crate) fn upstream(graph: &DataflowGraph, id: DatasetId) -> Vec<DatasetId> {
    let read = graph.flows_into(id).flat_map(|flow| graph.edges_of(flow.id)).map(|edge| edge.dataset);
    read.chain(graph.dataset(id).quarantine_of()).collect()
}

fn downstream(graph: &DataflowGraph, id: DatasetId) -> Vec<DatasetId> {
    let readers = graph.edges.iter().filter(|edge| edge.dataset == id);
    readers.filter_map(|edge| graph.flow(edge.flow).target).collect()
}

fn reached(
    graph: &DataflowGraph,
    from: DatasetId,
    next: impl Fn(&DataflowGraph, DatasetId) -> Vec<DatasetId>,
) -> HashSet<DatasetId> {
    let mut seen = HashSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        open.extend(next(graph, id).into_iter().filter(|next| seen.insert(*next)));
    }
    seen
}
