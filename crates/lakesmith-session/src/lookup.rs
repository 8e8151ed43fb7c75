//! [`Found`]: what a name means: a temporary view, a table of the warehouse or elsewhere, or a view.

use std::path::Path;

use lakesmith_base::QualifiedName;
use lakesmith_delta::DeltaTable;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::EngineError;
use lakesmith_unresolved::Name;

use crate::objects::{Kind, Read, StoredTable, StoredView};
use crate::session::Session;
use crate::state::{GLOBAL_TEMPORARY, TemporaryView};
use crate::trouble::{Done, fault};
use crate::warehouse::open_folder;

/// What a name means.
#[derive(Debug)]
pub(crate) enum Found {
    /// A Delta table, and its entry in the catalog when it lies outside of the warehouse.
    Delta(Box<DeltaTable>, Option<Read<StoredTable>>),
    /// Files.
    Files(Read<StoredTable>),
    /// A stored view.
    View(Read<StoredView>),
    /// A view of the session.
    Temporary(TemporaryView),
}

/// A table that a statement is about.
#[derive(Debug)]
pub(crate) struct TableOf {
    /// Its full name.
    pub name: QualifiedName,
    /// The table.
    pub table: DeltaTable,
}

impl TableOf {
    /// The full name in back-quotes, as Spark's messages have it.
    pub fn quoted(&self) -> String {
        quoted(&self.name)
    }
}

/// A name with each part in back-quotes.
pub(crate) fn quoted(name: &QualifiedName) -> String {
    name.parts().iter().map(|part| format!("`{}`", part.as_str().replace('`', "``"))).collect::<Vec<_>>().join(".")
}

/// The parts of a name; those of IDENTIFIER stand in it before a statement is carried out.
pub(crate) fn written(name: &Name) -> Done<QualifiedName> {
    name.qualified().ok_or_else(|| unnamed(name).into())
}

fn unnamed(name: &Name) -> lakesmith_diagnostic::Diagnostic {
    fault(Condition::PARSE_SYNTAX_ERROR, "a name is expected here", name)
}

impl Session {
    /// What a name means; nothing when it means nothing.
    pub(crate) async fn find(&self, name: &QualifiedName) -> Result<Option<Found>, EngineError> {
        if let Some(view) = self.temporary_view(name) {
            return Ok(Some(Found::Temporary(view)));
        }
        match self.table_name(name) {
            Some(full) => self.find_stored(&full).await,
            None => Ok(None),
        }
    }

    /// The temporary view of a name.
    pub(crate) fn temporary_view(&self, name: &QualifiedName) -> Option<TemporaryView> {
        let state = self.state();
        match name.parts() {
            [own] => state.views.get(&own.folded()).cloned(),
            [schema, own] if schema.matches("session") => state.views.get(&own.folded()).cloned(),
            [schema, own] if schema.matches(GLOBAL_TEMPORARY) => state.global_views.get(&own.folded()).cloned(),
            _ => None,
        }
    }

    /// What a full name means in the warehouse and its catalog.
    pub(crate) async fn find_stored(&self, full: &QualifiedName) -> Result<Option<Found>, EngineError> {
        if let Some(table) = self.warehouse().open(full).await? {
            return Ok(Some(Found::Delta(Box::new(table), None)));
        }
        if let Some(stored) = self.objects().read::<StoredTable>(Kind::Table, full)? {
            if stored.value.format != "delta" {
                return Ok(Some(Found::Files(stored)));
            }
            let table = open_folder(Path::new(&stored.value.location)).await?;
            return Ok(table.map(|table| Found::Delta(Box::new(table), Some(stored))));
        }
        Ok(self.objects().read(Kind::View, full)?.map(Found::View))
    }

    /// The full name that a statement gives.
    pub(crate) fn full_name(&self, name: &Name) -> Done<QualifiedName> {
        let own = written(name)?;
        self.table_name(&own).ok_or_else(|| {
            let title = format!("`{own}` has too many parts: a table is `catalog.schema.table`");
            fault(Condition::REQUIRES_SINGLE_PART_NAMESPACE, title, name).into()
        })
    }

    /// The Delta table that a statement changes; a fault where the name means something else.
    pub(crate) async fn table_to_change(&self, name: &Name, operation: &str) -> Done<TableOf> {
        let own = written(name)?;
        let full = match own.parts() {
            [format, path] if format.matches("delta") && path.as_str().contains('/') => {
                let folder = crate::catalog::local(self, path.as_str())?;
                if let Some(table) = open_folder(&folder).await? {
                    return Ok(TableOf { name: own, table });
                }
                let title = format!("there is no Delta table in `{}`", folder.display());
                return Err(fault(Condition::DELTA_PATH_DOES_NOT_EXIST, title, name).into());
            }
            _ => self.full_name(name)?,
        };
        match self.find(&own).await? {
            Some(Found::Delta(table, _)) => Ok(TableOf { name: full, table: *table }),
            Some(Found::Files(stored)) => {
                let title =
                    format!("table {} of format {} does not support {operation}", quoted(&full), stored.value.format);
                let fault = fault(Condition::UNSUPPORTED_FEATURE_TABLE_OPERATION, title, name);
                Err(fault.help("only Delta tables are written; files of other formats are read").into())
            }
            Some(found) => {
                let shown = if matches!(found, Found::View(_)) { quoted(&full) } else { quoted(&own) };
                let title = format!("`{operation}` expects a table but {shown} is a view");
                if operation.starts_with("ALTER TABLE") {
                    let fault = fault(Condition::EXPECT_TABLE_NOT_VIEW_USE_ALTER_VIEW, title, name);
                    return Err(fault.help("write ALTER VIEW instead").into());
                }
                let fault = fault(Condition::EXPECT_TABLE_NOT_VIEW_NO_ALTERNATIVE, title, name);
                Err(fault.help("change the tables that the view reads").into())
            }
            None => Err(self.no_table(&own, &full, name).into()),
        }
    }

    /// The fault of a table that is not there.
    pub(crate) fn no_table(
        &self,
        own: &QualifiedName,
        full: &QualifiedName,
        name: &Name,
    ) -> lakesmith_diagnostic::Diagnostic {
        crate::trouble::placed(crate::catalog::no_table(self, own, full), &name.origin)
    }
}
