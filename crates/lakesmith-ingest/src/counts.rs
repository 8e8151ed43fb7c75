//! [`FileCounts`]: what became of the records of each file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::physical_plan::ExecutionPlan;

use crate::rows::{SAMPLES, Tally};
use crate::scan::node::FilesExec;

/// What became of one file. Always `records == decoded + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// The file.
    pub path: PathBuf,
    /// Records found: lines that are not blank, where a line that holds a list counts once for each element; rows of a
    /// Parquet file; one for a file that is rejected as a whole, or whose rest is.
    pub records: u64,
    /// Records that became rows.
    pub decoded: u64,
    /// Records that became no rows.
    pub rejected: u64,
    /// The first rejected records: line number from 1 (0 for the file as a whole) and reason.
    pub rejected_samples: Vec<(u64, String)>,
    /// Bytes of the file that the scan covers.
    pub bytes: u64,
}

/// The counts of all files that a plan scanned, by path. To be called when all partitions of the plan have ended; a
/// partition that ran again counts once, and so does a file that several scans of the plan read. Partitions that never ran
/// count nothing, and those that a LIMIT cut short what they had decoded.
pub fn counts_of(plan: &Arc<dyn ExecutionPlan>) -> Vec<FileCounts> {
    let mut found = BTreeMap::new();
    collect(plan, &mut found);
    found.into_values().collect()
}

fn collect(plan: &Arc<dyn ExecutionPlan>, found: &mut BTreeMap<PathBuf, FileCounts>) {
    if let Some(scan) = plan.downcast_ref::<FilesExec>() {
        for counts in scan.counts() {
            keep_larger(counts, found);
        }
    }
    for child in plan.children() {
        collect(child, found);
    }
}

fn keep_larger(counts: FileCounts, found: &mut BTreeMap<PathBuf, FileCounts>) {
    match found.get_mut(&counts.path) {
        Some(known) if known.records >= counts.records => {}
        Some(known) => *known = counts,
        None => {
            found.insert(counts.path.clone(), counts);
        }
    }
}

/// What became of a part of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct PartCounts {
    /// Position of the file in the scan's list.
    pub(crate) file: usize,
    /// Where the part starts.
    pub(crate) start: u64,
    pub(crate) bytes: u64,
    /// Lines of the part, blank ones included.
    pub(crate) lines: u64,
    /// Line numbers count from the start of the part; 0 is the file as a whole.
    pub(crate) tally: Tally,
}

/// The counts of the partitions of one scan, shared by all clones of its node.
#[derive(Debug, Clone, Default)]
pub(crate) struct CountsTable(Arc<Mutex<BTreeMap<usize, Vec<PartCounts>>>>);

impl CountsTable {
    /// Forgets an earlier run of a partition.
    pub(crate) fn start(&self, partition: usize) {
        self.lock().insert(partition, Vec::new());
    }

    /// Sets the counts of the part that a partition reads, its `nth`.
    pub(crate) fn set(&self, partition: usize, nth: usize, counts: PartCounts) {
        let mut table = self.lock();
        let parts = table.entry(partition).or_default();
        match parts.get_mut(nth) {
            Some(known) => *known = counts,
            None => parts.push(counts),
        }
    }

    /// The counts by file; line numbers count from the start of the file.
    pub(crate) fn by_file(&self, path_of: impl Fn(usize) -> PathBuf) -> Vec<FileCounts> {
        let mut parts: Vec<PartCounts> = self.lock().values().flatten().cloned().collect();
        parts.sort_by_key(|part| (part.file, part.start));
        let mut files: BTreeMap<usize, (u64, FileCounts)> = BTreeMap::new();
        for part in parts {
            let (lines, counts) = files.entry(part.file).or_default();
            counts.decoded += part.tally.decoded;
            counts.rejected += part.tally.rejected;
            counts.records = counts.decoded + counts.rejected;
            counts.bytes += part.bytes;
            let absolute = |line: u64| if line == 0 { 0 } else { *lines + line };
            counts.rejected_samples.extend(part.tally.samples.into_iter().map(|(line, why)| (absolute(line), why)));
            counts.rejected_samples.truncate(SAMPLES);
            *lines += part.lines;
        }
        files.into_iter().map(|(file, (_, counts))| FileCounts { path: path_of(file), ..counts }).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<usize, Vec<PartCounts>>> {
        // Counts are set whole, so a panic elsewhere leaves none half set.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
