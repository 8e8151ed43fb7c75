//! Named points at which a test can end the work as a crash or a full disk would. In production nothing stands there.

use std::fmt::Debug;

use crate::error::EngineError;

/// Decides at each named point whether the work fails there.
///
/// Code calls [`Faults::reach`] right before and right after every step that must be atomic, and hands the error on.
pub trait Faults: Debug + Send + Sync {
    /// Called when the work reaches `point`; an error is handed on as if the step had failed.
    fn reach(&self, point: &'static str) -> Result<(), EngineError>;
}

/// Lets everything pass.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn reach(&self, _point: &'static str) -> Result<(), EngineError> {
        Ok(())
    }
}
