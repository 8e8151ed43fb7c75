//! [`Namespace`]: how names are completed at one statement of a file.

use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_unresolved::Literal;
use lakesmith_unresolved::expression::{ExpressionKind, Name};

use crate::input::Defaults;

/// Catalog and schema in force at a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// Catalog, as USE CATALOG and its like left it.
    pub catalog: Identifier,
    /// Schema, as USE SCHEMA and its like left it.
    pub schema: Identifier,
    home: Identifier,
}

impl Namespace {
    /// The namespace at the start of every file.
    pub fn new(defaults: &Defaults) -> Self {
        Self { catalog: defaults.catalog.clone(), schema: defaults.schema.clone(), home: defaults.catalog.clone() }
    }

    /// Applies a USE statement.
    pub fn change(&mut self, catalog: Option<&Identifier>, schema: Option<&Identifier>) {
        if let Some(catalog) = catalog {
            self.catalog = self.catalog_named(catalog);
        }
        if let Some(schema) = schema {
            self.schema = schema.clone();
        }
    }

    /// The name with catalog and schema. `spark_catalog` and `hive_metastore` are names of the pipeline's own catalog.
    pub fn qualify(&self, name: &QualifiedName) -> QualifiedName {
        let full = name.qualified(&self.catalog, &self.schema);
        let mut parts = full.parts().to_vec();
        if parts.len() == 3 {
            parts[0] = self.catalog_named(&parts[0]);
        }
        QualifiedName::from_parts(parts).unwrap_or(full)
    }

    fn catalog_named(&self, name: &Identifier) -> Identifier {
        let is_home = name.matches("spark_catalog") || name.matches("hive_metastore");
        if is_home { self.home.clone() } else { name.clone() }
    }
}

/// The parts of a name, also of `IDENTIFIER('a.b')` over a constant. `None` when the name depends on an expression.
pub fn literal_name(name: &Name) -> Option<QualifiedName> {
    match name.computed.as_deref().map(|computed| &computed.kind) {
        None => name.qualified(),
        Some(ExpressionKind::Literal(Literal::String(text))) => QualifiedName::from_text(text),
        Some(_) => None,
    }
}

/// The name without a legacy `LIVE.` before it, and whether it had one.
pub fn without_live(name: &QualifiedName) -> (QualifiedName, bool) {
    match name.parts() {
        // `LIVE.catalog.schema.table` is written too; with one part fewer, `live` would be a catalog.
        [live, own @ ..] if live.matches("live") && matches!(own.len(), 1 | 3) => {
            (QualifiedName::from_parts(own.to_vec()).unwrap_or_else(|| name.clone()), true)
        }
        _ => (name.clone(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn namespace() -> Namespace {
        Namespace::new(&Defaults { catalog: "main".into(), schema: "sales".into() })
    }

    #[test]
    fn use_changes_what_later_names_mean() {
        let mut namespace = namespace();
        namespace.change(None, Some(&"hr".into()));
        assert_eq!(namespace.qualify(&"t".into()).to_string(), "main.hr.t");
        namespace.change(Some(&"dev".into()), None);
        assert_eq!(namespace.qualify(&"t".into()).to_string(), "dev.hr.t");
    }

    #[test]
    fn the_session_catalog_of_spark_is_the_pipelines_own() {
        let mut namespace = namespace();
        namespace.change(Some(&"dev".into()), None);
        let name = QualifiedName::from_text("SPARK_CATALOG.a.t").expect("a name");
        assert_eq!(namespace.qualify(&name).to_string(), "main.a.t");
        let name = QualifiedName::from_text("other.a.t").expect("a name");
        assert_eq!(namespace.qualify(&name).to_string(), "other.a.t");
        namespace.change(Some(&"hive_metastore".into()), None);
        assert_eq!(namespace.catalog, "main".into());
    }

    #[test]
    fn names_in_text_keep_dots_and_quotes_inside_quotes() {
        let name = QualifiedName::from_text("a.`b.c``d`").expect("a name");
        assert_eq!(name.parts().len(), 2);
        assert_eq!(name.last().as_str(), "b.c`d");
        assert_eq!(QualifiedName::from_text("a..b"), None);
    }
}
