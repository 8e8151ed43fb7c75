//! [`of`]: whether Spark says of a call that it may be NULL, where that is another question than whether it is.
//!
//! A column's nullability is part of a query's schema. What is said here never promises a value where a kernel may give NULL.

use crate::function::Typed;

/// Calls that Spark says may be NULL whatever their arguments are.
const ALWAYS: [&str; 49] = [
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
    "decode",
    "degrees",
    "encode",
    "exp",
    "expm1",
    "floor",
    "is_valid_utf8",
    "ln",
    "log",
    "log10",
    "log1p",
    "log2",
    "luhn_check",
    "map_contains_key",
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
];

/// Calls that are NULL only where an argument is.
const FOLLOWING: [&str; 19] = [
    "abs",
    "and",
    "contains",
    "endswith",
    "in",
    "initcap",
    "like",
    "lower",
    "md5",
    "negative",
    "not",
    "or",
    "regexp_replace",
    "reverse",
    "sha1",
    "startswith",
    "translate",
    "trim",
    "upper",
];

/// Calls that are never NULL.
const NEVER: [&str; 2] = ["cume_dist", "percent_rank"];

/// A call's value with the nullability that Spark gives it; `name` is the first name of the function.
pub fn of(name: &str, arguments: &[Typed], value: Typed) -> Typed {
    let nullable = match name {
        name if ALWAYS.contains(&name) => true,
        name if FOLLOWING.contains(&name) => arguments.iter().any(|argument| argument.nullable),
        name if NEVER.contains(&name) => false,
        _ => value.nullable,
    };
    value.with_nullable(nullable)
}
