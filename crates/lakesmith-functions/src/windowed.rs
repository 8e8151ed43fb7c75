//! [`windowed`]: an aggregate function over a window.
//!
//! DataFusion loses the FILTER and the order of an aggregate over a window when a plan is shipped, so these are put into its
//! arguments, or the aggregate is not made. `first` and `last` are functions of the frame, not running aggregates.

use std::sync::Arc;

use datafusion::functions_aggregate::min_max::{max_udaf, min_udaf};
use datafusion::functions_window as native;
use datafusion::logical_expr::expr::{AggregateFunction, Case, NullTreatment, WindowFunction, WindowFunctionParams};
use datafusion::logical_expr::{Expr, WindowFrame, WindowFunctionDefinition, WindowUDF};

use crate::present_values::present_values;

/// The function over a window that the caller adds; the aggregate itself when it has no such form.
pub fn windowed(call: AggregateFunction) -> Result<WindowFunction, AggregateFunction> {
    let at_edge: Option<Arc<WindowUDF>> = match call.func.name() {
        "first_value" => Some(native::nth_value::first_value_udwf()),
        "last_value" => Some(native::nth_value::last_value_udwf()),
        _ => None,
    };
    if !call.params.order_by.is_empty() || (call.params.filter.is_some() && at_edge.is_some()) {
        return Err(call);
    }
    let ignores_nulls = call.params.null_treatment == Some(NullTreatment::IgnoreNulls);
    let fun = match at_edge {
        Some(edge) if ignores_nulls => match present_values(&edge) {
            Some(edge) => WindowFunctionDefinition::WindowUDF(edge),
            None => return Err(call),
        },
        Some(edge) => WindowFunctionDefinition::WindowUDF(edge),
        None => WindowFunctionDefinition::AggregateUDF(match call.func.name() {
            // those over truth values can take rows back, which a frame that moves needs
            "bool_and" => min_udaf(),
            "bool_or" => max_udaf(),
            _ => call.func,
        }),
    };
    let args = match call.params.filter {
        // aggregates pass over NULLs
        Some(filter) => {
            let kept = |argument: Expr| Expr::Case(Case::new(None, vec![(filter.clone(), Box::new(argument))], None));
            call.params.args.into_iter().map(kept).collect()
        }
        None => call.params.args,
    };
    let params = WindowFunctionParams {
        args,
        partition_by: Vec::new(),
        order_by: Vec::new(),
        window_frame: WindowFrame::new(None),
        filter: None,
        null_treatment: None,
        distinct: call.params.distinct,
    };
    Ok(WindowFunction { fun, params })
}
