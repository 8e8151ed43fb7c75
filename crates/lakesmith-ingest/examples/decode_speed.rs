//! Measures how fast line-delimited JSON is decoded: `cargo run --release -p lakesmith-ingest --example decode_speed -- FILE
//! [PARTITIONS]`. Without a file, one of about 380 MB is made in the system's folder for temporary files. Prints megabytes a
//! second of the best of five scans, for all columns and for two.

#![allow(clippy::print_stdout, reason = "the figures are the program's answer")]

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::{SessionConfig, SessionContext};
use lakesmith_engine::{Executor, LocalExecutor};
use lakesmith_ingest::{Format, ReaderOptions, Usage, counts_of, infer, list, provider};

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let path = match arguments.next() {
        Some(path) => PathBuf::from(path).canonicalize()?,
        None => sample()?,
    };
    let partitions = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let session = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(partitions));
    let options = ReaderOptions::defaults(Format::Json, Usage::Reader);
    let files = list(&path, &options, &|_| false)?;
    let megabytes = files.iter().map(|file| file.size).sum::<u64>() / 1_000_000;
    let started = Instant::now();
    let columns = infer(&files, &options, &session).await?.columns;
    println!("{megabytes} MB, {partitions} partitions; inference {:.2} s", started.elapsed().as_secs_f64());
    let count = columns.len();
    let table = provider(files, columns, &options);
    for (what, projection) in [("all columns", (0..count).collect()), ("two columns", vec![0, count / 2])] {
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let plan = table.scan(&session.state(), Some(&projection), &[], None).await?;
            best = best.min(drain(plan, &session).await?);
        }
        println!("{what}: {:.0} MB/s", megabytes as f64 / best);
    }
    Ok(())
}

/// Seconds that a scan takes.
async fn drain(plan: Arc<dyn ExecutionPlan>, session: &SessionContext) -> Result<f64, Failure> {
    let started = Instant::now();
    let rows = LocalExecutor::new(session.task_ctx()).drain(Arc::clone(&plan)).await?;
    let seconds = started.elapsed().as_secs_f64();
    let decoded: u64 = counts_of(&plan).iter().map(|file| file.decoded).sum();
    if rows == decoded { Ok(seconds) } else { Err(format!("{rows} rows, but {decoded} decoded").into()) }
}

/// A file of two million orders.
fn sample() -> Result<PathBuf, Failure> {
    let path = std::env::temp_dir().join("lakesmith_decode_speed.json");
    if !Path::exists(&path) {
        let mut file = BufWriter::new(std::fs::File::create(&path)?);
        let mut line = String::new();
        for n in 0..2_000_000_u64 {
            let dice = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24;
            line.clear();
            write!(line, r#"{{"order_id":{},"customer_id":{},"#, 1_000_000 + n, dice % 100_000)?;
            write!(line, r#""product_id":"P-{:05}","quantity":{},"#, dice % 4_999, dice % 20 + 1)?;
            write!(line, r#""unit_price":{}.{:02},"#, dice % 499, dice % 97)?;
            write!(line, r#""order_ts":"2024-{:02}-{:02}T{:02}:"#, dice % 12 + 1, dice % 28 + 1, dice % 24)?;
            write!(line, r#"{:02}:{:02}Z","status":"shipped","#, dice % 60, dice % 59)?;
            writeln!(line, r#""city":"Sao Paulo","channel":"web"}}"#)?;
            file.write_all(line.as_bytes())?;
        }
        file.flush()?;
    }
    Ok(path)
}
