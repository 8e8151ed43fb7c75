//! `lakesmith run`: one update of a pipeline.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lakesmith_base::{Clock, SystemClock};
use lakesmith_diagnostic::{Diagnostic, render};
use lakesmith_event::{EventSink, FanOut};
use lakesmith_expectation::{Action, ExpectationCounts};
use lakesmith_graph::FlowKind;
use lakesmith_update::update::UpdateRequest;
use lakesmith_update::{Engine, FlowOutcome, FlowResult, Pipeline, UpdateOutcome, run_update};
use serde::Serialize;

use crate::arguments::{ReportForm, Run};
use crate::exit::Exit;
use crate::load::{Loaded, load};
use crate::printer::Printer;
use crate::progress::{Progress, counted, grouped, seconds};
use crate::rejections::rejections;
use crate::update::{engine, give_up, pipeline, selection};
use crate::{runtime, selection as names};

/// How often is shown what runs.
const TICK: Duration = Duration::from_millis(200);

/// Runs an update and reports.
pub fn run(arguments: &Run, printer: &mut Printer) -> Exit {
    let mut loaded = load(&arguments.project);
    if let Some(graph) = &loaded.graph {
        let misused = names::faults(&arguments.selection, graph);
        if !misused.is_empty() {
            printer.diagnostics(&loaded.sources, &misused);
            return Exit::Usage;
        }
    }
    let pipeline = match pipeline(&mut loaded, &arguments.project.set, arguments.warnings_as_errors) {
        Ok(pipeline) => pipeline,
        Err(wrong) => return give_up(&loaded, wrong, printer),
    };
    let engine = match engine(loaded.project.as_ref(), arguments.engine.memory, arguments.engine.wait) {
        Ok(engine) => engine,
        Err(fault) => return give_up(&loaded, crate::update::Wrong::InOperation(fault), printer),
    };
    let outcome = runtime::block_on(update(&pipeline, &engine, arguments));
    drop(engine);
    runtime::clean_up();
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            printer.note(&format!("error: threads cannot be started: {error}"));
            return Exit::Usage;
        }
    };
    match arguments.output {
        ReportForm::Text => text(&pipeline, &loaded, &outcome, printer),
        ReportForm::Concise => concise(&pipeline, &loaded, &outcome, printer),
        ReportForm::Json => json(&pipeline, &loaded, &outcome, printer),
    }
    match (outcome.is_cancelled, outcome.is_completed()) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Done,
        (false, false) => Exit::Wrong,
    }
}

async fn update(pipeline: &Pipeline, engine: &Engine, arguments: &Run) -> UpdateOutcome {
    let flows = pipeline.graph.flows.iter().filter(|flow| flow.kind != FlowKind::View);
    let flows: Vec<String> = flows.map(|flow| pipeline.shown_name(&flow.name)).collect();
    let progress = Arc::new(Progress::new(&flows, std::io::stderr().is_terminal()));
    let events: Arc<dyn EventSink> = match arguments.output {
        ReportForm::Text => Arc::clone(&progress) as Arc<dyn EventSink>,
        ReportForm::Concise | ReportForm::Json => Arc::new(FanOut::default()),
    };
    let ticking = tokio::spawn(tick(Arc::clone(&progress)));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if stop.send_replace(true) {
                leave_at_once();
            }
        }
    });
    let selection = selection(&arguments.selection);
    let outcome = run_update(UpdateRequest { pipeline, engine, selection, events, stop: stopped }).await;
    ticking.abort();
    progress.end();
    outcome
}

/// Shows again and again what runs.
async fn tick(progress: Arc<Progress>) {
    let mut interval = tokio::time::interval(TICK);
    loop {
        interval.tick().await;
        progress.tick(SystemClock.now_micros());
    }
}

/// The second Ctrl-C: nothing that is committed can be hurt.
#[allow(clippy::disallowed_methods, reason = "whoever asks twice does not want to wait for what is still at work")]
fn leave_at_once() -> ! {
    std::process::exit(130)
}

/// All faults of an update, those of flows included.
fn faults(loaded: &Loaded, outcome: &UpdateOutcome) -> Vec<Diagnostic> {
    let of_flows = outcome.flows.iter().filter_map(|flow| match &flow.result {
        FlowResult::Failed(faults) => Some(faults.clone()),
        _ => None,
    });
    let mut faults: Vec<Diagnostic> = Vec::new();
    for fault in loaded.diagnostics.iter().chain(&outcome.diagnostics).cloned().chain(of_flows.flatten()) {
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    render::sort(&loaded.sources, &mut faults);
    faults
}

fn text(pipeline: &Pipeline, loaded: &Loaded, outcome: &UpdateOutcome, printer: &mut Printer) {
    printer.diagnostics(&loaded.sources, &faults(loaded, outcome));
    for flow in &outcome.flows {
        if let FlowResult::Skipped { because } = &flow.result {
            printer.note(&format!("`{}` was skipped because `{because}` failed", flow.flow));
        }
    }
    if let Some(told) =
        rejections(outcome.flows.iter().flat_map(|flow| &flow.work.files), |path| pipeline.shown_path(path))
    {
        printer.note(&told);
    }
    let table = expectations(outcome);
    if !table.is_empty() {
        printer.line(&table);
    }
    let word = match (outcome.is_cancelled, outcome.is_completed()) {
        (true, _) => "stopped",
        (false, true) => "completed",
        (false, false) => "failed",
    };
    let rows: i64 = outcome.flows.iter().map(|flow| flow.work.written).sum();
    printer.line(&format!(
        "update of `{}` {word}: {} written in {}",
        pipeline.name,
        counted(rows),
        seconds(outcome.duration_micros)
    ));
    printer.line(&format!("tables are in {}", relative(&pipeline.warehouse)));
    if outcome.is_completed()
        && let Some(last) = outcome.flows.iter().rev().find(|flow| flow.work.version.is_some())
        && let Some(dataset) = lakesmith_update::selection::find(&pipeline.graph, &last.dataset)
    {
        let folder = relative(&pipeline.folder(&dataset.name));
        printer.line(&format!("duckdb -c \"FROM delta_scan('{folder}') LIMIT 10\""));
    }
}

/// Expectations with their counts, as aligned lines.
fn expectations(outcome: &UpdateOutcome) -> String {
    let mut rows = vec![["expectation", "dataset", "passed", "failed", "on violation"].map(str::to_owned)];
    // several flows may write one table
    let mut sums: Vec<ExpectationCounts> = Vec::new();
    for counts in outcome.flows.iter().flat_map(|flow| &flow.work.expectations) {
        match sums.iter_mut().find(|sum| sum.dataset == counts.dataset && sum.check == counts.check) {
            Some(sum) => {
                sum.passed += counts.passed;
                sum.failed += counts.failed;
            }
            None => sums.push(counts.clone()),
        }
    }
    for counts in &sums {
        let action = match counts.check.action {
            Action::Keep => "keep",
            Action::Drop => "drop row",
            Action::Quarantine => "quarantine",
            Action::Fail => "fail update",
        };
        let number = |count: u64| grouped(i64::try_from(count).unwrap_or(i64::MAX));
        rows.push([
            counts.check.name.clone(),
            counts.dataset.clone(),
            number(counts.passed),
            number(counts.failed),
            action.to_owned(),
        ]);
    }
    if rows.len() == 1 {
        return String::new();
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    let line = |row: &[String; 5]| {
        format!(
            "{:<a$}  {:<b$}  {:>c$}  {:>d$}  {}",
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            a = widths[0],
            b = widths[1],
            c = widths[2],
            d = widths[3]
        )
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn relative(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

fn concise(pipeline: &Pipeline, loaded: &Loaded, outcome: &UpdateOutcome, printer: &mut Printer) {
    for flow in &outcome.flows {
        printer.line(&format!("{}: {} {}", flow.flow, status(flow), flow.work.written));
    }
    if let Some(told) =
        rejections(outcome.flows.iter().flat_map(|flow| &flow.work.files), |path| pipeline.shown_path(path))
    {
        printer.note(&told);
    }
    printer.diagnostics(&loaded.sources, &faults(loaded, outcome));
}

fn status(flow: &FlowOutcome) -> &'static str {
    match flow.result {
        FlowResult::Completed => "COMPLETED",
        FlowResult::UpToDate(_) => "UP_TO_DATE",
        FlowResult::Failed(_) => "FAILED",
        FlowResult::Skipped { .. } => "SKIPPED",
        FlowResult::Excluded => "EXCLUDED",
        FlowResult::Stopped => "STOPPED",
    }
}

/// What the JSON output holds.
#[derive(Debug, Serialize)]
struct Report<'a> {
    /// `completed`, `failed` or `stopped`.
    result: &'static str,
    pipeline: &'a str,
    update_id: &'a str,
    duration_ms: i64,
    /// Folder of the tables.
    warehouse: String,
    flows: Vec<FlowReport<'a>>,
    diagnostics: Vec<render::JsonDiagnostic>,
}

/// One flow of the JSON output.
#[derive(Debug, Serialize)]
struct FlowReport<'a> {
    flow: &'a str,
    dataset: &'a str,
    status: &'static str,
    /// Why it did nothing.
    reason: Option<String>,
    rows_written: i64,
    rows_dropped: i64,
    rows_quarantined: i64,
    version: Option<i64>,
    duration_ms: i64,
    expectations: Vec<ExpectationReport<'a>>,
    files: Vec<FileReport>,
}

/// One expectation of the JSON output.
#[derive(Debug, Serialize)]
struct ExpectationReport<'a> {
    name: &'a str,
    dataset: &'a str,
    passed_records: u64,
    failed_records: u64,
}

/// One file of the JSON output: `records` = `decoded` + `rejected`.
#[derive(Debug, Serialize)]
struct FileReport {
    path: String,
    records: u64,
    decoded: u64,
    rejected: u64,
    first_rejection: Option<String>,
}

fn json(pipeline: &Pipeline, loaded: &Loaded, outcome: &UpdateOutcome, printer: &mut Printer) {
    let report = Report {
        result: match (outcome.is_cancelled, outcome.is_completed()) {
            (true, _) => "stopped",
            (false, true) => "completed",
            (false, false) => "failed",
        },
        pipeline: &pipeline.name,
        update_id: &outcome.update_id,
        duration_ms: outcome.duration_micros / 1000,
        warehouse: pipeline.warehouse.display().to_string(),
        flows: outcome.flows.iter().map(|flow| flow_report(pipeline, flow)).collect(),
        diagnostics: faults(loaded, outcome).iter().map(|fault| render::to_json(&loaded.sources, fault)).collect(),
    };
    match serde_json::to_string_pretty(&report) {
        Ok(text) => printer.line(&text),
        Err(error) => printer.note(&format!("error: the report cannot be written as JSON: {error}")),
    }
}

fn flow_report<'a>(pipeline: &Pipeline, flow: &'a FlowOutcome) -> FlowReport<'a> {
    let expectation = |counts: &'a lakesmith_expectation::ExpectationCounts| ExpectationReport {
        name: &counts.check.name,
        dataset: &counts.dataset,
        passed_records: counts.passed,
        failed_records: counts.failed,
    };
    FlowReport {
        flow: &flow.flow,
        dataset: &flow.dataset,
        status: status(flow),
        reason: match &flow.result {
            FlowResult::UpToDate(why) => Some(why.clone()),
            FlowResult::Skipped { because } => Some(format!("`{because}` failed")),
            _ => None,
        },
        rows_written: flow.work.written,
        rows_dropped: flow.work.dropped,
        rows_quarantined: flow.work.quarantined,
        version: flow.work.version,
        duration_ms: flow.duration_micros / 1000,
        expectations: flow.work.expectations.iter().map(expectation).collect(),
        files: flow
            .work
            .files
            .iter()
            .map(|file| FileReport {
                path: pipeline.shown_path(&file.path),
                records: file.records,
                decoded: file.decoded,
                rejected: file.rejected,
                first_rejection: file.rejected_samples.first().map(|(line, why)| format!("line {line}: {why}")),
            })
            .collect(),
    }
}
