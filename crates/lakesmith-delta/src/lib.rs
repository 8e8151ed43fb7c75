//! Delta tables: log handle, scan, sink, commits.
