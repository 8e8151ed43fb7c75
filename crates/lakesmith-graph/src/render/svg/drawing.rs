//! [`Drawing`]: the graph as cards and links between them, before anything has a place.
//!
//! A card is a dataset or something that the pipeline reads; a link ends at the row of the flow that reads.

use std::collections::{BTreeSet, HashMap};

use lakesmith_diagnostic::render::printable;
use lakesmith_unresolved::pipeline::DatasetKind;

use crate::dataset::{Dataset, DatasetId};
use crate::flow::{Flow, FlowId, FlowKind};
use crate::graph::DataflowGraph;
use crate::input::Defaults;
use crate::read::ExternalSource;
use crate::render::layer::Layer;
use crate::render::short;

/// Height of a card's upper part, with its name and kind.
pub(super) const HEAD: f64 = 46.0;
/// Height of the row of a flow.
pub(super) const ROW: f64 = 21.0;
/// Most characters of a name that are shown; the whole name is the card's tooltip.
const LONGEST: usize = 38;

/// Cards in an order in which each stands after those it reads, unless they read each other in a circle.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    pub(super) cards: Vec<Card>,
    pub(super) links: BTreeSet<Link>,
}

/// A box with a name.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) icon: Icon,
    pub(super) tint: Tint,
    /// As much of the name as is shown.
    pub(super) name: String,
    /// The line below the name.
    pub(super) detail: String,
    /// What is shown where the pointer rests.
    pub(super) tooltip: String,
    /// Flows that have a name or a kind of their own.
    pub(super) rows: Vec<Row>,
}

/// A flow in its target's card.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) kind: &'static str,
}

/// What a card's sign says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Icon {
    StreamingTable,
    MaterializedView,
    View,
    Files,
    Table,
}

/// What a card's colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tint {
    Source,
    Bronze,
    Silver,
    Gold,
    Other,
    Quarantine,
}

/// An arrow. Cards are numbers in [`Drawing::cards`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The row of the reading flow; `None` at the card's upper part.
    pub(super) row: Option<usize>,
    pub(super) is_streaming: bool,
}

impl Card {
    pub(super) fn height(&self) -> f64 {
        let rows = f64::from(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        if self.rows.is_empty() { HEAD } else { HEAD + rows * ROW + 5.0 }
    }

    /// Where a link leaves or enters, from the card's upper edge.
    pub(super) fn port(&self, row: Option<usize>) -> f64 {
        match row.and_then(|row| u32::try_from(row).ok()) {
            Some(row) => HEAD + f64::from(row) * ROW + ROW / 2.0,
            None => HEAD / 2.0,
        }
    }
}

impl Link {
    /// Whether it runs against the order of the cards, as one link of every circle does.
    pub(super) const fn is_backward(&self) -> bool {
        self.from >= self.to
    }
}

impl Drawing {
    /// The cards and links of a graph.
    pub(super) fn of(graph: &DataflowGraph, defaults: &Defaults) -> Self {
        let mut drawing = Self::default();
        let mut sources: HashMap<String, usize> = HashMap::new();
        let mut source_of = Vec::new();
        for read in graph.external_reads.iter().filter(|read| graph.flow(read.flow).target.is_some()) {
            let number = *sources.entry(read.source.label()).or_insert_with(|| {
                drawing.cards.push(source_card(&read.source, defaults));
                drawing.cards.len() - 1
            });
            source_of.push((read.flow, number, read.is_streaming));
        }
        let first = drawing.cards.len();
        let mut place: HashMap<DatasetId, usize> = HashMap::new();
        let mut row_of: HashMap<FlowId, usize> = HashMap::new();
        for (number, id) in graph.order.iter().enumerate() {
            place.insert(*id, first + number);
            drawing.cards.push(dataset_card(graph, graph.dataset(*id), defaults, &mut row_of));
        }
        let target = |flow: FlowId| graph.flow(flow).target.and_then(|target| place.get(&target).copied());
        let read_datasets = graph
            .edges
            .iter()
            .filter_map(|edge| place.get(&edge.dataset).map(|from| (edge.flow, *from, edge.is_streaming)));
        for (flow, from, is_streaming) in source_of.into_iter().chain(read_datasets) {
            if let Some(to) = target(flow) {
                drawing.links.insert(Link { from, to, row: row_of.get(&flow).copied(), is_streaming });
            }
        }
        for dataset in &graph.datasets {
            if let Some((from, to)) = dataset.quarantine_of().and_then(|of| place.get(&of)).zip(place.get(&dataset.id))
            {
                let is_streaming = dataset.is_streaming == Some(true);
                drawing.links.insert(Link { from: *from, to: *to, row: None, is_streaming });
            }
        }
        drawing
    }
}

fn source_card(source: &ExternalSource, defaults: &Defaults) -> Card {
    let (icon, name, detail) = match source {
        ExternalSource::Table(name) => (Icon::Table, short(name, defaults), "table".to_owned()),
        ExternalSource::EventLog(argument) => {
            (Icon::Table, argument.clone().unwrap_or_else(|| "…".to_owned()), "event log".to_owned())
        }
        ExternalSource::Service(function) => (Icon::Table, function.clone(), "service".to_owned()),
        ExternalSource::Files(files) => {
            let detail = files.format.as_ref().map_or("files".to_owned(), |format| format!("{format} files"));
            (Icon::Files, files.path.clone().unwrap_or_else(|| "…".to_owned()), detail)
        }
    };
    let name = printable(&name);
    let tooltip = format!("{detail} {name}");
    Card { icon, tint: Tint::Source, name: ending(&name), detail, tooltip, rows: Vec::new() }
}

fn dataset_card(
    graph: &DataflowGraph,
    dataset: &Dataset,
    defaults: &Defaults,
    row_of: &mut HashMap<FlowId, usize>,
) -> Card {
    let icon = match dataset.kind {
        DatasetKind::StreamingTable => Icon::StreamingTable,
        DatasetKind::MaterializedView | DatasetKind::ByQuery => Icon::MaterializedView,
        DatasetKind::TemporaryView | DatasetKind::PersistedView => Icon::View,
    };
    let (layer, tint) = match Layer::of(dataset) {
        Layer::Bronze => ("bronze ", Tint::Bronze),
        Layer::Silver => ("silver ", Tint::Silver),
        Layer::Gold => ("gold ", Tint::Gold),
        Layer::Other => ("", Tint::Other),
    };
    let mut detail = format!("{layer}{}", dataset.kind.name());
    match dataset.expectations().len() {
        0 => {}
        1 => detail.push_str(" · 1 expectation"),
        count => detail.push_str(&format!(" · {count} expectations")),
    }
    let is_quarantine = dataset.quarantine_of().is_some();
    if is_quarantine {
        detail = "quarantined rows".to_owned();
    }
    let mut rows = Vec::new();
    for flow in graph.flows_into(dataset.id).filter(|flow| has_row(flow)) {
        row_of.insert(flow.id, rows.len());
        rows.push(Row { name: middle(&printable(flow.name.last().as_str())), kind: flow.kind.name() });
    }
    let name = printable(&short(&dataset.name, defaults));
    let mut tooltip = format!("{detail} {}", printable(&dataset.name.to_string()));
    if let Some(comment) = dataset.definition().and_then(|definition| definition.clauses.comment.as_deref()) {
        tooltip = format!("{tooltip}\n{}", printable(comment));
    }
    let tint = if is_quarantine { Tint::Quarantine } else { tint };
    Card { icon, tint, name: middle(&name), detail, tooltip, rows }
}

/// Whether a flow says more than its dataset does.
const fn has_row(flow: &Flow) -> bool {
    !(flow.implicit && matches!(flow.kind, FlowKind::Append | FlowKind::Complete | FlowKind::View))
}

/// The end of a long text, which tells paths apart.
fn ending(text: &str) -> String {
    let count = text.chars().count();
    if count <= LONGEST {
        return text.to_owned();
    }
    std::iter::once('…').chain(text.chars().skip(count - LONGEST + 1)).collect()
}

/// Both ends of a long text, which tell names apart.
fn middle(text: &str) -> String {
    let count = text.chars().count();
    if count <= LONGEST {
        return text.to_owned();
    }
    let half = LONGEST / 2;
    text.chars().take(half).chain(std::iter::once('…')).chain(text.chars().skip(count + half + 1 - LONGEST)).collect()
}
