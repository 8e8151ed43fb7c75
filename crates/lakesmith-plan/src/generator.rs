//! Generators: `LATERAL VIEW explode(a) t AS x`, `FROM explode(a)`; those of a SELECT list stand in `generated_list.rs`.
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
use lakesmith_unresolved::expression::{FunctionCall, NamePart};

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

impl Resolver<'_> {
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
        for argument in &call.arguments {
            self.without_functions(argument, "a generator")?;
        }
        let scope = Scope { outer: Some(outer), ..Scope::of(&input.columns) };
        let arguments: Vec<Option<Typed>> = call.arguments.iter().map(|a| self.expression(a, &scope)).collect();
        let arguments = arguments.into_iter().collect::<Option<Vec<_>>>()?;
        self.generate_from(input, call, arguments, rows)
    }

    pub(crate) fn generate_from(
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
        let beneath = self.without_keys(&input.plan, &input.columns, rows.origin)?;
        let listed = beneath.into_iter().chain([generated.rows.expr.alias(&list)]);
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
