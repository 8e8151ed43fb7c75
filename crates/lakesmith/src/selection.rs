//! Which datasets a command takes in: the names given to `--refresh`, `--full-refresh` and `--select`.

use lakesmith_base::Identifier;
use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_graph::DataflowGraph;
use lakesmith_update::selection::{find, may_reset};

use crate::arguments::SelectionArguments;

/// Names that are no dataset of the pipeline, each with what it could have meant; names that are in two lists; and tables that may not
/// be started over.
pub fn faults(selection: &SelectionArguments, graph: &DataflowGraph) -> Vec<Diagnostic> {
    let selected = selection.select.iter().map(|name| name.trim().trim_start_matches('+').trim_end_matches('+'));
    let named = selection.refresh.iter().chain(&selection.full_refresh).map(|name| name.trim());
    let unknown = named.chain(selected).filter(|name| find(graph, name).is_none());
    let mut faults: Vec<Diagnostic> = unknown.map(|name| not_in_pipeline(name, graph)).collect();
    for name in selection.refresh.iter().map(|name| name.trim()) {
        if selection.full_refresh.iter().any(|other| Identifier::new(other.trim()).matches(name)) {
            let title = format!("`{name}` is in both `--refresh` and `--full-refresh`");
            faults.push(Diagnostic::error(Condition::LAKESMITH_SELECTION, title).help("keep one of them"));
        }
    }
    let reset = selection.full_refresh.iter().filter_map(|name| find(graph, name.trim()));
    faults.extend(reset.filter(|dataset| !may_reset(dataset)).map(|dataset| {
        let title = format!("`{}` may not be started over", dataset.name.last());
        Diagnostic::error(Condition::TABLE_NOT_RESETTABLE, title)
            .at(dataset.name_span, "its property `pipelines.reset.allowed` is false")
            .help("refresh it with `--refresh`, or remove the property")
    }));
    faults
}

fn not_in_pipeline(name: &str, graph: &DataflowGraph) -> Diagnostic {
    let names: Vec<&str> = graph.datasets.iter().map(|dataset| dataset.name.last().as_str()).collect();
    let last = name.rsplit('.').next().unwrap_or(name);
    let title = format!("`{name}` is not a dataset of the pipeline");
    let fault = Diagnostic::error(Condition::LAKESMITH_DATASET_NOT_IN_PIPELINE, title);
    match closest(last, names, 1).first() {
        Some(similar) => fault.help(format!("did you mean `{similar}`?")),
        None => fault.help("`lakesmith graph` lists the datasets"),
    }
}
