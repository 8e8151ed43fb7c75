//! `lakesmith history`: the updates of a project, the last one first.

use std::collections::BTreeMap;

use comfy_table::CellAlignment;
use lakesmith_functions::text_value::format_timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::arguments::{History, ListForm};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::progress::{grouped, seconds};
use crate::recorded::{self, RecordedEvent, Wanted};
use crate::rows::bordered;

/// What is known of an update whose process is gone without having said how it ended.
const INTERRUPTED: &str = "INTERRUPTED";
/// What is known of one that has not ended.
const RUNNING: &str = "RUNNING";

/// One update.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Update {
    id: String,
    /// In UTC.
    started: String,
    /// COMPLETED, FAILED, CANCELED, RUNNING, or INTERRUPTED.
    state: String,
    /// Flows that wrote.
    flows_completed: usize,
    /// Flows that had nothing to do.
    flows_up_to_date: usize,
    flows_failed: usize,
    flows_skipped: usize,
    rows_written: i64,
    duration_ms: i64,
}

/// Prints the updates.
pub fn run(arguments: &History, printer: &mut Printer) -> Exit {
    let recorded = match recorded::load(&arguments.project, &Wanted::All, printer) {
        Ok(recorded) => recorded,
        Err(exit) => return exit,
    };
    let mut updates = updates(&recorded.events, recorded.is_running);
    let all = updates.len();
    updates.truncate(arguments.updates.unwrap_or(all));
    match arguments.output {
        ListForm::Table if updates.is_empty() => printer.note("there are no updates yet: `lakesmith run` makes one"),
        ListForm::Table => printer.line(&table(&updates)),
        ListForm::Json => match serde_json::to_string_pretty(&updates) {
            Ok(text) => printer.line(&text),
            Err(error) => {
                printer.note(&format!("error: the list cannot be written as JSON: {error}"));
                return Exit::Bug;
            }
        },
    }
    Exit::Done
}

/// The updates that events are about, the last one first. Only the last can be running.
fn updates(events: &[RecordedEvent], is_running: bool) -> Vec<Update> {
    let mut by_id: BTreeMap<&str, Vec<&RecordedEvent>> = BTreeMap::new();
    for event in events.iter().filter(|event| !event.origin("update_id").is_empty()) {
        by_id.entry(event.origin("update_id")).or_default().push(event);
    }
    let updates = by_id.into_iter().rev().enumerate();
    updates.map(|(index, (id, events))| update(id, &events, is_running && index == 0)).collect()
}

fn update(id: &str, events: &[&RecordedEvent], may_run: bool) -> Update {
    let first = events.first().map_or(0, |event| event.micros());
    let last = events.last().map_or(0, |event| event.micros());
    let mut update = Update {
        id: id.to_owned(),
        started: format_timestamp(first).get(..19).map_or_else(String::new, str::to_owned),
        state: if may_run { RUNNING } else { INTERRUPTED }.to_owned(),
        duration_ms: (last - first) / 1000,
        ..Update::default()
    };
    for details in events.iter().map(|event| event.details()) {
        let text = |path: &str| details.pointer(path).and_then(Value::as_str);
        if let Some(state @ ("COMPLETED" | "FAILED" | "CANCELED")) = text("/update_progress/state") {
            update.state = state.to_owned();
        }
        let rows = details.pointer("/flow_progress/metrics/num_output_rows").and_then(Value::as_i64);
        update.rows_written += rows.unwrap_or(0);
        match text("/flow_progress/status") {
            Some("COMPLETED") if rows.is_none() => update.flows_up_to_date += 1,
            Some("COMPLETED") => update.flows_completed += 1,
            Some("FAILED") => update.flows_failed += 1,
            Some("SKIPPED") => update.flows_skipped += 1,
            _ => {}
        }
    }
    update
}

fn table(updates: &[Update]) -> String {
    let mut table = bordered();
    table.set_header([
        "update",
        "started",
        "state",
        "completed",
        "up to date",
        "failed",
        "skipped",
        "rows",
        "duration",
    ]);
    for update in updates {
        table.add_row([
            update.id.clone(),
            update.started.clone(),
            update.state.clone(),
            update.flows_completed.to_string(),
            update.flows_up_to_date.to_string(),
            update.flows_failed.to_string(),
            update.flows_skipped.to_string(),
            grouped(update.rows_written),
            seconds(update.duration_ms * 1000),
        ]);
    }
    for number in 3..9 {
        if let Some(column) = table.column_mut(number) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(update: &str, second: u8, details: &str) -> RecordedEvent {
        RecordedEvent(serde_json::json!({
            "origin": {"update_id": update}, "timestamp": format!("2026-01-01T00:00:{second:02}Z"), "details": details,
        }))
    }

    #[test]
    fn an_update_has_the_state_it_ended_with_and_one_that_did_not_end_is_running_or_was_interrupted() {
        let flow = r#"{"flow_progress":{"status":"COMPLETED","metrics":{"num_output_rows":5}}}"#;
        let events = [
            event("a", 0, r#"{"update_progress":{"state":"RUNNING"}}"#),
            event("a", 1, flow),
            event("a", 2, r#"{"flow_progress":{"status":"COMPLETED"}}"#),
            event("a", 3, r#"{"update_progress":{"state":"COMPLETED"}}"#),
            event("b", 4, flow),
        ];
        let [last, first] = <[Update; 2]>::try_from(updates(&events, true)).unwrap();
        assert_eq!((first.state.as_str(), first.flows_completed, first.flows_up_to_date), ("COMPLETED", 1, 1));
        assert_eq!((first.rows_written, first.duration_ms), (5, 3000));
        assert_eq!(last.state, RUNNING);
        assert_eq!(updates(&events, false)[0].state, INTERRUPTED);
    }
}
