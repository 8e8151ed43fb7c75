//! Calls of `spark.catalog`, which clients send as relations.

use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::relation::CatalogCall;
use spark_connect_proto as proto;
use spark_connect_proto::catalog::CatType;

use super::{ConversionError, Depth, data_type, pairs};

/// A call with its arguments by field name; absent ones are left out.
pub(super) fn catalog(message: &proto::Catalog, depth: Depth) -> Result<CatalogCall, ConversionError> {
    let Some(kind) = &message.cat_type else {
        return Err(ConversionError::OneOfNotSet { message: "spark.connect.Catalog", field: "cat_type" });
    };
    Ok(match kind {
        CatType::CurrentDatabase(_) => call("current_database"),
        CatType::SetCurrentDatabase(m) => call("set_current_database").text("db_name", &m.db_name),
        CatType::ListDatabases(m) => call("list_databases").optional("pattern", m.pattern.as_ref()),
        CatType::ListTables(m) => listing("list_tables", m.db_name.as_ref(), m.pattern.as_ref()),
        CatType::ListFunctions(m) => listing("list_functions", m.db_name.as_ref(), m.pattern.as_ref()),
        CatType::ListViews(m) => listing("list_views", m.db_name.as_ref(), m.pattern.as_ref()),
        CatType::ListColumns(m) => of_table("list_columns", &m.table_name).optional("db_name", m.db_name.as_ref()),
        CatType::GetDatabase(m) => call("get_database").text("db_name", &m.db_name),
        CatType::GetTable(m) => of_table("get_table", &m.table_name).optional("db_name", m.db_name.as_ref()),
        CatType::GetFunction(m) => of_function("get_function", &m.function_name, m.db_name.as_ref()),
        CatType::DatabaseExists(m) => call("database_exists").text("db_name", &m.db_name),
        CatType::TableExists(m) => of_table("table_exists", &m.table_name).optional("db_name", m.db_name.as_ref()),
        CatType::FunctionExists(m) => of_function("function_exists", &m.function_name, m.db_name.as_ref()),
        CatType::CreateExternalTable(m) => external_table(m, depth)?,
        CatType::CreateTable(m) => table(m, depth)?,
        CatType::DropTempView(m) => call("drop_temp_view").text("view_name", &m.view_name),
        CatType::DropGlobalTempView(m) => call("drop_global_temp_view").text("view_name", &m.view_name),
        CatType::RecoverPartitions(m) => of_table("recover_partitions", &m.table_name),
        CatType::IsCached(m) => of_table("is_cached", &m.table_name),
        CatType::CacheTable(m) => of_table("cache_table", &m.table_name),
        CatType::UncacheTable(m) => of_table("uncache_table", &m.table_name),
        CatType::ClearCache(_) => call("clear_cache"),
        CatType::RefreshTable(m) => of_table("refresh_table", &m.table_name),
        CatType::RefreshByPath(m) => call("refresh_by_path").text("path", &m.path),
        CatType::CurrentCatalog(_) => call("current_catalog"),
        CatType::SetCurrentCatalog(m) => call("set_current_catalog").text("catalog_name", &m.catalog_name),
        CatType::ListCatalogs(m) => call("list_catalogs").optional("pattern", m.pattern.as_ref()),
        CatType::DropTable(m) => {
            of_table("drop_table", &m.table_name).flag("if_exists", m.if_exists).flag("purge", m.purge)
        }
        CatType::DropView(m) => call("drop_view").text("view_name", &m.view_name).flag("if_exists", m.if_exists),
        CatType::CreateDatabase(m) => create_database(m),
        CatType::DropDatabase(m) => {
            let call = call("drop_database").text("db_name", &m.db_name);
            call.flag("if_exists", m.if_exists).flag("cascade", m.cascade)
        }
        CatType::ListPartitions(m) => of_table("list_partitions", &m.table_name),
        CatType::GetTableProperties(m) => of_table("get_table_properties", &m.table_name),
        CatType::GetCreateTableString(m) => {
            of_table("get_create_table_string", &m.table_name).flag("as_serde", m.as_serde)
        }
        CatType::TruncateTable(m) => of_table("truncate_table", &m.table_name),
        CatType::AnalyzeTable(m) => of_table("analyze_table", &m.table_name).flag("no_scan", m.no_scan),
    }
    .0)
}

/// A call to which arguments are added.
struct Call(CatalogCall);

impl Call {
    fn text(mut self, name: &str, value: &str) -> Self {
        self.0.arguments.push((name.to_owned(), value.to_owned()));
        self
    }

    fn optional(self, name: &str, value: Option<&String>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    fn flag(self, name: &str, value: bool) -> Self {
        self.text(name, if value { "true" } else { "false" })
    }

    fn schema(mut self, schema: Option<SparkType>) -> Self {
        self.0.schema = schema;
        self
    }

    fn options(mut self, options: Vec<(String, String)>) -> Self {
        self.0.options = options;
        self
    }
}

fn call(operation: &str) -> Call {
    let operation = operation.to_owned();
    Call(CatalogCall { operation, arguments: Vec::new(), schema: None, options: Vec::new() })
}

fn of_table(operation: &str, table: &str) -> Call {
    call(operation).text("table_name", table)
}

fn of_function(operation: &str, function: &str, database: Option<&String>) -> Call {
    call(operation).text("function_name", function).optional("db_name", database)
}

fn listing(operation: &str, database: Option<&String>, pattern: Option<&String>) -> Call {
    call(operation).optional("db_name", database).optional("pattern", pattern)
}

/// The properties of the database are its options.
fn create_database(message: &proto::CreateDatabase) -> Call {
    let call = call("create_database").text("db_name", &message.db_name);
    call.flag("if_not_exists", message.if_not_exists).options(pairs(&message.properties))
}

fn external_table(message: &proto::CreateExternalTable, depth: Depth) -> Result<Call, ConversionError> {
    let schema = data_type::optional(message.schema.as_ref(), depth)?;
    let call = of_table("create_external_table", &message.table_name).optional("path", message.path.as_ref());
    Ok(call.optional("source", message.source.as_ref()).schema(schema).options(pairs(&message.options)))
}

fn table(message: &proto::CreateTable, depth: Depth) -> Result<Call, ConversionError> {
    let schema = data_type::optional(message.schema.as_ref(), depth)?;
    let call = of_table("create_table", &message.table_name).optional("path", message.path.as_ref());
    let call = call.optional("source", message.source.as_ref());
    let call = call.optional("description", message.description.as_ref());
    Ok(call.schema(schema).options(pairs(&message.options)))
}
