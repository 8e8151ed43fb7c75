//! CREATE FUNCTION and DROP FUNCTION: functions whose body is SQL, stored or of the session.
//!
//! A function is resolved once when it is made, as a call of it would be, so that what is stored can be called.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic, SourceKind, SourceMap};
use lakesmith_functions::{Role, registry};
use lakesmith_plan::{Options, Variables};
use lakesmith_unresolved::command::CreateFunction;
use lakesmith_unresolved::sql_function::{FunctionBody, FunctionDefinition, Returns};
use lakesmith_unresolved::{Expression, ExpressionKind, Name, SparkType, SqlFunction, StructField};

use crate::catalog::WarehouseCatalog;
use crate::event_log::EventColumns;
use crate::lookup::{quoted, written};
use crate::objects::{Kind, Read, StoredColumn, StoredFunction};
use crate::session::ReadNotes;
use crate::statement::Running;
use crate::statement::computed_column::holds_subquery;
use crate::statement::container::changed;
use crate::trouble::{Done, fault, not_built, placed, taken};

impl Running<'_> {
    pub(super) async fn create_function(self, create: &CreateFunction) -> Done {
        let name = &create.name;
        let Some(definition) = &create.definition else {
            return Err(placed(not_built("a function of another language than SQL"), &name.origin).into());
        };
        check(definition, name)?;
        let session = self.session;
        let full = if create.temporary { temporary_name(name)? } else { session.full_name(name)? };
        if !create.temporary {
            session.expect_schema_of(&full, name)?;
        }
        let before: Option<Read<StoredFunction>> = match create.temporary {
            true => None,
            false => session.objects().read(Kind::Function, &full)?,
        };
        let is_there =
            before.is_some() || create.temporary && session.state().functions.contains_key(&full.last().folded());
        if is_there && create.if_not_exists {
            return Ok(());
        }
        if is_there && !create.or_replace {
            return Err(there(&full, name).into());
        }
        let stored = self.resolved_function(create, definition, &full).await?;
        if create.temporary {
            session.state().functions.insert(full.last().folded(), stored);
            return Ok(());
        }
        match before {
            Some(before) => {
                let replaced = session.objects().replace(Kind::Function, &full, Some(&before), &stored);
                replaced.map_err(|error| taken(error, || changed(&full)))
            }
            None => {
                let made = session.objects().create(Kind::Function, &full, &stored);
                made.map_err(|error| taken(error, || there(&full, name)))
            }
        }
    }

    /// The function as it is stored; a fault where a call of it could not be resolved.
    async fn resolved_function(
        self,
        create: &CreateFunction,
        definition: &FunctionDefinition,
        full: &QualifiedName,
    ) -> Done<StoredFunction> {
        let (name, session) = (&create.name, self.session);
        let (catalog, schema) = session.default_names();
        let function = SqlFunction {
            name: full.clone(),
            definition: definition.clone(),
            namespace: None,
            settings: session.meaning(),
        };
        let function = Arc::new(function);
        let (output, read) = self.called_once(&function, name, session.options()).await?;
        if let Some(temporary) = read.temporary.first().filter(|_| !create.temporary) {
            return Err(of_session(full, temporary, name).into());
        }
        if !create.temporary && !session.state().variables.is_empty() {
            let options = Options { variables: Variables::default(), ..session.options() };
            if self.called_once(&function, name, options).await.is_err() {
                return Err(of_session(full, "variable", name).into());
            }
        }
        if definition.without_data == Some(true) && read.reads_data {
            let title = format!("function {} says CONTAINS SQL, and its body reads data", quoted(full));
            let fault = fault(Condition::INVALID_SQL_FUNCTION_DATA_ACCESS, title, name);
            return Err(fault.help("write READS SQL DATA, or leave CONTAINS SQL out").into());
        }
        Ok(StoredFunction {
            name: full.last().as_str().to_owned(),
            text: create.text.clone(),
            catalog: catalog.as_str().to_owned(),
            schema: schema.as_str().to_owned(),
            columns: output.iter().map(column).collect(),
            reads_data: definition.without_data == Some(false) || read.reads_data,
            created_micros: session.settings().clock.now_micros(),
            settings: session.meaning(),
        })
    }

    /// What a call of a function that is being made gives, and what it reads.
    async fn called_once(
        self,
        function: &Arc<SqlFunction>,
        name: &Name,
        options: Options,
    ) -> Done<(Vec<StructField>, ReadNotes)> {
        let mut sources = SourceMap::default();
        let source = sources.add("call", calls(function), SourceKind::Inline);
        let query =
            lakesmith_sql::parse_query(&sources, source).map_err(|fault| placed(unplaced(fault), &name.origin))?;
        let catalog = WarehouseCatalog::new(self.session, EventColumns::Plain).making(Arc::clone(function));
        let options = Options { notes_places: false, ..options };
        let resolved = lakesmith_plan::resolve(&query, &catalog, options).await;
        if let Some(failure) = catalog.take_failure() {
            return Err(failure.into());
        }
        match resolved {
            Ok(resolved) => {
                let is_value = matches!(function.definition.returns, Returns::Value(_));
                let mut output = resolved.schema();
                output.truncate(if is_value { 1 } else { output.len() });
                Ok((output, catalog.take_notes()))
            }
            Err(faults) => {
                let placed = faults.into_iter().map(|fault| placed(unplaced(fault), &name.origin));
                Err(crate::trouble::Trouble::Wrong(placed.collect()))
            }
        }
    }

    pub(super) fn drop_function(self, name: &Name, if_exists: bool, temporary: bool) -> Done {
        let own = written(name)?;
        let missing = || {
            let title = format!("function `{own}` does not exist");
            let fault = fault(Condition::ROUTINE_NOT_FOUND, title, name);
            fault.help("write `DROP FUNCTION IF EXISTS` to tolerate that it is missing")
        };
        if temporary {
            let key = temporary_name(name)?.last().folded();
            let removed = self.session.state().functions.remove(&key);
            return if removed.is_some() || if_exists { Ok(()) } else { Err(missing().into()) };
        }
        let full = self.session.full_name(name)?;
        let objects = self.session.objects();
        match objects.read::<StoredFunction>(Kind::Function, &full)? {
            Some(_) => Ok(objects.remove(Kind::Function, &full)?),
            None if if_exists => Ok(()),
            None => Err(missing().into()),
        }
    }
}

/// A query that calls a function: with all its arguments, and with those that it cannot do without.
fn calls(function: &SqlFunction) -> String {
    let parameters = &function.definition.parameters;
    let null = |data_type: &SparkType| format!("CAST(NULL AS {})", data_type.without_lengths());
    let name = quoted(&function.name);
    if let Returns::Rows(_) = function.definition.returns {
        let nulls: Vec<String> = parameters.iter().map(|parameter| null(&parameter.data_type)).collect();
        return format!("SELECT * FROM {name}({})", nulls.join(", "));
    }
    let columns: Vec<String> = (0..parameters.len()).map(|at| format!("p{at}")).collect();
    let fewest = parameters.iter().take_while(|parameter| parameter.default.is_none()).count();
    let values = format!("{name}({}), {name}({})", columns.join(", "), columns[..fewest].join(", "));
    let given = parameters.iter().enumerate();
    let given: Vec<String> = given.map(|(at, parameter)| format!("{} AS p{at}", null(&parameter.data_type))).collect();
    match given.is_empty() {
        true => format!("SELECT {values}"),
        false => format!("SELECT {values} FROM (SELECT {})", given.join(", ")),
    }
}

/// A fault of the query that is not the user's, without its place.
fn unplaced(fault: Diagnostic) -> Diagnostic {
    Diagnostic { primary: None, secondary: Vec::new(), ..fault }
}

fn column(field: &StructField) -> StoredColumn {
    let name = field.name.as_str().to_owned();
    StoredColumn {
        query_name: name.clone(),
        name,
        data_type: field.data_type.to_string(),
        comment: field.comment.clone(),
    }
}

/// The name of a function of the session: one part, behind `session` or not.
fn temporary_name(name: &Name) -> Done<QualifiedName> {
    let own = written(name)?;
    let is_of_session = own.qualifier().iter().all(|part| part.matches("session") || part.matches("system"));
    if is_of_session {
        return Ok(QualifiedName::single(own.last().clone()));
    }
    let title = format!("the temporary function `{own}` has a qualified name");
    Err(fault(Condition::INVALID_TEMP_OBJ_QUALIFIER, title, name).into())
}

fn there(full: &QualifiedName, name: &Name) -> Diagnostic {
    let title = format!("there is a function {} already", quoted(full));
    fault(Condition::ROUTINE_ALREADY_EXISTS, title, name).help("write `CREATE OR REPLACE FUNCTION`")
}

fn of_session(full: &QualifiedName, temporary: &str, name: &Name) -> Diagnostic {
    let title = format!("the stored function {} names `{temporary}`, which ends with the session", quoted(full));
    fault(Condition::INVALID_TEMP_OBJ_REFERENCE, title, name).help("make both temporary, or both stored")
}

/// Checks what the lists and the body of a function say by themselves.
fn check(definition: &FunctionDefinition, name: &Name) -> Done {
    let parameters: Vec<&Identifier> = definition.parameters.iter().map(|parameter| &parameter.name.text).collect();
    if let Some(twice) = repeated(&parameters) {
        let title = format!("two parameters have the name `{twice}`");
        return Err(fault(Condition::DUPLICATE_ROUTINE_PARAMETER_NAMES, title, name).into());
    }
    let mut types: Vec<&SparkType> = definition.parameters.iter().map(|parameter| &parameter.data_type).collect();
    match &definition.returns {
        Returns::Value(data_type) => types.extend(data_type),
        Returns::Rows(columns) => {
            let columns = columns.as_deref().unwrap_or_default();
            let names: Vec<&Identifier> = columns.iter().map(|column| &column.name).collect();
            if let Some(twice) = repeated(&names) {
                let title = format!("two columns have the name `{twice}`");
                return Err(fault(Condition::DUPLICATE_ROUTINE_RETURNS_COLUMNS, title, name).into());
            }
            types.extend(columns.iter().map(|column| &column.data_type));
        }
    }
    if types.iter().any(|data_type| **data_type != data_type.without_lengths()) {
        let title = "a function takes and gives STRING, not CHAR or VARCHAR";
        return Err(fault(Condition::UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING, title, name).into());
    }
    if let Some(pair) =
        definition.parameters.windows(2).find(|pair| pair[0].default.is_some() && pair[1].default.is_none())
    {
        let title = format!("parameter `{}` has no DEFAULT, but one before it has", pair[1].name.text);
        let condition = Condition::USER_DEFINED_FUNCTIONS_NOT_A_VALID_DEFAULT_PARAMETER_POSITION;
        return Err(fault(condition, title, name).into());
    }
    let mut defaults = definition.parameters.iter().filter_map(|parameter| parameter.default.as_ref());
    if defaults.any(holds_subquery) {
        let condition = Condition::USER_DEFINED_FUNCTIONS_NOT_A_VALID_DEFAULT_EXPRESSION;
        return Err(fault(condition, "the DEFAULT of a parameter holds a query", name).into());
    }
    match &definition.body {
        FunctionBody::Value(value) if is_about_rows(value) => {
            let title = "the body of a function is about one row: aggregates and windows stand in a query";
            let condition = Condition::USER_DEFINED_FUNCTIONS_CANNOT_CONTAIN_COMPLEX_FUNCTIONS;
            Err(fault(condition, title, name).help("write `RETURN (SELECT … FROM …)`").into())
        }
        _ => Ok(()),
    }
}

fn repeated<'n>(names: &[&'n Identifier]) -> Option<&'n Identifier> {
    names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)).map(|(_, name)| *name)
}

/// Whether an aggregate or window stands in an expression outside of its queries.
fn is_about_rows(value: &Expression) -> bool {
    let is_own = match &value.kind {
        ExpressionKind::Window { .. } => true,
        ExpressionKind::Function(call) => {
            let function = call.name.parts.last().and_then(|part| registry::find(part.text.as_str()));
            function.is_some_and(|function| function.role == Role::Aggregate)
        }
        _ => false,
    };
    is_own || value.children().into_iter().any(is_about_rows)
}
