//! `lakesmith plan`: what an update would do, flow by flow, and why.

use lakesmith_diagnostic::{Diagnostic, render};
use lakesmith_update::plan::{PlannedFlow, plan_update};
use serde::Serialize;

use crate::arguments::{Plan, ReportForm};
use crate::exit::Exit;
use crate::load::load;
use crate::printer::Printer;
use crate::update::{engine, give_up, pipeline, selection};
use crate::{runtime, selection as names};

/// Prints the plan of an update.
pub fn run(arguments: &Plan, printer: &mut Printer) -> Exit {
    let mut loaded = load(&arguments.project);
    if let Some(graph) = &loaded.graph {
        let misused = names::faults(&arguments.selection, graph);
        if !misused.is_empty() {
            printer.diagnostics(&loaded.sources, &misused);
            return Exit::Usage;
        }
    }
    let pipeline = match pipeline(&mut loaded, &arguments.project.set, false) {
        Ok(pipeline) => pipeline,
        Err(wrong) => return give_up(&loaded, wrong, printer),
    };
    let engine = match engine(loaded.project.as_ref(), None, std::time::Duration::ZERO) {
        Ok(engine) => engine,
        Err(fault) => return give_up(&loaded, crate::update::Wrong::InOperation(fault), printer),
    };
    let planned = runtime::block_on(plan_update(&pipeline, &engine, &selection(&arguments.selection)));
    drop(engine);
    runtime::clean_up();
    let (flows, found) = match planned {
        Ok(planned) => planned,
        Err(error) => {
            printer.note(&format!("error: threads cannot be started: {error}"));
            return Exit::Usage;
        }
    };
    let mut diagnostics: Vec<Diagnostic> = std::mem::take(&mut loaded.diagnostics);
    diagnostics.extend(found);
    render::sort(&loaded.sources, &mut diagnostics);
    match arguments.output {
        ReportForm::Text | ReportForm::Concise => {
            printer.diagnostics(&loaded.sources, &diagnostics);
            printer.line(&text(&flows));
        }
        ReportForm::Json => {
            let report = Report {
                pipeline: &pipeline.name,
                flows: flows.iter().map(FlowReport::of).collect(),
                diagnostics: diagnostics.iter().map(|found| render::to_json(&loaded.sources, found)).collect(),
            };
            match serde_json::to_string_pretty(&report) {
                Ok(text) => printer.line(&text),
                Err(error) => printer.note(&format!("error: the plan cannot be written as JSON: {error}")),
            }
        }
    }
    let would_change = flows.iter().any(|flow| flow.action.changes_tables());
    match (diagnostics.iter().any(Diagnostic::is_error), arguments.detailed_exitcode && would_change) {
        (true, _) => Exit::Wrong,
        (false, true) => Exit::WouldChange,
        (false, false) => Exit::Done,
    }
}

fn text(flows: &[PlannedFlow]) -> String {
    let width = flows.iter().map(|flow| flow.flow.chars().count()).max().unwrap_or(0);
    let line = |flow: &PlannedFlow| format!("{:<width$}  {:<10}  {}", flow.flow, flow.action.name(), flow.why);
    flows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What the JSON output holds.
#[derive(Debug, Serialize)]
struct Report<'a> {
    pipeline: &'a str,
    flows: Vec<FlowReport<'a>>,
    diagnostics: Vec<render::JsonDiagnostic>,
}

/// One flow of the JSON output.
#[derive(Debug, Serialize)]
struct FlowReport<'a> {
    flow: &'a str,
    dataset: &'a str,
    action: &'static str,
    why: &'a str,
}

impl<'a> FlowReport<'a> {
    fn of(flow: &'a PlannedFlow) -> Self {
        Self { flow: &flow.flow, dataset: &flow.dataset, action: flow.action.name(), why: &flow.why }
    }
}
