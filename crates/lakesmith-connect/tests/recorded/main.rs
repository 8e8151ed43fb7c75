//! Plans recorded from an unmodified PySpark client, and messages no such client sends, through the conversion.
//!
//! `client/README.md` says how the recording is made.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod columns;
mod commands;
mod compact;
mod coverage;
mod depth;
mod fixture;
mod frames;
mod pipelines;
mod refusals;
mod unrecorded;
