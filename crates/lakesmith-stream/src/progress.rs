//! [`Progress`]: what a flow's committed plans have read, source by source.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::plan::{BatchPlan, Slice};

/// How far a flow has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The last committed plan; 0 before the first.
    pub number: i64,
    /// Files that were read or passed over, by source.
    pub files: BTreeMap<String, BTreeSet<String>>,
    /// Positions in tables, by source.
    pub tables: BTreeMap<String, TablePosition>,
}

/// Where a flow stands in a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePosition {
    /// The table's own id.
    pub table_id: String,
    /// The last version that was read.
    pub version: i64,
}

impl Progress {
    /// Goes on by a committed plan.
    pub fn advance(&mut self, plan: &BatchPlan) {
        self.number = plan.number;
        for (key, slice) in &plan.slices {
            match slice {
                Slice::Files(files) | Slice::Passed(files) => {
                    let read = self.files.entry(key.clone()).or_default();
                    read.extend(files.iter().map(|file| file.path.clone()));
                }
                Slice::Table { table_id, up_to, .. } => {
                    let position = TablePosition { table_id: table_id.clone(), version: *up_to };
                    self.tables.insert(key.clone(), position);
                }
            }
        }
    }

    /// Whether a file of a source was read.
    pub fn knows(&self, key: &str, path: &str) -> bool {
        self.files.get(key).is_some_and(|read| read.contains(path))
    }
}
