//! Functions that arrange arrays anew: `array_insert`, `arrays_zip`, `shuffle`, the fields of an array of structs.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, ListArray, StructArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::{concat, take};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, internal_datafusion_err};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::{SparkType, StructField};

use crate::array::{gathered, list};
use crate::cast::{Mode, cast};
use crate::cast_text::range;
use crate::coercion::{as_decimal, common_type, is_integral, is_numeric, is_text};
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels};

/// The functions. `arrays_zip` is [`zipped`]: the resolver gives the fields their names.
pub const FUNCTIONS: &[Function] = &[Function::scalar(&["array_insert"], (3, 3), insert)];

/// The kernels.
pub(crate) const KERNELS: Kernels =
    &[("spark_array_insert", insert_kernel), ("spark_arrays_zip", zip_kernel), ("spark_field_of_each", field_kernel)];

/// The most elements that Spark lets an array have.
const MOST: i64 = 2_147_483_632;

fn insert(call: &Call<'_>) -> Result<Typed, Fault> {
    let (list, element) = list(call, 0)?;
    let value = call.arguments[2].clone();
    let Some(common) = tightest(&element, &value.data_type) else {
        let title = format!("`array_insert` puts a value of type {} among {element}", value.data_type);
        return Err(Fault::mismatch(title, Some(2)).with_help("cast the value to the type of the elements"));
    };
    let place = place(call, 1)?;
    let result = SparkType::Array { element: Box::new(common.clone()), contains_null: true };
    let nullable = list.nullable || place.nullable;
    let arguments = vec![cast(list, &result, Mode::Ansi)?, place, cast(value, &common, Mode::Ansi)?];
    Ok(kernel::call("spark_array_insert", arguments, result)?.with_nullable(nullable))
}

/// The type that holds values of both without loss, if one of them does.
pub(crate) fn tightest(left: &SparkType, right: &SparkType) -> Option<SparkType> {
    // elsewhere the two meet in DOUBLE
    if is_float_beside_whole(left, right) {
        return Some(SparkType::Float);
    }
    let holds = |wide: &SparkType, narrow: &SparkType| {
        let ((p, s), (q, t)) = (as_decimal(wide)?, as_decimal(narrow)?);
        let whole = |precision: u8, scale: i8| i16::from(precision) - i16::from(scale);
        (matches!(wide, SparkType::Decimal { .. }) && s >= t && whole(p, s) >= whole(q, t)).then(|| wide.clone())
    };
    let is_decimal = |data_type: &SparkType| matches!(data_type, SparkType::Decimal { .. });
    if left != right && (is_decimal(left) || is_decimal(right)) && is_numeric(left) && is_numeric(right) {
        return holds(left, right).or_else(|| holds(right, left));
    }
    let mixes_text = is_text(left) != is_text(right) && *left != SparkType::Null && *right != SparkType::Null;
    common_type(left, right).filter(|_| !mixes_text)
}

/// Whether one type is FLOAT and the other a whole number.
pub(crate) fn is_float_beside_whole(left: &SparkType, right: &SparkType) -> bool {
    let is = |one: &SparkType, other: &SparkType| *one == SparkType::Float && is_integral(other);
    is(left, right) || is(right, left)
}

/// The number of a place, which is never cast to one.
pub(crate) fn place(call: &Call<'_>, index: usize) -> Result<Typed, Fault> {
    let value = call.arguments[index].clone();
    match value.data_type {
        SparkType::Byte | SparkType::Short | SparkType::Integer => cast(value, &SparkType::Integer, Mode::Ansi),
        other => Err(Fault::mismatch(format!("`{}` needs an INT here, not {other}", call.name), Some(index))),
    }
}

/// Places count from 1, negative ones from the end; between the end and a place beyond it there are NULLs.
fn insert_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let (lists, places) = (arguments[0].as_list::<i32>(), arguments[1].as_primitive::<Int32Type>());
    let values = concat(&[lists.values().as_ref(), arguments[2].as_ref()])?;
    let second = lists.values().len();
    let mut rows = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        if lists.is_null(row) || places.is_null(row) {
            rows.push(None);
            continue;
        }
        let place = i64::from(places.value(row));
        let mut items: Vec<Option<i64>> =
            range(lists.value_offsets(), row).map(|item| i64::try_from(item).ok()).collect();
        let length = items.len() as i64;
        if place == 0 {
            let message = "elements are counted from 1".to_owned();
            return Err(DataError { condition: Condition::INVALID_INDEX_OF_ZERO, message }.into_datafusion());
        }
        let wanted = if place > 0 { place.max(length + 1) } else { (-place).max(length + 1) };
        if wanted > MOST {
            let condition = Condition::COLLECTION_SIZE_LIMIT_EXCEEDED;
            let message = format!("`array_insert` at place {place} makes an array of {wanted} elements");
            return Err(DataError { condition, message }.into_datafusion());
        }
        let value = i64::try_from(second + row).ok();
        match place {
            1.. if place <= length + 1 => items.insert((place - 1) as usize, value),
            1.. => {
                items.resize((place - 1) as usize, None);
                items.push(value);
            }
            _ if -place <= length + 1 => items.insert((length + 1 + place) as usize, value),
            _ => {
                let missing = (-place - length - 1) as usize;
                items.splice(0..0, std::iter::once(value).chain(std::iter::repeat_n(None, missing)));
            }
        }
        rows.push(Some(items));
    }
    gathered(&values, rows, to)
}

/// `arrays_zip`: the structs of what stands at the same place of each array, under the given names.
pub fn zipped(lists: Vec<(String, Typed)>) -> Result<Typed, Fault> {
    if lists.is_empty() {
        return Err(Fault::not_built("`arrays_zip` of nothing"));
    }
    let mut fields = Vec::new();
    let mut arguments = Vec::new();
    for (index, (name, value)) in lists.into_iter().enumerate() {
        let value = match value.data_type {
            SparkType::Null => cast(value, &SparkType::array(SparkType::Null), Mode::Ansi)?,
            _ => value,
        };
        let SparkType::Array { element, .. } = &value.data_type else {
            let title = format!("`arrays_zip` needs an ARRAY here, not {}", value.data_type);
            return Err(Fault::mismatch(title, Some(index)));
        };
        fields.push(StructField::nullable(name.as_str(), (**element).clone()));
        arguments.push(value);
    }
    let result = SparkType::Array { element: Box::new(SparkType::Struct(fields)), contains_null: false };
    kernel::call("spark_arrays_zip", arguments, result)
}

fn zip_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let DataType::List(field) = to else { return Err(internal_datafusion_err!("a list of type {to}")) };
    let DataType::Struct(fields) = field.data_type() else {
        return Err(internal_datafusion_err!("a list of {}", field.data_type()));
    };
    let lists: Vec<&ListArray> = arguments.iter().map(|argument| argument.as_list::<i32>()).collect();
    let rows = lists.first().map_or(0, |list| list.len());
    let nulls = lists.iter().fold(None, |nulls, list| NullBuffer::union(nulls.as_ref(), list.nulls()));
    let is_present = |row: usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
    let longest = |row: usize| lists.iter().map(|list| list.value_length(row) as usize).max().unwrap_or(0);
    let lengths: Vec<usize> = (0..rows).map(|row| if is_present(row) { longest(row) } else { 0 }).collect();
    let column = |list: &&ListArray| {
        let items = lengths.iter().enumerate().flat_map(|(row, length)| {
            let own = range(list.value_offsets(), row);
            (0..*length).map(move |place| (place < own.len()).then(|| (own.start + place) as i64))
        });
        take(list.values(), &items.collect::<Int64Array>(), None)
    };
    let columns = lists.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let total = lengths.iter().sum();
    let structs = StructArray::try_new_with_length(fields.clone(), columns, None, total)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, Arc::new(structs), nulls)?))
}

/// A field of each struct of an array.
pub fn field_of_each(list: Typed, index: usize) -> Result<Typed, Fault> {
    let SparkType::Array { element, contains_null } = &list.data_type else {
        return Err(Fault::mismatch("a field of what is no array of structs", Some(0)));
    };
    let SparkType::Struct(fields) = &**element else {
        return Err(Fault::mismatch("a field of what is no array of structs", Some(0)));
    };
    let field = fields[index].clone();
    let contains_null = *contains_null || field.nullable;
    let result = SparkType::Array { element: Box::new(field.data_type), contains_null };
    let name = datafusion::logical_expr::lit(i32::try_from(index).unwrap_or(i32::MAX));
    let arguments = vec![list, Typed::new(name, SparkType::Integer).with_nullable(false)];
    kernel::call("spark_field_of_each", arguments, result)
}

fn field_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let DataType::List(field) = to else { return Err(internal_datafusion_err!("a list of type {to}")) };
    let lists = arguments[0].as_list::<i32>();
    let structs = lists.values().as_struct();
    let number = arguments[1].as_primitive::<Int32Type>().value(0) as usize;
    let Some(column) = structs.columns().get(number) else {
        return Err(internal_datafusion_err!("field {number} of {}", structs.data_type()));
    };
    // the fields of a NULL struct are NULL
    let places = (0..structs.len()).map(|place| structs.is_valid(place).then_some(place as i64));
    let column = match structs.null_count() {
        0 => Arc::clone(column),
        _ => take(column, &places.collect::<Int64Array>(), None)?,
    };
    let (offsets, nulls) = (lists.offsets().clone(), lists.nulls().cloned());
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, column, nulls)?))
}
