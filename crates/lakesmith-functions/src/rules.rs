//! [`Rules`]: what a session's settings make of casts and functions.
//!
//! Rules are in force while a query is resolved, on the thread that resolves it: coercion asks for casts at depths that no
//! session reaches. What they decide is written into the plan, so whoever runs the plan needs no settings. Start reading at
//! [`within`]; [`crate::kernel::call`] and [`crate::cast::cast`] are the places that ask.

use std::cell::{Cell, RefCell};

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_sql::{Dialect, TIMESTAMP_TYPE};
use lakesmith_unresolved::SparkType;
use lakesmith_value::Zone;

use crate::function::{Fault, Typed};
use crate::kernel::{refused, texts};

/// The setting that names the session's zone.
pub const TIME_ZONE: &str = "spark.sql.session.timeZone";

/// The setting of ANSI mode.
pub const ANSI: &str = "spark.sql.ansi.enabled";
/// The setting of what INSERT does.
pub const STORE: &str = "spark.sql.storeAssignmentPolicy";

/// What the settings of a session say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The zone in which instants are read and shown.
    pub zone: Zone,
    /// ANSI mode: what does not fit is an error.
    pub ansi: bool,
    /// How INSERT makes values those of a column.
    pub store: StorePolicy,
    /// What words of SQL in values mean.
    pub dialect: Dialect,
}

impl Default for Rules {
    fn default() -> Self {
        Self { zone: Zone::default(), ansi: true, store: StorePolicy::Ansi, dialect: Dialect::default() }
    }
}

/// How INSERT makes values those of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorePolicy {
    /// Kinds of types do not mix, and what does not fit is an error.
    Ansi,
    /// Whatever a cast of the old rules makes of them.
    Legacy,
    /// Only types that hold every value.
    Strict,
}

impl Rules {
    /// The rules of settings; those that are not set have their usual values. The fault names the value that is none.
    pub fn of<'a>(setting: impl Fn(&str) -> Option<&'a str>) -> Result<Self, RulesFault> {
        let zone = match setting(TIME_ZONE) {
            None => Zone::default(),
            Some(name) => Zone::new(name).ok_or_else(|| RulesFault {
                condition: Condition::INVALID_CONF_VALUE_TIME_ZONE,
                title: format!("`{name}` is no time zone"),
            })?,
        };
        let ansi = match setting(ANSI) {
            None => true,
            Some(text) => truth(text).ok_or_else(|| not_one_of(ANSI, text, "true or false"))?,
        };
        let store = match setting(STORE).map(|text| (text, text.trim().to_ascii_uppercase())) {
            None => StorePolicy::Ansi,
            Some((text, upper)) => match upper.as_str() {
                "ANSI" => StorePolicy::Ansi,
                "LEGACY" => StorePolicy::Legacy,
                "STRICT" => StorePolicy::Strict,
                _ => return Err(not_one_of(STORE, text, "ANSI, LEGACY or STRICT")),
            },
        };
        if let Some(text) = setting(TIMESTAMP_TYPE)
            && !["TIMESTAMP_LTZ", "TIMESTAMP_NTZ"].iter().any(|known| known.eq_ignore_ascii_case(text.trim()))
        {
            return Err(not_one_of(TIMESTAMP_TYPE, text, "TIMESTAMP_LTZ or TIMESTAMP_NTZ"));
        }
        Ok(Self { zone, ansi, store, dialect: Dialect::of(setting) })
    }
}

impl Rules {
    /// What other rules are told apart by; empty for the usual ones.
    pub fn fingerprint(&self) -> String {
        match *self == Self::default() {
            true => String::new(),
            false => {
                let dialect = if self.dialect.timestamps_without_zone { ", timestamps without zone" } else { "" };
                format!("zone {}, ANSI {}, store {:?}{dialect}", self.zone.name(), self.ansi, self.store)
            }
        }
    }
}

/// A setting whose value is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesFault {
    /// The condition.
    pub condition: Condition,
    /// What is wrong.
    pub title: String,
}

fn truth(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("false").then_some(false)
}

fn not_one_of(key: &str, value: &str, known: &str) -> RulesFault {
    let title = format!("`{key}` is {known}, not `{value}`");
    RulesFault { condition: Condition::INVALID_CONF_VALUE_TYPE_MISMATCH, title }
}

thread_local! {
    static IN_FORCE: RefCell<Rules> = RefCell::default();
    static NOW: Cell<Option<i64>> = const { Cell::new(None) };
}

/// Puts the rules before back when it ends.
struct Before(Rules);

impl Drop for Before {
    fn drop(&mut self) {
        IN_FORCE.with_borrow_mut(|rules| std::mem::swap(rules, &mut self.0));
    }
}

/// Does a work under rules. The work ends before this returns, so it cannot leave them to others.
pub fn within<T>(rules: &Rules, work: impl FnOnce() -> T) -> T {
    let _before = Before(IN_FORCE.replace(rules.clone()));
    work()
}

/// Does a work under rules, as of a moment in microseconds since the epoch.
pub fn within_at<T>(rules: &Rules, now_micros: i64, work: impl FnOnce() -> T) -> T {
    let before = NOW.replace(Some(now_micros));
    let done = within(rules, work);
    NOW.set(before);
    done
}

/// The moment as of which a work is done, where it has one.
pub(crate) fn now() -> Option<i64> {
    NOW.get()
}

/// The rules in force.
pub fn current() -> Rules {
    IN_FORCE.with_borrow(Clone::clone)
}

/// What words of SQL mean.
pub(crate) fn dialect() -> Dialect {
    IN_FORCE.with_borrow(|rules| rules.dialect)
}

/// The type that the word TIMESTAMP names.
pub(crate) fn timestamp_type() -> SparkType {
    if dialect().timestamps_without_zone { SparkType::TimestampNtz } else { SparkType::Timestamp }
}

/// Whether ANSI mode is on.
pub(crate) fn is_ansi() -> bool {
    IN_FORCE.with_borrow(|rules| rules.ansi)
}

/// Kernels that refuse values in ANSI mode, and those that take their place where it is off.
const WITHOUT_ANSI: [(&str, &str); 28] = [
    ("spark_abs", "spark_wrapping_abs"),
    ("spark_add", "spark_wrapping_add"),
    ("spark_array_item", "spark_get"),
    ("spark_bround_decimal", "spark_legacy_bround_decimal"),
    ("spark_bround_whole", "spark_wrapping_bround"),
    ("spark_conv", "spark_legacy_conv"),
    ("spark_date_add", "spark_wrapping_date_add"),
    ("spark_date_sub", "spark_wrapping_date_sub"),
    ("spark_div", "spark_legacy_div"),
    ("spark_div_decimal", "spark_legacy_div_decimal"),
    ("spark_divide", "spark_try_divide"),
    ("spark_divide_intervals", "spark_legacy_divide_intervals"),
    ("spark_element_at", "spark_try_element_at"),
    ("spark_elt", "spark_legacy_elt"),
    ("spark_make_date", "spark_legacy_make_date"),
    ("spark_make_interval", "spark_try_make_interval"),
    ("spark_make_timestamp", "spark_try_make_timestamp"),
    ("spark_mean", "spark_legacy_mean"),
    ("spark_multiply", "spark_wrapping_multiply"),
    ("spark_negative", "spark_wrapping_negative"),
    ("spark_next_day", "spark_legacy_next_day"),
    ("spark_parse_moment", "spark_try_parse_moment"),
    ("spark_parse_url", "spark_try_parse_url"),
    ("spark_pmod", "spark_legacy_pmod"),
    ("spark_remainder", "spark_try_mod"),
    ("spark_round_decimal", "spark_legacy_round_decimal"),
    ("spark_round_whole", "spark_wrapping_round"),
    ("spark_subtract", "spark_wrapping_subtract"),
];

/// The kernel that a call of a kernel means under the rules in force, and whether it may give NULL where the other refuses.
pub(crate) fn kernel(name: &str) -> (&str, bool) {
    if is_ansi() {
        return (name, false);
    }
    let instead = WITHOUT_ANSI.iter().find(|(known, _)| *known == name);
    instead.map_or((name, false), |(_, instead)| (instead, !instead.contains("_wrapping_")))
}

/// Kernels that have the zone as a further, last argument where instants are among their values and the zone is not UTC.
const ZONED: [&str; 19] = [
    "spark_add_calendar",
    "spark_add_interval_months",
    "spark_add_micros",
    "spark_cast",
    "spark_date_format",
    "spark_date_trunc",
    "spark_legacy_cast",
    "spark_legacy_text",
    "spark_months_between",
    "spark_parse_moment",
    "spark_sequence",
    "spark_subtract_calendar",
    "spark_subtract_micros",
    "spark_subtract_months",
    "spark_time_bucket",
    "spark_timestampadd",
    "spark_try_cast",
    "spark_try_parse_moment",
    "spark_widen",
];

/// Kernels that look at what clocks show at an instant and at nothing else of it.
const OF_CLOCKS: [&str; 14] = [
    "spark_day",
    "spark_dayofweek",
    "spark_dayofyear",
    "spark_difference",
    "spark_hour",
    "spark_minute",
    "spark_month",
    "spark_quarter",
    "spark_second",
    "spark_seconds",
    "spark_timestampdiff",
    "spark_week",
    "spark_weekday",
    "spark_year",
];

/// The arguments of a kernel under the rules in force.
pub(crate) fn arguments(name: &str, mut arguments: Vec<Typed>, result: &SparkType) -> Result<Vec<Typed>, Fault> {
    let zone = IN_FORCE.with_borrow(|rules| (!rules.zone.is_utc()).then(|| rules.zone.clone()));
    let Some(zone) = zone else { return Ok(arguments) };
    let is_instant = |argument: &Typed| holds_instant(&argument.data_type);
    if OF_CLOCKS.contains(&name) {
        let local = |argument: Typed| match argument.data_type {
            SparkType::Timestamp => crate::cast::local(argument, &zone),
            _ => Ok(argument),
        };
        return arguments.into_iter().map(local).collect();
    }
    if ZONED.contains(&name) && (holds_instant(result) || arguments.iter().any(is_instant)) {
        arguments.push(zone_value(&zone));
    }
    Ok(arguments)
}

/// A zone as the last argument of a kernel.
pub(crate) fn zone_value(zone: &Zone) -> Typed {
    Typed::new(lit(zone.name()), SparkType::STRING).with_nullable(false)
}

fn holds_instant(data_type: &SparkType) -> bool {
    match data_type {
        SparkType::Timestamp => true,
        SparkType::Array { element, .. } => holds_instant(element),
        SparkType::Map { key, value, .. } => holds_instant(key) || holds_instant(value),
        SparkType::Struct(fields) => fields.iter().any(|field| holds_instant(&field.data_type)),
        _ => false,
    }
}

/// The zone that a kernel has as its argument of an index; UTC where it has none.
pub(crate) fn zone_at(arguments: &[ArrayRef], index: usize) -> Result<Zone> {
    let Some(argument) = arguments.get(index) else { return Ok(Zone::default()) };
    match texts(argument)?.iter().flatten().next() {
        Some(name) => zone_of(name),
        None => Ok(Zone::default()),
    }
}

/// The zone of a name that a value has.
pub(crate) fn zone_of(name: &str) -> Result<Zone> {
    Zone::new(name).ok_or_else(|| refused(Condition::INVALID_TIMEZONE, format!("`{name}` is no time zone")))
}
