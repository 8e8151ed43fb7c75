//! The syntactic dataflow graph of datasets, flows, sinks and expectations.
