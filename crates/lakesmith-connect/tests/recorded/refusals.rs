//! Messages that give no plan, each beside one that nearly is it and does.

use lakesmith_connect::ConversionError as Error;
use lakesmith_unresolved::{ExpressionKind, RelationKind, SparkType};
use spark_connect_proto as proto;
use spark_connect_proto::expression::{self as wire, ExprType};
use spark_connect_proto::relation::RelType;

fn relation(kind: RelType) -> proto::Relation {
    proto::Relation { common: None, rel_type: Some(kind) }
}

fn expression(kind: ExprType) -> proto::Expression {
    proto::Expression { common: None, expr_type: Some(kind) }
}

fn range() -> proto::Relation {
    relation(RelType::Range(proto::Range { start: None, end: 1, step: 1, num_partitions: None }))
}

fn boxed() -> Option<Box<proto::Relation>> {
    Some(Box::new(range()))
}

fn column(name: &str) -> proto::Expression {
    let attribute = wire::UnresolvedAttribute { unparsed_identifier: name.into(), ..Default::default() };
    expression(ExprType::UnresolvedAttribute(attribute))
}

#[track_caller]
fn check_relation(kind: RelType, expected: Result<(), Error>) {
    assert_eq!(lakesmith_connect::relation(&relation(kind)).map(|_| ()), expected);
}

#[track_caller]
fn check_expression(kind: ExprType, expected: Result<(), Error>) {
    assert_eq!(lakesmith_connect::expression(&expression(kind)).map(|_| ()), expected);
}

#[test]
fn a_message_that_makes_no_choice_is_refused_by_its_name() {
    let error = lakesmith_connect::relation(&proto::Relation::default()).unwrap_err();
    assert_eq!(error, Error::OneOfNotSet { message: "spark.connect.Relation", field: "rel_type" });
    assert_eq!(error.condition().name, "CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SET");
    assert_eq!(
        error.parameters(),
        [("fullName", "spark.connect.Relation".to_owned()), ("name", "rel_type".to_owned())]
    );
    assert!(lakesmith_connect::expression(&proto::Expression::default()).is_err());
    assert!(lakesmith_connect::command(&proto::Command::default()).is_err());
    assert!(lakesmith_connect::data_type(&proto::DataType::default()).is_err());
    assert!(lakesmith_connect::plan(&proto::Plan::default()).is_err());
}

#[test]
fn a_compressed_plan_is_refused_so_that_the_client_stops_compressing() {
    let compressed = proto::plan::CompressedOperation { data: Default::default(), op_type: 1, compression_codec: 1 };
    let plan = proto::Plan { op_type: Some(proto::plan::OpType::CompressedOperation(compressed)) };
    let error = lakesmith_connect::plan(&plan).unwrap_err();
    assert_eq!(error.condition().name, "CONNECT_INVALID_PLAN.CANNOT_PARSE");
}

#[test]
fn duplicates_are_dropped_over_all_columns_or_over_some() {
    let deduplicate = |names: &[&str], all: bool| {
        RelType::Deduplicate(Box::new(proto::Deduplicate {
            input: boxed(),
            column_names: names.iter().map(|name| (*name).to_owned()).collect(),
            all_columns_as_keys: Some(all),
            within_watermark: None,
        }))
    };
    check_relation(deduplicate(&["a"], true), Err(Error::DeduplicateAllAndSubset));
    check_relation(deduplicate(&[], false), Err(Error::DeduplicateColumns));
    check_relation(deduplicate(&["a"], false), Ok(()));
    check_relation(deduplicate(&[], true), Ok(()));
    check_relation(RelType::Deduplicate(Box::default()), Err(Error::DeduplicateNeedsInput));
}

#[test]
fn a_join_has_a_condition_or_columns() {
    let join = |condition: bool, using: bool| {
        RelType::Join(Box::new(proto::Join {
            left: boxed(),
            right: boxed(),
            join_condition: condition.then(|| column("a")),
            join_type: 1,
            using_columns: if using { vec!["a".to_owned()] } else { Vec::new() },
            join_data_type: None,
        }))
    };
    check_relation(join(true, true), Err(Error::UsingAndCondition));
    for (condition, using) in [(true, false), (false, true), (false, false)] {
        check_relation(join(condition, using), Ok(()));
    }
}

#[test]
fn only_a_union_matches_columns_by_name() {
    let set = |kind: i32, by_name: bool, missing: bool| {
        RelType::SetOp(Box::new(proto::SetOperation {
            left_input: boxed(),
            right_input: boxed(),
            set_op_type: kind,
            is_all: None,
            by_name: Some(by_name),
            allow_missing_columns: Some(missing),
        }))
    };
    check_relation(set(1, true, false), Err(Error::IntersectByName));
    check_relation(set(3, true, false), Err(Error::ExceptByName));
    check_relation(set(2, false, true), Err(Error::MissingColumnsByPosition));
    check_relation(set(2, true, true), Ok(()));
    check_relation(set(1, false, false), Ok(()));
    check_relation(RelType::SetOp(Box::default()), Err(Error::SetInputs));
}

#[test]
fn a_field_without_room_in_the_plan_is_refused_and_not_dropped() {
    let alias = |qualifier: Vec<String>| {
        RelType::SubqueryAlias(Box::new(proto::SubqueryAlias { input: boxed(), alias: "x".into(), qualifier }))
    };
    let unsupported = Error::Unsupported { message: "spark.connect.SubqueryAlias", field: "qualifier", number: 3 };
    check_relation(alias(vec!["q".to_owned()]), Err(unsupported));
    check_relation(alias(Vec::new()), Ok(()));

    let typed = Some(proto::join::JoinDataType { is_left_struct: true, is_right_struct: true });
    let join = proto::Join { left: boxed(), right: boxed(), join_type: 1, join_data_type: typed, ..Default::default() };
    let unsupported = Error::Unsupported { message: "spark.connect.Join", field: "join_data_type", number: 6 };
    check_relation(RelType::Join(Box::new(join)), Err(unsupported));
}

#[test]
fn a_stream_reads_one_path_and_a_batch_reads_several() {
    let read = |is_streaming: bool| {
        let paths = vec!["/a".to_owned(), "/b".to_owned()];
        let source = proto::read::DataSource { paths, ..Default::default() };
        RelType::Read(proto::Read { is_streaming, read_type: Some(proto::read::ReadType::DataSource(source)) })
    };
    check_relation(read(true), Err(Error::StreamPaths));
    check_relation(read(false), Ok(()));
}

#[test]
fn a_star_names_a_table_or_a_frame() {
    let star = |target: Option<&str>, plan_id: Option<i64>| {
        ExprType::UnresolvedStar(wire::UnresolvedStar { unparsed_target: target.map(str::to_owned), plan_id })
    };
    check_expression(star(Some("t.*"), Some(1)), Err(Error::StarTargetAndPlan));
    check_expression(star(Some("t"), None), Err(Error::StarTarget { target: "t".into() }));
    check_expression(star(Some("a.t.*"), None), Ok(()));
    check_expression(star(None, Some(1)), Ok(()));
}

#[test]
fn a_lambda_takes_one_to_three_parameters() {
    let lambda = |count: usize| {
        let variable = |number: usize| wire::UnresolvedNamedLambdaVariable { name_parts: vec![format!("x{number}")] };
        ExprType::LambdaFunction(Box::new(wire::LambdaFunction {
            function: Some(Box::new(column("x0"))),
            arguments: (0..count).map(variable).collect(),
        }))
    };
    for count in [0, 4] {
        check_expression(lambda(count), Err(Error::LambdaArguments { got: count }));
    }
    check_expression(lambda(3), Ok(()));
}

#[test]
fn an_alias_has_several_names_or_metadata() {
    let alias = |names: &[&str], metadata: Option<&str>| {
        ExprType::Alias(Box::new(wire::Alias {
            expr: Some(Box::new(column("a"))),
            name: names.iter().map(|name| (*name).to_owned()).collect(),
            metadata: metadata.map(str::to_owned),
        }))
    };
    check_expression(alias(&["a", "b"], Some("{}")), Err(Error::AliasNamesWithMetadata));
    check_expression(alias(&["a"], Some("{}")), Ok(()));
    check_expression(alias(&["a", "b"], None), Ok(()));
}

#[test]
fn a_name_that_cannot_be_divided_is_refused() {
    let error = lakesmith_connect::expression(&column("a..b")).unwrap_err();
    assert_eq!(error, Error::AttributeName { name: "a..b".into() });
    assert_eq!(error.condition().name, "INVALID_ATTRIBUTE_NAME_SYNTAX");
    let converted = lakesmith_connect::expression(&column("`a..b`")).unwrap();
    assert!(matches!(converted.kind, ExpressionKind::Attribute { parts, .. } if parts.len() == 1));
}

fn unparsed(text: &str) -> Result<SparkType, Error> {
    let unparsed = proto::data_type::Unparsed { data_type_string: text.to_owned() };
    lakesmith_connect::data_type(&proto::DataType { kind: Some(proto::data_type::Kind::Unparsed(unparsed)) })
}

#[test]
fn a_type_as_text_is_a_schema_a_type_or_the_fields_of_a_struct() {
    assert_eq!(unparsed("a INT, b STRING NOT NULL").unwrap().to_string(), "STRUCT<a: INT, b: STRING NOT NULL>");
    assert_eq!(unparsed("array<int>").unwrap().to_string(), "ARRAY<INT>");
    assert_eq!(unparsed("a: int").unwrap().to_string(), "STRUCT<a: INT>");
    let error = unparsed("a b c d").unwrap_err();
    assert!(matches!(&error, Error::TypeText { text, .. } if text == "a b c d"), "{error:?}");
    assert_eq!(error.condition().sqlstate.len(), 5);
}

#[test]
fn a_field_of_a_schema_keeps_its_comment_apart_from_other_metadata() {
    use proto::data_type::{Kind, Struct, StructField};
    let field = |metadata: &str| StructField {
        name: "a".into(),
        data_type: Some(proto::DataType { kind: Some(Kind::Variant(Default::default())) }),
        nullable: false,
        metadata: Some(metadata.to_owned()),
    };
    let fields = vec![field(r#"{"comment":"c","k":1}"#), field(r#"{"comment":"c"}"#), field("{}")];
    let message = proto::DataType { kind: Some(Kind::Struct(Struct { fields, type_variation_reference: 0 })) };
    let SparkType::Struct(fields) = lakesmith_connect::data_type(&message).unwrap() else { panic!("a struct") };
    let read: Vec<_> = fields.iter().map(|field| (field.comment.as_deref(), field.metadata.as_deref())).collect();
    assert_eq!(read, [(Some("c"), Some(r#"{"k":1}"#)), (Some("c"), None), (None, None)]);
}

#[test]
fn a_literal_does_not_take_a_type_that_is_not_its_own() {
    use proto::data_type::Kind;
    use wire::literal::LiteralType;
    let literal = |kind: Kind| {
        let data_type = Some(proto::DataType { kind: Some(kind) });
        ExprType::Literal(wire::Literal { data_type, literal_type: Some(LiteralType::Integer(1)) })
    };
    let mismatch = Error::LiteralType { data_type: "BIGINT".into(), literal: "integer" };
    check_expression(literal(Kind::Long(Default::default())), Err(mismatch));
    check_expression(literal(Kind::Integer(Default::default())), Ok(()));
}

#[test]
fn an_empty_array_needs_a_type_and_a_full_one_brings_it() {
    use wire::literal::{Array, LiteralType};
    let integer = wire::Literal { data_type: None, literal_type: Some(LiteralType::Integer(1)) };
    let array = |elements: Vec<wire::Literal>| {
        let array = LiteralType::Array(Array { elements, ..Default::default() });
        ExprType::Literal(wire::Literal { data_type: None, literal_type: Some(array) })
    };
    check_expression(array(Vec::new()), Err(Error::ArrayLiteralType));
    check_expression(array(vec![integer]), Ok(()));
}

#[test]
fn an_extension_keeps_its_type_and_bytes() {
    let extension = || prost_any("type.example/x", b"ab");
    let converted = lakesmith_connect::relation(&relation(extension())).unwrap();
    let expected = RelationKind::Extension { type_url: "type.example/x".into(), value: b"ab".to_vec() };
    assert_eq!(*converted.kind, expected);
    check_relation(RelType::Unknown(proto::Unknown {}), Err(unknown()));
}

fn unknown() -> Error {
    Error::Unsupported { message: "spark.connect.Relation", field: "unknown", number: 999 }
}

/// The type of `Any` has no name of its own here, so a relation is read from its bytes.
fn prost_any(type_url: &str, value: &[u8]) -> RelType {
    use prost::Message;
    let mut any = vec![0x0a, u8::try_from(type_url.len()).unwrap()];
    any.extend_from_slice(type_url.as_bytes());
    any.extend_from_slice(&[0x12, u8::try_from(value.len()).unwrap()]);
    any.extend_from_slice(value);
    let mut bytes = vec![0xb2, 0x3e, u8::try_from(any.len()).unwrap()]; // field 998, length-delimited
    bytes.extend_from_slice(&any);
    proto::Relation::decode(bytes.as_slice()).unwrap().rel_type.unwrap()
}
