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
    /// All batches of a row group have one dictionary.
    latest: Mutex<Option<Computed>>,
}

/// What was computed for the values of a dictionary.
#[derive(Debug, Clone)]
struct Computed {
    values: ArrayRef,
    /// One for each value, and one for NULL at the end.
    results: ArrayRef,
}

/// The one column over which the expression is computed.
pub(super) fn values_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("value", DataType::Utf8, true)]))
}

impl PerValue {
    pub(super) fn new(expr: Arc<dyn PhysicalExpr>, column: Arc<dyn PhysicalExpr>) -> Self {
        Self { expr, column, latest: Mutex::new(None) }
    }

    /// The results for the values and for NULL; nothing where the expression fails for one of them, which need not be that of a
    /// row.
    fn results(&self, values: &ArrayRef) -> Result<Option<ArrayRef>> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = latest.as_ref().filter(|known| known.values.to_data().ptr_eq(&values.to_data())) {
            return Ok(Some(Arc::clone(&known.results)));
        }
        let null = new_null_array(&DataType::Utf8, 1);
        let texts = concat(&[values.as_ref(), null.as_ref()])?;
        let rows = texts.len();
        let Ok(results) = self.expr.evaluate(&RecordBatch::try_new(values_schema(), vec![texts])?) else {
            return Ok(None);
        };
        let results = results.into_array(rows)?;
        *latest = Some(Computed { values: Arc::clone(values), results: Arc::clone(&results) });
        Ok(Some(results))
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
        let Some(results) = self.results(dictionary.values())? else {
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
