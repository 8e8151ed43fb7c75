//! [`Pipeline`]: a checked project with its graph and the folders it works in.

use std::path::{Path, PathBuf};

use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_engine::EngineError;
use lakesmith_engine::durable::DurableFolder;
use lakesmith_functions::Rules;
use lakesmith_functions::rules::RulesFault;
use lakesmith_graph::name::without_live;
use lakesmith_graph::{DataflowGraph, Dataset, DatasetId, Namespace, Settings};
use lakesmith_project::path::table_folder;
use lakesmith_project::{Location, PathMap};

/// The file of the storage folder that holds the pipeline's id.
const ID_FILE: &str = "pipeline-id";

/// What an update is about.
#[derive(Debug)]
pub struct Pipeline {
    /// Its name.
    pub name: String,
    /// The project's folder, absolute.
    pub root: PathBuf,
    /// Its graph, free of faults.
    pub graph: DataflowGraph,
    /// Folder of the tables, absolute.
    pub warehouse: PathBuf,
    /// Folder of checkpoints and events, absolute.
    pub storage: PathBuf,
    /// Where paths of queries lie.
    pub paths: PathMap,
    /// Settings of the project.
    pub settings: Vec<(String, String)>,
    /// Default catalog.
    pub catalog: Identifier,
    /// Default schema.
    pub schema: Identifier,
}

impl Pipeline {
    /// The pipeline's id: kept in the storage folder, and made when there is none yet.
    pub(crate) fn id(&self) -> Result<String, EngineError> {
        let storage = DurableFolder::new(&self.storage);
        if let Some(kept) = storage.read(ID_FILE)? {
            return Ok(String::from_utf8_lossy(&kept).trim().to_owned());
        }
        let id = uuid::Uuid::new_v4().to_string();
        storage.put(ID_FILE, id.as_bytes())?;
        Ok(id)
    }

    /// The folder of a table.
    pub fn folder(&self, table: &QualifiedName) -> PathBuf {
        table_folder(&self.warehouse, table)
    }

    /// The dataset that a query in `namespace` means by a name.
    pub fn dataset(&self, name: &QualifiedName, namespace: &Namespace) -> Option<&Dataset> {
        let (own, _) = without_live(name);
        let as_view = (own.parts().len() == 1).then(|| self.graph.find(&own)).flatten();
        as_view.or_else(|| self.graph.find(&namespace.qualify(&own)))
    }

    /// A dataset's name as output shows it: without the pipeline's default catalog and schema.
    pub fn shown(&self, id: DatasetId) -> String {
        self.shown_name(&self.graph.dataset(id).name)
    }

    /// A name without the pipeline's default catalog and schema.
    pub fn shown_name(&self, name: &QualifiedName) -> String {
        match name.parts() {
            [catalog, schema, own] if *catalog == self.catalog && *schema == self.schema => own.as_str().to_owned(),
            [catalog, schema, own] if *catalog == self.catalog => format!("{}.{}", schema.as_str(), own.as_str()),
            _ => name.to_string(),
        }
    }

    /// A path as output shows it: relative to the project where it lies in it.
    pub fn shown_path(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }

    /// The place on this machine of a path in a query; nothing when it is in another system.
    pub fn locate(&self, path: &str) -> Option<PathBuf> {
        match self.paths.locate(path) {
            // the map joins its own project folder, which may be relative to where the process runs
            Location::Local(path) => Some(absolute(Path::new("."), &path)),
            Location::Remote(_) => None,
        }
    }

    /// What the settings in force at a flow make of casts and functions.
    pub fn rules(&self, own: &Settings) -> Result<Rules, RulesFault> {
        Rules::of(|key| own.get(key).map(String::as_str).or_else(|| self.setting(key)))
    }

    /// The value of a setting.
    pub fn setting(&self, key: &str) -> Option<&str> {
        self.settings.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// A path made absolute and free of `.` parts.
pub fn absolute(root: &Path, path: &Path) -> PathBuf {
    let joined = if path.is_absolute() { path.to_owned() } else { root.join(path) };
    let absolute = std::path::absolute(&joined).unwrap_or(joined);
    absolute.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
}
