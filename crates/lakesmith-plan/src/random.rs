//! Functions that give other values in each call or for each way of splitting the rows, and where Spark lets none of them stand.

use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::registry;
use lakesmith_unresolved::Relation;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall};
use lakesmith_unresolved::sql_function::FunctionBody;

use crate::resolver::Resolver;

/// Functions whose calls are told apart by chance, by the first of their names.
pub(crate) const RANDOM: [&str; 5] = ["rand", "randn", "randstr", "uniform", "uuid"];

/// Functions that depend on the place of a row.
const PLACED: [&str; 6] = [
    "input_file_block_length",
    "input_file_block_start",
    "input_file_name",
    "monotonically_increasing_id",
    "shuffle",
    "spark_partition_id",
];

/// Whether a call is of a function of Spark that gives other values in each call.
fn is_random_call(call: &FunctionCall) -> bool {
    let Some(part) = call.name.parts.last() else { return false };
    let function = registry::find(part.text.as_str());
    function.is_some_and(|function| RANDOM.contains(&function.names[0]))
        || PLACED.iter().any(|name| part.text.matches(name))
}

/// Whether a function that gives other values in each call stands in an expression.
pub(crate) fn is_random(expression: &Expression) -> bool {
    let is_own = match &expression.kind {
        // a name is no value
        ExpressionKind::ComputedIdentifier(_) => return false,
        ExpressionKind::Function(call) => is_random_call(call),
        _ => false,
    };
    is_own || expression.children().into_iter().any(is_random)
}

/// Whether such a function stands in a query.
pub(crate) fn is_random_query(query: &Relation) -> bool {
    let within = |expression: &Expression| is_random(expression) || expression.query().is_some_and(is_random_query);
    query.expressions().into_iter().any(within) || query.inputs().into_iter().any(is_random_query)
}

impl Resolver<'_> {
    /// Refuses an aggregate function of values that are others in each call. What a function of SQL is given is computed before it,
    /// so its arguments may be such values.
    pub(crate) fn checked_aggregate(&mut self, call: &FunctionCall, origin: &Origin) -> Option<()> {
        let keys = call.within_group.iter().map(|order| &order.child);
        let Some(random) = call.arguments.iter().chain(keys).find(|part| self.is_random_value(part, false)) else {
            return Some(());
        };
        let title = "an aggregate function takes a value that is another one in each call";
        let condition = Condition::AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION;
        let diagnostic = Diagnostic::error(condition, title).help("compute the value in a query beneath this one");
        let at = if random.origin == Origin::Unknown { origin.clone() } else { random.origin.clone() };
        self.refuse(diagnostic, &at, "random")
    }

    /// Refuses the condition of a join that is another one in each call.
    pub(crate) fn same_for_all_calls(&mut self, on: &Expression, condition: Condition) -> Option<()> {
        if !self.is_random_value(on, true) {
            return Some(());
        }
        let diagnostic = Diagnostic::error(condition, "the condition of a join is another one in each call");
        self.refuse(diagnostic.help("compute the value in a query beneath this one"), &on.origin, "random")
    }

    /// Whether a value is another one in each call, be it by the body of a function of SQL, or by what that is given.
    fn is_random_value(&mut self, expression: &Expression, by_arguments: bool) -> bool {
        let ExpressionKind::Function(call) = &expression.kind else {
            if let Some(query) = expression.query() {
                return is_random_query(query);
            }
            let is_name = matches!(expression.kind, ExpressionKind::ComputedIdentifier(_));
            return !is_name && expression.children().into_iter().any(|part| self.is_random_value(part, by_arguments));
        };
        if let Some(function) = self.of_sql(call) {
            let of_body = match &function.definition.body {
                FunctionBody::Value(value) => is_random(value),
                FunctionBody::Query(query) => is_random_query(query),
            };
            return of_body || by_arguments && call.arguments.iter().any(|part| self.is_random_value(part, true));
        }
        is_random_call(call) || call.parts().into_iter().any(|part| self.is_random_value(part, by_arguments))
    }
}
