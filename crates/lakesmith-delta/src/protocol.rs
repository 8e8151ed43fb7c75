//! Which tables we read and write: the gate in front of every handle and every commit.
//!
//! A feature is named in the error, so that a reader knows what to switch off. Default tables need reader version 1.

use lakesmith_engine::{Actor, EngineError, ErrorKind};
use lakesmith_unresolved::{SparkType, StructField};

use crate::action::{Metadata, Protocol};

pub(crate) const TIMESTAMP_NTZ: &str = "timestampNtz";
const CHECK_CONSTRAINTS: &str = "checkConstraints";
const COLUMN_DEFAULTS: &str = "allowColumnDefaults";
const GENERATED_COLUMNS: &str = "generatedColumns";

/// The key of a column's metadata with the text of its default value.
pub const CURRENT_DEFAULT: &str = "CURRENT_DEFAULT";
/// The key of a column's metadata with the text that its values are computed by.
pub const GENERATION_EXPRESSION: &str = "delta.generationExpression";

/// Reader features that we know.
const READABLE: &[&str] = &[TIMESTAMP_NTZ, "vacuumProtocolCheck"];

/// Writer features that we know; some of them only as long as nothing in the metadata makes use of them.
pub(crate) const WRITABLE: &[&str] = &[
    COLUMN_DEFAULTS,
    "appendOnly",
    "changeDataFeed",
    "checkConstraints",
    "clustering",
    "domainMetadata",
    "generatedColumns",
    "identityColumns",
    "invariants",
    TIMESTAMP_NTZ,
    "vacuumProtocolCheck",
];

/// Settings whose presence in a table's properties or in a column's metadata asks a writer for what we do not do.
const UNMET: &[(&str, &str)] = &[
    ("delta.constraints.", CHECK_CONSTRAINTS),
    ("delta.invariants", "invariants"),
    ("delta.generationExpression", "generatedColumns"),
    ("delta.identity.", "identityColumns"),
];

/// Refuses a table that we cannot read rightly.
pub(crate) fn check_readable(protocol: &Protocol, metadata: &Metadata) -> Result<(), EngineError> {
    if protocol.min_reader_version > 3 {
        return Err(refused("read", &format!("readerVersion {}", protocol.min_reader_version)));
    }
    let mapped = metadata.property("delta.columnMapping.mode").is_some_and(|mode| mode != "none");
    if protocol.min_reader_version >= 2 && mapped {
        return Err(refused("read", "columnMapping"));
    }
    let features = protocol.reader_features.iter().flatten();
    match features.map(String::as_str).find(|feature| !READABLE.contains(feature) && *feature != "columnMapping") {
        Some(feature) => Err(refused("read", feature)),
        None => Ok(()),
    }
}

/// Refuses a table that we cannot write rightly; what can be read need not be. CHECK constraints and generated columns are kept by
/// who writes the rows, or not at all.
pub(crate) fn check_writable(
    protocol: &Protocol,
    metadata: &Metadata,
    keeps_constraints: bool,
) -> Result<(), EngineError> {
    if protocol.min_writer_version > 7 {
        return Err(refused("write", &format!("writerVersion {}", protocol.min_writer_version)));
    }
    let features = protocol.writer_features.iter().flatten();
    if let Some(feature) = features.map(String::as_str).find(|feature| !WRITABLE.contains(feature)) {
        return Err(refused("write", feature));
    }
    for (setting, feature) in UNMET {
        if keeps_constraints && [CHECK_CONSTRAINTS, GENERATED_COLUMNS].contains(feature) {
            continue;
        }
        let set = metadata.configuration.iter().any(|(key, _)| key.starts_with(setting))
            || metadata.schema.iter().filter_map(|field| field.metadata.as_deref()).any(|text| text.contains(setting));
        if set {
            return Err(refused("write", feature));
        }
    }
    Ok(())
}

/// What is asked of a table's protocol besides what its metadata makes use of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Features that the table is to have.
    pub features: Vec<&'static str>,
    /// The lowest reader version; 0 asks for none.
    pub reader: i32,
    /// The lowest writer version; 0 asks for none.
    pub writer: i32,
}

/// Features that a property switches on when it is `true`.
const SWITCHED: &[(&str, &str)] =
    &[("delta.appendOnly", "appendOnly"), ("delta.enableChangeDataFeed", "changeDataFeed")];

/// The lowest protocol at which a table with this metadata can be, starting from `current`; `None`: it need not change.
pub fn needed(current: Option<&Protocol>, metadata: &Metadata, wanted: &Wanted) -> Option<Protocol> {
    let first = Protocol { min_reader_version: 1, min_writer_version: 2, reader_features: None, writer_features: None };
    let base = current.unwrap_or(&first);
    let mut features = wanted.features.clone();
    if metadata.schema.iter().any(|field| holds_ntz(&field.data_type)) {
        features.push(TIMESTAMP_NTZ);
    }
    let on = SWITCHED.iter().filter(|(property, _)| metadata.property(property) == Some("true"));
    features.extend(on.map(|(_, feature)| *feature));
    if metadata.configuration.iter().any(|(key, _)| key.starts_with("delta.constraints.")) {
        features.push(CHECK_CONSTRAINTS);
    }
    let mentions = |key: &str| {
        let key = format!("\"{key}\"");
        metadata.schema.iter().filter_map(|field| field.metadata.as_deref()).any(|text| text.contains(&key))
    };
    if mentions(CURRENT_DEFAULT) {
        features.push(COLUMN_DEFAULTS);
    }
    if mentions(GENERATION_EXPRESSION) {
        features.push(GENERATED_COLUMNS);
    }
    features.retain(|feature| !supports(base, feature));
    features.dedup();
    let raised = raised(base, &features, wanted);
    (current.is_none() || raised != *base).then_some(raised)
}

fn supports(protocol: &Protocol, feature: &str) -> bool {
    match &protocol.writer_features {
        Some(named) => named.iter().any(|known| known == feature),
        None => legacy_features(protocol.min_writer_version).contains(&feature),
    }
}

/// The protocol with further features: by a higher version as long as versions stand for all of them, else by their names.
fn raised(base: &Protocol, features: &[&str], wanted: &Wanted) -> Protocol {
    let (reader, writer) = (base.min_reader_version.max(wanted.reader), base.min_writer_version.max(wanted.writer));
    let legacy: Option<Vec<i32>> = features.iter().map(|feature| legacy_version(feature)).collect();
    if let (Some(versions), None, ..7, ..3) = (legacy, &base.writer_features, writer, reader) {
        return Protocol {
            min_reader_version: reader,
            min_writer_version: versions.into_iter().fold(writer, i32::max),
            reader_features: None,
            writer_features: None,
        };
    }
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    let mut named = base.writer_features.clone().unwrap_or_else(|| owned(legacy_features(base.min_writer_version)));
    named.extend(owned(features));
    let mut read = base.reader_features.clone().unwrap_or_default();
    read.extend(features.iter().filter(|feature| READABLE.contains(feature)).map(|feature| (*feature).to_owned()));
    let is_named = base.reader_features.is_some() || reader >= 3 || !read.is_empty();
    Protocol {
        min_reader_version: if is_named { 3 } else { reader },
        min_writer_version: 7,
        reader_features: is_named.then_some(read),
        writer_features: Some(named),
    }
}

/// The lowest writer version that stands for a feature.
fn legacy_version(feature: &str) -> Option<i32> {
    (2..=4).find(|version| legacy_features(*version).contains(&feature))
}

/// The features that an old writer version stands for.
fn legacy_features(writer_version: i32) -> &'static [&'static str] {
    match writer_version {
        ..=1 => &[],
        2 => &["appendOnly", "invariants"],
        3 => &["appendOnly", "invariants", "checkConstraints"],
        _ => &["appendOnly", "invariants", "checkConstraints", "changeDataFeed", "generatedColumns"],
    }
}

fn holds_ntz(data_type: &SparkType) -> bool {
    let in_fields = |fields: &[StructField]| fields.iter().any(|field| holds_ntz(&field.data_type));
    match data_type {
        SparkType::TimestampNtz => true,
        SparkType::Array { element, .. } => holds_ntz(element),
        SparkType::Map { key, value, .. } => holds_ntz(key) || holds_ntz(value),
        SparkType::Struct(fields) => in_fields(fields),
        _ => false,
    }
}

/// The error that names a feature; `verb` is `read` or `write`.
pub(crate) fn refused(verb: &str, feature: &str) -> EngineError {
    let operation = if verb == "read" { "open table" } else { "commit" };
    let message = format!("the table uses feature `{feature}`, which is not supported to {verb}");
    EngineError::new(ErrorKind::Unsupported, operation, message).for_actor(Actor::Target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(data_type: SparkType, property: Option<(&str, &str)>) -> Metadata {
        Metadata {
            id: "m".into(),
            name: None,
            description: None,
            schema: vec![StructField::nullable("c", data_type)],
            partition_columns: Vec::new(),
            configuration: property.map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect(),
            created_time: None,
        }
    }

    fn features(reader: &[&str]) -> Protocol {
        let names: Vec<String> = reader.iter().map(|name| (*name).to_owned()).collect();
        let (min_reader_version, min_writer_version) = (3, 7);
        Protocol {
            min_reader_version,
            min_writer_version,
            reader_features: Some(names.clone()),
            writer_features: Some(names),
        }
    }

    #[test]
    fn an_unsupported_feature_is_named() {
        let error = check_readable(&features(&["deletionVectors"]), &metadata(SparkType::Long, None)).unwrap_err();
        assert!(error.message.contains("`deletionVectors`"));
        let mapped = metadata(SparkType::Long, Some(("delta.columnMapping.mode", "name")));
        let error = check_readable(&features(&["columnMapping"]), &mapped).unwrap_err();
        assert!(error.message.contains("`columnMapping`"));
        let constrained = metadata(SparkType::Long, Some(("delta.constraints.c", "c > 0")));
        assert!(
            check_writable(&features(&[]), &constrained, false).unwrap_err().message.contains("`checkConstraints`")
        );
    }

    #[test]
    fn a_check_constraint_raises_the_writer_version_only() {
        let constrained = metadata(SparkType::Long, Some(("delta.constraints.c", "c > 0")));
        let made = needed(None, &constrained, &Wanted::default()).unwrap();
        assert_eq!((made.min_reader_version, made.min_writer_version), (1, 3));
        assert_eq!(needed(Some(&made), &constrained, &Wanted::default()), None);
        assert!(check_writable(&made, &constrained, true).is_ok());
        let named = needed(Some(&features(&[])), &constrained, &Wanted::default()).unwrap();
        assert_eq!(named.writer_features.unwrap(), ["checkConstraints"]);
    }

    #[test]
    fn only_a_timestamp_ntz_column_raises_the_protocol() {
        let needed = |current: Option<&Protocol>, metadata: &Metadata| needed(current, metadata, &Wanted::default());
        let plain = needed(None, &metadata(SparkType::Timestamp, None)).unwrap();
        assert_eq!((plain.min_reader_version, plain.min_writer_version), (1, 2));
        let ntz = metadata(SparkType::array(SparkType::TimestampNtz), None);
        let raised = needed(Some(&plain), &ntz).unwrap();
        assert_eq!((raised.min_reader_version, raised.min_writer_version), (3, 7));
        assert_eq!(needed(Some(&raised), &ntz), None);
    }

    #[test]
    fn a_property_raises_the_protocol_by_as_little_as_it_can() {
        let none = Wanted::default();
        let feed = metadata(SparkType::Long, Some(("delta.enableChangeDataFeed", "true")));
        let by_version = needed(None, &feed, &none).unwrap();
        assert_eq!((by_version.min_reader_version, by_version.min_writer_version), (1, 4));
        assert_eq!((&by_version.reader_features, &by_version.writer_features), (&None, &None));
        assert_eq!(needed(Some(&by_version), &feed, &none), None);
        let by_name = needed(Some(&features(&[TIMESTAMP_NTZ])), &feed, &none).unwrap();
        assert_eq!(by_name.writer_features.unwrap(), [TIMESTAMP_NTZ, "changeDataFeed"]);
        assert_eq!(by_name.reader_features.unwrap(), [TIMESTAMP_NTZ]);
        let off = metadata(SparkType::Long, Some(("delta.enableChangeDataFeed", "false")));
        assert_eq!(needed(None, &off, &none).unwrap().min_writer_version, 2);
    }

    #[test]
    fn a_feature_or_version_that_is_asked_for_is_in_the_protocol() {
        let plain = metadata(SparkType::Long, None);
        let ntz = Wanted { features: vec![TIMESTAMP_NTZ], ..Wanted::default() };
        let protocol = needed(None, &plain, &ntz).unwrap();
        assert_eq!((protocol.min_reader_version, protocol.min_writer_version), (3, 7));
        assert_eq!(protocol.writer_features.unwrap(), ["appendOnly", "invariants", TIMESTAMP_NTZ]);
        let clustering = Wanted { features: vec!["domainMetadata"], ..Wanted::default() };
        let protocol = needed(None, &plain, &clustering).unwrap();
        assert_eq!((protocol.min_reader_version, protocol.min_writer_version), (1, 7));
        assert_eq!(protocol.reader_features, None);
        let versions = needed(None, &plain, &Wanted { reader: 2, writer: 5, ..Wanted::default() }).unwrap();
        assert_eq!((versions.min_reader_version, versions.min_writer_version), (2, 5));
    }
}
