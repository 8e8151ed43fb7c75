//! Full disks: one clear message, tables as they were, and the next update goes on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::leftovers::leftovers;
use super::oracle::Tables;
use super::pipeline::Shape;
use super::points::named_points;
use super::process::Ran;
use super::project::Project;
use super::skip::skip;
use super::workers::for_each;

const TABLES: [&str; 5] = ["bronze", "silver", "silver_quarantine", "gold", "totals"];

#[test]
fn a_disk_that_is_full_at_any_write_is_one_message_and_leaves_tables_as_they_were() {
    let points = named_points().into_iter().filter(|point| point.contains(".before_"));
    let jobs = points.flat_map(|point| [(point.clone(), Shape::TwoFlows), (point, Shape::Chain)]).collect();
    let wrong =
        for_each(jobs, |(point, shape)| fill_at(&point, shape).err().map(|wrong| format!("{shape:?}, {wrong}")));
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Lets the first, second, … write at a point fail, until no update gets so far.
fn fill_at(point: &str, shape: Shape) -> Result<(), String> {
    let mut project = Project::that_ran(shape);
    let mut count = 1;
    loop {
        let fault = format!("disk_full:{point}#{count}");
        let failed = fail(&mut project, &fault).map_err(|wrong| format!("{fault}\n  {wrong}"))?;
        if !failed {
            return Ok(());
        }
        count += 1 + count / 2;
    }
}

/// Whether the update failed.
fn fail(project: &mut Project, fault: &str) -> Result<bool, String> {
    let warehouse = project.path().join("warehouse");
    let before = project.tables()?;
    let left_before = leftovers(&warehouse);
    project.arrive(7);
    let after = project.expected();
    let ran = project.run_with(&[], fault);
    if ran.succeeded() {
        project.check()?;
    } else {
        expect_one_message(&ran)?;
        expect_whole_tables(project, &before, &after)?;
    }
    let left: BTreeSet<PathBuf> = leftovers(&warehouse).difference(&left_before).cloned().collect();
    if !left.is_empty() {
        return Err(format!("left behind: {left:?}\n{}", ran.told()));
    }
    project.run_and_check()?;
    Ok(!ran.succeeded())
}

/// Every table is as it was or as it was to be.
fn expect_whole_tables(project: &Project, before: &Tables, after: &Tables) -> Result<(), String> {
    let found = project.tables()?;
    let is_whole = |table: &&str| [before, after].iter().any(|tables| tables.rows(table) == found.rows(table));
    match TABLES.iter().find(|table| !is_whole(table)) {
        Some(table) => Err(format!("{table} is neither as it was nor as it was to be")),
        None => Ok(()),
    }
}

fn expect_one_message(ran: &Ran) -> Result<(), String> {
    match (ran.code, ran.errors().as_slice()) {
        (Some(1), [only]) if only == "LAKESMITH_DISK_FULL" => Ok(()),
        _ => Err(format!("not one message of a full disk: {}", ran.told())),
    }
}

#[test]
fn a_real_file_system_that_is_full_leaves_tables_as_they_were() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let small = place.path().join("small");
    let Some(disk) = Disk::mount(&small, "400k") else {
        return skip("a file system of its own needs root and `mount`");
    };
    let mut project = Project::new(Shape::Chain);
    std::os::unix::fs::symlink(&small, project.path().join("warehouse")).expect("a link");
    project.run_and_check().expect("the first update");
    let before = project.expected();
    project.arrive(90_000);
    let ran = project.run();
    expect_one_message(&ran).expect("one message");
    expect_whole_tables(&project, &before, &project.expected()).expect("whole tables");
    assert_eq!(project.tables().expect("tables").rows("gold"), before.rows("gold"), "gold had no room");
    let left = leftovers(&small);
    assert!(left.is_empty(), "left behind: {left:?}");
    disk.resize("256m");
    project.run_and_check().expect("every row once");
}

/// A small file system in memory, unmounted when dropped.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    fn mount(folder: &Path, size: &str) -> Option<Self> {
        std::fs::create_dir_all(folder).expect("a folder");
        let options = format!("size={size}");
        let mut command = Command::new("mount");
        let mounted = command.args(["-t", "tmpfs", "-o", &options, "lakesmith-test"]).arg(folder).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then(|| Self { folder: folder.to_owned() })
    }

    fn resize(&self, size: &str) {
        let options = format!("remount,size={size}");
        let resized = Command::new("mount").args(["-o", &options]).arg(&self.folder).status();
        assert!(resized.is_ok_and(|resized| resized.success()), "the file system cannot grow");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // the folder goes with the test; what stays mounted is only untidy
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}
