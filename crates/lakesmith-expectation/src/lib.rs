//! The node that evaluates all expectations of a dataset in one pass.
