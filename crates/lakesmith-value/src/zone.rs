//! [`Zone`]: a time zone by a name that Spark knows, and what its clocks show.
//!
//! A local time that clocks show twice is the first of the two; one that they skip is as long after the skip as it lies behind
//! its beginning. Both are Java's rules. Regions repeat their rules every 400 years, so times beyond the range of the calendar
//! that is used here have zones too.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::parse_offset;

/// Seconds after which the calendar repeats.
const CYCLE: i64 = 146_097 * 86_400;
/// The range of seconds that regions are asked about.
const FIRST: i64 = -377_000_000_000;
const LAST: i64 = 253_000_000_000;

/// Short names and what Java takes them for.
const SHORT: [(&str, &str); 28] = [
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("EST", "-05:00"),
    ("HST", "-10:00"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("MST", "-07:00"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
];

/// Regions whose clocks have always shown UTC.
const ALWAYS_UTC: [&str; 10] =
    ["UCT", "Zulu", "Universal", "Greenwich", "GMT0", "UTC", "GMT", "GMT+0", "GMT-0", "Etc/GMT"];

static UTC: LazyLock<Zone> = LazyLock::new(|| Zone { name: "UTC".into(), rules: Rules::Offset(0) });

/// A time zone. Two are equal when their names are.
#[derive(Debug, Clone)]
pub struct Zone {
    name: Arc<str>,
    rules: Rules,
}

#[derive(Debug, Clone)]
enum Rules {
    Offset(i32),
    Region(TimeZone),
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
impl Eq for Zone {}

impl Default for Zone {
    fn default() -> Self {
        UTC.clone()
    }
}

impl Zone {
    /// The zone of a name: a region (`Europe/Berlin`, with capitals as in the database), an offset (`+01:00`, `GMT+2`), `Z`,
    /// or one of Java's short names (`PST`).
    pub fn new(name: &str) -> Option<Self> {
        let of = |rules: Rules| Some(Self { name: name.into(), rules });
        let meant = SHORT.iter().find(|(short, _)| *short == name).map_or(name, |(_, meant)| meant);
        if let Some(offset) = parse_offset(meant) {
            return of(Rules::Offset(offset));
        }
        if ["posix/", "right/", "Factory", "localtime", "posixrules"].iter().any(|other| meant.starts_with(other)) {
            return None;
        }
        let zone = TimeZone::get(meant).ok()?;
        let last = meant.strip_prefix("Etc/").unwrap_or(meant);
        match zone.iana_name() {
            Some(known) if known != meant => None,
            _ if ALWAYS_UTC.contains(&last) || ALWAYS_UTC.contains(&meant) => of(Rules::Offset(0)),
            _ => of(Rules::Region(zone)),
        }
    }

    /// The name as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of what it means: a region, `Z`, or an offset as `+01:00`.
    pub fn id(&self) -> String {
        match &self.rules {
            Rules::Region(zone) => zone.iana_name().unwrap_or(&self.name).to_owned(),
            Rules::Offset(_) if self.name.starts_with(['U', 'G']) => {
                // Java keeps the words before an offset
                let words = self.name.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
                match &self.rules {
                    Rules::Offset(offset) if *offset != 0 => format!("{words}{}", offset_text(*offset)),
                    _ => words.to_owned(),
                }
            }
            Rules::Offset(0) => "Z".to_owned(),
            Rules::Offset(offset) => offset_text(*offset),
        }
    }

    /// Whether its clocks always show UTC.
    pub fn is_utc(&self) -> bool {
        matches!(self.rules, Rules::Offset(0))
    }

    /// How many seconds its clocks are ahead of UTC at an instant in seconds.
    pub fn offset_at(&self, instant: i64) -> i32 {
        match &self.rules {
            Rules::Offset(offset) => *offset,
            Rules::Region(zone) => {
                Timestamp::from_second(within(instant)).map_or(0, |instant| zone.to_offset(instant).seconds())
            }
        }
    }

    /// The short name of the zone's time at an instant: `CET` or `CEST`; an offset where it has none.
    pub fn abbreviation(&self, instant: i64) -> String {
        let Rules::Region(zone) = &self.rules else { return self.id() };
        let name = |instant: i64| {
            let instant = Timestamp::from_second(within(instant)).ok()?;
            Some(zone.to_offset_info(instant).abbreviation().to_owned())
        };
        // before there were zones Java uses the name of later times
        let named = name(instant).filter(|name| name != "LMT").or_else(|| name(0));
        named.unwrap_or_else(|| self.id())
    }

    /// How many seconds its clocks are ahead of UTC when they show a local time, in seconds as if it were UTC. Of two offsets it
    /// is that before the change of the clock.
    pub fn offset_of(&self, local: i64) -> i32 {
        self.offsets(local).0
    }

    /// The offset at a local time, and the later one where clocks show it twice.
    fn offsets(&self, local: i64) -> (i32, Option<i32>) {
        let zone = match &self.rules {
            Rules::Offset(offset) => return (*offset, None),
            Rules::Region(zone) => zone,
        };
        let Ok(local) = Timestamp::from_second(within(local)) else { return (0, None) };
        match zone.to_ambiguous_timestamp(TimeZone::UTC.to_datetime(local)).offset() {
            AmbiguousOffset::Unambiguous { offset } => (offset.seconds(), None),
            AmbiguousOffset::Gap { before, .. } => (before.seconds(), None),
            AmbiguousOffset::Fold { before, after } => (before.seconds(), Some(after.seconds())),
        }
    }

    /// What clocks show at an instant; both in microseconds.
    pub fn local(&self, instant: i64) -> i64 {
        let offset = self.offset_at(instant.div_euclid(1_000_000));
        instant.saturating_add(i64::from(offset) * 1_000_000)
    }

    /// The instant at which clocks show a local time; both in microseconds.
    pub fn instant(&self, local: i64) -> i64 {
        let offset = self.offset_of(local.div_euclid(1_000_000));
        local.saturating_sub(i64::from(offset) * 1_000_000)
    }

    /// The instant at which clocks show a local time; where they show it twice, that with the offset of another instant if it has
    /// one of the two.
    pub fn instant_near(&self, local: i64, other: i64) -> i64 {
        let (first, second) = self.offsets(local.div_euclid(1_000_000));
        let kept = second.filter(|second| self.offset_at(other.div_euclid(1_000_000)) == *second);
        local.saturating_sub(i64::from(kept.unwrap_or(first)) * 1_000_000)
    }
}

/// Seconds at which the same rules hold as at those given.
fn within(seconds: i64) -> i64 {
    match seconds {
        LAST.. => LAST - CYCLE + (seconds - LAST) % CYCLE,
        ..FIRST => FIRST + CYCLE - (FIRST - seconds) % CYCLE,
        _ => seconds,
    }
}

/// `+01:00`, with seconds where there are some.
fn offset_text(offset: i32) -> String {
    let (sign, size) = (if offset < 0 { '-' } else { '+' }, offset.abs());
    let seconds = if size % 60 == 0 { String::new() } else { format!(":{:02}", size % 60) };
    format!("{sign}{:02}:{:02}{seconds}", size / 3600, size / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_the_names_that_java_knows() {
        for (name, offset) in [
            ("UTC", Some(0)),
            ("Z", Some(0)),
            ("Etc/UTC", Some(0)),
            ("Europe/Berlin", Some(3600)),
            ("europe/berlin", None),
            ("PST", Some(-8 * 3600)),
            ("EST", Some(-5 * 3600)),
            ("+1", Some(3600)),
            ("+1:30", Some(5400)),
            ("GMT-3", Some(-3 * 3600)),
            ("Etc/GMT+3", Some(-3 * 3600)),
            ("+19:00", None),
            ("Nowhere/City", None),
            ("right/UTC", None),
        ] {
            assert_eq!(Zone::new(name).map(|zone| zone.offset_at(0)), offset, "{name}");
        }
    }

    #[test]
    fn a_time_that_is_skipped_follows_the_skip_and_one_shown_twice_is_the_first() {
        let berlin = Zone::new("Europe/Berlin").unwrap();
        // 2024-03-31 02:30 and 2024-10-27 02:30
        assert_eq!(berlin.instant(1_711_852_200_000_000), 1_711_848_600_000_000);
        assert_eq!(berlin.instant(1_729_996_200_000_000), 1_729_989_000_000_000);
        let second = 1_729_992_600_000_000;
        assert_eq!(berlin.instant_near(1_729_996_200_000_000, second), second);
        assert_eq!(berlin.local(second), 1_729_996_200_000_000);
    }

    #[test]
    fn years_far_away_have_the_rules_of_their_month() {
        let berlin = Zone::new("Europe/Berlin").unwrap();
        let (summer, winter) = (1_720_000_000, 1_704_000_000);
        assert_eq!(berlin.offset_at(summer + 100 * CYCLE), 7200);
        assert_eq!(berlin.offset_at(winter + 100 * CYCLE), 3600);
        assert_eq!(berlin.offset_at(summer - 100 * CYCLE), 3208);
        assert_eq!(berlin.instant(i64::MAX), i64::MAX - 3_600_000_000);
    }

    #[test]
    fn a_zone_is_called_by_what_it_means() {
        for (name, id) in [("PST", "America/Los_Angeles"), ("+1", "+01:00"), ("GMT+2", "GMT+02:00"), ("UTC", "UTC")] {
            assert_eq!(Zone::new(name).unwrap().id(), id);
        }
    }
}
