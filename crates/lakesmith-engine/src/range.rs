//! [`RangeTable`]: whole numbers in steps, as a table. Its rows are counted while they are read and never stored.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics, internal_datafusion_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use datafusion_proto::physical_plan::PhysicalProtoConverterExtension;
use futures::stream;

use crate::codec::{NodeCodec, another_type};

/// Name of the node.
const NAME: &str = "RangeExec";

/// The numbers `start`, `start + step`, … before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// The first number.
    pub start: i64,
    /// Where they end; it is none of them.
    pub end: i64,
    /// From one to the next; not 0.
    pub step: i64,
}

impl Numbers {
    /// How many there are.
    fn count(self) -> u128 {
        let (start, end, step) = (i128::from(self.start), i128::from(self.end), i128::from(self.step));
        let distance = if step > 0 { end - start } else { start - end };
        u128::try_from(distance).map_or(0, |distance| distance.div_ceil(step.unsigned_abs()))
    }

    /// The number at a place; places are below `count`.
    fn at(self, place: u128) -> Option<i64> {
        let steps = i128::try_from(place).ok()?.checked_mul(i128::from(self.step))?;
        i64::try_from(i128::from(self.start) + steps).ok()
    }
}

/// Numbers as a table of one column, `id`.
#[derive(Debug)]
pub struct RangeTable {
    numbers: Numbers,
    schema: SchemaRef,
}

impl RangeTable {
    /// The table of some numbers.
    pub fn new(numbers: Numbers) -> Self {
        Self { numbers, schema: Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, false)])) }
    }
}

#[async_trait]
impl TableProvider for RangeTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(projection) => Arc::new(self.schema.project(projection)?),
            None => Arc::clone(&self.schema),
        };
        Ok(Arc::new(RangeExec::new(self.numbers, state.config().target_partitions(), schema)))
    }
}

/// Counts numbers; each partition counts a stretch of them. Without columns it gives as many empty rows.
#[derive(Debug)]
struct RangeExec {
    numbers: Numbers,
    partitions: usize,
    properties: Arc<PlanProperties>,
}

impl RangeExec {
    fn new(numbers: Numbers, partitions: usize, schema: SchemaRef) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self { numbers, partitions, properties: Arc::new(properties) }
    }

    /// The places at which the numbers of a partition begin and end.
    fn places(&self, partition: usize) -> (u128, u128) {
        let (count, partitions) = (self.numbers.count(), self.partitions as u128);
        let place = |partition: usize| count * partition as u128 / partitions;
        (place(partition), place(partition + 1))
    }
}

impl DisplayAs for RangeExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Numbers { start, end, step } = self.numbers;
        let columns = self.properties.eq_properties.schema().fields().len();
        write!(f, "{NAME}: start={start}, end={end}, step={step}, partitions={}, columns={columns}", self.partitions)
    }
}

impl ExecutionPlan for RangeExec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let (schema, numbers) = (self.schema(), self.numbers);
        let rows = context.session_config().batch_size() as u128;
        let (start, end) = self.places(partition);
        let of_batch = Arc::clone(&schema);
        let batches = stream::iter(Batches { numbers, next: start, end, rows, schema: of_batch });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, batches)))
    }

    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], args: &StatisticsArgs) -> Result<Arc<Statistics>> {
        let rows = match args.partition() {
            Some(partition) => {
                let (start, end) = self.places(partition);
                end - start
            }
            None => self.numbers.count(),
        };
        let mut statistics = Statistics::new_unknown(&self.schema());
        statistics.num_rows = usize::try_from(rows).map_or(Precision::Absent, Precision::Exact);
        Ok(Arc::new(statistics))
    }
}

/// The batches of one partition.
struct Batches {
    numbers: Numbers,
    next: u128,
    end: u128,
    rows: u128,
    schema: SchemaRef,
}

impl Iterator for Batches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let until = self.end.min(self.next + self.rows);
        let ids: Int64Array = (self.next..until).map(|place| self.numbers.at(place)).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(ids.values().len()));
        let columns: Vec<ArrayRef> =
            if self.schema.fields().is_empty() { Vec::new() } else { vec![Arc::new(ids) as ArrayRef] };
        self.next = until;
        Some(RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options).map_err(Into::into))
    }
}

/// Writes start, end, step and the number of partitions as eight bytes each, then whether there are values.
#[derive(Debug)]
pub(crate) struct RangeCodec;

impl NodeCodec for RangeCodec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn encode(&self, node: &Arc<dyn ExecutionPlan>, _: &dyn PhysicalProtoConverterExtension) -> Result<Vec<u8>> {
        let node = node.downcast_ref::<RangeExec>();
        let node = node.ok_or_else(|| another_type(NAME))?;
        let Numbers { start, end, step } = node.numbers;
        let partitions = i64::try_from(node.partitions).unwrap_or(i64::MAX);
        let mut bytes: Vec<u8> =
            [start, end, step, partitions].iter().flat_map(|number| number.to_le_bytes()).collect();
        bytes.push(u8::from(!node.schema().fields().is_empty()));
        Ok(bytes)
    }

    fn decode(
        &self,
        bytes: &[u8],
        _: &[Arc<dyn ExecutionPlan>],
        _: &TaskContext,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let wrong = || internal_datafusion_err!("an encoded {NAME} is of another length");
        let numbers: Vec<i64> = bytes.as_chunks::<8>().0.iter().map(|number| i64::from_le_bytes(*number)).collect();
        let ([start, end, step, partitions], Some(has_values)) = (numbers.as_slice(), bytes.last()) else {
            return Err(wrong());
        };
        let numbers = Numbers { start: *start, end: *end, step: *step };
        let partitions = usize::try_from(*partitions).map_err(|_| wrong())?;
        let schema = RangeTable::new(numbers).schema;
        let schema = if *has_values == 1 { schema } else { Arc::new(Schema::empty()) };
        Ok(Arc::new(RangeExec::new(numbers, partitions, schema)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(start: i64, end: i64, step: i64) -> Vec<i64> {
        let numbers = Numbers { start, end, step };
        (0..numbers.count()).map(|place| numbers.at(place).unwrap()).collect()
    }

    #[test]
    fn numbers_end_before_their_end_in_either_direction() {
        assert_eq!(all(0, 3, 1), [0, 1, 2]);
        assert_eq!(all(2, 8, 3), [2, 5]);
        assert_eq!(all(5, 0, -2), [5, 3, 1]);
        assert!(all(5, 2, 1).is_empty());
        assert_eq!(all(i64::MAX - 1, i64::MAX, 1), [i64::MAX - 1]);
        assert_eq!(all(i64::MIN, i64::MAX, i64::MAX).len(), 3);
    }

    #[test]
    fn partitions_hold_each_number_once() {
        let exec = RangeExec::new(Numbers { start: 0, end: 10, step: 3 }, 3, Arc::new(Schema::empty()));
        let places: Vec<_> = (0..3).map(|partition| exec.places(partition)).collect();
        assert_eq!(places, [(0, 1), (1, 2), (2, 4)]);
    }
}
