//! Columns with a DEFAULT, and columns whose values are computed from others of the row: `GENERATED ALWAYS AS (…)`.
//!
//! Both are texts in the columns' metadata, as the Delta protocol has them. What an INSERT leaves out gets its default, then
//! generated columns are computed; one that is given must be what it would be computed to.

use std::sync::Arc;

use datafusion::datasource::empty::EmptyTable;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use lakesmith_delta::protocol::{CURRENT_DEFAULT, GENERATION_EXPRESSION};
use lakesmith_diagnostic::{Condition, Diagnostic, SourceKind, SourceMap};
use lakesmith_engine::arrow_type::to_arrow_schema;
use lakesmith_engine::{EngineError, ProvidedRelation};
use lakesmith_functions::Typed;
use lakesmith_functions::rules::within;
use lakesmith_functions::store_assignment::store;
use lakesmith_plan::{Resolved, Variables, resolve};
use lakesmith_sql::{parse_expression, parse_query};
use lakesmith_unresolved::pipeline::{ColumnDefault, ColumnDefinition};
use lakesmith_unresolved::{Expression, ExpressionKind, StructField};

use crate::row_rule::{ROWS, RowsCatalog, RuleText};
use crate::statement::Running;
use crate::statement::table_definition::text_of;
use crate::trouble::{Done, placed};

/// The text of a column's default, parsed.
pub(super) fn default_of(field: &StructField) -> Done<Option<Expression>> {
    let Some(text) = text_of(field, CURRENT_DEFAULT) else { return Ok(None) };
    let mut sources = SourceMap::default();
    let source = sources.add("default", text.as_str(), SourceKind::Inline);
    let parsed = parse_expression(&sources, source).map_err(|fault| {
        Diagnostic::error(fault.condition, format!("the DEFAULT of column `{}`: {}", field.name, fault.title))
    })?;
    Ok(Some(parsed))
}

/// Whether a column's values are computed from others.
pub(super) fn is_generated(field: &StructField) -> bool {
    text_of(field, GENERATION_EXPRESSION).is_some()
}

/// The rules that generated columns are what they are computed to, for columns that a statement gives.
pub(super) fn generated_rules(schema: &[StructField], given: impl Fn(&StructField) -> bool) -> Vec<RuleText> {
    let rule = |field: &StructField| {
        let text = text_of(field, GENERATION_EXPRESSION)?;
        let column = field.name.as_str().replace('`', "``");
        Some(RuleText {
            name: format!("Generated Column {}", field.name),
            text: format!("`{column}` <=> ({text})"),
            violation: Condition::CHECK_CONSTRAINT_VIOLATION,
        })
    };
    schema.iter().filter(|field| given(field)).filter_map(rule).collect()
}

impl Running<'_> {
    /// The rows of a plan with the columns of `schema`, those that `wanted` names computed anew by the texts under a key.
    pub(super) async fn computed(
        self,
        schema: &[StructField],
        plan: LogicalPlan,
        key: &str,
        wanted: impl Fn(&StructField) -> bool,
    ) -> Done<LogicalPlan> {
        let text = |field: &StructField| if wanted(field) { text_of(field, key) } else { None };
        if schema.iter().all(|field| text(field).is_none()) {
            return Ok(plan);
        }
        let relation = ProvidedRelation::of_plan(schema.to_vec(), plan);
        let relation = relation.map_err(|error| EngineError::from_datafusion("plan rows", error))?;
        let texts: Vec<Option<String>> = schema.iter().map(text).collect();
        let resolved = self.over_rows(schema, relation, &texts).await?;
        let rules = self.session.rules();
        let columns = resolved.output.iter().zip(schema).map(|(column, field)| {
            let typed = Typed { expr: column.column(), data_type: column.data_type.clone(), nullable: column.nullable };
            let stored = within(&rules, || store(typed, &field.data_type, field.name.as_str()));
            stored.map(|stored| stored.expr.alias(field.name.as_str())).map_err(|fault| {
                let title = format!("what column `{}` is computed by: {}", field.name, fault.title);
                Box::new(Diagnostic::error(fault.condition, title))
            })
        });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let plan = LogicalPlanBuilder::from(resolved.plan).project(columns).and_then(LogicalPlanBuilder::build);
        Ok(plan.map_err(|error| EngineError::from_datafusion("plan write", error))?)
    }

    /// The columns of rows, some of them replaced by what texts say.
    async fn over_rows(
        self,
        schema: &[StructField],
        relation: ProvidedRelation,
        texts: &[Option<String>],
    ) -> Done<Resolved> {
        let column = |(field, text): (&StructField, &Option<String>)| {
            let name = field.name.as_str().replace('`', "``");
            match text {
                Some(text) => format!("(\n{text}\n) AS `{name}`"),
                None => format!("`{name}`"),
            }
        };
        let columns: Vec<String> = schema.iter().zip(texts).map(column).collect();
        let text = format!("SELECT {} FROM {ROWS}", columns.join(", "));
        let mut sources = SourceMap::default();
        let source = sources.add("columns", text.as_str(), SourceKind::Inline);
        let query = parse_query(&sources, source).map_err(|fault| told(&fault))?;
        let options =
            lakesmith_plan::Options { variables: Variables::default(), notes_places: false, ..self.session.options() };
        let resolved = resolve(&query, &RowsCatalog(Arc::new(relation)), options).await;
        Ok(resolved.map_err(|faults| match faults.first() {
            Some(fault) => told(fault),
            None => Diagnostic::error(Condition::UNSUPPORTED_FEATURE, "a column is computed from its row alone"),
        })?)
    }

    /// Checks the defaults and the generated columns of a statement's columns.
    pub(super) async fn check_computed(self, columns: &[ColumnDefinition], schema: &[StructField]) -> Done {
        for column in columns {
            let Some(field) = schema.iter().find(|field| field.name == column.name.text) else { continue };
            if let Some(default) = &column.default {
                self.check_default(field, default).await?;
            }
            if let Some(generated) = &column.generated {
                self.check_generated(schema, field, generated).await?;
            }
        }
        Ok(())
    }

    /// Checks that a default is a constant that the column can store.
    pub(super) async fn check_default(self, field: &StructField, default: &ColumnDefault) -> Done {
        let wrong = |condition, why: &str| {
            let title = format!("the DEFAULT of column `{}` {why}", field.name);
            placed(Diagnostic::error(condition, title), &default.value.origin)
        };
        if holds_subquery(&default.value) {
            let condition = Condition::INVALID_DEFAULT_VALUE_SUBQUERY_EXPRESSION;
            return Err(wrong(condition, "must not hold a subquery").into());
        }
        if is_generated(field) {
            let condition = Condition::GENERATED_COLUMN_WITH_DEFAULT_VALUE;
            return Err(wrong(condition, "stands beside GENERATED ALWAYS AS").into());
        }
        let mut only = field.clone();
        super::table_definition::set_text(&mut only, CURRENT_DEFAULT, Some(&default.text));
        let arrow = to_arrow_schema(&[])
            .map_err(|unmapped| Diagnostic::error(Condition::UNSUPPORTED_DATATYPE, unmapped.to_string()))?;
        let empty = ProvidedRelation::new(Vec::new(), Arc::new(EmptyTable::new(Arc::new(arrow))));
        let resolved = self.over_rows(std::slice::from_ref(&only), empty, &[Some(default.text.clone())]).await;
        let resolved = resolved.map_err(|_| {
            let condition = Condition::INVALID_DEFAULT_VALUE_UNRESOLVED_EXPRESSION;
            wrong(condition, "is no constant that is known")
        })?;
        let Some(column) = resolved.output.first() else { return Ok(()) };
        let typed = Typed { expr: column.column(), data_type: column.data_type.clone(), nullable: column.nullable };
        let stored = within(&self.session.rules(), || store(typed, &field.data_type, field.name.as_str()));
        stored.map_err(|_| {
            let why = format!("is of type {} and not {}", column.data_type, field.data_type);
            wrong(Condition::INVALID_DEFAULT_VALUE_DATA_TYPE, &why)
        })?;
        Ok(())
    }

    async fn check_generated(self, schema: &[StructField], field: &StructField, generated: &ColumnDefault) -> Done {
        let wrong = |why: String| {
            let title = format!("generated column `{}` {why}", field.name);
            placed(
                Diagnostic::error(Condition::UNSUPPORTED_EXPRESSION_GENERATED_COLUMN, title),
                &generated.value.origin,
            )
        };
        // others that are generated are not there yet
        let plain: Vec<StructField> = schema.iter().filter(|field| !is_generated(field)).cloned().collect();
        let arrow = to_arrow_schema(&plain)
            .map_err(|unmapped| Diagnostic::error(Condition::UNSUPPORTED_DATATYPE, unmapped.to_string()))?;
        let empty = ProvidedRelation::new(plain, Arc::new(EmptyTable::new(Arc::new(arrow))));
        if holds_subquery(&generated.value) {
            return Err(wrong("must not hold a subquery".to_owned()).into());
        }
        let only = std::slice::from_ref(field);
        let resolved = self.over_rows(only, empty, &[Some(generated.text.clone())]).await.map_err(|trouble| {
            let why = match &trouble {
                crate::trouble::Trouble::Wrong(faults) => faults.first().map(|fault| fault.title.clone()),
                crate::trouble::Trouble::Failed(_) => None,
            };
            wrong(format!("cannot be computed: {}", why.unwrap_or_default()))
        })?;
        let Some(column) = resolved.output.first() else { return Ok(()) };
        if column.column().is_volatile() || is_random(&generated.value) {
            return Err(wrong("is not the same for the same row each time".to_owned()).into());
        }
        if column.data_type != field.data_type {
            return Err(wrong(format!("is of type {} and computed to {}", field.data_type, column.data_type)).into());
        }
        Ok(())
    }
}

/// Functions whose value differs from call to call.
const RANDOM: [&str; 9] = [
    "current_date",
    "current_timestamp",
    "now",
    "rand",
    "randn",
    "random",
    "shuffle",
    "uuid",
    "monotonically_increasing_id",
];

fn is_random(expression: &Expression) -> bool {
    let is_named = |name: &str| RANDOM.iter().any(|known| known.eq_ignore_ascii_case(name));
    let own = match &expression.kind {
        ExpressionKind::Function(call) => call.name.parts.last().is_some_and(|part| is_named(part.text.as_str())),
        ExpressionKind::Attribute { parts, .. } => parts.len() == 1 && is_named(parts[0].text.as_str()),
        _ => false,
    };
    own || expression.children().into_iter().any(is_random)
}

pub(super) fn holds_subquery(expression: &Expression) -> bool {
    matches!(expression.kind, ExpressionKind::Subquery(_)) || expression.children().into_iter().any(holds_subquery)
}

/// A fault of a text that the user does not see now.
fn told(fault: &Diagnostic) -> Diagnostic {
    let mut told = Diagnostic::error(fault.condition, fault.title.clone());
    told.help.clone_from(&fault.help);
    told
}
