//! Terminal rendering of diagnostics.
