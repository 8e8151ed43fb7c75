//! What expectations found in the rows of a flow.

use serde::{Deserialize, Serialize};

/// What the expectations of a dataset found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataQuality {
    /// Rows that were not written, each counted once however many expectations it breaks.
    pub dropped_records: i64,
    /// Rows that went to the quarantine table, each counted once; absent where nothing quarantines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantined_records: Option<i64>,
    /// One entry for each expectation, in the order of their declaration.
    #[serde(default)]
    pub expectations: Vec<ExpectationCounts>,
}

impl DataQuality {
    /// Whether no row was seen.
    pub fn is_empty(&self) -> bool {
        let seen = |counts: &ExpectationCounts| counts.passed_records != 0 || counts.failed_records != 0;
        self.dropped_records == 0 && self.quarantined_records.unwrap_or(0) == 0 && !self.expectations.iter().any(seen)
    }
}

/// How many rows keep and break one expectation; each row counts once for each expectation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectationCounts {
    /// The expectation.
    pub name: String,
    /// The dataset that declares it.
    pub dataset: String,
    /// Rows for which the condition is true.
    pub passed_records: i64,
    /// Rows for which it is false or null.
    pub failed_records: i64,
}
