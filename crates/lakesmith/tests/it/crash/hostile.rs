//! What pipelines meet outside: garbage among good files, missing paths, folders that cannot be written.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::pipeline::Shape;
use super::process::Ran;
use super::project::Project;
use super::skip::skip;

/// A user without rights, `nobody` on most systems.
const NOBODY: u32 = 65534;

#[test]
fn garbage_among_good_files_takes_no_good_row_with_it() {
    let mut project = Project::that_ran(Shape::TwoFlows);
    let landing = project.path().join("landing");
    fs::write(landing.join("a-empty.json"), "").expect("a file");
    fs::write(landing.join("b-newlines.json"), "\n\n\n").expect("a file");
    fs::create_dir(landing.join("c-folder.json")).expect("a folder");
    fs::write(landing.join(".hidden.json"), "{\"id\":-1,\"amount\":1,\"kind\":\"food\"}\n").expect("a file");
    project.arrive(7);
    project.run_and_check().expect("every good row once");
}

#[test]
fn records_that_are_none_are_told_and_leave_the_others_alone() {
    let mut project = Project::that_ran(Shape::TwoFlows);
    let landing = project.path().join("landing");
    fs::write(landing.join("a.json"), b"\xff\xfe\x00garbage\x80\n").expect("a file");
    fs::write(landing.join("b.json"), "{\"id\": 5, \"amount\"\n").expect("a file");
    project.arrive(7);
    let ran = project.run();
    assert!(ran.succeeded(), "{}", ran.told());
    for file in ["landing/a.json", "landing/b.json"] {
        assert!(ran.stderr.contains(file), "nothing is told of {file}: {}", ran.told());
    }
    let found = project.tables().expect("tables");
    let expected = project.expected();
    for (row, count) in expected.rows("bronze") {
        assert_eq!(found.rows("bronze").get(&row), Some(&count), "{row}");
    }
}

#[test]
fn a_damaged_archive_is_one_message_and_stops_nothing_else() {
    let mut project = Project::that_ran(Shape::TwoFlows);
    project.arrive(7);
    fs::create_dir(project.path().join("archives")).expect("a folder");
    fs::write(project.path().join("archives/a.json.gz"), "no archive").expect("a file");
    project.append_sql(
        "CREATE OR REFRESH STREAMING TABLE archived AS
SELECT * FROM STREAM read_files('archives/*.gz', format => 'json', schema => 'id BIGINT');
",
    );
    let ran = project.run();
    assert_eq!((ran.code, ran.errors().len()), (Some(1), 1), "{}", ran.told());
    assert!(ran.stderr.contains("a.json.gz"), "{}", ran.told());
    project.check().expect("the other tables are complete");
}

#[test]
fn a_file_that_cannot_be_read_is_one_message_and_no_change_and_is_not_forgotten() {
    let mut project = Project::that_ran(Shape::TwoFlows);
    let Some(user) = User::with_project(&project) else {
        return skip("an unprivileged user needs root and `setpriv`");
    };
    let before = project.expected();
    let file = project.arrive(7);
    project.arrive(5);
    user.give(project.path());
    set_mode(&file, 0o000);
    let ran = user.run(&project);
    assert_eq!((ran.code, ran.errors().len()), (Some(1), 1), "{}", ran.told());
    assert!(project.tables().expect("tables").differences(&before).is_none(), "{}", ran.told());
    set_mode(&file, 0o644);
    let ran = user.run(&project);
    assert!(ran.succeeded(), "{}", ran.told());
    project.check().expect("every row once");
}

#[test]
fn a_path_that_is_missing_is_one_message_and_stops_nothing_else() {
    let mut project = Project::that_ran(Shape::TwoFlows);
    project.arrive(7);
    project.append_sql(
        "CREATE OR REFRESH STREAMING TABLE lost AS
SELECT * FROM STREAM read_files('nowhere/*.json', format => 'json', schema => 'id BIGINT');
",
    );
    let ran = project.run();
    let errors = ran.errors();
    assert_eq!(
        (ran.code, errors.as_slice()),
        (Some(1), &["LAKESMITH_SOURCE_UNREACHABLE".to_owned()][..]),
        "{}",
        ran.told()
    );
    project.check().expect("the other tables are complete");
}

#[test]
fn a_warehouse_that_cannot_be_written_is_one_message_and_no_change() {
    cannot_write("warehouse/spark_catalog/default/bronze");
    cannot_write("warehouse/spark_catalog/default/silver");
}

#[test]
fn a_storage_that_cannot_be_written_is_one_message_and_no_change() {
    cannot_write(".lakesmith/storage");
}

/// Takes the rights to a folder from an unprivileged user who runs an update.
fn cannot_write(folder: &str) {
    let mut project = Project::that_ran(Shape::TwoFlows);
    let Some(user) = User::with_project(&project) else {
        return skip("an unprivileged user needs root and `setpriv`");
    };
    let expected = project.expected();
    project.arrive(7);
    user.give(project.path());
    let closed = closed_below(&project.path().join(folder));
    let ran = user.run(&project);
    assert_eq!((ran.code, ran.errors().len()), (Some(1), 1), "{folder}: {}", ran.told());
    let error = ran.stderr.lines().find(|line| line.starts_with("error[")).unwrap_or_default().to_owned();
    let found = project.tables().expect("tables");
    let changed = found.differences(&expected).is_some() && found.differences(&project.expected()).is_some();
    // what stands before the closed table in the pipeline may have been completed
    if folder.ends_with("silver") {
        assert_eq!(found.rows("silver"), expected.rows("silver"), "{error}");
    } else {
        assert!(!changed, "{error}");
    }
    closed.iter().for_each(|path| set_mode(path, 0o755));
    let ran = user.run(&project);
    assert!(ran.succeeded(), "{}", ran.told());
    project.check().expect("every row once");
}

fn closed_below(folder: &Path) -> Vec<PathBuf> {
    let mut closed = vec![folder.to_owned()];
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            closed.extend(closed_below(&path));
        }
    }
    set_mode(folder, 0o555);
    closed
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("rights");
}

/// A user whom rights bind, and a binary that they can run.
struct User {
    binary: PathBuf,
    is_other: bool,
}

impl User {
    fn with_project(project: &Project) -> Option<Self> {
        let own = PathBuf::from(env!("CARGO_BIN_EXE_lakesmith"));
        let id = Command::new("id").arg("-u").output().ok()?;
        if String::from_utf8_lossy(&id.stdout).trim() != "0" {
            return Some(Self { binary: own, is_other: false });
        }
        let setpriv = Command::new("setpriv").arg("--version").stdout(Stdio::null()).status();
        if !setpriv.is_ok_and(|status| status.success()) {
            return None;
        }
        // the folders above the binary may be closed to others
        let binary = project.path().join("lakesmith");
        fs::copy(own, &binary).ok()?;
        Some(Self { binary, is_other: true })
    }

    /// Makes the user the owner of everything below a folder.
    fn give(&self, folder: &Path) {
        if !self.is_other {
            return;
        }
        chown(folder, Some(NOBODY), Some(NOBODY)).expect("an owner");
        for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                self.give(&path);
            } else {
                chown(&path, Some(NOBODY), Some(NOBODY)).expect("an owner");
            }
        }
    }

    fn run(&self, project: &Project) -> Ran {
        let mut command = if self.is_other {
            let id = format!("--reuid={NOBODY}");
            let group = format!("--regid={NOBODY}");
            let mut command = Command::new("setpriv");
            command.args([&id, &group, "--clear-groups"]).arg(&self.binary);
            command
        } else {
            Command::new(&self.binary)
        };
        command.arg("run").current_dir(project.path()).stdin(Stdio::null());
        command.output().expect("the binary runs").into()
    }
}

#[test]
fn what_a_dead_process_left_half_written_hinders_no_process_with_its_number() {
    let mut project = Project::that_ran(Shape::TwoFlows);
    for point in ["durable.before_publish#1", "durable.before_publish#3", "durable.before_publish#5"] {
        project.arrive(5);
        // in a container every process may have the same number
        for fault in [format!("crash:{point}"), String::new()] {
            let mut command = Command::new("unshare");
            command.args(["--pid", "--fork", env!("CARGO_BIN_EXE_lakesmith"), "run"]).env("LAKESMITH_FAULT", &fault);
            let ran: Ran = command.current_dir(project.path()).output().map(Ran::from).expect("unshare");
            if ran.stderr.contains("unshare") {
                return skip("a process number of one's own needs root and `unshare`");
            }
            assert!(ran.succeeded() == fault.is_empty(), "{fault}: {}", ran.told());
        }
        project.check().expect("every row once");
    }
}
