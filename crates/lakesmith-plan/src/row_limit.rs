//! [`RowLimit`]: whether a recursive query gives up when it has many rows. LIMIT above it ends it sooner, LIMIT ALL says that
//! all are wanted.

use lakesmith_unresolved::RelationKind;
use lakesmith_unresolved::relation::SetKind;

/// What stands above a relation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum RowLimit {
    /// Nothing: rows are counted.
    #[default]
    Counts,
    /// A LIMIT that takes the relation's first rows.
    Taken,
    /// LIMIT ALL.
    All,
}

impl RowLimit {
    /// What stands above the inputs of a relation.
    pub fn beneath(self, relation: &RelationKind) -> Self {
        match relation {
            RelationKind::LimitAll { .. } => Self::All,
            RelationKind::Limit { .. } => Self::Taken,
            RelationKind::NamedTable { .. }
            | RelationKind::With { .. }
            | RelationKind::Project { .. }
            | RelationKind::SubqueryAlias { .. }
            | RelationKind::Hint { .. } => self,
            RelationKind::Filter { .. }
            | RelationKind::Join(_)
            | RelationKind::Offset { .. }
            | RelationKind::Aggregate(_)
            | RelationKind::Having { .. }
            | RelationKind::Qualify { .. }
                if self == Self::All =>
            {
                self
            }
            RelationKind::SetOperation(operation) if self == Self::All && operation.kind == SetKind::Union => self,
            _ => Self::Counts,
        }
    }
}
