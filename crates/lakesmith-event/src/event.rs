//! [`Event`]: one thing that happened, who it is about and how it is told.
//!
//! An event has one JSON form, [`Event::to_json_line`], which the journal, `-o json` and the REST interface share: the fields
//! of Databricks' `PipelineEvent` with `details` as an object. The event log's table holds the same as columns; see
//! [`crate::row`].

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use crate::details::Details;
use crate::error::EventError;
use crate::flow::FlowStatus;
use crate::message;
use crate::origin::EventOrigin;
use crate::row::EventRow;
use crate::timestamp;
use crate::update::UpdateState;

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// A change of state.
    Info,
    /// The update goes on, but something is missing or will be tried again.
    Warn,
    /// Something failed for good.
    Error,
    /// Numbers for charts; people skip them.
    Metrics,
}

impl Level {
    /// The name in the event log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Metrics => "METRICS",
        }
    }
}

/// Whether the shape of an event's details may still change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum MaturityLevel {
    /// Names and nesting stay.
    Stable,
    /// Names and nesting may change.
    Evolving,
    /// The event will go away.
    Deprecated,
}

impl MaturityLevel {
    /// The name in the event log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stable => "STABLE",
            Self::Evolving => "EVOLVING",
            Self::Deprecated => "DEPRECATED",
        }
    }
}

/// The place of an event among those of one process; see [`DataPlaneId`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Sequence {
    /// Who counts, and the count.
    pub data_plane_id: DataPlaneId,
    /// The count of a control plane, which there is none of here; the event log has its column.
    pub control_plane_seq_no: Option<i64>,
}

impl Sequence {
    /// The event with the number `seq_no` of the process called `instance`.
    pub fn new(instance: impl Into<String>, seq_no: i64) -> Self {
        Self { data_plane_id: DataPlaneId { instance: instance.into(), seq_no }, control_plane_seq_no: None }
    }

    /// The number, which grows with every event of one process.
    pub const fn seq_no(&self) -> i64 {
        self.data_plane_id.seq_no
    }
}

/// The process that wrote an event, and how many it wrote before.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct DataPlaneId {
    /// One name for each process that writes events.
    pub instance: String,
    /// Grows with every event of the process.
    pub seq_no: i64,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Event {
    /// A UUID, made by the caller.
    pub id: String,
    /// The place among the other events.
    pub sequence: Sequence,
    /// When it happened: microseconds since 1970-01-01T00:00:00Z. In JSON: `2024-05-01T12:00:00.000000Z`.
    #[serde(rename = "timestamp", deserialize_with = "timestamp::deserialize")]
    pub timestamp_micros: i64,
    /// How much it matters.
    pub level: Level,
    /// Whether the details' shape may change.
    pub maturity_level: MaturityLevel,
    /// One sentence for people. What a program wants to know is in `details`.
    pub message: String,
    /// What it is about.
    pub origin: EventOrigin,
    /// What happened.
    pub details: Details,
    /// Why it failed, if it did.
    #[serde(default)]
    pub error: Option<EventError>,
}

impl Event {
    /// An event whose level, maturity and message follow from `details` and `origin`.
    pub fn new(id: String, sequence: Sequence, timestamp_micros: i64, origin: EventOrigin, details: Details) -> Self {
        Self {
            id,
            sequence,
            timestamp_micros,
            level: level_of(&details),
            maturity_level: details.maturity_level(),
            message: message::sentence(&details, &origin),
            origin,
            details,
            error: None,
        }
    }

    /// Adds why it failed. A fatal error is of level ERROR, another of level WARN; the message tells the first exception.
    #[must_use]
    pub fn with_error(mut self, error: EventError) -> Self {
        self.level = if error.fatal { Level::Error } else { Level::Warn };
        if let Some(first) = error.exceptions.first() {
            self.message = format!("{}\nError: {}", self.message, first.message);
        }
        self.error = Some(error);
        self
    }

    /// Replaces the sentence.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Replaces the level.
    #[must_use]
    pub fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// The type, for example `flow_progress`.
    pub fn event_type(&self) -> &'static str {
        self.details.event_type()
    }

    /// The event as a row of the event log.
    pub fn to_row(&self) -> EventRow {
        EventRow::of(self)
    }

    /// One line of JSON without its line end.
    ///
    /// # Errors
    /// None for events that [`Event::new`] made; a map with keys that are no strings could not be written.
    pub fn to_json_line(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// Reads what [`Event::to_json_line`] wrote. Fields that it does not know are skipped.
    ///
    /// # Errors
    /// The line was cut short, or tells of a type of event that this version does not know.
    pub fn from_json_line(line: &str) -> serde_json::Result<Self> {
        serde_json::from_str(line)
    }
}

fn level_of(details: &Details) -> Level {
    match details {
        Details::FlowProgress(progress) => match progress.status() {
            FlowStatus::Failed => Level::Error,
            FlowStatus::Skipped => Level::Warn,
            FlowStatus::Running if progress.metrics().is_some() => Level::Metrics,
            _ => Level::Info,
        },
        Details::UpdateProgress(progress) if progress.state == UpdateState::Failed => Level::Error,
        Details::StreamProgress(_) => Level::Metrics,
        Details::Deprecation(_) => Level::Warn,
        _ => Level::Info,
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Event", 10)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("sequence", &self.sequence)?;
        fields.serialize_field("origin", &self.origin)?;
        fields.serialize_field("timestamp", &timestamp::format(self.timestamp_micros))?;
        fields.serialize_field("message", &self.message)?;
        fields.serialize_field("level", &self.level)?;
        fields.serialize_field("maturity_level", &self.maturity_level)?;
        match &self.error {
            Some(error) => fields.serialize_field("error", error)?,
            None => fields.skip_field("error")?,
        }
        fields.serialize_field("event_type", self.event_type())?;
        fields.serialize_field("details", &self.details)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests;
