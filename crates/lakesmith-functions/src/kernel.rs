//! [`KernelFunction`]: a DataFusion function made of an Arrow kernel of ours and the type that the resolver gave the call.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, StringArray, StringBuilder, new_empty_array,
    new_null_array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::common::tree_node::TreeNode;
use datafusion::common::{DFSchema, DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::physical_expr::create_physical_expr;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_engine::fence::FENCE;
use lakesmith_unresolved::SparkType;

use crate::function::{Fault, Typed};
use crate::place::Place;

/// Computes an array of the given type from arrays of one length.
pub type Kernel = fn(&[ArrayRef], &DataType) -> Result<ArrayRef>;

/// The kernels of a family by their names in plans; [`crate::registry`] knows all families, and no name occurs twice.
pub type Kernels = &'static [(&'static str, Kernel)];

/// The kernel that marks a value which can fail.
pub(crate) const KERNELS: Kernels = &[(FENCE, |arguments, _| Ok(Arc::clone(&arguments[0])))];

/// Kernels that are computed for the rows they are asked for and never while a query is planned, even of constants.
const VOLATILE: [&str; 4] = [FENCE, "spark_aes_encrypt", "spark_assert_true", "spark_raise_error"];

/// Kernels that take a constant beside arrays as an array of one row, because they do with it what need not be done for each.
const TAKE_CONSTANTS: [&str; 2] = ["spark_ilike", "spark_like"];

/// Whether a value is another one each time it is computed, because it calls `rand`, `uuid` or the like.
pub fn is_random(expr: &Expr) -> bool {
    let is_random = |node: &Expr| match node {
        Expr::ScalarFunction(call) => {
            call.func.signature().volatility == Volatility::Volatile && !VOLATILE.contains(&call.name())
        }
        _ => false,
    };
    expr.exists(|node| Ok(is_random(node))).unwrap_or(false)
}

/// A kernel under a name. Two are equal when name and result type are.
#[derive(Debug, Clone)]
pub struct KernelFunction {
    name: &'static str,
    result: DataType,
    signature: Signature,
    kernel: Kernel,
    /// Stands for the call in names; not part of what the function is.
    digest: u64,
    /// Where the call stands in the query's text; not part of what the function is.
    place: Place,
    /// The types of the arguments, where they are known; not part of what the function is.
    takes: Arc<[DataType]>,
    /// Which arguments may be NULL, where that is known; not part of what the function is.
    nullable: Arc<[bool]>,
}

impl KernelFunction {
    /// The kernel of a name, giving values of a type; `None` where no family has it.
    pub(crate) fn find(name: &str, result: DataType) -> Option<Self> {
        let (name, kernel) = crate::registry::kernel(name)?;
        let volatility = if VOLATILE.contains(&name) { Volatility::Volatile } else { Volatility::Immutable };
        Some(Self {
            name,
            result,
            signature: Signature::variadic_any(volatility),
            kernel,
            digest: 0,
            place: Place::current(),
            takes: Arc::default(),
            nullable: Arc::default(),
        })
    }

    /// A call with these arguments.
    fn called(mut self, arguments: Vec<Expr>) -> Expr {
        self.digest = digest(self.name, &arguments);
        self.place = Place::current().or(self.place);
        Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(ScalarUDF::from(self)), arguments))
    }

    /// An argument in the type that the kernel takes. DataFusion's optimizer asks what a call is of NULLs that have no type.
    fn taken(&self, at: usize, array: ArrayRef) -> Result<ArrayRef> {
        match self.takes.get(at).or(self.takes.last()) {
            Some(wanted) if array.data_type() == &DataType::Null && *wanted != DataType::Null => {
                Ok(new_null_array(wanted, array.len()))
            }
            _ => Ok(array),
        }
    }

    /// Where the call stands.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The type of the values.
    pub(crate) fn result(&self) -> &DataType {
        &self.result
    }
}

impl PartialEq for KernelFunction {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.result == other.result
    }
}
impl Eq for KernelFunction {}
impl Hash for KernelFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.result.hash(state);
    }
}

impl ScalarUDFImpl for KernelFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(self.result.clone())
    }

    /// A name of fixed length, made without a look into calls among the arguments: DataFusion asks each call for its name again
    /// and again, for the type of every call around it.
    fn schema_name(&self, arguments: &[Expr]) -> Result<String> {
        Ok(format!("{}#{:016x}", self.name, digest(self.name, arguments)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let scalars = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let constant = scalars && !args.args.is_empty() && self.signature.volatility == Volatility::Immutable;
        let rows = if constant { 1 } else { args.number_rows };
        if rows == 0 {
            // a kernel may look into the first row for what is constant
            return Ok(ColumnarValue::Array(new_empty_array(&self.result)));
        }
        let rows_of_constants = if TAKE_CONSTANTS.contains(&self.name) { 1 } else { rows };
        let array = |(at, argument): (usize, ColumnarValue)| {
            let array = match argument {
                ColumnarValue::Scalar(constant) => constant.to_array_of_size(rows_of_constants)?,
                ColumnarValue::Array(array) => array,
            };
            self.taken(at, array)
        };
        let arrays = args.args.into_iter().enumerate().map(array).collect::<Result<Vec<_>>>()?;
        let result = (self.kernel)(&arrays, &self.result).map_err(|error| self.place.of(error))?;
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&result, 0)?));
        }
        Ok(ColumnarValue::Array(result))
    }
}

/// A call of the kernel that the table of its family, `KERNELS`, has under `name`; the call gives `result`.
///
/// A plan names its kernels and is read back by these names, so there is no other way to call one.
pub fn call(name: &str, arguments: Vec<Typed>, result: SparkType) -> Result<Typed, Fault> {
    let (name, may_lose) = crate::rules::kernel(name);
    let arguments = crate::rules::arguments(name, arguments, &result)?;
    let called = call_as_is(name, arguments, result)?;
    Ok(if may_lose { called.with_nullable(true) } else { called })
}

/// A call of a kernel whatever the rules of the session say.
pub(crate) fn call_as_is(name: &str, arguments: Vec<Typed>, result: SparkType) -> Result<Typed, Fault> {
    let arrow = to_arrow(&result).map_err(|error| Fault::not_built(format!("a value of type {}", error.0)))?;
    let nullable = arguments.iter().any(|argument| argument.nullable);
    let mut function = KernelFunction::find(name, arrow).ok_or_else(|| Fault {
        condition: Condition::LAKESMITH_INTERNAL,
        title: format!("no table of kernels has `{name}`"),
        argument: None,
        help: None,
    })?;
    function.takes = arguments.iter().map(|argument| to_arrow(&argument.data_type).unwrap_or(DataType::Null)).collect();
    function.nullable = arguments.iter().map(|argument| argument.nullable).collect();
    let expr = function.called(arguments.into_iter().map(|argument| argument.expr).collect());
    Ok(Typed { expr, data_type: result, nullable })
}

/// Which arguments of a call of the kernel `name` may be NULL; `None` where an expression is something else.
pub(crate) fn nullable_arguments(expr: &Expr, name: &str) -> Option<Arc<[bool]>> {
    let Expr::ScalarFunction(call) = expr else { return None };
    let function = call.func.inner().downcast_ref::<KernelFunction>()?;
    (function.name == name && function.nullable.len() == call.args.len()).then(|| Arc::clone(&function.nullable))
}

/// The call with NULL where its kernel refuses a value: that of the kernel's variant `spark_try_…`, if it has one. What is only
/// changed to another type afterwards is looked through.
pub(crate) fn attempted(mut value: Typed) -> Typed {
    if let Some(expr) = attempt(&value.expr) {
        value = Typed { expr, nullable: true, ..value };
    }
    value
}

fn attempt(expr: &Expr) -> Option<Expr> {
    let Expr::ScalarFunction(call) = expr else { return None };
    let function = call.func.inner().downcast_ref::<KernelFunction>()?;
    let mut arguments = call.args.clone();
    if matches!(function.name, "spark_cast" | "spark_widen") {
        let first = arguments.first_mut()?;
        *first = attempt(first)?;
        return Some(function.clone().called(arguments));
    }
    let name = ["spark_try_", function.name.split_once('_')?.1].concat();
    let variant = KernelFunction::find(&name, function.result.clone())?;
    Some(variant.called(arguments))
}

/// `left` and `right` under an operator whose kernel takes any number of values, from left to right. A chain of the same operator
/// and type is one call: as calls around calls, a long one would take DataFusion a time that grows with its square.
pub fn chain(name: &str, left: Typed, right: Typed, result: SparkType) -> Result<Typed, Fault> {
    let (name, may_lose) = crate::rules::kernel(name);
    let is_chain = |function: &KernelFunction| function.name == name && left.data_type == result;
    match left.expr {
        Expr::ScalarFunction(mut before) if before.func.inner().downcast_ref().is_some_and(is_chain) => {
            let Some(function) = before.func.inner().downcast_ref::<KernelFunction>().cloned() else {
                return Err(Fault::not_built(format!("a chain of `{name}`")));
            };
            before.args.push(right.expr);
            let nullable = may_lose || left.nullable || right.nullable;
            Ok(Typed { expr: function.called(before.args), data_type: result, nullable })
        }
        expr => call(name, vec![Typed { expr, ..left }, right], result),
    }
}

/// A chain of three values or more: the chain but its last value, and the operator on that and the value.
pub fn unchained(expr: &Expr) -> Option<[Expr; 2]> {
    let Expr::ScalarFunction(call) = expr else { return None };
    let function = call.func.inner().downcast_ref::<KernelFunction>()?;
    let is_chain = CHAINS.iter().any(|operator| function.name.ends_with(operator));
    let (last, before) = call.args.split_last().filter(|(_, before)| is_chain && before.len() > 1)?;
    let before = function.clone().called(before.to_vec());
    let whole = function.clone().called(vec![before.clone(), last.clone()]);
    Some([before, whole])
}

/// How the names of kernels end that [`chain`] calls.
const CHAINS: [&str; 3] = ["_add", "_multiply", "_subtract"];

/// A digest of a call. A call among the arguments stands for itself by the digest that it was made with.
fn digest(name: &str, arguments: &[Expr]) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    for argument in arguments {
        let inner = match argument {
            Expr::ScalarFunction(inner) => inner.func.inner().downcast_ref::<KernelFunction>(),
            _ => None,
        };
        match inner {
            Some(inner) => (inner.digest, &inner.result).hash(&mut hasher),
            None => argument.hash(&mut hasher),
        }
    }
    hasher.finish()
}

/// The value itself, in a call that counts as volatile.
pub fn fence(value: Typed) -> Result<Typed, Fault> {
    let result = value.data_type.clone();
    call(FENCE, vec![value], result)
}

/// A call of a function that DataFusion has, whose result has the Arrow type `result` maps to, or is cast to it.
pub fn datafusion_call(
    function: Arc<ScalarUDF>,
    arguments: Vec<Typed>,
    native: &DataType,
    result: SparkType,
) -> Result<Typed, Fault> {
    let arrow = to_arrow(&result).map_err(|error| Fault::not_built(format!("a value of type {}", error.0)))?;
    let arguments = arguments.into_iter().map(|argument| argument.expr).collect();
    let expr = Expr::ScalarFunction(ScalarFunction::new_udf(function, arguments));
    let expr = if *native == arrow { expr } else { datafusion::logical_expr::cast(expr, arrow) };
    Ok(Typed::new(expr, result))
}

/// The value of an expression that is the same for all rows.
pub fn constant(expr: &Expr) -> Option<ScalarValue> {
    if let Expr::Literal(value, _) = expr {
        return Some(value.clone());
    }
    let is_open = |node: &Expr| {
        Ok(matches!(
            node,
            Expr::Column(_)
                | Expr::OuterReferenceColumn(..)
                | Expr::AggregateFunction(_)
                | Expr::WindowFunction(_)
                | Expr::ScalarSubquery(_)
        ))
    };
    if expr.is_volatile() || expr.exists(is_open).unwrap_or(true) {
        return None;
    }
    evaluated(expr).ok()
}

/// The value of an expression that reads no column.
pub(crate) fn evaluated(expr: &Expr) -> Result<ScalarValue> {
    let context = PhysicalPlanningContext::default();
    let compiled = create_physical_expr(expr, &DFSchema::empty(), &ExecutionProps::new(), &context)?;
    let options = RecordBatchOptions::new().with_row_count(Some(1));
    let row = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options)?;
    ScalarValue::try_from_array(&compiled.evaluate(&row)?.into_array(1)?, 0)
}

/// The texts that `write` makes of the texts of an array; it gets a buffer to append to and says whether there is a value.
pub fn each_text(array: &ArrayRef, mut write: impl FnMut(&str, &mut String) -> Result<bool>) -> Result<ArrayRef> {
    let texts = texts(array)?;
    let mut made = StringBuilder::with_capacity(texts.len(), texts.value_data().len());
    let mut buffer = String::new();
    for text in &texts {
        buffer.clear();
        match text {
            Some(text) if write(text, &mut buffer)? => made.append_value(&buffer),
            _ => made.append_null(),
        }
    }
    Ok(Arc::new(made.finish()))
}

/// The error of a value that a function refuses.
pub fn refused(condition: Condition, message: impl Into<String>) -> DataFusionError {
    DataError { condition, message: message.into() }.into_datafusion()
}

/// The texts of an array of any string type.
pub fn texts(array: &ArrayRef) -> Result<StringArray> {
    if array.data_type() == &DataType::Utf8 {
        return Ok(array.as_string::<i32>().clone());
    }
    Ok(cast(array, &DataType::Utf8)?.as_string::<i32>().clone())
}
