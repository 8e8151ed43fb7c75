//! Cases of the protocol that this client does not send. That there is no further case is checked when the conversion is
//! compiled: its matches name every one.

use lakesmith_connect::ConversionError as Error;
use lakesmith_unresolved::{CommandKind, RelationKind};
use spark_connect_proto as proto;
use spark_connect_proto::command::CommandType;
use spark_connect_proto::relation::RelType;

fn convert(kind: RelType) -> Result<RelationKind, Error> {
    let message = proto::Relation { common: None, rel_type: Some(kind) };
    lakesmith_connect::relation(&message).map(|relation| *relation.kind)
}

fn convert_command(kind: CommandType) -> Result<CommandKind, Error> {
    lakesmith_connect::command(&proto::Command { command_type: Some(kind) }).map(|command| command.kind)
}

fn range() -> proto::Relation {
    let range = proto::Range { start: None, end: 1, step: 1, num_partitions: None };
    proto::Relation { common: None, rel_type: Some(RelType::Range(range)) }
}

#[test]
fn rows_that_were_sent_before_are_named_by_their_hashes() {
    let cached = convert(RelType::CachedLocalRelation(proto::CachedLocalRelation { hash: "h".into() }));
    assert_eq!(cached, Ok(RelationKind::CachedLocalRelation("h".into())));
    let chunks = |hashes: &[&str]| proto::ChunkedCachedLocalRelation {
        data_hashes: hashes.iter().map(|hash| (*hash).to_owned()).collect(),
        schema_hash: Some("s".into()),
    };
    let chunked = convert(RelType::ChunkedCachedLocalRelation(chunks(&["a", "b"])));
    let data_hashes = vec!["a".to_owned(), "b".to_owned()];
    let expected = RelationKind::ChunkedCachedLocalRelation { data_hashes, schema_hash: Some("s".into()) };
    assert_eq!(chunked, Ok(expected));
    assert_eq!(convert(RelType::ChunkedCachedLocalRelation(chunks(&[]))), Err(Error::ChunksWithoutData));
    assert_eq!(convert(RelType::LocalRelation(proto::LocalRelation::default())), Err(Error::LocalSchema));
}

#[test]
fn lines_of_text_are_parsed_by_a_known_format() {
    let parse = |format: i32| {
        let input = Some(Box::new(range()));
        convert(RelType::Parse(Box::new(proto::Parse { input, format, ..Default::default() })))
    };
    for (number, name) in [(1, "csv"), (2, "json"), (3, "xml")] {
        assert!(matches!(parse(number), Ok(RelationKind::Parse { format, .. }) if format == name), "{name}");
    }
    for number in [0, 99] {
        assert!(matches!(parse(number), Err(Error::InvalidEnum { number: unset, .. }) if unset == number));
    }
}

#[test]
fn older_clients_send_sql_parameters_as_literals() {
    use proto::expression::literal::LiteralType;
    let one = proto::expression::Literal { data_type: None, literal_type: Some(LiteralType::Integer(1)) };
    #[allow(deprecated, reason = "the field under test")]
    let sql = proto::Sql { query: "SELECT ?".into(), pos_args: vec![one], ..Default::default() };
    let Ok(RelationKind::Sql { positional, .. }) = convert(RelType::Sql(sql)) else { panic!("SQL text") };
    assert_eq!(positional.len(), 1);
}

#[test]
fn a_sql_command_that_holds_a_frame_is_refused_by_what_it_holds() {
    let command = proto::SqlCommand { input: Some(range()), ..Default::default() };
    let error = convert_command(CommandType::SqlCommand(command)).unwrap_err();
    assert_eq!(error, Error::SqlCommandInput { other: "range".into() });
}

#[test]
fn commands_that_this_client_never_sends_have_their_cases() {
    use proto::streaming_query_listener_bus_command::Command;
    let resources = convert_command(CommandType::GetResourcesCommand(proto::GetResourcesCommand {}));
    assert_eq!(resources, Ok(CommandKind::GetResources));
    let bus = proto::StreamingQueryListenerBusCommand { command: Some(Command::AddListenerBusListener(true)) };
    let bus = convert_command(CommandType::StreamingQueryListenerBusCommand(bus));
    assert_eq!(bus, Ok(CommandKind::StreamingQueryListenerBus(true)));
    let machine_learning = convert_command(CommandType::MlCommand(proto::MlCommand::default()));
    assert_eq!(machine_learning, Ok(CommandKind::MachineLearning(Vec::new())));
    let external = proto::ExecuteExternalCommand { runner: "r".into(), command: "c".into(), ..Default::default() };
    let external = convert_command(CommandType::ExecuteExternalCommand(external));
    let expected = CommandKind::ExecuteExternal { runner: "r".into(), command: "c".into(), options: Vec::new() };
    assert_eq!(external, Ok(expected));
}

#[test]
fn a_write_that_evolves_the_schema_says_so() {
    let write = proto::WriteOperation { input: Some(range()), with_schema_evolution: true, ..Default::default() };
    let Ok(CommandKind::Write(write)) = convert_command(CommandType::WriteOperation(write)) else { panic!("a write") };
    assert!(write.schema_evolution);
    let unset = proto::WriteOperationV2 { input: Some(range()), ..Default::default() };
    let error = convert_command(CommandType::WriteOperationV2(unset)).unwrap_err();
    assert_eq!(error.condition().name, "CONNECT_INVALID_PLAN.INVALID_ENUM");
}
