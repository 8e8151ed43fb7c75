//! [`SessionState`]: what statements change for the statements after them: default names, settings and temporary views.
//!
//! Nothing here is stored. Clones of a session share one state.

use std::collections::BTreeMap;
use std::sync::Arc;

use lakesmith_base::Identifier;
use lakesmith_plan::{VariableValue, Variables};
use lakesmith_sql::Variables as Replaced;
use lakesmith_sql::template::Variable;
use lakesmith_unresolved::Expression;

use crate::objects::{StoredFunction, StoredView};

/// The schema that global temporary views are read by.
pub(crate) const GLOBAL_TEMPORARY: &str = "global_temp";

/// What a setting begins with that is there for `${name}` alone.
const HIVE_VARIABLE: &str = "hivevar:";

/// What a session remembers.
#[derive(Debug, Clone)]
pub(crate) struct SessionState {
    /// Default catalog.
    pub catalog: Identifier,
    /// Default schema.
    pub schema: Identifier,
    /// Settings by SET, by key.
    pub settings: BTreeMap<String, String>,
    /// Settings that the session began with, which RESET brings back.
    pub initial: BTreeMap<String, String>,
    /// Variables, by their names in lower case.
    pub variables: BTreeMap<String, SessionVariable>,
    /// Temporary functions, by their names in lower case.
    pub functions: BTreeMap<String, StoredFunction>,
    /// Temporary views, by their names in lower case.
    pub views: BTreeMap<String, TemporaryView>,
    /// Global temporary views, by their names in lower case.
    pub global_views: BTreeMap<String, TemporaryView>,
    /// What the user should know of the statement that is carried out.
    pub warnings: Vec<String>,
}

/// A variable that ends with the session.
#[derive(Debug, Clone)]
pub(crate) struct SessionVariable {
    /// Its value and type.
    pub value: VariableValue,
    /// What DEFAULT gives it.
    pub default: Option<Expression>,
}

/// A view that ends with the session.
#[derive(Debug, Clone)]
pub(crate) enum TemporaryView {
    /// A query.
    Query(StoredView),
    /// Files: `CREATE TEMPORARY VIEW v USING csv OPTIONS (path '…')`.
    Files {
        /// Name as written.
        name: String,
        /// Format.
        format: String,
        /// Columns, when they were given.
        schema: Option<String>,
        /// Reader options, the path left out.
        options: Vec<(String, String)>,
        /// The path; without one there are no rows.
        path: Option<String>,
    },
}

impl TemporaryView {
    /// Its name as written.
    pub fn name(&self) -> &str {
        match self {
            Self::Query(view) => &view.name,
            Self::Files { name, .. } => name,
        }
    }
}

impl SessionState {
    pub fn new(catalog: Identifier, schema: Identifier) -> Self {
        let (settings, initial) = (BTreeMap::new(), BTreeMap::new());
        Self {
            catalog,
            schema,
            settings,
            initial,
            variables: BTreeMap::new(),
            functions: BTreeMap::new(),
            views: BTreeMap::new(),
            global_views: BTreeMap::new(),
            warnings: Vec::new(),
        }
    }

    /// The values of all variables.
    pub fn values(&self) -> Variables {
        let values = self.variables.iter().map(|(name, variable)| (name.clone(), variable.value.clone()));
        Arc::new(values.collect())
    }

    /// `variables` with the settings of the session, which win.
    pub fn variables(&self, variables: &Replaced) -> Replaced {
        let mut all = variables.clone();
        let own = self.settings.iter().flat_map(|(key, value)| {
            let described = "set by a SET statement of the session".to_owned();
            let variable = Variable { value: value.clone(), described };
            let short = key.strip_prefix(HIVE_VARIABLE).map(|short| (short.to_owned(), variable.clone()));
            short.into_iter().chain([(key.clone(), variable)])
        });
        all.overrides.extend(own);
        all
    }
}
