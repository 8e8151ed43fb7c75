//! Plans that are nested deeply.

use lakesmith_connect::ConversionError;
use lakesmith_unresolved::{ExpressionKind, Relation, RelationKind};
use spark_connect_proto as proto;
use spark_connect_proto::expression::literal::LiteralType;
use spark_connect_proto::expression::{Alias, ExprType, Literal, UnresolvedFunction};
use spark_connect_proto::relation::RelType;

fn literal(value: i32) -> proto::Expression {
    let literal = Literal { data_type: None, literal_type: Some(LiteralType::Integer(value)) };
    proto::Expression { common: None, expr_type: Some(ExprType::Literal(literal)) }
}

/// `spark.range(1)` with this many `withColumn` calls after it.
fn chained(count: usize) -> proto::Relation {
    let range = proto::Range { start: None, end: 1, step: 1, num_partitions: None };
    let mut relation = proto::Relation { common: None, rel_type: Some(RelType::Range(range)) };
    for number in 0..count {
        let alias = Alias { expr: Some(Box::new(literal(1))), name: vec![format!("c{number}")], metadata: None };
        let columns = proto::WithColumns { input: Some(Box::new(relation)), aliases: vec![alias] };
        relation = proto::Relation { common: None, rel_type: Some(RelType::WithColumns(Box::new(columns))) };
    }
    relation
}

/// `not not … 1`, this many times.
fn negated(count: usize) -> proto::Expression {
    let mut expression = literal(1);
    for _ in 0..count {
        let function =
            UnresolvedFunction { function_name: "not".into(), arguments: vec![expression], ..Default::default() };
        expression = proto::Expression { common: None, expr_type: Some(ExprType::UnresolvedFunction(function)) };
    }
    expression
}

fn length(relation: &Relation) -> usize {
    let (mut count, mut at) = (0, relation);
    while let RelationKind::WithColumns { input, .. } = &*at.kind {
        (count, at) = (count + 1, input);
    }
    count
}

#[test]
fn a_thousand_chained_with_column_calls_are_converted() {
    let relation = lakesmith_connect::relation(&chained(1000)).unwrap();
    assert_eq!(length(&relation), 1000);
}

#[test]
fn an_expression_a_thousand_levels_deep_is_converted() {
    let expression = lakesmith_connect::expression(&negated(1000)).unwrap();
    let (mut count, mut at) = (0, &expression);
    while let ExpressionKind::Function(call) = &at.kind {
        (count, at) = (count + 1, &call.arguments[0]);
    }
    assert_eq!(count, 1000);
}

#[test]
fn a_plan_beyond_the_limit_is_refused_by_its_depth() {
    for count in [1025, 3000] {
        assert_eq!(lakesmith_connect::relation(&chained(count)), Err(ConversionError::TooDeep { limit: 1024 }));
        assert_eq!(lakesmith_connect::expression(&negated(count)), Err(ConversionError::TooDeep { limit: 1024 }));
    }
}

#[test]
fn a_wide_plan_is_not_deep() {
    let function = UnresolvedFunction {
        function_name: "coalesce".into(),
        arguments: (0..5000).map(literal).collect(),
        ..Default::default()
    };
    let message = proto::Expression { common: None, expr_type: Some(ExprType::UnresolvedFunction(function)) };
    assert!(lakesmith_connect::expression(&message).is_ok());
}
