//! Commands.
//!
//! Start reading at [`command`]; the match names every case of the message, so a new one does not compile until it is read.

mod stream;
mod write;

use lakesmith_diagnostic::Origin;
use lakesmith_unresolved::command::Merge;
use lakesmith_unresolved::expression::MergeAction;
use lakesmith_unresolved::{Command, CommandKind, ExpressionKind, Relation};
use prost::Message as _;
use spark_connect_proto as proto;
use spark_connect_proto::command::CommandType;

use super::relation::{self, Arguments, sql_text};
use super::{ConversionError, Depth, expression, identifier, pairs, pipeline, user_code};

type Kind = Result<CommandKind, ConversionError>;

/// A command.
pub(super) fn command(message: &proto::Command, depth: Depth) -> Result<Command, ConversionError> {
    let Some(kind) = &message.command_type else {
        return Err(ConversionError::OneOfNotSet { message: "spark.connect.Command", field: "command_type" });
    };
    if let CommandType::PipelineCommand(message) = kind {
        return pipeline::command(message, depth);
    }
    Ok(Command { kind: kind_of(kind, depth)?, origin: Origin::Unknown })
}

fn kind_of(kind: &CommandType, depth: Depth) -> Kind {
    match kind {
        CommandType::RegisterFunction(message) => {
            user_code::function(message, depth).map(CommandKind::RegisterFunction)
        }
        CommandType::RegisterTableFunction(message) => {
            user_code::table_function(message, depth).map(CommandKind::RegisterTableFunction)
        }
        CommandType::RegisterDataSource(message) => {
            let (name, command, python_version) = user_code::data_source(message)?;
            Ok(CommandKind::RegisterDataSource { name, command, python_version })
        }
        CommandType::WriteOperation(message) => write::write(message, depth),
        CommandType::WriteOperationV2(message) => write::write_v2(message, depth),
        CommandType::CreateDataframeView(message) => create_view(message, depth),
        CommandType::SqlCommand(message) => sql(message, depth),
        CommandType::WriteStreamOperationStart(message) => stream::start(message, depth),
        CommandType::StreamingQueryCommand(message) => stream::query(message),
        CommandType::StreamingQueryManagerCommand(message) => stream::manager(message),
        CommandType::StreamingQueryListenerBusCommand(message) => stream::listener_bus(message),
        CommandType::GetResourcesCommand(_) => Ok(CommandKind::GetResources),
        CommandType::CreateResourceProfileCommand(_) => Ok(CommandKind::CreateResourceProfile),
        CommandType::CheckpointCommand(message) => Ok(CommandKind::Checkpoint {
            input: relation::required(message.relation.as_ref(), depth)?,
            local: message.local,
            eager: message.eager,
        }),
        CommandType::RemoveCachedRemoteRelationCommand(message) => match &message.relation {
            Some(relation) => Ok(CommandKind::RemoveCachedRemoteRelation(relation.relation_id.clone())),
            None => {
                let message = "spark.connect.RemoveCachedRemoteRelationCommand";
                Err(ConversionError::EmptyField { message, field: "relation" })
            }
        },
        CommandType::MergeIntoTableCommand(message) => merge(message, depth),
        CommandType::MlCommand(message) => Ok(CommandKind::MachineLearning(message.encode_to_vec())),
        CommandType::ExecuteExternalCommand(message) => Ok(CommandKind::ExecuteExternal {
            runner: message.runner.clone(),
            command: message.command.clone(),
            options: pairs(&message.options),
        }),
        CommandType::PipelineCommand(message) => pipeline::command(message, depth).map(|command| command.kind),
        CommandType::Extension(message) => {
            Ok(CommandKind::Extension { type_url: message.type_url.clone(), value: message.value.to_vec() })
        }
    }
}

fn create_view(message: &proto::CreateDataFrameViewCommand, depth: Depth) -> Kind {
    if message.name.is_empty() {
        return Err(ConversionError::EmptyField { message: "spark.connect.CreateDataFrameViewCommand", field: "name" });
    }
    Ok(CommandKind::CreateDataFrameView {
        input: relation::required(message.input.as_ref(), depth)?,
        name: message.name.clone(),
        is_global: message.is_global,
        replace: message.replace,
    })
}

/// SQL text stands in `input`, alone or over DataFrames; older clients send it in the command itself.
#[allow(deprecated, reason = "older clients send the text in the command itself")]
fn sql(message: &proto::SqlCommand, depth: Depth) -> Kind {
    use proto::relation::RelType;
    if let Some(input) = &message.input {
        let is_sql = |relation: &proto::Relation| matches!(relation.rel_type, Some(RelType::Sql(_)));
        let text = match &input.rel_type {
            Some(RelType::WithRelations(with)) => with.root.as_deref().is_some_and(is_sql),
            _ => is_sql(input),
        };
        let relation = relation::required(Some(input), depth)?;
        if !text {
            return Err(ConversionError::SqlCommandInput { other: relation.kind.name().to_owned() });
        }
        return Ok(CommandKind::Sql(relation));
    }
    let arguments = Arguments {
        named: &message.named_arguments,
        positional: &message.pos_arguments,
        named_literals: &message.args,
        positional_literals: &message.pos_args,
    };
    let text = sql_text(&message.sql, &arguments, depth)?;
    Ok(CommandKind::Sql(Relation::new(text, Origin::Unknown)))
}

fn merge(message: &proto::MergeIntoTableCommand, depth: Depth) -> Kind {
    Ok(CommandKind::Merge(Box::new(Merge {
        target: identifier::object(&message.target_table_name, &Origin::Unknown)?,
        target_alias: None,
        source: relation::required(message.source_table_plan.as_ref(), depth)?,
        condition: expression::required(message.merge_condition.as_ref(), depth)?,
        matched: merge_actions(&message.match_actions, depth)?,
        not_matched: merge_actions(&message.not_matched_actions, depth)?,
        not_matched_by_source: merge_actions(&message.not_matched_by_source_actions, depth)?,
        schema_evolution: message.with_schema_evolution,
    })))
}

fn merge_actions(messages: &[proto::Expression], depth: Depth) -> Result<Vec<MergeAction>, ConversionError> {
    let actions = expression::all(messages, depth)?.into_iter().map(|action| match action.kind {
        ExpressionKind::MergeAction(action) => Ok(*action),
        _ => Err(ConversionError::Assertion { text: "a clause of MERGE holds something else than an action".into() }),
    });
    actions.collect()
}
