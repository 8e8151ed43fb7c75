//! The whole recording, and every case of the protocol.

use lakesmith_connect::Plan;
use lakesmith_diagnostic::Origin;
use lakesmith_unresolved::{ExpressionKind, RelationKind};

use super::fixture;

#[test]
fn every_recorded_plan_is_converted() {
    let plans = fixture::plans();
    assert!(plans.len() >= 280, "{} plans are recorded", plans.len());
    let refused = plans.iter().filter_map(|(name, plan)| Some((name, lakesmith_connect::plan(plan).err()?)));
    let refused: Vec<_> = refused.map(|(name, error)| format!("{name}: {error}")).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn recorded_names_are_unique() {
    let mut names: Vec<_> = fixture::plans().into_iter().map(|(name, _)| name).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn conversion_is_the_same_each_time() {
    for (name, plan) in fixture::plans() {
        let again = fixture::plan(&name);
        assert_eq!(lakesmith_connect::plan(&plan), lakesmith_connect::plan(&again), "{name}");
    }
}

#[test]
fn an_expression_knows_its_line_of_python() {
    let Ok(Plan::Query(relation)) = lakesmith_connect::plan(&fixture::plan("operator arithmetic")) else {
        panic!("a query");
    };
    let RelationKind::Project { expressions, .. } = *relation.kind else { panic!("a projection") };
    let ExpressionKind::Function(minus) = &expressions[0].kind else { panic!("a function") };
    for origin in [&expressions[0].origin, &minus.arguments[0].origin] {
        let Origin::Python { file, line } = origin else { panic!("{origin:?}") };
        assert_eq!(&**file, "plans_of_columns.py");
        assert!(*line > 1);
    }
}
