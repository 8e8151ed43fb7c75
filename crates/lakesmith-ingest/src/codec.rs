//! How scans of files travel to other processes.

use lakesmith_engine::codec::PlanCodecRegistry;

/// Registers the codecs of this crate's plan nodes.
pub fn register_codecs(registry: &mut PlanCodecRegistry) {
    let _ = registry;
}
