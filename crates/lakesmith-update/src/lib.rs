//! The update engine: analysis, update plans, scheduling, commits, retries.
