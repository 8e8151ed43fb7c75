//! [`Retries`]: how often, and after which pause, what failed for a moment is tried again, as the pipeline's settings say.
//!
//! Only faults that may pass by themselves are tried again: a store that does not answer, a connection that broke. A fault of
//! the data, of the pipeline or of a full disk ends a flow at once.

use std::time::Duration;

use lakesmith_diagnostic::{Condition, Diagnostic};

use crate::pipeline::Pipeline;

/// Further tries of a flow, as in Spark and Databricks.
const FLOW_RETRIES: u32 = 2;
/// Databricks's name, then Spark's.
const FLOW_SETTINGS: [&str; 2] =
    ["pipelines.maxFlowRetryAttempts", "spark.sql.pipelines.execution.maxFlowRetryAttempts"];
const UPDATE_SETTING: &str = "pipelines.numUpdateRetryAttempts";
const FIRST_PAUSE: (&str, Duration) = ("spark.sql.pipelines.execution.watchdog.minRetryTime", Duration::from_secs(5));
const LONGEST_PAUSE: (&str, Duration) =
    ("spark.sql.pipelines.execution.watchdog.maxRetryTime", Duration::from_secs(3600));

/// A schedule of further tries; pauses double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retries {
    most: u32,
    first: Duration,
    longest: Duration,
}

impl Retries {
    /// Those of a flow.
    pub fn of_flows(pipeline: &Pipeline) -> Result<Self, Box<Diagnostic>> {
        let mut most = FLOW_RETRIES;
        for name in FLOW_SETTINGS.iter().rev() {
            most = count(pipeline, name)?.unwrap_or(most);
        }
        Self::new(pipeline, most)
    }

    /// Those of an update whose flows have used up their own; none where the setting is absent.
    pub fn of_update(pipeline: &Pipeline) -> Result<Self, Box<Diagnostic>> {
        Self::new(pipeline, count(pipeline, UPDATE_SETTING)?.unwrap_or(0))
    }

    fn new(pipeline: &Pipeline, most: u32) -> Result<Self, Box<Diagnostic>> {
        let pause = |(name, usual): (&str, Duration)| match pipeline.setting(name) {
            None => Ok(usual),
            Some(text) => duration(text).ok_or_else(|| invalid(name, text, "duration, for example `5s`")),
        };
        Ok(Self { most, first: pause(FIRST_PAUSE)?, longest: pause(LONGEST_PAUSE)? })
    }

    /// The pause before a further try, counted from 1; nothing after the last.
    pub fn pause(&self, retry: u32) -> Option<Duration> {
        let doubled = self.first.saturating_mul(1 << (retry - 1).min(30));
        (retry <= self.most).then(|| doubled.min(self.longest))
    }
}

/// Waits, unless the update is stopped before.
pub(crate) async fn wait(pause: Duration, stopped: impl Future<Output = ()>) {
    futures::future::select(Box::pin(tokio::time::sleep(pause)), Box::pin(stopped)).await;
}

/// Whether all that is wrong may pass by itself.
pub(crate) fn may_pass(faults: &[Diagnostic]) -> bool {
    let mut errors = faults.iter().filter(|fault| fault.is_error()).peekable();
    errors.peek().is_some() && errors.all(|fault| fault.is_transient)
}

fn count(pipeline: &Pipeline, name: &str) -> Result<Option<u32>, Box<Diagnostic>> {
    let number = |text: &str| text.trim().parse().map_err(|_| invalid(name, text, "number of further tries"));
    pipeline.setting(name).map(number).transpose()
}

/// A duration as Spark writes it: `5s`, `100ms`, `2min`; a number alone counts seconds.
fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().ok()?;
    let millis = match text[end..].trim() {
        "ms" => 1,
        "" | "s" => 1000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    Some(Duration::from_millis(number.saturating_mul(millis)))
}

fn invalid(name: &str, value: &str, wanted: &str) -> Box<Diagnostic> {
    let title = format!("setting `{name}` is `{value}`, which is no {wanted}");
    Box::new(Diagnostic::error(Condition::INVALID_CONF_VALUE_TYPE_MISMATCH, title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_end_after_the_last_try() {
        let (first, longest) = (Duration::from_secs(5), Duration::from_secs(12));
        let retries = Retries { most: 3, first, longest };
        let pauses = (1..=4).map(|retry| retries.pause(retry).map(|pause| pause.as_secs()));
        assert_eq!(pauses.collect::<Vec<_>>(), [Some(5), Some(10), Some(12), None]);
        assert_eq!(Retries { most: u32::MAX, ..retries }.pause(u32::MAX), Some(longest));
        assert_eq!(Retries { most: 0, ..retries }.pause(1), None);
    }

    #[test]
    fn durations_are_read_as_spark_writes_them() {
        let millis = |text| duration(text).map(|duration| duration.as_millis());
        assert_eq!(
            ["5s", "7", "100ms", "2min", "1 h", "1d"].map(millis),
            [5000, 7000, 100, 120_000, 3_600_000, 86_400_000].map(Some)
        );
        assert_eq!(["", "s", "-1s", "5 apples"].map(millis), [None; 4]);
    }

    #[test]
    fn one_lasting_fault_is_enough_to_give_up() {
        let passing = || Diagnostic::error(Condition::LAKESMITH_STORAGE, "the connection broke").transient();
        let lasting = Diagnostic::error(Condition::DIVIDE_BY_ZERO, "division by zero");
        let warning = Diagnostic::warning(Condition::LAKESMITH_UNUSUAL, "odd");
        assert!(may_pass(&[passing(), warning.clone()]));
        assert!(!may_pass(&[passing(), lasting]));
        assert!(!may_pass(&[warning]) && !may_pass(&[]));
    }
}
