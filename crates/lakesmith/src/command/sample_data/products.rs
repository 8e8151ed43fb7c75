//! Products: a small Parquet file, the same whatever the counts.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

use super::calendar::EPOCH_SECONDS;
use super::random::Random;
use super::settings::Settings;
use super::stream::Counts;

/// How many there are.
pub const COUNT: u64 = 96;
/// What their keys begin with.
pub const PREFIX: &[u8] = b"PROD";
/// Digits of their keys.
pub const DIGITS: usize = 3;

const PURPOSE: u64 = 0x30;
const KINDS: [(&str, &str); 16] = [
    ("Desk", "Furniture"),
    ("Chair", "Furniture"),
    ("Lamp", "Furniture"),
    ("Shelf", "Furniture"),
    ("Laptop", "Electronics"),
    ("Monitor", "Electronics"),
    ("Keyboard", "Electronics"),
    ("Headphones", "Electronics"),
    ("Notebook", "Stationery"),
    ("Pen", "Stationery"),
    ("Planner", "Stationery"),
    ("Stapler", "Stationery"),
    ("Mug", "Kitchen"),
    ("Kettle", "Kitchen"),
    ("Toaster", "Kitchen"),
    ("Bottle", "Kitchen"),
];
const MODELS: [&str; 6] = ["Basic", "Classic", "Compact", "Travel", "Pro", "Studio"];

/// The list price in cents.
pub fn price(seed: u64, product: u64) -> u64 {
    199 + Random::of_row(seed, PURPOSE, product).below(29_800)
}

/// Writes the file.
pub fn write(settings: &Settings, out: &mut (impl Write + Send)) -> io::Result<Counts> {
    let batch = batch(settings).map_err(io::Error::other)?;
    // The writer's own name would hold a version.
    let properties = WriterProperties::builder().set_created_by("lakesmith sample-data".to_owned()).build();
    let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(properties)).map_err(io::Error::other)?;
    writer.write(&batch).map_err(io::Error::other)?;
    writer.close().map_err(io::Error::other)?;
    Ok(Counts { rows: COUNT, ..Counts::default() })
}

fn batch(settings: &Settings) -> arrow::error::Result<RecordBatch> {
    let kinds = || (0..COUNT as usize).map(|product| KINDS[product % KINDS.len()]);
    let names = kinds().enumerate().map(|(product, (kind, _))| format!("{} {kind}", MODELS[product / KINDS.len()]));
    let prices = (0..COUNT).map(|product| i128::from(price(settings.seed, product)));
    let loaded = (EPOCH_SECONDS * 1_000_000) as i64;
    let columns: [(&str, ArrayRef); 5] = [
        ("product_id", Arc::new(StringArray::from_iter_values((1..=COUNT).map(|number| format!("PROD{number:03}"))))),
        ("product_name", Arc::new(StringArray::from_iter_values(names))),
        ("category", Arc::new(StringArray::from_iter_values(kinds().map(|(_, category)| category)))),
        ("unit_price", Arc::new(Decimal128Array::from_iter_values(prices).with_precision_and_scale(10, 2)?)),
        ("ingestion_ts", Arc::new(TimestampMicrosecondArray::from_value(loaded, COUNT as usize).with_timezone("UTC"))),
    ];
    RecordBatch::try_from_iter(columns)
}
