//! [`LambdaFunction`]: a DataFusion function one or more of whose arguments are lambdas.
//!
//! A lambda's body is an expression over columns named by [`parameter`] and [`captured`]; it names nothing of the plan around
//! the call. What it takes from there are plain arguments of the call, behind its values, so the optimizer may rename or move
//! them. The body is computed for the elements of all rows at once, each with the captured values of its row.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};

use datafusion::arrow::array::{Array, ArrayRef, Int64Array, RecordBatch, RecordBatchOptions, new_empty_array};
use datafusion::arrow::compute::{concat, take};
use datafusion::arrow::datatypes::{DataType, FieldRef, Fields, Schema};
use datafusion::common::{DFSchema, Result, ScalarValue, internal_datafusion_err};
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};

use crate::higher_order;

/// Elements for which a body is computed at a time, so that what it holds on the way stays small.
const CHUNK: usize = 1 << 16;

/// The column that holds a lambda's parameter.
pub fn parameter(number: usize) -> String {
    format!("parameter.{number}")
}

/// The column that holds a value from outside of a lambda.
pub fn captured(number: usize) -> String {
    format!("captured.{number}")
}

/// What a lambda computes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Body {
    /// An expression, as the resolver makes it.
    Made(Expr),
    /// A plan of one projection as bytes, as another process has sent it.
    Sent(Vec<u8>),
}

/// A lambda: a body, the columns it is computed from, and where their values come from.
#[derive(Debug, Clone)]
pub struct Lambda {
    pub(crate) body: Body,
    /// The parameters, which come first, and the captured values.
    pub inputs: Fields,
    /// For each captured value, which of the call's further arguments it is.
    pub captures: Vec<usize>,
    compiled: OnceLock<Arc<dyn PhysicalExpr>>,
}

impl PartialEq for Lambda {
    fn eq(&self, other: &Self) -> bool {
        self.body == other.body && self.inputs == other.inputs && self.captures == other.captures
    }
}
impl Eq for Lambda {}
impl Hash for Lambda {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.body.hash(state);
        self.inputs.hash(state);
        self.captures.hash(state);
    }
}

impl Lambda {
    /// A lambda of `inputs`, the last of which are captured.
    pub fn new(body: Expr, inputs: Vec<FieldRef>, captures: Vec<usize>) -> Self {
        Self { body: Body::Made(body), inputs: inputs.into(), captures, compiled: OnceLock::new() }
    }

    /// A lambda that another process has sent: the bytes, and what was read from them.
    pub(crate) fn sent(bytes: Vec<u8>, body: Arc<dyn PhysicalExpr>, inputs: Fields, captures: Vec<usize>) -> Self {
        Self { body: Body::Sent(bytes), inputs, captures, compiled: OnceLock::from(body) }
    }

    /// The body; nothing of a lambda that another process has sent.
    pub fn body(&self) -> Option<&Expr> {
        match &self.body {
            Body::Made(body) => Some(body),
            Body::Sent(_) => None,
        }
    }

    /// How many parameters it has.
    pub fn parameters(&self) -> usize {
        self.inputs.len() - self.captures.len()
    }

    pub(crate) fn compiled(&self) -> Result<&Arc<dyn PhysicalExpr>> {
        if let Some(compiled) = self.compiled.get() {
            return Ok(compiled);
        }
        let Body::Made(body) = &self.body else { return Err(internal_datafusion_err!("a lambda without a body")) };
        let schema = DFSchema::from_unqualified_fields(self.inputs.clone(), Default::default())?;
        let context = PhysicalPlanningContext::default();
        let compiled = create_physical_expr(body, &schema, &ExecutionProps::new(), &context)?;
        Ok(self.compiled.get_or_init(|| compiled))
    }
}

/// A lambda with the captured values of a batch.
#[derive(Debug)]
pub struct Bound<'a> {
    lambda: &'a Lambda,
    captured: Vec<ArrayRef>,
}

impl Bound<'_> {
    /// How many parameters the lambda has.
    pub fn parameters(&self) -> usize {
        self.lambda.parameters()
    }

    /// The body's value for each element; `owners` says of which row an element is.
    pub fn evaluate(&self, parameters: Vec<ArrayRef>, owners: &Int64Array) -> Result<ArrayRef> {
        let compiled = self.lambda.compiled()?;
        let schema = Arc::new(Schema::new(self.lambda.inputs.clone()));
        let mut parts = Vec::new();
        for start in (0..owners.len()).step_by(CHUNK) {
            let rows = CHUNK.min(owners.len() - start);
            let own = owners.slice(start, rows);
            let mut columns: Vec<ArrayRef> =
                parameters.iter().take(self.parameters()).map(|values| values.slice(start, rows)).collect();
            for values in &self.captured {
                columns.push(take(values, &own, None)?);
            }
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            let batch = RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &options)?;
            parts.push(compiled.evaluate(&batch)?.into_array(rows)?);
        }
        match parts.as_slice() {
            [] => Ok(new_empty_array(&compiled.data_type(&schema)?)),
            [only] => Ok(Arc::clone(only)),
            parts => Ok(concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>())?),
        }
    }
}

/// Computes an array of the given type from the values of a call and its lambdas.
pub type LambdaKernel = fn(&[ArrayRef], &[Bound<'_>], &DataType) -> Result<ArrayRef>;

/// A kernel with lambdas.
#[derive(Debug, Clone)]
pub struct LambdaFunction {
    name: &'static str,
    kernel: LambdaKernel,
    lambdas: Vec<Lambda>,
    values: usize,
    result: DataType,
    signature: Signature,
}

impl PartialEq for LambdaFunction {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.lambdas == other.lambdas
            && self.values == other.values
            && self.result == other.result
    }
}
impl Eq for LambdaFunction {}
impl Hash for LambdaFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.name, &self.lambdas, self.values, &self.result).hash(state);
    }
}

impl LambdaFunction {
    /// The function that computes with the kernel of this name, see [`higher_order::kernel`]: its first `values` arguments
    /// are values, those behind them are what the lambdas take from outside.
    pub fn new(name: &str, lambdas: Vec<Lambda>, values: usize, result: DataType) -> Result<Self> {
        let Some((name, kernel)) = higher_order::kernel(name) else {
            return Err(internal_datafusion_err!("a function with lambdas called {name}"));
        };
        let volatile = lambdas.iter().any(|lambda| lambda.body().is_some_and(Expr::is_volatile));
        let volatility = if volatile { Volatility::Volatile } else { Volatility::Immutable };
        Ok(Self { name, kernel, lambdas, values, result, signature: Signature::variadic_any(volatility) })
    }

    /// The lambdas.
    pub fn lambdas(&self) -> &[Lambda] {
        &self.lambdas
    }

    /// How many arguments are values.
    pub fn values(&self) -> usize {
        self.values
    }

    /// The type of the result.
    pub fn result(&self) -> &DataType {
        &self.result
    }
}

impl ScalarUDFImpl for LambdaFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(self.result.clone())
    }

    /// A name of fixed length that tells bodies apart.
    fn schema_name(&self, arguments: &[Expr]) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        arguments.hash(&mut hasher);
        Ok(format!("{}#{:016x}", self.name, hasher.finish()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let constant = constant && self.signature.volatility == Volatility::Immutable;
        let rows = if constant { 1 } else { args.number_rows };
        let arrays = args.args.into_iter().map(|arg| arg.into_array(rows)).collect::<Result<Vec<_>>>()?;
        let (values, further) = arrays.split_at(self.values.min(arrays.len()));
        let bound = self.lambdas.iter().map(|lambda| {
            let captured = lambda.captures.iter().map(|at| further.get(*at).cloned());
            let captured = captured.collect::<Option<Vec<_>>>();
            captured.map(|captured| Bound { lambda, captured })
        });
        let Some(bound) = bound.collect::<Option<Vec<_>>>() else {
            return Err(internal_datafusion_err!("{} lacks a captured value", self.name));
        };
        let result = (self.kernel)(values, &bound, &self.result)?;
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&result, 0)?));
        }
        Ok(ColumnarValue::Array(result))
    }
}
