//! New columns of the files that a stream reads.
//!
//! They are looked for when the update types its graph, before a row moves: what is found is kept beside the flow's checkpoint,
//! so the table, and whatever selects all columns of it, have them in the same update. The flow then reads no file that was not
//! looked at; a file that comes later waits for the next update.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::ErrorKind;
use lakesmith_ingest::{FoundFile, ReaderOptions, SchemaEvolution, add_new_columns};
use lakesmith_stream::{FlowCheckpoint, Progress, file_source};
use lakesmith_unresolved::StructField;

use crate::fault::{engine_fault, stream_fault};
use crate::reads::Reads;

/// Columns of files, and the files that were looked at where new columns matter.
pub(crate) type Columns = (Vec<StructField>, Option<Arc<BTreeSet<PathBuf>>>);

/// A read of files.
pub(crate) struct FilesRead {
    pub key: String,
    pub pattern: PathBuf,
    pub options: ReaderOptions,
    pub is_streaming: bool,
}

/// The files that a flow may read, where it matters that their columns are known.
pub(crate) fn seen(read: &FilesRead, files: &[FoundFile]) -> Option<Arc<BTreeSet<PathBuf>>> {
    let matters =
        matches!(read.options.schema_evolution, SchemaEvolution::AddNewColumns | SchemaEvolution::FailOnNewColumns);
    (read.is_streaming && matters).then(|| Arc::new(files.iter().map(|file| file.path.clone()).collect()))
}

impl Reads<'_> {
    /// The columns that were given; a fault when new files have others and the mode says so.
    pub(crate) async fn given(&self, read: &FilesRead, columns: Vec<StructField>) -> Result<Columns, Diagnostic> {
        let fails = read.options.schema_evolution == SchemaEvolution::FailOnNewColumns;
        let Some(checkpoint) = self.checkpoint.filter(|_| fails && read.is_streaming && self.batch.is_none()) else {
            return Ok((columns, None));
        };
        self.evolved(read, checkpoint, columns).await
    }

    /// The columns that are kept, with those that new files add.
    pub(crate) async fn evolved(
        &self,
        read: &FilesRead,
        checkpoint: &FlowCheckpoint,
        mut columns: Vec<StructField>,
    ) -> Result<Columns, Diagnostic> {
        let mode = read.options.schema_evolution;
        if self.batch.is_some() || matches!(mode, SchemaEvolution::Rescue | SchemaEvolution::None) {
            return Ok((columns, None));
        }
        let progress = self.progress(checkpoint).await?;
        let root = &self.pipeline.root;
        let files = match file_source::unread(root, &read.key, &read.pattern, &read.options, &progress) {
            Ok(files) => files,
            // the flow says what it lacks
            Err(error) if error.kind == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(self.unreachable(&read.pattern, &error)),
        };
        if files.is_empty() {
            return Ok((columns, seen(read, &files)));
        }
        // the given types do not keep a file from having other columns
        let mut options = read.options.clone();
        options.schema = None;
        let inferred = lakesmith_ingest::infer(&files, &options, &self.engine.session()).await;
        let found = inferred.map_err(|error| engine_fault(&error))?.columns;
        let added = add_new_columns(&mut columns, &found, read.options.rescued_data_column());
        if added.is_empty() {
            return Ok((columns, seen(read, &files)));
        }
        if mode == SchemaEvolution::FailOnNewColumns {
            let shown = self.pipeline.shown_path(&read.pattern);
            let title = format!("new files of `{shown}` have fields that are no columns: `{}`", added.join("`, `"));
            let fault = Diagnostic::error(Condition::UNKNOWN_FIELD_EXCEPTION_NEW_FIELDS_IN_FILE, title);
            return Err(
                fault.help("add them to the schema, move the files away, or read with another `schemaEvolutionMode`")
            );
        }
        self.keep(read, checkpoint, &columns).map_err(|fault| *fault)?;
        Ok((columns, seen(read, &files)))
    }

    /// Keeps the columns with which the files of a stream are read. A dry run keeps nothing.
    pub(crate) fn keep(
        &self,
        read: &FilesRead,
        checkpoint: &FlowCheckpoint,
        columns: &[StructField],
    ) -> Result<(), Box<Diagnostic>> {
        if self.is_dry {
            return Ok(());
        }
        let text =
            lakesmith_delta::schema_json::write_schema(columns).map_err(|error| Box::new(engine_fault(&error)))?;
        self.engine.faults.reach("update.before_columns").map_err(|error| Box::new(engine_fault(&error)))?;
        let kept = checkpoint.keep_source_note("schema", &read.key, text.as_bytes());
        kept.map_err(|error| Box::new(stream_fault(&error)))?;
        self.engine.faults.reach("update.after_columns").map_err(|error| Box::new(engine_fault(&error)))
    }

    /// What the flow has read so far; nothing while it has no table.
    async fn progress(&self, checkpoint: &FlowCheckpoint) -> Result<Progress, Diagnostic> {
        let folder = self.pipeline.folder(self.target);
        let table = self.tables.current(&folder).await.map_err(|error| engine_fault(&error))?;
        let Some(table) = table else { return Ok(Progress::default()) };
        // a flow whose checkpoint is gone says so itself
        let Ok(Some(identity)) = checkpoint.current(&table) else { return Ok(Progress::default()) };
        match table.txn(&identity.app_id()) {
            Some(number) if number > 0 => checkpoint.progress(&identity, number).map_err(|error| stream_fault(&error)),
            _ => Ok(Progress::default()),
        }
    }
}
