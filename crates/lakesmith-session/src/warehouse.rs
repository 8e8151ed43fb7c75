//! [`Warehouse`]: the Delta tables below one folder, `<catalog>/<schema>/<table>`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lakesmith_base::QualifiedName;
use lakesmith_delta::{DeltaTable, TableStore};
use lakesmith_engine::{EngineError, NoFaults};
use lakesmith_project::path::table_folder;

/// Levels of folders: catalog, schema, table.
const LEVELS: usize = 3;

/// A folder of tables.
#[derive(Debug, Clone)]
pub struct Warehouse {
    folder: PathBuf,
}

/// What the log of a table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFacts {
    /// Full name, as folders spell it.
    pub name: QualifiedName,
    /// The table's folder.
    pub folder: PathBuf,
    /// Its version.
    pub version: i64,
    /// Rows; `None` when a file's statistics do not say.
    pub rows: Option<u64>,
    /// Number of data files.
    pub files: usize,
    /// Bytes of data files.
    pub bytes: u64,
    /// Time of the last commit, in microseconds since the epoch.
    pub committed_micros: Option<i64>,
}

impl Warehouse {
    /// The warehouse in a folder, which need not exist. A relative path counts from the working folder.
    pub fn new(folder: &Path) -> Self {
        Self { folder: std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()) }
    }

    /// The folder of the whole warehouse.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Names of the folders directly below a catalog or schema (none: of the warehouse), ordered.
    pub(crate) fn folders(&self, below: Option<&QualifiedName>) -> Vec<String> {
        let folder = below.map_or_else(|| self.folder.clone(), |below| table_folder(&self.folder, below));
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let shown = |entry: std::fs::DirEntry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (!name.starts_with(['.', '_']) && entry.path().is_dir()).then(|| decoded(&name))
        };
        let mut names: Vec<String> = entries.flatten().filter_map(shown).collect();
        names.sort();
        names
    }

    /// The folder of a table by its full name.
    pub fn folder_of(&self, name: &QualifiedName) -> PathBuf {
        table_folder(&self.folder, name)
    }

    /// Full names of all tables, ordered. Folders that may not be opened are passed over.
    pub fn tables(&self) -> Vec<QualifiedName> {
        let mut tables = Vec::new();
        collect(&self.folder, &mut Vec::new(), &mut tables);
        tables.sort();
        tables
    }

    /// Opens a table by its full name; `None` when there is none.
    pub async fn open(&self, name: &QualifiedName) -> Result<Option<DeltaTable>, EngineError> {
        open_folder(&self.folder_of(name)).await
    }

    /// What the log of a table says; `None` when there is none of this name.
    pub async fn facts(&self, name: &QualifiedName) -> Result<Option<TableFacts>, EngineError> {
        let Some(mut table) = self.open(name).await? else { return Ok(None) };
        let files = table.files().await?;
        let folder = self.folder_of(name);
        let rows = files.iter().map(|file| rows_of(file.statistics.as_deref()?)).sum::<Option<u64>>();
        let bytes = files.iter().map(|file| u64::try_from(file.size).unwrap_or(0)).sum();
        let committed_micros = committed(&folder, table.version());
        let version = table.version();
        let facts =
            TableFacts { name: name.clone(), folder, version, rows, files: files.len(), bytes, committed_micros };
        Ok(Some(facts))
    }
}

/// Where the table in a folder lives.
pub(crate) fn store_of(folder: &Path) -> Result<TableStore, EngineError> {
    TableStore::local(&folder.display().to_string(), Arc::new(NoFaults))
}

/// Opens the table in a folder; `None` when there is none.
pub(crate) async fn open_folder(folder: &Path) -> Result<Option<DeltaTable>, EngineError> {
    if !folder.join("_delta_log").is_dir() {
        return Ok(None);
    }
    DeltaTable::open(&store_of(folder)?).await
}

fn collect(folder: &Path, names: &mut Vec<String>, tables: &mut Vec<QualifiedName>) {
    if names.len() == LEVELS {
        if folder.join("_delta_log").is_dir() {
            let parts = names.iter().map(|name| decoded(name).into()).collect();
            tables.extend(QualifiedName::from_parts(parts));
        }
        return;
    }
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with(['.', '_']) && entry.path().is_dir() {
            names.push(name);
            collect(&entry.path(), names, tables);
            names.pop();
        }
    }
}

/// The name that a folder stands for: `%20` is a blank.
fn decoded(folder: &str) -> String {
    let mut bytes = Vec::with_capacity(folder.len());
    let mut rest = folder.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| folder.to_owned())
}

/// `numRecords` of a file's statistics.
fn rows_of(statistics: &str) -> Option<u64> {
    let statistics: serde_json::Value = serde_json::from_str(statistics).ok()?;
    statistics.get("numRecords")?.as_u64()
}

/// When a version was committed: what its commit says, or when its file was written.
pub(crate) fn committed(folder: &Path, version: i64) -> Option<i64> {
    let path = folder.join("_delta_log").join(format!("{version:020}.json"));
    let text = std::fs::read_to_string(&path).ok()?;
    let said = text.lines().find_map(|line| {
        let action: serde_json::Value = serde_json::from_str(line).ok()?;
        let info = action.get("commitInfo")?;
        let millis = info.get("inCommitTimestamp").or_else(|| info.get("timestamp"))?.as_i64()?;
        Some(millis * 1000)
    });
    said.or_else(|| {
        let modified = std::fs::metadata(&path).ok()?.modified().ok()?;
        let since_epoch = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since_epoch.as_micros()).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_are_decoded_to_the_names_they_stand_for() {
        assert_eq!(decoded("my%20schema"), "my schema");
        assert_eq!(decoded("50%"), "50%");
        assert_eq!(decoded("%C3%A9t%C3%A9"), "été");
    }

    #[test]
    fn rows_are_known_only_where_statistics_say_them() {
        assert_eq!(rows_of(r#"{"numRecords":3,"minValues":{}}"#), Some(3));
        assert_eq!(rows_of("{}"), None);
    }
}
