//! Time windows in SELECT, WHERE and GROUP BY: `window(time, '5 minutes')` is a column `window` of the rows beneath, and
//! `session_window(time, '5 minutes')` a column `session_window`.
//!
//! A row whose time is NULL is in no window; one in several windows that overlap is a row for each.

use datafusion::logical_expr::Expr;
use datafusion::prelude::Column;
use lakesmith_base::Identifier;
use lakesmith_diagnostic::Origin;
use lakesmith_functions::time_window::{TimeWindow, session_window, time_window};
use lakesmith_functions::{Call, Typed};
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall};

use crate::resolver::{Planned, Resolver};
use crate::scope::{Reach, Scope, ScopeColumn};

/// The qualifier of the column, which no query can write.
const QUALIFIER: &str = "time window";

/// The functions that give windows, which are also the names of their columns.
const NAMES: [&str; 2] = ["window", SESSION];
const SESSION: &str = "session_window";

/// The function of time windows that a call is one of.
fn time_window_name(call: &FunctionCall) -> Option<&'static str> {
    let called = &call.name.parts.last()?.text;
    NAMES.into_iter().find(|name| called.matches(name) && !call.arguments.is_empty())
}

/// Whether a call is one of `window` or `session_window`.
pub(crate) fn is_time_window(call: &FunctionCall) -> bool {
    time_window_name(call).is_some()
}

impl Resolver<'_> {
    /// The input with the column of the one time window that the expressions call; the input itself when they call none.
    pub(crate) fn with_time_window<'e>(
        &mut self,
        input: Planned,
        expressions: impl IntoIterator<Item = &'e Expression>,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let mut found: Option<(TimeWindow, &str, &Origin)> = None;
        for (call, name, origin) in expressions.into_iter().flat_map(calls) {
            let window = self.resolved_window(call, name, origin, &input, outer)?;
            match &found {
                Some((known, ..)) if known.windows.expr != window.windows.expr => {
                    return self.not_built("a second time window in one SELECT", origin);
                }
                _ => found = Some((window, name, origin)),
            }
        }
        match found {
            Some((window, name, origin)) => self.windowed_input(input, window, name, origin),
            None => Some(input),
        }
    }

    fn resolved_window(
        &mut self,
        call: &FunctionCall,
        name: &'static str,
        origin: &Origin,
        input: &Planned,
        outer: &Scope<'_>,
    ) -> Option<TimeWindow> {
        let scope = Scope { outer: Some(outer), ..Scope::of(&input.columns) };
        let arguments: Vec<Option<Typed>> = call.arguments.iter().map(|a| self.expression(a, &scope)).collect();
        let arguments = arguments.into_iter().collect::<Option<Vec<_>>>()?;
        let session = &self.options.session;
        let resolve = if name == SESSION { session_window } else { time_window };
        let resolved = resolve(&Call {
            name,
            arguments,
            distinct: false,
            ignore_nulls: false,
            order: Vec::new(),
            session,
            entropy: 0,
        });
        let wrong = resolved.as_ref().err().and_then(|fault| call.arguments.get(fault.argument?));
        self.settle(resolved, wrong.map_or(origin, |argument| &argument.origin))
    }

    fn windowed_input(&mut self, input: Planned, window: TimeWindow, name: &str, origin: &Origin) -> Option<Planned> {
        let TimeWindow { windows, is_list, is_held } = window;
        let struct_type = match (&windows.data_type, is_list) {
            (SparkType::Array { element, .. }, true) => element.as_ref().clone(),
            (data_type, _) => data_type.clone(),
        };
        let value = Typed::new(windows.expr.clone(), struct_type).with_nullable(false);
        let attribute = self.attribute(name, &value);
        if name == SESSION {
            self.sessions.insert(attribute.internal());
        }
        let own = self.without_keys(&input.plan, &input.columns, origin)?;
        let projected: Vec<Expr> = own.into_iter().chain([windows.expr.alias(attribute.internal())]).collect();
        let kept = input.builder().filter(is_held);
        let mut plan = kept.and_then(|plan| plan.project(projected));
        if is_list {
            plan = plan.and_then(|plan| plan.unnest_column(Column::new_unqualified(attribute.internal())));
        }
        let plan = self.built(plan, origin)?;
        let mut columns = input.columns;
        columns.push(ScopeColumn { attribute, qualifier: vec![Identifier::new(QUALIFIER)], reach: Reach::Metadata });
        Some(Planned { plan, columns })
    }

    /// The column of the block's time window.
    pub(crate) fn window_column(&mut self, scope: &Scope<'_>, origin: &Origin) -> Option<Typed> {
        let is_window = |column: &&ScopeColumn| {
            column.reach == Reach::Metadata && column.qualifier.first().is_some_and(|name| name.as_str() == QUALIFIER)
        };
        match scope.columns.iter().rev().find(is_window) {
            Some(column) => {
                let attribute = &column.attribute;
                Some(Typed {
                    expr: attribute.column(),
                    data_type: attribute.data_type.clone(),
                    nullable: attribute.nullable,
                })
            }
            None => self.not_built("a time window outside of SELECT, WHERE and GROUP BY", origin),
        }
    }
}

/// The calls of time windows within an expression, its subqueries left out.
fn calls(expression: &Expression) -> Vec<(&FunctionCall, &'static str, &Origin)> {
    let mut found = Vec::new();
    let mut open = vec![expression];
    while let Some(next) = open.pop() {
        match &next.kind {
            ExpressionKind::Function(call) if let Some(name) = time_window_name(call) => {
                found.push((call.as_ref(), name, &next.origin));
            }
            _ => open.extend(next.children()),
        }
    }
    found
}
