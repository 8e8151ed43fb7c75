//! Time windows in SELECT and GROUP BY: `window(time, '5 minutes')` is a column `window` of the rows beneath.
//!
//! A row whose time is NULL is in no window; one in several windows that overlap is a row for each.

use datafusion::logical_expr::Expr;
use datafusion::prelude::Column;
use lakesmith_base::Identifier;
use lakesmith_diagnostic::Origin;
use lakesmith_functions::time_window::{TimeWindow, time_window};
use lakesmith_functions::{Call, Typed};
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall};

use crate::resolver::{Planned, Resolver};
use crate::scope::{Reach, Scope, ScopeColumn};

/// The qualifier of the column, which no query can write.
const QUALIFIER: &str = "time window";

/// Whether a call is one of `window`.
pub(crate) fn is_time_window(call: &FunctionCall) -> bool {
    call.name.parts.last().is_some_and(|name| name.text.matches("window")) && !call.arguments.is_empty()
}

impl Resolver<'_> {
    /// The input with the column of the one time window that the expressions call; the input itself when they call none.
    pub(crate) fn with_time_window<'e>(
        &mut self,
        input: Planned,
        expressions: impl IntoIterator<Item = &'e Expression>,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let mut found: Option<(TimeWindow, &Origin)> = None;
        for (call, origin) in expressions.into_iter().flat_map(calls) {
            let window = self.resolved_window(call, origin, &input, outer)?;
            match &found {
                Some((known, _)) if known.windows.expr != window.windows.expr => {
                    return self.not_built("a second time window in one SELECT", origin);
                }
                _ => found = Some((window, origin)),
            }
        }
        match found {
            Some((window, origin)) => self.windowed_input(input, window, origin),
            None => Some(input),
        }
    }

    fn resolved_window(
        &mut self,
        call: &FunctionCall,
        origin: &Origin,
        input: &Planned,
        outer: &Scope<'_>,
    ) -> Option<TimeWindow> {
        let scope = Scope { outer: Some(outer), ..Scope::of(&input.columns) };
        let arguments: Vec<Option<Typed>> = call.arguments.iter().map(|a| self.expression(a, &scope)).collect();
        let arguments = arguments.into_iter().collect::<Option<Vec<_>>>()?;
        let session = &self.options.session;
        let resolved = time_window(&Call {
            name: "window",
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

    fn windowed_input(&mut self, input: Planned, window: TimeWindow, origin: &Origin) -> Option<Planned> {
        let TimeWindow { windows, is_list, time } = window;
        let struct_type = match (&windows.data_type, is_list) {
            (SparkType::Array { element, .. }, true) => element.as_ref().clone(),
            (data_type, _) => data_type.clone(),
        };
        let value = Typed::new(windows.expr.clone(), struct_type).with_nullable(false);
        let attribute = self.attribute("window", &value);
        let own = self.without_keys(&input.plan, &input.columns, origin)?;
        let projected: Vec<Expr> = own.into_iter().chain([windows.expr.alias(attribute.internal())]).collect();
        let kept = input.builder().filter(time.expr.is_not_null());
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
            None => self.not_built("`window` outside of SELECT and GROUP BY", origin),
        }
    }
}

/// The calls of `window` within an expression, its subqueries left out.
fn calls(expression: &Expression) -> Vec<(&FunctionCall, &Origin)> {
    let mut found = Vec::new();
    let mut open = vec![expression];
    while let Some(next) = open.pop() {
        match &next.kind {
            ExpressionKind::Function(call) if is_time_window(call) => found.push((call.as_ref(), &next.origin)),
            _ => open.extend(next.children()),
        }
    }
    found
}
