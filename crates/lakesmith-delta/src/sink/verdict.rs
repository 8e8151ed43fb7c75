//! Splits a batch by its verdict column: rows to keep, to drop, to quarantine, and rows that stop the flow.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, ListBuilder, RecordBatch, StringArray, StringBuilder,
    TimestampMicrosecondArray,
};
use arrow::compute::{cast, filter, filter_record_batch, is_null};
use arrow::datatypes::{DataType, Field};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::{Result, internal_err};

use super::shape::{Shape, in_form};
use super::spec::{ExpectationViolated, QuarantineSpec, SinkSpec};

/// How many rows of a violation are shown.
const SHOWN_ROWS: usize = 5;

/// A batch, split.
pub(crate) struct Split {
    /// The input's rows to keep, with all of the input's columns.
    pub(crate) kept: RecordBatch,
    /// The rows to quarantine, as the quarantine table has them.
    pub(crate) quarantined: Option<RecordBatch>,
    /// How many rows are dropped.
    pub(crate) dropped: usize,
    /// How many rows are quarantined.
    pub(crate) quarantined_rows: usize,
}

/// Splits a batch of the input; an error of type [`ExpectationViolated`] when a row stops the flow.
pub(crate) fn split(spec: &SinkSpec, shape: &Shape, batch: RecordBatch) -> Result<Split> {
    let all = |kept| Split { kept, quarantined: None, dropped: 0, quarantined_rows: 0 };
    let Some(verdict) = shape.verdict else { return Ok(all(batch)) };
    if batch.column(verdict).logical_null_count() == batch.num_rows() {
        return Ok(all(batch));
    }
    let verdict = cast(batch.column(verdict), &DataType::Utf8)?;
    let verdicts = verdict.as_string::<i32>();
    let is = |letter: u8| {
        let first = verdicts.iter().map(|text| text.is_some_and(|text| text.as_bytes().first() == Some(&letter)));
        BooleanArray::from(first.collect::<Vec<bool>>())
    };
    let failed = is(b'F');
    if failed.true_count() > 0 {
        return Err(violation(spec, shape, &batch, verdicts, &failed)?.into_datafusion());
    }
    let (dropped, quarantined) = (is(b'D').true_count(), is(b'Q'));
    let kept = filter_record_batch(&batch, &is_null(verdicts)?)?;
    let quarantined_rows = quarantined.true_count();
    if kept.num_rows() + dropped + quarantined_rows != batch.num_rows() {
        return internal_err!("a verdict in the input of {} begins with an unknown letter", spec.node);
    }
    let quarantined = match &spec.quarantine {
        Some(quarantine) if quarantined_rows > 0 => {
            Some(quarantine_batch(quarantine, shape, &batch, verdicts, &quarantined)?)
        }
        _ => None,
    };
    Ok(Split { kept, quarantined, dropped, quarantined_rows })
}

/// The names of the violated expectations in a verdict.
fn names(verdict: &str) -> Result<Vec<String>> {
    match verdict.get(1..).map(serde_json::from_str::<Vec<String>>) {
        Some(Ok(names)) => Ok(names),
        _ => internal_err!("verdict {verdict} does not list names"),
    }
}

fn violation(
    spec: &SinkSpec,
    shape: &Shape,
    batch: &RecordBatch,
    verdicts: &StringArray,
    failed: &BooleanArray,
) -> Result<ExpectationViolated> {
    let (mut violated, mut rows) = (Vec::new(), Vec::new());
    let columns = shape.columns(batch);
    let options = FormatOptions::default().with_null("NULL");
    for row in failed.values().set_indices() {
        for name in names(verdicts.value(row))? {
            if !violated.contains(&name) {
                violated.push(name);
            }
        }
        if rows.len() < SHOWN_ROWS {
            let mut text = Vec::with_capacity(columns.len());
            for (column, field) in columns.iter().zip(spec.schema.fields()) {
                let value = ArrayFormatter::try_new(column.as_ref(), &options)?;
                text.push(format!("{}={}", field.name(), value.value(row)));
            }
            rows.push(text.join(" "));
        }
    }
    Ok(ExpectationViolated { node: spec.node.clone(), names: violated, count: failed.true_count(), rows })
}

fn quarantine_batch(
    quarantine: &QuarantineSpec,
    shape: &Shape,
    batch: &RecordBatch,
    verdicts: &StringArray,
    mask: &BooleanArray,
) -> Result<RecordBatch> {
    let mut columns = Vec::with_capacity(quarantine.schema.fields().len());
    for column in shape.columns(batch) {
        columns.push(filter(&column, mask)?);
    }
    let rows = mask.true_count();
    columns.push(violated_names(verdicts, mask)?);
    let at = TimestampMicrosecondArray::from(vec![quarantine.quarantined_at_micros; rows]).with_timezone("UTC");
    columns.push(Arc::new(at));
    columns.push(match shape.source_file {
        Some(column) => filter(batch.column(column), mask)?,
        None => Arc::new(StringArray::new_null(rows)),
    });
    columns.push(Arc::new(StringArray::from(vec![quarantine.update_id.as_str(); rows])));
    if columns.len() != quarantine.schema.fields().len() {
        return internal_err!("the schema of {} is not that of a quarantine table", quarantine.node);
    }
    in_form(columns, &quarantine.schema)
}

fn violated_names(verdicts: &StringArray, mask: &BooleanArray) -> Result<ArrayRef> {
    let element = Field::new("element", DataType::Utf8, true);
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(element);
    for row in mask.values().set_indices() {
        for name in names(verdicts.value(row))? {
            lists.values().append_value(name);
        }
        lists.append(true);
    }
    Ok(Arc::new(lists.finish()))
}
