//! Functions, table functions and data sources whose code travels in the plan.

use lakesmith_unresolved::expression::{UserCode, UserDefinedFunction};
use spark_connect_proto as proto;

use super::{ConversionError, Depth, data_type, expression};

/// A function.
pub(super) fn function(
    message: &proto::CommonInlineUserDefinedFunction,
    depth: Depth,
) -> Result<UserDefinedFunction, ConversionError> {
    use proto::common_inline_user_defined_function::Function;
    let code = match &message.function {
        Some(Function::PythonUdf(python)) => python_code(python, depth)?,
        Some(Function::ScalarScalaUdf(scala)) => scala_code(scala, depth)?,
        Some(Function::JavaUdf(java)) => UserCode::Java {
            class_name: java.class_name.clone(),
            output_type: data_type::optional(java.output_type.as_ref(), depth)?,
            aggregate: java.aggregate,
        },
        None => return Err(no_code("CommonInlineUserDefinedFunction")),
    };
    Ok(UserDefinedFunction {
        name: message.function_name.clone(),
        deterministic: message.deterministic,
        arguments: expression::all(&message.arguments, depth)?,
        distinct: message.is_distinct,
        code,
    })
}

/// A function that must be there.
pub(super) fn required(
    message: Option<&proto::CommonInlineUserDefinedFunction>,
    depth: Depth,
) -> Result<UserDefinedFunction, ConversionError> {
    message.map_or_else(|| Err(no_code("CommonInlineUserDefinedFunction")), |message| function(message, depth))
}

/// A table function.
pub(super) fn table_function(
    message: &proto::CommonInlineUserDefinedTableFunction,
    depth: Depth,
) -> Result<UserDefinedFunction, ConversionError> {
    use proto::common_inline_user_defined_table_function::Function;
    let Some(Function::PythonUdtf(python)) = &message.function else {
        return Err(no_code("CommonInlineUserDefinedTableFunction"));
    };
    Ok(UserDefinedFunction {
        name: message.function_name.clone(),
        deterministic: message.deterministic,
        arguments: expression::all(&message.arguments, depth)?,
        distinct: false,
        code: UserCode::Python {
            output_type: data_type::optional(python.return_type.as_ref(), depth)?,
            eval_type: python.eval_type,
            command: python.command.to_vec(),
            python_version: python.python_ver.clone(),
            includes: Vec::new(),
        },
    })
}

/// The name, pickled class and Python version of a data source.
pub(super) fn data_source(
    message: &proto::CommonInlineUserDefinedDataSource,
) -> Result<(String, Vec<u8>, String), ConversionError> {
    use proto::common_inline_user_defined_data_source::DataSource;
    match &message.data_source {
        Some(DataSource::PythonDataSource(python)) => {
            Ok((message.name.clone(), python.command.to_vec(), python.python_ver.clone()))
        }
        None => Err(no_code("CommonInlineUserDefinedDataSource")),
    }
}

/// An aggregate of a typed Dataset, which has neither a name nor arguments.
pub(super) fn typed_aggregate(
    message: &proto::TypedAggregateExpression,
    depth: Depth,
) -> Result<UserDefinedFunction, ConversionError> {
    let Some(scala) = &message.scalar_scala_udf else {
        return Err(no_code("TypedAggregateExpression"));
    };
    Ok(nameless(scala_code(scala, depth)?))
}

/// A function of `foreach` and `foreachBatch`.
pub(super) fn of_stream(
    message: &proto::StreamingForeachFunction,
    depth: Depth,
) -> Result<UserDefinedFunction, ConversionError> {
    use proto::streaming_foreach_function::Function;
    match &message.function {
        Some(Function::PythonFunction(python)) => python_code(python, depth).map(nameless),
        Some(Function::ScalaFunction(scala)) => scala_code(scala, depth).map(nameless),
        None => Err(no_code("StreamingForeachFunction")),
    }
}

fn nameless(code: UserCode) -> UserDefinedFunction {
    UserDefinedFunction { name: String::new(), deterministic: true, arguments: Vec::new(), distinct: false, code }
}

fn python_code(python: &proto::PythonUdf, depth: Depth) -> Result<UserCode, ConversionError> {
    Ok(UserCode::Python {
        output_type: data_type::optional(python.output_type.as_ref(), depth)?,
        eval_type: python.eval_type,
        command: python.command.to_vec(),
        python_version: python.python_ver.clone(),
        includes: python.additional_includes.clone(),
    })
}

fn scala_code(scala: &proto::ScalarScalaUdf, depth: Depth) -> Result<UserCode, ConversionError> {
    let inputs = scala.input_types.iter().map(|input| data_type::required(Some(input), depth));
    Ok(UserCode::Scala {
        payload: scala.payload.to_vec(),
        input_types: inputs.collect::<Result<_, _>>()?,
        output_type: data_type::optional(scala.output_type.as_ref(), depth)?,
        nullable: scala.nullable,
        aggregate: scala.aggregate,
    })
}

fn no_code(message: &str) -> ConversionError {
    ConversionError::UserCode { class: format!("spark.connect.{message}") }
}
