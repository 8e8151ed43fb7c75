//! Laws of the data: same arguments, same bytes; counts add up; rates are kept; files are what queries expect.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use clap::Parser;
use serde_json::Value;

use super::*;
use crate::arguments::{Arguments, Command};

/// Arguments as typed after `lakesmith sample-data retail`.
fn arguments(out: &Path, typed: &str) -> SampleData {
    let out = out.display().to_string();
    let words = ["lakesmith", "sample-data", "retail", "--out", &out].into_iter().chain(typed.split_whitespace());
    match Arguments::try_parse_from(words).unwrap().command {
        Command::SampleData(arguments) => arguments,
        other => panic!("{other:?}"),
    }
}

fn generate(out: &Path, typed: &str) -> Vec<FileReport> {
    let arguments = arguments(out, typed);
    write(&Settings::of(&arguments).unwrap(), &arguments).unwrap()
}

/// All files below a folder with their bytes.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

/// The lines of orders or customers, in the order of arrival, without headers.
fn lines(folder: &Path, set: &str) -> Vec<String> {
    let files = bytes(folder);
    let of_set = files.iter().filter(|(name, _)| name.starts_with(set));
    let texts = of_set.map(|(_, bytes)| String::from_utf8(bytes.clone()).unwrap());
    let lines: Vec<String> = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.into_iter().filter(|line| !line.starts_with("customer_id,")).collect()
}

fn counts(reports: &[FileReport], set: SampleSet) -> Counts {
    let mut sum = Counts::default();
    reports.iter().filter(|report| report.set == set).for_each(|report| sum.add(&report.counts));
    sum
}

const FAULTY: &str = "--orders 20000 --customer-events 8000 --files 3 --bad-rate 5% --late-rate 10% --duplicate-rate 2% \
                      --malformed-rate 1%";

#[test]
fn the_same_arguments_give_the_same_bytes_and_another_seed_gives_others() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second, other) = (folder.path().join("1"), folder.path().join("2"), folder.path().join("3"));
    generate(&first, FAULTY);
    generate(&second, FAULTY);
    generate(&other, &format!("{FAULTY} --seed 2"));
    assert_eq!(bytes(&first), bytes(&second));
    assert_ne!(bytes(&first)["orders/orders_batch.json"], bytes(&other)["orders/orders_batch.json"]);
}

#[test]
fn lines_are_rows_and_repeated_and_malformed_ones() {
    let folder = tempfile::tempdir().unwrap();
    let reports = generate(folder.path(), FAULTY);
    for (set, name, rows) in [(SampleSet::Orders, "orders", 20_000), (SampleSet::Customers, "customers", 8_000)] {
        let counts = counts(&reports, set);
        assert_eq!(counts.rows, rows);
        assert_eq!(counts.lines(), lines(folder.path(), name).len() as u64, "{name}");
    }
}

#[test]
fn the_bytes_that_are_told_are_those_of_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let reports = generate(folder.path(), FAULTY);
    let told: u64 = reports.iter().map(|report| report.bytes).sum();
    let files = bytes(folder.path());
    let found: usize = files.iter().filter(|(name, _)| name.contains('/')).map(|(_, bytes)| bytes.len()).sum();
    assert_eq!(told, found as u64);
}

#[test]
fn faults_come_as_often_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let reports = generate(folder.path(), FAULTY);
    let near = |count: u64, of: u64, percent: u64| {
        let (count, wanted) = (count * 100, of * percent);
        assert!(count.abs_diff(wanted) * 5 < wanted, "{count} of {wanted}");
    };
    for (set, rows) in [(SampleSet::Orders, 20_000), (SampleSet::Customers, 8_000)] {
        let counts = counts(&reports, set);
        near(counts.bad, rows, 5);
        near(counts.repeated, rows, 2);
        near(counts.malformed, rows, 1);
    }
    // The first batch has no late orders, and bad ones are not counted as late.
    near(counts(&reports, SampleSet::Orders).late, 15_000, 10);
}

fn is_bad(order: &Value) -> bool {
    order["order_id"].is_null() || order["customer_id"].is_null() || order["quantity"].as_i64() < Some(1)
}

#[test]
fn orders_have_the_fields_of_the_retail_example_and_the_faults_that_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let counts = counts(&generate(folder.path(), FAULTY), SampleSet::Orders);
    let fields =
        ["order_id", "customer_id", "product_id", "order_datetime", "quantity", "unit_price", "discount_percent"];
    let (mut bad, mut malformed, mut seen) = (0, 0, HashMap::<String, u64>::new());
    for line in lines(folder.path(), "orders") {
        let Ok(order) = serde_json::from_str::<Value>(&line) else {
            malformed += 1;
            continue;
        };
        let starts: Vec<usize> = fields.iter().map(|field| line.find(&format!("\"{field}\":")).unwrap()).collect();
        assert!(starts.is_sorted() && order.as_object().unwrap().len() == fields.len(), "{line}");
        assert!(order["unit_price"].as_f64() >= Some(0.0), "{line}");
        bad += u64::from(is_bad(&order));
        if let Some(id) = order["order_id"].as_str() {
            *seen.entry(id.to_owned()).or_default() += 1;
        }
    }
    assert_eq!((bad, malformed), (counts.bad, counts.malformed));
    assert_eq!(seen.values().map(|times| times - 1).sum::<u64>(), counts.repeated);
}

#[test]
fn negative_prices_come_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), "--orders 1000 --bad-rate 1 --negative-prices");
    assert!(lines(folder.path(), "orders").iter().any(|line| line.contains("\"unit_price\":-")));
}

#[test]
fn late_orders_are_older_than_those_of_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let reports = generate(folder.path(), "--orders 9000 --files 2 --late-rate 0.1");
    let text = String::from_utf8(bytes(folder.path())["orders/stream/orders_stream_002.json"].clone()).unwrap();
    // Three files share 90 days: the last has March 2025.
    let late = text.lines().filter(|line| !line.contains("\"order_datetime\":\"2025-03-")).count();
    assert!((200..400).contains(&late), "{late}");
    assert!(counts(&reports, SampleSet::Orders).late > late as u64);
}

/// Operation and time of each event, for each customer, in the order of arrival.
fn histories(folder: &Path) -> HashMap<String, Vec<(String, String)>> {
    let mut histories: HashMap<String, Vec<_>> = HashMap::new();
    for line in lines(folder, "customers") {
        let key = line.split(',').next().unwrap().to_owned();
        let mut last = line.rsplit(',');
        let (time, operation) = (last.next().unwrap().to_owned(), last.next().unwrap().to_owned());
        histories.entry(key).or_default().push((time, operation));
    }
    histories
}

#[test]
fn change_events_make_sense_in_the_order_of_their_times() {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), "--orders 0 --customer-events 5000 --files 4 --late-rate 0.2");
    let mut out_of_order = 0;
    let histories = histories(folder.path());
    assert_eq!(histories.len(), 1250);
    for events in histories.values() {
        let mut sorted = events.clone();
        sorted.sort();
        out_of_order += u32::from(sorted != *events);
        let times: HashSet<&String> = sorted.iter().map(|(time, _)| time).collect();
        assert_eq!(times.len(), sorted.len(), "{events:?}");
        let mut exists = false;
        for (_, operation) in &sorted {
            assert_eq!(*operation != "APPEND", exists, "{sorted:?}");
            exists = operation != "DELETE";
        }
    }
    assert!(out_of_order > 300, "{out_of_order}");
}

#[test]
fn the_products_of_orders_are_in_the_parquet_file() {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), "--orders 1000");
    let file = std::fs::File::open(folder.path().join("products/products.parquet")).unwrap();
    let batch = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().next().unwrap().unwrap();
    let keys = arrow::array::AsArray::as_string::<i32>(batch.column(0).as_ref());
    let keys: HashSet<&str> = keys.iter().flatten().collect();
    for line in lines(folder.path(), "orders") {
        let order: Value = serde_json::from_str(&line).unwrap();
        assert!(keys.contains(order["product_id"].as_str().unwrap()), "{line}");
    }
}

#[test]
fn a_second_run_leaves_only_its_own_files() {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), "--orders 100 --files 7");
    std::fs::write(folder.path().join("orders/orders_batch.json.incomplete"), "{").unwrap();
    generate(folder.path(), "--orders 100 --files 2 --customer-events 0");
    let names: Vec<String> = bytes(folder.path()).into_keys().collect();
    let expected = [
        "_sample_data.txt",
        "orders/orders_batch.json",
        "orders/stream/orders_stream_001.json",
        "orders/stream/orders_stream_002.json",
        "products/products.parquet",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_folder_with_other_files_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("orders")).unwrap();
    // A name of ours, but nothing says that we wrote it.
    std::fs::write(folder.path().join("orders/orders_batch.json"), "mine").unwrap();
    let arguments = arguments(folder.path(), "--orders 100");
    let fault = write(&Settings::of(&arguments).unwrap(), &arguments).unwrap_err();
    assert!(fault.to_string().contains("holds `orders/orders_batch.json`"), "{fault}");
    assert_eq!(bytes(folder.path()).len(), 1);
}
