//! Runs the Markdown specifications under `specs/`.
//!
//! Every `## ` heading is a case with a folder of its own. A fenced block with `file=path` in its info string writes a file, one
//! with `console` holds commands after `$ ` and what they print, stderr before stdout, and
//! `[exit N]` when the exit code is not 0. `example=path` in a heading's first block info copies an example of the repository.
//! `LAKESMITH_REWRITE_SPECS=1` writes what commands really print into the specs, `LAKESMITH_REWRITE_SPECS=name` into those whose
//! path has the name.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::schemas;

/// A fenced block: its info string and the lines between the fences, by line numbers.
struct Block {
    info: String,
    first: usize,
    end: usize,
}

struct Case {
    name: String,
    blocks: Vec<Block>,
}

#[test]
fn every_spec_holds() {
    let wanted = std::env::var_os("LAKESMITH_REWRITE_SPECS").and_then(|name| name.into_string().ok());
    let rewrite = wanted.is_some();
    let is_wanted = |path: &Path| match &wanted {
        Some(name) if name != "1" => path.to_string_lossy().contains(name.as_str()),
        _ => true,
    };
    let mut failures = String::new();
    let mut cases = 0;
    for path in spec_files(&repository().join("specs")).into_iter().filter(|path| is_wanted(path)) {
        let text = std::fs::read_to_string(&path).expect("a spec can be read");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        // From the end, so that a rewritten block leaves the line numbers before it right.
        for case in cases_of(&lines).iter().rev() {
            cases += 1;
            run_case(&path, case, &mut lines, rewrite, &mut failures);
        }
        if rewrite {
            std::fs::write(&path, format!("{}\n", lines.join("\n"))).expect("a spec can be written");
        }
    }
    assert!(cases > 0, "no specs were found");
    let is_partial = wanted.as_ref().is_some_and(|name| name != "1");
    for field in schemas::never_shown().into_iter().filter(|_| !is_partial) {
        let _infallible = writeln!(failures, "no spec shows the field `{field}` of a JSON output");
    }
    assert!(failures.is_empty(), "{failures}\nLAKESMITH_REWRITE_SPECS=1 rewrites the expectations");
    println!("{cases} cases of specs hold");
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn spec_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the folder of specs").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files.extend(spec_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
    files
}

fn cases_of(lines: &[String]) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut open: Option<(String, String, usize)> = None;
    for (number, line) in lines.iter().enumerate() {
        if let Some((fence, info, first)) = &open {
            if line.trim_end() == fence {
                let block = Block { info: info.clone(), first: *first, end: number };
                if let Some(case) = cases.last_mut() {
                    case.blocks.push(block);
                }
                open = None;
            }
        } else if let Some(name) = line.strip_prefix("## ") {
            cases.push(Case { name: name.to_owned(), blocks: Vec::new() });
        } else if line.starts_with("```") {
            let fence: String = line.chars().take_while(|character| *character == '`').collect();
            open = Some((fence.clone(), line[fence.len()..].trim().to_owned(), number + 1));
        }
    }
    cases.retain(|case| !case.blocks.is_empty());
    cases
}

fn run_case(path: &Path, case: &Case, lines: &mut Vec<String>, rewrite: bool, failures: &mut String) {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = temporary.path().join("pipeline");
    let kept = temporary.path().join("kept");
    for folder in [&folder, &kept] {
        std::fs::create_dir(folder).expect("a folder");
    }
    for block in &case.blocks {
        let text = lines[block.first..block.end].join("\n") + "\n";
        if let Some(file) = info_value(&block.info, "file") {
            let target = folder.join(file);
            std::fs::create_dir_all(target.parent().expect("a parent")).expect("folders");
            std::fs::write(target, text).expect("a file");
        }
        if let Some(example) = info_value(&block.info, "example") {
            copy_folder(&repository().join("examples").join(example), &folder.join(example));
        }
    }
    let consoles = case.blocks.iter().filter(|block| block.info.starts_with("console"));
    let ran: Vec<(&Block, Vec<String>, Vec<String>)> = consoles
        .map(|block| {
            let expected = lines[block.first..block.end].to_vec();
            let actual = run_console(&folder, &kept, &expected);
            (block, expected, actual)
        })
        .collect();
    for fault in schemas::kept_faults(&kept) {
        let _infallible = writeln!(failures, "\n{} › {}: {fault}", path.display(), case.name);
    }
    for (block, expected, actual) in ran.into_iter().rev() {
        if rewrite {
            lines.splice(block.first..block.end, actual);
        } else if actual != expected {
            let _infallible = write!(
                failures,
                "\n{} › {}\n--- expected\n{}\n--- actual\n{}\n",
                path.display(),
                case.name,
                expected.join("\n"),
                actual.join("\n")
            );
        }
    }
}

/// Runs the commands of a console block and returns the block as it should be.
fn run_console(folder: &Path, kept: &Path, block: &[String]) -> Vec<String> {
    let mut actual = Vec::new();
    for line in block {
        let Some(command) = line.strip_prefix("$ ") else { continue };
        if !actual.is_empty() {
            actual.push(String::new());
        }
        actual.push(line.clone());
        let output = Command::new("sh")
            .arg("-c")
            .arg(command)
            .current_dir(folder)
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", schemas::bin_folder().display()))
            .env("SPEC_CAPTURE", kept)
            // so that a plan which could not run in another process fails here
            .env("LAKESMITH_SHIP_PLANS", "1")
            .env("SPEC_VARIABLE", "from_the_environment")
            .output()
            .expect("a shell");
        let mut printed = String::from_utf8_lossy(&output.stderr).into_owned();
        printed.push_str(&String::from_utf8_lossy(&output.stdout));
        let place = folder.canonicalize().expect("a folder").display().to_string();
        let printed = printed.replace(&place, "<folder>").replace(&folder.display().to_string(), "<folder>");
        actual.extend(printed.trim_end().lines().map(|line| line.trim_end().to_owned()));
        match output.status.code() {
            Some(0) => {}
            Some(code) => actual.push(format!("[exit {code}]")),
            None => actual.push("[killed]".to_owned()),
        }
    }
    actual
}

fn info_value<'a>(info: &'a str, key: &str) -> Option<&'a str> {
    info.split_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("an example") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
}
