//! SET and RESET.
//!
//! A key that nothing here knows is kept, for `${key}` and for who reads it. A setting that would change what statements mean,
//! and is not built, is refused by name.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_functions::Rules;
use lakesmith_functions::rules::TIME_ZONE;

use crate::result::QueryResult;
use crate::rows::Rows;
use crate::statement::Running;
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
    only(
        "spark.sql.analyzer.lowerEmptyGroupingSetToGlobalAggregate.enabled",
        "true",
        "GROUPING SETS (()) has a row also where there is none to group.",
    ),
    only("spark.sql.ansi.doubleQuotedIdentifiers", "false", "What stands between double quotes is text."),
    free("spark.sql.ansi.enabled", "true", "Arithmetic and casts that fail are errors and not NULL."),
    only("spark.sql.ansi.enforceReservedKeywords", "false", "Keywords may be names."),
    only("spark.sql.caseSensitive", "false", "Names are compared without regard to case."),
    only("spark.sql.crossJoin.enabled", "true", "Tables may be joined without a condition."),
    only("spark.sql.cteRecursionLevelLimit", "100", "After how many steps a recursive query gives up."),
    only("spark.sql.cteRecursionRowLimit", "1000000", "After how many rows a recursive query gives up."),
    only("spark.sql.decimalOperations.allowPrecisionLoss", "true", "Decimals lose digits rather than overflow."),
    only("spark.sql.function.concatBinaryAsString", "false", "`concat` of BINARY values is BINARY."),
    only("spark.sql.function.eltOutputAsString", "false", "`elt` of BINARY values is BINARY."),
    only("spark.sql.groupByAliases", "true", "GROUP BY may name columns of the SELECT list."),
    only("spark.sql.groupByOrdinal", "true", "A number in GROUP BY means a column of the SELECT list."),
    only("spark.sql.legacy.ctePrecedencePolicy", "CORRECTED", "An inner named query hides an outer one."),
    only("spark.sql.legacy.timeParserPolicy", "EXCEPTION", "How texts become dates and times."),
    only("spark.sql.legacy.viewSchemaBindingMode", "true", "Views follow or check the columns of their queries."),
    free("spark.sql.legacy.viewSchemaCompensation", "true", "A view casts the columns of its query."),
    only("spark.sql.mapKeyDedupPolicy", "EXCEPTION", "A map with the same key twice is an error."),
    only("spark.sql.orderByOrdinal", "true", "A number in ORDER BY means a column of the SELECT list."),
    only("spark.sql.parser.quotedRegexColumnNames", "false", "What stands between back-quotes is a name."),
    only("spark.sql.parser.singleCharacterPipeOperator.enabled", "true", "`|` before an operator is `|>`."),
    only("spark.sql.path.enabled", "false", "Names are looked up in the default schema alone."),
    only("spark.sql.prioritizeOrdinalResolutionInSort.enabled", "true", "Positions in ORDER BY are found first."),
    free("spark.sql.session.timeZone", "UTC", "The zone in which times are shown and read."),
    free("spark.sql.shuffle.partitions", "200", "Has no effect: partitions follow the machine."),
    free("spark.sql.sources.default", "delta", "Has no effect: tables are Delta tables."),
    free(
        "spark.sql.sources.partitionOverwriteMode",
        "STATIC",
        "What INSERT OVERWRITE takes away: all partitions (STATIC) or those that get rows (DYNAMIC).",
    ),
    free("spark.sql.storeAssignmentPolicy", "ANSI", "How INSERT casts values to the types of columns."),
];

/// What settings begin with that bring back how earlier versions of Spark were.
const LEGACY: &str = "spark.sql.legacy.";
/// Values of such settings that leave everything as it is.
const NOT_LEGACY: [&str; 3] = ["false", "CORRECTED", "EXCEPTION"];
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
                check(key, value)?;
                self.session.state().settings.insert(key.to_owned(), value.to_owned());
                pair(key, value)
            }
        }
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
    let Some(known) = known(key) else {
        let is_legacy = key.starts_with(LEGACY) && !NOT_LEGACY.iter().any(|other| value.eq_ignore_ascii_case(other));
        return if is_legacy { Err(not_built(&format!("`{key} = {value}`")).into()) } else { Ok(()) };
    };
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
