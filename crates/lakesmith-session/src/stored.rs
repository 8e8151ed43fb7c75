//! [`StoredObjects`]: what statements have made in a warehouse besides its Delta tables, for the flows of a pipeline: views, tables over
//! files, and functions.

use std::path::Path;
use std::sync::Arc;

use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::{BoxFuture, Catalog, EngineError, RelationAnswer, RelationRequest};
use lakesmith_unresolved::SqlFunction;

use crate::catalog::WarehouseCatalog;
use crate::event_log::EventColumns;
use crate::objects::{Kind, Objects};
use crate::session::Session;

/// The objects of a warehouse, by their full names.
#[derive(Debug)]
pub struct StoredObjects {
    session: Session,
}

impl StoredObjects {
    /// Those that the session finds.
    pub const fn new(session: Session) -> Self {
        Self { session }
    }

    fn catalog(&self) -> WarehouseCatalog<'_> {
        WarehouseCatalog::new(&self.session, EventColumns::Plain).of_stored_objects()
    }
}

impl Catalog for StoredObjects {
    fn relation<'a>(&'a self, request: &'a RelationRequest) -> BoxFuture<'a, RelationAnswer> {
        Box::pin(async move {
            let catalog = self.catalog();
            let answer = catalog.relation(request).await;
            match catalog.take_failure() {
                Some(error) => RelationAnswer::Refused(Box::new(unread(&error))),
                None => answer,
            }
        })
    }

    fn function<'a>(&'a self, name: &'a QualifiedName) -> BoxFuture<'a, Option<Arc<SqlFunction>>> {
        Box::pin(async move { self.catalog().function(name).await })
    }
}

fn unread(error: &EngineError) -> Diagnostic {
    Diagnostic::error(Condition::LAKESMITH_SOURCE_UNREACHABLE, error.message.clone())
}

/// The names of all functions of a warehouse, in whatever schema; of those whose files can be read.
pub fn functions(warehouse: &Path) -> Vec<Identifier> {
    Objects::new(warehouse).names(Kind::Function).into_iter().map(Identifier::from).collect()
}

/// Whether a warehouse holds a view or a table over files of a full name.
pub fn holds(warehouse: &Path, name: &QualifiedName) -> bool {
    let objects = Objects::new(warehouse);
    [Kind::View, Kind::Table].into_iter().any(|kind| objects.holds(kind, name))
}
