//! Functions that make maps and look into them. A key occurs once and is never NULL.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, MapArray, StringArray, StructArray, new_empty_array,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::{concat, take};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::{Result, internal_datafusion_err};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::{SparkType, StructField};

use crate::arrange::place;
use crate::array::{Base, item, list, picked};
use crate::cast::{Mode, cast};
use crate::cast_text::range;
use crate::coercion::{common_of, common_of_values, common_type, is_text};
use crate::collection;
use crate::function::{Call, Fault, Function, MANY, Typed};
use crate::higher_order::holds_map;
use crate::kernel::{self, Kernels, texts};
use crate::regexp::{Cache, parts};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["map"], (0, MANY), map),
    Function::scalar(&["map_from_arrays"], (2, 2), from_arrays),
    Function::scalar(&["map_from_entries"], (1, 1), from_entries),
    Function::scalar(&["map_concat"], (0, MANY), map_concat),
    Function::scalar(&["map_keys"], (1, 1), |call| {
        let (map, key, _) = of_map(call)?;
        let result = SparkType::Array { element: Box::new(key), contains_null: true };
        kernel::call("spark_map_keys", vec![map], result)
    }),
    Function::scalar(&["map_values"], (1, 1), |call| {
        let (map, _, value) = of_map(call)?;
        let result = SparkType::Array { element: Box::new(value), contains_null: true };
        kernel::call("spark_map_values", vec![map], result)
    }),
    Function::scalar(&["map_entries"], (1, 1), entries),
    Function::scalar(&["map_contains_key"], (2, 2), |call| {
        let (map, key, value) = of_map(call)?;
        let wanted = call.arguments[1].clone();
        let mixes_text = is_text(&key) != is_text(&wanted.data_type);
        let common =
            common_type(&key, &wanted.data_type).filter(|_| wanted.data_type != SparkType::Null && !mixes_text);
        let Some(common) = common else {
            let title = format!("`{}` looks for a key of type {} among {key}", call.name, wanted.data_type);
            return Err(Fault::mismatch(title, Some(1)));
        };
        let value_contains_null = true;
        let widened = SparkType::Map { key: Box::new(common.clone()), value: Box::new(value), value_contains_null };
        let arguments = vec![cast(map, &widened, Mode::Ansi)?, cast(wanted, &common, Mode::Ansi)?];
        kernel::call("spark_map_contains_key", arguments, SparkType::Boolean)
    }),
    Function::scalar(&["element_at"], (2, 2), |call| match &call.arguments[0].data_type {
        SparkType::Map { key, .. } => value_of(call, key),
        _ => {
            place(call, 1)?;
            picked(call, "spark_element_at")
        }
    }),
    Function::scalar(&["try_element_at"], (2, 2), |call| match &call.arguments[0].data_type {
        SparkType::Map { key, .. } => value_of(call, key),
        _ => {
            place(call, 1)?;
            picked(call, "spark_try_element_at")
        }
    }),
    Function::scalar(&["str_to_map"], (1, 3), str_to_map),
];

/// The value of a key, which by the old rules is no text where the map's keys are none.
fn value_of(call: &Call<'_>, key: &SparkType) -> Result<Typed, Fault> {
    let wanted = call.arguments[1].clone();
    if crate::arrange::tightest(key, &wanted.data_type).is_none() {
        return Err(Fault::mismatch(format!("a key of {key} is no {}", wanted.data_type), Some(1)));
    }
    collection::element(call.arguments[0].clone(), wanted)
}

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_element_at", |a, _| item(a, Base::One, true)),
    ("spark_map", map_kernel),
    ("spark_map_concat", concat_kernel),
    ("spark_map_contains_key", contains_kernel),
    ("spark_map_entries", map_entries_kernel),
    ("spark_map_from_arrays", from_arrays_kernel),
    ("spark_map_from_entries", from_entries_kernel),
    ("spark_map_keys", |a, t| side(a, t, 0)),
    ("spark_map_values", |a, t| side(a, t, 1)),
    ("spark_str_to_map", str_to_map_kernel),
    ("spark_try_element_at", |a, _| item(a, Base::One, false)),
];

fn of_map(call: &Call<'_>) -> Result<(Typed, SparkType, SparkType), Fault> {
    let mut map = call.arguments[0].clone();
    if map.data_type == SparkType::Null {
        map = cast(map, &SparkType::map(SparkType::Null, SparkType::Null), Mode::Ansi)?;
    }
    match &map.data_type {
        SparkType::Map { key, value, .. } => {
            let (key, value) = ((**key).clone(), (**value).clone());
            Ok((map, key, value))
        }
        other => Err(Fault::mismatch(format!("`{}` needs a MAP, not {other}", call.name), Some(0))),
    }
}

/// Key, value, key, value, …
fn map(call: &Call<'_>) -> Result<Typed, Fault> {
    if call.arguments.len() % 2 == 1 {
        return Err(odd("`map` takes a value for each key"));
    }
    let half = |first: usize| call.arguments.iter().skip(first).step_by(2);
    let key = common_of("the keys of `map`", half(0).map(|key| &key.data_type))?;
    let value = common_of("the values of `map`", half(1).map(|value| &value.data_type))?;
    let value_contains_null = half(1).any(|value| value.nullable);
    let keys = half(0).map(|each| cast(each.clone(), &key, Mode::Ansi)).collect::<Result<Vec<_>, _>>()?;
    let values = half(1).map(|each| cast(each.clone(), &value, Mode::Ansi)).collect::<Result<Vec<_>, _>>()?;
    let result = SparkType::Map { key: Box::new(key), value: Box::new(value), value_contains_null };
    if keys.is_empty() {
        return empty(result);
    }
    if let SparkType::Map { key, .. } = &result
        && holds_map(key)
    {
        return Err(Fault::mismatch(format!("a key of a map cannot be of type {key}"), Some(0)));
    }
    let arguments = keys.into_iter().chain(values).collect();
    Ok(kernel::call("spark_map", arguments, result)?.with_nullable(false))
}

/// A fault of a number of arguments.
pub(crate) fn odd(title: &str) -> Fault {
    Fault { condition: Condition::WRONG_NUM_ARGS, title: title.to_owned(), argument: None, help: None }
}

/// A map without entries.
fn empty(data_type: SparkType) -> Result<Typed, Fault> {
    let unbuilt = |_| Fault::not_built(format!("an empty value of type {data_type}"));
    let arrow = lakesmith_engine::arrow_type::to_arrow(&data_type).map_err(|error| Fault::not_built(error.0))?;
    let DataType::Map(field, sorted) = &arrow else { return Err(Fault::not_built("an empty map")) };
    let entries = new_empty_array(field.data_type());
    let offsets = OffsetBuffer::<i32>::from_lengths([0]);
    let map = MapArray::try_new(Arc::clone(field), offsets, entries.as_struct().clone(), None, *sorted);
    let map = map.map_err(unbuilt)?;
    let value = datafusion::logical_expr::lit(datafusion::common::ScalarValue::Map(Arc::new(map)));
    Ok(Typed::new(value, data_type).with_nullable(false))
}

fn map_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let (keys, values) = arguments.split_at(arguments.len() / 2);
    let flat = |columns: &[ArrayRef]| {
        let all: Vec<&dyn Array> = columns.iter().map(AsRef::as_ref).collect();
        concat(&all)
    };
    let (rows, width) = (keys[0].len(), keys.len());
    let picked = (0..rows).map(|row| Some((0..width).map(|column| column * rows + row).collect()));
    made(&flat(keys)?, &flat(values)?, picked.collect(), to)
}

/// Maps whose entries are rows of keys and values, by index.
pub(crate) fn made(
    keys: &ArrayRef,
    values: &ArrayRef,
    rows: Vec<Option<Vec<usize>>>,
    to: &DataType,
) -> Result<ArrayRef> {
    let DataType::Map(entries, sorted) = to else {
        return Err(internal_datafusion_err!("a map of type {to}"));
    };
    let DataType::Struct(fields) = entries.data_type() else {
        return Err(internal_datafusion_err!("entries of type {}", entries.data_type()));
    };
    let comparable =
        RowConverter::new(vec![SortField::new(keys.data_type().clone())])?.convert_columns(&[Arc::clone(keys)])?;
    let absent = keys.logical_nulls();
    for row in rows.iter().flatten() {
        let mut seen = HashMap::new();
        for entry in row {
            let refused = if absent.as_ref().is_some_and(|nulls| nulls.is_null(*entry)) {
                Some((Condition::NULL_MAP_KEY, "a key of a map is NULL"))
            } else {
                let known = seen.insert(comparable.row(*entry), ()).is_some();
                known.then_some((Condition::DUPLICATED_MAP_KEY, "a key of a map occurs twice"))
            };
            if let Some((condition, message)) = refused {
                return Err(DataError { condition, message: message.to_owned() }.into_datafusion());
            }
        }
    }
    let nulls = NullBuffer::from_iter(rows.iter().map(Option::is_some));
    let offsets = OffsetBuffer::<i32>::from_lengths(rows.iter().map(|row| row.as_ref().map_or(0, Vec::len)));
    let indices = rows.into_iter().flatten().flatten().map(|entry| i64::try_from(entry).ok());
    let indices: Int64Array = indices.collect();
    let columns = vec![take(keys, &indices, None)?, take(values, &indices, None)?];
    let entry = StructArray::try_new(fields.clone(), columns, None)?;
    Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets, entry, Some(nulls), *sorted)?))
}

fn from_arrays(call: &Call<'_>) -> Result<Typed, Fault> {
    let ((keys, key), (values, value)) = (list(call, 0)?, list(call, 1)?);
    let value_contains_null = matches!(values.data_type, SparkType::Array { contains_null: true, .. });
    let result = SparkType::Map { key: Box::new(key), value: Box::new(value), value_contains_null };
    kernel::call("spark_map_from_arrays", vec![keys, values], result)
}

fn from_arrays_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let (keys, values) = (arguments[0].as_list::<i32>(), arguments[1].as_list::<i32>());
    let mut rows = Vec::with_capacity(keys.len());
    let mut aligned: Vec<Option<i64>> = vec![None; keys.values().len()];
    for row in 0..keys.len() {
        if keys.is_null(row) || values.is_null(row) {
            rows.push(None);
            continue;
        }
        let (own, others) = (range(keys.value_offsets(), row), range(values.value_offsets(), row));
        if own.len() != others.len() {
            let message = "the arrays of keys and values differ in length".to_owned();
            return Err(DataError { condition: Condition::INVALID_PARAMETER_VALUE, message }.into_datafusion());
        }
        for (key, value) in own.clone().zip(others) {
            aligned[key] = i64::try_from(value).ok();
        }
        rows.push(Some(own.collect()));
    }
    let values = take(values.values(), &Int64Array::from(aligned), None)?;
    made(keys.values(), &values, rows, to)
}

fn from_entries(call: &Call<'_>) -> Result<Typed, Fault> {
    let (entries, entry) = list(call, 0)?;
    let SparkType::Struct(fields) = &entry else {
        return Err(Fault::mismatch(format!("`{}` needs an array of structs, not of {entry}", call.name), Some(0)));
    };
    let [key, value] = fields.as_slice() else {
        return Err(Fault::mismatch("an entry of a map is a struct of two fields", Some(0)));
    };
    let result = SparkType::Map {
        key: Box::new(key.data_type.clone()),
        value: Box::new(value.data_type.clone()),
        value_contains_null: value.nullable,
    };
    let nullable = entries.nullable || matches!(entries.data_type, SparkType::Array { contains_null: true, .. });
    Ok(kernel::call("spark_map_from_entries", vec![entries], result)?.with_nullable(nullable))
}

fn from_entries_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let entries = lists.values().as_struct();
    let rows = (0..lists.len()).map(|row| {
        let items: Vec<usize> = range(lists.value_offsets(), row).collect();
        (lists.is_valid(row) && items.iter().all(|item| entries.is_valid(*item))).then_some(items)
    });
    made(entries.column(0), entries.column(1), rows.collect(), to)
}

fn map_concat(call: &Call<'_>) -> Result<Typed, Fault> {
    if call.arguments.is_empty() {
        return empty(SparkType::map(SparkType::STRING, SparkType::STRING));
    }
    if call.arguments.iter().any(|argument| argument.data_type == SparkType::Null) {
        return Err(Fault::mismatch("`map_concat` needs maps, not NULL", None));
    }
    let keys = call.arguments.iter().map(|argument| match &argument.data_type {
        SparkType::Map { key, .. } => key.as_ref(),
        other => other,
    });
    common_of_values("the keys of `map_concat`", keys)?;
    let common = common_of("`map_concat`", call.arguments.iter().map(|argument| &argument.data_type))?;
    if !matches!(common, SparkType::Map { .. }) {
        return Err(Fault::mismatch(format!("`map_concat` needs maps, not {common}"), None));
    }
    let maps = call.arguments.iter().map(|argument| cast(argument.clone(), &common, Mode::Ansi));
    kernel::call("spark_map_concat", maps.collect::<Result<_, _>>()?, common)
}

fn concat_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let maps: Vec<&MapArray> = arguments.iter().map(|argument| argument.as_map()).collect();
    let flat = |side: fn(&MapArray) -> &ArrayRef| {
        let all: Vec<&dyn Array> = maps.iter().map(|map| side(map).as_ref()).collect();
        concat(&all)
    };
    let rows = (0..arguments[0].len()).map(|row| {
        let mut start = 0;
        let mut items = Vec::new();
        for map in &maps {
            items.extend(range(map.value_offsets(), row).map(|item| item + start));
            start += map.keys().len();
        }
        maps.iter().all(|map| map.is_valid(row)).then_some(items)
    });
    made(&flat(MapArray::keys)?, &flat(MapArray::values)?, rows.collect(), to)
}

/// The keys or the values as arrays.
fn side(arguments: &[ArrayRef], to: &DataType, column: usize) -> Result<ArrayRef> {
    let maps = arguments[0].as_map();
    let DataType::List(field) = to else { return Err(internal_datafusion_err!("a list of type {to}")) };
    let values = Arc::clone(maps.entries().column(column));
    let (offsets, nulls) = (maps.offsets().clone(), maps.nulls().cloned());
    Ok(Arc::new(datafusion::arrow::array::ListArray::try_new(Arc::clone(field), offsets, values, nulls)?))
}

fn entries(call: &Call<'_>) -> Result<Typed, Fault> {
    let (map, key, value) = of_map(call)?;
    let nullable = matches!(map.data_type, SparkType::Map { value_contains_null: true, .. });
    let key = StructField { nullable: false, ..StructField::nullable("key", key) };
    let value = StructField { nullable, ..StructField::nullable("value", value) };
    let entry = SparkType::Struct(vec![key, value]);
    let result = SparkType::Array { element: Box::new(entry), contains_null: false };
    kernel::call("spark_map_entries", vec![map], result)
}

fn contains_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let maps = arguments[0].as_map();
    let both = concat(&[maps.keys().as_ref(), arguments[1].as_ref()])?;
    let rows = RowConverter::new(vec![SortField::new(both.data_type().clone())])?.convert_columns(&[both])?;
    let second = maps.keys().len();
    let contains = |row: usize| {
        let known = maps.is_valid(row) && arguments[1].is_valid(row);
        let wanted = rows.row(second + row);
        known.then(|| range(maps.value_offsets(), row).any(|item| rows.row(item) == wanted))
    };
    Ok(Arc::new((0..maps.len()).map(contains).collect::<BooleanArray>()))
}

fn str_to_map(call: &Call<'_>) -> Result<Typed, Fault> {
    let arguments = (0..call.arguments.len()).map(|index| crate::array::argument(call, index, &SparkType::STRING));
    let text = Box::new(SparkType::STRING);
    let result = SparkType::Map { key: text.clone(), value: text, value_contains_null: true };
    kernel::call("spark_str_to_map", arguments.collect::<Result<_, _>>()?, result)
}

/// The separators are regular expressions.
fn str_to_map_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let values = texts(&arguments[0])?;
    let separators = arguments[1..].iter().map(texts).collect::<Result<Vec<_>>>()?;
    let mut caches = [Cache::default(), Cache::default()];
    let (mut keys, mut held, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..values.len() {
        if arguments.iter().any(|argument| argument.is_null(row)) {
            rows.push(None);
            continue;
        }
        let separator = |index: usize, default: &'static str| {
            separators.get(index).map_or(default, |texts: &StringArray| texts.value(row))
        };
        let between = caches[0].get(separator(0, ","), "str_to_map")?;
        let within = caches[1].get(separator(1, ":"), "str_to_map")?;
        let first = keys.len();
        for pair in parts(values.value(row), &between, None)? {
            let mut sides = parts(&pair, &within, Some(2))?.into_iter();
            keys.push(sides.next().unwrap_or_default());
            held.push(sides.next());
        }
        rows.push(Some((first..keys.len()).collect()));
    }
    let (keys, held): (ArrayRef, ArrayRef) = (Arc::new(StringArray::from(keys)), Arc::new(StringArray::from(held)));
    made(&keys, &held, rows, to)
}

fn map_entries_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let maps = arguments[0].as_map();
    let DataType::List(field) = to else { return Err(internal_datafusion_err!("a list of type {to}")) };
    let DataType::Struct(fields) = field.data_type() else {
        return Err(internal_datafusion_err!("entries of type {}", field.data_type()));
    };
    let columns = maps.entries().columns().to_vec();
    let rows: ArrayRef = Arc::new(StructArray::try_new(fields.clone(), columns, None)?);
    let (offsets, nulls) = (maps.offsets().clone(), maps.nulls().cloned());
    Ok(Arc::new(datafusion::arrow::array::ListArray::try_new(Arc::clone(field), offsets, rows, nulls)?))
}
