//! [`CsvColumn`]: appends texts of fields to an Arrow array.

use std::sync::Arc;

use datafusion::arrow::array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType,
};
use datafusion::arrow::array::{ArrayRef, BinaryBuilder, BooleanBuilder, NullArray, PrimitiveBuilder, StringBuilder};
use datafusion::arrow::datatypes::{ArrowPrimitiveType, DataType, TimeUnit};
use datafusion::common::{Result, not_impl_err};

use super::value::{Converter, boolean, integer};
use crate::json::{number, time};

/// One array in the making.
#[derive(Debug)]
pub(super) enum CsvColumn {
    Null(usize),
    Boolean(BooleanBuilder),
    Byte(PrimitiveBuilder<Int8Type>),
    Short(PrimitiveBuilder<Int16Type>),
    Integer(PrimitiveBuilder<Int32Type>),
    Long(PrimitiveBuilder<Int64Type>),
    Float(PrimitiveBuilder<Float32Type>),
    Double(PrimitiveBuilder<Float64Type>),
    Decimal { builder: PrimitiveBuilder<Decimal128Type>, precision: u8, scale: i8 },
    Text(StringBuilder),
    Binary(BinaryBuilder),
    Date(PrimitiveBuilder<Date32Type>),
    Timestamp(PrimitiveBuilder<TimestampMicrosecondType>),
    TimestampNtz(PrimitiveBuilder<TimestampMicrosecondType>),
}

impl CsvColumn {
    pub(super) fn new(data_type: &DataType) -> Result<Self> {
        Ok(match data_type {
            DataType::Null => Self::Null(0),
            DataType::Boolean => Self::Boolean(BooleanBuilder::new()),
            DataType::Int8 => Self::Byte(PrimitiveBuilder::new()),
            DataType::Int16 => Self::Short(PrimitiveBuilder::new()),
            DataType::Int32 => Self::Integer(PrimitiveBuilder::new()),
            DataType::Int64 => Self::Long(PrimitiveBuilder::new()),
            DataType::Float32 => Self::Float(PrimitiveBuilder::new()),
            DataType::Float64 => Self::Double(PrimitiveBuilder::new()),
            DataType::Decimal128(precision, scale) => Self::Decimal {
                builder: PrimitiveBuilder::new().with_data_type(data_type.clone()),
                precision: *precision,
                scale: *scale,
            },
            DataType::Utf8 => Self::Text(StringBuilder::new()),
            DataType::Binary => Self::Binary(BinaryBuilder::new()),
            DataType::Date32 => Self::Date(PrimitiveBuilder::new()),
            DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => {
                Self::Timestamp(PrimitiveBuilder::new().with_data_type(data_type.clone()))
            }
            DataType::Timestamp(TimeUnit::Microsecond, None) => Self::TimestampNtz(PrimitiveBuilder::new()),
            other => return not_impl_err!("a column of type {other} in CSV"),
        })
    }

    pub(super) fn append_null(&mut self) {
        match self {
            Self::Null(length) => *length += 1,
            Self::Boolean(builder) => builder.append_null(),
            Self::Byte(builder) => builder.append_null(),
            Self::Short(builder) => builder.append_null(),
            Self::Integer(builder) => builder.append_null(),
            Self::Long(builder) => builder.append_null(),
            Self::Float(builder) => builder.append_null(),
            Self::Double(builder) => builder.append_null(),
            Self::Decimal { builder, .. } => builder.append_null(),
            Self::Text(builder) => builder.append_null(),
            Self::Binary(builder) => builder.append_null(),
            Self::Date(builder) => builder.append_null(),
            Self::Timestamp(builder) | Self::TimestampNtz(builder) => builder.append_null(),
        }
    }

    /// Appends the value of a text; `false` when it is of another type and NULL was appended.
    pub(super) fn append(&mut self, text: &str, converter: &Converter) -> bool {
        match self {
            Self::Null(length) => {
                *length += 1;
                false
            }
            Self::Text(builder) => {
                builder.append_value(text);
                true
            }
            Self::Binary(builder) => {
                builder.append_value(text);
                true
            }
            Self::Boolean(builder) => {
                let value = boolean(text);
                builder.append_option(value);
                value.is_some()
            }
            Self::Byte(builder) => put(builder, integer(text).and_then(|value| value.try_into().ok())),
            Self::Short(builder) => put(builder, integer(text).and_then(|value| value.try_into().ok())),
            Self::Integer(builder) => put(builder, integer(text).and_then(|value| value.try_into().ok())),
            Self::Long(builder) => put(builder, integer(text)),
            Self::Float(builder) => put(builder, converter.float(text)),
            Self::Double(builder) => put(builder, converter.double(text)),
            Self::Decimal { builder, precision, scale } => put(builder, number::decimal(text, *precision, *scale)),
            Self::Date(builder) => put(builder, converter.times.date(text, time::cast_date)),
            Self::Timestamp(builder) => put(builder, converter.times.timestamp(text)),
            Self::TimestampNtz(builder) => put(builder, converter.times.timestamp_ntz(text)),
        }
    }

    /// The bytes held, about.
    pub(super) fn memory(&self) -> usize {
        match self {
            Self::Null(_) => 0,
            Self::Boolean(builder) => builder.capacity() / 8,
            Self::Byte(builder) => builder.capacity(),
            Self::Short(builder) => builder.capacity() * 2,
            Self::Integer(builder) => builder.capacity() * 4,
            Self::Long(builder) => builder.capacity() * 8,
            Self::Float(builder) => builder.capacity() * 4,
            Self::Double(builder) => builder.capacity() * 8,
            Self::Decimal { builder, .. } => builder.capacity() * 16,
            Self::Text(builder) => builder.values_slice().len() * 2 + builder.offsets_slice().len() * 4,
            Self::Binary(builder) => builder.values_slice().len() * 2 + builder.offsets_slice().len() * 4,
            Self::Date(builder) => builder.capacity() * 4,
            Self::Timestamp(builder) | Self::TimestampNtz(builder) => builder.capacity() * 8,
        }
    }

    /// The array; the next value starts a new one.
    pub(super) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Null(length) => Arc::new(NullArray::new(std::mem::take(length))),
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Byte(builder) => Arc::new(builder.finish()),
            Self::Short(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Long(builder) => Arc::new(builder.finish()),
            Self::Float(builder) => Arc::new(builder.finish()),
            Self::Double(builder) => Arc::new(builder.finish()),
            Self::Decimal { builder, .. } => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Binary(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::Timestamp(builder) | Self::TimestampNtz(builder) => Arc::new(builder.finish()),
        }
    }
}

fn put<T: ArrowPrimitiveType>(builder: &mut PrimitiveBuilder<T>, value: Option<T::Native>) -> bool {
    builder.append_option(value);
    value.is_some()
}
