//! What events tell about updates.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An update was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateUpdate {
    /// Why.
    pub cause: UpdateCause,
    /// As whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_as: Option<String>,
    /// Whether it only checks the pipeline: a dry run.
    pub validate_only: bool,
    /// Whether everything starts over.
    pub full_refresh: bool,
    /// The datasets to refresh; empty with the other lists empty: all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refresh_selection: Vec<String>,
    /// The datasets that start over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub full_refresh_selection: Vec<String>,
    /// The flows that read their sources from the beginning.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reset_checkpoint_selection: Vec<String>,
}

/// Why an update was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UpdateCause {
    /// By the REST interface.
    ApiCall,
    /// By a task of a job.
    JobTask,
    /// By a person.
    #[default]
    UserAction,
    /// Because the one before failed.
    RetryOnFailure,
    /// Because a source has new columns.
    SchemaChange,
}

/// The update went into another state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateProgress {
    /// The state.
    pub state: UpdateState,
    /// Why it was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation_cause: Option<String>,
}

impl UpdateProgress {
    /// A state without a cause.
    pub const fn new(state: UpdateState) -> Self {
        Self { state, cancellation_cause: None }
    }
}

/// The state of an update, with Databricks' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UpdateState {
    /// It waits for another update of the pipeline.
    Queued,
    /// It exists.
    Created,
    /// It waits for room.
    WaitingForResources,
    /// The graph is made and analysed.
    Initializing,
    /// Tables that start over are emptied.
    Resetting,
    /// Tables are created or altered.
    SettingUpTables,
    /// Flows run.
    Running,
    /// Flows are stopped.
    Stopping,
    /// Every flow is completed or left out.
    Completed,
    /// A flow failed, or the pipeline is wrong.
    Failed,
    /// Somebody stopped it.
    Canceled,
}

impl UpdateState {
    /// The name in the event log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Created => "CREATED",
            Self::WaitingForResources => "WAITING_FOR_RESOURCES",
            Self::Initializing => "INITIALIZING",
            Self::Resetting => "RESETTING",
            Self::SettingUpTables => "SETTING_UP_TABLES",
            Self::Running => "RUNNING",
            Self::Stopping => "STOPPING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
        }
    }

    /// Whether the update has ended.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Canceled)
    }
}

impl fmt::Display for UpdateState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
