//! How much of what public pipelines call is built: `docs/function-uses.tsv` has the counts.
//!
//! A function that asks a service Lakesmith does not have counts as done when it is refused with that reason.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use lakesmith_functions::{higher_order, refusal, registry};
use lakesmith_unresolved::function_names;

use crate::compatibility::BESIDE_THE_TABLE;
use crate::specs::repository;

/// The share of uses that must be built.
const PROMISED: f64 = 0.99;

/// Table functions, and what the DataFrame has under another name.
const RELATIONS: [&str; 4] = ["cloud_files", "event_log", "range", "read_files"];

/// What the counts say of the functions.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    uses: u32,
    done: u32,
    /// Functions that are counted and refused.
    pub refused: BTreeSet<String>,
}

impl Coverage {
    pub(crate) fn read() -> Self {
        let path = repository().join("docs/function-uses.tsv");
        let text = std::fs::read_to_string(path).expect("the counts can be read");
        let mut coverage = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, uses) = line.split_once('\t').expect("a name and a number");
            let uses: u32 = uses.parse().expect("a number");
            let is_function = registry::find(name).is_some() || higher_order::find(name).is_some();
            let is_built = is_function || BESIDE_THE_TABLE.contains(&name) || RELATIONS.contains(&name);
            let is_final = refusal::find(name).is_some_and(|refusal| refusal.is_final);
            coverage.uses += uses;
            coverage.done += if is_built || is_final { uses } else { 0 };
            if !is_built {
                coverage.refused.insert(name.to_owned());
            }
        }
        coverage
    }

    pub(crate) fn share(&self) -> f64 {
        f64::from(self.done) / f64::from(self.uses)
    }
}

#[test]
fn nearly_every_call_of_public_pipelines_is_of_a_function_that_is_built() {
    let coverage = Coverage::read();
    println!("{} of {} uses, {:.2} %", coverage.done, coverage.uses, coverage.share() * 100.0);
    println!("refused: {}", coverage.refused.iter().cloned().collect::<Vec<_>>().join(", "));
    assert!(coverage.share() >= PROMISED, "{:.2} % of uses are built", coverage.share() * 100.0);
}

#[test]
fn every_function_that_is_counted_and_not_built_is_refused_by_name() {
    let mut unknown = String::new();
    for name in &Coverage::read().refused {
        if function_names::find(name).is_none() {
            writeln!(unknown, "{name}").expect("text grows");
        }
    }
    assert_eq!(unknown, "", "functions that are refused as if they did not exist");
}
