//! `lakesmith dry-run`: everything that can be known about a pipeline before a row moves.

use lakesmith_diagnostic::render::{self, printable};
use serde::Serialize;

use crate::arguments::{DryRun, ReportForm};
use crate::exit::Exit;
use crate::load::{Loaded, load};
use crate::printer::{Printer, counts};
use crate::selection;
use crate::update::check_types;

/// Checks a pipeline and reports.
pub fn run(arguments: &DryRun, printer: &mut Printer) -> Exit {
    let mut loaded = load(&arguments.project);
    check_types(&mut loaded, &arguments.project.set);
    let is_wrong = loaded.has_errors() || arguments.warnings_as_errors && !loaded.diagnostics.is_empty();
    let selection = loaded.graph.as_ref().map_or_else(Vec::new, |graph| selection::faults(&arguments.selection, graph));
    let is_misused = !selection.is_empty();
    loaded.diagnostics.extend(selection);
    match arguments.output {
        ReportForm::Text => text(&loaded, printer),
        ReportForm::Concise => concise(&loaded, printer),
        ReportForm::Json => json(&loaded, is_wrong || is_misused, printer),
    }
    match (is_wrong, is_misused) {
        (true, _) => Exit::Wrong,
        (false, true) => Exit::Usage,
        (false, false) => Exit::Done,
    }
}

fn text(loaded: &Loaded, printer: &mut Printer) {
    printer.diagnostics(&loaded.sources, &loaded.diagnostics);
    if !loaded.has_errors() {
        printer.line(&summary(loaded));
    }
}

/// One line for each message, in the form that editors and CI logs understand.
fn concise(loaded: &Loaded, printer: &mut Printer) {
    for diagnostic in &loaded.diagnostics {
        let place = diagnostic.primary.as_ref().map_or("-".to_owned(), |label| loaded.sources.place(label.span));
        let severity = if diagnostic.is_error() { "error" } else { "warning" };
        printer.line(&format!("{place}: {severity}[{}]: {}", diagnostic.condition, printable(&diagnostic.title)));
    }
    if let Some(counts) = counts(&loaded.diagnostics) {
        printer.note(&counts);
    }
}

/// What the JSON output holds.
#[derive(Debug, Serialize)]
struct Report<'a> {
    /// `ok` or `wrong`.
    result: &'static str,
    /// Name of the pipeline.
    pipeline: Option<&'a str>,
    /// Number of datasets.
    datasets: usize,
    /// Number of flows.
    flows: usize,
    /// Every fault and warning.
    diagnostics: Vec<render::JsonDiagnostic>,
}

fn json(loaded: &Loaded, wrong: bool, printer: &mut Printer) {
    let report = Report {
        result: if wrong { "wrong" } else { "ok" },
        pipeline: loaded.project.as_ref().map(|project| project.name.as_str()),
        datasets: loaded.graph.as_ref().map_or(0, |graph| graph.datasets.len()),
        flows: loaded.graph.as_ref().map_or(0, |graph| graph.flows.len()),
        diagnostics: loaded.diagnostics.iter().map(|found| render::to_json(&loaded.sources, found)).collect(),
    };
    match serde_json::to_string_pretty(&report) {
        Ok(text) => printer.line(&text),
        Err(error) => printer.note(&format!("error: the report cannot be written as JSON: {error}")),
    }
}

fn summary(loaded: &Loaded) -> String {
    let Some((project, graph)) = loaded.project.as_ref().zip(loaded.graph.as_ref()) else { return String::new() };
    let plural = |count: usize, word: &str| if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") };
    let order: Vec<String> = graph.order.iter().map(|id| graph.dataset(*id).name.last().to_string()).collect();
    format!(
        "`{}` can be understood: {}, {} in {}\norder: {}",
        project.name,
        plural(graph.datasets.len(), "dataset"),
        plural(graph.flows.len(), "flow"),
        plural(project.sql_files.len(), "file"),
        order.join(" → "),
    )
}
