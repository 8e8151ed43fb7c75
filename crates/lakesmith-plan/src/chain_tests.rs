//! Long chains of one operator: DataFusion's time grows with the square of an expression's depth, so they are kept flat.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Expr, LogicalPlan};

use crate::testing::Session;

/// As deep as anything may be that a chain of a thousand is resolved to.
const DEEPEST: usize = 24;

fn depth(expr: &Expr) -> usize {
    let mut deepest = 0;
    let visited = expr.apply_children(|child| {
        deepest = deepest.max(depth(child));
        Ok(TreeNodeRecursion::Continue)
    });
    visited.unwrap();
    deepest + 1
}

async fn deepest(session: &Session, sql: &str) -> usize {
    let resolved = session.resolve(sql).await.unwrap_or_else(|faults| panic!("{faults:#?}"));
    let mut deepest = 0;
    let visited = resolved.plan.apply(|node| {
        node.apply_expressions(|expr| {
            deepest = deepest.max(depth(expr));
            Ok(TreeNodeRecursion::Continue)
        })
    });
    visited.unwrap();
    deepest
}

/// Runs a test as the program runs queries: a parsed chain nests as deeply as it is long.
fn on_large_stack<F: Future<Output = ()> + 'static>(test: fn() -> F) {
    let run = move || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test());
    std::thread::Builder::new().stack_size(512 << 20).spawn(run).unwrap().join().unwrap();
}

fn joined(operator: &str, terms: impl Iterator<Item = String>) -> String {
    terms.collect::<Vec<_>>().join(operator)
}

#[test]
fn a_chain_of_a_thousand_is_flat_and_has_the_value_of_its_operators_one_by_one() {
    on_large_stack(a_chain_is_flat);
}

async fn a_chain_is_flat() {
    let session = Session::new();
    let from = "FROM VALUES (1, 'a'), (500, 'b'), (NULL, NULL) AS t(x, s)";
    let cases = [
        (joined(" + ", (0..1000).map(|n| format!("x + {n}"))), ["500500", "999500", "NULL"]),
        (joined(" || ", (0..1000).map(|_| "s".to_owned())), ["aaaaaaaa", "bbbbbbbb", "NULL"]),
        (joined(" OR ", (400..1400).map(|n| format!("x = {n}"))), ["false", "true", "NULL"]),
        (joined(" AND ", (400..1400).map(|n| format!("x <> {n}"))), ["true", "false", "NULL"]),
    ];
    for (chain, expected) in cases {
        let sql = format!("SELECT substr(string({chain}), 1, 8) {from}");
        assert_eq!(session.rows(&sql).await, expected, "{}", &chain[..40]);
        let deepest = deepest(&session, &sql).await;
        assert!(deepest <= DEEPEST, "{deepest} levels of {}", &chain[..40]);
    }
}

#[tokio::test]
async fn a_condition_that_can_fail_is_computed_after_those_before_it_and_a_chain_of_them_grows_no_faster_than_its_length()
 {
    let session = Session::new();
    let from = "FROM VALUES (0), (1), (2) AS t(d)";
    // d = 0 never reaches the division, whatever stands between
    let chain = joined(" AND ", (1..=12).map(|n| format!("d <> 0 AND {n} / d > 0")));
    assert_eq!(session.rows(&format!("SELECT d {from} WHERE {chain} ORDER BY d")).await, ["1", "2"]);
    let chain = joined(" OR ", (1..=12).map(|n| format!("d = 0 OR {n} / d < 0")));
    assert_eq!(session.rows(&format!("SELECT d {from} WHERE {chain} ORDER BY d")).await, ["0"]);
    let unguarded = format!("SELECT d {from} WHERE 1 / d > 0 AND d <> 0");
    assert_eq!(session.run_fault(&unguarded).await, "DIVIDE_BY_ZERO");
}

/// How many conditions the filters of a plan have that are no computed column.
async fn plain_conditions(session: &Session, sql: &str) -> usize {
    let resolved = session.resolve(sql).await.unwrap_or_else(|faults| panic!("{faults:#?}"));
    let mut found = 0;
    let visited = resolved.plan.apply(|node| {
        if let LogicalPlan::Filter(filter) = node {
            let parts = split_conjunction(&filter.predicate);
            found += parts.iter().filter(|part| !matches!(part, Expr::Column(_))).count();
        }
        Ok(TreeNodeRecursion::Continue)
    });
    visited.unwrap();
    found
}

#[tokio::test]
async fn conditions_that_cannot_fail_stay_conditions_of_joins_and_scans_whatever_stands_beside_them() {
    let session = Session::new();
    let from = "FROM VALUES (4, 'a') AS t(x, s), VALUES (4, 'a') AS u(y, r)";
    let sure = ["x = y", "s = r", "x > 0", "y > 1", "x < 9", "y < 9", "r <> 'b'"];
    for (place, plain) in [(0, 2), (3, sure.len()), (sure.len(), sure.len())] {
        let mut conditions = sure.map(str::to_owned).to_vec();
        conditions.insert(place, "12 / x > 2".to_owned());
        let sql = format!("SELECT x {from} WHERE {}", conditions.join(" AND "));
        assert_eq!(plain_conditions(&session, &sql).await, plain, "{sql}");
        assert_eq!(session.rows(&sql).await, ["4"]);
    }
    let grouped = format!("SELECT x {from} WHERE x = y AND (s = r AND (x > 0 AND y > 1) AND 12 / x > 2)");
    assert_eq!(plain_conditions(&session, &grouped).await, 4);
}

#[tokio::test]
async fn tables_that_nothing_else_joins_are_joined_by_an_equality_that_can_fail() {
    let session = Session::new();
    let from = "FROM VALUES (4, 'a') AS t(x, s), VALUES ('4', 'a', 0) AS u(y, r, z)";
    for (condition, plain) in [
        ("x > 0 AND x + 1 = y + 1", 2),
        ("x > 0 AND s = r AND x + 1 = y + 1", 2),
        ("x > 0 AND 8 / x > 1 AND x + 1 = y + 1 AND z = 0", 3),
        ("z <> 0 AND x = y / z", 2),
    ] {
        let sql = format!("SELECT x {from} WHERE {condition}");
        assert_eq!(plain_conditions(&session, &sql).await, plain, "{condition}");
        let expected: &[&str] = if condition.starts_with('z') { &[] } else { &["4"] };
        assert_eq!(session.rows(&sql).await, expected, "{condition}");
    }
}

#[tokio::test]
async fn like_with_a_constant_pattern_is_a_condition_of_the_scan() {
    let session = Session::new();
    let from = "FROM VALUES ('ab', 'a%', 1) AS t(s, p, x)";
    for (condition, plain) in
        [("s LIKE 'a%'", 1), ("s NOT ILIKE '%c' ESCAPE '!'", 1), ("s LIKE p", 0), ("s LIKE 'a\\\\'", 0)]
    {
        assert_eq!(
            plain_conditions(&session, &format!("SELECT x {from} WHERE {condition}")).await,
            plain,
            "{condition}"
        );
    }
    assert_eq!(session.run_fault(&format!("SELECT x {from} WHERE s LIKE 'a!b' ESCAPE '!'")).await, "INVALID_FORMAT");
}

#[test]
fn a_case_of_a_thousand_branches_and_a_list_of_ten_thousand_are_planned() {
    on_large_stack(branches_and_lists_are_planned);
}

async fn branches_and_lists_are_planned() {
    let session = Session::new();
    let branches = joined(" ", (0..1000).map(|n| format!("WHEN x = {n} THEN {}", n * 2)));
    let rows = session.rows(&format!("SELECT CASE {branches} ELSE -1 END FROM VALUES (7), (5000) AS t(x)")).await;
    assert_eq!(rows, ["14", "-1"]);
    let list = joined(", ", (0..10_000).map(|n| n.to_string()));
    let rows = session.rows(&format!("SELECT x FROM VALUES (9999), (10000) AS t(x) WHERE x IN ({list})")).await;
    assert_eq!(rows, ["9999"]);
}
