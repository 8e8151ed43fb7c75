//! Error conditions: stable names that users search for, with SQLSTATE and a longer explanation for `lakesmith explain`.
//!
//! Names and SQLSTATEs are Apache Spark's where Spark has the condition
//! (<https://spark.apache.org/docs/latest/sql-error-conditions.html>), Databricks' where only Databricks has it, and begin
//! with `LAKESMITH_` otherwise. [`Condition::all`] lists them; the table is in [`table`].

use std::fmt;

mod table;

/// One error condition. Compares by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Condition {
    /// The full name, sub-condition after a dot.
    pub name: &'static str,
    /// Five characters of the SQL standard, or of Spark.
    pub sqlstate: &'static str,
    /// A few sentences: when it arises, an example, what to do.
    pub explanation: &'static str,
}

impl Condition {
    /// Every condition, ordered by name.
    pub fn all() -> &'static [Self] {
        table::ALL
    }

    /// The condition with this name, ignoring case.
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|condition| condition.name.eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::Condition;

    #[test]
    fn conditions_are_ordered_and_unique() {
        assert!(Condition::all().windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn every_condition_has_a_sqlstate_and_an_explanation() {
        for condition in Condition::all() {
            assert_eq!(condition.sqlstate.len(), 5, "{condition}");
            assert!(condition.explanation.len() > 40, "{condition}");
        }
    }
}
