//! Functions, operators and casts of Spark SQL, as DataFusion expressions over Arrow kernels.
//!
//! A function gets arguments of known Spark types and gives an expression of a known Spark type; every implicit cast is in
//! that expression, so DataFusion's own type coercion finds nothing to do. Functions are registered by the table of their
//! family; start reading at [`registry`], then at any family, for example [`string`].

pub mod aggregate;
pub mod arithmetic;
pub mod array;
pub mod bits;
pub mod calendar;
pub mod cast;
pub mod cast_text;
pub mod checked_sum;
pub mod codec;
pub mod coercion;
pub mod collection;
pub mod comparison;
pub mod conditional;
pub mod datetime;
mod distinct_count;
mod double_decimal;
pub mod event;
pub mod function;
pub mod generator;
pub mod guard;
pub mod hash;
pub mod json;
pub mod json_decode;
pub mod json_encode;
pub mod kernel;
pub mod map;
pub mod math;
pub mod pattern;
pub mod percentile;
mod present_values;
pub mod registry;
pub mod store_assignment;
pub mod string;
pub mod text;
pub mod text_value;
pub mod window;

pub use codec::register_codecs;
pub use function::{Call, Fault, Function, Role, SessionValues, Typed};
