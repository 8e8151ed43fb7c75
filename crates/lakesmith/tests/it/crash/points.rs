//! Crashes at every point that the sources name, in several situations. `LAKESMITH_CRASH_ALL=1` crashes every single time that an
//! update reaches one, which takes some minutes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::situation::{Crash, Meanwhile, Situation};
use super::workers::for_each;
use crate::specs::repository;

/// A crash suite of fewer points would tell little.
const FEWEST_POINTS: usize = 16;

#[test]
fn a_crash_at_any_named_point_neither_loses_nor_repeats_a_row() {
    let points = named_points();
    assert!(points.len() >= FEWEST_POINTS, "only {} points are named: {points:?}", points.len());
    let mut jobs = Vec::new();
    for point in points.iter().map(String::as_str) {
        jobs.extend(
            [Situation::NewFile, Situation::NewFileInChain, Situation::First].map(|situation| (point, situation)),
        );
        if !point.starts_with("events.") {
            jobs.extend([(point, Situation::FullRefresh), (point, Situation::FullRefreshOfTwo)]);
        }
        if point.starts_with("update.") || point.starts_with("stream.") {
            jobs.push((point, Situation::NewColumn));
        }
        if point.starts_with("compaction.") || point.starts_with("delta.") {
            jobs.push((point, Situation::Compaction));
        }
        if point.ends_with("_ledger") {
            jobs.push((point, Situation::Ledger));
        }
        if point.ends_with("_undo") || point.starts_with("delta.") || point.starts_with("stream.") {
            jobs.push((point, Situation::Undo));
        }
    }
    let crashes = for_each(jobs, |(point, situation)| situation.crash_at(point, Meanwhile::Nothing));
    let crashes: Vec<Crash> = crashes.into_iter().flatten().collect();
    assert_nothing_wrong(&crashes);
    let reached: BTreeSet<String> = crashes.iter().map(|crash| crash.point.clone()).collect();
    let unreached: Vec<&String> = points.difference(&reached).collect();
    assert!(unreached.is_empty(), "no situation reaches {unreached:?}: give one that does");
    let most = crashes.iter().map(|crash| crash.leftovers).max().unwrap_or_default();
    println!(
        "{} crashes at {} points; at most {most} parts of dead batches in a project",
        crashes.len(),
        reached.len()
    );
}

#[test]
fn after_a_crash_at_any_named_point_an_edited_definition_holds_for_all_that_was_not_committed() {
    let points = named_points();
    let points: Vec<&str> = points.iter().map(String::as_str).filter(|point| !point.starts_with("events.")).collect();
    let situations = [Situation::NewFile, Situation::NewFileInChain];
    let jobs = points.iter().flat_map(|point| situations.map(|situation| (*point, situation))).collect();
    let crashes = for_each(jobs, |(point, situation)| situation.crash_at(point, Meanwhile::Edit));
    let crashes: Vec<Crash> = crashes.into_iter().flatten().collect();
    assert_nothing_wrong(&crashes);
    println!("{} crashes", crashes.len());
}

fn assert_nothing_wrong(crashes: &[Crash]) {
    let wrong: Vec<&str> = crashes.iter().filter_map(|crash| crash.wrong.as_deref()).collect();
    assert!(wrong.is_empty(), "after {} of {} crashes:\n{}", wrong.len(), crashes.len(), wrong.join("\n"));
}

/// Every point that the sources of the crates name outside their tests.
pub fn named_points() -> BTreeSet<String> {
    let mut points = BTreeSet::new();
    let crates = fs::read_dir(repository().join("crates")).expect("the crates");
    for path in crates.flat_map(|entry| sources(&entry.expect("an entry").path().join("src"))) {
        let text = fs::read_to_string(&path).expect("a source");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let named = code.split(".reach(\"").skip(1);
        points.extend(named.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
    }
    points
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
    files
}
