//! How functions with lambdas travel to other processes: a lambda's body as a plan of one projection over its inputs.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::projection::ProjectionExec;
use lakesmith_engine::codec::{PlanCodecRegistry, decode_schema, encode_schema};

use crate::codec::{decode_type, encode_type};
use crate::lambda::{Body, Lambda, LambdaFunction};

/// Writes what the function holds besides its name.
pub(crate) fn encode(function: &LambdaFunction, plans: &PlanCodecRegistry) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    put(&mut bytes, &encode_type(function.result())?)?;
    put_number(&mut bytes, function.values())?;
    put_number(&mut bytes, function.lambdas().len())?;
    for lambda in function.lambdas() {
        let schema = Arc::new(datafusion::arrow::datatypes::Schema::new(lambda.inputs.clone()));
        put(&mut bytes, &encode_schema(&schema)?)?;
        put_number(&mut bytes, lambda.captures.len())?;
        for capture in &lambda.captures {
            put_number(&mut bytes, *capture)?;
        }
        match &lambda.body {
            Body::Sent(body) => put(&mut bytes, body)?,
            Body::Made(_) => {
                let inputs: Arc<dyn ExecutionPlan> = Arc::new(EmptyExec::new(schema));
                let body = [(Arc::clone(lambda.compiled()?), "body".to_owned())];
                let plan: Arc<dyn ExecutionPlan> = Arc::new(ProjectionExec::try_new(body, inputs)?);
                put(&mut bytes, &plans.encode(&plan)?)?;
            }
        }
    }
    Ok(bytes)
}

/// Reads the function of this name.
pub(crate) fn decode(name: &str, mut bytes: &[u8], plans: &PlanCodecRegistry) -> Result<LambdaFunction> {
    let result: DataType = decode_type(take(&mut bytes)?)?;
    let values = take_number(&mut bytes)?;
    let mut lambdas = Vec::new();
    for _ in 0..take_number(&mut bytes)? {
        let schema = decode_schema(take(&mut bytes)?)?;
        let captures = (0..take_number(&mut bytes)?).map(|_| take_number(&mut bytes)).collect::<Result<Vec<_>>>()?;
        let body = take(&mut bytes)?;
        let plan = plans.decode_alone(body)?;
        let node: &dyn std::any::Any = plan.as_ref();
        let compiled = node.downcast_ref::<ProjectionExec>().and_then(|plan| plan.expr().first());
        let compiled = compiled.ok_or_else(|| internal_datafusion_err!("a lambda of {name} has no body"))?;
        lambdas.push(Lambda::sent(body.to_vec(), Arc::clone(&compiled.expr), schema.fields().clone(), captures));
    }
    LambdaFunction::new(name, lambdas, values, result)
}

fn put_number(bytes: &mut Vec<u8>, number: usize) -> Result<()> {
    let number = u32::try_from(number).map_err(|_| internal_datafusion_err!("{number} is too large to be sent"))?;
    bytes.extend_from_slice(&number.to_le_bytes());
    Ok(())
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) -> Result<()> {
    put_number(bytes, part.len())?;
    bytes.extend_from_slice(part);
    Ok(())
}

fn take_number(bytes: &mut &[u8]) -> Result<usize> {
    let (number, rest) = bytes.split_first_chunk::<4>().ok_or_else(ends_early)?;
    *bytes = rest;
    usize::try_from(u32::from_le_bytes(*number)).map_err(|_| ends_early())
}

fn take<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8]> {
    let length = take_number(bytes)?;
    let (part, rest) = bytes.split_at_checked(length).ok_or_else(ends_early)?;
    *bytes = rest;
    Ok(part)
}

fn ends_early() -> datafusion::common::DataFusionError {
    internal_datafusion_err!("an encoded lambda ends early")
}
