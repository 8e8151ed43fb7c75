//! Columns that users write down: `schema` as DDL or Spark's JSON, and `schemaHints`.

use lakesmith_diagnostic::{SourceKind, SourceMap};
use lakesmith_engine::arrow_type;
use lakesmith_unresolved::{SparkType, StructField};
use serde_json::Value;

/// The type of one column, or of a part of it (`a.b INT`), that overrides the inferred one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaHint {
    /// The column, then the steps into it.
    pub path: Vec<HintStep>,
    /// Its type, nullable throughout.
    pub data_type: SparkType,
}

/// A name in the path of a hint. Inside an array `element` leads to its elements, inside a map `key` and `value`.
pub type HintStep = String;

/// The type with NULL allowed everywhere, as values of files have it.
pub fn as_nullable(data_type: &SparkType) -> SparkType {
    match data_type {
        SparkType::Array { element, .. } => SparkType::array(as_nullable(element)),
        SparkType::Map { key, value, .. } => SparkType::map(as_nullable(key), as_nullable(value)),
        SparkType::Struct(fields) => SparkType::Struct(fields.iter().map(nullable_field).collect()),
        other => other.clone(),
    }
}

pub(crate) fn nullable_field(field: &StructField) -> StructField {
    StructField { data_type: as_nullable(&field.data_type), nullable: true, ..field.clone() }
}

/// Reads a schema: DDL (`a INT, b STRING`, also inside `STRUCT<…>`) or Spark's JSON.
pub(super) fn schema(text: &str) -> Result<Vec<StructField>, String> {
    let text = within_quotes(text);
    let fields = if text.trim_start().starts_with('{') {
        match json_type(&serde_json::from_str(text).map_err(|error| format!("the schema is no JSON: {error}"))?)? {
            SparkType::Struct(fields) => fields,
            other => return Err(format!("the schema is a {other} and not a STRUCT")),
        }
    } else {
        let mut sources = SourceMap::default();
        let source = sources.add("schema", text, SourceKind::Inline);
        match lakesmith_sql::parse_schema(&sources, source) {
            Ok(fields) => fields,
            Err(fault) => match data_type(text) {
                Ok(SparkType::Struct(fields)) => fields,
                _ => return Err(format!("the schema cannot be read: {}", fault.title)),
            },
        }
    };
    for (at, field) in fields.iter().enumerate() {
        supported(&field.data_type)?;
        if fields[..at].iter().any(|earlier| earlier.name == field.name) {
            return Err(format!("the schema has two columns called `{}`", field.name));
        }
    }
    Ok(fields.iter().map(nullable_field).collect())
}

/// What notebooks write between three quotes: a text that begins and ends with one of them.
fn within_quotes(text: &str) -> &str {
    let inner = |quote| text.trim().strip_prefix(quote)?.strip_suffix(quote);
    inner('\'').or_else(|| inner('"')).unwrap_or(text)
}

/// Reads hints: `id INT, tags MAP<STRING, STRING>, a.b DATE`.
pub(super) fn hints(text: &str) -> Result<Vec<SchemaHint>, String> {
    split(within_quotes(text), ',').into_iter().map(str::trim).filter(|part| !part.is_empty()).map(hint).collect()
}

fn hint(text: &str) -> Result<SchemaHint, String> {
    let end = split(text, ' ').first().map_or(text.len(), |path| path.len());
    let path: Vec<HintStep> = split(&text[..end], '.').into_iter().map(unquoted).collect();
    let rest = text[end..].trim_start_matches([' ', ':']);
    if path.iter().any(String::is_empty) || rest.is_empty() {
        return Err(format!("the hint `{text}` is no name and type"));
    }
    let data_type = data_type(rest).map_err(|fault| format!("the hint `{text}` cannot be read: {fault}"))?;
    supported(&data_type)?;
    Ok(SchemaHint { path, data_type: as_nullable(&data_type) })
}

/// Splits at a character outside back-quotes, parentheses and angle brackets; any white space counts as a space.
fn split(text: &str, at: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_i32, false);
    for (index, character) in text.char_indices() {
        match character {
            '`' => quoted = !quoted,
            '(' | '<' if !quoted => depth += 1,
            ')' | '>' if !quoted => depth -= 1,
            _ => {}
        }
        let here = if character.is_whitespace() { ' ' } else { character };
        if here == at && depth == 0 && !quoted {
            parts.push(&text[start..index]);
            start = index + character.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

fn unquoted(text: &str) -> String {
    match text.trim().strip_prefix('`').and_then(|inner| inner.strip_suffix('`')) {
        Some(inner) => inner.replace("``", "`"),
        None => text.trim().to_owned(),
    }
}

fn data_type(text: &str) -> Result<SparkType, String> {
    let mut sources = SourceMap::default();
    let source = sources.add("type", text, SourceKind::Inline);
    lakesmith_sql::parse_data_type(&sources, source).map_err(|fault| fault.title)
}

fn supported(data_type: &SparkType) -> Result<(), String> {
    arrow_type::to_arrow(data_type).map(|_| ()).map_err(|unmapped| format!("type {} is not built yet", unmapped.0))
}

/// Reads a type as Spark's `StructType.json` writes it.
fn json_type(value: &Value) -> Result<SparkType, String> {
    let part = |name: &str| value.get(name).ok_or_else(|| format!("a type of the schema lacks `{name}`"));
    match value {
        Value::String(name) => data_type(name),
        Value::Object(parts) => match parts.get("type").and_then(Value::as_str) {
            Some("struct") => {
                let fields = part("fields")?.as_array().ok_or("the fields of the schema are no list")?;
                Ok(SparkType::Struct(fields.iter().map(json_field).collect::<Result<_, _>>()?))
            }
            Some("array") => Ok(SparkType::array(json_type(part("elementType")?)?)),
            Some("map") => Ok(SparkType::map(json_type(part("keyType")?)?, json_type(part("valueType")?)?)),
            _ => Err("a type of the schema has no kind that is built".to_owned()),
        },
        _ => Err("a type of the schema is neither a name nor an object".to_owned()),
    }
}

fn json_field(value: &Value) -> Result<StructField, String> {
    let name = value.get("name").and_then(Value::as_str).ok_or("a field of the schema has no name")?;
    let data_type = json_type(value.get("type").ok_or_else(|| format!("the field `{name}` has no type"))?)?;
    Ok(StructField::nullable(name, data_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_ddl_or_json_and_nullable_throughout() {
        let ddl = schema("a INT NOT NULL, b STRUCT<c: ARRAY<STRING>>").unwrap();
        let json = r#"{"type":"struct","fields":[{"name":"a","type":"integer","nullable":false,"metadata":{}},
            {"name":"b","type":{"type":"struct","fields":[
                {"name":"c","type":{"type":"array","elementType":"string","containsNull":true}}]}}]}"#;
        assert_eq!(ddl, schema(json).unwrap());
        assert!(ddl[0].nullable);
        assert!(schema("a VARIANT").unwrap_err().contains("VARIANT"));
        assert!(schema("a INT, A INT").is_err() && schema("a").is_err());
    }

    #[test]
    fn hints_have_paths_and_nested_types() {
        let hints = hints("id INT,\n tags MAP<STRING, DECIMAL(10,2)>, a.`b c` DATE").unwrap();
        assert_eq!(hints.len(), 3);
        assert_eq!(hints[2].path, ["a", "b c"]);
        assert_eq!(hints[1].data_type.to_string(), "MAP<STRING, DECIMAL(10,2)>");
        assert!(super::hints("id").is_err());
    }
}
