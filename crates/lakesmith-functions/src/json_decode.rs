//! JSON texts as values of a type: what `from_json` and casts of JSON paths do, column by column.
//!
//! The rules are those of Spark's `from_json` in its permissive mode: a field that is missing or of another type is NULL, the
//! fields around it are kept; an array or map with an element of another type is NULL; a text that is no JSON is a struct of NULLs, or NULL for other types. Names of fields match with
//! case.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int32Array, Int64Array, ListArray, MapArray, NullBufferBuilder, StringArray, StringBuilder,
    StructArray, TimestampMicrosecondArray, new_null_array,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, FieldRef, Fields, TimeUnit};
use datafusion::common::{Result, not_impl_err};
use lakesmith_diagnostic::Condition;
use lakesmith_value::{Dialect, Json, JsonPath};

use crate::cast_text::range;
use crate::json_options::JsonOptions;
use crate::kernel;
use crate::pattern::Use;
use crate::text_value as text;

/// The kernel: each text as a value of type `to`.
pub fn kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let texts = kernel::texts(&arguments[0])?;
    let options = JsonOptions::read(arguments.get(1), Use::Read)?;
    let parsed: Vec<Option<Json<'_>>> = texts
        .iter()
        .map(|text| text.map(|text| Json::parse(text).unwrap_or(Json::Null)))
        .map(|json| match (json, to) {
            // an object is an array of one struct, as in Spark
            (Some(object @ Json::Object(raw, _)), DataType::List(element))
                if matches!(element.data_type(), DataType::Struct(_)) =>
            {
                Some(Json::Array(raw, vec![object]))
            }
            (json, _) => json,
        })
        .collect();
    let values: Vec<Option<&Json<'_>>> = parsed.iter().map(Option::as_ref).collect();
    if options.fails_fast {
        for (value, text) in values.iter().zip(&texts) {
            if !is_sound(*value, text, to, &options)? {
                let condition = Condition::MALFORMED_RECORD_IN_PARSING_WITHOUT_SUGGESTION;
                let shown: String = text.unwrap_or_default().chars().take(200).collect();
                return Err(kernel::refused(condition, format!("`{shown}` does not fit the schema of `from_json`")));
            }
        }
    }
    if let DataType::Struct(fields) = to {
        // a text that is no object is a struct all the same
        let has_token = texts.iter().map(|text| text.is_some_and(|text| !text.trim_start().is_empty()));
        let nulls = NullBuffer::from(has_token.collect::<Vec<bool>>());
        let decoded = structs(&values, fields, Some(nulls), &options)?;
        let is_corrupt = |field: &FieldRef| {
            field.data_type() == &DataType::Utf8 && field.name().to_lowercase() == options.corrupt_column
        };
        return match fields.iter().position(is_corrupt) {
            Some(at) => with_corrupt(&decoded, at, &values, &texts, to, &options),
            None => Ok(decoded),
        };
    }
    column(&values, to, &options)
}

/// The structs with the texts that do not fit in the column for them.
fn with_corrupt(
    decoded: &ArrayRef,
    at: usize,
    values: &[Option<&Json<'_>>],
    texts: &StringArray,
    to: &DataType,
    options: &JsonOptions,
) -> Result<ArrayRef> {
    let mut corrupt = StringBuilder::new();
    for (value, text) in values.iter().zip(texts) {
        let is_sound = is_sound(*value, text, to, options)?;
        corrupt.append_option(text.filter(|_| !is_sound));
    }
    let (fields, mut columns, nulls) = decoded.as_struct().clone().into_parts();
    columns[at] = Arc::new(corrupt.finish());
    Ok(Arc::new(StructArray::try_new(fields, columns, nulls)?))
}

/// Whether a text is JSON and all its values fit their types.
fn is_sound(value: Option<&Json<'_>>, text: Option<&str>, to: &DataType, options: &JsonOptions) -> Result<bool> {
    match (value, text) {
        (Some(Json::Null), Some(text)) => Ok(text.trim() == "null"),
        (Some(value), Some(_)) => fits(value, to, options),
        _ => Ok(true),
    }
}

fn fits(value: &Json<'_>, to: &DataType, options: &JsonOptions) -> Result<bool> {
    match (value, to) {
        (Json::Null, _) => Ok(true),
        (Json::Object(..), DataType::Struct(fields)) => {
            all_fit(fields.iter().filter_map(|field| Some((value.field(field.name())?, field.data_type()))), options)
        }
        (Json::Array(_, items), DataType::List(element)) => {
            all_fit(items.iter().map(|item| (item, element.data_type())), options)
        }
        (Json::Object(_, fields), DataType::Map(entries, _)) => match entries.data_type() {
            DataType::Struct(pair) => all_fit(fields.iter().map(|(_, item)| (item, pair[1].data_type())), options),
            _ => Ok(true),
        },
        (_, DataType::Struct(_) | DataType::List(_) | DataType::Map(..)) => Ok(false),
        (value, to) => Ok(column(&[Some(value)], to, options)?.is_valid(0)),
    }
}

fn all_fit<'v, 'j: 'v>(
    values: impl Iterator<Item = (&'v Json<'j>, &'v DataType)>,
    options: &JsonOptions,
) -> Result<bool> {
    for (value, to) in values {
        if !fits(value, to, options)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Values as an array of a type.
fn column(values: &[Option<&Json<'_>>], to: &DataType, options: &JsonOptions) -> Result<ArrayRef> {
    Ok(match to {
        DataType::Boolean => Arc::new(BooleanArray::from_iter(values.iter().map(|value| boolean((*value)?)))),
        DataType::Int8 => Arc::new(Int8Array::from_iter(whole(values))),
        DataType::Int16 => Arc::new(Int16Array::from_iter(whole(values))),
        DataType::Int32 => Arc::new(Int32Array::from_iter(whole(values))),
        DataType::Int64 => Arc::new(Int64Array::from_iter(whole(values))),
        #[allow(clippy::cast_possible_truncation, reason = "FLOAT has fewer digits")]
        DataType::Float32 => {
            Arc::new(Float32Array::from_iter(values.iter().map(|value| double((*value)?).map(|value| value as f32))))
        }
        DataType::Float64 => Arc::new(Float64Array::from_iter(values.iter().map(|value| double((*value)?)))),
        DataType::Decimal128(precision, scale) => {
            let decimal = |value: &Option<&Json<'_>>| match (*value)? {
                Json::Number(number) => text::parse_decimal(number, *precision, *scale),
                _ => None,
            };
            let decimals = Decimal128Array::from_iter(values.iter().map(decimal));
            Arc::new(decimals.with_precision_and_scale(*precision, *scale)?)
        }
        DataType::Utf8 => Arc::new(StringArray::from_iter(values.iter().map(|value| string((*value)?)))),
        DataType::Date32 => {
            let date = |value: &Option<&Json<'_>>| {
                let text = of_text((*value)?)?;
                match &options.date {
                    Some(pattern) => i32::try_from(pattern.parse(text)?.div_euclid(text::DAY_MICROS)).ok(),
                    None => lakesmith_value::parse_date(text),
                }
            };
            Arc::new(Date32Array::from_iter(values.iter().map(date)))
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let pattern = if zone.is_some() { &options.timestamp } else { &options.timestamp_ntz };
            let own = zone.as_ref().map(|_| &options.zone);
            let time = |value: &Option<&Json<'_>>| match ((*value)?, pattern, own) {
                (Json::Number(number), ..) => number.parse::<i64>().ok()?.checked_mul(1_000_000),
                (other, Some(pattern), Some(own)) => pattern.parse_in(of_text(other)?, own),
                (other, Some(pattern), None) => pattern.parse_zoneless(of_text(other)?),
                (other, None, Some(own)) => {
                    let offset = |region: Option<&str>, local| text::offset_in(own, region, local);
                    lakesmith_value::parse_timestamp(of_text(other)?, offset)
                }
                (other, None, None) => text::parse_zoneless(of_text(other)?),
            };
            let times = TimestampMicrosecondArray::from_iter(values.iter().map(time));
            Arc::new(times.with_timezone_opt(zone.clone()))
        }
        DataType::Struct(fields) => {
            let is_object = values.iter().map(|value| matches!(value, Some(Json::Object(..)))).collect::<Vec<_>>();
            structs(values, fields, Some(NullBuffer::from(is_object)), options)?
        }
        DataType::List(element) => lists(values, element, options)?,
        DataType::Map(entries, _) => maps(values, entries, options)?,
        DataType::Null => new_null_array(to, values.len()),
        other => return not_impl_err!("JSON as a value of type {other}"),
    })
}

fn structs(
    values: &[Option<&Json<'_>>],
    fields: &Fields,
    valid: Option<NullBuffer>,
    options: &JsonOptions,
) -> Result<ArrayRef> {
    if fields.is_empty() {
        return Ok(Arc::new(StructArray::new_empty_fields(values.len(), valid)));
    }
    let columns = fields.iter().map(|field| {
        let inner: Vec<Option<&Json<'_>>> = values.iter().map(|value| (*value)?.field(field.name())).collect();
        column(&inner, field.data_type(), options)
    });
    Ok(Arc::new(StructArray::try_new(fields.clone(), columns.collect::<Result<Vec<_>>>()?, valid)?))
}

fn lists(values: &[Option<&Json<'_>>], element: &FieldRef, options: &JsonOptions) -> Result<ArrayRef> {
    let (mut items, mut lengths) = (Vec::new(), Vec::with_capacity(values.len()));
    let mut valid = NullBufferBuilder::new(values.len());
    for value in values {
        let array = match value {
            Some(Json::Array(_, array)) => Some(array),
            _ => None,
        };
        items.extend(array.into_iter().flatten().map(Some));
        lengths.push(array.map_or(0, Vec::len));
        valid.append(array.is_some());
    }
    let decoded = column(&items, element.data_type(), options)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    let valid = without_misfits(&items, &decoded, &offsets, valid.finish());
    Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, decoded, valid)?))
}

fn maps(values: &[Option<&Json<'_>>], entries: &FieldRef, options: &JsonOptions) -> Result<ArrayRef> {
    let DataType::Struct(fields) = entries.data_type() else { return not_impl_err!("a map of {entries:?}") };
    if fields[0].data_type() != &DataType::Utf8 {
        return not_impl_err!("a JSON object as a map with keys of type {}", fields[0].data_type());
    }
    let (mut keys, mut items) = (Vec::new(), Vec::new());
    let mut lengths = Vec::with_capacity(values.len());
    let mut valid = NullBufferBuilder::new(values.len());
    for value in values {
        let object = match value {
            Some(Json::Object(_, object)) => Some(object),
            _ => None,
        };
        for (key, item) in object.into_iter().flatten() {
            keys.push(key.as_ref());
            items.push(Some(item));
        }
        lengths.push(object.map_or(0, Vec::len));
        valid.append(object.is_some());
    }
    let decoded = column(&items, fields[1].data_type(), options)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    let valid = without_misfits(&items, &decoded, &offsets, valid.finish());
    let columns: Vec<ArrayRef> = vec![Arc::new(StringArray::from_iter_values(keys)), decoded];
    let pairs = StructArray::try_new(fields.clone(), columns, None)?;
    Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets, pairs, valid, false)?))
}

/// Which lists are there: one with an element of another type is not, while a struct keeps its other fields.
fn without_misfits(
    items: &[Option<&Json<'_>>],
    decoded: &ArrayRef,
    offsets: &OffsetBuffer<i32>,
    valid: Option<NullBuffer>,
) -> Option<NullBuffer> {
    let fits = |item: usize| matches!(items[item], None | Some(Json::Null)) || decoded.is_valid(item);
    let lists = (0..offsets.len() - 1).map(|row| range(offsets, row).all(fits)).collect::<Vec<bool>>();
    NullBuffer::union(valid.as_ref(), Some(&NullBuffer::from(lists)))
}

fn boolean(value: &Json<'_>) -> Option<bool> {
    match value {
        Json::Boolean(value) => Some(*value),
        _ => None,
    }
}

fn whole<'v, T: TryFrom<i64>>(values: &'v [Option<&Json<'_>>]) -> impl Iterator<Item = Option<T>> + 'v {
    values.iter().map(|value| match (*value)? {
        Json::Number(number) => T::try_from(number.parse::<i64>().ok()?).ok(),
        _ => None,
    })
}

fn double(value: &Json<'_>) -> Option<f64> {
    match value {
        Json::Number(number) => number.parse().ok(),
        Json::Text(word) => match word.as_ref() {
            "NaN" => Some(f64::NAN),
            "Infinity" | "+Infinity" | "INF" | "+INF" => Some(f64::INFINITY),
            "-Infinity" | "-INF" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

/// Any value as a text; objects and arrays without white space.
fn string(value: &Json<'_>) -> Option<String> {
    match value {
        Json::Null => None,
        Json::Boolean(value) => Some(value.to_string()),
        Json::Number(number) => Some((*number).to_owned()),
        Json::Text(text) => Some(text.clone().into_owned()),
        Json::Array(written, _) | Json::Object(written, _) => {
            JsonPath::new(Vec::new()).find(written, Dialect::Operator)
        }
    }
}

fn of_text<'v>(value: &'v Json<'_>) -> Option<&'v str> {
    match value {
        Json::Text(text) => Some(text.as_ref()),
        _ => None,
    }
}
