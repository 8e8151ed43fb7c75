//! Session variables, and statements that are put together while they run.

use crate::expression::{Expression, Name, NamePart};
use crate::spark_type::SparkType;

/// A statement about a session variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// What is done.
    pub action: VariableAction,
    /// Names; several only for SET and DECLARE.
    pub names: Vec<Name>,
    /// Type.
    pub data_type: Option<SparkType>,
    /// Value; for several names of SET a subquery with as many columns.
    pub value: Option<Expression>,
}

/// What is done to a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableAction {
    /// DECLARE.
    Declare {
        /// OR REPLACE.
        or_replace: bool,
    },
    /// SET.
    Set,
    /// DROP.
    Drop {
        /// IF EXISTS.
        if_exists: bool,
    },
}

/// EXECUTE IMMEDIATE.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecuteImmediate {
    /// The text of the statement, as an expression.
    pub text: Expression,
    /// INTO: variables that take the values of the one row.
    pub into: Vec<Name>,
    /// USING: values of the parameters, named or in order.
    pub using: Vec<(Option<NamePart>, Expression)>,
}
