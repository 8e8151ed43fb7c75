//! Removes data files that no version names: those of a batch that was given up, and those a dead process left.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::physical_plan::ExecutionPlan;
use lakesmith_engine::EngineError;
use lakesmith_engine::report::ReportEntry;
use lakesmith_engine::store::engine_error;
use object_store::{Error, ObjectStore, ObjectStoreExt};

use crate::action::DataFile;
use crate::checkpoint_file;
use crate::log;
use crate::scan::file_location;
use crate::sink::SinkExec;
use crate::store::TableStore;
use crate::table::DeltaTable;

/// Removes the parts of a batch that was given up; one that is already gone is no error.
///
/// A part that the table names stays: a commit that seemed to fail may stand after all. When the log cannot be read, nothing is
/// removed. Reads the table's list of files, so this is for failures and not for every batch.
pub async fn remove_parts(store: &TableStore, parts: &[DataFile]) -> Result<(), EngineError> {
    if parts.is_empty() {
        return Ok(());
    }
    let named: HashSet<String> = match DeltaTable::open(store).await? {
        Some(mut table) => table.files().await?.into_iter().map(|file| file.path).collect(),
        None => HashSet::new(),
    };
    for part in parts.iter().filter(|part| !named.contains(&part.path)) {
        let location = file_location(&part.path, store.folder())?;
        match store.store().delete(&location).await {
            Ok(()) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(engine_error("remove part", error).with("path", location)),
        }
    }
    Ok(())
}

/// Removes the parts of all sinks of a plan that failed: what its partitions had written that ended before the failure.
///
/// And what those partitions left that were given up before they ended. As with [`remove_parts`], a part that a table names stays.
pub async fn remove_parts_of(plan: &Arc<dyn ExecutionPlan>, store: &Arc<dyn ObjectStore>) -> Result<(), EngineError> {
    for sink in sinks(plan) {
        sink.remove_unended(store).await;
    }
    for (folder, parts) in parts_by_folder(plan) {
        remove_parts(&TableStore::new(Arc::clone(store), &folder)?, &parts).await?;
    }
    Ok(())
}

fn sinks(plan: &Arc<dyn ExecutionPlan>) -> Vec<&SinkExec> {
    let node: &dyn std::any::Any = plan.as_ref();
    let mut found: Vec<&SinkExec> = node.downcast_ref().into_iter().collect();
    found.extend(plan.children().into_iter().flat_map(sinks));
    found
}

fn parts_by_folder(plan: &Arc<dyn ExecutionPlan>) -> Vec<(String, Vec<DataFile>)> {
    let mut found = Vec::new();
    for sink in sinks(plan) {
        let report = sink.report();
        let files_of = |wanted: &str| -> Vec<DataFile> {
            let of = |entry: &&ReportEntry| matches!(entry, ReportEntry::File { node, .. } if node == wanted);
            report.iter().filter(of).filter_map(|entry| DataFile::from_report(entry, 0)).collect()
        };
        let spec = sink.spec();
        found.push((spec.folder.clone(), files_of(&spec.node)));
        found.extend(spec.quarantine.iter().map(|quarantine| (quarantine.folder.clone(), files_of(&quarantine.node))));
    }
    found
}

/// Paths (below the folder) of parts that our sinks wrote before `older_than_millis` and that nothing in the log names.
///
/// Lists the folder and reads the whole log, so its cost follows the size of the table.
pub async fn orphans(table: &mut DeltaTable, older_than_millis: i64) -> Result<Vec<String>, EngineError> {
    // listed first: a part that is committed after this is in the log that is read below
    let listed = log::list_table(table.store()).await?;
    table.refresh().await?;
    let named = named_files(table).await?;
    let folder = table.store().location().clone();
    let path = |object: object_store::ObjectMeta| {
        let is_old = object.last_modified.timestamp_millis() < older_than_millis;
        let is_ours = object.location.filename().is_some_and(is_part);
        let path = object.location.prefix_match(&folder)?.map(|part| part.as_ref().to_owned());
        let path = path.collect::<Vec<String>>().join("/");
        (is_old && is_ours && !path.starts_with('_') && !named.contains(&path)).then_some(path)
    };
    Ok(listed.into_iter().filter_map(path).collect())
}

/// All files that a version of the log adds or removes.
async fn named_files(table: &mut DeltaTable) -> Result<HashSet<String>, EngineError> {
    let mut named: HashSet<String> = table.files().await?.into_iter().map(|file| file.path).collect();
    let listing = log::list(table.store()).await?;
    if let Some(checkpoint) = listing.checkpoints.last() {
        let removed = checkpoint_file::read_removed(table.store(), checkpoint).await?.removes;
        named.extend(removed.into_iter().map(|file| file.path));
    }
    for version in listing.commits {
        // one that clean-up removes meanwhile is covered by the checkpoint
        if let Some(entry) = log::read_commit(table.store(), version).await? {
            named.extend(entry.adds.into_iter().chain(entry.removes).map(|file| file.path));
        }
    }
    Ok(named)
}

/// Whether a file name is one that our sinks give: `part-<5 digits>-<uuid>-<prefix>.parquet`, without a second dot.
fn is_part(name: &str) -> bool {
    let stem = name.strip_prefix("part-").and_then(|rest| rest.strip_suffix(".parquet"));
    let Some((number, rest)) = stem.and_then(|stem| stem.split_once('-')) else { return false };
    let is_number = number.len() >= 5 && number.bytes().all(|byte| byte.is_ascii_digit());
    let Some((id, prefix)) = rest.split_at_checked(36) else { return false };
    is_number && uuid::Uuid::parse_str(id).is_ok() && prefix.starts_with('-') && !prefix.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commit::Commit;
    use crate::testing::{append, first_commit, store};

    const ID: &str = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";

    fn names_of(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| format!("{name}-{ID}-orders.parquet")).collect()
    }

    #[tokio::test]
    async fn a_part_is_an_orphan_when_it_is_old_and_no_commit_ever_named_it() {
        let folder = tempfile::tempdir().unwrap();
        let names = names_of(&["part-00000", "part-00001", "p=a%3Ab/part-00002", "part-00003"]);
        let [live, removed, orphan, _] = names.as_slice() else { unreachable!() };
        let foreign = format!("part-00000-{ID}-c000.snappy.parquet");
        for name in names.iter().chain([&foreign]) {
            let path = folder.path().join("a table").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let mut table = DeltaTable::create(&store(&folder), &first_commit()).await.unwrap();
        table.commit(&append(&[live, removed])).await.unwrap();
        let delete = Commit { removes: append(&[removed]).adds, ..Commit::new("DELETE", 5) };
        table.commit(&delete).await.unwrap();
        assert_eq!(orphans(&mut table, 0).await.unwrap(), Vec::<String>::new());
        let mut found = orphans(&mut table, i64::MAX).await.unwrap();
        found.sort();
        assert_eq!(found, [orphan.clone(), names[3].clone()]);
        remove_parts(table.store(), &append(&[live, orphan, &names[3], "gone.parquet"]).adds).await.unwrap();
        assert!(orphans(&mut table, i64::MAX).await.unwrap().is_empty());
        // a part that the table names is never removed, whatever the caller believes
        assert!(folder.path().join("a table").join(live).exists());
    }

    #[test]
    fn only_names_that_our_sinks_give_are_taken_for_parts() {
        let id = ID;
        assert!(is_part(&format!("part-00003-{id}-orders.parquet")));
        assert!(!is_part(&format!("part-00003-{id}-c000.snappy.parquet")));
        assert!(!is_part(&format!("part-3-{id}-orders.parquet")));
        assert!(!is_part("orders.parquet"));
    }
}
