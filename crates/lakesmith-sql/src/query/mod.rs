//! Queries.
use crate::parser::{Parsed, Parser};
use lakesmith_unresolved::Relation;
impl Parser<'_> {
    /// A query.
    pub(crate) fn query(&mut self) -> Parsed<Relation> {
        Err(self.expected(&["SELECT"]))
    }
}
impl Parser<'_> {
    pub(crate) fn at_query(&self) -> bool {
        self.at_query_after(0)
    }
    pub(crate) fn at_query_after(&self, _n: usize) -> bool {
        false
    }
}
