//! Keeps `docs/retail.svg`, which the README shows, the picture that `lakesmith graph -o svg` draws of the retail example.
//!
//! `LAKESMITH_REWRITE_SPECS=1` draws it anew.

use std::process::Command;

use crate::specs::repository;

#[test]
fn the_readme_shows_the_graph_of_the_retail_example_as_it_is_drawn() {
    let drawn = Command::new(env!("CARGO_BIN_EXE_lakesmith"))
        .args(["graph", "examples/retail_sql", "-o", "svg"])
        .current_dir(repository())
        .output()
        .expect("the binary runs");
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    let path = repository().join("docs/retail.svg");
    if std::env::var_os("LAKESMITH_REWRITE_SPECS").is_some() {
        std::fs::write(&path, &drawn.stdout).expect("the picture can be written");
    }
    let shown = std::fs::read(&path).unwrap_or_default();
    assert!(shown == drawn.stdout, "LAKESMITH_REWRITE_SPECS=1 draws docs/retail.svg anew");
    let readme = std::fs::read_to_string(repository().join("README.md")).expect("the README");
    assert!(readme.contains("(docs/retail.svg)"));
}
