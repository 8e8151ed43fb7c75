//! Events of an update and the schema of the event log.
