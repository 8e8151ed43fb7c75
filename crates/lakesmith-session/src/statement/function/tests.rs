//! Functions of SQL from statement to value.

use crate::testing::Project;

#[tokio::test]
async fn a_function_is_its_body_with_values_for_its_parameters() {
    let project = Project::new();
    project.rows("CREATE FUNCTION plus(a INT, b INT DEFAULT 10) RETURNS BIGINT RETURN a + plus.b").await;
    let query =
        "SELECT plus(id, 1), plus(id), plus(b => 3, a => 2), plus(max(id), min(id)) FROM range(1, 2) GROUP BY id";
    assert_eq!(project.rows(query).await, ["2|11|5|2"]);
    assert!(project.faults("SELECT plus()").await[0].starts_with("WRONG_NUM_ARGS"));
    assert!(project.faults("SELECT plus(1, c => 2)").await[0].starts_with("UNRECOGNIZED_PARAMETER_NAME"));
    project.rows("CREATE OR REPLACE FUNCTION plus(a INT) RETURN concat('plus ', a)").await;
    assert_eq!(project.rows("SELECT main.shop.plus(7), plus(8)").await, ["plus 7|plus 8"]);
    project.rows("DROP FUNCTION plus").await;
    assert!(project.faults("SELECT plus(1)").await[0].starts_with("UNRESOLVED_ROUTINE"));
    assert!(project.faults("DROP FUNCTION plus").await[0].starts_with("ROUTINE_NOT_FOUND"));
}

#[tokio::test]
async fn a_query_in_a_body_sees_the_parameters_and_nothing_of_the_query_around() {
    let project = Project::new();
    project.table("warehouse/main/shop/rates", "SELECT * FROM VALUES ('no', 25), ('de', 19) AS t(country, rate)").await;
    project.rows("CREATE FUNCTION rate_of(country STRING) RETURNS INT RETURN SELECT max(rate) FROM rates WHERE rates.country = rate_of.country").await;
    let query =
        "WITH rates AS (SELECT 'none') SELECT code, rate_of(code) FROM VALUES ('no'), ('fr') AS t(code) ORDER BY code";
    assert_eq!(project.rows(query).await, ["fr|NULL", "no|25"]);
    project.rows("CREATE SCHEMA archive").await;
    project.rows("USE archive").await;
    assert_eq!(project.rows("SELECT shop.rate_of('de')").await, ["19"]);
    let faults = project.faults("CREATE FUNCTION wrong(a INT) RETURNS INT RETURN a + code").await;
    assert!(faults[0].starts_with("UNRESOLVED_COLUMN"), "{faults:?}");
}

#[tokio::test]
async fn a_function_gives_rows_for_each_row_of_the_query_around() {
    let project = Project::new();
    project
        .rows("CREATE FUNCTION first(n INT) RETURNS TABLE (at STRING) RETURN SELECT id FROM range(9) WHERE id < n")
        .await;
    assert_eq!(project.rows("SELECT first.at FROM first(2) ORDER BY at").await, ["0", "1"]);
    let query = "SELECT t.n, f.at FROM VALUES (1), (2) AS t(n), LATERAL first(t.n) AS f ORDER BY ALL";
    assert_eq!(project.rows(query).await, ["1|0", "2|0", "2|1"]);
    project.rows("CREATE FUNCTION one() RETURNS INT RETURN 1").await;
    assert!(project.faults("SELECT * FROM one()").await[0].starts_with("NOT_A_TABLE_FUNCTION"));
}

#[tokio::test]
async fn a_function_means_what_it_meant_when_it_was_made() {
    let project = Project::new();
    project.rows("SET spark.sql.ansi.enabled = false").await;
    project.rows("CREATE FUNCTION number(a STRING) RETURNS INT RETURN CAST(a AS INT)").await;
    project.rows("SET spark.sql.ansi.enabled = true").await;
    assert_eq!(project.rows("SELECT number('x')").await, ["NULL"]);
}

#[tokio::test]
async fn a_stored_function_names_nothing_that_ends_with_the_session_and_not_itself() {
    let project = Project::new();
    project.rows("CREATE TEMPORARY FUNCTION twice(a INT) RETURNS INT RETURN 2 * a").await;
    assert_eq!(project.rows("SELECT twice(4)").await, ["8"]);
    let faults = project.faults("CREATE FUNCTION f(a INT) RETURNS INT RETURN twice(a)").await;
    assert!(faults[0].starts_with("INVALID_TEMP_OBJ_REFERENCE"), "{faults:?}");
    project.rows("CREATE FUNCTION f(a INT) RETURNS INT RETURN a").await;
    project.rows("CREATE FUNCTION g(a INT) RETURNS INT RETURN f(a)").await;
    let faults = project.faults("CREATE OR REPLACE FUNCTION f(a INT) RETURNS INT RETURN g(a)").await;
    assert!(faults[0].starts_with("CYCLIC_FUNCTION_REFERENCE"), "{faults:?}");
}

#[tokio::test]
async fn a_function_of_another_language_is_refused_by_name() {
    let project = Project::new();
    let faults = project.faults("CREATE FUNCTION f(a INT) RETURNS INT LANGUAGE PYTHON AS 'return a'").await;
    assert!(faults[0].starts_with("LAKESMITH_NOT_BUILT"), "{faults:?}");
}

#[tokio::test]
async fn a_function_stands_in_no_order_by_limit_or_generator() {
    let project = Project::new();
    project.rows("CREATE FUNCTION next(a INT) RETURNS INT RETURN a + 1").await;
    for query in [
        "SELECT a FROM VALUES (1) AS t(a) ORDER BY next(a)",
        "SELECT a FROM VALUES (1) AS t(a) GROUP BY a ORDER BY next(a)",
        "SELECT a FROM VALUES (1) AS t(a) LIMIT next(1)",
        "SELECT explode(array(next(a))) FROM VALUES (1) AS t(a)",
        "SELECT * FROM VALUES (1) AS t(a) LATERAL VIEW explode(array(next(a))) v AS x",
    ] {
        let faults = project.faults(query).await;
        assert!(faults[0].starts_with("UNSUPPORTED_SQL_UDF_USAGE"), "{query}: {faults:?}");
    }
    assert_eq!(project.rows("SELECT next(a) AS b FROM VALUES (2), (1) AS t(a) ORDER BY b").await, ["2", "3"]);
}

#[tokio::test]
async fn an_aggregate_takes_a_function_of_random_values_and_no_random_function() {
    let project = Project::new();
    project.rows("CREATE FUNCTION zero(a DOUBLE) RETURNS INT RETURN a * 0").await;
    project.rows("CREATE FUNCTION any() RETURNS DOUBLE RETURN rand()").await;
    assert_eq!(project.rows("SELECT sum(zero(rand())) FROM range(3)").await, ["0"]);
    for query in ["SELECT sum(zero(1) + rand()) FROM range(3)", "SELECT sum(shop.any()) FROM range(3)"] {
        let faults = project.faults(query).await;
        let condition = "AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION";
        assert!(faults[0].starts_with(condition), "{query}: {faults:?}");
    }
    let faults = project.faults("SELECT * FROM range(2) a JOIN range(2) b ON zero(rand()) = 0").await;
    assert!(faults[0].starts_with("INVALID_NON_DETERMINISTIC_EXPRESSIONS"), "{faults:?}");
}

#[tokio::test]
async fn a_body_in_parentheses_is_the_value_within() {
    let project = Project::new();
    project.rows("CREATE FUNCTION same(a INT) RETURNS INT RETURN (SELECT (SELECT a))").await;
    assert_eq!(project.rows("SELECT same(7), same(id) FROM range(1)").await, ["7|0"]);
    let faults = project.faults("CREATE FUNCTION f(a INT) RETURNS INT RETURN 1 + (SELECT (SELECT a))").await;
    assert!(faults[0].starts_with("UNRESOLVED_COLUMN"), "{faults:?}");
}
