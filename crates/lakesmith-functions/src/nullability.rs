//! [`of`]: whether Spark says of a call that it may be NULL, where that is another question than whether it is.
//!
//! A column's nullability is part of a query's schema. What is said here never promises a value where a kernel may give NULL.

use lakesmith_unresolved::SparkType;

use crate::function::Typed;

/// Calls that Spark says may be NULL whatever their arguments are.
const ALWAYS: [&str; 54] = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "bround",
    "cbrt",
    "ceil",
    "cos",
    "cosh",
    "cot",
    "csc",
    "date_trunc",
    "degrees",
    "encode",
    "exp",
    "expm1",
    "floor",
    "from_unixtime",
    "hmac",
    "is_valid_utf8",
    "jaro_winkler_similarity",
    "ln",
    "log",
    "log10",
    "log1p",
    "log2",
    "luhn_check",
    "make_valid_utf8",
    "map_contains_key",
    "mask",
    "next_day",
    "pmod",
    "quote",
    "radians",
    "right",
    "rint",
    "round",
    "sec",
    "sign",
    "signum",
    "sin",
    "sinh",
    "split_part",
    "sqrt",
    "tan",
    "tanh",
    "to_csv",
    "to_json",
    "trunc",
    "url_decode",
    "url_encode",
    "validate_utf8",
];

/// Calls that are NULL only where an argument is.
const FOLLOWING: [&str; 15] = [
    "abs",
    "contains",
    "endswith",
    "initcap",
    "like",
    "lower",
    "md5",
    "negative",
    "regexp_replace",
    "reverse",
    "sha1",
    "startswith",
    "translate",
    "trim",
    "upper",
];

/// Calls that are never NULL.
const NEVER: [&str; 3] = ["cume_dist", "percent_rank", "uniform"];

/// A call's value with the nullability that Spark gives it; `name` is the first name of the function.
pub fn of(name: &str, arguments: &[Typed], value: Typed) -> Typed {
    let of_bytes = arguments.first().is_some_and(|argument| argument.data_type == SparkType::Binary);
    let nullable = match name {
        "contains" | "endswith" | "startswith" if of_bytes => true,
        name if ALWAYS.contains(&name) => true,
        name if FOLLOWING.contains(&name) => arguments.iter().any(|argument| argument.nullable),
        name if NEVER.contains(&name) => false,
        _ => value.nullable,
    };
    value.with_nullable(nullable)
}
