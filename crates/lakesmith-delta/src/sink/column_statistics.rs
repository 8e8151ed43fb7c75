//! Delta's `stats` of a finished file, from the bounds and null counts in its own Parquet footer.
//!
//! Per column: how many NULLs, least and greatest value. Texts are cut to 32 characters (a cut upper bound gets the greatest
//! character behind it), timestamps to milliseconds (an upper bound up, a lower bound down), and infinities are left out. Booleans
//! and binaries have no bounds; lists and maps have nothing.
//!
//! NaN is the greatest number to Spark, but Parquet's bounds pass over it, and readers would skip rows by them. So our files have
//! no Parquet statistics of floating-point columns; [`FloatColumns`] watches their values, and a column with a NaN has no upper
//! bound.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrowPrimitiveType, AsArray, PrimitiveArray, RecordBatch};
use arrow::datatypes::{
    DataType, Decimal128Type, DecimalType, Field, Fields, Float32Type, Float64Type, SchemaRef, TimeUnit,
};
use arrow::temporal_conversions::{date32_to_datetime, timestamp_ms_to_datetime};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::statistics::Statistics;

use super::encoder::leaves;

/// How many leaf columns have statistics; Delta's default for `delta.dataSkippingNumIndexedCols`.
const INDEXED_COLUMNS: usize = 32;

/// Longest text of a bound, in characters.
const TEXT_CHARACTERS: usize = 32;

/// Bounds and null counts of the floating-point columns of a file, watched while its rows are written.
#[derive(Debug, Default)]
pub(crate) struct FloatColumns(BTreeMap<usize, FloatColumn>);

#[derive(Debug, Clone, Copy)]
struct FloatColumn {
    least: f64,
    greatest: f64,
    has_nan: bool,
    nulls: usize,
}

impl FloatColumns {
    /// Looks at rows of the file. Columns inside of structs are not watched and have no statistics.
    pub(crate) fn watch(&mut self, batch: &RecordBatch) {
        let mut leaf = 0;
        for column in batch.columns() {
            match column.data_type() {
                DataType::Float32 => self.watch_column(leaf, column.as_primitive::<Float32Type>()),
                DataType::Float64 => self.watch_column(leaf, column.as_primitive::<Float64Type>()),
                _ => {}
            }
            leaf += leaves(column.data_type());
        }
    }

    fn watch_column<T: ArrowPrimitiveType>(&mut self, leaf: usize, values: &PrimitiveArray<T>)
    where
        f64: From<T::Native>,
    {
        let none = FloatColumn { least: f64::INFINITY, greatest: f64::NEG_INFINITY, has_nan: false, nulls: 0 };
        let column = self.0.entry(leaf).or_insert(none);
        column.nulls += values.null_count();
        for value in values.iter().flatten().map(f64::from) {
            column.has_nan |= value.is_nan();
            // both give the other number when one is NaN
            column.least = column.least.min(value);
            column.greatest = column.greatest.max(value);
        }
    }

    fn of(&self, leaf: usize, data_type: &DataType) -> [Option<String>; 3] {
        let Some(column) = self.0.get(&leaf) else { return [None, None, None] };
        let is_empty = column.least > column.greatest;
        let text = |value, side| if is_empty { None } else { render(&Bound::Float(value), data_type, side) };
        let greatest = if column.has_nan { None } else { text(column.greatest, Side::Greatest) };
        [text(column.least, Side::Least), greatest, Some(column.nulls.to_string())]
    }
}

/// The statistics of a file with these columns as JSON text.
pub(crate) fn statistics_json(
    rows: usize,
    metadata: &ParquetMetaData,
    schema: &SchemaRef,
    floats: &FloatColumns,
) -> String {
    let mut columns = Columns { metadata, floats, next_leaf: 0, indexed: 0 };
    let [min, max, nulls] = columns.fields(schema.fields());
    format!(r#"{{"numRecords":{rows},"minValues":{min},"maxValues":{max},"nullCount":{nulls}}}"#)
}

/// A least and a greatest value, in a form that compares.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
enum Bound {
    Integer(i128),
    Float(f64),
    Text(Vec<u8>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Least,
    Greatest,
}

/// Walks a file's columns in the order in which Parquet numbers their leaves.
struct Columns<'a> {
    metadata: &'a ParquetMetaData,
    floats: &'a FloatColumns,
    next_leaf: usize,
    indexed: usize,
}

impl Columns<'_> {
    /// Least values, greatest values and null counts of these fields, as JSON objects.
    fn fields(&mut self, fields: &Fields) -> [String; 3] {
        let mut members = [Vec::new(), Vec::new(), Vec::new()];
        for field in fields {
            let name = json_text(field.name());
            for (members, value) in members.iter_mut().zip(self.field(field)) {
                members.extend(value.map(|value| format!("{name}:{value}")));
            }
        }
        members.map(|members| format!("{{{}}}", members.join(",")))
    }

    fn field(&mut self, field: &Field) -> [Option<String>; 3] {
        match field.data_type() {
            DataType::Struct(inner) => self.fields(inner).map(|object| (object != "{}").then_some(object)),
            DataType::List(_) | DataType::Map(..) => {
                self.next_leaf += leaves(field.data_type());
                self.indexed += 1;
                [None, None, None]
            }
            data_type => {
                let leaf = self.next_leaf;
                self.next_leaf += 1;
                self.indexed += 1;
                if self.indexed > INDEXED_COLUMNS { [None, None, None] } else { self.leaf(leaf, data_type) }
            }
        }
    }

    fn leaf(&self, leaf: usize, data_type: &DataType) -> [Option<String>; 3] {
        if data_type.is_floating() {
            return self.floats.of(leaf, data_type);
        }
        let chunks = || self.metadata.row_groups().iter().map(|group| group.column(leaf));
        let nulls: Option<u64> = chunks().map(|chunk| chunk.statistics().and_then(Statistics::null_count_opt)).sum();
        let mut least: Option<Bound> = None;
        let mut greatest: Option<Bound> = None;
        for chunk in chunks() {
            let Some(statistics) = chunk.statistics() else { return [None, None, None] };
            match bounds(statistics, data_type) {
                Some((low, high)) => {
                    least = Some(least.filter(|least| *least <= low).unwrap_or(low));
                    greatest = Some(greatest.filter(|greatest| *greatest >= high).unwrap_or(high));
                }
                None if statistics
                    .null_count_opt()
                    .is_some_and(|nulls| i64::try_from(nulls) == Ok(chunk.num_values())) => {}
                None => return [None, None, nulls.map(|nulls| nulls.to_string())],
            }
        }
        let text = |bound: Option<Bound>, side| bound.and_then(|bound| render(&bound, data_type, side));
        [text(least, Side::Least), text(greatest, Side::Greatest), nulls.map(|nulls| nulls.to_string())]
    }
}

/// The bounds of a chunk of this type; `None` when it has none or they mean nothing for it.
fn bounds(statistics: &Statistics, data_type: &DataType) -> Option<(Bound, Bound)> {
    let has_bounds = data_type.is_integer()
        || matches!(data_type, DataType::Date32 | DataType::Timestamp(..) | DataType::Decimal128(..) | DataType::Utf8);
    if !has_bounds {
        return None;
    }
    Some(match statistics {
        Statistics::Int32(values) => integers(i128::from(*values.min_opt()?), i128::from(*values.max_opt()?)),
        Statistics::Int64(values) => integers(i128::from(*values.min_opt()?), i128::from(*values.max_opt()?)),
        Statistics::ByteArray(values) => {
            (Bound::Text(values.min_opt()?.data().to_vec()), Bound::Text(values.max_opt()?.data().to_vec()))
        }
        Statistics::FixedLenByteArray(values) => {
            integers(big_endian(values.min_opt()?.data())?, big_endian(values.max_opt()?.data())?)
        }
        _ => return None,
    })
}

fn integers(least: i128, greatest: i128) -> (Bound, Bound) {
    (Bound::Integer(least), Bound::Integer(greatest))
}

fn big_endian(bytes: &[u8]) -> Option<i128> {
    let sign = if bytes.first()? & 0x80 == 0 { 0 } else { -1 };
    (bytes.len() <= 16).then(|| bytes.iter().fold(sign, |value: i128, byte| (value << 8) | i128::from(*byte)))
}

/// A bound as JSON; `None` when JSON or Delta has no form for it.
fn render(bound: &Bound, data_type: &DataType, side: Side) -> Option<String> {
    match (bound, data_type) {
        (Bound::Integer(value), DataType::Decimal128(precision, scale)) => {
            Some(Decimal128Type::format_decimal(*value, *precision, *scale))
        }
        (Bound::Integer(days), DataType::Date32) => {
            let day = date32_to_datetime(i32::try_from(*days).ok()?)?;
            four_digit_year(day.format("%Y-%m-%d").to_string())
        }
        (Bound::Integer(micros), DataType::Timestamp(TimeUnit::Microsecond, zone)) => {
            let micros = i64::try_from(*micros).ok()?;
            let up = i64::from(side == Side::Greatest && micros.rem_euclid(1000) != 0);
            let time = timestamp_ms_to_datetime(micros.div_euclid(1000) + up)?;
            let pattern = if zone.is_some() { "%Y-%m-%dT%H:%M:%S%.3fZ" } else { "%Y-%m-%dT%H:%M:%S%.3f" };
            four_digit_year(time.format(pattern).to_string())
        }
        (Bound::Integer(value), _) => Some(value.to_string()),
        #[allow(clippy::cast_possible_truncation)] // it was an f32
        (Bound::Float(value), DataType::Float32) if value.is_finite() => serde_json::to_string(&(*value as f32)).ok(),
        (Bound::Float(value), _) if value.is_finite() => serde_json::to_string(value).ok(),
        (Bound::Float(_), _) => None,
        (Bound::Text(bytes), _) => Some(cut(std::str::from_utf8(bytes).ok()?, side)),
    }
}

fn four_digit_year(text: String) -> Option<String> {
    (!text.starts_with(['+', '-'])).then(|| json_text(&text))
}

/// A text bound of at most the length that Delta keeps.
fn cut(text: &str, side: Side) -> String {
    match text.char_indices().nth(TEXT_CHARACTERS) {
        Some((end, _)) if side == Side::Greatest => json_text(&format!("{}{}", &text[..end], char::MAX)),
        Some((end, _)) => json_text(&text[..end]),
        None => json_text(text),
    }
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        ArrayRef, Date32Array, Decimal128Array, Float64Array, Int32Array, ListArray, StringArray, StructArray,
        TimestampMicrosecondArray,
    };
    use arrow::datatypes::Int32Type;
    use parquet::arrow::ArrowWriter;

    use super::*;

    fn statistics(columns: Vec<(&str, ArrayRef)>) -> serde_json::Value {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.flush().unwrap();
        writer.write(&batch.slice(0, 1)).unwrap();
        let metadata = writer.finish().unwrap();
        let mut floats = FloatColumns::default();
        floats.watch(&batch);
        let text = statistics_json(batch.num_rows() + 1, &metadata, &batch.schema(), &floats);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn bounds_are_written_as_delta_wants_them() {
        // longer than the text that Parquet keeps of a bound, so the last character is the next greater one
        let long = "ä".repeat(40);
        let stats = statistics(vec![
            ("n", Arc::new(Int32Array::from(vec![Some(5), None, Some(-7)]))),
            ("t", Arc::new(StringArray::from(vec!["b\"", "a", long.as_str()]))),
            ("d", Arc::new(Date32Array::from(vec![19723, 0, 1]))),
            ("ts", Arc::new(TimestampMicrosecondArray::from(vec![1_001, -1, 0]).with_timezone("UTC"))),
            ("x", Arc::new(Float64Array::from(vec![0.5, f64::NAN, 0.75]))),
            ("i", Arc::new(Float64Array::from(vec![0.5, f64::INFINITY, 0.75]))),
            ("p", Arc::new(Decimal128Array::from(vec![-5, 1250, 3]).with_precision_and_scale(20, 2).unwrap())),
        ]);
        assert_eq!(stats["numRecords"], 4);
        assert_eq!((&stats["minValues"]["n"], &stats["maxValues"]["n"]), (&(-7).into(), &5.into()));
        assert_eq!(stats["nullCount"]["n"], 1);
        assert_eq!(stats["minValues"]["t"], "a");
        assert_eq!(stats["maxValues"]["t"], format!("{}å", "ä".repeat(31)));
        assert_eq!(cut(&"b".repeat(33), Side::Greatest), format!("\"{}{}\"", "b".repeat(32), char::MAX));
        assert_eq!((&stats["minValues"]["d"], &stats["maxValues"]["d"]), (&"1970-01-01".into(), &"2024-01-01".into()));
        assert_eq!(stats["minValues"]["ts"], "1969-12-31T23:59:59.999Z");
        assert_eq!(stats["maxValues"]["ts"], "1970-01-01T00:00:00.002Z");
        assert_eq!(stats["minValues"]["x"], 0.5);
        assert_eq!((&stats["minValues"]["i"], &stats["nullCount"]["i"]), (&0.5.into(), &0.into()));
        assert!(stats["maxValues"].get("x").is_none() && stats["maxValues"].get("i").is_none());
        assert_eq!((stats["minValues"]["p"].as_f64(), stats["maxValues"]["p"].as_f64()), (Some(-0.05), Some(12.5)));
    }

    #[test]
    fn structs_nest_and_lists_have_nothing() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)]), None]);
        let inner: ArrayRef = Arc::new(Int32Array::from(vec![3, 4]));
        let field = Arc::new(Field::new("i", DataType::Int32, true));
        let stats = statistics(vec![
            ("l", Arc::new(list)),
            ("s", Arc::new(StructArray::from(vec![(field, inner)]))),
            ("n", Arc::new(Int32Array::from(vec![8, 9]))),
        ]);
        assert_eq!(stats["maxValues"], serde_json::json!({ "s": { "i": 4 }, "n": 9 }));
        assert_eq!(stats["nullCount"], serde_json::json!({ "s": { "i": 0 }, "n": 0 }));
    }
}
