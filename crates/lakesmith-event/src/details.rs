//! [`Details`]: what an event tells, one case for each type of event.
//!
//! The names of cases and fields in JSON are the event log's `event_type` and paths; they never change once written.

use serde::{Deserialize, Serialize};

use crate::dataset::{DatasetDefinition, GraphCreated, SinkDefinition};
use crate::event::MaturityLevel;
use crate::flow::{FlowDefinition, FlowProgress};
use crate::operation::{
    Deprecation, HookProgress, MaintenanceProgress, OperationProgress, RuntimeDetails, StreamProgress, UserAction,
};
use crate::planning::PlanningInformation;
use crate::update::{CreateUpdate, UpdateProgress};

/// What an event tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Details {
    /// An update was asked for.
    CreateUpdate(CreateUpdate),
    /// The update went into another state.
    UpdateProgress(UpdateProgress),
    /// Somebody did something with the pipeline.
    UserAction(UserAction),
    /// What the update runs on.
    RuntimeDetails(RuntimeDetails),
    /// The dataflow graph is known.
    GraphCreated(GraphCreated),
    /// A table or view of the graph.
    DatasetDefinition(DatasetDefinition),
    /// A sink of the graph.
    SinkDefinition(SinkDefinition),
    /// A flow of the graph.
    FlowDefinition(FlowDefinition),
    /// A flow went into another state or has new numbers.
    FlowProgress(FlowProgress),
    /// How a materialized view is refreshed, and why.
    PlanningInformation(PlanningInformation),
    /// A longer operation inside a flow, for example listing files.
    OperationProgress(OperationProgress),
    /// Upkeep of a table: OPTIMIZE, VACUUM, a checkpoint.
    MaintenanceProgress(MaintenanceProgress),
    /// A batch of a streaming query, in Spark's own form.
    StreamProgress(StreamProgress),
    /// An event hook ran.
    HookProgress(HookProgress),
    /// The pipeline uses something that will go away.
    Deprecation(Deprecation),
}

impl Details {
    /// The event log's `event_type`; also the only key of [`Details::to_json`].
    pub const fn event_type(&self) -> &'static str {
        match self {
            Self::CreateUpdate(_) => "create_update",
            Self::UpdateProgress(_) => "update_progress",
            Self::UserAction(_) => "user_action",
            Self::RuntimeDetails(_) => "runtime_details",
            Self::GraphCreated(_) => "graph_created",
            Self::DatasetDefinition(_) => "dataset_definition",
            Self::SinkDefinition(_) => "sink_definition",
            Self::FlowDefinition(_) => "flow_definition",
            Self::FlowProgress(_) => "flow_progress",
            Self::PlanningInformation(_) => "planning_information",
            Self::OperationProgress(_) => "operation_progress",
            Self::MaintenanceProgress(_) => "maintenance_progress",
            Self::StreamProgress(_) => "stream_progress",
            Self::HookProgress(_) => "hook_progress",
            Self::Deprecation(_) => "deprecation",
        }
    }

    /// The event log's `details`: an object with the event type as its only key. Keys stand in the order of the structs'
    /// fields, because queries in the wild match the text with LIKE.
    ///
    /// # Errors
    /// None for the types of this crate.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// Whether the shape may still change: what Databricks documents stays, what is ours may change.
    pub const fn maturity_level(&self) -> MaturityLevel {
        match self {
            Self::GraphCreated(_)
            | Self::PlanningInformation(_)
            | Self::OperationProgress(_)
            | Self::MaintenanceProgress(_)
            | Self::StreamProgress(_) => MaturityLevel::Evolving,
            _ => MaturityLevel::Stable,
        }
    }
}
