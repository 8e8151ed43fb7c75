//! How deep messages are nested, and stack to convert them on.
//!
//! A plan of 1,000 chained `withColumn` calls is 1,000 relations deep. Rather than turn the recursion inside out, every
//! [`SEGMENT`] levels the conversion goes on in a scoped thread with a stack of known size, so what a caller's thread must have
//! is bounded, and ordinary plans never leave it.

use std::thread;

use super::ConversionError;

/// Most levels of relations, expressions, literals and types within each other; Spark's
/// `spark.connect.grpc.marshallerRecursionLimit`.
pub(super) const LIMIT: usize = 1024;

/// Levels that share a stack.
const SEGMENT: usize = 32;

/// Bytes of each further stack; a level of an unoptimised build takes below 64 KiB.
const SEGMENT_STACK: usize = 4 << 20;

/// The number of messages around the one that is being converted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Depth(usize);

impl Depth {
    /// Nothing around.
    pub(super) const TOP: Self = Self(0);

    /// Converts one level further down.
    pub(super) fn descend<T: Send>(
        self,
        convert: impl FnOnce(Self) -> Result<T, ConversionError> + Send,
    ) -> Result<T, ConversionError> {
        let inner = Self(self.0 + 1);
        if inner.0 > LIMIT {
            return Err(ConversionError::TooDeep { limit: LIMIT });
        }
        if !inner.0.is_multiple_of(SEGMENT) {
            return convert(inner);
        }
        thread::scope(|scope| {
            let stack = thread::Builder::new().stack_size(SEGMENT_STACK);
            let segment = stack
                .spawn_scoped(scope, || convert(inner))
                .map_err(|error| ConversionError::NoStack { reason: error.to_string() })?;
            segment.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}
