//! Constant texts that mean a moment beside the present one: `'today'`, `'epoch'`, and a time without a day, which is one of today.

use datafusion::common::ScalarValue;
use lakesmith_unresolved::SparkType;
use lakesmith_value::Zone;

use crate::coercion::is_text;
use crate::constant;
use crate::function::Typed;
use crate::rules;
use crate::text_value::{DAY_MICROS, format_date, is_time_of_day, is_zone, zoned_instant};

/// The value of a constant text that is cast to a date or timestamp, if it is such a word.
pub(crate) fn cast(value: &Typed, to: &SparkType) -> Option<Typed> {
    if !is_text(&value.data_type) || !matches!(to, SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz) {
        return None;
    }
    let (now, zone) = (rules::now()?, rules::current().zone);
    let constant = constant::value(&value.expr)?;
    let value = self::value(constant.try_as_str()??, to, now, &zone)?;
    Some(Typed::new(datafusion::logical_expr::lit(value), to.clone()).with_nullable(false))
}

/// The value of a word in a type.
pub fn value(text: &str, data_type: &SparkType, now_micros: i64, zone: &Zone) -> Option<ScalarValue> {
    let text = text.trim();
    let day = zone.local(now_micros).div_euclid(DAY_MICROS);
    if *data_type == SparkType::Timestamp && is_time_of_day(text) {
        let time = format!("{}T{}", format_date(i32::try_from(day).ok()?), text.trim_start_matches('T'));
        return Some(ScalarValue::TimestampMicrosecond(Some(zoned_instant(&time, zone)?), Some("UTC".into())));
    }
    let (word, named) = text.split_at(text.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(text.len()));
    // a zone may follow, and has no say
    let named = named.trim();
    if !named.is_empty() && (word.eq_ignore_ascii_case("now") || !is_zone(named)) {
        return None;
    }
    let is_epoch = word.eq_ignore_ascii_case("epoch");
    // on clocks of the zone
    let local = match word.to_ascii_lowercase().as_str() {
        "epoch" => 0,
        "now" => zone.local(now_micros),
        "today" => day * DAY_MICROS,
        "tomorrow" => (day + 1) * DAY_MICROS,
        "yesterday" => (day - 1) * DAY_MICROS,
        _ => return None,
    };
    match data_type {
        SparkType::Date => Some(ScalarValue::Date32(Some(i32::try_from(local.div_euclid(DAY_MICROS)).ok()?))),
        SparkType::Timestamp => {
            let instant = if is_epoch { 0 } else { zone.instant(local) };
            Some(ScalarValue::TimestampMicrosecond(Some(instant), Some("UTC".into())))
        }
        SparkType::TimestampNtz => Some(ScalarValue::TimestampMicrosecond(Some(local), None)),
        _ => None,
    }
}
