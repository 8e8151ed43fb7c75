//! Commands of `pyspark.pipelines`.
//!
//! The origin of the command is the place of the definition in the user's Python file.

use lakesmith_diagnostic::Origin;
use lakesmith_unresolved::command::{AutoCdcDetails, DefineFlow, DefineOutput, FlowDetails, PipelineCommand};
use lakesmith_unresolved::pipeline::{ColumnSelection, ScdType};
use lakesmith_unresolved::{Command, CommandKind};
use spark_connect_proto as proto;
use spark_connect_proto::pipeline_command as wire;

use super::{ConversionError, Depth, data_type, expression, origin, pairs, relation};

/// A command of a pipeline.
pub(super) fn command(message: &proto::PipelineCommand, depth: Depth) -> Result<Command, ConversionError> {
    use wire::CommandType as C;
    let Some(kind) = &message.command_type else {
        return Err(ConversionError::OneOfNotSet { message: "spark.connect.PipelineCommand", field: "command_type" });
    };
    let mut origin = Origin::Unknown;
    let kind = match kind {
        C::CreateDataflowGraph(create) => PipelineCommand::CreateDataflowGraph {
            default_catalog: create.default_catalog.clone(),
            default_database: create.default_database.clone(),
            configuration: pairs(&create.sql_conf),
        },
        C::DefineOutput(output) => {
            origin = origin::of_definition(output.source_code_location.as_ref());
            PipelineCommand::DefineOutput(Box::new(define_output(output, depth)?))
        }
        C::DefineFlow(flow) => {
            origin = origin::of_definition(flow.source_code_location.as_ref());
            PipelineCommand::DefineFlow(Box::new(define_flow(flow, depth)?))
        }
        C::DropDataflowGraph(drop) => {
            PipelineCommand::DropDataflowGraph(needed(&drop.dataflow_graph_id, "DropDataflowGraph", GRAPH)?)
        }
        C::StartRun(run) => start_run(run)?,
        C::DefineSqlGraphElements(file) => PipelineCommand::DefineSqlGraphElements {
            graph: needed(&file.dataflow_graph_id, "DefineSqlGraphElements", GRAPH)?,
            path: needed(&file.sql_file_path, "DefineSqlGraphElements", "sql_file_path")?,
            text: file.sql_text.clone().unwrap_or_default(),
        },
        C::GetQueryFunctionExecutionSignalStream(_) => other("get_query_function_execution_signal_stream"),
        C::DefineFlowQueryFunctionResult(_) => other("define_flow_query_function_result"),
        C::ExecuteOutputFlows(_) => other("execute_output_flows"),
        C::Extension(message) => {
            PipelineCommand::Extension { type_url: message.type_url.clone(), value: message.value.to_vec() }
        }
    };
    Ok(Command { kind: CommandKind::PipelineCommand(Box::new(kind)), origin })
}

const GRAPH: &str = "dataflow_graph_id";

fn other(field: &str) -> PipelineCommand {
    PipelineCommand::Other(field.to_owned())
}

/// A text without which the command means nothing.
fn needed(text: &Option<String>, message: &'static str, field: &'static str) -> Result<String, ConversionError> {
    match text {
        Some(text) if !text.is_empty() => Ok(text.clone()),
        _ => Err(ConversionError::EmptyField { message, field }),
    }
}

fn start_run(run: &wire::StartRun) -> Result<PipelineCommand, ConversionError> {
    Ok(PipelineCommand::StartRun {
        graph: needed(&run.dataflow_graph_id, "StartRun", GRAPH)?,
        full_refresh: run.full_refresh_selection.clone(),
        full_refresh_all: run.full_refresh_all.unwrap_or(false),
        refresh: run.refresh_selection.clone(),
        dry: run.dry.unwrap_or(false),
        storage: run.storage.clone(),
    })
}

fn define_output(message: &wire::DefineOutput, depth: Depth) -> Result<DefineOutput, ConversionError> {
    use wire::define_output::Details;
    let mut output = DefineOutput {
        graph: needed(&message.dataflow_graph_id, "DefineOutput", GRAPH)?,
        name: needed(&message.output_name, "DefineOutput", "output_name")?,
        output_type: output_type(message)?,
        comment: message.comment.clone(),
        properties: Vec::new(),
        partition_by: Vec::new(),
        cluster_by: Vec::new(),
        format: None,
        options: Vec::new(),
        schema_text: None,
        schema: None,
        definition_path: definition_path(message.source_code_location.as_ref()),
        details_extension: None,
        extensions: extensions(message.source_code_location.as_ref()),
    };
    match &message.details {
        Some(Details::TableDetails(table)) => table_details(table, &mut output, depth)?,
        Some(Details::SinkDetails(sink)) => {
            output.options = pairs(&sink.options);
            output.format = sink.format.clone();
        }
        Some(Details::Extension(details)) => {
            output.details_extension = Some((details.type_url.clone(), details.value.to_vec()));
        }
        None => {}
    }
    Ok(output)
}

fn output_type(message: &wire::DefineOutput) -> Result<String, ConversionError> {
    use proto::OutputType;
    let number = message.output_type.unwrap_or_default();
    let output_type = OutputType::try_from(number);
    match output_type {
        Ok(OutputType::MaterializedView | OutputType::Table | OutputType::TemporaryView | OutputType::Sink) => {
            Ok(output_type.map_or("", |known| known.as_str_name()).to_owned())
        }
        Ok(OutputType::Unspecified) | Err(_) => {
            let name = output_type.map_or("", |known| known.as_str_name()).to_owned();
            Err(ConversionError::InvalidEnum { message: "spark.connect.OutputType", name, number })
        }
    }
}

fn table_details(
    table: &wire::define_output::TableDetails,
    output: &mut DefineOutput,
    depth: Depth,
) -> Result<(), ConversionError> {
    use wire::define_output::table_details::Schema;
    output.properties = pairs(&table.table_properties);
    output.partition_by = table.partition_cols.clone();
    output.cluster_by = table.clustering_columns.clone();
    output.format = table.format.clone();
    match &table.schema {
        Some(Schema::SchemaDataType(schema)) => output.schema = Some(data_type::required(Some(schema), depth)?),
        Some(Schema::SchemaString(text)) => output.schema_text = Some(text.clone()),
        None => {}
    }
    Ok(())
}

fn define_flow(message: &wire::DefineFlow, depth: Depth) -> Result<DefineFlow, ConversionError> {
    Ok(DefineFlow {
        graph: needed(&message.dataflow_graph_id, "DefineFlow", GRAPH)?,
        name: needed(&message.flow_name, "DefineFlow", "flow_name")?,
        target: needed(&message.target_dataset_name, "DefineFlow", "target_dataset_name")?,
        configuration: pairs(&message.sql_conf),
        once: message.once,
        client_id: message.client_id.clone(),
        definition_path: definition_path(message.source_code_location.as_ref()),
        details: flow_details(message, depth)?,
        extensions: extensions(message.source_code_location.as_ref()),
    })
}

fn flow_details(message: &wire::DefineFlow, depth: Depth) -> Result<FlowDetails, ConversionError> {
    use wire::define_flow::Details;
    match &message.details {
        Some(Details::RelationFlowDetails(details)) => {
            let query = details.relation.as_ref().map(|query| relation::required(Some(query), depth));
            Ok(FlowDetails::Relation(query.transpose()?))
        }
        Some(Details::AutoCdcFlowDetails(details)) => {
            auto_cdc(details, depth).map(|details| FlowDetails::AutoCdc(Box::new(details)))
        }
        Some(Details::Extension(details)) => {
            Ok(FlowDetails::Extension { type_url: details.type_url.clone(), value: details.value.to_vec() })
        }
        None => {
            Err(ConversionError::OneOfNotSet { message: "spark.connect.PipelineCommand.DefineFlow", field: "details" })
        }
    }
}

fn auto_cdc(message: &wire::define_flow::AutoCdcFlowDetails, depth: Depth) -> Result<AutoCdcDetails, ConversionError> {
    use wire::define_flow::ScdType as Wire;
    let stored_as = match Wire::try_from(message.stored_as_scd_type) {
        Ok(Wire::Unspecified) => None,
        Ok(Wire::ScdType1) => Some(ScdType::Type1),
        Ok(Wire::ScdType2) => Some(ScdType::Type2),
        Err(_) => {
            let number = message.stored_as_scd_type;
            let message = "spark.connect.PipelineCommand.DefineFlow.SCDType";
            return Err(ConversionError::InvalidEnum { message, name: String::new(), number });
        }
    };
    let optional = |message: Option<&proto::Expression>| expression::optional(message, depth);
    let selection = |only: &[_], except: &[_], name| column_selection(only, except, name, depth);
    Ok(AutoCdcDetails {
        source: message.source.clone().unwrap_or_default(),
        keys: expression::all(&message.keys, depth)?,
        sequence_by: optional(message.sequence_by.as_ref())?,
        apply_as_deletes: optional(message.apply_as_deletes.as_ref())?,
        apply_as_truncates: optional(message.apply_as_truncates.as_ref())?,
        columns: selection(&message.column_list, &message.except_column_list, "column_list")?,
        stored_as,
        track_history: selection(
            &message.track_history_column_list,
            &message.track_history_except_column_list,
            "track_history_column_list",
        )?,
        ignore_null_updates: selection(
            &message.ignore_null_updates_column_list,
            &message.ignore_null_updates_except_column_list,
            "ignore_null_updates_column_list",
        )?,
    })
}

fn column_selection(
    only: &[proto::Expression],
    except: &[proto::Expression],
    name: &str,
    depth: Depth,
) -> Result<Option<ColumnSelection>, ConversionError> {
    match (only, except) {
        ([], []) => Ok(None),
        (only, []) => expression::all(only, depth).map(ColumnSelection::Only).map(Some),
        ([], except) => expression::all(except, depth).map(ColumnSelection::Except).map(Some),
        _ => Err(ConversionError::Assertion { text: format!("`{name}` and its exceptions are both given") }),
    }
}

fn definition_path(location: Option<&proto::SourceCodeLocation>) -> Option<String> {
    location.and_then(|location| location.definition_path.clone())
}

fn extensions(location: Option<&proto::SourceCodeLocation>) -> Vec<(String, Vec<u8>)> {
    let extensions = location.map(|location| location.extension.as_slice()).unwrap_or_default();
    extensions.iter().map(|extension| (extension.type_url.clone(), extension.value.to_vec())).collect()
}
