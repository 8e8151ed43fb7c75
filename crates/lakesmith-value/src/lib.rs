//! Spark's rules between text and values, shared by decoders and casts.
//!
//! Every function here is pure: it takes text or a value and answers a value or text. `None` means that Spark's cast
//! refuses the text; whether that becomes NULL or an error is the caller's choice.

mod boolean;
mod date;
mod double;
mod integer;
pub mod json_path;
mod json_value;
mod plain_time;
mod time_pattern;
mod timestamp;
mod whitespace;
mod zone;

pub use boolean::parse_boolean;
pub use date::parse_date;
pub use double::{format_double, parse_double};
pub use integer::{Fraction, parse_integer};
pub use json_path::{Dialect, JsonPath, PathStep};
pub use json_value::Json;
pub use time_pattern::{DAYS, MONTHS, PatternTime, TimePattern};
pub use timestamp::{LocalTimestamp, is_time_of_day, parse_local_timestamp, parse_offset, parse_timestamp};
pub use whitespace::trim_cast;
pub use zone::Zone;
