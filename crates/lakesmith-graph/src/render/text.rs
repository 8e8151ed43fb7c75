//! The graph as text for a terminal: layer by layer, each dataset with its flows, what they read, and its expectations.

use std::fmt::Write;

use crate::dataset::Dataset;
use crate::flow::{Flow, FlowKind};
use crate::graph::DataflowGraph;
use crate::input::Defaults;

use super::layer::Layer;
use super::short;

/// The text form; within a layer datasets stand in the order of the graph. Ends with a newline unless the graph is empty.
pub fn text(graph: &DataflowGraph, defaults: &Defaults) -> String {
    let mut text = String::new();
    for layer in Layer::ALL {
        let in_order = graph.order.iter().map(|id| graph.dataset(*id));
        let datasets: Vec<&Dataset> = in_order.filter(|dataset| Layer::of(dataset) == layer).collect();
        if datasets.is_empty() {
            continue;
        }
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{}", layer.name());
        for dataset in datasets {
            let _ = writeln!(text, "  {}", heading(graph, dataset, defaults));
            for flow in graph.flows_into(dataset.id) {
                flow_lines(&mut text, graph, flow, defaults);
            }
        }
    }
    text
}

fn heading(graph: &DataflowGraph, dataset: &Dataset, defaults: &Defaults) -> String {
    let mut heading = format!("{}  {}", short(&dataset.name, defaults), dataset.kind.name());
    if let Some(of) = dataset.quarantine_of() {
        let _ = write!(heading, ", quarantine of {}", short(&graph.dataset(of).name, defaults));
    }
    match dataset.expectations().len() {
        0 => {}
        1 => heading.push_str(", 1 expectation"),
        count => {
            let _ = write!(heading, ", {count} expectations");
        }
    }
    heading
}

/// The flow's reads; its own name and kind where they are not already told by its dataset.
fn flow_lines(text: &mut String, graph: &DataflowGraph, flow: &Flow, defaults: &Defaults) {
    let is_plain = matches!(flow.kind, FlowKind::Append | FlowKind::Complete | FlowKind::View);
    let indent = if flow.implicit && is_plain {
        "    "
    } else {
        let kind = flow.kind.name();
        if flow.implicit {
            let _ = writeln!(text, "    {kind} flow");
        } else {
            let _ = writeln!(text, "    flow {} ({kind})", short(&flow.name, defaults));
        }
        "      "
    };
    let edges = graph
        .edges_of(flow.id)
        .map(|edge| (edge.span, edge.is_streaming, short(&graph.dataset(edge.dataset).name, defaults)));
    let external = graph.external_reads_of(flow.id).map(|read| (read.span, read.is_streaming, read.source.label()));
    let mut reads: Vec<_> = edges.chain(external).collect();
    reads.sort_by_key(|(span, _, _)| (span.source, span.start));
    let mut told: Vec<(bool, String)> = Vec::new();
    for (_, is_streaming, label) in reads {
        if !told.contains(&(is_streaming, label.clone())) {
            let _ = writeln!(text, "{indent}← {label}{}", if is_streaming { " (stream)" } else { "" });
            told.push((is_streaming, label));
        }
    }
}
