//! Events of a project as they were recorded: those of its event log, and those of journals that no update has folded into it yet.
//!
//! A journal lies beside the log while an update runs, and after one that was killed until the next update begins.

use std::path::{Path, PathBuf};

use lakesmith_diagnostic::SourceMap;
use lakesmith_engine::EngineError;
use lakesmith_event::timestamp;
use lakesmith_session::{QueryError, Session, json};
use lakesmith_update::event_log::{journals, table_folder};
use lakesmith_update::lease::Lease;
use serde_json::Value;

use crate::arguments::{ProjectArguments, SessionArguments};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::{query, runtime};

/// Which events are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of them.
    All,
    /// Those of the update that began last.
    Last,
    /// Those of updates whose id begins like this.
    Update(String),
}

/// One event, in the columns of the event log.
#[derive(Debug, Clone)]
pub struct RecordedEvent(pub Value);

impl RecordedEvent {
    /// A text of the event, such as `message`.
    pub fn text(&self, column: &str) -> &str {
        self.0.get(column).and_then(Value::as_str).unwrap_or_default()
    }

    /// A text of what the event is about, such as `update_id`.
    pub fn origin(&self, field: &str) -> &str {
        self.0.pointer(&format!("/origin/{field}")).and_then(Value::as_str).unwrap_or_default()
    }

    /// When it was, in microseconds since the epoch.
    pub fn micros(&self) -> i64 {
        let text = self.text("timestamp");
        let whole = text.trim_end_matches('Z');
        let padded = match whole.split_once('.') {
            Some((seconds, fraction)) => format!("{seconds}.{fraction:0<6}Z"),
            None => format!("{whole}.000000Z"),
        };
        timestamp::parse(&padded).unwrap_or_default()
    }

    /// What the event tells, by its type.
    pub fn details(&self) -> Value {
        serde_json::from_str(self.text("details")).unwrap_or_default()
    }

    /// Its place among the events of its update.
    fn number(&self) -> i64 {
        self.0.pointer("/sequence/data_plane_id/seq_no").and_then(Value::as_i64).unwrap_or_default()
    }
}

/// The events of a project.
#[derive(Debug)]
pub struct Recorded {
    /// Oldest first.
    pub events: Vec<RecordedEvent>,
    /// Whether an update runs now.
    pub is_running: bool,
}

/// Reads the events of the project that the arguments name. What is wrong has been said when there is only an exit code.
pub fn load(arguments: &ProjectArguments, wanted: &Wanted, printer: &mut Printer) -> Result<Recorded, Exit> {
    let arguments = SessionArguments {
        project: arguments.path.clone(),
        spec: arguments.spec.clone(),
        set: arguments.set.clone(),
        memory: None,
    };
    let mut sources = SourceMap::default();
    let project = query::project(&arguments, &mut sources).map_err(|diagnostics| {
        printer.diagnostics(&sources, &diagnostics);
        Exit::Usage
    })?;
    let session = query::session(project.as_ref(), &arguments).map_err(|fault| {
        printer.note(&fault);
        Exit::Usage
    })?;
    // asked before the events are read: an update that ends meanwhile has said so in them
    let is_running = session.settings().storage.as_deref().is_some_and(Lease::is_held);
    let events = runtime::block_on(read(&session, wanted));
    drop(session);
    runtime::clean_up();
    match events {
        Ok(Ok(events)) => Ok(Recorded { events, is_running }),
        Ok(Err(QueryError::Wrong { sources, diagnostics })) => {
            printer.diagnostics(&sources, &diagnostics);
            Err(Exit::Wrong)
        }
        Ok(Err(QueryError::Failed(error))) => {
            printer.note(&query::failure(&error));
            Err(Exit::Wrong)
        }
        Err(error) => {
            printer.note(&format!("error: threads cannot be started: {error}"));
            Err(Exit::Usage)
        }
    }
}

/// Reads events, oldest first.
async fn read(session: &Session, wanted: &Wanted) -> Result<Vec<RecordedEvent>, QueryError> {
    let Some(storage) = session.settings().storage.clone() else { return Ok(Vec::new()) };
    let storage = std::path::absolute(&storage).unwrap_or(storage);
    let wanted = match wanted {
        Wanted::Last => match last_update(session, &storage).await? {
            Some(update) => Wanted::Update(update),
            None => return Ok(Vec::new()),
        },
        other => other.clone(),
    };
    let mut events = folded(session, &storage, &wanted).await?;
    for journal in journals(&storage) {
        let is_folded = events.iter().any(|event| event.origin("update_id") == stem(&journal));
        if !is_folded && is_wanted(&journal, &wanted) {
            events.extend(journal_events(&journal)?);
        }
    }
    events.sort_by_cached_key(|event| (event.micros(), event.number()));
    Ok(events)
}

/// The events of the log.
async fn folded(session: &Session, storage: &Path, wanted: &Wanted) -> Result<Vec<RecordedEvent>, QueryError> {
    let condition = match wanted {
        Wanted::Update(prefix) => format!("WHERE startswith(origin.update_id, '{}')", prefix.replace(['\'', '\\'], "")),
        Wanted::All | Wanted::Last => String::new(),
    };
    let rows = select(session, storage, &format!("SELECT * FROM {{log}} {condition}")).await?;
    Ok(rows.into_iter().map(RecordedEvent).collect())
}

/// Ids of updates begin with the time, so the greatest is the last.
async fn last_update(session: &Session, storage: &Path) -> Result<Option<String>, QueryError> {
    let rows = select(session, storage, "SELECT max(origin.update_id) AS last FROM {log}").await?;
    let folded = rows.first().and_then(|row| row.get("last")?.as_str().map(str::to_owned));
    let running = journals(storage).iter().map(|journal| stem(journal)).max();
    Ok(folded.max(running))
}

/// Rows of a query over the log, which it calls `{log}`; none before there is a log.
async fn select(session: &Session, storage: &Path, query: &str) -> Result<Vec<Value>, QueryError> {
    let folder = table_folder(storage);
    if !folder.join("_delta_log").is_dir() {
        return Ok(Vec::new());
    }
    let log = format!("delta.`file://{}`", folder.display().to_string().replace('`', "``"));
    let result = session.query(&query.replace("{log}", &log)).await?;
    let columns = result.columns.clone();
    let batches = result.collect().await?;
    let rows = batches.iter().flat_map(|batch| json::rows(&columns, batch));
    Ok(rows.filter_map(|row| serde_json::from_str(&row).ok()).collect())
}

fn is_wanted(journal: &Path, wanted: &Wanted) -> bool {
    match wanted {
        Wanted::All | Wanted::Last => true,
        Wanted::Update(prefix) => stem(journal).starts_with(prefix.as_str()),
    }
}

/// The events of a journal. Its last line may be cut off, when its writer is at it or was killed.
fn journal_events(journal: &Path) -> Result<Vec<RecordedEvent>, QueryError> {
    match std::fs::read_to_string(journal) {
        Ok(text) => Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).map(RecordedEvent).collect()),
        // folded meanwhile
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(EngineError::io("read event journal", journal, error).into()),
    }
}

/// The update that a journal belongs to.
fn stem(journal: &Path) -> String {
    PathBuf::from(journal).file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_any_number_of_digits() {
        let event = |time: &str| RecordedEvent(serde_json::json!({ "timestamp": time }));
        assert_eq!(event("1970-01-01T00:00:01.5Z").micros(), 1_500_000);
        assert_eq!(event("1970-01-01T00:00:01Z").micros(), 1_000_000);
        assert_eq!(event("1970-01-01T00:00:01.000002Z").micros(), 1_000_002);
    }
}
