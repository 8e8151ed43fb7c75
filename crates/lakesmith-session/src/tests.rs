//! Queries from text to rows: tables, files, the event log, and what a user is told when one cannot run.

use lakesmith_base::QualifiedName;

use crate::QueryError;
use crate::testing::Project;

async fn shop() -> Project {
    let project = Project::new();
    let orders = "SELECT * FROM VALUES (1, 'open', 2.5D), (2, 'closed', NULL) AS t(id, status, price)";
    project.table("warehouse/main/shop/orders", orders).await;
    project.table("warehouse/main/archive/orders_2023", "SELECT 1 AS id").await;
    project
}

#[tokio::test]
async fn a_table_is_found_by_every_form_of_its_name() {
    let project = shop().await;
    for name in ["orders", "ORDERS", "shop.orders", "main.shop.orders", "LIVE.orders", "spark_catalog.shop.orders"] {
        let rows = project.rows(&format!("SELECT id, status, price FROM {name} ORDER BY id")).await;
        assert_eq!(rows, ["1|open|2.5", "2|closed|NULL"], "{name}");
    }
    let folder = project.path("warehouse/main/shop/orders");
    let rows = project.rows(&format!("SELECT count(*) FROM delta.`{}`", folder.display())).await;
    assert_eq!(rows, ["2"]);
}

#[tokio::test]
async fn an_unknown_table_is_told_with_names_that_are_near() {
    let project = shop().await;
    assert_eq!(
        project.faults("SELECT * FROM ordrs").await,
        [
            "TABLE_OR_VIEW_NOT_FOUND: table or view `ordrs` does not exist @ordrs (a table with a similar name exists: `orders`)"
        ]
    );
    assert_eq!(
        project.faults("SELECT * FROM orders_2023").await,
        [
            "TABLE_OR_VIEW_NOT_FOUND: table or view `orders_2023` does not exist @orders_2023 (a table of this name is `main.archive.orders_2023`)"
        ]
    );
    assert_eq!(
        project.faults("SELECT * FROM customers").await,
        [
            "TABLE_OR_VIEW_NOT_FOUND: table or view `customers` does not exist @customers (`lakesmith tables` lists the tables)"
        ]
    );
}

#[tokio::test]
async fn a_query_that_is_no_query_is_refused_by_name() {
    let project = Project::new();
    let faults = project.faults("DELETE FROM orders WHERE id = 1").await;
    assert!(faults[0].starts_with("LAKESMITH_NOT_BUILT: `DELETE"), "{faults:?}");
    let faults = project.faults("-- nothing").await;
    assert!(faults[0].starts_with("PARSE_EMPTY_STATEMENT"), "{faults:?}");
    let faults = project.faults("SELECT * FROM STREAM orders").await;
    assert!(faults[0].starts_with("UNSUPPORTED_FEATURE: STREAM stands only in"), "{faults:?}");
}

#[tokio::test]
async fn json_files_are_read_by_function_and_by_name() {
    let project = Project::new();
    project.write("data/a.json", "{\"id\": 1, \"tags\": [\"x\"]}\n{\"id\": 2, \"tags\": null}\n");
    let rows = project.rows("SELECT id, tags FROM read_files('data', format => 'json') ORDER BY id").await;
    assert_eq!(rows, ["1|[x]", "2|NULL"]);
    let rows = project.rows("SELECT id FROM json.`data/a.json` ORDER BY id DESC").await;
    assert_eq!(rows, ["2", "1"]);
    let faults = project.faults("SELECT * FROM read_files('nowhere', format => 'json')").await;
    assert!(faults[0].starts_with("PATH_NOT_FOUND: path `nowhere` does not exist"), "{faults:?}");
    let faults = project.faults("SELECT * FROM read_files('data', format => 'json', hederr => true)").await;
    assert!(faults[0].starts_with("UNRECOGNIZED_OPTION: ") && faults[0].contains("`hederr`"), "{faults:?}");
}

#[tokio::test]
async fn a_value_that_an_expression_refuses_fails_the_query_with_sparks_condition() {
    let project = shop().await;
    let result = project.session.query("SELECT CAST(status AS INT) FROM orders").await;
    let error = match result {
        Ok(result) => result.collect().await.unwrap_err(),
        Err(QueryError::Failed(error)) => *error,
        Err(other) => panic!("{other:#?}"),
    };
    assert!(
        matches!(error.kind, lakesmith_engine::ErrorKind::Data(condition) if condition.name == "CAST_INVALID_INPUT")
    );
}

#[tokio::test]
async fn the_facts_of_tables_come_from_their_logs() {
    let project = shop().await;
    let warehouse = project.session.warehouse();
    let names: Vec<String> = warehouse.tables().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["main.archive.orders_2023", "main.shop.orders"]);
    let facts = warehouse.facts(&warehouse.tables()[1]).await.unwrap().unwrap();
    assert_eq!((facts.version, facts.rows, facts.files), (0, Some(2), 1));
    assert_eq!(facts.committed_micros, Some(1_705_320_000_000_000));
    assert!(warehouse.facts(&QualifiedName::single("orders")).await.unwrap().is_none());
}

const EVENTS: &str = r#"
    SELECT named_struct('update_id', 'u1', 'pipeline_name', 'Retail', 'pipeline_id', 'p1',
            'dataset_name', dataset, 'flow_name', dataset) AS origin,
        kind AS event_type, details
    FROM VALUES
        ('main.shop.silver_orders', 'flow_progress', '{"flow_progress": {"status": "COMPLETED",
            "metrics": {"num_output_rows": 90}, "data_quality": {"expectations": [
                {"name": "valid_price", "dataset": "silver_orders", "passed_records": 90, "failed_records": 10},
                {"name": "valid_id", "dataset": "silver_orders", "passed_records": 99, "failed_records": 1}]}}}'),
        ('main.shop.silver_orders', 'flow_progress', '{"flow_progress": {"status": "RUNNING"}}'),
        ('main.shop.gold', 'flow_progress', '{"flow_progress": {"metrics": {"num_output_rows": 3}, "data_quality":
            {"expectations": [{"name": "x", "dataset": "gold", "passed_records": 3, "failed_records": 0}]}}}'),
        (NULL, 'create_update', '{"create_update": {"cause": "USER_ACTION"}}')
        AS t(dataset, kind, details)"#;

#[tokio::test]
async fn the_quality_query_of_the_documentation_runs_as_it_is_written() {
    let project = Project::new();
    project.table("storage/system/events", EVENTS).await;
    let rows = project
        .rows(
            "SELECT
                dataset,
                name as expectation_name,
                passed_records,
                failed_records,
                ROUND(passed_records * 100.0 / (passed_records + failed_records), 2) as pass_rate
            FROM event_log(TABLE(LIVE.silver_orders))
            WHERE details:flow_progress.metrics IS NOT NULL
            ORDER BY failed_records DESC;",
        )
        .await;
    assert_eq!(rows, ["silver_orders|valid_price|90|10|90.00", "silver_orders|valid_id|99|1|99.00"]);
}

#[tokio::test]
async fn the_event_log_is_that_of_a_pipeline_or_a_dataset() {
    let project = Project::new();
    let faults = project.faults("SELECT * FROM event_log('p1')").await;
    assert!(faults[0].starts_with("TABLE_OR_VIEW_NOT_FOUND: there is no event log yet @event_log"), "{faults:?}");
    project.table("storage/system/events", EVENTS).await;
    for (subject, count) in [
        ("'p1'", "4"),
        ("'retail'", "4"),
        ("'other'", "0"),
        ("TABLE(gold)", "1"),
        ("TABLE(main.shop.silver_orders)", "2"),
    ] {
        assert_eq!(project.rows(&format!("SELECT count(*) FROM event_log({subject})")).await, [count], "{subject}");
    }
    let rows =
        project.rows("SELECT details:flow_progress.metrics.num_output_rows::INT + 1 FROM event_log(TABLE(gold))").await;
    assert_eq!(rows, ["4"]);
}

#[tokio::test]
async fn queries_run_as_tasks_of_their_own() {
    let project = shop().await;
    let session = project.session.clone();
    let task = tokio::spawn(async move {
        let result = session.query("SELECT count(*) FROM orders").await;
        match result {
            Ok(result) => {
                result.collect().await.map(|batches| batches.iter().map(|batch| batch.num_rows()).sum::<usize>())
            }
            Err(error) => panic!("{error:#?}"),
        }
    });
    assert_eq!(task.await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn an_older_version_of_a_table_is_found_by_number_and_by_time() {
    let project = shop().await;
    let log = project.path("warehouse/main/shop/orders/_delta_log");
    let removal = r#"{"commitInfo":{"timestamp":1705406400000,"operation":"DELETE"}}
{"remove":{"path":"part-0.parquet","deletionTimestamp":1705406400000,"dataChange":true}}"#;
    std::fs::write(log.join("00000000000000000001.json"), removal).unwrap();
    for (travel, count) in [
        ("", "0"),
        ("VERSION AS OF 1", "0"),
        ("VERSION AS OF 0", "2"),
        ("@v0", "2"),
        ("TIMESTAMP AS OF '2024-01-15 12:00:00'", "2"),
        ("TIMESTAMP AS OF '2024-01-16 11:59:59'", "2"),
        ("TIMESTAMP AS OF '2024-01-16 12:00:00'", "0"),
    ] {
        assert_eq!(project.rows(&format!("SELECT count(*) FROM orders {travel}")).await, [count], "{travel}");
    }
    for (travel, expected) in [
        ("VERSION AS OF 7", "DELTA_VERSION_NOT_FOUND: `main.shop.orders` has no version 7"),
        (
            "TIMESTAMP AS OF '2020-01-01'",
            "DELTA_VERSION_NOT_FOUND: `main.shop.orders` has no version of 2020-01-01 or before",
        ),
        ("TIMESTAMP AS OF 'soon'", "CAST_INVALID_INPUT: `soon` is no time"),
    ] {
        let faults = project.faults(&format!("SELECT * FROM orders {travel}")).await;
        assert!(faults[0].starts_with(expected), "{faults:?}");
    }
}

#[tokio::test]
async fn writers_at_the_same_time_all_keep_their_rows() {
    let project = Project::new();
    project.rows("CREATE TABLE t (a INT)").await;
    let writers: Vec<_> = (0..6)
        .map(|number| {
            let session = project.session.clone();
            tokio::spawn(async move {
                let done = session.query(&format!("INSERT INTO t VALUES ({number})")).await;
                done.map(|_| ()).map_err(|error| format!("{error:?}"))
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(project.rows("SELECT count(*), sum(a) FROM t").await, ["6|15"]);
}

#[tokio::test]
async fn a_statement_on_a_version_that_is_no_more_the_newest_changes_nothing() {
    let project = Project::new();
    project.rows("CREATE TABLE t AS SELECT 1 AS a").await;
    let name = project.session.table_name(&"t".into()).unwrap();
    let mut stale = project.session.warehouse().open(&name).await.unwrap().unwrap();
    project.rows("INSERT INTO t VALUES (2)").await;
    let mut commit = project.session.commit_of("TRUNCATE");
    commit.removes = stale.files().await.unwrap();
    commit.on_version = lakesmith_delta::OnVersion::Exactly(stale.version());
    let trouble = project.session.commit(&mut stale, &commit, "`t`").await.unwrap_err();
    let crate::trouble::Trouble::Wrong(faults) = trouble else { panic!("{trouble:?}") };
    assert_eq!(faults[0].condition.name, "DELTA_CONCURRENT_APPEND");
    assert_eq!(project.rows("SELECT count(*) FROM t").await, ["2"]);
}

#[tokio::test]
async fn a_statement_that_fails_leaves_no_file_behind() {
    let project = Project::new();
    project.rows("CREATE TABLE t (a INT NOT NULL)").await;
    let before = files_of(&project.path("warehouse/main/shop/t"));
    let result = project.session.query("INSERT INTO t SELECT if(col1 = 2, NULL, col1) FROM VALUES (1), (2)").await;
    assert!(result.is_err());
    assert!(project.session.query("CREATE TABLE u AS SELECT 1 / (col1 - 1) AS a FROM VALUES (1)").await.is_err());
    assert_eq!(files_of(&project.path("warehouse/main/shop/t")), before);
    assert!(files_of(&project.path("warehouse/main/shop/u")).is_empty());
}

/// Texts that repeat, with NULLs; those of weight 6 have a code that is no number.
const VISITS: &str = "CREATE TABLE visits AS SELECT id, if(id % 10 = 0, NULL, concat('place ', id % 50)) AS place, \
     if(id % 7 = 6, 'bad', string(id % 50)) AS code, id % 7 AS weight FROM range(200000)";

#[tokio::test]
async fn functions_of_texts_that_repeat_are_computed_in_the_scan_and_give_what_they_give_row_by_row() {
    let project = Project::new();
    project.rows(VISITS).await;
    for query in [
        "SELECT count(*) FROM visits WHERE place LIKE '%7%'",
        "SELECT upper(place) AS p, count(*), max(place) FROM visits WHERE weight > 3 GROUP BY upper(place) \
         ORDER BY p NULLS FIRST",
        "SELECT coalesce(place, 'none') AS p, sum(weight) FROM visits WHERE length(place) = 7 OR place IS NULL \
         GROUP BY 1 ORDER BY p",
        "SELECT place, length(place) AS n FROM visits WHERE place IN ('place 3', 'place 4') AND id < 300 ORDER BY id",
        "SELECT count_if(substr(place, 7) = '11') AS n FROM visits WHERE weight = 1",
        "SELECT sum(CASE WHEN place LIKE 'place 1%' THEN weight ELSE 0 END) AS n FROM visits WHERE weight <> 2",
        "SELECT sum(CAST(code AS INT)) AS n FROM visits WHERE weight < 6 AND code LIKE '%1%'",
        "SELECT count(*) FROM visits a WHERE upper(place) LIKE '%1' AND place < \
         (SELECT max(b.place) FROM visits b WHERE b.code = a.code)",
    ] {
        let row_by_row = query.replace("FROM visits", "FROM (SELECT * FROM visits LIMIT 400000)");
        assert_eq!(project.rows(query).await, project.rows(&row_by_row).await, "{query}");
        let plan = project.rows(&format!("EXPLAIN {query}")).await.join("\n");
        assert!(plan.contains("__per_value_0"), "{query}\n{plan}");
    }
    assert_eq!(project.rows("SELECT count(*) FROM visits WHERE place LIKE '%7%'").await, ["20000"]);
}

#[tokio::test]
async fn a_text_that_a_function_refuses_fails_only_the_queries_whose_rows_have_it() {
    let project = Project::new();
    project.rows(VISITS).await;
    let sum = "SELECT sum(CAST(code AS INT)) AS n FROM visits";
    let wanted: u32 = (0..200_000).filter(|id| id % 7 == 2).map(|id| id % 50).sum();
    assert_eq!(project.rows(&format!("{sum} WHERE weight = 2")).await, [wanted.to_string()]);
    let by_subquery = "SELECT id FROM visits WHERE CAST(code AS INT) = (SELECT max(weight) + 100 FROM visits)";
    for query in [sum, by_subquery] {
        let refused = project.session.query(query).await.unwrap().collect().await;
        let told = format!("{:?}", refused.unwrap_err());
        assert!(told.contains("CAST_INVALID_INPUT") && !told.contains("kind: Internal"), "{query}: {told}");
    }
}

/// Names of the files of a folder, without its log.
fn files_of(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
