//! Diagnostics: what is wrong with the user's sources, as data.
//!
//! A [`Diagnostic`] is about source text (parse, registration, resolution, settings); all that can be found are shown at
//! once. It is *not* an error of an operation; those are typed errors of the crate that failed. Start reading at
//! [`diagnostic`]; [`source`] holds texts and spans, [`condition`] Spark's error conditions, [`render`] the terminal form.

pub mod condition;
pub mod diagnostic;
pub mod render;
pub mod source;

pub use condition::Condition;
pub use diagnostic::{Diagnostic, Label, Severity};
pub use source::{Origin, SourceId, SourceKind, SourceMap, Span};
