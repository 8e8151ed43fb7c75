//! Compaction: the rows of many small files, written anew into few. No row changes, so streams and views see nothing.
//!
//! [`chosen`] decides what is worth it, [`plan`] reads and writes it, [`commit`] replaces the files. Files that are replaced stay
//! on disk for readers of older versions.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::catalog::Session;
use datafusion::physical_plan::ExecutionPlan;
use lakesmith_engine::arrow_type::to_arrow_schema;
use lakesmith_engine::report::ReportEntry;
use lakesmith_engine::{EngineError, ErrorKind, Faults};
use uuid::Uuid;

use crate::action::DataFile;
use crate::commit::Commit;
use crate::sink::{SinkExec, SinkSpec, report_of};
use crate::statistics::row_count;
use crate::table::DeltaTable;

/// A file may be merged with files that are together a fourth of its size: each row is then written a few times only, however
/// many small files come after it.
const GROWTH: i64 = 4;
/// Files up to this size are merged whatever the others' sizes are.
const TINY_BYTES: i64 = 256 << 10;

/// When and how far small files are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompactionSettings {
    /// So many files of one partition are worth a merge.
    pub min_files: usize,
    /// Bytes of a merged file at most.
    pub max_bytes: i64,
}

impl Default for CompactionSettings {
    fn default() -> Self {
        Self { min_files: 20, max_bytes: 128 << 20 }
    }
}

/// The files to merge; none when it is not worth it. Files of each partition become one.
pub fn chosen(files: Vec<DataFile>, settings: CompactionSettings) -> Vec<DataFile> {
    let mut partitions: BTreeMap<Vec<(String, Option<String>)>, Vec<DataFile>> = BTreeMap::new();
    for file in files.into_iter().filter(|file| file.size < settings.max_bytes / 2) {
        partitions.entry(file.partition_values.clone()).or_default().push(file);
    }
    let mut chosen: Vec<DataFile> = partitions.into_values().flat_map(|files| merged(files, settings)).collect();
    // rows stay in the order in which they arrived
    chosen.sort_by(|a, b| (a.modification_time, &a.path).cmp(&(b.modification_time, &b.path)));
    chosen
}

/// The smallest files of a partition, for as long as the next is not much larger than all before it.
fn merged(mut files: Vec<DataFile>, settings: CompactionSettings) -> Vec<DataFile> {
    files.sort_by_key(|file| file.size);
    let mut bytes = 0;
    let mut count = 0;
    for file in &files {
        let is_like = file.size <= TINY_BYTES.max(bytes * GROWTH);
        if !is_like || bytes + file.size > settings.max_bytes {
            break;
        }
        bytes += file.size;
        count += 1;
    }
    files.truncate(if count >= settings.min_files.max(2) { count } else { 0 });
    files
}

/// A plan that writes the rows of files of a table into new parts.
pub async fn plan(
    table: &DeltaTable,
    files: &[DataFile],
    state: &dyn Session,
    faults: &Arc<dyn Faults>,
) -> Result<Arc<dyn ExecutionPlan>, EngineError> {
    let native = |error| EngineError::from_datafusion("compact table", error);
    let metadata = table.metadata();
    let folder = table.store().folder();
    let rows = crate::scan_provider(&metadata.schema, &metadata.partition_columns, files.to_vec(), folder)?;
    let rows = rows.scan(state, None, &[], None).await.map_err(native)?;
    let schema = to_arrow_schema(&metadata.schema)
        .map_err(|error| EngineError::new(ErrorKind::Unsupported, "compact table", error.to_string()))?;
    let spec = SinkSpec {
        node: "sink:compaction".to_owned(),
        folder: folder.to_owned(),
        schema: Arc::new(schema),
        partition_columns: metadata.partition_columns.clone(),
        verdict: None,
        quarantine: None,
        part_prefix: format!("compacted{}", &Uuid::new_v4().simple().to_string()[..8]),
    };
    let sink = SinkExec::try_new(Arc::new(spec), rows).map_err(native)?;
    Ok(Arc::new(sink.with_faults(Arc::clone(faults))))
}

/// The commit that replaces `files` by what the plan, which has run, wrote; an error when rows are missing.
pub fn commit(plan: &Arc<dyn ExecutionPlan>, files: Vec<DataFile>, now_millis: i64) -> Result<Commit, EngineError> {
    let report = report_of(plan);
    let part = |entry: &ReportEntry| DataFile::from_report(entry, now_millis);
    let adds: Vec<DataFile> = report.iter().filter_map(part).map(rearranged).collect();
    let rows = |files: &[DataFile]| -> Option<i64> {
        files.iter().map(|file| file.statistics.as_deref().and_then(row_count)).sum::<Option<i64>>()
    };
    if let (Some(before), Some(after)) = (rows(&files), rows(&adds))
        && before != after
    {
        let message = format!("files that hold {before} rows were merged into {after} rows");
        return Err(EngineError::new(ErrorKind::Internal, "compact table", message));
    }
    let bytes = |files: &[DataFile]| files.iter().map(|file| file.size).sum::<i64>().to_string();
    let mut commit = Commit::new("OPTIMIZE", now_millis);
    commit.parameters = vec![
        ("predicate".to_owned(), "[]".to_owned()),
        ("zOrderBy".to_owned(), "[]".to_owned()),
        ("auto".to_owned(), "true".to_owned()),
    ];
    commit.metrics = vec![
        ("numRemovedFiles".to_owned(), files.len().to_string()),
        ("numRemovedBytes".to_owned(), bytes(&files)),
        ("numAddedFiles".to_owned(), adds.len().to_string()),
        ("numAddedBytes".to_owned(), bytes(&adds)),
    ];
    commit.keeps_constraints = true;
    commit.adds = adds;
    commit.removes = files.into_iter().map(rearranged).collect();
    Ok(commit)
}

fn rearranged(file: DataFile) -> DataFile {
    DataFile { data_change: false, ..file }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: i64 = 1 << 10;
    const MIB: i64 = 1 << 20;

    fn file(number: usize, size: i64, day: Option<&str>) -> DataFile {
        DataFile {
            path: format!("{number:04}.parquet"),
            size,
            partition_values: day.iter().map(|day| ("day".to_owned(), Some((*day).to_owned()))).collect(),
            statistics: None,
            modification_time: i64::try_from(number).unwrap(),
            data_change: true,
        }
    }

    fn sizes(sizes: &[i64]) -> Vec<i64> {
        let files = sizes.iter().enumerate().map(|(number, size)| file(number, *size, None)).collect();
        let settings = CompactionSettings { min_files: 3, ..CompactionSettings::default() };
        chosen(files, settings).iter().map(|file| file.size).collect()
    }

    #[test]
    fn small_files_are_merged_in_the_order_of_their_arrival() {
        assert_eq!(sizes(&[9 * KIB, KIB, 5 * KIB]), [9 * KIB, KIB, 5 * KIB]);
        assert!(sizes(&[KIB, KIB]).is_empty());
    }

    #[test]
    fn a_file_waits_until_those_to_merge_with_are_worth_it() {
        assert_eq!(sizes(&[30 * MIB, KIB, KIB, KIB]), [KIB, KIB, KIB]);
        assert_eq!(sizes(&[3 * MIB, MIB, 200 * KIB, 200 * KIB]), [3 * MIB, MIB, 200 * KIB, 200 * KIB]);
        assert_eq!(sizes(&[70 * MIB, 64 * MIB, KIB, KIB, KIB]), [KIB, KIB, KIB]);
    }

    #[test]
    fn partitions_are_merged_each_for_itself() {
        let files = (0..5).map(|number| file(number, KIB, Some(if number == 1 { "b" } else { "a" }))).collect();
        let settings = CompactionSettings { min_files: 4, ..CompactionSettings::default() };
        let paths: Vec<String> = chosen(files, settings).into_iter().map(|file| file.path).collect();
        assert_eq!(paths, ["0000.parquet", "0002.parquet", "0003.parquet", "0004.parquet"]);
    }

    #[test]
    fn a_thousand_small_files_that_come_one_by_one_stay_few_and_are_seldom_written() {
        let (mut files, mut written, mut most) = (Vec::new(), 0, 0);
        for number in 0..1000 {
            files.push(file(number, 20 * KIB, None));
            if number % 10 == 9 {
                let merged = chosen(files.clone(), CompactionSettings::default());
                if !merged.is_empty() {
                    let size: i64 = merged.iter().map(|file| file.size).sum();
                    files.retain(|file| !merged.contains(file));
                    files.push(file(number + 10_000, size, None));
                    written += size;
                }
            }
            most = most.max(files.len());
        }
        assert!(most <= 50, "{most} files");
        assert!(written < 6 * 1000 * 20 * KIB, "every row was written {} times", written / (1000 * 20 * KIB));
    }
}
