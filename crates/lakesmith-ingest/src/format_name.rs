//! [`format_by_name`]: the format of files where none is given.

use std::path::Path;

use crate::listing::list;
use crate::options::{Format, ReaderOptions, Usage};

/// The format that the names of files tell, as `read_files` takes it where none is given: that of the path itself, or of the
/// first file in it.
pub fn format_by_name(pattern: &Path) -> Option<String> {
    let by_name = |path: &Path| {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = [".bz2", ".deflate", ".gz", ".zst", ".zstd"]
            .iter()
            .find_map(|end| name.strip_suffix(end))
            .unwrap_or(&name)
            .to_owned();
        let format = match name.rsplit_once('.')?.1 {
            "json" | "ndjson" | "jsonl" => "json",
            "parquet" => "parquet",
            "csv" | "tsv" => "csv",
            "avro" => "avro",
            "orc" => "orc",
            "txt" => "text",
            "xml" => "xml",
            _ => return None,
        };
        Some(format.to_owned())
    };
    by_name(pattern).or_else(|| {
        let options = ReaderOptions::defaults(Format::Json, Usage::ReadFiles);
        let files = list(pattern, &options, &|_| false).ok()?;
        files.iter().find_map(|file| by_name(&file.path))
    })
}
