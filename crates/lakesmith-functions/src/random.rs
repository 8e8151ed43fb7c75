//! Random values, and numbers that count rows.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, StringBuilder};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast};
use crate::coercion::{common_type, is_integral, is_numeric};
use crate::constant;
use crate::function::{Call, Fault, Function, Typed};
use crate::mersenne_twister::MersenneTwister;
use crate::row_sequence::{self, Sequence};
use crate::xorshift::XorShift;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["rand", "random"], (0, 1), |call| unit(call, 0)),
    Function::scalar(&["randn"], (0, 1), |call| {
        row_sequence::call("random_gauss", Gauss(XorShift::new(seed(call, 0)?)), SparkType::Double)
    }),
    Function::scalar(&["uniform"], (2, 3), uniform),
    Function::scalar(&["randstr"], (1, 2), randstr),
    Function::scalar(&["uuid"], (0, 1), |call| {
        row_sequence::call("random_uuid", Uuid(MersenneTwister::new(seed(call, 0)?)), SparkType::STRING)
    }),
    Function::scalar(&["monotonically_increasing_id"], (0, 0), |_| {
        row_sequence::call("row_of_task", Count(0), SparkType::Long)
    }),
    Function::scalar(&["spark_partition_id"], (0, 0), |_| {
        Ok(Typed::new(lit(0i32), SparkType::Integer).with_nullable(false))
    }),
];

/// The seed that is given, 0 for NULL, or one of the query's own.
fn seed(call: &Call<'_>, index: usize) -> Result<i64, Fault> {
    let Some(argument) = call.arguments.get(index) else { return Ok(call.entropy.cast_signed()) };
    if !is_integral(&argument.data_type) && argument.data_type != SparkType::Null {
        let title = format!("the seed of `{}` is an INT or BIGINT, not {}", call.name, argument.data_type);
        return Err(Fault::mismatch(title, Some(index)));
    }
    let seed = constant::whole_argument(call, index);
    // where the seed comes first, Spark has a condition for it
    let unfoldable = |fault| match index {
        0 => Fault { condition: Condition::SEED_EXPRESSION_IS_UNFOLDABLE, ..fault },
        _ => fault,
    };
    Ok(seed.map_err(unfoldable)?.unwrap_or(0))
}

fn unit(call: &Call<'_>, index: usize) -> Result<Typed, Fault> {
    let drawn = Unit { generator: XorShift::new(seed(call, index)?), low: 0.0, width: 1.0 };
    row_sequence::call("random_unit", drawn, SparkType::Double)
}

/// Numbers from `low` to below `low + width`.
#[derive(Debug)]
struct Unit {
    generator: XorShift,
    low: f64,
    width: f64,
}

impl Sequence for Unit {
    fn take(&mut self, rows: usize) -> Result<ArrayRef> {
        Ok(Arc::new((0..rows).map(|_| self.low + self.width * self.generator.unit()).collect::<Float64Array>()))
    }
}

#[derive(Debug)]
struct Gauss(XorShift);

impl Sequence for Gauss {
    fn take(&mut self, rows: usize) -> Result<ArrayRef> {
        Ok(Arc::new((0..rows).map(|_| self.0.gauss()).collect::<Float64Array>()))
    }
}

#[derive(Debug)]
struct Count(i64);

impl Sequence for Count {
    fn take(&mut self, rows: usize) -> Result<ArrayRef> {
        let first = self.0;
        self.0 += i64::try_from(rows).unwrap_or(i64::MAX);
        Ok(Arc::new((first..self.0).collect::<Int64Array>()))
    }
}

/// Random UUIDs (version 4).
#[derive(Debug)]
struct Uuid(MersenneTwister);

impl Sequence for Uuid {
    fn take(&mut self, rows: usize) -> Result<ArrayRef> {
        let mut made = StringBuilder::with_capacity(rows, rows * 36);
        for _ in 0..rows {
            let high = self.0.word() & !0xF000 | 0x4000;
            let low = self.0.word() & !(0b11 << 62) | 0b10 << 62;
            let (time_low, time_mid, time_high) = (high >> 32, high >> 16 & 0xFFFF, high & 0xFFFF);
            let (clock, node) = (low >> 48, low & 0xFFFF_FFFF_FFFF);
            made.append_value(format!("{time_low:08x}-{time_mid:04x}-{time_high:04x}-{clock:04x}-{node:012x}"));
        }
        Ok(Arc::new(made.finish()))
    }
}

/// Texts of letters and digits.
#[derive(Debug)]
struct Letters(XorShift, usize);

impl Sequence for Letters {
    fn take(&mut self, rows: usize) -> Result<ArrayRef> {
        const POOL: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let mut made = StringBuilder::with_capacity(rows, rows * self.1);
        let mut buffer = String::with_capacity(self.1);
        for _ in 0..rows {
            buffer.clear();
            for _ in 0..self.1 {
                let at = usize::try_from((self.0.int() % 62).unsigned_abs()).unwrap_or(0);
                buffer.push(char::from(POOL[at]));
            }
            made.append_value(&buffer);
        }
        Ok(Arc::new(made.finish()))
    }
}

fn randstr(call: &Call<'_>) -> Result<Typed, Fault> {
    let wanted = &call.arguments[0].data_type;
    if !is_numeric(wanted) && *wanted != SparkType::Null {
        return Err(Fault::mismatch(format!("the length of `randstr` is an INT, not {wanted}"), Some(0)));
    }
    let length = constant::whole_argument(call, 0)?.unwrap_or(0);
    let length = usize::try_from(length)
        .map_err(|_| Fault::mismatch("the length of `randstr` is a number that is not negative", Some(0)))?;
    row_sequence::call("random_text", Letters(XorShift::new(seed(call, 1)?), length), SparkType::STRING)
}

/// `uniform(min, max[, seed])`: whole numbers between whole numbers, fractions otherwise.
fn uniform(call: &Call<'_>) -> Result<Typed, Fault> {
    let bounds = [&call.arguments[0], &call.arguments[1]];
    if bounds.iter().any(|bound| bound.data_type == SparkType::Null) {
        return constant::null(&SparkType::Double);
    }
    for (index, bound) in bounds.iter().enumerate() {
        if !is_numeric(&bound.data_type) {
            let title = format!("a bound of `uniform` is a number, not a value of type {}", bound.data_type);
            return Err(Fault::mismatch(title, Some(index)));
        }
        if constant::value(&bound.expr).is_none() {
            return Err(constant::not_constant(call, index));
        }
    }
    let (low, high) = (&bounds[0].data_type, &bounds[1].data_type);
    let result =
        match (low, high) {
            (SparkType::Double, _) | (_, SparkType::Double) => SparkType::Double,
            (SparkType::Float, _) | (_, SparkType::Float) => SparkType::Float,
            (SparkType::Decimal { precision: left, .. }, SparkType::Decimal { precision: right, .. }) => {
                if left >= right { low.clone() } else { high.clone() }
            }
            (decimal @ SparkType::Decimal { .. }, _) | (_, decimal @ SparkType::Decimal { .. }) => decimal.clone(),
            _ => common_type(low, high).unwrap_or(SparkType::Double),
        };
    let double = |typed: &Typed| match constant::value(&cast(typed.clone(), &SparkType::Double, Mode::Ansi)?.expr) {
        Some(ScalarValue::Float64(Some(value))) => Ok(value),
        _ => Err(Fault::not_built("this bound of `uniform`")),
    };
    let (low, high) = (double(bounds[0])?, double(bounds[1])?);
    let generator = XorShift::new(seed(call, 2)?);
    let drawn = Unit { generator, low, width: high - low };
    cast(row_sequence::call("random_between", drawn, SparkType::Double)?, &result, Mode::Ansi)
}
