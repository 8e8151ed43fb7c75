//! What events tell about flows: how they are defined, which state they are in, and their numbers.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dataset::ColumnDescription;
use crate::quality::DataQuality;

/// The state of a flow, with Spark's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FlowStatus {
    /// It waits for its inputs or for room.
    Queued,
    /// Its plan is made; batch flows only.
    Planning,
    /// It is about to run.
    Starting,
    /// It runs.
    Running,
    /// It has done all that there was to do.
    Completed,
    /// It failed.
    Failed,
    /// It did not run because a flow before it failed.
    Skipped,
    /// It was stopped by somebody.
    Stopped,
    /// It waits for new data; continuous pipelines only.
    Idle,
    /// The update leaves it out.
    Excluded,
}

impl FlowStatus {
    /// The name in the event log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Planning => "PLANNING",
            Self::Starting => "STARTING",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Skipped => "SKIPPED",
            Self::Stopped => "STOPPED",
            Self::Idle => "IDLE",
            Self::Excluded => "EXCLUDED",
        }
    }

    /// Whether the flow does nothing more in this update. A failed attempt that is tried again goes back to QUEUED.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Skipped | Self::Stopped | Self::Excluded)
    }
}

impl fmt::Display for FlowStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A change of a flow's state, with the numbers since the last event of the same flow.
///
/// Numbers are never repeated: readers add up all events of a flow, so a batch's metrics and quality are in one event only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowProgress {
    // The order of the fields is the order in JSON, which queries rely on: status, metrics, data_quality.
    status: FlowStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metrics: Option<Box<FlowMetrics>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data_quality: Option<DataQuality>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    streaming_metrics: Option<StreamingMetrics>,
}

impl FlowProgress {
    /// A change of state without numbers.
    pub const fn new(status: FlowStatus) -> Self {
        Self { status, metrics: None, data_quality: None, streaming_metrics: None }
    }

    /// Adds counts.
    #[must_use]
    pub fn with_metrics(mut self, metrics: FlowMetrics) -> Self {
        self.metrics = Some(Box::new(metrics));
        self
    }

    /// Adds what the expectations found, unless they saw no row at all: a flow with nothing to do says nothing about quality,
    /// so that a query for the latest quality finds that of the last rows.
    #[must_use]
    pub fn with_quality(mut self, quality: DataQuality) -> Self {
        self.data_quality = (!quality.is_empty()).then_some(quality);
        self
    }

    /// Adds the event times that were seen.
    #[must_use]
    pub fn with_event_time(mut self, event_time: BTreeMap<String, String>) -> Self {
        self.streaming_metrics = Some(StreamingMetrics { event_time });
        self
    }

    /// The state.
    pub const fn status(&self) -> FlowStatus {
        self.status
    }

    /// The counts.
    pub fn metrics(&self) -> Option<&FlowMetrics> {
        self.metrics.as_deref()
    }

    /// What the expectations found.
    pub const fn data_quality(&self) -> Option<&DataQuality> {
        self.data_quality.as_ref()
    }

    /// The event times that were seen.
    pub const fn streaming_metrics(&self) -> Option<&StreamingMetrics> {
        self.streaming_metrics.as_ref()
    }
}

/// Counts of a flow. What a flow does not count is absent, which differs from zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlowMetrics {
    /// Rows written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_output_rows: Option<i64>,
    /// Rows inserted or replaced by AUTO CDC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_upserted_rows: Option<i64>,
    /// Rows deleted by AUTO CDC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_deleted_rows: Option<i64>,
    /// Bytes written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_output_bytes: Option<i64>,
    /// Bytes that wait in the sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog_bytes: Option<i64>,
    /// Records that wait in the sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog_records: Option<i64>,
    /// Files that wait in the sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog_files: Option<i64>,
    /// Seconds that the flow is behind its sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog_seconds: Option<i64>,
    /// Time spent by tasks, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executor_time_ms: Option<i64>,
    /// Time spent computing, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executor_cpu_time_ms: Option<i64>,
    /// The same for each source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source_metrics: Vec<SourceMetrics>,
}

/// What waits in one source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceMetrics {
    /// The source.
    pub source_name: String,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog_bytes: Option<i64>,
    /// Records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog_records: Option<i64>,
    /// Files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog_files: Option<i64>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backlog_seconds: Option<i64>,
}

/// What a streaming flow knows beyond counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamingMetrics {
    /// `min`, `max` and `watermark`, as ISO 8601 texts.
    pub event_time: BTreeMap<String, String>,
}

/// How a flow computes what it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FlowType {
    /// Recomputed at every update.
    Complete,
    /// AUTO CDC of change events.
    Change,
    /// AUTO CDC of snapshots.
    SnapshotChange,
    /// Each input row once.
    Append,
    /// A materialized view.
    MaterializedView,
    /// A view, which is not run.
    View,
}

/// How a flow is defined; what lineage queries read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowDefinition {
    /// The dataset it writes, with catalog and schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_dataset: Option<String>,
    /// The sink it writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_sink: Option<String>,
    /// The datasets and tables it reads, with catalog and schema.
    pub input_datasets: Vec<String>,
    /// How it computes.
    pub flow_type: FlowType,
    /// The plan, printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explain_text: Option<String>,
    /// The schema of its result as Spark's JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_json: Option<String>,
    /// The columns of its result.
    pub schema: Vec<ColumnDescription>,
    /// What its author says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Settings of this flow alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub spark_conf: BTreeMap<String, String>,
    /// `SQL` or `PYTHON`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether it runs once only.
    pub once: bool,
}
