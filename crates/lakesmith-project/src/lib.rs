//! Projects on disk: the pipeline spec, source files, settings and path mapping.
//!
//! [`Project::discover`] finds a project and reads its sources; [`spec`] is the spec file, [`path`] says where `/Volumes`, tables
//! and relative paths lie. Nothing here understands SQL, and nothing is ever written.

pub mod path;
pub mod project;
pub mod spec;
mod yaml;

pub use path::{Location, PathMap};
pub use project::{Project, Request};
