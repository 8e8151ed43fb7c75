//! [`Progress`]: one plain line on stderr for each flow that has ended, so that the scrollback is a report. On a terminal the last
//! line says what runs now.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lakesmith_event::{Details, Event, EventSink, FlowStatus};

/// Goes to the beginning of the line and empties it.
const EMPTY_LINE: &str = "\r\x1b[2K";
/// Longest line about what runs: a longer one would wrap on a small terminal and could not be taken back.
const MOST_CHARACTERS: usize = 78;

/// Tells a person how an update goes.
#[derive(Debug)]
pub struct Progress {
    flows: usize,
    width: usize,
    is_terminal: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    ended: usize,
    /// Flows that run, in the order in which they began, with the time.
    running: Vec<(String, i64)>,
    /// When flows began.
    started: HashMap<String, i64>,
    /// Whether the last line says what runs.
    is_shown: bool,
}

impl Progress {
    /// Progress over flows with these names.
    pub fn new(flows: &[String], is_terminal: bool) -> Self {
        let width = flows.iter().map(|flow| flow.chars().count()).max().unwrap_or(0);
        Self { flows: flows.len(), width, is_terminal, state: Mutex::default() }
    }

    /// Shows what runs, on a terminal; to be called a few times a second.
    pub fn tick(&self, now_micros: i64) {
        let mut state = self.state();
        if !self.is_terminal || state.running.is_empty() {
            return;
        }
        let line = running_line(state.ended, self.flows, &state.running, now_micros);
        state.is_shown = true;
        let mut out = std::io::stderr().lock();
        let _gone = write!(out, "{EMPTY_LINE}{line}").and_then(|()| out.flush());
    }

    /// Takes back the line about what runs.
    pub fn end(&self) {
        self.state().take_back(&mut std::io::stderr().lock());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_back(&mut self, out: &mut impl Write) {
        if std::mem::take(&mut self.is_shown) {
            let _gone = write!(out, "{EMPTY_LINE}").and_then(|()| out.flush());
        }
    }
}

impl EventSink for Progress {
    fn emit(&self, event: Event) {
        let Details::FlowProgress(progress) = &event.details else { return };
        let flow = event.origin.flow_name.clone().unwrap_or_default();
        let mut state = self.state();
        if progress.status() == FlowStatus::Running {
            let first = *state.started.entry(flow.clone()).or_insert(event.timestamp_micros);
            state.running.push((flow, first));
            return;
        }
        if !progress.status().is_final() {
            return;
        }
        state.running.retain(|(running, _)| *running != flow);
        if let Some(error) = event.error.as_ref().filter(|error| !error.fatal) {
            let why = error.exceptions.first().map_or("", |first| first.message.as_str());
            let mut out = std::io::stderr().lock();
            state.take_back(&mut out);
            let _gone = writeln!(out, "{flow} failed and will be tried again: {why}");
            return;
        }
        state.ended += 1;
        let mut line =
            format!("[{}/{}] {flow:<width$}  {}", state.ended, self.flows, word(progress), width = self.width);
        line.push_str(&rows(progress));
        if let Some(start) = state.started.get(&flow) {
            line.push_str(&format!("  {}", seconds(event.timestamp_micros - start)));
        }
        let mut out = std::io::stderr().lock();
        state.take_back(&mut out);
        let _gone = writeln!(out, "{line}");
    }
}

/// The rows of a flow that has ended.
fn rows(progress: &lakesmith_event::FlowProgress) -> String {
    let Some(metrics) = progress.metrics() else { return String::new() };
    let mut text = format!("  {}", counted(metrics.num_output_rows.unwrap_or_default()));
    let quality = progress.data_quality();
    let dropped = quality.map_or(0, |quality| quality.dropped_records);
    let quarantined = quality.and_then(|quality| quality.quarantined_records).unwrap_or(0);
    for (count, word) in [(dropped, "dropped"), (quarantined, "quarantined")] {
        if count > 0 {
            text.push_str(&format!(", {} {word}", grouped(count)));
        }
    }
    text
}

/// `[2/6] silver_orders 12 s, dim_date 3 s`, cut where it would be too long.
fn running_line(ended: usize, flows: usize, running: &[(String, i64)], now_micros: i64) -> String {
    let parts = running.iter().map(|(flow, start)| format!("{flow} {} s", (now_micros - start).max(0) / 1_000_000));
    let line = format!("[{ended}/{flows}] {}", parts.collect::<Vec<_>>().join(", "));
    match line.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
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
    use super::{grouped, running_line};

    #[test]
    fn what_runs_fits_a_line() {
        let running = [("bronze".to_owned(), 1_000_000), ("silver".to_owned(), 3_500_000)];
        assert_eq!(running_line(1, 6, &running, 4_200_000), "[1/6] bronze 3 s, silver 0 s");
        let many = vec![("a_flow_with_a_long_name".to_owned(), 0); 9];
        assert_eq!(running_line(0, 9, &many, 0).chars().count(), super::MOST_CHARACTERS + 1);
    }

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!([0, 999, 1000, -1_234_567].map(grouped), ["0", "999", "1,000", "-1,234,567"]);
    }
}
