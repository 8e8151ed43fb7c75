//! The fingerprint of a flow: what decides its rows, apart from its sources.

use std::collections::HashSet;

use lakesmith_base::Fingerprint;
use lakesmith_graph::{Dataset, Flow, FlowId};

use crate::analysis::Analysis;
use crate::pipeline::Pipeline;

/// A digest of a flow's query, of the views it reads through, of settings, expectations and the target's columns.
pub(crate) fn of(pipeline: &Pipeline, analysis: &Analysis, flow: &Flow, dataset: &Dataset) -> String {
    let graph = &pipeline.graph;
    let mut digest = Fingerprint::new();
    let mut open = vec![flow];
    let mut seen: HashSet<FlowId> = HashSet::new();
    while let Some(flow) = open.pop() {
        if !seen.insert(flow.id) {
            continue;
        }
        digest = digest.with(&without_places(&format!("{:?} {:?}", flow.source, flow.namespace)));
        let rules = pipeline.rules(&flow.settings).unwrap_or_default().fingerprint();
        if !rules.is_empty() {
            digest = digest.with(&rules);
        }
        digest = flow.settings.iter().fold(digest, |digest, (key, value)| digest.with(key).with(value));
        let views = graph.edges_of(flow.id).map(|edge| graph.dataset(edge.dataset)).filter(|read| !read.is_table());
        for view in views {
            digest = digest.with(&without_places(&format!("{:?}", view.expectations())));
            open.extend(graph.flows_into(view.id));
        }
    }
    digest = digest.with(&without_places(&format!("{:?}", dataset.expectations())));
    if let Some(target) = analysis.targets.get(&dataset.id) {
        digest = digest.with(&format!("{:?} {:?}", target.schema, target.partition_columns));
    }
    digest.to_string()
}

/// The debug form of a part of a query without the places it stands at, so that moving a statement changes nothing.
fn without_places(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("Span {") {
        kept.push_str(&rest[..at]);
        let tail = &rest[at..];
        rest = tail.find('}').map_or("", |end| &tail[end + 1..]);
    }
    kept.push_str(rest);
    kept
}
