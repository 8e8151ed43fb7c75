//! Writes and reads the node for a plan that is shipped.

use std::sync::Arc;

use datafusion::common::{Result, internal_datafusion_err};
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::PhysicalProtoConverterExtension;
use lakesmith_engine::codec::{NodeCodec, PlanCodecRegistry};
use lakesmith_engine::input::only_input;
use serde::{Deserialize, Serialize};

use crate::check::Check;
use crate::node::{ExpectationExec, NAME};

/// Adds the codec of [`ExpectationExec`].
pub fn register_codecs(registry: &mut PlanCodecRegistry) {
    registry.register(Arc::new(Codec));
}

#[derive(Debug)]
struct Codec;

#[derive(Serialize, Deserialize)]
struct Encoded {
    dataset: String,
    checks: Vec<Check>,
    first: usize,
    applies: bool,
}

impl NodeCodec for Codec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, node: &Arc<dyn ExecutionPlan>, _: &dyn PhysicalProtoConverterExtension) -> Result<Vec<u8>> {
        let node = node.downcast_ref::<ExpectationExec>();
        let node = node.ok_or_else(|| internal_datafusion_err!("an expectation node is of another type"))?;
        let encoded = Encoded {
            dataset: node.dataset().to_owned(),
            checks: node.checks().to_vec(),
            first: node.first_condition(),
            applies: node.applies(),
        };
        serde_json::to_vec(&encoded).map_err(|error| internal_datafusion_err!("an expectation node: {error}"))
    }

    fn decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        _: &TaskContext,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let encoded: Encoded = serde_json::from_slice(bytes)
            .map_err(|error| internal_datafusion_err!("an encoded expectation node: {error}"))?;
        let input = only_input(NAME, inputs)?;
        let node = ExpectationExec::try_new(input, encoded.dataset, encoded.checks, encoded.first)?;
        Ok(Arc::new(if encoded.applies { node.applying()? } else { node }))
    }
}
