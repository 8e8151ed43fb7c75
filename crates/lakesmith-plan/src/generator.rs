//! Generators: `SELECT explode(a)`, `LATERAL VIEW explode(a) t AS x`, `FROM explode(a)`.
//!
//! The rows of a generator stand beside the row they come from, under a qualifier of their own; what named the generator then
//! names these columns.

use datafusion::common::UnnestOptions;
use datafusion::functions::core::expr_fn::get_field;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use datafusion::prelude::Column;
use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::Typed;
use lakesmith_functions::generator::{Generated, generate, is_generator};
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall, NamePart};
use lakesmith_unresolved::relation::Aggregate;

use crate::frame::constant;
use crate::project::{Block, typed};
use crate::resolver::{Planned, Resolver};
use crate::scope::{Reach, Scope, ScopeColumn};

/// Where the columns of generated rows go.
pub(crate) struct Rows<'r> {
    /// Names of the columns; empty for the generator's own.
    pub names: &'r [NamePart],
    pub qualifier: Vec<Identifier>,
    /// How its columns are reached.
    pub reach: Reach,
    /// LATERAL VIEW OUTER.
    pub is_outer: bool,
    pub origin: &'r Origin,
}

/// Whether a call is one of a generator.
pub(crate) fn generates(call: &FunctionCall) -> bool {
    call.name.parts.last().is_some_and(|name| is_generator(name.text.as_str()))
}

/// The generator that an expression of the SELECT list is, with the names of its columns.
fn generator_of(expression: &Expression) -> Option<(&FunctionCall, &[NamePart])> {
    match &expression.kind {
        ExpressionKind::Function(call) if generates(call) => Some((call, &[])),
        ExpressionKind::Alias { child, names, .. } => match &child.kind {
            ExpressionKind::Function(call) if generates(call) => Some((call, names)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a SELECT list has a generator.
pub(crate) fn has_generator(expressions: &[Expression]) -> bool {
    expressions.iter().any(|expression| generator_of(expression).is_some())
}

impl Resolver<'_> {
    /// The input with the rows of the generators of a SELECT list, and the list with their columns in their places. Nothing
    /// changes for a list without a generator. Two of them give every pair of their rows.
    pub(crate) fn with_generator(
        &mut self,
        input: Planned,
        expressions: &[Expression],
        outer: &Scope<'_>,
    ) -> Option<(Planned, Option<Vec<Expression>>)> {
        if !has_generator(expressions) {
            return Some((input, None));
        }
        let mut planned = input;
        let mut list = Vec::new();
        for expression in expressions {
            let Some((call, names)) = generator_of(expression) else {
                list.push(expression.clone());
                continue;
            };
            let origin = &expression.origin;
            let qualifier = vec![Identifier::new(format!("generator#{}", self.number()))];
            // `*` beside the generator means the input's columns only
            let reach = Reach::Qualified;
            let rows = Rows { names, qualifier: qualifier.clone(), reach, is_outer: false, origin };
            let before = planned.columns.len();
            planned = self.generate(planned, call, &rows, outer)?;
            let part = |text: &Identifier| NamePart { text: text.clone(), origin: origin.clone() };
            for (at, column) in planned.columns[before..].iter_mut().enumerate() {
                // a qualifier for each: several may have one name
                let own = Identifier::new(format!("{}@{at}", qualifier[0].as_str()));
                column.qualifier = vec![own.clone()];
                let name = &column.attribute.name;
                let parts = vec![part(&own), part(name)];
                let kind = ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
                let child = Box::new(Expression::new(kind, origin.clone()));
                let alias = ExpressionKind::Alias { child, names: vec![part(name)], metadata: None };
                list.push(Expression::new(alias, origin.clone()));
            }
        }
        Some((planned, Some(list)))
    }

    /// A block with aggregates whose SELECT list has one generator, which then takes the aggregates: they are computed first.
    pub(crate) fn generated_from_groups(
        &mut self,
        block: &Block<'_>,
        aggregate: &Aggregate,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let mut generators = aggregate.outputs.iter().enumerate().filter(|(_, output)| generator_of(output).is_some());
        let (at, output) = generators.next()?;
        let (call, names) = generator_of(output)?;
        let is_star = |output: &Expression| matches!(output.kind, ExpressionKind::Star { .. });
        if generators.next().is_some() || aggregate.outputs.iter().any(is_star) || names_position(aggregate) {
            return self.not_built("this generator beside GROUP BY", &output.origin);
        }
        let origin = &output.origin;
        let mut outputs = aggregate.outputs.clone();
        let arguments = call.arguments.iter().map(|argument| {
            let name = NamePart { text: Identifier::new("argument"), origin: origin.clone() };
            let kind = ExpressionKind::Alias { child: Box::new(argument.clone()), names: vec![name], metadata: None };
            Expression::new(kind, argument.origin.clone())
        });
        outputs.splice(at..=at, arguments);
        let inner = Aggregate { outputs, ..aggregate.clone() };
        let unordered = Block { orders: &[], order_all: None, ..*block };
        let planned = self.groups(&unordered, &inner, outer)?;
        let (before, count) = (planned.columns.len(), call.arguments.len());
        let arguments = planned.columns[at..at + count].iter().map(typed).collect();
        let rows = Rows { names, qualifier: Vec::new(), reach: Reach::Plain, is_outer: false, origin };
        let mut planned = self.generate_from(planned, call, arguments, &rows)?;
        let generated = planned.columns.split_off(before);
        planned.columns.splice(at..at + count, generated);
        self.ordered(planned, block.orders, block.order_all, outer)
    }

    /// `FROM explode(a)`.
    pub(crate) fn generated_rows(
        &mut self,
        call: &FunctionCall,
        origin: &Origin,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let plan = self.built(Ok(LogicalPlanBuilder::empty(true)), origin)?;
        let input = Planned { plan, columns: Vec::new() };
        let rows = Rows { names: &[], qualifier: Vec::new(), reach: Reach::Plain, is_outer: false, origin };
        self.generate(input, call, &rows, outer)
    }

    /// The input's columns and those of the generator, a row for each of the generator's.
    pub(crate) fn generate(
        &mut self,
        input: Planned,
        call: &FunctionCall,
        rows: &Rows<'_>,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let scope = Scope { outer: Some(outer), ..Scope::of(&input.columns) };
        let arguments: Vec<Option<Typed>> = call.arguments.iter().map(|a| self.expression(a, &scope)).collect();
        let arguments = arguments.into_iter().collect::<Option<Vec<_>>>()?;
        self.generate_from(input, call, arguments, rows)
    }

    fn generate_from(
        &mut self,
        input: Planned,
        call: &FunctionCall,
        arguments: Vec<Typed>,
        rows: &Rows<'_>,
    ) -> Option<Planned> {
        let name = call.name.parts.last().map_or("", |name| name.text.as_str());
        let generated = match name.eq_ignore_ascii_case("stack") {
            true => self.stacked(call, arguments, rows.origin)?,
            false => {
                let generated = generate(name, arguments);
                let wrong = generated.as_ref().err().and_then(|fault| call.arguments.get(fault.argument?));
                self.settle(generated, wrong.map_or(rows.origin, |argument| &argument.origin))?
            }
        };
        if !rows.names.is_empty() && rows.names.len() != generated.columns.len() {
            let title = format!("`{name}` gives {} columns, not {}", generated.columns.len(), rows.names.len());
            return self.refuse(Diagnostic::error(Condition::UDTF_ALIAS_NUMBER_MISMATCH, title), rows.origin, "");
        }
        self.unnested(input, rows, generated)
    }

    /// A row for each of a list.
    pub(crate) fn unnested(&mut self, input: Planned, rows: &Rows<'_>, generated: Generated) -> Option<Planned> {
        let list = format!("rows#{}", self.number());
        let own: Vec<Expr> = input.columns.iter().map(|column| column.attribute.column()).collect();
        let fields = match &generated.rows.data_type {
            SparkType::Array { element, .. } => match element.as_ref() {
                SparkType::Struct(fields) => fields.clone(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let listed = own.iter().cloned().chain([generated.rows.expr.alias(&list)]);
        let is_outer = rows.is_outer || generated.is_outer;
        let options = UnnestOptions::new().with_preserve_nulls(is_outer);
        let unnested = input
            .builder()
            .project(listed.collect::<Vec<_>>())
            .and_then(|plan| plan.unnest_column_with_options(Column::new_unqualified(&list), options));
        let row = Expr::Column(Column::new_unqualified(&list));
        let mut columns = input.columns;
        let mut projected = own;
        for (index, (column, field)) in generated.columns.iter().zip(&fields).enumerate() {
            let value = Typed {
                expr: get_field(row.clone(), field.name.as_str()),
                data_type: column.data_type.clone(),
                nullable: column.nullable || is_outer,
            };
            let name = rows.names.get(index).map_or(&column.name, |name| &name.text).clone();
            let attribute = self.attribute(name, &value);
            projected.push(value.expr.alias(attribute.internal()));
            columns.push(ScopeColumn { attribute, qualifier: rows.qualifier.clone(), reach: rows.reach });
        }
        let plan = self.built(unnested.and_then(|plan| plan.project(projected)), rows.origin)?;
        Some(Planned { plan, columns })
    }

    /// Notes a generator that stands where one value is needed.
    pub(crate) fn misplaced_generator<T>(&mut self, call: &FunctionCall, origin: &Origin) -> Option<T> {
        let name = call.name.parts.last().map_or("", |name| name.text.as_str());
        let title = format!("`{name}` gives rows and stands where one value is needed");
        let condition = Condition::UNSUPPORTED_GENERATOR_NESTED_IN_EXPRESSIONS;
        let help = format!("put it into FROM: `LATERAL VIEW {name}(…) t AS x`");
        self.refuse(Diagnostic::error(condition, title).help(help), origin, "generator")
    }
}

/// Whether GROUP BY has a position, which a generator would move.
fn names_position(aggregate: &Aggregate) -> bool {
    aggregate.keys.iter().any(|key| constant(key).is_some())
}

#[cfg(test)]
mod tests {
    use crate::testing::Session;

    #[tokio::test]
    async fn a_generator_gives_a_row_for_each_element() {
        let mut session = Session::new();
        let rows = "SELECT * FROM VALUES (1, array('x', 'y')), (2, array()), (3, NULL) AS t(id, items)";
        session.define("t", rows).await;
        for (sql, expected) in [
            ("SELECT id, explode(items) FROM t ORDER BY id", vec!["1|x", "1|y"]),
            ("SELECT id, explode_outer(items) AS item FROM t ORDER BY id", vec!["1|x", "1|y", "2|NULL", "3|NULL"]),
            ("SELECT posexplode(items) AS (at, item), id FROM t", vec!["0|x|1", "1|y|1"]),
            ("SELECT *, explode(items) AS item FROM t WHERE id = 1", vec!["1|[x, y]|x", "1|[x, y]|y"]),
            ("SELECT upper(item) FROM t LATERAL VIEW explode(items) v AS item", vec!["X", "Y"]),
            (
                "SELECT v.item, id FROM t LATERAL VIEW OUTER explode(items) v AS item WHERE id > 1 ORDER BY id",
                vec!["NULL|2", "NULL|3"],
            ),
            ("SELECT count(*) FROM (SELECT explode(items) AS item FROM t) WHERE item = 'y'", vec!["1"]),
            ("SELECT * FROM explode(array(1, 2))", vec!["1", "2"]),
            ("SELECT explode(array(1, 2)), explode(array(3))", vec!["1|3", "2|3"]),
            ("SELECT inline(array(named_struct('a', 1, 'b', 'x'), NULL))", vec!["1|x", "NULL|NULL"]),
        ] {
            assert_eq!(session.rows(sql).await, expected, "{sql}");
        }
    }

    #[tokio::test]
    async fn columns_of_a_generator_have_sparks_names_and_types() {
        let session = Session::new();
        assert_eq!(session.columns("SELECT explode(array(1))").await, ["col INT"]);
        assert_eq!(session.columns("SELECT posexplode(array('a'))").await, ["pos INT", "col STRING"]);
    }

    #[tokio::test]
    async fn what_cannot_be_taken_apart_is_refused() {
        let session = Session::new();
        for (sql, expected) in [
            ("SELECT explode(1)", "DATATYPE_MISMATCH: `explode` needs an ARRAY or MAP, not INT @1"),
            (
                "SELECT explode(array(1), 2)",
                "WRONG_NUM_ARGS.WITHOUT_SUGGESTION: function `explode` takes 1 arguments, not 2 @explode(array(1), 2)",
            ),
            (
                "SELECT explode(array(1)) AS (a, b)",
                "UDTF_ALIAS_NUMBER_MISMATCH: `explode` gives 1 columns, not 2 @explode(array(1)) AS (a, b)",
            ),
            (
                "SELECT upper(explode(array('a')))",
                "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS: `explode` gives rows and stands where one value is needed @explode(array('a'))",
            ),
        ] {
            assert_eq!(session.faults(sql).await, [expected], "{sql}");
        }
    }
}
