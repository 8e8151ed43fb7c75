//! Queries from text to rows.

use crate::testing::Session;

async fn retail() -> Session {
    let mut session = Session::new();
    session
        .define(
            "orders",
            "SELECT * FROM VALUES (1, 10, 2, CAST(9.99 AS DECIMAL(10,2)), '2024-01-05 10:30:00', 'card'),
             (2, 10, 1, CAST(100.00 AS DECIMAL(10,2)), '2024-01-06 11:00:00', 'cash'),
             (3, 11, 5, CAST(1.50 AS DECIMAL(10,2)), '2024-02-01 00:00:00', NULL),
             (4, 12, 1, CAST(7.00 AS DECIMAL(10,2)), '2024-02-02 00:00:00', 'card')
             AS t(order_id, customer_id, quantity, unit_price, order_datetime, payment_method)",
        )
        .await;
    session
        .define("customers", "SELECT * FROM VALUES (10, 'Ada', 'UK'), (11, 'Bo', 'SE'), (13, 'Cy', NULL) AS c(customer_id, first_name, country)")
        .await;
    session
}

#[tokio::test]
async fn the_silver_layer_casts_and_computes() {
    let session = retail().await;
    let sql = "SELECT order_id, CAST(order_datetime AS TIMESTAMP) AS order_ts, quantity * unit_price AS total,
        CASE WHEN quantity > 1 THEN 'many' ELSE 'one' END AS size, CAST(date_format(order_ts, 'yyyyMMdd') AS INT) AS date_key,
        year(order_ts) AS y, upper(payment_method) p FROM orders WHERE order_id IS NOT NULL ORDER BY order_id LIMIT 2";
    assert_eq!(
        session.columns(sql).await,
        [
            "order_id INT",
            "order_ts TIMESTAMP",
            "total DECIMAL(21,2)",
            "size STRING",
            "date_key INT",
            "y INT",
            "p STRING"
        ]
    );
    assert_eq!(
        session.rows(sql).await,
        [
            "1|2024-01-05T10:30:00Z|19.98|many|20240105|2024|CARD",
            "2|2024-01-06T11:00:00Z|100.00|one|20240106|2024|CASH"
        ]
    );
}

#[tokio::test]
async fn the_gold_layer_joins_and_groups() {
    let session = retail().await;
    let sql = "SELECT c.first_name, COUNT(*) AS orders, SUM(o.quantity * o.unit_price) AS revenue, count(DISTINCT o.payment_method) AS m
        FROM orders o LEFT JOIN customers c ON o.customer_id = c.customer_id
        GROUP BY c.first_name HAVING SUM(o.quantity) >= 1 ORDER BY revenue DESC, c.first_name";
    assert_eq!(session.rows(sql).await, ["Ada|2|119.98|2", "Bo|1|7.50|0", "NULL|1|7.00|1"]);
}

#[tokio::test]
async fn group_by_takes_positions_and_aliases_and_order_by_takes_aggregates() {
    let session = retail().await;
    let by_alias = "SELECT month(CAST(order_datetime AS DATE)) AS mon, sum(quantity) FROM orders GROUP BY mon ORDER BY max(order_id) DESC";
    assert_eq!(session.rows(by_alias).await, ["2|6", "1|3"]);
    let by_position = "SELECT customer_id + 1, count(1) FROM orders GROUP BY 1 ORDER BY 1";
    assert_eq!(session.rows(by_position).await, ["11|2", "12|1", "13|1"]);
    assert_eq!(session.columns(by_position).await, ["(customer_id + 1) INT", "count(1) BIGINT"]);
}

#[tokio::test]
async fn order_by_may_name_a_column_that_is_not_selected_and_puts_nulls_first() {
    let session = retail().await;
    assert_eq!(
        session.rows("SELECT order_id FROM orders ORDER BY payment_method, unit_price").await,
        ["3", "4", "1", "2"]
    );
    assert_eq!(session.rows("SELECT order_id FROM orders ORDER BY payment_method DESC, 1").await, ["2", "1", "4", "3"]);
}

#[tokio::test]
async fn using_shows_the_key_once_and_keeps_each_sides_own() {
    let session = retail().await;
    let sql = "SELECT * FROM customers FULL JOIN (SELECT DISTINCT customer_id FROM orders) o USING (customer_id) ORDER BY customer_id";
    assert_eq!(session.rows(sql).await, ["10|Ada|UK", "11|Bo|SE", "12|NULL|NULL", "13|Cy|NULL"]);
    let own = "SELECT c.customer_id, o.order_id FROM orders o JOIN customers c USING (customer_id) ORDER BY order_id";
    assert_eq!(session.rows(own).await, ["10|1", "10|2", "11|3"]);
    let anti = "SELECT first_name FROM customers LEFT ANTI JOIN orders USING (customer_id)";
    assert_eq!(session.rows(anti).await, ["Cy"]);
}

#[tokio::test]
async fn a_table_joined_with_itself_keeps_its_columns_apart() {
    let session = retail().await;
    let sql = "SELECT a.order_id, b.order_id FROM orders a JOIN orders b ON a.customer_id = b.customer_id AND a.order_id < b.order_id";
    assert_eq!(session.rows(sql).await, ["1|2"]);
    assert_eq!(session.columns(sql).await, ["order_id INT", "order_id INT"]);
}

#[tokio::test]
async fn with_and_union_and_subqueries() {
    let session = retail().await;
    let sql = "WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT x FROM a UNION ALL SELECT x FROM b UNION ALL SELECT '3' ORDER BY x";
    assert_eq!(session.rows(sql).await, ["1", "2", "3"]);
    assert_eq!(session.columns(sql).await, ["x BIGINT"]);
    let within = "SELECT order_id FROM orders WHERE customer_id IN (SELECT customer_id FROM customers WHERE country = 'UK') ORDER BY 1";
    assert_eq!(session.rows(within).await, ["1", "2"]);
    let exists = "SELECT first_name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.customer_id)";
    assert_eq!(session.rows(exists).await, ["Cy"]);
    let scalar = "SELECT order_id FROM orders WHERE unit_price = (SELECT max(unit_price) FROM orders)";
    assert_eq!(session.rows(scalar).await, ["2"]);
}

#[tokio::test]
async fn windows_number_and_compare_rows() {
    let session = retail().await;
    let sql = "SELECT order_id, row_number() OVER (PARTITION BY customer_id ORDER BY order_id DESC) AS rn,
        sum(quantity) OVER (ORDER BY order_id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two, lag(order_id) OVER (ORDER BY order_id) AS before
        FROM orders ORDER BY order_id";
    assert_eq!(session.rows(sql).await, ["1|2|2|NULL", "2|1|3|1", "3|1|6|2", "4|1|6|3"]);
    assert_eq!(session.columns(sql).await, ["order_id INT", "rn INT", "two BIGINT", "before INT"]);
}

#[tokio::test]
async fn arithmetic_has_sparks_types() {
    let session = Session::new();
    let sql = "SELECT 1 / 2, 7 % 4, 7 div 2, 1.5 * 2, CAST(1 AS DECIMAL(10,2)) / CAST(3 AS DECIMAL(10,2)), '5' + 3, 0.1D + 0.2D";
    assert_eq!(session.rows(sql).await, ["0.5|3|3|3.0|0.3333333333333|8|0.30000000000000004"]);
    let types: Vec<String> =
        session.columns(sql).await.iter().map(|c| c.rsplit(' ').next().unwrap().to_owned()).collect();
    assert_eq!(types, ["DOUBLE", "INT", "BIGINT", "DECIMAL(4,1)", "DECIMAL(23,13)", "BIGINT", "DOUBLE"]);
}

#[tokio::test]
async fn values_that_break_a_rule_fail_by_their_condition_and_try_forms_give_null() {
    let session = retail().await;
    assert_eq!(session.run_fault("SELECT 2147483647 + quantity FROM orders").await, "ARITHMETIC_OVERFLOW");
    assert_eq!(session.run_fault("SELECT 1 / (quantity - 1) FROM orders").await, "DIVIDE_BY_ZERO");
    assert_eq!(session.run_fault("SELECT CAST(payment_method AS INT) FROM orders").await, "CAST_INVALID_INPUT");
    assert_eq!(session.run_fault("SELECT CAST(order_id * 100 AS TINYINT) FROM orders").await, "CAST_OVERFLOW");
    assert_eq!(
        session.run_fault("SELECT sum(CAST(9223372036854775807 AS BIGINT)) FROM orders").await,
        "ARITHMETIC_OVERFLOW"
    );
    let guarded = "SELECT CASE WHEN quantity > 1 THEN 10 / (quantity - 1) END, try_cast(payment_method AS INT), try_divide(1, quantity - 1)
        FROM orders WHERE order_id < 3 ORDER BY order_id";
    assert_eq!(session.rows(guarded).await, ["10.0|NULL|1.0", "NULL|NULL|NULL"]);
}

#[tokio::test]
async fn texts_and_dates() {
    let session = Session::new();
    let texts = "SELECT concat('a', NULL), concat_ws('-', 'a', NULL, 'b'), substring('hello', -3, 2), regexp_replace('a1b2', '([0-9])', '<$1>'),
        initcap('hello wORLD'), split('a,b', ','), lpad('7', 3, '0'), 'abc' LIKE 'a%', length('häh'), trim('  x '), instr('abc', 'c')";
    assert_eq!(session.rows(texts).await, ["NULL|a-b|ll|a<1>b<2>|Hello World|[a, b]|007|true|3|x|3"]);
    let dates = "SELECT to_date('05/01/2024', 'dd/MM/yyyy'), datediff(DATE '2024-03-01', DATE '2024-02-01'), add_months(DATE '2024-01-31', 1),
        date_trunc('month', TIMESTAMP '2024-05-17 10:00:00'), dayofweek(DATE '2024-01-05'), current_date(), DATE '2024-01-31' + INTERVAL 1 MONTH,
        TIMESTAMP '2024-01-01 00:00:00' + INTERVAL 90 MINUTES, round(2.5), round(2.675D, 2), coalesce(NULL, 1, 2.5)";
    assert_eq!(
        session.rows(dates).await,
        ["2024-01-05|29|2024-02-29|2024-05-01T00:00:00Z|6|2024-01-15|2024-02-29|2024-01-01T01:30:00Z|3|2.68|1.0"]
    );
}

#[tokio::test]
async fn aggregates_of_every_family() {
    let session = retail().await;
    let sql = "SELECT count_if(quantity > 1), avg(quantity), max_by(order_id, unit_price), min(order_datetime), collect_list(payment_method),
        first(order_id, true), approx_count_distinct(customer_id), sum(quantity) FILTER (WHERE order_id > 2), any_value(1) FROM orders";
    assert_eq!(session.rows(sql).await, ["2|2.25|2|2024-01-05 10:30:00|[card, cash, card]|1|3|6|1"]);
    assert_eq!(
        session.rows("SELECT count(*), sum(quantity), collect_set(order_id) FROM orders WHERE false").await,
        ["0|NULL|[]"]
    );
}

#[tokio::test]
async fn all_faults_of_a_select_list_are_shown_at_their_places() {
    let session = retail().await;
    assert_eq!(
        session.faults("SELECT quantty, uper(payment_method), quantity + true FROM orders").await,
        [
            "UNRESOLVED_COLUMN.WITH_SUGGESTION: column `quantty` does not exist @quantty",
            "UNRESOLVED_ROUTINE: function `uper` does not exist @uper",
            "DATATYPE_MISMATCH: `+` does not work on INT and BOOLEAN @true",
        ]
    );
    assert_eq!(
        session.faults("SELECT customer_id FROM orders o JOIN customers c ON o.customer_id = c.customer_id").await,
        ["AMBIGUOUS_REFERENCE: column `customer_id` can mean several columns @customer_id"]
    );
    assert_eq!(
        session.faults("SELECT customer_id, quantity FROM orders GROUP BY customer_id").await,
        ["MISSING_AGGREGATION: column `quantity` is neither grouped by nor inside an aggregate function @quantity"]
    );
    assert_eq!(
        session.faults("SELECT 1 FROM nowhere").await,
        ["TABLE_OR_VIEW_NOT_FOUND: table or view `nowhere` does not exist @nowhere"]
    );
}

#[tokio::test]
async fn what_is_not_built_is_refused_by_name() {
    let session = retail().await;
    let faults = session.faults("SELECT shuffle(array(order_id)) FROM orders").await;
    assert!(faults[0].starts_with("LAKESMITH_NOT_BUILT: `shuffle` is a Spark function"), "{faults:?}");
}

#[tokio::test]
async fn struct_fields_stars_and_lateral_aliases() {
    let mut session = Session::new();
    session.define("nested", "SELECT 1 AS id, named_struct('city', 'Oslo', 'zip', 150) AS address").await;
    assert_eq!(
        session.rows("SELECT address.CITY, n.address.zip + 1 AS z, z * 2 FROM nested n").await,
        ["Oslo|151|302"]
    );
    assert_eq!(
        session.columns("SELECT n.* EXCEPT (id) FROM nested n").await,
        ["address STRUCT<city: STRING NOT NULL, zip: INT NOT NULL>"]
    );
}

#[tokio::test]
async fn datafusion_finds_nothing_to_coerce() {
    let session = retail().await;
    let sql = "SELECT customer_id + 1.5, coalesce(payment_method, order_id), order_id = '1', sum(quantity * unit_price) / count(*)
        FROM orders GROUP BY ALL";
    let sql = sql.replace("sum(quantity * unit_price) / count(*)", "quantity * unit_price / 3");
    let resolved = session.resolve(&sql).await.unwrap();
    let state = datafusion::prelude::SessionContext::new().state();
    let analyzed =
        state.analyzer().execute_and_check(resolved.plan.clone(), state.config_options(), |_, _| {}).unwrap();
    assert_eq!(analyzed.display_indent().to_string(), resolved.plan.display_indent().to_string());
}

#[tokio::test]
async fn qualify_keeps_rows_by_a_window_and_elements_are_counted_from_zero() {
    let session = retail().await;
    let latest = "SELECT customer_id, order_id FROM orders QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY order_id DESC) = 1 ORDER BY 1";
    assert_eq!(session.rows(latest).await, ["10|2", "11|3", "12|4"]);
    assert_eq!(session.rows("SELECT split('a,b', ',')[1]").await, ["b"]);
    assert_eq!(session.run_fault("SELECT split(payment_method, 'a')[5] FROM orders").await, "INVALID_ARRAY_INDEX");
}

#[tokio::test]
async fn a_named_plan_has_the_names_the_user_wrote() {
    let session = retail().await;
    let resolved =
        session.resolve("SELECT order_id AS Id, sum(quantity) AS n FROM orders GROUP BY order_id").await.unwrap();
    let plan = resolved.named_plan().unwrap();
    assert_eq!(plan.schema().field_names(), ["Id", "n"]);
    let twice = session.resolve("SELECT order_id, order_id FROM orders").await.unwrap();
    assert!(twice.named_plan().is_err());
}

#[tokio::test]
async fn having_names_aliases_and_where_refuses_aggregates() {
    let session = retail().await;
    assert_eq!(session.rows("SELECT customer_id c, count(*) n FROM orders GROUP BY c HAVING n > 1").await, ["10|2"]);
    assert_eq!(
        session.faults("SELECT 1 FROM orders WHERE sum(quantity) > 1").await,
        ["INVALID_WHERE_CONDITION: an aggregate function stands in WHERE @sum(quantity)"]
    );
}

#[tokio::test]
async fn a_condition_guards_the_one_after_it() {
    let session = retail().await;
    let and = "SELECT order_id FROM orders WHERE quantity <> 1 AND 10 / (quantity - 1) > 3 ORDER BY 1";
    assert_eq!(session.rows(and).await, ["1"]);
    let or = "SELECT order_id FROM orders WHERE quantity = 1 OR 10 / (quantity - 1) > 3 ORDER BY 1";
    assert_eq!(session.rows(or).await, ["1", "2", "4"]);
    let case = "SELECT order_id FROM orders WHERE CASE WHEN quantity <> 1 THEN 10 / (quantity - 1) > 3 ELSE false END";
    assert_eq!(session.rows(case).await, ["1"]);
    assert_eq!(session.run_fault("SELECT 1 FROM orders WHERE 10 / (quantity - 1) > 3").await, "DIVIDE_BY_ZERO");
}

#[tokio::test]
async fn a_filter_guards_what_is_computed_above_it() {
    let session = retail().await;
    let above = "SELECT q FROM (SELECT quantity AS q FROM orders WHERE quantity <> 1) WHERE 10 / (q - 1) > 3";
    assert_eq!(session.rows(above).await, ["2"]);
    let projected = "SELECT r FROM (SELECT 10 / (quantity - 1) AS r FROM orders WHERE quantity <> 1) WHERE r > 3";
    assert_eq!(session.rows(projected).await, ["10.0"]);
    let joined = "SELECT o.order_id FROM (SELECT * FROM orders WHERE quantity <> 1) o JOIN customers c
        ON o.customer_id = c.customer_id WHERE 10 / (o.quantity - 1) > 3";
    assert_eq!(session.rows(joined).await, ["1"]);
}

#[tokio::test]
async fn distinct_values_unions_and_intersections() {
    let session = retail().await;
    assert_eq!(session.rows("SELECT DISTINCT customer_id FROM orders ORDER BY 1").await, ["10", "11", "12"]);
    let both = "SELECT customer_id FROM orders INTERSECT SELECT customer_id FROM customers ORDER BY 1";
    assert_eq!(session.rows(both).await, ["10", "11"]);
    let except = "SELECT customer_id FROM customers EXCEPT SELECT customer_id FROM orders";
    assert_eq!(session.rows(except).await, ["13"]);
    assert_eq!(
        session.faults("SELECT 1 UNION SELECT 1, 2").await,
        ["NUM_COLUMNS_MISMATCH: the left input has 1 columns and the right one 2 @SELECT 1 UNION SELECT 1, 2"]
    );
}

#[tokio::test]
async fn generated_names_are_sparks() {
    let session = retail().await;
    let sql = "SELECT count(*), CAST(quantity AS STRING), quantity > 1 AND true, upper('x'), 1.50, 'lit', sum(DISTINCT quantity),
        CASE WHEN quantity = 1 THEN 'a' ELSE 'b' END, payment_method IS NULL, -quantity, quantity IN (1, 2) FROM orders GROUP BY quantity, payment_method";
    let names: Vec<String> =
        session.resolve(sql).await.unwrap().output.iter().map(|column| column.name.as_str().to_owned()).collect();
    assert_eq!(
        names,
        [
            "count(1)",
            "quantity",
            "((quantity > 1) AND true)",
            "upper(x)",
            "1.50",
            "lit",
            "sum(DISTINCT quantity)",
            "CASE WHEN (quantity = 1) THEN a ELSE b END",
            "(payment_method IS NULL)",
            "(- quantity)",
            "(quantity IN (1, 2))",
        ]
    );
}

#[tokio::test]
async fn windows_over_aggregates_and_correlated_values() {
    let session = retail().await;
    let ranked = "SELECT country, rank() OVER (ORDER BY sum(quantity) DESC) r, sum(sum(quantity)) OVER () FROM orders
        JOIN customers USING (customer_id) GROUP BY country ORDER BY r";
    assert_eq!(session.rows(ranked).await, ["SE|1|8", "UK|2|8"]);
    let last = "SELECT first_name, (SELECT max(order_id) FROM orders o WHERE o.customer_id = c.customer_id) FROM customers c ORDER BY 1";
    assert_eq!(session.rows(last).await, ["Ada|2", "Bo|3", "Cy|NULL"]);
}

#[tokio::test]
async fn casts_to_text_and_further_functions() {
    let session = Session::new();
    let casts = "SELECT CAST(TIMESTAMP '2024-01-05 10:00:00' AS STRING), CAST(1.0E10D AS STRING), CAST(1.5 AS INT), CAST('true' AS BOOLEAN),
        extract(YEAR FROM DATE '2024-01-05'), CAST(CAST(12.345 AS DECIMAL(10,2)) AS STRING)";
    assert_eq!(session.rows(casts).await, ["2024-01-05 10:00:00|1.0E10|1|true|2024|12.35"]);
    let more = "SELECT md5('a'), date_format(TIMESTAMP '2024-01-05 13:04:05', 'dd MMM yyyy hh:mm a'), from_unixtime(0), nullif(1, 1),
        ceil(1.2), floor(-1.5D), months_between(DATE '2024-03-31', DATE '2024-02-29'), weekofyear(DATE '2024-01-05'), nvl2(NULL, 1, 2)";
    assert_eq!(
        session.rows(more).await,
        ["0cc175b9c0f1b6a831c399e269772661|05 Jan 2024 01:04 PM|1970-01-01 00:00:00|NULL|2|-2|1.0|1|2"]
    );
}
