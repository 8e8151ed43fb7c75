//! Functions that take lambdas: `transform`, `filter`, `aggregate` and their like. How they are typed; the kernels are in the
//! files beneath.
//!
//! The resolver asks for the types of a lambda's parameters, resolves its body with them, and then has the call made.

mod array;
mod comparator;
mod elements;
mod fold;
mod map;
mod parts;

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr, ScalarUDF};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast};
use crate::coercion::{common_type, is_text, with_nulls};
use crate::function::{Fault, Typed};
use crate::lambda::{Lambda, LambdaFunction, LambdaKernel, captured, parameter};

/// A parameter of a lambda.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its type.
    pub data_type: SparkType,
    /// Whether it may be NULL.
    pub nullable: bool,
}

/// A lambda whose body is resolved: it names columns as [`parameter`] and [`captured`] do.
#[derive(Debug, Clone)]
pub struct Body {
    /// The body.
    pub value: Typed,
    /// The parameters that it has.
    pub parameters: Vec<Parameter>,
    /// What it takes from outside, with its type.
    pub captured: Vec<(Expr, DataType)>,
}

/// A call whose parts are resolved.
#[derive(Debug, Clone)]
pub struct HigherCall<'a> {
    /// The name as written.
    pub name: &'a str,
    /// The values, in the types that [`HigherOrder::prepare`] gave them.
    pub values: Vec<Typed>,
    /// The lambdas.
    pub bodies: Vec<Body>,
}

/// A function that takes lambdas.
#[derive(Debug)]
pub struct HigherOrder {
    /// Its names.
    pub names: &'static [&'static str],
    /// How many values come first.
    pub values: usize,
    /// The fewest and most lambdas that follow.
    pub lambdas: (usize, usize),
    /// Brings the values into the types that the function computes with.
    pub prepare: fn(&str, Vec<Typed>) -> Result<Vec<Typed>, Fault>,
    /// The parameters of the first lambda.
    pub parameters: fn(&[Typed]) -> Vec<Parameter>,
    /// How many of them may be left out.
    pub optional: usize,
    /// Makes the call.
    pub resolve: fn(HigherCall<'_>) -> Result<Typed, Fault>,
}

const FUNCTIONS: &[HigherOrder] = &[
    HigherOrder {
        names: &["transform"],
        values: 1,
        lambdas: (1, 1),
        prepare: lists,
        parameters: |values| vec![element(&values[0]), INDEX],
        optional: 1,
        resolve: |call| {
            let (nullable, body) = (call.values[0].nullable, &call.bodies[0].value);
            let result = SparkType::Array { element: Box::new(body.data_type.clone()), contains_null: body.nullable };
            made("spark_transform", call, result, nullable)
        },
    },
    HigherOrder {
        names: &["filter"],
        values: 1,
        lambdas: (1, 1),
        prepare: lists,
        parameters: |values| vec![element(&values[0]), INDEX],
        optional: 1,
        resolve: |call| {
            let (result, nullable) = (call.values[0].data_type.clone(), call.values[0].nullable);
            made("spark_filter", conditional(call)?, result, nullable)
        },
    },
    HigherOrder {
        names: &["exists"],
        values: 1,
        lambdas: (1, 1),
        prepare: lists,
        parameters: |values| vec![element(&values[0])],
        optional: 0,
        resolve: |call| quantified("spark_exists", call),
    },
    HigherOrder {
        names: &["forall"],
        values: 1,
        lambdas: (1, 1),
        prepare: lists,
        parameters: |values| vec![element(&values[0])],
        optional: 0,
        resolve: |call| quantified("spark_forall", call),
    },
    HigherOrder {
        names: &["aggregate", "reduce"],
        values: 2,
        lambdas: (1, 2),
        prepare: |name, values| {
            let [list, zero] = exactly(values)?;
            let [list] = exactly(lists(name, vec![list])?)?;
            // what is gathered may get NULLs on the way that it does not begin with
            let widened = with_nulls(&zero.data_type);
            Ok(vec![list, cast(zero, &widened, Mode::Ansi)?])
        },
        parameters: |values| vec![gathered(&values[1]), element(&values[0])],
        optional: 0,
        resolve: fold,
    },
    HigherOrder {
        names: &["zip_with"],
        values: 2,
        lambdas: (1, 1),
        prepare: lists,
        parameters: |values| values.iter().map(|list| Parameter { nullable: true, ..element(list) }).collect(),
        optional: 0,
        resolve: |call| {
            let (nullable, body) = (call.values.iter().any(|list| list.nullable), &call.bodies[0].value);
            let result = SparkType::Array { element: Box::new(body.data_type.clone()), contains_null: body.nullable };
            made("spark_zip_with", call, result, nullable)
        },
    },
    HigherOrder {
        names: &["array_sort"],
        values: 1,
        lambdas: (1, 1),
        prepare: lists,
        parameters: |values| vec![element(&values[0]), element(&values[0])],
        optional: 0,
        resolve: |call| {
            let order = &call.bodies[0].value.data_type;
            if *order != SparkType::Integer {
                let title = format!("the lambda of `array_sort` gives an INT, not a value of type {order}");
                return Err(Fault::mismatch(title, Some(1)).with_help("write -1, 0 or 1"));
            }
            let (result, nullable) = (call.values[0].data_type.clone(), call.values[0].nullable);
            made("spark_array_sort_by", call, result, nullable)
        },
    },
    HigherOrder {
        names: &["map_filter"],
        values: 1,
        lambdas: (1, 1),
        prepare: maps,
        parameters: |values| entry(&values[0]),
        optional: 0,
        resolve: |call| {
            let (result, nullable) = (call.values[0].data_type.clone(), call.values[0].nullable);
            made("spark_map_filter", conditional(call)?, result, nullable)
        },
    },
    HigherOrder {
        names: &["transform_keys"],
        values: 1,
        lambdas: (1, 1),
        prepare: maps,
        parameters: |values| entry(&values[0]),
        optional: 0,
        resolve: |call| {
            let key = Box::new(call.bodies[0].value.data_type.clone());
            if holds_map(&key) {
                return Err(Fault::mismatch(format!("a key of a map cannot be of type {key}"), Some(1)));
            }
            let SparkType::Map { value, value_contains_null, .. } = call.values[0].data_type.clone() else {
                return Err(Fault::mismatch("`transform_keys` needs a MAP", Some(0)));
            };
            let nullable = call.values[0].nullable;
            made("spark_transform_keys", call, SparkType::Map { key, value, value_contains_null }, nullable)
        },
    },
    HigherOrder {
        names: &["transform_values"],
        values: 1,
        lambdas: (1, 1),
        prepare: maps,
        parameters: |values| entry(&values[0]),
        optional: 0,
        resolve: |call| {
            let body = &call.bodies[0].value;
            let (value, value_contains_null) = (Box::new(body.data_type.clone()), body.nullable);
            let SparkType::Map { key, .. } = call.values[0].data_type.clone() else {
                return Err(Fault::mismatch("`transform_values` needs a MAP", Some(0)));
            };
            let nullable = call.values[0].nullable;
            made("spark_transform_values", call, SparkType::Map { key, value, value_contains_null }, nullable)
        },
    },
    HigherOrder {
        names: &["map_zip_with"],
        values: 2,
        lambdas: (1, 1),
        prepare: |name, values| {
            let [left, right] = exactly(maps(name, values)?)?;
            let (SparkType::Map { key: a, .. }, SparkType::Map { key: b, .. }) = (&left.data_type, &right.data_type)
            else {
                return Err(Fault::mismatch("`map_zip_with` needs maps", None));
            };
            let common = common_type(a, b)
                .filter(|_| is_text(a) == is_text(b) || [a, b].iter().any(|key| ***key == SparkType::Null))
                .ok_or_else(|| Fault::mismatch(format!("`{name}` has keys of type {a} and {b}"), Some(1)))?;
            Ok(vec![with_key(left, &common)?, with_key(right, &common)?])
        },
        parameters: |values| {
            let mut parameters = entry(&values[0]);
            parameters.truncate(2);
            parameters.extend(entry(&values[1]).into_iter().nth(1));
            parameters.iter_mut().skip(1).for_each(|value| value.nullable = true);
            parameters
        },
        optional: 0,
        resolve: |call| {
            let (nullable, body) = (call.values.iter().any(|map| map.nullable), &call.bodies[0].value);
            let (value, value_contains_null) = (Box::new(body.data_type.clone()), body.nullable);
            let SparkType::Map { key, .. } = call.values[0].data_type.clone() else {
                return Err(Fault::mismatch("`map_zip_with` needs maps", Some(0)));
            };
            made("spark_map_zip_with", call, SparkType::Map { key, value, value_contains_null }, nullable)
        },
    },
];

/// The kernels by the names that plans show.
const KERNELS: &[(&str, LambdaKernel)] = &[
    ("spark_array_sort_by", comparator::sort),
    (CAST_PARTS, parts::cast),
    ("spark_exists", array::exists),
    ("spark_filter", array::filter),
    ("spark_fold", fold::fold),
    ("spark_forall", array::forall),
    ("spark_map_filter", map::filter),
    ("spark_map_zip_with", map::zip),
    ("spark_transform", array::transform),
    ("spark_transform_keys", map::keys),
    ("spark_transform_values", map::values),
    ("spark_zip_with", array::zip),
];

/// The kernel of a cast by parts; see [`crate::nested_cast`].
pub(crate) const CAST_PARTS: &str = "spark_cast_parts";

const INDEX: Parameter = Parameter { data_type: SparkType::Integer, nullable: false };

/// The function of a name, ignoring case.
pub fn find(name: &str) -> Option<&'static HigherOrder> {
    let is_named = |function: &&HigherOrder| function.names.iter().any(|known| known.eq_ignore_ascii_case(name));
    FUNCTIONS.iter().find(is_named)
}

/// The kernel of a name, with the name.
pub fn kernel(name: &str) -> Option<(&'static str, LambdaKernel)> {
    KERNELS.iter().find(|(known, _)| *known == name).copied()
}

/// The names of all functions that take lambdas.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().flat_map(|function| function.names).copied()
}

/// The parameters of a lambda: those of the first, or the one value that the second is to finish.
pub fn parameters(function: &HigherOrder, values: &[Typed], lambda: usize) -> Vec<Parameter> {
    let mut first = (function.parameters)(values);
    if lambda > 0 {
        first.truncate(1);
    }
    first
}

/// A fault of how a lambda is written.
pub fn wrong_lambda(condition: Condition, title: impl Into<String>) -> Fault {
    Fault { condition, title: title.into(), argument: None, help: None }
}

fn exactly<const N: usize>(values: Vec<Typed>) -> Result<[Typed; N], Fault> {
    <[Typed; N]>::try_from(values).map_err(|_| Fault::mismatch("arguments are missing", None))
}

fn lists(name: &str, values: Vec<Typed>) -> Result<Vec<Typed>, Fault> {
    for (index, value) in values.iter().enumerate() {
        if !matches!(value.data_type, SparkType::Array { .. }) {
            return Err(Fault::mismatch(format!("`{name}` needs an ARRAY here, not {}", value.data_type), Some(index)));
        }
    }
    Ok(values)
}

fn maps(name: &str, values: Vec<Typed>) -> Result<Vec<Typed>, Fault> {
    for (index, value) in values.iter().enumerate() {
        if !matches!(value.data_type, SparkType::Map { .. }) {
            return Err(Fault::mismatch(format!("`{name}` needs a MAP here, not {}", value.data_type), Some(index)));
        }
    }
    Ok(values)
}

fn element(list: &Typed) -> Parameter {
    match &list.data_type {
        SparkType::Array { element, contains_null } => {
            Parameter { data_type: (**element).clone(), nullable: *contains_null }
        }
        other => Parameter { data_type: other.clone(), nullable: true },
    }
}

fn entry(map: &Typed) -> Vec<Parameter> {
    match &map.data_type {
        SparkType::Map { key, value, value_contains_null } => vec![
            Parameter { data_type: (**key).clone(), nullable: false },
            Parameter { data_type: (**value).clone(), nullable: *value_contains_null },
        ],
        _ => Vec::new(),
    }
}

fn gathered(zero: &Typed) -> Parameter {
    Parameter { data_type: zero.data_type.clone(), nullable: true }
}

fn with_key(map: Typed, key: &SparkType) -> Result<Typed, Fault> {
    match map.data_type.clone() {
        SparkType::Map { value, value_contains_null, .. } => {
            cast(map, &SparkType::Map { key: Box::new(key.clone()), value, value_contains_null }, Mode::Ansi)
        }
        _ => Ok(map),
    }
}

/// Whether a type has a map within.
pub fn holds_map(data_type: &SparkType) -> bool {
    match data_type {
        SparkType::Map { .. } => true,
        SparkType::Array { element, .. } => holds_map(element),
        SparkType::Struct(fields) => fields.iter().any(|field| holds_map(&field.data_type)),
        _ => false,
    }
}

/// The call, if its lambda is a condition.
fn conditional(mut call: HigherCall<'_>) -> Result<HigherCall<'_>, Fault> {
    let (name, at) = (call.name, call.values.len());
    if let Some(body) = call.bodies.first_mut() {
        let data_type = &body.value.data_type;
        if !matches!(data_type, SparkType::Boolean | SparkType::Null) {
            let title = format!("the lambda of `{name}` is no condition, its value is of type {data_type}");
            return Err(Fault::mismatch(title, Some(at)));
        }
        body.value = cast(body.value.clone(), &SparkType::Boolean, Mode::Ansi)?;
    }
    Ok(call)
}

fn quantified(name: &'static str, call: HigherCall<'_>) -> Result<Typed, Fault> {
    let call = conditional(call)?;
    let nullable = call.values[0].nullable || call.bodies[0].value.nullable;
    made(name, call, SparkType::Boolean, nullable)
}

/// Whether types are equal but for the names of fields and for NULLs.
fn same_shape(left: &SparkType, right: &SparkType) -> bool {
    match (left, right) {
        (SparkType::Struct(left), SparkType::Struct(right)) => {
            let mut pairs = left.iter().zip(right);
            left.len() == right.len() && pairs.all(|(l, r)| same_shape(&l.data_type, &r.data_type))
        }
        (SparkType::Array { element: left, .. }, SparkType::Array { element: right, .. }) => same_shape(left, right),
        _ => with_nulls(left) == with_nulls(right),
    }
}

/// `aggregate`: what is gathered stays of one type.
fn fold(mut call: HigherCall<'_>) -> Result<Typed, Fault> {
    let zero = call.values[1].data_type.clone();
    let merged = call.bodies[0].value.clone();
    if !same_shape(&merged.data_type, &zero) {
        let title = format!("`{}` begins with a value of type {zero} and goes on with {}", call.name, merged.data_type);
        return Err(Fault::mismatch(title, Some(2)).with_help("cast the first value to the type of the others"));
    }
    call.bodies[0].value = cast(merged, &zero, Mode::Ansi)?;
    let (result, nullable) = match call.bodies.get(1) {
        Some(finish) => (finish.value.data_type.clone(), finish.value.nullable),
        None => (zero, true),
    };
    let nullable = nullable || call.values[0].nullable;
    made("spark_fold", call, result, nullable)
}

fn made(name: &'static str, call: HigherCall<'_>, result: SparkType, nullable: bool) -> Result<Typed, Fault> {
    let unmapped = |data_type: &SparkType| {
        to_arrow(data_type).map_err(|error| Fault::not_built(format!("a value of type {}", error.0)))
    };
    let mut further: Vec<Expr> = Vec::new();
    let mut lambdas = Vec::new();
    for body in call.bodies {
        let mut inputs = Vec::new();
        for (number, parameter_) in body.parameters.iter().enumerate() {
            inputs.push(Arc::new(Field::new(parameter(number), unmapped(&parameter_.data_type)?, true)));
        }
        let mut captures = Vec::new();
        for (number, (value, data_type)) in body.captured.into_iter().enumerate() {
            inputs.push(Arc::new(Field::new(captured(number), data_type, true)));
            captures.push(further.iter().position(|known| *known == value).unwrap_or(further.len()));
            if captures.last() == Some(&further.len()) {
                further.push(value);
            }
        }
        lambdas.push(Lambda::new(body.value.expr, inputs, captures));
    }
    let values = call.values.len();
    let arguments = call.values.into_iter().map(|value| value.expr).chain(further).collect();
    let function = LambdaFunction::new(name, lambdas, values, unmapped(&result)?)
        .map_err(|_| Fault::not_built(format!("`{}`", call.name)))?;
    let expr = Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(ScalarUDF::from(function)), arguments));
    Ok(Typed { expr, data_type: result, nullable })
}
