//! Which tables we read and write: the gate in front of every handle and every commit.
//!
//! A feature is named in the error, so that a reader knows what to switch off. Default tables need reader version 1.

use lakesmith_engine::{Actor, EngineError, ErrorKind};
use lakesmith_unresolved::{SparkType, StructField};

use crate::action::{Metadata, Protocol};

const TIMESTAMP_NTZ: &str = "timestampNtz";
const CHECK_CONSTRAINTS: &str = "checkConstraints";
/// The first writer version that knows CHECK constraints.
const WRITER_WITH_CONSTRAINTS: i32 = 3;

/// Reader features that we know.
const READABLE: &[&str] = &[TIMESTAMP_NTZ, "vacuumProtocolCheck"];

/// Writer features that we know; some of them only as long as nothing in the metadata makes use of them.
const WRITABLE: &[&str] = &[
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

/// Refuses a table that we cannot write rightly; what can be read need not be. CHECK constraints are kept by who writes the
/// rows, or not at all.
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
        if keeps_constraints && *feature == CHECK_CONSTRAINTS {
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

/// The lowest protocol at which a table with this metadata can be, starting from `current`; `None`: it need not change.
pub(crate) fn needed(current: Option<&Protocol>, metadata: &Metadata) -> Option<Protocol> {
    let raised = needed_by_columns(current, metadata);
    let is_constrained = metadata.configuration.iter().any(|(key, _)| key.starts_with("delta.constraints."));
    let lacks = |protocol: &Protocol| match &protocol.writer_features {
        Some(features) => !features.iter().any(|feature| feature == CHECK_CONSTRAINTS),
        None => protocol.min_writer_version < WRITER_WITH_CONSTRAINTS,
    };
    match raised.as_ref().or(current) {
        Some(protocol) if is_constrained && lacks(protocol) => {
            let mut protocol = protocol.clone();
            match &mut protocol.writer_features {
                Some(features) => features.push(CHECK_CONSTRAINTS.to_owned()),
                None => protocol.min_writer_version = WRITER_WITH_CONSTRAINTS,
            }
            Some(protocol)
        }
        _ => raised,
    }
}

fn needed_by_columns(current: Option<&Protocol>, metadata: &Metadata) -> Option<Protocol> {
    let has_ntz = metadata.schema.iter().any(|field| holds_ntz(&field.data_type));
    match current {
        None if has_ntz => Some(with_ntz(&["appendOnly", "invariants"], &[])),
        None => Some(Protocol {
            min_reader_version: 1,
            min_writer_version: 2,
            reader_features: None,
            writer_features: None,
        }),
        Some(current) if has_ntz && !knows_ntz(current) => {
            let legacy = legacy_features(current.min_writer_version);
            let named: Vec<&str> = current.writer_features.iter().flatten().map(String::as_str).collect();
            let reader: Vec<&str> = current.reader_features.iter().flatten().map(String::as_str).collect();
            Some(with_ntz(if named.is_empty() { legacy } else { &named }, &reader))
        }
        Some(_) => None,
    }
}

fn knows_ntz(protocol: &Protocol) -> bool {
    protocol.reader_features.iter().flatten().any(|feature| feature == TIMESTAMP_NTZ)
}

fn with_ntz(writer: &[&str], reader: &[&str]) -> Protocol {
    let with = |features: &[&str]| features.iter().chain(&[TIMESTAMP_NTZ]).map(|name| (*name).to_owned()).collect();
    Protocol {
        min_reader_version: 3,
        min_writer_version: 7,
        reader_features: Some(with(reader)),
        writer_features: Some(with(writer)),
    }
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
        let made = needed(None, &constrained).unwrap();
        assert_eq!((made.min_reader_version, made.min_writer_version), (1, 3));
        assert_eq!(needed(Some(&made), &constrained), None);
        assert!(check_writable(&made, &constrained, true).is_ok());
        let named = needed(Some(&features(&[])), &constrained).unwrap();
        assert_eq!(named.writer_features.unwrap(), ["checkConstraints"]);
    }

    #[test]
    fn only_a_timestamp_ntz_column_raises_the_protocol() {
        let plain = needed(None, &metadata(SparkType::Timestamp, None)).unwrap();
        assert_eq!((plain.min_reader_version, plain.min_writer_version), (1, 2));
        let ntz = metadata(SparkType::array(SparkType::TimestampNtz), None);
        let raised = needed(Some(&plain), &ntz).unwrap();
        assert_eq!((raised.min_reader_version, raised.min_writer_version), (3, 7));
        assert_eq!(needed(Some(&raised), &ntz), None);
    }
}
