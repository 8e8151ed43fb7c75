//! [`ColumnBuilder`]: appends JSON values to an Arrow array by Spark's rules for its type.
//!
//! A value of another type appends NULL and says so. A list or map with an element of another type is NULL as a whole; a
//! struct keeps the fields that fit. Rules: `JacksonParser` of Apache Spark 4.

use std::sync::Arc;

use datafusion::arrow::array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimestampMicrosecondType,
};
use datafusion::arrow::array::{
    ArrayRef, BinaryBuilder, BooleanBuilder, ListArray, MapArray, NullArray, NullBufferBuilder, PrimitiveBuilder,
    StringBuilder, StructArray,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, FieldRef, Fields, TimeUnit};
use datafusion::common::{Result, not_impl_err};

use super::object::{Line, ObjectColumns, for_each_element, for_each_field};
use super::rescue;
use super::scan::{Kind, Scanner, Span};
use super::text::unescaped;
use super::value::{binary, boolean, date, decimal, double, float, long, narrow, timestamp, timestamp_ntz};
use crate::options::Names;
use crate::rows::Want;

/// Whether a value suited its column.
#[derive(Debug)]
pub(super) enum Fit {
    Fits,
    /// It is of another type; NULL was appended.
    Mistyped,
    /// Parts of it found no place.
    Partly {
        /// Some of them are of another type, not only unknown.
        is_mistyped: bool,
        /// Those parts as JSON, when they are rescued.
        rescued: String,
    },
}

/// One array in the making.
#[derive(Debug)]
pub(super) enum ColumnBuilder {
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
    List(Box<ListColumn>),
    Map(Box<MapColumn>),
    Struct(Box<StructColumn>),
}

#[derive(Debug)]
pub(super) struct ListColumn {
    element: FieldRef,
    offsets: Vec<i32>,
    validity: NullBufferBuilder,
    elements: ColumnBuilder,
}

#[derive(Debug)]
pub(super) struct MapColumn {
    entries: FieldRef,
    fields: Fields,
    offsets: Vec<i32>,
    validity: NullBufferBuilder,
    keys: StringBuilder,
    values: ColumnBuilder,
}

#[derive(Debug)]
pub(super) struct StructColumn {
    fields: Fields,
    validity: NullBufferBuilder,
    object: ObjectColumns,
}

impl ColumnBuilder {
    pub(super) fn new(data_type: &DataType, names: Names) -> Result<Self> {
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
            DataType::List(element) => Self::List(Box::new(ListColumn {
                element: Arc::clone(element),
                offsets: vec![0],
                validity: NullBufferBuilder::new(0),
                elements: Self::new(element.data_type(), names)?,
            })),
            DataType::Map(entries, _) => match entries.data_type() {
                DataType::Struct(fields) if fields.len() == 2 && *fields[0].data_type() == DataType::Utf8 => {
                    Self::Map(Box::new(MapColumn {
                        entries: Arc::clone(entries),
                        fields: fields.clone(),
                        offsets: vec![0],
                        validity: NullBufferBuilder::new(0),
                        keys: StringBuilder::new(),
                        values: Self::new(fields[1].data_type(), names)?,
                    }))
                }
                _ => return not_impl_err!("a map of JSON whose keys are not STRING"),
            },
            DataType::Struct(fields) => Self::Struct(Box::new(StructColumn {
                fields: fields.clone(),
                validity: NullBufferBuilder::new(0),
                object: ObjectColumns::new(fields.iter().map(|field| (field.as_ref(), Want::Decoded)), names)?,
            })),
            other => return not_impl_err!("a column of type {other} in JSON"),
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
            Self::List(list) => list.end(false),
            Self::Map(map) => map.end(false),
            Self::Struct(column) => {
                column.validity.append_null();
                column.object.append_nulls();
            }
        }
    }

    /// Appends a value that the scanner accepted.
    pub(super) fn append(&mut self, line: Line<'_>, span: Span) -> Fit {
        if span.kind == Kind::Null {
            self.append_null();
            return Fit::Fits;
        }
        match self {
            Self::Null(length) => {
                *length += 1;
                Fit::Mistyped
            }
            Self::Text(builder) => {
                append_text(builder, line, span);
                Fit::Fits
            }
            Self::Long(builder) => put(builder, long(line, span)),
            Self::Double(builder) => put(builder, double(line, span)),
            Self::Integer(builder) => put(builder, narrow(line, span)),
            Self::Short(builder) => put(builder, narrow(line, span)),
            Self::Byte(builder) => put(builder, narrow(line, span)),
            Self::Float(builder) => put(builder, float(line, span)),
            Self::Decimal { builder, precision, scale } => put(builder, decimal(line, span, *precision, *scale)),
            Self::Date(builder) => put(builder, date(line, span)),
            Self::Timestamp(builder) => put(builder, timestamp(line, span)),
            Self::TimestampNtz(builder) => put(builder, timestamp_ntz(line, span)),
            Self::Boolean(builder) => {
                let value = boolean(span);
                builder.append_option(value);
                if value.is_some() { Fit::Fits } else { Fit::Mistyped }
            }
            Self::Binary(builder) => {
                let value = binary(line, span);
                builder.append_option(value.as_deref());
                if value.is_some() { Fit::Fits } else { Fit::Mistyped }
            }
            Self::List(_) | Self::Map(_) | Self::Struct(_) => {
                if !self.fits(line, span) {
                    self.append_null();
                    return Fit::Mistyped;
                }
                match self {
                    Self::List(list) => list.append(line, span),
                    Self::Map(map) => map.append(line, span),
                    Self::Struct(column) => column.append(line, span),
                    _ => Fit::Mistyped,
                }
            }
        }
    }

    /// Whether [`Self::append`] would not find the value mistyped. A struct fits every object.
    fn fits(&self, line: Line<'_>, span: Span) -> bool {
        if span.kind == Kind::Null {
            return true;
        }
        match self {
            Self::Null(_) => false,
            Self::Text(_) => true,
            Self::Boolean(_) => boolean(span).is_some(),
            Self::Byte(_) => narrow::<i8>(line, span).is_some(),
            Self::Short(_) => narrow::<i16>(line, span).is_some(),
            Self::Integer(_) => narrow::<i32>(line, span).is_some(),
            Self::Long(_) => long(line, span).is_some(),
            Self::Float(_) => float(line, span).is_some(),
            Self::Double(_) => double(line, span).is_some(),
            Self::Decimal { precision, scale, .. } => decimal(line, span, *precision, *scale).is_some(),
            Self::Binary(_) => binary(line, span).is_some(),
            Self::Date(_) => date(line, span).is_some(),
            Self::Timestamp(_) => timestamp(line, span).is_some(),
            Self::TimestampNtz(_) => timestamp_ntz(line, span).is_some(),
            Self::Struct(_) => span.kind == Kind::Object,
            Self::List(list) => {
                let mut all = span.kind == Kind::List;
                if !matches!(list.elements, Self::Text(_)) {
                    for_each_element(line, span, |value| all = all && list.elements.fits(line, value));
                }
                all
            }
            Self::Map(map) => {
                let mut all = span.kind == Kind::Object;
                if !matches!(map.values, Self::Text(_)) {
                    for_each_field(line, span, |_, value| all = all && map.values.fits(line, value));
                }
                all
            }
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
            Self::List(list) => list.offsets.capacity() * 4 + list.elements.memory(),
            Self::Map(map) => map.offsets.capacity() * 4 + map.keys.values_slice().len() * 2 + map.values.memory(),
            Self::Struct(column) => column.object.memory(),
        }
    }

    /// The array; the next value starts a new one.
    pub(super) fn finish(&mut self) -> Result<ArrayRef> {
        Ok(match self {
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
            Self::List(list) => list.finish()?,
            Self::Map(map) => map.finish()?,
            Self::Struct(column) => column.finish()?,
        })
    }

    /// Values appended so far; for the offsets of lists and maps.
    fn len(&self) -> usize {
        use datafusion::arrow::array::ArrayBuilder;
        match self {
            Self::Null(length) => *length,
            Self::Boolean(builder) => builder.len(),
            Self::Byte(builder) => builder.len(),
            Self::Short(builder) => builder.len(),
            Self::Integer(builder) => builder.len(),
            Self::Long(builder) => builder.len(),
            Self::Float(builder) => builder.len(),
            Self::Double(builder) => builder.len(),
            Self::Decimal { builder, .. } => builder.len(),
            Self::Text(builder) => builder.len(),
            Self::Binary(builder) => builder.len(),
            Self::Date(builder) => builder.len(),
            Self::Timestamp(builder) | Self::TimestampNtz(builder) => builder.len(),
            Self::List(list) => list.validity.len(),
            Self::Map(map) => map.validity.len(),
            Self::Struct(column) => column.validity.len(),
        }
    }
}

impl ListColumn {
    /// Appends a list whose elements all fit.
    fn append(&mut self, line: Line<'_>, span: Span) -> Fit {
        let (mut is_partly, mut any_mistyped) = (false, false);
        for_each_element(line, span, |value| {
            if let Fit::Partly { is_mistyped, .. } = self.elements.append(line, value) {
                is_partly = true;
                any_mistyped |= is_mistyped;
            }
        });
        self.end(true);
        partly(line, span, is_partly, any_mistyped)
    }

    fn end(&mut self, is_valid: bool) {
        self.validity.append(is_valid);
        self.offsets.push(offset(self.elements.len()));
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        let offsets = OffsetBuffer::new(std::mem::replace(&mut self.offsets, vec![0]).into());
        let elements = self.elements.finish()?;
        Ok(Arc::new(ListArray::try_new(Arc::clone(&self.element), offsets, elements, self.validity.finish())?))
    }
}

impl MapColumn {
    /// Appends a map whose values all fit.
    fn append(&mut self, line: Line<'_>, span: Span) -> Fit {
        let (mut is_partly, mut any_mistyped) = (false, false);
        for_each_field(line, span, |key, value| {
            self.keys.append_value(unescaped(line.text, key));
            if let Fit::Partly { is_mistyped, .. } = self.values.append(line, value) {
                is_partly = true;
                any_mistyped |= is_mistyped;
            }
        });
        self.end(true);
        partly(line, span, is_partly, any_mistyped)
    }

    fn end(&mut self, is_valid: bool) {
        self.validity.append(is_valid);
        self.offsets.push(offset(self.values.len()));
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        let offsets = OffsetBuffer::new(std::mem::replace(&mut self.offsets, vec![0]).into());
        let columns: Vec<ArrayRef> = vec![Arc::new(self.keys.finish()), self.values.finish()?];
        let entries = StructArray::try_new(self.fields.clone(), columns, None)?;
        let validity = self.validity.finish();
        Ok(Arc::new(MapArray::try_new(Arc::clone(&self.entries), offsets, entries, validity, false)?))
    }
}

impl StructColumn {
    fn append(&mut self, line: Line<'_>, span: Span) -> Fit {
        let mut scanner = Scanner::new(line.text.as_bytes(), span.start as usize, line.rules);
        // The scanner accepted this object before, so there is no fault to report.
        let _ = self.object.scan(line, &mut scanner);
        self.validity.append_non_null();
        let mut outcome = self.object.append(line);
        if outcome.mistyped.is_none() && outcome.rescued.is_empty() {
            return Fit::Fits;
        }
        if line.rescues {
            outcome.rescued.push('}');
        }
        Fit::Partly { is_mistyped: outcome.mistyped.is_some(), rescued: outcome.rescued }
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        let length = self.validity.len();
        let validity = self.validity.finish();
        let arrays: Vec<ArrayRef> = self.object.finish()?.into_iter().flatten().collect();
        if arrays.is_empty() {
            return Ok(Arc::new(StructArray::new_empty_fields(length, validity)));
        }
        Ok(Arc::new(StructArray::try_new(self.fields.clone(), arrays, validity)?))
    }
}

/// A list or map with an element that fits only partly is rescued whole.
fn partly(line: Line<'_>, span: Span, is_partly: bool, is_mistyped: bool) -> Fit {
    if !is_partly {
        return Fit::Fits;
    }
    let mut rescued = String::new();
    if line.rescues {
        rescue::compact(line.text, line.rules, span, &mut rescued);
    }
    Fit::Partly { is_mistyped, rescued }
}

/// A batch holds far fewer values than an offset can count: its text is limited.
fn offset(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

fn put<T: ArrowPrimitiveType>(builder: &mut PrimitiveBuilder<T>, value: Option<T::Native>) -> Fit {
    match value {
        Some(value) => {
            builder.append_value(value);
            Fit::Fits
        }
        None => {
            builder.append_null();
            Fit::Mistyped
        }
    }
}

/// Any value is a STRING: what is no text as it stands in the line.
fn append_text(builder: &mut StringBuilder, line: Line<'_>, span: Span) {
    match span.kind {
        Kind::Text if span.escaped => builder.append_value(unescaped(line.text, span)),
        _ => builder.append_value(&line.text[span.range()]),
    }
}
