//! [`Session`]: what queries share: where tables lie, default names, the time, and the runtime.

use std::path::PathBuf;

use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionContext;
use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic, SourceKind, SourceMap};
use lakesmith_engine::{EngineError, Runtime};
use lakesmith_functions::SessionValues;
use lakesmith_plan::{Options, Resolved, resolve};
use lakesmith_project::PathMap;
use lakesmith_sql::{Variables, parse_commands};
use lakesmith_unresolved::{Relation, command::CommandKind};

use crate::catalog::WarehouseCatalog;
use crate::event_log::{self, EventColumns};
use crate::result::{QueryError, QueryResult};
use crate::warehouse::Warehouse;

/// The name of a query's text in messages.
const QUERY: &str = "query";
/// Names of the default catalog.
const DEFAULT_CATALOGS: [&str; 2] = ["spark_catalog", "hive_metastore"];

/// What a session is made of.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    /// Folder of the tables.
    pub warehouse: PathBuf,
    /// Folder of checkpoints and events.
    pub storage: Option<PathBuf>,
    /// Default catalog.
    pub catalog: Identifier,
    /// Default schema.
    pub schema: Identifier,
    /// Where paths lie.
    pub paths: PathMap,
    /// `current_timestamp()`, in microseconds since the epoch.
    pub now_micros: i64,
    /// `current_user()`.
    pub user: String,
    /// The process's runtime.
    pub runtime: Runtime,
}

/// Runs queries.
#[derive(Debug, Clone)]
pub struct Session {
    settings: SessionSettings,
    warehouse: Warehouse,
}

impl Session {
    /// A session; nothing is read yet.
    pub fn new(settings: SessionSettings) -> Self {
        let warehouse = Warehouse::new(&settings.warehouse);
        Self { settings, warehouse }
    }

    /// The settings.
    pub fn settings(&self) -> &SessionSettings {
        &self.settings
    }

    /// The tables.
    pub fn warehouse(&self) -> &Warehouse {
        &self.warehouse
    }

    /// The full name of a table: default names filled in, `LIVE.` dropped, `spark_catalog` and `hive_metastore` replaced by
    /// the default catalog. `None` for a name of more than three parts.
    pub fn table_name(&self, name: &QualifiedName) -> Option<QualifiedName> {
        let mut parts = name.parts().to_vec();
        if parts.len() > 1 && parts[0].matches("live") {
            parts.remove(0);
        }
        if parts.len() == 3 && DEFAULT_CATALOGS.iter().any(|known| parts[0].matches(known)) {
            parts[0] = self.settings.catalog.clone();
        }
        let name = QualifiedName::from_parts(parts)?.qualified(&self.settings.catalog, &self.settings.schema);
        (name.parts().len() == 3).then_some(name)
    }

    /// Runs the one query that `text` is.
    pub async fn query(&self, text: &str) -> Result<QueryResult, QueryError> {
        let mut sources = SourceMap::default();
        let queries = match self.parse(&mut sources, QUERY, text, &Variables::default()) {
            Ok(queries) => queries,
            Err(diagnostics) => return Err(QueryError::Wrong { sources, diagnostics }),
        };
        match queries.as_slice() {
            [query] => self.run(query, &sources).await,
            _ => {
                let title = format!("one query was expected, not {}", queries.len());
                let fault = Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title);
                Err(QueryError::Wrong { sources, diagnostics: vec![fault] })
            }
        }
    }

    /// The queries of a text that may hold several, with `${key}` replaced. A statement that is no query is refused by name.
    pub fn parse(
        &self,
        sources: &mut SourceMap,
        name: &str,
        text: &str,
        variables: &Variables,
    ) -> Result<Vec<Relation>, Vec<Diagnostic>> {
        let source = sources.add(name, text, SourceKind::Inline);
        let (commands, mut diagnostics) = parse_commands(sources, source, variables);
        let mut queries = Vec::new();
        for command in commands {
            match command.kind {
                CommandKind::Query(relation) => queries.push(relation),
                other => {
                    let title = format!("`{}` is not built yet: only queries run here", other.name());
                    let fault = Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title)
                        .help("tables are changed by a pipeline: put the statement into one of its files");
                    diagnostics.push(match command.origin.span() {
                        Some(span) => fault.at(span, "no query"),
                        None => fault,
                    });
                }
            }
        }
        if queries.is_empty() && diagnostics.is_empty() {
            diagnostics.push(Diagnostic::error(Condition::PARSE_EMPTY_STATEMENT, "there is no query in the text"));
        }
        if diagnostics.iter().any(Diagnostic::is_error) { Err(diagnostics) } else { Ok(queries) }
    }

    /// Runs a query; its faults point into `sources`.
    pub async fn run(&self, query: &Relation, sources: &SourceMap) -> Result<QueryResult, QueryError> {
        let (resolved, warnings) = self.resolve(query, sources).await?;
        let context = self.context();
        let plan = context.state().create_physical_plan(&resolved.plan).await;
        let plan = plan.map_err(|error| EngineError::from_datafusion("plan query", error))?;
        let rows = execute_stream(plan, context.task_ctx());
        let rows = rows.map_err(|error| EngineError::from_datafusion("run query", error))?;
        Ok(QueryResult::new(resolved.schema(), warnings, rows))
    }

    /// Resolves a query. One that fails for want of the columns of expectations is resolved again with the event log that has
    /// them.
    async fn resolve(&self, query: &Relation, sources: &SourceMap) -> Result<(Resolved, Vec<String>), QueryError> {
        let catalog = WarehouseCatalog::new(self, EventColumns::Plain);
        match self.resolve_with(query, &catalog, sources).await {
            Err(QueryError::Wrong { diagnostics, .. })
                if catalog.has_read_events() && event_log::wants_expectations(&diagnostics, sources) =>
            {
                let catalog = WarehouseCatalog::new(self, EventColumns::Expectations);
                self.resolve_with(query, &catalog, sources).await
            }
            other => other,
        }
    }

    async fn resolve_with(
        &self,
        query: &Relation,
        catalog: &WarehouseCatalog<'_>,
        sources: &SourceMap,
    ) -> Result<(Resolved, Vec<String>), QueryError> {
        let session = SessionValues {
            now_micros: self.settings.now_micros,
            entropy: lakesmith_base::random::entropy(),
            catalog: self.settings.catalog.as_str().to_owned(),
            schema: self.settings.schema.as_str().to_owned(),
            user: self.settings.user.clone(),
        };
        let resolved = resolve(query, catalog, Options { session }).await;
        match (resolved, catalog.take_failure()) {
            (_, Some(failure)) => Err(failure.into()),
            (Ok(resolved), None) => Ok((resolved, catalog.take_warnings())),
            (Err(diagnostics), None) => Err(QueryError::Wrong { sources: sources.clone(), diagnostics }),
        }
    }

    /// A DataFusion session of the runtime.
    pub(crate) fn context(&self) -> SessionContext {
        self.settings.runtime.session()
    }
}
