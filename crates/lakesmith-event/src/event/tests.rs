//! The paths that queries of the event log read, and the journal's round trip.

use serde_json::Value;

use super::*;
use crate::dataset::ColumnDescription;
use crate::flow::{FlowDefinition, FlowMetrics, FlowProgress, FlowType};
use crate::operation::{
    AutoLoaderDetails, FileCounts, OperationProgress, OperationStatus, OperationType, RuntimeDetails, UserAction,
};
use crate::planning::{IncrementalizationIssue, MaintenanceType, PlanningInformation, Technique};
use crate::quality::{DataQuality, ExpectationCounts};
use crate::update::{CreateUpdate, UpdateProgress};

fn event(details: Details) -> Event {
    let origin = EventOrigin::pipeline("p-1", "retail").dataset("main.shop.orders").flow("main.shop.orders", None);
    Event::new("e-1".into(), Sequence::new("host", 3), 1_714_564_800_000_000, origin, details)
}

/// The value at a path of the column `details`, as `details:a.b[0].c` reads it.
fn at(event: &Event, path: &str) -> Value {
    let details: Value = serde_json::from_str(&event.to_row().details).unwrap();
    details.pointer(&format!("/{}", path.replace('.', "/"))).cloned().unwrap_or(Value::Null)
}

fn quality() -> DataQuality {
    let counts = |name: &str, passed, failed| ExpectationCounts {
        name: name.into(),
        dataset: "main.shop.orders".into(),
        passed_records: passed,
        failed_records: failed,
    };
    DataQuality {
        dropped_records: 2,
        quarantined_records: None,
        expectations: vec![counts("valid_id", 10, 2), counts("valid_price", 12, 0)],
    }
}

fn progress() -> FlowProgress {
    let metrics = FlowMetrics { num_output_rows: Some(10), backlog_bytes: Some(0), ..FlowMetrics::default() };
    FlowProgress::new(FlowStatus::Completed).with_metrics(metrics).with_quality(quality())
}

#[test]
fn the_latest_update_is_found_by_its_event_type_and_origin() {
    let mut event = event(Details::CreateUpdate(CreateUpdate { full_refresh: true, ..CreateUpdate::default() }));
    event.origin.update_id = Some("u-1".into());
    assert_eq!(event.to_row().event_type, "create_update");
    assert_eq!(event.to_row().origin.update_id.as_deref(), Some("u-1"));
    assert_eq!(at(&event, "create_update.cause"), "USER_ACTION");
    assert_eq!(at(&event, "create_update.full_refresh"), true);
}

#[test]
fn expectations_are_read_by_their_path() {
    let event = event(Details::FlowProgress(progress()));
    assert_eq!(at(&event, "flow_progress.data_quality.expectations.0.name"), "valid_id");
    assert_eq!(at(&event, "flow_progress.data_quality.expectations.0.dataset"), "main.shop.orders");
    assert_eq!(at(&event, "flow_progress.data_quality.expectations.0.passed_records"), 10);
    assert_eq!(at(&event, "flow_progress.data_quality.expectations.0.failed_records"), 2);
    assert_eq!(at(&event, "flow_progress.data_quality.expectations.1.name"), "valid_price");
}

#[test]
fn failure_rates_are_read_from_dropped_records_and_output_rows() {
    let event = event(Details::FlowProgress(progress()));
    assert_eq!(at(&event, "flow_progress.status"), "COMPLETED");
    assert_eq!(at(&event, "flow_progress.data_quality.dropped_records"), 2);
    assert_eq!(at(&event, "flow_progress.metrics.num_output_rows"), 10);
    assert_eq!(at(&event, "flow_progress.metrics.backlog_bytes"), 0);
    assert_eq!(at(&event, "flow_progress.metrics.num_deleted_rows"), Value::Null);
}

#[test]
fn the_text_of_details_has_its_keys_in_the_order_that_like_queries_expect() {
    let details = event(Details::FlowProgress(progress())).to_row().details;
    let places = ["{\"flow_progress\"", "COMPLETED", "\"metrics\"", "data_quality", "expectations"]
        .map(|text| details.find(text).unwrap());
    assert!(places.is_sorted(), "{details}");
}

#[test]
fn a_flow_that_saw_no_row_tells_nothing_of_quality() {
    let mut nothing = quality();
    nothing.dropped_records = 0;
    for counts in &mut nothing.expectations {
        (counts.passed_records, counts.failed_records) = (0, 0);
    }
    let event = event(Details::FlowProgress(FlowProgress::new(FlowStatus::Completed).with_quality(nothing)));
    assert_eq!(event.to_row().details, r#"{"flow_progress":{"status":"COMPLETED"}}"#);
}

#[test]
fn states_of_updates_are_read_by_their_path() {
    let event = event(Details::UpdateProgress(UpdateProgress::new(UpdateState::WaitingForResources)));
    assert_eq!(event.to_row().details, r#"{"update_progress":{"state":"WAITING_FOR_RESOURCES"}}"#);
}

#[test]
fn lineage_is_read_from_flow_definitions() {
    let column = ColumnDescription {
        name: "order_id".into(),
        path: vec!["order_id".into()],
        data_type: "STRING".into(),
        comment: None,
    };
    let event = event(Details::FlowDefinition(FlowDefinition {
        output_dataset: Some("main.shop.silver".into()),
        output_sink: None,
        input_datasets: vec!["main.shop.bronze".into()],
        flow_type: FlowType::SnapshotChange,
        explain_text: None,
        schema_json: None,
        schema: vec![column],
        comment: None,
        spark_conf: std::collections::BTreeMap::new(),
        language: Some("SQL".into()),
        once: false,
    }));
    assert_eq!(at(&event, "flow_definition.output_dataset"), "main.shop.silver");
    assert_eq!(at(&event, "flow_definition.input_datasets.0"), "main.shop.bronze");
    assert_eq!(at(&event, "flow_definition.flow_type"), "SNAPSHOT_CHANGE");
    assert_eq!(at(&event, "flow_definition.schema.0.data_type"), "STRING");
}

#[test]
fn the_chosen_technique_is_read_from_planning_information() {
    let issue = IncrementalizationIssue {
        issue_type: "PLAN_NOT_DETERMINISTIC".into(),
        prevent_incrementalization: true,
        ..IncrementalizationIssue::default()
    };
    let technique = Technique {
        maintenance_type: MaintenanceType::NoOp,
        is_chosen: true,
        is_applicable: true,
        cost: Some(0.5),
        incrementalization_issues: vec![issue],
    };
    let event = event(Details::PlanningInformation(PlanningInformation {
        technique_information: vec![technique],
        ..PlanningInformation::default()
    }));
    assert_eq!(at(&event, "planning_information.technique_information.0.maintenance_type"), "NO_OP");
    assert_eq!(at(&event, "planning_information.technique_information.0.is_chosen"), true);
    let issue = "planning_information.technique_information.0.incrementalization_issues.0.issue_type";
    assert_eq!(at(&event, issue), "PLAN_NOT_DETERMINISTIC");
    assert_eq!(event.message, "Flow 'main.shop.orders' is planned to be refreshed as NO_OP.");
}

#[test]
fn errors_people_and_the_runtime_are_read_by_their_paths() {
    let failed = event(Details::FlowProgress(FlowProgress::new(FlowStatus::Failed)))
        .with_error(EventError::fatal("org.apache.spark.SparkException", "disk is full"));
    assert_eq!(failed.to_row().error.unwrap().exceptions[0].message, "disk is full");
    let action = UserAction { user_name: "ada".into(), user_id: None, action: "START".into() };
    assert_eq!(at(&event(Details::UserAction(action)), "user_action.action"), "START");
    let runtime = RuntimeDetails { dbr_version: "lakesmith 0.1.0".into(), effective_environment_version: None };
    assert_eq!(at(&event(Details::RuntimeDetails(runtime)), "runtime_details.dbr_version"), "lakesmith 0.1.0");
}

fn decoding() -> Event {
    let file = FileCounts {
        path: "a.json".into(),
        records: 3,
        decoded: 2,
        rejected: 1,
        first_rejection: Some("line 2 is no JSON".into()),
    };
    let files = AutoLoaderDetails { source_path: "data".into(), num_files_listed: 1, files: vec![file] };
    event(Details::OperationProgress(OperationProgress {
        operation: OperationType::AutoLoaderDecoding,
        status: OperationStatus::Completed,
        duration_ms: Some(4),
        auto_loader_details: Some(files),
        cdc_snapshot: None,
    }))
}

#[test]
fn each_file_of_auto_loader_tells_what_became_of_its_records() {
    let event = decoding();
    assert_eq!(at(&event, "operation_progress.type"), "AUTO_LOADER_DECODING");
    assert_eq!(at(&event, "operation_progress.auto_loader_details.files.0.rejected"), 1);
    let told = "Reading of 1 file from data for flow 'main.shop.orders' has completed: 1 record rejected.";
    assert_eq!(event.message, told);
}

#[test]
fn a_line_of_the_journal_is_read_back_as_the_same_event() {
    let failed = event(Details::FlowProgress(FlowProgress::new(FlowStatus::Failed)))
        .with_error(EventError::fatal("java.io.IOException", "disk is full\nreally"));
    for event in [event(Details::FlowProgress(progress())), failed, decoding()] {
        let line = event.to_json_line().unwrap();
        assert!(!line.contains('\n'));
        assert_eq!(Event::from_json_line(&line).unwrap(), event);
        assert!(Event::from_json_line(&line[..line.len() - 1]).is_err());
    }
}

#[test]
fn a_line_has_the_fields_of_a_pipeline_event() {
    let line = event(Details::UpdateProgress(UpdateProgress::new(UpdateState::Running))).to_json_line().unwrap();
    let json: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(json["sequence"]["data_plane_id"]["seq_no"], 3);
    assert_eq!(json["timestamp"], "2024-05-01T12:00:00.000000Z");
    assert_eq!(json["level"], "INFO");
    assert_eq!(json["maturity_level"], "STABLE");
    assert_eq!(json["event_type"], "update_progress");
    assert_eq!(json["origin"]["pipeline_name"], "retail");
    assert_eq!(json["details"]["update_progress"]["state"], "RUNNING");
    assert!(json.get("error").is_none());
}

#[test]
fn a_line_with_fields_of_a_later_version_is_read() {
    let line = event(Details::UpdateProgress(UpdateProgress::new(UpdateState::Running))).to_json_line().unwrap();
    let later = line.replacen('{', "{\"weather\":\"fine\",", 1);
    assert!(Event::from_json_line(&later).is_ok());
}
