//! Windows: `f(…) OVER (…)`, and the FILTER of an aggregate. Both reach into the expression that a function gave.

use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::Sort;
use datafusion::logical_expr::{
    Expr, LogicalPlan, LogicalPlanBuilder, WindowFrame as NativeFrame, WindowFrameBound, WindowFrameUnits,
};
use datafusion::prelude::Column;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::{Role, Typed, guard, normal, registry, windowed};
use lakesmith_unresolved::expression::{
    Expression, ExpressionKind, FrameBound, FrameUnit, FunctionCall, Window, WindowFrame,
};

use crate::call::WITHOUT_DISTINCT;
use crate::frame::{constant, is_by_groups};
use crate::project::mentions_aggregate;
use crate::resolver::Resolver;
use crate::scope::Scope;
use crate::sort::directed;

impl Resolver<'_> {
    /// A function over a window.
    pub(crate) fn window(&mut self, function: &Expression, window: &Window, scope: &Scope<'_>) -> Option<Typed> {
        let origin = &function.origin;
        if let Some(name) = &window.reference {
            return self.no_such_window(name);
        }
        if scope.within_aggregate {
            let title = "a window function stands inside an aggregate function";
            let diagnostic = Diagnostic::error(Condition::UNSUPPORTED_EXPR_FOR_OPERATOR, title)
                .help("compute it in a query beneath this one");
            return self.refuse(diagnostic, origin, "");
        }
        if let ExpressionKind::Function(call) = &function.kind {
            self.check_windowed(call, window, origin)?;
        }
        let scope = &Scope { within_window: true, ..*scope };
        let value = self.expression(function, &Scope { windowed: Some(scope.aggregates), ..*scope })?;
        let partition_by = self.window_keys(window.partition_by.iter(), scope)?;
        let mut keys = self.window_keys(window.order_by.iter().map(|order| &order.child), scope)?;
        let frame = match &window.frame {
            Some(frame) => {
                let descending = window.order_by.first().is_some_and(|order| order.descending);
                self.frame(frame, &mut keys, descending, origin)?
            }
            None if keys.iter().any(|key| is_by_groups(&key.data_type)) => {
                let unbounded = WindowFrameBound::Preceding(ScalarValue::UInt64(None));
                NativeFrame::new_bounds(WindowFrameUnits::Groups, unbounded, WindowFrameBound::CurrentRow)
            }
            None => NativeFrame::new((!keys.is_empty()).then_some(false)),
        };
        let partition_by: Vec<Expr> = partition_by.into_iter().map(|key| key.expr).collect();
        let orders = keys.into_iter().zip(&window.order_by);
        let order_by: Vec<Sort> = orders.map(|(key, order)| directed(key.expr, order)).collect();
        let mut unshaped = None;
        let over = |expr: Expr| {
            let mut call = match expr {
                Expr::AggregateFunction(call) => match windowed::windowed(call) {
                    Ok(call) => call,
                    Err(call) => {
                        unshaped = Some(call.func.name().to_owned());
                        return Ok(Transformed::new(Expr::AggregateFunction(call), false, TreeNodeRecursion::Stop));
                    }
                },
                Expr::WindowFunction(call)
                    if call.params.partition_by.is_empty() && call.params.order_by.is_empty() =>
                {
                    *call
                }
                other => return Ok(Transformed::no(other)),
            };
            call.params.partition_by.clone_from(&partition_by);
            call.params.order_by.clone_from(&order_by);
            call.params.window_frame = frame.clone();
            Ok(Transformed::new(Expr::WindowFunction(Box::new(call)), true, TreeNodeRecursion::Jump))
        };
        let replaced = value.expr.transform_down(over);
        if unshaped.is_some() {
            return self.not_built(&format!("{} over a window", shown(function)), origin);
        }
        match replaced {
            Ok(expr) if expr.transformed => Some(Typed { expr: expr.data, ..value }),
            _ => self.not_built("OVER after a function that is no aggregate and no window function", origin),
        }
    }

    /// Keys of a window, zeros and NaNs alike.
    fn window_keys<'e>(&mut self, keys: impl Iterator<Item = &'e Expression>, scope: &Scope<'_>) -> Option<Vec<Typed>> {
        let keys: Vec<Option<Typed>> = keys
            .map(|key| {
                let value = self.expression(key, scope)?;
                self.settle(normal::normal(value), &key.origin)
            })
            .collect();
        keys.into_iter().collect()
    }

    /// Notes a function that cannot stand over this window.
    fn check_windowed(&mut self, call: &FunctionCall, window: &Window, origin: &Origin) -> Option<()> {
        let name = call.name.parts.last().map_or("", |part| part.text.as_str());
        let Some(function) = registry::find(name) else { return Some(()) };
        let diagnostic = match function.role {
            _ if call.distinct && WITHOUT_DISTINCT.contains(&function.names[0]) => return Some(()),
            _ if call.distinct && function.role == Role::Aggregate => {
                let title = format!("`{name}(DISTINCT …)` cannot be computed over a window");
                Diagnostic::error(Condition::DISTINCT_WINDOW_FUNCTION_UNSUPPORTED, title)
            }
            Role::Scalar if !call.within_group.is_empty() => {
                let title = format!("`{name}` has no WITHIN GROUP");
                Diagnostic::error(Condition::INVALID_SQL_SYNTAX_FUNCTION_WITH_UNSUPPORTED_SYNTAX, title)
            }
            Role::Window if window.order_by.is_empty() => {
                let title = format!("`{name}` needs a window with ORDER BY");
                Diagnostic::error(Condition::WINDOW_FUNCTION_FRAME_NOT_ORDERED, title)
            }
            Role::Window if call.filter.is_some() => {
                let title = format!("`{name}` has no FILTER");
                Diagnostic::error(Condition::INVALID_SQL_SYNTAX_FUNCTION_WITH_UNSUPPORTED_SYNTAX, title)
            }
            Role::Window if window.frame.as_ref().is_some_and(|frame| !is_own_frame(call, name, frame)) => {
                let title = format!("`{name}` has a frame of its own");
                Diagnostic::error(Condition::WINDOW_FUNCTION_AND_FRAME_MISMATCH, title).help("leave the frame out")
            }
            Role::Aggregate if is_narrow(window) && sorts_its_values(call, function.names[0]) => {
                let title = format!("`{name}` stands over whole partitions only");
                Diagnostic::error(Condition::INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC, title)
                    .help("leave ORDER BY and the frame out of its window")
            }
            Role::Scalar => {
                let title = format!("`{name}` is no aggregate function and no window function");
                Diagnostic::error(Condition::UNSUPPORTED_EXPR_FOR_WINDOW, title)
            }
            _ => return Some(()),
        };
        self.refuse(diagnostic, origin, "")
    }

    /// Computes the window functions within expressions beneath them, those inside of others first.
    pub(crate) fn windows(
        &mut self,
        plan: LogicalPlan,
        exprs: Vec<Expr>,
        origin: &Origin,
    ) -> Option<(LogicalPlan, Vec<Expr>)> {
        let (plan, exprs) = self.asked_beneath_windows(plan, exprs, origin)?;
        let mut found: Vec<Expr> = Vec::new();
        for expr in &exprs {
            // the closure never fails
            let _ = expr.apply(|node| {
                if matches!(node, Expr::WindowFunction(_)) && !holds_window_within(node) && !found.contains(node) {
                    found.push(node.clone());
                }
                Ok(TreeNodeRecursion::Continue)
            });
        }
        if found.is_empty() {
            return Some((plan, exprs));
        }
        let windowed = LogicalPlanBuilder::window_plan(plan, found.clone()).map(LogicalPlanBuilder::from);
        let plan = self.built(windowed, origin)?;
        let computed = |node: Expr| {
            if !found.contains(&node) {
                return Ok(Transformed::no(node));
            }
            let column = Column::new_unqualified(node.schema_name().to_string());
            Ok(Transformed::new(Expr::Column(column), true, TreeNodeRecursion::Jump))
        };
        let replaced = exprs.into_iter().map(|expr| match expr.clone().transform_down(computed) {
            Ok(replaced) => replaced.data,
            Err(_) => expr,
        });
        let replaced = replaced.collect();
        self.windows(plan, replaced, origin)
    }

    /// Notes a window function in a clause that chooses rows before windows are computed.
    pub(crate) fn without_window(&mut self, condition: &Expression, clause: &str) -> Option<()> {
        match find_window(condition) {
            Some(window) => self.refuse(no_window(clause), &window.origin, "about more than one row"),
            None => Some(()),
        }
    }

    /// Notes an aggregate function in QUALIFY, which only knows what the SELECT list gives.
    pub(crate) fn without_aggregate(&mut self, condition: &Expression) -> Option<()> {
        let Some(aggregate) = find_aggregate(condition) else { return Some(()) };
        let title = "QUALIFY computes no aggregate function";
        let diagnostic = Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITHOUT_SUGGESTION, title)
            .help("give what it is about a name in the SELECT list, and use the name");
        self.refuse(diagnostic, &aggregate.origin, "")
    }

    /// Notes a QUALIFY without any window function.
    pub(crate) fn check_qualify(&mut self, list: &[Expression], condition: &Expression) -> Option<()> {
        if list.iter().chain([condition]).any(|expression| find_window(expression).is_some()) {
            return Some(());
        }
        let title = "QUALIFY is about no window function";
        let diagnostic = Diagnostic::error(Condition::QUALIFY_REQUIRES_WINDOW_FUNCTION, title);
        self.refuse(diagnostic.help("filter by other conditions in WHERE or HAVING"), &condition.origin, "")
    }

    /// Notes a window function among keys.
    pub(crate) fn keys_without_window<'e>(
        &mut self,
        keys: impl Iterator<Item = &'e Expression>,
        clause: &str,
    ) -> Option<()> {
        let Some(window) = keys.filter_map(find_window).next() else { return Some(()) };
        let title = format!("a window function stands in {clause}");
        let diagnostic = Diagnostic::error(Condition::UNSUPPORTED_EXPR_FOR_OPERATOR, title)
            .help("give it a name in the SELECT list, and use the name");
        self.refuse(diagnostic, &window.origin, "")
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
                    Transformed::new(Expr::AggregateFunction(call), true, TreeNodeRecursion::Jump)
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

/// The fault of a window function in a clause that chooses rows before windows are computed.
pub(crate) fn no_window(clause: &str) -> Diagnostic {
    let title = format!("a window function stands in {clause}");
    Diagnostic::error(Condition::WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE, title)
        .help("filter by it in QUALIFY, or in a query around this one")
}

/// The first window function that is written in an expression.
pub(crate) fn find_window(expression: &Expression) -> Option<&Expression> {
    match expression.kind {
        ExpressionKind::Window { .. } => Some(expression),
        _ => expression.children().into_iter().find_map(find_window),
    }
}

/// The first aggregate function that is written in an expression, that of a window's keys included.
fn find_aggregate(expression: &Expression) -> Option<&Expression> {
    let within = match &expression.kind {
        ExpressionKind::Function(_) if mentions_aggregate(expression) => return Some(expression),
        ExpressionKind::Window { window, .. } => {
            window.partition_by.iter().chain(window.order_by.iter().map(|order| &order.child)).collect()
        }
        _ => expression.children(),
    };
    within.into_iter().find_map(find_aggregate)
}

fn holds_window_within(expr: &Expr) -> bool {
    let mut within = false;
    // the closure never fails
    let _ = expr.apply_children(|child| {
        within |= child.exists(|node| Ok(matches!(node, Expr::WindowFunction(_)))).unwrap_or(false);
        Ok(TreeNodeRecursion::Continue)
    });
    within
}

/// Whether an aggregate sorts what it is given, which Spark does once for a whole partition; `listagg` does where it is told to.
fn sorts_its_values(call: &FunctionCall, name: &str) -> bool {
    match name {
        "listagg" => !call.within_group.is_empty(),
        other => ["median", "percentile_cont", "percentile_disc"].contains(&other),
    }
}

/// Whether a window gives its rows parts of their partition.
fn is_narrow(window: &Window) -> bool {
    !window.order_by.is_empty() || window.frame.is_some()
}

/// Whether a frame is the one that a window function has when none is written.
fn is_own_frame(call: &FunctionCall, name: &str, frame: &WindowFrame) -> bool {
    let offset = |bound: &FrameBound| match bound {
        FrameBound::Offset(offset) => constant(offset),
        FrameBound::CurrentRow => Some(0),
        FrameBound::Unbounded => None,
    };
    match name.to_ascii_lowercase().as_str() {
        "nth_value" => true,
        shifted @ ("lag" | "lead") => {
            let rows = call.arguments.get(1).map_or(Some(1), constant);
            let rows = if shifted == "lag" { rows.map(|rows| -rows) } else { rows };
            frame.unit == FrameUnit::Rows && offset(&frame.lower) == rows && offset(&frame.upper) == rows
        }
        other => {
            let unit = if other == "cume_dist" { FrameUnit::Range } else { FrameUnit::Rows };
            frame.unit == unit && frame.lower == FrameBound::Unbounded && frame.upper == FrameBound::CurrentRow
        }
    }
}

/// A function as a user knows it.
fn shown(function: &Expression) -> String {
    match &function.kind {
        ExpressionKind::Function(call) => {
            let name = call.name.parts.last().map_or("", |part| part.text.as_str());
            let filter = if call.filter.is_some() { " with FILTER" } else { "" };
            format!("`{name}`{filter}")
        }
        _ => "this function".into(),
    }
}
