//! Relations of several inputs.

use lakesmith_diagnostic::Origin;
use lakesmith_unresolved::relation::{AsOfJoin, Join, JoinCriteria, JoinKind, SetKind, SetOperation};
use lakesmith_unresolved::{Expression, ExpressionKind, Literal, RelationKind};
use spark_connect_proto as proto;

use super::super::{ConversionError, Depth, expression, identifier};
use super::{Kind, required};

pub(super) fn join(message: &proto::Join, depth: Depth) -> Kind {
    if message.join_data_type.is_some() {
        let message = "spark.connect.Join";
        return Err(ConversionError::Unsupported { message, field: "join_data_type", number: 6 });
    }
    Ok(RelationKind::Join(Join {
        left: required(message.left.as_deref(), depth)?,
        right: required(message.right.as_deref(), depth)?,
        kind: join_kind(message.join_type)?,
        criteria: criteria(message.join_condition.as_ref(), &message.using_columns, depth)?,
    }))
}

fn join_kind(number: i32) -> Result<JoinKind, ConversionError> {
    use proto::join::JoinType;
    match JoinType::try_from(number) {
        Ok(JoinType::Inner) => Ok(JoinKind::Inner),
        Ok(JoinType::FullOuter) => Ok(JoinKind::FullOuter),
        Ok(JoinType::LeftOuter) => Ok(JoinKind::LeftOuter),
        Ok(JoinType::RightOuter) => Ok(JoinKind::RightOuter),
        Ok(JoinType::LeftAnti) => Ok(JoinKind::LeftAnti),
        Ok(JoinType::LeftSemi) => Ok(JoinKind::LeftSemi),
        Ok(JoinType::Cross) => Ok(JoinKind::Cross),
        Ok(JoinType::Unspecified) | Err(_) => {
            let name = JoinType::try_from(number).map_or("", |kind| kind.as_str_name()).to_owned();
            Err(ConversionError::InvalidEnum { message: "spark.connect.Join.JoinType", name, number })
        }
    }
}

fn criteria(
    condition: Option<&proto::Expression>,
    using: &[String],
    depth: Depth,
) -> Result<JoinCriteria, ConversionError> {
    match (condition, using) {
        (Some(_), [_, ..]) => Err(ConversionError::UsingAndCondition),
        (Some(condition), []) => {
            expression::required(Some(condition), depth).map(|condition| JoinCriteria::On(Box::new(condition)))
        }
        (None, [_, ..]) => Ok(JoinCriteria::Using(identifier::parts(using, &Origin::Unknown))),
        (None, []) => Ok(JoinCriteria::None),
    }
}

pub(super) fn as_of(message: &proto::AsOfJoin, depth: Depth) -> Kind {
    Ok(RelationKind::AsOfJoin(AsOfJoin {
        left: required(message.left.as_deref(), depth)?,
        right: required(message.right.as_deref(), depth)?,
        as_of: (
            expression::required(message.left_as_of.as_ref(), depth)?,
            expression::required(message.right_as_of.as_ref(), depth)?,
        ),
        criteria: criteria(message.join_expr.as_ref(), &message.using_columns, depth)?,
        kind: message.join_type.clone(),
        tolerance: expression::optional(message.tolerance.as_ref(), depth)?,
        allow_exact_matches: message.allow_exact_matches,
        direction: message.direction.clone(),
    }))
}

pub(super) fn lateral(message: &proto::LateralJoin, depth: Depth) -> Kind {
    Ok(RelationKind::LateralJoin {
        left: required(message.left.as_deref(), depth)?,
        right: required(message.right.as_deref(), depth)?,
        kind: join_kind(message.join_type)?,
        condition: expression::optional(message.join_condition.as_ref(), depth)?,
    })
}

pub(super) fn nearest_by(message: &proto::NearestByJoin, depth: Depth) -> Kind {
    let text = |value: &str| expression::text(value, &Origin::Unknown);
    let results = ExpressionKind::Literal(Literal::Integer(message.num_results));
    let ranking = expression::required(message.ranking_expression.as_ref(), depth)?;
    Ok(RelationKind::NearestByJoin {
        left: required(message.left.as_deref(), depth)?,
        right: required(message.right.as_deref(), depth)?,
        parameters: vec![
            ("ranking_expression".to_owned(), ranking),
            ("num_results".to_owned(), Expression::new(results, Origin::Unknown)),
            ("join_type".to_owned(), text(&message.join_type)),
            ("mode".to_owned(), text(&message.mode)),
            ("direction".to_owned(), text(&message.direction)),
        ],
    })
}

/// Without `is_all`, a union drops duplicates as the other two do.
pub(super) fn set_operation(message: &proto::SetOperation, depth: Depth) -> Kind {
    use proto::set_operation::SetOpType;
    if message.left_input.is_none() || message.right_input.is_none() {
        return Err(ConversionError::SetInputs);
    }
    let by_name = message.by_name.unwrap_or(false);
    let allow_missing_columns = message.allow_missing_columns.unwrap_or(false);
    let kind = match SetOpType::try_from(message.set_op_type) {
        Ok(SetOpType::Union) if allow_missing_columns && !by_name => {
            return Err(ConversionError::MissingColumnsByPosition);
        }
        Ok(SetOpType::Union) => SetKind::Union,
        Ok(SetOpType::Intersect) if by_name => return Err(ConversionError::IntersectByName),
        Ok(SetOpType::Intersect) => SetKind::Intersect,
        Ok(SetOpType::Except) if by_name => return Err(ConversionError::ExceptByName),
        Ok(SetOpType::Except) => SetKind::Except,
        Ok(SetOpType::Unspecified) | Err(_) => {
            let name = SetOpType::try_from(message.set_op_type).map_or("", |kind| kind.as_str_name()).to_owned();
            let number = message.set_op_type;
            return Err(ConversionError::InvalidEnum { message: "spark.connect.SetOperation.SetOpType", name, number });
        }
    };
    Ok(RelationKind::SetOperation(SetOperation {
        left: required(message.left_input.as_deref(), depth)?,
        right: required(message.right_input.as_deref(), depth)?,
        kind,
        all: message.is_all.unwrap_or(false),
        by_name,
        allow_missing_columns,
    }))
}

pub(super) fn zip(message: &proto::Zip, depth: Depth) -> Kind {
    Ok(RelationKind::Zip {
        left: required(message.left.as_deref(), depth)?,
        right: required(message.right.as_deref(), depth)?,
    })
}

pub(super) fn with_relations(message: &proto::WithRelations, depth: Depth) -> Kind {
    let references = message.references.iter().map(|reference| required(Some(reference), depth));
    Ok(RelationKind::WithRelations {
        references: references.collect::<Result<_, _>>()?,
        root: required(message.root.as_deref(), depth)?,
    })
}
