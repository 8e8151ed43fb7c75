//! Functions, operators and casts of Spark SQL, as DataFusion expressions over Arrow kernels.
//!
//! A function gets arguments of known Spark types and gives an expression of a known Spark type; every implicit cast is in
//! that expression, so DataFusion's own type coercion finds nothing to do. Functions are registered by the table of their
//! family; start reading at [`registry`], then at any family, for example [`string`].

pub mod aggregate;
pub mod arithmetic;
pub mod arrange;
pub mod array;
pub mod assertion;
pub mod bits;
pub mod buckets;
mod bytes;
pub mod calendar;
pub mod cast;
mod cast_nullability;
pub mod cast_text;
pub mod char_type;
mod charset;
pub mod checked_sum;
pub mod cipher;
mod civil_date;
pub mod codec;
pub mod coercion;
pub mod collection;
pub mod comparison;
pub mod conditional;
pub mod constant;
pub mod csv;
mod csv_line;
mod csv_options;
pub mod datetime;
mod decimal_pattern;
mod distinct_count;
mod double_decimal;
pub mod encoding;
mod estimated_count;
pub mod event;
mod extreme;
pub mod failing_constant;
pub(crate) mod float;
pub mod format;
pub mod function;
mod gathered_numbers;
pub mod generator;
pub mod guard;
pub mod hash;
pub mod higher_order;
pub mod histogram;
mod hyperloglog;
pub mod interval;
pub(crate) mod interval_arithmetic;
mod interval_cast;
mod interval_field;
mod java_format;
pub mod java_regex;
pub mod json;
pub mod json_decode;
pub mod json_encode;
mod json_options;
pub mod json_parts;
mod json_schema;
pub mod kernel;
pub mod lambda;
mod lambda_codec;
mod legacy_cast;
mod like;
mod listed;
pub mod map;
pub mod math;
mod mersenne_twister;
pub mod moment;
pub mod moment_word;
pub mod moments;
mod negated;
mod nested_cast;
pub mod normal;
pub mod nullability;
mod number_format;
pub mod number_text;
pub mod pattern;
mod per_value;
pub mod percentile;
pub mod place;
mod present_values;
mod quantile;
pub mod random;
pub mod range_key;
pub mod refusal;
pub mod regexp;
pub mod registry;
mod row_sequence;
pub mod rules;
pub mod sequence;
pub mod session;
pub mod similarity;
pub mod store_assignment;
pub mod strict;
pub mod string;
mod substring;
mod tallied;
mod tally;
pub mod text;
pub mod text_value;
pub mod time_bucket;
pub mod time_window;
pub mod trigonometry;
mod uri;
pub mod url;
pub mod vector;
pub mod window;
pub mod windowed;
pub mod words;
mod xorshift;

pub use codec::register_codecs;
pub use function::{Call, Fault, Function, Ordered, Role, SessionValues, Typed};
pub use lakesmith_value::Zone;
pub use per_value::OncePerValue;
pub use rules::Rules;

/// The physical rules by which functions are computed: see [`OncePerValue`].
pub fn physical_rules() -> Vec<std::sync::Arc<dyn datafusion::physical_optimizer::PhysicalOptimizerRule + Send + Sync>>
{
    vec![std::sync::Arc::new(OncePerValue)]
}
