//! SET and RESET.
//!
//! A key that nothing here knows is kept, for `${key}` and for who reads it. A setting that would change what statements mean,
//! and is not built, is refused by name.

use lakesmith_diagnostic::{Condition, Diagnostic};

use crate::result::QueryResult;
use crate::rows::Rows;
use crate::statement::Running;
use crate::trouble::{Done, not_built};

const TIME_ZONE: &str = "spark.sql.session.timeZone";

/// Names of the session's time zone.
const UTC: &[&str] = &["UTC", "Etc/UTC", "GMT", "Z", "+00:00", "+0", "UTC+0", "LOCAL"];

/// A setting with its default value, what it means, and its only value where another is not built.
struct Known {
    key: &'static str,
    value: &'static str,
    is_only: bool,
    meaning: &'static str,
}

const fn only(key: &'static str, value: &'static str, meaning: &'static str) -> Known {
    Known { key, value, is_only: true, meaning }
}

const fn free(key: &'static str, value: &'static str, meaning: &'static str) -> Known {
    Known { key, value, is_only: false, meaning }
}

/// Settings with a value before SET gives them one, ordered by key.
const KNOWN: &[Known] = &[
    only("spark.sql.ansi.enabled", "true", "Arithmetic and casts that fail are errors and not NULL."),
    only("spark.sql.caseSensitive", "false", "Names are compared without regard to case."),
    only("spark.sql.legacy.timeParserPolicy", "EXCEPTION", "How texts become dates and times."),
    only("spark.sql.session.timeZone", "UTC", "The zone in which times are shown and read."),
    free("spark.sql.shuffle.partitions", "200", "Has no effect: partitions follow the machine."),
    free("spark.sql.sources.default", "delta", "Has no effect: tables are Delta tables."),
    free(
        "spark.sql.sources.partitionOverwriteMode",
        "STATIC",
        "What INSERT OVERWRITE takes away: all partitions (STATIC) or those that get rows (DYNAMIC).",
    ),
    only("spark.sql.storeAssignmentPolicy", "ANSI", "How INSERT casts values to the types of columns."),
];

fn known(key: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.key == key)
}

impl Running<'_> {
    pub(super) fn set(self, key: Option<&str>, value: Option<&str>) -> Done<QueryResult> {
        match (key, value) {
            (None, _) => self.all(false),
            (Some("-v"), None) => self.all(true),
            (Some(key), None) => {
                let own = self.session.state().settings.get(key).cloned();
                let value = own.or_else(|| known(key).map(|known| known.value.to_owned()));
                pair(key, value.as_deref().unwrap_or("<undefined>"))
            }
            (Some(key), Some(value)) => {
                check(key, value)?;
                let value = if key == TIME_ZONE { "UTC" } else { value };
                self.session.state().settings.insert(key.to_owned(), value.to_owned());
                pair(key, value)
            }
        }
    }

    pub(super) fn reset(self, key: Option<&str>) {
        let settings = &mut self.session.state().settings;
        match key {
            Some(key) => {
                settings.remove(key.trim_matches('`'));
            }
            None => settings.clear(),
        }
    }

    /// All settings; with what they mean, only those that are known here.
    fn all(self, with_meaning: bool) -> Done<QueryResult> {
        let own = self.session.state().settings.clone();
        if with_meaning {
            let mut rows = Rows::texts(&["key", "value", "meaning", "Since version"]);
            for known in KNOWN {
                let value = own.get(known.key).map_or(known.value, String::as_str);
                rows.push_texts([known.key, value, known.meaning, ""]);
            }
            return Ok(rows.result()?);
        }
        let mut rows = Rows::texts(&["key", "value"]);
        own.iter().for_each(|(key, value)| rows.push_texts([key, value]));
        Ok(rows.result()?)
    }
}

fn pair(key: &str, value: &str) -> Done<QueryResult> {
    let mut rows = Rows::texts(&["key", "value"]);
    rows.push_texts([key, value]);
    Ok(rows.result()?)
}

fn check(key: &str, value: &str) -> Done {
    if key == TIME_ZONE {
        let is_utc = UTC.iter().any(|name| value.eq_ignore_ascii_case(name));
        return if is_utc { Ok(()) } else { Err(zone(value).into()) };
    }
    let Some(known) = known(key) else { return Ok(()) };
    if known.is_only && !value.eq_ignore_ascii_case(known.value) {
        let fault = not_built(&format!("`{key} = {value}`"));
        return Err(fault.help(format!("its only value is `{}`", known.value)).into());
    }
    if key == "spark.sql.shuffle.partitions" && value.trim().parse::<i32>().is_err() {
        let title = format!("`{key}` takes a whole number and not `{value}`");
        return Err(Diagnostic::error(Condition::INVALID_CONF_VALUE_TYPE_MISMATCH, title).into());
    }
    Ok(())
}

fn zone(value: &str) -> Diagnostic {
    let looks_like_one =
        value.contains('/') || value.starts_with(['+', '-']) || value.to_uppercase().starts_with("INTERVAL");
    if looks_like_one {
        return not_built(&format!("the time zone `{value}`")).help("the session's time zone is UTC");
    }
    let title = format!("`{value}` is no time zone");
    Diagnostic::error(Condition::INVALID_CONF_VALUE_TIME_ZONE, title).help("the session's time zone is UTC")
}
