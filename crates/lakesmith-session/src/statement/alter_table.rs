//! ALTER TABLE: changes of a table's metadata, each statement one commit.
//!
//! What would need another protocol than the table's columns do, such as dropping or renaming a column, is refused by name.

use std::path::Path;

use lakesmith_base::Identifier;
use lakesmith_delta::protocol::CURRENT_DEFAULT;
use lakesmith_delta::{DeltaTable, Metadata, OnVersion};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::EngineError;
use lakesmith_unresolved::command::{AlterAction, ColumnPosition};
use lakesmith_unresolved::pipeline::{ClusterBy, ColumnDefinition, TableConstraint};
use lakesmith_unresolved::{Name, NamePart, StructField};

use crate::lookup::{Found, quoted, written};
use crate::objects::{Kind, StoredTable};
use crate::row_rule::{CONSTRAINT, RuleText};
use crate::statement::create_table::there;
use crate::statement::table_definition::{CLUSTER_BY, check, clustering, distinct_names, field, kept, set_text};
use crate::statement::{Running, refused};
use crate::trouble::{Done, fault, not_built, placed, taken};

impl Running<'_> {
    pub(super) async fn alter_table(self, name: &Name, if_exists: bool, actions: &[AlterAction]) -> Done {
        let own = written(name)?;
        let found = self.session.find(&own).await?;
        if found.is_none() && if_exists {
            return Ok(());
        }
        if let [AlterAction::RenameTo(new)] = actions {
            return self.rename(name, new, found.as_ref()).await;
        }
        for action in actions {
            self.alter(name, action).await?;
        }
        Ok(())
    }

    async fn alter(self, name: &Name, action: &AlterAction) -> Done {
        match action {
            AlterAction::AddColumns(columns) => {
                self.change_metadata(name, "ALTER TABLE … ADD COLUMNS", "ADD COLUMNS", |metadata| {
                    with_columns(metadata, columns)
                })
                .await
            }
            AlterAction::ColumnComment(column, text) => {
                self.change_metadata(name, "ALTER TABLE … ALTER COLUMN", "CHANGE COLUMN", |metadata| {
                    let mut metadata = metadata.clone();
                    let at = column_at(&metadata, column)?;
                    metadata.schema[at].comment = Some(text.clone());
                    Ok(metadata)
                })
                .await
            }
            AlterAction::ColumnNotNull(column, true) => self.set_not_null(name, column).await,
            AlterAction::ColumnNotNull(column, false) => {
                self.change_metadata(name, "ALTER TABLE … ALTER COLUMN", "CHANGE COLUMN", |metadata| {
                    let mut metadata = metadata.clone();
                    let at = column_at(&metadata, column)?;
                    metadata.schema[at].nullable = true;
                    Ok(metadata)
                })
                .await
            }
            AlterAction::ColumnPosition(column, position) => {
                self.change_metadata(name, "ALTER TABLE … ALTER COLUMN", "CHANGE COLUMN", |metadata| {
                    let mut metadata = metadata.clone();
                    let at = column_at(&metadata, column)?;
                    let moved = metadata.schema.remove(at);
                    let to = position_of(&metadata.schema, position)?;
                    metadata.schema.insert(to, moved);
                    Ok(metadata)
                })
                .await
            }
            AlterAction::ColumnType(column, data_type) => {
                self.change_metadata(name, "ALTER TABLE … ALTER COLUMN", "CHANGE COLUMN", |metadata| {
                    let field = &metadata.schema[column_at(metadata, column)?];
                    if field.data_type == *data_type {
                        return Ok(metadata.clone());
                    }
                    let title = format!(
                        "column `{}` cannot change its type from {} to {data_type}: type widening is not built yet",
                        field.name, field.data_type
                    );
                    let fault = Diagnostic::error(Condition::NOT_SUPPORTED_CHANGE_COLUMN, title);
                    Err(at_column(fault, column)
                        .help("make the table anew: `CREATE OR REPLACE TABLE … AS SELECT …`")
                        .into())
                })
                .await
            }
            AlterAction::SetProperties(properties) => {
                let mut wanted = Vec::new();
                for (key, value) in properties {
                    wanted.extend(kept(self.session, key, value)?);
                }
                self.change_metadata(name, "ALTER TABLE … SET TBLPROPERTIES", "SET TBLPROPERTIES", |metadata| {
                    Ok(with_properties(metadata, &wanted))
                })
                .await
            }
            AlterAction::UnsetProperties { keys, .. } => {
                self.change_metadata(name, "ALTER TABLE … UNSET TBLPROPERTIES", "UNSET TBLPROPERTIES", |metadata| {
                    let mut metadata = metadata.clone();
                    metadata.configuration.retain(|(key, _)| key.starts_with(CONSTRAINT) || !keys.contains(key));
                    Ok(metadata)
                })
                .await
            }
            AlterAction::ClusterBy(cluster) => self.cluster(name, cluster).await,
            AlterAction::AddConstraint(constraint) => self.add_constraint(name, constraint).await,
            AlterAction::DropConstraint { name: constraint, if_exists } => {
                self.drop_constraint(name, constraint, *if_exists).await
            }
            AlterAction::DropColumns { columns, .. } => {
                self.session.table_to_change(name, "ALTER TABLE … DROP COLUMN").await?;
                let title = "dropping a column needs column mapping, which is not built yet";
                let fault = Diagnostic::error(Condition::DELTA_UNSUPPORTED_DROP_COLUMN, title);
                let help = "make the table anew: `CREATE OR REPLACE TABLE t AS SELECT * EXCEPT (…) FROM t`";
                Err(at_column(fault, columns.first().map_or(&[], Vec::as_slice)).help(help).into())
            }
            AlterAction::RenameColumn(column, _) => {
                self.session.table_to_change(name, "ALTER TABLE … RENAME COLUMN").await?;
                let title = "renaming a column needs column mapping, which is not built yet";
                let fault = Diagnostic::error(Condition::DELTA_UNSUPPORTED_RENAME_COLUMN, title);
                Err(at_column(fault, column)
                    .help("make the table anew with `CREATE OR REPLACE TABLE … AS SELECT`")
                    .into())
            }
            AlterAction::RenameTo(_) => Err(refused("RENAME TO beside other changes").into()),
            AlterAction::ColumnDefault(column, default) => {
                if let Some(default) = default {
                    let table = self.session.table_to_change(name, "ALTER TABLE … ALTER COLUMN").await?;
                    let field = table.table.metadata().schema[column_at(table.table.metadata(), column)?].clone();
                    self.check_default(&field, default).await?;
                }
                self.change_metadata(name, "ALTER TABLE … ALTER COLUMN", "CHANGE COLUMN", |metadata| {
                    let mut metadata = metadata.clone();
                    let at = column_at(&metadata, column)?;
                    let text = default.as_ref().map(|default| default.text.as_str());
                    set_text(&mut metadata.schema[at], CURRENT_DEFAULT, text);
                    Ok(metadata)
                })
                .await
            }
            AlterAction::SetLocation(_) => Err(placed(not_built("ALTER TABLE … SET LOCATION"), &name.origin).into()),
            AlterAction::ViewQuery { .. } => Err(refused("ALTER TABLE … AS").into()),
            AlterAction::ViewSchema(_) => Err(refused("ALTER TABLE … WITH SCHEMA").into()),
            AlterAction::Other(text) => {
                let first: Vec<&str> = text.split_whitespace().take(2).collect();
                Err(placed(not_built(&format!("`ALTER TABLE … {}`", first.join(" "))), &name.origin).into())
            }
        }
    }

    /// Changes the metadata of a table in a commit; nothing is committed where nothing changes.
    pub(super) async fn change_metadata(
        self,
        name: &Name,
        statement: &str,
        operation: &str,
        change: impl FnOnce(&Metadata) -> Done<Metadata>,
    ) -> Done {
        let mut table = self.session.table_to_change(name, statement).await?;
        let metadata = change(table.table.metadata())?;
        let shown = table.quoted();
        self.commit_metadata(&mut table.table, metadata, operation, &shown).await
    }

    async fn commit_metadata(self, table: &mut DeltaTable, metadata: Metadata, operation: &str, shown: &str) -> Done {
        if metadata == *table.metadata() {
            return Ok(());
        }
        let mut commit = self.session.commit_of(operation);
        commit.metadata = Some(metadata);
        // what was checked is true of this version
        commit.on_version = OnVersion::Exactly(table.version());
        self.session.commit(table, &commit, shown).await.map(|_| ())
    }

    async fn set_not_null(self, name: &Name, column: &[NamePart]) -> Done {
        let mut table = self.session.table_to_change(name, "ALTER TABLE … ALTER COLUMN").await?;
        let mut metadata = table.table.metadata().clone();
        let at = column_at(&metadata, column)?;
        let own = metadata.schema[at].name.clone();
        let condition = format!("`{}` IS NOT NULL", own.as_str().replace('`', "``"));
        if self.breaking_rows(&table.table, &condition).await? > 0 {
            let title = format!("column `{own}` of {} holds NULL", table.quoted());
            return Err(at_column(Diagnostic::error(Condition::NOT_SUPPORTED_CHANGE_COLUMN, title), column).into());
        }
        metadata.schema[at].nullable = false;
        let shown = table.quoted();
        self.commit_metadata(&mut table.table, metadata, "CHANGE COLUMN", &shown).await
    }

    async fn cluster(self, name: &Name, cluster: &ClusterBy) -> Done {
        self.change_metadata(name, "ALTER TABLE … CLUSTER BY", "CLUSTER BY", |metadata| {
            if !metadata.partition_columns.is_empty() {
                let title = "a partitioned table cannot be clustered";
                let condition = Condition::SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED;
                return Err(fault(condition, title, name).into());
            }
            let columns = clustering(&metadata.schema, cluster, &quoted(&written(name)?))?;
            let mut metadata = metadata.clone();
            metadata.configuration.retain(|(key, _)| key != CLUSTER_BY);
            metadata.configuration.extend(columns.map(|columns| (CLUSTER_BY.to_owned(), columns)));
            metadata.configuration.sort();
            Ok(metadata)
        })
        .await
    }

    async fn add_constraint(self, name: &Name, constraint: &TableConstraint) -> Done {
        let mut table = self.session.table_to_change(name, "ALTER TABLE … ADD CONSTRAINT").await?;
        let shown = table.quoted();
        let Some((own, text)) = check(self.session, constraint, 0, &shown) else { return Ok(()) };
        let mut metadata = table.table.metadata().clone();
        let key = format!("{CONSTRAINT}{own}");
        if metadata.configuration.iter().any(|(known, _)| known.eq_ignore_ascii_case(&key)) {
            let title = format!("table {shown} has a constraint `{own}` already");
            return Err(Diagnostic::error(Condition::CONSTRAINT_ALREADY_EXISTS, title).at(constraint.span, "").into());
        }
        let broken = self.breaking_rows(&table.table, &text).await?;
        if broken > 0 {
            let verb = if broken == 1 { "row of" } else { "rows of" };
            let breaks = if broken == 1 { "breaks" } else { "break" };
            let title = format!("{broken} {verb} {shown} {breaks} the new CHECK constraint: {text}");
            let fault = Diagnostic::error(Condition::NEW_CHECK_CONSTRAINT_VIOLATION, title).at(constraint.span, "");
            return Err(fault.help("correct the rows first").into());
        }
        metadata.configuration.push((key, text));
        metadata.configuration.sort();
        self.commit_metadata(&mut table.table, metadata, "ADD CONSTRAINT", &shown).await
    }

    async fn drop_constraint(self, name: &Name, constraint: &NamePart, if_exists: bool) -> Done {
        let key = format!("{CONSTRAINT}{}", constraint.text.as_str());
        self.change_metadata(name, "ALTER TABLE … DROP CONSTRAINT", "DROP CONSTRAINT", |metadata| {
            let mut metadata = metadata.clone();
            let before = metadata.configuration.len();
            metadata.configuration.retain(|(known, _)| !known.eq_ignore_ascii_case(&key));
            if metadata.configuration.len() == before && !if_exists {
                let title = format!("the table has no constraint `{}`", constraint.text);
                let fault = Diagnostic::error(Condition::CONSTRAINT_DOES_NOT_EXIST, title);
                return Err(placed(fault, &constraint.origin).into());
            }
            Ok(metadata)
        })
        .await
    }

    /// How many rows of a table do not meet a condition.
    async fn breaking_rows(self, table: &DeltaTable, condition: &str) -> Done<u64> {
        use datafusion::datasource::provider_as_source;
        use datafusion::logical_expr::{Expr, LogicalPlanBuilder, not};
        use lakesmith_engine::{Executor, LocalExecutor, RelationSource};
        let broken = |error| EngineError::from_datafusion("check rows", error);
        let schema = table.metadata().schema.clone();
        let rows = crate::catalog::scan(table.clone()).await?;
        let columns = schema.iter().map(|field| {
            let column = datafusion::prelude::Column::new(Some("stored"), field.name.as_str());
            Expr::Column(column).alias(field.name.as_str())
        });
        let plan = LogicalPlanBuilder::scan("stored", provider_as_source(rows.provider()), None)
            .and_then(|plan| plan.project(columns.collect::<Vec<_>>()))
            .and_then(LogicalPlanBuilder::build)
            .map_err(broken)?;
        let violation = Condition::NEW_CHECK_CONSTRAINT_VIOLATION;
        let rule = RuleText { name: "check".to_owned(), text: condition.to_owned(), violation };
        let (plan, rules) = self.session.with_rules(&schema, plan, vec![rule]).await?;
        let Some(rule) = rules.first() else { return Ok(0) };
        let plan = LogicalPlanBuilder::from(plan).filter(not(rule.condition.clone().is_true()));
        let plan = plan.and_then(LogicalPlanBuilder::build).map_err(broken)?;
        let context = self.session.context();
        let physical = context.state().create_physical_plan(&plan).await.map_err(broken)?;
        Ok(LocalExecutor::new(context.task_ctx()).drain(physical).await?)
    }

    /// RENAME TO: the folder of a table of the warehouse moves in one step.
    async fn rename(self, name: &Name, new: &Name, found: Option<&Found>) -> Done {
        let session = self.session;
        let (own, from) = (written(name)?, session.full_name(name)?);
        let to = self.renamed(&from, new)?;
        if session.find_stored(&to).await?.is_some() {
            return Err(there(&to, new).into());
        }
        match found {
            Some(Found::Delta(_, None)) => {
                let (old, next) = (session.warehouse().folder_of(&from), session.warehouse().folder_of(&to));
                rename_folder(&old, &next).map_err(|error| taken(error, || there(&to, new)))
            }
            Some(Found::Delta(_, Some(stored)) | Found::Files(stored)) => {
                let moved = StoredTable { name: to.last().as_str().to_owned(), ..stored.value.clone() };
                let made = session.objects().create(Kind::Table, &to, &moved);
                made.map_err(|error| taken(error, || there(&to, new)))?;
                Ok(session.objects().remove(Kind::Table, &from)?)
            }
            Some(_) => session.table_to_change(name, "ALTER TABLE … RENAME TO").await.map(|_| ()),
            None => Err(session.no_table(&own, &from, name).into()),
        }
    }

    /// The full name of a table or view that is renamed; it stays in its schema.
    pub(super) fn renamed(
        self,
        from: &lakesmith_base::QualifiedName,
        new: &Name,
    ) -> Done<lakesmith_base::QualifiedName> {
        let own = written(new)?;
        let [catalog, schema, _] = from.parts() else { return Ok(own) };
        let to = self.session.table_name_in(&own, catalog, schema).unwrap_or_else(|| own.clone());
        let stays = to.parts().len() == 3 && to.parts()[0] == *catalog && to.parts()[1] == *schema;
        if stays {
            return Ok(to);
        }
        let title = format!("{} cannot move to another schema by RENAME", quoted(from));
        Err(fault(Condition::CANNOT_RENAME_ACROSS_SCHEMA, title, new).help("write its new name alone").into())
    }
}

fn rename_folder(old: &Path, new: &Path) -> Result<(), EngineError> {
    // a folder that is there and empty would be replaced, and holds no table
    std::fs::rename(old, new).map_err(|error| {
        if new.join("_delta_log").is_dir() {
            return EngineError::new(lakesmith_engine::ErrorKind::Conflict, "rename table", "the name is taken");
        }
        EngineError::io("rename table", old, error)
    })
}

fn with_columns(metadata: &Metadata, columns: &[(ColumnDefinition, ColumnPosition)]) -> Done<Metadata> {
    let mut metadata = metadata.clone();
    for (column, position) in columns {
        if column.default.is_some() || column.generated.is_some() {
            let what = format!("DEFAULT or GENERATED of the new column `{}`", column.name.text);
            let help =
                "add the column, and then `ALTER TABLE … ALTER COLUMN … SET DEFAULT …`: rows that are there keep NULL";
            return Err(not_built(&what).at(column.span, "").help(help).into());
        }
        let new = field(column)?;
        if !new.nullable {
            let title = format!("column `{}` is NOT NULL, but rows that are there have no value for it", new.name);
            let fault = Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title).at(column.span, "");
            return Err(fault.help("add it without NOT NULL").into());
        }
        let known: Vec<&Identifier> = metadata.schema.iter().map(|field| &field.name).collect();
        if let Err(crate::trouble::Trouble::Wrong(faults)) = distinct_names(known.into_iter().chain([&new.name])) {
            let at = |fault: Diagnostic| fault.at(column.span, "");
            return Err(crate::trouble::Trouble::Wrong(faults.into_iter().map(at).collect()));
        }
        let at = position_of(&metadata.schema, position)?;
        metadata.schema.insert(at, new);
    }
    Ok(metadata)
}

fn position_of(schema: &[StructField], position: &ColumnPosition) -> Done<usize> {
    match position {
        ColumnPosition::First => Ok(0),
        ColumnPosition::Last => Ok(schema.len()),
        ColumnPosition::After(name) => match schema.iter().position(|field| field.name == name.text) {
            Some(at) => Ok(at + 1),
            None => Err(no_column(schema, std::slice::from_ref(name)).into()),
        },
    }
}

fn column_at(metadata: &Metadata, column: &[NamePart]) -> Done<usize> {
    if let [_, .., _] = column {
        return Err(at_column(not_built("ALTER TABLE of a field inside a column"), column).into());
    }
    let found = column.first().and_then(|own| metadata.schema.iter().position(|field| field.name == own.text));
    found.ok_or_else(|| no_column(&metadata.schema, column).into())
}

fn no_column(schema: &[StructField], column: &[NamePart]) -> Diagnostic {
    let shown = column.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".");
    let names: Vec<String> = schema.iter().map(|field| format!("`{}`", field.name)).collect();
    let title = format!("the table has no column `{shown}`");
    let fault = Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITH_SUGGESTION, title);
    at_column(fault, column).help(format!("its columns are {}", names.join(", ")))
}

fn at_column(fault: Diagnostic, column: &[NamePart]) -> Diagnostic {
    match column.first() {
        Some(first) => placed(fault, &first.origin),
        None => fault,
    }
}

fn with_properties(metadata: &Metadata, properties: &[(String, String)]) -> Metadata {
    let mut metadata = metadata.clone();
    metadata.configuration.retain(|(key, _)| properties.iter().all(|(own, _)| own != key));
    metadata.configuration.extend(properties.iter().cloned());
    metadata.configuration.sort();
    metadata
}
