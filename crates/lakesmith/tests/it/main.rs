//! Tests of the binary as a whole: what it prints (the specs), and that no crash loses or repeats a row.

#![allow(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod compatibility;
mod coverage;
mod crash;
mod picture;
mod schemas;
mod shell;
mod specs;
