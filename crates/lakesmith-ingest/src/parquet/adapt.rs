//! A file's columns as the types of the table's columns.
//!
//! What Spark's reader widens is widened (integers, floats, decimals, dates); parts of structs are found by name, and missing
//! ones are NULL. Anything else is a column of another type.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray, MapArray, StructArray, new_null_array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use lakesmith_engine::arrow_type;

use crate::options::Names;

/// The position of a name among a file's fields.
pub(crate) fn find(fields: &Fields, name: &str, names: Names) -> Option<usize> {
    let exact = fields.iter().position(|field| field.name() == name);
    if names == Names::Exact {
        return exact;
    }
    let folded = name.to_lowercase();
    exact.or_else(|| fields.iter().position(|field| field.name().to_lowercase() == folded))
}

/// Whether values of a file's type can become values of a column's type.
pub(crate) fn is_adaptable(from: &DataType, to: &DataType, names: Names) -> bool {
    match (from, to) {
        (DataType::Struct(from), DataType::Struct(to)) => to.iter().all(|field| {
            find(from, field.name(), names)
                .is_none_or(|at| is_adaptable(from[at].data_type(), field.data_type(), names))
        }),
        (DataType::List(from), DataType::List(to)) => is_adaptable(from.data_type(), to.data_type(), names),
        (DataType::Map(from, _), DataType::Map(to, _)) => match (map_parts(from), map_parts(to)) {
            (Some(from), Some(to)) => {
                is_adaptable(from.0.data_type(), to.0.data_type(), names)
                    && is_adaptable(from.1.data_type(), to.1.data_type(), names)
            }
            _ => false,
        },
        (from, to) => from == to || is_widening(from, to),
    }
}

fn map_parts(entries: &Field) -> Option<(&Field, &Field)> {
    match entries.data_type() {
        DataType::Struct(fields) if fields.len() == 2 => Some((&fields[0], &fields[1])),
        _ => None,
    }
}

/// Whether every value of the first type is a value of the second, or Spark reads it as one.
fn is_widening(from: &DataType, to: &DataType) -> bool {
    use DataType::{
        Binary, Date32, Decimal128, FixedSizeBinary, Float16, Float32, Float64, Int8, Int16, Int32, Int64, LargeUtf8,
        Null, Timestamp, Utf8,
    };
    let is_same_in_spark = || arrow_type::to_spark(from).is_ok_and(|from| arrow_type::to_spark(to) == Ok(from));
    match (from, to) {
        (Null, _) => true,
        (Int8, Int16 | Int32 | Int64 | Float32 | Float64)
        | (Int16, Int32 | Int64 | Float32 | Float64)
        | (Int32, Int64 | Float64)
        | (Float16 | Float32, Float64)
        | (Date32, Timestamp(_, None))
        | (Binary | FixedSizeBinary(_), Utf8)
        | (LargeUtf8, Utf8) => true,
        (Int8 | Int16 | Int32, Decimal128(precision, scale)) => i16::from(*precision) - i16::from(*scale) >= 10,
        (Int64, Decimal128(precision, scale)) => i16::from(*precision) - i16::from(*scale) >= 20,
        (Decimal128(precision, scale), Decimal128(wider, wider_scale)) => {
            wider_scale >= scale
                && i16::from(*wider) - i16::from(*wider_scale) >= i16::from(*precision) - i16::from(*scale)
        }
        _ => is_same_in_spark(),
    }
}

/// The values as a column's type. To be called only where [`is_adaptable`] holds.
pub(crate) fn adapt(array: &ArrayRef, to: &DataType, names: Names) -> Result<ArrayRef> {
    if array.data_type() == to {
        return Ok(Arc::clone(array));
    }
    match to {
        DataType::Struct(fields) => {
            let from = array.as_struct();
            let columns: Result<Vec<ArrayRef>> = fields
                .iter()
                .map(|field| match find(from.fields(), field.name(), names) {
                    Some(at) => adapt(from.column(at), field.data_type(), names),
                    None => Ok(new_null_array(field.data_type(), from.len())),
                })
                .collect();
            Ok(Arc::new(StructArray::try_new(fields.clone(), columns?, from.nulls().cloned())?))
        }
        DataType::List(element) => {
            let from = array.as_list::<i32>();
            let elements = adapt(from.values(), element.data_type(), names)?;
            let nulls = from.nulls().cloned();
            Ok(Arc::new(ListArray::try_new(Arc::clone(element), from.offsets().clone(), elements, nulls)?))
        }
        DataType::Map(entries, _) => {
            let from = array.as_map();
            let Some((key, value)) = map_parts(entries) else { return Ok(cast(array, to)?) };
            let keys = adapt(from.keys(), key.data_type(), names)?;
            let values = adapt(from.values(), value.data_type(), names)?;
            let fields = Fields::from(vec![key.clone(), value.clone()]);
            let pairs = StructArray::try_new(fields, vec![keys, values], None)?;
            let nulls = from.nulls().cloned();
            Ok(Arc::new(MapArray::try_new(Arc::clone(entries), from.offsets().clone(), pairs, nulls, false)?))
        }
        _ => Ok(cast(array, to)?),
    }
}
