//! Queries.
use crate::parser::{Parsed, Parser};
use lakesmith_unresolved::Relation;
impl Parser<'_> {
    /// A query.
    pub(crate) fn query(&mut self) -> Parsed<Relation> {
        Err(self.expected(&["SELECT"]))
    }
}
