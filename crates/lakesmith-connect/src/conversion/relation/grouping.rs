//! Relations that bring rows of one input together: grouping, duplicates, rows to columns and back.

use lakesmith_unresolved::relation::{Aggregate, GroupKind, Unpivot};
use lakesmith_unresolved::{Expression, RelationKind};
use spark_connect_proto as proto;

use super::super::{ConversionError, Depth, expression, literal};
use super::{Kind, required};

pub(super) fn aggregate(message: &proto::Aggregate, depth: Depth) -> Kind {
    if message.input.is_none() {
        return Err(ConversionError::AggregateNeedsInput);
    }
    Ok(RelationKind::Aggregate(Aggregate {
        input: required(message.input.as_deref(), depth)?,
        kind: group_kind(message, depth)?,
        keys: expression::all(&message.grouping_expressions, depth)?,
        outputs: expression::all(&message.aggregate_expressions, depth)?,
        outputs_hold_keys: false,
    }))
}

fn group_kind(message: &proto::Aggregate, depth: Depth) -> Result<GroupKind, ConversionError> {
    use proto::aggregate::GroupType;
    match GroupType::try_from(message.group_type) {
        Ok(GroupType::Groupby) => Ok(GroupKind::GroupBy),
        Ok(GroupType::Rollup) => Ok(GroupKind::Rollup),
        Ok(GroupType::Cube) => Ok(GroupKind::Cube),
        Ok(GroupType::GroupingSets) => {
            let sets = message.grouping_sets.iter().map(|set| expression::all(&set.grouping_set, depth));
            sets.collect::<Result<_, _>>().map(GroupKind::GroupingSets)
        }
        Ok(GroupType::Pivot) => {
            let pivot = message.pivot.as_ref().ok_or(ConversionError::AggregateRequiresPivot)?;
            Ok(GroupKind::Pivot {
                column: Box::new(expression::required(pivot.col.as_ref(), depth)?),
                values: literal::all(&pivot.values, depth)?,
            })
        }
        Ok(GroupType::Unspecified) | Err(_) => {
            let name = GroupType::try_from(message.group_type).map_or("", |kind| kind.as_str_name()).to_owned();
            let number = message.group_type;
            Err(ConversionError::InvalidEnum { message: "spark.connect.Aggregate.GroupType", name, number })
        }
    }
}

pub(super) fn deduplicate(message: &proto::Deduplicate, depth: Depth) -> Kind {
    if message.input.is_none() {
        return Err(ConversionError::DeduplicateNeedsInput);
    }
    match (message.all_columns_as_keys.unwrap_or(false), message.column_names.is_empty()) {
        (true, false) => return Err(ConversionError::DeduplicateAllAndSubset),
        (false, true) => return Err(ConversionError::DeduplicateColumns),
        (true, true) | (false, false) => {}
    }
    Ok(RelationKind::Deduplicate {
        input: required(message.input.as_deref(), depth)?,
        columns: message.column_names.clone(),
        within_watermark: message.within_watermark.unwrap_or(false),
    })
}

/// A DataFrame keeps rows whose values are all NULL; only SQL text can leave them out.
pub(super) fn unpivot(message: &proto::Unpivot, depth: Depth) -> Kind {
    let values = match &message.values {
        Some(values) => Some(expression::all(&values.values, depth)?),
        None => None,
    };
    let each = |value: Expression| (vec![value], None);
    Ok(RelationKind::Unpivot(Unpivot {
        input: required(message.input.as_deref(), depth)?,
        ids: Some(expression::all(&message.ids, depth)?),
        values: values.map(|values| values.into_iter().map(each).collect()),
        variable_name: message.variable_column_name.clone(),
        value_names: vec![message.value_column_name.clone()],
        include_nulls: true,
    }))
}

pub(super) fn transpose(message: &proto::Transpose, depth: Depth) -> Kind {
    Ok(RelationKind::Transpose {
        input: required(message.input.as_deref(), depth)?,
        index: expression::all(&message.index_columns, depth)?,
    })
}
