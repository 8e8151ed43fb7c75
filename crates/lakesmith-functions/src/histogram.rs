//! `histogram_numeric`: bins whose borders follow the data, after Ben-Haim and Tom-Tov. Ties between bins are broken by the
//! same sequence of random numbers as Spark's, so results are the same for the same order of rows.
//!
//! See <https://www.jmlr.org/papers/volume11/ben-haim10a/ben-haim10a.pdf>.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, ListArray, StructArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::cast as arrow_cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type};
use datafusion::common::{Result, internal_datafusion_err};
use lakesmith_unresolved::{SparkType, StructField};

use crate::aggregate::{collect, double};
use crate::cast::{Mode, cast};
use crate::cast_text::range;
use crate::coercion::is_numeric;
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels};
use crate::math::constant_integer;

/// The function.
pub const FUNCTIONS: &[Function] = &[Function::aggregate(&["histogram_numeric"], (2, 2), histogram)];

/// The kernel.
pub(crate) const KERNELS: Kernels = &[("spark_histogram_numeric", histogram_kernel)];

fn histogram(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    if matches!(value.data_type, SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz)
        || matches!(value.data_type, SparkType::DayTimeInterval { .. } | SparkType::YearMonthInterval { .. })
    {
        return Err(Fault::not_built(format!("`{}` of {}", call.name, value.data_type)));
    }
    if !is_numeric(&value.data_type) || matches!(value.data_type, SparkType::Decimal { .. }) {
        return Err(Fault::mismatch(format!("`{}` needs a number, not {}", call.name, value.data_type), Some(0)));
    }
    let bins = call.arguments[1].clone();
    if constant_integer(&bins.expr).is_none_or(|bins| bins < 2) {
        return Err(Fault::mismatch(format!("`{}` has a constant number of bins, at least 2", call.name), Some(1)));
    }
    let bins = cast(bins, &SparkType::Integer, Mode::Ansi)?;
    let x = StructField::nullable("x", value.data_type.clone());
    let y = StructField::nullable("y", SparkType::Double);
    let result = SparkType::Array { element: Box::new(SparkType::Struct(vec![x, y])), contains_null: true };
    let values = collect(&Call { arguments: vec![double(call)?], ..call.clone() }, false)?;
    Ok(kernel::call("spark_histogram_numeric", vec![values, bins], result)?.with_nullable(true))
}

fn histogram_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let DataType::List(field) = to else { return Err(internal_datafusion_err!("a list of type {to}")) };
    let DataType::Struct(fields) = field.data_type() else {
        return Err(internal_datafusion_err!("a list of {}", field.data_type()));
    };
    let lists = arguments[0].as_list::<i32>();
    let values = lists.values().as_primitive::<Float64Type>();
    let most = arguments[1].as_primitive::<Int32Type>();
    let (mut xs, mut ys, mut lengths, mut present) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in 0..lists.len() {
        let mut bins = Bins { most: usize::try_from(most.value(row)).unwrap_or(2), ..Bins::default() };
        range(lists.value_offsets(), row).for_each(|item| bins.add(values.value(item)));
        lengths.push(bins.bins.len());
        present.push(!bins.bins.is_empty());
        xs.extend(bins.bins.iter().map(|(x, _)| *x));
        ys.extend(bins.bins.iter().map(|(_, y)| *y));
    }
    let xs: ArrayRef = Arc::new(Float64Array::from(xs));
    let columns = vec![arrow_cast(&xs, fields[0].data_type())?, Arc::new(Float64Array::from(ys)) as ArrayRef];
    let rows = StructArray::try_new(fields.clone(), columns, None)?;
    let (offsets, nulls) = (OffsetBuffer::from_lengths(lengths), NullBuffer::from(present));
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, Arc::new(rows), Some(nulls))?))
}

/// Places and heights of bins, by place.
#[derive(Debug)]
struct Bins {
    most: usize,
    bins: Vec<(f64, f64)>,
    random: JavaRandom,
}

impl Default for Bins {
    fn default() -> Self {
        Self { most: 2, bins: Vec::new(), random: JavaRandom::new(31183) }
    }
}

impl Bins {
    fn add(&mut self, value: f64) {
        match self.bins.binary_search_by(|(x, _)| x.total_cmp(&value)) {
            Ok(at) => self.bins[at].1 += 1.0,
            Err(at) => {
                self.bins.insert(at, (value, 1.0));
                if self.bins.len() > self.most {
                    self.merge_closest();
                }
            }
        }
    }

    fn merge_closest(&mut self) {
        let distance = |at: usize| self.bins[at + 1].0 - self.bins[at].0;
        let (mut least, mut closest, mut ties) = (distance(0), 0, 1.0);
        for at in 1..self.bins.len() - 1 {
            let distance = distance(at);
            if distance < least {
                (least, closest, ties) = (distance, at, 1.0);
            } else if distance == least {
                ties += 1.0;
                if self.random.next_double() <= 1.0 / ties {
                    closest = at;
                }
            }
        }
        let ((x1, y1), (x2, y2)) = (self.bins[closest], self.bins[closest + 1]);
        let height = y1 + y2;
        self.bins[closest] = (x1 * (y1 / height) + x2 / height * y2, height);
        self.bins.remove(closest + 1);
    }
}

/// The generator of `java.util.Random`.
#[derive(Debug)]
struct JavaRandom(u64);

impl JavaRandom {
    const MASK: u64 = (1 << 48) - 1;

    fn new(seed: u64) -> Self {
        Self((seed ^ 0x5_DEEC_E66D) & Self::MASK)
    }

    fn next(&mut self, bits: u32) -> u64 {
        self.0 = (self.0.wrapping_mul(0x5_DEEC_E66D) + 0xB) & Self::MASK;
        self.0 >> (48 - bits)
    }

    fn next_double(&mut self) -> f64 {
        let high = self.next(26) << 27;
        (high + self.next(27)) as f64 / (1u64 << 53) as f64
    }
}
