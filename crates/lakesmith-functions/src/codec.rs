//! How our functions travel to other processes: by their name and the type of their result.
//!
//! A kernel is found by its name in the table of its family (`KERNELS`), an aggregate in `AGGREGATES`. A function of
//! DataFusion's is known to every session and travels by its name alone.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::{Result, internal_datafusion_err, not_impl_err};
use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};
use lakesmith_engine::codec::{FunctionCodec, PlanCodecRegistry, decode_schema, encode_schema};

use crate::kernel::KernelFunction;
use crate::lambda::LambdaFunction;
use crate::place::{self, Place};
use crate::registry::AGGREGATE_FAMILIES;
use crate::{checked_sum, higher_order, lambda_codec};

/// Aggregates by name, each made for a type of result.
pub(crate) type Aggregates = &'static [(&'static str, fn(DataType) -> Arc<AggregateUDF>)];

/// Registers the codec of this crate's functions.
pub fn register_codecs(registry: &mut PlanCodecRegistry) {
    registry.register_functions(Arc::new(Functions));
}

#[derive(Debug)]
struct Functions;

impl FunctionCodec for Functions {
    fn encode_scalar(&self, function: &ScalarUDF, plans: &PlanCodecRegistry) -> Option<Result<Vec<u8>>> {
        if crate::row_sequence::is_sequence(function) {
            // the sequence goes on in one process only
            return Some(not_impl_err!("`{}` in a plan that another process runs", function.name()));
        }
        if let Some(function) = function.inner().downcast_ref::<LambdaFunction>() {
            return Some(lambda_codec::encode(function, plans));
        }
        function.inner().downcast_ref::<KernelFunction>().map(|kernel| encode(kernel.result(), kernel.place()))
    }

    fn decode_scalar(&self, name: &str, bytes: &[u8], plans: &PlanCodecRegistry) -> Option<Result<ScalarUDF>> {
        if higher_order::kernel(name).is_some() {
            return Some(lambda_codec::decode(name, bytes, plans).map(ScalarUDF::from));
        }
        crate::registry::kernel(name)?;
        let kernel = decode(bytes).map(|(result, place)| place::at(place, || KernelFunction::find(name, result)));
        match kernel {
            Ok(kernel) => kernel.map(|kernel| Ok(ScalarUDF::from(kernel))),
            Err(error) => Some(Err(error)),
        }
    }

    fn decode_window(&self, name: &str) -> Option<Arc<WindowUDF>> {
        crate::present_values::find(name)
    }

    fn encode_aggregate(&self, function: &AggregateUDF) -> Option<Result<Vec<u8>>> {
        aggregate(function.name())?;
        // ours say their type whatever they are asked about
        let place = checked_sum::place(function).unwrap_or_default();
        Some(function.return_type(&[]).and_then(|result| encode(&result, place)))
    }

    fn decode_aggregate(&self, name: &str, bytes: &[u8]) -> Option<Result<Arc<AggregateUDF>>> {
        let make = aggregate(name)?;
        Some(decode(bytes).map(|(result, place)| place::at(place, || make(result))))
    }
}

fn aggregate(name: &str) -> Option<fn(DataType) -> Arc<AggregateUDF>> {
    AGGREGATE_FAMILIES.into_iter().flatten().find(|(known, _)| *known == name).map(|(_, make)| *make)
}

/// Where the metadata of an encoded type has the place of the call.
const PLACE: &str = "place";

fn encode(data_type: &DataType, place: Place) -> Result<Vec<u8>> {
    let place = place.write().map(|place| (PLACE.to_owned(), place));
    let field = Field::new("", data_type.clone(), true).with_metadata(place.into_iter().collect());
    encode_schema(&Schema::new(vec![field]))
}

fn decode(bytes: &[u8]) -> Result<(DataType, Place)> {
    let schema = decode_schema(bytes)?;
    let field = schema.fields().first().ok_or_else(|| internal_datafusion_err!("an encoded type is missing"))?;
    let place = field.metadata().get(PLACE).map(|text| Place::read(text)).unwrap_or_default();
    Ok((field.data_type().clone(), place))
}

pub(crate) fn encode_type(data_type: &DataType) -> Result<Vec<u8>> {
    encode(data_type, Place::default())
}

pub(crate) fn decode_type(bytes: &[u8]) -> Result<DataType> {
    decode(bytes).map(|(data_type, _)| data_type)
}

#[cfg(test)]
mod tests;
