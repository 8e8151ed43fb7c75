//! [`PerValue`]: an expression of one text, computed for each value of a dictionary.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, RecordBatch, new_null_array};
use arrow::compute::{cast, concat, take};
use arrow::datatypes::{DataType, Field, FieldRef, Int32Type, Schema, SchemaRef};
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::PhysicalExpr;

/// The type of a text column that is read with its dictionary.
pub(super) fn dictionary_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// An expression over a dictionary of texts.
#[derive(Debug)]
pub(super) struct PerValue {
    /// The expression over [`values_schema`].
    expr: Arc<dyn PhysicalExpr>,
    /// The column of dictionaries.
    column: Arc<dyn PhysicalExpr>,
    latest: Mutex<Option<Latest>>,
}

/// The dictionary of the latest batch; all batches of a row group have one.
#[derive(Debug)]
struct Latest {
    values: ArrayRef,
    /// Rows that asked for it so far.
    rows: usize,
    outcome: Outcome,
}

/// What is known of an expression over the values of a dictionary.
#[derive(Debug, Clone)]
enum Outcome {
    /// Fewer rows have asked than there are values.
    Open,
    /// It fails for one of the values, which need not be that of a row.
    Fails,
    /// One result for each value, and one for NULL at the end.
    Known(ArrayRef),
}

/// The one column over which the expression is computed.
pub(super) fn values_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("value", DataType::Utf8, true)]))
}

impl PerValue {
    pub(super) fn new(expr: Arc<dyn PhysicalExpr>, column: Arc<dyn PhysicalExpr>) -> Self {
        Self { expr, column, latest: Mutex::new(None) }
    }

    /// The results for the values and for NULL; nothing where so many rows are computed one by one: the first ones, until as many
    /// have asked as there are values, and all where the expression fails for a value.
    fn results(&self, values: &ArrayRef, rows: usize) -> Result<Option<ArrayRef>> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |latest: &Latest| latest.values.to_data().ptr_eq(&values.to_data());
        let known = match latest.take().filter(is_same) {
            Some(known) => Latest { rows: known.rows.saturating_add(rows), ..known },
            None => Latest { values: Arc::clone(values), rows, outcome: Outcome::Open },
        };
        let outcome = match &known.outcome {
            Outcome::Open if known.rows >= values.len() => self.computed(values)?,
            outcome => outcome.clone(),
        };
        *latest = Some(Latest { outcome: outcome.clone(), ..known });
        Ok(match outcome {
            Outcome::Known(results) => Some(results),
            Outcome::Open | Outcome::Fails => None,
        })
    }

    fn computed(&self, values: &ArrayRef) -> Result<Outcome> {
        let null = new_null_array(&DataType::Utf8, 1);
        let texts = concat(&[values.as_ref(), null.as_ref()])?;
        let count = texts.len();
        match self.expr.evaluate(&RecordBatch::try_new(values_schema(), vec![texts])?) {
            Ok(results) => Ok(Outcome::Known(results.into_array(count)?)),
            Err(_) => Ok(Outcome::Fails),
        }
    }
}

impl PhysicalExpr for PerValue {
    fn return_field(&self, _: &Schema) -> Result<FieldRef> {
        self.expr.return_field(&values_schema())
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let column = self.column.evaluate(batch)?.into_array(batch.num_rows())?;
        let Some(dictionary) = column.as_dictionary_opt::<Int32Type>() else {
            return Err(internal_datafusion_err!("a dictionary of texts was read as {}", column.data_type()));
        };
        let Some(results) = self.results(dictionary.values(), batch.num_rows())? else {
            let texts = cast(&column, &DataType::Utf8)?;
            return self.expr.evaluate(&RecordBatch::try_new(values_schema(), vec![texts])?);
        };
        let keys = dictionary.keys();
        if keys.null_count() == 0 {
            return Ok(ColumnarValue::Array(take(&results, keys, None)?));
        }
        let of_null = i32::try_from(dictionary.values().len())
            .map_err(|_| internal_datafusion_err!("a dictionary has more values than its keys can tell apart"))?;
        let keys: Int32Array = keys.iter().map(|key| Some(key.unwrap_or(of_null))).collect();
        Ok(ColumnarValue::Array(take(&results, &keys, None)?))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.column]
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn PhysicalExpr>>) -> Result<Arc<dyn PhysicalExpr>> {
        match children.as_slice() {
            [column] => Ok(Arc::new(Self::new(Arc::clone(&self.expr), Arc::clone(column)))),
            _ => Err(internal_datafusion_err!("a value of a dictionary has {} columns", children.len())),
        }
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for PerValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "per_value({}, {})", self.column, self.expr)
    }
}

impl PartialEq for PerValue {
    fn eq(&self, other: &Self) -> bool {
        self.expr.eq(&other.expr) && self.column.eq(&other.column)
    }
}

impl Eq for PerValue {}

impl Hash for PerValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expr.hash(state);
        self.column.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{DictionaryArray, StringArray};
    use datafusion::physical_expr::expressions::{CastExpr, Column};

    use super::*;

    /// The texts as numbers, of a dictionary of three values.
    fn numbers(values: [&str; 3]) -> (PerValue, ArrayRef) {
        let value = Arc::new(Column::new("value", 0));
        let number = Arc::new(CastExpr::new(value, DataType::Int32, None));
        (PerValue::new(number, Arc::new(Column::new("text", 0))), Arc::new(StringArray::from(values.to_vec())))
    }

    fn evaluated(per_value: &PerValue, values: &ArrayRef, keys: &[Option<i32>]) -> Result<Vec<Option<i32>>> {
        let keys = Int32Array::from(keys.to_vec());
        let column = DictionaryArray::<Int32Type>::try_new(keys, Arc::clone(values))?;
        let schema = Schema::new(vec![Field::new("text", dictionary_type(), true)]);
        let batch = RecordBatch::try_new(Arc::new(schema), vec![Arc::new(column)])?;
        let results = per_value.evaluate(&batch)?.into_array(batch.num_rows())?;
        Ok(results.as_primitive::<Int32Type>().iter().collect())
    }

    fn is_known(per_value: &PerValue) -> bool {
        matches!(per_value.latest.lock().unwrap().as_ref().unwrap().outcome, Outcome::Known(_))
    }

    #[test]
    fn values_are_computed_once_as_many_rows_have_asked() {
        let (per_value, values) = numbers(["7", "8", "9"]);
        assert_eq!(evaluated(&per_value, &values, &[Some(2), None]).unwrap(), [Some(9), None]);
        assert!(!is_known(&per_value));
        assert_eq!(evaluated(&per_value, &values, &[Some(0), None]).unwrap(), [Some(7), None]);
        assert!(is_known(&per_value));
        let (_, others) = numbers(["1", "2", "3"]);
        let keys = [Some(1), Some(1), Some(2)];
        assert_eq!(evaluated(&per_value, &others, &keys).unwrap(), [Some(2), Some(2), Some(3)]);
    }

    #[test]
    fn a_value_that_is_refused_fails_only_the_rows_that_have_it() {
        let (per_value, values) = numbers(["7", "x", "9"]);
        for _ in 0..2 {
            assert_eq!(evaluated(&per_value, &values, &[Some(0), Some(2), None]).unwrap(), [Some(7), Some(9), None]);
            assert!(!is_known(&per_value));
        }
        assert!(evaluated(&per_value, &values, &[Some(1)]).is_err());
    }
}
