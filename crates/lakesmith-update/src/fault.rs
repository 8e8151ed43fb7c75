//! What a failed operation is to the user: a message with a condition, facts and help.

use lakesmith_delta::{CommitError, ExpectationViolated};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::{EngineError, ErrorKind, Retry};
use lakesmith_expectation::ViewViolated;
use lakesmith_stream::StreamError;

/// The message of a failed operation.
pub fn engine_fault(error: &EngineError) -> Diagnostic {
    if let Some(violated) = ExpectationViolated::find(error) {
        return violation(violated);
    }
    if let Some(violated) = ViewViolated::find(error) {
        let title = format!("view `{}`: {violated}", violated.dataset);
        return Diagnostic::error(Condition::EXPECTATION_VIOLATION, title)
            .help("correct the source, or declare ON VIOLATION DROP ROW");
    }
    let condition = match error.kind {
        ErrorKind::Data(condition) => *condition,
        ErrorKind::Memory => Condition::LAKESMITH_MEMORY,
        ErrorKind::DiskFull => Condition::LAKESMITH_DISK_FULL,
        ErrorKind::NotFound | ErrorKind::Denied | ErrorKind::Storage | ErrorKind::Conflict => {
            Condition::LAKESMITH_STORAGE
        }
        ErrorKind::Unsupported => Condition::LAKESMITH_NOT_BUILT,
        ErrorKind::Cancelled | ErrorKind::Internal => Condition::LAKESMITH_INTERNAL,
    };
    let title = match error.kind {
        // what is wrong with a value or a file says all
        ErrorKind::Data(_) => first_line(&error.message).to_owned(),
        ErrorKind::Denied => format!("permission to {} is denied", error.operation),
        ErrorKind::Memory => "the memory limit was reached".to_owned(),
        _ => format!("{}: {}", error.operation, first_line(&error.message)),
    };
    let mut diagnostic = Diagnostic::error(condition, title);
    for (name, value) in &error.context {
        diagnostic = diagnostic.note(format!("{name}: {value}"));
    }
    for line in error.message.lines().skip(1).take(12) {
        diagnostic = diagnostic.note(line.to_owned());
    }
    if let Some(place) = error.place {
        diagnostic = diagnostic.at(place, "");
    }
    if error.retry == Retry::CanHelp {
        diagnostic = diagnostic.transient();
    }
    match error.kind {
        ErrorKind::DiskFull => {
            diagnostic.help("make room on that file system and run again; what could not be written changed no table")
        }
        ErrorKind::Memory => diagnostic.help("give more with `--memory`, or smaller batches with `maxFilesPerTrigger`"),
        ErrorKind::Denied => diagnostic.help("check who owns the folder and who may write there"),
        _ => diagnostic,
    }
}

/// The message of a flow that cannot go on.
pub fn stream_fault(error: &StreamError) -> Diagnostic {
    let condition = match error {
        StreamError::CheckpointGone { .. } | StreamError::Damaged { .. } => Condition::LAKESMITH_CHECKPOINT,
        StreamError::SourceReplaced { .. } => Condition::DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE,
        StreamError::NotAppend { .. } => Condition::DELTA_SOURCE_TABLE_IGNORE_CHANGES,
        StreamError::VersionMissing { .. } => Condition::LAKESMITH_CHECKPOINT,
        StreamError::StartsLate { .. } => Condition::DELTA_TIMESTAMP_GREATER_THAN_COMMIT,
        StreamError::Failed(error) => return engine_fault(error),
    };
    let diagnostic = match error {
        StreamError::CheckpointGone { flow, folder } => {
            let title = format!("the checkpoint of flow `{flow}` is gone, and its table holds what it wrote");
            Diagnostic::error(condition, title).note(format!("it was in {folder}"))
        }
        other => Diagnostic::error(condition, other.to_string()),
    };
    match error {
        StreamError::NotAppend { .. } => diagnostic
            .help("start the reading table over with `--full-refresh`, or read without STREAM in a materialized view")
            .help("where such commits are to be passed over: `STREAM t WITH (skipChangeCommits = true)`"),
        StreamError::StartsLate { .. } => diagnostic.help("`startingVersion = 'latest'` begins with what comes next"),
        StreamError::CheckpointGone { .. } | StreamError::Damaged { .. } => {
            diagnostic.help("put the storage folder back, or start the table over with `--full-refresh`")
        }
        _ => diagnostic.help("start the reading table over with `--full-refresh`"),
    }
}

/// The message of a commit that was not made.
pub fn commit_fault(table: &str, error: &CommitError) -> Diagnostic {
    match error {
        CommitError::Failed(error) | CommitError::Unsure(error) => engine_fault(error),
        CommitError::TxnConflict { .. } => {
            let title = format!("another process has committed to `{table}` in this flow's name");
            Diagnostic::error(Condition::CONCURRENT_PIPELINE_UPDATE, title)
                .note(error.to_string())
                .help("nothing was written twice; run again")
        }
        CommitError::MetadataChanged { .. }
        | CommitError::ProtocolChanged { .. }
        | CommitError::VersionMoved { .. } => {
            let title = format!("`{table}` was changed by someone else during the update");
            Diagnostic::error(Condition::LAKESMITH_STORAGE, title).note(error.to_string()).help("run again")
        }
    }
}

/// Why parts were not committed.
pub(crate) struct Uncommitted {
    pub faults: Vec<Diagnostic>,
    /// Whether they may be rows of the table after all, so that they must stay.
    pub is_unsure: bool,
}

impl Uncommitted {
    pub fn new(table: &str, error: &CommitError) -> Self {
        Self { faults: vec![commit_fault(table, error)], is_unsure: matches!(error, CommitError::Unsure(_)) }
    }
}

impl From<Vec<Diagnostic>> for Uncommitted {
    fn from(faults: Vec<Diagnostic>) -> Self {
        Self { faults, is_unsure: false }
    }
}

fn violation(violated: &ExpectationViolated) -> Diagnostic {
    let table = violated.node.strip_prefix("sink:").unwrap_or(&violated.node);
    let names: Vec<String> = violated.names.iter().map(|name| format!("`{name}`")).collect();
    let verb = if violated.count == 1 { "row violates" } else { "rows violate" };
    let title = format!("flow into `{table}` stopped: {} {verb} {}", violated.count, names.join(", "));
    let mut diagnostic = Diagnostic::error(Condition::EXPECTATION_VIOLATION, title)
        .note(format!("nothing of this batch was written to `{table}`"));
    if !violated.rows.is_empty() {
        diagnostic = diagnostic.note(format!("first rows: {}", violated.rows.join("; ")));
    }
    diagnostic.help("correct the source, or declare ON VIOLATION DROP ROW or QUARANTINE")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}
