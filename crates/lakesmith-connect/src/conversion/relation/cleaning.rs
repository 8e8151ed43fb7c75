//! Relations of `DataFrame.na`, `DataFrame.stat`, and those that show a DataFrame to people.

use lakesmith_unresolved::RelationKind;
use spark_connect_proto as proto;

use super::super::{ConversionError, Depth, expression, literal};
use super::{Kind, required};

pub(super) fn fill(message: &proto::NaFill, depth: Depth) -> Kind {
    match message.values.len() {
        0 => return Err(ConversionError::FillValuesEmpty),
        1 => {}
        count if count != message.cols.len() => return Err(ConversionError::FillValuesLength),
        _ => {}
    }
    Ok(RelationKind::FillNa {
        input: required(message.input.as_deref(), depth)?,
        columns: message.cols.clone(),
        values: literal::all(&message.values, depth)?,
    })
}

pub(super) fn drop(message: &proto::NaDrop, depth: Depth) -> Kind {
    Ok(RelationKind::DropNa {
        input: required(message.input.as_deref(), depth)?,
        columns: message.cols.clone(),
        minimum: message.min_non_nulls,
    })
}

pub(super) fn replace(message: &proto::NaReplace, depth: Depth) -> Kind {
    let replacements = message.replacements.iter().map(|replacement| {
        let old = literal::required(replacement.old_value.as_ref(), depth)?;
        Ok((old, literal::required(replacement.new_value.as_ref(), depth)?))
    });
    Ok(RelationKind::Replace {
        replacements: replacements.collect::<Result<_, ConversionError>>()?,
        input: required(message.input.as_deref(), depth)?,
        columns: message.cols.clone(),
    })
}

pub(super) fn summary(message: &proto::StatSummary, depth: Depth) -> Kind {
    Ok(RelationKind::Summary {
        input: required(message.input.as_deref(), depth)?,
        statistics: message.statistics.clone(),
    })
}

pub(super) fn describe(message: &proto::StatDescribe, depth: Depth) -> Kind {
    Ok(RelationKind::Describe { input: required(message.input.as_deref(), depth)?, columns: message.cols.clone() })
}

pub(super) fn crosstab(message: &proto::StatCrosstab, depth: Depth) -> Kind {
    Ok(RelationKind::Crosstab {
        input: required(message.input.as_deref(), depth)?,
        columns: (message.col1.clone(), message.col2.clone()),
    })
}

pub(super) fn covariance(message: &proto::StatCov, depth: Depth) -> Kind {
    Ok(RelationKind::Covariance {
        input: required(message.input.as_deref(), depth)?,
        columns: (message.col1.clone(), message.col2.clone()),
    })
}

pub(super) fn correlation(message: &proto::StatCorr, depth: Depth) -> Kind {
    Ok(RelationKind::Correlation {
        input: required(message.input.as_deref(), depth)?,
        columns: (message.col1.clone(), message.col2.clone()),
        method: message.method.clone(),
    })
}

pub(super) fn approx_quantile(message: &proto::StatApproxQuantile, depth: Depth) -> Kind {
    Ok(RelationKind::ApproxQuantile {
        input: required(message.input.as_deref(), depth)?,
        columns: message.cols.clone(),
        probabilities: message.probabilities.clone(),
        relative_error: message.relative_error,
    })
}

pub(super) fn frequent_items(message: &proto::StatFreqItems, depth: Depth) -> Kind {
    Ok(RelationKind::FrequentItems {
        input: required(message.input.as_deref(), depth)?,
        columns: message.cols.clone(),
        support: message.support,
    })
}

pub(super) fn sample_by(message: &proto::StatSampleBy, depth: Depth) -> Kind {
    let fractions = message.fractions.iter();
    let fractions = fractions.map(|part| Ok((literal::required(part.stratum.as_ref(), depth)?, part.fraction)));
    Ok(RelationKind::SampleBy {
        fractions: fractions.collect::<Result<_, ConversionError>>()?,
        input: required(message.input.as_deref(), depth)?,
        column: expression::required(message.col.as_ref(), depth)?,
        seed: message.seed,
    })
}

pub(super) fn show(message: &proto::ShowString, depth: Depth) -> Kind {
    Ok(RelationKind::ShowString {
        input: required(message.input.as_deref(), depth)?,
        rows: message.num_rows,
        truncate: message.truncate,
        vertical: message.vertical,
    })
}

pub(super) fn html(message: &proto::HtmlString, depth: Depth) -> Kind {
    Ok(RelationKind::HtmlString {
        input: required(message.input.as_deref(), depth)?,
        rows: message.num_rows,
        truncate: message.truncate,
    })
}
