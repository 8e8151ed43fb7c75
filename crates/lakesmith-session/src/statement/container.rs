//! Catalogs and schemas: CREATE, ALTER and USE, and which there are.

use std::collections::BTreeSet;

use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::EngineError;
use lakesmith_unresolved::command::{AlterAction, ObjectKind};
use lakesmith_unresolved::pipeline::DatasetClauses;
use lakesmith_unresolved::{Name, NamePart};

use crate::lookup::{quoted, written};
use crate::objects::{Kind, Read, StoredContainer};
use crate::session::Session;
use crate::state::GLOBAL_TEMPORARY;
use crate::statement::table_definition::refuse_table_clauses;
use crate::statement::{Running, refused};
use crate::trouble::{Done, fault, placed, taken};

impl Session {
    /// Names of all catalogs, ordered.
    pub(crate) fn catalogs(&self) -> Result<Vec<String>, EngineError> {
        let mut names: BTreeSet<String> = self.warehouse().folders(None).into_iter().collect();
        let stored: Vec<StoredContainer> = self.objects().list(Kind::Catalog, None)?;
        names.extend(stored.into_iter().map(|catalog| catalog.name.to_lowercase()));
        names.insert(self.settings().catalog.folded());
        Ok(names.into_iter().collect())
    }

    /// Names of all schemas of a catalog, ordered.
    pub(crate) fn schemas(&self, catalog: &Identifier) -> Result<Vec<String>, EngineError> {
        let below = QualifiedName::single(catalog.clone());
        let mut names: BTreeSet<String> = self.warehouse().folders(Some(&below)).into_iter().collect();
        let stored: Vec<StoredContainer> = self.objects().list(Kind::Schema, Some(&below))?;
        names.extend(stored.into_iter().map(|schema| schema.name.to_lowercase()));
        if *catalog == self.settings().catalog {
            names.insert(self.settings().schema.folded());
        }
        Ok(names.into_iter().collect())
    }

    /// Whether there is a catalog of the name.
    pub(crate) fn has_catalog(&self, catalog: &Identifier) -> Result<bool, EngineError> {
        Ok(self.catalogs()?.iter().any(|known| catalog.matches(known)))
    }

    /// Whether there is a schema of the name.
    pub(crate) fn has_schema(&self, catalog: &Identifier, schema: &Identifier) -> Result<bool, EngineError> {
        Ok(self.schemas(catalog)?.iter().any(|known| schema.matches(known)))
    }

    /// Checks that the schema of a full name is there.
    pub(crate) fn expect_schema_of(&self, full: &QualifiedName, name: &Name) -> Done {
        let [catalog, schema, _] = full.parts() else { return Ok(()) };
        if self.has_schema(catalog, schema)? {
            return Ok(());
        }
        Err(no_schema(catalog, schema, name).into())
    }

    /// The catalog and schema that the name of a schema means.
    pub(crate) fn schema_of(&self, name: &Name) -> Done<(Identifier, Identifier)> {
        let own = written(name)?;
        match own.parts() {
            [schema] => Ok((self.default_names().0, schema.clone())),
            [catalog, schema] => Ok((self.catalog_name(catalog), schema.clone())),
            _ => {
                let title = format!("the name of a schema has one part after its catalog, but `{own}` has more");
                Err(fault(Condition::REQUIRES_SINGLE_PART_NAMESPACE, title, name).into())
            }
        }
    }

    /// The schema that a statement names, which must be there.
    pub(crate) fn existing_schema(&self, name: &Name) -> Done<(Identifier, Identifier)> {
        let (catalog, schema) = self.schema_of(name)?;
        if self.has_schema(&catalog, &schema)? {
            return Ok((catalog, schema));
        }
        Err(no_schema(&catalog, &schema, name).into())
    }

    /// What is stored of a schema.
    pub(crate) fn stored_schema(
        &self,
        catalog: &Identifier,
        schema: &Identifier,
    ) -> Result<Option<Read<StoredContainer>>, EngineError> {
        match path_of(&[catalog.clone(), schema.clone()]) {
            Some(path) => self.objects().read(Kind::Schema, &path),
            None => Ok(None),
        }
    }
}

pub(crate) fn path_of(parts: &[Identifier]) -> Option<QualifiedName> {
    QualifiedName::from_parts(parts.to_vec())
}

fn no_schema(catalog: &Identifier, schema: &Identifier, name: &Name) -> Diagnostic {
    let title = format!("there is no schema `{catalog}`.`{schema}`");
    fault(Condition::SCHEMA_NOT_FOUND, title, name).help("`SHOW SCHEMAS` lists the schemas; `CREATE SCHEMA` makes one")
}

pub(super) fn no_catalog(catalog: &Identifier) -> Diagnostic {
    let title = format!("there is no catalog `{catalog}`");
    Diagnostic::error(Condition::CATALOG_NOT_FOUND, title).help("`SHOW CATALOGS` lists the catalogs")
}

impl Running<'_> {
    pub(super) fn create_container(
        self,
        object: ObjectKind,
        name: &Name,
        if_not_exists: bool,
        clauses: &DatasetClauses,
    ) -> Done {
        if let Some((_, span)) = &clauses.location {
            let title = format!("LOCATION of a {} is not built yet", object.keyword().to_lowercase());
            let fault = Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title).at(*span, "");
            return Err(fault.help("its tables lie in the warehouse, or each at its own LOCATION").into());
        }
        refuse_table_clauses(clauses, "schema")?;
        let container = |own: &Identifier| StoredContainer {
            name: own.as_str().to_owned(),
            comment: clauses.comment.clone(),
            properties: clauses.properties.iter().map(|(key, value, _)| (key.clone(), value.clone())).collect(),
        };
        let session = self.session;
        let (kind, path, exists, condition) = match object {
            ObjectKind::Catalog => {
                let own = written(name)?;
                let exists = session.has_catalog(own.last())?;
                (Kind::Catalog, QualifiedName::single(own.last().clone()), exists, Condition::CATALOG_ALREADY_EXISTS)
            }
            ObjectKind::Schema => {
                let (catalog, schema) = session.schema_of(name)?;
                if !session.has_catalog(&catalog)? {
                    return Err(placed(no_catalog(&catalog), &name.origin).into());
                }
                let is_reserved = schema.matches(GLOBAL_TEMPORARY);
                let exists = is_reserved || session.has_schema(&catalog, &schema)?;
                let Some(path) = path_of(&[catalog, schema]) else { return Ok(()) };
                (Kind::Schema, path, exists, Condition::SCHEMA_ALREADY_EXISTS)
            }
            other => return Err(refused(&format!("CREATE {}", other.keyword())).into()),
        };
        let there = || {
            let title = format!("there is a {} {} already", object.keyword().to_lowercase(), quoted(&path));
            fault(condition, title, name).help("choose another name, or write `IF NOT EXISTS`")
        };
        if exists {
            return if if_not_exists { Ok(()) } else { Err(there().into()) };
        }
        match session.objects().create(kind, &path, &container(path.last())) {
            Err(error) if if_not_exists && error.kind == lakesmith_engine::ErrorKind::Conflict => Ok(()),
            made => made.map_err(|error| taken(error, there)),
        }
    }

    pub(super) fn alter_container(self, object: ObjectKind, name: &Name, actions: &[AlterAction]) -> Done {
        let session = self.session;
        let (kind, path) = self.container(object, name)?;
        let before = session.objects().read::<StoredContainer>(kind, &path)?;
        let mut after = before.as_ref().map_or_else(
            || StoredContainer { name: path.last().as_str().to_owned(), ..StoredContainer::default() },
            |before| before.value.clone(),
        );
        for action in actions {
            match action {
                AlterAction::SetProperties(properties) => after.properties.extend(properties.iter().cloned()),
                AlterAction::UnsetProperties { keys, .. } => after.properties.retain(|key, _| !keys.contains(key)),
                _ => return Err(refused(&format!("ALTER {} …", object.keyword())).into()),
            }
        }
        session.objects().replace(kind, &path, before.as_ref(), &after).map_err(|error| taken(error, || changed(&path)))
    }

    /// The kind and path of a catalog or schema that is there.
    pub(super) fn container(self, object: ObjectKind, name: &Name) -> Done<(Kind, QualifiedName)> {
        if object == ObjectKind::Catalog {
            let catalog = self.session.catalog_name(written(name)?.last());
            if !self.session.has_catalog(&catalog)? {
                return Err(placed(no_catalog(&catalog), &name.origin).into());
            }
            return Ok((Kind::Catalog, QualifiedName::single(catalog)));
        }
        let (catalog, schema) = self.session.existing_schema(name)?;
        match path_of(&[catalog, schema]) {
            Some(path) => Ok((Kind::Schema, path)),
            None => Err(refused("a schema without a name").into()),
        }
    }

    pub(super) fn use_names(
        self,
        catalog: Option<&NamePart>,
        schema: Option<&NamePart>,
        either: Option<&Name>,
    ) -> Done {
        let session = self.session;
        if let Some(either) = either {
            let own = written(either)?;
            if let [part] = own.parts() {
                let catalog = session.catalog_name(part);
                let current = session.default_names().0;
                if !session.has_schema(&current, part)? && session.has_catalog(&catalog)? {
                    return self.use_catalog(&catalog);
                }
            }
            let (catalog, schema) = session.existing_schema(either)?;
            let mut state = session.state();
            (state.catalog, state.schema) = (catalog, schema);
            return Ok(());
        }
        match (catalog, schema) {
            (Some(catalog), None) => {
                let name = session.catalog_name(&catalog.text);
                if !session.has_catalog(&name)? {
                    return Err(placed(no_catalog(&name), &catalog.origin).into());
                }
                self.use_catalog(&name)
            }
            (catalog, Some(schema)) => {
                let parts: Vec<NamePart> = catalog.into_iter().chain([schema]).cloned().collect();
                let name = Name { parts, computed: None, origin: schema.origin.clone() };
                let (catalog, schema) = session.existing_schema(&name)?;
                let mut state = session.state();
                (state.catalog, state.schema) = (catalog, schema);
                Ok(())
            }
            (None, None) => Ok(()),
        }
    }

    fn use_catalog(self, catalog: &Identifier) -> Done {
        let settings = self.session.settings();
        // the default schema of the project's catalog is the project's; any other catalog begins with `default`
        let schema = if *catalog == settings.catalog { settings.schema.clone() } else { "default".into() };
        let mut state = self.session.state();
        (state.catalog, state.schema) = (catalog.clone(), schema);
        Ok(())
    }
}

/// The fault of an object that someone else changed in between.
pub(super) fn changed(path: &QualifiedName) -> Diagnostic {
    let title = format!("someone else changed {} while the statement ran", quoted(path));
    Diagnostic::error(Condition::DELTA_CONCURRENT_WRITE, title).help("run the statement again")
}
