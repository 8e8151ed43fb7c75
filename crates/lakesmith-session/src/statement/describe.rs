//! DESCRIBE: tables, columns, schemas, functions and queries, and Delta's DETAIL and HISTORY.

use std::path::Path;

use lakesmith_delta::protocol::CURRENT_DEFAULT;
use lakesmith_delta::{DeltaTable, Metadata};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::command::{DescribeTarget, ObjectKind};
use lakesmith_unresolved::{Name, NamePart, SparkType, StructField};

use crate::lookup::{Found, TableOf, written};
use crate::objects::{SchemaMode, StoredColumn, StoredContainer, StoredView};
use crate::result::QueryResult;
use crate::rows::{Rows, Value};
use crate::statement::show::plain_name;
use crate::statement::table_definition::{CLUSTER_BY, text_of};
use crate::statement::{Running, refused};
use crate::trouble::{Done, fault, not_built, placed};
use crate::warehouse::committed;

impl Running<'_> {
    pub(super) async fn describe(self, target: &DescribeTarget, mode: &str, as_json: bool) -> Done<QueryResult> {
        let extended = matches!(mode, "EXTENDED" | "FORMATTED");
        match target {
            DescribeTarget::Query(query) => {
                let (resolved, _) = self.session.resolve(query, self.sources).await?;
                let mut rows = column_rows();
                resolved.schema().iter().for_each(|field| push_column(&mut rows, field));
                Ok(rows.result()?)
            }
            DescribeTarget::Object { name, .. } if as_json => {
                Err(placed(not_built("DESCRIBE … AS JSON"), &name.origin).into())
            }
            DescribeTarget::Object { object: ObjectKind::Schema, name, .. } => self.describe_schema(name, extended),
            DescribeTarget::Object { object: ObjectKind::Catalog, name, .. } => self.describe_catalog(name),
            DescribeTarget::Object { object: ObjectKind::Function, name, .. } => self.describe_function(name),
            DescribeTarget::Object { object: ObjectKind::Table | ObjectKind::View, name, column, partition } => {
                if let Some((column, _)) = partition.first() {
                    return Err(placed(not_built("DESCRIBE … PARTITION"), &column.origin).into());
                }
                match (mode, column) {
                    ("DETAIL", _) => self.describe_detail(name).await,
                    ("HISTORY", _) => self.describe_history(name).await,
                    (_, Some(column)) => self.describe_column(name, column, extended).await,
                    (_, None) => self.describe_table(name, extended).await,
                }
            }
            DescribeTarget::Object { object, .. } => Err(refused(&format!("DESCRIBE {}", object.keyword())).into()),
        }
    }

    fn describe_schema(self, name: &Name, extended: bool) -> Done<QueryResult> {
        let session = self.session;
        let (catalog, schema) = session.existing_schema(name)?;
        let stored = session.stored_schema(&catalog, &schema)?.map(|read| read.value).unwrap_or_default();
        let mut rows = Rows::texts(&["info_name", "info_value"]);
        rows.push_texts(["Catalog Name", catalog.as_str()]);
        rows.push_texts(["Namespace Name", schema.as_str()]);
        if let Some(comment) = &stored.comment {
            rows.push_texts(["Comment", comment]);
        }
        if let Some(path) = super::container::path_of(&[catalog, schema]) {
            let folder = lakesmith_project::path::table_folder(session.warehouse().folder(), &path);
            rows.push(["Location".into(), uri(&folder).into()]);
        }
        if extended {
            let pairs: Vec<String> = stored.properties.iter().map(|(key, value)| format!("({key},{value})")).collect();
            let shown = if pairs.is_empty() { String::new() } else { format!("({})", pairs.join(", ")) };
            rows.push(["Properties".into(), shown.into()]);
        }
        Ok(rows.result()?)
    }

    fn describe_catalog(self, name: &Name) -> Done<QueryResult> {
        let (kind, path) = self.container(ObjectKind::Catalog, name)?;
        let stored = self.session.objects().read::<StoredContainer>(kind, &path)?;
        let mut rows = Rows::texts(&["info_name", "info_value"]);
        rows.push_texts(["Catalog Name", path.last().as_str()]);
        if let Some(comment) = stored.and_then(|stored| stored.value.comment) {
            rows.push_texts(["Comment", &comment]);
        }
        Ok(rows.result()?)
    }

    fn describe_function(self, name: &Name) -> Done<QueryResult> {
        let own = written(name)?;
        let shown = own.last().as_str();
        let Some(function) = lakesmith_functions::registry::find(shown) else {
            let title = format!("there is no function `{own}`");
            return Err(fault(Condition::UNRESOLVED_ROUTINE, title, name).help("`SHOW FUNCTIONS` lists them").into());
        };
        let (fewest, most) = function.arity;
        let arguments = match (fewest, most) {
            (fewest, most) if fewest == most => format!("{fewest}"),
            (fewest, usize::MAX) => format!("{fewest} or more"),
            (fewest, most) => format!("{fewest} to {most}"),
        };
        let kind = match function.role {
            lakesmith_functions::Role::Scalar => "a value for each row",
            lakesmith_functions::Role::Aggregate => "a value for each group",
            lakesmith_functions::Role::Window => "a value for each row, over a window",
        };
        let mut rows = Rows::texts(&["function_desc"]);
        rows.push([format!("Function: {}", shown.to_lowercase()).into()]);
        if function.names.len() > 1 {
            rows.push([format!("Names: {}", function.names.join(", ")).into()]);
        }
        rows.push([format!("Usage: {arguments} arguments; gives {kind}.").into()]);
        Ok(rows.result()?)
    }

    async fn describe_table(self, name: &Name, extended: bool) -> Done<QueryResult> {
        let own = written(name)?;
        let full = self.session.full_name(name)?;
        let mut rows = column_rows();
        match self.session.find(&own).await? {
            Some(Found::Delta(table, external)) => {
                push_table(&mut rows, table.metadata());
                if extended {
                    let kind = if external.is_some() { "EXTERNAL" } else { "MANAGED" };
                    push_details(&mut rows, &table_details(&table, &plain_name(&full), kind));
                }
            }
            Some(Found::Files(stored)) => {
                self.columns_of(name).await?.iter().for_each(|field| push_column(&mut rows, field));
                if extended {
                    let mut details = vec![
                        ("Name", plain_name(&full)),
                        ("Type", "EXTERNAL".to_owned()),
                        ("Location", stored.value.location.clone()),
                        ("Provider", stored.value.format.clone()),
                    ];
                    details.extend(stored.value.comment.clone().map(|comment| ("Comment", comment)));
                    push_details(&mut rows, &details);
                }
            }
            Some(Found::View(view)) => {
                let view = self.view_now(name, view.value).await;
                push_view(&mut rows, &view);
                if extended {
                    push_details(&mut rows, &view_details(&view, &full));
                }
            }
            Some(Found::Temporary(_)) => {
                self.columns_of(name).await?.iter().for_each(|field| push_column(&mut rows, field));
            }
            None => return Err(self.session.no_table(&own, &full, name).into()),
        }
        Ok(rows.result()?)
    }

    /// A view with the columns that it has now, where it follows its query and that can be read.
    async fn view_now(self, name: &Name, mut view: StoredView) -> StoredView {
        if !matches!(view.schema_mode, SchemaMode::TypeEvolution | SchemaMode::Evolution) {
            return view;
        }
        let Ok(columns) = self.columns_of(name).await else { return view };
        let before = std::mem::take(&mut view.columns);
        for field in columns {
            let own = before.iter().find(|column| field.name.matches(&column.name));
            let query_name = own.map_or(field.name.as_str(), |column| column.query_name.as_str()).to_owned();
            let comment = field.comment.clone();
            let (name, data_type) = (field.name.as_str().to_owned(), field.data_type.to_string());
            view.columns.push(StoredColumn { name, query_name, data_type, comment });
        }
        view
    }

    async fn describe_column(self, name: &Name, column: &[NamePart], extended: bool) -> Done<QueryResult> {
        let columns = self.columns_of(name).await?;
        let found = match column {
            [own] => columns.iter().find(|field| field.name == own.text),
            _ => None,
        };
        let Some(field) = found else {
            let shown = column.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".");
            let names: Vec<String> = columns.iter().map(|field| format!("`{}`", field.name)).collect();
            let fault = Diagnostic::error(Condition::COLUMN_NOT_FOUND, format!("there is no column `{shown}`"));
            let fault = fault.help(format!("its columns are {}", names.join(", ")));
            return Err(match column.first() {
                Some(first) => placed(fault, &first.origin).into(),
                None => fault.into(),
            });
        };
        let mut rows = Rows::texts(&["info_name", "info_value"]);
        rows.push_texts(["col_name", field.name.as_str()]);
        rows.push(["data_type".into(), field.data_type.simple_name().into()]);
        rows.push_texts(["comment", field.comment.as_deref().unwrap_or("NULL")]);
        if extended {
            // statistics of columns are not kept
            for name in ["min", "max", "num_nulls", "distinct_count", "avg_col_len", "max_col_len", "histogram"] {
                rows.push_texts([name, "NULL"]);
            }
        }
        Ok(rows.result()?)
    }

    async fn described(self, name: &Name, what: &str) -> Done<TableOf> {
        self.session.table_to_change(name, what).await
    }

    async fn describe_detail(self, name: &Name) -> Done<QueryResult> {
        let mut table = self.described(name, "DESCRIBE DETAIL").await?;
        let files = table.table.files().await?;
        let metadata = table.table.metadata();
        let protocol = table.table.protocol();
        let folder = Path::new(table.table.store().folder());
        let texts = SparkType::array(SparkType::STRING);
        let mut rows = Rows::new(&[
            ("format", SparkType::STRING),
            ("id", SparkType::STRING),
            ("name", SparkType::STRING),
            ("description", SparkType::STRING),
            ("location", SparkType::STRING),
            ("createdAt", SparkType::Timestamp),
            ("lastModified", SparkType::Timestamp),
            ("partitionColumns", texts.clone()),
            ("clusteringColumns", texts.clone()),
            ("numFiles", SparkType::Long),
            ("sizeInBytes", SparkType::Long),
            ("properties", SparkType::map(SparkType::STRING, SparkType::STRING)),
            ("minReaderVersion", SparkType::Integer),
            ("minWriterVersion", SparkType::Integer),
            ("tableFeatures", texts),
        ]);
        let features = protocol.reader_features.iter().chain(&protocol.writer_features).flatten().cloned();
        let features: std::collections::BTreeSet<String> =
            features.chain(legacy(protocol.min_writer_version)).collect();
        let properties = metadata.configuration.iter().filter(|(key, _)| key != CLUSTER_BY).cloned().collect();
        rows.push([
            "delta".into(),
            metadata.id.clone().into(),
            plain_name(&table.name).into(),
            metadata.description.clone().into(),
            uri(folder).into(),
            metadata.created_time.map_or(Value::Null, |millis| Value::Time(millis * 1000)),
            committed(folder, table.table.version()).map_or(Value::Null, Value::Time),
            Value::List(metadata.partition_columns.clone()),
            Value::List(clustering_columns(metadata)),
            Value::Long(i64::try_from(files.len()).unwrap_or(i64::MAX)),
            Value::Long(files.iter().map(|file| file.size).sum()),
            Value::Map(properties),
            Value::Int(protocol.min_reader_version),
            Value::Int(protocol.min_writer_version),
            Value::List(features.into_iter().collect()),
        ]);
        Ok(rows.result()?)
    }

    async fn describe_history(self, name: &Name) -> Done<QueryResult> {
        let table = self.described(name, "DESCRIBE HISTORY").await?;
        let map = SparkType::map(SparkType::STRING, SparkType::STRING);
        let mut rows = Rows::new(&[
            ("version", SparkType::Long),
            ("timestamp", SparkType::Timestamp),
            ("userId", SparkType::STRING),
            ("userName", SparkType::STRING),
            ("operation", SparkType::STRING),
            ("operationParameters", map.clone()),
            ("job", SparkType::STRING),
            ("notebook", SparkType::STRING),
            ("clusterId", SparkType::STRING),
            ("readVersion", SparkType::Long),
            ("isolationLevel", SparkType::STRING),
            ("isBlindAppend", SparkType::Boolean),
            ("operationMetrics", map),
            ("userMetadata", SparkType::STRING),
            ("engineInfo", SparkType::STRING),
        ]);
        for record in table.table.history().await? {
            let read = (record.version > 0).then_some(record.version - 1);
            rows.push([
                Value::Long(record.version),
                record.timestamp_millis.map_or(Value::Null, |millis| Value::Time(millis * 1000)),
                Value::Null,
                Value::Null,
                record.operation.into(),
                Value::Map(record.parameters),
                Value::Null,
                Value::Null,
                Value::Null,
                read.map_or(Value::Null, Value::Long),
                "Serializable".into(),
                record.is_blind_append.map_or(Value::Null, Value::Bool),
                Value::Map(record.metrics),
                Value::Null,
                record.engine.into(),
            ]);
        }
        Ok(rows.result()?)
    }
}

fn column_rows() -> Rows {
    Rows::texts(&["col_name", "data_type", "comment"])
}

fn push_column(rows: &mut Rows, field: &StructField) {
    rows.push([field.name.as_str().into(), field.data_type.simple_name().into(), field.comment.clone().into()]);
}

fn push_table(rows: &mut Rows, metadata: &Metadata) {
    metadata.schema.iter().for_each(|field| push_column(rows, field));
    let mut section = |title: &str, columns: &[String]| {
        if columns.is_empty() {
            return;
        }
        rows.push_texts([title, "", ""]);
        rows.push_texts(["# col_name", "data_type", "comment"]);
        let known = |column: &String| metadata.schema.iter().find(|field| field.name.matches(column));
        columns.iter().filter_map(known).for_each(|field| push_column(rows, field));
    };
    section("# Partition Information", &metadata.partition_columns);
    section("# Clustering Information", &clustering_columns(metadata));
    let given = |field: &StructField| text_of(field, CURRENT_DEFAULT);
    if metadata.schema.iter().any(|field| given(field).is_some()) {
        rows.push_texts(["", "", ""]);
        rows.push_texts(["# Column Default Values", "", ""]);
        for (field, default) in metadata.schema.iter().filter_map(|field| Some((field, given(field)?))) {
            rows.push([field.name.as_str().into(), field.data_type.simple_name().into(), default.into()]);
        }
    }
}

fn push_view(rows: &mut Rows, view: &StoredView) {
    for column in &view.columns {
        let data_type = crate::stored_view::data_type_of(column);
        let shown = data_type.map_or_else(|| column.data_type.to_lowercase(), |data_type| data_type.simple_name());
        rows.push([column.name.as_str().into(), shown.into(), column.comment.clone().into()]);
    }
}

fn push_details(rows: &mut Rows, details: &[(&str, String)]) {
    rows.push_texts(["", "", ""]);
    rows.push_texts(["# Detailed Table Information", "", ""]);
    for (name, value) in details {
        rows.push_texts([name, value, ""]);
    }
}

fn table_details(table: &DeltaTable, name: &str, kind: &str) -> Vec<(&'static str, String)> {
    let metadata = table.metadata();
    let mut details = vec![("Name", name.to_owned()), ("Type", kind.to_owned())];
    details.extend(metadata.description.clone().map(|comment| ("Comment", comment)));
    if let Some(millis) = metadata.created_time {
        details.push(("Created Time", lakesmith_functions::text_value::format_timestamp(millis * 1000)));
    }
    details.push(("Location", uri(Path::new(table.store().folder()))));
    details.push(("Provider", "delta".to_owned()));
    let protocol = table.protocol();
    let mut properties: Vec<String> =
        metadata.configuration.iter().map(|(key, value)| format!("{key}={value}")).collect();
    properties.push(format!("delta.minReaderVersion={}", protocol.min_reader_version));
    properties.push(format!("delta.minWriterVersion={}", protocol.min_writer_version));
    properties.sort();
    details.push(("Table Properties", format!("[{}]", properties.join(","))));
    details
}

fn view_details(view: &StoredView, full: &lakesmith_base::QualifiedName) -> Vec<(&'static str, String)> {
    let [catalog, schema, own] = full.parts() else { return Vec::new() };
    let mut details = vec![
        ("Catalog", catalog.as_str().to_owned()),
        ("Database", schema.as_str().to_owned()),
        ("Table", own.as_str().to_owned()),
        ("Created Time", lakesmith_functions::text_value::format_timestamp(view.created_micros)),
        ("Type", "VIEW".to_owned()),
    ];
    details.extend(view.comment.clone().map(|comment| ("Comment", comment)));
    details.push(("View Text", view.text.clone()));
    details.push(("View Original Text", view.text.clone()));
    details.push(("View Schema Mode", view.schema_mode.keyword().to_owned()));
    details.push(("View Catalog and Namespace", format!("{}.{}", view.catalog, view.schema)));
    let columns: Vec<String> = view.columns.iter().map(|column| format!("`{}`", column.query_name)).collect();
    details.push(("View Query Output Columns", format!("[{}]", columns.join(", "))));
    if !view.properties.is_empty() {
        let pairs: Vec<String> = view.properties.iter().map(|(key, value)| format!("{key}={value}")).collect();
        details.push(("Table Properties", format!("[{}]", pairs.join(", "))));
    }
    details
}

fn clustering_columns(metadata: &Metadata) -> Vec<String> {
    metadata.property(CLUSTER_BY).map(|columns| columns.split(',').map(str::to_owned).collect()).unwrap_or_default()
}

/// The features that an old writer version stands for.
fn legacy(writer_version: i32) -> impl Iterator<Item = String> {
    let features: &[&str] = match writer_version {
        2 => &["appendOnly", "invariants"],
        3 => &["appendOnly", "invariants", "checkConstraints"],
        4 => &["appendOnly", "invariants", "checkConstraints", "changeDataFeed", "generatedColumns"],
        _ => &[],
    };
    features.iter().map(|feature| (*feature).to_owned())
}

pub(super) fn uri(folder: &Path) -> String {
    format!("file:{}", folder.display())
}
