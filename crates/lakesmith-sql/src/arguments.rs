//! [`Arguments`]: values of the parameters `:name` and `?` of a statement.

use lakesmith_unresolved::Expression;

/// Values that stand for parameters wherever an expression may stand. A parameter without one is left in the statement.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arguments {
    /// Values by name, which is compared with case.
    pub named: Vec<(String, Expression)>,
    /// Values in the order of the question marks.
    pub positional: Vec<Expression>,
}

impl Arguments {
    pub(crate) fn named(&self, name: &str) -> Option<&Expression> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}
