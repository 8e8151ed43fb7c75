//! [`EventRow`]: an event in the columns of the event log's table, and those columns as a Spark schema.
//!
//! [`EVENT_LOG_DDL`] and `EventRow`'s JSON have the same names in the same order and nesting, nulls included, so a writer that
//! decodes JSON by the schema needs to know neither.

use serde::Serialize;

use crate::error::EventError;
use crate::event::{Event, Sequence};
use crate::origin::EventOrigin;
use crate::timestamp;

/// The columns of the event log as a Spark DDL string.
pub const EVENT_LOG_DDL: &str = "\
    id STRING, \
    sequence STRUCT<data_plane_id: STRUCT<instance: STRING, seq_no: BIGINT>, control_plane_seq_no: BIGINT>, \
    origin STRUCT<cloud: STRING, region: STRING, org_id: BIGINT, pipeline_id: STRING, pipeline_type: STRING, \
        pipeline_name: STRING, cluster_id: STRING, update_id: STRING, maintenance_id: STRING, table_id: STRING, \
        table_name: STRING, dataset_name: STRING, sink_name: STRING, flow_id: STRING, flow_name: STRING, \
        materialization_name: STRING, batch_id: BIGINT, request_id: STRING, uc_resource_id: STRING, host: STRING, \
        graph_id: STRING, ingestion_source_catalog_name: STRING, ingestion_source_schema_name: STRING, \
        ingestion_source_table_name: STRING, ingestion_source_table_version: STRING, \
        ingestion_source_connection_name: STRING, table_version: BIGINT>, \
    timestamp TIMESTAMP, \
    message STRING, \
    level STRING, \
    maturity_level STRING, \
    error STRUCT<fatal: BOOLEAN, exceptions: ARRAY<STRUCT<class_name: STRING, message: STRING, \
        stack: ARRAY<STRUCT<declaring_class: STRING, method_name: STRING, file_name: STRING, line_number: BIGINT>>>>>, \
    details STRING, \
    event_type STRING";

/// An event as a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventRow {
    /// The event's UUID.
    pub id: String,
    /// Its place among the others.
    pub sequence: Sequence,
    /// What it is about.
    pub origin: OriginRow,
    /// Microseconds since 1970-01-01T00:00:00Z; in JSON a text in UTC.
    #[serde(serialize_with = "timestamp_text")]
    pub timestamp: i64,
    /// The sentence.
    pub message: String,
    /// INFO, WARN, ERROR or METRICS.
    pub level: &'static str,
    /// STABLE, EVOLVING or DEPRECATED.
    pub maturity_level: &'static str,
    /// Why it failed.
    pub error: Option<EventError>,
    /// JSON with `event_type` as its only key.
    pub details: String,
    /// The type.
    pub event_type: &'static str,
}

/// The column `origin`; fields of Databricks' that have no meaning here are always null.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // see `EventOrigin`
pub struct OriginRow {
    pub cloud: Option<String>,
    pub region: Option<String>,
    pub org_id: Option<i64>,
    pub pipeline_id: Option<String>,
    pub pipeline_type: Option<String>,
    pub pipeline_name: Option<String>,
    pub cluster_id: Option<String>,
    pub update_id: Option<String>,
    pub maintenance_id: Option<String>,
    pub table_id: Option<String>,
    pub table_name: Option<String>,
    pub dataset_name: Option<String>,
    pub sink_name: Option<String>,
    pub flow_id: Option<String>,
    pub flow_name: Option<String>,
    pub materialization_name: Option<String>,
    pub batch_id: Option<i64>,
    pub request_id: Option<String>,
    pub uc_resource_id: Option<String>,
    pub host: Option<String>,
    pub graph_id: Option<String>,
    pub ingestion_source_catalog_name: Option<String>,
    pub ingestion_source_schema_name: Option<String>,
    pub ingestion_source_table_name: Option<String>,
    pub ingestion_source_table_version: Option<String>,
    pub ingestion_source_connection_name: Option<String>,
    pub table_version: Option<i64>,
}

impl OriginRow {
    fn of(origin: &EventOrigin) -> Self {
        let origin = origin.clone();
        Self {
            pipeline_id: origin.pipeline_id,
            pipeline_type: origin.pipeline_type,
            pipeline_name: origin.pipeline_name,
            update_id: origin.update_id,
            maintenance_id: origin.maintenance_id,
            table_id: origin.table_id,
            dataset_name: origin.dataset_name,
            sink_name: origin.sink_name,
            flow_id: origin.flow_id,
            flow_name: origin.flow_name,
            batch_id: origin.batch_id,
            request_id: origin.request_id,
            host: origin.host,
            table_version: origin.table_version,
            ..Self::default()
        }
    }
}

impl EventRow {
    pub(crate) fn of(event: &Event) -> Self {
        Self {
            id: event.id.clone(),
            sequence: event.sequence.clone(),
            origin: OriginRow::of(&event.origin),
            timestamp: event.timestamp_micros,
            message: event.message.clone(),
            level: event.level.as_str(),
            maturity_level: event.maturity_level.as_str(),
            error: event.error.clone(),
            // The types of this crate always can be written.
            details: event.details.to_json().unwrap_or_default(),
            event_type: event.event_type(),
        }
    }
}

fn timestamp_text<S: serde::Serializer>(micros: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&timestamp::format(*micros))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::details::Details;
    use crate::error::StackFrame;
    use crate::flow::{FlowProgress, FlowStatus};

    /// The names of columns and fields in a DDL string, as `a,b{c,d}`.
    fn names_of_ddl(ddl: &str) -> String {
        let (mut names, mut word, mut open) = (String::new(), String::new(), Vec::new());
        for c in ddl.chars() {
            match c {
                '<' => {
                    open.push(word == "STRUCT");
                    names.push_str(if word == "STRUCT" { "{" } else { "" });
                }
                '>' => names.push_str(if open.pop() == Some(true) { "}" } else { "" }),
                ',' => names.push(','),
                c if c.is_alphanumeric() || c == '_' => {
                    word.push(c);
                    continue;
                }
                _ => {}
            }
            // types are written in capitals
            if word.chars().any(char::is_lowercase) {
                names.push_str(&word);
            }
            word.clear();
        }
        names
    }

    /// The keys of JSON in the same form.
    fn names_of_json(json: &str) -> String {
        let (mut names, mut in_text, mut text) = (String::new(), false, String::new());
        for c in json.chars() {
            match c {
                '"' if in_text => in_text = false,
                '"' => {
                    in_text = true;
                    text.clear();
                }
                _ if in_text => text.push(c),
                ':' => names.push_str(&text),
                '{' | '}' | ',' => names.push(c),
                _ => {}
            }
        }
        names[1..names.len() - 1].to_owned()
    }

    #[test]
    fn the_columns_and_the_rows_have_the_same_names_in_the_same_order() {
        let details = Details::FlowProgress(FlowProgress::new(FlowStatus::Queued));
        let mut error = EventError::fatal("c", "m");
        error.exceptions[0].stack.push(StackFrame::default());
        let event = Event::new("e".into(), Sequence::new("i", 1), 0, EventOrigin::default(), details).with_error(error);
        let row = EventRow { details: "d".into(), message: "m".into(), ..event.to_row() };
        let json = serde_json::to_string(&row).unwrap();
        assert_eq!(names_of_json(&json), names_of_ddl(EVENT_LOG_DDL));
    }
}
