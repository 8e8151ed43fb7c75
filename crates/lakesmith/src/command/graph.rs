//! `lakesmith graph`: the dataflow graph of a pipeline.

use crate::arguments::{Graph, GraphForm};
use crate::exit::Exit;
use crate::load::load;
use crate::printer::Printer;

/// Prints the graph, with whatever is wrong on stderr: a graph with faults helps to find them.
pub fn run(arguments: &Graph, printer: &mut Printer) -> Exit {
    let loaded = load(&arguments.project);
    printer.diagnostics(&loaded.sources, &loaded.diagnostics);
    if let Some(graph) = loaded.graph.as_ref().filter(|graph| !graph.datasets.is_empty()) {
        let text = match arguments.output {
            GraphForm::Text => lakesmith_graph::render::text(graph, &loaded.defaults),
            GraphForm::Mermaid => lakesmith_graph::render::mermaid(graph, &loaded.defaults),
            GraphForm::Svg => {
                let name = loaded.project.as_ref().map_or("pipeline", |project| project.name.as_str());
                lakesmith_graph::render::svg(graph, &loaded.defaults, name)
            }
            GraphForm::Json => match lakesmith_graph::render::json(graph, &loaded.sources) {
                Ok(text) => text,
                Err(error) => {
                    printer.note(&format!("error: the graph cannot be written as JSON: {error}"));
                    return Exit::Bug;
                }
            },
        };
        printer.line(text.trim_end());
    }
    if loaded.has_errors() { Exit::Wrong } else { Exit::Done }
}
