//! From a loaded project to the update engine: what `run` and `plan` share.

use std::num::NonZeroUsize;
use std::sync::Arc;

use lakesmith_base::SystemClock;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_graph::DataflowGraph;
use lakesmith_project::path::bucket;
use lakesmith_project::{Location, Project};
use lakesmith_session::{Session, StoredObjects};
use lakesmith_update::pipeline::absolute;
use lakesmith_update::{Engine, EngineSettings, Pipeline, Selection};

use crate::arguments::SelectionArguments;
use crate::exit::Exit;
use crate::fault_points;
use crate::load::Loaded;
use crate::printer::Printer;
use crate::query::settings_of;
use crate::runtime;
use crate::update::Wrong::{InOperation, InProject};

/// Why a command cannot go on.
#[derive(Debug)]
pub enum Wrong {
    /// The pipeline is wrong; it has been said.
    InProject(Exit),
    /// The machine or the settings are.
    InOperation(Box<Diagnostic>),
}

/// Says what is wrong with a loaded project; a pipeline without errors comes back.
pub fn pipeline(loaded: &mut Loaded, set: &[(String, String)], is_strict: bool) -> Result<Pipeline, Wrong> {
    let is_wrong = loaded.has_errors() || is_strict && !loaded.diagnostics.is_empty();
    let (Some(project), Some(_)) = (&loaded.project, &loaded.graph) else { return Err(InProject(Exit::Wrong)) };
    if is_wrong {
        return Err(InProject(Exit::Wrong));
    }
    let Some(graph) = loaded.graph.clone() else { return Err(InProject(Exit::Wrong)) };
    let pipeline = assembled(project, graph, set).map_err(InOperation)?;
    // whoever runs is told by the flow that fails
    loaded.diagnostics.retain(|found| found.condition != Condition::LAKESMITH_SOURCE_UNREACHABLE);
    Ok(pipeline)
}

fn assembled(project: &Project, graph: DataflowGraph, set: &[(String, String)]) -> Result<Pipeline, Box<Diagnostic>> {
    let configured = project.configuration.iter().map(|entry| (entry.key.clone(), entry.value.clone()));
    Ok(Pipeline {
        name: project.name.clone(),
        graph,
        root: absolute(std::path::Path::new("."), &project.root),
        warehouse: local(&project.warehouse, "warehouse")?,
        storage: local(&project.storage, "storage")?,
        paths: project.paths.clone(),
        settings: configured.chain(set.iter().cloned()).collect(),
        catalog: project.catalog.clone(),
        schema: project.schema.clone(),
    })
}

fn local(location: &Location, what: &str) -> Result<std::path::PathBuf, Box<Diagnostic>> {
    match location {
        Location::Local(path) => Ok(absolute(std::path::Path::new("."), path)),
        Location::Remote(uri) => {
            let title = format!("the {what} `{uri}` is in an object store, which is not built yet");
            let help =
                format!("map it to a folder of this machine with a setting: `lakesmith.path.{}: folder`", bucket(uri));
            Err(Box::new(Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title).help(help)))
        }
    }
}

/// The faults and lints that types tell, for a project that is only checked. Of two messages about one place the first stays.
pub fn check_types(loaded: &mut Loaded, set: &[(String, String)]) {
    let (Some(project), Some(graph)) = (&loaded.project, loaded.graph.clone()) else { return };
    let pipeline = match assembled(project, graph, set) {
        Ok(pipeline) => pipeline,
        Err(fault) => return loaded.diagnostics.push(*fault),
    };
    let Ok(engine) = engine(Some(project), None, std::time::Duration::ZERO) else { return };
    let analysis = runtime::block_on(lakesmith_update::analyze(&pipeline, &engine, true));
    drop(engine);
    runtime::clean_up();
    let Ok(analysis) = analysis else { return };
    let place = |fault: &Diagnostic| fault.primary.as_ref().map(|label| label.span);
    let said: Vec<_> = loaded.diagnostics.iter().filter_map(place).collect();
    let is_new = |fault: &Diagnostic| place(fault).is_none_or(|span| !said.contains(&span));
    let new: Vec<Diagnostic> = analysis.diagnostics.into_iter().filter(is_new).collect();
    loaded.diagnostics.extend(new);
    lakesmith_diagnostic::render::sort(&loaded.sources, &mut loaded.diagnostics);
}

/// The engine of this process; flows of the project find the views and functions of its warehouse.
pub fn engine(
    project: Option<&Project>,
    memory: Option<usize>,
    wait: std::time::Duration,
) -> Result<Engine, Box<Diagnostic>> {
    let settings = EngineSettings {
        memory_bytes: memory.unwrap_or_else(runtime::half_of_memory),
        spill_folder: runtime::spill_folder(),
        partitions: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        wait,
        user: crate::runtime::user(),
        plans: fault_points::plans_from_environment(),
    };
    let engine = Engine::new(settings, Arc::new(SystemClock), fault_points::from_environment());
    let engine = engine.map_err(|error| Box::new(lakesmith_update::fault::engine_fault(&error)))?;
    let settings = project.and_then(|project| settings_of(project, engine.runtime().clone()));
    Ok(match settings {
        Some(settings) => engine.with_outside(Arc::new(StoredObjects::new(Session::new(settings)))),
        None => engine,
    })
}

/// The selection as the engine takes it.
pub fn selection(arguments: &SelectionArguments) -> Selection {
    Selection {
        refresh: arguments.refresh.clone(),
        full_refresh: arguments.full_refresh.clone(),
        full_refresh_all: arguments.full_refresh_all,
        select: arguments.select.clone(),
    }
}

/// Ends a command that cannot go on.
pub fn give_up(loaded: &Loaded, wrong: Wrong, printer: &mut Printer) -> Exit {
    match wrong {
        InProject(exit) => {
            printer.diagnostics(&loaded.sources, &loaded.diagnostics);
            exit
        }
        InOperation(fault) => {
            printer.diagnostics(&loaded.sources, &[*fault]);
            Exit::Wrong
        }
    }
}
