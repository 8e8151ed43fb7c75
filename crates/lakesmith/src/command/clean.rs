//! `lakesmith clean`: deletes what nobody needs any more, or the tables of the pipeline with all that belongs to them.
//!
//! Everything that can be deleted is a [`Removal`], which never leaves the folder it is fenced in. What is found is listed; it
//! is deleted only with `--yes`, and only while no update runs.

mod leftovers;
mod own_tables;
mod removal;

use std::path::Path;
use std::time::Duration;

use lakesmith_base::{Clock, SystemClock};
use lakesmith_update::Pipeline;
use lakesmith_update::lease::Lease;

use crate::arguments::Clean;
use crate::command::clean::removal::Removal;
use crate::exit::Exit;
use crate::load::load;
use crate::printer::Printer;
use crate::runtime;
use crate::update::{give_up, pipeline};

/// What there is to delete, and why other things are kept.
#[derive(Debug, Default)]
struct Found {
    /// In the order in which they are to be deleted: one that fails stops those after it.
    groups: Vec<Vec<Removal>>,
    /// What is kept though one might expect otherwise.
    kept: Vec<String>,
}

/// Lists or deletes.
pub fn run(arguments: &Clean, printer: &mut Printer) -> Exit {
    let mut loaded = load(&arguments.project);
    let pipeline = match pipeline(&mut loaded, &arguments.project.set, false) {
        Ok(pipeline) => pipeline,
        Err(wrong) => return give_up(&loaded, wrong, printer),
    };
    match runtime::block_on(clean(&pipeline, arguments, printer)) {
        Ok(exit) => exit,
        Err(error) => {
            printer.note(&format!("error: threads cannot be started: {error}"));
            Exit::Usage
        }
    }
}

async fn clean(pipeline: &Pipeline, arguments: &Clean, printer: &mut Printer) -> Exit {
    let _lease = match lease(pipeline, arguments.yes).await {
        Ok(lease) => lease,
        Err(fault) => {
            printer.diagnostics(&lakesmith_diagnostic::SourceMap::default(), &[*fault]);
            return Exit::Wrong;
        }
    };
    let found = if arguments.tables {
        own_tables::find(pipeline)
    } else {
        leftovers::find(pipeline, SystemClock.now_micros() / 1000).await
    };
    for kept in &found.kept {
        printer.note(kept);
    }
    if found.groups.is_empty() {
        printer.line("nothing to delete");
        return Exit::Done;
    }
    if !arguments.yes {
        found.groups.iter().flatten().for_each(|removal| printer.line(&line(removal)));
        printer.note("nothing was deleted: `--yes` deletes all of this");
        return Exit::Done;
    }
    delete(&found.groups, printer)
}

/// The right to delete. There is nothing that could run where there is no storage, and a list needs no right.
async fn lease(pipeline: &Pipeline, deletes: bool) -> Result<Option<Lease>, Box<lakesmith_diagnostic::Diagnostic>> {
    if !deletes || !pipeline.storage.is_dir() {
        return Ok(None);
    }
    let holder = format!("process {}, `lakesmith clean`", std::process::id());
    Lease::take(&pipeline.storage, &holder, Duration::ZERO).await.map(Some).map_err(Box::new)
}

fn line(removal: &Removal) -> String {
    format!("{}  {}", shown(removal.path()), removal.what)
}

fn delete(groups: &[Vec<Removal>], printer: &mut Printer) -> Exit {
    let mut exit = Exit::Done;
    for group in groups {
        for removal in group {
            match removal.delete() {
                Ok(()) => printer.line(&format!("deleted {}", line(removal))),
                Err(error) => {
                    printer.note(&format!("error: `{}` cannot be deleted: {error}", shown(removal.path())));
                    exit = Exit::Wrong;
                    // what comes after in a group may go only when this is gone
                    break;
                }
            }
        }
    }
    exit
}

fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}
