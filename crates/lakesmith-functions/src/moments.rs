//! `skewness`, `kurtosis` and the regressions. The values of a group are gathered and gone through one by one, with Spark's
//! formulas, so that results agree to the last digit.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use datafusion::arrow::datatypes::Float64Type;
use datafusion::common::Result;
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::{Expr, is_not_null};
use lakesmith_unresolved::SparkType;

use crate::aggregate::{collect, double};
use crate::cast::Mode;
use crate::cast_text::range;
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::aggregate(&["skewness"], (1, 1), |call| of_values(call, "spark_skewness")),
    Function::aggregate(&["kurtosis"], (1, 1), |call| of_values(call, "spark_kurtosis")),
    Function::aggregate(&["regr_count"], (2, 2), |call| {
        pair(call)?;
        crate::aggregate::count(&Call { distinct: false, ..call.clone() })
    }),
    Function::aggregate(&["regr_avgx"], (2, 2), |call| mean(call, 1)),
    Function::aggregate(&["regr_avgy"], (2, 2), |call| mean(call, 0)),
    Function::aggregate(&["regr_sxx"], (2, 2), |call| of_pairs(call, "spark_regr_sxx")),
    Function::aggregate(&["regr_syy"], (2, 2), |call| of_pairs(call, "spark_regr_syy")),
    Function::aggregate(&["regr_sxy"], (2, 2), |call| of_pairs(call, "spark_regr_sxy")),
    Function::aggregate(&["regr_slope"], (2, 2), |call| of_pairs(call, "spark_regr_slope")),
    Function::aggregate(&["regr_intercept"], (2, 2), |call| of_pairs(call, "spark_regr_intercept")),
    Function::aggregate(&["regr_r2"], (2, 2), |call| of_pairs(call, "spark_regr_r2")),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_kurtosis", |a, _| each_list(a, |m| (m.m2 != 0.0).then(|| m.count * m.m4 / (m.m2 * m.m2) - 3.0))),
    ("spark_regr_intercept", |a, _| each_pairs(a, |p| (p.m2_x != 0.0).then(|| p.mean_y - p.c / p.m2_x * p.mean_x))),
    ("spark_regr_r2", |a, _| each_pairs(a, share_explained)),
    ("spark_regr_slope", |a, _| each_pairs(a, |p| (p.m2_x != 0.0).then(|| p.c / p.m2_x))),
    ("spark_regr_sxx", |a, _| each_pairs(a, |p| Some(p.m2_x))),
    ("spark_regr_sxy", |a, _| each_pairs(a, |p| Some(p.c))),
    ("spark_regr_syy", |a, _| each_pairs(a, |p| Some(p.m2_y))),
    ("spark_skewness", |a, _| {
        each_list(a, |m| (m.m2 != 0.0).then(|| m.count.sqrt() * m.m3 / (m.m2 * m.m2 * m.m2).sqrt()))
    }),
];

/// The square of the correlation.
fn share_explained(pairs: Pairs) -> Option<f64> {
    let correlation = pairs.c / (pairs.own_x * pairs.own_y).sqrt();
    let share = if pairs.own_y == 0.0 { 1.0 } else { correlation * correlation };
    (pairs.own_x != 0.0).then_some(share)
}

fn of_values(call: &Call<'_>, name: &str) -> Result<Typed, Fault> {
    let values = collect(&Call { arguments: vec![double(call)?], ..call.clone() }, false)?;
    Ok(kernel::call(name, vec![values], SparkType::Double)?.with_nullable(true))
}

/// Both numbers of rows that have both.
fn pair(call: &Call<'_>) -> Result<(Typed, Typed, Expr), Fault> {
    let number = |index: usize| double(&Call { arguments: vec![call.arguments[index].clone()], ..call.clone() });
    let (y, x) = (number(0)?, number(1)?);
    let both = is_not_null(y.expr.clone()).and(is_not_null(x.expr.clone()));
    Ok((y, x, both))
}

fn where_both(both: Expr, value: Expr) -> Expr {
    Expr::Case(Case::new(None, vec![(Box::new(both), Box::new(value))], None))
}

/// The mean of one number of each pair, in the type that a mean of its type has.
fn mean(call: &Call<'_>, index: usize) -> Result<Typed, Fault> {
    let (y, x, both) = pair(call)?;
    let value = match &call.arguments[index] {
        decimal if matches!(decimal.data_type, SparkType::Decimal { .. }) => decimal.clone(),
        _ if index == 0 => y,
        _ => x,
    };
    let value = Typed::new(where_both(both, value.expr), value.data_type);
    crate::aggregate::avg(&Call { arguments: vec![value], ..call.clone() }, Mode::Ansi)
}

fn of_pairs(call: &Call<'_>, name: &str) -> Result<Typed, Fault> {
    let (y, x, both) = pair(call)?;
    let row = crate::collection::row(&[y, x])?;
    let row = Typed::new(where_both(both, row.expr), row.data_type);
    let rows = collect(&Call { arguments: vec![row], ..call.clone() }, false)?;
    Ok(kernel::call(name, vec![rows], SparkType::Double)?.with_nullable(true))
}

/// Count, mean and sums of powers of distances from it.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    m2: f64,
    m3: f64,
    m4: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let delta = value - self.mean;
        let part = delta / self.count;
        let (squared, part_squared) = (delta * delta, part * part);
        self.mean += part;
        self.m2 += delta * (delta - part);
        self.m3 = self.m3 - 3.0 * part * self.m2 + delta * (squared - part_squared);
        self.m4 = self.m4 - 4.0 * part * self.m3 - 6.0 * part_squared * self.m2
            + delta * (delta * squared - part * part_squared);
    }
}

fn each_list(arguments: &[ArrayRef], result: fn(Moments) -> Option<f64>) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let values = lists.values().as_primitive::<Float64Type>();
    let row = |row: usize| {
        let mut moments = Moments::default();
        range(lists.value_offsets(), row).for_each(|item| moments.add(values.value(item)));
        if moments.count > 0.0 { result(moments) } else { None }
    };
    Ok(Arc::new((0..lists.len()).map(row).collect::<Float64Array>()))
}

/// Means and sums of products of distances from them.
#[derive(Debug, Clone, Copy, Default)]
struct Pairs {
    count: f64,
    mean_x: f64,
    mean_y: f64,
    c: f64,
    /// As `variance` sums them.
    m2_x: f64,
    m2_y: f64,
    /// As `corr` sums them.
    own_x: f64,
    own_y: f64,
}

impl Pairs {
    fn add(&mut self, y: f64, x: f64) {
        self.count += 1.0;
        let (dx, dy) = (x - self.mean_x, y - self.mean_y);
        let (part_x, part_y) = (dx / self.count, dy / self.count);
        self.mean_x += part_x;
        self.mean_y += part_y;
        self.c += dx * (y - self.mean_y);
        self.m2_x += dx * (dx - part_x);
        self.m2_y += dy * (dy - part_y);
        self.own_x += dx * (x - self.mean_x);
        self.own_y += dy * (y - self.mean_y);
    }
}

fn each_pairs(arguments: &[ArrayRef], result: fn(Pairs) -> Option<f64>) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let rows = lists.values().as_struct();
    let (ys, xs) = (rows.column(0).as_primitive::<Float64Type>(), rows.column(1).as_primitive::<Float64Type>());
    let row = |row: usize| {
        let mut pairs = Pairs::default();
        range(lists.value_offsets(), row).for_each(|item| pairs.add(ys.value(item), xs.value(item)));
        if pairs.count > 0.0 { result(pairs) } else { None }
    };
    Ok(Arc::new((0..lists.len()).map(row).collect::<Float64Array>()))
}
