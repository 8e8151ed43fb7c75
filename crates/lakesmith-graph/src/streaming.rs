//! Which queries are streams: decided from reads, and carried through temporary views in the order of the graph.
//!
//! A read that is itself at fault (a batch read of a streaming view, say) does not count, so that one wrong word gives one
//! message. A query whose only evidence is such a read stays undecided.

use lakesmith_unresolved::pipeline::DatasetKind;

use crate::dataset::{Dataset, DatasetId};
use crate::flow::{Flow, FlowKind};
use crate::scope::WrittenRead;

/// A read of a flow, looked up.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowRead {
    /// As written.
    pub written: WrittenRead,
    /// The dataset; `None` for what the pipeline does not define.
    pub dataset: Option<DatasetId>,
    /// Whether nothing is known about it, because its definition could not be parsed.
    pub is_unparsed: bool,
    /// Read as a stream: STREAM was written, or AUTO CDC implies it.
    pub is_streaming: bool,
    /// What is wrong with it.
    pub fault: Option<ReadFault>,
}

/// What can be wrong with a read of a temporary view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFault {
    /// The view is a stream and is read without STREAM.
    BatchReadOfStream,
    /// The view is no stream and is read with STREAM.
    StreamReadOfBatch,
    /// A persisted view reads it.
    FromPersistedView,
}

/// The setting that turns the checks of reads of temporary views off.
const VIEW_CHECK: &str = "pipelines.incompatibleViewCheck.enabled";

/// Decides every flow and dataset, in `order`. `reads` are those of each flow.
pub fn decide(datasets: &mut [Dataset], flows: &mut [Flow], reads: &mut [Vec<FlowRead>], order: &[DatasetId]) {
    let mut writers: Vec<Vec<usize>> = vec![Vec::new(); datasets.len()];
    for flow in flows.iter() {
        if let Some(target) = flow.target {
            writers[target.0].push(flow.id.0);
        }
    }
    for id in order {
        for index in &writers[id.0] {
            flows[*index].is_streaming = decide_flow(&flows[*index], &mut reads[*index], datasets);
        }
        decide_dataset(*id, &writers[id.0], datasets, flows);
    }
    for flow in flows.iter_mut().filter(|flow| flow.target.is_none()) {
        flow.is_streaming = decide_flow(flow, &mut reads[flow.id.0], datasets);
    }
}

/// Whether a flow's query is a stream; marks reads that are at fault.
pub fn decide_flow(flow: &Flow, reads: &mut [FlowRead], datasets: &[Dataset]) -> Option<bool> {
    let checked = flow.settings.get(VIEW_CHECK).is_none_or(|value| !value.eq_ignore_ascii_case("false"));
    let persisted = flow.target.is_some_and(|target| datasets[target.0].kind == DatasetKind::PersistedView);
    let mut streams = false;
    let mut unknown = false;
    for read in reads {
        let view = read.dataset.map(|id| &datasets[id.0]).filter(|view| view.kind == DatasetKind::TemporaryView);
        let Some(view) = view else {
            streams |= read.is_streaming;
            unknown |= read.is_unparsed;
            continue;
        };
        read.fault = match view.is_streaming {
            _ if persisted => Some(ReadFault::FromPersistedView),
            Some(true) if checked && !read.is_streaming => Some(ReadFault::BatchReadOfStream),
            Some(false) if checked && read.is_streaming => Some(ReadFault::StreamReadOfBatch),
            _ => None,
        };
        match (read.fault, view.is_streaming) {
            (None, Some(is_streaming)) => streams |= is_streaming,
            _ => unknown = true,
        }
    }
    if streams { Some(true) } else { (!unknown).then_some(false) }
}

/// A view is a stream when its query is one; a table by its kind, which for a live table its flows decide.
fn decide_dataset(id: DatasetId, writers: &[usize], datasets: &mut [Dataset], flows: &mut [Flow]) {
    let dataset = &mut datasets[id.0];
    match dataset.kind {
        DatasetKind::TemporaryView | DatasetKind::PersistedView => {
            dataset.is_streaming = writers.first().and_then(|writer| flows[*writer].is_streaming);
        }
        DatasetKind::ByQuery => {
            let by_clause = writers.iter().any(|writer| flows[*writer].kind != FlowKind::Complete);
            let query = writers.iter().find(|writer| flows[**writer].kind == FlowKind::Complete);
            let is_streaming = match query {
                Some(query) => flows[*query].is_streaming,
                None => by_clause.then_some(true),
            };
            dataset.kind = match is_streaming {
                Some(true) => DatasetKind::StreamingTable,
                Some(false) => DatasetKind::MaterializedView,
                None => DatasetKind::ByQuery,
            };
            dataset.is_streaming = is_streaming;
            if is_streaming == Some(true) {
                for writer in writers
                    .iter()
                    .filter(|writer| flows[**writer].kind == FlowKind::Complete)
                    .copied()
                    .collect::<Vec<_>>()
                {
                    flows[writer].kind = FlowKind::Append;
                }
            }
        }
        DatasetKind::StreamingTable => dataset.is_streaming = Some(true),
        DatasetKind::MaterializedView => dataset.is_streaming = Some(false),
    }
}
