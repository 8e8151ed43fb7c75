//! What the node lets through, counts and ships.

use std::sync::Arc;

use datafusion::arrow::array::{AsArray, BooleanArray, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::{ExecutionPlan, collect, empty::EmptyExec};
use lakesmith_engine::codec::PlanCodecRegistry;

use crate::{Action, Check, ExpectationExec, counts_of, register_codecs};

fn check(name: &str, action: Action) -> Check {
    Check { name: name.into(), action }
}

fn input(conditions: &[(&str, Vec<Option<bool>>)]) -> Arc<dyn ExecutionPlan> {
    let rows = conditions[0].1.len() as i64;
    let mut fields = vec![Field::new("id", DataType::Int64, false)];
    fields.extend(conditions.iter().map(|(name, _)| Field::new(*name, DataType::Boolean, true)));
    let mut columns: Vec<datafusion::arrow::array::ArrayRef> = vec![Arc::new(Int64Array::from_iter_values(0..rows))];
    for (_, values) in conditions {
        columns.push(Arc::new(BooleanArray::from(values.clone())));
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
    // the same rows twice, in two partitions
    MemorySourceConfig::try_new_exec(&[vec![batch.clone()], vec![batch]], schema, None).unwrap()
}

async fn verdicts(plan: &Arc<dyn ExecutionPlan>) -> Vec<Option<String>> {
    let batches = collect(Arc::clone(plan), Arc::new(TaskContext::default())).await.unwrap();
    let texts = batches.iter().flat_map(|batch| batch.column(1).as_string::<i32>().iter());
    texts.map(|text| text.map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_null_condition_is_violated_and_the_strictest_action_wins() {
    let some = |values: [Option<bool>; 4]| values.to_vec();
    let input = input(&[
        ("a", some([Some(true), Some(false), None, Some(true)])),
        ("b", some([Some(true), Some(true), Some(false), Some(true)])),
        ("c", some([Some(true), Some(false), Some(true), Some(false)])),
    ]);
    let checks = vec![check("a", Action::Drop), check("b", Action::Quarantine), check("c", Action::Keep)];
    let plan: Arc<dyn ExecutionPlan> = Arc::new(ExpectationExec::try_new(input, "t".into(), checks, 1).unwrap());
    let wanted = [None, Some(r#"D["a","c"]"#.to_owned()), Some(r#"Q["a","b"]"#.to_owned()), None];
    assert_eq!(verdicts(&plan).await, [wanted.clone(), wanted].concat());
    let counts: Vec<_> =
        counts_of(&plan).into_iter().map(|count| (count.check.name, count.passed, count.failed)).collect();
    assert_eq!(counts, [("a".into(), 4, 4), ("b".into(), 6, 2), ("c".into(), 4, 4)]);
}

#[tokio::test]
async fn a_row_that_stops_the_flow_is_told_with_the_expectations_that_stop_it() {
    let input = input(&[("a", vec![Some(false)]), ("b", vec![Some(false)]), ("c", vec![None])]);
    let checks = vec![check("a", Action::Keep), check("b", Action::Fail), check("c", Action::Drop)];
    let plan: Arc<dyn ExecutionPlan> = Arc::new(ExpectationExec::try_new(input, "t".into(), checks, 1).unwrap());
    assert_eq!(verdicts(&plan).await[0].as_deref(), Some(r#"F["b"]"#));
}

#[tokio::test]
async fn running_a_plan_again_replaces_its_counts() {
    let input = input(&[("a", vec![Some(true), Some(false)])]);
    let checks = vec![check("a", Action::Fail)];
    let plan: Arc<dyn ExecutionPlan> = Arc::new(ExpectationExec::try_new(input, "t".into(), checks, 1).unwrap());
    verdicts(&plan).await;
    let again = verdicts(&plan).await;
    assert_eq!(again[1].as_deref(), Some(r#"F["a"]"#));
    assert_eq!((counts_of(&plan)[0].passed, counts_of(&plan)[0].failed), (2, 2));
}

#[tokio::test]
async fn a_node_that_applies_its_verdicts_drops_rows_and_stops_at_one_that_fails() {
    let conditions = [("a", vec![Some(true), Some(false), None])];
    let plan = |action| {
        let node = ExpectationExec::try_new(input(&conditions), "v".into(), vec![check("a", action)], 1);
        Arc::new(node.unwrap().applying().unwrap()) as Arc<dyn ExecutionPlan>
    };
    let dropping = plan(Action::Drop);
    let rows: usize = run(&dropping).await.unwrap().iter().map(RecordBatch::num_rows).sum();
    assert_eq!((rows, counts_of(&dropping)[0].failed), (2, 4));
    assert!(run(&plan(Action::Fail)).await.unwrap_err().to_string().contains("2 rows of view v violate one of: a"));
}

async fn run(plan: &Arc<dyn ExecutionPlan>) -> datafusion::common::Result<Vec<RecordBatch>> {
    collect(Arc::clone(plan), Arc::new(TaskContext::default())).await
}

#[test]
fn the_node_is_shipped_with_its_checks() {
    let fields = vec![Field::new("id", DataType::Int64, false), Field::new("a", DataType::Boolean, true)];
    let input = Arc::new(EmptyExec::new(Arc::new(Schema::new(fields))));
    let checks = vec![check("a", Action::Fail)];
    let plan: Arc<dyn ExecutionPlan> = Arc::new(ExpectationExec::try_new(input, "t".into(), checks, 1).unwrap());
    let mut registry = PlanCodecRegistry::default();
    register_codecs(&mut registry);
    registry.round_trip(&plan, &TaskContext::default()).unwrap();
}

#[test]
fn conditions_that_are_not_boolean_are_refused() {
    let input = Arc::new(EmptyExec::new(Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, false)]))));
    assert!(ExpectationExec::try_new(input, "t".into(), vec![check("a", Action::Drop)], 0).is_err());
}
