//! The pipeline as a whole.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::pipeline::DatasetKind;

use crate::graph::Draft;

pub fn check(draft: &Draft<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let collected = &draft.collected;
    // Where statements were refused, what they would have defined is unknown and their own messages say enough.
    let is_complete = draft.input.unparsed.is_empty()
        && !collected.has_foreign
        && collected.flows.iter().all(|flow| flow.target.is_some());
    let counts = |kind| kind != DatasetKind::TemporaryView;
    if is_complete && !collected.datasets.iter().any(|dataset| counts(dataset.kind)) {
        diagnostics.push(
            Diagnostic::error(Condition::RUN_EMPTY_PIPELINE, "the pipeline defines no table and no view that lasts")
                .help("add a statement such as `CREATE OR REFRESH MATERIALIZED VIEW name AS SELECT …`"),
        );
    }
}
