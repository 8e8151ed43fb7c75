//! `lakesmith sample-data`: made-up data of any size, with as many faults as asked for.
//!
//! Every row is a function of the seed, the counts and its number alone. So files are written side by side, a row can be
//! repeated in a later file, and the same arguments give the same bytes on every machine. Start reading at [`settings`];
//! [`stream`] says how faults come in, [`orders`] and [`customers`] what rows look like.

mod calendar;
mod customers;
mod folder;
mod orders;
mod products;
mod random;
pub mod settings;
mod stream;
mod text;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;

use self::customers::Customers;
use self::folder::{Folder, FolderFault};
use self::orders::Orders;
use self::settings::Settings;
use self::stream::Counts;
use crate::arguments::{SampleData, SampleDomain, SampleForm};
use crate::exit::Exit;
use crate::printer::Printer;

/// A file to be written: its path below the folder, and the numbers of its rows.
struct FilePlan {
    path: String,
    set: SampleSet,
    rows: std::ops::Range<u64>,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SampleSet {
    Orders,
    Customers,
    Products,
}

/// A file that was written.
#[derive(Debug, Clone, Copy)]
struct FileReport {
    set: SampleSet,
    counts: Counts,
    bytes: u64,
}

/// Writes the data into `--out`, which holds nothing else.
pub fn run(arguments: &SampleData, printer: &mut Printer) -> Exit {
    let SampleDomain::Retail = arguments.set;
    let written = Settings::of(arguments).and_then(|settings| {
        let files = write(&settings, arguments).map_err(|fault| fault.to_string())?;
        Ok(Report::new(&files, &settings, &arguments.out))
    });
    let report = match written {
        Ok(report) => report,
        Err(fault) => {
            printer.note(&format!("error: {fault}"));
            return Exit::Usage;
        }
    };
    match arguments.output {
        SampleForm::Text => printer.data(&report.to_text()),
        SampleForm::Json => match serde_json::to_string(&report) {
            Ok(text) => printer.line(&text),
            Err(error) => {
                printer.note(&format!("error: the list of files cannot be written as JSON: {error}"));
                return Exit::Bug;
            }
        },
    }
    Exit::Done
}

fn write(settings: &Settings, arguments: &SampleData) -> Result<Vec<FileReport>, FolderFault> {
    let plans = plan(settings);
    let paths: Vec<&str> = plans.iter().map(|plan| plan.path.as_str()).collect();
    let folder = Folder::claim(&arguments.out, &paths)?;
    let reports = write_side_by_side(settings, &folder, &plans)?;
    folder.finish()?;
    Ok(reports)
}

/// The files: a batch of orders and `files` more that arrive later, change events, products.
fn plan(settings: &Settings) -> Vec<FilePlan> {
    let mut plans = Vec::new();
    let width = text::digits(settings.files).max(3);
    if settings.orders > 0 {
        for number in 0..=settings.files {
            let path = match number {
                0 => "orders/orders_batch.json".to_owned(),
                number => format!("orders/stream/orders_stream_{number:0width$}.json"),
            };
            plans.push(FilePlan { path, set: SampleSet::Orders, rows: settings.orders_of_file(number) });
        }
    }
    let files = settings.files.min(settings.customer_events);
    for number in 0..files {
        let path = format!("customers/customers_cdc_{:0width$}.csv", number + 1);
        let rows = settings::share(settings.customer_events, number, files);
        plans.push(FilePlan { path, set: SampleSet::Customers, rows });
    }
    let path = "products/products.parquet".to_owned();
    plans.push(FilePlan { path, set: SampleSet::Products, rows: 0..products::COUNT });
    plans
}

/// Writes all files with as many threads as there are processors; the first fault ends them all.
fn write_side_by_side(
    settings: &Settings,
    folder: &Folder,
    plans: &[FilePlan],
) -> Result<Vec<FileReport>, FolderFault> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(plans.len());
    let (next, fault) = (AtomicUsize::new(0), Mutex::new(None));
    let reports = Mutex::new(Vec::new());
    let work = || {
        while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
            match write_file(settings, folder, plan) {
                Ok(report) => lock(&reports).push(report),
                Err(error) => {
                    *lock(&fault) = Some(error);
                    next.store(plans.len(), Ordering::Relaxed);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    match lock(&fault).take() {
        Some(fault) => Err(fault),
        None => Ok(std::mem::take(&mut *lock(&reports))),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn write_file(settings: &Settings, folder: &Folder, plan: &FilePlan) -> Result<FileReport, FolderFault> {
    let mut file = folder.create(&plan.path)?;
    let rows = plan.rows.clone();
    let counts = match plan.set {
        SampleSet::Orders => stream::write(&Orders::new(settings), settings, rows, &mut file),
        SampleSet::Customers => stream::write(&Customers::new(settings), settings, rows, &mut file),
        SampleSet::Products => products::write(settings, &mut file),
    };
    let counts = counts.map_err(|error| file.fault(error))?;
    let bytes = file.keep()?;
    Ok(FileReport { set: plan.set, counts, bytes })
}

/// What was written of one set; in JSON as it stands here.
#[derive(Debug, Serialize)]
struct SetReport {
    name: &'static str,
    path: String,
    files: u64,
    bytes: u64,
    lines: u64,
    #[serde(flatten)]
    counts: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    customers: Option<u64>,
}

/// What was written, with what is needed to write it again.
#[derive(Debug, Serialize)]
struct Report {
    seed: u64,
    sets: Vec<SetReport>,
}

impl Report {
    fn new(files: &[FileReport], settings: &Settings, out: &Path) -> Self {
        let all =
            [(SampleSet::Orders, "orders"), (SampleSet::Customers, "customers"), (SampleSet::Products, "products")];
        let of_set = |(set, name): (SampleSet, &'static str)| {
            let (mut counts, mut bytes, mut number) = (Counts::default(), 0, 0);
            for file in files.iter().filter(|file| file.set == set) {
                number += 1;
                bytes += file.bytes;
                counts.add(&file.counts);
            }
            (number > 0).then(|| SetReport {
                name,
                path: out.join(name).display().to_string(),
                files: number,
                bytes,
                lines: counts.lines(),
                counts,
                customers: (set == SampleSet::Customers).then_some(settings.customers),
            })
        };
        Self { seed: settings.seed, sets: all.into_iter().filter_map(of_set).collect() }
    }

    /// One line for each set.
    fn to_text(&self) -> String {
        self.sets.iter().map(SetReport::to_text).collect()
    }
}

impl SetReport {
    fn to_text(&self) -> String {
        let what = match (self.name, self.customers) {
            ("orders", _) => text::counted(self.counts.rows, "order"),
            (_, Some(customers)) => {
                let events = text::counted(self.counts.rows, "change event");
                format!("{events} of {}", text::counted(customers, "customer"))
            }
            _ => text::counted(self.counts.rows, "product"),
        };
        let Counts { bad, late, repeated, malformed, .. } = self.counts;
        let faults = [(bad, "bad"), (late, "late"), (repeated, "repeated"), (malformed, "malformed")];
        let told = faults.iter().filter(|(count, _)| *count > 0);
        let faults: String = told.map(|(count, name)| format!(", {} {name}", text::grouped(*count))).collect();
        let (files, size) = (text::counted(self.files, "file"), text::size(self.bytes));
        format!("{}: {what}{faults} in {files}, {size}\n", self.path)
    }
}

#[cfg(test)]
mod tests;
