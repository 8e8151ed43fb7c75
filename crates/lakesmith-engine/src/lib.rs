//! DataFusion session settings, the memory pool, durable object stores, executor and catalog traits.
