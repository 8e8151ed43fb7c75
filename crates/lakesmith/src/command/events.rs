//! `lakesmith events`: what was told about the updates of a project.

use lakesmith_functions::text_value::format_timestamp;
use serde_json::Value;

use crate::arguments::{EventForm, Events};
use crate::exit::Exit;
use crate::printer::Printer;
use crate::progress::{counted, grouped};
use crate::recorded::{self, RecordedEvent, Wanted};

/// Prints events, oldest first.
pub fn run(arguments: &Events, printer: &mut Printer) -> Exit {
    let wanted = match arguments.update.as_deref() {
        None => Wanted::All,
        Some("last") => Wanted::Last,
        Some(id) => Wanted::Update(id.to_lowercase()),
    };
    let events = match recorded::load(&arguments.project, &wanted, printer) {
        Ok(recorded) => recorded.events,
        Err(exit) => return exit,
    };
    if let (Wanted::Update(id), true) = (&wanted, events.is_empty()) {
        printer.note(&format!("error: there is no update `{id}`\nhelp: `lakesmith history` lists the updates"));
        return Exit::Usage;
    }
    match arguments.output {
        EventForm::Text => events.iter().for_each(|event| printer.line(&text(event))),
        EventForm::Ndjson => events.iter().for_each(|event| printer.line(&json(event).to_string())),
        EventForm::Json => {
            let events: Vec<Value> = events.iter().map(json).collect();
            match serde_json::to_string_pretty(&events) {
                Ok(text) => printer.line(&text),
                Err(error) => {
                    printer.note(&format!("error: the events cannot be written as JSON: {error}"));
                    return Exit::Bug;
                }
            }
        }
    }
    Exit::Done
}

/// Time, level and sentence; beneath, what failed.
fn text(event: &RecordedEvent) -> String {
    let time = format_timestamp(event.micros());
    let seconds = time.get(..19).unwrap_or(&time);
    let millis = event.micros().rem_euclid(1_000_000) / 1000;
    // what failed follows the sentence, and is in the error with all its causes
    let sentence = event.text("message").lines().next().unwrap_or_default();
    let mut text = format!("{seconds}.{millis:03}  {:<5}  {sentence}", event.text("level"));
    text.push_str(&counts(&event.details()));
    let exceptions = event.0.pointer("/error/exceptions").and_then(Value::as_array);
    for exception in exceptions.into_iter().flatten() {
        let message = exception.get("message").and_then(Value::as_str).unwrap_or_default();
        message.lines().for_each(|line| text.push_str(&format!("\n    {line}")));
    }
    text
}

/// The rows of a flow that has ended: ` 106 rows, 4 dropped.`
fn counts(details: &Value) -> String {
    let number = |path: &str| details.pointer(path).and_then(Value::as_i64);
    let Some(rows) = number("/flow_progress/metrics/num_output_rows") else { return String::new() };
    let mut text = format!(" {}", counted(rows));
    for (field, word) in [("dropped_records", "dropped"), ("quarantined_records", "quarantined")] {
        match number(&format!("/flow_progress/data_quality/{field}")) {
            Some(count) if count > 0 => text.push_str(&format!(", {} {word}", grouped(count))),
            _ => {}
        }
    }
    text.push('.');
    text
}

/// The event without its nulls, and with `details` as an object.
fn json(event: &RecordedEvent) -> Value {
    let mut value = event.0.clone();
    if let Some(columns) = value.as_object_mut() {
        columns.insert("details".to_owned(), event.details());
    }
    without_nulls(&mut value);
    value
}

fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_line_with_the_rows_and_below_it_what_failed() {
        let event = RecordedEvent(serde_json::json!({
            "timestamp": "2026-01-02T03:04:05.678901Z",
            "level": "ERROR",
            "message": "Flow 'orders' has FAILED.\nError: no room",
            "details": r#"{"flow_progress":{"metrics":{"num_output_rows":1200},"data_quality":{"dropped_records":4}}}"#,
            "error": {"exceptions": [{"message": "no room\non /data", "stack": []}]},
            "origin": {"host": null},
        }));
        let expected = "2026-01-02 03:04:05.678  ERROR  Flow 'orders' has FAILED. 1,200 rows, 4 dropped.\n    no room\n    on /data";
        assert_eq!(text(&event), expected);
        assert_eq!(json(&event)["details"]["flow_progress"]["metrics"]["num_output_rows"], 1200);
        assert_eq!(json(&event)["origin"], serde_json::json!({}));
    }
}
