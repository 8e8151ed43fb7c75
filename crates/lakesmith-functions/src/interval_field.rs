//! Fields of intervals: `extract(HOUR FROM interval)`. A field has the sign of its interval.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Decimal128Array, Int64Array};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast_array};
use crate::cast_text::unit_ranks;
use crate::function::{Fault, Typed};
use crate::interval_arithmetic::sizes;
use crate::kernel::{self, Kernels};

/// The kernels.
pub(crate) const KERNELS: Kernels = &[("spark_interval_field", field_kernel)];

/// A field of an interval by its name; `None` where the interval has no such field.
pub(crate) fn field(interval: &Typed, name: &str) -> Option<Result<Typed, Fault>> {
    let is = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    // of the units that the type has
    let (first, last) = unit_ranks(&interval.data_type)?;
    let within = |rank: i32| (first..=last).contains(&rank);
    let seconds = SparkType::Decimal { precision: 8, scale: 6 };
    // the size of the field's unit and that of the next
    let (unit, next, result) = match &interval.data_type {
        SparkType::YearMonthInterval { .. } if within(0) && is(&["year", "y", "years", "yr", "yrs"]) => {
            (12, i64::MAX, SparkType::Integer)
        }
        SparkType::YearMonthInterval { .. } if within(1) && is(&["month", "mon", "mons", "months"]) => {
            (1, 12, SparkType::Byte)
        }
        SparkType::DayTimeInterval { .. } if within(0) && is(&["day", "d", "days"]) => {
            (86_400_000_000, i64::MAX, SparkType::Integer)
        }
        SparkType::DayTimeInterval { .. } if within(1) && is(&["hour", "h", "hours", "hr", "hrs"]) => {
            (3_600_000_000, 86_400_000_000, SparkType::Byte)
        }
        SparkType::DayTimeInterval { .. } if within(2) && is(&["minute", "m", "min", "mins", "minutes"]) => {
            (60_000_000, 3_600_000_000, SparkType::Byte)
        }
        SparkType::DayTimeInterval { .. } if within(3) && is(&["second", "s", "sec", "seconds", "secs"]) => {
            (1, 60_000_000, seconds)
        }
        _ => return None,
    };
    let number = |number: i64| Typed::new(lit(number), SparkType::Long).with_nullable(false);
    Some(kernel::call("spark_interval_field", vec![interval.clone(), number(unit), number(next)], result))
}

fn field_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let (units, nexts) = (arguments[1].as_primitive::<Int64Type>(), arguments[2].as_primitive::<Int64Type>());
    let values = sizes(&arguments[0]).into_iter().zip(units.iter().zip(nexts));
    let fields = values.map(|(size, (unit, next))| Some(size? % next? / unit?));
    if let DataType::Decimal128(precision, scale) = to {
        let micros: Decimal128Array = fields.map(|field| field.map(i128::from)).collect();
        return Ok(Arc::new(micros.with_precision_and_scale(*precision, *scale)?));
    }
    cast_array(&(Arc::new(fields.collect::<Int64Array>()) as ArrayRef), to, Mode::Ansi)
}
