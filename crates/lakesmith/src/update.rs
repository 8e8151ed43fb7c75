//! From a loaded project to the update engine: what `run` and `plan` share.

use std::num::NonZeroUsize;
use std::sync::Arc;

use lakesmith_base::SystemClock;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_project::{Location, Project};
use lakesmith_update::pipeline::absolute;
use lakesmith_update::{Engine, EngineSettings, Pipeline, Selection};

use crate::arguments::SelectionArguments;
use crate::exit::Exit;
use crate::fault_points;
use crate::load::Loaded;
use crate::printer::Printer;
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
    let root = absolute(std::path::Path::new("."), &project.root);
    let warehouse = local(project, &project.warehouse, "warehouse").map_err(InOperation)?;
    let storage = local(project, &project.storage, "storage").map_err(InOperation)?;
    let configured = project.configuration.iter().map(|entry| (entry.key.clone(), entry.value.clone()));
    let settings: Vec<(String, String)> = configured.chain(set.iter().cloned()).collect();
    let Some(graph) = loaded.graph.take() else { return Err(InProject(Exit::Wrong)) };
    Ok(Pipeline {
        name: project.name.clone(),
        graph,
        warehouse,
        storage,
        paths: project.paths.clone(),
        settings,
        catalog: project.catalog.clone(),
        schema: project.schema.clone(),
        root,
    })
}

fn local(project: &Project, location: &Location, what: &str) -> Result<std::path::PathBuf, Box<Diagnostic>> {
    match location {
        Location::Local(path) => Ok(absolute(std::path::Path::new("."), &project.root.join(path))),
        Location::Remote(uri) => {
            let title = format!("the {what} `{uri}` is in an object store, which is not built yet");
            Err(Box::new(Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title).help("use a folder of this machine")))
        }
    }
}

/// The engine of this process.
pub fn engine(memory: Option<usize>, wait: std::time::Duration) -> Result<Engine, Box<Diagnostic>> {
    let settings = EngineSettings {
        memory_bytes: memory.unwrap_or_else(runtime::half_of_memory),
        spill_folder: runtime::spill_folder(),
        partitions: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        wait,
    };
    let engine = Engine::new(settings, Arc::new(SystemClock), fault_points::from_environment());
    engine.map_err(|error| Box::new(lakesmith_update::fault::engine_fault(&error)))
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
