//! Identifiers, clock, cancellation and the retry schedule.
//!
//! Everything here is plain data without input or output, except [`Clock`], which is the only place in the workspace that
//! reads the time of day, and [`random`]. Start reading at [`name`].

pub mod clock;
pub mod fingerprint;
pub mod id;
pub mod name;
pub mod random;
pub mod suggest;

pub use clock::{Clock, ManualClock, SystemClock};
pub use fingerprint::Fingerprint;
pub use id::{BatchId, TableVersion, UpdateId};
pub use name::{Identifier, QualifiedName};
