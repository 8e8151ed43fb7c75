//! [`WarehouseCatalog`]: finds the tables, files and events that a query names.
//!
//! A failure of reading is no fault of the query: it is kept aside, and the query ends with it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lakesmith_base::suggest::closest;
use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_delta::{DeltaTable, scan_provider, scan_provider_with};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::{
    BoxFuture, Catalog, EngineError, FileInterface, ProvidedRelation, RelationAnswer, RelationRequest,
};
use lakesmith_ingest::{METADATA_COLUMN, Usage};
use lakesmith_project::Location;
use lakesmith_unresolved::SqlFunction;

use crate::event_log::{self, EventColumns};
use crate::file_metadata;
use crate::files::{self, FilesRequest};
use crate::lookup::Found;
use crate::objects::{Kind, StoredFunction, StoredTable, StoredView};
use crate::session::{ReadNotes, Session};
use crate::state::TemporaryView;
use crate::stored_function;
use crate::stored_view;
use crate::time_travel::version_of;
use crate::warehouse::open_folder;

/// Formats of `` format.`path` ``.
pub(crate) const FORMATS: &[&str] = &["delta", "parquet", "json", "csv", "text", "orc", "avro", "xml", "binaryfile"];

/// Why something asked for is not there.
pub(crate) enum Lack {
    /// There is none of the name.
    Absent,
    /// The query is wrong to ask for it.
    Refused(Box<Diagnostic>),
    /// Options cannot be so: each key with what is wrong.
    Misused(Vec<(String, Diagnostic)>),
    /// It could not be read.
    Failed(EngineError),
}

impl From<EngineError> for Lack {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

impl From<Diagnostic> for Lack {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Refused(Box::new(diagnostic))
    }
}

/// What names without catalog or schema mean.
#[derive(Debug, Clone)]
pub(crate) struct Namespace {
    pub catalog: Identifier,
    pub schema: Identifier,
}

/// The catalog of one query.
#[derive(Debug)]
pub struct WarehouseCatalog<'s> {
    session: &'s Session,
    events: EventColumns,
    namespace: Namespace,
    /// The views whose queries are being looked into, outermost first.
    views: Vec<QualifiedName>,
    /// Whether the query may read temporary views; the query of a stored view may not.
    temporary: bool,
    /// The function that is being made.
    made: Option<Arc<SqlFunction>>,
    notes: Mutex<Notes>,
}

#[derive(Debug, Default)]
struct Notes {
    failure: Option<EngineError>,
    read: ReadNotes,
    has_read_events: bool,
}

impl<'s> WarehouseCatalog<'s> {
    pub(crate) fn new(session: &'s Session, events: EventColumns) -> Self {
        let namespace = session.namespace();
        Self { session, events, namespace, views: Vec::new(), temporary: true, made: None, notes: Mutex::default() }
    }

    /// The same with a function that is not there yet.
    pub(crate) fn making(self, function: Arc<SqlFunction>) -> Self {
        Self { made: Some(function), ..self }
    }

    /// The same without what ends with the session.
    pub(crate) fn of_stored_objects(self) -> Self {
        Self { temporary: false, ..self }
    }

    /// The catalog of the query of a view.
    fn of_view(&self, name: QualifiedName, namespace: Namespace, temporary: bool) -> Self {
        let views = self.views.iter().cloned().chain([name]).collect();
        let (session, events) = (self.session, self.events);
        Self { session, events, namespace, views, temporary, made: self.made.clone(), notes: Mutex::default() }
    }

    /// What went wrong while relations were looked up.
    pub(crate) fn take_failure(&self) -> Option<EngineError> {
        self.notes().failure.take()
    }

    /// What was noted about the relations.
    pub(crate) fn take_notes(&self) -> ReadNotes {
        std::mem::take(&mut self.notes().read)
    }

    /// Whether the event log was asked for.
    pub(crate) fn has_read_events(&self) -> bool {
        self.notes().has_read_events
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: &RelationRequest) -> Result<ProvidedRelation, Lack> {
        match request {
            RelationRequest::Table { is_streaming: true, .. } | RelationRequest::Files { is_streaming: true, .. } => {
                let title = "STREAM stands only in the flows of a pipeline";
                let fault = Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title);
                Err(fault.help("leave STREAM out: the query reads what is there now").into())
            }
            RelationRequest::Table { name, options, .. } => {
                let table = self.table(name, options).await?;
                self.notes().read.reads_data = true;
                Ok(table)
            }
            RelationRequest::Files { format, schema, options, paths, interface, .. } => {
                if format.as_deref() == Some(event_log::FORMAT) {
                    self.notes().has_read_events = true;
                    return event_log::relation(self.session, paths, options, self.events).await;
                }
                let usage = match interface {
                    FileInterface::ReadFiles => Usage::ReadFiles,
                    FileInterface::CloudFiles => Usage::CloudFiles,
                    FileInterface::Reader => Usage::Reader,
                };
                let format = format.as_deref();
                self.notes().read.reads_data = true;
                self.files(FilesRequest { format, schema: schema.as_deref(), options, paths, usage }).await
            }
        }
    }

    /// The function of SQL of a name.
    fn sql_function(&self, name: &QualifiedName) -> Result<Option<SqlFunction>, EngineError> {
        let session = self.session;
        let is_of_session = name.qualifier().iter().all(|part| part.matches("session") || part.matches("system"));
        if self.temporary && is_of_session {
            let own = QualifiedName::single(name.last().clone());
            if let Some(made) = self.made.as_deref().filter(|made| made.name == own) {
                return Ok(Some(made.clone()));
            }
            let stored = session.state().functions.get(&name.last().folded()).cloned();
            if let Some(stored) = stored {
                self.notes().read.temporary.push(stored.name.clone());
                return Ok(self.parsed_function(own, &stored, true));
            }
        }
        let Namespace { catalog, schema } = &self.namespace;
        let Some(full) = session.table_name_in(name, catalog, schema) else { return Ok(None) };
        if let Some(made) = self.made.as_deref().filter(|made| made.name == full) {
            return Ok(Some(made.clone()));
        }
        let stored = session.objects().read::<StoredFunction>(Kind::Function, &full)?;
        Ok(stored.and_then(|stored| self.parsed_function(full, &stored.value, false)))
    }

    fn parsed_function(&self, name: QualifiedName, stored: &StoredFunction, is_temporary: bool) -> Option<SqlFunction> {
        self.notes().read.reads_data |= stored.reads_data;
        stored_function::parsed(name, stored, is_temporary).ok()
    }

    async fn table(&self, name: &QualifiedName, options: &[(String, String)]) -> Result<ProvidedRelation, Lack> {
        if self.temporary
            && let Some(view) = self.session.temporary_view(name)
        {
            self.notes().read.temporary.push(view.name().to_owned());
            return self.temporary_view(name, &view).await;
        }
        if let [format, path] = name.parts()
            && FORMATS.iter().any(|known| format.matches(known))
        {
            return self.direct(&format.folded(), path.as_str(), options).await;
        }
        let Namespace { catalog, schema } = &self.namespace;
        let Some(full) = self.session.table_name_in(name, catalog, schema) else { return Err(Lack::Absent) };
        let relation = match self.session.find_stored(&full).await? {
            Some(Found::Delta(table, _)) => self.delta(version_of(*table, &full, options).await?).await,
            Some(Found::Files(stored)) => self.stored_files(&stored.value).await,
            Some(Found::View(view)) => self.view(full.clone(), &view.value, false).await,
            Some(Found::Temporary(_)) | None => Err(no_table(self.session, name, &full).into()),
        };
        Ok(relation?.named(full))
    }

    async fn delta(&self, table: DeltaTable) -> Result<ProvidedRelation, Lack> {
        self.notes().read.tables.push((table.store().folder().to_owned(), table.version()));
        Ok(scan(table).await?)
    }

    async fn stored_files(&self, stored: &StoredTable) -> Result<ProvidedRelation, Lack> {
        let mut options: Vec<(String, String)> = stored.options.clone().into_iter().collect();
        options.retain(|(key, _)| !key.eq_ignore_ascii_case("path"));
        let paths = [stored.location.clone()];
        let (format, schema) = (Some(stored.format.as_str()), stored.schema.as_deref());
        self.files(FilesRequest { format, schema, options: &options, paths: &paths, usage: Usage::Reader }).await
    }

    async fn temporary_view(&self, name: &QualifiedName, view: &TemporaryView) -> Result<ProvidedRelation, Lack> {
        match view {
            TemporaryView::Query(view) => self.view(name.clone(), view, true).await,
            TemporaryView::Files { format, schema, options, path, .. } => {
                let (format, schema, paths) = (Some(format.as_str()), schema.as_deref(), path.as_slice());
                self.files(FilesRequest { format, schema, options, paths, usage: Usage::Reader }).await
            }
        }
    }

    /// The rows of a view: those of its query, in the columns that it had when it was made.
    async fn view(&self, name: QualifiedName, view: &StoredView, temporary: bool) -> Result<ProvidedRelation, Lack> {
        if self.views.contains(&name) {
            let title = format!("view `{name}` reads itself");
            return Err(Diagnostic::error(Condition::RECURSIVE_VIEW, title).into());
        }
        let namespace = Namespace { catalog: view.catalog.as_str().into(), schema: view.schema.as_str().into() };
        let inner = self.of_view(name.clone(), namespace, temporary && self.temporary);
        let resolved = stored_view::resolved(self.session, &inner, view).await;
        if let Some(failure) = inner.take_failure() {
            return Err(failure.into());
        }
        let read = inner.take_notes();
        let mut notes = self.notes();
        notes.read.warnings.extend(read.warnings);
        notes.read.tables.extend(read.tables);
        drop(notes);
        resolved.map_err(|fault| {
            let title = format!("view `{name}`: {}", fault.title);
            let mut shown = Diagnostic::error(fault.condition, title);
            shown.help = fault.help;
            shown.into()
        })
    }

    /// `` format.`path` ``.
    async fn direct(&self, format: &str, path: &str, options: &[(String, String)]) -> Result<ProvidedRelation, Lack> {
        if path.is_empty() {
            let title = format!("the path of `{format}` files is empty");
            return Err(Diagnostic::error(Condition::INVALID_EMPTY_LOCATION, title).into());
        }
        if ["orc", "avro", "xml", "binaryfile"].contains(&format) {
            let title = format!("reading files of format {format} is not built yet");
            return Err(Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title).into());
        }
        if format == "delta" {
            let folder = local(self.session, path)?;
            return match open_folder(&folder).await? {
                Some(table) => self.delta(version_of(table, &QualifiedName::single(path), options).await?).await,
                None => {
                    let title = format!("there is no Delta table in `{}`", folder.display());
                    Err(Diagnostic::error(Condition::PATH_NOT_FOUND, title).into())
                }
            };
        }
        let paths = [path.to_owned()];
        self.files(FilesRequest { format: Some(format), schema: None, options, paths: &paths, usage: Usage::Reader })
            .await
    }

    async fn files(&self, request: FilesRequest<'_>) -> Result<ProvidedRelation, Lack> {
        let (relation, warnings) = files::relation(self.session, request).await?;
        self.notes().read.warnings.extend(warnings);
        Ok(relation)
    }
}

/// The fault of a table that is not there, with tables of similar names.
pub(crate) fn no_table(session: &Session, written: &QualifiedName, full: &QualifiedName) -> Diagnostic {
    let title = format!("table or view `{written}` does not exist");
    let fault = Diagnostic::error(Condition::TABLE_OR_VIEW_NOT_FOUND, title);
    let tables = session.warehouse().tables();
    let elsewhere: Vec<&QualifiedName> = tables.iter().filter(|table| table.last() == full.last()).collect();
    if !elsewhere.is_empty() {
        let listed: Vec<String> = elsewhere.iter().take(3).map(|table| format!("`{table}`")).collect();
        return fault.help(format!("a table of this name is {}", listed.join(", ")));
    }
    let names: Vec<String> = tables.iter().map(|table| shown(session, table)).collect();
    let own = shown(session, full);
    match closest(&own, names.iter().map(String::as_str), 3).as_slice() {
        [] if tables.is_empty() => fault.help("the warehouse is empty: `lakesmith run` fills it"),
        [] => fault.help("`lakesmith tables` lists the tables"),
        similar => {
            let listed: Vec<String> = similar.iter().map(|name| format!("`{name}`")).collect();
            fault.help(format!("a table with a similar name exists: {}", listed.join(", ")))
        }
    }
}

/// The name without default catalog and schema.
fn shown(session: &Session, full: &QualifiedName) -> String {
    let (own_catalog, own_schema) = session.default_names();
    match full.parts() {
        [catalog, schema, table] if *catalog == own_catalog && *schema == own_schema => table.to_string(),
        [catalog, schema, table] if *catalog == own_catalog => format!("{schema}.{table}"),
        _ => full.to_string(),
    }
}

impl Catalog for WarehouseCatalog<'_> {
    fn function<'a>(&'a self, name: &'a QualifiedName) -> BoxFuture<'a, Option<Arc<SqlFunction>>> {
        let found = self.sql_function(name).unwrap_or_else(|error| {
            self.notes().failure.get_or_insert(error);
            None
        });
        Box::pin(std::future::ready(found.map(Arc::new)))
    }

    fn relation<'a>(&'a self, request: &'a RelationRequest) -> BoxFuture<'a, RelationAnswer> {
        Box::pin(async move {
            match self.answer(request).await {
                Ok(relation) => RelationAnswer::Found(Arc::new(relation)),
                Err(Lack::Absent) => RelationAnswer::Absent,
                Err(Lack::Refused(diagnostic)) => RelationAnswer::Refused(diagnostic),
                Err(Lack::Misused(faults)) => RelationAnswer::Misused(faults),
                Err(Lack::Failed(error)) => {
                    self.notes().failure.get_or_insert(error);
                    RelationAnswer::Unknown
                }
            }
        })
    }
}

/// The newest rows of a table.
pub(crate) async fn scan(mut table: DeltaTable) -> Result<ProvidedRelation, EngineError> {
    let files = table.files().await?;
    let metadata = table.metadata();
    let (schema, partitions, folder) = (&metadata.schema, &metadata.partition_columns, table.store().folder());
    if schema.iter().any(|field| field.name.matches(METADATA_COLUMN)) {
        let provider = scan_provider(schema, partitions, files, folder)?;
        return Ok(ProvidedRelation::new(schema.clone(), provider));
    }
    let column = file_metadata::column();
    let field = column.field.clone();
    let provider = scan_provider_with(schema, partitions, files, folder, column)?;
    Ok(ProvidedRelation::new(schema.clone(), provider).with_metadata_columns(vec![field]).lacking_row_index())
}

/// The place on this machine that a path means, absolute.
pub(crate) fn local(session: &Session, path: &str) -> Result<PathBuf, Lack> {
    match session.settings().paths.locate(path) {
        Location::Local(local) => Ok(std::path::absolute(&local).unwrap_or(local)),
        Location::Remote(uri) => {
            let title = format!("reading `{uri}` is not built yet");
            Err(Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title).help("copy the files to this machine").into())
        }
    }
}
