//! [`ExpandExec`]: each row once for each grouping set, with NULL for the keys that are not the set's.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, UInt64Array, new_null_array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use datafusion_proto::physical_plan::PhysicalProtoConverterExtension;
use futures::{StreamExt, stream};

use crate::codec::{NodeCodec, another_type, decode_schema, encode_schema, too_short};
use crate::input::only_input;

/// Name of the node.
const NAME: &str = "ExpandExec";

/// A grouping set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GroupingSet {
    /// For each key, whether it is NULL.
    pub(super) nulls: Vec<bool>,
    /// What the set is told apart by.
    pub(super) id: u64,
}

/// Gives keys, the number of the set and the columns after the keys, for each set.
#[derive(Debug)]
pub(super) struct ExpandExec {
    input: Arc<dyn ExecutionPlan>,
    sets: Arc<[GroupingSet]>,
    properties: Arc<PlanProperties>,
}

impl ExpandExec {
    /// `schema` has the column of the set's number after the keys, else the columns of `input`.
    pub(super) fn new(input: Arc<dyn ExecutionPlan>, sets: impl Into<Arc<[GroupingSet]>>, schema: SchemaRef) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(input.properties().partitioning.partition_count()),
            input.properties().emission_type,
            input.properties().boundedness,
        );
        Self { input, sets: sets.into(), properties: Arc::new(properties) }
    }
}

/// The rows of a batch for one set.
fn rows_of(batch: &RecordBatch, set: &GroupingSet, schema: &SchemaRef) -> Result<RecordBatch> {
    let keys = set.nulls.len();
    let number = Arc::new(UInt64Array::from(vec![set.id; batch.num_rows()])) as ArrayRef;
    let column = |(index, is_null): (usize, &bool)| {
        let column = batch.column(index);
        if *is_null { new_null_array(column.data_type(), batch.num_rows()) } else { Arc::clone(column) }
    };
    let mut columns: Vec<ArrayRef> = set.nulls.iter().enumerate().map(column).collect();
    columns.push(cast(&number, schema.field(keys).data_type())?);
    columns.extend(batch.columns()[keys..].iter().cloned());
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}

impl DisplayAs for ExpandExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NAME}: sets=[")?;
        for (index, set) in self.sets.iter().enumerate() {
            let keys = set.nulls.iter().enumerate().filter(|(_, is_null)| !**is_null);
            let schema = self.schema();
            let names: Vec<&str> = keys.map(|(key, _)| schema.field(key).name().as_str()).collect();
            write!(f, "{}({})", if index > 0 { ", " } else { "" }, names.join(", "))?;
        }
        f.write_str("]")
    }
}

impl ExecutionPlan for ExpandExec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let input = only_input(NAME, &children)?;
        Ok(Arc::new(Self::new(input, Arc::clone(&self.sets), self.schema())))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let (schema, sets) = (self.schema(), Arc::clone(&self.sets));
        let of_batch = Arc::clone(&schema);
        let batches = self.input.execute(partition, context)?.flat_map(move |batch| {
            let of_sets: Vec<Result<RecordBatch>> = match batch {
                Ok(batch) => sets.iter().map(|set| rows_of(&batch, set, &of_batch)).collect(),
                Err(error) => vec![Err(error)],
            };
            stream::iter(of_sets)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, batches)))
    }

    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        Ok(Arc::new(Statistics::new_unknown(&self.schema())))
    }
}

/// Writes the number of sets and of keys and each set, its number as eight bytes before a byte for each key; then the columns.
#[derive(Debug)]
pub(crate) struct ExpandCodec;

impl NodeCodec for ExpandCodec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, node: &Arc<dyn ExecutionPlan>, _: &dyn PhysicalProtoConverterExtension) -> Result<Vec<u8>> {
        let node = node.downcast_ref::<ExpandExec>();
        let node = node.ok_or_else(|| another_type(NAME))?;
        let keys = node.sets.first().map_or(0, |set| set.nulls.len());
        let mut bytes: Vec<u8> =
            [node.sets.len(), keys].iter().flat_map(|count| (*count as u64).to_le_bytes()).collect();
        for set in node.sets.iter() {
            bytes.extend(set.id.to_le_bytes());
            bytes.extend(set.nulls.iter().map(|is_null| u8::from(*is_null)));
        }
        bytes.extend(encode_schema(&node.schema())?);
        Ok(bytes)
    }

    fn decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        _: &TaskContext,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut rest = bytes;
        let (count, keys) = (number(&mut rest)?, number(&mut rest)?);
        let mut sets = Vec::new();
        for _ in 0..count {
            let id = number(&mut rest)?;
            let (nulls, after) = usize::try_from(keys)
                .ok()
                .and_then(|keys| rest.split_at_checked(keys))
                .ok_or_else(|| too_short(NAME))?;
            sets.push(GroupingSet { nulls: nulls.iter().map(|byte| *byte == 1).collect(), id });
            rest = after;
        }
        Ok(Arc::new(ExpandExec::new(only_input(NAME, inputs)?, sets, decode_schema(rest)?)))
    }
}

fn number(bytes: &mut &[u8]) -> Result<u64> {
    let (number, rest) = bytes.split_first_chunk::<8>().ok_or_else(|| too_short(NAME))?;
    *bytes = rest;
    Ok(u64::from_le_bytes(*number))
}
