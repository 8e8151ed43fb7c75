//! [`plan_update`]: what an update would do, flow by flow, and why. It writes nothing.

use std::sync::{Arc, Mutex, PoisonError};

use lakesmith_delta::DeltaTable;
use lakesmith_diagnostic::Diagnostic;
use lakesmith_graph::{Dataset, Flow, FlowKind};
use lakesmith_stream::{Progress, Slice, file_source, table_source};

use crate::analysis::{Analysis, analyze};
use crate::changed::{change_faults, left_tables};
use crate::complete::view_state::{self, Surroundings, UNCHANGED};
use crate::engine::Engine;
use crate::fault::{engine_fault, stream_fault};
use crate::full_refresh::Unfinished;
use crate::pipeline::Pipeline;
use crate::reads::checkpoint;
use crate::selection::{Selected, Selection};
use crate::source::Source;
use crate::tables::Tables;

/// What would become of a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFlow {
    /// The flow.
    pub flow: String,
    /// The table it writes.
    pub dataset: String,
    /// What would be done.
    pub action: PlannedAction,
    /// Why.
    pub why: String,
}

/// What would be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlannedAction {
    /// New rows would be appended.
    Append,
    /// The whole result would be computed and replaced.
    Recompute,
    /// The table would be emptied and filled from the beginning.
    StartOver,
    /// Nothing.
    Nothing,
    /// It is not selected.
    Excluded,
    /// It would fail.
    Fail,
}

impl PlannedAction {
    /// A word or two.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Recompute => "recompute",
            Self::StartOver => "start over",
            Self::Nothing => "nothing",
            Self::Excluded => "excluded",
            Self::Fail => "fail",
        }
    }

    /// Whether tables would change.
    pub const fn changes_tables(self) -> bool {
        matches!(self, Self::Append | Self::Recompute | Self::StartOver)
    }
}

/// What an update of these datasets would do.
pub async fn plan_update(
    pipeline: &Pipeline,
    engine: &Engine,
    selection: &Selection,
) -> (Vec<PlannedFlow>, Vec<Diagnostic>) {
    let analysis = analyze(pipeline, engine, true).await;
    let mut selected = selection.resolve(&pipeline.graph);
    let left = Unfinished::load(pipeline, engine).map(|unfinished| unfinished.add_to(&mut selected));
    let tables = Tables::new(Arc::clone(&engine.faults));
    let planner = Planner { pipeline, engine, analysis: &analysis, tables, faults: Mutex::default() };
    let mut planned: Vec<PlannedFlow> = Vec::new();
    for id in &pipeline.graph.order {
        for flow in pipeline.graph.flows_into(*id).filter(|flow| flow.kind != FlowKind::View) {
            let (action, why) = planner.flow(flow, &selected, &planned).await;
            planned.push(PlannedFlow {
                flow: pipeline.shown_name(&flow.name),
                dataset: pipeline.shown_name(&flow.target_name),
                action,
                why,
            });
        }
    }
    planned.extend(self::left(pipeline));
    let mut faults = planner.faults.into_inner().unwrap_or_else(PoisonError::into_inner);
    faults.extend(left.err().map(|error| engine_fault(&error)));
    (planned, analysis.diagnostics.into_iter().chain(faults).collect())
}

/// Tables of datasets that the pipeline no longer defines, for which nothing is done.
fn left(pipeline: &Pipeline) -> impl Iterator<Item = PlannedFlow> {
    left_tables(pipeline).into_iter().map(|name| {
        let shown = pipeline.shown_name(&name);
        let why = "the pipeline does not define it any more; its table stays as it is".to_owned();
        PlannedFlow { flow: shown.clone(), dataset: shown, action: PlannedAction::Nothing, why }
    })
}

struct Planner<'a> {
    pipeline: &'a Pipeline,
    engine: &'a Engine,
    analysis: &'a Analysis,
    tables: Tables,
    /// What definitions ask of tables that these cannot follow.
    faults: Mutex<Vec<Diagnostic>>,
}

impl Planner<'_> {
    async fn flow(&self, flow: &Flow, selected: &Selected, planned: &[PlannedFlow]) -> (PlannedAction, String) {
        let Some(target) = flow.target else { return (PlannedAction::Excluded, "it has no target".to_owned()) };
        if !selected.refresh.contains(&target) {
            return (PlannedAction::Excluded, "not selected".to_owned());
        }
        if self.analysis.broken.contains_key(&flow.id) {
            return (PlannedAction::Fail, "see the messages".to_owned());
        }
        if selected.full.contains(&target) {
            return (PlannedAction::StartOver, "full refresh".to_owned());
        }
        let table = match self.tables.current(&self.pipeline.folder(&flow.target_name)).await {
            Ok(Some(table)) => table,
            Ok(None) => {
                let action =
                    if flow.kind == FlowKind::Complete { PlannedAction::Recompute } else { PlannedAction::Append };
                let why = match self.changed_source(flow, planned) {
                    Some(first) => format!("`{first}` would change"),
                    None => "the table does not exist yet".to_owned(),
                };
                return (action, why);
            }
            Err(error) => return (PlannedAction::Fail, error.message),
        };
        let dataset = self.pipeline.graph.dataset(target);
        if let Some(wanted) = self.analysis.targets.get(&target) {
            let faults = change_faults(self.pipeline, self.engine, dataset, wanted, &table);
            if let Some(first) = faults.first() {
                let why = first.title.clone();
                self.faults.lock().unwrap_or_else(PoisonError::into_inner).extend(faults);
                return (PlannedAction::Fail, why);
            }
        }
        if let Some(first) = self.changed_source(flow, planned) {
            let action = if flow.kind == FlowKind::Complete { PlannedAction::Recompute } else { PlannedAction::Append };
            return (action, format!("`{first}` would change"));
        }
        if flow.kind == FlowKind::Complete {
            return self.view(flow, dataset, &table).await;
        }
        self.news(flow, &table).await
    }

    /// What would become of a materialized view whose sources stay as they are.
    async fn view(&self, flow: &Flow, dataset: &Dataset, table: &DeltaTable) -> (PlannedAction, String) {
        if self.analysis.flows.get(&flow.id).is_some_and(|analyzed| analyzed.is_volatile) {
            return (PlannedAction::Recompute, "its query depends on the time, on chance, on the session or on a view or function from outside the pipeline".to_owned());
        }
        let checkpoint = checkpoint(self.pipeline, self.engine, flow);
        let surroundings = Surroundings { pipeline: self.pipeline, analysis: self.analysis, tables: &self.tables };
        match view_state::is_current(&surroundings, flow, dataset, table, &checkpoint).await {
            Ok(true) => (PlannedAction::Nothing, UNCHANGED.to_owned()),
            Ok(false) => (PlannedAction::Recompute, "what it reads or its definition has changed".to_owned()),
            Err(faults) => {
                let title = faults.first().map_or_else(String::new, |fault| fault.title.clone());
                (PlannedAction::Fail, title)
            }
        }
    }

    /// The first table that a flow reads and that would change.
    fn changed_source(&self, flow: &Flow, planned: &[PlannedFlow]) -> Option<String> {
        let uses = &self.analysis.flows.get(&flow.id)?.uses;
        uses.iter().find_map(|used| match &used.source {
            Source::Table { name, .. } => {
                let shown = self.pipeline.shown_name(name);
                planned.iter().any(|before| before.dataset == shown && before.action.changes_tables()).then_some(shown)
            }
            Source::Files { .. } => None,
        })
    }

    /// What is new in the sources of an append flow.
    async fn news(&self, flow: &Flow, table: &DeltaTable) -> (PlannedAction, String) {
        let checkpoint = checkpoint(self.pipeline, self.engine, flow);
        let identity = match checkpoint.current(table) {
            Ok(Some(identity)) => identity,
            Ok(None) => return (PlannedAction::Append, "it has not run yet".to_owned()),
            Err(error) => return (PlannedAction::Fail, stream_fault(&error).title),
        };
        let committed = table.txn(&identity.app_id()).unwrap_or(0);
        match checkpoint.highest_plan(&identity) {
            Ok(Some(open)) if open.number > committed => {
                return (PlannedAction::Append, format!("batch {} was begun and not committed", open.number));
            }
            Err(error) => return (PlannedAction::Fail, stream_fault(&error).title),
            Ok(_) => {}
        }
        if flow.kind == FlowKind::Once {
            return if committed > 0 {
                (PlannedAction::Nothing, "it has run once".to_owned())
            } else {
                (PlannedAction::Append, "it has not run yet".to_owned())
            };
        }
        match checkpoint.progress(&identity, committed) {
            Ok(progress) => self.news_since(flow, &progress).await,
            Err(error) => (PlannedAction::Fail, stream_fault(&error).title),
        }
    }

    async fn news_since(&self, flow: &Flow, progress: &Progress) -> (PlannedAction, String) {
        let uses = self.analysis.flows.get(&flow.id).map_or(&[][..], |analyzed| analyzed.uses.as_slice());
        for used in uses.iter().filter(|used| used.is_streaming) {
            let key = used.source.key(self.pipeline);
            match &used.source {
                Source::Files { pattern, options, .. } => {
                    match file_source::next_files(&self.pipeline.root, &key, pattern, options, progress, None, None) {
                        Ok(Slice::Passed(files)) if !files.is_empty() => {
                            let plural = if files.len() == 1 { "file" } else { "files" };
                            return (PlannedAction::Append, format!("passes over {} existing {plural}", files.len()));
                        }
                        Ok(Slice::Files(files)) if !files.is_empty() => {
                            let plural = if files.len() == 1 { "file" } else { "files" };
                            return (PlannedAction::Append, format!("{} new {plural}", files.len()));
                        }
                        _ => {}
                    }
                }
                Source::Table { name, folder, options } => {
                    let shown = self.pipeline.shown_name(name);
                    let position = progress.tables.get(&key);
                    if let Ok(Some(mut table)) = self.tables.current(folder).await
                        && let Ok(Slice::Table { after, up_to, .. }) =
                            table_source::next_versions(&shown, &table, position, *options).await
                    {
                        match table_source::files(&shown, &mut table, after, up_to, options.on_change).await {
                            Ok(files) if files.is_empty() => {}
                            Ok(_) => {
                                return (PlannedAction::Append, format!("`{shown}` has new versions up to {up_to}"));
                            }
                            Err(error) => return (PlannedAction::Fail, error.to_string()),
                        }
                    }
                }
            }
        }
        (PlannedAction::Nothing, "nothing new".to_owned())
    }
}
