//! VALUES: rows that are written out.

use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use datafusion::prelude::Column;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::{EngineError, ErrorKind};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::coercion::common_of_values;
use lakesmith_functions::{Typed, guard};
use lakesmith_unresolved::expression::{Expression, ExpressionKind};

use crate::generator::generates;
use crate::project::mentions_aggregate;
use crate::random::is_random;
use crate::resolver::{Planned, Resolver};
use crate::scope::{Scope, ScopeColumn};

impl Resolver<'_> {
    pub(crate) fn inline_table(
        &mut self,
        rows: &[Vec<Expression>],
        origin: &Origin,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let is_refused = |value: &&Expression| mentions_aggregate(value) || is_random(value) || is_rewritten(value);
        if let Some(value) = rows.iter().flatten().find(is_refused) {
            let title = "VALUES holds an aggregate or random function, or one that becomes another expression";
            let condition = Condition::INVALID_INLINE_TABLE_CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE;
            return self.refuse(Diagnostic::error(condition, title), &value.origin, "");
        }
        let scope = Scope { outer: Some(outer), ..Scope::default() };
        let resolved: Vec<Option<Vec<Typed>>> =
            rows.iter().map(|row| row.iter().map(|value| self.expression(value, &scope)).collect()).collect();
        let mut resolved = resolved.into_iter().collect::<Option<Vec<_>>>()?;
        self.checked_values(&resolved, rows)?;
        let width = resolved.first().map_or(0, Vec::len);
        if resolved.iter().any(|row| row.len() != width) {
            let title = "rows of VALUES have different numbers of columns";
            let condition = Condition::INVALID_INLINE_TABLE_NUM_COLUMNS_MISMATCH;
            return self.refuse(Diagnostic::error(condition, title), origin, "");
        }
        let mut columns = Vec::new();
        let mut projected = Vec::new();
        for index in 0..width {
            let common = common_of_values("VALUES", resolved.iter().map(|row| &row[index].data_type));
            let condition = Condition::INVALID_INLINE_TABLE_INCOMPATIBLE_TYPES_IN_INLINE_TABLE;
            let common = common.map_err(|fault| lakesmith_functions::Fault { condition, ..fault });
            let common = self.settle(common, origin)?;
            // what the values are cast to makes none of them NULL
            let nullable = resolved.iter().any(|row| row[index].nullable);
            for row in &mut resolved {
                let value = cast(row[index].clone(), &common, Mode::Ansi);
                row[index] = self.settle(value, origin)?;
            }
            let failing = resolved.iter().enumerate().find_map(|(at, row)| Some((at, failure(&row[index])?)));
            if let Some((at, failure)) = failing {
                let title = "a value of VALUES cannot be computed";
                let condition = Condition::INVALID_INLINE_TABLE_FAILED_SQL_EXPRESSION_EVALUATION;
                let diagnostic = Diagnostic::error(condition, title).note(failure);
                return self.refuse(diagnostic, &rows[at][index].origin, "");
            }
            let name = format!("column{}", index + 1);
            let value = Typed { expr: Expr::Column(Column::new_unqualified(name)), data_type: common, nullable };
            let attribute = self.attribute(format!("col{}", index + 1), &value);
            projected.push(value.expr.alias(attribute.internal()));
            columns.push(ScopeColumn::computed(attribute));
        }
        let exprs = resolved.into_iter().map(|row| row.into_iter().map(|value| value.expr).collect()).collect();
        let values = LogicalPlanBuilder::values(exprs);
        let plan = self.built(values.and_then(|values| values.project(projected)), origin)?;
        Some(Planned { plan, columns })
    }
}

/// Whether Spark puts another expression, or a loop, in the place of a function when the rows of VALUES are there already.
fn is_rewritten(value: &Expression) -> bool {
    let is_own = match &value.kind {
        ExpressionKind::Lambda { .. } => true,
        ExpressionKind::Function(call) => {
            let name = call.name.parts.last().map_or("", |part| part.text.as_str());
            ["between", "nullif", "nullifzero"].iter().any(|known| known.eq_ignore_ascii_case(name)) || generates(call)
        }
        _ => false,
    };
    is_own || value.children().into_iter().any(is_rewritten)
}

/// Why a constant has no value.
fn failure(value: &Typed) -> Option<String> {
    let error = EngineError::from_datafusion("compute a constant", guard::failing_part(&value.expr)?);
    match &error.kind {
        ErrorKind::Data(condition) if **condition != Condition::UNSUPPORTED_FEATURE => Some(error.message),
        _ => None,
    }
}
