//! Materialized view refresh.
