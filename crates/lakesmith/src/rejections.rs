//! [`rejections`]: which records of which files became no rows.

use std::path::Path;

use lakesmith_ingest::FileCounts;

use crate::progress::grouped;

/// Files that are named.
const NAMED: usize = 5;

/// The first records that were no records, and where; nothing when there were none.
pub fn rejections<'f>(
    files: impl IntoIterator<Item = &'f FileCounts>,
    shown: impl Fn(&Path) -> String,
) -> Option<String> {
    let files: Vec<&FileCounts> = files.into_iter().filter(|file| file.rejected > 0).collect();
    let rejected: u64 = files.iter().map(|file| file.rejected).sum();
    if rejected == 0 {
        return None;
    }
    let count = grouped(i64::try_from(rejected).unwrap_or(i64::MAX));
    let plural = if rejected == 1 { " was" } else { "s were" };
    let mut text = format!("{count} record{plural} rejected by the reader:");
    for file in files.into_iter().take(NAMED) {
        let path = shown(&file.path);
        match file.rejected_samples.first() {
            Some((line, why)) => text.push_str(&format!("\n  {path}:{line}: {why} ({} in all)", file.rejected)),
            None => text.push_str(&format!("\n  {path}: {} in all", file.rejected)),
        }
    }
    Some(text)
}
