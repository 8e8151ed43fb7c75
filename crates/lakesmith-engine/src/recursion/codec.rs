//! How recursive queries travel to other processes.

use std::sync::Arc;

use datafusion::common::{Result, internal_datafusion_err};
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::PhysicalProtoConverterExtension;

use super::RecursionExec;
use super::step::{self, StepExec, StepRows};
use crate::codec::{NodeCodec, another_type, decode_schema, encode_schema, too_short};

/// Writes the query's name and the schema.
#[derive(Debug)]
pub(crate) struct RecursionCodec;

impl NodeCodec for RecursionCodec {
    fn name(&self) -> &'static str {
        super::NAME
    }

    fn encode(&self, node: &Arc<dyn ExecutionPlan>, _: &dyn PhysicalProtoConverterExtension) -> Result<Vec<u8>> {
        let node = node.downcast_ref::<RecursionExec>().ok_or_else(|| another_type(super::NAME))?;
        Ok(written(&node.query, &[], &encode_schema(&node.schema())?))
    }

    fn decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        _: &TaskContext,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (query, _, schema) = read(bytes).ok_or_else(|| too_short(super::NAME))?;
        let [first, next] = inputs else {
            return Err(internal_datafusion_err!("{} of {} inputs", super::NAME, inputs.len()));
        };
        let schema = decode_schema(schema)?;
        Ok(Arc::new(RecursionExec::try_new(query, Arc::clone(first), Arc::clone(next), schema)?))
    }
}

/// Writes the query's name, the columns that are read and the schema of all.
#[derive(Debug)]
pub(crate) struct StepCodec;

impl NodeCodec for StepCodec {
    fn name(&self) -> &'static str {
        step::NAME
    }

    fn encode(&self, node: &Arc<dyn ExecutionPlan>, _: &dyn PhysicalProtoConverterExtension) -> Result<Vec<u8>> {
        let node = node.downcast_ref::<StepExec>().ok_or_else(|| another_type(step::NAME))?;
        let columns: Vec<u64> = node.projection().iter().map(|column| *column as u64).collect();
        Ok(written(node.query(), &columns, &encode_schema(node.table())?))
    }

    fn decode(
        &self,
        bytes: &[u8],
        _: &[Arc<dyn ExecutionPlan>],
        _: &TaskContext,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (query, columns, schema) = read(bytes).ok_or_else(|| too_short(step::NAME))?;
        let rows = Arc::new(StepRows::new(&query));
        Ok(Arc::new(StepExec::try_new(rows, decode_schema(schema)?, columns)?))
    }
}

/// A text, numbers and bytes, each but the last with its length before it.
fn written(text: &str, numbers: &[u64], rest: &[u8]) -> Vec<u8> {
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes.extend_from_slice(&(numbers.len() as u64).to_le_bytes());
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend_from_slice(rest);
    bytes
}

fn read(bytes: &[u8]) -> Option<(String, Vec<usize>, &[u8])> {
    let number = |bytes: &[u8; 8]| usize::try_from(u64::from_le_bytes(*bytes)).ok();
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (text, rest) = rest.split_at_checked(number(length)?)?;
    let (count, mut rest) = rest.split_first_chunk::<8>()?;
    let mut numbers = Vec::new();
    for _ in 0..number(count)? {
        let (next, after) = rest.split_first_chunk::<8>()?;
        numbers.push(number(next)?);
        rest = after;
    }
    Some((String::from_utf8(text.to_vec()).ok()?, numbers, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(read(&written("t/100", &[2, 0], b"xyz")), Some(("t/100".to_owned(), vec![2, 0], b"xyz".as_slice())));
        assert_eq!(read(&[1, 2, 3]), None);
    }
}
