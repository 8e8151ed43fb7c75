//! Functions of arrays, maps and structs.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int32Array, Int64Array, StructArray};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Expr, lit, when};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::{SparkType, StructField};

use crate::array::{Counting, may_lack};
use crate::cast::{Mode, cast};
use crate::coercion::common_of;
use crate::function::{Call, Fault, Function, MANY, Typed};
use crate::kernel::{self, Kernels};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["size", "cardinality"], (1, 1), size),
    Function::scalar(&["array"], (0, MANY), array),
    Function::scalar(&["named_struct"], (0, MANY), named_struct),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_array", array_kernel),
    ("spark_array_item", item_kernel),
    ("spark_map_value", value_kernel),
    ("spark_map_size", map_size_kernel),
    ("spark_size", size_kernel),
    ("spark_struct", struct_kernel),
];

fn size(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    let kernel = match &value.data_type {
        SparkType::Array { .. } => "spark_size",
        SparkType::Map { .. } => "spark_map_size",
        SparkType::Null if !crate::rules::is_ansi() => {
            return Ok(Typed { expr: lit(-1i32), data_type: SparkType::Integer, nullable: false });
        }
        SparkType::Null => return cast(value, &SparkType::Integer, Mode::Ansi),
        other => return Err(Fault::mismatch(format!("`size` needs an ARRAY or MAP, not {other}"), Some(0))),
    };
    let size = kernel::call(kernel, vec![value], SparkType::Integer)?;
    if crate::rules::is_ansi() {
        return Ok(size);
    }
    // by the old rules NULL has the size -1
    let absent = when(size.expr.clone().is_null(), lit(-1i32)).otherwise(size.expr);
    let expr = absent.map_err(Fault::not_built)?;
    Ok(Typed { expr, data_type: SparkType::Integer, nullable: false })
}

fn size_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    Ok(Arc::new(lists.iter().map(|list| list.map(|list| list.len() as i32)).collect::<Int32Array>()))
}

fn map_size_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let maps = arguments[0].as_map();
    let rows = (0..maps.len()).map(|row| maps.is_valid(row).then(|| maps.value_length(row)));
    Ok(Arc::new(rows.collect::<Int32Array>()))
}

fn array(call: &Call<'_>) -> Result<Typed, Fault> {
    let element = common_of("`array`", call.arguments.iter().map(|argument| &argument.data_type))?;
    let values = call.arguments.iter().map(|argument| cast(argument.clone(), &element, Mode::Ansi));
    let values = values.collect::<Result<Vec<_>, _>>()?;
    let contains_null = values.iter().any(|value| value.nullable);
    let result = SparkType::Array { element: Box::new(element), contains_null };
    if values.is_empty() {
        let DataType::List(field) =
            lakesmith_engine::arrow_type::to_arrow(&result).map_err(|e| Fault::not_built(e.0))?
        else {
            return Err(Fault::not_built("an empty array"));
        };
        let empty = ScalarValue::try_from_array(&crate::array::empty_list(field.data_type()), 0);
        let empty = empty.map_err(|_| Fault::not_built("an empty array"))?;
        return Ok(Typed::new(datafusion::logical_expr::lit(empty), result).with_nullable(false));
    }
    Ok(kernel::call("spark_array", values, result)?.with_nullable(false))
}

fn array_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let all: Vec<&dyn Array> = arguments.iter().map(AsRef::as_ref).collect();
    let values = datafusion::arrow::compute::concat(&all)?;
    let (rows, width) = (arguments[0].len(), arguments.len());
    let item = |row: usize, column: usize| i64::try_from(column * rows + row).ok();
    let picked = (0..rows).map(|row| Some((0..width).map(|column| item(row, column)).collect()));
    crate::array::gathered(&values, picked.collect(), to)
}

/// Name, value, name, value, …
fn named_struct(call: &Call<'_>) -> Result<Typed, Fault> {
    let mut fields = Vec::new();
    let mut values = Vec::new();
    if call.arguments.is_empty() {
        let none = StructArray::new_empty_fields(1, None);
        let value = datafusion::logical_expr::lit(ScalarValue::Struct(Arc::new(none)));
        return Ok(Typed::new(value, SparkType::Struct(Vec::new())).with_nullable(false));
    }
    for (pair, chunk) in call.arguments.chunks(2).enumerate() {
        let [name, value] = chunk else {
            return Err(crate::map::odd("`named_struct` takes a name and a value for each field"));
        };
        let Some(ScalarValue::Utf8(Some(name))) = kernel::constant(&name.expr) else {
            return Err(Fault::mismatch("the name of a field is a constant text", Some(pair * 2)));
        };
        fields.push(StructField {
            nullable: value.nullable,
            ..StructField::nullable(name.as_str(), value.data_type.clone())
        });
        values.push(value.clone());
    }
    Ok(kernel::call("spark_struct", values, SparkType::Struct(fields))?.with_nullable(false))
}

/// Values as one struct.
pub(crate) fn row(values: &[Typed]) -> Result<Typed, Fault> {
    let field = |(index, value): (usize, &Typed)| StructField {
        nullable: true,
        ..StructField::nullable(format!("col{}", index + 1).as_str(), value.data_type.clone())
    };
    let fields = values.iter().enumerate().map(field).collect();
    kernel::call("spark_struct", values.to_vec(), SparkType::Struct(fields))
}

fn struct_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    match to {
        DataType::Struct(fields) => Ok(Arc::new(StructArray::try_new(fields.clone(), arguments.to_vec(), None)?)),
        other => Err(datafusion::common::internal_datafusion_err!("a struct of type {other}")),
    }
}

/// A field of a struct value by its index.
pub fn field(value: Typed, index: usize) -> Result<Typed, Fault> {
    let SparkType::Struct(fields) = &value.data_type else {
        return Err(Fault::mismatch(format!("{} has no fields", value.data_type), Some(0)));
    };
    let field = fields[index].clone();
    let nullable = value.nullable || field.nullable;
    let name = datafusion::logical_expr::lit(field.name.as_str());
    let call = datafusion::logical_expr::expr::ScalarFunction::new_udf(
        datafusion::functions::core::get_field(),
        vec![value.expr, name],
    );
    Ok(Typed { expr: Expr::ScalarFunction(call), data_type: field.data_type, nullable })
}

/// `array[i]`, counted from 0, an error outside of the array; `map[key]`, NULL for a key that the map lacks.
pub fn element(value: Typed, key: Typed) -> Result<Typed, Fault> {
    match value.data_type.clone() {
        SparkType::Array { element, .. } => {
            if !crate::rules::is_ansi() && crate::coercion::is_text(&key.data_type) {
                let title = format!("an element of an ARRAY is found by a number, not by a {}", key.data_type);
                return Err(Fault::mismatch(title, Some(1)));
            }
            if matches!(key.data_type, SparkType::Float | SparkType::Double | SparkType::Decimal { .. }) {
                let title = format!("an element of an ARRAY is found by a whole number, not by a {}", key.data_type);
                return Err(Fault::mismatch(title, Some(1)));
            }
            let index = cast(key, &SparkType::Integer, Mode::Ansi)?;
            let nullable = may_lack(&value, &index, Counting::FromZero, true);
            let found = kernel::call("spark_array_item", vec![value, index], *element)?;
            Ok(found.with_nullable(nullable))
        }
        SparkType::Map { key: key_type, value: data_type, .. } => {
            let key = cast(key, &key_type, Mode::Ansi)?;
            let found = kernel::call("spark_map_value", vec![value, key], *data_type)?;
            Ok(found.with_nullable(true))
        }
        other => Err(Fault::mismatch(format!("a value of type {other} has no elements"), Some(0))),
    }
}

fn item_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (lists, indices) = (arguments[0].as_list::<i32>(), arguments[1].as_primitive::<Int32Type>());
    let mut taken = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        if lists.is_null(row) || indices.is_null(row) {
            taken.push(None);
            continue;
        }
        let (index, length) = (indices.value(row), lists.value_length(row));
        if index < 0 || index >= length {
            let message =
                format!("index {index} is outside of an array of {length} elements; `get` gives NULL instead");
            return Err(DataError { condition: Condition::INVALID_ARRAY_INDEX, message }.into_datafusion());
        }
        taken.push(Some(i64::from(lists.value_offsets()[row] + index)));
    }
    Ok(take(lists.values(), &Int64Array::from(taken), None)?)
}

fn value_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let maps = arguments[0].as_map();
    let mut taken = Vec::with_capacity(maps.len());
    for row in 0..maps.len() {
        if maps.is_null(row) || arguments[1].is_null(row) {
            taken.push(None);
            continue;
        }
        let entries = maps.value(row);
        let wanted = datafusion::arrow::array::Scalar::new(arguments[1].slice(row, 1));
        let equal = datafusion::arrow::compute::kernels::cmp::eq(entries.column(0), &wanted)?;
        let found = equal.iter().position(|equal| equal == Some(true));
        let found = found.and_then(|at| i64::try_from(at).ok());
        taken.push(found.map(|at| i64::from(maps.value_offsets()[row]) + at));
    }
    Ok(take(maps.values(), &Int64Array::from(taken), None)?)
}
