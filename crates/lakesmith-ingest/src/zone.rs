//! Offsets of time zones for texts that name one. Texts without a zone are in UTC, the session's zone.

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// The offset in seconds at a local time, as [`lakesmith_value::parse_timestamp`] asks for it. At a local time that exists
/// twice or not at all the offset before the change counts, as in Spark.
pub(crate) fn offset_seconds(region: Option<&str>, local: i64) -> Option<i32> {
    let Some(region) = region else { return Some(0) };
    let zone = TimeZone::get(region).ok()?;
    let civil = TimeZone::UTC.to_datetime(Timestamp::from_second(local).ok()?);
    Some(match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.seconds(),
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before.seconds(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_offsets_and_unknown_ones_none() {
        assert_eq!(offset_seconds(None, 0), Some(0));
        assert_eq!(offset_seconds(Some("Asia/Tokyo"), 0), Some(9 * 3_600));
        assert_eq!(offset_seconds(Some("Asia/Nowhere"), 0), None);
    }
}
