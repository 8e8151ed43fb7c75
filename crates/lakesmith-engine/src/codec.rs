//! [`PlanCodecRegistry`]: writes our own plan nodes and functions as bytes and reads them back, by their name.
//!
//! Each crate registers the nodes it owns; there is no central match. [`PlanCodecRegistry::round_trip`] is what tests call
//! on every physical plan, so a plan that could not be shipped is found on the first day.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Cursor;
use std::sync::{Arc, OnceLock};

use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::common::{DataFusionError, Result, internal_datafusion_err, not_impl_err};
use datafusion::execution::{SessionStateBuilder, TaskContext};
use datafusion::logical_expr::{AggregateUDF, HigherOrderUDF, ScalarUDF, WindowUDF};
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{ExecutionPlan, displayable};
use datafusion_proto::bytes::{
    physical_plan_from_bytes_with_extension_codec, physical_plan_to_bytes_with_extension_codec,
};
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};

/// Writes and reads one kind of plan node.
pub trait NodeCodec: fmt::Debug + Send + Sync {
    /// The node's [`ExecutionPlan::name`].
    fn name(&self) -> &'static str;
    /// Writes what the node holds besides its inputs.
    fn encode(&self, node: &Arc<dyn ExecutionPlan>, converter: &dyn PhysicalProtoConverterExtension)
    -> Result<Vec<u8>>;
    /// Reads the node.
    fn decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>>;
}

/// Writes and reads the functions of one crate. `None` is said of a function that is not the crate's.
///
/// What a function holds besides its name is never empty: DataFusion looks up a function without bytes by its name.
pub trait FunctionCodec: fmt::Debug + Send + Sync {
    /// Writes what the function holds besides its name.
    fn encode_scalar(&self, _function: &ScalarUDF, _plans: &PlanCodecRegistry) -> Option<Result<Vec<u8>>> {
        None
    }
    /// Reads the function.
    fn decode_scalar(&self, _name: &str, _bytes: &[u8], _plans: &PlanCodecRegistry) -> Option<Result<ScalarUDF>> {
        None
    }
    /// Writes what the aggregate holds besides its name.
    fn encode_aggregate(&self, _function: &AggregateUDF) -> Option<Result<Vec<u8>>> {
        None
    }
    /// Reads the aggregate.
    fn decode_aggregate(&self, _name: &str, _bytes: &[u8]) -> Option<Result<Arc<AggregateUDF>>> {
        None
    }
    /// Writes what the function of lambdas holds besides its name.
    fn encode_higher_order(&self, _function: &HigherOrderUDF) -> Option<Result<Vec<u8>>> {
        None
    }
    /// Finds a window function, which travels by its name alone.
    fn decode_window(&self, _name: &str) -> Option<Arc<WindowUDF>> {
        None
    }
    /// Reads the function of lambdas.
    fn decode_higher_order(&self, _name: &str, _bytes: &[u8]) -> Option<Result<Arc<HigherOrderUDF>>> {
        None
    }
}

/// The codecs of all nodes and functions of ours.
#[derive(Debug, Clone)]
pub struct PlanCodecRegistry {
    nodes: BTreeMap<&'static str, Arc<dyn NodeCodec>>,
    functions: Vec<Arc<dyn FunctionCodec>>,
}

impl Default for PlanCodecRegistry {
    /// A registry that knows this crate's nodes.
    fn default() -> Self {
        let mut registry = Self { nodes: BTreeMap::new(), functions: Vec::new() };
        registry.register(Arc::new(crate::grouping_sets::ExpandCodec));
        registry.register(Arc::new(crate::once::OnceCodec));
        registry.register(Arc::new(crate::range::RangeCodec));
        registry.register(Arc::new(crate::recursion::RecursionCodec));
        registry.register(Arc::new(crate::recursion::StepCodec));
        registry
    }
}

impl PlanCodecRegistry {
    /// Adds the codec of a node; the last one of a name stays.
    pub fn register(&mut self, codec: Arc<dyn NodeCodec>) {
        self.nodes.insert(codec.name(), codec);
    }

    /// Adds the codec of a crate's functions.
    pub fn register_functions(&mut self, codec: Arc<dyn FunctionCodec>) {
        self.functions.push(codec);
    }

    /// Writes a plan.
    pub fn encode(&self, plan: &Arc<dyn ExecutionPlan>) -> Result<Vec<u8>> {
        Ok(physical_plan_to_bytes_with_extension_codec(Arc::clone(plan), self)?.to_vec())
    }

    /// Reads a plan.
    pub fn decode(&self, bytes: &[u8], context: &TaskContext) -> Result<Arc<dyn ExecutionPlan>> {
        crate::once::shared(physical_plan_from_bytes_with_extension_codec(bytes, context, self)?)
    }

    /// Reads a plan that reads no storage: the body of a lambda, which belongs to no session.
    pub fn decode_alone(&self, bytes: &[u8]) -> Result<Arc<dyn ExecutionPlan>> {
        static CONTEXT: OnceLock<TaskContext> = OnceLock::new();
        let context = CONTEXT.get_or_init(|| {
            // with the names of DataFusion's functions
            TaskContext::from(&SessionStateBuilder::new().with_default_features().build())
        });
        self.decode(bytes, context)
    }

    /// Writes and reads a plan; an error when it does not come back as it was.
    ///
    /// A union makes the columns of its inputs alike when it is read; those projections are no change.
    pub fn round_trip(&self, plan: &Arc<dyn ExecutionPlan>, context: &TaskContext) -> Result<Arc<dyn ExecutionPlan>> {
        let back = self.decode(&self.encode(plan)?, context)?;
        let (before, after) = (display(plan), display(&back));
        let has_union = before.contains(UnionExec::static_name());
        if before != after && !(has_union && without_casts(&before) == without_casts(&after)) {
            return Err(internal_datafusion_err!("a plan comes back changed:\n{before}\nas\n{after}"));
        }
        Ok(back)
    }

    fn node(&self, name: &str) -> Result<&Arc<dyn NodeCodec>> {
        self.nodes.get(name).ok_or_else(|| internal_datafusion_err!("plan node {name} has no codec"))
    }

    /// What the first codec says that knows the function.
    fn ask<T>(&self, question: impl Fn(&dyn FunctionCodec) -> Option<Result<T>>) -> Option<Result<T>> {
        self.functions.iter().find_map(|codec| question(codec.as_ref()))
    }
}

/// Puts the bytes of a function of ours; those of DataFusion's have none.
fn put(bytes: Option<Result<Vec<u8>>>, buffer: &mut Vec<u8>) -> Result<()> {
    if let Some(bytes) = bytes {
        buffer.extend_from_slice(&bytes?);
    }
    Ok(())
}

/// A schema as an Arrow IPC stream without batches.
pub fn encode_schema(schema: &Schema) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    StreamWriter::try_new(&mut bytes, schema)?.finish()?;
    Ok(bytes)
}

/// The error of a codec that is given another node than its own.
pub(crate) fn another_type(name: &str) -> DataFusionError {
    internal_datafusion_err!("a {name} is of another type")
}

/// The error of a codec that is given fewer bytes than it writes.
pub(crate) fn too_short(name: &str) -> DataFusionError {
    internal_datafusion_err!("an encoded {name} is too short")
}

/// The schema of an Arrow IPC stream.
pub fn decode_schema(bytes: &[u8]) -> Result<SchemaRef> {
    Ok(StreamReader::try_new(Cursor::new(bytes), None)?.schema())
}

/// The lines of a plan without the projections that cast.
fn without_casts(plan: &str) -> Vec<&str> {
    plan.lines().map(str::trim_start).filter(|line| !only_casts(line)).collect()
}

/// Whether a line is a projection that gives columns as they are, but for their types.
fn only_casts(line: &str) -> bool {
    let listed = line.strip_prefix("ProjectionExec: expr=[").and_then(|rest| rest.strip_suffix(']'));
    let is_cast = |column: &str| column.starts_with("CAST(");
    let is_kept = |column: &str| {
        let names = column.split_once('@').zip(column.rsplit_once(" as "));
        names.is_some_and(|((own, _), (_, name))| own == name)
    };
    listed.is_some_and(|listed| {
        listed.contains("CAST(") && columns_of(listed).into_iter().all(|column| is_cast(column) || is_kept(column))
    })
}

/// The parts of a list, in which parentheses hold lists of their own.
fn columns_of(listed: &str) -> Vec<&str> {
    let (mut depth, mut start, mut columns) = (0usize, 0, Vec::new());
    for (at, sign) in listed.char_indices() {
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                columns.push(listed[start..at].trim_start());
                start = at + 1;
            }
            _ => {}
        }
    }
    columns.push(listed[start..].trim_start());
    columns
}

fn display(plan: &Arc<dyn ExecutionPlan>) -> String {
    displayable(plan.as_ref()).indent(true).to_string()
}

impl PhysicalExtensionCodec for PlanCodecRegistry {
    fn try_decode(
        &self,
        buf: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        ctx: &TaskContext,
        proto_converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let end = buf.iter().position(|byte| *byte == 0);
        let (name, bytes) = match end {
            Some(end) => (String::from_utf8_lossy(&buf[..end]).into_owned(), &buf[end + 1..]),
            None => return Err(internal_datafusion_err!("an encoded plan node has no name")),
        };
        self.node(&name)?.decode(bytes, inputs, ctx, proto_converter)
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        buf: &mut Vec<u8>,
        proto_converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        let bytes = self.node(node.name())?.encode(&node, proto_converter)?;
        buf.extend_from_slice(node.name().as_bytes());
        buf.push(0);
        buf.extend_from_slice(&bytes);
        Ok(())
    }

    fn try_decode_udf(&self, name: &str, buf: &[u8]) -> Result<Arc<ScalarUDF>> {
        let known = self.ask(|codec| codec.decode_scalar(name, buf, self));
        known.unwrap_or_else(|| not_impl_err!("function {name} has no codec")).map(Arc::new)
    }

    fn try_encode_udf(&self, node: &ScalarUDF, buf: &mut Vec<u8>) -> Result<()> {
        put(self.ask(|codec| codec.encode_scalar(node, self)), buf)
    }

    fn try_decode_udaf(&self, name: &str, buf: &[u8]) -> Result<Arc<AggregateUDF>> {
        let known = self.ask(|codec| codec.decode_aggregate(name, buf));
        known.unwrap_or_else(|| not_impl_err!("aggregate {name} has no codec"))
    }

    fn try_encode_udaf(&self, node: &AggregateUDF, buf: &mut Vec<u8>) -> Result<()> {
        put(self.ask(|codec| codec.encode_aggregate(node)), buf)
    }

    fn try_decode_higher_order_function(&self, name: &str, buf: &[u8]) -> Result<Arc<HigherOrderUDF>> {
        let known = self.ask(|codec| codec.decode_higher_order(name, buf));
        known.unwrap_or_else(|| not_impl_err!("function {name} has no codec"))
    }

    fn try_encode_higher_order_function(&self, node: &HigherOrderUDF, buf: &mut Vec<u8>) -> Result<()> {
        put(self.ask(|codec| codec.encode_higher_order(node)), buf)
    }

    fn try_decode_udwf(&self, name: &str, _buf: &[u8]) -> Result<Arc<WindowUDF>> {
        let known = self.functions.iter().find_map(|codec| codec.decode_window(name));
        known.map_or_else(|| not_impl_err!("window function {name} has no codec"), Ok)
    }
}

#[cfg(test)]
mod tests {
    use datafusion::physical_plan::empty::EmptyExec;

    use super::*;

    #[test]
    fn a_plain_plan_round_trips_and_a_foreign_node_name_is_refused() {
        let registry = PlanCodecRegistry::default();
        let plan: Arc<dyn ExecutionPlan> = Arc::new(EmptyExec::new(Arc::new(Schema::empty())));
        registry.round_trip(&plan, &TaskContext::default()).unwrap();
        assert!(registry.node("UnknownExec").is_err());
    }
}
