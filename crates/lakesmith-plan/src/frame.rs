//! Frames of windows: `ROWS BETWEEN 2 PRECEDING AND CURRENT ROW`, `RANGE INTERVAL 1 DAY PRECEDING`.

use std::cmp::Ordering;

use datafusion::arrow::datatypes::{DataType, IntervalMonthDayNano};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{WindowFrame as NativeFrame, WindowFrameBound, WindowFrameUnits};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::range_key::{range_key, wrapping_range_key};
use lakesmith_functions::{Fault, Typed, coercion, constant};
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FrameBound, FrameUnit, WindowFrame};
use lakesmith_unresolved::spark_type::DayTimeUnit;
use lakesmith_unresolved::{Literal, SparkType};

use crate::naming;
use crate::resolver::Resolver;
use crate::scope::Scope;

/// A bound of a frame by its distance from the current row, counted towards later rows.
enum Bound {
    Unbounded,
    Current,
    Offset { value: ScalarValue, data_type: SparkType },
}

impl Bound {
    /// The distance as a whole number.
    fn whole(&self) -> Option<i64> {
        match self {
            Self::Offset { value: ScalarValue::Int8(value), .. } => value.map(i64::from),
            Self::Offset { value: ScalarValue::Int16(value), .. } => value.map(i64::from),
            Self::Offset { value: ScalarValue::Int32(value), .. } => value.map(i64::from),
            Self::Offset { value: ScalarValue::Int64(value), .. } => *value,
            _ => None,
        }
    }
}

/// More rows than any partition has.
const BEYOND: u64 = 1 << 40;

impl Resolver<'_> {
    /// A frame over rows in the order of `keys`. The key of a RANGE frame with an offset takes the type in which the offset is
    /// added to it.
    pub(crate) fn frame(
        &mut self,
        frame: &WindowFrame,
        keys: &mut [Typed],
        descending: bool,
        origin: &Origin,
    ) -> Option<NativeFrame> {
        let is_range = frame.unit == FrameUnit::Range;
        let has_offset = [&frame.lower, &frame.upper].iter().any(|bound| matches!(bound, FrameBound::Offset(_)));
        let key = match keys {
            [] if is_range && has_offset => {
                return self.no_frame("a RANGE frame with an offset needs ORDER BY", origin);
            }
            [_, _, ..] if is_range && has_offset => {
                return self.no_frame("a RANGE frame with an offset needs ORDER BY of one key", origin);
            }
            [key, ..] if is_range && has_offset => Some(key),
            _ => None,
        };
        let key_type = key.as_ref().map(|key| key.data_type.clone());
        let lower = self.bound(&frame.lower, key_type.as_ref())?;
        let upper = self.bound(&frame.upper, key_type.as_ref())?;
        if let (Bound::Offset { data_type: one, value: from }, Bound::Offset { data_type: other, value: to }) =
            (&lower, &upper)
        {
            if one != other {
                return self.no_frame(&format!("one bound of the frame is {one}, the other {other}"), origin);
            }
            if is_later(from, to) {
                return self.no_frame("the frame begins after it ends", origin);
            }
        }
        let (lower, upper) = match key {
            Some(key) => {
                // a bound after the last row is computed for some rows only
                let distances = [&lower, &upper].into_iter().filter_map(Bound::whole).filter(|rows| *rows < 0);
                let distances: Vec<i64> =
                    distances.filter_map(|rows| if descending { rows.checked_neg() } else { Some(rows) }).collect();
                let all = [&lower, &upper].into_iter().filter_map(Bound::whole);
                let all: Vec<i64> =
                    all.filter_map(|rows| if descending { rows.checked_neg() } else { Some(rows) }).collect();
                let checked = range_key(key.clone(), &distances).and_then(|key| wrapping_range_key(key, &all));
                *key = self.settle(checked, origin)?;
                let wider = widened_key(key);
                *key = self.settle(wider, origin)?;
                (self.widened(lower, &key.data_type, origin)?, self.widened(upper, &key.data_type, origin)?)
            }
            None => (lower, upper),
        };
        let by_groups = !has_offset && keys.iter().any(|key| is_by_groups(&key.data_type));
        let units = match is_range {
            true if by_groups => WindowFrameUnits::Groups,
            true => WindowFrameUnits::Range,
            false => WindowFrameUnits::Rows,
        };
        let unbounded = ScalarValue::UInt64(None);
        let start = native(lower, units, WindowFrameBound::Preceding(unbounded.clone()));
        let end = native(upper, units, WindowFrameBound::Following(unbounded));
        Some(match is_empty(&start, &end) {
            true => {
                let beyond = WindowFrameBound::Following(ScalarValue::UInt64(Some(BEYOND)));
                NativeFrame::new_bounds(WindowFrameUnits::Rows, beyond.clone(), beyond)
            }
            // without an order, all rows are equals
            false if is_range && keys.is_empty() => NativeFrame::new(None),
            false => NativeFrame::new_bounds(units, start, end),
        })
    }

    /// A bound; `key` is the type of the key that a RANGE frame adds to.
    fn bound(&mut self, bound: &FrameBound, key: Option<&SparkType>) -> Option<Bound> {
        let offset = match bound {
            FrameBound::Unbounded => return Some(Bound::Unbounded),
            FrameBound::CurrentRow => return Some(Bound::Current),
            FrameBound::Offset(offset) => offset,
        };
        let is_foldable = offset.children().is_empty() || !mentions_column(offset);
        if !is_foldable || matches!(offset.kind, ExpressionKind::Attribute { .. }) {
            let diagnostic = Diagnostic::error(
                Condition::INVALID_SQL_SYNTAX_INVALID_WINDOW_FRAME_BOUND,
                "the bound of a frame must be a constant",
            );
            return self.refuse(diagnostic, &offset.origin, "");
        }
        use SparkType as T;
        let mut value = self.expression(offset, &Scope::default())?;
        let is_interval = matches!(value.data_type, T::DayTimeInterval { .. } | T::YearMonthInterval { .. });
        match key {
            Some(T::YearMonthInterval { .. }) => {
                return self.not_built("a RANGE frame over months and years", &offset.origin);
            }
            Some(key) if is_interval && coercion::is_numeric(key) => {
                return self.not_built("a RANGE frame over a number with an interval", &offset.origin);
            }
            None if value.data_type == SparkType::Integer => {}
            None => {
                let title = format!("a ROWS frame counts rows by an INT, not {}", value.data_type);
                return self.no_frame(&title, &offset.origin);
            }
            Some(SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz) => {}
            Some(key) if *key != value.data_type => {
                self.moved.push((offset.origin.clone(), naming::CONVERTED));
                let converted = cast(value, key, Mode::Ansi);
                value = self.settle(converted, &offset.origin)?;
            }
            Some(_) => {}
        }
        if let Some(key) = key
            && !is_addable(key, &value.data_type)
        {
            let title = format!("a RANGE frame over {key} cannot have a bound of type {}", value.data_type);
            return self.no_frame(&title, &offset.origin);
        }
        let data_type = value.data_type.clone();
        match constant::value(&value.expr) {
            Some(value) => Some(Bound::Offset { value, data_type }),
            None => {
                // it fails to be computed, and so would the query
                let diagnostic =
                    Diagnostic::error(Condition::CAST_INVALID_INPUT, "the bound of the frame has no value");
                self.refuse(diagnostic, &offset.origin, "")
            }
        }
    }

    /// The bound in the type of the key it is added to.
    fn widened(&mut self, bound: Bound, key: &SparkType, origin: &Origin) -> Option<Bound> {
        let Bound::Offset { value, data_type } = bound else { return Some(bound) };
        let value = match (key, value) {
            (SparkType::Decimal { .. }, value) => {
                let typed = Typed::new(datafusion::logical_expr::lit(value), data_type.clone());
                let typed = self.settle(cast(typed, key, Mode::Ansi), origin)?;
                constant::value(&typed.expr)?
            }
            (SparkType::Long, ScalarValue::DurationMicrosecond(micros)) => ScalarValue::Int64(micros),
            (SparkType::Date, ScalarValue::Int32(Some(days))) => interval(0, days, 0),
            (SparkType::Date, ScalarValue::DurationMicrosecond(Some(micros))) => {
                interval(0, i32::try_from(micros / MICROS_OF_DAY).ok()?, 0)
            }
            (_, ScalarValue::IntervalYearMonth(Some(months)))
                if !matches!(key, SparkType::YearMonthInterval { .. }) =>
            {
                interval(months, 0, 0)
            }
            (_, value) => value,
        };
        Some(Bound::Offset { value, data_type })
    }

    fn no_frame<T>(&mut self, title: &str, origin: &Origin) -> Option<T> {
        self.refuse(Diagnostic::error(Condition::DATATYPE_MISMATCH, title), origin, "")
    }
}

/// Whether DataFusion has no RANGE over a type; rows of equal keys are one group.
pub(crate) fn is_by_groups(data_type: &SparkType) -> bool {
    use SparkType as T;
    matches!(data_type, T::Binary | T::Struct(_) | T::DayTimeInterval { .. } | T::YearMonthInterval { .. })
}

const MICROS_OF_DAY: i64 = 86_400_000_000;

fn interval(months: i32, days: i32, nanoseconds: i64) -> ScalarValue {
    ScalarValue::IntervalMonthDayNano(Some(IntervalMonthDayNano::new(months, days, nanoseconds)))
}

/// Whether an offset can be added to a key of a RANGE frame.
fn is_addable(key: &SparkType, offset: &SparkType) -> bool {
    let is_interval = matches!(
        offset,
        SparkType::DayTimeInterval { .. } | SparkType::YearMonthInterval { .. } | SparkType::CalendarInterval
    );
    match key {
        SparkType::Date => match offset {
            SparkType::Integer | SparkType::YearMonthInterval { .. } => true,
            SparkType::DayTimeInterval { start, end } => *start == DayTimeUnit::Day && *end == DayTimeUnit::Day,
            _ => false,
        },
        SparkType::Timestamp | SparkType::TimestampNtz => is_interval,
        SparkType::Byte
        | SparkType::Short
        | SparkType::Integer
        | SparkType::Long
        | SparkType::Float
        | SparkType::Double
        | SparkType::Decimal { .. } => true,
        SparkType::DayTimeInterval { .. } | SparkType::YearMonthInterval { .. } => key == offset,
        _ => false,
    }
}

/// A key to which an offset can be added without a change of its type.
fn widened_key(key: &Typed) -> Result<Typed, Fault> {
    match key.data_type {
        SparkType::Decimal { scale, .. } => cast(key.clone(), &SparkType::Decimal { precision: 38, scale }, Mode::Ansi),
        // DataFusion has no RANGE over lengths of time
        SparkType::DayTimeInterval { .. } => {
            let expr = datafusion::logical_expr::cast(key.expr.clone(), DataType::Int64);
            Ok(Typed { expr, data_type: SparkType::Long, nullable: key.nullable })
        }
        _ => Ok(key.clone()),
    }
}

fn is_later(from: &ScalarValue, to: &ScalarValue) -> bool {
    from.partial_cmp(to) == Some(Ordering::Greater)
}

fn mentions_column(expression: &Expression) -> bool {
    matches!(expression.kind, ExpressionKind::Attribute { .. })
        || expression.children().iter().any(|part| mentions_column(part))
}

/// The bound as DataFusion writes it: a distance and its direction.
fn native(bound: Bound, units: WindowFrameUnits, unbounded: WindowFrameBound) -> WindowFrameBound {
    let value = match bound {
        Bound::Unbounded => return unbounded,
        Bound::Current => return WindowFrameBound::CurrentRow,
        Bound::Offset { value, .. } => value,
    };
    let (is_before, distance) = distance(value);
    let distance = match distance {
        ScalarValue::Int32(Some(rows)) if units == WindowFrameUnits::Rows => {
            ScalarValue::UInt64(Some(u64::from(rows.unsigned_abs())))
        }
        other => other,
    };
    if is_before { WindowFrameBound::Preceding(distance) } else { WindowFrameBound::Following(distance) }
}

/// Whether an offset is negative, and it without its sign.
fn distance(offset: ScalarValue) -> (bool, ScalarValue) {
    use ScalarValue as V;
    match offset {
        V::Int8(Some(value)) if value < 0 => (true, V::Int8(Some(value.saturating_neg()))),
        V::Int16(Some(value)) if value < 0 => (true, V::Int16(Some(value.saturating_neg()))),
        V::Int32(Some(value)) if value < 0 => (true, V::Int32(Some(value.saturating_neg()))),
        V::Int64(Some(value)) if value < 0 => (true, V::Int64(Some(value.saturating_neg()))),
        V::Float32(Some(value)) if value < 0.0 => (true, V::Float32(Some(-value))),
        V::Float64(Some(value)) if value < 0.0 => (true, V::Float64(Some(-value))),
        V::Decimal128(Some(value), precision, scale) if value < 0 => {
            (true, V::Decimal128(Some(-value), precision, scale))
        }
        V::DurationMicrosecond(Some(value)) if value < 0 => {
            (true, V::DurationMicrosecond(Some(value.saturating_neg())))
        }
        V::IntervalYearMonth(Some(value)) if value < 0 => (true, V::IntervalYearMonth(Some(value.saturating_neg()))),
        V::IntervalMonthDayNano(Some(value)) if (value.months, value.days, value.nanoseconds) < (0, 0, 0) => {
            let [months, days] = [value.months, value.days].map(i32::saturating_neg);
            (true, interval(months, days, value.nanoseconds.saturating_neg()))
        }
        other => (false, other),
    }
}

fn is_empty(start: &WindowFrameBound, end: &WindowFrameBound) -> bool {
    use WindowFrameBound::{CurrentRow, Following, Preceding};
    matches!((start, end), (CurrentRow, Preceding(_)) | (Following(_), CurrentRow))
}

/// The value of a whole constant, possibly negated.
pub(crate) fn constant(expression: &Expression) -> Option<i64> {
    match &expression.kind {
        ExpressionKind::Literal(Literal::Integer(value)) => Some(i64::from(*value)),
        ExpressionKind::Literal(Literal::Long(value)) => Some(*value),
        ExpressionKind::Function(call) if call.name.parts.last().is_some_and(|part| part.text.matches("negative")) => {
            call.arguments.first().and_then(constant).map(|value| -value)
        }
        _ => None,
    }
}
