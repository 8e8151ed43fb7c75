//! [`Rules`]: what a session's settings make of casts and functions.
//!
//! Rules are in force while a query is resolved, on the thread that resolves it: coercion asks for casts at depths that no
//! session reaches. What they decide is written into the plan, so whoever runs the plan needs no settings. Start reading at
//! [`within`]; [`crate::kernel::call`] and [`crate::cast::cast`] are the places that ask.

use std::cell::RefCell;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;
use lakesmith_value::Zone;

use crate::function::{Fault, Typed};
use crate::kernel::{refused, texts};

/// The setting that names the session's zone.
pub const TIME_ZONE: &str = "spark.sql.session.timeZone";

/// What the settings of a session say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// The zone in which instants are read and shown.
    pub zone: Zone,
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
        Ok(Self { zone })
    }
}

impl Rules {
    /// What other rules are told apart by; empty for the usual ones.
    pub fn fingerprint(&self) -> String {
        if *self == Self::default() { String::new() } else { format!("zone {}", self.zone.name()) }
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

thread_local! {
    static IN_FORCE: RefCell<Rules> = RefCell::default();
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

/// The rules in force.
pub fn current() -> Rules {
    IN_FORCE.with_borrow(Clone::clone)
}

/// Kernels that have the zone as a further, last argument where instants are among their values and the zone is not UTC.
const ZONED: [&str; 17] = [
    "spark_add_calendar",
    "spark_add_interval_months",
    "spark_add_micros",
    "spark_cast",
    "spark_date_format",
    "spark_date_trunc",
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
