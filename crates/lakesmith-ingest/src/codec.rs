//! How scans of files travel to other processes.

use std::sync::Arc;

use datafusion::common::{Result, internal_datafusion_err};
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::PhysicalProtoConverterExtension;
use lakesmith_engine::codec::{NodeCodec, PlanCodecRegistry, decode_schema, encode_schema};

use crate::scan::node::{FilesExec, FilesScan, NAME};

/// Registers the codecs of this crate's plan nodes.
pub fn register_codecs(registry: &mut PlanCodecRegistry) {
    registry.register(Arc::new(FilesCodec));
}

/// Writes the length of the scan as eight bytes, the scan as JSON, and the table's schema as an Arrow stream.
#[derive(Debug)]
struct FilesCodec;

impl NodeCodec for FilesCodec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, node: &Arc<dyn ExecutionPlan>, _: &dyn PhysicalProtoConverterExtension) -> Result<Vec<u8>> {
        let node = node.downcast_ref::<FilesExec>();
        let node = node.ok_or_else(|| internal_datafusion_err!("a {NAME} is of another type"))?;
        let scan = serde_json::to_vec(node.scan()).map_err(|error| internal_datafusion_err!("{NAME}: {error}"))?;
        let mut bytes = (scan.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(&scan);
        bytes.extend_from_slice(&encode_schema(node.table())?);
        Ok(bytes)
    }

    fn decode(
        &self,
        bytes: &[u8],
        _: &[Arc<dyn ExecutionPlan>],
        _: &TaskContext,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (scan, schema) = split(bytes).ok_or_else(|| internal_datafusion_err!("an encoded {NAME} is too short"))?;
        let scan: FilesScan =
            serde_json::from_slice(scan).map_err(|error| internal_datafusion_err!("an encoded {NAME}: {error}"))?;
        Ok(Arc::new(FilesExec::try_new(scan, decode_schema(schema)?)?))
    }
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}
