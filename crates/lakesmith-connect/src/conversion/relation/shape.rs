//! Relations of one input that choose, order, name or distribute its rows and columns.

use lakesmith_diagnostic::Origin;
use lakesmith_unresolved::relation::SampleMethod;
use lakesmith_unresolved::{Expression, ExpressionKind, Literal, Relation, RelationKind, SparkType};
use spark_connect_proto as proto;

use super::super::{ConversionError, Depth, data_type, expression, identifier, pairs};
use super::{Kind, required};

pub(super) fn project(message: &proto::Project, depth: Depth) -> Kind {
    let expressions = expression::all(&message.expressions, depth)?;
    let input = match message.input.as_deref() {
        Some(input) => required(Some(input), depth)?,
        None => Relation::new(RelationKind::OneRow, Origin::Unknown),
    };
    Ok(RelationKind::Project { input, expressions })
}

pub(super) fn filter(message: &proto::Filter, depth: Depth) -> Kind {
    Ok(RelationKind::Filter {
        input: required(message.input.as_deref(), depth)?,
        condition: expression::required(message.condition.as_ref(), depth)?,
    })
}

pub(super) fn sort(message: &proto::Sort, depth: Depth) -> Kind {
    if message.order.is_empty() {
        return Err(ConversionError::EmptyField { message: "spark.connect.Sort", field: "order" });
    }
    Ok(RelationKind::Sort {
        input: required(message.input.as_deref(), depth)?,
        orders: expression::orders(&message.order, depth)?,
        global: message.is_global.unwrap_or(true),
    })
}

pub(super) fn limit(message: &proto::Limit, depth: Depth) -> Kind {
    Ok(RelationKind::Limit { input: required(message.input.as_deref(), depth)?, count: count(message.limit) })
}

pub(super) fn offset(message: &proto::Offset, depth: Depth) -> Kind {
    Ok(RelationKind::Offset { input: required(message.input.as_deref(), depth)?, count: count(message.offset) })
}

pub(super) fn tail(message: &proto::Tail, depth: Depth) -> Kind {
    Ok(RelationKind::Tail { input: required(message.input.as_deref(), depth)?, count: i64::from(message.limit) })
}

fn count(rows: i32) -> Expression {
    Expression::new(ExpressionKind::Literal(Literal::Integer(rows)), Origin::Unknown)
}

/// A sample that must be the same each time, as those of `randomSplit`, is taken of ordered partitions.
pub(super) fn sample(message: &proto::Sample, depth: Depth) -> Kind {
    let mut input = required(message.input.as_deref(), depth)?;
    if message.deterministic_order {
        let sort = RelationKind::Sort { input, orders: Vec::new(), global: false };
        input = Relation::new(sort, Origin::Unknown);
    }
    Ok(RelationKind::Sample {
        input,
        method: SampleMethod::Fraction { lower: message.lower_bound, upper: message.upper_bound },
        seed: message.seed,
        with_replacement: message.with_replacement.unwrap_or(false),
    })
}

pub(super) fn subquery_alias(message: &proto::SubqueryAlias, depth: Depth) -> Kind {
    if !message.qualifier.is_empty() {
        let message = "spark.connect.SubqueryAlias";
        return Err(ConversionError::Unsupported { message, field: "qualifier", number: 3 });
    }
    if message.alias.is_empty() {
        return Err(ConversionError::EmptyField { message: "spark.connect.SubqueryAlias", field: "alias" });
    }
    Ok(RelationKind::SubqueryAlias {
        input: required(message.input.as_deref(), depth)?,
        alias: identifier::part(&message.alias, &Origin::Unknown),
        columns: Vec::new(),
    })
}

pub(super) fn repartition(message: &proto::Repartition, depth: Depth) -> Kind {
    Ok(RelationKind::Repartition {
        input: required(message.input.as_deref(), depth)?,
        partitions: message.num_partitions,
        shuffle: message.shuffle.unwrap_or(false),
    })
}

pub(super) fn repartition_by_expression(message: &proto::RepartitionByExpression, depth: Depth) -> Kind {
    Ok(RelationKind::RepartitionByExpression {
        input: required(message.input.as_deref(), depth)?,
        expressions: expression::all(&message.partition_exprs, depth)?,
        partitions: message.num_partitions,
    })
}

pub(super) fn to_df(message: &proto::ToDf, depth: Depth) -> Kind {
    Ok(RelationKind::ToDf { input: required(message.input.as_deref(), depth)?, columns: message.column_names.clone() })
}

pub(super) fn to_schema(message: &proto::ToSchema, depth: Depth) -> Kind {
    let schema = data_type::required(message.schema.as_ref(), depth)?;
    if !matches!(schema, SparkType::Struct(_)) {
        return Err(ConversionError::NonStructSchema { schema: schema.to_string() });
    }
    Ok(RelationKind::ToSchema { input: required(message.input.as_deref(), depth)?, schema })
}

pub(super) fn with_columns(message: &proto::WithColumns, depth: Depth) -> Kind {
    let columns = message.aliases.iter().map(|alias| match alias.name.as_slice() {
        [_] => Ok(Expression::new(expression::alias(alias, &Origin::Unknown, depth)?, Origin::Unknown)),
        names => Err(ConversionError::WithColumnsName { got: names.join(", ") }),
    });
    let columns = columns.collect::<Result<_, _>>()?;
    Ok(RelationKind::WithColumns { input: required(message.input.as_deref(), depth)?, columns })
}

#[allow(deprecated, reason = "older clients send a map")]
pub(super) fn with_columns_renamed(message: &proto::WithColumnsRenamed, depth: Depth) -> Kind {
    let renames = if message.renames.is_empty() {
        pairs(&message.rename_columns_map)
    } else {
        let renames = message.renames.iter();
        renames.map(|rename| (rename.col_name.clone(), rename.new_col_name.clone())).collect()
    };
    Ok(RelationKind::WithColumnsRenamed { input: required(message.input.as_deref(), depth)?, renames })
}

pub(super) fn with_watermark(message: &proto::WithWatermark, depth: Depth) -> Kind {
    Ok(RelationKind::WithWatermark {
        input: required(message.input.as_deref(), depth)?,
        event_time: expression::column(&message.event_time, &Origin::Unknown)?,
        delay: Box::new(expression::text(&message.delay_threshold, &Origin::Unknown)),
    })
}

pub(super) fn drop(message: &proto::Drop, depth: Depth) -> Kind {
    Ok(RelationKind::Drop {
        input: required(message.input.as_deref(), depth)?,
        columns: expression::all(&message.columns, depth)?,
        names: message.column_names.clone(),
    })
}

pub(super) fn hint(message: &proto::Hint, depth: Depth) -> Kind {
    Ok(RelationKind::Hint {
        input: required(message.input.as_deref(), depth)?,
        name: message.name.clone(),
        parameters: expression::all(&message.parameters, depth)?,
    })
}

pub(super) fn parse(message: &proto::Parse, depth: Depth) -> Kind {
    use proto::parse::ParseFormat;
    let format = match ParseFormat::try_from(message.format) {
        Ok(ParseFormat::Csv) => "csv",
        Ok(ParseFormat::Json) => "json",
        Ok(ParseFormat::Xml) => "xml",
        Ok(ParseFormat::Unspecified) | Err(_) => {
            let name = ParseFormat::try_from(message.format).map_or("", |format| format.as_str_name()).to_owned();
            let number = message.format;
            return Err(ConversionError::InvalidEnum { message: "spark.connect.Parse.ParseFormat", name, number });
        }
    };
    let schema = data_type::optional(message.schema.as_ref(), depth)?;
    if let Some(schema) = schema.as_ref().filter(|schema| !matches!(schema, SparkType::Struct(_))) {
        return Err(ConversionError::NonStructSchema { schema: schema.to_string() });
    }
    Ok(RelationKind::Parse {
        input: required(message.input.as_deref(), depth)?,
        format: format.to_owned(),
        schema,
        options: pairs(&message.options),
    })
}

pub(super) fn collect_metrics(message: &proto::CollectMetrics, depth: Depth) -> Kind {
    Ok(RelationKind::CollectMetrics {
        input: required(message.input.as_deref(), depth)?,
        name: message.name.clone(),
        metrics: expression::all(&message.metrics, depth)?,
    })
}
