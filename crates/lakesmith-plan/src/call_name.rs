//! Names of calls whose arguments Spark fills in, rewrites or leaves out.

use datafusion::logical_expr::Expr;

/// Arguments that Spark adds at the end when they are left out: function, how many it always has, and those that follow.
const FILLED_IN: [(&str, usize, &[&str]); 11] = [
    ("aes_decrypt", 2, &["GCM", "DEFAULT", ""]),
    ("aes_encrypt", 2, &["GCM", "DEFAULT", "", ""]),
    ("hmac", 2, &["SHA-256"]),
    ("make_dt_interval", 0, &["0", "0", "0", "0.000000"]),
    ("make_interval", 0, &["0", "0", "0", "0", "0", "0", "0.000000"]),
    ("make_ym_interval", 0, &["0", "0"]),
    ("mask", 1, &["X", "x", "n", "NULL"]),
    ("overlay", 3, &["-1"]),
    ("time_bucket", 2, &["TIMESTAMP '1970-01-01 00:00:00'"]),
    ("try_aes_decrypt", 2, &["GCM", "DEFAULT", ""]),
    ("try_make_interval", 0, &["0", "0", "0", "0", "0", "0", "0.000000"]),
];

/// Functions that show their first arguments only.
const CUT: [(&str, usize); 7] = [
    ("from_csv", 1),
    ("from_json", 1),
    ("schema_of_csv", 1),
    ("schema_of_json", 1),
    ("to_csv", 1),
    ("to_json", 1),
    ("try_make_timestamp", 6),
];

/// Functions that Spark replaces by others, or writes in capitals.
const RENAMED: [(&str, &str); 4] = [
    ("current_database", "current_schema"),
    ("random", "rand"),
    ("spark_partition_id", "SPARK_PARTITION_ID"),
    ("to_varchar", "to_char"),
];

/// The name of a call of a lower-case name with the names of its arguments; `None` when it is the plain one.
pub(crate) fn special(name: &str, arguments: &[String]) -> Option<String> {
    match (name, arguments) {
        ("window" | "session_window", _) => return Some(name.to_owned()),
        ("convert_timezone", [zone, time]) => {
            return Some(format!("convert_timezone(current_timezone(), {zone}, {time})"));
        }
        ("assert_true", [condition]) => return Some(format!("assert_true({condition}, {})", not_true(condition))),
        ("raise_error", [message]) => {
            return Some(format!("raise_error(USER_RAISED_EXCEPTION, map(errorMessage, {message}))"));
        }
        _ => {}
    }
    if let Some((_, fewest, added)) = FILLED_IN.iter().find(|(known, ..)| *known == name) {
        let given = arguments.iter().map(String::as_str);
        let added = added.iter().copied().skip(arguments.len().saturating_sub(*fewest));
        return Some(format!("{name}({})", given.chain(added).collect::<Vec<_>>().join(", ")));
    }
    if let Some((_, kept)) = CUT.iter().find(|(known, kept)| *known == name && arguments.len() > *kept) {
        return Some(format!("{name}({})", arguments[..*kept].join(", ")));
    }
    let (_, shown) = RENAMED.iter().find(|(known, _)| *known == name)?;
    Some(format!("{shown}({})", arguments.join(", ")))
}

/// What `assert_true` says of a condition.
pub(crate) fn not_true(condition: &str) -> String {
    format!("'{condition}' is not true!")
}

/// `to_char` and `to_varchar` of a moment or of BINARY are other functions, which the value tells.
pub(crate) fn written_as(name: &str, value: &Expr, arguments: &[String]) -> Option<String> {
    let is_char = name.eq_ignore_ascii_case("to_char");
    let Expr::ScalarFunction(kernel) = value else { return None };
    let [value, format] = arguments else { return None };
    match kernel.name() {
        "spark_date_format" => Some(format!("date_format({value}, {format})")),
        "spark_base64" => Some(format!("{}({value})", if is_char { "base64" } else { "to_varchar" })),
        "spark_hex" => Some(format!("{}({value})", if is_char { "hex" } else { "to_varchar" })),
        "spark_decode" => Some(format!("{}({value}, {format})", if is_char { "decode" } else { "to_varchar" })),
        _ => None,
    }
}
