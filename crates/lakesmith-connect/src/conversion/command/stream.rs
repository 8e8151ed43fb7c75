//! `DataFrame.writeStream`, streaming queries and their listeners.

use lakesmith_unresolved::CommandKind;
use lakesmith_unresolved::command::{
    StartStream, StreamTrigger, StreamingQueryAction, StreamingQueryManagerAction, WriteTarget,
};
use lakesmith_unresolved::expression::UserDefinedFunction;
use spark_connect_proto as proto;

use super::super::{ConversionError, Depth, pairs, relation, user_code};
use super::Kind;

pub(super) fn start(message: &proto::WriteStreamOperationStart, depth: Depth) -> Kind {
    use proto::write_stream_operation_start::SinkDestination;
    let target = match &message.sink_destination {
        None => WriteTarget::None,
        Some(SinkDestination::Path(path)) => WriteTarget::Path(path.clone()),
        Some(SinkDestination::TableName(table)) => WriteTarget::SaveAsTable(table.clone()),
    };
    Ok(CommandKind::StartStream(Box::new(StartStream {
        input: relation::required(message.input.as_ref(), depth)?,
        format: message.format.clone(),
        options: pairs(&message.options),
        partition_by: message.partitioning_column_names.clone(),
        cluster_by: message.clustering_column_names.clone(),
        trigger: trigger(message.trigger.as_ref()),
        output_mode: message.output_mode.clone(),
        query_name: message.query_name.clone(),
        target,
        foreach_writer: stream_function(message.foreach_writer.as_ref(), depth)?,
        foreach_batch: stream_function(message.foreach_batch.as_ref(), depth)?,
    })))
}

/// A trigger that is named and set to false is none.
fn trigger(message: Option<&proto::write_stream_operation_start::Trigger>) -> StreamTrigger {
    use proto::write_stream_operation_start::Trigger;
    match message {
        Some(Trigger::ProcessingTimeInterval(interval)) => StreamTrigger::ProcessingTime(interval.clone()),
        Some(Trigger::AvailableNow(true)) => StreamTrigger::AvailableNow,
        Some(Trigger::Once(true)) => StreamTrigger::Once,
        Some(Trigger::ContinuousCheckpointInterval(interval)) => StreamTrigger::Continuous(interval.clone()),
        Some(Trigger::RealTimeBatchDuration(duration)) => StreamTrigger::RealTime(duration.clone()),
        Some(Trigger::AvailableNow(false) | Trigger::Once(false)) | None => StreamTrigger::Default,
    }
}

fn stream_function(
    message: Option<&proto::StreamingForeachFunction>,
    depth: Depth,
) -> Result<Option<UserDefinedFunction>, ConversionError> {
    message.map(|message| user_code::of_stream(message, depth)).transpose()
}

pub(super) fn query(message: &proto::StreamingQueryCommand) -> Kind {
    use proto::streaming_query_command::Command;
    let Some(command) = &message.command else {
        return Err(ConversionError::OneOfNotSet { message: "spark.connect.StreamingQueryCommand", field: "command" });
    };
    let action = match command {
        Command::Status(_) => StreamingQueryAction::Status,
        Command::LastProgress(_) => StreamingQueryAction::LastProgress,
        Command::RecentProgress(_) => StreamingQueryAction::RecentProgress,
        Command::Stop(_) => StreamingQueryAction::Stop,
        Command::ProcessAllAvailable(_) => StreamingQueryAction::ProcessAllAvailable,
        Command::Explain(explain) => StreamingQueryAction::Explain { extended: explain.extended },
        Command::Exception(_) => StreamingQueryAction::Exception,
        Command::AwaitTermination(wait) => StreamingQueryAction::AwaitTermination { timeout: wait.timeout_ms },
    };
    let Some(query) = &message.query_id else {
        return Err(ConversionError::EmptyField { message: "spark.connect.StreamingQueryCommand", field: "query_id" });
    };
    Ok(CommandKind::StreamingQuery { id: query.id.clone(), run_id: query.run_id.clone(), action })
}

pub(super) fn manager(message: &proto::StreamingQueryManagerCommand) -> Kind {
    use proto::streaming_query_manager_command::Command;
    let Some(command) = &message.command else {
        let message = "spark.connect.StreamingQueryManagerCommand";
        return Err(ConversionError::OneOfNotSet { message, field: "command" });
    };
    let action = match command {
        Command::Active(_) => StreamingQueryManagerAction::Active,
        Command::GetQuery(id) => StreamingQueryManagerAction::Get(id.clone()),
        Command::AwaitAnyTermination(wait) => {
            StreamingQueryManagerAction::AwaitAnyTermination { timeout: wait.timeout_ms }
        }
        Command::ResetTerminated(_) => StreamingQueryManagerAction::ResetTerminated,
        Command::AddListener(listener) => {
            let python = listener.python_listener_payload.as_ref().map(|python| &python.command);
            let code = python.unwrap_or(&listener.listener_payload).to_vec();
            StreamingQueryManagerAction::AddListener(listener.id.clone(), code)
        }
        Command::RemoveListener(listener) => StreamingQueryManagerAction::RemoveListener(listener.id.clone()),
        Command::ListListeners(_) => StreamingQueryManagerAction::ListListeners,
    };
    Ok(CommandKind::StreamingQueryManager(action))
}

pub(super) fn listener_bus(message: &proto::StreamingQueryListenerBusCommand) -> Kind {
    use proto::streaming_query_listener_bus_command::Command;
    match &message.command {
        Some(Command::AddListenerBusListener(_)) => Ok(CommandKind::StreamingQueryListenerBus(true)),
        Some(Command::RemoveListenerBusListener(_)) => Ok(CommandKind::StreamingQueryListenerBus(false)),
        None => {
            let message = "spark.connect.StreamingQueryListenerBusCommand";
            Err(ConversionError::OneOfNotSet { message, field: "command" })
        }
    }
}
