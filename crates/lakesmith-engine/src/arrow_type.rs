//! Spark's data types as Arrow types, and back.
//!
//! STRING is Utf8, TIMESTAMP is microseconds with zone `UTC`, TIMESTAMP_NTZ is microseconds; the child of a list is called
//! `element`, that of a map `entries` of `key` and `value`. A type that has no Arrow form yet is refused by name.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Fields, IntervalUnit, Schema, TimeUnit};
use lakesmith_unresolved::spark_type::{DayTimeUnit, YearMonthUnit};
use lakesmith_unresolved::{SparkType, StructField};

/// A type without a counterpart on the other side; holds its name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("type {0} has no counterpart")]
pub struct UnmappedType(pub String);

/// The Arrow type that holds values of a Spark type.
pub fn to_arrow(spark: &SparkType) -> Result<DataType, UnmappedType> {
    Ok(match spark {
        SparkType::Null => DataType::Null,
        SparkType::Boolean => DataType::Boolean,
        SparkType::Byte => DataType::Int8,
        SparkType::Short => DataType::Int16,
        SparkType::Integer => DataType::Int32,
        SparkType::Long => DataType::Int64,
        SparkType::Float => DataType::Float32,
        SparkType::Double => DataType::Float64,
        SparkType::Decimal { precision, scale } => DataType::Decimal128(*precision, *scale),
        SparkType::String { .. } | SparkType::Char(_) | SparkType::Varchar(_) => DataType::Utf8,
        SparkType::Binary => DataType::Binary,
        SparkType::Date => DataType::Date32,
        SparkType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        SparkType::TimestampNtz => DataType::Timestamp(TimeUnit::Microsecond, None),
        SparkType::CalendarInterval => DataType::Interval(IntervalUnit::MonthDayNano),
        SparkType::YearMonthInterval { .. } => DataType::Interval(IntervalUnit::YearMonth),
        SparkType::DayTimeInterval { .. } => DataType::Duration(TimeUnit::Microsecond),
        SparkType::Array { element, contains_null } => {
            DataType::List(Arc::new(Field::new("element", to_arrow(element)?, *contains_null)))
        }
        SparkType::Map { key, value, value_contains_null } => {
            let key = Field::new("key", to_arrow(key)?, false);
            let value = Field::new("value", to_arrow(value)?, *value_contains_null);
            let entries = DataType::Struct(Fields::from(vec![key, value]));
            DataType::Map(Arc::new(Field::new("entries", entries, false)), false)
        }
        SparkType::Struct(fields) => {
            DataType::Struct(fields.iter().map(to_arrow_field).collect::<Result<Vec<_>, _>>()?.into())
        }
        SparkType::UserDefined { sql_type: Some(stored), .. } => to_arrow(stored)?,
        other => return Err(UnmappedType(other.to_string())),
    })
}

/// The Arrow field of a column.
pub fn to_arrow_field(field: &StructField) -> Result<Field, UnmappedType> {
    Ok(Field::new(field.name.as_str(), to_arrow(&field.data_type)?, field.nullable))
}

/// The Arrow schema of a list of columns.
pub fn to_arrow_schema(fields: &[StructField]) -> Result<Schema, UnmappedType> {
    Ok(Schema::new(fields.iter().map(to_arrow_field).collect::<Result<Vec<_>, _>>()?))
}

/// The Spark type of an Arrow type, as reading a Parquet file gives it: unsigned integers take the next wider signed type.
pub fn to_spark(arrow: &DataType) -> Result<SparkType, UnmappedType> {
    Ok(match arrow {
        DataType::Null => SparkType::Null,
        DataType::Boolean => SparkType::Boolean,
        DataType::Int8 => SparkType::Byte,
        DataType::Int16 | DataType::UInt8 => SparkType::Short,
        DataType::Int32 | DataType::UInt16 => SparkType::Integer,
        DataType::Int64 | DataType::UInt32 => SparkType::Long,
        DataType::UInt64 => SparkType::Decimal { precision: 20, scale: 0 },
        DataType::Float16 | DataType::Float32 => SparkType::Float,
        DataType::Float64 => SparkType::Double,
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
            if *precision <= 38 =>
        {
            SparkType::Decimal { precision: *precision, scale: *scale }
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => SparkType::STRING,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            SparkType::Binary
        }
        DataType::Date32 | DataType::Date64 => SparkType::Date,
        DataType::Timestamp(_, Some(_)) => SparkType::Timestamp,
        DataType::Timestamp(_, None) => SparkType::TimestampNtz,
        DataType::Interval(IntervalUnit::YearMonth) => {
            SparkType::YearMonthInterval { start: YearMonthUnit::Year, end: YearMonthUnit::Month }
        }
        DataType::Interval(_) => SparkType::CalendarInterval,
        DataType::Duration(_) => SparkType::DayTimeInterval { start: DayTimeUnit::Day, end: DayTimeUnit::Second },
        DataType::List(child) | DataType::LargeList(child) | DataType::FixedSizeList(child, _) => {
            SparkType::Array { element: Box::new(to_spark(child.data_type())?), contains_null: child.is_nullable() }
        }
        DataType::Map(entries, _) => to_spark_map(entries)?,
        DataType::Struct(fields) => {
            SparkType::Struct(fields.iter().map(|field| to_spark_field(field)).collect::<Result<_, _>>()?)
        }
        DataType::Dictionary(_, values) => to_spark(values)?,
        other => return Err(UnmappedType(other.to_string())),
    })
}

/// The Spark column of an Arrow field.
pub fn to_spark_field(field: &Field) -> Result<StructField, UnmappedType> {
    let data_type = to_spark(field.data_type())?;
    let name = field.name().as_str().into();
    Ok(StructField { name, data_type, nullable: field.is_nullable(), comment: None, metadata: None })
}

fn to_spark_map(entries: &Field) -> Result<SparkType, UnmappedType> {
    match entries.data_type() {
        DataType::Struct(fields) if fields.len() == 2 => Ok(SparkType::Map {
            key: Box::new(to_spark(fields[0].data_type())?),
            value: Box::new(to_spark(fields[1].data_type())?),
            value_contains_null: fields[1].is_nullable(),
        }),
        other => Err(UnmappedType(other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mapped_type_comes_back_as_itself() {
        let nested = SparkType::Struct(vec![
            StructField::nullable("tags", SparkType::array(SparkType::STRING)),
            StructField::nullable(
                "prices",
                SparkType::map(SparkType::STRING, SparkType::Decimal { precision: 10, scale: 2 }),
            ),
        ]);
        let day = SparkType::DayTimeInterval { start: DayTimeUnit::Day, end: DayTimeUnit::Second };
        for spark in [SparkType::Long, SparkType::Timestamp, SparkType::TimestampNtz, SparkType::Date, day, nested] {
            assert_eq!(to_spark(&to_arrow(&spark).unwrap()).unwrap(), spark);
        }
    }

    #[test]
    fn a_type_without_arrow_form_is_refused_by_name() {
        assert_eq!(to_arrow(&SparkType::Variant), Err(UnmappedType("VARIANT".into())));
    }
}
