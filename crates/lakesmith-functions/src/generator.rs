//! Generators: functions that give several rows for one. Here they give a list of the rows as structs; the resolver makes rows of
//! the list.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int32Array, ListArray, StructArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::nullif;
use datafusion::arrow::datatypes::{DataType, Fields};
use datafusion::common::{Result, internal_datafusion_err, internal_err};
use lakesmith_unresolved::{SparkType, StructField};

use crate::function::{Fault, Typed};
use crate::kernel::{self, Kernels};

/// The kernels.
pub(crate) const KERNELS: Kernels = &[("spark_rows", rows_kernel)];

/// Names of the generators that are built.
pub const NAMES: &[&str] =
    &["explode", "explode_outer", "posexplode", "posexplode_outer", "inline", "inline_outer", "json_tuple", "stack"];

/// The rows of a generator.
#[derive(Debug, Clone)]
pub struct Generated {
    /// A list of structs, NULL where there are no rows.
    pub rows: Typed,
    /// The columns of a row.
    pub columns: Vec<StructField>,
    /// Whether no rows are one row of NULLs.
    pub is_outer: bool,
}

/// Whether a function is a generator.
pub fn is_generator(name: &str) -> bool {
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The rows of a call; `name` is one of [`NAMES`] in any case, but not `stack`, whose rows are written by the resolver.
pub fn generate(name: &str, arguments: Vec<Typed>) -> Result<Generated, Fault> {
    let name = name.to_lowercase();
    let (plain, is_outer) = match name.strip_suffix("_outer") {
        Some(plain) => (plain, true),
        None => (name.as_str(), false),
    };
    if plain == "json_tuple" {
        return crate::json_parts::tuple(arguments);
    }
    let count = arguments.len();
    let [argument] = <[Typed; 1]>::try_from(arguments).map_err(|_| {
        let title = format!("function `{name}` takes 1 arguments, not {count}");
        Fault { condition: lakesmith_diagnostic::Condition::WRONG_NUM_ARGS, title, argument: None, help: None }
    })?;
    let mut columns = columns(&name, plain, &argument.data_type)?;
    if is_outer {
        columns.iter_mut().for_each(|column| column.nullable = true);
    }
    let list = SparkType::array(SparkType::Struct(columns.clone()));
    let rows = kernel::call("spark_rows", vec![argument], list)?.with_nullable(true);
    Ok(Generated { rows, columns, is_outer })
}

fn columns(name: &str, plain: &str, data_type: &SparkType) -> Result<Vec<StructField>, Fault> {
    let column = |name: &str, data_type: &SparkType, nullable| StructField {
        nullable,
        ..StructField::nullable(name, data_type.clone())
    };
    let position = (plain == "posexplode").then(|| column("pos", &SparkType::Integer, false));
    let values = match (plain, data_type) {
        ("inline", SparkType::Array { element, contains_null }) => match element.as_ref() {
            SparkType::Struct(fields) => fields
                .iter()
                .map(|field| StructField { nullable: field.nullable || *contains_null, ..field.clone() })
                .collect(),
            _ => return Err(Fault::mismatch(format!("`inline` needs an ARRAY of STRUCT, not {data_type}"), Some(0))),
        },
        ("explode" | "posexplode", SparkType::Array { element, contains_null }) => {
            vec![column("col", element, *contains_null)]
        }
        ("explode" | "posexplode", SparkType::Map { key, value, value_contains_null }) => {
            vec![column("key", key, false), column("value", value, *value_contains_null)]
        }
        _ => return Err(Fault::mismatch(format!("`{name}` needs an ARRAY or MAP, not {data_type}"), Some(0))),
    };
    Ok(position.into_iter().chain(values).collect())
}

/// The elements of lists, or the entries of maps, as structs of the fields that the result has.
fn rows_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let DataType::List(element) = to else { return internal_err!("rows of type {to}") };
    let DataType::Struct(fields) = element.data_type() else { return internal_err!("rows of type {to}") };
    let (offsets, nulls, values) = match arguments[0].data_type() {
        DataType::List(_) => {
            let lists = arguments[0].as_list::<i32>();
            (lists.offsets(), lists.nulls(), Arc::clone(lists.values()))
        }
        DataType::Map(_, _) => {
            let maps = arguments[0].as_map();
            (maps.offsets(), maps.nulls(), Arc::new(maps.entries().clone()) as ArrayRef)
        }
        other => return internal_err!("rows of a value of type {other}"),
    };
    let has_rows = (0..offsets.len() - 1).map(|row| offsets[row] < offsets[row + 1]).collect::<Vec<_>>();
    let valid = NullBuffer::union(nulls, Some(&NullBuffer::from(has_rows)));
    let columns = columns_of(&values, offsets, fields)?;
    let rows = Arc::new(StructArray::try_new(fields.clone(), columns, None)?);
    Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets.clone(), rows, valid)?))
}

fn columns_of(values: &ArrayRef, offsets: &OffsetBuffer<i32>, fields: &Fields) -> Result<Vec<ArrayRef>> {
    let position = fields.first().filter(|field| field.name() == "pos").map(|_| positions(offsets, values.len()));
    let wanted = fields.len() - usize::from(position.is_some());
    // an array of structs is taken apart by `inline` only
    let is_whole = wanted == 1 && fields.last().is_some_and(|field| field.data_type() == values.data_type());
    let inner: Vec<ArrayRef> = match values.as_struct_opt() {
        Some(structs) if !is_whole => match structs.nulls() {
            None => structs.columns().to_vec(),
            Some(nulls) => {
                let absent = BooleanArray::new(!nulls.inner(), None);
                structs.columns().iter().map(|column| Ok(nullif(column, &absent)?)).collect::<Result<Vec<_>>>()?
            }
        },
        _ => vec![Arc::clone(values)],
    };
    if inner.len() != wanted {
        return Err(internal_datafusion_err!("{} columns of rows instead of {wanted}", inner.len()));
    }
    Ok(position.into_iter().chain(inner).collect())
}

/// The place of each element in its list.
fn positions(offsets: &OffsetBuffer<i32>, length: usize) -> ArrayRef {
    let mut positions = vec![0; length];
    for range in offsets.windows(2) {
        for at in range[0]..range[1] {
            if let Some(position) = usize::try_from(at).ok().and_then(|at| positions.get_mut(at)) {
                *position = at - range[0];
            }
        }
    }
    Arc::new(Int32Array::from(positions))
}
