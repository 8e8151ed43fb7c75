//! One commit file of a log: its lines as [`LogEntry`], and back.
//!
//! Actions that this crate does not use (`cdc`, `domainMetadata`, …) are skipped. A line that is no JSON object makes the whole
//! commit unreadable: half a commit is never taken for one.

use std::collections::BTreeMap;

use lakesmith_engine::{Actor, EngineError, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::action::{DataFile, Metadata, Protocol, Txn};
use crate::path::{decode_uri, encode_uri};
use crate::schema_json::{read_schema, write_schema};

/// What a commit file says.
#[derive(Debug, Default)]
pub(crate) struct LogEntry {
    pub(crate) info: CommitInfo,
    pub(crate) protocol: Option<Protocol>,
    pub(crate) metadata: Option<Metadata>,
    pub(crate) adds: Vec<DataFile>,
    pub(crate) removes: Vec<DataFile>,
    pub(crate) txns: Vec<Txn>,
}

/// What a commit says about itself; nothing in it is binding.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CommitInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) in_commit_timestamp: Option<i64>,
    pub(crate) timestamp: Option<i64>,
    pub(crate) operation: Option<String>,
    pub(crate) operation_parameters: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operation_metrics: Option<Value>,
    pub(crate) is_blind_append: Option<bool>,
    pub(crate) engine_info: Option<String>,
    /// Names the attempt that wrote the commit, so that it is known again when the answer to a write was lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) txn_id: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_info: Option<CommitInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<ProtocolLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta_data: Option<MetadataLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    txn: Option<TxnLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remove: Option<RemoveLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    add: Option<AddLine>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProtocolLine {
    min_reader_version: i32,
    min_writer_version: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reader_features: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    writer_features: Option<Vec<String>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MetadataLine {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default)]
    format: Value,
    schema_string: String,
    #[serde(default)]
    partition_columns: Vec<String>,
    #[serde(default)]
    configuration: BTreeMap<String, Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_time: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TxnLine {
    app_id: String,
    version: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_updated: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddLine {
    path: String,
    #[serde(default)]
    partition_values: BTreeMap<String, Option<String>>,
    size: i64,
    #[serde(default)]
    modification_time: i64,
    #[serde(default = "yes")]
    data_change: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stats: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deletion_vector: Option<Value>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RemoveLine {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deletion_timestamp: Option<i64>,
    #[serde(default = "yes")]
    data_change: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extended_file_metadata: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    partition_values: Option<BTreeMap<String, Option<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<i64>,
}

fn yes() -> bool {
    true
}

impl LogEntry {
    /// Reads a commit file.
    pub(crate) fn read(version: i64, bytes: &[u8]) -> Result<Self, EngineError> {
        let mut entry = Self::default();
        let lines = bytes.split(|byte| *byte == b'\n').enumerate();
        for (number, line) in lines.filter(|(_, line)| !line.trim_ascii().is_empty()) {
            let line: Line = serde_json::from_slice(line).map_err(|error| {
                EngineError::new(ErrorKind::Storage, "read commit", "a line of the log is no action")
                    .for_actor(Actor::Target)
                    .with("version", version)
                    .with("line", number + 1)
                    .caused_by(error)
            })?;
            entry.take(line).map_err(|error| error.with("version", version))?;
        }
        Ok(entry)
    }

    fn take(&mut self, line: Line) -> Result<(), EngineError> {
        if let Some(info) = line.commit_info {
            self.info = info;
        }
        if let Some(line) = line.protocol {
            self.protocol = Some(line.into());
        }
        if let Some(line) = line.meta_data {
            self.metadata = Some(line.try_into()?);
        }
        self.txns.extend(line.txn.map(|line| Txn { app_id: line.app_id, version: line.version }));
        self.removes.extend(line.remove.map(DataFile::from));
        if let Some(line) = line.add {
            self.adds.push(line.try_into()?);
        }
        Ok(())
    }

    /// Adds what another piece of the same version says.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.protocol = other.protocol.or(self.protocol.take());
        self.metadata = other.metadata.or(self.metadata.take());
        self.adds.extend(other.adds);
        self.removes.extend(other.removes);
        self.txns.extend(other.txns);
    }

    /// Writes a commit file.
    pub(crate) fn write(self) -> Result<Vec<u8>, EngineError> {
        let timestamp = self.info.timestamp;
        let mut lines = vec![Line { commit_info: Some(self.info), ..Line::default() }];
        lines.extend(self.protocol.map(|protocol| Line { protocol: Some(protocol.into()), ..Line::default() }));
        if let Some(metadata) = self.metadata {
            lines.push(Line { meta_data: Some(metadata.try_into()?), ..Line::default() });
        }
        for Txn { app_id, version } in self.txns {
            lines.push(Line { txn: Some(TxnLine { app_id, version, last_updated: timestamp }), ..Line::default() });
        }
        lines.extend(self.removes.into_iter().map(|file| Line { remove: Some(file.into()), ..Line::default() }));
        lines.extend(self.adds.into_iter().map(|file| Line { add: Some(file.into()), ..Line::default() }));
        let mut bytes = Vec::new();
        for line in &lines {
            serde_json::to_writer(&mut bytes, line).map_err(|error| {
                EngineError::new(ErrorKind::Internal, "write commit", "an action cannot be written").caused_by(error)
            })?;
            bytes.push(b'\n');
        }
        Ok(bytes)
    }
}

impl From<ProtocolLine> for Protocol {
    fn from(line: ProtocolLine) -> Self {
        Self {
            min_reader_version: line.min_reader_version,
            min_writer_version: line.min_writer_version,
            reader_features: line.reader_features,
            writer_features: line.writer_features,
        }
    }
}

impl From<Protocol> for ProtocolLine {
    fn from(protocol: Protocol) -> Self {
        Self {
            min_reader_version: protocol.min_reader_version,
            min_writer_version: protocol.min_writer_version,
            reader_features: protocol.reader_features,
            writer_features: protocol.writer_features,
        }
    }
}

impl TryFrom<MetadataLine> for Metadata {
    type Error = EngineError;

    fn try_from(line: MetadataLine) -> Result<Self, EngineError> {
        let configuration = line.configuration.into_iter().filter_map(|(key, value)| Some((key, value?)));
        Ok(Self {
            id: line.id,
            name: line.name,
            description: line.description,
            schema: read_schema(&line.schema_string)?,
            partition_columns: line.partition_columns,
            configuration: configuration.collect(),
            created_time: line.created_time,
        })
    }
}

impl TryFrom<Metadata> for MetadataLine {
    type Error = EngineError;

    fn try_from(metadata: Metadata) -> Result<Self, EngineError> {
        let configuration = metadata.configuration.into_iter().map(|(key, value)| (key, Some(value)));
        Ok(Self {
            id: metadata.id,
            name: metadata.name,
            description: metadata.description,
            format: serde_json::json!({ "provider": "parquet", "options": {} }),
            schema_string: write_schema(&metadata.schema)?,
            partition_columns: metadata.partition_columns,
            configuration: configuration.collect(),
            created_time: metadata.created_time,
        })
    }
}

impl TryFrom<AddLine> for DataFile {
    type Error = EngineError;

    fn try_from(line: AddLine) -> Result<Self, EngineError> {
        if line.deletion_vector.is_some_and(|vector| !vector.is_null()) {
            let message = "the table uses feature `deletionVectors`, which is not supported";
            return Err(EngineError::new(ErrorKind::Unsupported, "read commit", message).for_actor(Actor::Target));
        }
        Ok(Self {
            path: decode_uri(&line.path),
            size: line.size,
            partition_values: line.partition_values.into_iter().collect(),
            statistics: line.stats,
            modification_time: line.modification_time,
            data_change: line.data_change,
        })
    }
}

impl From<DataFile> for AddLine {
    fn from(file: DataFile) -> Self {
        Self {
            path: encode_uri(&file.path),
            partition_values: file.partition_values.into_iter().collect(),
            size: file.size,
            modification_time: file.modification_time,
            data_change: file.data_change,
            stats: file.statistics,
            deletion_vector: None,
        }
    }
}

impl From<RemoveLine> for DataFile {
    fn from(line: RemoveLine) -> Self {
        Self {
            path: decode_uri(&line.path),
            size: line.size.unwrap_or(0),
            partition_values: line.partition_values.unwrap_or_default().into_iter().collect(),
            statistics: None,
            modification_time: line.deletion_timestamp.unwrap_or(0),
            data_change: line.data_change,
        }
    }
}

impl From<DataFile> for RemoveLine {
    fn from(file: DataFile) -> Self {
        Self {
            path: encode_uri(&file.path),
            deletion_timestamp: Some(file.modification_time),
            data_change: file.data_change,
            extended_file_metadata: Some(true),
            partition_values: Some(file.partition_values.into_iter().collect()),
            size: Some(file.size),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_of_another_writer_is_read_and_unknown_actions_are_skipped() {
        let text = concat!(
            r#"{"commitInfo":{"timestamp":5,"operation":"WRITE","operationParameters":{"mode":"Append"},"isBlindAppend":true}}"#,
            "\n",
            r#"{"domainMetadata":{"domain":"d","configuration":"","removed":false}}"#,
            "\n",
            r#"{"add":{"path":"p=a%253Ab/x%20y.parquet","partitionValues":{"p":"a:b"},"size":10,"modificationTime":1,"dataChange":true,"tags":{}}}"#,
            "\n",
            r#"{"remove":{"path":"old.parquet","dataChange":false}}"#,
        );
        let entry = LogEntry::read(3, text.as_bytes()).unwrap();
        assert_eq!(entry.info.operation.as_deref(), Some("WRITE"));
        assert_eq!((entry.adds[0].path.as_str(), entry.adds[0].statistics.as_ref()), ("p=a%3Ab/x y.parquet", None));
        assert!(!entry.removes[0].data_change);
    }

    #[test]
    fn half_a_line_is_an_error_that_names_the_version() {
        let error = LogEntry::read(7, b"{\"add\":{\"path\":").unwrap_err();
        assert!(error.to_string().contains("version 7"), "{error}");
    }
}
