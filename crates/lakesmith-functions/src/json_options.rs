//! [`JsonOptions`]: the options of `from_json` and `to_json`.
//!
//! An option that Spark does not know is passed over, as Spark does; one that it knows and that is not built is refused.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;
use lakesmith_value::Zone;

use crate::constant;
use crate::function::{Call, Fault, Typed};
use crate::kernel::{refused, texts};
use crate::pattern::{Pattern, Use};

/// Options that Spark has and that change what is read or written.
const NOT_BUILT: [&str; 14] = [
    "allowbackslashescapinganycharacter",
    "allowcomments",
    "allownonnumericnumbers",
    "allownumericleadingzeros",
    "allowsinglequotes",
    "allowunquotedcontrolchars",
    "allowunquotedfieldnames",
    "encoding",
    "locale",
    "pretty",
    "singlevariantcolumn",
    "sortkeys",
    "useunsaferow",
    "writenonasciicharacterascodepoint",
];

/// The option of the zone, in lower case.
const ZONE: &str = "timezone";

/// What the options say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct JsonOptions {
    /// Whether a text that does not fit is an error.
    pub fails_fast: bool,
    /// The column that gets texts which do not fit, in lower case.
    pub corrupt_column: String,
    pub date: Option<Pattern>,
    pub timestamp: Option<Pattern>,
    pub timestamp_ntz: Option<Pattern>,
    /// The zone in which instants are read and written.
    pub zone: Zone,
    /// Whether fields that are NULL are written.
    pub writes_nulls: bool,
}

impl JsonOptions {
    /// The options of a call, and the same as an argument of its kernel.
    pub(crate) fn of(call: &Call<'_>, index: usize, purpose: Use) -> Result<(Self, Typed), Fault> {
        let mut pairs = constant::options(call, index)?;
        if let Some((name, _)) = pairs.iter().find(|(name, _)| NOT_BUILT.contains(&name.as_str())) {
            return Err(Fault::not_built(format!("option `{name}` of `{}`", call.name)));
        }
        let mode = pairs.iter().find(|(name, _)| name == "mode");
        if let Some((_, mode)) = mode.filter(|(_, mode)| !is_mode(mode, "PERMISSIVE") && !is_mode(mode, "FAILFAST")) {
            let title = format!("`{}` has no mode `{mode}`, its modes are PERMISSIVE and FAILFAST", call.name);
            let condition = Condition::PARSE_MODE_UNSUPPORTED;
            return Err(Fault { condition, title, argument: Some(index), help: None });
        }
        if let Some(zoned) = in_session_zone(pairs.clone()) {
            pairs = zoned;
        }
        let options = Self::new(&pairs, purpose).map_err(|title| Fault {
            condition: Condition::LAKESMITH_NOT_BUILT,
            title,
            argument: Some(index),
            help: None,
        })?;
        Ok((options, Self::argument(pairs)))
    }

    /// The options of a call that has none, where the session's zone is not UTC.
    pub(crate) fn usual() -> Option<Typed> {
        in_session_zone(Vec::new()).map(Self::argument)
    }

    fn argument(pairs: Vec<(String, String)>) -> Typed {
        // units, as no name or value has these characters
        let text: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}\u{1f}{value}")).collect();
        Typed::new(lit(text.join("\u{1e}")), SparkType::STRING).with_nullable(false)
    }

    /// The options that [`Self::of`] made an argument.
    pub(crate) fn read(argument: Option<&ArrayRef>, purpose: Use) -> Result<Self> {
        let texts = argument.map(texts).transpose()?;
        let text = texts.iter().flatten().flatten().next().unwrap_or_default();
        let pairs = text.split('\u{1e}').filter_map(|pair| pair.split_once('\u{1f}'));
        let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self::new(&pairs, purpose).map_err(|title| refused(Condition::LAKESMITH_NOT_BUILT, title))
    }

    fn new(pairs: &[(String, String)], purpose: Use) -> Result<Self, String> {
        let value = |name: &str| pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let zone = value(ZONE).map(|name| Zone::new(name).ok_or_else(|| format!("`{name}` is no time zone")));
        let zone = zone.transpose()?.unwrap_or_default();
        let pattern = |name: &str| {
            let pattern = value(name).map(|text| Pattern::new(text, purpose)).transpose();
            pattern.map_err(|unusable| unusable.to_string())
        };
        Ok(Self {
            fails_fast: value("mode").is_some_and(|mode| is_mode(mode, "FAILFAST")),
            corrupt_column: value("columnnameofcorruptrecord").unwrap_or("_corrupt_record").to_lowercase(),
            date: pattern("dateformat")?,
            timestamp: pattern("timestampformat")?,
            timestamp_ntz: pattern("timestampntzformat")?,
            zone,
            writes_nulls: value("ignorenullfields").is_some_and(|value| value.eq_ignore_ascii_case("false")),
        })
    }
}

/// Options with the session's zone where they name none and it is not UTC.
pub(crate) fn in_session_zone(mut pairs: Vec<(String, String)>) -> Option<Vec<(String, String)>> {
    let zone = crate::rules::current().zone;
    if zone.is_utc() || pairs.iter().any(|(name, _)| name == ZONE) {
        return None;
    }
    pairs.push((ZONE.to_owned(), zone.name().to_owned()));
    Some(pairs)
}

fn is_mode(mode: &str, wanted: &str) -> bool {
    mode.eq_ignore_ascii_case(wanted)
}
