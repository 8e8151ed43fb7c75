//! The typed events of an update, and the columns of the event log.
