//! Functions of JSON texts, and the operator `:` that follows a path into one.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, StringArray, StringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::{Condition, SourceKind, SourceMap};
use lakesmith_sql::{parse_data_type_in, parse_schema_in};
use lakesmith_unresolved::expression::JsonStep;
use lakesmith_unresolved::{SparkType, StructField};
use lakesmith_value::{Dialect, JsonPath, PathStep};

use crate::coercion::{implicit, is_text};
use crate::constant;
use crate::function::{Call, Fault, Function, Typed};
use crate::json_decode;
use crate::json_options::JsonOptions;
use crate::kernel::{self, Kernels};
use crate::pattern::Use;
use crate::rules;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["get_json_object"], (2, 2), get_json_object),
    Function::scalar(&["from_json"], (2, 3), from_json),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("from_json", json_decode::kernel),
    ("get_json_object", get_kernel),
    ("json_path", path_kernel),
    ("spark_from_json_strictly", json_decode::kernel),
];

/// What stands before a step of the operator's path when it is handed to its kernel.
const ANY_CASE: char = '~';
const EXACT: char = '=';
const INDEX: char = '#';
const ALL: char = '*';

fn get_json_object(call: &Call<'_>) -> Result<Typed, Fault> {
    let text = |index: usize| {
        let argument = call.arguments[index].clone();
        let title = format!("`get_json_object` needs a STRING, not {}", argument.data_type);
        implicit(argument, &SparkType::STRING).ok_or_else(|| Fault::mismatch(title, Some(index)))?
    };
    let arguments = vec![text(0)?, text(1)?];
    let found = kernel::call("get_json_object", arguments, SparkType::STRING)?;
    Ok(found.with_nullable(true))
}

/// `from_json(text, schema)`: the schema is a constant text, a type or a list of columns.
fn from_json(call: &Call<'_>) -> Result<Typed, Fault> {
    let Some(ScalarValue::Utf8(Some(schema))) = constant::value(&call.arguments[1].expr) else {
        return Err(Fault::not_built("a schema of `from_json` that is no constant text"));
    };
    let mut sources = SourceMap::default();
    let source = sources.add("schema", schema.as_str(), SourceKind::Inline);
    let dialect = rules::dialect();
    let to = match (parse_schema_in(&sources, source, dialect), parse_data_type_in(&sources, source, dialect)) {
        // `a INT` is a column; `ARRAY<INT>` is a type, as is `INT`
        (_, Ok(data_type)) => data_type,
        (Ok(columns), Err(_)) => SparkType::Struct(columns),
        (Err(fault), Err(_)) => {
            let title = format!("the schema of `from_json` cannot be read: {}", fault.title);
            return Err(Fault { condition: Condition::PARSE_SYNTAX_ERROR, title, argument: Some(1), help: None });
        }
    };
    let mut arguments = vec![call.arguments[0].clone()];
    let mut fails_fast = false;
    if call.arguments.len() > 2 {
        let (options, argument) = JsonOptions::of(call, 2, Use::Read)?;
        fails_fast = options.fails_fast;
        arguments.push(argument);
    } else {
        arguments.extend(JsonOptions::usual());
    }
    decoded(arguments, &to, fails_fast)
}

/// A JSON text as a value of an ARRAY, MAP or STRUCT type, without regard to what the type says about NULL.
pub fn decode(json: Typed, to: &SparkType) -> Result<Typed, Fault> {
    let arguments = [json].into_iter().chain(JsonOptions::usual()).collect();
    decoded(arguments, to, false)
}

/// A JSON text, perhaps with options, as a value.
fn decoded(arguments: Vec<Typed>, to: &SparkType, fails_fast: bool) -> Result<Typed, Fault> {
    if !is_text(&arguments[0].data_type) {
        return Err(Fault::mismatch(format!("JSON is a STRING, not {}", arguments[0].data_type), Some(0)));
    }
    if !matches!(to, SparkType::Array { .. } | SparkType::Map { .. } | SparkType::Struct(_)) {
        return Err(Fault::mismatch(format!("`from_json` gives an ARRAY, MAP or STRUCT, not {to}"), Some(1)));
    }
    let name = if fails_fast { "spark_from_json_strictly" } else { "from_json" };
    Ok(kernel::call(name, arguments, nullable(to))?.with_nullable(true))
}

/// The type with NULLs allowed everywhere inside.
fn nullable(data_type: &SparkType) -> SparkType {
    match data_type {
        SparkType::Array { element, .. } => SparkType::array(nullable(element)),
        SparkType::Map { key, value, .. } => SparkType::map(nullable(key), nullable(value)),
        SparkType::Struct(fields) => SparkType::Struct(
            fields
                .iter()
                .map(|field| StructField { data_type: nullable(&field.data_type), nullable: true, ..field.clone() })
                .collect(),
        ),
        other => other.clone(),
    }
}

/// `json:a.b[0]`: what stands at the path of a JSON text, as a text; NULL when nothing stands there.
pub fn path(json: Typed, steps: &[JsonStep]) -> Result<Typed, Fault> {
    if !is_text(&json.data_type) {
        let title = format!("`:` follows a path into a JSON text, not into a value of type {}", json.data_type);
        return Err(Fault::mismatch(title, None));
    }
    let mut arguments = vec![json];
    for step in steps {
        let text = match step {
            JsonStep::Field { name, exact: false } => format!("{ANY_CASE}{name}"),
            JsonStep::Field { name, exact: true } => format!("{EXACT}{name}"),
            JsonStep::Index(index) => format!("{INDEX}{index}"),
            JsonStep::All => ALL.to_string(),
        };
        arguments.push(Typed::new(lit(text), SparkType::STRING).with_nullable(false));
    }
    let found = kernel::call("json_path", arguments, SparkType::STRING)?;
    Ok(found.with_nullable(true))
}

/// The path of `get_json_object` is mostly the same for all rows: it is read again only when it changes.
fn get_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (texts, paths) = (kernel::texts(&arguments[0])?, kernel::texts(&arguments[1])?);
    let mut last: Option<(&str, Option<JsonPath>)> = None;
    let mut found = StringBuilder::new();
    for (text, path) in texts.iter().zip(&paths) {
        let Some((text, path)) = text.zip(path) else {
            found.append_null();
            continue;
        };
        if last.as_ref().is_none_or(|(known, _)| *known != path) {
            last = Some((path, JsonPath::parse(path)));
        }
        let path = last.as_ref().and_then(|(_, path)| path.as_ref());
        found.append_option(path.and_then(|path| path.find(text, Dialect::GetJsonObject)));
    }
    Ok(Arc::new(found.finish()))
}

fn path_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let texts = kernel::texts(&arguments[0])?;
    let Some(path) = operator_path(&arguments[1..])? else {
        return Ok(Arc::new(StringArray::new_null(texts.len())));
    };
    let mut found = StringBuilder::new();
    for text in &texts {
        found.append_option(text.and_then(|text| path.find(text, Dialect::Operator)));
    }
    Ok(Arc::new(found.finish()))
}

/// The path that the constant arguments spell; `None` for one that never finds anything, and for no rows.
fn operator_path(arguments: &[ArrayRef]) -> Result<Option<JsonPath>> {
    let mut steps = Vec::new();
    for argument in arguments {
        let texts = kernel::texts(argument)?;
        let Some(Some(text)) = texts.iter().next() else { return Ok(None) };
        let field = |name: &str, exact| PathStep::Field { name: name.to_owned(), exact };
        let step = match (text.strip_prefix(ANY_CASE), text.strip_prefix(EXACT), text.strip_prefix(INDEX)) {
            (Some(name), ..) => Some(field(name, false)),
            (_, Some(name), _) => Some(field(name, true)),
            (.., Some(index)) => index.parse().ok().map(PathStep::Index),
            _ => Some(PathStep::AllItems),
        };
        // an index below zero is nowhere
        let Some(step) = step else { return Ok(None) };
        steps.push(step);
    }
    Ok(Some(JsonPath::new(steps)))
}
