//! Spark Connect messages to the unresolved plan.
