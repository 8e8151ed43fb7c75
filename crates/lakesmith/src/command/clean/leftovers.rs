//! What dead processes have left behind: parts that no version of a table names, journals that are in the event log already, and
//! rests of deleted tables.

use std::path::Path;
use std::sync::Arc;

use lakesmith_delta::cleanup::orphans;
use lakesmith_delta::{DeltaTable, TableStore};
use lakesmith_engine::{EngineError, NoFaults};
use lakesmith_update::Pipeline;
use lakesmith_update::event_log::{journal_app_id, journals, table_folder};

use crate::command::clean::Found;
use crate::command::clean::removal::{Removal, aside};

/// A younger part may belong to a batch that has not committed yet, of whatever process.
const LEAST_AGE_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Finds all of it.
pub async fn find(pipeline: &Pipeline, now_millis: i64) -> Found {
    let mut found = Found::default();
    for dataset in pipeline.graph.datasets.iter().filter(|dataset| dataset.is_table()) {
        let (folder, name) = (pipeline.folder(&dataset.name), format!("`{}`", pipeline.shown(dataset.id)));
        let rest = format!("rest of the deleted table {name}");
        found.note(&name, Removal::find(&pipeline.warehouse, aside(&folder), rest));
        found.parts(&pipeline.warehouse, &folder, &name, now_millis).await;
    }
    let log = table_folder(&pipeline.storage);
    found.parts(&pipeline.storage, &log, "the event log", now_millis).await;
    match folded_journals(pipeline, &log).await {
        Ok(journals) => journals.into_iter().for_each(|journal| found.note("a journal", journal)),
        Err(error) => found.kept.push(format!("journals stay: {}", error.message)),
    }
    found
}

impl Found {
    /// Notes a removal, or why it must stay.
    fn note(&mut self, name: &str, removal: Result<Option<Removal>, String>) {
        match removal {
            Ok(Some(removal)) => self.groups.push(vec![removal]),
            Ok(None) => {}
            Err(why) => self.kept.push(format!("{name} is left as it is: {why}")),
        }
    }

    /// Notes the orphaned parts of a table.
    async fn parts(&mut self, root: &Path, folder: &Path, name: &str, now_millis: i64) {
        match Removal::find(root, folder.join("_delta_log"), "") {
            Ok(Some(_)) => {}
            Ok(None) => return,
            Err(why) => return self.kept.push(format!("{name} is left as it is: {why}")),
        }
        match orphans_in(folder, now_millis - LEAST_AGE_MILLIS).await {
            Ok(parts) => {
                for part in parts {
                    self.note(
                        name,
                        Removal::find(root, folder.join(part), format!("part that no version of {name} names")),
                    );
                }
            }
            Err(error) => self.kept.push(format!("{name} is left as it is: {}", error.message)),
        }
    }
}

async fn open(folder: &Path) -> Result<Option<DeltaTable>, EngineError> {
    DeltaTable::open(&TableStore::local(&folder.display().to_string(), Arc::new(NoFaults))?).await
}

async fn orphans_in(folder: &Path, older_than_millis: i64) -> Result<Vec<String>, EngineError> {
    match open(folder).await? {
        Some(mut table) => orphans(&mut table, older_than_millis).await,
        None => Ok(Vec::new()),
    }
}

/// Journals whose events are in the log: their writers died before they could delete them.
async fn folded_journals(pipeline: &Pipeline, log: &Path) -> Result<Vec<Result<Option<Removal>, String>>, EngineError> {
    let journals = journals(&pipeline.storage);
    if journals.is_empty() {
        return Ok(Vec::new());
    }
    let Some(table) = open(log).await? else { return Ok(Vec::new()) };
    let folded = journals.into_iter().filter(|journal| table.txn(&journal_app_id(journal)).is_some());
    let what = "journal whose events are in the event log";
    Ok(folded.map(|journal| Removal::find(&pipeline.storage, journal, what)).collect())
}
