//! Queries with the answers that Apache Spark gave, recorded by `client/oracle/compare.py`: columns, types, rows and error
//! conditions are the same here, or the query is refused by name and marked `~`.
//!
//! A line `?` says where each column may be NULL, part by part.
//!
//! A block with a line `$ name` makes a table of its query, for the queries of its file; `% name SELECT …` is
//! the same in one line.
//!
//! `LAKESMITH_REWRITE_ANSWERS=1` writes the marks anew; a query that differs is never marked. `LAKESMITH_ANSWERS` names another
//! folder of such files.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::LogicalPlanBuilder;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::ErrorKind;
use lakesmith_functions::Rules;
use lakesmith_functions::Typed;
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::rules::within;
use lakesmith_unresolved::SparkType;

use crate::Resolved;
use crate::testing::Session;

#[derive(Debug, Default, Clone, PartialEq)]
struct Answer {
    columns: Vec<String>,
    rows: Vec<String>,
    error: Option<String>,
    nullability: Option<String>,
}

#[derive(Debug, Default)]
struct Block {
    query: String,
    table: Option<String>,
    recorded: Answer,
    is_refused: bool,
}

enum Outcome {
    Answered(Answer),
    Refused(String),
}

fn block(text: &str) -> Block {
    let mut block = Block::default();
    for line in text.lines() {
        match line.split_once(' ') {
            Some((">", query)) if block.query.is_empty() => query.clone_into(&mut block.query),
            Some((">", query)) => write!(block.query, "\n{query}").unwrap(),
            Some((":", column)) => block.recorded.columns.push(column.to_owned()),
            Some(("=", row)) => block.recorded.rows.push(row.to_owned()),
            Some(("?", nullability)) => block.recorded.nullability = Some(nullability.to_owned()),
            Some(("!", error)) => block.recorded.error = Some(error.to_owned()),
            Some(("~", _)) => block.is_refused = true,
            Some(("$", name)) => block.table = Some(name.to_owned()),
            _ => {}
        }
    }
    block
}

fn escaped(value: &str) -> String {
    let mut text = String::new();
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '|' => text.push_str("\\|"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\0' => text.push_str("\\0"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            other => text.push(other),
        }
    }
    text
}

/// How a query is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    Optimized,
    AsResolved,
}

async fn answer(session: &Session, query: &str, run: Run) -> Outcome {
    let refusal = |name: &str| [Condition::LAKESMITH_NOT_BUILT.name, "UNRESOLVED_ROUTINE"].contains(&name);
    let resolved = match session.resolve(query).await {
        Ok(resolved) => resolved,
        Err(faults) => {
            let first = faults.iter().find(|fault| refusal(fault.condition.name)).or(faults.first());
            let Some(fault) = first else { return Outcome::Refused("no reason".into()) };
            if refusal(fault.condition.name) {
                return Outcome::Refused(fault.title.clone());
            }
            return failed(fault.condition.name);
        }
    };
    match rows(session, &resolved, run).await {
        Ok(rows) => {
            let columns = resolved.output.iter();
            let columns = columns.map(|c| format!("{} :: {}", escaped(c.name.as_str()), c.data_type.simple_name()));
            let nullability = resolved.output.iter().map(|c| nullability(&c.data_type, c.nullable));
            let nullability = Some(nullability.collect::<Vec<_>>().join(" | "));
            Outcome::Answered(Answer { columns: columns.collect(), rows, error: None, nullability })
        }
        Err(outcome) => outcome,
    }
}

/// Where a type has NULL: `?` after each part that may be one.
fn nullability(data_type: &SparkType, nullable: bool) -> String {
    let mark = if nullable { "?" } else { "" };
    match data_type {
        SparkType::Array { element, contains_null } => format!("array<{}>{mark}", nullability(element, *contains_null)),
        SparkType::Map { value, value_contains_null, .. } => {
            format!("map<{}>{mark}", nullability(value, *value_contains_null))
        }
        SparkType::Struct(fields) => {
            let parts: Vec<_> = fields.iter().map(|field| nullability(&field.data_type, field.nullable)).collect();
            format!("struct<{}>{mark}", parts.join(","))
        }
        _ => format!("_{mark}"),
    }
}

fn failed(condition: &str) -> Outcome {
    Outcome::Answered(Answer { error: Some(condition.to_owned()), ..Answer::default() })
}

async fn rows(session: &Session, resolved: &Resolved, run: Run) -> Result<Vec<String>, Outcome> {
    let mut texts = Vec::new();
    for attribute in &resolved.output {
        let mut value = Typed::new(attribute.column(), attribute.data_type.clone());
        if value.data_type != SparkType::Binary {
            let text = within(&session.rules, || cast(value, &SparkType::STRING, Mode::Ansi));
            value = text.map_err(|fault| Outcome::Refused(fault.title))?;
        }
        texts.push(value.expr.alias(attribute.internal()));
    }
    let plan = LogicalPlanBuilder::from(resolved.plan.clone()).project(texts).and_then(LogicalPlanBuilder::build);
    let plan = plan.map_err(|error| Outcome::Refused(error.to_string()))?;
    let resolved = Resolved { plan, output: resolved.output.clone() };
    let batches = match run {
        Run::Optimized => session.execute(&resolved).await,
        Run::AsResolved => session.execute_as_resolved(&resolved).await,
    };
    let batches = batches.map_err(|error| match error.kind {
        ErrorKind::Data(condition) => failed(condition.name),
        ErrorKind::Unsupported => Outcome::Refused(error.to_string()),
        other => failed(&format!("{other:?}: {error}")),
    })?;
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|column| match column.data_type() {
                _ if column.is_null(row) => "NULL".to_owned(),
                DataType::Binary => {
                    column.as_binary::<i32>().value(row).iter().map(|byte| format!("{byte:02X}")).collect()
                }
                _ => escaped(column.as_string::<i32>().value(row)),
            });
            rows.push(cells.collect::<Vec<_>>().join(" | "));
        }
    }
    Ok(rows)
}

/// Whether the order of the rows is part of the answer.
fn is_ordered(query: &str) -> bool {
    let lower = query.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.windows(2).rposition(|pair| pair == ["order", "by"]).is_some_and(|at| !words[at..].join(" ").contains(')'))
}

fn is_same(query: &str, recorded: &Answer, given: &Answer) -> bool {
    if recorded.error.is_some() || given.error.is_some() {
        // Java's own errors have no condition, and some of Spark's have no name
        let is_nameless = |name: &str| name == "UNKNOWN" || name.starts_with("_LEGACY_ERROR");
        if recorded.error.as_deref().is_some_and(is_nameless) {
            return given.error.is_some();
        }
        // Spark's sub-conditions are finer
        let main = |answer: &Answer| answer.error.as_ref().map(|name| name.split('.').next().map(str::to_owned));
        return main(recorded) == main(given);
    }
    let (mut left, mut right) = (recorded.rows.clone(), given.rows.clone());
    if !is_ordered(query) {
        left.sort();
        right.sort();
    }
    let types: Vec<&str> =
        recorded.columns.iter().map(|column| column.rsplit(" :: ").next().unwrap_or_default()).collect();
    let is_as_nullable = recorded.nullability.is_none() || recorded.nullability == given.nullability;
    recorded.columns == given.columns
        && is_as_nullable
        && left.len() == right.len()
        && left.iter().zip(&right).all(|(left, right)| is_same_row(left, right, &types, tolerance(query)))
}

/// How far a DOUBLE may differ, in proportion. Higher moments depend in their last digits on how Spark splits the rows.
fn tolerance(query: &str) -> f64 {
    if query.contains("kurtosis(") || query.contains("skewness(") { 1e-14 } else { 4e-16 }
}

/// Values are the same texts. Functions of Java's library may differ in the last digit of a DOUBLE, and Java before 19 writes
/// more digits than identify a number.
fn is_same_row(left: &str, right: &str, types: &[&str], tolerance: f64) -> bool {
    let close = |left: &str, right: &str, data_type: &str| match data_type {
        "double" => {
            matches!((left.parse::<f64>(), right.parse::<f64>()), (Ok(l), Ok(r)) if (l - r).abs() <= l.abs() * tolerance)
        }
        "float" => left.parse::<f32>().ok().zip(right.parse::<f32>().ok()).is_some_and(|(l, r)| l == r),
        _ => false,
    };
    let (left, right): (Vec<&str>, Vec<&str>) = (left.split(" | ").collect(), right.split(" | ").collect());
    let pairs = left.iter().zip(&right).enumerate();
    left.len() == right.len()
        && pairs.into_iter().all(|(at, (l, r))| l == r || close(l, r, types.get(at).copied().unwrap_or_default()))
}

fn shown(answer: &Answer) -> String {
    let columns = answer.columns.iter().map(|column| format!(": {column}"));
    let rows = answer.rows.iter().map(|row| format!("= {row}"));
    let nullability = answer.nullability.iter().map(|nullability| format!("? {nullability}"));
    columns
        .chain(nullability)
        .chain(rows)
        .chain(answer.error.iter().map(|error| format!("! {error}")))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Counts of a file: the same, refused by name, different.
#[derive(Debug, Default)]
struct Counts(usize, usize, usize);

/// `@ key = value` sets a setting for the blocks that follow, `@` alone ends all of them.
fn apply(part: &str, settings: &mut HashMap<String, String>, session: &mut Session) {
    for line in part.lines().filter_map(|line| line.strip_prefix('@')) {
        match line.split_once('=') {
            Some((key, value)) => drop(settings.insert(key.trim().to_owned(), value.trim().to_owned())),
            None => settings.clear(),
        }
    }
    session.rules = Rules::of(|key| settings.get(key).map(String::as_str)).unwrap();
}

async fn check(path: &Path, report: &mut String) -> Counts {
    let text = std::fs::read_to_string(path).unwrap();
    let mut session = Session::new();
    for (name, query) in text.lines().filter_map(|line| line.strip_prefix("% ")?.split_once(' ')) {
        session.define(name, query).await;
    }
    let mut counts = Counts::default();
    let mut rewritten = Vec::new();
    let mut settings = HashMap::new();
    for part in text.split("\n\n") {
        apply(part, &mut settings, &mut session);
        let block = block(part);
        let mut lines: Vec<&str> = part.lines().filter(|line| !line.starts_with("~ ")).collect();
        let mark;
        if let Some(table) = &block.table {
            session.define(table, &block.query).await;
        } else if !block.query.is_empty() {
            match answer(&session, &block.query, Run::Optimized).await {
                Outcome::Refused(reason) => {
                    counts.1 += 1;
                    mark = format!("~ {}", reason.replace('\n', " "));
                    let after = lines.iter().rposition(|line| line.starts_with("> ")).map_or(0, |at| at + 1);
                    lines.insert(after, &mark);
                    if !block.is_refused {
                        write!(report, "refused: {}\n  {reason}\n\n", block.query).unwrap();
                    }
                }
                Outcome::Answered(given) if is_same(&block.query, &block.recorded, &given) => {
                    counts.0 += 1;
                    if block.is_refused {
                        write!(report, "no longer refused: {}\n\n", block.query).unwrap();
                    }
                }
                Outcome::Answered(given) => {
                    counts.2 += 1;
                    let (spark, own) = (shown(&block.recorded), shown(&given));
                    write!(report, "different: {}\n--- Spark\n{spark}\n--- here\n{own}\n\n", block.query).unwrap();
                }
            }
        }
        rewritten.push(lines.join("\n"));
    }
    if std::env::var_os("LAKESMITH_REWRITE_ANSWERS").is_some() {
        std::fs::write(path, rewritten.join("\n\n") + "\n").unwrap();
    }
    counts
}

/// The files of queries.
fn files() -> Vec<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers");
    let folder = std::env::var_os("LAKESMITH_ANSWERS").map_or(own, PathBuf::from);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files
}

/// The queries of a file that the optimizer gives another answer than the plan has by itself. A plan as it was resolved may fail for
/// rows that the optimizer drops before.
async fn changed_by_optimizer(path: &Path, report: &mut String) {
    let text = std::fs::read_to_string(path).unwrap();
    let mut session = Session::new();
    for (name, query) in text.lines().filter_map(|line| line.strip_prefix("% ")?.split_once(' ')) {
        session.define(name, query).await;
    }
    let mut settings = HashMap::new();
    for part in text.split("\n\n") {
        apply(part, &mut settings, &mut session);
        let block = block(part);
        if let Some(table) = &block.table {
            session.define(table, &block.query).await;
            continue;
        }
        let optimized = answer(&session, &block.query, Run::Optimized).await;
        let resolved = answer(&session, &block.query, Run::AsResolved).await;
        if let (Outcome::Answered(optimized), Outcome::Answered(resolved)) = (optimized, resolved)
            && (is_internal(&optimized) || resolved.error.is_none() && !is_same(&block.query, &resolved, &optimized))
        {
            let (resolved, optimized) = (shown(&resolved), shown(&optimized));
            write!(report, "{}\n--- resolved\n{resolved}\n--- optimized\n{optimized}\n\n", block.query).unwrap();
        }
    }
}

/// Whether two answers are the same where sums of DOUBLE were made in another order. Casting rows to texts in several partitions
/// mixes them, so their order is not compared.
fn is_same_in_parts(query: &str, whole: &Answer, parts: &Answer) -> bool {
    let rounded = |answer: &Answer| {
        let types: Vec<&str> = answer.columns.iter().filter_map(|column| column.rsplit(" :: ").next()).collect();
        let cell = |(at, value): (usize, &str)| match value.parse::<f64>() {
            Ok(number) if types.get(at).is_some_and(|name| ["double", "float"].contains(name)) => {
                format!("{number:.8e}")
            }
            _ => value.to_owned(),
        };
        let row = |row: &String| row.split(" | ").enumerate().map(cell).collect::<Vec<_>>().join(" | ");
        let mut rows: Vec<String> = answer.rows.iter().map(row).collect();
        rows.sort();
        Answer { rows, ..answer.clone() }
    };
    is_same(query, &rounded(whole), &rounded(parts))
}

/// Queries whose answers do not depend on the order of rows: all that were generated, and some.
const WITHOUT_ORDER: [&str; 5] =
    ["generated.txt", "grouping_sets.txt", "shapes.txt", "trees.txt", "trees_ansi_off.txt"];

#[tokio::test]
async fn rows_in_many_partitions_and_small_batches_give_the_same_answers() {
    let mut report = String::new();
    let is_own = std::env::var_os("LAKESMITH_ANSWERS").is_none();
    for path in files() {
        if is_own && !WITHOUT_ORDER.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let (mut whole, mut parts) = (Session::new(), Session::with(3, 2));
        for (name, query) in text.lines().filter_map(|line| line.strip_prefix("% ")?.split_once(' ')) {
            whole.define(name, query).await;
            parts.define(name, query).await;
        }
        let mut settings = HashMap::new();
        for part in text.split("\n\n") {
            apply(part, &mut settings, &mut whole);
            parts.rules = whole.rules.clone();
            let Block { query, table: None, .. } = block(part) else { continue };
            let answers = (answer(&whole, &query, Run::Optimized).await, answer(&parts, &query, Run::Optimized).await);
            if let (Outcome::Answered(whole), Outcome::Answered(parts)) = answers
                && !is_same_in_parts(&query, &whole, &parts)
            {
                write!(report, "{query}\n--- whole\n{}\n--- parts\n{}\n\n", shown(&whole), shown(&parts)).unwrap();
            }
        }
    }
    assert!(report.is_empty(), "{report}");
}

fn is_internal(answer: &Answer) -> bool {
    answer.error.as_ref().is_some_and(|error| error.starts_with("Internal"))
}

#[tokio::test]
async fn the_optimizer_changes_no_answer() {
    let mut report = String::new();
    for file in files() {
        changed_by_optimizer(&file, &mut report).await;
    }
    assert!(report.is_empty(), "{report}");
}

#[tokio::test]
async fn queries_have_the_answers_that_spark_gave() {
    let mut report = String::new();
    let mut summary = String::new();
    for file in &files() {
        let Counts(same, refused, different) = check(file, &mut report).await;
        let name = file.file_name().unwrap().to_string_lossy();
        writeln!(summary, "{name}: {same} the same, {refused} refused, {different} different").unwrap();
    }
    println!("{summary}");
    let hint = "LAKESMITH_REWRITE_ANSWERS=1 writes anew which queries are refused";
    assert!(report.is_empty(), "{report}{summary}{hint}");
}
