//! The sentences of events.
//!
//! [`sentence`] is the event log's: names stand in quotes. [`spark_sentence`] is what a PySpark client of Apache Spark is told
//! for the same change of a flow's state, letter by letter; the two differ in quotes and in what they tell of failures.

use crate::details::Details;
use crate::flow::{FlowProgress, FlowStatus};
use crate::operation::{OperationProgress, OperationStatus, OperationType};
use crate::origin::EventOrigin;
use crate::planning::PlanningInformation;
use crate::update::{CreateUpdate, UpdateCause};

/// One sentence about an event.
pub fn sentence(details: &Details, origin: &EventOrigin) -> String {
    let subject = origin.subject();
    let update = origin.update_id.as_deref().unwrap_or("");
    match details {
        Details::CreateUpdate(create) => create_update(create, update),
        Details::UpdateProgress(progress) => match &progress.cancellation_cause {
            Some(cause) => format!("Update {update} is {}: {cause}.", progress.state),
            None => format!("Update {update} is {}.", progress.state),
        },
        Details::UserAction(action) => format!("User {} performed a {} operation.", action.user_name, action.action),
        Details::RuntimeDetails(runtime) => format!("The update runs on {}.", runtime.dbr_version),
        Details::GraphCreated(graph) => format!(
            "The dataflow graph has {}, {} and {}.",
            counted(graph.datasets.len(), "dataset"),
            counted(graph.sinks.len(), "sink"),
            counted(graph.flows.len(), "flow")
        ),
        Details::DatasetDefinition(_) => {
            format!("Dataset '{}' is defined.", origin.dataset_name.as_deref().unwrap_or(subject))
        }
        Details::SinkDefinition(_) => format!("Sink '{}' is defined.", origin.sink_name.as_deref().unwrap_or(subject)),
        Details::FlowDefinition(_) => format!("Flow '{subject}' is defined."),
        Details::FlowProgress(progress) => flow_progress(progress, subject),
        Details::PlanningInformation(planning) => planned(planning, subject),
        Details::OperationProgress(operation) => operation_progress(operation, subject),
        Details::MaintenanceProgress(upkeep) => {
            let table = origin.dataset_name.as_deref().unwrap_or(subject);
            format!("{} of '{table}' {}.", upkeep.operation, operation_state(upkeep.status))
        }
        Details::StreamProgress(_) => format!("Flow '{subject}' has processed a batch."),
        Details::HookProgress(hook) => format!("Event hook '{}' ended with {}.", hook.name, hook.status),
        Details::Deprecation(old) => match &old.replacement {
            Some(replacement) => format!("{} will go away; use {replacement}.", old.feature),
            None => format!("{} will go away.", old.feature),
        },
    }
}

/// What Apache Spark's server tells a client about a flow; `None` for states that it says nothing about.
///
/// `name` is `catalog.schema.flow`. The text of a failure follows as `\nError: …`, which the caller adds.
pub fn spark_sentence(name: &str, status: FlowStatus) -> Option<String> {
    Some(match status {
        FlowStatus::Queued | FlowStatus::Planning | FlowStatus::Starting | FlowStatus::Running => {
            format!("Flow {name} is {status}.")
        }
        FlowStatus::Completed => format!("Flow {name} has COMPLETED."),
        FlowStatus::Excluded => format!("Flow '{name}' is EXCLUDED."),
        FlowStatus::Failed => format!("Flow '{name}' has FAILED."),
        FlowStatus::Skipped => format!("Flow '{name}' SKIPPED due to upstream failure(s)."),
        FlowStatus::Stopped => format!("Flow '{name}' has STOPPED."),
        FlowStatus::Idle => format!("Flow '{name}' is IDLE, waiting for new data."),
    })
}

fn flow_progress(progress: &FlowProgress, flow: &str) -> String {
    match progress.status() {
        FlowStatus::Running if progress.metrics().is_some() => format!("Flow '{flow}' has completed a batch."),
        FlowStatus::Completed | FlowStatus::Failed | FlowStatus::Stopped => {
            format!("Flow '{flow}' has {}.", progress.status())
        }
        FlowStatus::Skipped => format!("Flow '{flow}' is SKIPPED because a flow that it reads from failed."),
        FlowStatus::Idle => format!("Flow '{flow}' is IDLE, waiting for new data."),
        _ => format!("Flow '{flow}' is {}.", progress.status()),
    }
}

fn create_update(create: &CreateUpdate, update: &str) -> String {
    let by = match create.cause {
        UpdateCause::ApiCall => "by an API call",
        UpdateCause::JobTask => "by a task of a job",
        UpdateCause::UserAction => "by a user",
        UpdateCause::RetryOnFailure => "because the one before failed",
        UpdateCause::SchemaChange => "because a source has another schema",
    };
    let kind = match (create.validate_only, create.full_refresh) {
        (true, _) => "Dry run",
        (false, true) => "Full refresh",
        (false, false) => "Update",
    };
    format!("{kind} {update} was started {by}.")
}

fn planned(planning: &PlanningInformation, flow: &str) -> String {
    match planning.technique_information.iter().find(|technique| technique.is_chosen) {
        Some(chosen) => {
            format!("Flow '{flow}' is planned to be refreshed as {}.", chosen.maintenance_type.as_str())
        }
        None => format!("Flow '{flow}' is planned."),
    }
}

fn operation_progress(operation: &OperationProgress, flow: &str) -> String {
    let state = operation_state(operation.status);
    match (operation.operation, &operation.auto_loader_details) {
        (OperationType::AutoLoaderListing | OperationType::AutoLoaderBackfill, Some(files)) => {
            format!(
                "Listing of {} for flow '{flow}' {state}: {}.",
                files.source_path,
                counted(files.num_files_listed, "file")
            )
        }
        (OperationType::AutoLoaderDecoding, Some(details)) => {
            let rejected: i64 = details.files.iter().map(|file| file.rejected).sum();
            let read = counted(details.files.len(), "file");
            format!(
                "Reading of {read} from {} for flow '{flow}' {state}: {} rejected.",
                details.source_path,
                counted(rejected, "record")
            )
        }
        (kind, _) => format!("{} for flow '{flow}' {state}.", kind.as_str()),
    }
}

const fn operation_state(status: OperationStatus) -> &'static str {
    match status {
        OperationStatus::Started => "has started",
        OperationStatus::Completed => "has completed",
        OperationStatus::Canceled => "was cancelled",
        OperationStatus::Failed => "has failed",
        OperationStatus::InProgress => "is in progress",
    }
}

/// `1 file`, `2 files`.
fn counted<N: std::fmt::Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::FlowMetrics;
    use crate::update::{UpdateProgress, UpdateState};

    fn flow(progress: FlowProgress) -> String {
        let origin = EventOrigin::pipeline("p", "retail").dataset("main.shop.orders").flow("main.shop.orders", None);
        sentence(&Details::FlowProgress(progress), &origin)
    }

    #[test]
    fn a_change_of_state_names_the_flow_in_quotes() {
        assert_eq!(flow(FlowProgress::new(FlowStatus::Queued)), "Flow 'main.shop.orders' is QUEUED.");
        assert_eq!(flow(FlowProgress::new(FlowStatus::Completed)), "Flow 'main.shop.orders' has COMPLETED.");
    }

    #[test]
    fn numbers_of_a_running_flow_are_told_as_a_batch() {
        let progress = FlowProgress::new(FlowStatus::Running).with_metrics(FlowMetrics::default());
        assert_eq!(flow(progress), "Flow 'main.shop.orders' has completed a batch.");
    }

    #[test]
    fn the_sentences_for_a_spark_client_are_those_of_spark() {
        let told = |status| spark_sentence("a.b.c", status).unwrap_or_default();
        assert_eq!(told(FlowStatus::Running), "Flow a.b.c is RUNNING.");
        assert_eq!(told(FlowStatus::Completed), "Flow a.b.c has COMPLETED.");
        assert_eq!(told(FlowStatus::Skipped), "Flow 'a.b.c' SKIPPED due to upstream failure(s).");
    }

    #[test]
    fn an_update_is_named_by_its_id() {
        let mut origin = EventOrigin::pipeline("p", "retail");
        origin.update_id = Some("u-1".to_owned());
        let details = Details::UpdateProgress(UpdateProgress::new(UpdateState::Completed));
        assert_eq!(sentence(&details, &origin), "Update u-1 is COMPLETED.");
    }
}
