//! [`Objects`]: what a warehouse holds besides Delta tables: catalogs, schemas, views, functions and tables that lie elsewhere.
//!
//! Each is a small JSON file below `<warehouse>/_lakesmith/<kind>/`, named as a table's folder would be. A file is made only
//! where there is none, replaced only where it is still what was read, and durable when a call returns, so that two processes
//! never undo each other's work unseen. A catalog or schema also exists where a folder of tables is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lakesmith_base::QualifiedName;
use lakesmith_engine::durable::{DurableFolder, is_temporary};
use lakesmith_engine::{Actor, EngineError, ErrorKind};
use lakesmith_project::path::table_folder;
use lakesmith_unresolved::pipeline::ViewSchemaMode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The folder below the warehouse.
const FOLDER: &str = "_lakesmith";

/// A kind of object with its own folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Catalog,
    Schema,
    View,
    Table,
    Function,
}

impl Kind {
    const fn folder(self) -> &'static str {
        match self {
            Self::Catalog => "catalogs",
            Self::Schema => "schemas",
            Self::View => "views",
            Self::Table => "tables",
            Self::Function => "functions",
        }
    }
}

/// What is known of a catalog or schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StoredContainer {
    /// Name as written.
    pub name: String,
    /// COMMENT.
    pub comment: Option<String>,
    /// Properties.
    pub properties: BTreeMap<String, String>,
}

/// A view: its query's text and what names in it mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredView {
    /// Name as written.
    pub name: String,
    /// The query.
    pub text: String,
    /// Default catalog of the query's names.
    pub catalog: String,
    /// Default schema of the query's names.
    pub schema: String,
    /// The view's columns.
    pub columns: Vec<StoredColumn>,
    /// COMMENT.
    #[serde(default)]
    pub comment: Option<String>,
    /// Properties.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
    /// When it was made, in microseconds since the epoch.
    #[serde(default)]
    pub created_micros: i64,
    /// Settings that were in force and say what the query means.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// How it follows changes of what its query reads.
    #[serde(default)]
    pub schema_mode: SchemaMode,
}

/// [`ViewSchemaMode`] as it is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SchemaMode {
    Binding,
    #[default]
    Compensation,
    TypeEvolution,
    Evolution,
}

impl From<ViewSchemaMode> for SchemaMode {
    fn from(mode: ViewSchemaMode) -> Self {
        match mode {
            ViewSchemaMode::Binding => Self::Binding,
            ViewSchemaMode::Compensation => Self::Compensation,
            ViewSchemaMode::TypeEvolution => Self::TypeEvolution,
            ViewSchemaMode::Evolution => Self::Evolution,
        }
    }
}

impl SchemaMode {
    /// As SQL writes it.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Binding => ViewSchemaMode::Binding.keyword(),
            Self::Compensation => ViewSchemaMode::Compensation.keyword(),
            Self::TypeEvolution => ViewSchemaMode::TypeEvolution.keyword(),
            Self::Evolution => ViewSchemaMode::Evolution.keyword(),
        }
    }
}

/// A column of a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredColumn {
    /// Name.
    pub name: String,
    /// Name of the query's column.
    pub query_name: String,
    /// Type, as SQL.
    pub data_type: String,
    /// COMMENT.
    #[serde(default)]
    pub comment: Option<String>,
}

/// A function of SQL: its text and what names in it mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredFunction {
    /// Name as written.
    pub name: String,
    /// What follows the name: parameters, type and body.
    pub text: String,
    /// Default catalog of the body's names.
    pub catalog: String,
    /// Default schema of the body's names.
    pub schema: String,
    /// What it gives: one column for a value.
    pub columns: Vec<StoredColumn>,
    /// Whether it reads tables or views.
    #[serde(default)]
    pub reads_data: bool,
    /// When it was made, in microseconds since the epoch.
    #[serde(default)]
    pub created_micros: i64,
    /// Settings that were in force and say what the body means.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
}

/// A table that lies outside of the warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredTable {
    /// Name as written.
    pub name: String,
    /// Format, lower-case.
    pub format: String,
    /// Where it lies.
    pub location: String,
    /// Columns as Spark's schema JSON; nothing to infer them.
    #[serde(default)]
    pub schema: Option<String>,
    /// Reader options.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// COMMENT.
    #[serde(default)]
    pub comment: Option<String>,
    /// Properties.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
    /// When it was made, in microseconds since the epoch.
    #[serde(default)]
    pub created_micros: i64,
}

/// An object as it was read, with its bytes, so that it is replaced only where nobody else did.
#[derive(Debug, Clone)]
pub(crate) struct Read<T> {
    pub value: T,
    bytes: Vec<u8>,
}

/// The objects of a warehouse.
#[derive(Debug, Clone)]
pub(crate) struct Objects {
    root: PathBuf,
    folder: DurableFolder,
}

impl Objects {
    /// Those of the warehouse in a folder, which need not exist.
    pub fn new(warehouse: &Path) -> Self {
        let root = warehouse.join(FOLDER);
        Self { folder: DurableFolder::new(&root), root }
    }

    /// The object of a name; nothing when there is none.
    pub fn read<T: DeserializeOwned>(&self, kind: Kind, name: &QualifiedName) -> Result<Option<Read<T>>, EngineError> {
        let path = path_of(kind, name);
        let Some(bytes) = self.folder.read(&path)? else { return Ok(None) };
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            EngineError::new(ErrorKind::Storage, "read catalog", "the file of an object is damaged")
                .for_actor(Actor::Target)
                .with("path", self.root.join(&path).display())
                .caused_by(error)
        })?;
        Ok(Some(Read { value, bytes }))
    }

    /// Whether there is an object of a name.
    pub fn holds(&self, kind: Kind, name: &QualifiedName) -> bool {
        self.root.join(path_of(kind, name)).is_file()
    }

    /// Makes an object; an error of kind `Conflict` when there is one of the name.
    pub fn create<T: Serialize>(&self, kind: Kind, name: &QualifiedName, object: &T) -> Result<(), EngineError> {
        self.folder.put_if_absent(&path_of(kind, name), &bytes_of(object)?)
    }

    /// Replaces an object that is still what was read; an error of kind `Conflict` otherwise.
    pub fn replace<T: Serialize, R>(
        &self,
        kind: Kind,
        name: &QualifiedName,
        before: Option<&Read<R>>,
        object: &T,
    ) -> Result<(), EngineError> {
        let expected = before.map(|before| before.bytes.as_slice());
        self.folder.update(&path_of(kind, name), expected, &bytes_of(object)?)
    }

    /// Removes an object; one that is not there is no error.
    pub fn remove(&self, kind: Kind, name: &QualifiedName) -> Result<(), EngineError> {
        self.folder.remove(&path_of(kind, name))
    }

    /// The last parts of the names of all tables, views or functions, in whatever catalog and schema; of those that can be read.
    pub fn names(&self, kind: Kind) -> Vec<String> {
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }
        let below =
            |folder: &PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let catalogs = below(&self.root.join(kind.folder()));
        let files = catalogs.flat_map(|catalog| below(&catalog).collect::<Vec<_>>());
        let files = files.flat_map(|schema| below(&schema).collect::<Vec<_>>());
        let read = files.filter_map(|file| serde_json::from_slice::<Named>(&std::fs::read(file).ok()?).ok());
        read.map(|named| named.name).collect()
    }

    /// All objects of a kind directly below a name (none: catalogs), ordered by name. A damaged file is an error.
    pub fn list<T: DeserializeOwned>(&self, kind: Kind, below: Option<&QualifiedName>) -> Result<Vec<T>, EngineError> {
        let base = self.root.join(kind.folder());
        let folder = below.map_or_else(|| base.clone(), |below| table_folder(&base, below));
        let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(Vec::new()) };
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.retain(|file| {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            !is_temporary(&name) && file.extension().is_some_and(|extension| extension == "json")
        });
        files.sort();
        let read = |file: &PathBuf| {
            let bytes = std::fs::read(file).map_err(|error| EngineError::io("read catalog", file, error))?;
            serde_json::from_slice(&bytes).map_err(|error| {
                EngineError::new(ErrorKind::Storage, "read catalog", "the file of an object is damaged")
                    .for_actor(Actor::Target)
                    .with("path", file.display())
                    .caused_by(error)
            })
        };
        files.iter().map(read).collect()
    }
}

/// The file of an object below the folder of all objects.
fn path_of(kind: Kind, name: &QualifiedName) -> String {
    format!("{}.json", table_folder(Path::new(kind.folder()), name).display())
}

fn bytes_of<T: Serialize>(object: &T) -> Result<Vec<u8>, EngineError> {
    serde_json::to_vec_pretty(object).map_err(|error| {
        EngineError::new(ErrorKind::Internal, "write catalog", "an object cannot be written").caused_by(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_made_once_and_replaced_only_by_who_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::new(folder.path());
        let name = QualifiedName::from_parts(vec!["main".into(), "My Shop".into()]).unwrap();
        let shop = StoredContainer { name: "My Shop".into(), ..StoredContainer::default() };
        objects.create(Kind::Schema, &name, &shop).unwrap();
        assert_eq!(objects.create(Kind::Schema, &name, &shop).unwrap_err().kind, ErrorKind::Conflict);
        let read: Read<StoredContainer> = objects.read(Kind::Schema, &name).unwrap().unwrap();
        let commented = StoredContainer { comment: Some("c".into()), ..shop };
        objects.replace(Kind::Schema, &name, Some(&read), &commented).unwrap();
        let stale = objects.replace(Kind::Schema, &name, Some(&read), &commented);
        assert_eq!(stale.unwrap_err().kind, ErrorKind::Conflict);
        let main = QualifiedName::single("main");
        let listed: Vec<StoredContainer> = objects.list(Kind::Schema, Some(&main)).unwrap();
        assert_eq!(listed, [commented]);
        objects.remove(Kind::Schema, &name).unwrap();
        assert!(objects.read::<StoredContainer>(Kind::Schema, &name).unwrap().is_none());
    }
}
