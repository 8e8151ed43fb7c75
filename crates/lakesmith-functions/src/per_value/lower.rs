//! Moves functions of one text from the nodes above a scan into it.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::datasource::physical_plan::FileSource;
use datafusion::physical_expr::aggregate::{AggregateExprBuilder, AggregateFunctionExpr};
use datafusion::physical_expr::expressions::{CaseExpr, Column, Literal};
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_expr::{PhysicalExpr, PhysicalSortExpr, ScalarFunctionExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode, PhysicalGroupBy};
use datafusion::physical_plan::filter::{FilterExec, FilterExecBuilder};
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};

use super::parquet_scan;
use super::texts::only_leaf;
use crate::guard::FALLIBLE;

/// For so many rows of a file, its dictionary has at most one value.
const ROWS_PER_VALUE: usize = 4;

type Plan = Arc<dyn ExecutionPlan>;
type Value = Arc<dyn PhysicalExpr>;

/// Moves expressions of a projection or a first aggregate beneath the filter under it, where they cannot fail.
pub(super) fn consumer(node: Plan) -> Result<Transformed<Plan>> {
    let Some(mut input) = consumer_input(&node) else { return Ok(Transformed::no(node)) };
    let mut asked = consumer_values(&node);
    while let Some((places, beneath)) = renaming(input) {
        let rows = beneath.schema();
        let value = |value: Value| moved(value, &rows, &|at| places.get(at).copied());
        asked = asked.into_iter().map(value).collect::<Result<_>>()?;
        input = beneath;
    }
    let (filter, scan) = match input.downcast_ref::<FilterExec>() {
        Some(filter) if filter.fetch().is_none() => (Some(filter), filter.input()),
        Some(_) => return Ok(Transformed::no(node)),
        None => (None, input),
    };
    let mut lowered = Lowered::new(scan);
    if lowered.texts.is_empty() {
        return Ok(Transformed::no(node));
    }
    let places = filter.and_then(|filter| filter.projection().as_ref());
    let mut values = Vec::new();
    for value in asked {
        let value = match places {
            Some(places) => moved(value, &scan.schema(), &|index| places.get(index).copied())?,
            None => value,
        };
        values.push(lowered.surely_extracted(value)?);
    }
    if lowered.computed.is_empty() {
        return Ok(Transformed::no(node));
    }
    let predicate = filter.map(|filter| Arc::clone(filter.predicate()));
    let all: Vec<&Value> = values.iter().chain(&predicate).collect();
    let Some(scan) = lowered.scan(scan, &all)? else { return Ok(Transformed::no(node)) };
    let input: Plan = match (filter, predicate) {
        (Some(filter), Some(predicate)) => Arc::new(
            FilterExecBuilder::new(lowered.placed(predicate, &scan)?, Arc::clone(&scan))
                .with_default_selectivity(filter.default_selectivity())
                .with_batch_size(filter.batch_size())
                .build()?,
        ),
        _ => Arc::clone(&scan),
    };
    let values = values.into_iter().map(|value| lowered.placed(value, &scan)).collect::<Result<Vec<_>>>()?;
    Ok(match with_values(&node, values, input)? {
        Some(node) => Transformed::yes(node),
        None => Transformed::no(node),
    })
}

/// Moves functions of one text out of a filter's condition into the scan beneath it.
pub(super) fn filter(node: Plan) -> Result<Transformed<Plan>> {
    let Some(filter) = node.downcast_ref::<FilterExec>() else { return Ok(Transformed::no(node)) };
    let mut lowered = Lowered::new(filter.input());
    if lowered.texts.is_empty() {
        return Ok(Transformed::no(node));
    }
    let predicate = lowered.extracted(Arc::clone(filter.predicate()))?;
    let predicate = lowered.surely_extracted(predicate)?;
    if lowered.computed.is_empty() {
        return Ok(Transformed::no(node));
    }
    let rows = filter.input().schema();
    let column = |index: usize| Arc::new(Column::new(rows.field(index).name(), index)) as Value;
    let outputs: Vec<Value> = match filter.projection() {
        Some(places) => places.iter().map(|index| column(*index)).collect(),
        None => (0..rows.fields().len()).map(column).collect(),
    };
    let all: Vec<&Value> = outputs.iter().chain([&predicate]).collect();
    let Some(scan) = lowered.scan(filter.input(), &all)? else { return Ok(Transformed::no(node)) };
    let outputs = outputs.into_iter().map(|output| lowered.placed(output, &scan)).collect::<Result<Vec<_>>>()?;
    let places = outputs.iter().filter_map(|output| output.downcast_ref::<Column>()).map(Column::index).collect();
    let filter = FilterExecBuilder::new(lowered.placed(predicate, &scan)?, scan)
        .apply_projection(Some(places))?
        .with_default_selectivity(filter.default_selectivity())
        .with_batch_size(filter.batch_size())
        .with_fetch(filter.fetch())
        .build()?;
    Ok(Transformed::yes(Arc::new(filter)))
}

/// What is computed in a scan instead of above it.
struct Lowered {
    /// Places among the scan's columns of texts that repeat.
    texts: Vec<usize>,
    /// How many columns the scan has.
    width: usize,
    /// Expressions over the scan's columns; they stand behind these as columns.
    computed: Vec<Value>,
    /// Places of the scan's columns that are still asked for, in order.
    kept: Vec<usize>,
}

impl Lowered {
    fn new(scan: &Plan) -> Self {
        let texts = repeated_texts(scan).unwrap_or_default();
        Self { texts, width: scan.schema().fields().len(), computed: Vec::new(), kept: Vec::new() }
    }

    /// The value, with columns in place of those of its parts that are functions of one text and are computed for all rows.
    fn extracted(&mut self, value: Value) -> Result<Value> {
        self.extracted_if(value, |_| true, TreeNodeRecursion::Jump)
    }

    /// The value, with columns in place of those of its parts that are functions of one text and fail for none.
    fn surely_extracted(&mut self, value: Value) -> Result<Value> {
        self.extracted_if(value, is_sure, TreeNodeRecursion::Continue)
    }

    /// `branches` says whether the parts of a CASE are looked at, which are computed for their rows only.
    fn extracted_if(
        &mut self,
        value: Value,
        may_move: impl Fn(&Value) -> bool,
        branches: TreeNodeRecursion,
    ) -> Result<Value> {
        let extract = |node: Value| {
            let is_text =
                |node: &Value| node.downcast_ref::<Column>().is_some_and(|column| self.texts.contains(&column.index()));
            if only_leaf(&node, &is_text).is_none() || !may_move(&node) {
                let within = if node.is::<CaseExpr>() { branches } else { TreeNodeRecursion::Continue };
                return Ok(Transformed::new(node, false, within));
            }
            let known = self.computed.iter().position(|computed| computed.eq(&node));
            let place = known.unwrap_or(self.computed.len());
            if known.is_none() {
                self.computed.push(node);
            }
            let column: Value = Arc::new(Column::new(&name(place), self.width + place));
            Ok(Transformed::new(column, true, TreeNodeRecursion::Jump))
        };
        value.transform_down(extract).map(|value| value.data)
    }

    /// The scan with what is computed in it; nothing where the scan cannot.
    fn scan(&mut self, scan: &Plan, asked: &[&Value]) -> Result<Option<Plan>> {
        let asked: BTreeSet<usize> =
            asked.iter().flat_map(|value| collect_columns(value)).map(|column| column.index()).collect();
        self.kept = asked.into_iter().filter(|index| *index < self.width).collect();
        let rows = scan.schema();
        let kept = self.kept.iter().map(|index| {
            let name = rows.field(*index).name();
            ProjectionExpr::new(Arc::new(Column::new(name, *index)), name.clone())
        });
        let computed = self.computed.iter().enumerate();
        let computed = computed.map(|(place, value)| ProjectionExpr::new(Arc::clone(value), name(place)));
        let projection = ProjectionExec::try_new(kept.chain(computed).collect::<Vec<_>>(), Arc::clone(scan))?;
        scan.try_swapping_with_projection(&projection)
    }

    /// The value over the columns of the new scan.
    fn placed(&self, value: Value, scan: &Plan) -> Result<Value> {
        moved(value, &scan.schema(), &|index| match index.checked_sub(self.width) {
            Some(computed) => Some(self.kept.len() + computed),
            None => self.kept.binary_search(&index).ok(),
        })
    }
}

/// The name of a column that is computed in a scan.
fn name(place: usize) -> String {
    format!("__per_value_{place}")
}

/// The value with its columns at other places, among other rows.
fn moved(value: Value, rows: &Schema, place: &impl Fn(usize) -> Option<usize>) -> Result<Value> {
    let move_column = |node: Value| {
        let Some(column) = node.downcast_ref::<Column>() else { return Ok(Transformed::no(node)) };
        let place = place(column.index())
            .ok_or_else(|| internal_datafusion_err!("column {column} is asked for and no longer read"))?;
        Ok(Transformed::yes(Arc::new(Column::new(rows.field(place).name(), place)) as Value))
    };
    value.transform_up(move_column).map(|value| value.data)
}

/// The places of a scan's text columns of which dictionaries are known that have few values.
fn repeated_texts(scan: &Plan) -> Option<Vec<usize>> {
    let (config, source) = parquet_scan(scan)?;
    let statistics = config.statistics();
    let rows = statistics.num_rows.get_value()?;
    let files = config.file_groups.iter().map(|group| group.files().len()).sum::<usize>().max(1);
    let repeats = |values: &Precision<usize>| {
        values.get_value().is_some_and(|values| values.saturating_mul(ROWS_PER_VALUE) <= rows / files)
    };
    let is_wanted = |value: &Value| {
        let column = value.downcast_ref::<Column>()?;
        let (place, field) = config.file_schema().column_with_name(column.name())?;
        let known = statistics.column_statistics.get(place)?;
        Some(*field.data_type() == DataType::Utf8 && repeats(&known.distinct_count))
    };
    let outputs = source.projection()?.iter().enumerate();
    Some(outputs.filter(|(_, output)| is_wanted(&output.expr) == Some(true)).map(|(place, _)| place).collect())
}

/// Whether a function of one text fails for none: one kernel that refuses some values is LIKE, of patterns.
fn is_sure(value: &Value) -> bool {
    let is_fallible = |node: &Value| {
        let Some(call) = node.downcast_ref::<ScalarFunctionExpr>() else { return Ok(false) };
        let is_like = matches!(call.name(), "spark_like" | "spark_ilike");
        let has_pattern = is_like && call.args().iter().skip(1).all(|argument| argument.is::<Literal>());
        Ok(FALLIBLE.contains(&call.name()) && !has_pattern)
    };
    !value.exists(is_fallible).unwrap_or(true) && is_computed_of_empty_text(value)
}

/// Whether it is computed of a text, which shows whether its constants are refused.
fn is_computed_of_empty_text(value: &Value) -> bool {
    let Some(width) = collect_columns(value).into_iter().map(|column| column.index() + 1).max() else { return false };
    let fields: Vec<Field> = (0..width).map(|place| Field::new(name(place), DataType::Utf8, true)).collect();
    let columns = vec![Arc::new(StringArray::from(vec![""])) as _; width];
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).is_ok_and(|row| value.evaluate(&row).is_ok())
}

/// The input of a node whose expressions can be moved.
fn consumer_input(node: &Plan) -> Option<&Plan> {
    if let Some(projection) = node.downcast_ref::<ProjectionExec>() {
        return Some(projection.input());
    }
    let aggregate = node.downcast_ref::<AggregateExec>()?;
    let is_first =
        matches!(aggregate.mode(), AggregateMode::Partial | AggregateMode::Single | AggregateMode::SinglePartitioned);
    let is_plain = !aggregate.group_expr().has_grouping_set() && aggregate.limit_options().is_none();
    (is_first && is_plain).then(|| aggregate.input())
}

/// The places of the columns that a projection gives on without a change, and its input.
fn renaming(node: &Plan) -> Option<(Vec<usize>, &Plan)> {
    let projection = node.downcast_ref::<ProjectionExec>()?;
    let place = |output: &ProjectionExpr| output.expr.downcast_ref::<Column>().map(Column::index);
    Some((projection.expr().iter().map(place).collect::<Option<_>>()?, projection.input()))
}

/// The expressions of such a node, in an order that [`with_values`] knows.
fn consumer_values(node: &Plan) -> Vec<Value> {
    if let Some(projection) = node.downcast_ref::<ProjectionExec>() {
        return projection.expr().iter().map(|output| Arc::clone(&output.expr)).collect();
    }
    let Some(aggregate) = node.downcast_ref::<AggregateExec>() else { return Vec::new() };
    let keys = aggregate.group_expr().expr().iter().map(|(key, _)| Arc::clone(key));
    let calls = aggregate.aggr_expr().iter().flat_map(|call| {
        let order = call.order_bys().iter().map(|key| Arc::clone(&key.expr));
        call.expressions().into_iter().chain(order).collect::<Vec<_>>()
    });
    let filters = aggregate.filter_expr().iter().flatten().cloned();
    keys.chain(calls).chain(filters).collect()
}

/// The node with other expressions and another input.
fn with_values(node: &Plan, values: Vec<Value>, input: Plan) -> Result<Option<Plan>> {
    let mut values = values.into_iter();
    if let Some(projection) = node.downcast_ref::<ProjectionExec>() {
        let outputs = projection.expr().iter().zip(values);
        let outputs = outputs.map(|(output, value)| ProjectionExpr::new(value, output.alias.clone()));
        return Ok(Some(Arc::new(ProjectionExec::try_new(outputs.collect::<Vec<_>>(), input)?)));
    }
    let Some(aggregate) = node.downcast_ref::<AggregateExec>() else { return Ok(None) };
    let keys = aggregate.group_expr().expr().iter();
    let keys = keys.zip(values.by_ref()).map(|((_, name), value)| (value, name.clone())).collect();
    let schema = input.schema();
    let mut calls = Vec::new();
    for call in aggregate.aggr_expr() {
        let arguments = values.by_ref().take(call.expressions().len()).collect();
        let order = values.by_ref().take(call.order_bys().len()).collect();
        calls.push(Arc::new(called(call, arguments, order, &schema)?));
    }
    let filters = aggregate.filter_expr().iter().map(|filter| filter.as_ref().and_then(|_| values.next())).collect();
    let keys = PhysicalGroupBy::new_single(keys);
    Ok(Some(Arc::new(AggregateExec::try_new(*aggregate.mode(), keys, calls, filters, input, schema)?)))
}

/// The call of an aggregate over other rows.
fn called(
    call: &AggregateFunctionExpr,
    arguments: Vec<Value>,
    order: Vec<Value>,
    rows: &SchemaRef,
) -> Result<AggregateFunctionExpr> {
    let order = call.order_bys().iter().zip(order);
    let order = order.map(|(key, expr)| PhysicalSortExpr { expr, options: key.options }).collect();
    AggregateExprBuilder::new(Arc::new(call.fun().clone()), arguments)
        .schema(Arc::clone(rows))
        .alias(call.name())
        .order_by(order)
        .with_distinct(call.is_distinct())
        .with_ignore_nulls(call.ignore_nulls())
        .with_reversed(call.is_reversed())
        .build()
}
