//! Relations that read nothing but what they name.

use std::collections::HashMap;

use lakesmith_diagnostic::Origin;
use lakesmith_unresolved::relation::DataSource;
use lakesmith_unresolved::{Expression, ExpressionKind, FunctionCall, RelationKind};
use spark_connect_proto as proto;

use super::super::{ConversionError, Depth, expression, identifier, literal, non_empty, pairs};
use super::Kind;

pub(super) fn read(message: &proto::Read) -> Kind {
    use proto::read::ReadType;
    match &message.read_type {
        Some(ReadType::NamedTable(table)) => Ok(RelationKind::NamedTable {
            name: identifier::object(&table.unparsed_identifier, &Origin::Unknown)?,
            options: pairs(&table.options),
            is_streaming: message.is_streaming,
            time_travel: None,
        }),
        Some(ReadType::DataSource(source)) => data_source(source, message.is_streaming),
        None => Err(ConversionError::OneOfNotSet { message: "spark.connect.Read", field: "read_type" }),
    }
}

fn data_source(message: &proto::read::DataSource, is_streaming: bool) -> Kind {
    if is_streaming && message.paths.len() > 1 {
        return Err(ConversionError::StreamPaths);
    }
    let format = message.format.as_deref().unwrap_or_default();
    if !message.predicates.is_empty() && !format.eq_ignore_ascii_case("jdbc") {
        return Err(ConversionError::Predicates { format: format.to_owned() });
    }
    Ok(RelationKind::DataSource(DataSource {
        format: non_empty(format),
        schema: message.schema.as_deref().and_then(non_empty),
        options: pairs(&message.options),
        paths: message.paths.clone(),
        predicates: message.predicates.clone(),
        source_name: message.source_name.clone(),
        is_streaming,
    }))
}

#[allow(deprecated, reason = "older clients send parameters as literals")]
pub(super) fn sql(message: &proto::Sql, depth: Depth) -> Kind {
    let arguments = Arguments {
        named: &message.named_arguments,
        positional: &message.pos_arguments,
        named_literals: &message.args,
        positional_literals: &message.pos_args,
    };
    sql_text(&message.query, &arguments, depth)
}

/// The parameters of SQL text. Older clients send literals; where both are sent, the expressions count.
pub(in super::super) struct Arguments<'a> {
    pub(in super::super) named: &'a HashMap<String, proto::Expression>,
    pub(in super::super) positional: &'a [proto::Expression],
    pub(in super::super) named_literals: &'a HashMap<String, proto::expression::Literal>,
    pub(in super::super) positional_literals: &'a [proto::expression::Literal],
}

/// SQL text with its parameters.
pub(in super::super) fn sql_text(query: &str, arguments: &Arguments<'_>, depth: Depth) -> Kind {
    let constant = |message| {
        let value = literal::required(Some(message), depth)?;
        Ok::<_, ConversionError>(Expression::new(ExpressionKind::Literal(value), Origin::Unknown))
    };
    let mut named = Vec::new();
    for (name, value) in arguments.named {
        named.push((name.clone(), expression::required(Some(value), depth)?));
    }
    let mut positional = expression::all(arguments.positional, depth)?;
    if named.is_empty() && positional.is_empty() {
        for (name, value) in arguments.named_literals {
            named.push((name.clone(), constant(value)?));
        }
        positional = arguments.positional_literals.iter().map(constant).collect::<Result<_, _>>()?;
    }
    named.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(RelationKind::Sql { query: query.to_owned(), named, positional })
}

pub(super) fn local(message: &proto::LocalRelation) -> Kind {
    if message.data.is_none() && message.schema.is_none() {
        return Err(ConversionError::LocalSchema);
    }
    Ok(RelationKind::LocalRelation {
        data: message.data.as_ref().map(|data| data.to_vec()),
        schema: message.schema.clone(),
    })
}

pub(super) fn chunked(message: &proto::ChunkedCachedLocalRelation) -> Kind {
    if message.data_hashes.is_empty() {
        return Err(ConversionError::ChunksWithoutData);
    }
    Ok(RelationKind::ChunkedCachedLocalRelation {
        data_hashes: message.data_hashes.clone(),
        schema_hash: message.schema_hash.clone(),
    })
}

pub(super) fn range(message: &proto::Range) -> Kind {
    Ok(RelationKind::Range {
        start: message.start.unwrap_or(0),
        end: message.end,
        step: message.step,
        partitions: message.num_partitions,
    })
}

pub(super) fn changes(message: &proto::RelationChanges) -> Kind {
    Ok(RelationKind::Changes {
        name: identifier::object(&message.unparsed_identifier, &Origin::Unknown)?,
        options: pairs(&message.options),
        is_streaming: message.is_streaming,
    })
}

pub(super) fn table_function(message: &proto::UnresolvedTableValuedFunction, depth: Depth) -> Kind {
    let arguments = expression::all(&message.arguments, depth)?;
    let mut call = FunctionCall::builtin(&message.function_name, arguments, Origin::Unknown);
    call.name = identifier::object(&message.function_name, &Origin::Unknown)?;
    Ok(RelationKind::TableFunction { call: Box::new(call), is_streaming: false })
}
