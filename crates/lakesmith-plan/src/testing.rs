//! What the tests of this crate share: a catalog of in-memory tables, and queries run from text to rows.

use std::num::NonZeroUsize;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::MemTable;
use datafusion::execution::SessionStateBuilder;
use datafusion::optimizer::Optimizer;
use datafusion::physical_plan::ExecutionPlan;
use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::Diagnostic;
use lakesmith_diagnostic::source::{SourceKind, SourceMap};
use lakesmith_engine::codec::PlanCodecRegistry;
use lakesmith_engine::{
    BoxFuture, Catalog, EngineError, Executor, LocalExecutor, ProvidedRelation, RelationAnswer, RelationRequest,
    RelationSource, Runtime, RuntimeSettings,
};
use lakesmith_functions::{Rules, SessionValues};

use crate::{Options, Resolved, resolve};

/// 2024-01-15T12:00:00Z.
pub(crate) const NOW: i64 = 1_705_320_000_000_000;

#[derive(Default)]
pub(crate) struct Tables(Vec<(QualifiedName, Arc<dyn RelationSource>)>);

impl Catalog for Tables {
    fn relation<'a>(&'a self, request: &'a RelationRequest) -> BoxFuture<'a, RelationAnswer> {
        let found = match request {
            RelationRequest::Table { name, .. } => {
                self.0.iter().find(|(known, _)| known.last() == name.last()).map(|(_, source)| Arc::clone(source))
            }
            RelationRequest::Files { .. } => None,
        };
        Box::pin(async move { found.map_or(RelationAnswer::Absent, RelationAnswer::Found) })
    }
}

/// A session with tables.
pub(crate) struct Session {
    runtime: Runtime,
    tables: Tables,
    /// What settings say.
    pub(crate) rules: Rules,
    batch_size: usize,
    table_partitions: usize,
    _folder: tempfile::TempDir,
}

impl Session {
    pub(crate) fn new() -> Self {
        Self { table_partitions: 1, ..Self::with(2, 8192) }
    }

    /// A session whose plans and tables have so many partitions, and batches of at most so many rows.
    pub(crate) fn with(partitions: usize, batch_size: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new(RuntimeSettings {
            memory_bytes: 256 << 20,
            spill_folder: folder.path().join("spill"),
            partitions: NonZeroUsize::new(partitions).unwrap(),
            batch_size: NonZeroUsize::new(batch_size).unwrap(),
            physical_rules: lakesmith_functions::physical_rules(),
        });
        let tables = Tables::default();
        let rules = Rules::default();
        Self { runtime: runtime.unwrap(), tables, rules, batch_size, table_partitions: partitions, _folder: folder }
    }

    /// Defines a table by a query.
    pub(crate) async fn define(&mut self, name: &str, sql: &str) {
        let resolved = self.resolve(sql).await.unwrap_or_else(|faults| panic!("{sql}: {faults:#?}"));
        let session = self.runtime.session();
        let plan = session.state().create_physical_plan(&resolved.plan).await.unwrap();
        let batches = LocalExecutor::new(session.task_ctx()).collect(plan).await.unwrap();
        let fields = lakesmith_engine::arrow_type::to_arrow_schema(&resolved.schema()).unwrap();
        let schema = Arc::new(fields);
        let batches: Vec<RecordBatch> = batches
            .iter()
            .map(|batch| RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec()).unwrap())
            .collect();
        let mut partitions = vec![Vec::new(); self.table_partitions.min(self.pieces(&batches).max(1))];
        let slices = batches.iter().flat_map(|batch| {
            let starts = (0..batch.num_rows()).step_by(self.batch_size);
            starts.map(|start| batch.slice(start, self.batch_size.min(batch.num_rows() - start)))
        });
        for (place, slice) in slices.enumerate() {
            let count = partitions.len();
            partitions[place % count].push(slice);
        }
        let table = MemTable::try_new(schema, partitions).unwrap();
        let source = ProvidedRelation::new(resolved.schema(), Arc::new(table));
        self.tables.0.push((QualifiedName::single(Identifier::new(name)), Arc::new(source)));
    }

    /// How many batches of a table's rows there are.
    fn pieces(&self, batches: &[RecordBatch]) -> usize {
        batches.iter().map(|batch| batch.num_rows().div_ceil(self.batch_size)).sum()
    }

    pub(crate) async fn resolve(&self, sql: &str) -> Result<Resolved, Vec<Diagnostic>> {
        let mut sources = SourceMap::default();
        let source = sources.add("query", sql, SourceKind::Inline);
        let relation =
            lakesmith_sql::parse_query_in(&sources, source, self.rules.dialect).map_err(|fault| vec![fault])?;
        let (catalog, schema, user) = ("spark_catalog".into(), "default".into(), "ada".into());
        let rules = self.rules.clone();
        let session = SessionValues { now_micros: NOW, entropy: 7, catalog, schema, user, rules };
        resolve(
            &relation,
            &self.tables,
            Options { session, variables: Default::default(), recursion: Default::default(), notes_places: true },
        )
        .await
    }

    pub(crate) async fn physical(&self, resolved: &Resolved) -> Result<Arc<dyn ExecutionPlan>, EngineError> {
        let plan = self.runtime.session().state().create_physical_plan(&resolved.plan).await;
        plan.map_err(|error| EngineError::from_datafusion("plan query", error))
    }

    pub(crate) async fn execute(&self, resolved: &Resolved) -> Result<Vec<RecordBatch>, EngineError> {
        if let Some(error) = lakesmith_functions::failing_constant::failing_constant(&resolved.plan) {
            return Err(EngineError::from_datafusion("run query", error));
        }
        let plan = self.physical(resolved).await?;
        let session = self.runtime.session();
        // as another process would get it, so that a function or node without a codec fails its tests
        let mut codecs = PlanCodecRegistry::default();
        lakesmith_functions::register_codecs(&mut codecs);
        let plan = codecs.round_trip(&plan, &session.task_ctx());
        let plan = plan.map_err(|error| EngineError::from_datafusion("ship plan", error))?;
        LocalExecutor::new(session.task_ctx()).collect(plan).await
    }

    /// The same by the plan as it was resolved: with no more of the optimizer than what a plan needs to be run.
    pub(crate) async fn execute_as_resolved(&self, resolved: &Resolved) -> Result<Vec<RecordBatch>, EngineError> {
        let failed = |error| EngineError::from_datafusion("run query", error);
        if let Some(error) = lakesmith_functions::failing_constant::failing_constant(&resolved.plan) {
            return Err(failed(error));
        }
        let session = self.runtime.session();
        let needed =
            ["eliminate_limit", "replace_distinct_aggregate", "scalar_subquery_to_join", "simplify_expressions"];
        let mut rules = Optimizer::new().rules;
        rules.retain(|rule| needed.contains(&rule.name()));
        let state = SessionStateBuilder::new_from_existing(session.state()).with_optimizer_rules(rules).build();
        let plan = state.create_physical_plan(&resolved.plan).await.map_err(failed)?;
        LocalExecutor::new(session.task_ctx()).collect(plan).await
    }

    /// Rows as text, values separated by `|`.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<String> {
        let resolved = self.resolve(sql).await.unwrap_or_else(|faults| panic!("{sql}: {faults:#?}"));
        let batches = self.execute(&resolved).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let mut rows = Vec::new();
        for batch in &batches {
            for (column, attribute) in batch.columns().iter().zip(&resolved.output) {
                let expected = lakesmith_engine::arrow_type::to_arrow(&attribute.data_type).unwrap();
                assert_eq!(column.data_type(), &expected, "type of `{}` in {sql}", attribute.name.as_str());
            }
            let options = FormatOptions::default().with_null("NULL");
            let columns: Vec<_> =
                batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
            for row in 0..batch.num_rows() {
                let values: Vec<String> = columns.iter().map(|column| column.value(row).to_string()).collect();
                rows.push(values.join("|"));
            }
        }
        rows
    }

    /// Names and types of a query's columns.
    pub(crate) async fn columns(&self, sql: &str) -> Vec<String> {
        let resolved = self.resolve(sql).await.unwrap_or_else(|faults| panic!("{sql}: {faults:#?}"));
        resolved.output.iter().map(|column| format!("{} {}", column.name.as_str(), column.data_type)).collect()
    }

    /// Condition, title and marked text of each fault of a query.
    pub(crate) async fn faults(&self, sql: &str) -> Vec<String> {
        let faults = self.resolve(sql).await.err().unwrap_or_default();
        let marked = |fault: &Diagnostic| {
            let span = fault.primary.as_ref().map(|label| label.span);
            span.map_or("", |span| &sql[span.start as usize..span.end as usize]).to_owned()
        };
        faults.iter().map(|fault| format!("{}: {} @{}", fault.condition, fault.title, marked(fault))).collect()
    }

    /// The condition with which a query fails while it runs.
    pub(crate) async fn run_fault(&self, sql: &str) -> String {
        let resolved = self.resolve(sql).await.unwrap_or_else(|faults| panic!("{sql}: {faults:#?}"));
        match self.execute(&resolved).await {
            Ok(_) => "none".into(),
            Err(error) => match error.kind {
                lakesmith_engine::ErrorKind::Data(condition) => condition.name.to_owned(),
                other => format!("{other:?}: {error}"),
            },
        }
    }
}
