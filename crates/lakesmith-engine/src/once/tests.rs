use std::num::NonZeroUsize;

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::common::JoinType;
use datafusion::datasource::provider_as_source;
use datafusion::functions::math::random;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{LogicalPlanBuilder, col, lit};
use datafusion::physical_plan::collect;
use datafusion::prelude::SessionContext;

use super::*;
use crate::codec::PlanCodecRegistry;
use crate::session::{Runtime, RuntimeSettings};

/// Random numbers, once for each of `rows` rows, as a table.
fn numbers(rows: usize) -> Arc<OnceTable> {
    let values = LogicalPlanBuilder::values(vec![vec![lit(1i64)]; rows]).unwrap();
    let random = random().call(Vec::new()).alias("x");
    Arc::new(OnceTable::new(values.project([random]).unwrap().build().unwrap()))
}

fn session(folder: &std::path::Path, memory_bytes: usize) -> SessionContext {
    let two = NonZeroUsize::MIN.saturating_add(1);
    let settings = RuntimeSettings {
        memory_bytes,
        spill_folder: folder.join("spill"),
        partitions: two,
        batch_size: NonZeroUsize::MIN.saturating_add(999),
        physical_rules: Vec::new(),
    };
    Runtime::new(settings).unwrap().session()
}

async fn count_of(session: &SessionContext, plan: Arc<dyn ExecutionPlan>) -> i64 {
    let batches = collect(plan, session.task_ctx()).await.unwrap();
    batches[0].column(0).as_primitive::<Int64Type>().value(0)
}

/// How many pairs of a row of a table and one of another, which may be itself, have the same number.
async fn pairs(session: &SessionContext, left: &Arc<OnceTable>, right: &Arc<OnceTable>) -> Arc<dyn ExecutionPlan> {
    let table = |table: &Arc<OnceTable>, name: &str| {
        let scan = LogicalPlanBuilder::scan(name, provider_as_source(Arc::clone(table) as _), None);
        scan.unwrap().build().unwrap()
    };
    let on = (vec!["a.x"], vec!["b.x"]);
    let joined = LogicalPlanBuilder::from(table(left, "a")).join(table(right, "b"), JoinType::Inner, on, None).unwrap();
    let counted = joined.aggregate(Vec::<Expr>::new(), vec![count(lit(1i64))]).unwrap().build().unwrap();
    session.state().create_physical_plan(&counted).await.unwrap()
}

#[tokio::test]
async fn all_readers_have_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path(), 64 << 20);
    let (one, other) = (numbers(3000), numbers(3000));
    let plan = pairs(&session, &one, &one).await;
    assert_eq!(count_of(&session, plan).await, 3000);
    let plan = pairs(&session, &one, &other).await;
    assert_eq!(count_of(&session, plan).await, 0);
}

#[tokio::test]
async fn rows_that_memory_cannot_hold_are_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path(), 100 << 10);
    let table = numbers(20_000);
    let scan = || LogicalPlanBuilder::scan("n", provider_as_source(Arc::clone(&table) as _), None).unwrap();
    let both = scan().union(scan().build().unwrap()).unwrap();
    let counted = both.aggregate(Vec::<Expr>::new(), vec![count(col("x"))]).unwrap().build().unwrap();
    let plan = session.state().create_physical_plan(&counted).await.unwrap();
    assert_eq!(count_of(&session, plan).await, 40_000);
}

#[tokio::test]
async fn a_plan_that_was_sent_shares_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(folder.path(), 64 << 20);
    let query = LogicalPlanBuilder::scan("n", provider_as_source(numbers(100) as _), None).unwrap();
    let outer = Arc::new(OnceTable::new(query.build().unwrap()));
    let plan = pairs(&session, &outer, &outer).await;
    let registry = PlanCodecRegistry::default();
    let sent = registry.decode(&registry.encode(&plan).unwrap(), &session.task_ctx()).unwrap();
    assert_eq!(count_of(&session, sent).await, 100);
}
