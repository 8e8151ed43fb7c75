//! What events tell about the graph and its tables, views and sinks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The dataflow graph is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GraphCreated {
    /// The datasets, with catalog and schema.
    pub datasets: Vec<String>,
    /// The sinks.
    pub sinks: Vec<String>,
    /// The flows, with catalog and schema.
    pub flows: Vec<String>,
}

/// A table or view of the graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetDefinition {
    /// What it is.
    pub dataset_type: DatasetType,
    /// How many flows write it.
    pub num_flows: i64,
    /// Its expectations, in the order of their declaration.
    pub expectations: Vec<ExpectationDescription>,
    /// Its columns.
    pub schema: Vec<ColumnDescription>,
    /// Its schema as Spark's JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_json: Option<String>,
    /// What its author says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// The kinds of datasets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DatasetType {
    /// A streaming table.
    StreamingTable,
    /// A materialized view.
    MaterializedView,
    /// A temporary view.
    View,
    /// A view that the catalog keeps.
    PersistedView,
}

/// An expectation as declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectationDescription {
    /// Its name, unique in the dataset.
    pub name: String,
    /// Its condition as written.
    pub condition: String,
    /// What happens with a row that breaks it: `ALLOW`, `DROP`, `FAIL` or `QUARANTINE`.
    pub action: String,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnDescription {
    /// Its name.
    pub name: String,
    /// Its name parts from the top: one for a column, more for a field of a struct.
    pub path: Vec<String>,
    /// Its type as Spark's SQL text.
    pub data_type: String,
    /// What its author says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A sink of the graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinkDefinition {
    /// Its format, for example `delta` or `kafka`.
    pub format: String,
    /// Its options, with secrets left out by the caller.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
}
