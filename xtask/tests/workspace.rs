//! The workspace keeps its own rules: crate layers, the DataFusion line, one owner for each foreign library.

#![allow(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Every crate of ours with its layer; a crate depends only on crates of lower layers.
const LAYERS: &[(&str, u32)] = &[
    ("lakesmith-base", 0),
    ("lakesmith-diagnostic", 0),
    ("lakesmith-unresolved", 1),
    ("lakesmith-event", 1),
    ("lakesmith-project", 1),
    ("lakesmith-sql", 2),
    ("lakesmith-graph", 2),
    ("lakesmith-value", 3),
    ("lakesmith-engine", 3),
    ("lakesmith-functions", 4),
    ("lakesmith-delta", 4),
    ("lakesmith-expectation", 4),
    ("lakesmith-catalog", 4),
    ("lakesmith-ingest", 4),
    ("lakesmith-plan", 5),
    ("lakesmith-stream", 6),
    ("lakesmith-cdc", 6),
    ("lakesmith-view", 6),
    ("lakesmith-python", 6),
    ("lakesmith-cluster", 6),
    ("lakesmith-update", 7),
    ("lakesmith-session", 8),
    ("lakesmith-connect", 9),
    ("lakesmith-jobs", 9),
    ("lakesmith-web", 10),
    ("lakesmith", 11),
];

/// Crates beside the layers: they hold no product code.
const OUTSIDE: &[&str] = &["workspace-hack", "xtask"];

/// The highest layer below the DataFusion line.
const LINE: u32 = 2;

/// Libraries that no crate below the line may link, directly or through others.
const ABOVE_THE_LINE: &[&str] =
    &["datafusion", "datafusion-common", "arrow", "arrow-array", "parquet", "tokio", "object_store", "deltalake-core"];

/// Libraries that exactly one crate of ours names.
const OWNED: &[(&str, &str)] = &[
    ("annotate-snippets", "lakesmith-diagnostic"),
    ("deltalake-core", "lakesmith-delta"),
    ("clap", "lakesmith"),
    ("serde-saphyr", "lakesmith-project"),
    ("apache-spark-connect-proto", "lakesmith-connect"),
];

struct Package {
    name: String,
    dependencies: BTreeSet<String>,
}

fn metadata() -> Value {
    // Only what this machine builds has been downloaded.
    let compiler = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let version = String::from_utf8_lossy(&compiler.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_string()
}

/// Our packages with every dependency they declare, development and build dependencies included.
fn own_packages(metadata: &Value) -> Vec<Package> {
    let members: BTreeSet<String> =
        metadata["workspace_members"].as_array().expect("members").iter().map(text).collect();
    let packages = metadata["packages"].as_array().expect("packages").iter();
    packages
        .filter(|package| members.contains(&text(&package["id"])))
        .map(|package| Package {
            name: text(&package["name"]),
            dependencies: package["dependencies"]
                .as_array()
                .expect("dependencies")
                .iter()
                .map(|d| text(&d["name"]))
                .collect(),
        })
        .collect()
}

fn layer(name: &str) -> Option<u32> {
    LAYERS.iter().find(|(crate_name, _)| *crate_name == name).map(|(_, layer)| *layer)
}

#[test]
fn every_crate_has_a_layer() {
    for package in own_packages(&metadata()) {
        let known = layer(&package.name).is_some() || OUTSIDE.contains(&package.name.as_str());
        assert!(known, "give `{}` a layer in xtask/tests/workspace.rs and in ARCHITECTURE.md", package.name);
    }
}

#[test]
fn crates_depend_only_on_lower_layers() {
    for package in own_packages(&metadata()) {
        let Some(own) = layer(&package.name) else { continue };
        for dependency in &package.dependencies {
            let Some(below) = layer(dependency) else { continue };
            assert!(below < own, "`{}` (layer {own}) may not depend on `{dependency}` (layer {below})", package.name);
        }
    }
}

#[test]
fn nothing_below_the_line_links_datafusion() {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().expect("nodes");
    let names: BTreeMap<String, String> = metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let edges: BTreeMap<String, Vec<String>> = nodes
        .iter()
        .map(|node| {
            (text(&node["id"]), node["dependencies"].as_array().expect("dependencies").iter().map(text).collect())
        })
        .collect();
    for (id, name) in &names {
        if layer(name).is_none_or(|layer| layer > LINE) {
            continue;
        }
        let (mut open, mut seen) = (vec![id.clone()], BTreeSet::new());
        while let Some(next) = open.pop() {
            if seen.insert(next.clone()) {
                open.extend(edges.get(&next).cloned().unwrap_or_default());
            }
        }
        for linked in seen.iter().map(|id| names[id].as_str()) {
            assert!(!ABOVE_THE_LINE.contains(&linked), "`{name}` is below the DataFusion line but links `{linked}`");
        }
    }
}

#[test]
fn foreign_libraries_have_one_owner() {
    for package in own_packages(&metadata()) {
        for (library, owner) in OWNED {
            let named = package.dependencies.contains(*library) && !OUTSIDE.contains(&package.name.as_str());
            assert!(
                !named || package.name == *owner,
                "`{library}` belongs to `{owner}`, but `{}` names it",
                package.name
            );
        }
    }
}
