//! Spark's schema JSON, in which a Delta log states a table's columns, as [`StructField`]s and back.
//!
//! Names stay as written. CHAR and VARCHAR are stored as `string` with a note in the field's metadata, as Spark does. A type
//! that no Delta table holds is refused by name.

use lakesmith_engine::{Actor, EngineError, ErrorKind};
use lakesmith_unresolved::{SparkType, StructField};
use serde_json::{Map, Value, json};

/// Key of a field's metadata under which Spark keeps the declared CHAR or VARCHAR type.
const CHAR_VARCHAR: &str = "__CHAR_VARCHAR_TYPE_STRING";

/// Writes columns as a log's `schemaString`.
pub fn write_schema(fields: &[StructField]) -> Result<String, EngineError> {
    Ok(write_struct(fields)?.to_string())
}

/// Reads a log's `schemaString`.
pub fn read_schema(text: &str) -> Result<Vec<StructField>, EngineError> {
    let value: Value = serde_json::from_str(text).map_err(|error| unreadable("it is no JSON").caused_by(error))?;
    read_struct(&value)
}

fn unreadable(what: impl Into<String>) -> EngineError {
    EngineError::new(ErrorKind::Storage, "read table schema", what).for_actor(Actor::Target)
}

fn write_struct(fields: &[StructField]) -> Result<Value, EngineError> {
    let fields = fields.iter().map(write_field).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "type": "struct", "fields": fields }))
}

fn write_field(field: &StructField) -> Result<Value, EngineError> {
    let mut metadata = match &field.metadata {
        Some(text) => match serde_json::from_str(text) {
            Ok(Value::Object(metadata)) => metadata,
            _ => return Err(unreadable(format!("the metadata of column {} is no JSON object", field.name))),
        },
        None => Map::new(),
    };
    if let Some(comment) = &field.comment {
        metadata.insert("comment".into(), comment.as_str().into());
    }
    if let Some(declared) = char_type(&field.data_type) {
        metadata.insert(CHAR_VARCHAR.into(), declared.into());
    }
    let data_type = write_type(&field.data_type).map_err(|error| error.with("column", &field.name))?;
    Ok(json!({ "name": field.name.as_str(), "type": data_type, "nullable": field.nullable, "metadata": metadata }))
}

/// The declared type of a CHAR or VARCHAR column, as Spark writes it.
fn char_type(data_type: &SparkType) -> Option<String> {
    match data_type {
        SparkType::Char(length) => Some(format!("char({length})")),
        SparkType::Varchar(length) => Some(format!("varchar({length})")),
        _ => None,
    }
}

/// Whether a Delta table can hold columns of a type.
pub fn can_hold(data_type: &SparkType) -> bool {
    write_type(data_type).is_ok()
}

fn write_type(data_type: &SparkType) -> Result<Value, EngineError> {
    Ok(match data_type {
        SparkType::Boolean => "boolean".into(),
        SparkType::Byte => "byte".into(),
        SparkType::Short => "short".into(),
        SparkType::Integer => "integer".into(),
        SparkType::Long => "long".into(),
        SparkType::Float => "float".into(),
        SparkType::Double => "double".into(),
        SparkType::Decimal { precision, scale } => format!("decimal({precision},{scale})").into(),
        SparkType::String { collation: None } | SparkType::Char(_) | SparkType::Varchar(_) => "string".into(),
        SparkType::Binary => "binary".into(),
        SparkType::Date => "date".into(),
        SparkType::Timestamp => "timestamp".into(),
        SparkType::TimestampNtz => "timestamp_ntz".into(),
        SparkType::Array { element, contains_null } => {
            json!({ "type": "array", "elementType": write_type(element)?, "containsNull": contains_null })
        }
        SparkType::Map { key, value, value_contains_null } => json!({
            "type": "map", "keyType": write_type(key)?, "valueType": write_type(value)?,
            "valueContainsNull": value_contains_null,
        }),
        SparkType::Struct(fields) => write_struct(fields)?,
        SparkType::UserDefined { sql_type: Some(stored), .. } => write_type(stored)?,
        other => {
            let message = format!("a Delta table cannot hold a column of type {other}");
            return Err(
                EngineError::new(ErrorKind::Unsupported, "write table schema", message).for_actor(Actor::Pipeline)
            );
        }
    })
}

fn read_struct(value: &Value) -> Result<Vec<StructField>, EngineError> {
    let fields = value.get("fields").and_then(Value::as_array).ok_or_else(|| unreadable("it lists no fields"))?;
    fields.iter().map(read_field).collect()
}

fn read_field(value: &Value) -> Result<StructField, EngineError> {
    let name = value.get("name").and_then(Value::as_str).ok_or_else(|| unreadable("a field has no name"))?;
    let data_type = value.get("type").ok_or_else(|| unreadable(format!("field `{name}` has no type")))?;
    let mut data_type = read_type(data_type).map_err(|error| error.with("column", name))?;
    let nullable = value.get("nullable").and_then(Value::as_bool).unwrap_or(true);
    let mut metadata = value.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default();
    let comment = match metadata.remove("comment") {
        Some(Value::String(comment)) => Some(comment),
        _ => None,
    };
    if let Some(declared) = metadata.get(CHAR_VARCHAR).and_then(Value::as_str).and_then(read_char_type) {
        data_type = declared;
        metadata.remove(CHAR_VARCHAR);
    }
    let metadata = if metadata.is_empty() { None } else { Some(Value::Object(metadata).to_string()) };
    Ok(StructField { name: name.into(), data_type, nullable, comment, metadata })
}

fn read_char_type(text: &str) -> Option<SparkType> {
    let (kind, rest) = text.split_once('(')?;
    let length = rest.strip_suffix(')')?.trim().parse().ok()?;
    match kind {
        "char" => Some(SparkType::Char(length)),
        "varchar" => Some(SparkType::Varchar(length)),
        _ => None,
    }
}

fn read_type(value: &Value) -> Result<SparkType, EngineError> {
    if let Some(name) = value.as_str() {
        return read_primitive(name);
    }
    let part = |name: &str| value.get(name).ok_or_else(|| unreadable(format!("a nested type has no {name}")));
    let flag = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or(true);
    match value.get("type").and_then(Value::as_str) {
        Some("struct") => Ok(SparkType::Struct(read_struct(value)?)),
        Some("array") => Ok(SparkType::Array {
            element: Box::new(read_type(part("elementType")?)?),
            contains_null: flag("containsNull"),
        }),
        Some("map") => Ok(SparkType::Map {
            key: Box::new(read_type(part("keyType")?)?),
            value: Box::new(read_type(part("valueType")?)?),
            value_contains_null: flag("valueContainsNull"),
        }),
        Some("udt") => read_type(part("sqlType")?),
        _ => Err(unknown(&value.to_string())),
    }
}

fn read_primitive(name: &str) -> Result<SparkType, EngineError> {
    Ok(match name {
        "boolean" => SparkType::Boolean,
        "byte" => SparkType::Byte,
        "short" => SparkType::Short,
        "integer" => SparkType::Integer,
        "long" => SparkType::Long,
        "float" => SparkType::Float,
        "double" => SparkType::Double,
        "string" => SparkType::STRING,
        "binary" => SparkType::Binary,
        "date" => SparkType::Date,
        "timestamp" => SparkType::Timestamp,
        "timestamp_ntz" => SparkType::TimestampNtz,
        "void" | "null" => SparkType::Null,
        "decimal" => SparkType::Decimal { precision: 10, scale: 0 },
        _ => return read_decimal(name).ok_or_else(|| unknown(name)),
    })
}

fn read_decimal(name: &str) -> Option<SparkType> {
    let (precision, scale) = name.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
    let (precision, scale) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    (precision <= 38).then_some(SparkType::Decimal { precision, scale })
}

fn unknown(data_type: &str) -> EngineError {
    let message = format!("data type `{data_type}` is not supported");
    EngineError::new(ErrorKind::Unsupported, "read table schema", message).for_actor(Actor::Target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_types_nullability_and_comments_come_back_as_written() {
        let inner = StructField { nullable: false, ..StructField::nullable("Inner Name", SparkType::Integer) };
        let fields = vec![
            StructField {
                comment: Some("the \"id\"".into()),
                nullable: false,
                metadata: Some(r#"{"delta.x":1}"#.into()),
                ..StructField::nullable("ID", SparkType::Long)
            },
            StructField::nullable("price", SparkType::Decimal { precision: 10, scale: 2 }),
            StructField::nullable("code", SparkType::Varchar(10)),
            StructField::nullable(
                "tags",
                SparkType::Array { element: Box::new(SparkType::Struct(vec![inner])), contains_null: false },
            ),
            StructField::nullable("props", SparkType::map(SparkType::STRING, SparkType::Timestamp)),
            StructField::nullable("ntz", SparkType::TimestampNtz),
        ];
        let back = read_schema(&write_schema(&fields).unwrap()).unwrap();
        assert_eq!(back, fields);
        assert_eq!(back[0].name.as_str(), "ID");
    }

    #[test]
    fn a_column_that_delta_cannot_hold_is_refused_by_name() {
        let error = write_schema(&[StructField::nullable("v", SparkType::Null)]).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported);
        assert!(error.to_string().contains("VOID") && error.to_string().contains("column v"), "{error}");
    }
}
