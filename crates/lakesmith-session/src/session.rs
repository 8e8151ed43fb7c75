//! [`Session`]: what statements share: where tables lie, default names, settings, temporary views, the time, and the runtime.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionContext;
use lakesmith_base::{Clock, Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin, SourceKind, SourceMap};
use lakesmith_engine::recursion::Limits;
use lakesmith_engine::{EngineError, Runtime};
use lakesmith_functions::rules::{ANSI, TIME_ZONE};
use lakesmith_functions::{Rules, SessionValues};
use lakesmith_plan::{Options, Resolved, Variables, resolve};
use lakesmith_project::PathMap;
use lakesmith_sql::{TIMESTAMP_TYPE, Variables as Replaced, parse_commands};
use lakesmith_unresolved::{Command, Relation};

use crate::catalog::{Namespace, WarehouseCatalog};
use crate::event_log::{self, EventColumns};
use crate::objects::Objects;
use crate::result::{QueryError, QueryResult};
use crate::state::SessionState;
use crate::statement;
use crate::warehouse::Warehouse;

/// The name of a query's text in messages.
const QUERY: &str = "query";
/// The setting of how many steps a recursive query has.
pub(crate) const RECURSION_STEPS: &str = "spark.sql.cteRecursionLevelLimit";
/// The setting of how many rows a recursive query has.
pub(crate) const RECURSION_ROWS: &str = "spark.sql.cteRecursionRowLimit";
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
    /// Tells the time of each statement: `current_timestamp()`.
    pub clock: Arc<dyn Clock>,
    /// `current_user()`.
    pub user: String,
    /// The process's runtime.
    pub runtime: Runtime,
}

/// Runs statements. Clones share default names, settings and temporary views.
#[derive(Debug, Clone)]
pub struct Session {
    settings: SessionSettings,
    warehouse: Warehouse,
    objects: Objects,
    state: Arc<Mutex<SessionState>>,
}

impl Session {
    /// A session; nothing is read yet.
    pub fn new(settings: SessionSettings) -> Self {
        let warehouse = Warehouse::new(&settings.warehouse);
        let objects = Objects::new(warehouse.folder());
        let state = SessionState::new(settings.catalog.clone(), settings.schema.clone());
        Self { settings, warehouse, objects, state: Arc::new(Mutex::new(state)) }
    }

    /// The same session with settings that it begins with, as those of a project. One that is wrong is a fault.
    pub fn configured<'s>(self, settings: impl IntoIterator<Item = (&'s str, &'s str)>) -> Result<Self, QueryError> {
        for (key, value) in settings {
            let is_own = statement::is_own(key, value);
            if is_own.map_err(|trouble| trouble.of_statement(&SourceMap::default(), &Origin::Unknown))? {
                let mut state = self.state();
                state.initial.insert(key.to_owned(), value.to_owned());
                state.settings.insert(key.to_owned(), value.to_owned());
            }
        }
        Ok(self)
    }

    /// The settings.
    pub fn settings(&self) -> &SessionSettings {
        &self.settings
    }

    /// The tables.
    pub fn warehouse(&self) -> &Warehouse {
        &self.warehouse
    }

    /// What the warehouse holds besides Delta tables.
    pub(crate) fn objects(&self) -> &Objects {
        &self.objects
    }

    /// What statements have changed. The guard is never held across a wait.
    pub(crate) fn state(&self) -> MutexGuard<'_, SessionState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what the user should know of the statement that is carried out.
    pub(crate) fn warn(&self, warning: String) {
        self.state().warnings.push(warning);
    }

    /// The default catalog and schema at this moment.
    pub fn default_names(&self) -> (Identifier, Identifier) {
        let state = self.state();
        (state.catalog.clone(), state.schema.clone())
    }

    /// The full name of a table: default names filled in, `LIVE.` dropped, `spark_catalog` and `hive_metastore` replaced by
    /// the project's catalog. `None` for a name of more than three parts.
    pub fn table_name(&self, name: &QualifiedName) -> Option<QualifiedName> {
        let (catalog, schema) = self.default_names();
        self.table_name_in(name, &catalog, &schema)
    }

    /// [`Self::table_name`] with other default names.
    pub(crate) fn table_name_in(
        &self,
        name: &QualifiedName,
        catalog: &Identifier,
        schema: &Identifier,
    ) -> Option<QualifiedName> {
        let mut parts = name.parts().to_vec();
        if parts.len() > 1 && parts[0].matches("live") {
            parts.remove(0);
        }
        if parts.len() == 3 {
            parts[0] = self.catalog_name(&parts[0]);
        }
        let name = QualifiedName::from_parts(parts)?.qualified(catalog, schema);
        (name.parts().len() == 3).then_some(name)
    }

    /// The catalog that a name means: `spark_catalog` and `hive_metastore` are the project's.
    pub(crate) fn catalog_name(&self, name: &Identifier) -> Identifier {
        let is_default = DEFAULT_CATALOGS.iter().any(|known| name.matches(known));
        if is_default { self.settings.catalog.clone() } else { name.clone() }
    }

    /// Runs the one statement that `text` is.
    pub async fn query(&self, text: &str) -> Result<QueryResult, QueryError> {
        let mut sources = SourceMap::default();
        let commands = match self.parse(&mut sources, QUERY, text, &Replaced::default()) {
            Ok(commands) => commands,
            Err(diagnostics) => return Err(QueryError::Wrong { sources, diagnostics }),
        };
        match commands.as_slice() {
            [command] => self.execute(command, &sources).await,
            _ => {
                let title = format!("one statement was expected, not {}", commands.len());
                let fault = Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title);
                Err(QueryError::Wrong { sources, diagnostics: vec![fault] })
            }
        }
    }

    /// The statements of a text that may hold several, with `${key}` replaced: SET statements above and in the session win.
    pub fn parse(
        &self,
        sources: &mut SourceMap,
        name: &str,
        text: &str,
        variables: &Replaced,
    ) -> Result<Vec<Command>, Vec<Diagnostic>> {
        let variables = self.state().variables(variables);
        let source = sources.add(name, text, SourceKind::Inline);
        let (commands, mut diagnostics) = parse_commands(sources, source, &variables);
        if commands.is_empty() && diagnostics.is_empty() {
            diagnostics.push(Diagnostic::error(Condition::PARSE_EMPTY_STATEMENT, "there is no statement in the text"));
        }
        if diagnostics.iter().any(Diagnostic::is_error) { Err(diagnostics) } else { Ok(commands) }
    }

    /// Carries out a statement; its faults point into `sources`. A statement is carried out whole or not at all.
    pub async fn execute(&self, command: &Command, sources: &SourceMap) -> Result<QueryResult, QueryError> {
        let done = statement::run(self, command, sources).await;
        done.map_err(|trouble| trouble.of_statement(sources, &command.origin))
    }

    /// Names of functions, and of the tables of the default schema with their columns, for completion. A table that cannot be
    /// read has no columns.
    pub async fn words(&self) -> BTreeSet<String> {
        let (catalog, schema) = self.default_names();
        let mut words: BTreeSet<String> =
            lakesmith_functions::registry::names().map(|name| format!("{name}(")).collect();
        for table in self.warehouse.tables() {
            words.insert(table.parts()[1..].iter().map(ToString::to_string).collect::<Vec<_>>().join("."));
            if table.qualifier() != [catalog.clone(), schema.clone()] {
                continue;
            }
            words.insert(table.last().to_string());
            if let Ok(Some(table)) = self.warehouse.open(&table).await {
                words.extend(table.metadata().schema.iter().map(|field| field.name.to_string()));
            }
        }
        words.extend(self.state().views.values().map(|view| view.name().to_owned()));
        words
    }

    /// Runs a query; its faults point into `sources`.
    pub async fn run(&self, query: &Relation, sources: &SourceMap) -> Result<QueryResult, QueryError> {
        let (resolved, notes) = self.resolve(query, sources).await?;
        if let Some(error) = lakesmith_functions::failing_constant::failing_constant(&resolved.plan) {
            return Err(EngineError::from_datafusion("run query", error).into());
        }
        let context = self.context();
        let plan = context.state().create_physical_plan(&resolved.plan).await;
        let plan = plan.map_err(|error| EngineError::from_datafusion("plan query", error))?;
        let rows = execute_stream(Arc::clone(&plan), context.task_ctx());
        let rows = rows.map_err(|error| EngineError::from_datafusion("run query", error))?;
        Ok(QueryResult::new(resolved.schema(), notes.warnings, rows).of_plan(plan).shown_in(self.rules().zone))
    }

    /// Resolves a query. One that fails for want of the columns of expectations is resolved again with the event log that has
    /// them.
    pub(crate) async fn resolve(
        &self,
        query: &Relation,
        sources: &SourceMap,
    ) -> Result<(Resolved, ReadNotes), QueryError> {
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
    ) -> Result<(Resolved, ReadNotes), QueryError> {
        let resolved = resolve(query, catalog, self.options()).await;
        match (resolved, catalog.take_failure()) {
            (_, Some(failure)) => Err(failure.into()),
            (Ok(resolved), None) => Ok((resolved, catalog.take_notes())),
            (Err(diagnostics), None) => Err(QueryError::Wrong { sources: sources.clone(), diagnostics }),
        }
    }

    /// Whether a query means nothing without the session's variables.
    pub(crate) async fn needs_variables(&self, query: &Relation) -> bool {
        if self.state().variables.is_empty() {
            return false;
        }
        let catalog = WarehouseCatalog::new(self, EventColumns::Plain);
        let options = Options { variables: Variables::default(), ..self.options() };
        resolve(query, &catalog, options).await.is_err()
    }

    /// What the resolver takes from the session.
    pub(crate) fn options(&self) -> Options {
        let (catalog, schema) = self.default_names();
        let session = SessionValues {
            now_micros: self.settings.clock.now_micros(),
            entropy: lakesmith_base::random::entropy(),
            catalog: catalog.as_str().to_owned(),
            schema: schema.as_str().to_owned(),
            user: self.settings.user.clone(),
            rules: self.rules(),
        };
        let variables = self.state().values();
        Options { session, variables, recursion: self.recursion_limits(), notes_places: true }
    }

    /// What the session's settings make of casts and functions. SET has checked them; what came otherwise and is none counts
    /// as not set.
    pub(crate) fn rules(&self) -> Rules {
        let state = self.state();
        Rules::of(|key| state.settings.get(key).map(String::as_str)).unwrap_or_default()
    }

    /// When recursive queries give up. SET has checked the settings; a negative number is no limit.
    fn recursion_limits(&self) -> Limits {
        let state = self.state();
        let limit = |key: &str| state.settings.get(key).and_then(|text| text.trim().parse::<i64>().ok());
        let usual = Limits::default();
        Limits {
            steps: limit(RECURSION_STEPS).map_or(usual.steps, |limit| u64::try_from(limit).ok()),
            rows: limit(RECURSION_ROWS).map_or(usual.rows, |limit| u64::try_from(limit).ok()),
        }
    }

    /// The value of a setting, where it has been set.
    pub(crate) fn setting(&self, key: &str) -> Option<String> {
        self.state().settings.get(key).cloned()
    }

    /// The settings that say what queries mean, where they have been set.
    pub(crate) fn meaning(&self) -> BTreeMap<String, String> {
        let state = self.state();
        let set = [TIME_ZONE, ANSI, TIMESTAMP_TYPE].into_iter().filter_map(|key| state.settings.get_key_value(key));
        set.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Default names of the session.
    pub(crate) fn namespace(&self) -> Namespace {
        let (catalog, schema) = self.default_names();
        Namespace { catalog, schema }
    }

    /// A DataFusion session of the runtime.
    pub(crate) fn context(&self) -> SessionContext {
        self.settings.runtime.session()
    }
}

/// What was noted while the relations of a query were looked up.
#[derive(Debug, Default, Clone)]
pub(crate) struct ReadNotes {
    /// What the user should know.
    pub warnings: Vec<String>,
    /// Folders of the Delta tables that are read, with the versions.
    pub tables: Vec<(String, i64)>,
    /// Whether a table, a view, files or a function that reads some are read.
    pub reads_data: bool,
    /// Temporary views that are read and temporary functions that are called, as written.
    pub temporary: Vec<String>,
}
