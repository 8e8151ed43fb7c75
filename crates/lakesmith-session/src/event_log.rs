//! The event log as a relation: `event_log('pipeline')`, `event_log(TABLE(orders))`.
//!
//! It is the Delta table `system/events` of the project's storage. A query that names columns of expectations which the log
//! only has inside `details` (`dataset`, `name`, `passed_records`, `failed_records`) gets one row for each expectation of each
//! event instead, with these four columns beside the ordinary ones.

mod expectations;

use datafusion::datasource::provider_as_source;
use datafusion::functions::core::expr_fn::get_field;
use datafusion::functions::string::expr_fn::lower;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, lit};
use datafusion::prelude::Column;
use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic, SourceMap};
use lakesmith_engine::{EngineError, ProvidedRelation, RelationSource};
use lakesmith_functions::event;

use crate::catalog::{Lack, scan};
use crate::session::Session;
use crate::warehouse::open_folder;

/// The format by which the resolver asks for the event log; the path says whose.
pub(crate) const FORMAT: &str = "event_log";
/// The option that says what the path is: `table` or `pipeline`.
const OF: &str = "of";
/// The log below the storage folder.
const FOLDER: &str = "system/events";
/// What the log is called inside the plan.
const EVENTS: &str = "events";

/// Which columns the event log has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventColumns {
    /// Its own.
    Plain,
    /// Also those of expectations, with one row for each.
    Expectations,
}

/// Whether a query fails for want of the columns of expectations.
pub(crate) fn wants_expectations(diagnostics: &[Diagnostic], sources: &SourceMap) -> bool {
    let unresolved = [Condition::UNRESOLVED_COLUMN_WITH_SUGGESTION, Condition::UNRESOLVED_COLUMN_WITHOUT_SUGGESTION];
    diagnostics.iter().filter(|fault| unresolved.contains(&fault.condition)).any(|fault| {
        let Some(label) = &fault.primary else { return false };
        let name = sources.text(label.span).trim_matches('`');
        event::FIELDS.iter().any(|column| column.eq_ignore_ascii_case(name))
    })
}

/// The events of what `paths` names.
pub(crate) async fn relation(
    session: &Session,
    paths: &[String],
    options: &[(String, String)],
    columns: EventColumns,
) -> Result<ProvidedRelation, Lack> {
    let absent = || {
        let fault = Diagnostic::error(Condition::TABLE_OR_VIEW_NOT_FOUND, "there is no event log yet");
        Lack::from(fault.help("`lakesmith run` writes it"))
    };
    let folder = session.settings().storage.as_ref().ok_or_else(absent)?.join(FOLDER);
    let folder = std::path::absolute(&folder).unwrap_or(folder);
    let log = scan(open_folder(&folder).await?.ok_or_else(absent)?).await?;
    let of_table = options.iter().any(|(key, value)| key == OF && value == "table");
    let condition = paths.first().and_then(|path| match of_table {
        true => about_table(session, path),
        false => Some(of_pipeline(path)),
    });
    view(&log, condition, columns).map_err(|error| EngineError::from_datafusion("read event log", error).into())
}

/// Events about a dataset or its flows, however far the log qualifies its names.
fn about_table(session: &Session, path: &str) -> Option<Expr> {
    let parts = path.split('\0').map(Identifier::new).collect();
    let full = session.table_name(&QualifiedName::from_parts(parts)?)?;
    let parts: Vec<String> = full.parts().iter().map(Identifier::folded).collect();
    let names = |field: &str| {
        let ends = (0..parts.len()).map(|from| lit(parts[from..].join("."))).collect();
        lower(origin(field)).in_list(ends, false)
    };
    Some(names("dataset_name").or(names("flow_name")))
}

fn of_pipeline(name: &str) -> Expr {
    origin("pipeline_id").eq(lit(name)).or(lower(origin("pipeline_name")).eq(lit(name.to_lowercase())))
}

fn origin(field: &str) -> Expr {
    get_field(column("origin"), field)
}

fn column(name: &str) -> Expr {
    Expr::Column(Column::new(Some(EVENTS), name))
}

fn view(
    log: &ProvidedRelation,
    condition: Option<Expr>,
    columns: EventColumns,
) -> datafusion::common::Result<ProvidedRelation> {
    let mut schema = log.schema().to_vec();
    let mut plan = LogicalPlanBuilder::scan(EVENTS, provider_as_source(log.provider()), None)?;
    if let Some(condition) = condition {
        plan = plan.filter(condition)?;
    }
    let own: Vec<Expr> = schema.iter().map(|field| column(field.name.as_str()).alias(field.name.as_str())).collect();
    if columns == EventColumns::Expectations {
        plan = expectations::flatten(plan, own, column("details"))?;
        schema.extend(event::fields());
    }
    ProvidedRelation::of_plan(schema, plan.build()?)
}
