//! The names of all built-in functions of Apache Spark 4.3, and of those that only Databricks has and pipelines use.
//!
//! A name here says that the function exists, not that it can be run. The table is a text file beside this one: name, kind and
//! origin, ordered by name (<https://spark.apache.org/docs/latest/api/sql/>).

use std::sync::LazyLock;

use lakesmith_base::suggest::closest;

/// Names of operators and predicates as [`crate::FunctionCall::name`] lists them; they are functions without being in the table.
const OPERATORS: &[&str] = &[
    "and",
    "or",
    "not",
    "==",
    "<=>",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "div",
    "%",
    "||",
    "&",
    "|",
    "^",
    "~",
    "<<",
    ">>",
    ">>>",
    "negative",
    "positive",
    "like",
    "ilike",
    "rlike",
    "likeall",
    "likeany",
    "notlikeall",
    "notlikeany",
    "ilikeall",
    "ilikeany",
    "notilikeall",
    "notilikeany",
    "in",
    "between",
    "isnull",
    "isnotnull",
    "istrue",
    "isfalse",
    "isunknown",
    "isnotunknown",
    "isdistinctfrom",
    "when",
    "collate",
];

/// A built-in function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltinFunction {
    /// Lower-case name.
    pub name: &'static str,
    /// What it gives.
    pub kind: FunctionKind,
    /// Whether only Databricks has it.
    pub only_databricks: bool,
}

/// What a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// One value for each row.
    Scalar,
    /// One value for each group.
    Aggregate,
    /// One value for each row, from the rows around it.
    Window,
    /// Any number of rows for each row.
    Generator,
    /// A table.
    Table,
}

static TABLE: LazyLock<Vec<BuiltinFunction>> = LazyLock::new(|| {
    include_str!("function_names.tsv")
        .lines()
        .filter_map(|line| {
            let mut fields = line.split('\t');
            let (name, kind, origin) = (fields.next()?, fields.next()?, fields.next()?);
            let kind = match kind {
                "aggregate" => FunctionKind::Aggregate,
                "window" => FunctionKind::Window,
                "generator" => FunctionKind::Generator,
                "table" => FunctionKind::Table,
                _ => FunctionKind::Scalar,
            };
            Some(BuiltinFunction { name, kind, only_databricks: origin == "databricks" })
        })
        .collect()
});

/// All of them, ordered by name.
pub fn all() -> &'static [BuiltinFunction] {
    &TABLE
}

/// The function of this name, in any case.
pub fn find(name: &str) -> Option<&'static BuiltinFunction> {
    let name = name.to_lowercase();
    let at = TABLE.binary_search_by(|function| function.name.cmp(&name)).ok()?;
    TABLE.get(at)
}

/// Whether this is the name of a function or operator.
pub fn is_known(name: &str) -> bool {
    find(name).is_some() || OPERATORS.iter().any(|operator| operator.eq_ignore_ascii_case(name))
}

/// Names that could have been meant by an unknown one, closest first.
pub fn suggestions(name: &str) -> Vec<&'static str> {
    closest(name, TABLE.iter().map(|function| function.name), 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ordered_and_whole() {
        assert!(TABLE.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert_eq!(TABLE.len(), include_str!("function_names.tsv").lines().count());
    }

    #[test]
    fn functions_are_found_in_any_case() {
        assert_eq!(find("Count").map(|function| function.kind), Some(FunctionKind::Aggregate));
        assert_eq!(find("READ_FILES").map(|function| function.kind), Some(FunctionKind::Table));
        assert!(is_known("==") && is_known("date_format") && !is_known("date_formatt"));
        assert_eq!(suggestions("date_formatt"), ["date_format"]);
    }
}
