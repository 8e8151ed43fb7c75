//! [`Check`]: one expectation as the node knows it.

use serde::{Deserialize, Serialize};

/// What happens to a row that violates an expectation. Later ones win over earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Action {
    /// It is kept and counted.
    Keep,
    /// It is dropped.
    Drop,
    /// It goes to the quarantine table.
    Quarantine,
    /// The update of the dataset fails and nothing is written.
    Fail,
}

impl Action {
    /// The first byte of the verdict on a row; nothing for rows that are kept.
    pub(crate) const fn letter(self) -> Option<char> {
        match self {
            Self::Keep => None,
            Self::Drop => Some('D'),
            Self::Quarantine => Some('Q'),
            Self::Fail => Some('F'),
        }
    }
}

/// One expectation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// What happens to a row that violates it.
    pub action: Action,
}
