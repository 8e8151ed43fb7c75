//! Conditions that rows meet before they are written: CHECK constraints and REPLACE WHERE, resolved over the table's columns.

use std::sync::Arc;

use datafusion::datasource::empty::EmptyTable;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use lakesmith_delta::Metadata;
use lakesmith_diagnostic::{Condition, Diagnostic, SourceKind, SourceMap};
use lakesmith_engine::arrow_type::to_arrow_schema;
use lakesmith_engine::{BoxFuture, Catalog, EngineError, ProvidedRelation, RelationAnswer, RelationRequest};
use lakesmith_plan::{Resolved, resolve};
use lakesmith_sql::{parse_expression, parse_query};
use lakesmith_unresolved::{SparkType, StructField};

use crate::session::Session;
use crate::trouble::Done;

/// What the properties of CHECK constraints begin with.
pub(crate) const CONSTRAINT: &str = "delta.constraints.";
/// What the rows are called while their conditions are resolved.
pub(crate) const ROWS: &str = "__lakesmith_rows";

/// A condition that every row meets, or nothing is written.
#[derive(Debug, Clone)]
pub(crate) struct RowRule {
    /// The constraint's name, or what the rule is.
    pub name: String,
    /// The rule as it is shown.
    pub text: String,
    /// The condition over the columns of the plan.
    pub condition: Expr,
    /// What a violation is.
    pub violation: Condition,
}

/// A rule that is not resolved yet.
#[derive(Debug, Clone)]
pub(crate) struct RuleText {
    /// The constraint's name, or what the rule is.
    pub name: String,
    /// The condition.
    pub text: String,
    /// What a violation is.
    pub violation: Condition,
}

/// The CHECK constraints of a table.
pub(crate) fn constraints_of(metadata: &Metadata) -> Vec<RuleText> {
    let constraint = |(key, text): &(String, String)| {
        let name = key.strip_prefix(CONSTRAINT)?.to_owned();
        Some(RuleText { name, text: text.clone(), violation: Condition::CHECK_CONSTRAINT_VIOLATION })
    };
    metadata.configuration.iter().filter_map(constraint).collect()
}

/// The one relation that conditions are about.
pub(crate) struct RowsCatalog(pub Arc<ProvidedRelation>);

impl Catalog for RowsCatalog {
    fn relation<'a>(&'a self, request: &'a RelationRequest) -> BoxFuture<'a, RelationAnswer> {
        let is_rows = matches!(request, RelationRequest::Table { name, .. } if name.last().matches(ROWS));
        let relation = Arc::clone(&self.0);
        Box::pin(async move { if is_rows { RelationAnswer::Found(relation) } else { RelationAnswer::Absent } })
    }
}

impl Session {
    /// The rows of a plan that has the columns of `schema`, and the rules over them.
    pub(crate) async fn with_rules(
        &self,
        schema: &[StructField],
        plan: LogicalPlan,
        rules: Vec<RuleText>,
    ) -> Done<(LogicalPlan, Vec<RowRule>)> {
        if rules.is_empty() {
            return Ok((plan, Vec::new()));
        }
        let relation = ProvidedRelation::of_plan(schema.to_vec(), plan);
        let relation = relation.map_err(|error| EngineError::from_datafusion("plan rows", error))?;
        let resolved = self.resolve_rules(relation, &rules).await?;
        let (own, conditions) = resolved.output.split_at(schema.len());
        let columns = own.iter().zip(schema).map(|(column, field)| column.column().alias(field.name.as_str()));
        let computed = conditions.iter().enumerate().map(|(at, column)| column.column().alias(hidden(at)));
        let columns: Vec<Expr> = columns.chain(computed).collect();
        let plan = LogicalPlanBuilder::from(resolved.plan).project(columns).and_then(LogicalPlanBuilder::build);
        let plan = plan.map_err(|error| EngineError::from_datafusion("plan write", error))?;
        let rule = |(at, rule): (usize, RuleText)| RowRule {
            name: rule.name,
            text: rule.text,
            condition: Expr::Column(datafusion::prelude::Column::new_unqualified(hidden(at))),
            violation: rule.violation,
        };
        Ok((plan, rules.into_iter().enumerate().map(rule).collect()))
    }

    /// Checks that rules can be resolved over the columns of a table.
    pub(crate) async fn check_rules(&self, schema: &[StructField], rules: &[RuleText]) -> Done {
        if rules.is_empty() {
            return Ok(());
        }
        let arrow = to_arrow_schema(schema)
            .map_err(|unmapped| Diagnostic::error(Condition::UNSUPPORTED_DATATYPE, unmapped.to_string()))?;
        let empty = ProvidedRelation::new(schema.to_vec(), Arc::new(EmptyTable::new(Arc::new(arrow))));
        self.resolve_rules(empty, rules).await.map(|_| ())
    }

    async fn resolve_rules(&self, relation: ProvidedRelation, rules: &[RuleText]) -> Done<Resolved> {
        let mut text = String::from("SELECT *");
        for (at, rule) in rules.iter().enumerate() {
            let mut sources = SourceMap::default();
            let source = sources.add("constraint", rule.text.as_str(), SourceKind::Inline);
            parse_expression(&sources, source).map_err(|fault| about(rule, &fault))?;
            text.push_str(&format!(", (\n{}\n) AS `{}`", rule.text, hidden(at)));
        }
        text.push_str(&format!(" FROM {ROWS}"));
        let mut sources = SourceMap::default();
        let source = sources.add("constraint", text.as_str(), SourceKind::Inline);
        let first = rules.first().cloned();
        let shown = |fault: &Diagnostic| match &first {
            Some(rule) => about(rule, fault),
            None => fault.clone(),
        };
        let query = parse_query(&sources, source).map_err(|fault| shown(&fault))?;
        let options = lakesmith_plan::Options { notes_places: false, ..self.options() };
        let resolved = resolve(&query, &RowsCatalog(Arc::new(relation)), options).await;
        let resolved = resolved.map_err(|faults| match faults.first() {
            Some(fault) => shown(fault),
            None => Diagnostic::error(Condition::UNSUPPORTED_FEATURE, "a condition must not read other tables"),
        })?;
        let conditions = resolved.output.iter().rev().take(rules.len()).rev();
        for (column, rule) in conditions.zip(rules) {
            if column.data_type != SparkType::Boolean {
                let title = format!("`{}` is of type {} and not BOOLEAN", rule.text, column.data_type);
                return Err(Diagnostic::error(Condition::DATATYPE_MISMATCH, title).into());
            }
        }
        Ok(resolved)
    }
}

/// The name of a rule's column.
fn hidden(at: usize) -> String {
    format!("__lakesmith_rule.{at}")
}

/// A fault of a rule's text, whose places point into nothing that the user sees.
fn about(rule: &RuleText, fault: &Diagnostic) -> Diagnostic {
    let mut shown = Diagnostic::error(fault.condition, format!("constraint `{}`: {}", rule.name, fault.title));
    shown.help.clone_from(&fault.help);
    shown
}
