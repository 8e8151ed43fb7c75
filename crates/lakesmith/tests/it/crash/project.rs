//! [`Project`]: a folder with the pipeline and its source files, and the rows that were ever written into them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use super::leftovers::leftovers;
use super::oracle::{Row, Tables};
use super::pipeline::{Definition, Shape};
use super::process::{Ran, lakesmith, lakesmith_with_fault};

/// Rows of the file that the flow `history` reads once.
const HISTORY: usize = 20;

const QUERIES: &str = "\
SELECT 'bronze' AS t, id, amount, kind FROM bronze;
SELECT 'silver' AS t, id, amount, kind, definition FROM silver;
SELECT 'silver_quarantine' AS t, id, amount, kind, definition, _violated FROM silver_quarantine;
SELECT 'gold' AS t, id, doubled, definition FROM gold;
SELECT 'totals' AS t, kind, orders, amount FROM totals";

/// A project on disk with all rows that its sources hold.
#[derive(Debug)]
pub struct Project {
    /// Goes with the project.
    temporary: TempDir,
    folder: PathBuf,
    shape: Shape,
    definition: Definition,
    files: usize,
    next_id: i64,
    /// All rows with the definition of silver under which they pass.
    rows: Vec<(Row, Definition)>,
    /// So many of the rows were in the tables after the last clean update.
    settled: usize,
}

impl Project {
    /// A project whose sources hold the history and one file, and that has never run.
    pub fn new(shape: Shape) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = temporary.path().join("project");
        for name in ["landing", "history", "outside"] {
            fs::create_dir_all(folder.join(name)).expect("a folder");
        }
        let mut project = Self {
            temporary,
            folder,
            shape,
            definition: Definition::FIRST,
            files: 0,
            next_id: 0,
            rows: Vec::new(),
            settled: 0,
        };
        project.define(Definition::FIRST);
        if !matches!(shape, Shape::Chain | Shape::Growing) {
            let rows = project.next_rows(HISTORY);
            project.place("history", &rows);
        }
        project.arrive(10);
        project
    }

    /// A project with one update behind it.
    pub fn that_ran(shape: Shape) -> Self {
        let mut project = Self::new(shape);
        project.run_and_check().expect("the first update");
        project
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Writes the pipeline's file anew.
    pub fn define(&mut self, definition: Definition) {
        self.definition = definition;
        fs::write(self.path().join("pipeline.sql"), definition.sql(self.shape)).expect("a pipeline");
    }

    /// Edits the pipeline between a crash and the restart: rows that silver has not committed pass under the new definition.
    pub fn edit(&mut self) -> Result<(), String> {
        self.edit_to(Definition::numbered(self.definition.number + 1))
    }

    /// Edits the pipeline to a certain definition.
    pub fn edit_to(&mut self, definition: Definition) -> Result<(), String> {
        // all that came since the last clean update is one batch of silver, and it holds some of its rows or none
        if !self.holds_open_rows()? {
            self.rows[self.settled..].iter_mut().for_each(|(_, passed)| *passed = definition);
        }
        self.define(definition);
        Ok(())
    }

    pub fn definition(&self) -> Definition {
        self.definition
    }

    fn holds_open_rows(&self) -> Result<bool, String> {
        let Some((first, _)) = self.rows.get(self.settled) else { return Ok(false) };
        let query = format!("SELECT id FROM silver WHERE id >= {}", first.id);
        let ran = lakesmith(self.path(), &["sql", "-o", "ndjson", &query]);
        match ran.succeeded() {
            true => Ok(!ran.stdout.trim().is_empty()),
            false if ran.errors() == ["TABLE_OR_VIEW_NOT_FOUND"] => Ok(false),
            false => Err(format!("silver cannot be queried: {}", ran.told())),
        }
    }

    /// A new file with so many new rows.
    pub fn arrive(&mut self, count: usize) -> PathBuf {
        let rows = self.next_rows(count);
        self.place("landing", &rows)
    }

    /// Moves the project to another folder, as a fresh checkout with its tables and checkpoints is one.
    pub fn relocate(&mut self) {
        let moved = self.temporary.path().join("elsewhere");
        fs::rename(&self.folder, &moved).expect("another place");
        self.folder = moved;
    }

    /// Forgets the rows that came since the last clean update, as their files are gone.
    pub fn forget_open_rows(&mut self) {
        self.rows.truncate(self.settled);
    }

    /// Adds to the end of the pipeline's file.
    pub fn append_sql(&self, sql: &str) {
        let text = self.definition.sql(self.shape) + sql;
        fs::write(self.path().join("pipeline.sql"), text).expect("a pipeline");
    }

    /// Runs an update.
    pub fn run(&self) -> Ran {
        lakesmith(self.path(), &["run"])
    }

    /// Runs an update with a fault.
    pub fn run_with(&self, arguments: &[&str], fault: &str) -> Ran {
        lakesmith_with_fault(self.path(), &[&["run"], arguments].concat(), fault)
    }

    /// What all tables must hold.
    pub fn expected(&self) -> Tables {
        Tables::of(&self.rows)
    }

    /// What all tables must hold when the rows that came since the last clean update pass under a certain definition.
    pub fn expected_with_open(&self, definition: Definition) -> Tables {
        let mut rows = self.rows.clone();
        rows[self.settled..].iter_mut().for_each(|(_, passed)| *passed = definition);
        Tables::of(&rows)
    }

    /// What all tables hold, as a query tells.
    pub fn tables(&self) -> Result<Tables, String> {
        let ran = lakesmith(self.path(), &["sql", "-o", "ndjson", QUERIES]);
        if !ran.succeeded() {
            return Err(format!("the tables cannot be queried: {}", ran.told()));
        }
        let mut tables = Tables::default();
        for line in ran.stdout.lines() {
            let mut row: Value = serde_json::from_str(line).map_err(|error| format!("{error} in {line}"))?;
            let table = row.as_object_mut().and_then(|row| row.remove("t"));
            let table = table.as_ref().and_then(Value::as_str).ok_or_else(|| format!("no table in {line}"))?;
            tables.add(table, &row);
        }
        Ok(tables)
    }

    /// Whether every table holds exactly what it must.
    pub fn check(&self) -> Result<(), String> {
        match self.tables()?.differences(&self.expected()) {
            Some(differences) => Err(differences.to_string()),
            None if self.shape == Shape::Growing => self.check_new_columns(),
            None => Ok(()),
        }
    }

    /// Whether every value of a new column is in its column.
    fn check_new_columns(&self) -> Result<(), String> {
        let query = "SELECT id, _rescued_data FROM bronze WHERE _rescued_data IS NOT NULL";
        let ran = lakesmith(self.path(), &["sql", "-o", "ndjson", query]);
        match ran.succeeded() && ran.stdout.trim().is_empty() {
            true => Ok(()),
            false => Err(format!("new columns: {}{}", ran.stdout, ran.told())),
        }
    }

    /// Whether the event log has every event once and whole.
    pub fn check_events(&self) -> Result<(), String> {
        let query = "SELECT id, count(*) AS times, min(event_type) AS event_type FROM event_log(TABLE(bronze)) \
                     GROUP BY id HAVING count(*) > 1 OR id IS NULL OR min(event_type) IS NULL";
        let ran = lakesmith(self.path(), &["sql", "-o", "ndjson", query]);
        match ran.succeeded() && ran.stdout.trim().is_empty() {
            true => Ok(()),
            false => Err(format!("events: {}{}", ran.stdout, ran.told())),
        }
    }

    /// Parts in the warehouse that no table names.
    pub fn leftovers(&self) -> usize {
        leftovers(&self.path().join("warehouse")).len()
    }

    /// Runs a clean update, after which every table must hold exactly what it must.
    pub fn run_and_check(&mut self) -> Result<(), String> {
        let ran = self.run();
        if !ran.succeeded() {
            return Err(format!("the clean update: {}", ran.told()));
        }
        self.check()?;
        self.settled = self.rows.len();
        Ok(())
    }

    fn next_rows(&mut self, count: usize) -> Vec<Row> {
        let ids = (self.next_id..).take(count);
        let new: Vec<Row> = ids.map(|id| Row { id }).collect();
        self.next_id += i64::try_from(count).expect("a small number");
        self.rows.extend(new.iter().map(|row| (*row, self.definition)));
        new
    }

    /// Writes a file outside the globs of the pipeline and moves it into a folder, as careful producers do.
    fn place(&mut self, folder: &str, rows: &[Row]) -> PathBuf {
        self.files += 1;
        let name = format!("{:05}.json", self.files);
        let outside = self.path().join("outside").join(&name);
        let new_column = format!("new_{}", self.files);
        let line = |row: &Row| {
            let mut line = row.json();
            if self.shape == Shape::Growing {
                line[&new_column] = row.id.into();
            }
            line.to_string()
        };
        let lines: Vec<String> = rows.iter().map(line).collect();
        fs::write(&outside, lines.join("\n") + "\n").expect("a file");
        let path = self.path().join(folder).join(name);
        fs::rename(outside, &path).expect("a file at its place");
        path
    }
}
