//! Columns of line-delimited JSON.

use std::sync::Arc;

use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::prelude::SessionContext;
use lakesmith_engine::EngineError;
use lakesmith_unresolved::{SparkType, StructField};
use object_store::ObjectStore;

use super::shape::Fields;
use super::{Inferred, MOST_OF_FILE, OPERATION};
use crate::framing::Record;
use crate::json::object::{Line, for_each_element};
use crate::json::scan::{Kind, Scanner};
use crate::listing::FoundFile;
use crate::options::{Compression, JsonRules, ParseMode, ReaderOptions, Usage};
use crate::scan::framer::Framer;
use crate::scan::part::failure;
use crate::scan::reading::{PartReader, ReadFault, compression_of};
use crate::times::Times;

/// What was seen in all files.
struct Seen {
    fields: Fields,
    records: u64,
    malformed: u64,
    times: Arc<Times>,
}

/// Adds the columns of the files.
pub(super) async fn infer(
    files: &[FoundFile],
    options: &ReaderOptions,
    session: &SessionContext,
    inferred: &mut Inferred,
) -> Result<(), EngineError> {
    let store = session
        .runtime_env()
        .object_store(ObjectStoreUrl::local_filesystem())
        .map_err(|error| EngineError::from_datafusion(OPERATION, error))?;
    let times = Arc::new(Times::new(&options.layout.times));
    let mut seen = Seen { fields: Fields::new(options.names), records: 0, malformed: 0, times };
    for file in files {
        match take_file(&mut seen, file, options, Arc::clone(&store)).await {
            Ok(()) => {}
            Err(ReadFault::Damaged(reason)) => {
                inferred.warnings.push(format!("`{}` is damaged: {reason}", file.path.display()));
            }
            Err(fault) => return Err(EngineError::from_datafusion(OPERATION, failure(file, fault))),
        }
    }
    if !files.is_empty() && seen.records == 0 {
        inferred.warnings.push("the files hold no record that is JSON".to_owned());
    }
    let mut hidden = Vec::new();
    let mut columns = seen.fields.columns(options.json, &mut hidden);
    super::spell_as_hinted(&mut columns, &mut hidden, &options.schema_hints);
    for name in hidden {
        inferred.warnings.push(super::hidden(&name));
    }
    columns.retain(|column| !options.rescued_data_column().is_some_and(|name| column.name.matches(name)));
    if !options.infer_column_types {
        columns.iter_mut().for_each(|column| column.data_type = SparkType::STRING);
    }
    add_corrupt_column(&mut columns, &seen, options);
    inferred.columns = columns;
    Ok(())
}

/// Spark's reader shows malformed records in a column of their own, once it has seen one.
fn add_corrupt_column(columns: &mut Vec<StructField>, seen: &Seen, options: &ReaderOptions) {
    let name = &options.corrupt_record_name;
    let is_wanted = options.usage == Usage::Reader && options.mode == ParseMode::Permissive && seen.malformed > 0;
    if is_wanted && seen.records > 0 && !columns.iter().any(|column| column.name.matches(name)) {
        let follows = |column: &StructField| column.name.as_str().encode_utf16().lt(name.encode_utf16());
        let at = columns.partition_point(follows);
        columns.insert(at, StructField::nullable(name.as_str(), SparkType::STRING));
    }
}

async fn take_file(
    seen: &mut Seen,
    file: &FoundFile,
    options: &ReaderOptions,
    store: Arc<dyn ObjectStore>,
) -> Result<(), ReadFault> {
    let is_plain = compression_of(file, options.compression) == Compression::None && options.layout.is_splittable();
    let end = if is_plain { file.size.min(MOST_OF_FILE) } else { file.size };
    let mut reader = PartReader::new(store, file, (0, end), options.compression)?.with_rules(&options.rules());
    let mut framer = Framer::new(&options.rules(), true);
    let mut bytes = 0;
    while let Some(chunk) = reader.next().await? {
        bytes += chunk.len() as u64;
        let mut position = 0;
        while let Some((_, record)) = framer.next(&chunk, &mut position) {
            seen.take(record, options);
        }
        // documents are known only when they have ended
        if !is_plain && !options.layout.is_multi_line && bytes >= MOST_OF_FILE {
            return Ok(());
        }
    }
    while let Some((_, record)) = framer.finish() {
        seen.take(record, options);
    }
    Ok(())
}

impl Seen {
    fn take(&mut self, record: Record<'_>, options: &ReaderOptions) {
        let layout = &options.layout;
        match record {
            Record::Line(bytes) if layout.line_end.is_none() && !layout.is_multi_line => {
                let lines = bytes.split(|byte| *byte == b'\r');
                lines
                    .filter(|line| !line.trim_ascii().is_empty())
                    .for_each(|line| self.line(Record::Line(line), options));
            }
            _ => self.line(record, options),
        }
    }

    fn line(&mut self, record: Record<'_>, options: &ReaderOptions) {
        let text = match record {
            Record::Line(bytes) => std::str::from_utf8(bytes).ok(),
            Record::TooLong => None,
        };
        let Some(text) = text else {
            self.malformed += 1;
            return;
        };
        let times = Arc::clone(&self.times);
        let line =
            Line { text, rules: JsonRules { names: options.names, ..options.json }, times: &times, rescues: false };
        let mut scanner = Scanner::new(text.as_bytes(), 0, options.json);
        match scanner.value().ok() {
            Some(object) if object.kind == Kind::Object => {
                self.records += 1;
                self.fields.take(line, object);
            }
            Some(list) if list.kind == Kind::List => for_each_element(line, list, |element| {
                if element.kind == Kind::Object {
                    self.records += 1;
                    self.fields.take(line, element);
                } else {
                    self.malformed += 1;
                }
            }),
            _ => self.malformed += 1,
        }
    }
}
