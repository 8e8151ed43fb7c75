//! Definitions, files and places that change between a crash and the restart.

use std::fs;

use super::pipeline::{Definition, Shape};
use super::process::lakesmith;
use super::project::Project;
use super::situation::{crash_once, leave_quarantine_ahead};

#[test]
fn an_edit_that_is_taken_back_after_its_own_crash_leaves_the_quarantine_whole() {
    let mut project = Project::that_ran(Shape::TwoFlows);
    let first = project.definition();
    project.arrive(7);
    leave_quarantine_ahead(&project).expect("a crash");
    project.edit().expect("an edit");
    // what the old definition has put into quarantine has been taken back, and the new plan is not written yet
    assert!(crash_once(&project, &[], "crash:stream.before_plan").expect("a crash"));
    project.edit_to(first).expect("an edit");
    project.run_and_check().expect("every row once");
}

#[test]
fn rows_that_are_dropped_and_no_longer_quarantined_leave_the_quarantine_of_the_batch_that_crashed() {
    let mut project = Project::that_ran(Shape::TwoFlows);
    project.arrive(7);
    leave_quarantine_ahead(&project).expect("a crash");
    let dropping = Definition { quarantines: false, ..Definition::numbered(2) };
    project.edit_to(dropping).expect("an edit");
    project.arrive(9);
    project.run_and_check().expect("every row once");
}

#[test]
fn a_file_that_is_replaced_between_a_crash_and_the_restart_is_read_as_it_is_then() {
    each_shape_and_commit(|shape, fault| {
        let mut project = Project::that_ran(shape);
        let old = project.arrive(7);
        assert!(crash_once(&project, &[], fault).expect("a crash"));
        project.forget_open_rows();
        let new = project.arrive(9);
        fs::rename(new, old).expect("a file that replaces another");
        project.run_and_check().expect("the rows of the new file, once");
    });
}

#[test]
fn a_file_that_goes_between_a_crash_and_the_restart_is_not_missed() {
    each_shape_and_commit(|shape, fault| {
        let mut project = Project::that_ran(shape);
        let gone = project.arrive(7);
        assert!(crash_once(&project, &[], fault).expect("a crash"));
        fs::remove_file(gone).expect("a file that goes");
        project.forget_open_rows();
        project.arrive(9);
        project.run_and_check().expect("the rows of the other files, once");
    });
}

#[test]
fn a_project_that_is_moved_between_a_crash_and_the_restart_goes_on_where_it_was() {
    for shape in [Shape::TwoFlows, Shape::Chain] {
        for fault in ["crash:stream.after_plan", "crash:update.before_commit#2", "crash:update.after_commit#2"] {
            let mut project = Project::that_ran(shape);
            project.arrive(7);
            assert!(crash_once(&project, &[], fault).expect("a crash"));
            project.relocate();
            project.arrive(9);
            project.run_and_check().unwrap_or_else(|wrong| panic!("{shape:?}, {fault}: {wrong}"));
        }
    }
}

#[test]
fn a_full_refresh_that_was_interrupted_goes_on_table_by_table() {
    let mut project = Project::that_ran(Shape::TwoFlows);
    project.arrive(7);
    assert!(crash_once(&project, &["--full-refresh-all"], "crash:update.before_reset#2").expect("a crash"));
    let only = project.run_with(&["--refresh", "bronze"], "");
    assert!(only.succeeded(), "{}", only.told());
    project.arrive(9);
    project.run_and_check().expect("every row once");
    let plan = lakesmith(project.path(), &["plan", "--detailed-exitcode"]);
    assert!(plan.succeeded(), "something is left to do: {}{}", plan.stdout, plan.told());
}

/// Crashes before bronze has committed the file that changes.
fn each_shape_and_commit(test: impl Fn(Shape, &str)) {
    for shape in [Shape::TwoFlows, Shape::Chain] {
        for point in ["stream.after_plan", "sink.after_part", "update.before_commit"] {
            test(shape, &format!("crash:{point}"));
        }
    }
}
