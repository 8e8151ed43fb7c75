//! [`CsvOptions`]: the options of `from_csv`, `to_csv` and `schema_of_csv`.
//!
//! An option that Spark does not know is passed over, as Spark does; one that it knows and that is not built is refused.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;
use lakesmith_value::Zone;

use crate::constant;
use crate::csv_line::Dialect;
use crate::function::{Call, Fault, Typed};
use crate::json_options::in_session_zone;
use crate::kernel::{refused, texts};
use crate::pattern::{Pattern, Use};

/// Options that Spark has and that change what is read or written.
const NOT_BUILT: [&str; 16] = [
    "chartoescapequoteescaping",
    "comment",
    "emptyvalue",
    "encoding",
    "enforceschema",
    "escapequotes",
    "header",
    "inferschema",
    "linesep",
    "locale",
    "multiline",
    "nanvalue",
    "negativeinf",
    "positiveinf",
    "preferdate",
    "quoteall",
];

/// What the options say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CsvOptions {
    pub dialect: Dialect,
    /// Whether a line that does not fit is an error.
    pub fails_fast: bool,
    corrupt_column: String,
    pub date: Option<Pattern>,
    pub timestamp: Option<Pattern>,
    pub timestamp_ntz: Option<Pattern>,
    /// The zone in which instants are read and written.
    pub zone: Zone,
    /// Whether blanks around values were asked to be kept or dropped.
    trims: (Option<bool>, Option<bool>),
}

impl CsvOptions {
    /// The options of a call, and the same as an argument of its kernel.
    pub(crate) fn of(call: &Call<'_>, index: usize, purpose: Use) -> Result<(Self, Typed), Fault> {
        let mut pairs = constant::options(call, index)?;
        if let Some((name, _)) = pairs.iter().find(|(name, _)| NOT_BUILT.contains(&name.as_str())) {
            return Err(Fault::not_built(format!("option `{name}` of `{}`", call.name)));
        }
        let is_known = |mode: &str| ["PERMISSIVE", "FAILFAST"].iter().any(|known| mode.eq_ignore_ascii_case(known));
        if let Some((_, mode)) = pairs.iter().find(|(name, mode)| name == "mode" && !is_known(mode)) {
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
        let text: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}\u{1f}{value}")).collect();
        let argument = Typed::new(lit(text.join("\u{1e}")), SparkType::STRING).with_nullable(false);
        Ok((options, argument))
    }

    /// The options that [`Self::of`] made an argument.
    pub(crate) fn read(argument: &ArrayRef, purpose: Use) -> Result<Self> {
        let texts = texts(argument)?;
        let text = texts.iter().flatten().next().unwrap_or_default();
        let pairs = text.split('\u{1e}').filter_map(|pair| pair.split_once('\u{1f}'));
        let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self::new(&pairs, purpose).map_err(|title| refused(Condition::LAKESMITH_NOT_BUILT, title))
    }

    fn new(pairs: &[(String, String)], purpose: Use) -> Result<Self, String> {
        let value = |name: &str| pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let character = |name: &str, default: char| match value(name) {
            None => Ok(default),
            Some("\\t") => Ok('\t'),
            Some(text) => {
                let mut characters = text.chars();
                match (characters.next(), characters.next()) {
                    (Some(only), None) => Ok(only),
                    _ => Err(format!("option `{name}` with other than one character is not built yet")),
                }
            }
        };
        let is_set = |name: &str| value(name).map(|value| value.eq_ignore_ascii_case("true"));
        let zone = value("timezone").map(|name| Zone::new(name).ok_or_else(|| format!("`{name}` is no time zone")));
        let zone = zone.transpose()?.unwrap_or_default();
        let pattern = |name: &str| {
            let pattern = value(name).map(|text| Pattern::new(text, purpose)).transpose();
            pattern.map_err(|unusable| unusable.to_string())
        };
        let separator = if value("sep").is_some() { "sep" } else { "delimiter" };
        let trims = (is_set("ignoreleadingwhitespace"), is_set("ignoretrailingwhitespace"));
        Ok(Self {
            dialect: Dialect {
                separator: character(separator, ',')?,
                quote: character("quote", '"')?,
                escape: character("escape", '\\')?,
                null: value("nullvalue").unwrap_or_default().to_owned(),
                trims_start: trims.0.unwrap_or(false),
                trims_end: trims.1.unwrap_or(false),
            },
            fails_fast: value("mode").is_some_and(|mode| mode.eq_ignore_ascii_case("FAILFAST")),
            corrupt_column: value("columnnameofcorruptrecord").unwrap_or("_corrupt_record").to_lowercase(),
            date: pattern("dateformat")?,
            timestamp: pattern("timestampformat")?,
            timestamp_ntz: pattern("timestampntzformat")?,
            zone,
            trims,
        })
    }

    /// Whether a column is the one for lines that do not fit.
    pub(crate) fn is_corrupt(&self, name: &str, data_type: &DataType) -> bool {
        *data_type == DataType::Utf8 && name.to_lowercase() == self.corrupt_column
    }

    /// The same for writing, where blanks around values are dropped unless they were asked for.
    pub(crate) fn for_writing(mut self) -> Self {
        self.dialect.trims_start = self.trims.0.unwrap_or(true);
        self.dialect.trims_end = self.trims.1.unwrap_or(true);
        self
    }
}
