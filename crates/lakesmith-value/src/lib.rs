//! Spark's rules between text and values, shared by decoders and casts.
