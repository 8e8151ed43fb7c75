//! [`EventOrigin`]: which pipeline, update, dataset and flow an event is about.

use lakesmith_base::{BatchId, TableVersion, UpdateId};
use serde::{Deserialize, Serialize};

/// What an event is about. Parts that do not apply are absent in JSON and null in the event log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventOrigin {
    /// The pipeline's identity, which outlives its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_id: Option<String>,
    /// `WORKSPACE`, as Databricks calls pipelines that somebody wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_type: Option<String>,
    /// The pipeline's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_name: Option<String>,
    /// The update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_id: Option<String>,
    /// The run of maintenance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenance_id: Option<String>,
    /// The identity of the Delta table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_id: Option<String>,
    /// The dataset, with catalog and schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset_name: Option<String>,
    /// The sink.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sink_name: Option<String>,
    /// The identity of the flow; another one after a full refresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_id: Option<String>,
    /// The flow, with catalog and schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_name: Option<String>,
    /// The micro-batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<i64>,
    /// The version of the table that the batch became. Databricks has no such field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_version: Option<i64>,
    /// The request that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

impl EventOrigin {
    /// A pipeline.
    pub fn pipeline(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            pipeline_id: Some(id.into()),
            pipeline_type: Some("WORKSPACE".to_owned()),
            pipeline_name: Some(name.into()),
            ..Self::default()
        }
    }

    /// An update of it.
    #[must_use]
    pub fn update(mut self, id: UpdateId) -> Self {
        self.update_id = Some(id.to_string());
        self
    }

    /// A dataset of it.
    #[must_use]
    pub fn dataset(mut self, name: impl Into<String>) -> Self {
        self.dataset_name = Some(name.into());
        self
    }

    /// A sink of it.
    #[must_use]
    pub fn sink(mut self, name: impl Into<String>) -> Self {
        self.sink_name = Some(name.into());
        self
    }

    /// A flow of it; `id` once the flow has an identity.
    #[must_use]
    pub fn flow(mut self, name: impl Into<String>, id: Option<String>) -> Self {
        self.flow_name = Some(name.into());
        self.flow_id = id;
        self
    }

    /// A batch of the flow.
    #[must_use]
    pub fn batch(mut self, id: BatchId) -> Self {
        self.batch_id = i64::try_from(id.0).ok();
        self
    }

    /// The version that the batch became.
    #[must_use]
    pub fn version(mut self, version: TableVersion) -> Self {
        self.table_version = i64::try_from(version.0).ok();
        self
    }

    /// The flow, else the dataset or sink, else the pipeline: what a sentence about the event names.
    pub fn subject(&self) -> &str {
        let names = [&self.flow_name, &self.dataset_name, &self.sink_name, &self.pipeline_name];
        names.into_iter().find_map(Option::as_deref).unwrap_or("")
    }
}
