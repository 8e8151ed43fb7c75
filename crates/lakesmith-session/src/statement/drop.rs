//! DROP of catalogs, schemas, tables and views.
//!
//! A table's folder first gets a name that nobody sees, in one step, and is then deleted: what is left of it after a crash is
//! no table.

use std::path::Path;

use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::EngineError;
use lakesmith_unresolved::Name;
use lakesmith_unresolved::command::{CommandKind, ObjectKind};
use uuid::Uuid;

use crate::lookup::{Found, quoted, written};
use crate::objects::{Kind, StoredFunction, StoredTable, StoredView};
use crate::statement::container::{no_catalog, path_of};
use crate::statement::{Running, refused};
use crate::trouble::{Done, fault, placed};

impl Running<'_> {
    pub(super) async fn drop_object(self, kind: &CommandKind) -> Done {
        let CommandKind::Drop { object, name, if_exists, cascade, temporary, .. } = kind else { return Ok(()) };
        match object {
            ObjectKind::Table => self.drop_table(name, *if_exists).await,
            ObjectKind::View => self.drop_view(name, *if_exists, *temporary).await,
            ObjectKind::Schema => self.drop_schema(name, *if_exists, *cascade),
            ObjectKind::Function => self.drop_function(name, *if_exists, *temporary),
            ObjectKind::Catalog => self.drop_catalog(name, *if_exists, *cascade),
            other => Err(refused(&format!("DROP {}", other.keyword())).into()),
        }
    }

    async fn drop_table(self, name: &Name, if_exists: bool) -> Done {
        let own = written(name)?;
        let full = self.session.full_name(name)?;
        match self.session.find(&own).await? {
            None if if_exists => Ok(()),
            None => {
                let fault = self.session.no_table(&own, &full, name);
                Err(fault.help("write `DROP TABLE IF EXISTS` to tolerate that it is missing").into())
            }
            Some(Found::Delta(_, None)) => Ok(remove_folder(&self.session.warehouse().folder_of(&full))?),
            // what lies outside of the warehouse stays
            Some(Found::Delta(_, Some(_)) | Found::Files(_)) => {
                Ok(self.session.objects().remove(Kind::Table, &full)?)
            }
            // as in Spark, DROP TABLE takes a view too
            Some(Found::View(_) | Found::Temporary(_)) => self.drop_view(name, if_exists, false).await,
        }
    }

    async fn drop_view(self, name: &Name, if_exists: bool, temporary: bool) -> Done {
        let own = written(name)?;
        let session = self.session;
        match session.find(&own).await? {
            Some(Found::Temporary(view)) => {
                let key = view.name().to_lowercase();
                let mut state = session.state();
                let is_global = own.parts().len() == 2 && own.parts()[0].matches(crate::state::GLOBAL_TEMPORARY);
                let views = if is_global { &mut state.global_views } else { &mut state.views };
                views.remove(&key);
                Ok(())
            }
            Some(Found::View(_)) if !temporary => {
                Ok(session.objects().remove(Kind::View, &session.full_name(name)?)?)
            }
            Some(Found::Delta(..) | Found::Files(_)) => {
                let title = format!("DROP VIEW names the table {}", quoted(&session.full_name(name)?));
                let fault = fault(Condition::WRONG_COMMAND_FOR_OBJECT_TYPE, title, name);
                Err(fault.help("write DROP TABLE instead").into())
            }
            Some(Found::View(_)) | None if if_exists => Ok(()),
            Some(Found::View(_)) | None => {
                let title = format!("view `{own}` does not exist");
                let fault = fault(Condition::TABLE_OR_VIEW_NOT_FOUND, title, name);
                Err(fault.help("write `DROP VIEW IF EXISTS` to tolerate that it is missing").into())
            }
        }
    }

    fn drop_schema(self, name: &Name, if_exists: bool, cascade: bool) -> Done {
        let session = self.session;
        let (catalog, schema) = session.schema_of(name)?;
        if !session.has_schema(&catalog, &schema)? {
            if if_exists {
                return Ok(());
            }
            session.existing_schema(name)?;
        }
        let settings = session.settings();
        if catalog == settings.catalog && schema == settings.schema {
            let title = format!("the default schema `{catalog}`.`{schema}` cannot be dropped");
            let fault = fault(Condition::UNSUPPORTED_FEATURE_DROP_DATABASE, title, name);
            return Err(fault.help("drop its tables and views").into());
        }
        self.remove_schema(&catalog, &schema, cascade).map_err(|trouble| match trouble {
            crate::trouble::Trouble::Wrong(faults) => {
                crate::trouble::Trouble::Wrong(faults.into_iter().map(|fault| placed(fault, &name.origin)).collect())
            }
            failed => failed,
        })
    }

    fn remove_schema(self, catalog: &Identifier, schema: &Identifier, cascade: bool) -> Done {
        let Some(path) = path_of(&[catalog.clone(), schema.clone()]) else { return Ok(()) };
        let objects = self.session.objects();
        let folder = lakesmith_project::path::table_folder(self.session.warehouse().folder(), &path);
        let views: Vec<StoredView> = objects.list(Kind::View, Some(&path))?;
        let tables: Vec<StoredTable> = objects.list(Kind::Table, Some(&path))?;
        let functions: Vec<StoredFunction> = objects.list(Kind::Function, Some(&path))?;
        // a folder without a log is what a statement that failed has left
        let holds_tables = self.session.warehouse().tables().iter().any(|table| table.qualifier() == path.parts());
        let is_empty = views.is_empty() && tables.is_empty() && functions.is_empty();
        if !cascade && (holds_tables || !is_empty) {
            let title = format!("schema {} holds tables, views or functions", quoted(&path));
            let fault = Diagnostic::error(Condition::SCHEMA_NOT_EMPTY, title);
            return Err(fault.help("write `DROP SCHEMA … CASCADE` to drop them too").into());
        }
        let below = |own: &str| path_of(&[catalog.clone(), schema.clone(), own.into()]);
        for view in views.iter().filter_map(|view| below(&view.name)) {
            objects.remove(Kind::View, &view)?;
        }
        for function in functions.iter().filter_map(|function| below(&function.name)) {
            objects.remove(Kind::Function, &function)?;
        }
        for table in tables.iter().filter_map(|table| below(&table.name)) {
            objects.remove(Kind::Table, &table)?;
        }
        if folder.is_dir() {
            remove_folder(&folder)?;
        }
        Ok(objects.remove(Kind::Schema, &path)?)
    }

    fn drop_catalog(self, name: &Name, if_exists: bool, cascade: bool) -> Done {
        let session = self.session;
        let catalog = session.catalog_name(written(name)?.last());
        if !session.has_catalog(&catalog)? {
            return if if_exists { Ok(()) } else { Err(placed(no_catalog(&catalog), &name.origin).into()) };
        }
        if catalog == session.settings().catalog {
            let title = format!("the default catalog `{catalog}` cannot be dropped");
            return Err(fault(Condition::UNSUPPORTED_FEATURE, title, name).into());
        }
        let schemas = session.schemas(&catalog)?;
        if !cascade && schemas.iter().any(|schema| schema != "default") {
            let title = format!("catalog `{catalog}` holds schemas");
            let fault = fault(Condition::CATALOG_NOT_EMPTY, title, name);
            return Err(fault.help("write `DROP CATALOG … CASCADE` to drop them too").into());
        }
        for schema in &schemas {
            self.remove_schema(&catalog, &schema.as_str().into(), cascade)?;
        }
        let path = QualifiedName::single(catalog);
        let folder = lakesmith_project::path::table_folder(session.warehouse().folder(), &path);
        if folder.is_dir() {
            remove_folder(&folder)?;
        }
        Ok(session.objects().remove(Kind::Catalog, &path)?)
    }
}

/// Takes a folder out of sight in one step, then deletes it.
fn remove_folder(folder: &Path) -> Result<(), EngineError> {
    let hidden = folder.with_file_name(format!(".dropped-{}", Uuid::new_v4()));
    std::fs::rename(folder, &hidden).map_err(|error| EngineError::io("drop", folder, error))?;
    std::fs::remove_dir_all(&hidden).map_err(|error| EngineError::io("drop", &hidden, error))
}
