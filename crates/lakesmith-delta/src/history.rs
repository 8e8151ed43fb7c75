//! What the commits of a table say about themselves, for DESCRIBE HISTORY.
//!
//! Only commits whose files are still there; nothing in them is binding. Cost follows the number of commits.

use lakesmith_engine::EngineError;
use serde_json::Value;

use crate::log;
use crate::table::DeltaTable;

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitRecord {
    /// The version it made.
    pub version: i64,
    /// When, in milliseconds since the epoch.
    pub timestamp_millis: Option<i64>,
    /// The operation.
    pub operation: Option<String>,
    /// Its parameters.
    pub parameters: Vec<(String, String)>,
    /// What it did in numbers.
    pub metrics: Vec<(String, String)>,
    /// Whether it only appended.
    pub is_blind_append: Option<bool>,
    /// Who made it.
    pub engine: Option<String>,
}

impl DeltaTable {
    /// The commits up to this version, the last one first.
    pub async fn history(&self) -> Result<Vec<CommitRecord>, EngineError> {
        let mut records = Vec::new();
        for version in (0..=self.version()).rev() {
            let Some(entry) = log::read_commit(self.store(), version).await? else { break };
            let info = entry.info;
            records.push(CommitRecord {
                version,
                timestamp_millis: info.in_commit_timestamp.or(info.timestamp),
                operation: info.operation,
                parameters: pairs(&info.operation_parameters),
                metrics: info.operation_metrics.as_ref().map(pairs).unwrap_or_default(),
                is_blind_append: info.is_blind_append,
                engine: info.engine_info,
            });
        }
        Ok(records)
    }
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    value.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}
