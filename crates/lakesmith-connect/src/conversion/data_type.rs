//! Data types, and the metadata of their fields.

use lakesmith_diagnostic::{SourceKind, SourceMap};
use lakesmith_unresolved::spark_type::{DayTimeUnit, YearMonthUnit};
use lakesmith_unresolved::{SparkType, StructField};
use spark_connect_proto as proto;

use super::{ConversionError, Depth, non_empty};

const MESSAGE: &str = "spark.connect.DataType";

/// A type.
pub(super) fn data_type(message: &proto::DataType, depth: Depth) -> Result<SparkType, ConversionError> {
    use proto::data_type::Kind;
    let Some(kind) = &message.kind else {
        return Err(ConversionError::OneOfNotSet { message: MESSAGE, field: "kind" });
    };
    Ok(match kind {
        Kind::Null(_) => SparkType::Null,
        Kind::Binary(_) => SparkType::Binary,
        Kind::Boolean(_) => SparkType::Boolean,
        Kind::Byte(_) => SparkType::Byte,
        Kind::Short(_) => SparkType::Short,
        Kind::Integer(_) => SparkType::Integer,
        Kind::Long(_) => SparkType::Long,
        Kind::Float(_) => SparkType::Float,
        Kind::Double(_) => SparkType::Double,
        Kind::Decimal(decimal) => decimal_type(decimal)?,
        Kind::String(string) => string_type(&string.collation),
        Kind::Char(text) => SparkType::Char(length(text.length, "char")?),
        Kind::VarChar(text) => SparkType::Varchar(length(text.length, "var_char")?),
        Kind::Date(_) => SparkType::Date,
        Kind::Timestamp(_) => SparkType::Timestamp,
        Kind::TimestampNtz(_) => SparkType::TimestampNtz,
        Kind::CalendarInterval(_) => SparkType::CalendarInterval,
        Kind::YearMonthInterval(interval) => year_month(interval)?,
        Kind::DayTimeInterval(interval) => day_time(interval)?,
        Kind::Array(array) => SparkType::Array {
            element: inner(array.element_type.as_deref(), depth)?,
            contains_null: array.contains_null,
        },
        Kind::Struct(fields) => struct_type(fields, depth)?,
        Kind::Map(map) => SparkType::Map {
            key: inner(map.key_type.as_deref(), depth)?,
            value: inner(map.value_type.as_deref(), depth)?,
            value_contains_null: map.value_contains_null,
        },
        Kind::Variant(_) => SparkType::Variant,
        Kind::Udt(udt) => user_defined(udt, depth)?,
        Kind::Geometry(geometry) => SparkType::Geometry(geometry.srid),
        Kind::Geography(geography) => SparkType::Geography(geography.srid),
        Kind::Unparsed(unparsed) => parsed(&unparsed.data_type_string)?,
        Kind::Time(time) => SparkType::Time(time_precision(time.precision)?),
        Kind::TimestampNtzNanos(nanos) => {
            nine_digits(nanos.precision, "timestamp_ntz_nanos")?;
            SparkType::TimestampNtzNanos
        }
        Kind::TimestampLtzNanos(nanos) => {
            nine_digits(nanos.precision, "timestamp_ltz_nanos")?;
            SparkType::TimestampLtzNanos
        }
    })
}

/// A type that must be there.
pub(super) fn required(message: Option<&proto::DataType>, depth: Depth) -> Result<SparkType, ConversionError> {
    match message {
        Some(message) => depth.descend(|depth| data_type(message, depth)),
        None => Err(ConversionError::OneOfNotSet { message: MESSAGE, field: "kind" }),
    }
}

/// A type that may be absent.
pub(super) fn optional(message: Option<&proto::DataType>, depth: Depth) -> Result<Option<SparkType>, ConversionError> {
    message.map(|message| required(Some(message), depth)).transpose()
}

/// A type from the text of a cast, where the columns of a schema mean nothing.
pub(super) fn parsed_type(text: &str) -> Result<SparkType, ConversionError> {
    let mut sources = SourceMap::default();
    let source = sources.add("data type", text, SourceKind::Inline);
    lakesmith_sql::parse_data_type(&sources, source)
        .map_err(|diagnostic| ConversionError::TypeText { text: text.to_owned(), diagnostic: Box::new(diagnostic) })
}

/// A type from text: the columns of a schema, a type, or the fields of a struct, whichever can be read.
pub(super) fn parsed(text: &str) -> Result<SparkType, ConversionError> {
    let mut sources = SourceMap::default();
    let source = sources.add("data type", text, SourceKind::Inline);
    let as_schema = match lakesmith_sql::parse_schema(&sources, source) {
        Ok(fields) => return Ok(SparkType::Struct(fields)),
        Err(diagnostic) => diagnostic,
    };
    if let Ok(data_type) = lakesmith_sql::parse_data_type(&sources, source) {
        return Ok(data_type);
    }
    let fields = sources.add("data type", format!("struct<{}>", text.trim()), SourceKind::Inline);
    lakesmith_sql::parse_data_type(&sources, fields)
        .map_err(|_| ConversionError::TypeText { text: text.to_owned(), diagnostic: Box::new(as_schema) })
}

fn inner(message: Option<&proto::DataType>, depth: Depth) -> Result<Box<SparkType>, ConversionError> {
    required(message, depth).map(Box::new)
}

fn string_type(collation: &str) -> SparkType {
    SparkType::String { collation: non_empty(collation).filter(|name| !name.eq_ignore_ascii_case("UTF8_BINARY")) }
}

fn decimal_type(decimal: &proto::data_type::Decimal) -> Result<SparkType, ConversionError> {
    let precision = u8::try_from(decimal.precision.unwrap_or(10));
    let scale = i8::try_from(decimal.scale.unwrap_or(0));
    match (precision, scale) {
        (Ok(precision @ 0..=38), Ok(scale)) => Ok(SparkType::Decimal { precision, scale }),
        _ => Err(ConversionError::UnsupportedDataType { kind: "decimal" }),
    }
}

fn length(length: i32, kind: &'static str) -> Result<u32, ConversionError> {
    u32::try_from(length).map_err(|_| ConversionError::UnsupportedDataType { kind })
}

/// Digits after the second of a time, 6 unless the client says.
pub(super) fn time_precision(precision: Option<i32>) -> Result<u8, ConversionError> {
    match u8::try_from(precision.unwrap_or(6)) {
        Ok(digits @ 0..=9) => Ok(digits),
        _ => Err(ConversionError::UnsupportedDataType { kind: "time" }),
    }
}

/// Refuses timestamps of seven and eight digits, which the plan has no type for.
pub(super) fn nine_digits(precision: Option<i32>, kind: &'static str) -> Result<(), ConversionError> {
    if precision.unwrap_or(9) == 9 { Ok(()) } else { Err(ConversionError::UnsupportedDataType { kind }) }
}

fn year_month(interval: &proto::data_type::YearMonthInterval) -> Result<SparkType, ConversionError> {
    let unit = |field: i32| match field {
        0 => Ok(YearMonthUnit::Year),
        1 => Ok(YearMonthUnit::Month),
        _ => Err(ConversionError::UnsupportedDataType { kind: "year_month_interval" }),
    };
    let start = unit(interval.start_field.unwrap_or(0))?;
    let end = unit(interval.end_field.or(interval.start_field).unwrap_or(1))?;
    Ok(SparkType::YearMonthInterval { start, end })
}

fn day_time(interval: &proto::data_type::DayTimeInterval) -> Result<SparkType, ConversionError> {
    let unit = |field: i32| match field {
        0 => Ok(DayTimeUnit::Day),
        1 => Ok(DayTimeUnit::Hour),
        2 => Ok(DayTimeUnit::Minute),
        3 => Ok(DayTimeUnit::Second),
        _ => Err(ConversionError::UnsupportedDataType { kind: "day_time_interval" }),
    };
    let start = unit(interval.start_field.unwrap_or(0))?;
    let end = unit(interval.end_field.or(interval.start_field).unwrap_or(3))?;
    Ok(SparkType::DayTimeInterval { start, end })
}

fn struct_type(message: &proto::data_type::Struct, depth: Depth) -> Result<SparkType, ConversionError> {
    let fields = message.fields.iter().map(|field| {
        let (comment, metadata) = field.metadata.as_deref().map(comment_and_rest).unwrap_or_default();
        Ok(StructField {
            name: field.name.as_str().into(),
            data_type: required(field.data_type.as_ref(), depth)?,
            nullable: field.nullable,
            comment,
            metadata,
        })
    });
    fields.collect::<Result<_, _>>().map(SparkType::Struct)
}

/// The comment that Spark keeps in a field's metadata, and the metadata without it. Metadata that is not an object stays.
fn comment_and_rest(metadata: &str) -> (Option<String>, Option<String>) {
    let Ok(serde_json::Value::Object(mut entries)) = serde_json::from_str(metadata) else {
        return (None, non_empty(metadata));
    };
    let comment = match entries.remove("comment") {
        Some(serde_json::Value::String(comment)) => Some(comment),
        Some(other) => {
            entries.insert("comment".to_owned(), other);
            None
        }
        None => None,
    };
    let rest = (!entries.is_empty()).then(|| serde_json::Value::Object(entries).to_string());
    (comment, rest)
}

fn user_defined(udt: &proto::data_type::Udt, depth: Depth) -> Result<SparkType, ConversionError> {
    if udt.r#type != "udt" {
        return Err(ConversionError::UdtType { kind: udt.r#type.clone() });
    }
    let python = udt.python_class.is_some() && udt.serialized_python_class.is_some() && udt.sql_type.is_some();
    if udt.jvm_class.is_none() && !python {
        return Err(ConversionError::UdtFields);
    }
    Ok(SparkType::UserDefined {
        kind: udt.r#type.clone(),
        jvm_class: udt.jvm_class.clone(),
        python_class: udt.python_class.clone(),
        serialized_python_class: udt.serialized_python_class.clone(),
        sql_type: optional(udt.sql_type.as_deref(), depth)?.map(Box::new),
    })
}
