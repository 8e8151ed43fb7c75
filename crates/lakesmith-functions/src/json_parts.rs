//! What JSON texts hold: how many elements, which keys, which fields, which schema.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, Int32Array, ListArray, ListBuilder, StringArray, StringBuilder, StructArray,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, internal_err};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::{SparkType, StructField};
use lakesmith_value::{Dialect, Json, JsonPath};

use crate::array::argument;
use crate::coercion::is_text;
use crate::constant;
use crate::function::{Call, Fault, Function, Typed};
use crate::generator::Generated;
use crate::json_schema::{Inference, ddl};
use crate::kernel::{self, Kernels, texts};

/// The functions; `json_tuple` is a generator.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["json_array_length"], (1, 1), |call| {
        let text = argument(call, 0, &SparkType::STRING)?;
        Ok(kernel::call("spark_json_array_length", vec![text], SparkType::Integer)?.with_nullable(true))
    }),
    Function::scalar(&["json_object_keys"], (1, 1), |call| {
        let text = argument(call, 0, &SparkType::STRING)?;
        let result = SparkType::array(SparkType::STRING);
        Ok(kernel::call("spark_json_object_keys", vec![text], result)?.with_nullable(true))
    }),
    Function::scalar(&["schema_of_json"], (1, 2), schema_of_json),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_json_array_length", |arguments, _| {
        let texts = texts(&arguments[0])?;
        let length = |text| match Json::first(text)? {
            Json::Array(_, items) => i32::try_from(items.len()).ok(),
            _ => None,
        };
        Ok(Arc::new(texts.iter().map(|text| length(text?)).collect::<Int32Array>()))
    }),
    ("spark_json_object_keys", |arguments, _| {
        let texts = texts(&arguments[0])?;
        let field = Field::new("element", DataType::Utf8, true);
        let mut lists = ListBuilder::new(StringBuilder::new()).with_field(field);
        for text in &texts {
            let fields = match text.and_then(Json::first) {
                Some(Json::Object(_, fields)) => Some(fields),
                _ => None,
            };
            fields.iter().flatten().for_each(|(name, _)| lists.values().append_value(name));
            lists.append(fields.is_some());
        }
        Ok(Arc::new(lists.finish()))
    }),
    ("spark_json_tuple", tuple_kernel),
];

/// `schema_of_json(text[, options])` of a constant text, as a constant.
fn schema_of_json(call: &Call<'_>) -> Result<Typed, Fault> {
    let mut inference = Inference::default();
    for (name, value) in constant::options(call, 1)? {
        let is_set = value.eq_ignore_ascii_case("true");
        match name.as_str() {
            "primitivesasstring" => inference.primitives_as_text = is_set,
            "prefersdecimal" => inference.prefers_decimal = is_set,
            _ => return Err(Fault::not_built(format!("option `{name}` of `schema_of_json`"))),
        }
    }
    let Some(text) = constant::text_argument(call, 0, &call.arguments[0])? else {
        return Err(Fault::mismatch("the text of `schema_of_json` is NULL", Some(0)));
    };
    let schema = match text.trim() {
        "" => SparkType::STRING,
        json => match Json::first(json) {
            Some(json) => inference.schema(&json),
            None => {
                let title = "the text of `schema_of_json` is no JSON".to_owned();
                let condition = Condition::MALFORMED_RECORD_IN_PARSING_WITHOUT_SUGGESTION;
                return Err(Fault { condition, title, argument: Some(0), help: None });
            }
        },
    };
    Ok(Typed::new(lit(ddl(&schema)), SparkType::STRING).with_nullable(false))
}

/// `json_tuple(text, name, …)`: one row with the fields of those names as texts.
pub fn tuple(arguments: Vec<Typed>) -> Result<Generated, Fault> {
    if arguments.len() < 2 {
        let title = format!("function `json_tuple` takes 2 or more arguments, not {}", arguments.len());
        return Err(Fault { condition: Condition::WRONG_NUM_ARGS, title, argument: None, help: None });
    }
    if let Some(at) = arguments.iter().position(|argument| !is_text(&argument.data_type)) {
        let title = format!("`json_tuple` needs texts, not {}", arguments[at].data_type);
        return Err(Fault::mismatch(title, Some(at)));
    }
    let column = |index: usize| StructField::nullable(format!("c{index}").as_str(), SparkType::STRING);
    let columns: Vec<StructField> = (0..arguments.len() - 1).map(column).collect();
    let row = SparkType::Struct(columns.clone());
    let list = SparkType::Array { element: Box::new(row), contains_null: false };
    let rows = kernel::call("spark_json_tuple", arguments, list)?.with_nullable(false);
    Ok(Generated { rows, columns, is_outer: false })
}

fn tuple_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let DataType::List(element) = to else { return internal_err!("fields of JSON as {to}") };
    let DataType::Struct(fields) = element.data_type() else { return internal_err!("fields of JSON as {to}") };
    let jsons = texts(&arguments[0])?;
    let names = arguments[1..].iter().map(texts).collect::<Result<Vec<StringArray>>>()?;
    let mut columns: Vec<StringBuilder> = names.iter().map(|_| StringBuilder::new()).collect();
    for (row, text) in jsons.iter().enumerate() {
        let json = text.and_then(Json::first);
        for (names, column) in names.iter().zip(&mut columns) {
            let name = names.is_valid(row).then(|| names.value(row));
            let value = json.as_ref().zip(name).and_then(|(json, name)| json.field(name));
            column.append_option(value.and_then(written));
        }
    }
    let columns: Vec<ArrayRef> = columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect();
    let rows = Arc::new(StructArray::try_new(fields.clone(), columns, None)?);
    let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(1, jsons.len()));
    Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, rows, None)?))
}

/// A value as a text: fractions as DOUBLE, objects and arrays without white space.
fn written(value: &Json<'_>) -> Option<String> {
    match value {
        Json::Null => None,
        Json::Boolean(value) => Some(value.to_string()),
        Json::Text(text) => Some(text.clone().into_owned()),
        Json::Number(number) if number.contains(['.', 'e', 'E']) => {
            let number: f64 = number.parse().ok()?;
            let text = lakesmith_value::format_double(number);
            // JSON has no such number, so it is written as a text there
            Some(if number.is_finite() { text } else { format!("\"{text}\"") })
        }
        Json::Number("-0") => Some("0".to_owned()),
        Json::Number(number) => Some((*number).to_owned()),
        Json::Array(raw, _) | Json::Object(raw, _) => JsonPath::new(Vec::new()).find(raw, Dialect::GetJsonObject),
    }
}
