//! Answers statements that come as JSON lines: the side of Lakesmith in `client/conformance`.
//!
//! `{"begin": true}` starts a session over an empty warehouse, `{"statement": "…"}` runs a statement in it. Each line in has one
//! line out: `columns` and `rows`, or `error` (a condition) with `title`, or `panic`, or `hang`. After a panic or a hang the
//! process goes on; what it cannot survive (a stack overflow) shows as an early end of its output. The only argument is after how
//! many seconds a statement hangs.
//!
//! Values are texts as `show()` writes them, NULL is null, structs and arrays are JSON arrays, maps are arrays of pairs, BINARY
//! is hexadecimal, intervals are numbers of their smallest unit.

use std::io::{BufRead, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, DurationMicrosecondType, IntervalUnit, IntervalYearMonthType, TimeUnit};
use lakesmith_base::clock::SystemClock;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::{ErrorKind, Runtime, RuntimeSettings};
use lakesmith_functions::cast::shown_in;
use lakesmith_project::PathMap;
use lakesmith_session::{QueryError, Session, SessionSettings, cell};
use lakesmith_unresolved::{SparkType, StructField};
use serde_json::{Value, json};

/// A statement that takes longer hangs.
const PATIENCE_SECONDS: u64 = 30;
/// As the command has it.
const STACK_BYTES: usize = 64 << 20;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()?;
    let patience = std::env::args().nth(1).map_or(Ok(PATIENCE_SECONDS), |seconds| seconds.parse())?;
    let folder = tempfile::tempdir()?;
    let mut number = 0;
    let mut session = session(&folder.path().join("0"))?;
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let reply = if request.get("begin").is_some() {
            number += 1;
            session = self::session(&folder.path().join(number.to_string()))?;
            json!({})
        } else {
            let statement = request["statement"].as_str().unwrap_or_default().to_owned();
            threads.block_on(answered(session.clone(), statement, Duration::from_secs(patience)))
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{reply}")?;
        out.flush()?;
    }
    // a statement that hangs is not waited for
    threads.shutdown_background();
    Ok(())
}

/// A session over an empty warehouse.
fn session(folder: &Path) -> Result<Session, Failure> {
    std::fs::create_dir_all(folder)?;
    let runtime = Runtime::new(RuntimeSettings {
        memory_bytes: 1 << 30,
        spill_folder: folder.join("spill"),
        partitions: NonZeroUsize::MIN.saturating_add(1),
        batch_size: NonZeroUsize::MIN.saturating_add(8191),
        physical_rules: lakesmith_functions::physical_rules(),
    })?;
    Ok(Session::new(SessionSettings {
        warehouse: folder.join("warehouse"),
        storage: Some(folder.join("storage")),
        catalog: "spark_catalog".into(),
        schema: "default".into(),
        paths: PathMap::new(folder, []),
        clock: Arc::new(SystemClock),
        user: "ada".to_owned(),
        runtime,
    }))
}

/// What a statement gives, as a JSON object, in any case.
async fn answered(session: Session, statement: String, patience: Duration) -> Value {
    let mut task = tokio::spawn(async move { answer(&session, &statement).await });
    match tokio::time::timeout(patience, &mut task).await {
        Ok(Ok(value)) => value,
        Ok(Err(error)) if error.is_panic() => {
            let payload = error.into_panic();
            let message = payload.downcast_ref::<String>().cloned();
            let message = message.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            json!({"panic": message.unwrap_or_default()})
        }
        Ok(Err(error)) => json!({"panic": error.to_string()}),
        Err(_) => {
            task.abort();
            json!({"hang": patience.as_secs()})
        }
    }
}

async fn answer(session: &Session, statement: &str) -> Value {
    let result = match session.query(statement).await {
        Ok(result) => result,
        Err(QueryError::Wrong { diagnostics, .. }) => {
            let refused = |name: &str| [Condition::LAKESMITH_NOT_BUILT.name, "UNRESOLVED_ROUTINE"].contains(&name);
            let first = diagnostics.iter().find(|fault| refused(fault.condition.name)).or(diagnostics.first());
            return match first {
                Some(fault) => json!({"error": fault.condition.name, "title": fault.title}),
                None => json!({"error": "", "title": "no diagnostic"}),
            };
        }
        Err(QueryError::Failed(error)) => return failed(&error),
    };
    let (columns, zone) = (result.columns.clone(), result.zone.clone());
    match result.collect().await {
        Ok(batches) => {
            let mut rows = Vec::new();
            for batch in &batches {
                // instants as clocks of the session's zone show them
                let shown = |column: &ArrayRef| shown_in(column, &zone).unwrap_or_else(|_| Arc::clone(column));
                let cells: Vec<ArrayRef> = batch.columns().iter().map(shown).collect();
                rows.extend(
                    (0..batch.num_rows()).map(|row| cells.iter().map(|column| value(column, row)).collect::<Value>()),
                );
            }
            let described = |field: &StructField| json!({"name": field.name.as_str(), "type": field.data_type.simple_name(), "tree": tree(&field.data_type), "nullability": nullability(&field.data_type, field.nullable)});
            json!({"columns": columns.iter().map(described).collect::<Value>(), "rows": rows})
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &lakesmith_engine::EngineError) -> Value {
    let condition = match error.kind {
        ErrorKind::Data(condition) => condition.name.to_owned(),
        ErrorKind::Unsupported => Condition::LAKESMITH_NOT_BUILT.name.to_owned(),
        other => format!("{other:?}"),
    };
    json!({"error": condition, "title": error.to_string()})
}

/// A type that needs no parser: a name, or a list of a kind and its parts.
fn tree(data_type: &SparkType) -> Value {
    match data_type {
        SparkType::Array { element, .. } => json!(["array", tree(element)]),
        SparkType::Map { key, value, .. } => json!(["map", tree(key), tree(value)]),
        SparkType::Struct(fields) => {
            let field = |field: &StructField| json!([field.name.as_str(), tree(&field.data_type)]);
            json!(["struct", fields.iter().map(field).collect::<Value>()])
        }
        other => json!(other.simple_name()),
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

fn value(array: &ArrayRef, row: usize) -> Value {
    if cell::is_null(array, row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Struct(_) => array.as_struct().columns().iter().map(|column| value(column, row)).collect(),
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            (0..items.len()).map(|item| value(&items, item)).collect()
        }
        DataType::Map(_, _) => {
            let entries = array.as_map().value(row);
            let pair = |at| json!([value(entries.column(0), at), value(entries.column(1), at)]);
            (0..entries.len()).map(pair).collect()
        }
        DataType::Binary => {
            let bytes = array.as_binary::<i32>().value(row);
            bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>().into()
        }
        DataType::Duration(TimeUnit::Microsecond) => array.as_primitive::<DurationMicrosecondType>().value(row).into(),
        DataType::Interval(IntervalUnit::YearMonth) => array.as_primitive::<IntervalYearMonthType>().value(row).into(),
        _ => cell::text(array, row).into(),
    }
}
