//! Spark Connect messages to the unresolved plan.
//!
//! [`conversion`] is all there is so far: it reads messages of the protocol and gives [`lakesmith_unresolved`] plans, without
//! looking up a name and without any input or output. The server that receives the messages is not here yet.

pub mod conversion;

pub use conversion::{ConversionError, Plan, command, data_type, expression, plan, relation};
