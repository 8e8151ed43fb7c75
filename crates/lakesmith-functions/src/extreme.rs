//! [`extreme`]: the value beside the largest or smallest key: `max_by` and `min_by`, and `max` and `min` of nested values, which
//! are keys of their own.
//!
//! Of equal keys the last row counts.

use std::collections::VecDeque;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::common::{Result, ScalarValue, internal_datafusion_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility};

use crate::codec::Aggregates;

/// The aggregates of ours that are made of their result's type alone.
pub(crate) const AGGREGATES: Aggregates = &[("spark_max_by", |_| extreme(true)), ("spark_min_by", |_| extreme(false))];

/// The value of the row whose key, the second argument, is the largest or smallest. Rows without a key do not count.
pub(crate) fn extreme(is_largest: bool) -> Arc<AggregateUDF> {
    Arc::new(AggregateUDF::from(Extreme { is_largest, signature: Signature::any(2, Volatility::Immutable) }))
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Extreme {
    is_largest: bool,
    signature: Signature,
}

impl AggregateUDFImpl for Extreme {
    fn name(&self) -> &str {
        if self.is_largest { "spark_max_by" } else { "spark_min_by" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        Ok(arguments.first().cloned().unwrap_or(DataType::Null))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let part = |(field, part): (&FieldRef, &str)| {
            Arc::new(Field::new(format!("{}[{part}]", args.name), field.data_type().clone(), true))
        };
        Ok(args.input_fields.iter().zip(["value", "key"]).map(part).collect())
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let [value, key] = args.expr_fields else {
            return Err(internal_datafusion_err!("`{}` takes a value and a key", self.name()));
        };
        Ok(Box::new(Best {
            is_largest: self.is_largest,
            nothing: [ScalarValue::try_from(value.data_type())?, ScalarValue::try_from(key.data_type())?],
            converter: RowConverter::new(vec![SortField::new(key.data_type().clone())])?,
            found: None,
        }))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let [value, key] = args.expr_fields else {
            return Err(internal_datafusion_err!("`{}` takes a value and a key", self.name()));
        };
        Ok(Box::new(Frame {
            is_largest: self.is_largest,
            nothing: ScalarValue::try_from(value.data_type())?,
            converter: RowConverter::new(vec![SortField::new(key.data_type().clone())])?,
            rows: VecDeque::new(),
        }))
    }
}

/// The best row of a group.
#[derive(Debug)]
struct Best {
    is_largest: bool,
    nothing: [ScalarValue; 2],
    converter: RowConverter,
    /// Its key in the order of keys, and its value and key.
    found: Option<(OwnedRow, [ScalarValue; 2])>,
}

impl Accumulator for Best {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let keys = self.converter.convert_columns(&values[1..2])?;
        let mut best: Option<usize> = None;
        for row in (0..keys.num_rows()).filter(|row| values[1].is_valid(*row)) {
            let is_better = best.is_none_or(|best| {
                let (new, old) = (keys.row(row), keys.row(best));
                if self.is_largest { new >= old } else { new <= old }
            });
            best = if is_better { Some(row) } else { best };
        }
        let Some(row) = best else { return Ok(()) };
        let key = keys.row(row).owned();
        let is_better =
            self.found.as_ref().is_none_or(|(old, _)| if self.is_largest { key >= *old } else { key <= *old });
        if is_better {
            let of = |array: &ArrayRef| ScalarValue::try_from_array(array, row);
            self.found = Some((key, [of(&values[0])?, of(&values[1])?]));
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(self.found.as_ref().map_or_else(|| self.nothing[0].clone(), |(_, [value, _])| value.clone()))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(self.found.as_ref().map_or_else(|| self.nothing.to_vec(), |(_, parts)| parts.to_vec()))
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}

/// The rows of a frame.
#[derive(Debug)]
struct Frame {
    is_largest: bool,
    nothing: ScalarValue,
    converter: RowConverter,
    rows: VecDeque<(OwnedRow, ScalarValue)>,
}

impl Accumulator for Frame {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let keys = self.converter.convert_columns(&values[1..2])?;
        for row in (0..values[0].len()).filter(|row| values[1].is_valid(*row)) {
            self.rows.push_back((keys.row(row).owned(), ScalarValue::try_from_array(&values[0], row)?));
        }
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let gone = values[1].len() - values[1].null_count();
        self.rows.drain(..gone.min(self.rows.len()));
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> Result<()> {
        Err(internal_datafusion_err!("frames of windows are not merged"))
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let found = if self.is_largest {
            self.rows.iter().max_by(|left, right| left.0.cmp(&right.0))
        } else {
            self.rows.iter().rev().min_by(|left, right| left.0.cmp(&right.0))
        };
        Ok(found.map_or_else(|| self.nothing.clone(), |(_, value)| value.clone()))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Err(internal_datafusion_err!("frames of windows have no state"))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.rows.capacity() * size_of::<(OwnedRow, ScalarValue)>()
    }
}
