//! Sessions in GROUP BY: rows of the same other keys are one session where each follows the ones before within their gap.
//!
//! Spark merges sessions where a column of `session_window` is itself a key, also one that a query beneath has selected.

use std::sync::Arc;

use datafusion::common::{Result, ScalarValue};
use datafusion::functions::core::expr_fn::get_field;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::min_max::{max_udaf, min_udaf};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{
    AggregateUDF, Expr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, WindowFrame, WindowFrameBound,
    WindowFrameUnits, WindowFunctionDefinition, lit, when,
};
use datafusion::prelude::Column;
use lakesmith_diagnostic::Origin;
use lakesmith_functions::Typed;
use lakesmith_functions::time_window::between;
use lakesmith_unresolved::SparkType;

use crate::resolver::Resolver;

impl Resolver<'_> {
    /// Rows that are to be grouped by keys, with merged sessions; as they are where no key is a session.
    pub(crate) fn with_merged_sessions(
        &mut self,
        plan: LogicalPlan,
        keys: &[Typed],
        origin: &Origin,
    ) -> Option<LogicalPlan> {
        let Some(session) = keys.iter().find(|key| self.is_session(&key.expr)) else { return Some(plan) };
        let others = keys.iter().filter(|key| key.expr != session.expr).map(|key| key.expr.clone()).collect();
        self.merged(plan, session, others, origin)
    }

    /// Whether a value is a column of `session_window`.
    pub(crate) fn is_session(&self, value: &Expr) -> bool {
        matches!(value, Expr::Column(column) if self.sessions.contains(&column.name))
    }

    /// The rows with the sessions that they are in, in place of those that they would be alone.
    fn merged(
        &mut self,
        plan: LogicalPlan,
        session: &Typed,
        others: Vec<Expr>,
        origin: &Origin,
    ) -> Option<LogicalPlan> {
        let SparkType::Struct(fields) = &session.data_type else { return Some(plan) };
        let Expr::Column(replaced) = &session.expr else { return Some(plan) };
        let moment = |field: usize, expr: Expr| Typed::new(expr, fields[field].data_type.clone());
        let [start, end] = [0, 1].map(|field: usize| get_field(session.expr.clone(), fields[field].name.as_str()));
        let own: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
        let [begins, number, first, last] = ["begins", "session", "start", "end"]
            .map(|name| Column::new_unqualified(format!("{name}#{}", self.number())));

        // a row begins a session where all before it have ended
        let before = WindowFrameBound::Preceding(ScalarValue::UInt64(Some(1)));
        let ended = over(max_udaf(), end.clone(), others.clone(), Some((start.clone(), before)));
        let begins_one = |ended: Expr| ended.clone().is_null().or(start.clone().gt(ended));
        let mut plan = self.with_window(plan, ended, &begins, begins_one, origin)?;
        // those that have begun are counted
        let up_to_here = Some((start.clone(), WindowFrameBound::CurrentRow));
        let one = when(Expr::Column(begins), lit(1i64)).end();
        let begun = one.and_then(|one| over(count_udaf(), one, others.clone(), up_to_here));
        plan = self.with_window(plan, begun, &number, |begun| begun, origin)?;
        let of_session: Vec<Expr> = others.into_iter().chain([Expr::Column(number)]).collect();
        for (function, bound, column) in [(min_udaf(), start, &first), (max_udaf(), end, &last)] {
            let bound = over(function, bound, of_session.clone(), None);
            plan = self.with_window(plan, bound, column, |bound| bound, origin)?;
        }
        let session = between(moment(0, Expr::Column(first)), moment(1, Expr::Column(last)));
        let session = self.settle(session, origin)?.expr.alias(replaced.name.clone());
        let columns = own.into_iter().map(|column| match &column {
            Expr::Column(name) if name == replaced => session.clone(),
            _ => column,
        });
        self.built(LogicalPlanBuilder::from(plan).project(columns.collect::<Vec<_>>()), origin)
    }

    /// The plan with a column made of a window function.
    fn with_window(
        &mut self,
        plan: LogicalPlan,
        window: Result<Expr>,
        column: &Column,
        value: impl FnOnce(Expr) -> Expr,
        origin: &Origin,
    ) -> Option<LogicalPlan> {
        let own: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
        let built = window.and_then(|window| {
            let computed = Expr::Column(Column::new_unqualified(window.schema_name().to_string()));
            let columns = own.into_iter().chain([value(computed).alias(column.name.clone())]);
            LogicalPlanBuilder::from(plan).window([window])?.project(columns.collect::<Vec<_>>())
        });
        self.built(built, origin)
    }
}

/// An aggregate over partitions: of all rows, or of those up to a bound in an order.
fn over(
    function: Arc<AggregateUDF>,
    value: Expr,
    partition: Vec<Expr>,
    order: Option<(Expr, WindowFrameBound)>,
) -> Result<Expr> {
    let call = WindowFunction::new(WindowFunctionDefinition::AggregateUDF(function), vec![value]);
    let (order, end) = match order {
        Some((order, bound)) => (vec![order.sort(true, false)], bound),
        None => (Vec::new(), WindowFrameBound::Following(ScalarValue::UInt64(None))),
    };
    let start = WindowFrameBound::Preceding(ScalarValue::UInt64(None));
    let frame = WindowFrame::new_bounds(WindowFrameUnits::Rows, start, end);
    Expr::from(call).partition_by(partition).order_by(order).window_frame(frame).build()
}
