//! [`Reads`]: the catalog that a flow's query is resolved against.
//!
//! In analysis relations have their columns and no rows, and what is read is noted. In a batch streaming relations have the rows
//! of the batch's slices and all others those of one pinned version.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::datasource::empty::EmptyTable;
use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_delta::{DeltaTable, scan_provider};
use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_engine::arrow_type::to_arrow_schema;
use lakesmith_engine::{
    BoxFuture, Catalog, EngineError, ErrorKind, FileInterface, ProvidedRelation, RelationAnswer, RelationRequest,
};
use lakesmith_functions::SessionValues;
use lakesmith_graph::{Dataset, DatasetId, Flow, Namespace, Settings};
use lakesmith_ingest::{FoundFile, OptionFault, ReaderOptions, Usage, metadata_field};
use lakesmith_plan::Options;
use lakesmith_project::path::bucket;
use lakesmith_stream::{FlowCheckpoint, Slice, TableOptions, file_source, table_source};
use lakesmith_unresolved::{SqlFunction, StructField};

use crate::engine::Engine;
use crate::evolution::{Columns, FilesRead, seen};
use crate::fault::{engine_fault, stream_fault};
use crate::pipeline::Pipeline;
use crate::source::{Source, SourceUse, files_key, table_key};
use crate::tables::Tables;

/// Formats that may stand before a path in `` json.`path` ``.
const DIRECT_FORMATS: [&str; 5] = ["json", "csv", "text", "parquet", "delta"];

/// The catalog of one flow.
pub(crate) struct Reads<'a> {
    pub pipeline: &'a Pipeline,
    pub engine: &'a Engine,
    pub tables: &'a Tables,
    /// Columns of the pipeline's datasets as far as they are known.
    pub schemas: &'a HashMap<DatasetId, Vec<StructField>>,
    pub namespace: &'a Namespace,
    /// Settings in force at the flow.
    pub settings: &'a Settings,
    /// Where a fault is shown that has no better place.
    pub span: Span,
    /// The checkpoint that keeps the schemas of inferred files.
    pub checkpoint: Option<&'a FlowCheckpoint>,
    /// The table that the flow writes.
    pub target: &'a QualifiedName,
    pub batch: Option<&'a Batch<'a>>,
    /// Whether a source that cannot be reached is said to be unknown rather than refused.
    pub is_dry: bool,
    pub uses: &'a Mutex<Uses>,
}

/// What was noted while relations and functions were looked up.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    pub sources: Vec<SourceUse>,
    /// Whether a view or a function is used that a statement has made outside of the pipeline.
    pub stored_object: bool,
}

/// What a batch reads.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    pub slices: &'a BTreeMap<String, Slice>,
    pub now_micros: i64,
    /// The tables that are read whole, each at one version, by folder.
    pub pinned: tokio::sync::Mutex<HashMap<PathBuf, DeltaTable>>,
    /// The files that are read whole, by key.
    pub listed: Mutex<HashMap<String, Vec<FoundFile>>>,
    /// The folder of a table whose new rows come from a sink of the same plan, and that sink.
    pub fused: Option<(PathBuf, Arc<dyn datafusion::physical_plan::ExecutionPlan>)>,
}

impl<'a> Batch<'a> {
    pub fn new(slices: &'a BTreeMap<String, Slice>, now_micros: i64) -> Self {
        Self { slices, now_micros, pinned: tokio::sync::Mutex::default(), listed: Mutex::default(), fused: None }
    }
}

/// Most columns that are inferred; as many as Spark reads of a CSV file.
const MOST_COLUMNS: usize = 20_480;
/// The column of values that no other column could take.
const RESCUED: &str = "_rescued_data";

/// How a table is read.
#[derive(Debug, Clone, Copy)]
struct Mode {
    is_streaming: bool,
    options: TableOptions,
}

impl Catalog for Reads<'_> {
    fn relation<'a>(&'a self, request: &'a RelationRequest) -> BoxFuture<'a, RelationAnswer> {
        Box::pin(async move {
            match request {
                RelationRequest::Table { name, is_streaming, options } => {
                    self.named(name, *is_streaming, options).await
                }
                RelationRequest::Files { format, .. } if format.as_deref() == Some("event_log") => {
                    let title = "`event_log` in a pipeline is not built yet";
                    let fault = Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title);
                    self.refused(fault.help("query it with `lakesmith sql`"))
                }
                RelationRequest::Files { format, schema, options, paths, interface, is_streaming } => {
                    let mut options = options.clone();
                    options.extend(schema.iter().map(|schema| ("schema".to_owned(), schema.clone())));
                    self.files(format.as_deref(), &options, paths, *interface, *is_streaming).await
                }
            }
        })
    }

    fn function<'a>(&'a self, name: &'a QualifiedName) -> BoxFuture<'a, Option<Arc<SqlFunction>>> {
        Box::pin(async move {
            let full = self.namespace.qualify(&lakesmith_graph::name::without_live(name).0);
            let found = self.engine.outside()?.function(&full).await;
            self.noted().stored_object |= found.is_some();
            found
        })
    }
}

impl Reads<'_> {
    async fn named(&self, name: &QualifiedName, is_streaming: bool, options: &[(String, String)]) -> RelationAnswer {
        let is_direct = |format: &Identifier| DIRECT_FORMATS.iter().any(|known| format.matches(known));
        let are_files = matches!(name.parts(), [format, _] if is_direct(format) && !format.matches("delta"));
        if let Some((key, _)) = options.first().filter(|_| !are_files && !is_streaming) {
            let title = format!("option `{key}` of a table is not built yet in a flow");
            return self.refused(Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title));
        }
        let streamed = match TableOptions::read(if are_files { &[] } else { options }) {
            Ok(streamed) => streamed,
            Err(faults) => return RelationAnswer::Misused(faults),
        };
        let mode = Mode { is_streaming, options: streamed };
        if let Some(dataset) = self.pipeline.dataset(name, self.namespace) {
            return if dataset.is_table() { self.dataset(dataset, mode).await } else { self.view(dataset).await };
        }
        if let [format, path] = name.parts()
            && DIRECT_FORMATS.iter().any(|known| format.matches(known))
        {
            if format.matches("delta") {
                let Some(folder) = self.pipeline.locate(path.as_str()) else { return self.remote(path.as_str()) };
                return self.stored(name.clone(), folder, mode).await;
            }
            let paths = [path.as_str().to_owned()];
            return self.files(Some(&format.folded()), options, &paths, FileInterface::Reader, is_streaming).await;
        }
        let full = self.namespace.qualify(&lakesmith_graph::name::without_live(name).0);
        let folder = self.pipeline.folder(&full);
        self.stored(full, folder, mode).await
    }

    fn note(&self, source: Source, is_streaming: bool) {
        self.noted().sources.push(SourceUse { source, is_streaming });
    }

    fn noted(&self) -> MutexGuard<'_, Uses> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A table that the pipeline makes.
    async fn dataset(&self, dataset: &Dataset, mode: Mode) -> RelationAnswer {
        let Some(schema) = self.schemas.get(&dataset.id) else { return RelationAnswer::Unknown };
        let folder = self.pipeline.folder(&dataset.name);
        let source = Source::Table { name: dataset.name.clone(), folder: folder.clone(), options: mode.options };
        self.note(source, mode.is_streaming);
        if self.batch.is_none() {
            return virtual_relation(schema.clone(), Vec::new());
        }
        match self.rows(&dataset.name, &folder, mode).await {
            Ok(Some(answer)) => answer,
            Ok(None) => virtual_relation(schema.clone(), Vec::new()),
            Err(fault) => RelationAnswer::Refused(fault),
        }
    }

    /// A table from outside the pipeline.
    async fn stored(&self, name: QualifiedName, folder: PathBuf, mode: Mode) -> RelationAnswer {
        let table = match self.tables.current(&folder).await {
            Ok(Some(table)) => table,
            Ok(None) => {
                return match self.stored_object(name, mode).await {
                    RelationAnswer::Absent if self.is_dry => RelationAnswer::Unknown,
                    answer => answer,
                };
            }
            Err(error) => return self.refused(engine_fault(&error)),
        };
        let source = Source::Table { name: name.clone(), folder: folder.clone(), options: mode.options };
        self.note(source, mode.is_streaming);
        if self.batch.is_none() {
            return virtual_relation(table.metadata().schema.clone(), Vec::new());
        }
        match self.rows(&name, &folder, mode).await {
            Ok(answer) => answer.unwrap_or(RelationAnswer::Absent),
            Err(fault) => RelationAnswer::Refused(fault),
        }
    }

    /// A view or a table over files that a statement has made outside of the pipeline.
    async fn stored_object(&self, name: QualifiedName, mode: Mode) -> RelationAnswer {
        let Some(outside) = self.engine.outside() else { return RelationAnswer::Absent };
        let shown = name.last().clone();
        let request = RelationRequest::Table { name, is_streaming: false, options: Vec::new() };
        match outside.relation(&request).await {
            RelationAnswer::Found(_) if mode.is_streaming => {
                let title = format!("`{shown}` is no table with a history, so it cannot be read as a stream");
                let fault = Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title);
                self.refused(fault.help("leave STREAM out, or read the table or the files beneath it"))
            }
            RelationAnswer::Found(relation) => {
                self.noted().stored_object = true;
                RelationAnswer::Found(relation)
            }
            // said of a table of the pipeline's own catalog in the words of the pipeline
            RelationAnswer::Refused(fault) if fault.condition == Condition::TABLE_OR_VIEW_NOT_FOUND => {
                RelationAnswer::Absent
            }
            answer => answer,
        }
    }

    /// The rows of a table in this batch; nothing when there is no table.
    async fn rows(
        &self,
        name: &QualifiedName,
        folder: &Path,
        Mode { is_streaming, options }: Mode,
    ) -> Result<Option<RelationAnswer>, Box<Diagnostic>> {
        let Some(batch) = self.batch else { return Ok(None) };
        let failed = |error: &lakesmith_engine::EngineError| Box::new(engine_fault(error).at(self.span, ""));
        let mut pinned = batch.pinned.lock().await;
        if !pinned.contains_key(folder) {
            match self.tables.current(folder).await.map_err(|error| failed(&error))? {
                Some(table) => pinned.insert(folder.to_owned(), table),
                None => return Ok(None),
            };
        }
        let Some(table) = pinned.get_mut(folder) else { return Ok(None) };
        if let Some((own, sink)) = &batch.fused
            && is_streaming
            && own == folder
        {
            let provider = Arc::new(crate::fusing::StoredRows::new(Arc::clone(sink)));
            let relation = ProvidedRelation::new(table.metadata().schema.clone(), provider);
            return Ok(Some(RelationAnswer::Found(Arc::new(relation))));
        }
        let files = match (is_streaming, batch.slices.get(&table_key(self.pipeline, folder))) {
            (true, Some(Slice::Table { after, up_to, .. })) => {
                let shown = self.pipeline.shown_name(name);
                let files = table_source::files(&shown, table, *after, *up_to, options.on_change).await;
                files.map_err(|error| Box::new(stream_fault(&error).at(self.span, "")))?
            }
            (true, _) => Vec::new(),
            (false, _) => table.files().await.map_err(|error| failed(&error))?,
        };
        let metadata = table.metadata();
        let location = folder.display().to_string();
        let provider = scan_provider(&metadata.schema, &metadata.partition_columns, files, &location);
        let provider = provider.map_err(|error| failed(&error))?;
        let relation = ProvidedRelation::new(metadata.schema.clone(), provider);
        Ok(Some(RelationAnswer::Found(Arc::new(relation))))
    }

    /// A view of the pipeline: its query, in its own place.
    async fn view(&self, view: &Dataset) -> RelationAnswer {
        if !self.schemas.contains_key(&view.id) {
            return RelationAnswer::Unknown;
        }
        let Some(flow) = self.pipeline.graph.flows_into(view.id).next() else { return RelationAnswer::Unknown };
        let Some(query) = flow.query() else { return RelationAnswer::Unknown };
        let inner = Reads { namespace: &flow.namespace, settings: &flow.settings, span: flow.span, ..*self };
        let options = inner.options();
        if !view.expectations().is_empty() {
            return match crate::flow_rows::checked_view(query, view, &inner, options).await {
                Ok((schema, provider)) => RelationAnswer::Found(Arc::new(ProvidedRelation::new(schema, provider))),
                // said where the view is defined
                Err(_) => RelationAnswer::Unknown,
            };
        }
        let resolved = lakesmith_plan::resolve(query, &inner, options).await;
        let Ok(resolved) = resolved else { return RelationAnswer::Unknown };
        match ProvidedRelation::of_plan(resolved.schema(), resolved.plan) {
            Ok(relation) => RelationAnswer::Found(Arc::new(relation)),
            Err(_) => RelationAnswer::Unknown,
        }
    }

    /// What the session says to a query of this flow.
    pub fn options(&self) -> Options {
        let now_micros = self.batch.map_or_else(|| self.engine.now_micros(), |batch| batch.now_micros);
        Options {
            session: SessionValues {
                now_micros,
                entropy: lakesmith_base::random::entropy(),
                catalog: self.namespace.catalog.as_str().to_owned(),
                schema: self.namespace.schema.as_str().to_owned(),
                user: self.engine.settings.user.clone(),
                rules: self.pipeline.rules(self.settings).unwrap_or_default(),
            },
            variables: Default::default(),
            recursion: Default::default(),
            notes_places: true,
        }
    }

    async fn files(
        &self,
        format: Option<&str>,
        options: &[(String, String)],
        paths: &[String],
        interface: FileInterface,
        is_streaming: bool,
    ) -> RelationAnswer {
        let usage = match interface {
            FileInterface::ReadFiles => Usage::ReadFiles,
            FileInterface::CloudFiles => Usage::CloudFiles,
            FileInterface::Reader => Usage::Reader,
        };
        let [path] = paths else {
            let title = format!("a read of files takes one path, not {}", paths.len());
            return self.refused(Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title));
        };
        let Some(pattern) = self.pipeline.locate(path) else { return self.remote(path) };
        let parsed = match ReaderOptions::for_files(format, options, usage, &pattern) {
            Ok(parsed) => parsed,
            // where no format is given, the first file will tell
            Err(faults) if self.is_dry && faults.iter().any(OptionFault::is_for_first_file) => {
                return RelationAnswer::Unknown;
            }
            Err(faults) => return RelationAnswer::Misused(faults.into_iter().map(OptionFault::told).collect()),
        };
        let parsed = parsed.in_zone(&self.pipeline.rules(self.settings).unwrap_or_default().zone);
        let read = FilesRead { key: files_key(self.pipeline, &pattern), pattern, options: parsed, is_streaming };
        let (columns, seen) = match self.columns(&read).await {
            Ok(Some(known)) => known,
            Ok(None) => return RelationAnswer::Unknown,
            Err(fault) => return self.refused(fault),
        };
        let FilesRead { key, pattern, options: parsed, .. } = read;
        let options = Box::new(parsed.clone());
        self.note(Source::Files { pattern: pattern.clone(), options, seen }, is_streaming);
        let metadata = vec![metadata_field()];
        let Some(batch) = self.batch else { return virtual_relation(columns, metadata) };
        let files = match self.batch_files(batch, &key, &pattern, &parsed, is_streaming) {
            Ok(files) => files,
            Err(error) => return self.refused(engine_fault(&error)),
        };
        let provider = lakesmith_ingest::provider(files, columns.clone(), &parsed);
        RelationAnswer::Found(Arc::new(ProvidedRelation::new(columns, provider).with_metadata_columns(metadata)))
    }

    /// The files of this batch.
    fn batch_files(
        &self,
        batch: &Batch<'_>,
        key: &str,
        pattern: &Path,
        options: &ReaderOptions,
        is_streaming: bool,
    ) -> Result<Vec<FoundFile>, EngineError> {
        if is_streaming {
            return Ok(match batch.slices.get(key) {
                Some(Slice::Files(files)) => {
                    files.iter().map(|file| file_source::found(&self.pipeline.root, file)).collect()
                }
                _ => Vec::new(),
            });
        }
        let mut listed = batch.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(files) = listed.get(key) {
            return Ok(files.clone());
        }
        let files = lakesmith_ingest::list(pattern, options, &|_| false)?;
        listed.insert(key.to_owned(), files.clone());
        Ok(files)
    }

    /// The columns with which files are read: those given, those kept since the first batch with what new files add to them,
    /// or those inferred now. Nothing when they cannot be known from here.
    async fn columns(&self, read: &FilesRead) -> Result<Option<Columns>, Diagnostic> {
        if let Some(columns) = read.options.given_columns() {
            return self.given(read, columns).await.map(Some);
        }
        let checkpoint = self.checkpoint.filter(|_| read.is_streaming);
        if let Some(checkpoint) = checkpoint
            && let Some(kept) = checkpoint.source_note("schema", &read.key).map_err(|error| stream_fault(&error))?
        {
            let text = String::from_utf8_lossy(&kept);
            let kept = lakesmith_delta::schema_json::read_schema(&text).map_err(|error| engine_fault(&error))?;
            return self.evolved(read, checkpoint, kept).await.map(Some);
        }
        let files = match lakesmith_ingest::list(&read.pattern, &read.options, &|_| false) {
            Ok(files) => files,
            Err(_) if self.is_dry => return Ok(None),
            Err(error) if error.kind == ErrorKind::NotFound && crate::append::folder_exists(&read.pattern) => {
                Vec::new()
            }
            Err(error) => return Err(self.unreachable(&read.pattern, &error)),
        };
        if files.is_empty() {
            if self.is_dry {
                return Ok(None);
            }
            let shown = self.pipeline.shown_path(&read.pattern);
            let title = format!("`{shown}` holds no file yet, so its columns are unknown");
            return Err(Diagnostic::error(Condition::CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE, title)
                .help("put a file there, or give `schema => '…'`"));
        }
        let inferred = lakesmith_ingest::infer(&files, &read.options, &self.engine.session()).await;
        let inferred = inferred.map_err(|error| engine_fault(&error))?;
        let columns = inferred.columns.iter().filter(|column| column.name.as_str() != RESCUED).count();
        if !self.is_dry {
            self.check_count(read, columns).map_err(|fault| *fault)?;
        }
        if let Some(checkpoint) = checkpoint {
            self.keep(read, checkpoint, &inferred.columns).map_err(|fault| *fault)?;
        }
        Ok(Some((inferred.columns, seen(read, &files))))
    }

    /// Files without a column are no table, and a table of very many is a mistake: planning it would take minutes.
    fn check_count(&self, read: &FilesRead, columns: usize) -> Result<(), Box<Diagnostic>> {
        let shown = self.pipeline.shown_path(&read.pattern);
        let (title, help) = match columns {
            0 => (
                format!("no column can be inferred from the files of `{shown}`"),
                "they are empty, or no record of them can be read; give `schema => '…'`",
            ),
            1..=MOST_COLUMNS => return Ok(()),
            _ => (
                format!("the files of `{shown}` have {columns} columns; at most {MOST_COLUMNS} are inferred"),
                "give the columns that are wanted as `schema => '…'`",
            ),
        };
        Err(Box::new(Diagnostic::error(Condition::UNABLE_TO_INFER_SCHEMA, title).help(help)))
    }

    pub(crate) fn unreachable(&self, pattern: &Path, error: &lakesmith_engine::EngineError) -> Diagnostic {
        if error.kind == ErrorKind::NotFound {
            let title = format!("there is no `{}`", self.pipeline.shown_path(pattern));
            return Diagnostic::error(Condition::LAKESMITH_SOURCE_UNREACHABLE, title)
                .help("check the path: relative paths count from the project's folder");
        }
        engine_fault(error)
    }

    fn remote(&self, path: &str) -> RelationAnswer {
        if self.is_dry {
            return RelationAnswer::Unknown;
        }
        let title = format!("`{path}` is in an object store, which Lakesmith does not read yet");
        let fault = Diagnostic::error(Condition::LAKESMITH_SOURCE_UNREACHABLE, title);
        let help =
            format!("copy the files here and map them with a setting: `lakesmith.path.{}: folder`", bucket(path));
        self.refused(fault.help(help))
    }

    /// The place is that of the relation in the query, which the resolver knows.
    #[allow(clippy::unused_self, reason = "reads as part of the catalog")]
    fn refused(&self, fault: Diagnostic) -> RelationAnswer {
        RelationAnswer::Refused(Box::new(fault))
    }
}

impl std::fmt::Debug for Reads<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reads").field("namespace", self.namespace).finish_non_exhaustive()
    }
}

/// What a flow reads, in a form that outlives its resolution.
pub(crate) fn taken(uses: &Mutex<Uses>) -> Uses {
    let uses = std::mem::take(&mut *uses.lock().unwrap_or_else(PoisonError::into_inner));
    let mut seen: Vec<SourceUse> = Vec::new();
    for used in uses.sources {
        let is_known =
            seen.iter().any(|known| known.is_streaming == used.is_streaming && known.source.is_same(&used.source));
        if !is_known {
            seen.push(used);
        }
    }
    Uses { sources: seen, ..uses }
}

/// The checkpoint of a flow that writes a table.
pub(crate) fn checkpoint(pipeline: &Pipeline, engine: &Engine, flow: &Flow) -> FlowCheckpoint {
    FlowCheckpoint::new(&pipeline.storage, &flow.target_name, flow.name.last(), Arc::clone(&engine.faults))
}

fn virtual_relation(schema: Vec<StructField>, metadata: Vec<StructField>) -> RelationAnswer {
    let all: Vec<StructField> = schema.iter().chain(&metadata).cloned().collect();
    match to_arrow_schema(&all) {
        Ok(arrow) => {
            let provider = Arc::new(EmptyTable::new(Arc::new(arrow)));
            let relation = ProvidedRelation::new(schema, provider).with_metadata_columns(metadata);
            RelationAnswer::Found(Arc::new(relation))
        }
        Err(unmapped) => {
            let title = format!("a column's type is not built yet: {unmapped}");
            RelationAnswer::Refused(Box::new(Diagnostic::error(Condition::UNSUPPORTED_DATATYPE, title)))
        }
    }
}
