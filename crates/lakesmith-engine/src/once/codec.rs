//! How queries that are computed once travel to other processes.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::PhysicalProtoConverterExtension;

use super::rows::Rows;
use super::{NAME, OnceExec, Sharing};
use crate::codec::{NodeCodec, another_type, too_short};
use crate::input::only_input;

/// Writes the query's number and the columns that are read, eight bytes each.
#[derive(Debug)]
pub(crate) struct OnceCodec;

impl NodeCodec for OnceCodec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, node: &Arc<dyn ExecutionPlan>, _: &dyn PhysicalProtoConverterExtension) -> Result<Vec<u8>> {
        let node = node.downcast_ref::<OnceExec>().ok_or_else(|| another_type(NAME))?;
        let columns = node.columns.iter().map(|column| *column as u64);
        Ok(std::iter::once(node.number).chain(columns).flat_map(u64::to_le_bytes).collect())
    }

    fn decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        _: &TaskContext,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let source = only_input(NAME, inputs)?;
        let (numbers, _) = bytes.as_chunks::<8>();
        let mut numbers = numbers.iter().map(|number| u64::from_le_bytes(*number));
        let number = numbers.next().ok_or_else(|| too_short(NAME))?;
        let columns = numbers.filter_map(|column| usize::try_from(column).ok()).collect();
        let sharing = Sharing::Rows(Arc::new(Rows::new(&source)));
        Ok(Arc::new(OnceExec::try_new(number, source, columns, sharing)?))
    }
}
