//! What flows write into: missing targets, repeated flow names, several queries of one view, tables that nothing fills.

use std::collections::HashMap;

use lakesmith_base::QualifiedName;
use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::pipeline::DatasetKind;

use crate::dataset::{Dataset, DatasetOrigin};
use crate::flow::{Flow, FlowKind};
use crate::graph::Draft;

pub fn check(draft: &Draft<'_>, diagnostics: &mut Vec<Diagnostic>) {
    undeclared(draft, diagnostics);
    repeated_names(draft, diagnostics);
    let mut writers: Vec<Vec<&Flow>> = vec![Vec::new(); draft.collected.datasets.len()];
    for flow in &draft.collected.flows {
        if let Some(target) = flow.target {
            writers[target.0].push(flow);
        }
    }
    for (dataset, writers) in draft.collected.datasets.iter().zip(&writers) {
        unsuitable(dataset, writers, diagnostics);
        if writers.is_empty() && !draft.is_unparsed(&dataset.name) {
            unfilled(dataset, diagnostics);
        }
    }
}

/// Flows into names that no statement declares: one message for each name.
fn undeclared(draft: &Draft<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut missing: Vec<(&QualifiedName, Vec<&Flow>)> = Vec::new();
    for flow in draft.collected.flows.iter().filter(|flow| flow.target.is_none()) {
        if draft.is_unparsed(&flow.target_name) {
            continue;
        }
        match missing.iter_mut().find(|(name, _)| **name == flow.target_name) {
            Some((_, flows)) => flows.push(flow),
            None => missing.push((&flow.target_name, vec![flow])),
        }
    }
    for (name, flows) in missing {
        let own = name.last().as_str();
        let mut diagnostic = Diagnostic::error(
            Condition::LAKESMITH_UNDECLARED_TARGET,
            format!("flow `{}` writes into `{own}`, which no statement declares", flows[0].name.last().as_str()),
        )
        .at(flows[0].target_span, "not declared");
        for flow in &flows[1..] {
            diagnostic = diagnostic.also(flow.target_span, "the same name");
        }
        let tables = draft.collected.datasets.iter().filter(|dataset| dataset.kind == DatasetKind::StreamingTable);
        let names = tables.map(|dataset| dataset.name.last().as_str());
        let similar: Vec<String> = closest(own, names, 3).into_iter().map(|name| format!("`{name}`")).collect();
        if !similar.is_empty() {
            diagnostic = diagnostic.help(format!("streaming tables with a similar name: {}", similar.join(", ")));
        }
        diagnostics.push(diagnostic.help(format!("declare it: `CREATE OR REFRESH STREAMING TABLE {own};`")));
    }
}

/// Later flows of a name. Flows of datasets that are themselves repeated are not told again.
fn repeated_names(draft: &Draft<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut first: HashMap<&QualifiedName, &Flow> = HashMap::new();
    // The flow of a CREATE statement is first wherever it stands: its name is the dataset's.
    let implicit = draft.collected.flows.iter().filter(|flow| flow.implicit);
    for flow in implicit.chain(draft.collected.flows.iter().filter(|flow| !flow.implicit)) {
        let Some(other) = first.get(&flow.name) else {
            first.insert(&flow.name, flow);
            continue;
        };
        if is_second_query(draft, flow) {
            continue;
        }
        let own = flow.name.last().as_str();
        let diagnostic = if other.implicit && other.target == flow.target {
            Diagnostic::error(
                Condition::STREAMING_TABLE_WITH_QUERY_AND_FLOW,
                format!(
                    "flow `{own}` has the name of the streaming table it writes into, which has a query of its own"
                ),
            )
            .at(flow.name_span, "the same name")
            .also(other.name_span, "the flow of this query has the table's name")
        } else {
            Diagnostic::error(Condition::PIPELINE_DUPLICATE_IDENTIFIERS_FLOW, format!("flow `{own}` is defined twice"))
                .at(flow.name_span, "defined again")
                .also(other.name_span, "first defined here")
        };
        diagnostics.push(diagnostic.help("give the flow another name: `CREATE FLOW name AS INSERT INTO …`"));
    }
}

/// Whether the flow is told of as one query too many of its view.
fn is_second_query(draft: &Draft<'_>, flow: &Flow) -> bool {
    let target = flow.target.map(|target| draft.collected.datasets[target.0].kind);
    !flow.implicit && target.is_some_and(|kind| kind != DatasetKind::StreamingTable)
}

/// Flows into something that takes none, or not this one.
fn unsuitable(dataset: &Dataset, writers: &[&Flow], diagnostics: &mut Vec<Diagnostic>) {
    if matches!(dataset.kind, DatasetKind::StreamingTable | DatasetKind::ByQuery) {
        return;
    }
    let (cdc, others): (Vec<&Flow>, Vec<&Flow>) = writers.iter().partition(|flow| flow.kind == FlowKind::AutoCdc);
    for flow in cdc {
        let condition = Condition::INVALID_FLOW_QUERY_TYPE_AUTOCDC_RELATION_FOR_TEMPORARY_VIEW;
        let title = format!("AUTO CDC writes into {}, which is not a streaming table", dataset.title());
        let mut diagnostic = Diagnostic::error(condition, title).at(flow.target_span, "not a streaming table");
        if !flow.implicit {
            diagnostic = diagnostic.also(dataset.name_span, format!("defined as a {}", dataset.kind.name()));
        }
        diagnostics.push(diagnostic.help("declare the target with `CREATE OR REFRESH STREAMING TABLE`"));
    }
    let is_view = dataset.kind != DatasetKind::MaterializedView;
    if is_view {
        for flow in others.iter().filter(|flow| !flow.implicit) {
            let title = format!("flow `{}` writes into {}", flow.name.last().as_str(), dataset.title());
            diagnostics.push(
                Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title)
                    .at(flow.target_span, "a view stores no rows")
                    .also(dataset.name_span, format!("defined as a {}", dataset.kind.name()))
                    .help("write into a streaming table, or add the query to the view's with UNION ALL"),
            );
        }
    } else if others.len() > 1 {
        several_queries(dataset, &others, diagnostics);
    }
}

fn several_queries(dataset: &Dataset, flows: &[&Flow], diagnostics: &mut Vec<Diagnostic>) {
    let title = format!("{} has {} queries", dataset.title(), flows.len());
    let mut diagnostic = Diagnostic::error(Condition::MATERIALIZED_VIEW_WITH_MULTIPLE_QUERIES, title);
    let mut later = flows.iter().filter(|flow| !flow.implicit);
    if let Some(flow) = later.next() {
        diagnostic = diagnostic.at(flow.target_span, "one query too many");
    }
    for flow in later {
        diagnostic = diagnostic.also(flow.target_span, "another query");
    }
    diagnostics.push(
        diagnostic
            .also(dataset.name_span, "defined here")
            .help("combine the queries with UNION ALL, or make it a streaming table with a flow for each"),
    );
}

/// A table that no flow fills.
fn unfilled(dataset: &Dataset, diagnostics: &mut Vec<Diagnostic>) {
    if !matches!(dataset.origin, DatasetOrigin::Declared(_)) || !dataset.is_table() {
        return;
    }
    let own = dataset.name.last().as_str();
    diagnostics.push(
        Diagnostic::error(Condition::PIPELINE_DATASET_WITHOUT_FLOW, format!("no query and no flow fills {}", dataset.title()))
            .at(dataset.name_span, "stays empty")
            .help(format!(
                "add `AS SELECT …` to it, or a flow: `CREATE FLOW name AS INSERT INTO {own} BY NAME SELECT … FROM STREAM(…)`"
            )),
    );
}
