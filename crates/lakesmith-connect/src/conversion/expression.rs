//! Expressions.
//!
//! Start reading at [`expression`]; the match names every case of the message, so a new one does not compile until it is read.

use lakesmith_diagnostic::Origin;
use lakesmith_unresolved::expression::{
    CastMode, FrameBound, FrameUnit, MergeAction, MergeActionKind, SortOrder, Subquery, SubqueryKind, SubqueryPlan,
    Window, WindowFrame,
};
use lakesmith_unresolved::{Expression, ExpressionKind, FunctionCall, Literal, PlanId};
use spark_connect_proto as proto;
use spark_connect_proto::expression as wire;

use super::{ConversionError, Depth, data_type, identifier, literal, origin, user_code};

type Kind = Result<ExpressionKind, ConversionError>;

/// An expression.
pub(super) fn expression(message: &proto::Expression, depth: Depth) -> Result<Expression, ConversionError> {
    let origin = origin::of_expression(message.common.as_ref());
    let Some(kind) = &message.expr_type else {
        return Err(ConversionError::OneOfNotSet { message: "spark.connect.Expression", field: "expr_type" });
    };
    let kind = kind_of(kind, &origin, depth)?;
    Ok(Expression { kind, origin })
}

/// An expression that must be there.
pub(super) fn required(message: Option<&proto::Expression>, depth: Depth) -> Result<Expression, ConversionError> {
    match message {
        Some(message) => depth.descend(|depth| expression(message, depth)),
        None => Err(ConversionError::OneOfNotSet { message: "spark.connect.Expression", field: "expr_type" }),
    }
}

/// An expression that may be absent.
pub(super) fn optional(
    message: Option<&proto::Expression>,
    depth: Depth,
) -> Result<Option<Expression>, ConversionError> {
    message.map(|message| required(Some(message), depth)).transpose()
}

/// Expressions in order.
pub(super) fn all(messages: &[proto::Expression], depth: Depth) -> Result<Vec<Expression>, ConversionError> {
    messages.iter().map(|message| required(Some(message), depth)).collect()
}

/// Keys of an ordering.
pub(super) fn orders(messages: &[wire::SortOrder], depth: Depth) -> Result<Vec<SortOrder>, ConversionError> {
    messages.iter().map(|message| sort_order(message, depth)).collect()
}

/// A column to be found by its name.
pub(super) fn column(name: &str, origin: &Origin) -> Result<Expression, ConversionError> {
    let parts = identifier::attribute(name, origin)?;
    let kind = ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
    Ok(Expression { kind, origin: origin.clone() })
}

/// A text as an expression.
pub(super) fn text(value: &str, origin: &Origin) -> Expression {
    Expression::new(ExpressionKind::Literal(Literal::String(value.to_owned())), origin.clone())
}

/// `e AS name` from its message, which also stands outside of expressions.
pub(super) fn alias(message: &wire::Alias, origin: &Origin, depth: Depth) -> Kind {
    if message.name.len() > 1 && message.metadata.is_some() {
        return Err(ConversionError::AliasNamesWithMetadata);
    }
    Ok(ExpressionKind::Alias {
        child: boxed(message.expr.as_deref(), depth)?,
        names: identifier::parts(&message.name, origin),
        metadata: message.metadata.clone(),
    })
}

fn kind_of(kind: &wire::ExprType, origin: &Origin, depth: Depth) -> Kind {
    use wire::ExprType as E;
    match kind {
        E::Literal(message) => literal::literal(message, depth).map(ExpressionKind::Literal),
        E::UnresolvedAttribute(message) => attribute(message, origin),
        E::UnresolvedFunction(message) => function(message, origin, depth),
        E::ExpressionString(message) => Ok(ExpressionKind::ExpressionString(message.expression.clone())),
        E::UnresolvedStar(message) => star(message, origin),
        E::Alias(message) => alias(message, origin, depth),
        E::Cast(message) => cast(message, depth),
        E::UnresolvedRegex(message) => {
            Ok(ExpressionKind::Regex { pattern: message.col_name.clone(), plan_id: message.plan_id.map(PlanId) })
        }
        E::SortOrder(message) => sort_order(message, depth).map(|order| ExpressionKind::SortOrder(Box::new(order))),
        E::LambdaFunction(message) => lambda(message, origin, depth),
        E::Window(message) => window(message, depth),
        E::UnresolvedExtractValue(message) => Ok(ExpressionKind::ExtractValue {
            child: boxed(message.child.as_deref(), depth)?,
            extraction: boxed(message.extraction.as_deref(), depth)?,
        }),
        E::UpdateFields(message) => Ok(ExpressionKind::UpdateFields {
            child: boxed(message.struct_expression.as_deref(), depth)?,
            field: message.field_name.clone(),
            value: optional(message.value_expression.as_deref(), depth)?.map(Box::new),
        }),
        E::UnresolvedNamedLambdaVariable(message) => match message.name_parts.as_slice() {
            [] => Err(ConversionError::LambdaVariableName),
            names => Ok(ExpressionKind::LambdaVariable(identifier::parts(names, origin))),
        },
        E::CommonInlineUserDefinedFunction(message) => {
            user_code::function(message, depth).map(|function| ExpressionKind::UserDefinedFunction(Box::new(function)))
        }
        E::CallFunction(message) => Ok(ExpressionKind::CallFunction {
            name: message.function_name.clone(),
            arguments: all(&message.arguments, depth)?,
        }),
        E::NamedArgumentExpression(message) => Ok(ExpressionKind::NamedArgument {
            name: identifier::part(&message.key, origin),
            value: boxed(message.value.as_deref(), depth)?,
        }),
        E::MergeAction(message) => {
            merge_action(message, depth).map(|action| ExpressionKind::MergeAction(Box::new(action)))
        }
        E::TypedAggregateExpression(message) => user_code::typed_aggregate(message, depth)
            .map(|function| ExpressionKind::TypedAggregate(Box::new(function))),
        E::SubqueryExpression(message) => subquery(message, depth),
        E::DirectShufflePartitionId(message) => {
            boxed(message.child.as_deref(), depth).map(ExpressionKind::DirectShufflePartitionId)
        }
        E::Extension(message) => {
            Ok(ExpressionKind::Extension { type_url: message.type_url.clone(), value: message.value.to_vec() })
        }
    }
}

fn boxed(message: Option<&proto::Expression>, depth: Depth) -> Result<Box<Expression>, ConversionError> {
    required(message, depth).map(Box::new)
}

fn attribute(message: &wire::UnresolvedAttribute, origin: &Origin) -> Kind {
    Ok(ExpressionKind::Attribute {
        parts: identifier::attribute(&message.unparsed_identifier, origin)?,
        plan_id: message.plan_id.map(PlanId),
        is_metadata_column: message.is_metadata_column.unwrap_or(false),
    })
}

/// Only a function of the user's own may have a name of several parts.
fn function(message: &wire::UnresolvedFunction, origin: &Origin, depth: Depth) -> Kind {
    let name = if message.is_user_defined_function {
        identifier::object(&message.function_name, origin)?
    } else {
        identifier::single(&message.function_name, origin)
    };
    Ok(ExpressionKind::Function(Box::new(FunctionCall {
        name,
        arguments: all(&message.arguments, depth)?,
        distinct: message.is_distinct,
        filter: None,
        within_group: Vec::new(),
        ignore_nulls: None,
        is_user_defined: message.is_user_defined_function,
        is_internal: message.is_internal.unwrap_or(false),
    })))
}

fn star(message: &wire::UnresolvedStar, origin: &Origin) -> Kind {
    let target = match (&message.unparsed_target, message.plan_id) {
        (None, _) => Vec::new(),
        (Some(_), Some(_)) => return Err(ConversionError::StarTargetAndPlan),
        (Some(target), None) => match target.strip_suffix(".*") {
            Some(name) => identifier::attribute(name, origin)?,
            None => return Err(ConversionError::StarTarget { target: target.clone() }),
        },
    };
    Ok(ExpressionKind::Star { target, except: Vec::new(), plan_id: message.plan_id.map(PlanId) })
}

fn cast(message: &wire::Cast, depth: Depth) -> Kind {
    use wire::cast::{CastToType, EvalMode};
    let data_type = match &message.cast_to_type {
        Some(CastToType::Type(data_type)) => data_type::required(Some(data_type), depth)?,
        Some(CastToType::TypeStr(text)) => data_type::parsed_type(text)?,
        None => {
            return Err(ConversionError::OneOfNotSet {
                message: "spark.connect.Expression.Cast",
                field: "cast_to_type",
            });
        }
    };
    let mode = match EvalMode::try_from(message.eval_mode) {
        Ok(EvalMode::Unspecified) => CastMode::Session,
        Ok(EvalMode::Legacy) => CastMode::Legacy,
        Ok(EvalMode::Ansi) => CastMode::Ansi,
        Ok(EvalMode::Try) => CastMode::Try,
        Err(_) => return Err(no_value("spark.connect.Expression.Cast.EvalMode", "", message.eval_mode)),
    };
    Ok(ExpressionKind::Cast { child: boxed(message.expr.as_deref(), depth)?, data_type, mode })
}

/// Ascending unless the client says; then NULLs go where Spark puts them.
fn sort_order(message: &wire::SortOrder, depth: Depth) -> Result<SortOrder, ConversionError> {
    use wire::sort_order::{NullOrdering, SortDirection};
    let descending = match SortDirection::try_from(message.direction) {
        Ok(SortDirection::Descending) => true,
        Ok(SortDirection::Ascending | SortDirection::Unspecified) => false,
        Err(_) => return Err(no_value("spark.connect.Expression.SortOrder.SortDirection", "", message.direction)),
    };
    let nulls_first = match NullOrdering::try_from(message.null_ordering) {
        Ok(NullOrdering::SortNullsFirst) => Some(true),
        Ok(NullOrdering::SortNullsLast) => Some(false),
        Ok(NullOrdering::SortNullsUnspecified) => None,
        Err(_) => return Err(no_value("spark.connect.Expression.SortOrder.NullOrdering", "", message.null_ordering)),
    };
    Ok(SortOrder { child: required(message.child.as_deref(), depth)?, descending, nulls_first })
}

fn lambda(message: &wire::LambdaFunction, origin: &Origin, depth: Depth) -> Kind {
    if !(1..=3).contains(&message.arguments.len()) {
        return Err(ConversionError::LambdaArguments { got: message.arguments.len() });
    }
    let parameters = message.arguments.iter().map(|parameter| match parameter.name_parts.as_slice() {
        [] => Err(ConversionError::LambdaVariableName),
        names => Ok(identifier::part(&names.join("."), origin)),
    });
    Ok(ExpressionKind::Lambda {
        parameters: parameters.collect::<Result<_, _>>()?,
        body: boxed(message.function.as_deref(), depth)?,
    })
}

fn window(message: &wire::Window, depth: Depth) -> Kind {
    let Some(function) = message.window_function.as_deref() else {
        return Err(ConversionError::WindowFunction);
    };
    let window = Window {
        reference: None,
        partition_by: all(&message.partition_spec, depth)?,
        order_by: orders(&message.order_spec, depth)?,
        frame: message.frame_spec.as_deref().map(|frame| window_frame(frame, depth)).transpose()?,
    };
    Ok(ExpressionKind::Window { function: boxed(Some(function), depth)?, window: Box::new(window) })
}

fn window_frame(message: &wire::window::WindowFrame, depth: Depth) -> Result<WindowFrame, ConversionError> {
    use wire::window::window_frame::FrameType;
    let unit = match FrameType::try_from(message.frame_type) {
        Ok(FrameType::Row) => FrameUnit::Rows,
        Ok(FrameType::Range) => FrameUnit::Range,
        Ok(FrameType::Undefined) | Err(_) => {
            return Err(no_value("spark.connect.Expression.Window.WindowFrame.FrameType", "", message.frame_type));
        }
    };
    let lower = message.lower.as_deref().ok_or(ConversionError::LowerBound)?;
    let upper = message.upper.as_deref().ok_or(ConversionError::UpperBound)?;
    Ok(WindowFrame { unit, lower: frame_bound(lower, depth)?, upper: frame_bound(upper, depth)? })
}

fn frame_bound(
    message: &wire::window::window_frame::FrameBoundary,
    depth: Depth,
) -> Result<FrameBound, ConversionError> {
    use wire::window::window_frame::frame_boundary::Boundary;
    match &message.boundary {
        Some(Boundary::CurrentRow(_)) => Ok(FrameBound::CurrentRow),
        Some(Boundary::Unbounded(_)) => Ok(FrameBound::Unbounded),
        Some(Boundary::Value(value)) => boxed(Some(value), depth).map(FrameBound::Offset),
        None => {
            let message = "spark.connect.Expression.Window.WindowFrame.FrameBoundary";
            Err(ConversionError::OneOfNotSet { message, field: "boundary" })
        }
    }
}

/// An action of MERGE.
pub(super) fn merge_action(message: &proto::MergeAction, depth: Depth) -> Result<MergeAction, ConversionError> {
    use proto::merge_action::ActionType;
    let assignments = || {
        let pairs = message.assignments.iter().map(|pair| {
            let key = required(pair.key.as_ref(), depth)?;
            Ok((key, required(pair.value.as_ref(), depth)?))
        });
        pairs.collect::<Result<Vec<_>, ConversionError>>()
    };
    let kind = match ActionType::try_from(message.action_type) {
        Ok(ActionType::Delete) => MergeActionKind::Delete,
        Ok(ActionType::Insert) => MergeActionKind::Insert(assignments()?),
        Ok(ActionType::InsertStar) => MergeActionKind::InsertStar { except: Vec::new() },
        Ok(ActionType::Update) => MergeActionKind::Update(assignments()?),
        Ok(ActionType::UpdateStar) => MergeActionKind::UpdateStar { except: Vec::new() },
        Ok(ActionType::Invalid) | Err(_) => {
            let name = ActionType::try_from(message.action_type).map_or("", |action| action.as_str_name());
            return Err(no_value("spark.connect.MergeAction.ActionType", name, message.action_type));
        }
    };
    Ok(MergeAction { kind, condition: optional(message.condition.as_deref(), depth)? })
}

fn subquery(message: &proto::SubqueryExpression, depth: Depth) -> Kind {
    use proto::subquery_expression::SubqueryType;
    let kind = match SubqueryType::try_from(message.subquery_type) {
        Ok(SubqueryType::Scalar) => SubqueryKind::Scalar,
        Ok(SubqueryType::Exists) => SubqueryKind::Exists,
        Ok(SubqueryType::In) => SubqueryKind::In(all(&message.in_subquery_values, depth)?),
        Ok(SubqueryType::TableArg) => table_argument(message.table_arg_options.as_ref(), depth)?,
        Ok(SubqueryType::Unknown) | Err(_) => {
            return Err(no_value("spark.connect.SubqueryExpression.SubqueryType", "", message.subquery_type));
        }
    };
    let query = SubqueryPlan::Reference(PlanId(message.plan_id));
    Ok(ExpressionKind::Subquery(Box::new(Subquery { kind, query })))
}

fn table_argument(
    options: Option<&proto::subquery_expression::TableArgOptions>,
    depth: Depth,
) -> Result<SubqueryKind, ConversionError> {
    let Some(options) = options else {
        return Ok(SubqueryKind::TableArgument {
            partition_by: Vec::new(),
            order_by: Vec::new(),
            single_partition: false,
        });
    };
    Ok(SubqueryKind::TableArgument {
        partition_by: all(&options.partition_spec, depth)?,
        order_by: orders(&options.order_spec, depth)?,
        single_partition: options.with_single_partition.unwrap_or(false),
    })
}

fn no_value(message: &'static str, name: &str, number: i32) -> ConversionError {
    ConversionError::InvalidEnum { message, name: name.to_owned(), number }
}
