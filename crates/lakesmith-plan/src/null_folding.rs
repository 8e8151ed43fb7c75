//! Calls that are NULL because an argument is a constant NULL: the other arguments are not computed, so nothing in them fails.

use datafusion::common::ScalarValue;
use lakesmith_functions::{Typed, constant};

/// Functions of which Spark leaves the other arguments out where one is NULL, by the first of their names.
const NULL_OF_NULL: [&str; 47] = [
    "!=",
    "%",
    "&",
    "*",
    "+",
    "-",
    "/",
    "<",
    "<=",
    "==",
    ">",
    ">=",
    "^",
    "add_months",
    "atan2",
    "contains",
    "date_add",
    "date_format",
    "date_sub",
    "date_trunc",
    "datediff",
    "div",
    "endswith",
    "from_utc_timestamp",
    "hypot",
    "instr",
    "like",
    "log",
    "mod",
    "months_between",
    "negative",
    "next_day",
    "pmod",
    "power",
    "repeat",
    "replace",
    "rlike",
    "round",
    "shiftleft",
    "shiftright",
    "startswith",
    "substring",
    "substring_index",
    "to_utc_timestamp",
    "translate",
    "trunc",
    "|",
];

/// Whether a call is NULL because of a constant NULL among its arguments.
pub(crate) fn is_null(function: &str, arguments: &[Typed]) -> bool {
    let is_constant_null = |argument: &Typed| {
        let is_constant = argument.nullable && !argument.expr.any_column_refs();
        is_constant && constant::value(&argument.expr).is_some_and(|value: ScalarValue| value.is_null())
    };
    match function {
        "in" => arguments.first().is_some_and(is_constant_null),
        _ => arguments.len() > 1 && NULL_OF_NULL.contains(&function) && arguments.iter().any(is_constant_null),
    }
}
