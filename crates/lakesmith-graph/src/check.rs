//! The checks of a graph. Each finds one kind of fault, and none looks at what another found.

mod column;
mod cycle;
mod expectation;
mod function;
mod pipeline;
mod query;
mod target;
mod view;

use lakesmith_diagnostic::Diagnostic;

use crate::graph::Draft;

/// A check: adds the faults it finds.
type Check = fn(&Draft<'_>, &mut Vec<Diagnostic>);

const CHECKS: [Check; 8] = [
    target::check,
    query::check,
    view::check,
    cycle::check,
    expectation::check,
    column::check,
    function::check,
    pipeline::check,
];

/// All faults, those of collecting first.
pub fn all(draft: &mut Draft<'_>) -> Vec<Diagnostic> {
    let mut diagnostics = std::mem::take(&mut draft.collected.diagnostics);
    for check in CHECKS {
        check(draft, &mut diagnostics);
    }
    diagnostics
}

#[cfg(test)]
mod tests;
