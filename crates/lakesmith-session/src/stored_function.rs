//! Functions of SQL as they are stored, and what a call of them means.

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::{Diagnostic, SourceKind, SourceMap};
use lakesmith_functions::Rules;
use lakesmith_sql::parse_function_in;
use lakesmith_unresolved::sql_function::Returns;
use lakesmith_unresolved::{SqlFunction, StructField};

use crate::objects::StoredFunction;
use crate::stored_view::data_type_of;

/// The function that a stored one is. It means what it meant when it was made.
pub(crate) fn parsed(
    name: QualifiedName,
    stored: &StoredFunction,
    is_temporary: bool,
) -> Result<SqlFunction, Box<Diagnostic>> {
    let mut sources = SourceMap::default();
    let source = sources.add(stored.name.as_str(), stored.text.as_str(), SourceKind::Inline);
    let rules = Rules::of(|key| stored.settings.get(key).map(String::as_str)).unwrap_or_default();
    let mut definition = parse_function_in(&sources, source, rules.dialect).map_err(Box::new)?;
    let columns = stored.columns.iter();
    let fields = columns.filter_map(|column| Some(StructField::nullable(column.name.as_str(), data_type_of(column)?)));
    match &mut definition.returns {
        Returns::Value(data_type @ None) => *data_type = fields.map(|field| field.data_type).next(),
        Returns::Rows(columns @ None) => *columns = Some(fields.collect()),
        Returns::Value(Some(_)) | Returns::Rows(Some(_)) => {}
    }
    let namespace = (stored.catalog.as_str().into(), stored.schema.as_str().into());
    let namespace = (!is_temporary).then_some(namespace);
    Ok(SqlFunction { name, definition, namespace, settings: stored.settings.clone() })
}
