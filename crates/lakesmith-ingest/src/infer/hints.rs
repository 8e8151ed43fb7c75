//! Hints: types that override inferred ones.

use lakesmith_unresolved::{SparkType, StructField};

use super::Inferred;
use crate::options::SchemaHint;

/// Applies hints in order; one that names a column which was not found adds it.
pub(super) fn apply(hints: &[SchemaHint], inferred: &mut Inferred) {
    for hint in hints {
        let fits = match hint.path.split_first() {
            Some((column, steps)) => in_fields(&mut inferred.columns, column, steps, &hint.data_type),
            None => true,
        };
        if !fits {
            let path = hint.path.join("`.`");
            inferred
                .warnings
                .push(format!("the hint for `{path}` fits nowhere: a part of it is no struct, array or map"));
        }
    }
}

/// Sets the type of a field, or of what the steps lead to inside it. `false` when they lead nowhere.
fn in_fields(fields: &mut Vec<StructField>, name: &str, steps: &[String], data_type: &SparkType) -> bool {
    if !fields.iter().any(|field| field.name.matches(name)) {
        let empty = if steps.is_empty() { data_type.clone() } else { SparkType::Struct(Vec::new()) };
        fields.push(StructField::nullable(name, empty));
    }
    match fields.iter_mut().find(|field| field.name.matches(name)) {
        Some(field) => in_type(&mut field.data_type, steps, data_type),
        None => false,
    }
}

fn in_type(target: &mut SparkType, steps: &[String], data_type: &SparkType) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        *target = data_type.clone();
        return true;
    };
    match target {
        SparkType::Struct(fields) => in_fields(fields, step, rest, data_type),
        SparkType::Array { element, .. } if step.eq_ignore_ascii_case("element") => in_type(element, rest, data_type),
        SparkType::Map { key, .. } if step.eq_ignore_ascii_case("key") => in_type(key, rest, data_type),
        SparkType::Map { value, .. } if step.eq_ignore_ascii_case("value") => in_type(value, rest, data_type),
        _ => false,
    }
}
