//! Relative links between the Markdown files of the repository lead to a file, and their anchors to a heading.

#![allow(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// Folders that hold no text of ours.
const FOREIGN: &[&str] = &["target", "node_modules", "warehouse", "dist"];

/// A text's lines outside fenced blocks, numbered from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence: Option<String> = None;
    text.lines().enumerate().filter_map(move |(number, line)| {
        let start = line.trim_start();
        let marks: String = start.chars().take_while(|character| *character == '`').collect();
        match &fence {
            Some(open) if start.trim_end() == open => fence = None,
            Some(_) => {}
            None if marks.len() >= 3 => fence = Some(marks),
            None => return Some((number + 1, line)),
        }
        None
    })
}

/// The line without what stands between backquotes.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("code")
}

/// The targets of `[text](target)` in a line.
fn targets(line: &str) -> Vec<String> {
    let line = without_code(line);
    let mut found = Vec::new();
    let mut rest = line.as_str();
    while let Some(start) = rest.find("](") {
        rest = &rest[start + 2..];
        let end = rest.find(')').unwrap_or(rest.len());
        found.push(rest[..end].split_whitespace().next().unwrap_or_default().to_owned());
    }
    found
}

/// The anchors of a text, as GitHub makes them of headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for (_, line) in prose(text) {
        let Some(heading) = line.strip_prefix('#').map(|rest| rest.trim_start_matches('#')) else { continue };
        let Some(heading) = heading.strip_prefix(' ') else { continue };
        // of a link its text counts
        let mut shown = String::new();
        let mut rest = heading;
        while let Some((before, after)) = rest.split_once("](") {
            shown.push_str(before);
            rest = after.split_once(')').map_or("", |(_, behind)| behind);
        }
        shown.push_str(rest);
        let kept = shown.trim().to_lowercase();
        let kept = kept.chars().filter(|character| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_'));
        let slug: String = kept.map(|character| if character == ' ' { '-' } else { character }).collect();
        let number = found.entry(slug.clone()).or_insert(0);
        anchors.insert(if *number == 0 { slug } else { format!("{slug}-{number}") });
        *number += 1;
    }
    anchors
}

fn markdown_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() && !name.starts_with('.') && !FOREIGN.contains(&name.as_str()) {
            markdown_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// What is wrong with a link of a file.
fn fault(file: &Path, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let other = match path {
        "" => file.to_owned(),
        path => plain(&file.parent().expect("a folder").join(path)),
    };
    if !other.exists() {
        return Some("there is no such file".to_owned());
    }
    let anchor = anchor.filter(|_| other.extension().is_some_and(|extension| extension == "md"))?;
    let text = std::fs::read_to_string(&other).expect("a text");
    (!anchors(&text).contains(anchor)).then(|| format!("`{}` has no heading `{anchor}`", other.display()))
}

#[test]
fn every_link_leads_somewhere() {
    let root = plain(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let mut files = Vec::new();
    markdown_files(&root, &mut files);
    files.sort();
    let (mut faults, mut links) = (Vec::new(), 0);
    for file in &files {
        let text = std::fs::read_to_string(file).expect("a text");
        for (line, target) in prose(&text).flat_map(|(line, text)| targets(text).into_iter().map(move |to| (line, to)))
        {
            links += 1;
            if let Some(why) = fault(file, &target) {
                faults.push(format!("{}:{line}: ({target}) {why}", file.display()));
            }
        }
    }
    assert!(links > 50, "only {links} links were found");
    assert!(faults.is_empty(), "dead links:\n{}", faults.join("\n"));
}

#[test]
fn links_in_code_are_none_and_headings_become_anchors_as_on_github() {
    let text = "# A `code` heading, with — marks\n\n```md\n[x](dead.md)\n## no heading\n```\n[y](y.md#z \"t\") `[z](z.md)`\n## Same\n## Same\n## See [that](x.md)\n";
    let found: Vec<String> = prose(text).flat_map(|(_, line)| targets(line)).collect();
    assert_eq!(found, ["y.md#z", "x.md"]);
    let anchors = anchors(text);
    let expected = ["a-code-heading-with--marks", "same", "same-1", "see-that"];
    assert_eq!(anchors.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}
