//! SHOW CREATE TABLE: the statement that would make a table or view.

use std::path::Path;

use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_delta::protocol::{CURRENT_DEFAULT, GENERATION_EXPRESSION};
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::{Name, SparkType, StructField};

use crate::lookup::{Found, written};
use crate::objects::{StoredTable, StoredView};
use crate::result::QueryResult;
use crate::row_rule::CONSTRAINT;
use crate::rows::Rows;
use crate::statement::describe::uri;
use crate::statement::show::plain_name;
use crate::statement::table_definition::CLUSTER_BY;
use crate::statement::table_definition::text_of;
use crate::statement::{Running, redaction};
use crate::trouble::{Done, fault, not_built, placed};

impl Running<'_> {
    pub(super) async fn show_create(self, name: &Name, rest: &str) -> Done<QueryResult> {
        let own = written(name)?;
        let full = self.session.full_name(name)?;
        let text = match self.session.find(&own).await? {
            Some(Found::Delta(..) | Found::Files(_)) if !rest.is_empty() => {
                return Err(placed(not_built("SHOW CREATE TABLE … AS SERDE of a table"), &name.origin).into());
            }
            Some(Found::Delta(table, external)) => {
                let metadata = table.metadata();
                let mut lines: Vec<String> = metadata.schema.iter().map(column).collect();
                let properties: Vec<(String, String)> = metadata.configuration.clone();
                let checks = properties.iter().filter_map(|(key, text)| Some((key.strip_prefix(CONSTRAINT)?, text)));
                lines.extend(checks.map(|(name, text)| format!("CONSTRAINT {} CHECK ({text})", identifier(name))));
                let mut text =
                    format!("CREATE TABLE {} (\n  {})\nUSING delta\n", plain_name(&full), lines.join(",\n  "));
                if !metadata.partition_columns.is_empty() {
                    let columns: Vec<String> = metadata.partition_columns.iter().map(|name| identifier(name)).collect();
                    text.push_str(&format!("PARTITIONED BY ({})\n", columns.join(", ")));
                }
                if let Some((_, columns)) = properties.iter().find(|(key, _)| key == CLUSTER_BY) {
                    text.push_str(&format!("CLUSTER BY ({})\n", columns.replace(',', ", ")));
                }
                text.push_str(&commented(metadata.description.as_deref()));
                if let Some(stored) = external {
                    text.push_str(&format!("LOCATION {}\n", literal(&uri(Path::new(&stored.value.location)))));
                }
                let is_own = |key: &str| key != CLUSTER_BY && !key.starts_with(CONSTRAINT);
                text + &listed(properties.iter().filter(|(key, _)| is_own(key)).map(|(key, value)| (key, value)))
            }
            Some(Found::Files(stored)) => files(&stored.value, &self.columns_of(name).await?, &plain_name(&full)),
            Some(Found::View(view)) => {
                // a view is shown as the catalog has it, without the catalog's name
                let parts = full.parts()[full.parts().len().saturating_sub(2)..].iter();
                let parts: Vec<Identifier> = parts.map(|part| part.folded().into()).collect();
                let shown = QualifiedName::from_parts(parts).unwrap_or_else(|| full.clone());
                create_view(&view.value, &plain_name(&shown))
            }
            Some(Found::Temporary(_)) => {
                let title = format!("`{own}` is a temporary view, which has no stored statement");
                return Err(fault(Condition::UNSUPPORTED_FEATURE, title, name).into());
            }
            None => return Err(self.session.no_table(&own, &full, name).into()),
        };
        let mut rows = Rows::texts(&["createtab_stmt"]);
        rows.push([text.into()]);
        Ok(rows.result()?)
    }
}

fn column(field: &StructField) -> String {
    let not_null = if field.nullable { "" } else { " NOT NULL" };
    let default = text_of(field, CURRENT_DEFAULT).map(|text| format!(" DEFAULT {text}")).unwrap_or_default();
    let generated = text_of(field, GENERATION_EXPRESSION);
    let generated = generated.map(|text| format!(" GENERATED ALWAYS AS ({text})")).unwrap_or_default();
    let comment = field.comment.as_ref().map(|text| format!(" COMMENT {}", literal(text))).unwrap_or_default();
    let collation = match field.data_type {
        SparkType::String { collation: None } | SparkType::Char(_) | SparkType::Varchar(_) => " COLLATE UTF8_BINARY",
        _ => "",
    };
    format!("{} {}{collation}{not_null}{default}{generated}{comment}", identifier(field.name.as_str()), field.data_type)
}

fn files(stored: &StoredTable, columns: &[StructField], name: &str) -> String {
    let lines: Vec<String> = columns.iter().map(column).collect();
    let mut text = format!("CREATE TABLE {name} (\n  {})\nUSING {}\n", lines.join(",\n  "), stored.format);
    if !stored.options.is_empty() {
        let options: Vec<String> = stored
            .options
            .iter()
            .map(|(key, value)| format!("{} = {}", literal(key), literal(redaction::shown(key, value))))
            .collect();
        text.push_str(&format!("OPTIONS (\n  {})\n", options.join(",\n  ")));
    }
    text.push_str(&commented(stored.comment.as_deref()));
    text.push_str(&format!("LOCATION {}\n", literal(&uri(Path::new(&stored.location)))));
    text + &listed(stored.properties.iter())
}

fn create_view(view: &StoredView, name: &str) -> String {
    let columns: Vec<String> = view
        .columns
        .iter()
        .map(|column| {
            let comment = column.comment.as_ref().map(|text| format!(" COMMENT {}", literal(text)));
            identifier(&column.name) + &comment.unwrap_or_default()
        })
        .collect();
    let head = format!("CREATE VIEW {name} (\n  {})\n", columns.join(",\n  "));
    let body = format!("WITH SCHEMA {}\nAS {}\n", view.schema_mode.keyword(), view.text);
    head + &commented(view.comment.as_deref()) + &listed(view.properties.iter()) + &body
}

fn commented(comment: Option<&str>) -> String {
    comment.map(|text| format!("COMMENT {}\n", literal(text))).unwrap_or_default()
}

fn listed<'p>(properties: impl Iterator<Item = (&'p String, &'p String)>) -> String {
    let line =
        |(key, value): (&String, &String)| format!("{} = {}", literal(key), literal(redaction::shown(key, value)));
    let lines: Vec<String> = properties.map(line).collect();
    if lines.is_empty() { String::new() } else { format!("TBLPROPERTIES (\n  {})\n", lines.join(",\n  ")) }
}

/// A name, in back-quotes where it is no plain word.
fn identifier(name: &str) -> String {
    let is_plain = name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    let begins = name.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    if is_plain && begins { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
