//! Statements as users write them.

use lakesmith_diagnostic::{Severity, SourceMap};
use lakesmith_unresolved::pipeline::{
    ColumnSelection, DatasetDefinition, DatasetKind, FlowBody, ScdType, ViolationAction,
};
use lakesmith_unresolved::{CommandKind, PipelineStatementKind};

use crate::file::{ParsedFile, Variables, parse_commands, parse_pipeline_file};
use crate::testing::mutations;

fn parse(text: &str) -> ParsedFile {
    let mut sources = SourceMap::default();
    let source = sources.add_file("p.sql", text);
    parse_pipeline_file(&mut sources, source, &Variables::default())
}

/// The statement kinds of a text that has no fault.
fn clean(text: &str) -> Vec<PipelineStatementKind> {
    let file = parse(text);
    assert!(file.diagnostics.is_empty(), "{text}\n{:#?}", file.diagnostics);
    file.statements.into_iter().map(|statement| statement.kind).collect()
}

fn dataset(text: &str) -> DatasetDefinition {
    match clean(text).remove(0) {
        PipelineStatementKind::Dataset(dataset) => *dataset,
        other => panic!("{text}: {other:?}"),
    }
}

/// Condition and title of each fault, with the text at its place.
fn faults(text: &str) -> Vec<String> {
    let mut sources = SourceMap::default();
    let source = sources.add_file("p.sql", text);
    let file = parse_pipeline_file(&mut sources, source, &Variables::default());
    file.diagnostics
        .iter()
        .map(|fault| {
            let at = fault.primary.as_ref().map_or("", |label| sources.text(label.span));
            let warning = if fault.severity == Severity::Warning { "warning " } else { "" };
            format!("{warning}{} [{at}] {}", fault.condition, fault.title)
        })
        .collect()
}

fn command(text: &str) -> String {
    let mut sources = SourceMap::default();
    let source = sources.add_file("p.sql", text);
    let (commands, diagnostics) = parse_commands(&mut sources, source, &Variables::default());
    assert!(diagnostics.is_empty(), "{text}\n{diagnostics:#?}");
    assert_eq!(commands.len(), 1, "{text}");
    commands[0].kind.name()
}

#[test]
fn every_spelling_of_a_dataset_has_its_kind() {
    let cases = [
        ("CREATE OR REFRESH STREAMING TABLE t", DatasetKind::StreamingTable),
        ("CREATE STREAMING TABLE IF NOT EXISTS a.b.t AS SELECT * FROM STREAM s", DatasetKind::StreamingTable),
        ("CREATE OR REFRESH PRIVATE STREAMING TABLE t AS SELECT 1", DatasetKind::StreamingTable),
        ("CREATE TEMPORARY STREAMING TABLE t AS SELECT 1", DatasetKind::StreamingTable),
        ("CREATE OR REFRESH MATERIALIZED VIEW v AS SELECT 1 a", DatasetKind::MaterializedView),
        ("CREATE MATERIALIZED VIEW v AS SELECT id, COUNT(*) as c FROM h GROUP BY id", DatasetKind::MaterializedView),
        ("CREATE OR REFRESH STREAMING LIVE TABLE t AS SELECT 1", DatasetKind::StreamingTable),
        ("CREATE INCREMENTAL LIVE TABLE t AS SELECT 1", DatasetKind::StreamingTable),
        ("CREATE OR REFRESH LIVE TABLE t AS SELECT 1", DatasetKind::ByQuery),
        ("CREATE LIVE VIEW v AS SELECT 1", DatasetKind::TemporaryView),
        ("CREATE TEMPORARY LIVE VIEW v AS SELECT 1", DatasetKind::TemporaryView),
        ("CREATE STREAMING LIVE VIEW v AS SELECT 1", DatasetKind::TemporaryView),
        ("CREATE TEMPORARY VIEW v AS SELECT 1", DatasetKind::TemporaryView),
        ("CREATE OR REPLACE TEMP VIEW v (a COMMENT 'c') COMMENT 'x' AS SELECT 1", DatasetKind::TemporaryView),
        ("CREATE VIEW s.v TBLPROPERTIES (a.b = 'c') AS SELECT 1", DatasetKind::PersistedView),
        ("create materialized view v as select 1", DatasetKind::MaterializedView),
    ];
    for (text, kind) in cases {
        assert_eq!(dataset(text).kind, kind, "{text}");
    }
}

#[test]
fn a_list_may_hold_only_constraints() {
    let table = dataset(
        "CREATE OR REFRESH STREAMING TABLE silver_orders
(
  CONSTRAINT valid_order_id EXPECT (order_id IS NOT NULL)
    ON VIOLATION DROP ROW,
  CONSTRAINT valid_price EXPECT (unit_price >= 0)
    ON VIOLATION FAIL UPDATE,
  CONSTRAINT `a name` EXPECT (length(x) > 0) ON VIOLATION QUARANTINE,
  CONSTRAINT other EXPECT (y) ON VIOLATION QUARANTINE INTO s.bad,
  CONSTRAINT counted EXPECT (a AND (b OR c))
)
AS
SELECT * FROM STREAM(bronze_orders);",
    );
    assert!(table.columns.is_none());
    let texts: Vec<&str> = table.expectations.iter().map(|expectation| expectation.text.as_str()).collect();
    assert_eq!(texts, ["order_id IS NOT NULL", "unit_price >= 0", "length(x) > 0", "y", "a AND (b OR c)"]);
    let actions: Vec<bool> =
        table.expectations.iter().map(|e| matches!(e.on_violation, ViolationAction::Quarantine { .. })).collect();
    assert_eq!(actions, [false, false, true, true, false]);
    assert_eq!(table.expectations[2].name.text.as_str(), "a name");
}

#[test]
fn columns_and_constraints_mix_and_a_constraint_needs_no_comma() {
    let table = dataset(
        "CREATE STREAMING TABLE t (
  id BIGINT NOT NULL COMMENT 'key' PRIMARY KEY, -- a comment
  CONSTRAINT c1 EXPECT (id > 0),
  name STRING MASK mask_name USING COLUMNS (region),
  total DECIMAL(10, 2) GENERATED ALWAYS AS (price * quantity),
  n BIGINT GENERATED BY DEFAULT AS IDENTITY (START WITH 10 INCREMENT BY -1),
  d STRING DEFAULT 'x',
  constraint STRING,
  s STRUCT<a: INT, b: ARRAY<STRING>>
  CONSTRAINT c2 EXPECT (name IS NOT NULL) ON VIOLATION DROP ROW
  CONSTRAINT pk PRIMARY KEY (id TIMESERIES) RELY, FOREIGN KEY (name) REFERENCES other (id) NOT ENFORCED,
  CHECK (id > 1)
) PARTITIONED BY (name) COMMENT 'c' TBLPROPERTIES ('quality' = 'silver', delta.enableChangeDataFeed = true, k 'v')",
    );
    let columns: Vec<&str> = table.columns.iter().flatten().map(|column| column.name.text.as_str()).collect();
    assert_eq!(columns, ["id", "name", "total", "n", "d", "constraint", "s"]);
    assert_eq!(table.expectations.len(), 2);
    assert_eq!(table.constraints.len(), 4);
    let properties: Vec<(&str, &str)> =
        table.clauses.properties.iter().map(|(key, value, _)| (key.as_str(), value.as_str())).collect();
    assert_eq!(properties, [("quality", "silver"), ("delta.enableChangeDataFeed", "true"), ("k", "v")]);
}

#[test]
fn clauses_come_in_any_order() {
    let view = dataset(
        "CREATE MATERIALIZED VIEW v USING DELTA CLUSTER BY (a, b.c) COMMENT \"c\" LOCATION '/x' REFRESH POLICY INCREMENTAL STRICT
         SCHEDULE EVERY 2 HOURS WITH ROW FILTER f ON (a) TBLPROPERTIES(pipelines.channel='PREVIEW') AS SELECT 1",
    );
    assert!(view.clauses.cluster_by.is_some() && view.clauses.row_filter.is_some());
    assert_eq!(view.clauses.refresh_policy.map(|(policy, _)| policy).as_deref(), Some("INCREMENTAL STRICT"));
    assert_eq!(view.clauses.schedule.map(|(schedule, _)| schedule).as_deref(), Some("SCHEDULE EVERY 2 HOURS"));
    dataset("CREATE STREAMING TABLE t CLUSTER BY AUTO");
    dataset("CREATE STREAMING TABLE t SCHEDULE CRON '0 0 * * * ?' AT TIME ZONE 'UTC' AS SELECT 1");
}

#[test]
fn flows_append_once_or_by_name() {
    let kinds = clean(
        "CREATE FLOW a AS INSERT INTO t BY NAME SELECT 1 AS x;
         CREATE FLOW b COMMENT 'c' AS
         INSERT INTO ONCE t BY NAME
         SELECT * FROM read_files('/p', format => 'json');
         CREATE FLOW c AS INSERT INTO once SELECT 1;
         CREATE FLOW d AS INSERT INTO t BY NAME REPLACE WHERE day >= '2024-01-01' SELECT 1;
         CREATE FLOW e AS INSERT INTO LIVE.t (x, y) WITH q AS (SELECT 1) SELECT * FROM q",
    );
    let shown: Vec<String> = kinds
        .iter()
        .map(|kind| match kind {
            PipelineStatementKind::Flow(flow) => match &flow.body {
                FlowBody::Append { once, by_name, columns, replace_where, .. } => {
                    let target = flow.target.qualified().map(|name| name.to_string());
                    format!("{:?} {once} {by_name} {} {}", target, columns.len(), replace_where.is_some())
                }
                FlowBody::AutoCdc(_) => "cdc".into(),
            },
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "Some(\"t\") false true 0 false",
            "Some(\"t\") true true 0 false",
            "Some(\"once\") false false 0 false",
            "Some(\"t\") false true 0 true",
            "Some(\"t\") false false 2 false",
        ]
    );
}

#[test]
fn auto_cdc_takes_its_clauses_in_any_order() {
    let texts = [
        "CREATE FLOW f AS AUTO CDC INTO t FROM STREAM s KEYS (a, b) APPLY AS DELETE WHEN op = 'D' SEQUENCE BY ts
         COLUMNS * EXCEPT (op, ts) STORED AS SCD TYPE 2 TRACK HISTORY ON * EXCEPT (city)",
        "CREATE FLOW f AS AUTO CDC ONCE INTO t FROM s KEYS a, b SEQUENCE BY STRUCT(ts, n) STORED AS SCD TYPE 2
         APPLY AS DELETE WHEN op = 'D' TRACK HISTORY ON a, b COLUMNS a, b",
        "APPLY CHANGES INTO LIVE.t FROM STREAM(LIVE.s) KEYS (a) WHERE a > 1 IGNORE NULL UPDATES SEQUENCE BY ts STORED AS SCD TYPE 2",
        "AUTO CDC INTO t FROM STREAM(s) KEYS (a) SEQUENCE BY ts STORED AS BITEMPORAL SYSTEM SEQUENCE BY load_ts",
        "CREATE STREAMING TABLE t TBLPROPERTIES(a='b') FLOW AUTO CDC FROM STREAM s KEYS (a) SEQUENCE BY ts STORED AS SCD TYPE 2",
        "CREATE FLOW f AS AUTO CDC INTO t FROM SNAPSHOT s KEYS (a) STORED AS SCD TYPE 2",
    ];
    for text in texts {
        let statement = clean(text).remove(0);
        let body = match statement {
            PipelineStatementKind::Flow(flow) => flow.body,
            PipelineStatementKind::Dataset(dataset) => dataset.flow.expect("a flow"),
            other => panic!("{other:?}"),
        };
        let FlowBody::AutoCdc(cdc) = body else { panic!("{text}") };
        assert!(matches!(cdc.stored_as, Some((ScdType::Type2 | ScdType::Bitemporal, _))), "{text}");
        assert!(!cdc.keys.is_empty(), "{text}");
    }
    let defaults =
        clean("CREATE FLOW f AS AUTO CDC INTO t FROM STREAM s KEYS (a) IGNORE NULL UPDATES ON (b) SEQUENCE BY ts");
    let PipelineStatementKind::Flow(flow) = &defaults[0] else { panic!("a flow") };
    let FlowBody::AutoCdc(cdc) = &flow.body else { panic!("auto cdc") };
    assert!(matches!(cdc.ignore_null_updates, Some(ColumnSelection::Only(_))));
    assert!(cdc.stored_as.is_none());
}

#[test]
fn what_clauses_alone_show_to_be_wrong_is_said_without_losing_the_statement() {
    let cases: &[(&str, &[&str])] = &[
        ("CREATE FLOW f AS AUTO CDC INTO t FROM STREAM s", &["AUTOCDC_EMPTY_KEYS", "AUTOCDC_MISSING_SEQUENCE_BY"]),
        ("AUTO CDC INTO t FROM STREAM s KEYS () SEQUENCE BY a", &["AUTOCDC_EMPTY_KEYS"]),
        ("AUTO CDC INTO t FROM STREAM s KEYS (s.a) SEQUENCE BY a", &["AUTOCDC_MULTIPART_COLUMN_IDENTIFIER"]),
        (
            "AUTO CDC INTO t FROM STREAM s KEYS (a) SEQUENCE BY a TRACK HISTORY ON b",
            &["AUTOCDC_TRACK_HISTORY_REQUIRES_SCD2"],
        ),
        (
            "AUTO CDC INTO t FROM STREAM s KEYS (a) SEQUENCE BY a STORED AS SCD TYPE 2 TRACK HISTORY ON (x.y)",
            &["AUTOCDC_MULTIPART_COLUMN_IDENTIFIER"],
        ),
        ("AUTO CDC INTO t FROM STREAM s KEYS (a) SEQUENCE BY a STORED AS SCD TYPE 3", &["UNSUPPORTED_FEATURE"]),
        ("AUTO CDC INTO t FROM STREAM s KEYS (a) SEQUENCE BY a SEQUENCE BY b", &["DUPLICATE_CLAUSES"]),
        ("CREATE STREAMING TABLE t COMMENT 'a' COMMENT 'b'", &["DUPLICATE_CLAUSES"]),
        (
            "CREATE STREAMING TABLE t PARTITIONED BY (a) CLUSTER BY (b)",
            &["SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED"],
        ),
        ("CREATE TEMPORARY VIEW a.b AS SELECT 1", &["INVALID_TEMP_OBJ_QUALIFIER"]),
        ("CREATE FLOW a.f AS INSERT INTO t BY NAME SELECT 1", &["MULTIPART_FLOW_NAME_NOT_SUPPORTED"]),
        ("CREATE OR REPLACE STREAMING TABLE t", &["LAKESMITH_UNUSUAL"]),
    ];
    for (text, expected) in cases {
        let file = parse(text);
        let names: Vec<&str> = file.diagnostics.iter().map(|fault| fault.condition.name).collect();
        assert_eq!(&names, expected, "{text}");
        assert_eq!(file.statements.len(), 1, "{text}");
    }
}

#[test]
fn syntax_errors_point_at_the_word_and_say_what_helps() {
    let cases = [
        (
            "CREATE STREAMING TABLE t SELECT 1",
            "warning LAKESMITH_UNUSUAL [SELECT] `AS` is missing before the query of this streaming table",
        ),
        (
            "CREATE MATERIALIZED VIEW v",
            "PARSE_SYNTAX_ERROR [] syntax error: expected `AS`, found the end of the statement",
        ),
        (
            "CREATE STREAMING TABLE t (CONSTRAINT c EXPECT a > 0)",
            "PARSE_SYNTAX_ERROR [a] syntax error: the condition of expectation `c` stands without parentheses",
        ),
        (
            "CREATE STREAMING TABLE t (CONSTRAINT c EXPECT (a) ON VIOLATION IGNORE)",
            "PARSE_SYNTAX_ERROR [IGNORE] syntax error: expected `DROP ROW`, `FAIL UPDATE` or `QUARANTINE`, found `IGNORE`",
        ),
        (
            "CREATE STREAMING TABLE t (a INT b INT)",
            "PARSE_SYNTAX_ERROR [b] syntax error: expected `,` or `)`, found `b`",
        ),
        ("CREAT STREAMING TABLE t", "PARSE_SYNTAX_ERROR [CREAT] syntax error: expected `CREATE`, found `CREAT`"),
        ("foo bar", "PARSE_SYNTAX_ERROR [foo] syntax error: expected a statement, found `foo`"),
    ];
    for (text, expected) in cases {
        assert_eq!(faults(text), [expected], "{text}");
    }
}

#[test]
fn words_before_flow_that_no_flow_has_are_a_syntax_error() {
    for words in ["OR REPLACE", "PRIVATE", "TEMPORARY", "LIVE", "STREAMING", "OR REFRESH OR REPLACE"] {
        let text = format!("CREATE {words} FLOW f AS INSERT INTO t BY NAME SELECT 1 AS a");
        for text in [text.clone(), format!("EXPLAIN {text}")] {
            let found = faults(&text);
            assert!(found.len() == 1 && found[0].starts_with("PARSE_SYNTAX_ERROR"), "{text}: {found:?}");
        }
    }
    assert_eq!(clean("CREATE OR REFRESH FLOW f AS INSERT INTO t BY NAME SELECT 1 AS a").len(), 1);
}

#[test]
fn an_explain_nested_too_deeply_is_refused() {
    let found = faults(&format!("{}SELECT 1", "EXPLAIN ".repeat(20_000)));
    assert!(found.len() == 1 && found[0].contains("[EXPLAIN]"), "{found:?}");
    assert_eq!(command("EXPLAIN EXTENDED SELECT 1"), "EXPLAIN");
}

/// Statements that mutations start from.
const CORPUS: &[&str] = &[
    "CREATE OR REFRESH STREAMING TABLE t (a INT NOT NULL COMMENT 'x', CONSTRAINT c EXPECT (a > 0) ON VIOLATION DROP ROW, b STRING) CLUSTER BY (a) AS SELECT * FROM STREAM(s);",
    "CREATE FLOW f COMMENT 'x' AS AUTO CDC INTO t FROM STREAM s KEYS (a, b) APPLY AS DELETE WHEN op = 'D' SEQUENCE BY ts COLUMNS * EXCEPT (op) STORED AS SCD TYPE 2 TRACK HISTORY ON (a);",
    "SET k = v;\nUSE CATALOG c;\nCREATE FLOW f AS INSERT INTO ONCE t BY NAME SELECT 1\nCREATE LIVE VIEW v AS SELECT '${k}';",
    "MERGE INTO a USING b ON a.x = b.x WHEN MATCHED AND b.y THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT (x) VALUES (1); EXPLAIN ALTER TABLE t ADD COLUMNS (a INT FIRST);",
    "-- Databricks notebook source\n-- MAGIC %md x\n-- COMMAND ----------\n-- MAGIC %sql\n-- MAGIC DESCRIBE HISTORY t\n-- COMMAND ----------\nSHOW TABLES IN a LIKE 'x*'",
];

#[test]
fn no_mutation_of_a_statement_makes_the_parser_panic() {
    let pieces = [
        "(",
        ")",
        "'",
        "`",
        "/*",
        "--",
        "${",
        ";",
        "\n",
        "OR REPLACE ",
        "CREATE ",
        "FLOW ",
        "EXPLAIN ",
        "AS ",
        "é",
        "\0",
    ];
    for text in mutations(CORPUS, &pieces) {
        let mut sources = SourceMap::default();
        let source = sources.add_file("p.sql", text.as_str());
        let file = parse_pipeline_file(&mut sources, source, &Variables::default());
        assert!(file.diagnostics.iter().all(|fault| fault.primary.is_some()), "{text}");
        let (_, diagnostics) = parse_commands(&mut sources, source, &Variables::default());
        assert!(diagnostics.iter().all(|fault| !fault.title.is_empty()), "{text}");
    }
}

#[test]
fn one_broken_statement_hides_no_other() {
    let file = parse(
        "CREATE STREAMING TABLE a (;\nCREATE STREAMING TABLE b;\nCREATE MATERIALIZED VIEW c AS SELEC 1;\nSET a = b;",
    );
    assert_eq!(file.diagnostics.len(), 2, "{:?}", file.diagnostics);
    assert_eq!(file.statements.len(), 2);
}

#[test]
fn settings_and_default_names_are_statements_of_their_own() {
    let kinds = clean(
        "SET pipelines.trigger.interval=10 seconds;\nSET `spark.sql.ansi.enabled` = false; USE CATALOG main; USE SCHEMA s; USE a.b; SET CATALOG 'x'; USE DATABASE d",
    );
    let shown: Vec<String> = kinds
        .iter()
        .map(|kind| match kind {
            PipelineStatementKind::Set { key, value } => format!("{}={}", key.0, value.0),
            PipelineStatementKind::Use { catalog, schema } => {
                let part = |part: &Option<lakesmith_unresolved::NamePart>| {
                    part.as_ref().map_or("-".to_owned(), |p| p.text.to_string())
                };
                format!("use {} {}", part(catalog), part(schema))
            }
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "pipelines.trigger.interval=10 seconds",
            "spark.sql.ansi.enabled=false",
            "use main -",
            "use - s",
            "use a b",
            "use x -",
            "use - d",
        ]
    );
}

#[test]
fn a_setting_above_wins_over_options_and_configuration() {
    let variable = |value: &str| crate::template::Variable { value: value.into(), described: String::new() };
    let variables = Variables {
        overrides: vec![("a".into(), variable("from_option")), ("b".into(), variable("from_option"))],
        configuration: vec![("b".into(), variable("from_spec")), ("c".into(), variable("from_spec"))],
        environment: std::sync::Arc::new(|name| (name == "HOME").then(|| "from_env".to_owned())),
        ..Variables::default()
    };
    let mut sources = SourceMap::default();
    let text = "SET a = from_set;\nCREATE VIEW v AS SELECT ${a}, ${b}, ${c}, ${env:HOME}, '${a}/x' -- ${unknown}\n;";
    let source = sources.add_file("p.sql", text);
    let file = parse_pipeline_file(&mut sources, source, &variables);
    assert!(file.diagnostics.is_empty(), "{:?}", file.diagnostics);
    let shown = format!("{:?}", file.statements[1]);
    for value in ["from_set", "from_option", "from_spec", "from_env", "from_set/x"] {
        assert!(shown.contains(value), "{value} in {shown}");
    }
}

#[test]
fn a_notebook_is_read_cell_by_cell() {
    let text = "-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Heading; with 'quote
-- COMMAND ----------
-- DBTITLE 1,Bronze
CREATE STREAMING TABLE a AS SELECT 1
-- COMMAND ----------
-- MAGIC %sql
-- MAGIC CREATE STREAMING TABLE ü AS
-- MAGIC SELECT 2
-- COMMAND ----------
%sql CREATE STREAMING TABLE c; CREATE STREAMING TABLE d
-- COMMAND ----------
-- MAGIC %python
-- MAGIC print(1)
";
    let mut sources = SourceMap::default();
    let source = sources.add_file("p.sql", text);
    let file = parse_pipeline_file(&mut sources, source, &Variables::default());
    assert_eq!(file.statements.len(), 4, "{:?}", file.diagnostics);
    assert_eq!(file.diagnostics.len(), 1);
    assert!(!file.diagnostics[0].is_error());
    let PipelineStatementKind::Dataset(dataset) = &file.statements[1].kind else { panic!("a dataset") };
    let span = dataset.name.origin.span().expect("a span");
    assert_eq!(sources.text(span), "ü");
}

#[test]
fn every_other_statement_is_known_by_name() {
    let cases = [
        ("SELECT 1", "SELECT"),
        (
            "CREATE TABLE IF NOT EXISTS a.b.t (a INT NOT NULL, b STRING) USING delta PARTITIONED BY (a) TBLPROPERTIES ('x'='y')",
            "CREATE TABLE",
        ),
        ("CREATE OR REPLACE TABLE t AS SELECT 1", "CREATE TABLE AS SELECT"),
        ("CREATE TABLE t SHALLOW CLONE s VERSION AS OF 1", "CREATE TABLE"),
        ("CREATE TABLE t LIKE s", "CREATE TABLE"),
        ("CREATE CATALOG IF NOT EXISTS c COMMENT 'x'", "CREATE CATALOG"),
        ("CREATE DATABASE medallion", "CREATE SCHEMA"),
        ("CREATE SCHEMA s MANAGED LOCATION '/x' WITH DBPROPERTIES (a = 'b')", "CREATE SCHEMA"),
        ("CREATE VOLUME a.b.v", "CREATE VOLUME"),
        ("CREATE EXTERNAL VOLUME a.b.v LOCATION '/x'", "CREATE VOLUME"),
        ("CREATE OR REPLACE FUNCTION f(x INT) RETURNS INT RETURN x + 1", "CREATE FUNCTION"),
        ("CREATE OR REPLACE GLOBAL TEMPORARY VIEW v AS SELECT 1", "CREATE VIEW"),
        ("DROP DATABASE IF EXISTS medallion CASCADE", "DROP SCHEMA"),
        ("DROP TABLE t PURGE", "DROP TABLE"),
        ("DROP MATERIALIZED VIEW v", "DROP MATERIALIZED VIEW"),
        ("ALTER TABLE t ADD COLUMNS (a INT COMMENT 'x' FIRST, b STRING AFTER a)", "ALTER TABLE"),
        ("ALTER TABLE t ALTER COLUMN a.b TYPE BIGINT", "ALTER TABLE"),
        ("ALTER TABLE t SET TBLPROPERTIES ('a' = 'b')", "ALTER TABLE"),
        ("ALTER TABLE t RENAME COLUMN a TO b", "ALTER TABLE"),
        ("ALTER TABLE t CLUSTER BY NONE", "ALTER TABLE"),
        ("ALTER STREAMING TABLE t ADD SCHEDULE EVERY 1 HOUR", "ALTER STREAMING TABLE"),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "ALTER TABLE"),
        ("INSERT INTO t VALUES (1, 'a'), (DEFAULT, 'b')", "INSERT"),
        ("INSERT OVERWRITE TABLE t PARTITION (d = 1, e) SELECT 1", "INSERT"),
        ("INSERT INTO t BY NAME SELECT 1 AS a", "INSERT"),
        ("INSERT INTO t REPLACE WHERE a > 1 SELECT 1", "INSERT"),
        ("DELETE FROM t AS x WHERE x.a = 1", "DELETE"),
        ("UPDATE t SET a = 1, b.c = DEFAULT WHERE d", "UPDATE"),
        (
            "MERGE INTO dim_customer t USING source_customers s ON t.customer_id = s.customer_id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
            "MERGE",
        ),
        (
            "MERGE WITH SCHEMA EVOLUTION INTO t USING (SELECT 1 a) s ON t.a = s.a WHEN MATCHED AND s.a > 1 THEN DELETE WHEN NOT MATCHED BY TARGET THEN INSERT (a) VALUES (s.a) WHEN NOT MATCHED BY SOURCE THEN UPDATE SET b = 1",
            "MERGE",
        ),
        ("TRUNCATE TABLE t", "TRUNCATE TABLE"),
        ("COPY INTO t FROM '/p' FILEFORMAT = JSON", "COPY INTO"),
        ("SHOW TABLES", "SHOW TABLES"),
        ("SHOW TABLES IN s LIKE 'a*'", "SHOW TABLES"),
        ("SHOW CREATE TABLE t", "SHOW CREATE TABLE"),
        ("SHOW COLUMNS IN t", "SHOW COLUMNS"),
        ("DESCRIBE DETAIL medallion_db.silver_orders", "DESCRIBE DETAIL"),
        ("DESCRIBE HISTORY t", "DESCRIBE HISTORY"),
        ("DESC TABLE EXTENDED t", "DESCRIBE EXTENDED"),
        ("DESCRIBE t", "DESCRIBE"),
        ("EXPLAIN FORMATTED SELECT 1", "EXPLAIN"),
        ("USE CATALOG hive_metastore", "USE"),
        ("USE medallion", "USE"),
        ("SET a.b", "SET"),
        ("SET a.b = c d", "SET"),
        ("SET -v", "SET"),
        ("SET", "SET"),
        ("SET TIME ZONE 'UTC'", "SET"),
        ("RESET a", "RESET"),
        ("DECLARE OR REPLACE VARIABLE x INT DEFAULT 5", "DECLARE VARIABLE"),
        ("SET VAR x = 1", "SET VARIABLE"),
        ("COMMENT ON TABLE t IS 'x'", "COMMENT ON"),
        ("OPTIMIZE medallion_db.silver_orders ZORDER BY (customer_id, order_date)", "OPTIMIZE"),
        ("VACUUM t RETAIN 168 HOURS DRY RUN", "VACUUM"),
        ("REFRESH MATERIALIZED VIEW v FULL", "REFRESH MATERIALIZED VIEW"),
        ("ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS", "ANALYZE TABLE"),
        ("RESTORE TABLE t TO VERSION AS OF 1", "RESTORE TABLE"),
        ("CACHE TABLE t", "CACHE TABLE"),
        ("GRANT SELECT ON TABLE t TO `a@b`", "GRANT"),
        ("CREATE STREAMING TABLE t", "pipeline statement"),
        ("CREATE TABLE t (a INT) STORED AS PARQUET", "CREATE TABLE"),
        ("CREATE TABLE t (a INT) CLUSTERED BY (a) SORTED BY (a) INTO 4 BUCKETS STORED AS ORC", "CREATE TABLE"),
        ("CREATE TABLE t ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' AS SELECT 1 a", "CREATE TABLE AS SELECT"),
        ("INSERT INTO t AS x REPLACE ON x.a = s.a SELECT 1 AS a", "INSERT"),
        ("INSERT INTO t REPLACE USING (a) SELECT 1 AS a", "INSERT"),
        ("INSERT INTO t BY NAME REPLACE WHERE a > 1 SELECT 1 AS a", "INSERT"),
        ("INSERT WITH SCHEMA EVOLUTION INTO t SELECT 1", "INSERT"),
        ("INSERT OVERWRITE t PARTITION (d = 1) IF NOT EXISTS SELECT 1", "INSERT"),
        ("INSERT INTO t TABLE s", "INSERT"),
        ("INSERT INTO t FROM s SELECT a", "INSERT"),
        ("WITH a AS (SELECT 1), b (x) AS (SELECT 2) INSERT INTO t SELECT * FROM a", "INSERT"),
        ("WITH a AS (SELECT 1) SELECT * FROM a", "SELECT"),
        ("MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT VALUES (s.a, DEFAULT)", "MERGE"),
        ("DELETE t WHERE a = 1", "DELETE"),
        ("LIST FILES", "LIST"),
        ("LIST '/Volumes/x'", "LIST"),
        ("ADD JARS '/a.jar' '/b.jar'", "ADD JARS"),
        ("BEGIN SELECT 1; IF x THEN SELECT 2; END IF; END", "BEGIN"),
        ("outer_block: BEGIN DECLARE x INT; BEGIN SELECT 1; END; END outer_block", "BEGIN"),
        ("SHOW COLUMNS IN t IN s", "SHOW COLUMNS"),
        ("SHOW TBLPROPERTIES t ('k')", "SHOW TBLPROPERTIES"),
        ("SHOW PARTITIONS t PARTITION (d = 1)", "SHOW PARTITIONS"),
        ("SHOW USER FUNCTIONS LIKE 'a*'", "SHOW USER FUNCTIONS"),
        ("SHOW FUNCTIONS abs", "SHOW FUNCTIONS"),
        ("SHOW SCHEMAS IN c LIKE 'a'", "SHOW SCHEMAS"),
        ("SHOW TABLES 'a|b'", "SHOW TABLES"),
        ("SHOW GRANTS ON TABLE t", "SHOW GRANTS"),
        ("DESCRIBE FUNCTION EXTENDED abs", "DESCRIBE EXTENDED"),
        ("DESCRIBE QUERY SELECT 1", "DESCRIBE"),
        ("DESC t a.b", "DESCRIBE"),
        ("DESCRIBE TABLE t PARTITION (d = 1)", "DESCRIBE"),
        ("DESCRIBE EXTENDED t AS JSON", "DESCRIBE EXTENDED"),
        ("ALTER SCHEMA s SET DBPROPERTIES (a = 'b')", "ALTER SCHEMA"),
        ("ALTER TABLE t UNSET TBLPROPERTIES IF EXISTS ('a')", "ALTER TABLE"),
        ("ALTER VIEW v AS SELECT 1", "ALTER VIEW"),
        ("ALTER TABLE t ADD COLUMN a INT, b INT", "ALTER TABLE"),
        ("SET VARIABLE (x, y) = (SELECT 1, 2)", "SET VARIABLE"),
        ("DROP TEMPORARY VARIABLE IF EXISTS x", "DROP VARIABLE"),
        ("EXECUTE IMMEDIATE 'SELECT ?' INTO x USING 1 AS a", "EXECUTE IMMEDIATE"),
    ];
    for (text, name) in cases {
        assert_eq!(command(text), name, "{text}");
    }
}

#[test]
fn the_value_of_a_setting_is_text_and_not_sql() {
    let cases = [
        ("SET a.b = it's # \\ x", "a.b", "it's # \\ x"),
        ("SET a = 'quoted'", "a", "'quoted'"),
        ("SET `a b` = `c d` -- why", "a b", "c d"),
        ("SET a = http://x--y", "a", "http://x--y"),
        ("SET a#b = 1 = 2", "a#b", "1 = 2"),
        ("SET a =", "a", ""),
    ];
    for (text, key, value) in cases {
        let PipelineStatementKind::Set { key: found, value: given } = clean(text).remove(0) else { panic!("{text}") };
        assert_eq!((found.0.as_str(), given.0.as_str()), (key, value), "{text}");
    }
}

#[test]
fn what_would_be_misread_silently_is_a_fault() {
    let cases = [
        ("USE a.b.c", "REQUIRES_SINGLE_PART_NAMESPACE [a.b.c]"),
        ("CREATE LIVE LIVE TABLE t AS SELECT 1", "PARSE_SYNTAX_ERROR [LIVE]"),
        ("CREATE STREAMING TABLE t TBLPROPERTIES ('k' = '1', 'k' = '2') AS SELECT 1", "DUPLICATE_KEY ['k']"),
        (
            "CREATE FLOW f AS AUTO CDC INTO t FROM STREAM s KEYS (a) IGNORE NULL UPDATES SEQUENCE BY b COLUMNS TO UPDATE c",
            "INVALID_SQL_SYNTAX [COLUMNS TO UPDATE c]",
        ),
    ];
    for (text, expected) in cases {
        let found = faults(text);
        assert!(found.iter().any(|fault| fault.starts_with(expected)), "{text}: {found:?}");
    }
}

#[test]
fn a_cdc_source_may_have_a_watermark() {
    clean(
        "CREATE FLOW f AS AUTO CDC INTO t FROM STREAM s WATERMARK ts DELAY OF INTERVAL 1 HOUR KEYS (a) SEQUENCE BY ts;
         CREATE STREAMING TABLE t",
    );
}

#[test]
fn a_block_is_one_statement_and_the_next_one_its_own() {
    let mut sources = SourceMap::default();
    let text = "BEGIN\n  SELECT 1;\n  WHILE x DO SELECT 2; END WHILE;\nEND;\nSELECT 3; BEGIN; SELECT 4";
    let source = sources.add_file("p.sql", text);
    let (commands, diagnostics) = parse_commands(&mut sources, source, &Variables::default());
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let names: Vec<String> = commands.iter().map(|command| command.kind.name()).collect();
    assert_eq!(names, ["BEGIN", "SELECT", "BEGIN", "SELECT"]);
}

#[test]
fn blocks_within_a_block_and_case_have_ends_of_their_own() {
    let mut sources = SourceMap::default();
    let text = "BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN VALUES ('END'); END;
  FOR r AS SELECT CASE WHEN a THEN 1 ELSE 2 END AS x FROM t DO
    IF r.x > 1 THEN inner: BEGIN SET y = 1; END inner; END IF;
  END FOR;
  CASE y WHEN 1 THEN SELECT 1; END CASE;
END;
SELECT 3";
    let source = sources.add_file("p.sql", text);
    let (commands, diagnostics) = parse_commands(&mut sources, source, &Variables::default());
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let names: Vec<String> = commands.iter().map(|command| command.kind.name()).collect();
    assert_eq!(names, ["BEGIN", "SELECT"]);
}

#[test]
fn a_statement_is_whole_when_a_semicolon_ends_it() {
    use crate::lexer::ends_statement;
    for (text, expected) in [
        ("SELECT 1", false),
        ("SELECT 1;", true),
        ("SELECT 1; -- done", true),
        ("SELECT ';'", false),
        ("SELECT 1; SELECT", false),
        ("SELECT 1; /* open", false),
        ("-- ;", false),
        ("", false),
    ] {
        assert_eq!(ends_statement(text), expected, "{text}");
    }
}

#[test]
fn a_set_statement_counts_for_the_commands_below_it() {
    let mut sources = SourceMap::default();
    let source = sources.add_file("p.sql", "SET a = 5; SELECT ${a}");
    let (commands, diagnostics) = parse_commands(&mut sources, source, &Variables::default());
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    assert_eq!(commands.len(), 2);
}

#[test]
fn a_pipeline_file_may_hold_statements_that_do_not_belong() {
    let kinds = clean("MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN DELETE; CREATE TABLE t (a INT); SELECT 1");
    let names: Vec<String> = kinds
        .iter()
        .map(|kind| match kind {
            PipelineStatementKind::Other(command) => match &command.kind {
                CommandKind::Pipeline(_) => panic!("a pipeline statement"),
                kind => kind.name(),
            },
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["MERGE", "CREATE TABLE", "SELECT"]);
}

#[test]
fn a_missing_semicolon_is_said_where_the_next_statement_begins_and_both_are_read() {
    let text = "MERGE INTO a USING b ON a.x = b.x WHEN NOT MATCHED THEN INSERT *\n\nCREATE STREAMING TABLE t\nCREATE STREAMING TABLE u;\nCREATE STREAMING TABLE v";
    assert_eq!(
        faults(text),
        [
            "PARSE_SYNTAX_ERROR [CREATE] syntax error: `;` is missing before this statement",
            "PARSE_SYNTAX_ERROR [CREATE] syntax error: `;` is missing before this statement",
        ]
    );
    assert_eq!(parse(text).statements.len(), 4);
}

#[test]
fn cells_are_told_without_the_first_line_of_a_notebook() {
    let kinds = clean("CREATE STREAMING TABLE a\n\n-- COMMAND ----------\n\nCREATE STREAMING TABLE b\n");
    assert_eq!(kinds.len(), 2);
}
