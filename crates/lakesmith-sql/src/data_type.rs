//! Data types.
use crate::parser::{Parsed, Parser};
use lakesmith_unresolved::SparkType;
impl Parser<'_> {
    /// A data type.
    pub(crate) fn data_type(&mut self) -> Parsed<SparkType> {
        Err(self.expected(&["a data type"]))
    }
}
