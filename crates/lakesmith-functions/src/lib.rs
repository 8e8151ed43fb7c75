//! Functions, operators and casts of Spark SQL, as DataFusion expressions over Arrow kernels.
//!
//! A function gets arguments of known Spark types and gives an expression of a known Spark type; every implicit cast is in
//! that expression, so DataFusion's own type coercion finds nothing to do. Functions are registered by the table of their
//! family; start reading at [`registry`], then at any family, for example [`string`].

pub mod aggregate;
pub mod arithmetic;
pub mod array;
pub mod assertion;
pub mod bits;
pub mod buckets;
pub mod calendar;
pub mod cast;
pub mod cast_text;
mod charset;
pub mod checked_sum;
pub mod cipher;
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
pub mod event;
pub mod format;
pub mod function;
pub mod generator;
pub mod guard;
pub mod hash;
pub mod interval;
mod java_format;
pub mod json;
pub mod json_decode;
pub mod json_encode;
mod json_options;
pub mod json_parts;
mod json_schema;
pub mod kernel;
pub mod map;
pub mod math;
pub mod moment;
mod number_format;
pub mod number_text;
pub mod pattern;
pub mod percentile;
mod present_values;
pub mod random;
pub mod refusal;
pub mod registry;
mod row_sequence;
pub mod session;
pub mod similarity;
pub mod string;
pub mod text;
pub mod text_value;
pub mod time_bucket;
pub mod time_window;
pub mod trigonometry;
mod uri;
pub mod url;
pub mod window;
pub mod words;
mod xorshift;

pub use codec::register_codecs;
pub use function::{Call, Fault, Function, Role, SessionValues, Typed};
