//! [`Target`]: the table a dataset is stored in, as its declaration and its flows want it.

use std::collections::HashMap;

use lakesmith_base::Identifier;
use lakesmith_base::suggest::closest;
use lakesmith_delta::schema_json::can_hold;
use lakesmith_delta::{Metadata, Properties, PropertyFault, Wanted};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_functions::coercion::common_of;
use lakesmith_functions::store_assignment::can_store;
use lakesmith_graph::{Dataset, Flow};
use lakesmith_unresolved::expression::ExpressionKind;
use lakesmith_unresolved::pipeline::{ClusterBy, ColumnDefinition};
use lakesmith_unresolved::{SparkType, StructField};

use crate::clauses;

/// A table as the pipeline wants it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target {
    pub schema: Vec<StructField>,
    pub partition_columns: Vec<String>,
    pub comment: Option<String>,
    pub properties: Vec<(String, String)>,
    /// What its properties ask of the table's protocol.
    pub wanted: Wanted,
}

/// The target of a dataset whose flows give these columns.
pub(crate) fn target(dataset: &Dataset, outputs: &[(&Flow, Vec<StructField>)]) -> Result<Target, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut schema: Vec<StructField> = Vec::new();
    for (flow, output) in outputs {
        merge(&mut schema, flow, output, &mut faults);
    }
    let definition = dataset.definition();
    if let Some(columns) = definition.and_then(|definition| definition.columns.as_ref()) {
        schema = declared(dataset, columns, schema, outputs, &mut faults);
    }
    for column in &mut schema {
        if column.data_type == SparkType::Null {
            // a table cannot hold a column without type; a text takes whatever comes later
            column.data_type = SparkType::STRING;
        }
    }
    faults.extend(schema.iter().filter(|column| !can_hold(&column.data_type)).map(|column| not_held(column, outputs)));
    let partition_columns = definition.map_or_else(Vec::new, |definition| partitions(definition, &schema, &mut faults));
    faults.extend(clauses::faults(dataset));
    let Properties { kept: mut properties, wanted, .. } = properties(dataset, &mut faults);
    if let Some(ClusterBy::Columns(columns)) = definition.and_then(|definition| definition.clauses.cluster_by.as_ref())
    {
        for part in columns.iter().filter_map(|path| path.first()) {
            if !schema.iter().any(|column| column.name == part.text) {
                let fault = no_such_column("CLUSTER BY", part.text.as_str(), &schema);
                faults.push(part.origin.span().map_or(fault.clone(), |span| fault.at(span, "no such column")));
            }
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    if let Some(ClusterBy::Columns(columns)) = definition.and_then(|definition| definition.clauses.cluster_by.as_ref())
    {
        let paths = columns.iter().map(|path| path.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("."));
        properties.push(("lakesmith.clusterBy".to_owned(), paths.collect::<Vec<_>>().join(",")));
    }
    properties.sort();
    let comment = definition.and_then(|definition| definition.clauses.comment.clone());
    Ok(Target { schema, partition_columns, comment, properties, wanted })
}

/// The table properties of a dataset as its table has them. A property of Delta's that cannot be honoured is a fault.
fn properties(dataset: &Dataset, faults: &mut Vec<Diagnostic>) -> Properties {
    let written = dataset.definition().map_or(&[][..], |definition| definition.clauses.properties.as_slice());
    let mut properties = Properties::default();
    for (key, value, span) in written {
        let fault = match properties.take(key, value) {
            Ok(()) => continue,
            Err(PropertyFault::NotBuilt(feature)) => {
                let title = format!("table property `{key}` needs `{feature}`, which is not built yet");
                Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title).help("leave the property out")
            }
            Err(PropertyFault::Invalid(wanted)) => {
                let title = format!("table property `{key}` is `{value}` and takes {wanted}");
                Diagnostic::error(Condition::INVALID_CONF_VALUE_TYPE_MISMATCH, title)
            }
        };
        faults.push(fault.at(*span, ""));
    }
    properties
}

/// Properties that have no effect: those whose names are in Delta's name space and which Delta does not have, and those that ask for
/// another way to store the same rows. Those that look as if they clustered are pointed at with the graph.
pub(crate) fn property_lints(dataset: &Dataset) -> Vec<Diagnostic> {
    let written = dataset.definition().map_or(&[][..], |definition| definition.clauses.properties.as_slice());
    let is_told =
        |key: &str| ["delta.clusterby", "delta.enableliquidclustering"].contains(&key.to_lowercase().as_str());
    let unknown = written.iter().filter(|(key, ..)| lakesmith_delta::is_unknown(key) && !is_told(key));
    let unknown = unknown.map(|(key, _, span)| {
        let title = format!("table property `{key}` is stored and has no effect");
        Diagnostic::warning(Condition::LAKESMITH_UNUSUAL, title).at(*span, "not a property of Delta tables")
    });
    let without_effect = written.iter().filter_map(|(key, value, span)| {
        let mut properties = Properties::default();
        properties.take(key, value).ok()?;
        let (_, feature) = properties.left_out.pop()?;
        let title = format!("table property `{key}` has no effect: `{feature}` is not built yet");
        let lint = Diagnostic::warning(Condition::LAKESMITH_UNUSUAL, title).at(*span, "left out of the table");
        Some(lint.note("the table has the same rows without it"))
    });
    unknown.chain(without_effect).collect()
}

/// A column of a type that no table holds.
fn not_held(column: &StructField, outputs: &[(&Flow, Vec<StructField>)]) -> Diagnostic {
    let (name, data_type) = (column.name.as_str(), &column.data_type);
    let title = format!("a Delta table cannot hold `{name}`, which is of type {data_type}");
    let fault = Diagnostic::error(Condition::DELTA_UNSUPPORTED_DATA_TYPES, title);
    let gives = |output: &Vec<StructField>| output.iter().any(|given| given.name == column.name);
    let fault = match outputs.iter().find(|(_, output)| gives(output)) {
        Some((flow, _)) => fault.at(flow.span, format!("gives `{name}`")),
        None => fault,
    };
    fault.help(format!("cast it, `CAST({name} AS STRING)` for example, or use it only in temporary views"))
}

/// Adds a flow's columns by name. Columns are nullable unless they are declared otherwise.
fn merge(schema: &mut Vec<StructField>, flow: &Flow, output: &[StructField], faults: &mut Vec<Diagnostic>) {
    let mut places: HashMap<Identifier, usize> =
        schema.iter().enumerate().map(|(place, known)| (known.name.clone(), place)).collect();
    for column in output {
        match places.get(&column.name).and_then(|place| schema.get_mut(*place)) {
            None => {
                places.insert(column.name.clone(), schema.len());
                schema.push(StructField { nullable: true, ..column.clone() });
            }
            Some(known) if known.data_type == column.data_type => {}
            Some(known) => match common_of("flows", [&known.data_type, &column.data_type]) {
                // a text is not read as a number or a date by itself
                Ok(common) if [&known.data_type, &column.data_type].iter().all(|own| can_store(own, &common)) => {
                    known.data_type = common;
                }
                _ => {
                    let title = format!(
                        "column `{}` is {} in one flow and {} in another",
                        column.name.as_str(),
                        known.data_type,
                        column.data_type
                    );
                    let fault = Diagnostic::error(Condition::INCOMPATIBLE_COLUMN_TYPE, title)
                        .at(flow.span, "this flow")
                        .help("cast it to one type in both");
                    faults.push(fault);
                }
            },
        }
    }
}

/// The declared columns. A list of names alone renames the query's columns by position.
fn declared(
    dataset: &Dataset,
    columns: &[ColumnDefinition],
    found: Vec<StructField>,
    outputs: &[(&Flow, Vec<StructField>)],
    faults: &mut Vec<Diagnostic>,
) -> Vec<StructField> {
    let is_untyped = columns.iter().all(|column| column.data_type.is_none());
    if is_untyped && outputs.len() == 1 && columns.len() != found.len() {
        let title = format!(
            "`{}` lists {} columns and its query has {}",
            dataset.name.last().as_str(),
            columns.len(),
            found.len()
        );
        let condition = Condition::USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE;
        faults.push(Diagnostic::error(condition, title).at(dataset.name_span, ""));
        return found;
    }
    let mut schema = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let by_name = found.iter().find(|known| known.name == column.name.text);
        let known = if is_untyped { by_name.or(found.get(index)) } else { by_name };
        let data_type = column.data_type.clone().or_else(|| known.map(|known| known.data_type.clone()));
        let Some(data_type) = data_type else {
            let title = format!("column `{}` has no type, and no flow gives it", column.name.text.as_str());
            let condition = Condition::USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE;
            faults.push(Diagnostic::error(condition, title).at(column.span, ""));
            continue;
        };
        schema.push(StructField {
            name: column.name.text.clone(),
            data_type,
            nullable: !column.not_null,
            comment: column.comment.clone(),
            metadata: None,
        });
    }
    if !is_untyped {
        let unknown = found.iter().filter(|known| schema.iter().all(|column| column.name != known.name));
        for column in unknown {
            let title = format!(
                "the query gives a column `{}` that `{}` does not declare",
                column.name.as_str(),
                dataset.name.last().as_str()
            );
            let place = outputs.iter().find(|(_, output)| output.iter().any(|own| own.name == column.name));
            let span = place.map_or(dataset.name_span, |(flow, _)| flow.span);
            let condition = Condition::USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE;
            let names = schema.iter().map(|column| column.name.as_str());
            let mut fault = Diagnostic::error(condition, title).at(span, "");
            if let Some(similar) = lakesmith_base::suggest::closest(column.name.as_str(), names, 1).first() {
                fault = fault.help(format!("a declared column has a similar name: `{similar}`"));
            }
            faults.push(fault.help("declare it, or leave it out of the query"));
        }
    }
    schema
}

fn partitions(
    definition: &lakesmith_unresolved::pipeline::DatasetDefinition,
    schema: &[StructField],
    faults: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut names = Vec::new();
    for expression in definition.clauses.partitioned_by.iter().flatten() {
        let name = match &expression.kind {
            ExpressionKind::Attribute { parts, .. } => match parts.as_slice() {
                [part] => Some(&part.text),
                _ => None,
            },
            _ => None,
        };
        let column = name.and_then(|name| schema.iter().find(|column| column.name == *name));
        match (name, column) {
            (_, Some(column)) => names.push(column.name.as_str().to_owned()),
            (Some(name), None) => {
                faults.push(at(no_such_column("PARTITIONED BY", name.as_str(), schema), expression));
            }
            (None, None) => {
                let title = "PARTITIONED BY an expression is not built; Delta tables are partitioned by columns";
                faults.push(at(Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title), expression));
            }
        }
    }
    names
}

/// A clause that names a column which the table does not have.
fn no_such_column(clause: &str, name: &str, schema: &[StructField]) -> Diagnostic {
    let title = format!("{clause} names `{name}`, which is no column of the table");
    let names: Vec<&str> = schema.iter().map(|column| column.name.as_str()).collect();
    match closest(name, names.iter().copied(), 1).first() {
        Some(similar) => Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITH_SUGGESTION, title)
            .help(format!("a column with a similar name exists: `{similar}`")),
        None => Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITHOUT_SUGGESTION, title).help(format!(
            "its columns are {}",
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        )),
    }
}

fn at(diagnostic: Diagnostic, expression: &lakesmith_unresolved::Expression) -> Diagnostic {
    match &expression.origin {
        lakesmith_diagnostic::Origin::Text(span) => diagnostic.at(*span, ""),
        _ => diagnostic,
    }
}

/// Which of the query's columns a table's column takes: by name, or by position where only names are declared.
pub(crate) fn source_index(
    target: &[StructField],
    index: usize,
    names: &[Identifier],
    by_position: bool,
) -> Option<usize> {
    if names.get(index) == Some(&target[index].name) {
        // names are unique, and mostly in the table's order
        return Some(index);
    }
    let by_name = names.iter().position(|name| *name == target[index].name);
    by_name.or_else(|| (by_position && index < names.len()).then_some(index))
}

/// Whether a column list renames the query's columns by position.
pub(crate) fn renames_by_position(dataset: &Dataset) -> bool {
    let columns = dataset.definition().and_then(|definition| definition.columns.as_ref());
    columns.is_some_and(|columns| columns.iter().all(|column| column.data_type.is_none()))
}

/// The metadata of a table that is made.
pub(crate) fn first_metadata(target: &Target, id: String, now_millis: i64) -> Metadata {
    Metadata {
        id,
        name: None,
        description: target.comment.clone(),
        schema: target.schema.clone(),
        partition_columns: target.partition_columns.clone(),
        configuration: target.properties.clone(),
        created_time: Some(now_millis),
    }
}
