//! Windows: `f(…) OVER (…)`, and the FILTER of an aggregate. Both reach into the expression that a function gave.

use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::{AggregateFunction, Sort, WindowFunction, WindowFunctionParams};
use datafusion::logical_expr::{
    Expr, WindowFrame as NativeFrame, WindowFrameBound, WindowFrameUnits, WindowFunctionDefinition,
};
use lakesmith_diagnostic::Origin;
use lakesmith_functions::float::one_zero;
use lakesmith_functions::{Fault, Typed, guard};
use lakesmith_unresolved::Literal;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FrameBound, FrameUnit, Window, WindowFrame};

use crate::resolver::Resolver;
use crate::scope::Scope;

impl Resolver<'_> {
    /// A function over a window.
    pub(crate) fn window(&mut self, function: &Expression, window: &Window, scope: &Scope<'_>) -> Option<Typed> {
        let origin = &function.origin;
        if window.reference.is_some() {
            return self.not_built("a named window", origin);
        }
        let value = self.expression(function, &Scope { windowed: Some(scope.aggregates), ..*scope })?;
        let keys: Vec<Option<Typed>> = window.partition_by.iter().map(|key| self.expression(key, scope)).collect();
        let keys = keys.into_iter().collect::<Option<Vec<_>>>()?.into_iter();
        let partition_by: Result<Vec<Expr>, Fault> = keys.map(|key| Ok(one_zero(key)?.expr)).collect();
        let partition_by = self.settle(partition_by, origin)?;
        let orders: Vec<Option<Sort>> = window.order_by.iter().map(|order| self.sort_key(order, scope)).collect();
        let order_by = orders.into_iter().collect::<Option<Vec<_>>>()?;
        let frame = match &window.frame {
            Some(frame) => self.frame(frame, origin)?,
            None => NativeFrame::new((!order_by.is_empty()).then_some(false)),
        };
        let over = |expr: Expr| {
            Ok(match expr {
                Expr::AggregateFunction(call) => {
                    let over = aggregate_over(call, &partition_by, &order_by, &frame);
                    Transformed::new(over, true, TreeNodeRecursion::Jump)
                }
                Expr::WindowFunction(mut call)
                    if call.params.partition_by.is_empty() && call.params.order_by.is_empty() =>
                {
                    call.params.partition_by.clone_from(&partition_by);
                    call.params.order_by.clone_from(&order_by);
                    call.params.window_frame = frame.clone();
                    Transformed::new(Expr::WindowFunction(call), true, TreeNodeRecursion::Jump)
                }
                other => Transformed::no(other),
            })
        };
        match value.expr.transform_down(over) {
            Ok(expr) if expr.transformed => Some(Typed { expr: expr.data, ..value }),
            _ => self.not_built("OVER after a function that is no aggregate and no window function", origin),
        }
    }

    fn frame(&mut self, frame: &WindowFrame, origin: &Origin) -> Option<NativeFrame> {
        let units = match frame.unit {
            FrameUnit::Rows => WindowFrameUnits::Rows,
            FrameUnit::Range => WindowFrameUnits::Range,
        };
        let start = self.bound(&frame.lower, units, origin, WindowFrameBound::Preceding(ScalarValue::UInt64(None)))?;
        let end = self.bound(&frame.upper, units, origin, WindowFrameBound::Following(ScalarValue::UInt64(None)))?;
        Some(NativeFrame::new_bounds(units, start, end))
    }

    fn bound(
        &mut self,
        bound: &FrameBound,
        units: WindowFrameUnits,
        origin: &Origin,
        unbounded: WindowFrameBound,
    ) -> Option<WindowFrameBound> {
        match bound {
            FrameBound::Unbounded => Some(unbounded),
            FrameBound::CurrentRow => Some(WindowFrameBound::CurrentRow),
            FrameBound::Offset(offset) => match constant(offset) {
                Some(rows) if units == WindowFrameUnits::Rows => {
                    let count = ScalarValue::UInt64(Some(rows.unsigned_abs()));
                    Some(if rows < 0 { WindowFrameBound::Preceding(count) } else { WindowFrameBound::Following(count) })
                }
                _ => self.not_built("a RANGE frame with an offset", origin),
            },
        }
    }

    /// Puts a FILTER on the aggregate within a value.
    pub(crate) fn filtered(&mut self, value: Typed, condition: Expr, origin: &Origin) -> Option<Typed> {
        let filter = |expr: Expr| {
            Ok(match expr {
                Expr::AggregateFunction(mut call) => {
                    let both = match call.params.filter.take() {
                        Some(own) => own.and(condition.clone()),
                        None => condition.clone(),
                    };
                    // DataFusion computes the arguments before it filters
                    for argument in &mut call.params.args {
                        if guard::can_fail(argument) {
                            let branch = (Box::new(both.clone()), Box::new(argument.clone()));
                            *argument = Expr::Case(datafusion::logical_expr::expr::Case::new(None, vec![branch], None));
                        }
                    }
                    call.params.filter = Some(Box::new(both));
                    Transformed::complete(Expr::AggregateFunction(call))
                }
                other => Transformed::no(other),
            })
        };
        match value.expr.transform_down(filter) {
            Ok(expr) if expr.transformed => Some(Typed { expr: expr.data, ..value }),
            _ => self.not_built("FILTER after a function that is no aggregate", origin),
        }
    }
}

fn aggregate_over(call: AggregateFunction, partition_by: &[Expr], order_by: &[Sort], frame: &NativeFrame) -> Expr {
    Expr::WindowFunction(Box::new(WindowFunction {
        fun: WindowFunctionDefinition::AggregateUDF(call.func),
        params: WindowFunctionParams {
            args: call.params.args,
            partition_by: partition_by.to_vec(),
            order_by: order_by.to_vec(),
            window_frame: frame.clone(),
            filter: call.params.filter,
            null_treatment: call.params.null_treatment,
            distinct: call.params.distinct,
        },
    }))
}

/// The value of a whole constant, possibly negated.
pub(crate) fn constant(expression: &Expression) -> Option<i64> {
    match &expression.kind {
        ExpressionKind::Literal(Literal::Integer(value)) => Some(i64::from(*value)),
        ExpressionKind::Literal(Literal::Long(value)) => Some(*value),
        ExpressionKind::Function(call) if call.name.parts.last().is_some_and(|part| part.text.matches("negative")) => {
            call.arguments.first().and_then(constant).map(|value| -value)
        }
        _ => None,
    }
}
