//! [`Dialect`]: what settings make of words of SQL.

/// The setting that says what TIMESTAMP is.
pub const TIMESTAMP_TYPE: &str = "spark.sql.timestampType";

/// What words mean where a setting decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dialect {
    /// The word TIMESTAMP is the type TIMESTAMP_NTZ, and not TIMESTAMP_LTZ.
    pub timestamps_without_zone: bool,
}

impl Dialect {
    /// The dialect of settings; a value that is none counts as not set.
    pub fn of<'a>(setting: impl Fn(&str) -> Option<&'a str>) -> Self {
        let without_zone =
            setting(TIMESTAMP_TYPE).is_some_and(|name| name.trim().eq_ignore_ascii_case("TIMESTAMP_NTZ"));
        Self { timestamps_without_zone: without_zone }
    }
}
