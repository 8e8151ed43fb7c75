//! Crash safety and exactly-once: updates end at named points or at random moments, on full disks and in hostile company; after one
//! clean update every table equals what an independent oracle computes from the rows that were written.
//!
//! Start with [`project`], the pipeline that is crashed, and [`points`], which crashes it everywhere.

mod concurrent;
mod disk;
mod edited;
mod hostile;
mod leftovers;
mod oracle;
mod pipeline;
mod points;
mod process;
mod project;
mod random;
mod situation;
mod skip;
mod spill;
mod transient;
mod workers;
