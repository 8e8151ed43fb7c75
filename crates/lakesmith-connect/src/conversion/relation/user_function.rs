//! Relations that hand rows to functions of the user's own.

use lakesmith_unresolved::RelationKind;
use lakesmith_unresolved::relation::{GroupMap, StatefulGroupMap, TransformWithState};
use spark_connect_proto as proto;

use super::super::{ConversionError, Depth, data_type, expression, user_code};
use super::{Kind, required};

pub(super) fn map_partitions(message: &proto::MapPartitions, depth: Depth) -> Kind {
    Ok(RelationKind::MapPartitions {
        input: required(message.input.as_deref(), depth)?,
        function: user_code::required(message.func.as_ref(), depth)?,
        is_barrier: message.is_barrier.unwrap_or(false),
    })
}

pub(super) fn group_map(message: &proto::GroupMap, depth: Depth) -> Kind {
    Ok(RelationKind::GroupMap(Box::new(GroupMap {
        input: required(message.input.as_deref(), depth)?,
        keys: expression::all(&message.grouping_expressions, depth)?,
        function: user_code::required(message.func.as_ref(), depth)?,
        sort: expression::all(&message.sorting_expressions, depth)?,
        stateful: stateful(message, depth)?,
    })))
}

fn stateful(message: &proto::GroupMap, depth: Depth) -> Result<Option<StatefulGroupMap>, ConversionError> {
    let initial = match message.initial_input.as_deref() {
        Some(input) => {
            let keys = expression::all(&message.initial_grouping_expressions, depth)?;
            Some((required(Some(input), depth)?, keys))
        }
        None => None,
    };
    let transform = match &message.transform_with_state_info {
        Some(info) => Some(TransformWithState {
            time_mode: info.time_mode.clone(),
            event_time_column: info.event_time_column_name.clone(),
            output_schema: data_type::optional(info.output_schema.as_ref(), depth)?,
        }),
        None => None,
    };
    let stateful = StatefulGroupMap {
        initial,
        is_map_groups_with_state: message.is_map_groups_with_state,
        output_mode: message.output_mode.clone(),
        timeout: message.timeout_conf.clone(),
        state_schema: data_type::optional(message.state_schema.as_ref(), depth)?,
        transform,
    };
    let nothing = StatefulGroupMap {
        initial: None,
        is_map_groups_with_state: None,
        output_mode: None,
        timeout: None,
        state_schema: None,
        transform: None,
    };
    Ok((stateful != nothing).then_some(stateful))
}

pub(super) fn co_group_map(message: &proto::CoGroupMap, depth: Depth) -> Kind {
    let sorted = [
        (&message.input_sorting_expressions, "input_sorting_expressions", 6),
        (&message.other_sorting_expressions, "other_sorting_expressions", 7),
    ];
    if let Some((_, field, number)) = sorted.into_iter().find(|(expressions, ..)| !expressions.is_empty()) {
        return Err(ConversionError::Unsupported { message: "spark.connect.CoGroupMap", field, number });
    }
    Ok(RelationKind::CoGroupMap {
        left: (
            required(message.input.as_deref(), depth)?,
            expression::all(&message.input_grouping_expressions, depth)?,
        ),
        right: (
            required(message.other.as_deref(), depth)?,
            expression::all(&message.other_grouping_expressions, depth)?,
        ),
        function: user_code::required(message.func.as_ref(), depth)?,
    })
}

pub(super) fn with_state(message: &proto::ApplyInPandasWithState, depth: Depth) -> Kind {
    Ok(RelationKind::ApplyInPandasWithState {
        input: required(message.input.as_deref(), depth)?,
        keys: expression::all(&message.grouping_expressions, depth)?,
        function: user_code::required(message.func.as_ref(), depth)?,
        output_schema: message.output_schema.clone(),
        state_schema: message.state_schema.clone(),
        output_mode: message.output_mode.clone(),
        timeout: message.timeout_conf.clone(),
    })
}
