//! Files that no version of a table names: parts of batches that were never committed, and temporary files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Paths of parts below a warehouse that no log names, and of temporary files.
pub fn leftovers(warehouse: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for table in folders_with_log(warehouse) {
        let named = named_files(&table.join("_delta_log"));
        for path in files(&table) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let is_part = name.ends_with(".parquet") && !path.starts_with(table.join("_delta_log"));
            if is_part && !named.contains(&path) || name.starts_with(".lakesmith-tmp-") {
                found.insert(path);
            }
        }
    }
    found
}

fn folders_with_log(folder: &Path) -> Vec<PathBuf> {
    if folder.join("_delta_log").is_dir() {
        return vec![folder.to_owned()];
    }
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let below = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    below.flat_map(|path| folders_with_log(&path)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// The files that any commit adds; a log of a test is too young for its commits to have been removed.
fn named_files(log: &Path) -> BTreeSet<PathBuf> {
    let table = log.parent().unwrap_or(log);
    let commits = files(log).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let texts = commits.map(|path| fs::read_to_string(path).expect("a commit"));
    let mut named = BTreeSet::new();
    for text in texts {
        let actions = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        named.extend(actions.filter_map(|action| Some(table.join(action.get("add")?.get("path")?.as_str()?))));
    }
    named
}
