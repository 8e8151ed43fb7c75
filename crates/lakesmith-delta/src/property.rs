//! Delta's table properties: which are kept, what they ask of the protocol, and which are refused by name.
//!
//! A property is never stored without effect. Those that rule how *we* write, read or commit are honoured; those that only
//! tell whoever maintains the files how large or where they should be are kept for them. One that only asks for another way to store the
//! same rows, such as deletion vectors, is left out where that way is not built, so that a pipeline which sets it runs all the same.

use crate::protocol::{WRITABLE, Wanted};

/// The table properties of a definition, as a table is to have them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    /// What is stored, under Delta's spelling.
    pub kept: Vec<(String, String)>,
    /// What is asked of the protocol and not stored.
    pub wanted: Wanted,
    /// Properties that have no effect here, with the feature that each asks for.
    pub left_out: Vec<(String, String)>,
}

/// Why a property cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PropertyFault {
    /// It switches on a feature of this name that we do not have.
    NotBuilt(String),
    /// Its value is none of its values; holds what is.
    Invalid(&'static str),
}

/// What a property is to us.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    /// Kept as it is written.
    Kept,
    /// TRUE or FALSE; what TRUE asks of the protocol follows from the metadata.
    Switch,
    /// Only these values are taken, in lower case; all others ask for the feature.
    Only(&'static str, &'static [&'static str]),
    /// The same, of a feature without which the rows and what is read of them are the same.
    Stores(&'static str, &'static [&'static str]),
}
use Meaning::{Kept, Only, Stores, Switch};

const OFF: &[&str] = &["false"];

/// Delta's properties without their `delta.`, and what they are to us.
const KNOWN: &[(&str, Meaning)] = &[
    ("appendOnly", Switch),
    ("autoOptimize", Kept),
    ("autoOptimize.autoCompact", Kept),
    ("autoOptimize.optimizeWrite", Kept),
    ("checkpoint.writeStatsAsJson", Stores("statistics that are not JSON", &["true"])),
    ("checkpoint.writeStatsAsStruct", Kept),
    ("checkpointInterval", Kept),
    ("checkpointPolicy", Stores("v2Checkpoint", &["classic"])),
    ("columnMapping.mode", Stores("columnMapping", &["none"])),
    ("compatibility.symlinkFormatManifest.enabled", Stores("symlink manifests", OFF)),
    ("dataSkippingNumIndexedCols", Kept),
    ("dataSkippingStatsColumns", Kept),
    ("deletedFileRetentionDuration", Kept),
    ("enableChangeDataFeed", Switch),
    ("enableDeletionVectors", Stores("deletionVectors", OFF)),
    ("enableExpiredLogCleanup", Switch),
    ("enableIcebergCompatV1", Stores("icebergCompatV1", OFF)),
    ("enableIcebergCompatV2", Stores("icebergCompatV2", OFF)),
    ("enableIcebergCompatV3", Stores("icebergCompatV3", OFF)),
    ("enableInCommitTimestamps", Stores("inCommitTimestamp", OFF)),
    ("enableRowTracking", Stores("rowTracking", OFF)),
    ("enableTypeWidening", Stores("typeWidening", OFF)),
    ("enableVariantShredding", Stores("variantShredding", OFF)),
    ("isolationLevel", Only("this isolation level", &["serializable", "writeserializable"])),
    ("logRetentionDuration", Kept),
    ("parquet.compression.codec", Stores("compression other than zstd", &["zstd"])),
    ("randomizeFilePrefixes", Kept),
    ("randomPrefixLength", Kept),
    // an update knows by its transaction what it has committed, however long ago
    ("setTransactionRetentionDuration", Only("transactions that expire", &[])),
    ("targetFileSize", Kept),
    ("tuneFileSizesForRewrites", Kept),
    ("universalFormat.enabledFormats", Stores("universal format", &[""])),
];

/// Whether a key is in Delta's own name space and not one of its properties.
pub fn is_unknown(key: &str) -> bool {
    let Some(name) = own(key) else { return false };
    let lower = name.to_lowercase();
    let is_prefixed = ["constraints.", "feature."].iter().any(|prefix| lower.starts_with(prefix));
    !is_prefixed && !["minreaderversion", "minwriterversion"].contains(&lower.as_str()) && find(name).is_none()
}

impl Properties {
    /// Takes a property of a definition.
    pub fn take(&mut self, key: &str, value: &str) -> Result<(), PropertyFault> {
        let Some(name) = own(key) else {
            self.kept.push((key.to_owned(), value.to_owned()));
            return Ok(());
        };
        let lower = name.to_lowercase();
        match lower.as_str() {
            "minreaderversion" => self.wanted.reader = self.wanted.reader.max(version(value, 3)?),
            "minwriterversion" => self.wanted.writer = self.wanted.writer.max(version(value, 7)?),
            _ if lower.starts_with("constraints.") => return Err(PropertyFault::NotBuilt("checkConstraints".into())),
            _ if lower.starts_with("feature.") => self.feature(&name["feature.".len()..], value)?,
            _ => return self.known(key, name, value),
        }
        Ok(())
    }

    fn known(&mut self, key: &str, name: &str, value: &str) -> Result<(), PropertyFault> {
        let Some((spelling, meaning)) = find(name) else {
            self.kept.push((key.to_owned(), value.to_owned()));
            return Ok(());
        };
        let lower = value.trim().to_lowercase();
        let value = match meaning {
            Kept => value.to_owned(),
            Switch if ["true", "false"].contains(&lower.as_str()) => lower,
            Switch => return Err(PropertyFault::Invalid("`true` or `false`")),
            Only(_, taken) | Stores(_, taken) if taken.contains(&lower.as_str()) => value.trim().to_owned(),
            Stores(feature, _) => {
                self.left_out.push((key.to_owned(), (*feature).to_owned()));
                return Ok(());
            }
            Only(feature, _) => return Err(PropertyFault::NotBuilt((*feature).to_owned())),
        };
        self.kept.push((format!("delta.{spelling}"), value));
        Ok(())
    }

    /// `delta.feature.<name> = supported` lets a table have a feature before it uses it.
    fn feature(&mut self, name: &str, value: &str) -> Result<(), PropertyFault> {
        if !["supported", "enabled"].contains(&value.trim().to_lowercase().as_str()) {
            return Err(PropertyFault::Invalid("`supported`"));
        }
        match WRITABLE.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            Some(known) if self.wanted.features.contains(known) => Ok(()),
            Some(known) => {
                self.wanted.features.push(known);
                Ok(())
            }
            // what needs it is refused where it stands
            None => {
                self.left_out.push((format!("delta.feature.{name}"), name.to_owned()));
                Ok(())
            }
        }
    }
}

/// What follows `delta.` in a key.
fn own(key: &str) -> Option<&str> {
    let (space, name) = key.split_at_checked("delta.".len())?;
    space.eq_ignore_ascii_case("delta.").then_some(name)
}

fn find(name: &str) -> Option<&'static (&'static str, Meaning)> {
    KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
}

fn version(text: &str, most: i32) -> Result<i32, PropertyFault> {
    match text.trim().parse() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        Ok(number) if number > most => Err(PropertyFault::NotBuilt(format!("protocol version {number}"))),
        _ => Err(PropertyFault::Invalid("a version number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::TIMESTAMP_NTZ;

    fn taken(properties: &[(&str, &str)]) -> Result<Properties, PropertyFault> {
        let mut all = Properties::default();
        properties.iter().try_for_each(|(key, value)| all.take(key, value)).map(|()| all)
    }

    #[test]
    fn keys_and_switches_get_deltas_spelling_and_other_keys_keep_theirs() {
        let properties = taken(&[
            ("quality", "Bronze"),
            ("DELTA.appendonly", "TRUE"),
            ("delta.autooptimize.optimizewrite", "true"),
            ("delta.isolationLevel", "Serializable"),
        ]);
        let kept = properties.unwrap().kept;
        let kept: Vec<String> = kept.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(
            kept,
            [
                "quality=Bronze",
                "delta.appendOnly=true",
                "delta.autoOptimize.optimizeWrite=true",
                "delta.isolationLevel=Serializable"
            ]
        );
    }

    #[test]
    fn another_way_to_store_the_same_rows_is_left_out_and_may_be_switched_off() {
        for (key, on, off, feature) in [
            ("delta.enableDeletionVectors", "true", "false", "deletionVectors"),
            ("delta.columnMapping.mode", "name", "none", "columnMapping"),
            ("delta.enableRowTracking", "TRUE", "FALSE", "rowTracking"),
            ("delta.checkpointPolicy", "v2", "classic", "v2Checkpoint"),
        ] {
            let properties = taken(&[(key, on)]).unwrap();
            assert!(properties.kept.is_empty());
            assert_eq!(properties.left_out, [(key.to_owned(), feature.to_owned())]);
            assert_eq!(taken(&[(key, off)]).unwrap().kept.len(), 1);
        }
    }

    #[test]
    fn what_would_change_rows_is_refused_by_the_features_name() {
        assert_eq!(taken(&[("delta.constraints.c", "a > 0")]), Err(PropertyFault::NotBuilt("checkConstraints".into())));
        assert!(matches!(taken(&[("delta.enableChangeDataFeed", "yes")]), Err(PropertyFault::Invalid(_))));
    }

    #[test]
    fn features_and_versions_are_asked_of_the_protocol_and_not_stored() {
        let properties = taken(&[
            ("delta.feature.timestampNtz", "supported"),
            ("delta.feature.TIMESTAMPNTZ", "enabled"),
            ("delta.minWriterVersion", "5"),
            ("delta.minReaderVersion", "2"),
        ]);
        let Properties { kept, wanted, left_out } = properties.unwrap();
        assert!(kept.is_empty() && left_out.is_empty());
        assert_eq!(wanted, Wanted { features: vec![TIMESTAMP_NTZ], reader: 2, writer: 5 });
        let variant = taken(&[("delta.feature.variantType-preview", "supported")]).unwrap();
        assert_eq!(variant.left_out.len(), 1);
        assert!(taken(&[("delta.minReaderVersion", "9")]).is_err());
    }

    #[test]
    fn only_names_of_deltas_own_are_unknown() {
        assert!(is_unknown("delta.enableLiquidClustering"));
        assert!(!is_unknown("quality") && !is_unknown("delta.APPENDONLY") && !is_unknown("delta.feature.x"));
    }
}
