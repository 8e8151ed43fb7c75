//! Which datasets a command takes in: the names given to `--refresh`, `--full-refresh` and `--select`.

use lakesmith_base::suggest::closest;
use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_graph::{DataflowGraph, Dataset};

use crate::arguments::SelectionArguments;

/// Names that are no dataset of the pipeline, each with what it could have meant; and names that are in two lists.
pub fn faults(selection: &SelectionArguments, graph: &DataflowGraph) -> Vec<String> {
    let selected =
        selection.select.iter().map(|name| name.trim().trim_start_matches('+').trim_end_matches('+').to_owned());
    let named = selection.refresh.iter().chain(&selection.full_refresh).map(|name| name.trim().to_owned());
    let mut faults: Vec<String> =
        named.chain(selected).filter(|name| find(graph, name).is_none()).map(|name| unknown(&name, graph)).collect();
    for name in &selection.refresh {
        if selection.full_refresh.iter().any(|other| Identifier::new(other.trim()).matches(name.trim())) {
            faults.push(format!(
                "error: `{}` is in both `--refresh` and `--full-refresh`\nhelp: keep one of them",
                name.trim()
            ));
        }
    }
    faults
}

/// The dataset of a name of one to three parts.
fn find<'a>(graph: &'a DataflowGraph, name: &str) -> Option<&'a Dataset> {
    let parts: Vec<Identifier> = name.split('.').map(|part| Identifier::new(part.trim_matches('`'))).collect();
    graph.datasets.iter().find(|dataset| dataset.name.parts().ends_with(&parts))
}

fn unknown(name: &str, graph: &DataflowGraph) -> String {
    let own = |name: &QualifiedName| name.last().as_str().to_owned();
    let names: Vec<String> = graph.datasets.iter().map(|dataset| own(&dataset.name)).collect();
    let last = name.rsplit('.').next().unwrap_or(name);
    let mut text = format!("error[LAKESMITH_DATASET_NOT_IN_PIPELINE]: `{name}` is not a dataset of the pipeline");
    match closest(last, names.iter().map(String::as_str), 1).first() {
        Some(similar) => text.push_str(&format!("\nhelp: did you mean `{similar}`?")),
        None => text.push_str("\nhelp: `lakesmith graph` lists the datasets"),
    }
    text
}
