use std::sync::Arc;

use datafusion::arrow::array::{Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::functions_aggregate::expr_fn::{count, max, sum};
use datafusion::logical_expr::{Expr, GroupingSet};
use datafusion::physical_plan::displayable;
use datafusion::prelude::{DataFrame, SessionContext, col};

use crate::codec::PlanCodecRegistry;
use crate::session::tests::small_runtime;

fn rows(session: &SessionContext) -> DataFrame {
    let country = StringArray::from(vec![Some("fr"), Some("fr"), None, Some("de"), Some("fr"), None]);
    let city = StringArray::from(vec![Some("lyon"), Some("nice"), Some("oslo"), Some("bonn"), Some("lyon"), None]);
    let sold = Int64Array::from(vec![1, 2, 3, 4, 5, 6]);
    let price = Float64Array::from(vec![0.1; 6]);
    let batch = RecordBatch::try_from_iter([
        ("country", Arc::new(country) as _),
        ("city", Arc::new(city) as _),
        ("sold", Arc::new(sold) as _),
        ("price", Arc::new(price) as _),
    ]);
    session.read_batch(batch.unwrap()).unwrap()
}

/// The sorted rows of an answer, and the plan.
async fn answer(sets: GroupingSet, aggregates: Vec<Expr>) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let session = small_runtime(folder.path()).session();
    let frame = rows(&session).repartition(datafusion::logical_expr::Partitioning::RoundRobinBatch(2)).unwrap();
    let frame = frame.aggregate(vec![Expr::GroupingSet(sets)], aggregates).unwrap();
    let plan = frame.clone().create_physical_plan().await.unwrap();
    let shown = displayable(plan.as_ref()).indent(true).to_string();
    PlanCodecRegistry::default().round_trip(&plan, &session.task_ctx()).unwrap();
    let batches = datafusion::physical_plan::collect(plan, session.task_ctx()).await.unwrap();
    let text = pretty_format_batches(&batches).unwrap().to_string();
    let mut lines: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    lines.sort_unstable();
    let squeezed = lines.iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    (squeezed.collect::<Vec<_>>().join("\n"), shown)
}

#[tokio::test]
async fn a_rollup_is_made_of_its_finest_groups() {
    let aggregates = vec![count(col("sold")), max(col("sold"))];
    let (rows, plan) = answer(GroupingSet::Rollup(vec![col("country"), col("city")]), aggregates).await;
    assert!(plan.contains("ExpandExec: sets=[(), (country), (country, city)]"), "{plan}");
    let expected = "\
| | | 1 | 6 |
| | | 2 | 6 |
| | | 6 | 6 |
| | oslo | 1 | 3 |
| de | | 1 | 4 |
| de | bonn | 1 | 4 |
| fr | | 3 | 5 |
| fr | lyon | 2 | 5 |
| fr | nice | 1 | 2 |";
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn a_set_that_is_named_twice_gives_its_groups_twice() {
    let sets = vec![vec![col("country"), col("city")], vec![col("country")], vec![col("country")]];
    let (rows, plan) = answer(GroupingSet::GroupingSets(sets), vec![count(col("sold"))]).await;
    assert!(plan.contains("ExpandExec"), "{plan}");
    assert_eq!(rows.matches("| fr | | 3 |").count(), 2, "{rows}");
    assert_eq!(rows.lines().count(), 5 + 2 * 3);
}

#[tokio::test]
async fn rows_are_grouped_for_each_set_where_none_has_all_keys_or_the_order_of_rows_matters() {
    let apart = GroupingSet::GroupingSets(vec![vec![col("country")], vec![col("city")]]);
    let (_, plan) = answer(apart, vec![count(col("sold"))]).await;
    assert!(!plan.contains("ExpandExec"), "{plan}");
    let (_, plan) = answer(GroupingSet::Rollup(vec![col("country"), col("city")]), vec![sum(col("price"))]).await;
    assert!(!plan.contains("ExpandExec"), "{plan}");
}
