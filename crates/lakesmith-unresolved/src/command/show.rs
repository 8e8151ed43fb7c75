//! Statements that tell what there is: SHOW and DESCRIBE.

use super::ObjectKind;
use crate::expression::{Expression, Name, NamePart};
use crate::relation::Relation;

/// SHOW.
#[derive(Debug, Clone, PartialEq)]
pub struct Show {
    /// What is shown, upper-case: `TABLES`, `COLUMNS`, `CREATE TABLE` and so on.
    pub what: String,
    /// IN or FROM, or the object itself.
    pub scope: Option<Name>,
    /// LIKE, or the property of SHOW TBLPROPERTIES.
    pub pattern: Option<String>,
    /// PARTITION.
    pub partition: Vec<(NamePart, Option<Expression>)>,
    /// The text of a part that belongs to no other field.
    pub rest: String,
}

/// What DESCRIBE describes.
#[derive(Debug, Clone, PartialEq)]
pub enum DescribeTarget {
    /// An object.
    Object {
        /// Which.
        object: ObjectKind,
        /// Name.
        name: Name,
        /// One column of it.
        column: Option<Vec<NamePart>>,
        /// One partition of it.
        partition: Vec<(NamePart, Option<Expression>)>,
    },
    /// A query.
    Query(Relation),
}
