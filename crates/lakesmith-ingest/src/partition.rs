//! Partition columns: values that stand in the names of folders (`day=2024-01-31`).
//!
//! Folders count from the path that is read, or from `basePath`. A value that stands in a folder's name goes before one of the
//! same name in the files, as in Spark.

use std::path::{Component, Path};

use lakesmith_unresolved::{SparkType, StructField};

use crate::csv::value::{Converter, integer};
use crate::listing::FoundFile;
use crate::options::{CsvRules, ReaderOptions, TimeFormats};

/// What Hive writes for NULL.
const NULL_NAME: &str = "__HIVE_DEFAULT_PARTITION__";

/// The names and values that the folders of a file say, below the first `depth` folders.
pub(crate) fn values(path: &Path, depth: usize) -> Vec<(String, Option<String>)> {
    let folders = path.parent().map(Path::components).into_iter().flatten();
    let names = folders.filter_map(|component| match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let pairs = names.skip(depth).filter_map(|name| name.split_once('='));
    let pairs = pairs.filter(|(name, _)| !name.is_empty());
    pairs.map(|(name, value)| (decoded(name), Some(decoded(value)).filter(|value| value != NULL_NAME))).collect()
}

/// How many folders of a path hold no partitions.
pub(crate) fn depth(path: &Path) -> usize {
    let path = if path.is_file() { path.parent().unwrap_or(path) } else { path };
    path.components().filter(|component| matches!(component, Component::Normal(_))).count()
}

/// Replaces `%3A` and its like.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match hex.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The partition columns of files, in the order of their folders, with the narrowest type that holds all values.
pub(crate) fn columns(files: &[FoundFile], options: &ReaderOptions) -> Vec<StructField> {
    let Some(depth) = options.partition_depth() else { return Vec::new() };
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for file in files {
        for (name, value) in values(&file.path, depth).into_iter().filter(|(name, _)| options.is_partition(name)) {
            match found.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                Some((_, values)) => values.extend(value),
                None => found.push((name, value.into_iter().collect())),
            }
        }
    }
    let typed = options.infer_column_types || options.usage == crate::options::Usage::Reader;
    let column = |(name, values): &(String, Vec<String>)| {
        StructField::nullable(name.as_str(), if typed { data_type(values) } else { SparkType::STRING })
    };
    found.iter().map(column).collect()
}

fn data_type(values: &[String]) -> SparkType {
    let converter = Converter::new(&CsvRules::default(), &TimeFormats::default());
    let all = |fits: &dyn Fn(&str) -> bool| !values.is_empty() && values.iter().all(|value| fits(value));
    if all(&|text| integer(text).is_some_and(|value| i32::try_from(value).is_ok())) {
        SparkType::Integer
    } else if all(&|text| integer(text).is_some()) {
        SparkType::Long
    } else if all(&|text| converter.double(text).is_some_and(f64::is_finite)) {
        SparkType::Double
    } else if all(&|text| converter.times.is_inferred_date(text)) {
        SparkType::Date
    } else if all(&|text| text.contains('-') && converter.times.timestamp(text).is_some()) {
        SparkType::Timestamp
    } else {
        SparkType::STRING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_below_the_path_that_is_read_say_values() {
        let found =
            values(Path::new("/lake/x=0/day=2024-01-31/at=10%3A00/plain/z=__HIVE_DEFAULT_PARTITION__/f=1.json"), 2);
        let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        assert_eq!(found, [pair("day", Some("2024-01-31")), pair("at", Some("10:00")), pair("z", None)]);
        assert_eq!(depth(Path::new("/lake/x=0")), 2);
    }

    #[test]
    fn a_type_holds_all_values() {
        let of = |values: &[&str]| data_type(&values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["1", "07"]), SparkType::Integer);
        assert_eq!(of(&["1", "99999999999"]), SparkType::Long);
        assert_eq!(of(&["1", "1.5"]), SparkType::Double);
        assert_eq!(of(&["2024-01-31"]), SparkType::Date);
        assert_eq!(of(&["2024-01-31 10:00:00"]), SparkType::Timestamp);
        assert_eq!(of(&["1", "x"]), SparkType::STRING);
        assert_eq!(of(&[]), SparkType::STRING);
    }
}
