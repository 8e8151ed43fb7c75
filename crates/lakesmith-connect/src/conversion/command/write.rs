//! `DataFrame.write` and `DataFrame.writeTo`.

use lakesmith_unresolved::CommandKind;
use lakesmith_unresolved::command::{Write, WriteTarget, WriteV2};
use spark_connect_proto as proto;

use super::super::{ConversionError, Depth, expression, pairs, relation};
use super::Kind;

pub(super) fn write(message: &proto::WriteOperation, depth: Depth) -> Kind {
    Ok(CommandKind::Write(Box::new(Write {
        input: relation::required(message.input.as_ref(), depth)?,
        format: message.source.clone(),
        target: target(message.save_type.as_ref())?,
        mode: mode(message.mode)?.to_owned(),
        partition_by: message.partitioning_columns.clone(),
        cluster_by: message.clustering_columns.clone(),
        sort_by: message.sort_column_names.clone(),
        bucket_by: message.bucket_by.as_ref().map(|bucket| (bucket.bucket_column_names.clone(), bucket.num_buckets)),
        options: pairs(&message.options),
        schema_evolution: message.with_schema_evolution,
    })))
}

fn target(message: Option<&proto::write_operation::SaveType>) -> Result<WriteTarget, ConversionError> {
    use proto::write_operation::SaveType;
    use proto::write_operation::save_table::TableSaveMethod;
    match message {
        None => Ok(WriteTarget::None),
        Some(SaveType::Path(path)) => Ok(WriteTarget::Path(path.clone())),
        Some(SaveType::Table(table)) => match TableSaveMethod::try_from(table.save_method) {
            Ok(TableSaveMethod::SaveAsTable) => Ok(WriteTarget::SaveAsTable(table.table_name.clone())),
            Ok(TableSaveMethod::InsertInto) => Ok(WriteTarget::InsertInto(table.table_name.clone())),
            Ok(TableSaveMethod::Unspecified) | Err(_) => {
                let number = table.save_method;
                let name = TableSaveMethod::try_from(number).map_or("", |method| method.as_str_name()).to_owned();
                let message = "spark.connect.WriteOperation.SaveTable.TableSaveMethod";
                Err(ConversionError::InvalidEnum { message, name, number })
            }
        },
    }
}

/// The mode by the name that users give it; empty when the client says nothing.
fn mode(number: i32) -> Result<&'static str, ConversionError> {
    use proto::write_operation::SaveMode;
    match SaveMode::try_from(number) {
        Ok(SaveMode::Unspecified) => Ok(""),
        Ok(SaveMode::Append) => Ok("append"),
        Ok(SaveMode::Overwrite) => Ok("overwrite"),
        Ok(SaveMode::ErrorIfExists) => Ok("error"),
        Ok(SaveMode::Ignore) => Ok("ignore"),
        Err(_) => {
            let message = "spark.connect.WriteOperation.SaveMode";
            Err(ConversionError::InvalidEnum { message, name: String::new(), number })
        }
    }
}

pub(super) fn write_v2(message: &proto::WriteOperationV2, depth: Depth) -> Kind {
    use proto::write_operation_v2::Mode;
    let mode = match Mode::try_from(message.mode) {
        Ok(Mode::Create) => "create",
        Ok(Mode::Overwrite) => "overwrite",
        Ok(Mode::OverwritePartitions) => "overwrite_partitions",
        Ok(Mode::Append) => "append",
        Ok(Mode::Replace) => "replace",
        Ok(Mode::CreateOrReplace) => "create_or_replace",
        Ok(Mode::Unspecified) | Err(_) => {
            let name = Mode::try_from(message.mode).map_or("", |mode| mode.as_str_name()).to_owned();
            let number = message.mode;
            return Err(ConversionError::InvalidEnum { message: "spark.connect.WriteOperationV2.Mode", name, number });
        }
    };
    Ok(CommandKind::WriteV2(Box::new(WriteV2 {
        input: relation::required(message.input.as_ref(), depth)?,
        table: message.table_name.clone(),
        format: message.provider.clone(),
        mode: mode.to_owned(),
        overwrite_condition: expression::optional(message.overwrite_condition.as_ref(), depth)?,
        partition_by: expression::all(&message.partitioning_columns, depth)?,
        cluster_by: message.clustering_columns.clone(),
        options: pairs(&message.options),
        properties: pairs(&message.table_properties),
        schema_evolution: message.with_schema_evolution,
    })))
}
