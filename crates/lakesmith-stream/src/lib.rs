//! Streaming sources, flow identities and batch plans.
