//! SET and RESET.
//!
//! A key that nothing here knows is kept, for `${key}` and for who reads it. A setting that would change what statements mean,
//! and is not built, is refused by name.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_functions::Rules;
use lakesmith_functions::rules::TIME_ZONE;

use crate::result::QueryResult;
use crate::rows::Rows;
use crate::session::{RECURSION_ROWS, RECURSION_STEPS};
use crate::statement::Running;
use crate::statement::fixed_setting::only_value;
use crate::trouble::{Done, not_built};

/// What a zone is written as.
const ZONES: &str = "write a region such as `Europe/Berlin` or an offset such as `+02:00`";

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
    free("spark.sql.ansi.enabled", "true", "Arithmetic and casts that fail are errors and not NULL."),
    only("spark.sql.caseSensitive", "false", "Names are compared without regard to case."),
    only("spark.sql.legacy.timeParserPolicy", "CORRECTED", "How texts become dates and times."),
    free(RECURSION_STEPS, "100", "After how many steps a recursive query gives up."),
    free(RECURSION_ROWS, "1000000", "With how many rows a recursive query gives up."),
    free("spark.sql.legacy.viewSchemaCompensation", "true", "A view casts the columns of its query."),
    free("spark.sql.session.timeZone", "UTC", "The zone in which times are shown and read."),
    free("spark.sql.shuffle.partitions", "200", "Has no effect: partitions follow the machine."),
    free("spark.sql.sources.default", "delta", "Has no effect: tables are Delta tables."),
    free(
        "spark.sql.sources.partitionOverwriteMode",
        "STATIC",
        "What INSERT OVERWRITE takes away: all partitions (STATIC) or those that get rows (DYNAMIC).",
    ),
    free("spark.sql.storeAssignmentPolicy", "ANSI", "How INSERT casts values to the types of columns."),
    free("spark.sql.timestampType", "TIMESTAMP_LTZ", "What TIMESTAMP is: with the session's zone, or without a zone."),
];

/// Settings that are whole numbers.
const WHOLE_NUMBERS: [&str; 3] = [RECURSION_STEPS, RECURSION_ROWS, "spark.sql.shuffle.partitions"];

/// What SET PATH and its default look like.
const PATHS: [&str; 2] = ["PATH", "spark.sql.defaultPath"];

fn known(key: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.key == key)
}

/// Checks a setting that a session begins with. Those that nothing here knows are not the session's.
pub(crate) fn is_own(key: &str, value: &str) -> Done<bool> {
    if known(key).is_none() {
        return Ok(false);
    }
    check(key, value).map(|()| true)
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
                self.refuse_variable(key)?;
                check(key, value)?;
                self.session.state().settings.insert(key.to_owned(), value.to_owned());
                pair(key, value)
            }
        }
    }

    /// A variable is set by another statement.
    fn refuse_variable(self, key: &str) -> Done {
        let parts: Vec<String> = key.split('.').map(str::to_lowercase).collect();
        let name = match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [name] | ["session", name] | ["system", "session", name] => (*name).to_owned(),
            _ => return Ok(()),
        };
        if !self.session.state().variables.contains_key(&name) {
            return Ok(());
        }
        let fault =
            Diagnostic::error(Condition::UNSUPPORTED_FEATURE, format!("SET does not change the variable `{name}`"));
        Err(fault.help(format!("write `SET VARIABLE {name} = …`")).into())
    }

    pub(super) fn reset(self, key: Option<&str>) {
        let mut state = self.session.state();
        match key.map(|key| key.trim_matches('`')) {
            Some(key) => match state.initial.get(key).cloned() {
                Some(value) => drop(state.settings.insert(key.to_owned(), value)),
                None => drop(state.settings.remove(key)),
            },
            None => state.settings = state.initial.clone(),
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
    if let Err(fault) = Rules::of(|known| (known == key).then_some(value)) {
        let fault_of = Diagnostic::error(fault.condition, fault.title);
        return Err(if key == TIME_ZONE { fault_of.help(ZONES) } else { fault_of }.into());
    }
    if PATHS.iter().any(|path| key.eq_ignore_ascii_case(path)) {
        let fault = not_built("a path of schemas in which names are looked up");
        return Err(fault.help("write the schema before each name, or change it by USE").into());
    }
    let only = match known(key) {
        Some(known) => known.is_only.then_some(known.value),
        None => only_value(key),
    };
    if let Some(only) = only.filter(|only| !value.trim().eq_ignore_ascii_case(only)) {
        let fault = not_built(&format!("`{key} = {value}`"));
        return Err(fault.help(format!("its only value is `{only}`")).into());
    }
    if WHOLE_NUMBERS.contains(&key) && value.trim().parse::<i32>().is_err() {
        let title = format!("`{key}` takes a whole number and not `{value}`");
        return Err(Diagnostic::error(Condition::INVALID_CONF_VALUE_TYPE_MISMATCH, title).into());
    }
    Ok(())
}
