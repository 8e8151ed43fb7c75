//! Keeps `docs/compatibility.md` true: it lists the cases of the specs, which are tests, and the functions that are built.
//!
//! `LAKESMITH_REWRITE_SPECS=1` writes it anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use lakesmith_functions::{higher_order, registry};

use crate::coverage::Coverage;
use crate::specs::repository;

/// Functions that the resolver builds itself and that are in no table.
pub(crate) const BESIDE_THE_TABLE: [&str; 18] = [
    "arrays_zip",
    "case",
    "cast",
    "explode",
    "explode_outer",
    "grouping",
    "grouping_id",
    "inline",
    "inline_outer",
    "input_file_name",
    "json_tuple",
    "posexplode",
    "posexplode_outer",
    "session_window",
    "stack",
    "struct",
    "try_cast",
    "window",
];

#[test]
fn the_page_on_compatibility_lists_what_is_specified_and_built() {
    let path = repository().join("docs/compatibility.md");
    let wanted = page();
    if std::env::var_os("LAKESMITH_REWRITE_SPECS").is_some() {
        std::fs::write(&path, &wanted).expect("the page can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    // only the lines that differ: the page is long
    let only = |page: &str, other: &str, mark: char| -> Vec<String> {
        let known: BTreeSet<&str> = other.lines().collect();
        page.lines().filter(|line| !known.contains(line)).map(|line| format!("{mark} {line}")).collect()
    };
    let differing = [only(&found, &wanted, '-'), only(&wanted, &found, '+')].concat().join("\n");
    assert!(found == wanted, "LAKESMITH_REWRITE_SPECS=1 writes docs/compatibility.md anew:\n{differing}");
}

fn page() -> String {
    let mut page = String::from(
        "# Compatibility\n\nWritten by a test out of the specs and the table of functions; every case below is a test that passes.\n",
    );
    cases(&repository().join("specs"), "../specs", &mut page);
    functions(&mut page);
    page
}

/// The cases of every spec of a folder, under the spec's title.
fn cases(folder: &Path, link: &str, page: &mut String) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("the folder of specs").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let link = format!("{link}/{name}");
        if path.is_dir() {
            cases(&path, &link, page);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let text = std::fs::read_to_string(&path).expect("a spec can be read");
            let title = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(&name);
            writeln!(page, "\n## [{title}]({link})\n").expect("text grows");
            for case in headings(&text) {
                writeln!(page, "- {case}").expect("text grows");
            }
        }
    }
}

/// The headings of cases, those inside fenced blocks left out.
fn headings(text: &str) -> Vec<&str> {
    let mut is_fenced = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            is_fenced = !is_fenced;
        } else if let (false, Some(case)) = (is_fenced, line.strip_prefix("## ")) {
            found.push(case);
        }
    }
    found
}

fn functions(page: &mut String) {
    let is_word = |name: &&str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let built: BTreeSet<&str> =
        registry::names().chain(higher_order::names()).chain(BESIDE_THE_TABLE).filter(is_word).collect();
    let known = lakesmith_unresolved::function_names::all().iter();
    let spark = known.filter(|function| !function.only_databricks).map(|function| function.name);
    let missing: BTreeSet<&str> =
        spark.filter(is_word).filter(|name| registry::find(name).is_none() && !built.contains(name)).collect();
    let list = |names: &BTreeSet<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    writeln!(page, "\n## Functions\n\nBuilt: {}.", list(&built)).expect("text grows");
    writeln!(page, "\nFunctions of Apache Spark that are refused by name: {}.", list(&missing)).expect("text grows");
    let coverage = Coverage::read();
    let refused: BTreeSet<&str> = coverage.refused.iter().map(String::as_str).collect();
    writeln!(
        page,
        "\n{:.1} % of the calls that public pipelines make ([counts](function-uses.tsv)) are of functions that are built, or that \
         are refused because they ask a service. Refused of those that are counted: {}.",
        coverage.share() * 100.0,
        list(&refused)
    )
    .expect("text grows");
}
