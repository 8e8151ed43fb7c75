//! Columns of CSV files: names from the header, types by Spark's rules (`CSVInferSchema` of Apache Spark 4).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::prelude::SessionContext;
use lakesmith_engine::EngineError;
use lakesmith_unresolved::{SparkType, StructField};
use object_store::ObjectStore;

use super::field_shape::FieldShape;
use super::{Inferred, MOST_OF_FILE, OPERATION};
use crate::csv::header;
use crate::csv::tokens::{Cut, Tokenizer, Tokens};
use crate::csv::value::Converter;
use crate::framing::Record;
use crate::listing::FoundFile;
use crate::options::{Compression, Names, ReaderOptions};
use crate::scan::framer::Framer;
use crate::scan::part::failure;
use crate::scan::reading::{PartReader, ReadFault, compression_of};

/// What was seen in all files.
struct Seen<'o> {
    options: &'o ReaderOptions,
    tokenizer: Tokenizer,
    converter: Converter,
    tokens: Tokens,
    names: Vec<String>,
    places_by_name: HashMap<String, usize>,
    /// The names of the columns in lower case.
    folded: HashSet<String>,
    /// Names that differ from a column's only by case.
    hidden: Vec<String>,
    shapes: Vec<FieldShape>,
    /// The column of each field of the file at hand; nothing before its first record.
    places: Option<Vec<usize>>,
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
    let newline = options.layout.is_multi_line.then(|| options.layout.line_end.unwrap_or(b'\n'));
    let mut seen = Seen {
        options,
        tokenizer: Tokenizer::new(options.csv.dialect.clone(), newline),
        converter: Converter::new(&options.csv, &options.layout.times),
        tokens: Tokens::default(),
        names: Vec::new(),
        places_by_name: HashMap::new(),
        folded: HashSet::new(),
        hidden: Vec::new(),
        shapes: Vec::new(),
        places: None,
    };
    for file in files {
        seen.places = None;
        match take_file(&mut seen, file, Arc::clone(&store)).await {
            Ok(()) => {}
            Err(ReadFault::Damaged(reason)) => {
                inferred.warnings.push(format!("`{}` is damaged: {reason}", file.path.display()));
            }
            Err(fault) => return Err(EngineError::from_datafusion(OPERATION, failure(file, fault))),
        }
    }
    if !files.is_empty() && seen.names.is_empty() {
        inferred.warnings.push("the files hold no record".to_owned());
    }
    let columns = seen.names.iter().zip(&seen.shapes).map(|(name, shape)| {
        let data_type = if options.infer_column_types { shape.data_type() } else { SparkType::STRING };
        StructField::nullable(name.as_str(), data_type)
    });
    inferred.columns = columns.collect();
    super::spell_as_hinted(&mut inferred.columns, &mut seen.hidden, &options.schema_hints);
    inferred.warnings.extend(seen.hidden.iter().map(|name| super::hidden(name)));
    inferred.columns.retain(|column| !options.rescued_data_column().is_some_and(|name| column.name.matches(name)));
    Ok(())
}

async fn take_file(seen: &mut Seen<'_>, file: &FoundFile, store: Arc<dyn ObjectStore>) -> Result<(), ReadFault> {
    let options = seen.options;
    let is_plain = compression_of(file, options.compression) == Compression::None && options.layout.is_splittable();
    let end = if is_plain { file.size.min(MOST_OF_FILE) } else { file.size };
    let mut reader = PartReader::new(store, file, (0, end), options.compression)?.with_rules(&options.rules());
    let mut framer = Framer::new(&options.rules(), true);
    let mut bytes = 0;
    while let Some(chunk) = reader.next().await? {
        bytes += chunk.len() as u64;
        let mut position = 0;
        while let Some((_, record)) = framer.next(&chunk, &mut position) {
            seen.take(record);
        }
        if seen.is_done() || !is_plain && bytes >= MOST_OF_FILE {
            return Ok(());
        }
    }
    while let Some((_, record)) = framer.finish() {
        seen.take(record);
    }
    Ok(())
}

impl Seen<'_> {
    /// Whether further records of the file at hand tell nothing.
    fn is_done(&self) -> bool {
        self.places.is_some() && !self.options.infer_column_types
    }

    fn take(&mut self, record: Record<'_>) {
        let Record::Line(bytes) = record else { return };
        let text = String::from_utf8_lossy(bytes);
        let layout = &self.options.layout;
        if layout.is_multi_line || layout.line_end.is_some() {
            return self.record(&text);
        }
        for line in text.split('\r') {
            self.record(line);
        }
    }

    fn record(&mut self, text: &str) {
        let comment = self.options.csv.dialect.comment;
        let shown = if self.options.layout.is_multi_line { text.trim_end_matches(['\r', '\n']) } else { text };
        let is_blank = shown.is_empty() || !self.options.layout.is_multi_line && shown.bytes().all(|byte| byte <= b' ');
        if is_blank || comment.is_some_and(|comment| text.as_bytes().first() == Some(&comment)) || self.is_done() {
            return;
        }
        let cut = self.tokenizer.cut(text, true, &mut self.tokens);
        if matches!(cut, Cut::Malformed(_)) || self.tokens.len() == 0 {
            return;
        }
        if self.places.is_none() {
            self.first(text);
            if self.options.csv.has_header {
                return;
            }
        }
        let csv = &self.options.csv;
        for (field, place) in self.places.iter().flatten().enumerate() {
            let text =
                if self.tokens.is_empty_text(field) { Some(&*csv.empty_text) } else { self.tokens.text(text, field) };
            if let Some(text) = text.filter(|text| !text.is_empty() && *text != csv.null_text)
                && let Some(shape) = self.shapes.get_mut(*place)
            {
                shape.take(text, self.options, &self.converter);
            }
        }
    }

    /// What names that mean one column have in common.
    fn key(&self, name: &str) -> String {
        match self.options.names {
            Names::Exact => name.to_owned(),
            Names::AnyCase => name.to_lowercase(),
        }
    }

    /// Takes the first record of a file, which tells its columns.
    fn first(&mut self, record: &str) {
        let csv = &self.options.csv;
        let names = if csv.has_header {
            header::names(csv, &self.tokens, record)
        } else {
            (0..self.tokens.len()).map(header::unnamed).collect()
        };
        let is_first = self.names.is_empty();
        let mut places = Vec::new();
        for (at, name) in names.into_iter().enumerate() {
            let is_by_name = csv.is_by_name && csv.has_header;
            let known = match is_by_name {
                true => self.places_by_name.get(&self.key(&name)).copied(),
                false => Some(at).filter(|at| *at < self.names.len()),
            };
            // by position the first file decides how many columns there are
            let mut is_new = known.is_none() && (is_first || is_by_name);
            if is_new && !self.folded.insert(name.to_lowercase()) {
                is_new = false;
                if !self.hidden.contains(&name) {
                    self.hidden.push(name.clone());
                }
            }
            if is_new {
                self.places_by_name.insert(self.key(&name), self.names.len());
                self.names.push(name);
                self.shapes.push(FieldShape::default());
            }
            let place = if is_new { Some(self.names.len() - 1) } else { known };
            places.push(place.unwrap_or(usize::MAX));
        }
        self.places = Some(places);
    }
}
