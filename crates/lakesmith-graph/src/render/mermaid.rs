//! The graph as a Mermaid flowchart (<https://mermaid.js.org/syntax/flowchart.html>).
//!
//! Ids are numbers with a letter before them, so that no name can be taken for a word of Mermaid. Solid arrows are streams,
//! dashed ones batch reads.

use std::collections::BTreeSet;
use std::fmt::Write;

use lakesmith_unresolved::pipeline::DatasetKind;

use crate::dataset::Dataset;
use crate::graph::DataflowGraph;
use crate::input::Defaults;

use super::layer::Layer;
use super::short;

const CLASSES: &str = "  classDef streamingTable fill:#dbeafe,stroke:#1d4ed8,color:#111
  classDef materializedView fill:#dcfce7,stroke:#15803d,color:#111
  classDef view fill:#f3f4f6,stroke:#6b7280,color:#111
  classDef quarantine fill:#fee2e2,stroke:#b91c1c,color:#111
  classDef source fill:#fef9c3,stroke:#a16207,color:#111
";

/// The Mermaid form.
pub fn mermaid(graph: &DataflowGraph, defaults: &Defaults) -> String {
    let mut text = String::from("flowchart LR\n");
    for layer in Layer::ALL {
        let datasets: Vec<&Dataset> = graph.datasets.iter().filter(|dataset| Layer::of(dataset) == layer).collect();
        if datasets.is_empty() {
            continue;
        }
        let boxed = layer != Layer::Other;
        if boxed {
            let _ = writeln!(text, "  subgraph {}", layer.name());
        }
        for dataset in datasets {
            let indent = if boxed { "    " } else { "  " };
            let label = escape(&short(&dataset.name, defaults));
            let _ = writeln!(text, "{indent}d{}[\"{label}\"]:::{}", dataset.id.0, class(dataset));
        }
        if boxed {
            text.push_str("  end\n");
        }
    }
    let mut arrows = BTreeSet::new();
    let mut sources: Vec<String> = Vec::new();
    for read in &graph.external_reads {
        let label = read.source.label();
        let number = sources.iter().position(|known| *known == label).unwrap_or_else(|| {
            let _ = writeln!(text, "  s{}([\"{}\"]):::source", sources.len(), escape(&label));
            sources.push(label);
            sources.len() - 1
        });
        if let Some(target) = graph.flow(read.flow).target {
            arrows.insert((format!("s{number}"), target.0, read.is_streaming));
        }
    }
    for edge in &graph.edges {
        if let Some(target) = graph.flow(edge.flow).target {
            arrows.insert((format!("d{}", edge.dataset.0), target.0, edge.is_streaming));
        }
    }
    for dataset in &graph.datasets {
        if let Some(of) = dataset.quarantine_of() {
            arrows.insert((format!("d{}", of.0), dataset.id.0, dataset.is_streaming == Some(true)));
        }
    }
    for (from, to, is_streaming) in arrows {
        let _ = writeln!(text, "  {from} {} d{to}", if is_streaming { "-->" } else { "-.->" });
    }
    text.push_str(CLASSES);
    text
}

const fn class(dataset: &Dataset) -> &'static str {
    match dataset.kind {
        _ if dataset.quarantine_of().is_some() => "quarantine",
        DatasetKind::StreamingTable => "streamingTable",
        DatasetKind::MaterializedView | DatasetKind::ByQuery => "materializedView",
        DatasetKind::TemporaryView | DatasetKind::PersistedView => "view",
    }
}

/// A label inside double quotes: characters that end it or mean markup are written as entities.
fn escape(label: &str) -> String {
    let mut escaped = String::new();
    for character in label.chars() {
        match character {
            '"' => escaped.push_str("#quot;"),
            '#' => escaped.push_str("#35;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '&' => escaped.push_str("#amp;"),
            '`' => escaped.push_str("#96;"),
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}
