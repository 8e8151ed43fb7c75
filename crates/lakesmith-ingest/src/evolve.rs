//! New columns of files: [`add_new_columns`] adds them to known ones, [`extends`] tells whether a type only has more fields.
//!
//! What is known keeps its name, type and place. Names that differ only by case are the same name.

use std::collections::HashMap;

use lakesmith_base::Identifier;
use lakesmith_unresolved::{SparkType, StructField};

/// Adds the columns, and the fields of structs, that `found` has beyond `known`; answers their paths. Columns go before the
/// rescued-data column where that is the last one, fields to the end of their struct.
pub fn add_new_columns(known: &mut Vec<StructField>, found: &[StructField], rescued: Option<&str>) -> Vec<String> {
    let is_rescued = |column: &StructField| rescued.is_some_and(|name| column.name.matches(name));
    let last = known.pop_if(|column| is_rescued(column));
    let mut added = Vec::new();
    add_fields(known, found.iter().filter(|column| !is_rescued(column)), "", &mut added);
    known.extend(last);
    added
}

fn add_fields<'f>(
    known: &mut Vec<StructField>,
    found: impl Iterator<Item = &'f StructField>,
    path: &str,
    added: &mut Vec<String>,
) {
    let mut places: HashMap<Identifier, usize> =
        known.iter().enumerate().map(|(place, own)| (own.name.clone(), place)).collect();
    for field in found {
        let name = format!("{path}{}", field.name);
        match places.get(&field.name).and_then(|place| known.get_mut(*place)) {
            Some(own) => add_to_type(&mut own.data_type, &field.data_type, &format!("{name}."), added),
            None => {
                places.insert(field.name.clone(), known.len());
                known.push(field.clone());
                added.push(name);
            }
        }
    }
}

fn add_to_type(known: &mut SparkType, found: &SparkType, path: &str, added: &mut Vec<String>) {
    match (known, found) {
        (SparkType::Struct(known), SparkType::Struct(found)) => add_fields(known, found.iter(), path, added),
        (SparkType::Array { element: known, .. }, SparkType::Array { element: found, .. })
        | (SparkType::Map { value: known, .. }, SparkType::Map { value: found, .. }) => {
            add_to_type(known, found, path, added);
        }
        _ => {}
    }
}

/// Whether a type is another one with further fields at the end of its structs.
pub fn extends(longer: &SparkType, shorter: &SparkType) -> bool {
    match (longer, shorter) {
        (SparkType::Struct(longer), SparkType::Struct(shorter)) => {
            let is_same = |(long, short): (&StructField, &StructField)| {
                long.name == short.name && extends(&long.data_type, &short.data_type)
            };
            longer.len() >= shorter.len() && longer.iter().zip(shorter).all(is_same)
        }
        (SparkType::Array { element: longer, .. }, SparkType::Array { element: shorter, .. }) => {
            extends(longer, shorter)
        }
        (SparkType::Map { key: own, value: longer, .. }, SparkType::Map { key, value: shorter, .. }) => {
            own == key && extends(longer, shorter)
        }
        _ => longer == shorter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, data_type: SparkType) -> StructField {
        StructField::nullable(name, data_type)
    }

    #[test]
    fn new_columns_and_fields_are_added_and_nothing_else_changes() {
        let point = |names: &[&str]| SparkType::Struct(names.iter().map(|name| field(name, SparkType::Long)).collect());
        let mut known = vec![
            field("id", SparkType::Long),
            field("at", SparkType::array(point(&["x"]))),
            field("_rescued_data", SparkType::STRING),
        ];
        let before = known.clone();
        let found = [
            field("ID", SparkType::STRING),
            field("at", SparkType::array(point(&["y", "X"]))),
            field("new", SparkType::Double),
            field("_rescued_data", SparkType::STRING),
        ];
        assert_eq!(add_new_columns(&mut known, &found, Some("_rescued_data")), ["at.y", "new"]);
        let expected = [
            field("id", SparkType::Long),
            field("at", SparkType::array(point(&["x", "y"]))),
            field("new", SparkType::Double),
            field("_rescued_data", SparkType::STRING),
        ];
        assert_eq!(known, expected);
        assert!(
            extends(&known[1].data_type, &before[1].data_type) && !extends(&before[1].data_type, &known[1].data_type)
        );
        assert!(add_new_columns(&mut known, &found, Some("_rescued_data")).is_empty());
    }
}
