//! CREATE TABLE, also AS SELECT, LIKE, OR REPLACE and over files that lie elsewhere.
//!
//! A new table appears with its first commit, which holds its rows too. OR REPLACE is one commit on the table that is there.

use std::collections::BTreeMap;
use std::path::Path;

use lakesmith_base::QualifiedName;
use lakesmith_delta::{Commit, DeltaTable, Metadata, OnVersion, TableStore};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_plan::Resolved;
use lakesmith_unresolved::command::CreateTable;
use lakesmith_unresolved::{Name, NamePart, StructField};
use uuid::Uuid;

use crate::lookup::{Found, quoted, written};
use crate::objects::{Kind, StoredTable};
use crate::row_rule::constraints_of;
use crate::statement::Running;
use crate::statement::table_definition::{Definition, definition, field, storable};
use crate::trouble::{Done, fault, not_built, placed, taken};
use crate::warehouse::{open_folder, store_of};
use crate::write::{NewRows, Parts, add_parts, not_committed};

/// The folder that LOCATION names, or the option `path`.
fn path_of(create: &CreateTable) -> Done<Option<&str>> {
    let option = create.clauses.options.iter().find(|(key, ..)| key.eq_ignore_ascii_case("path"));
    match (&create.clauses.location, option) {
        (Some((_, location)), Some((.., option))) => {
            let fault =
                Diagnostic::error(Condition::DUPLICATE_CLAUSES, "LOCATION and the option `path` name two folders");
            Err(fault.at(*option, "").also(*location, "").help("keep one of them").into())
        }
        (Some((path, _)), None) | (None, Some((_, path, _))) => Ok(Some(path)),
        (None, None) => Ok(None),
    }
}

/// Formats whose files can be read where they lie.
const FILE_FORMATS: &[&str] = &["parquet", "csv", "json"];

/// The rows of a table that is made.
struct Content {
    resolved: Resolved,
}

/// Where a table is to be made.
struct Place {
    full: QualifiedName,
    store: TableStore,
    /// The folder outside of the warehouse.
    location: Option<String>,
}

impl Running<'_> {
    pub(super) async fn create_table(self, create: &CreateTable) -> Done {
        let session = self.session;
        if let Some((_, deep)) = &create.clone_of {
            let what = if *deep { "DEEP CLONE" } else { "SHALLOW CLONE" };
            let fault = placed(not_built(what), &create.name.origin);
            return Err(fault.help("write `CREATE TABLE … AS SELECT * FROM …`").into());
        }
        let full = session.full_name(&create.name)?;
        session.expect_schema_of(&full, &create.name)?;
        let replaces = create.or_replace || create.replace_only;
        let existing = session.find_stored(&full).await?;
        match &existing {
            Some(_) if create.if_not_exists => return Ok(()),
            Some(Found::View(_)) if replaces => {
                let title = format!("`CREATE OR REPLACE TABLE` expects a table but {} is a view", quoted(&full));
                return Err(fault(Condition::EXPECT_TABLE_NOT_VIEW_NO_ALTERNATIVE, title, &create.name).into());
            }
            Some(_) if !replaces => return Err(there(&full, &create.name).into()),
            None if create.replace_only => {
                return Err(session.no_table(&written(&create.name)?, &full, &create.name).into());
            }
            _ => {}
        }
        let format = create.clauses.format.as_ref();
        match format.map(|format| format.text.folded()).as_deref() {
            None | Some("delta") => {}
            Some(other) if FILE_FORMATS.contains(&other) => return self.create_file_table(create, &full, other),
            Some(_) => return Err(unknown_format(format).into()),
        }
        let content = match &create.query {
            Some(query) => Some(Content { resolved: session.resolve(query, self.sources).await?.0 }),
            None => None,
        };
        let place = self.place(create, full)?;
        let definition = self.definition(create, content.as_ref(), &place).await?;
        match existing {
            Some(Found::Delta(table, external)) => {
                let moves = match (&external, &place.location) {
                    (None, Some(_)) => true,
                    (Some(stored), Some(location)) => stored.value.location != *location,
                    _ => false,
                };
                if moves {
                    let what = "CREATE OR REPLACE TABLE with another LOCATION";
                    return Err(placed(not_built(what), &create.name.origin).into());
                }
                self.replace(*table, &definition, content, &place.full).await
            }
            Some(_) => Err(placed(not_built("CREATE OR REPLACE of a table of files"), &create.name.origin).into()),
            None => self.make(create, definition, content, &place).await,
        }
    }

    fn place(self, create: &CreateTable, full: QualifiedName) -> Done<Place> {
        let Some(path) = path_of(create)? else {
            let store = store_of(&self.session.warehouse().folder_of(&full))?;
            return Ok(Place { full, store, location: None });
        };
        let folder = crate::catalog::local(self.session, path)?;
        let store = store_of(&folder)?;
        Ok(Place { full, location: Some(store.folder().to_owned()), store })
    }

    /// Columns and clauses, from the statement, the query, or the table after LIKE.
    async fn definition(self, create: &CreateTable, content: Option<&Content>, place: &Place) -> Done<Definition> {
        let table = quoted(&place.full);
        let mut schema = create.columns.iter().map(field).collect::<Done<Vec<StructField>>>()?;
        if let Some(content) = content {
            if !schema.is_empty() {
                let title = "CREATE TABLE AS SELECT takes its columns from the query";
                let fault = Diagnostic::error(Condition::INVALID_SQL_SYNTAX, title).at(create.columns[0].span, "");
                return Err(fault.help("leave out the column list, and cast in the query").into());
            }
            for column in content.resolved.declared_schema() {
                let column = StructField { nullable: true, metadata: None, ..column };
                storable(&column, None)?;
                schema.push(column);
            }
        }
        if let Some(like) = &create.like {
            return self.like(create, like, &table).await;
        }
        let definition = definition(self.session, schema, &create.constraints, &create.clauses, &table)?;
        let metadata = self.first_metadata(&definition);
        self.session.check_rules(&definition.schema, &constraints_of(&metadata)).await?;
        self.check_computed(&create.columns, &definition.schema).await?;
        Ok(definition)
    }

    async fn like(self, create: &CreateTable, like: &Name, table: &str) -> Done<Definition> {
        let own = written(like)?;
        let (schema, partition_columns) = match self.session.find(&own).await? {
            Some(Found::Delta(source, _)) => {
                (source.metadata().schema.clone(), source.metadata().partition_columns.clone())
            }
            Some(_) => (self.columns_of(like).await?, Vec::new()),
            None => return Err(self.session.no_table(&own, &self.session.full_name(like)?, like).into()),
        };
        let mut definition = definition(self.session, schema, &create.constraints, &create.clauses, table)?;
        definition.partition_columns = partition_columns;
        Ok(definition)
    }

    async fn make(self, create: &CreateTable, definition: Definition, content: Option<Content>, place: &Place) -> Done {
        let name = quoted(&place.full);
        let folder = Path::new(place.store.folder());
        let found = if place.location.is_some() { open_folder(folder).await? } else { None };
        if let Some(found) = &found {
            if content.is_some() {
                return Err(there(&place.full, &create.name).into());
            }
            same_columns(found, &definition, &create.name)?;
        } else if definition.schema.is_empty() && content.is_none() && place.location.is_some() {
            let title = format!("there is no Delta table in `{}`", folder.display());
            let fault = fault(Condition::DELTA_PATH_DOES_NOT_EXIST, title, &create.name);
            return Err(fault.help("give the columns of the new table").into());
        } else {
            // what a dead process has left in the warehouse is in nobody's way
            let is_foreign = place.location.is_some();
            if is_foreign && folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
                let title = format!("the folder `{}` is not empty and holds no Delta table", folder.display());
                return Err(fault(Condition::DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION, title, &create.name).into());
            }
            let metadata = self.first_metadata(&definition);
            let operation = match (&content, create.or_replace) {
                (Some(_), true) => "CREATE OR REPLACE TABLE AS SELECT",
                (Some(_), false) => "CREATE TABLE AS SELECT",
                (None, true) => "CREATE OR REPLACE TABLE",
                (None, false) => "CREATE TABLE",
            };
            let mut commit = self.session.commit_of(operation);
            commit.parameters = parameters(&metadata);
            commit.on_version = OnVersion::Exactly(-1);
            let parts = self.content(&place.store, &name, &metadata, content).await?;
            add_parts(&mut commit, &parts);
            commit.metadata = Some(metadata);
            match DeltaTable::create(&place.store, &commit).await {
                Ok(_) => parts.committed(),
                Err(error) => {
                    parts.given_up(&error).await;
                    return Err(match error {
                        lakesmith_delta::CommitError::VersionMoved { .. } if create.if_not_exists => return Ok(()),
                        lakesmith_delta::CommitError::VersionMoved { .. } => there(&place.full, &create.name).into(),
                        other => not_committed(other, &name),
                    });
                }
            }
        }
        match &place.location {
            Some(location) => self.register(create, &place.full, "delta", location, None),
            None => Ok(()),
        }
    }

    async fn content(
        self,
        store: &TableStore,
        table: &str,
        metadata: &Metadata,
        content: Option<Content>,
    ) -> Done<Parts> {
        let Some(Content { resolved }) = content else { return Ok(Parts::none(store)) };
        let plan = resolved
            .named_plan()
            .map_err(|error| lakesmith_engine::EngineError::from_datafusion("plan write", error))?;
        let rules = constraints_of(metadata);
        let (plan, rules) = self.session.with_rules(&metadata.schema, plan, rules).await?;
        self.session.write(NewRows { store, table, metadata, plan, rules }).await
    }

    /// OR REPLACE of a table that is there.
    async fn replace(
        self,
        mut table: DeltaTable,
        definition: &Definition,
        content: Option<Content>,
        full: &QualifiedName,
    ) -> Done {
        let name = quoted(full);
        let metadata = Metadata { id: table.metadata().id.clone(), ..self.first_metadata(definition) };
        let operation = if content.is_some() { "CREATE OR REPLACE TABLE AS SELECT" } else { "CREATE OR REPLACE TABLE" };
        let mut commit = self.session.commit_of(operation);
        commit.parameters = parameters(&metadata);
        commit.removes = table.files().await?;
        commit.on_version = OnVersion::Exactly(table.version());
        let store = table.store().clone();
        let parts = self.content(&store, &name, &metadata, content).await?;
        add_parts(&mut commit, &parts);
        commit.metadata = Some(metadata);
        self.finish(&mut table, commit, parts, &name).await
    }

    /// Commits parts, or removes them.
    pub(super) async fn finish(self, table: &mut DeltaTable, commit: Commit, parts: Parts, name: &str) -> Done {
        match self.session.try_commit(table, &commit).await {
            Ok(_) => {
                parts.committed();
                Ok(())
            }
            Err(error) => {
                parts.given_up(&error).await;
                Err(not_committed(error, name))
            }
        }
    }

    fn first_metadata(self, definition: &Definition) -> Metadata {
        Metadata {
            id: Uuid::new_v4().to_string(),
            name: None,
            description: definition.comment.clone(),
            schema: definition.schema.clone(),
            partition_columns: definition.partition_columns.clone(),
            configuration: definition.properties.clone(),
            created_time: Some(self.session.settings().clock.now_micros() / 1000),
        }
    }

    /// A table over files that lie elsewhere; it is only read.
    fn create_file_table(self, create: &CreateTable, full: &QualifiedName, format: &str) -> Done {
        let (Some(path), None) = (path_of(create)?, &create.query) else {
            let what = format!("writing tables of format {format}");
            let fault = placed(not_built(&what), &create.name.origin);
            return Err(fault.help("leave out USING for a Delta table, or read files with LOCATION").into());
        };
        if create.or_replace || create.replace_only || create.clauses.partitioned_by.is_some() {
            let what = "OR REPLACE and PARTITIONED BY of a table of files";
            return Err(placed(not_built(what), &create.name.origin).into());
        }
        let folder = crate::catalog::local(self.session, path)?;
        let schema = create.columns.iter().map(field).collect::<Done<Vec<StructField>>>()?;
        let column = |field: &StructField| format!("`{}` {}", field.name.as_str().replace('`', "``"), field.data_type);
        let text = (!schema.is_empty()).then(|| schema.iter().map(column).collect::<Vec<_>>().join(", "));
        self.register(create, full, format, &folder.display().to_string(), text)
    }

    fn register(
        self,
        create: &CreateTable,
        full: &QualifiedName,
        format: &str,
        location: &str,
        schema: Option<String>,
    ) -> Done {
        let pairs = |list: &[(String, String, lakesmith_diagnostic::Span)]| -> BTreeMap<String, String> {
            list.iter().map(|(key, value, _)| (key.clone(), value.clone())).collect()
        };
        let stored = StoredTable {
            name: full.last().as_str().to_owned(),
            format: format.to_owned(),
            location: location.to_owned(),
            schema,
            options: pairs(&create.clauses.options),
            comment: create.clauses.comment.clone(),
            properties: pairs(&create.clauses.properties),
            created_micros: self.session.settings().clock.now_micros(),
        };
        match self.session.objects().create(Kind::Table, full, &stored) {
            Err(error) if create.if_not_exists && error.kind == lakesmith_engine::ErrorKind::Conflict => Ok(()),
            made => made.map_err(|error| taken(error, || there(full, &create.name))),
        }
    }
}

/// The fault of a table that is there already.
pub(super) fn there(full: &QualifiedName, name: &Name) -> Diagnostic {
    let title = format!("there is a table or view {} already", quoted(full));
    fault(Condition::TABLE_OR_VIEW_ALREADY_EXISTS, title, name)
        .help("choose another name, drop it first, or write `IF NOT EXISTS` or `OR REPLACE`")
}

fn unknown_format(format: Option<&NamePart>) -> Diagnostic {
    let shown = format.map_or("", |format| format.text.as_str());
    let title = format!("tables of format `{shown}` are not known");
    let fault = Diagnostic::error(Condition::DATA_SOURCE_NOT_FOUND, title);
    let fault = fault.help("leave out USING for a Delta table; parquet, csv and json are read with LOCATION");
    match format {
        Some(format) => placed(fault, &format.origin),
        None => fault,
    }
}

fn same_columns(found: &DeltaTable, definition: &Definition, name: &Name) -> Done {
    let same = |(a, b): (&StructField, &StructField)| a.name == b.name && a.data_type == b.data_type;
    let schema = &found.metadata().schema;
    let is_same = schema.len() == definition.schema.len() && schema.iter().zip(&definition.schema).all(same);
    if definition.schema.is_empty() || is_same {
        return Ok(());
    }
    let title = format!("the Delta table in `{}` has other columns than the statement says", found.store().folder());
    Err(fault(Condition::DELTA_CREATE_TABLE_SCHEME_MISMATCH, title, name).help("leave out the columns").into())
}

/// What the history says about a table that is made.
fn parameters(metadata: &Metadata) -> Vec<(String, String)> {
    let json = |value: &serde_json::Value| value.to_string();
    let properties: serde_json::Map<String, serde_json::Value> =
        metadata.configuration.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
    vec![
        ("isManaged".to_owned(), "true".to_owned()),
        ("description".to_owned(), metadata.description.clone().unwrap_or_default()),
        ("partitionBy".to_owned(), json(&metadata.partition_columns.clone().into())),
        ("properties".to_owned(), json(&properties.into())),
    ]
}
