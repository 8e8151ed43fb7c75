//! `grouping` and `grouping_id`: which keys a row of a larger group lacks. They are aggregates of the engine over the computed
//! keys, which are known only once all of the block is.

use datafusion::functions_aggregate::grouping::grouping_udaf;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Expr, cast, lit};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_functions::Typed;
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall};

use crate::resolver::Resolver;
use crate::same_value::is_same;
use crate::scope::{Found, Scope};

/// What tells `grouping_id` from `grouping` until the keys are known.
const ID: &str = "grouping_id";

/// Whether an expression is the alias of an output and no column.
fn is_alias(expression: &Expression, scope: &Scope<'_>) -> bool {
    let ExpressionKind::Attribute { parts, plan_id, .. } = &expression.kind else { return false };
    let is_column = matches!(scope.find(parts, *plan_id), Found::Column(..));
    !is_column && matches!(parts.as_slice(), [only] if scope.aliases.iter().any(|(name, _)| *name == only.text))
}

impl Resolver<'_> {
    /// A call of `grouping` or `grouping_id`, if it is one.
    pub(crate) fn grouping(
        &mut self,
        call: &FunctionCall,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Option<Typed>> {
        let part = call.name.parts.last()?;
        let is_id = part.text.matches(ID);
        if !is_id && !part.text.matches("grouping") {
            return None;
        }
        if !scope.aggregates {
            return Some(self.no_sets(origin));
        }
        if !is_id && call.arguments.len() != 1 {
            let title = format!("function `grouping` takes 1 arguments, not {}", call.arguments.len());
            return Some(self.refuse(Diagnostic::error(Condition::WRONG_NUM_ARGS, title), origin, ""));
        }
        let inner = Scope { aggregates: false, ..*scope };
        if !is_id && !scope.is_having && call.arguments.iter().any(|key| is_alias(key, scope)) {
            let title = "`grouping` names an alias; it takes what is grouped by";
            let diagnostic = Diagnostic::error(Condition::GROUPING_COLUMN_MISMATCH, title);
            return Some(self.refuse(diagnostic, origin, "an alias"));
        }
        let keys: Vec<Option<Typed>> = call.arguments.iter().map(|key| self.expression(key, &inner)).collect();
        let Some(keys) = keys.into_iter().collect::<Option<Vec<_>>>() else { return Some(None) };
        let marks = is_id.then(|| lit(ID));
        let arguments = marks.into_iter().chain(keys.into_iter().map(|key| key.expr)).collect();
        let expr =
            Expr::AggregateFunction(AggregateFunction::new_udf(grouping_udaf(), arguments, false, None, vec![], None));
        let data_type = if is_id { SparkType::Long } else { SparkType::Byte };
        let arrow = to_arrow(&data_type).ok()?;
        Some(Some(Typed { expr: cast(expr, arrow), data_type, nullable: false }))
    }

    /// An aggregate over the computed keys, when it is one of these functions.
    pub(crate) fn over_keys(
        &mut self,
        aggregate: &Expr,
        keys: &[(Expr, Expr)],
        has_sets: bool,
        origin: &Origin,
    ) -> Option<Expr> {
        let Expr::AggregateFunction(call) = aggregate else { return Some(aggregate.clone()) };
        if call.func.name() != "grouping" {
            return Some(aggregate.clone());
        }
        if !has_sets {
            return self.no_sets(origin);
        }
        let is_id = call.params.args.first() == Some(&lit(ID));
        let written = &call.params.args[usize::from(is_id)..];
        let column =
            |wanted: &Expr| keys.iter().find(|(key, _)| is_same(key, wanted)).map(|(_, column)| column.clone());
        let all: Vec<Expr> = keys.iter().map(|(_, column)| column.clone()).collect();
        let found: Option<Vec<Expr>> = written.iter().map(column).collect();
        let arguments = match found {
            Some(found) if !is_id => found,
            Some(found) if found.is_empty() || found == all => all,
            _ if is_id => {
                let title = "`grouping_id` names other columns than GROUP BY, or in another order";
                let help = "write `grouping_id()`";
                let diagnostic = Diagnostic::error(Condition::GROUPING_ID_COLUMN_MISMATCH, title).help(help);
                return self.refuse(diagnostic, origin, "");
            }
            _ => {
                let title = "`grouping` names a column that is not grouped by";
                return self.refuse(Diagnostic::error(Condition::GROUPING_COLUMN_MISMATCH, title), origin, "");
            }
        };
        if arguments.iter().any(|key| !matches!(key, Expr::Column(_))) {
            return self.not_built("`grouping` of a key that no set has", origin);
        }
        let call = AggregateFunction::new_udf(grouping_udaf(), arguments, false, None, vec![], None);
        Some(Expr::AggregateFunction(call))
    }

    /// What these functions are of the group that has no key: every key is lacking. Nothing for another aggregate.
    pub(crate) fn over_nothing(&mut self, aggregate: &Expr, keys: &[Expr], origin: &Origin) -> Option<Option<Expr>> {
        let call = match aggregate {
            Expr::AggregateFunction(call) if call.func.name() == "grouping" => call,
            _ => return Some(None),
        };
        let is_id = call.params.args.first() == Some(&lit(ID));
        let written = &call.params.args[usize::from(is_id)..];
        if written.iter().any(|wanted| !keys.iter().any(|key| is_same(key, wanted))) {
            let title = "`grouping` names a column that is not grouped by";
            return self.refuse(Diagnostic::error(Condition::GROUPING_COLUMN_MISMATCH, title), origin, "");
        }
        let count = if written.is_empty() { keys.len() } else { written.len() };
        let lacking = if is_id { (1i64 << count.min(62)) - 1 } else { 1 };
        Some(Some(lit(lacking)))
    }

    pub(crate) fn no_sets<T>(&mut self, origin: &Origin) -> Option<T> {
        let title = "`grouping` and `grouping_id` stand with ROLLUP, CUBE or GROUPING SETS only";
        self.refuse(Diagnostic::error(Condition::UNSUPPORTED_GROUPING_EXPRESSION, title), origin, "")
    }
}
