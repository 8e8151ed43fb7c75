//! The shape of plans: what questions about a large table cost.

use datafusion::physical_plan::displayable;

use crate::testing::Session;

async fn shop() -> Session {
    let mut session = Session::new();
    for (name, rows) in [
        ("products", "SELECT * FROM VALUES (1, 'pen', 'red'), (2, 'cup', NULL) AS v(product, name, color)"),
        ("suppliers", "SELECT * FROM VALUES (1, 'a', 'NL'), (2, 'b', 'FR') AS v(supplier, name, country)"),
        (
            "offers",
            "SELECT * FROM VALUES (1, 1, 5, 10), (1, 2, 4, 90), (2, 2, 7, 1) AS v(product, supplier, cost, available)",
        ),
        (
            "customers",
            "SELECT * FROM VALUES (1, '13-1', 10), (2, '31-2', 90), (3, NULL, 5) AS v(customer, phone, balance)",
        ),
        (
            "orders",
            "SELECT * FROM VALUES (1, 1, 'F', DATE'2024-01-02'), (2, 1, 'O', NULL) AS v(id, customer, status, day)",
        ),
        (
            "lines",
            "SELECT * FROM VALUES (1, 1, 1, 3, DATE'2024-01-03', DATE'2024-01-02'), \
             (1, 2, 2, 9, DATE'2024-01-01', DATE'2024-01-02') AS v(id, product, supplier, quantity, received, promised)",
        ),
    ] {
        session.define(name, rows).await;
    }
    session
}

async fn plan(session: &Session, sql: &str) -> String {
    let resolved = session.resolve(sql).await.unwrap_or_else(|faults| panic!("{sql}: {faults:#?}"));
    let plan = session.physical(&resolved).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    displayable(plan.as_ref()).indent(false).to_string()
}

/// Questions of the shapes of TPC-H 2, 4, 17, 20, 21 and 22, and NOT IN over columns that can be NULL.
const QUESTIONS: [&str; 9] = [
    "SELECT s.name, p.product FROM products p JOIN offers o ON p.product = o.product JOIN suppliers s ON s.supplier = o.supplier \
     WHERE p.color = 'red' AND o.cost = (SELECT min(i.cost) FROM offers i JOIN suppliers t ON t.supplier = i.supplier \
     WHERE i.product = p.product AND t.country = 'NL')",
    "SELECT status, count(*) FROM orders o WHERE day >= DATE'2024-01-01' AND EXISTS \
     (SELECT * FROM lines l WHERE l.id = o.id AND l.promised < l.received) GROUP BY status",
    "SELECT sum(quantity) FROM lines l JOIN products p ON p.product = l.product \
     WHERE p.color = 'red' AND l.quantity < (SELECT 0.2 * avg(quantity) FROM lines i WHERE i.product = p.product)",
    "SELECT name FROM suppliers s WHERE s.supplier IN (SELECT o.supplier FROM offers o WHERE o.product IN \
     (SELECT product FROM products WHERE name LIKE 'p%') AND o.available > (SELECT 0.5 * sum(quantity) FROM lines l \
     WHERE l.product = o.product AND l.supplier = o.supplier AND l.received >= DATE'2024-01-01'))",
    "SELECT s.name, count(*) FROM suppliers s JOIN lines l ON s.supplier = l.supplier JOIN orders o ON o.id = l.id \
     WHERE o.status = 'F' AND l.received > l.promised \
     AND EXISTS (SELECT * FROM lines i WHERE i.id = l.id AND i.supplier <> l.supplier) \
     AND NOT EXISTS (SELECT * FROM lines i WHERE i.id = l.id AND i.supplier <> l.supplier AND i.received > i.promised) \
     GROUP BY s.name",
    "SELECT substr(phone, 1, 2) AS code, count(*), sum(balance) FROM customers c WHERE substr(phone, 1, 2) IN ('13', '31') \
     AND balance > (SELECT avg(balance) FROM customers WHERE balance > 0) \
     AND NOT EXISTS (SELECT * FROM orders o WHERE o.customer = c.customer) GROUP BY 1",
    "SELECT customer, EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.customer) AS buys FROM customers c",
    "SELECT customer FROM customers c WHERE balance > 50 OR customer IN (SELECT o.customer FROM orders o WHERE o.status = 'F')",
    "SELECT c.customer, l.day FROM customers c LEFT JOIN LATERAL (SELECT o.day FROM orders o WHERE o.customer = c.customer \
     ORDER BY o.day DESC LIMIT 1) AS l",
];

#[tokio::test]
async fn questions_about_equal_columns_are_hash_joins() {
    let session = shop().await;
    for sql in QUESTIONS {
        let plan = plan(&session, sql).await;
        assert!(plan.contains("HashJoinExec"), "{sql}\n{plan}");
        assert!(!plan.contains("NestedLoopJoinExec") && !plan.contains("CrossJoinExec"), "{sql}\n{plan}");
    }
}

#[tokio::test]
async fn not_in_meets_one_row_of_counts_and_no_table_row_by_row() {
    let session = shop().await;
    let plan = plan(&session, "SELECT id FROM lines WHERE product NOT IN (SELECT product FROM offers)").await;
    assert!(plan.contains("HashJoinExec") && !plan.contains("NestedLoopJoinExec"), "{plan}");
}

#[tokio::test]
async fn a_question_about_equal_columns_reads_the_outer_table_once() {
    let session = shop().await;
    let plan =
        plan(&session, "SELECT name, (SELECT max(cost) FROM offers o WHERE o.product = p.product) FROM products p")
            .await;
    assert_eq!(plan.matches("DataSourceExec").count(), 2, "{plan}");
}
