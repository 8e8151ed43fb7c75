//! [`UpdateOutcome`]: what an update did, flow by flow.

use lakesmith_diagnostic::Diagnostic;
use lakesmith_expectation::ExpectationCounts;
use lakesmith_ingest::FileCounts;

use crate::retries::may_pass;

/// What an update did.
#[derive(Debug, Clone)]
pub struct UpdateOutcome {
    /// The update's id.
    pub update_id: String,
    /// Every flow that writes a table, in the order of the graph.
    pub flows: Vec<FlowOutcome>,
    /// Faults that stopped the update as a whole, and lints.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether it was interrupted.
    pub is_cancelled: bool,
    /// How long it took, in microseconds.
    pub duration_micros: i64,
}

impl UpdateOutcome {
    /// Whether everything that was asked for is done.
    pub fn is_completed(&self) -> bool {
        let failed = |flow: &FlowOutcome| {
            matches!(flow.result, FlowResult::Failed(_) | FlowResult::Skipped { .. } | FlowResult::Stopped)
        };
        !self.is_cancelled && !self.diagnostics.iter().any(Diagnostic::is_error) && !self.flows.iter().any(failed)
    }
}

impl UpdateOutcome {
    /// Whether all that went wrong may pass by itself.
    pub(crate) fn failed_for_now(&self) -> bool {
        let faults = self.flows.iter().filter_map(|flow| match &flow.result {
            FlowResult::Failed(faults) => Some(faults),
            _ => None,
        });
        let faults: Vec<Diagnostic> = faults.flatten().chain(&self.diagnostics).cloned().collect();
        !self.is_cancelled && may_pass(&faults)
    }
}

/// What became of a flow.
#[derive(Debug, Clone)]
pub struct FlowOutcome {
    /// Its name, as output shows it.
    pub flow: String,
    /// The table it writes.
    pub dataset: String,
    /// How it ended.
    pub result: FlowResult,
    /// What it did, whether or not it ended well.
    pub work: FlowWork,
    /// How long it took, in microseconds.
    pub duration_micros: i64,
}

/// How a flow ended.
#[derive(Debug, Clone)]
pub enum FlowResult {
    /// It wrote what was to be written.
    Completed,
    /// There was nothing to do; holds why.
    UpToDate(String),
    /// It failed.
    Failed(Vec<Diagnostic>),
    /// It was not run because something it reads failed.
    Skipped {
        /// What failed.
        because: String,
    },
    /// It was not selected.
    Excluded,
    /// The update was interrupted before it ended.
    Stopped,
}

/// Counts of a flow.
#[derive(Debug, Clone, Default)]
pub struct FlowWork {
    /// Batches that were committed.
    pub batches: u64,
    /// Rows that were written.
    pub written: i64,
    /// Rows that expectations dropped.
    pub dropped: i64,
    /// Rows that expectations quarantined.
    pub quarantined: i64,
    /// Bytes that were written.
    pub bytes: i64,
    /// Expectations with their counts, in order.
    pub expectations: Vec<ExpectationCounts>,
    /// Files that were read, with what became of their records.
    pub files: Vec<FileCounts>,
    /// The table's version after the last commit.
    pub version: Option<i64>,
}

impl FlowWork {
    pub(crate) fn add(&mut self, other: Self) {
        self.batches += other.batches;
        self.written += other.written;
        self.dropped += other.dropped;
        self.quarantined += other.quarantined;
        self.bytes += other.bytes;
        for counts in other.expectations {
            let same = |known: &&mut ExpectationCounts| {
                known.dataset == counts.dataset && known.check.name == counts.check.name
            };
            match self.expectations.iter_mut().find(same) {
                Some(known) => {
                    known.passed += counts.passed;
                    known.failed += counts.failed;
                }
                None => self.expectations.push(counts),
            }
        }
        self.files.extend(other.files);
        self.version = other.version.or(self.version);
    }
}
