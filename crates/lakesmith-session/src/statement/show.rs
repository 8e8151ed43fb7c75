//! SHOW: catalogs, schemas, tables, views, columns, properties, partitions and functions, with the columns of Spark's answers.

use std::collections::BTreeSet;

use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::command::Show;
use lakesmith_unresolved::{ExpressionKind, Literal, Name, SparkType};

use crate::lookup::{Found, quoted, written};
use crate::objects::{Kind, StoredFunction, StoredTable, StoredView};
use crate::result::QueryResult;
use crate::rows::{Rows, Value};
use crate::state::GLOBAL_TEMPORARY;
use crate::statement::container::{no_catalog, path_of};
use crate::statement::pattern::fits;
use crate::statement::{Running, redaction, refused};
use crate::trouble::{Done, fault, not_built, placed};

/// What Hive, and so Spark, calls the partition of NULL.
const NULL_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// A table or view of a schema.
struct Listed {
    name: String,
    is_view: bool,
}

impl Running<'_> {
    pub(super) async fn show(self, show: &Show) -> Done<QueryResult> {
        let pattern = show.pattern.as_deref();
        if let (Some((column, _)), false) = (show.partition.first(), show.what == "PARTITIONS") {
            return Err(placed(not_built(&format!("SHOW {} … PARTITION", show.what)), &column.origin).into());
        }
        match (show.what.as_str(), &show.scope) {
            ("CATALOGS", _) => one_column("catalog", self.session.catalogs()?.into_iter(), pattern),
            ("SCHEMAS" | "DATABASES" | "NAMESPACES", scope) => {
                let catalog = self.catalog_of(scope.as_ref())?;
                one_column("namespace", self.session.schemas(&catalog)?.into_iter(), pattern)
            }
            ("TABLES", scope) => self.show_tables(scope.as_ref(), pattern),
            ("VIEWS", scope) => self.show_views(scope.as_ref(), pattern),
            ("CURRENT NAMESPACE" | "CURRENT SCHEMA" | "CURRENT DATABASE", _) => {
                let (catalog, schema) = self.session.default_names();
                let mut rows = Rows::texts(&["catalog", "namespace"]);
                rows.push_texts([catalog.as_str(), schema.as_str()]);
                Ok(rows.result()?)
            }
            ("COLUMNS", Some(table)) => {
                let columns = self.columns_of(table).await?;
                one_column("col_name", columns.into_iter().map(|field| field.name.as_str().to_owned()), None)
            }
            ("TBLPROPERTIES", Some(name)) => self.show_properties(name, pattern).await,
            ("CREATE TABLE" | "CREATE VIEW", Some(name)) => self.show_create(name, &show.rest).await,
            ("PARTITIONS", Some(name)) => self.show_partitions(name, show).await,
            ("FUNCTIONS" | "ALL FUNCTIONS" | "SYSTEM FUNCTIONS", _) => {
                let names: BTreeSet<&str> = lakesmith_functions::registry::names().collect();
                one_column("function", names.into_iter().map(str::to_owned), pattern)
            }
            ("USER FUNCTIONS", _) => one_column("function", self.own_functions()?.into_iter(), pattern),
            (what, _) => Err(refused(&format!("SHOW {what}")).into()),
        }
    }

    /// Names of the functions of SQL: those of the default schema and those of the session.
    fn own_functions(self) -> Done<Vec<String>> {
        let (catalog, schema) = self.session.default_names();
        let path = path_of(&[catalog.clone(), schema.clone()]);
        let stored: Vec<StoredFunction> = self.session.objects().list(Kind::Function, path.as_ref())?;
        let stored = stored.iter().map(|function| format!("{catalog}.{schema}.{}", folded(&function.name)));
        let state = self.session.state();
        let mut names: Vec<String> = stored.chain(state.functions.keys().cloned()).collect();
        names.sort();
        Ok(names)
    }

    /// The catalog that a scope names, or the default one.
    fn catalog_of(self, scope: Option<&Name>) -> Done<Identifier> {
        let Some(scope) = scope else { return Ok(self.session.default_names().0) };
        let catalog = self.session.catalog_name(written(scope)?.last());
        if self.session.has_catalog(&catalog)? {
            return Ok(catalog);
        }
        Err(placed(no_catalog(&catalog), &scope.origin).into())
    }

    /// The schema that a scope names, or the default one.
    fn schema_in(self, scope: Option<&Name>) -> Done<(Identifier, Identifier)> {
        match scope {
            Some(scope) => self.session.existing_schema(scope),
            None => Ok(self.session.default_names()),
        }
    }

    fn show_tables(self, scope: Option<&Name>, pattern: Option<&str>) -> Done<QueryResult> {
        let mut rows = Rows::new(&[
            ("namespace", SparkType::STRING),
            ("tableName", SparkType::STRING),
            ("isTemporary", SparkType::Boolean),
        ]);
        if !is_global(scope) {
            let (catalog, schema) = self.schema_in(scope)?;
            for listed in self.listed(&catalog, &schema)?.into_iter().filter(|listed| fits(&listed.name, pattern)) {
                rows.push([schema.folded().into(), folded(&listed.name).into(), Value::Bool(false)]);
            }
        }
        self.push_temporary(&mut rows, scope, pattern);
        Ok(rows.result()?)
    }

    fn show_views(self, scope: Option<&Name>, pattern: Option<&str>) -> Done<QueryResult> {
        let mut rows = Rows::new(&[
            ("namespace", SparkType::STRING),
            ("viewName", SparkType::STRING),
            ("isTemporary", SparkType::Boolean),
        ]);
        if !is_global(scope) {
            let (catalog, schema) = self.schema_in(scope)?;
            let all = self.listed(&catalog, &schema)?.into_iter();
            for listed in all.filter(|listed| listed.is_view && fits(&listed.name, pattern)) {
                rows.push([schema.folded().into(), folded(&listed.name).into(), Value::Bool(false)]);
            }
        }
        self.push_temporary(&mut rows, scope, pattern);
        Ok(rows.result()?)
    }

    fn push_temporary(self, rows: &mut Rows, scope: Option<&Name>, pattern: Option<&str>) {
        let state = self.session.state();
        if is_global(scope) {
            for view in state.global_views.values().filter(|view| fits(view.name(), pattern)) {
                rows.push([GLOBAL_TEMPORARY.into(), folded(view.name()).into(), Value::Bool(true)]);
            }
        }
        for view in state.views.values().filter(|view| fits(view.name(), pattern)) {
            rows.push(["".into(), folded(view.name()).into(), Value::Bool(true)]);
        }
    }

    /// Tables and views of a schema, ordered by name.
    fn listed(self, catalog: &Identifier, schema: &Identifier) -> Done<Vec<Listed>> {
        let Some(path) = path_of(&[catalog.clone(), schema.clone()]) else { return Ok(Vec::new()) };
        let session = self.session;
        let tables = session.warehouse().tables().into_iter();
        let own = tables.filter(|table| table.qualifier() == path.parts());
        let mut all: Vec<Listed> =
            own.map(|table| Listed { name: table.last().as_str().to_owned(), is_view: false }).collect();
        let external: Vec<StoredTable> = session.objects().list(Kind::Table, Some(&path))?;
        all.extend(external.into_iter().map(|table| Listed { name: table.name, is_view: false }));
        let views: Vec<StoredView> = session.objects().list(Kind::View, Some(&path))?;
        all.extend(views.into_iter().map(|view| Listed { name: view.name, is_view: true }));
        all.sort_by_key(|listed| listed.name.to_lowercase());
        Ok(all)
    }

    async fn show_properties(self, name: &Name, key: Option<&str>) -> Done<QueryResult> {
        let own = written(name)?;
        let full = self.session.full_name(name)?;
        let properties: Vec<(String, String)> = match self.session.find(&own).await? {
            Some(Found::Delta(table, _)) => {
                let protocol = table.protocol();
                let mut properties = table.metadata().configuration.clone();
                properties.push(("delta.minReaderVersion".into(), protocol.min_reader_version.to_string()));
                properties.push(("delta.minWriterVersion".into(), protocol.min_writer_version.to_string()));
                properties.sort();
                properties
            }
            Some(Found::Files(stored)) => stored.value.properties.into_iter().collect(),
            Some(Found::View(view)) => view.value.properties.into_iter().collect(),
            Some(Found::Temporary(_)) => Vec::new(),
            None => return Err(self.session.no_table(&own, &full, name).into()),
        };
        let mut rows = Rows::texts(&["key", "value"]);
        match key {
            Some(key) => {
                let found = properties.iter().find(|(known, _)| known == key);
                let found = found.map(|(key, value)| redaction::shown(key, value).to_owned());
                let missing = || format!("Table {full} does not have property: {key}");
                rows.push([key.into(), found.unwrap_or_else(missing).into()]);
            }
            None => properties.iter().for_each(|(key, value)| rows.push_texts([key, redaction::shown(key, value)])),
        }
        Ok(rows.result()?)
    }

    async fn show_partitions(self, name: &Name, show: &Show) -> Done<QueryResult> {
        let mut table = self.session.table_to_change(name, "SHOW PARTITIONS").await?;
        let columns = table.table.metadata().partition_columns.clone();
        if columns.is_empty() {
            let title = format!("table {} is not partitioned", table.quoted());
            let condition = Condition::INVALID_PARTITION_OPERATION_PARTITION_SCHEMA_IS_EMPTY;
            return Err(fault(condition, title, name).into());
        }
        let mut wanted: Vec<(String, String)> = Vec::new();
        for (column, value) in &show.partition {
            let own = columns.iter().find(|own| column.text.matches(own));
            let text = value.as_ref().and_then(|value| match &value.kind {
                ExpressionKind::Literal(literal) => Some(plain(literal)),
                _ => None,
            });
            match (own, text) {
                (Some(own), Some(text)) => wanted.push((own.clone(), text)),
                (Some(_), None) => {
                    return Err(placed(not_built("a partition value that is no constant"), &column.origin).into());
                }
                (None, _) => {
                    let title = format!("`{}` is no partition column of table {}", column.text, quoted(&table.name));
                    let fault = Diagnostic::error(Condition::PARTITIONS_NOT_FOUND, title);
                    return Err(placed(fault, &column.origin).into());
                }
            }
        }
        let files = table.table.files().await?;
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| NULL_PARTITION.to_owned());
        let is_wanted = |values: &[(String, Option<String>)]| {
            wanted
                .iter()
                .all(|(column, text)| values.iter().any(|(name, value)| name == column && shown(value) == *text))
        };
        let partitions: BTreeSet<String> = files
            .iter()
            .filter(|file| is_wanted(&file.partition_values))
            .map(|file| {
                let part = |(column, value): &(String, Option<String>)| format!("{column}={}", shown(value));
                file.partition_values.iter().map(part).collect::<Vec<_>>().join("/")
            })
            .collect();
        one_column("partition", partitions.into_iter(), None)
    }

    /// The columns of a table or view.
    pub(super) async fn columns_of(self, name: &Name) -> Done<Vec<lakesmith_unresolved::StructField>> {
        let own = written(name)?;
        if let Some(Found::Delta(table, _)) = self.session.find(&own).await? {
            return Ok(table.metadata().schema.clone());
        }
        use lakesmith_unresolved::{Relation, RelationKind};
        let kind = RelationKind::NamedTable {
            name: name.clone(),
            options: Vec::new(),
            is_streaming: false,
            time_travel: None,
        };
        let relation = Relation::new(kind, name.origin.clone());
        let (resolved, _) = self.session.resolve(&relation, self.sources).await?;
        Ok(resolved.declared_schema())
    }
}

/// A name as Spark's catalogs hold it.
fn folded(name: &str) -> String {
    name.to_lowercase()
}

fn is_global(scope: Option<&Name>) -> bool {
    scope.is_some_and(|scope| scope.parts.len() == 1 && scope.parts[0].text.matches(GLOBAL_TEMPORARY))
}

fn one_column(name: &str, values: impl Iterator<Item = String>, pattern: Option<&str>) -> Done<QueryResult> {
    let mut rows = Rows::texts(&[name]);
    values.filter(|value| fits(value, pattern)).for_each(|value| rows.push([value.into()]));
    Ok(rows.result()?)
}

/// A constant as the log of a table writes it.
fn plain(literal: &Literal) -> String {
    match literal {
        Literal::String(text) => text.clone(),
        Literal::Null(_) => NULL_PARTITION.to_owned(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Byte(value) => value.to_string(),
        Literal::Short(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Long(value) => value.to_string(),
        Literal::Date(days) => lakesmith_functions::text_value::format_date(*days),
        other => format!("{other:?}"),
    }
}

/// A full name without back-quotes, in the words of Spark's answers.
pub(super) fn plain_name(full: &QualifiedName) -> String {
    full.to_string()
}
