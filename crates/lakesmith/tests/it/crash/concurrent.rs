//! Two updates of one project at once, and updates that are interrupted.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};

use super::pipeline::{Definition, Shape};
use super::process::{command, finish, lakesmith, start};
use super::project::Project;
use super::workers::for_each;

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

/// What the newer of two updates of different definitions does at last.
#[derive(Debug, Clone, Copy)]
enum Newer {
    /// It ends before the stalled one goes on.
    Ends,
    /// It stalls too, before its commit, and goes on when the other has ended.
    StallsToo,
}

#[test]
fn an_update_that_stalls_without_its_lease_and_a_newer_one_are_never_both_right() {
    let points =
        ["stream.after_plan#2", "update.before_quarantine_commit#2", "update.before_commit#2", "delta.after_log_put#2"];
    let newer = [Newer::Ends, Newer::StallsToo];
    let jobs = points.iter().flat_map(|point| newer.map(|newer| (*point, newer))).collect();
    let wrong = for_each(jobs, |(point, newer)| {
        stall_at(point, newer).err().map(|wrong| format!("{point}, {newer:?}: {wrong}"))
    });
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An update stalls at a point while it works on silver; the pipeline is edited, and another update runs beside it.
fn stall_at(point: &str, newer: Newer) -> Result<(), String> {
    let mut project = Project::that_ran(Shape::TwoFlows);
    project.arrive(9);
    let old = Stalled::at(&project, &format!("stall:{point}"))?;
    fs::remove_file(project.path().join(LEASE)).map_err(|error| error.to_string())?;
    let before = project.definition();
    project.define(Definition::numbered(before.number + 1));
    match newer {
        Newer::Ends => {
            // it may meet what the stalled one has committed meanwhile, and fail
            project.run();
            old.go_on();
        }
        Newer::StallsToo => {
            let newer = Stalled::at(&project, "stall:update.before_commit")?;
            old.go_on();
            newer.go_on();
        }
    }
    let ran = project.run();
    if !ran.succeeded() {
        return Err(format!("the clean update: {}", ran.told()));
    }
    let (by_old, by_new) = (project.expected_with_open(before), project.expected_with_open(project.definition()));
    let found = project.tables()?;
    match (found.differences(&by_old), found.differences(&by_new)) {
        (Some(old), Some(new)) => Err(format!("by the old definition {old}\nby the new one {new}")),
        _ => Ok(()),
    }
}

/// An update that waits at a point.
struct Stalled {
    update: Child,
    told: BufReader<ChildStderr>,
}

impl Stalled {
    fn at(project: &Project, fault: &str) -> Result<Self, String> {
        let mut command = command(project.path(), &["run"]);
        command.env("LAKESMITH_FAULT", fault).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut update = command.spawn().map_err(|error| error.to_string())?;
        let told = update.stderr.take().ok_or("its messages are gone")?;
        let mut stalled = Self { update, told: BufReader::new(told) };
        let mut line = String::new();
        while line.trim_end() != "stalled" {
            line.clear();
            if stalled.told.read_line(&mut line).map_err(|error| error.to_string())? == 0 {
                return Err(format!("{fault} was not reached"));
            }
        }
        Ok(stalled)
    }

    /// Lets it go on to its end, whatever that is.
    fn go_on(mut self) {
        drop(self.update.stdin.take());
        let mut rest = String::new();
        self.told.read_to_string(&mut rest).expect("its messages");
        let ended = self.update.wait().expect("its end");
        assert!(matches!(ended.code(), Some(0 | 1)), "{ended}: {rest}");
    }
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
