//! Writes and reads the node for a plan that is shipped. Crash points stay behind.

use std::sync::Arc;

use datafusion::common::{Result, internal_datafusion_err};
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::PhysicalProtoConverterExtension;
use lakesmith_engine::codec::{NodeCodec, PlanCodecRegistry, decode_schema, encode_schema};
use lakesmith_engine::input::only_input;
use serde::{Deserialize, Serialize};

use super::spec::{QuarantineSpec, SinkSpec};
use super::{NAME, SinkExec};

/// Registers how sinks are written as bytes.
pub fn register_codecs(registry: &mut PlanCodecRegistry) {
    registry.register(Arc::new(SinkCodec));
}

#[derive(Debug)]
struct SinkCodec;

/// A [`SinkSpec`] as bytes; schemas are Arrow IPC streams without batches.
#[derive(Serialize, Deserialize)]
struct SpecBytes {
    node: String,
    folder: String,
    schema: Vec<u8>,
    partition_columns: Vec<String>,
    verdict: Option<String>,
    quarantine: Option<QuarantineBytes>,
    part_prefix: String,
}

#[derive(Serialize, Deserialize)]
struct QuarantineBytes {
    node: String,
    folder: String,
    schema: Vec<u8>,
    quarantined_at_micros: i64,
    update_id: String,
    source_file_column: Option<String>,
}

impl NodeCodec for SinkCodec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(
        &self,
        node: &Arc<dyn ExecutionPlan>,
        _converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Vec<u8>> {
        let node: &dyn std::any::Any = node.as_ref();
        let sink = node.downcast_ref::<SinkExec>().ok_or_else(|| internal_datafusion_err!("the node is no sink"))?;
        let spec = sink.spec();
        let quarantine = spec.quarantine.as_ref().map(encode_quarantine).transpose()?;
        let bytes = SpecBytes {
            node: spec.node.clone(),
            folder: spec.folder.clone(),
            schema: encode_schema(&spec.schema)?,
            partition_columns: spec.partition_columns.clone(),
            verdict: spec.verdict.clone(),
            quarantine,
            part_prefix: spec.part_prefix.clone(),
        };
        serde_json::to_vec(&bytes).map_err(|error| internal_datafusion_err!("a sink cannot be written: {error}"))
    }

    fn decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        _context: &TaskContext,
        _converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let bytes: SpecBytes = serde_json::from_slice(bytes)
            .map_err(|error| internal_datafusion_err!("the bytes are no sink: {error}"))?;
        let spec = SinkSpec {
            node: bytes.node,
            folder: bytes.folder,
            schema: decode_schema(&bytes.schema)?,
            partition_columns: bytes.partition_columns,
            verdict: bytes.verdict,
            quarantine: bytes.quarantine.map(decode_quarantine).transpose()?,
            part_prefix: bytes.part_prefix,
        };
        Ok(Arc::new(SinkExec::try_new(Arc::new(spec), only_input(NAME, inputs)?)?))
    }
}

fn encode_quarantine(spec: &QuarantineSpec) -> Result<QuarantineBytes> {
    Ok(QuarantineBytes {
        node: spec.node.clone(),
        folder: spec.folder.clone(),
        schema: encode_schema(&spec.schema)?,
        quarantined_at_micros: spec.quarantined_at_micros,
        update_id: spec.update_id.clone(),
        source_file_column: spec.source_file_column.clone(),
    })
}

fn decode_quarantine(bytes: QuarantineBytes) -> Result<QuarantineSpec> {
    Ok(QuarantineSpec {
        node: bytes.node,
        folder: bytes.folder,
        schema: decode_schema(&bytes.schema)?,
        quarantined_at_micros: bytes.quarantined_at_micros,
        update_id: bytes.update_id,
        source_file_column: bytes.source_file_column,
    })
}
