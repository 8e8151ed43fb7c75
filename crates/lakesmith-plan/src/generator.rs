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
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall, NamePart};

use crate::resolver::{Planned, Resolver};
use crate::scope::{Reach, Scope, ScopeColumn};

/// A call of a generator, and where its columns go.
pub(crate) struct Generation<'r> {
    pub call: &'r FunctionCall,
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

impl Resolver<'_> {
    /// The input with the rows of the one generator of a SELECT list, and the list with its columns in the generator's place.
    /// Nothing changes for a list without a generator.
    pub(crate) fn with_generator(
        &mut self,
        input: Planned,
        expressions: &[Expression],
        outer: &Scope<'_>,
    ) -> Option<(Planned, Option<Vec<Expression>>)> {
        let mut generators = expressions.iter().enumerate().filter_map(|(at, expression)| {
            generator_of(expression).map(|(call, names)| (at, call, names, &expression.origin))
        });
        let Some((at, call, names, origin)) = generators.next() else { return Some((input, None)) };
        if let Some((.., origin)) = generators.next() {
            let title = "a SELECT list has two generators";
            let fault = Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title)
                .help("put one of them into FROM: `LATERAL VIEW explode(…) t AS x`");
            return self.refuse(fault, origin, "second generator");
        }
        let qualifier = vec![Identifier::new(format!("generator#{}", self.number()))];
        // `*` beside the generator means the input's columns only
        let reach = Reach::Qualified;
        let generation = Generation { call, names, qualifier: qualifier.clone(), reach, is_outer: false, origin };
        let before = input.columns.len();
        let planned = self.generate(input, &generation, outer)?;
        let part = |text: &Identifier| NamePart { text: text.clone(), origin: origin.clone() };
        let columns = planned.columns[before..].iter().map(|column| {
            let name = &column.attribute.name;
            let parts = vec![part(&qualifier[0]), part(name)];
            let kind = ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
            let child = Box::new(Expression::new(kind, origin.clone()));
            let alias = ExpressionKind::Alias { child, names: vec![part(name)], metadata: None };
            Expression::new(alias, origin.clone())
        });
        let mut list = expressions.to_vec();
        list.splice(at..=at, columns.collect::<Vec<_>>());
        Some((planned, Some(list)))
    }

    /// `FROM explode(a)`.
    pub(crate) fn generated_rows(&mut self, call: &FunctionCall, origin: &Origin) -> Option<Planned> {
        let plan = self.built(Ok(LogicalPlanBuilder::empty(true)), origin)?;
        let input = Planned { plan, columns: Vec::new() };
        let (names, qualifier) = (&[], Vec::new());
        let generation = Generation { call, names, qualifier, reach: Reach::Plain, is_outer: false, origin };
        self.generate(input, &generation, &Scope::default())
    }

    /// The input's columns and those of the generator, a row for each of the generator's.
    pub(crate) fn generate(
        &mut self,
        input: Planned,
        generation: &Generation<'_>,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let Generation { call, names, origin, .. } = generation;
        let scope = Scope { outer: Some(outer), ..Scope::of(&input.columns) };
        let arguments: Vec<Option<Typed>> = call.arguments.iter().map(|a| self.expression(a, &scope)).collect();
        let arguments = arguments.into_iter().collect::<Option<Vec<_>>>()?;
        let name = call.name.parts.last().map_or("", |name| name.text.as_str());
        let generated = generate(name, arguments);
        let wrong = generated.as_ref().err().and_then(|fault| call.arguments.get(fault.argument?));
        let generated = self.settle(generated, wrong.map_or(*origin, |argument| &argument.origin))?;
        if !names.is_empty() && names.len() != generated.columns.len() {
            let title = format!("`{name}` gives {} columns, not {}", generated.columns.len(), names.len());
            return self.refuse(Diagnostic::error(Condition::UDTF_ALIAS_NUMBER_MISMATCH, title), origin, "");
        }
        self.unnested(input, generation, generated)
    }

    fn unnested(&mut self, input: Planned, generation: &Generation<'_>, generated: Generated) -> Option<Planned> {
        let list = format!("rows#{}", self.number());
        let own: Vec<Expr> = input.columns.iter().map(|column| column.attribute.column()).collect();
        let listed = own.iter().cloned().chain([generated.rows.expr.alias(&list)]);
        let is_outer = generation.is_outer || generated.is_outer;
        let options = UnnestOptions::new().with_preserve_nulls(is_outer);
        let unnested = input
            .builder()
            .project(listed.collect::<Vec<_>>())
            .and_then(|plan| plan.unnest_column_with_options(Column::new_unqualified(&list), options));
        let row = Expr::Column(Column::new_unqualified(&list));
        let mut columns = input.columns;
        let mut projected = own;
        for (index, field) in generated.columns.iter().enumerate() {
            let value = Typed {
                expr: get_field(row.clone(), field.name.as_str()),
                data_type: field.data_type.clone(),
                nullable: field.nullable || is_outer,
            };
            let name = generation.names.get(index).map_or(&field.name, |name| &name.text).clone();
            let attribute = self.attribute(name, &value);
            projected.push(value.expr.alias(attribute.internal()));
            columns.push(ScopeColumn { attribute, qualifier: generation.qualifier.clone(), reach: generation.reach });
        }
        let plan = self.built(unnested.and_then(|plan| plan.project(projected)), generation.origin)?;
        Some(Planned { plan, columns })
    }
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
                "SELECT explode(array(1)), explode(array(2))",
                "UNSUPPORTED_FEATURE: a SELECT list has two generators @explode(array(2))",
            ),
        ] {
            assert_eq!(session.faults(sql).await, [expected], "{sql}");
        }
    }
}
