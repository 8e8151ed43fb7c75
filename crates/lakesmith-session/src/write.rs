//! Rows into the parts of a Delta table, in parallel, and the commit that makes them count.
//!
//! Nothing of a statement that fails stays: its parts are removed, also when it is given up while it runs.

use std::sync::Arc;

use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::ExecutionPlan;
use lakesmith_delta::{
    Commit, CommitError, DataFile, DeltaTable, ExpectationViolated, Metadata, SinkExec, SinkSpec, TableStore, report_of,
};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::arrow_type::to_arrow_schema;
use lakesmith_engine::report::ReportEntry;
use lakesmith_engine::{EngineError, Executor, LocalExecutor};
use lakesmith_expectation::{Action, Check, ExpectationExec, VERDICT};
use uuid::Uuid;

use crate::row_rule::RowRule;
use crate::session::Session;
use crate::trouble::{Done, Trouble};

/// A commit is followed by a checkpoint when so many have been made since the last one.
const COMMITS_PER_CHECKPOINT: i64 = 10;

/// Rows on their way into a table.
#[derive(Debug)]
pub(crate) struct NewRows<'a> {
    /// Where the table lives.
    pub store: &'a TableStore,
    /// The table as messages name it.
    pub table: &'a str,
    /// What the table is.
    pub metadata: &'a Metadata,
    /// The rows, in the columns that the table has, then the columns of rules.
    pub plan: LogicalPlan,
    /// What each row must meet.
    pub rules: Vec<RowRule>,
}

/// Parts that nobody has committed yet; dropped uncommitted, they are removed.
#[derive(Debug)]
pub(crate) struct Parts {
    store: TableStore,
    plans: Vec<Arc<dyn ExecutionPlan>>,
    /// The files.
    pub files: Vec<DataFile>,
    /// Their rows.
    pub rows: i64,
    /// Their bytes.
    pub bytes: i64,
}

impl Parts {
    /// No files.
    pub fn none(store: &TableStore) -> Self {
        Self { store: store.clone(), plans: Vec::new(), files: Vec::new(), rows: 0, bytes: 0 }
    }

    /// Says that the table names the parts now.
    pub fn committed(mut self) {
        self.plans.clear();
    }

    /// Removes the parts of a commit that failed, unless they may be rows of the table by now.
    pub async fn given_up(self, error: &CommitError) {
        match error {
            CommitError::Unsure(_) => self.committed(),
            _ => self.remove().await,
        }
    }

    /// Takes over other parts of the same table, to commit or to remove with its own.
    pub fn also(&mut self, mut other: Self) {
        self.plans.append(&mut other.plans);
        self.files.append(&mut other.files);
    }

    /// Removes the parts, and waits for it.
    pub async fn remove(mut self) {
        for plan in std::mem::take(&mut self.plans) {
            // what cannot be removed now is found by a clean-up
            let _ = lakesmith_delta::cleanup::remove_parts_of(&plan, self.store.store()).await;
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        let plans = std::mem::take(&mut self.plans);
        if plans.is_empty() {
            return;
        }
        let store = Arc::clone(self.store.store());
        // outside of a runtime nothing can be removed here; a clean-up finds the parts
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                for plan in plans {
                    let _ = lakesmith_delta::cleanup::remove_parts_of(&plan, &store).await;
                }
            });
        }
    }
}

impl Session {
    /// Writes rows into parts.
    pub(crate) async fn write(&self, rows: NewRows<'_>) -> Done<Parts> {
        let NewRows { store, table, metadata, plan, rules } = rows;
        let context = self.context();
        let broken = |error| EngineError::from_datafusion("plan write", error);
        let own = metadata.schema.len();
        let columns = plan.schema().columns().into_iter().take(own).map(Expr::Column);
        let conditions = rules.iter().enumerate();
        let conditions = conditions.map(|(at, rule)| rule.condition.clone().alias(format!("__rule.{at}")));
        let columns: Vec<Expr> = columns.chain(conditions).collect();
        let plan = LogicalPlanBuilder::from(plan).project(columns).and_then(LogicalPlanBuilder::build);
        let physical = context.state().create_physical_plan(&plan.map_err(broken)?).await.map_err(broken)?;
        let checks = |rule: &RowRule| Check { name: rule.name.clone(), action: Action::Fail };
        let checked: Arc<dyn ExecutionPlan> = if rules.is_empty() {
            physical
        } else {
            let checks = rules.iter().map(checks).collect();
            Arc::new(ExpectationExec::try_new(physical, table.to_owned(), checks, own).map_err(broken)?)
        };
        let schema = to_arrow_schema(&metadata.schema).map_err(|unmapped| {
            Diagnostic::error(Condition::UNSUPPORTED_DATATYPE, format!("table {table}: {unmapped}"))
        })?;
        let spec = SinkSpec {
            node: format!("sink:{table}"),
            folder: store.folder().to_owned(),
            schema: Arc::new(schema),
            partition_columns: metadata.partition_columns.clone(),
            verdict: (!rules.is_empty()).then(|| VERDICT.to_owned()),
            quarantine: None,
            part_prefix: Uuid::new_v4().simple().to_string()[..12].to_owned(),
        };
        let sink: Arc<dyn ExecutionPlan> = Arc::new(SinkExec::try_new(Arc::new(spec), checked).map_err(broken)?);
        let mut parts = Parts::none(store);
        parts.plans.push(Arc::clone(&sink));
        let executor = LocalExecutor::new(context.task_ctx());
        if let Err(error) = executor.drain(Arc::clone(&sink)).await {
            parts.remove().await;
            return Err(failed(error, table, &rules));
        }
        let now = self.settings().clock.now_micros() / 1000;
        for entry in report_of(&sink) {
            match &entry {
                ReportEntry::File { bytes, .. } => {
                    parts.bytes += bytes;
                    parts.files.extend(DataFile::from_report(&entry, now));
                }
                ReportEntry::Counter { name, value, .. } if name == "written" => parts.rows += value,
                ReportEntry::Counter { .. } | ReportEntry::Sample { .. } => {}
            }
        }
        Ok(parts)
    }

    /// A commit of an operation, at this moment.
    pub(crate) fn commit_of(&self, operation: &str) -> Commit {
        let mut commit = Commit::new(operation, self.settings().clock.now_micros() / 1000);
        commit.keeps_constraints = true;
        commit
    }

    /// Commits to a table; `table` is its name in messages.
    pub(crate) async fn commit(&self, handle: &mut DeltaTable, commit: &Commit, table: &str) -> Done<i64> {
        self.try_commit(handle, commit).await.map_err(|error| not_committed(error, table))
    }

    /// The same; the error tells whether the commit may have been made.
    pub(crate) async fn try_commit(&self, handle: &mut DeltaTable, commit: &Commit) -> Result<i64, CommitError> {
        let version = handle.commit(commit).await?;
        let now = self.settings().clock.now_micros() / 1000;
        // a checkpoint only saves readers time
        let _ = lakesmith_delta::checkpoint::checkpoint_if_due(handle, COMMITS_PER_CHECKPOINT, now).await;
        Ok(version)
    }
}

/// Notes in a commit what its parts hold.
pub(crate) fn add_parts(commit: &mut Commit, parts: &Parts) {
    commit.adds.clone_from(&parts.files);
    commit.metrics = vec![
        ("numFiles".to_owned(), parts.files.len().to_string()),
        ("numOutputRows".to_owned(), parts.rows.to_string()),
        ("numOutputBytes".to_owned(), parts.bytes.to_string()),
    ];
}

fn failed(error: EngineError, table: &str, rules: &[RowRule]) -> Trouble {
    let Some(violated) = ExpectationViolated::find(&error) else { return error.into() };
    let rule = rules.iter().find(|rule| violated.names.contains(&rule.name)).or(rules.first());
    let Some(rule) = rule else { return error.into() };
    let verb = if violated.count == 1 { "row breaks" } else { "rows break" };
    let rows = format!("{} {verb}", violated.count);
    let title = if rule.violation == Condition::DELTA_REPLACE_WHERE_MISMATCH {
        format!("{rows} the condition of REPLACE WHERE: {}", rule.text)
    } else {
        format!("{rows} the CHECK constraint `{}` of {table}: {}", rule.name, rule.text)
    };
    let mut diagnostic = Diagnostic::error(rule.violation, title).note(format!("nothing was written to {table}"));
    if !violated.rows.is_empty() {
        diagnostic = diagnostic.note(format!("first rows: {}", violated.rows.join("; ")));
    }
    diagnostic.into()
}

/// Why a commit was not made.
pub(crate) fn not_committed(error: CommitError, table: &str) -> Trouble {
    let error = match error {
        CommitError::Failed(error) | CommitError::Unsure(error) => return error.into(),
        other => other,
    };
    let (condition, what) = match &error {
        CommitError::MetadataChanged { .. } => (Condition::DELTA_METADATA_CHANGED, "columns or properties"),
        CommitError::ProtocolChanged { .. } => (Condition::DELTA_PROTOCOL_CHANGED, "protocol"),
        CommitError::VersionMoved { .. } => (Condition::DELTA_CONCURRENT_APPEND, "rows"),
        CommitError::TxnConflict { .. } | CommitError::Failed(_) | CommitError::Unsure(_) => {
            (Condition::DELTA_CONCURRENT_WRITE, "state")
        }
    };
    let title = format!("someone else changed the {what} of {table} while the statement ran");
    let note = format!("nothing was written; {error}");
    Diagnostic::error(condition, title).note(note).help("run the statement again").into()
}
