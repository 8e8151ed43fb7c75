//! Two updates of one project at once, and updates that are interrupted.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::process::Command;

use super::pipeline::Shape;
use super::process::{finish, lakesmith, start};
use super::project::Project;

/// Below the project's folder.
const LEASE: &str = ".lakesmith/storage/lease";

#[test]
fn of_two_updates_at_once_one_waits_for_the_other_and_every_row_arrives_once() {
    let mut project = Project::new(Shape::TwoFlows);
    for _ in 0..3 {
        let updates = [start(project.path(), &["run"]), start(project.path(), &["run"])];
        for update in updates {
            project.arrive(5);
            let ran = finish(update);
            assert!(ran.succeeded(), "{}", ran.told());
        }
        project.run_and_check().expect("every row once");
    }
}

#[test]
fn an_update_that_does_not_wait_says_that_another_runs() {
    let project = Project::that_ran(Shape::TwoFlows);
    let lease = File::options().append(true).open(project.path().join(LEASE)).expect("the lease");
    lease.lock().expect("a lock that nobody has");
    let ran = lakesmith(project.path(), &["run", "--wait", "0s"]);
    assert_eq!((ran.code, ran.errors()), (Some(1), vec!["CONCURRENT_PIPELINE_UPDATE".to_owned()]), "{}", ran.told());
    project.check().expect("nothing changed");
    lease.unlock().expect("an unlocked lease");
    let ran = lakesmith(project.path(), &["run", "--wait", "0s"]);
    assert!(ran.succeeded(), "{}", ran.told());
}

#[test]
fn two_updates_that_both_hold_a_lease_neither_lose_nor_repeat_a_row() {
    for shape in [Shape::TwoFlows, Shape::Chain] {
        let mut project = Project::that_ran(shape);
        for round in 0..6 {
            project.arrive(9);
            let first = start(project.path(), &["run"]);
            // a lease on a file that is gone keeps nobody out, as on a file system without locks
            while !is_held_by(&project, first.id()) {
                std::thread::yield_now();
            }
            fs::remove_file(project.path().join(LEASE)).expect("a lease");
            let second = start(project.path(), &["run"]);
            project.arrive(4);
            for ran in [finish(first), finish(second)] {
                assert!(matches!(ran.code, Some(0 | 1)), "{}", ran.told());
            }
            project.run_and_check().unwrap_or_else(|wrong| panic!("{shape:?}, round {round}: {wrong}"));
        }
    }
}

fn is_held_by(project: &Project, process: u32) -> bool {
    let holder = fs::read_to_string(project.path().join(LEASE)).unwrap_or_default();
    holder.starts_with(&format!("process {process},"))
}

#[test]
fn an_interrupted_update_ends_with_130_and_leaves_nothing_half_done() {
    let mut project = Project::new(Shape::TwoFlows);
    project.arrive(60_000);
    let mut update = start(project.path(), &["run"]);
    // the small history is done first; the large file is at work then
    let mut told = BufReader::new(update.stderr.take().expect("its messages"));
    let mut line = String::new();
    told.read_line(&mut line).expect("a line");
    let id = update.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().expect("kill");
    assert!(sent.success(), "{line}");
    let mut rest = String::new();
    told.read_to_string(&mut rest).expect("its messages");
    let ran = finish(update);
    assert_eq!(ran.code, Some(130), "{line}{rest}");
    project.run_and_check().expect("every row once");
}
