//! Offsets of time zones for texts that name one; those that name none are in the zone of their reader.

use lakesmith_value::Zone;

/// The offset in seconds at a local time, as [`lakesmith_value::parse_timestamp`] asks for it.
pub(crate) fn offset_seconds(region: Option<&str>, local: i64, own: &Zone) -> Option<i32> {
    match region {
        None => Some(own.offset_of(local)),
        Some(region) => Zone::new(region).map(|zone| zone.offset_of(local)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_have_offsets_and_unknown_ones_none() {
        let own = Zone::new("+01:00").unwrap();
        assert_eq!(offset_seconds(None, 0, &own), Some(3_600));
        assert_eq!(offset_seconds(Some("Asia/Tokyo"), 0, &own), Some(9 * 3_600));
        assert_eq!(offset_seconds(Some("Asia/Nowhere"), 0, &own), None);
    }
}
