//! The physical plan of a flow: query, expectations, sink.
//!
//! One projection gives the table's columns, what quarantine needs, and the expectations' conditions, all from the query's own
//! columns. Then comes the expectation node, then the sink.

use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Result as NativeResult, ScalarValue};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, TableType};
use datafusion::physical_plan::ExecutionPlan;
use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::EngineError;
use lakesmith_engine::arrow_type::{to_arrow, to_arrow_schema};
use lakesmith_engine::projection::project;
use lakesmith_expectation::{Action, Check, ExpectationExec};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::rules::within;
use lakesmith_functions::store_assignment::store;
use lakesmith_functions::{Fault, Typed};
use lakesmith_graph::Dataset;
use lakesmith_plan::{Checked, Conditions, Options, resolve_checked};
use lakesmith_unresolved::pipeline::{Expectation, ViolationAction};
use lakesmith_unresolved::{Relation, SparkType, StructField};

use crate::clauses;
use crate::fault::engine_fault;
use crate::reads::Reads;
use crate::target;

/// The hidden column with the file that a row comes from.
pub(crate) const SOURCE_FILE: &str = "__lakesmith_source_file";
/// What the names of the conditions' columns begin with.
const CHECK: &str = "__lakesmith_check.";

/// The query of a flow, resolved, and the expectations of its target.
pub(crate) async fn resolve(
    query: &Relation,
    dataset: &Dataset,
    reads: &Reads<'_>,
    options: Options,
) -> Result<Checked, Vec<Diagnostic>> {
    let conditions: Vec<_> = dataset.expectations().iter().map(|expectation| expectation.predicate.clone()).collect();
    let source_file = dataset.expectations().iter().any(|expectation| quarantines(&expectation.on_violation));
    let given = match clauses::computes_columns(dataset) {
        // what is wrong with the query is told below
        true => lakesmith_plan::resolve(query, reads, options.clone())
            .await
            .map_or_else(|_| Vec::new(), |resolved| resolved.output.into_iter().map(|column| column.name).collect()),
        false => Vec::new(),
    };
    let computed = clauses::with_computed(query, dataset, &given);
    let query = computed.as_ref().unwrap_or(query);
    resolve_checked(query, Conditions { conditions: &conditions, source_file }, reads, options).await
}

pub(crate) fn quarantines(action: &ViolationAction) -> bool {
    matches!(action, ViolationAction::Quarantine { .. })
}

/// The expectations as the node knows them.
pub(crate) fn checks(expectations: &[Expectation]) -> Vec<Check> {
    let action = |action: &ViolationAction| match action {
        ViolationAction::Keep => Action::Keep,
        ViolationAction::DropRow => Action::Drop,
        ViolationAction::Quarantine { .. } => Action::Quarantine,
        ViolationAction::FailUpdate => Action::Fail,
    };
    let check = |expectation: &Expectation| Check {
        name: expectation.name.text.as_str().to_owned(),
        action: action(&expectation.on_violation),
    };
    expectations.iter().map(check).collect()
}

/// The lints about expectations that name columns which only the query's input has.
pub(crate) fn lints(dataset: &Dataset, checked: &Checked) -> Vec<Diagnostic> {
    let pairs = dataset.expectations().iter().zip(&checked.conditions);
    let lint = |(expectation, condition): (&Expectation, &lakesmith_plan::CheckedCondition)| {
        let column = condition.input_columns.first()?;
        let title = format!(
            "expectation `{}` names `{}`, a column that the query reads but `{}` does not have",
            expectation.name.text.as_str(),
            column.as_str(),
            dataset.name.last().as_str()
        );
        let lint = Diagnostic::warning(Condition::LAKESMITH_EXPECTATION_INPUT, title);
        let lint = match &expectation.predicate.origin {
            Origin::Text(span) => lint.at(*span, "checked before the column is gone"),
            _ => lint,
        };
        Some(lint.help(format!("add `{}` to the SELECT list for other engines", column.as_str())))
    };
    pairs.filter_map(lint).collect()
}

/// The rows of a flow for a table of these columns, with the verdict on each where there are expectations.
pub(crate) async fn rows(
    checked: &Checked,
    dataset: &Dataset,
    schema: &[StructField],
    reads: &Reads<'_>,
) -> Result<Arc<dyn ExecutionPlan>, Vec<Diagnostic>> {
    let rules = reads.options().session.rules;
    let mut columns = within(&rules, || stored_columns(checked, dataset, schema))?;
    columns.extend(checked.source_file.iter().map(|file| file.column().alias(SOURCE_FILE)));
    judged(checked, columns, dataset, reads).await
}

/// The plan of a projection, and above it the expectations.
async fn judged(
    checked: &Checked,
    mut columns: Vec<Expr>,
    dataset: &Dataset,
    reads: &Reads<'_>,
) -> Result<Arc<dyn ExecutionPlan>, Vec<Diagnostic>> {
    let first = columns.len();
    let conditions = checked.conditions.iter().enumerate();
    columns.extend(conditions.map(|(index, condition)| condition.expr.clone().alias(format!("{CHECK}{index}"))));
    let internal = |error: datafusion::common::DataFusionError| {
        vec![engine_fault(&EngineError::from_datafusion("plan flow", error))]
    };
    let plan = project(checked.plan.clone(), columns).map_err(internal)?;
    let physical = reads.engine.session().state().create_physical_plan(&plan).await.map_err(internal)?;
    if dataset.expectations().is_empty() {
        return Ok(physical);
    }
    let name = reads.pipeline.shown(dataset.id);
    let node = ExpectationExec::try_new(physical, name, checks(dataset.expectations()), first);
    node.map(|node| Arc::new(node) as Arc<dyn ExecutionPlan>).map_err(internal)
}

/// The query's columns as the table stores them; a column that the query lacks is NULL.
fn stored_columns(checked: &Checked, dataset: &Dataset, schema: &[StructField]) -> Result<Vec<Expr>, Vec<Diagnostic>> {
    let names: Vec<Identifier> = checked.output.iter().map(|column| column.name.clone()).collect();
    let by_position = target::renames_by_position(dataset);
    let mut faults = Vec::new();
    let mut columns = Vec::new();
    for (index, field) in schema.iter().enumerate() {
        let value = match target::source_index(schema, index, &names, by_position) {
            Some(source) => {
                let column = &checked.output[source];
                let value =
                    Typed { expr: column.column(), data_type: column.data_type.clone(), nullable: column.nullable };
                stored(value, field).map(|value| value.expr).map_err(|fault| fault.title)
            }
            None => null(field),
        };
        match value {
            Ok(expr) => columns.push(expr.alias(field.name.as_str())),
            Err(why) => {
                let title = format!("column `{}` of `{}`: {why}", field.name.as_str(), dataset.name.last().as_str());
                faults.push(Diagnostic::error(Condition::INCOMPATIBLE_COLUMN_TYPE, title).at(dataset.name_span, ""));
            }
        }
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

/// A value as its column has it. Texts of CHAR and VARCHAR keep their lengths.
fn stored(value: Typed, field: &StructField) -> Result<Typed, Fault> {
    match field.data_type {
        SparkType::Char(_) | SparkType::Varchar(_) => {
            store(cast(value, &SparkType::STRING, Mode::Ansi)?, &field.data_type, field.name.as_str())
        }
        _ => cast(value, &field.data_type, Mode::Ansi),
    }
}

fn null(field: &StructField) -> Result<Expr, String> {
    let arrow = to_arrow(&field.data_type).map_err(|unmapped| unmapped.to_string())?;
    let value = ScalarValue::try_from(&arrow).map_err(|error| error.to_string())?;
    Ok(Expr::Literal(value, None))
}

/// A view with expectations: rows that break one that drops are gone, one that fails ends the flow that reads the view.
pub(crate) async fn checked_view(
    query: &Relation,
    view: &Dataset,
    reads: &Reads<'_>,
    options: Options,
) -> Result<(Vec<StructField>, Arc<dyn TableProvider>), Vec<Diagnostic>> {
    let checked = resolve(query, view, reads, options).await?;
    let field = |column: &lakesmith_plan::Attribute| StructField {
        name: column.name.clone(),
        data_type: column.data_type.clone(),
        nullable: column.nullable,
        comment: None,
        metadata: None,
    };
    let schema: Vec<StructField> = checked.output.iter().map(field).collect();
    let unmapped = |error: lakesmith_engine::arrow_type::UnmappedType| {
        vec![Diagnostic::error(Condition::UNSUPPORTED_DATATYPE, error.to_string())]
    };
    let arrow = Arc::new(to_arrow_schema(&schema).map_err(unmapped)?);
    let columns = checked.output.iter().map(|column| column.column().alias(column.name.as_str()));
    let conditions = checked.conditions.iter().enumerate();
    let conditions = conditions.map(|(index, condition)| condition.expr.clone().alias(format!("{CHECK}{index}")));
    let plan = LogicalPlanBuilder::from(checked.plan.clone()).project(columns.chain(conditions));
    let plan = plan.and_then(LogicalPlanBuilder::build);
    let plan = plan.map_err(|error| vec![engine_fault(&EngineError::from_datafusion("plan view", error))])?;
    let dataset = reads.pipeline.shown(view.id);
    Ok((schema, Arc::new(CheckedView { plan, dataset, checks: checks(view.expectations()), schema: arrow })))
}

/// A view with expectations, as a table that plans its own barrier.
#[derive(Debug)]
struct CheckedView {
    plan: LogicalPlan,
    dataset: String,
    checks: Vec<Check>,
    schema: SchemaRef,
}

#[async_trait::async_trait]
impl TableProvider for CheckedView {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> NativeResult<Arc<dyn ExecutionPlan>> {
        use datafusion::physical_plan::expressions::Column;
        use datafusion::physical_plan::projection::ProjectionExec;
        let input = state.create_physical_plan(&self.plan).await?;
        let first = self.schema.fields().len();
        let node = ExpectationExec::try_new(input, self.dataset.clone(), self.checks.clone(), first)?.applying()?;
        let Some(projection) = projection else { return Ok(Arc::new(node)) };
        let column = |index: &usize| {
            let name = self.schema.field(*index).name();
            (Arc::new(Column::new(name, *index)) as Arc<dyn datafusion::physical_plan::PhysicalExpr>, name.clone())
        };
        let columns: Vec<_> = projection.iter().map(column).collect();
        Ok(Arc::new(ProjectionExec::try_new(columns, Arc::new(node))?))
    }
}
