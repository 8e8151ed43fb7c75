//! Declared columns and table properties.

use std::collections::HashMap;

use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::pipeline::ScdType;

use crate::collect::part_span;
use crate::dataset::Dataset;
use crate::flow::Flow;
use crate::graph::Draft;

pub fn check(draft: &Draft<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for dataset in draft.collected.all_datasets() {
        repeated(dataset, diagnostics);
        properties(dataset, diagnostics);
    }
    for flow in &draft.collected.flows {
        if let Some(target) = flow.target {
            history_columns(&draft.collected.datasets[target.0], flow, diagnostics);
        }
    }
}

fn repeated(dataset: &Dataset, diagnostics: &mut Vec<Diagnostic>) {
    let columns = dataset.definition().and_then(|definition| definition.columns.as_deref()).unwrap_or_default();
    let mut first: HashMap<&Identifier, Span> = HashMap::new();
    for column in columns {
        let span = part_span(&column.name, column.span);
        if let Some(earlier) = first.get(&column.name.text) {
            let title = format!("column `{}` is declared twice in {}", column.name.text.as_str(), dataset.title());
            diagnostics.push(
                Diagnostic::error(Condition::COLUMN_ALREADY_EXISTS, title)
                    .at(span, "the same name again")
                    .also(*earlier, "first declared here")
                    .help("remove or rename one of them"),
            );
        } else {
            first.insert(&column.name.text, span);
        }
    }
}

/// Properties that look as if they chose clustering columns.
fn properties(dataset: &Dataset, diagnostics: &mut Vec<Diagnostic>) {
    let properties =
        dataset.definition().map(|definition| definition.clauses.properties.as_slice()).unwrap_or_default();
    for (key, value, span) in properties {
        let help = match key.to_lowercase().as_str() {
            "delta.clusterby" => format!("write the clause `CLUSTER BY ({value})`"),
            "delta.enableliquidclustering" => "write the clause `CLUSTER BY (…)` or `CLUSTER BY AUTO`".into(),
            _ => continue,
        };
        diagnostics.push(
            Diagnostic::warning(
                Condition::LAKESMITH_UNUSUAL,
                format!("table property `{key}` does not cluster {}", dataset.title()),
            )
            .at(*span, "not a property of Delta tables")
            .help(help),
        );
    }
}

/// A declared table with history has both columns of a version's validity, or neither.
fn history_columns(dataset: &Dataset, flow: &Flow, diagnostics: &mut Vec<Diagnostic>) {
    let Some(Some((ScdType::Type2, _))) =
        flow.auto_cdc().map(|cdc| cdc.stored_as.as_ref()).map(|stored| stored.copied())
    else {
        return;
    };
    let Some(columns) = dataset.definition().and_then(|definition| definition.columns.as_ref()) else { return };
    let find = |name: &str| columns.iter().find(|column| column.name.text.matches(name));
    let (present, missing) = match (find("__START_AT"), find("__END_AT")) {
        (Some(start), None) => (start, "__END_AT"),
        (None, Some(end)) => (end, "__START_AT"),
        _ => return,
    };
    diagnostics.push(
        Diagnostic::error(
            Condition::USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE,
            format!("{} keeps history, but declares no column `{missing}`", dataset.title()),
        )
        .at(part_span(&present.name, present.span), format!("declared without `{missing}`"))
        .help(format!("declare `{missing}` with the type of the sequence column, or neither of the two")),
    );
}
