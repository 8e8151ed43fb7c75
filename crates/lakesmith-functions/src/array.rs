//! Functions of arrays that compare, pick and arrange elements. Values are compared by their row format, so that elements of
//! any type have one order: NULL first, NaN above all numbers.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int32Array, Int64Array, ListArray, StringArray, new_empty_array,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use datafusion::arrow::compute::{concat, take};
use datafusion::arrow::datatypes::{DataType, Field, Float32Type, Float64Type, Int32Type};
use datafusion::arrow::row::{RowConverter, Rows, SortField};
use datafusion::common::{Result, ScalarValue, internal_datafusion_err};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::SparkType;

use crate::arrange::{is_float_beside_whole, tightest};
use crate::cast::{Mode, cast};
use crate::cast_text::{range, to_text};
use crate::coercion::{common_of, common_of_values, implicit};
use crate::constant;
use crate::function::{Call, Fault, Function, Typed};
use crate::higher_order::holds_map;
use crate::kernel::{self, Kernels, texts};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["array_distinct"], (1, 1), |call| one(call, "spark_array_distinct")),
    Function::scalar(&["array_compact"], (1, 1), |call| {
        let (list, element) = list(call, 0)?;
        let result = SparkType::Array { element: Box::new(element), contains_null: false };
        kernel::call("spark_array_compact", vec![list], result)
    }),
    Function::scalar(&["array_union"], (2, 2), |call| two(call, "spark_array_union", None)),
    Function::scalar(&["array_intersect"], (2, 2), |call| {
        let holds_nulls = call.arguments.iter().all(holds_nulls);
        two(call, "spark_array_intersect", Some(holds_nulls))
    }),
    Function::scalar(&["array_except"], (2, 2), |call| {
        two(call, "spark_array_except", Some(holds_nulls(&call.arguments[0])))
    }),
    Function::scalar(&["arrays_overlap"], (2, 2), |call| {
        let (left, right, _) = aligned(call)?;
        let nullable = [&left, &right].iter().any(|list| list.nullable) || call.arguments.iter().any(holds_nulls);
        Ok(kernel::call("spark_arrays_overlap", vec![left, right], SparkType::Boolean)?.with_nullable(nullable))
    }),
    Function::scalar(&["array_remove"], (2, 2), |call| with_element(call, "spark_array_remove", None)),
    Function::scalar(&["array_append"], (2, 2), |call| added(call, "spark_array_append")),
    Function::scalar(&["array_prepend"], (2, 2), |call| added(call, "spark_array_prepend")),
    Function::scalar(&["array_position"], (2, 2), |call| {
        if call.arguments[1].data_type == SparkType::Null {
            list(call, 0)?;
            return cast(call.arguments[1].clone(), &SparkType::Long, Mode::Ansi);
        }
        with_element(call, "spark_array_position", Some(SparkType::Long))
    }),
    Function::scalar(&["array_contains"], (2, 2), |call| {
        let found = with_element(call, "spark_array_contains", Some(SparkType::Boolean))?;
        let nullable = holds_nulls(&call.arguments[0]) || call.arguments.iter().any(|argument| argument.nullable);
        Ok(found.with_nullable(nullable))
    }),
    Function::scalar(&["sort_array"], (1, 2), sort_array),
    Function::scalar(&["array_sort"], (1, 1), |call| one(call, "spark_array_sort")),
    Function::scalar(&["array_max"], (1, 1), |call| extreme(call, "spark_array_max")),
    Function::scalar(&["array_min"], (1, 1), |call| extreme(call, "spark_array_min")),
    Function::scalar(&["array_size"], (1, 1), |call| {
        if call.arguments[0].data_type == SparkType::Null {
            return cast(call.arguments[0].clone(), &SparkType::Integer, Mode::Ansi);
        }
        let (list, _) = list(call, 0)?;
        kernel::call("spark_array_size", vec![list], SparkType::Integer)
    }),
    Function::scalar(&["slice"], (3, 3), |call| {
        let (list, _) = list(call, 0)?;
        let result = list.data_type.clone();
        kernel::call("spark_slice", vec![list, integer(call, 1)?, integer(call, 2)?], result)
    }),
    Function::scalar(&["flatten"], (1, 1), flatten),
    Function::scalar(&["array_repeat"], (2, 2), |call| {
        let value = call.arguments[0].clone();
        let result = SparkType::Array { element: Box::new(value.data_type.clone()), contains_null: value.nullable };
        kernel::call("spark_array_repeat", vec![value, integer(call, 1)?], result)
            .map(|repeated| repeated.with_nullable(call.arguments[1].nullable))
    }),
    Function::scalar(&["array_join"], (2, 3), |call| {
        let (mut list, element) = list(call, 0)?;
        if element == SparkType::Timestamp {
            list = cast(list, &SparkType::array(SparkType::STRING), Mode::Ansi)?;
        }
        let mut arguments = vec![list];
        for index in 1..call.arguments.len() {
            arguments.push(text(call, index)?);
        }
        kernel::call("spark_array_join", arguments, SparkType::STRING)
    }),
    Function::scalar(&["get"], (2, 2), |call| picked(call, "spark_get")),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_array_append", |a, t| add(a, t, false)),
    ("spark_array_compact", compact_kernel),
    ("spark_array_contains", contains_kernel),
    ("spark_array_distinct", distinct_kernel),
    ("spark_array_except", |a, t| members(a, t, false)),
    ("spark_array_intersect", |a, t| members(a, t, true)),
    ("spark_array_join", join_kernel),
    ("spark_array_max", |a, _| extreme_kernel(a, true)),
    ("spark_array_min", |a, _| extreme_kernel(a, false)),
    ("spark_array_position", position_kernel),
    ("spark_array_prepend", |a, t| add(a, t, true)),
    ("spark_array_remove", remove_kernel),
    ("spark_array_repeat", repeat_kernel),
    ("spark_array_size", size_kernel),
    ("spark_array_sort", |a, t| sorted(a, t, false, true)),
    ("spark_array_union", union_kernel),
    ("spark_arrays_overlap", overlap_kernel),
    ("spark_concat_arrays", concat_kernel),
    ("spark_flatten", flatten_kernel),
    ("spark_get", |a, _| item(a, Base::Zero, false)),
    ("spark_reverse_array", reverse_array_kernel),
    ("spark_slice", slice_kernel),
    ("spark_sort_array", |a, t| sorted(a, t, false, false)),
    ("spark_sort_array_desc", |a, t| sorted(a, t, true, true)),
];

/// The list of an argument and the type of its elements.
pub(crate) fn list(call: &Call<'_>, index: usize) -> Result<(Typed, SparkType), Fault> {
    let value = call.arguments[index].clone();
    match &value.data_type {
        SparkType::Array { element, .. } => {
            let element = (**element).clone();
            Ok((value, element))
        }
        other => Err(Fault::mismatch(format!("`{}` needs an ARRAY here, not {other}", call.name), Some(index))),
    }
}

fn integer(call: &Call<'_>, index: usize) -> Result<Typed, Fault> {
    argument(call, index, &SparkType::Integer)
}

fn text(call: &Call<'_>, index: usize) -> Result<Typed, Fault> {
    argument(call, index, &SparkType::STRING)
}

/// An argument in the type that the function wants.
pub(crate) fn argument(call: &Call<'_>, index: usize, wanted: &SparkType) -> Result<Typed, Fault> {
    let value = call.arguments[index].clone();
    let from = value.data_type.clone();
    implicit(value, wanted).unwrap_or_else(|| {
        Err(Fault::mismatch(format!("`{}` needs {wanted} here, not {from}", call.name), Some(index)))
    })
}

fn one(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let (list, _) = list(call, 0)?;
    let result = list.data_type.clone();
    kernel::call(name, vec![list], result)
}

fn holds_nulls(list: &Typed) -> bool {
    matches!(list.data_type, SparkType::Array { contains_null: true, .. })
}

fn aligned(call: &Call<'_>) -> Result<(Typed, Typed, SparkType), Fault> {
    let what = format!("`{}`", call.name);
    let common = common_of_values(&what, call.arguments.iter().map(|argument| &argument.data_type))?;
    let SparkType::Array { element, contains_null } = &common else {
        return Err(Fault::mismatch(format!("{what} needs arrays, not {common}"), Some(0)));
    };
    let elements = call.arguments.iter().map(|argument| match &argument.data_type {
        SparkType::Array { element, .. } => element.as_ref(),
        other => other,
    });
    let elements: Vec<&SparkType> = elements.collect();
    let is_float = is_float_beside_whole(elements[0], elements[1]);
    if !is_float && tightest(elements[0], elements[1]).as_ref() != Some(element.as_ref()) {
        let title = format!("{what} takes arrays of one type, not of {} and {}", elements[0], elements[1]);
        return Err(Fault::mismatch(title, Some(1)).with_help("cast one of them"));
    }
    let element = if is_float { Box::new(SparkType::Float) } else { element.clone() };
    let common = SparkType::Array { element, contains_null: *contains_null };
    let both = |index: usize| cast(call.arguments[index].clone(), &common, Mode::Ansi);
    Ok((both(0)?, both(1)?, common.clone()))
}

/// A list made of two of one type; `holds_nulls` is what Spark says of NULLs in it, where that does not follow from the type.
fn two(call: &Call<'_>, name: &'static str, holds_nulls: Option<bool>) -> Result<Typed, Fault> {
    let (left, right, common) = aligned(call)?;
    let result = match (common, holds_nulls) {
        (SparkType::Array { element, .. }, Some(contains_null)) => SparkType::Array { element, contains_null },
        (common, _) => common,
    };
    kernel::call(name, vec![left, right], result)
}

/// An array and a value of its elements' type.
fn with_element(call: &Call<'_>, name: &'static str, result: Option<SparkType>) -> Result<Typed, Fault> {
    let (list, element) = list(call, 0)?;
    let value = call.arguments[1].clone();
    // only this one looks for values that are rounded to be compared
    let common = match name {
        "spark_array_contains" if !is_float_beside_whole(&element, &value.data_type) => {
            common_of_values("an array", [&element, &value.data_type]).ok()
        }
        _ => tightest(&element, &value.data_type),
    };
    let Some(common) = common.filter(|_| value.data_type != SparkType::Null) else {
        let title = format!("`{}` looks for a value of type {} among {element}", call.name, value.data_type);
        return Err(Fault::mismatch(title, Some(1)));
    };
    let contains_null = matches!(list.data_type, SparkType::Array { contains_null: true, .. });
    let as_common = SparkType::Array { element: Box::new(common.clone()), contains_null };
    let result = result.unwrap_or_else(|| as_common.clone());
    let arguments = vec![cast(list, &as_common, Mode::Ansi)?, cast(value, &common, Mode::Ansi)?];
    kernel::call(name, arguments, result)
}

/// An array with one value more.
fn added(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let (list, element) = list(call, 0)?;
    let value = call.arguments[1].clone();
    let Some(common) = tightest(&element, &value.data_type) else {
        let title = format!("`{}` puts a value of type {} among {element}", call.name, value.data_type);
        return Err(Fault::mismatch(title, Some(1)).with_help("cast the value to the type of the elements"));
    };
    let result = SparkType::Array { element: Box::new(common.clone()), contains_null: true };
    let nullable = list.nullable;
    let arguments = vec![cast(list, &result, Mode::Ansi)?, cast(value, &common, Mode::Ansi)?];
    Ok(kernel::call(name, arguments, result)?.with_nullable(nullable))
}

fn extreme(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let (list, element) = list(call, 0)?;
    Ok(kernel::call(name, vec![list], element)?.with_nullable(true))
}

/// An element by its number.
pub(crate) fn picked(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let (list, element) = list(call, 0)?;
    let place = integer(call, 1)?;
    let counts = if name == "spark_get" { Counting::FromZero } else { Counting::FromOne };
    let nullable = may_lack(&list, &place, counts, name == "spark_element_at");
    Ok(kernel::call(name, vec![list, place], element)?.with_nullable(nullable))
}

/// How an element's place is counted.
#[derive(Clone, Copy)]
pub(crate) enum Counting {
    FromZero,
    /// From the end where it is negative.
    FromOne,
}

/// Whether Spark says that a place of a list may hold NULL. It looks at the elements of a list that is written out, and of other
/// lists it knows less where the place is a constant.
pub(crate) fn may_lack(list: &Typed, place: &Typed, counts: Counting, is_strict: bool) -> bool {
    let refuses = is_strict && crate::rules::is_ansi();
    let Some(ScalarValue::Int32(Some(constant))) = constant::value(&place.expr) else {
        return !refuses || list.nullable || place.nullable || holds_nulls(list);
    };
    let Some(elements) = kernel::nullable_arguments(&list.expr, "spark_array") else { return true };
    let index = match counts {
        Counting::FromZero => usize::try_from(constant).ok(),
        Counting::FromOne if constant < 0 => {
            usize::try_from(constant.unsigned_abs()).ok().and_then(|back| elements.len().checked_sub(back))
        }
        Counting::FromOne => usize::try_from(constant).ok().and_then(|place| place.checked_sub(1)),
    };
    index.and_then(|index| elements.get(index)).map_or(!refuses, |nullable| *nullable)
}

fn sort_array(call: &Call<'_>) -> Result<Typed, Fault> {
    let (_, element) = list(call, 0)?;
    if holds_map(&element) {
        return Err(Fault::mismatch(format!("values of type {element} have no order"), Some(0)));
    }
    let of_constant = |flag: &Typed| match constant::value(&flag.expr) {
        Some(ScalarValue::Boolean(ascending)) => Ok(ascending),
        Some(ScalarValue::Null) => Ok(None),
        _ => Err(Fault::mismatch("the order of `sort_array` is a constant of type BOOLEAN", Some(1))),
    };
    let Some(ascending) = call.arguments.get(1).map_or(Ok(Some(true)), of_constant)? else {
        let nothing = Typed::new(lit(ScalarValue::Null), SparkType::Null);
        return cast(nothing, &call.arguments[0].data_type, Mode::Ansi);
    };
    one(call, if ascending { "spark_sort_array" } else { "spark_sort_array_desc" })
}

fn flatten(call: &Call<'_>) -> Result<Typed, Fault> {
    let (lists, inner) = list(call, 0)?;
    let SparkType::Array { contains_null: false, .. } = &lists.data_type else {
        return flattened(lists, inner, true);
    };
    flattened(lists, inner, false)
}

fn flattened(lists: Typed, inner: SparkType, nullable: bool) -> Result<Typed, Fault> {
    if !matches!(inner, SparkType::Array { .. }) {
        return Err(Fault::mismatch(format!("`flatten` needs an array of arrays, not of {inner}"), Some(0)));
    }
    let nullable = nullable || lists.nullable;
    Ok(kernel::call("spark_flatten", vec![lists], inner)?.with_nullable(nullable))
}

/// The values of lists in a form that compares as bytes.
fn comparable(values: &ArrayRef) -> Result<Rows> {
    let values = &without_negative_zero(values);
    let converter = RowConverter::new(vec![SortField::new(values.data_type().clone())])?;
    Ok(converter.convert_columns(&[Arc::clone(values)])?)
}

/// Zeros of either sign are the same value.
fn without_negative_zero(values: &ArrayRef) -> ArrayRef {
    match values.data_type() {
        DataType::Float64 => {
            Arc::new(values.as_primitive::<Float64Type>().unary::<_, Float64Type>(|value| value + 0.0))
        }
        DataType::Float32 => {
            Arc::new(values.as_primitive::<Float32Type>().unary::<_, Float32Type>(|value| value + 0.0))
        }
        _ => Arc::clone(values),
    }
}

/// Both lists' values one after the other, and where the second ones begin.
fn joined(left: &ListArray, right: &ListArray) -> Result<(ArrayRef, usize)> {
    let values = concat(&[left.values().as_ref(), right.values().as_ref()])?;
    Ok((values, left.values().len()))
}

fn index(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

/// Lists whose rows are elements of `values`, by index; `None` is a NULL list, an index of `None` a NULL element.
pub(crate) fn gathered(values: &ArrayRef, rows: Vec<Option<Vec<Option<i64>>>>, to: &DataType) -> Result<ArrayRef> {
    let DataType::List(field) = to else {
        return Err(internal_datafusion_err!("a list of type {to}"));
    };
    let nulls = NullBuffer::from_iter(rows.iter().map(Option::is_some));
    let lengths = rows.iter().map(|row| row.as_ref().map_or(0, Vec::len));
    let offsets = OffsetBuffer::<i32>::from_lengths(lengths);
    let indices: Int64Array = rows.into_iter().flatten().flatten().collect();
    let elements = if values.is_empty() && indices.null_count() == indices.len() {
        datafusion::arrow::array::new_null_array(field.data_type(), indices.len())
    } else {
        take(values, &indices, None)?
    };
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, elements, Some(nulls))?))
}

fn distinct_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let rows = comparable(lists.values())?;
    let picked = (0..lists.len()).map(|row| {
        let mut seen = HashSet::new();
        let items = range(lists.value_offsets(), row).filter(|item| seen.insert(rows.row(*item)));
        lists.is_valid(row).then(|| items.map(|item| Some(index(item))).collect())
    });
    // a negative zero is given as zero
    gathered(&without_negative_zero(lists.values()), picked.collect(), to)
}

fn compact_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let nulls = lists.values().logical_nulls();
    let picked = (0..lists.len()).map(|row| {
        let is_present = |item: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*item));
        let items = range(lists.value_offsets(), row).filter(is_present);
        lists.is_valid(row).then(|| items.map(|item| Some(index(item))).collect())
    });
    gathered(lists.values(), picked.collect(), to)
}

fn union_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let (left, right) = (arguments[0].as_list::<i32>(), arguments[1].as_list::<i32>());
    let (values, second) = joined(left, right)?;
    let rows = comparable(&values)?;
    let picked = (0..left.len()).map(|row| {
        let mut seen = HashSet::new();
        let further = range(right.value_offsets(), row).map(|item| item + second);
        let items = range(left.value_offsets(), row).chain(further).filter(|item| seen.insert(rows.row(*item)));
        (left.is_valid(row) && right.is_valid(row)).then(|| items.map(|item| Some(index(item))).collect())
    });
    gathered(&without_negative_zero(&values), picked.collect(), to)
}

/// Different elements of the first list that the second has, or lacks.
fn members(arguments: &[ArrayRef], to: &DataType, wanted: bool) -> Result<ArrayRef> {
    let (left, right) = (arguments[0].as_list::<i32>(), arguments[1].as_list::<i32>());
    let (values, second) = joined(left, right)?;
    let rows = comparable(&values)?;
    let picked = (0..left.len()).map(|row| {
        let others: HashSet<_> = range(right.value_offsets(), row).map(|item| rows.row(item + second)).collect();
        let mut seen = HashSet::new();
        let items = range(left.value_offsets(), row)
            .filter(|item| others.contains(&rows.row(*item)) == wanted && seen.insert(rows.row(*item)));
        (left.is_valid(row) && right.is_valid(row)).then(|| items.map(|item| Some(index(item))).collect())
    });
    gathered(&without_negative_zero(&values), picked.collect(), to)
}

/// True for a common element; NULL when none is known and one of the lists, none of them empty, has a NULL.
fn overlap_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (left, right) = (arguments[0].as_list::<i32>(), arguments[1].as_list::<i32>());
    let (values, second) = joined(left, right)?;
    let rows = comparable(&values)?;
    let overlap = |row: usize| {
        if left.is_null(row) || right.is_null(row) {
            return None;
        }
        let own: Vec<usize> = range(left.value_offsets(), row).collect();
        let others: Vec<usize> = range(right.value_offsets(), row).map(|item| item + second).collect();
        let known: HashSet<_> = own.iter().filter(|item| values.is_valid(**item)).map(|item| rows.row(*item)).collect();
        if others.iter().any(|item| values.is_valid(*item) && known.contains(&rows.row(*item))) {
            return Some(true);
        }
        let has_null = own.iter().chain(&others).any(|item| values.is_null(*item));
        if has_null && !own.is_empty() && !others.is_empty() { None } else { Some(false) }
    };
    Ok(Arc::new((0..left.len()).map(overlap).collect::<BooleanArray>()))
}

/// The lists, and the comparable form of their values followed by one value for each row.
fn beside(arguments: &[ArrayRef]) -> Result<(ListArray, Rows, ArrayRef, usize)> {
    let lists = arguments[0].as_list::<i32>().clone();
    let values = concat(&[lists.values().as_ref(), arguments[1].as_ref()])?;
    let rows = comparable(&values)?;
    let second = lists.values().len();
    Ok((lists, rows, values, second))
}

fn remove_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let (lists, rows, values, second) = beside(arguments)?;
    let picked = (0..lists.len()).map(|row| {
        let wanted = rows.row(second + row);
        let items = range(lists.value_offsets(), row).filter(|item| rows.row(*item) != wanted);
        let known = lists.is_valid(row) && arguments[1].is_valid(row);
        known.then(|| items.map(|item| Some(index(item))).collect())
    });
    gathered(&values, picked.collect(), to)
}

fn add(arguments: &[ArrayRef], to: &DataType, first: bool) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let values = concat(&[lists.values().as_ref(), arguments[1].as_ref()])?;
    let second = lists.values().len();
    let picked = (0..lists.len()).map(|row| {
        let mut items: Vec<Option<i64>> = range(lists.value_offsets(), row).map(|item| Some(index(item))).collect();
        let at = if first { 0 } else { items.len() };
        items.insert(at, Some(index(second + row)));
        lists.is_valid(row).then_some(items)
    });
    gathered(&values, picked.collect(), to)
}

fn position_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (lists, rows, _, second) = beside(arguments)?;
    let position = |row: usize| {
        let wanted = rows.row(second + row);
        let found = range(lists.value_offsets(), row).position(|item| rows.row(item) == wanted);
        let known = lists.is_valid(row) && arguments[1].is_valid(row);
        known.then(|| found.map_or(0, |at| index(at) + 1))
    };
    Ok(Arc::new((0..lists.len()).map(position).collect::<Int64Array>()))
}

/// NULL when the value is not found and the array has a NULL.
fn contains_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (lists, rows, values, second) = beside(arguments)?;
    let contains = |row: usize| {
        if lists.is_null(row) || arguments[1].is_null(row) {
            return None;
        }
        let wanted = rows.row(second + row);
        let mut items = range(lists.value_offsets(), row);
        if items.clone().any(|item| rows.row(item) == wanted) {
            return Some(true);
        }
        if items.any(|item| values.is_null(item)) { None } else { Some(false) }
    };
    Ok(Arc::new((0..lists.len()).map(contains).collect::<BooleanArray>()))
}

fn sorted(arguments: &[ArrayRef], to: &DataType, descending: bool, nulls_last: bool) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let rows = comparable(lists.values())?;
    let picked = (0..lists.len()).map(|row| {
        let (nulls, mut items): (Vec<usize>, Vec<usize>) =
            range(lists.value_offsets(), row).partition(|item| lists.values().is_null(*item));
        // values that are equal, as zeros of both signs are, keep their order
        items.sort_by(|a, b| {
            let order = rows.row(*a).cmp(&rows.row(*b));
            if descending { order.reverse() } else { order }
        });
        let all = if nulls_last { [items, nulls] } else { [nulls, items] }.concat();
        lists.is_valid(row).then(|| all.into_iter().map(|item| Some(index(item))).collect())
    });
    gathered(lists.values(), picked.collect(), to)
}

fn extreme_kernel(arguments: &[ArrayRef], largest: bool) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let rows = comparable(lists.values())?;
    let picked = (0..lists.len()).map(|row| {
        let items = range(lists.value_offsets(), row).filter(|item| lists.values().is_valid(*item));
        let by = |a: &usize, b: &usize| rows.row(*a).cmp(&rows.row(*b));
        // of equal values the first one
        let found = if largest { items.min_by(|a, b| by(a, b).reverse()) } else { items.min_by(by) };
        found.filter(|_| lists.is_valid(row)).map(index)
    });
    Ok(take(lists.values(), &picked.collect::<Int64Array>(), None)?)
}

fn size_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let sizes = (0..lists.len()).map(|row| lists.is_valid(row).then(|| lists.value_length(row)));
    Ok(Arc::new(sizes.collect::<Int32Array>()))
}

fn slice_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let (starts, lengths) = (arguments[1].as_primitive::<Int32Type>(), arguments[2].as_primitive::<Int32Type>());
    let mut picked = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        if lists.is_null(row) || starts.is_null(row) || lengths.is_null(row) {
            picked.push(None);
            continue;
        }
        let (start, length, size) = (starts.value(row), lengths.value(row), lists.value_length(row));
        if start == 0 || length < 0 {
            let message = "`slice` counts from 1, and its length is not negative".to_owned();
            return Err(DataError { condition: Condition::INVALID_PARAMETER_VALUE, message }.into_datafusion());
        }
        let begin = if start > 0 { start - 1 } else { size + start };
        let end = if begin < 0 { begin } else { begin.saturating_add(length).min(size) };
        let base = lists.value_offsets()[row];
        picked.push(Some((begin..end).map(|item| Some(i64::from(base + item))).collect()));
    }
    gathered(lists.values(), picked, to)
}

fn flatten_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let outer = arguments[0].as_list::<i32>();
    let inner = outer.values().as_list::<i32>();
    let picked = (0..outer.len()).map(|row| {
        let lists: Vec<usize> = range(outer.value_offsets(), row).collect();
        let known = outer.is_valid(row) && lists.iter().all(|list| inner.is_valid(*list));
        let items = lists.iter().flat_map(|list| range(inner.value_offsets(), *list));
        known.then(|| items.map(|item| Some(index(item))).collect())
    });
    gathered(inner.values(), picked.collect(), to)
}

fn repeat_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let counts = arguments[1].as_primitive::<Int32Type>();
    let picked = counts.iter().enumerate().map(|(row, count)| {
        let count = usize::try_from(count?).unwrap_or(0);
        Some(vec![Some(index(row)); count])
    });
    gathered(&arguments[0], picked.collect(), to)
}

fn join_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let items = to_text(lists.values())?;
    let items = items.as_string::<i32>();
    let separators = texts(&arguments[1])?;
    let replacements = arguments.get(2).map(texts).transpose()?;
    let row = |row: usize| {
        let replacement = match &replacements {
            Some(replacements) if replacements.is_null(row) => return None,
            Some(replacements) => Some(replacements.value(row)),
            None => None,
        };
        let parts = range(lists.value_offsets(), row)
            .filter_map(|item| if items.is_valid(item) { Some(items.value(item)) } else { replacement });
        let known = lists.is_valid(row) && separators.is_valid(row);
        known.then(|| parts.collect::<Vec<_>>().join(separators.value(row)))
    };
    Ok(Arc::new((0..lists.len()).map(row).collect::<StringArray>()))
}

/// From which number elements are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// 0, without negative numbers.
    Zero,
    /// 1; negative numbers count from the end.
    One,
}

/// An element of each list; one that does not exist is an error when `strict`, else NULL.
pub(crate) fn item(arguments: &[ArrayRef], base: Base, strict: bool) -> Result<ArrayRef> {
    let (lists, numbers) = (arguments[0].as_list::<i32>(), arguments[1].as_primitive::<Int32Type>());
    let mut picked = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        if lists.is_null(row) || numbers.is_null(row) {
            picked.push(None);
            continue;
        }
        let (number, length) = (numbers.value(row), lists.value_length(row));
        if base == Base::One && number == 0 {
            let message = "elements are counted from 1".to_owned();
            return Err(DataError { condition: Condition::INVALID_INDEX_OF_ZERO, message }.into_datafusion());
        }
        let at = match base {
            Base::Zero => number,
            Base::One if number > 0 => number - 1,
            Base::One => length + number,
        };
        if !(0..length).contains(&at) && strict {
            let message = format!("index {number} is outside of an array of {length} elements");
            let condition = Condition::INVALID_ARRAY_INDEX_IN_ELEMENT_AT;
            return Err(DataError { condition, message }.into_datafusion());
        }
        picked.push((0..length).contains(&at).then(|| i64::from(lists.value_offsets()[row] + at)));
    }
    Ok(take(lists.values(), &Int64Array::from(picked), None)?)
}

/// The arrays one after the other; NULL when one of them is.
pub(crate) fn concatenated(call: &Call<'_>) -> Result<Typed, Fault> {
    let common = common_of(&format!("`{}`", call.name), call.arguments.iter().map(|argument| &argument.data_type))?;
    if !matches!(common, SparkType::Array { .. }) {
        return Err(Fault::mismatch(format!("`{}` mixes arrays and other values", call.name), None));
    }
    let lists = call.arguments.iter().map(|argument| cast(argument.clone(), &common, Mode::Ansi));
    kernel::call("spark_concat_arrays", lists.collect::<Result<_, _>>()?, common)
}

fn concat_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let lists: Vec<&ListArray> = arguments.iter().map(|argument| argument.as_list::<i32>()).collect();
    let all: Vec<&dyn Array> = lists.iter().map(|list| list.values().as_ref()).collect();
    let values = concat(&all)?;
    let starts: Vec<usize> = all
        .iter()
        .scan(0, |end, values| {
            let start = *end;
            *end += values.len();
            Some(start)
        })
        .collect();
    let picked = (0..arguments[0].len()).map(|row| {
        let items = lists.iter().zip(&starts);
        let items = items.flat_map(|(list, start)| range(list.value_offsets(), row).map(move |item| item + start));
        lists.iter().all(|list| list.is_valid(row)).then(|| items.map(|item| Some(index(item))).collect())
    });
    gathered(&values, picked.collect(), to)
}

/// The elements in the opposite order.
pub(crate) fn reversed(list: Typed) -> Result<Typed, Fault> {
    let result = list.data_type.clone();
    kernel::call("spark_reverse_array", vec![list], result)
}

/// An array without elements.
pub(crate) fn empty_list(element: &DataType) -> ArrayRef {
    let field = Arc::new(Field::new("element", element.clone(), false));
    let offsets = OffsetBuffer::new(ScalarBuffer::from(vec![0, 0]));
    Arc::new(ListArray::new(field, offsets, new_empty_array(element), None))
}

fn reverse_array_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let picked = (0..lists.len()).map(|row| {
        let items = range(lists.value_offsets(), row).rev();
        lists.is_valid(row).then(|| items.map(|item| Some(index(item))).collect())
    });
    gathered(lists.values(), picked.collect(), to)
}
