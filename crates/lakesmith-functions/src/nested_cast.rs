//! Casts of arrays, maps and structs with intervals among their parts.
//!
//! The units of an interval stand in its type and not in its values, so a kernel that sees values cannot cast it. Here each part
//! has a cast of its own, as a value outside of them has.

use std::sync::Arc;

use datafusion::arrow::datatypes::Field;
use datafusion::common::Column;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr, ScalarUDF};
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_unresolved::{SparkType, StructField};

use crate::cast::{Mode, cast};
use crate::coercion::is_text;
use crate::function::{Fault, Typed};
use crate::higher_order::CAST_PARTS;
use crate::interval_arithmetic::is_interval;
use crate::lambda::{Lambda, LambdaFunction, parameter};
use crate::legacy_cast;

/// The cast of a value with intervals among its parts; `None` for other casts.
pub(crate) fn by_parts(value: &Typed, to: &SparkType, mode: Mode) -> Option<Result<Typed, Fault>> {
    let from = &value.data_type;
    if !is_nested(from) {
        return None;
    }
    if is_text(to) {
        let texts = with_texts(from);
        return (texts != *from).then(|| cast(by_parts_of_one_shape(value, &texts, mode)?, to, mode));
    }
    let holds_interval = holds(from, &is_interval) || holds(to, &|part| is_interval(part) || is_calendar(part));
    holds_interval.then(|| by_parts_of_one_shape(value, to, mode))
}

fn by_parts_of_one_shape(value: &Typed, to: &SparkType, mode: Mode) -> Result<Typed, Fault> {
    let mismatch = || {
        let title = format!("a value of type {} cannot be cast to {to}", value.data_type);
        Fault::mismatch(title, Some(0))
    };
    let mut pairs = Vec::new();
    pair_parts(&value.data_type, to, mode, &mut pairs).ok_or_else(mismatch)?;
    // values of other shapes are no parts of each other
    if pairs.iter().any(|(from, to)| **from == value.data_type && is_nested(from) && !is_text(to)) {
        return Err(mismatch());
    }
    let unmapped = |data_type: &SparkType| {
        to_arrow(data_type).map_err(|error| Fault::not_built(format!("a value of type {}", error.0)))
    };
    let mut casts = Vec::new();
    for (from, to) in pairs {
        let input = Arc::new(Field::new(parameter(0), unmapped(from)?, true));
        let part = Typed::new(Expr::Column(Column::new_unqualified(parameter(0))), from.clone());
        let part = cast(part, to, mode).map_err(|_| mismatch())?;
        casts.push(Lambda::new(part.expr, vec![input], Vec::new()));
    }
    let failed = |error: datafusion::common::DataFusionError| Fault::not_built(error.to_string());
    let function = LambdaFunction::new(CAST_PARTS, casts, 1, unmapped(to)?).map_err(failed)?;
    let function = Arc::new(ScalarUDF::from(function));
    let expr = Expr::ScalarFunction(ScalarFunction::new_udf(function, vec![value.expr.clone()]));
    let nullable = value.nullable || mode != Mode::Ansi;
    Ok(Typed { expr, data_type: to.clone(), nullable })
}

/// The parts of two types of one shape, in order; `None` where they have none in common.
fn pair_parts<'t>(
    from: &'t SparkType,
    to: &'t SparkType,
    mode: Mode,
    pairs: &mut Vec<(&'t SparkType, &'t SparkType)>,
) -> Option<()> {
    match (from, to) {
        (SparkType::Array { element: from, .. }, SparkType::Array { element: to, .. }) => {
            pair_parts(from, to, mode, pairs)
        }
        (SparkType::Map { key: k1, value: v1, .. }, SparkType::Map { key: k2, value: v2, .. }) => {
            let keeps_keys = mode != Mode::Legacy || !legacy_cast::may_lose(k1, k2);
            keeps_keys.then(|| pair_parts(k1, k2, mode, pairs))??;
            pair_parts(v1, v2, mode, pairs)
        }
        (SparkType::Struct(from), SparkType::Struct(to)) => {
            let mut fields = (from.len() == to.len()).then(|| from.iter().zip(to))?;
            fields.try_for_each(|(from, to)| pair_parts(&from.data_type, &to.data_type, mode, pairs))
        }
        _ => {
            pairs.push((from, to));
            Some(())
        }
    }
}

/// The type with STRING for its intervals that need their units to become a text.
fn with_texts(data_type: &SparkType) -> SparkType {
    let boxed = |part: &SparkType| Box::new(with_texts(part));
    match data_type {
        part if is_interval(part) => SparkType::STRING,
        SparkType::Array { element, contains_null } => {
            SparkType::Array { element: boxed(element), contains_null: *contains_null }
        }
        SparkType::Map { key, value, value_contains_null } => {
            SparkType::Map { key: boxed(key), value: boxed(value), value_contains_null: *value_contains_null }
        }
        SparkType::Struct(fields) => {
            let field = |field: &StructField| StructField { data_type: with_texts(&field.data_type), ..field.clone() };
            SparkType::Struct(fields.iter().map(field).collect())
        }
        other => other.clone(),
    }
}

fn is_nested(data_type: &SparkType) -> bool {
    matches!(data_type, SparkType::Array { .. } | SparkType::Map { .. } | SparkType::Struct(_))
}

fn is_calendar(data_type: &SparkType) -> bool {
    *data_type == SparkType::CalendarInterval
}

/// Whether a type or one of its parts is as asked for.
fn holds(data_type: &SparkType, is_wanted: &dyn Fn(&SparkType) -> bool) -> bool {
    match data_type {
        SparkType::Array { element, .. } => holds(element, is_wanted),
        SparkType::Map { key, value, .. } => holds(key, is_wanted) || holds(value, is_wanted),
        SparkType::Struct(fields) => fields.iter().any(|field| holds(&field.data_type, is_wanted)),
        part => is_wanted(part),
    }
}
