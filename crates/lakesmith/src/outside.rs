//! What a pipeline reads from outside: whether its tables and files are there, as far as a look at this machine tells.

use std::path::{Path, PathBuf};

use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_graph::{DataflowGraph, ExternalRead, ExternalSource};
use lakesmith_project::path::{bucket, table_folder};
use lakesmith_project::{Location, Project};

/// Looks at every table and file that the pipeline reads from outside. Each place is reported once for each read.
pub fn check(project: &Project, graph: &DataflowGraph) -> Vec<Diagnostic> {
    graph.external_reads.iter().filter_map(|read| check_read(project, graph, read)).collect()
}

fn check_read(project: &Project, graph: &DataflowGraph, read: &ExternalRead) -> Option<Diagnostic> {
    match &read.source {
        ExternalSource::Table(name) => {
            let Location::Local(warehouse) = &project.warehouse else { return None };
            let folder = table_folder(warehouse, name);
            if folder.join("_delta_log").is_dir() || lakesmith_session::stored::holds(warehouse, name) {
                return None;
            }
            let own = name.last().as_str();
            let fault = Diagnostic::error(
                Condition::TABLE_OR_VIEW_NOT_FOUND,
                format!("there is no table or view `{}`", shown(name, project)),
            )
            .at(read.span, "not defined in the pipeline, and not in the catalog");
            let names: Vec<&str> = graph.datasets.iter().map(|dataset| dataset.name.last().as_str()).collect();
            let similar = closest(own, names, 1).first().copied();
            let similar = graph.datasets.iter().find(|dataset| Some(dataset.name.last().as_str()) == similar);
            Some(match (similar, misspelt_format(name, project)) {
                (Some(dataset), _) => {
                    let similar = shown(&dataset.name, project);
                    fault.help(format!("a dataset with a similar name exists: `{similar}`"))
                }
                (None, Some(format)) => fault.help(format!("files are read as {format}.`{own}`")),
                (None, None) => {
                    fault.help("define it in the pipeline, or read its files with `read_files('path', format => '…')`")
                }
            })
        }
        ExternalSource::Files(files) => {
            let path = files.path.as_deref()?;
            let why = unreachable(project, path)?;
            Some(
                Diagnostic::warning(
                    Condition::LAKESMITH_SOURCE_UNREACHABLE,
                    format!("`{path}` cannot be reached from here"),
                )
                .at(read.span, why.label)
                .help(why.help),
            )
        }
        _ => None,
    }
}

/// The format that the word before a path probably means. A name of two parts has the default catalog before them.
fn misspelt_format(name: &lakesmith_base::QualifiedName, project: &Project) -> Option<&'static str> {
    match name.parts() {
        [catalog, format, _] if *catalog == project.catalog => {
            closest(format.as_str(), ["json", "parquet", "csv", "text", "avro", "delta"], 1).first().copied()
        }
        _ => None,
    }
}

/// The name without the pipeline's default catalog.
fn shown(name: &lakesmith_base::QualifiedName, project: &Project) -> String {
    let parts: Vec<String> = name.parts().iter().map(|part| part.as_str().to_owned()).collect();
    match name.parts() {
        [catalog, schema, _] if *catalog == project.catalog && *schema == project.schema => parts[2].clone(),
        [catalog, _, _] if *catalog == project.catalog => parts[1..].join("."),
        _ => parts.join("."),
    }
}

struct Unreachable {
    label: String,
    help: String,
}

fn unreachable(project: &Project, path: &str) -> Option<Unreachable> {
    match project.paths.locate(path) {
        Location::Remote(_) => Some(Unreachable {
            label: "in an object store".to_owned(),
            help: format!(
                "its columns are unknown here; a copy can be mapped with a setting: `lakesmith.path.{}: folder`",
                bucket(path)
            ),
        }),
        Location::Local(local) => {
            let base = before_pattern(&local);
            if base.exists() {
                return None;
            }
            let place = base.strip_prefix(&project.root).unwrap_or(&base).display().to_string();
            let is_mapped = path.starts_with('/') || path.starts_with("dbfs:");
            let help = if is_mapped {
                "put the files there, or map the path with a setting such as `lakesmith.path./Volumes: folder`"
            } else {
                "check the path: relative paths count from the project's folder"
            };
            Some(Unreachable { label: format!("there is no `{place}`"), help: help.to_owned() })
        }
    }
}

/// The part of a path before its first component with a pattern character.
fn before_pattern(path: &Path) -> PathBuf {
    let is_plain = |part: &std::path::Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']);
    path.components().take_while(is_plain).collect()
}
