//! [`Progress`]: one plain line on stderr for each flow that has ended, so that the scrollback is a report.

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use lakesmith_event::{Details, Event, EventSink, FlowStatus};

/// Tells a person how an update goes.
#[derive(Debug)]
pub struct Progress {
    flows: usize,
    width: usize,
    ended: AtomicUsize,
    started: Mutex<std::collections::HashMap<String, i64>>,
}

impl Progress {
    /// Progress over flows with these names.
    pub fn new(flows: &[String]) -> Self {
        let width = flows.iter().map(|flow| flow.chars().count()).max().unwrap_or(0);
        Self { flows: flows.len(), width, ended: AtomicUsize::new(0), started: Mutex::default() }
    }
}

impl EventSink for Progress {
    fn emit(&self, event: Event) {
        let Details::FlowProgress(progress) = &event.details else { return };
        let flow = event.origin.flow_name.clone().unwrap_or_default();
        let mut started = self.started.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if progress.status() == FlowStatus::Running {
            started.insert(flow, event.timestamp_micros);
            return;
        }
        let ended = self.ended.fetch_add(1, Ordering::SeqCst) + 1;
        let mut line = format!("[{ended}/{}] {flow:<width$}  {}", self.flows, word(progress), width = self.width);
        if let Some(metrics) = progress.metrics() {
            let rows = metrics.num_output_rows.unwrap_or_default();
            line.push_str(&format!("  {}", counted(rows)));
            let dropped = progress.data_quality().map_or(0, |quality| quality.dropped_records);
            if dropped > 0 {
                line.push_str(&format!(", {} dropped", grouped(dropped)));
            }
            let quarantined = progress.data_quality().and_then(|quality| quality.quarantined_records).unwrap_or(0);
            if quarantined > 0 {
                line.push_str(&format!(", {} quarantined", grouped(quarantined)));
            }
        }
        if let Some(start) = started.get(&flow) {
            line.push_str(&format!("  {}", seconds(event.timestamp_micros - start)));
        }
        let mut out = std::io::stderr().lock();
        let _gone = writeln!(out, "{line}");
    }
}

fn word(progress: &lakesmith_event::FlowProgress) -> &'static str {
    match progress.status() {
        FlowStatus::Completed if progress.metrics().is_none() => "up to date",
        FlowStatus::Completed => "completed",
        FlowStatus::Failed => "FAILED",
        FlowStatus::Skipped => "skipped",
        FlowStatus::Excluded => "excluded",
        FlowStatus::Stopped => "stopped",
        other => other.as_str(),
    }
}

/// `1 row`, `1,200 rows`.
pub fn counted(rows: i64) -> String {
    format!("{} {}", grouped(rows), if rows == 1 { "row" } else { "rows" })
}

/// A number with `,` between groups of three digits.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration for people.
pub fn seconds(micros: i64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "shown with two digits")]
    let seconds = micros.max(0) as f64 / 1e6;
    format!("{seconds:.2} s")
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!([0, 999, 1000, -1_234_567].map(grouped), ["0", "999", "1,000", "-1,234,567"]);
    }
}
