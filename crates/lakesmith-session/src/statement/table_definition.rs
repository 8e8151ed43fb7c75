//! What a table is, from the clauses of its statement: columns, partition columns, properties and constraints.
//!
//! A column or property that would ask for what is not built is refused by name.

use lakesmith_base::Identifier;
use lakesmith_delta::protocol::{CURRENT_DEFAULT, GENERATION_EXPRESSION};
use lakesmith_delta::{Properties, PropertyFault};
use lakesmith_diagnostic::{Condition, Diagnostic, Span};
use lakesmith_unresolved::expression::ExpressionKind;
use lakesmith_unresolved::pipeline::{
    ClusterBy, ColumnDefinition, DatasetClauses, TableConstraint, TableConstraintKind,
};
use lakesmith_unresolved::{SparkType, StructField};

use crate::row_rule::CONSTRAINT;
use crate::session::Session;
use crate::trouble::{Done, not_built, placed};

/// The property in which the columns of CLUSTER BY are kept.
pub(crate) const CLUSTER_BY: &str = "lakesmith.clusterBy";

/// What a statement says about a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Definition {
    pub schema: Vec<StructField>,
    pub partition_columns: Vec<String>,
    pub comment: Option<String>,
    pub properties: Vec<(String, String)>,
}

/// A declared column as a table keeps it.
pub(super) fn field(column: &ColumnDefinition) -> Done<StructField> {
    let refuse = |what: &str, help: &str| {
        let fault = not_built(&format!("{what} of column `{}`", column.name.text)).at(column.span, "");
        Err(fault.help(help.to_owned()).into())
    };
    if column.identity.is_some() {
        return refuse("IDENTITY", "compute the value in the query that fills the table");
    }
    if column.mask.is_some() {
        return refuse("MASK", "leave it out");
    }
    let Some(data_type) = &column.data_type else {
        let title = format!("column `{}` has no type", column.name.text);
        let fault = Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title).at(column.span, "");
        return Err(fault.help("write the type after the name: `a INT`").into());
    };
    let mut field = StructField::nullable(column.name.text.clone(), data_type.clone());
    field.nullable = !column.not_null;
    field.comment.clone_from(&column.comment);
    if let Some(default) = &column.default {
        set_text(&mut field, CURRENT_DEFAULT, Some(&default.text));
    }
    if let Some(generated) = &column.generated {
        set_text(&mut field, GENERATION_EXPRESSION, Some(&generated.text));
    }
    storable(&field, Some(column.span))?;
    Ok(field)
}

/// Sets or removes a text of a column's metadata.
pub(super) fn set_text(field: &mut StructField, key: &str, text: Option<&str>) {
    let known = field.metadata.as_deref().and_then(|known| serde_json::from_str::<serde_json::Value>(known).ok());
    let mut object = match known {
        Some(serde_json::Value::Object(object)) => object,
        _ => serde_json::Map::new(),
    };
    match text {
        Some(text) => drop(object.insert(key.to_owned(), text.into())),
        None => drop(object.remove(key)),
    }
    field.metadata = if object.is_empty() { None } else { Some(serde_json::Value::Object(object).to_string()) };
}

/// A text of a column's metadata.
pub(crate) fn text_of(field: &StructField, key: &str) -> Option<String> {
    let known: serde_json::Value = serde_json::from_str(field.metadata.as_deref()?).ok()?;
    Some(known.get(key)?.as_str()?.to_owned())
}

/// Checks that a Delta table can hold a column.
pub(super) fn storable(field: &StructField, span: Option<Span>) -> Done {
    let place = |fault: Diagnostic| match span {
        Some(span) => fault.at(span, ""),
        None => fault,
    };
    if field.data_type == SparkType::Null {
        let title = format!("column `{}` has the type VOID, which no table can hold", field.name);
        let fault = place(Diagnostic::error(Condition::UNSUPPORTED_DATATYPE, title));
        return Err(fault.help(format!("cast it: `CAST(NULL AS STRING) AS {}`", field.name)).into());
    }
    if let Err(error) = lakesmith_delta::schema_json::write_schema(std::slice::from_ref(field)) {
        let title = format!("column `{}`: {}", field.name, error.message);
        return Err(place(Diagnostic::error(Condition::UNSUPPORTED_DATATYPE, title)).into());
    }
    Ok(())
}

/// The first name that stands twice.
pub(super) fn distinct_names<'n>(names: impl Iterator<Item = &'n Identifier>) -> Done {
    let mut seen: Vec<&Identifier> = Vec::new();
    for name in names {
        if seen.contains(&name) {
            let title = format!("column `{name}` stands twice");
            let fault = Diagnostic::error(Condition::COLUMN_ALREADY_EXISTS, title);
            return Err(fault.help("rename one of them; names are compared without regard to case").into());
        }
        seen.push(name);
    }
    Ok(())
}

/// Columns, partition columns, properties and constraints of CREATE TABLE; columns that PARTITIONED BY declares with types
/// are not told from those of the list.
pub(super) fn definition(
    session: &Session,
    schema: Vec<StructField>,
    constraints: &[TableConstraint],
    clauses: &DatasetClauses,
    table: &str,
) -> Done<Definition> {
    distinct_names(schema.iter().map(|field| &field.name))?;
    refuse_clauses(clauses)?;
    let partition_columns = partition_columns(&schema, clauses, table)?;
    if !schema.is_empty() && partition_columns.len() == schema.len() {
        let title = format!("all columns of {table} are partition columns");
        return Err(Diagnostic::error(Condition::ALL_PARTITION_COLUMNS_NOT_ALLOWED, title).into());
    }
    let mut properties = Vec::new();
    for (key, value, span) in &clauses.properties {
        properties.extend(kept(session, key, value).map_err(|fault| fault.at(*span, ""))?);
    }
    if let Some(cluster) = &clauses.cluster_by {
        properties.extend(clustering(&schema, cluster, table)?.map(|columns| (CLUSTER_BY.to_owned(), columns)));
    }
    let mut checks = Vec::new();
    for constraint in constraints {
        checks.extend(check(session, constraint, checks.len(), table));
    }
    properties.extend(checks.iter().map(|(name, text)| (format!("{CONSTRAINT}{name}"), text.clone())));
    properties.sort();
    Ok(Definition { schema, partition_columns, comment: clauses.comment.clone(), properties })
}

fn refuse_clauses(clauses: &DatasetClauses) -> Done {
    let refused = [
        (clauses.stored_as.as_ref().map(|(text, span)| (text.clone(), *span)), "write `USING delta`"),
        (clauses.buckets.as_ref().map(|(text, span)| (text.clone(), *span)), "write `CLUSTER BY (…)`"),
        (clauses.schedule.as_ref().map(|(text, span)| (text.clone(), *span)), "pipelines refresh tables"),
        (clauses.refresh_policy.as_ref().map(|(text, span)| (text.clone(), *span)), "pipelines refresh tables"),
    ];
    for (clause, help) in refused {
        if let Some((text, span)) = clause {
            return Err(not_built(&format!("`{text}`")).at(span, "").help(help).into());
        }
    }
    if let Some((function, _)) = &clauses.row_filter {
        return Err(placed(not_built("WITH ROW FILTER"), &function.origin).into());
    }
    if let Some(collation) = &clauses.collation
        && !collation.text.matches("UTF8_BINARY")
    {
        return Err(placed(not_built("DEFAULT COLLATION"), &collation.origin).into());
    }
    Ok(())
}

/// Checks that a view or a schema has no clause that only tables have.
pub(super) fn refuse_table_clauses(clauses: &DatasetClauses, what: &str) -> Done {
    refuse_clauses(clauses)?;
    let at = |clause: &str, span: Option<Span>| {
        let title = format!("`{clause}` does not belong to a {what}");
        let fault = Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title).help("remove it");
        match span {
            Some(span) => fault.at(span, ""),
            None => fault,
        }
    };
    if let Some(expression) = clauses.partitioned_by.iter().flatten().next() {
        return Err(at("PARTITIONED BY", expression.origin.span()).into());
    }
    if clauses.cluster_by.is_some() {
        return Err(at("CLUSTER BY", None).into());
    }
    if let Some((_, span)) = &clauses.location {
        return Err(at("LOCATION", Some(*span)).into());
    }
    Ok(())
}

fn partition_columns(schema: &[StructField], clauses: &DatasetClauses, table: &str) -> Done<Vec<String>> {
    let mut columns: Vec<String> = Vec::new();
    for expression in clauses.partitioned_by.iter().flatten() {
        let ExpressionKind::Attribute { parts, .. } = &expression.kind else {
            let fault = placed(not_built("PARTITIONED BY an expression"), &expression.origin);
            return Err(fault.help("Delta tables are partitioned by columns").into());
        };
        let found = match parts.as_slice() {
            [part] => schema.iter().find(|field| field.name == part.text),
            _ => None,
        };
        let Some(found) = found else {
            return Err(placed(not_defined("partition", &shown(parts), schema, table), &expression.origin).into());
        };
        if columns.iter().any(|known| found.name.matches(known)) {
            let title = format!("partition column `{}` stands twice", found.name);
            return Err(placed(Diagnostic::error(Condition::COLUMN_ALREADY_EXISTS, title), &expression.origin).into());
        }
        if matches!(found.data_type, SparkType::Struct(_) | SparkType::Array { .. } | SparkType::Map { .. }) {
            let title = format!("{table} cannot be partitioned by `{}` of type {}", found.name, found.data_type);
            let fault = Diagnostic::error(Condition::INVALID_PARTITION_COLUMN_DATA_TYPE, title);
            return Err(placed(fault, &expression.origin).into());
        }
        columns.push(found.name.as_str().to_owned());
    }
    Ok(columns)
}

fn shown(parts: &[lakesmith_unresolved::NamePart]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".")
}

fn not_defined(role: &str, column: &str, schema: &[StructField], table: &str) -> Diagnostic {
    let columns: Vec<String> = schema.iter().map(|field| format!("`{}`", field.name)).collect();
    let title = format!("{role} column `{column}` is not defined in table {table}");
    Diagnostic::error(Condition::COLUMN_NOT_DEFINED_IN_TABLE, title)
        .help(format!("its columns are {}", columns.join(", ")))
}

/// The columns of CLUSTER BY as the table keeps them.
pub(super) fn clustering(schema: &[StructField], cluster: &ClusterBy, table: &str) -> Done<Option<String>> {
    let ClusterBy::Columns(columns) = cluster else { return Ok(None) };
    let mut paths = Vec::new();
    for path in columns {
        let is_known = path.first().is_some_and(|first| schema.iter().any(|field| field.name == first.text));
        if !is_known {
            let fault = not_defined("clustering", &shown(path), schema, table);
            return Err(match path.first() {
                Some(first) => placed(fault, &first.origin).into(),
                None => fault.into(),
            });
        }
        paths.push(shown(path));
    }
    Ok(Some(paths.join(",")))
}

/// Name and text of a CHECK constraint; nothing, and a warning, where the constraint only tells readers something.
pub(super) fn check(
    session: &Session,
    constraint: &TableConstraint,
    number: usize,
    table: &str,
) -> Option<(String, String)> {
    let kind = match &constraint.kind {
        TableConstraintKind::Check { text, .. } => {
            let name = constraint.name.as_ref().map_or_else(|| format!("check_{number}"), |name| name.text.folded());
            return Some((name, text.clone()));
        }
        TableConstraintKind::PrimaryKey(_) => "PRIMARY KEY",
        TableConstraintKind::ForeignKey { .. } => "FOREIGN KEY",
        TableConstraintKind::Unique(_) => "UNIQUE",
    };
    session.warn(format!("{kind} of {table} has no effect: it would not be enforced"));
    None
}

/// A property as a table keeps it; nothing, and a warning, where it asks for another way to store the same rows.
pub(super) fn kept(session: &Session, key: &str, value: &str) -> Result<Option<(String, String)>, Box<Diagnostic>> {
    if let Some(name) = key.strip_prefix(CONSTRAINT) {
        let fault = Diagnostic::error(Condition::UNSUPPORTED_FEATURE, format!("`{key}` cannot be set as a property"));
        return Err(Box::new(fault.help(format!("write `ALTER TABLE … ADD CONSTRAINT {name} CHECK (…)`"))));
    }
    let mut properties = Properties::default();
    match properties.take(key, value) {
        Ok(()) => {}
        Err(PropertyFault::NotBuilt(_)) => {
            return Err(Box::new(not_built(&format!("the table property `{key} = {value}`"))));
        }
        Err(PropertyFault::Invalid(wanted)) => {
            let title = format!("table property `{key}` is `{value}` and takes {wanted}");
            return Err(Box::new(Diagnostic::error(Condition::INVALID_CONF_VALUE_TYPE_MISMATCH, title)));
        }
    }
    let kept = properties.kept.pop();
    if kept.is_none() {
        session.warn(format!(
            "table property `{key}` has no effect: a table has the lowest protocol that its columns need"
        ));
    }
    Ok(kept)
}
