//! Calls of functions that take lambdas. A parameter is a name in reach of the body; what the body takes from outside becomes
//! an argument of the call, so that the plan's optimizer sees it and the body itself names nothing of the plan.

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::{Expr, ExprSchemable};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_functions::higher_order::{Body, HigherCall, HigherOrder, Parameter, parameters};
use lakesmith_functions::{Typed, guard, lambda};
use lakesmith_unresolved::NamePart;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall};

use crate::resolver::{Resolver, broken};
use crate::scope::{Scope, Variable};

impl Resolver<'_> {
    /// A call of a function that takes lambdas.
    pub(crate) fn higher_order(
        &mut self,
        function: &'static HigherOrder,
        call: &FunctionCall,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Typed> {
        let name = call.name.parts.last().map_or("", |part| part.text.as_str());
        let (fewest, most) = (function.values + function.lambdas.0, function.values + function.lambdas.1);
        if !(fewest..=most).contains(&call.arguments.len()) {
            let title = format!("function `{name}` takes {fewest} arguments, not {}", call.arguments.len());
            return self.refuse(Diagnostic::error(Condition::WRONG_NUM_ARGS, title), origin, "");
        }
        let (values, lambdas) = call.arguments.split_at(function.values);
        let values: Vec<Option<Typed>> = values.iter().map(|value| self.expression(value, scope)).collect();
        let values = (function.prepare)(name, values.into_iter().collect::<Option<Vec<_>>>()?);
        let values = self.settled(values, call, origin)?;
        let mut bodies = Vec::new();
        for (number, lambda) in lambdas.iter().enumerate() {
            let wanted = parameters(function, &values, number);
            let optional = if number == 0 { function.optional } else { 0 };
            bodies.push(self.body(name, lambda, &wanted, optional, scope));
        }
        let bodies = bodies.into_iter().collect::<Option<Vec<_>>>()?;
        let resolved = (function.resolve)(HigherCall { name, values, bodies });
        self.settled(resolved, call, origin)
    }

    fn settled<T>(
        &mut self,
        result: Result<T, lakesmith_functions::Fault>,
        call: &FunctionCall,
        origin: &Origin,
    ) -> Option<T> {
        let wrong = result.as_ref().err().and_then(|fault| call.arguments.get(fault.argument?));
        self.settle(result, wrong.map_or(origin, |argument| &argument.origin))
    }

    /// A lambda, or a value that is the same for all parameters.
    fn body(
        &mut self,
        function: &str,
        written: &Expression,
        wanted: &[Parameter],
        optional: usize,
        scope: &Scope<'_>,
    ) -> Option<Body> {
        let (names, body): (&[NamePart], &Expression) = match &written.kind {
            ExpressionKind::Lambda { parameters, body } => (parameters, body),
            _ => (&[], written),
        };
        let is_lambda = matches!(written.kind, ExpressionKind::Lambda { .. });
        let fewest = wanted.len() - optional.min(wanted.len());
        if is_lambda && !(fewest..=wanted.len()).contains(&names.len()) {
            let counts = if optional > 0 { format!("{fewest} or {}", wanted.len()) } else { fewest.to_string() };
            let title = format!("the lambda of `{function}` has {counts} parameters, not {}", names.len());
            let condition = Condition::INVALID_LAMBDA_FUNCTION_CALL_NUM_ARGS_MISMATCH;
            return self.refuse(Diagnostic::error(condition, title), &written.origin, "");
        }
        if let Some(twice) =
            names.iter().enumerate().find(|(at, name)| names[..*at].iter().any(|n| n.text == name.text))
        {
            let title = format!("two parameters of a lambda are called `{}`", twice.1.text.as_str());
            let condition = Condition::INVALID_LAMBDA_FUNCTION_CALL_DUPLICATE_ARG_NAMES;
            return self.refuse(Diagnostic::error(condition, title), &twice.1.origin, "used before");
        }
        let used = &wanted[..if is_lambda { names.len() } else { fewest }];
        let own: Vec<Variable> = names
            .iter()
            .zip(used)
            .map(|(name, parameter)| {
                let internal = format!("{}#{}", name.text.as_str(), self.number());
                let expr = Expr::Column(Column::new_unqualified(internal));
                let value = Typed { expr, data_type: parameter.data_type.clone(), nullable: parameter.nullable };
                Variable { name: name.text.clone(), value }
            })
            .collect();
        let variables: Vec<Variable> = scope.variables.iter().chain(&own).cloned().collect();
        let value = self.expression(body, &Scope { variables: &variables, ..*scope })?;
        self.closed(value, &own, used, scope, &written.origin)
    }

    /// The body over its parameters and what it takes from outside.
    fn closed(
        &mut self,
        value: Typed,
        own: &[Variable],
        parameters: &[Parameter],
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Body> {
        let Typed { expr, data_type, nullable } = value;
        let number = |node: &Expr| own.iter().position(|variable| variable.value.expr == *node);
        let mentions = |node: &Expr| node.exists(|part| Ok(number(part).is_some())).unwrap_or(true);
        let mut captured: Vec<Expr> = Vec::new();
        let mut misplaced = false;
        let closed = expr.transform_down(|node| {
            if let Some(number) = number(&node) {
                let column = Column::new_unqualified(lambda::parameter(number));
                return Ok(Transformed::new(Expr::Column(column), true, TreeNodeRecursion::Jump));
            }
            let is_computed = matches!(node, Expr::AggregateFunction(_) | Expr::WindowFunction(_));
            misplaced |= is_computed && mentions(&node);
            let is_column = matches!(node, Expr::Column(_) | Expr::OuterReferenceColumn(..));
            // what is the same for all elements is computed once for each row
            let is_constant =
                || holds_outside(&node) && !node.is_volatile() && !guard::can_fail(&node) && !mentions(&node);
            if !is_column && !is_computed && !is_constant() {
                return Ok(Transformed::no(node));
            }
            let number = captured.iter().position(|known| *known == node).unwrap_or(captured.len());
            if number == captured.len() {
                captured.push(node);
            }
            let column = Column::new_unqualified(lambda::captured(number));
            Ok(Transformed::new(Expr::Column(column), true, TreeNodeRecursion::Jump))
        });
        if misplaced {
            let title = "an aggregate or window function of a lambda's parameter";
            let help = "to add up the elements of an array, use `aggregate(array, 0, (sum, x) -> sum + x)`";
            return self.refuse(Diagnostic::error(Condition::GROUP_BY_AGGREGATE, title).help(help), origin, "");
        }
        let captured = captured.into_iter().map(|expr| outside_type(&expr, scope).map(|arrow| (expr, arrow)));
        match (closed, captured.collect::<Result<Vec<_>>>()) {
            (Ok(closed), Ok(captured)) => {
                let value = Typed { expr: closed.data, data_type, nullable };
                Some(Body { value, parameters: parameters.to_vec(), captured })
            }
            (Err(error), _) | (_, Err(error)) => self.refuse(broken(&error), origin, ""),
        }
    }
}

/// Whether an expression takes anything from a row.
fn holds_outside(expr: &Expr) -> bool {
    let is_outside = |node: &Expr| {
        Ok(matches!(
            node,
            Expr::Column(_) | Expr::OuterReferenceColumn(..) | Expr::AggregateFunction(_) | Expr::WindowFunction(_)
        ))
    };
    expr.exists(is_outside).unwrap_or(true)
}

/// The type of an expression over the columns and lambda parameters in reach.
fn outside_type(expr: &Expr, scope: &Scope<'_>) -> Result<DataType> {
    let mut fields = Vec::new();
    for column in expr.column_refs() {
        let attributes = scope.columns.iter().map(|column| &column.attribute);
        let found = attributes.map(|a| (a.column(), &a.data_type));
        let found = found.chain(scope.variables.iter().map(|v| (v.value.expr.clone(), &v.value.data_type)));
        let wanted = Expr::Column(column.clone());
        for (_, data_type) in found.filter(|(known, _)| *known == wanted).take(1) {
            let arrow = to_arrow(data_type)
                .map_err(|error| datafusion::common::plan_datafusion_err!("a column of type {}", error.0))?;
            fields.push(Field::new(column.name.clone(), arrow, true));
        }
    }
    let schema = DFSchema::from_unqualified_fields(fields.into(), Default::default())?;
    expr.get_type(&schema)
}

#[cfg(test)]
mod tests {
    use crate::testing::Session;

    async fn orders() -> Session {
        let mut session = Session::new();
        let rows = "SELECT * FROM VALUES (1, 10, array(1, 2, 3)), (2, 20, array(4)), (3, 30, array()), (4, 40, NULL) \
                    AS t(id, tax, prices)";
        session.define("orders", rows).await;
        session
    }

    #[tokio::test]
    async fn a_body_sees_its_parameters_and_the_row_around_it() {
        let session = orders().await;
        for (sql, expected) in [
            (
                "SELECT id, transform(prices, (p, i) -> p * tax + i) FROM orders ORDER BY id",
                vec!["1|[10, 21, 32]", "2|[80]", "3|[]", "4|NULL"],
            ),
            (
                "SELECT id, transform(prices, p -> transform(prices, q -> p * q + id)) FROM orders WHERE id < 3 ORDER BY id",
                vec!["1|[[2, 3, 4], [3, 5, 7], [4, 7, 10]]", "2|[[18]]"],
            ),
            (
                "SELECT total, count(*) FROM (SELECT aggregate(prices, 0, (a, p) -> a + p) AS total, id FROM orders) \
                 WHERE total > 0 AND id < 3 GROUP BY total ORDER BY total",
                vec!["4|1", "6|1"],
            ),
            ("SELECT id FROM orders WHERE exists(prices, p -> p * 10 = tax + 10) ORDER BY id", vec!["1"]),
        ] {
            assert_eq!(session.rows(sql).await, expected, "{sql}");
        }
    }

    #[tokio::test]
    async fn elements_beneath_null_lists_are_not_computed() {
        let session = orders().await;
        let sql =
            "SELECT id, transform(IF(id > 1, NULL, prices), p -> 6 DIV (4 - p) + id) FROM orders ORDER BY id LIMIT 2";
        assert_eq!(session.rows(sql).await, ["1|[3, 4, 7]", "2|NULL"]);
    }

    #[tokio::test]
    async fn what_is_no_lambda_for_a_function_is_refused_at_its_place() {
        let session = orders().await;
        for (sql, expected) in [
            (
                "SELECT exists(prices, (p, i) -> true) FROM orders",
                "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH: the lambda of `exists` has 1 parameters, not 2 \
                 @(p, i) -> true",
            ),
            (
                "SELECT transform(prices, (p, P) -> p) FROM orders",
                "INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES: two parameters of a lambda are called `P` @P",
            ),
            (
                "SELECT upper(p -> p) FROM orders",
                "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION: a lambda where none is taken @p -> p",
            ),
            (
                "SELECT filter(prices, p -> p + 1) FROM orders",
                "DATATYPE_MISMATCH: the lambda of `filter` is no condition, its value is of type INT @p -> p + 1",
            ),
            (
                "SELECT transform(prices, p -> (SELECT 1)) FROM orders",
                "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.HIGHER_ORDER_FUNCTION: a subquery stands inside a lambda \
                 @(SELECT 1)",
            ),
            (
                "SELECT transform(prices, p -> sum(p)) FROM orders",
                "GROUP_BY_AGGREGATE: an aggregate or window function of a lambda's parameter @p -> sum(p)",
            ),
        ] {
            assert_eq!(session.faults(sql).await, [expected], "{sql}");
        }
    }

    #[tokio::test]
    async fn a_comparator_that_gives_null_ends_the_query() {
        let session = orders().await;
        let sql = "SELECT array_sort(array(3, NULL, 2), (l, r) -> l - r) FROM orders";
        assert_eq!(session.run_fault(sql).await, "COMPARATOR_RETURNS_NULL");
    }
}
