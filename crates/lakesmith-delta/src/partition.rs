//! Partition values: the texts of a log as scalars of their column's type, and the values of a batch as such texts.
//!
//! An empty text is NULL, as the protocol says. A TIMESTAMP is written in UTC with a `Z`, so that no session's zone matters.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use arrow::temporal_conversions::timestamp_us_to_datetime;
use datafusion::common::ScalarValue;
use lakesmith_engine::{Actor, EngineError, ErrorKind};

/// The value that a log's text stands for.
pub(crate) fn read_value(text: Option<&str>, data_type: &DataType) -> Result<ScalarValue, EngineError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return ScalarValue::try_from(data_type).map_err(|error| EngineError::from_datafusion("read partition", error));
    };
    ScalarValue::try_from_string(text.to_owned(), data_type).map_err(|error| {
        let message = format!("partition value `{text}` is no {data_type}");
        EngineError::new(ErrorKind::Storage, "read partition", message).for_actor(Actor::Target).caused_by(error)
    })
}

/// The texts that a log writes for the values of a partition column.
pub(crate) fn write_values(values: &ArrayRef) -> Result<Vec<Option<String>>, EngineError> {
    if let DataType::Timestamp(TimeUnit::Microsecond, zone) = values.data_type() {
        let pattern = if zone.is_some() { "%Y-%m-%dT%H:%M:%S%.6fZ" } else { "%Y-%m-%d %H:%M:%S%.6f" };
        let micros = values.as_primitive::<TimestampMicrosecondType>();
        let text = |micros| timestamp_us_to_datetime(micros).map(|time| time.format(pattern).to_string());
        return Ok(micros.iter().map(|micros| micros.and_then(text)).collect());
    }
    let texts = cast(values, &DataType::Utf8).map_err(|error| {
        let message = format!("a table cannot be partitioned by a column of type {}", values.data_type());
        EngineError::new(ErrorKind::Unsupported, "write partition", message).for_actor(Actor::Pipeline).caused_by(error)
    })?;
    let texts = texts.as_string::<i32>();
    Ok(texts.iter().map(|text| text.filter(|text| !text.is_empty()).map(str::to_owned)).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Date32Array, Decimal128Array, Int64Array, StringArray, TimestampMicrosecondArray};

    use super::*;

    #[test]
    fn every_value_comes_back_from_its_text_and_an_empty_string_is_null() {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(vec![Some(-7), None])),
            Arc::new(Date32Array::from(vec![Some(19723), None])),
            Arc::new(Decimal128Array::from(vec![Some(-125), None]).with_precision_and_scale(10, 2).unwrap()),
            Arc::new(TimestampMicrosecondArray::from(vec![Some(1_700_000_000_123_456), None]).with_timezone("UTC")),
            Arc::new(TimestampMicrosecondArray::from(vec![Some(1_700_000_000_123_456), None])),
            Arc::new(StringArray::from(vec![Some("a/b:c"), Some("")])),
        ];
        for column in columns {
            let texts = write_values(&column).unwrap();
            assert_eq!(texts[1], None);
            let back = read_value(texts[0].as_deref(), column.data_type()).unwrap();
            assert_eq!(back, ScalarValue::try_from_array(&column, 0).unwrap());
            assert!(read_value(None, column.data_type()).unwrap().is_null());
        }
    }
}
