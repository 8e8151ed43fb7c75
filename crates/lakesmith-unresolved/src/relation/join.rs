//! Joins of two inputs.

use super::Relation;
use crate::expression::{Expression, NamePart};

/// A join of two inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// Left input.
    pub left: Relation,
    /// Right input.
    pub right: Relation,
    /// Kind.
    pub kind: JoinKind,
    /// Criteria.
    pub criteria: JoinCriteria,
}

/// Kinds of joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JoinKind {
    /// INNER.
    Inner,
    /// FULL OUTER.
    FullOuter,
    /// LEFT OUTER.
    LeftOuter,
    /// RIGHT OUTER.
    RightOuter,
    /// LEFT ANTI.
    LeftAnti,
    /// LEFT SEMI.
    LeftSemi,
    /// CROSS, and a comma in FROM.
    Cross,
}

/// What joined rows must satisfy.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinCriteria {
    /// Nothing.
    None,
    /// ON.
    On(Box<Expression>),
    /// USING.
    Using(Vec<NamePart>),
    /// NATURAL.
    Natural,
}

/// An as-of join.
#[derive(Debug, Clone, PartialEq)]
pub struct AsOfJoin {
    /// Left input.
    pub left: Relation,
    /// Right input.
    pub right: Relation,
    /// The ordered expression of each side.
    pub as_of: (Expression, Expression),
    /// Equality of further columns.
    pub criteria: JoinCriteria,
    /// Kind, as the client names it.
    pub kind: String,
    /// Largest distance.
    pub tolerance: Option<Expression>,
    /// Whether equal values match.
    pub allow_exact_matches: bool,
    /// `backward`, `forward` or `nearest`.
    pub direction: String,
}
