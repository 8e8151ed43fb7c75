//! [`TableOptions`]: how a Delta table is read as a stream. Keys and meanings are those of Delta's streaming reads
//! (<https://docs.delta.io/latest/delta-streaming.html>).

use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_value::parse_timestamp;

/// Options of a streaming read of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableOptions {
    /// Where the flow begins; nothing begins with all rows that the table holds.
    pub start: Option<Start>,
    /// What becomes of a commit that changes or deletes rows.
    pub on_change: OnChange,
}

/// Where a flow begins in a table. It matters before the flow's first batch only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With the changes of this version.
    Version(i64),
    /// With the first version that was committed at this time (milliseconds since the epoch) or after.
    Time(i64),
    /// With what comes after the newest version.
    Latest,
}

/// What becomes of a commit that does more than append.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnChange {
    /// The flow stops.
    #[default]
    Fail,
    /// A commit that only deletes is passed over; any other stops the flow.
    IgnoreDeletes,
    /// Files that a change wrote anew are read like appended ones, unchanged rows in them too.
    IgnoreChanges,
    /// The commit is passed over, rows that it adds too.
    Skip,
}

/// Options that say how much is read at once: a batch takes all new versions, since its cost in memory does not grow with it.
const LIMITS: [&str; 2] = ["maxFilesPerTrigger", "maxBytesPerTrigger"];
const KNOWN: [&str; 8] = [
    "skipChangeCommits",
    "ignoreDeletes",
    "ignoreChanges",
    "startingVersion",
    "startingTimestamp",
    "readChangeFeed",
    LIMITS[0],
    LIMITS[1],
];

impl TableOptions {
    /// Reads the options; each fault has the key that it is about.
    pub fn read(options: &[(String, String)]) -> Result<Self, Vec<(String, Diagnostic)>> {
        let mut read = Self::default();
        let mut faults = Vec::new();
        for (key, value) in options {
            if let Err(fault) = read.take(key, value.trim()) {
                faults.push((key.clone(), *fault));
            }
        }
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }

    fn take(&mut self, key: &str, value: &str) -> Result<(), Box<Diagnostic>> {
        let known = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(key));
        match known.copied() {
            Some("skipChangeCommits") => self.allow(OnChange::Skip, switch(key, value)?),
            Some("ignoreDeletes") => self.allow(OnChange::IgnoreDeletes, switch(key, value)?),
            Some("ignoreChanges") => self.allow(OnChange::IgnoreChanges, switch(key, value)?),
            Some("startingVersion") if value.eq_ignore_ascii_case("latest") => self.begin(Start::Latest, key)?,
            Some("startingVersion") => match value.parse() {
                Ok(version @ 0..) => self.begin(Start::Version(version), key)?,
                _ => return Err(unfit(key, value, "`latest` or a version, a whole number from 0")),
            },
            Some("startingTimestamp") => match parse_timestamp(value, |zone, _| zone.is_none().then_some(0)) {
                // a commit's time is in whole milliseconds, so the first one at the time or after is the same
                Some(micros) => {
                    self.begin(Start::Time(micros.div_euclid(1000) + i64::from(micros % 1000 != 0)), key)?
                }
                None => return Err(unfit(key, value, "a date or a time in UTC, for example `2024-01-31 12:00:00`")),
            },
            Some("readChangeFeed") => {
                if switch(key, value)? {
                    let title = "a stream of a table's change data feed is not built yet";
                    return Err(Box::new(Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title)));
                }
            }
            Some(limit) => {
                if !value.starts_with(|first: char| first.is_ascii_digit()) {
                    return Err(unfit(limit, value, "a number"));
                }
            }
            None => {
                let title = format!("`{key}` is no option of a streaming read of a table");
                let fault = Diagnostic::error(Condition::UNRECOGNIZED_OPTION, title);
                return Err(Box::new(match closest(key, KNOWN.iter().copied(), 1).first() {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None => fault.help(format!("there are {}", KNOWN.join(", "))),
                }));
            }
        }
        Ok(())
    }

    /// Of several, the one that passes over most holds.
    fn allow(&mut self, allowed: OnChange, is_on: bool) {
        let rank = |on_change| match on_change {
            OnChange::Fail => 0,
            OnChange::IgnoreDeletes => 1,
            OnChange::IgnoreChanges => 2,
            OnChange::Skip => 3,
        };
        if is_on && rank(allowed) > rank(self.on_change) {
            self.on_change = allowed;
        }
    }

    fn begin(&mut self, start: Start, key: &str) -> Result<(), Box<Diagnostic>> {
        if self.start.replace(start).is_some() {
            let title = format!("`{key}`: a stream begins at a version or at a time, not at both");
            return Err(Box::new(Diagnostic::error(Condition::DELTA_STARTING_VERSION_AND_TIMESTAMP_BOTH_SET, title)));
        }
        Ok(())
    }
}

fn switch(key: &str, value: &str) -> Result<bool, Box<Diagnostic>> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(unfit(key, value, "`true` or `false`")),
    }
}

fn unfit(key: &str, value: &str, wanted: &str) -> Box<Diagnostic> {
    let title = format!("option `{key}` is `{value}`; it must be {wanted}");
    Box::new(Diagnostic::error(Condition::UNRECOGNIZED_OPTION, title))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(options: &[(&str, &str)]) -> Result<TableOptions, Vec<String>> {
        let options: Vec<(String, String)> =
            options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        TableOptions::read(&options).map_err(|faults| faults.into_iter().map(|(key, _)| key).collect())
    }

    #[test]
    fn the_option_that_passes_over_most_holds() {
        let on_change = |options: &[(&str, &str)]| read(options).map(|read| read.on_change);
        assert_eq!(on_change(&[]), Ok(OnChange::Fail));
        assert_eq!(on_change(&[("SKIPCHANGECOMMITS", "True"), ("ignoreDeletes", "true")]), Ok(OnChange::Skip));
        assert_eq!(on_change(&[("ignoreChanges", "false"), ("ignoreDeletes", "true")]), Ok(OnChange::IgnoreDeletes));
    }

    #[test]
    fn a_start_is_a_version_or_a_time() {
        let start = |key: &str, value: &str| read(&[(key, value)]).map(|read| read.start);
        assert_eq!(start("startingVersion", "3"), Ok(Some(Start::Version(3))));
        assert_eq!(start("startingVersion", "latest"), Ok(Some(Start::Latest)));
        assert_eq!(start("startingTimestamp", "1970-01-01 00:00:00.0011"), Ok(Some(Start::Time(2))));
        assert_eq!(start("startingTimestamp", "1970-01-02"), Ok(Some(Start::Time(86_400_000))));
        assert!(start("startingVersion", "-1").is_err() && start("startingTimestamp", "soon").is_err());
        assert!(read(&[("startingVersion", "1"), ("startingTimestamp", "1970-01-02")]).is_err());
    }

    #[test]
    fn what_is_no_option_is_told_each_for_itself() {
        let faults = read(&[("skipChangeCommit", "true"), ("ignoreDeletes", "yes"), ("maxFilesPerTrigger", "7")]);
        assert_eq!(faults, Err(vec!["skipChangeCommit".to_owned(), "ignoreDeletes".to_owned()]));
    }
}
