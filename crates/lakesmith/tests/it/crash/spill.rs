//! Spilled data of killed processes: the next process removes it.

use std::fs;
use std::path::Path;

use super::pipeline::Shape;
use super::process::{Ran, command};
use super::project::Project;

#[test]
fn what_a_killed_process_spilled_is_removed_by_the_next() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let mut project = Project::that_ran(Shape::TwoFlows);
    project.arrive(7);
    let crashed = run(&project, temporary.path(), "crash:update.before_commit");
    assert!(crashed.crashed(), "{}", crashed.told());
    assert_eq!(spill_folders(temporary.path()), 1);
    let clean = run(&project, temporary.path(), "none");
    assert!(clean.succeeded(), "{}", clean.told());
    assert_eq!(spill_folders(temporary.path()), 0);
}

fn run(project: &Project, temporary: &Path, fault: &str) -> Ran {
    let mut command = command(project.path(), &["run"]);
    command.env("TMPDIR", temporary).env("LAKESMITH_FAULT", fault).output().expect("the binary runs").into()
}

fn spill_folders(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    entries.filter(|name| name.to_string_lossy().starts_with("lakesmith-")).count()
}
