//! The table of all conditions. Keep it ordered by name; a test checks.

use super::Condition;

macro_rules! conditions {
    ($($constant:ident = $name:literal, $sqlstate:literal, $explanation:literal;)*) => {
        impl Condition {
            $(
                #[doc = $explanation]
                pub const $constant: Self = Self { name: $name, sqlstate: $sqlstate, explanation: $explanation };
            )*
        }
        /// Every condition, ordered by name.
        pub(super) const ALL: &[Condition] = &[$(Condition::$constant),*];
    };
}

conditions! {
    AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION = "AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION", "42845",
        "An aggregate function takes a value that is another one in each call, such as `rand()`. Compute the value in a query beneath.";
    ALL_PARAMETERS_MUST_BE_NAMED = "ALL_PARAMETERS_MUST_BE_NAMED", "07001",
        "A statement with parameters by name gets all its values by name. Write `USING value AS name`.";
    ALL_PARTITION_COLUMNS_NOT_ALLOWED = "ALL_PARTITION_COLUMNS_NOT_ALLOWED", "KD005",
        "A table needs a column that it is not partitioned by. Leave a column out of PARTITIONED BY.";
    AMBIGUOUS_LATERAL_COLUMN_ALIAS = "AMBIGUOUS_LATERAL_COLUMN_ALIAS", "42702",
        "The SELECT list gives the same name to several columns and then uses it. Rename one of them.";
    AMBIGUOUS_REFERENCE = "AMBIGUOUS_REFERENCE", "42704",
        "A column name fits more than one column of the query's inputs, for example after a join. Put the table's name or alias before it: `orders.id`.";
    ARITHMETIC_OVERFLOW = "ARITHMETIC_OVERFLOW", "22003",
        "The result of a calculation does not fit its type, for example `2147483647 + 1` as INT. Cast an operand to a wider type, or use `try_add` and its like to get NULL.";
    ASSIGNMENT_ARITY_MISMATCH = "ASSIGNMENT_ARITY_MISMATCH", "42802",
        "A statement gives another number of values than there are variables, or a named query another number of names than it has columns.";
    AUTOCDC_EMPTY_KEYS = "AUTOCDC_EMPTY_KEYS", "22023",
        "An AUTO CDC flow needs at least one column in KEYS: the columns that identify a row, for example `KEYS (customer_id)`.";
    AUTOCDC_MISSING_SEQUENCE_BY = "AUTOCDC_MISSING_SEQUENCE_BY", "22023",
        "An AUTO CDC flow needs SEQUENCE BY: the column or expression that says which of two changes to the same key came later.";
    AUTOCDC_MISSING_SOURCE = "AUTOCDC_MISSING_SOURCE", "22023",
        "An AUTO CDC flow needs the name of the table whose rows are the change events: `FROM STREAM source`.";
    AUTOCDC_MULTIPART_COLUMN_IDENTIFIER = "AUTOCDC_MULTIPART_COLUMN_IDENTIFIER", "22023",
        "KEYS and column lists of an AUTO CDC flow name columns of its source. Write the column alone, without a table name before it.";
    AUTOCDC_TRACK_HISTORY_REQUIRES_SCD2 = "AUTOCDC_TRACK_HISTORY_REQUIRES_SCD2", "42613",
        "TRACK HISTORY ON says which columns open a new version of a row. Only a table stored as SCD TYPE 2 keeps versions.";
    BINARY_ARITHMETIC_OVERFLOW = "BINARY_ARITHMETIC_OVERFLOW", "22003",
        "The result of a calculation with TINYINT or SMALLINT values does not fit their type. Cast an operand to a wider type, or use `try_add` and its like to get NULL.";
    CANNOT_DECODE_URL = "CANNOT_DECODE_URL", "22546",
        "A text is no URL-encoded text: a `%` is not followed by two hexadecimal digits. Correct the data, or use `try_url_decode` to get NULL.";
    CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE = "CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE", "42825",
        "The second part of a recursive query gives a type that does not fit into that of the first. Cast the columns of the first part.";
    CANNOT_PARSE_INTERVAL = "CANNOT_PARSE_INTERVAL", "22006",
        "A text is no length of time, for example of a time window. Write it in weeks, days, hours, minutes and seconds: `'1 hour 30 minutes'`.";
    CANNOT_PARSE_TIMESTAMP = "CANNOT_PARSE_TIMESTAMP", "22007",
        "A text does not follow the pattern that `to_date` or `to_timestamp` was given. Correct the pattern, or use `try_to_timestamp` to get NULL.";
    CANNOT_RENAME_ACROSS_SCHEMA = "CANNOT_RENAME_ACROSS_SCHEMA", "0AKD0",
        "A table or view keeps its catalog and schema when it is renamed. Create it anew in the other schema: `CREATE TABLE … AS SELECT * FROM …`.";
    CANNOT_RESOLVE_STAR_EXPAND = "CANNOT_RESOLVE_STAR_EXPAND", "42704",
        "`t.*` names neither a table of FROM nor a struct column.";
    CANNOT_UP_CAST_DATATYPE = "CANNOT_UP_CAST_DATATYPE", "42846",
        "A view that is bound to its schema reads a column whose type has changed since, so that values could be lost. Make the view anew, or let it follow its query by `ALTER VIEW … WITH SCHEMA TYPE EVOLUTION`.";
    CAST_INVALID_INPUT = "CAST_INVALID_INPUT", "22018",
        "A text cannot be read as a value of the type it is cast to, for example `CAST('abc' AS INT)`. Correct the data, or use `try_cast` to get NULL.";
    CAST_OVERFLOW = "CAST_OVERFLOW", "22003",
        "A value does not fit the type it is cast to, for example `CAST(300 AS TINYINT)`. Use a wider type, or `try_cast` to get NULL.";
    CAST_OVERFLOW_IN_TABLE_INSERT = "CAST_OVERFLOW_IN_TABLE_INSERT", "22003",
        "A value does not fit the type of the column that it is stored in. Use a wider column, or `try_cast` in the query to store NULL.";
    CATALOG_ALREADY_EXISTS = "CATALOG_ALREADY_EXISTS", "42710",
        "There is a catalog of this name already. Choose another name, or write `IF NOT EXISTS`.";
    CATALOG_NOT_EMPTY = "CATALOG_NOT_EMPTY", "2BP01",
        "The catalog holds schemas. Drop them first, or write `DROP CATALOG … CASCADE`, which drops them with all that they hold.";
    CATALOG_NOT_FOUND = "CATALOG_NOT_FOUND", "42P08",
        "There is no catalog of this name. `SHOW CATALOGS` lists them; `CREATE CATALOG` makes one.";
    CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE = "CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE", "42000",
        "The schema of files is inferred from the files, and there are none yet. Put a first file there, or give the schema: `read_files(…, schema => 'id BIGINT, …')`.";
    CHECK_CONSTRAINT_VIOLATION = "CHECK_CONSTRAINT_VIOLATION", "23001",
        "A row breaks a CHECK constraint of the table, so nothing was written. Correct the rows, or drop the constraint.";
    COLLECTION_SIZE_LIMIT_EXCEEDED = "COLLECTION_SIZE_LIMIT_EXCEEDED", "54000",
        "A function is asked for an array of more elements than an array can have, for example `array_insert` at a place far beyond the end.";
    COLUMN_ALREADY_EXISTS = "COLUMN_ALREADY_EXISTS", "42711",
        "A column list names the same column twice. Names are compared without regard to case. Remove or rename one of them.";
    COLUMN_NOT_DEFINED_IN_TABLE = "COLUMN_NOT_DEFINED_IN_TABLE", "42703",
        "PARTITIONED BY, CLUSTER BY or another clause names a column that the table does not define. Correct the name or define the column.";
    COLUMN_NOT_FOUND = "COLUMN_NOT_FOUND", "42703",
        "The table has no column of this name. `DESCRIBE` lists its columns.";
    COMPARATOR_RETURNS_NULL = "COMPARATOR_RETURNS_NULL", "22004",
        "The lambda of `array_sort` gave NULL for two elements. It has to give a negative number, 0 or a positive one for every pair; treat NULL elements with `CASE WHEN l IS NULL THEN …`.";
    CONCURRENT_PIPELINE_UPDATE = "CONCURRENT_PIPELINE_UPDATE", "55006",
        "Another process runs an update of the same pipeline. Only one does so at a time; wait for it to end, or give `--wait 10m`.";
    CONNECT_INVALID_PLAN_AGGREGATE_NEEDS_PLAN_INPUT = "CONNECT_INVALID_PLAN.AGGREGATE_NEEDS_PLAN_INPUT", "56K00",
        "A client sent a grouping without the DataFrame that it groups. Update the client: PySpark always sends one.";
    CONNECT_INVALID_PLAN_AGGREGATE_WITH_PIVOT_REQUIRES_PIVOT = "CONNECT_INVALID_PLAN.AGGREGATE_WITH_PIVOT_REQUIRES_PIVOT", "56K00",
        "A client sent a grouping of kind pivot without the column whose values become columns. PySpark sends it with `groupBy(…).pivot(column)`.";
    CONNECT_INVALID_PLAN_ALIAS_WITH_MULTIPLE_IDENTIFIERS_AND_METADATA = "CONNECT_INVALID_PLAN.ALIAS_WITH_MULTIPLE_IDENTIFIERS_AND_METADATA", "56K00",
        "`Column.alias` takes either several names (for a generator such as `posexplode`) or `metadata=`, not both. Leave the metadata out, or name the columns one by one.";
    CONNECT_INVALID_PLAN_ARRAY_LITERAL_MISSING_DATA_TYPE = "CONNECT_INVALID_PLAN.ARRAY_LITERAL_MISSING_DATA_TYPE", "56K00",
        "The element type of an empty array in a plan cannot be known. Cast it, or send its data type along.";
    CONNECT_INVALID_PLAN_ASSERTION_FAILURE = "CONNECT_INVALID_PLAN.ASSERTION_FAILURE", "56K00",
        "Fields of a message contradict each other, or a plan is nested too deeply. The message says which; a deep chain of DataFrame calls can be cut by writing an intermediate table.";
    CONNECT_INVALID_PLAN_CANNOT_PARSE = "CONNECT_INVALID_PLAN.CANNOT_PARSE", "56K00",
        "The bytes of a plan cannot be read, for example because the client compressed them. Set `spark.connect.session.planCompression.threshold` to -1 in the client's session.";
    CONNECT_INVALID_PLAN_CHUNKED_CACHED_LOCAL_RELATION_WITHOUT_DATA = "CONNECT_INVALID_PLAN.CHUNKED_CACHED_LOCAL_RELATION_WITHOUT_DATA", "56K00",
        "A client refers to rows that it sent in parts, but names no part. Create the DataFrame again.";
    CONNECT_INVALID_PLAN_DATA_TYPE_UNSUPPORTED_PROTO_TO_CATALYST = "CONNECT_INVALID_PLAN.DATA_TYPE_UNSUPPORTED_PROTO_TO_CATALYST", "56K00",
        "A data type of a plan is outside the limits of Spark SQL, for example DECIMAL of more than 38 digits. Use a type within them.";
    CONNECT_INVALID_PLAN_DEDUPLICATE_ALL_COLUMNS_AND_SUBSET = "CONNECT_INVALID_PLAN.DEDUPLICATE_ALL_COLUMNS_AND_SUBSET", "56K00",
        "A client asks to drop duplicates over all columns and over some at the same time. Call `dropDuplicates()` or `dropDuplicates([…])`.";
    CONNECT_INVALID_PLAN_DEDUPLICATE_NEEDS_INPUT = "CONNECT_INVALID_PLAN.DEDUPLICATE_NEEDS_INPUT", "56K00",
        "A client sent a deduplication without the DataFrame it is about. Update the client: PySpark always sends one.";
    CONNECT_INVALID_PLAN_DEDUPLICATE_REQUIRES_COLUMNS_OR_ALL = "CONNECT_INVALID_PLAN.DEDUPLICATE_REQUIRES_COLUMNS_OR_ALL", "56K00",
        "A client asks to drop duplicates without saying which columns are compared. Name columns, or call `dropDuplicates()` for all.";
    CONNECT_INVALID_PLAN_EXCEPT_DOES_NOT_SUPPORT_UNION_BY_NAME = "CONNECT_INVALID_PLAN.EXCEPT_DOES_NOT_SUPPORT_UNION_BY_NAME", "56K00",
        "Only a union matches columns by name. Select the columns in the same order on both sides of EXCEPT.";
    CONNECT_INVALID_PLAN_FIELD_CANNOT_BE_EMPTY = "CONNECT_INVALID_PLAN.FIELD_CANNOT_BE_EMPTY", "56K00",
        "A field of a message that must hold something is empty, for example the name of a DataFrame's view. Pass a value.";
    CONNECT_INVALID_PLAN_INCOMPATIBLE_LITERAL_DATA_TYPE = "CONNECT_INVALID_PLAN.INCOMPATIBLE_LITERAL_DATA_TYPE", "56K00",
        "A client sent a literal along with a data type that it cannot have. Cast the literal instead.";
    CONNECT_INVALID_PLAN_INTERSECT_DOES_NOT_SUPPORT_UNION_BY_NAME = "CONNECT_INVALID_PLAN.INTERSECT_DOES_NOT_SUPPORT_UNION_BY_NAME", "56K00",
        "Only a union matches columns by name. Select the columns in the same order on both sides of INTERSECT.";
    CONNECT_INVALID_PLAN_INVALID_ENUM = "CONNECT_INVALID_PLAN.INVALID_ENUM", "56K00",
        "A client left a choice open that a command needs, or made one this version does not know, for example a save mode. Update the client or say which is meant.";
    CONNECT_INVALID_PLAN_INVALID_ONE_OF_FIELD_NOT_SET = "CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SET", "56K00",
        "A message of a plan leaves open which of its cases it is. Update the client, or this server when the client is newer.";
    CONNECT_INVALID_PLAN_INVALID_ONE_OF_FIELD_NOT_SUPPORTED = "CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SUPPORTED", "56K00",
        "A plan uses a part of the protocol that is not supported, which the message names. Typed Datasets of Scala clients are the usual source; use DataFrame methods instead.";
    CONNECT_INVALID_PLAN_INVALID_SCHEMA_NON_STRUCT_TYPE = "CONNECT_INVALID_PLAN.INVALID_SCHEMA_NON_STRUCT_TYPE", "56K00",
        "A schema lists columns, for example `a INT, b STRING`. A single type such as `INT` does not say what the column is called.";
    CONNECT_INVALID_PLAN_LAMBDA_FUNCTION_ARGUMENT_COUNT_INVALID = "CONNECT_INVALID_PLAN.LAMBDA_FUNCTION_ARGUMENT_COUNT_INVALID", "56K00",
        "The function given to `transform`, `filter`, `aggregate` and their like takes one to three parameters. Change the lambda.";
    CONNECT_INVALID_PLAN_LOWER_BOUND_REQUIRED_IN_WINDOW_FRAME = "CONNECT_INVALID_PLAN.LOWER_BOUND_REQUIRED_IN_WINDOW_FRAME", "56K00",
        "A window frame needs both bounds: `Window.rowsBetween(start, end)`.";
    CONNECT_INVALID_PLAN_MAP_LITERAL_MISSING_DATA_TYPE = "CONNECT_INVALID_PLAN.MAP_LITERAL_MISSING_DATA_TYPE", "56K00",
        "The types of an empty map in a plan cannot be known. Cast it, or send its data type along.";
    CONNECT_INVALID_PLAN_MULTIPLE_PATHS_NOT_SUPPORTED_FOR_STREAMING_SOURCE = "CONNECT_INVALID_PLAN.MULTIPLE_PATHS_NOT_SUPPORTED_FOR_STREAMING_SOURCE", "56K00",
        "`readStream` reads one path, which may hold wildcards. Use a pattern such as `/data/{a,b}`, or one stream for each path and `union`.";
    CONNECT_INVALID_PLAN_NA_FILL_VALUES_EMPTY = "CONNECT_INVALID_PLAN.NA_FILL_VALUES_EMPTY", "56K00",
        "`na.fill` replaces NULL by a value. Pass a value, or a dictionary of columns and values that is not empty.";
    CONNECT_INVALID_PLAN_NA_FILL_VALUES_LENGTH_MISMATCH = "CONNECT_INVALID_PLAN.NA_FILL_VALUES_LENGTH_MISMATCH", "56K00",
        "`na.fill` takes one value for all columns, or one for each. Pass a dictionary of columns and values.";
    CONNECT_INVALID_PLAN_PREDICATES_NOT_SUPPORTED_FOR_DATA_SOURCE = "CONNECT_INVALID_PLAN.PREDICATES_NOT_SUPPORTED_FOR_DATA_SOURCE", "56K00",
        "Predicates divide a JDBC read into partitions. For other formats use `filter`.";
    CONNECT_INVALID_PLAN_PYTHON_UDT_MISSING_FIELDS = "CONNECT_INVALID_PLAN.PYTHON_UDT_MISSING_FIELDS", "56K00",
        "A type defined in Python needs its class, the serialized class and the SQL type it is stored as. Derive it from PySpark's `UserDefinedType`.";
    CONNECT_INVALID_PLAN_SCHEMA_REQUIRED_FOR_LOCAL_RELATION = "CONNECT_INVALID_PLAN.SCHEMA_REQUIRED_FOR_LOCAL_RELATION", "56K00",
        "`createDataFrame` of no rows cannot infer its columns. Pass a schema, for example `spark.createDataFrame([], 'a INT')`.";
    CONNECT_INVALID_PLAN_SET_OPERATION_MUST_HAVE_TWO_INPUTS = "CONNECT_INVALID_PLAN.SET_OPERATION_MUST_HAVE_TWO_INPUTS", "56K00",
        "UNION, INTERSECT and EXCEPT combine two DataFrames. Update the client: PySpark always sends both.";
    CONNECT_INVALID_PLAN_SQL_COMMAND_EXPECTS_SQL_OR_WITH_RELATIONS = "CONNECT_INVALID_PLAN.SQL_COMMAND_EXPECTS_SQL_OR_WITH_RELATIONS", "56K00",
        "The command behind `spark.sql` must hold SQL text. Run DataFrames with `collect()` and their like.";
    CONNECT_INVALID_PLAN_STRUCT_LITERAL_MISSING_DATA_TYPE = "CONNECT_INVALID_PLAN.STRUCT_LITERAL_MISSING_DATA_TYPE", "56K00",
        "A struct in a plan needs a data type that names its fields. Use `struct(lit(…).alias('a'))`.";
    CONNECT_INVALID_PLAN_UDT_TYPE_FIELD_INVALID = "CONNECT_INVALID_PLAN.UDT_TYPE_FIELD_INVALID", "56K00",
        "The protocol knows one kind of user-defined type, `udt`. Update the client.";
    CONNECT_INVALID_PLAN_UNION_BY_NAME_ALLOW_MISSING_COL_REQUIRES_BY_NAME = "CONNECT_INVALID_PLAN.UNION_BY_NAME_ALLOW_MISSING_COL_REQUIRES_BY_NAME", "56K00",
        "Missing columns are filled with NULL only where columns match by name: `unionByName(other, allowMissingColumns=True)`.";
    CONNECT_INVALID_PLAN_UNRESOLVED_NAMED_LAMBDA_VARIABLE_REQUIRES_NAME_PART = "CONNECT_INVALID_PLAN.UNRESOLVED_NAMED_LAMBDA_VARIABLE_REQUIRES_NAME_PART", "56K00",
        "The parameter of a lambda in a plan has no name. Update the client: PySpark names them.";
    CONNECT_INVALID_PLAN_UNRESOLVED_STAR_TARGET_INVALID = "CONNECT_INVALID_PLAN.UNRESOLVED_STAR_TARGET_INVALID", "56K00",
        "What stands before a star ends with `.*`, for example `col('t.*')`.";
    CONNECT_INVALID_PLAN_UNRESOLVED_STAR_WITH_BOTH_TARGET_AND_PLAN_ID = "CONNECT_INVALID_PLAN.UNRESOLVED_STAR_WITH_BOTH_TARGET_AND_PLAN_ID", "56K00",
        "A star stands for the columns of a name (`col('t.*')`) or of a DataFrame (`df['*']`), not of both.";
    CONNECT_INVALID_PLAN_UNSUPPORTED_LITERAL_TYPE = "CONNECT_INVALID_PLAN.UNSUPPORTED_LITERAL_TYPE", "56K00",
        "A constant in a plan cannot be read, for example a decimal of more than 38 digits. Use one within the limits of Spark SQL.";
    CONNECT_INVALID_PLAN_UNSUPPORTED_USER_DEFINED_FUNCTION_IMPLEMENTATION = "CONNECT_INVALID_PLAN.UNSUPPORTED_USER_DEFINED_FUNCTION_IMPLEMENTATION", "56K00",
        "A function in a plan carries no Python, Scala or Java code. Update the client.";
    CONNECT_INVALID_PLAN_UPPER_BOUND_REQUIRED_IN_WINDOW_FRAME = "CONNECT_INVALID_PLAN.UPPER_BOUND_REQUIRED_IN_WINDOW_FRAME", "56K00",
        "A window frame needs both bounds: `Window.rowsBetween(start, end)`.";
    CONNECT_INVALID_PLAN_USING_COLUMNS_OR_JOIN_CONDITION_SET_IN_JOIN = "CONNECT_INVALID_PLAN.USING_COLUMNS_OR_JOIN_CONDITION_SET_IN_JOIN", "56K00",
        "A join matches columns by name or by a condition. Pass `on=` one of them.";
    CONNECT_INVALID_PLAN_WINDOW_FUNCTION_REQUIRED = "CONNECT_INVALID_PLAN.WINDOW_FUNCTION_REQUIRED", "56K00",
        "A window in a plan has no function that it belongs to. Write `function.over(window)`.";
    CONNECT_INVALID_PLAN_WITH_COLUMNS_REQUIRE_SINGLE_NAME_PART = "CONNECT_INVALID_PLAN.WITH_COLUMNS_REQUIRE_SINGLE_NAME_PART", "56K00",
        "`withColumn` and `withColumns` name each new column once. Use `select` with `alias` for a generator of several columns.";
    CONSTRAINT_ALREADY_EXISTS = "CONSTRAINT_ALREADY_EXISTS", "42710",
        "The table has a constraint of this name already. Drop it first, or choose another name.";
    CONSTRAINT_DOES_NOT_EXIST = "CONSTRAINT_DOES_NOT_EXIST", "42704",
        "The table has no constraint of this name. `SHOW TBLPROPERTIES` lists constraints as `delta.constraints.…`; write `IF EXISTS` to tolerate that it is missing.";
    CONVERSION_INVALID_INPUT = "CONVERSION_INVALID_INPUT", "22018",
        "A text cannot be converted because it is malformed, for example no hexadecimal digits or no base 64. Correct the data, or use `try_to_binary` to get NULL.";
    CREATE_VIEW_COLUMN_ARITY_MISMATCH_NOT_ENOUGH_DATA_COLUMNS = "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "21S01",
        "The view's column list has more names than its query has columns.";
    CREATE_VIEW_COLUMN_ARITY_MISMATCH_TOO_MANY_DATA_COLUMNS = "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01",
        "The view's query has more columns than its column list names.";
    CYCLIC_FUNCTION_REFERENCE = "CYCLIC_FUNCTION_REFERENCE", "42887",
        "A function of SQL calls itself, directly or through others. Change the body of one of them.";
    DATATYPE_MISMATCH = "DATATYPE_MISMATCH", "42K09",
        "An expression gets a value of a type it cannot work with, for example `upper` of an ARRAY or `+` of two BOOLEANs. Cast the value to the type that the message names.";
    DATATYPE_MISMATCH_IN_SUBQUERY_DATA_TYPE_MISMATCH = "DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH", "42K09",
        "IN compares a value with a column of another type, and neither can be taken for the other. Cast one of them.";
    DATATYPE_MISMATCH_IN_SUBQUERY_LENGTH_MISMATCH = "DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH", "42K09",
        "The query of IN has more or fewer columns than there are values before IN. Select one column for each value: `(a, b) IN (SELECT x, y FROM t)`.";
    DATATYPE_MISSING_SIZE = "DATATYPE_MISSING_SIZE", "42K01",
        "CHAR and VARCHAR are written with a length, as `VARCHAR(20)`. STRING holds texts of any length.";
    DATA_SOURCE_NOT_FOUND = "DATA_SOURCE_NOT_FOUND", "42K02",
        "There is no data source of this name. Tables are written as `delta`; `parquet`, `csv` and `json` files are read.";
    DATETIME_FIELD_OUT_OF_BOUNDS = "DATETIME_FIELD_OUT_OF_BOUNDS", "22023",
        "A part of a date or time is out of bounds, for example month 13 or 30 February. Correct the data, or use `try_make_timestamp` and its like to get NULL.";
    DATETIME_OVERFLOW = "DATETIME_OVERFLOW", "22008",
        "The result of a calculation with dates or timestamps lies outside of their range.";
    DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION = "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003",
        "A number would have more than the 38 digits that a DECIMAL can have. Use a shorter format or type.";
    DEFAULT_DATABASE_NOT_EXISTS = "DEFAULT_DATABASE_NOT_EXISTS", "42704",
        "The default schema of the session is not there.";
    DEFAULT_PLACEMENT_INVALID = "DEFAULT_PLACEMENT_INVALID", "42608",
        "DEFAULT stands within an expression. It stands alone, in place of a value.";
    DELTA_CONCURRENT_APPEND = "DELTA_CONCURRENT_APPEND", "2D521",
        "Someone else changed the table while the statement ran, and what it would have written depends on what it read. Nothing was written; run it again.";
    DELTA_CONCURRENT_WRITE = "DELTA_CONCURRENT_WRITE", "2D521",
        "Someone else changed the table while the statement ran. Nothing was written; run it again.";
    DELTA_CREATE_TABLE_SCHEME_MISMATCH = "DELTA_CREATE_TABLE_SCHEME_MISMATCH", "42KD7",
        "The folder holds a Delta table with other columns than the statement says. Leave the columns out to take those of the table.";
    DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION = "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION", "42601",
        "The folder of a new table holds files that are no Delta table. Choose an empty folder, or move them away.";
    DELTA_METADATA_CHANGED = "DELTA_METADATA_CHANGED", "2D521",
        "Someone else changed the columns or properties of the table while the statement ran. Nothing was written; run it again.";
    DELTA_NOT_NULL_CONSTRAINT_VIOLATED = "DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502",
        "A row has no value for a column that its table declares NOT NULL. Correct the source, drop such rows with an expectation, or declare the column without NOT NULL.";
    DELTA_PATH_DOES_NOT_EXIST = "DELTA_PATH_DOES_NOT_EXIST", "42K03",
        "There is no Delta table in the folder. Give the columns of a new one.";
    DELTA_PROTOCOL_CHANGED = "DELTA_PROTOCOL_CHANGED", "2D521",
        "Someone else changed the protocol of the table while the statement ran. Nothing was written; run it again.";
    DELTA_REPLACE_WHERE_MISMATCH = "DELTA_REPLACE_WHERE_MISMATCH", "44000",
        "Rows of INSERT … REPLACE WHERE do not meet its condition, so nothing was written. Filter the query by the condition.";
    DELTA_SOURCE_TABLE_IGNORE_CHANGES = "DELTA_SOURCE_TABLE_IGNORE_CHANGES", "0A000",
        "A table that is read as a stream had rows changed or deleted. A stream reads appended rows only. Pass over such commits with `skipChangeCommits`, read the table without STREAM into a materialized view, or start the reading table over with `--full-refresh`.";
    DELTA_STARTING_VERSION_AND_TIMESTAMP_BOTH_SET = "DELTA_STARTING_VERSION_AND_TIMESTAMP_BOTH_SET", "42613",
        "A streaming read of a table says with `startingVersion` and with `startingTimestamp` where it begins. Keep one of them.";
    DELTA_TIMESTAMP_GREATER_THAN_COMMIT = "DELTA_TIMESTAMP_GREATER_THAN_COMMIT", "42816",
        "A streaming read of a table begins at a time that lies after its newest commit. Name an earlier time, or `startingVersion => 'latest'` for what comes from now on.";
    DELTA_UNSUPPORTED_DATA_TYPES = "DELTA_UNSUPPORTED_DATA_TYPES", "0AKDC",
        "A table would get a column of a type that Delta tables cannot hold, an interval for example. Cast it: seconds of an interval are a BIGINT, its text is a STRING. Temporary views may have such columns.";
    DELTA_UNSUPPORTED_DROP_COLUMN = "DELTA_UNSUPPORTED_DROP_COLUMN", "0AKDC",
        "Dropping a column needs column mapping, which makes a table unreadable for older readers and is not built. Create the table anew without the column: `CREATE OR REPLACE TABLE t AS SELECT * EXCEPT (c) FROM t`.";
    DELTA_UNSUPPORTED_RENAME_COLUMN = "DELTA_UNSUPPORTED_RENAME_COLUMN", "0AKDC",
        "Renaming a column needs column mapping, which makes a table unreadable for older readers and is not built. Create the table anew with the new name.";
    DELTA_VERSION_NOT_FOUND = "DELTA_VERSION_NOT_FOUND", "22003",
        "A query asks for a version of a table, or for the table at a time, that its log does not hold: it lies in the future, or before the oldest version that was kept.";
    DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE = "DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE", "55019",
        "A table that is read as a stream was deleted and made anew, so what the stream has read of it says nothing of the new one. Start the reading table over with `--full-refresh`.";
    DISTINCT_WINDOW_FUNCTION_UNSUPPORTED = "DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", "0A000",
        "An aggregate of different values cannot be computed over a window. Compute it with GROUP BY and join the result.";
    DIVIDE_BY_ZERO = "DIVIDE_BY_ZERO", "22012",
        "A division by zero. Use `try_divide` to get NULL, or guard the division with NULLIF or CASE.";
    DUPLICATED_CTE_NAMES = "DUPLICATED_CTE_NAMES", "42602",
        "WITH defines the same name twice. Rename one of the queries.";
    DUPLICATED_MAP_KEY = "DUPLICATED_MAP_KEY", "23505",
        "A MAP gets the same key twice, for example `map('a', 1, 'a', 2)`. Keep one entry for each key.";
    DUPLICATE_ASSIGNMENTS = "DUPLICATE_ASSIGNMENTS", "42701",
        "A variable or column gets two values in one statement. Leave one of them out.";
    DUPLICATE_CLAUSES = "DUPLICATE_CLAUSES", "42614",
        "A statement has a clause twice, for example two COMMENT clauses. Keep one of them.";
    DUPLICATE_EXPECTATION = "DUPLICATE_EXPECTATION", "42710",
        "Two expectations of one dataset have the same name. Names of expectations appear in the metrics, so they must differ within a dataset.";
    DUPLICATE_KEY = "DUPLICATE_KEY", "23505",
        "A list of properties or options names the same key twice. Keep one of them.";
    DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT = "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE", "4274K",
        "A named argument stands twice in the call of a function. Keep one of them.";
    DUPLICATE_ROUTINE_PARAMETER_NAMES = "DUPLICATE_ROUTINE_PARAMETER_NAMES", "42734",
        "Two parameters of a function have one name. Rename one of them.";
    DUPLICATE_ROUTINE_RETURNS_COLUMNS = "DUPLICATE_ROUTINE_RETURNS_COLUMNS", "42711",
        "Two columns of the rows that a function gives have one name. Rename one of them in `RETURNS TABLE (…)`.";
    DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE = "DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE", "42734",
        "DECLARE VARIABLE names a variable twice. Name each once.";
    EXCEED_LIMIT_LENGTH = "EXCEED_LIMIT_LENGTH", "54006",
        "A text is longer than the CHAR or VARCHAR column that it is stored in. Make the column longer, or shorten the text in the query.";
    EXCEPT_OVERLAPPING_COLUMNS = "EXCEPT_OVERLAPPING_COLUMNS", "42702",
        "EXCEPT names the same column twice, or a struct and a field of it. Name each once.";
    EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES = "EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES", "42701",
        "USING of EXECUTE IMMEDIATE gives two values the same name. Give each its own.";
    EXPECTATION_VIOLATION = "EXPECTATION_VIOLATION", "22000",
        "Rows violate an expectation that is declared ON VIOLATION FAIL UPDATE. Nothing of the batch was written. Correct the source, or declare DROP ROW or QUARANTINE.";
    EXPECT_TABLE_NOT_VIEW_NO_ALTERNATIVE = "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "42809",
        "A statement that changes a table names a view. Change the tables that the view reads instead.";
    EXPECT_TABLE_NOT_VIEW_USE_ALTER_VIEW = "EXPECT_TABLE_NOT_VIEW.USE_ALTER_VIEW", "42809",
        "ALTER TABLE names a view. Write ALTER VIEW instead.";
    EXPECT_VIEW_NOT_TABLE_NO_ALTERNATIVE = "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", "42809",
        "A statement about views names a table. Write the statement for tables instead.";
    EXPECT_VIEW_NOT_TABLE_USE_ALTER_TABLE = "EXPECT_VIEW_NOT_TABLE.USE_ALTER_TABLE", "42809",
        "ALTER VIEW names a table. Write ALTER TABLE instead.";
    FAILED_FUNCTION_CALL = "FAILED_FUNCTION_CALL", "38000",
        "A table function such as `range` cannot be called with these values, for example with a step of 0.";
    FAILED_READ_FILE_NO_HINT = "FAILED_READ_FILE.NO_HINT", "KD001",
        "A file is damaged: it is not what its name or the format says, or it ends too early. Replace or remove the file, or set `ignoreCorruptFiles => true` to count it as rejected.";
    FIELD_NOT_FOUND = "FIELD_NOT_FOUND", "42704",
        "A STRUCT column has no field of this name. The message lists the fields that it has.";
    GENERATED_COLUMN_WITH_DEFAULT_VALUE = "GENERATED_COLUMN_WITH_DEFAULT_VALUE", "42623",
        "A column is computed or has a default value, not both. Leave one of them out.";
    GROUPING_COLUMN_MISMATCH = "GROUPING_COLUMN_MISMATCH", "42803",
        "`grouping(column)` names a column that is no key of ROLLUP, CUBE or GROUPING SETS. Name one of the keys.";
    GROUPING_ID_COLUMN_MISMATCH = "GROUPING_ID_COLUMN_MISMATCH", "42803",
        "`grouping_id(…)` names other columns than those of ROLLUP, CUBE or GROUPING SETS, or in another order. Write `grouping_id()`.";
    GROUP_BY_AGGREGATE = "GROUP_BY_AGGREGATE", "42903",
        "GROUP BY or WHERE holds an aggregate function. Aggregates are computed per group, after both; use HAVING to filter by one.";
    GROUP_BY_POS_AGGREGATE = "GROUP_BY_POS_AGGREGATE", "42903",
        "A number in GROUP BY means a column of the SELECT list that holds an aggregate function. Group by columns that are none.";
    GROUP_BY_POS_OUT_OF_RANGE = "GROUP_BY_POS_OUT_OF_RANGE", "42805",
        "A number in GROUP BY or ORDER BY means a column of the SELECT list, counted from 1. This one is beyond the list's end.";
    IDENTIFIER_TOO_MANY_NAME_PARTS = "IDENTIFIER_TOO_MANY_NAME_PARTS", "42601",
        "A name has more parts than its place takes, for example `IDENTIFIER('a.b')` as the name of a column. Give it one part.";
    ILLEGAL_DAY_OF_WEEK = "ILLEGAL_DAY_OF_WEEK", "22009",
        "`next_day` takes the name of a day of the week: `Monday`, `Mon` or `Mo`.";
    INCOMPARABLE_PIVOT_COLUMN = "INCOMPARABLE_PIVOT_COLUMN", "42818",
        "PIVOT compares the values of a column, and maps cannot be compared.";
    INCOMPATIBLE_BATCH_VIEW_READ = "INCOMPATIBLE_BATCH_VIEW_READ", "42000",
        "A temporary view whose query is not a stream is read with STREAM. Read it without STREAM, or make the view's own query read a stream.";
    INCOMPATIBLE_COLUMN_TYPE = "INCOMPATIBLE_COLUMN_TYPE", "42825",
        "Columns of UNION, INTERSECT or EXCEPT at the same place have types without a common type. Cast one of them.";
    INCOMPATIBLE_DATA_FOR_TABLE_CANNOT_FIND_DATA = "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA", "KD000",
        "INSERT BY NAME lacks a column that the table needs, because it is NOT NULL and has no default value.";
    INCOMPATIBLE_DATA_FOR_TABLE_CANNOT_SAFELY_CAST = "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST", "KD000",
        "A column of the query has a type that cannot be stored in the table's column without an explicit cast, for example STRING in INT. Write the cast.";
    INCOMPATIBLE_DATA_FOR_TABLE_EXTRA_COLUMNS = "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS", "KD000",
        "INSERT BY NAME gives columns that the table does not have. Leave them out, rename them, or add them to the table first.";
    INCOMPATIBLE_JOIN_TYPES = "INCOMPATIBLE_JOIN_TYPES", "42613",
        "A NATURAL join cannot be LATERAL: what the other input sees would depend on itself. Write `JOIN LATERAL (…) ON …`.";
    INCOMPATIBLE_STREAMING_VIEW_READ = "INCOMPATIBLE_STREAMING_VIEW_READ", "42000",
        "A temporary view whose query is a stream is read without STREAM. Read it with STREAM, or make the view's own query a batch query.";
    INCOMPATIBLE_VIEW_SCHEMA_CHANGE = "INCOMPATIBLE_VIEW_SCHEMA_CHANGE", "51024",
        "The query of a view gives other columns than it did when the view was made. Make the view anew with CREATE OR REPLACE VIEW.";
    INCONSISTENT_BEHAVIOR_CROSS_VERSION = "INCONSISTENT_BEHAVIOR_CROSS_VERSION", "42K0B",
        "A pattern of dates or times has letters that are not allowed, such as week-based ones (`Y`, `w`, `W`, `u`) in patterns that read texts. Write the pattern with other letters.";
    INSERT_COLUMN_ARITY_MISMATCH_NOT_ENOUGH_DATA_COLUMNS = "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "21S01",
        "INSERT gives fewer columns than the table, or its column list, has. Name the columns that are given: `INSERT INTO t (a, b) …`; the others get their default values or NULL.";
    INSERT_COLUMN_ARITY_MISMATCH_TOO_MANY_DATA_COLUMNS = "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01",
        "INSERT gives more columns than the table, or its column list, has. Leave the others out.";
    INSERT_PARTITION_COLUMN_ARITY_MISMATCH = "INSERT_PARTITION_COLUMN_ARITY_MISMATCH", "21S01",
        "INSERT with PARTITION gives another number of columns than the table has besides the partition columns with a fixed value.";
    INTERVAL_ARITHMETIC_OVERFLOW = "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "22015",
        "An interval is too long for its type. Use smaller parts, or `try_make_interval` to get NULL.";
    INTERVAL_DIVIDED_BY_ZERO = "INTERVAL_DIVIDED_BY_ZERO", "22012",
        "An interval is divided by zero. Guard the division with NULLIF, or use `try_divide` to get NULL.";
    INVALID_AGGREGATE_FILTER = "INVALID_AGGREGATE_FILTER", "42903",
        "The FILTER of an aggregate is no condition on the rows of its group. Write `FILTER (WHERE condition)`.";
    INVALID_ARRAY_INDEX = "INVALID_ARRAY_INDEX", "22003",
        "An array was indexed outside of its bounds. Use `get(array, index)` to get NULL instead.";
    INVALID_ARRAY_INDEX_IN_ELEMENT_AT = "INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "22003",
        "`element_at` asks for an element that the array lacks. Use `try_element_at` to get NULL.";
    INVALID_ATTRIBUTE_NAME_SYNTAX = "INVALID_ATTRIBUTE_NAME_SYNTAX", "42601",
        "The name of a column has an empty part or a back-quote that is left open. Put back-quotes around a part that holds a dot: `t.`a.b``.";
    INVALID_CONF_VALUE_TIME_ZONE = "INVALID_CONF_VALUE.TIME_ZONE", "22022",
        "The setting takes a time zone: a region such as `Europe/Berlin` or an offset such as `+02:00`.";
    INVALID_CONF_VALUE_TYPE_MISMATCH = "INVALID_CONF_VALUE.TYPE_MISMATCH", "22022",
        "The value of a setting is of another kind than the setting takes, for example a text where a number belongs. Correct it in the `configuration` of the pipeline's spec or after `--set`.";
    INVALID_DATETIME_PATTERN = "INVALID_DATETIME_PATTERN", "22007",
        "A pattern of dates or times has a letter or a number of letters that has no meaning there.";
    INVALID_DEFAULT_VALUE_DATA_TYPE = "INVALID_DEFAULT_VALUE.DATA_TYPE", "42623",
        "The default value of a column has a type that its column cannot store.";
    INVALID_DEFAULT_VALUE_NOT_CONSTANT = "INVALID_DEFAULT_VALUE.NOT_CONSTANT", "42623",
        "The default value of a column must not read columns or subqueries: it is computed once for each INSERT.";
    INVALID_DEFAULT_VALUE_SUBQUERY_EXPRESSION = "INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION", "42623",
        "A DEFAULT must not hold a subquery. Declare the variable without one, and set it by `SET VAR v = (SELECT …)`.";
    INVALID_DEFAULT_VALUE_UNRESOLVED_EXPRESSION = "INVALID_DEFAULT_VALUE.UNRESOLVED_EXPRESSION", "42623",
        "The DEFAULT of a column names what is not known: a column, a misspelt function. It is a constant.";
    INVALID_EMPTY_LOCATION = "INVALID_EMPTY_LOCATION", "42K05",
        "A table or query names files by an empty path. Write the path.";
    INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE = "INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE", "42K09",
        "What EXECUTE IMMEDIATE runs is a STRING that holds one statement.";
    INVALID_EXTRACT_BASE_FIELD_TYPE = "INVALID_EXTRACT_BASE_FIELD_TYPE", "42000",
        "A field is asked of a value that has none: `a.b` needs a STRUCT or MAP as `a`.";
    INVALID_EXTRACT_FIELD = "INVALID_EXTRACT_FIELD", "42601",
        "`extract` and `date_part` have no field of this name for a value of this type. Fields are YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFWEEK, DOY, HOUR, MINUTE, SECOND and their short forms.";
    INVALID_FLOW_QUERY_TYPE_AUTOCDC_RELATION_FOR_TEMPORARY_VIEW = "INVALID_FLOW_QUERY_TYPE.AUTOCDC_RELATION_FOR_TEMPORARY_VIEW", "42000",
        "An AUTO CDC flow writes rows and keeps state, so its target must be a streaming table. Here it is a view or a materialized view.";
    INVALID_FLOW_QUERY_TYPE_BATCH_RELATION_FOR_STREAMING_TABLE = "INVALID_FLOW_QUERY_TYPE.BATCH_RELATION_FOR_STREAMING_TABLE", "42000",
        "A streaming table is filled by queries that read a stream. Write STREAM before the source, use INSERT INTO ONCE for a one-time load, or declare a materialized view.";
    INVALID_FLOW_QUERY_TYPE_STREAMING_RELATION_FOR_MATERIALIZED_VIEW = "INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_MATERIALIZED_VIEW", "42000",
        "A materialized view is the result of a batch query over everything its sources hold. Remove STREAM from its query, or declare a streaming table.";
    INVALID_FLOW_QUERY_TYPE_STREAMING_RELATION_FOR_ONCE_FLOW = "INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_ONCE_FLOW", "42000",
        "INSERT INTO ONCE runs a batch query a single time. Remove STREAM from its query, or remove ONCE to keep the flow running with every update.";
    INVALID_FLOW_QUERY_TYPE_STREAMING_RELATION_FOR_PERSISTED_VIEW = "INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_PERSISTED_VIEW", "42000",
        "A persisted view is read by batch queries of other sessions. Remove STREAM from its query, or declare a temporary view.";
    INVALID_FORMAT = "INVALID_FORMAT", "42601",
        "A pattern of LIKE or of a number has a character that cannot stand there.";
    INVALID_FRACTION_OF_SECOND = "INVALID_FRACTION_OF_SECOND", "22023",
        "The seconds of a timestamp lie between 0 and 60, and 60 has no fraction. Correct the data, or use `try_make_timestamp` to get NULL.";
    INVALID_IDENTIFIER = "INVALID_IDENTIFIER", "42602",
        "A name holds a character that needs back-quotes around the name, such as `-`.";
    INVALID_INDEX_OF_ZERO = "INVALID_INDEX_OF_ZERO", "22003",
        "Elements of an array are counted from 1 here, so there is no element 0.";
    INVALID_INLINE_TABLE_CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE = "INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE", "42000",
        "VALUES holds an aggregate function, or a column of another query. Select it from a query.";
    INVALID_INLINE_TABLE_FAILED_SQL_EXPRESSION_EVALUATION = "INVALID_INLINE_TABLE.FAILED_SQL_EXPRESSION_EVALUATION", "42000",
        "A value of VALUES cannot be computed, for example a division by zero or a text that is no number. Correct it, or write its `try_` form.";
    INVALID_INLINE_TABLE_INCOMPATIBLE_TYPES_IN_INLINE_TABLE = "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", "42000",
        "A column of VALUES has values that have no common type. Cast them to one.";
    INVALID_INLINE_TABLE_NUM_COLUMNS_MISMATCH = "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", "42000",
        "The rows of VALUES, or the names of its alias, are not of one length. Give each row a value for each column.";
    INVALID_INTERVAL_FORMAT = "INVALID_INTERVAL_FORMAT", "22006",
        "The text of an interval does not follow its units, for example `INTERVAL '1 2' DAY TO SECOND`. Write `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '1 02:03:04' DAY TO SECOND` or `INTERVAL 1 DAY 2 HOURS`.";
    INVALID_INTERVAL_FORMAT_TIMEZONE_INTERVAL_OUT_OF_RANGE = "INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE", "22006",
        "The interval of SET TIME ZONE is an offset of at most 18 hours in whole seconds.";
    INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION = "INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION", "22006",
        "A DATE was moved by an interval with hours, minutes or seconds. Cast the date to TIMESTAMP, or use an interval of days and months.";
    INVALID_LAMBDA_FUNCTION_CALL_DUPLICATE_ARG_NAMES = "INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES", "42K0D",
        "Two parameters of a lambda have the same name, as in `(x, x) -> x`. Names are compared without regard to case. Rename one of them.";
    INVALID_LAMBDA_FUNCTION_CALL_NON_HIGHER_ORDER_FUNCTION = "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", "42K0D",
        "A lambda `x -> …` is given to a function that takes none. Functions such as `transform`, `filter`, `exists` and `aggregate` take lambdas.";
    INVALID_LAMBDA_FUNCTION_CALL_NUM_ARGS_MISMATCH = "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", "42K0D",
        "A lambda has another number of parameters than the function gives it: `map_filter` gives a key and a value, `aggregate` what was gathered and an element.";
    INVALID_LATERAL_JOIN_TYPE = "INVALID_LATERAL_JOIN_TYPE", "42613",
        "LATERAL stands in a RIGHT or FULL join, whose rows may have no row of the left input to be computed from. Write JOIN LATERAL or LEFT JOIN LATERAL.";
    INVALID_LIMIT_LIKE_EXPRESSION_DATA_TYPE = "INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE", "42K0E",
        "LIMIT, OFFSET and TABLESAMPLE take a whole number of type INT.";
    INVALID_LIMIT_LIKE_EXPRESSION_IS_NEGATIVE = "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", "42K0E",
        "LIMIT, OFFSET and TABLESAMPLE take no negative number.";
    INVALID_LIMIT_LIKE_EXPRESSION_IS_NULL = "INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL", "42K0E",
        "LIMIT, OFFSET and TABLESAMPLE take a number, not NULL.";
    INVALID_LIMIT_LIKE_EXPRESSION_IS_UNFOLDABLE = "INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE", "42K0E",
        "LIMIT, OFFSET and TABLESAMPLE take a constant, not a column or a subquery.";
    INVALID_NON_DETERMINISTIC_EXPRESSIONS = "INVALID_NON_DETERMINISTIC_EXPRESSIONS", "42K0E",
        "A random function, or one that depends on the place of a row, stands where each call must give the same: in the condition of a join. Compute the value in a query beneath.";
    INVALID_NUMERIC_LITERAL_RANGE = "INVALID_NUMERIC_LITERAL_RANGE", "22003",
        "A number does not fit the type that its suffix names, for example `128Y`. Write it with another suffix, or without one.";
    INVALID_OPTIONS = "INVALID_OPTIONS", "42K06",
        "The options of a function are a constant map of texts: `map('mode', 'FAILFAST')`.";
    INVALID_PARAMETER_VALUE = "INVALID_PARAMETER_VALUE", "22023",
        "An argument of a function has a value that the function does not take.";
    INVALID_PARTITION_COLUMN_DATA_TYPE = "INVALID_PARTITION_COLUMN_DATA_TYPE", "0A000",
        "A table cannot be partitioned by a column that holds structs, arrays or maps.";
    INVALID_PARTITION_OPERATION_PARTITION_SCHEMA_IS_EMPTY = "INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY", "42601",
        "The statement is about partitions, but the table is not partitioned.";
    INVALID_QUERY_MIXED_QUERY_PARAMETERS = "INVALID_QUERY_MIXED_QUERY_PARAMETERS", "42613",
        "A statement has parameters by name (`:name`) or by position (`?`), not both.";
    INVALID_RECURSIVE_CTE = "INVALID_RECURSIVE_CTE", "42836",
        "A recursive query is two queries joined by UNION ALL: the first begins without the query's own name, the second goes on from it.";
    INVALID_RECURSIVE_REFERENCE_PLACE = "INVALID_RECURSIVE_REFERENCE.PLACE", "42836",
        "A recursive query names itself where rows of earlier steps would change: in a subquery, beneath an aggregation, or on the outer side of a join.";
    INVALID_REGEXP_REPLACE = "INVALID_REGEXP_REPLACE", "22023",
        "The replacement of `regexp_replace` cannot be used: it ends with a backslash, has a `$` without a group, or asks for a group that the pattern has not. Write `\\\\$` in SQL for a dollar sign.";
    INVALID_SCHEMA = "INVALID_SCHEMA", "42K07",
        "A text is no schema, or none of the kind that the function needs. Write a list of columns: `'id BIGINT, name STRING'`.";
    INVALID_SET_SYNTAX = "INVALID_SET_SYNTAX", "42000",
        "SET takes `SET key = value`, `SET key`, `SET` or `SET -v`.";
    INVALID_SQL_FUNCTION_DATA_ACCESS = "INVALID_SQL_FUNCTION_DATA_ACCESS", "42K0P",
        "A function says CONTAINS SQL, but its body reads a table, a view or a function that does. Write READS SQL DATA.";
    INVALID_SQL_SYNTAX = "INVALID_SQL_SYNTAX", "42000",
        "The words form a statement, but one that is not allowed in this combination. The message says which part does not fit.";
    INVALID_SQL_SYNTAX_CREATE_FUNC_WITH_COLUMN_CONSTRAINTS = "INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_COLUMN_CONSTRAINTS", "42000",
        "A parameter of a function has a constraint such as CHECK or UNIQUE. Leave it out.";
    INVALID_SQL_SYNTAX_CREATE_FUNC_WITH_GENERATED_COLUMNS_AS_PARAMETERS = "INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_GENERATED_COLUMNS_AS_PARAMETERS", "42000",
        "A parameter of a function is GENERATED. Leave that out, or compute the value in the body.";
    INVALID_SQL_SYNTAX_EMPTY_IN_PREDICATE = "INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", "42000",
        "The list of IN is empty. Name at least one value.";
    INVALID_SQL_SYNTAX_FUNCTION_WITH_UNSUPPORTED_SYNTAX = "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", "42000",
        "A function is called with a clause that it does not have, for example FILTER on a window function or IGNORE NULLS on `sum`. Leave the clause out.";
    INVALID_SQL_SYNTAX_INVALID_WINDOW_FRAME_BOUND = "INVALID_SQL_SYNTAX.INVALID_WINDOW_FRAME_BOUND", "42000",
        "The bound of a window's frame is no constant. Write a number or an interval: `ROWS BETWEEN 2 PRECEDING AND CURRENT ROW`.";
    INVALID_SQL_SYNTAX_INVALID_WINDOW_REFERENCE = "INVALID_SQL_SYNTAX.INVALID_WINDOW_REFERENCE", "42000",
        "The WINDOW clause defines a name by another name that is no window. Write the window in full: `WINDOW w AS (PARTITION BY … ORDER BY …)`.";
    INVALID_SQL_SYNTAX_REPETITIVE_WINDOW_DEFINITION = "INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION", "42000",
        "The WINDOW clause defines the same name twice. Give each window a name of its own.";
    INVALID_SQL_SYNTAX_VARIABLE_TYPE_OR_DEFAULT_REQUIRED = "INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED", "42000",
        "A variable is declared with a type, with a DEFAULT, or with both.";
    INVALID_STATEMENT_FOR_EXECUTE_INTO = "INVALID_STATEMENT_FOR_EXECUTE_INTO", "07501",
        "INTO of EXECUTE IMMEDIATE takes the row of a query; another statement has none.";
    INVALID_SUBQUERY_EXPRESSION_SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN = "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN", "42823",
        "A subquery that stands for one value selects several columns. Select one, or ask for the columns in several subqueries.";
    INVALID_TABLESAMPLE_FRACTION = "INVALID_TABLESAMPLE_FRACTION", "22023",
        "TABLESAMPLE takes a part of the rows: a percentage from 0 to 100, or a bucket that is no greater than their number.";
    INVALID_TEMP_OBJ_QUALIFIER = "INVALID_TEMP_OBJ_QUALIFIER", "42602",
        "A temporary view belongs to the pipeline and to no schema. Write its name as a single part, without a catalog or schema.";
    INVALID_TEMP_OBJ_REFERENCE = "INVALID_TEMP_OBJ_REFERENCE", "42K0F",
        "A persisted view outlives the pipeline's update, so it cannot read a temporary view. Make both temporary or both persisted.";
    INVALID_TIMEZONE = "INVALID_TIMEZONE", "22009",
        "There is no time zone of this name. Write a region such as `Europe/Berlin` or an offset such as `+02:00`.";
    INVALID_TYPED_LITERAL = "INVALID_TYPED_LITERAL", "42604",
        "The text of a typed literal is no value of that type, for example `DATE '2024-02-30'` or `X'1G'`. Correct the text.";
    INVALID_URL = "INVALID_URL", "22P02",
        "A text is no URL. Correct the data, or use `try_parse_url` to get NULL.";
    INVALID_USAGE_OF_STAR_OR_REGEX = "INVALID_USAGE_OF_STAR_OR_REGEX", "42000",
        "`*` stands where one value is needed. Write it in the SELECT list, or as an argument of a function.";
    INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT = "INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT", "42000",
        "`count(t.*)` is not allowed, because it would count rows without NULLs. Write `count(*)`, or name the columns.";
    INVALID_UTF8_STRING = "INVALID_UTF8_STRING", "22029",
        "A text has bytes that are no UTF-8. Use `make_valid_utf8` to replace them, or `try_validate_utf8` to get NULL.";
    INVALID_VECTOR_NORM_DEGREE = "INVALID_VECTOR_NORM_DEGREE", "22023",
        "`vector_norm` and `vector_normalize` know the degrees 1, 2 and infinity. Write `vector_norm(v, 1.0F)`, `vector_norm(v)` or `vector_norm(v, float('inf'))`.";
    INVALID_WHERE_CONDITION = "INVALID_WHERE_CONDITION", "42903",
        "WHERE decides about each row by itself, so aggregate and window functions cannot stand there. Filter by an aggregate in HAVING, and by a window function in QUALIFY or in a query around this one.";
    INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC = "INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC", "42601",
        "An aggregate that sorts what it is given, such as `median` or `listagg`, stands over whole partitions only. Leave ORDER BY and the frame out of its window.";
    INVALID_WITHIN_GROUP_EXPRESSION_DISTINCT_UNSUPPORTED = "INVALID_WITHIN_GROUP_EXPRESSION.DISTINCT_UNSUPPORTED", "42K0K",
        "A function of all values of a group, such as `mode` or `percentile_cont`, has no DISTINCT. Remove the duplicates in a query beneath.";
    INVALID_WITHIN_GROUP_EXPRESSION_MISMATCH_WITH_DISTINCT_INPUT = "INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT", "42K0K",
        "`listagg(DISTINCT value)` can only be ordered by the value itself: which of several equal values counts for another order is not known.";
    INVALID_WITHIN_GROUP_EXPRESSION_MISMATCH_WITH_DISTINCT_INPUT_UNSAFE_CAST = "INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT_UNSAFE_CAST", "42K0K",
        "`listagg(DISTINCT x)` is ordered by a value of which several have one text. Order by the text: `WITHIN GROUP (ORDER BY CAST(x AS STRING))`.";
    INVALID_WITHIN_GROUP_EXPRESSION_WITHIN_GROUP_MISSING = "INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING", "42K0K",
        "`percentile_cont`, `percentile_disc` and `mode()` take their values from `WITHIN GROUP (ORDER BY value)`, which is missing.";
    INVALID_WITHIN_GROUP_EXPRESSION_WRONG_NUM_ORDERINGS = "INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS", "42K0K",
        "A function WITHIN GROUP is ordered by another number of values than it takes. `percentile_cont`, `percentile_disc` and `mode` take one.";
    JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE = "JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE", "42K0E",
        "What stands after ON is no condition. Compare columns of both sides: `ON a.id = b.id`.";
    LAKESMITH_CHECKPOINT = "LAKESMITH_CHECKPOINT", "55019",
        "The checkpoint of a flow is gone or damaged, while its table holds what the flow wrote, so going on could read rows twice. Put the storage folder back, or start the table over with `--full-refresh`.";
    LAKESMITH_DATASET_NOT_IN_PIPELINE = "LAKESMITH_DATASET_NOT_IN_PIPELINE", "42P01",
        "A name in a selection (`--refresh`, `--full-refresh`, `--select`) is not a dataset of the pipeline. Check the spelling against `lakesmith graph`.";
    LAKESMITH_DISK_FULL = "LAKESMITH_DISK_FULL", "53100",
        "The file system is full. The flow stopped before its commit and removed what it had written; every table is as it was. Make room and run again.";
    LAKESMITH_EXPECTATION_INPUT = "LAKESMITH_EXPECTATION_INPUT", "0A000",
        "An expectation names a column that the dataset's query reads and does not return. Lakesmith checks it before the column is gone; other engines refuse it. Add the column to the SELECT list to be portable.";
    LAKESMITH_INTERNAL = "LAKESMITH_INTERNAL", "XX000",
        "A fault of Lakesmith itself. Nothing was committed by the flow. Please report the message with the query.";
    LAKESMITH_MEMORY = "LAKESMITH_MEMORY", "53200",
        "The memory limit was reached and what asked for more cannot spill to disk. Raise it with `--memory 8GB`, or make the batches smaller with `maxFilesPerTrigger`.";
    LAKESMITH_NOT_BUILT = "LAKESMITH_NOT_BUILT", "0A000",
        "Lakesmith understands this statement, clause or function of Spark or Databricks but does not run it yet. The message names it; the rest of the pipeline is checked all the same.";
    LAKESMITH_PYTHON_NOT_BUILT = "LAKESMITH_PYTHON_NOT_BUILT", "0A000",
        "The project defines its pipeline in Python. This version of Lakesmith runs SQL pipelines; Python pipelines are not there yet.";
    LAKESMITH_SCHEMA_CHANGE = "LAKESMITH_SCHEMA_CHANGE", "42846",
        "The query of a streaming table now gives a column another type than the table has. Rows that are stored keep their type: cast the column to the table's type, or start the table over with `--full-refresh`.";
    LAKESMITH_SELECTION = "LAKESMITH_SELECTION", "22023",
        "The options that choose what an update takes in contradict each other, for example one dataset is to be refreshed and fully refreshed at once.";
    LAKESMITH_SOURCE_DATA = "LAKESMITH_SOURCE_DATA", "22000",
        "A source file cannot be read, or one of its rows is refused by the reader's mode. The message names the file.";
    LAKESMITH_SOURCE_FILE = "LAKESMITH_SOURCE_FILE", "42K03",
        "A source file of the project cannot be read: it is missing, not UTF-8, too large, or the folder may not be opened.";
    LAKESMITH_SOURCE_UNREACHABLE = "LAKESMITH_SOURCE_UNREACHABLE", "42K03",
        "A folder, file or bucket that the pipeline reads cannot be reached from here. In a dry run its columns are unknown and nothing else is said about them; a run fails that flow.";
    LAKESMITH_STORAGE = "LAKESMITH_STORAGE", "58030",
        "Files could not be read or written. The message names the path and says why. Nothing of the flow's batch was committed.";
    LAKESMITH_UNDECLARED_TARGET = "LAKESMITH_UNDECLARED_TARGET", "42P01",
        "A flow writes into a streaming table that no statement declares. Declare it with `CREATE OR REFRESH STREAMING TABLE name;`.";
    LAKESMITH_UNUSUAL = "LAKESMITH_UNUSUAL", "01000",
        "The statement is accepted, but another engine would treat it differently or refuse it. The message says what differs.";
    MALFORMED_CHARACTER_CODING = "MALFORMED_CHARACTER_CODING", "22000",
        "A text has characters that a character set lacks, or bytes are no text in it. Use a character set that has them, for example UTF-8.";
    MALFORMED_RECORD_IN_PARSING_WITHOUT_SUGGESTION = "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "22023",
        "The mode FAILFAST stops at the first record that is malformed or has a value of another type. Correct the file, or use PERMISSIVE, which counts such records and goes on.";
    MATERIALIZED_VIEW_WITH_MULTIPLE_QUERIES = "MATERIALIZED_VIEW_WITH_MULTIPLE_QUERIES", "42000",
        "A materialized view is the result of exactly one query. Combine the queries with UNION ALL, or declare a streaming table and one flow for each.";
    MISSING_AGGREGATION = "MISSING_AGGREGATION", "42803",
        "A column of the SELECT list is neither grouped by nor inside an aggregate function, so a group has no single value of it. Add it to GROUP BY, or wrap it in an aggregate such as `any_value`.";
    MISSING_CLAUSES_FOR_OPERATION = "MISSING_CLAUSES_FOR_OPERATION", "42601",
        "A statement lacks a clause that it cannot do without. The message names the clause.";
    MISSING_GROUP_BY = "MISSING_GROUP_BY", "42803",
        "An aggregate function or HAVING without GROUP BY makes one group of all rows, and the SELECT list has a column outside of an aggregate function. Add GROUP BY, or write `any_value(column)`.";
    MISSING_WINDOW_SPECIFICATION = "MISSING_WINDOW_SPECIFICATION", "42P20",
        "`OVER w` names a window that the query's WINDOW clause does not define. Names of windows are compared with case.";
    MULTIPART_FLOW_NAME_NOT_SUPPORTED = "MULTIPART_FLOW_NAME_NOT_SUPPORTED", "0A000",
        "The name of a flow is a single part: it identifies the flow's checkpoint within its target. Remove the catalog or schema before it.";
    MULTIPLE_PIPELINE_SPEC_FILES_FOUND = "MULTIPLE_PIPELINE_SPEC_FILES_FOUND", "42710",
        "A folder holds both `spark-pipeline.yml` and `spark-pipeline.yaml`, so it is unclear which one is meant. Delete one, or name one with `--spec`.";
    MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS = "MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS", "42000",
        "One step of a pipe has ORDER BY and LIMIT. Write a step for each: `|> ORDER BY a |> LIMIT 10`.";
    NAMED_PARAMETER_NOT_FOUND = "NAMED_PARAMETER_NOT_FOUND", "42P02",
        "The query refers to `${key}`, but no SET statement above it, no `--set` option and no entry of the spec's `configuration` gives it a value.";
    NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION = "NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION", "22003",
        "The frequency of a value given to `percentile` is negative. It says how often the value counts; leave out rows with `FILTER (WHERE frequency >= 0)`.";
    NESTED_AGGREGATE_FUNCTION = "NESTED_AGGREGATE_FUNCTION", "42607",
        "An aggregate function stands inside another one: `sum(count(*))`. Compute the inner one in a query beneath this one.";
    NEW_CHECK_CONSTRAINT_VIOLATION = "NEW_CHECK_CONSTRAINT_VIOLATION", "23512",
        "Rows that the table holds break the CHECK constraint that was to be added. Correct the rows first.";
    NON_FOLDABLE_ARGUMENT = "NON_FOLDABLE_ARGUMENT", "42K08",
        "A table function such as `range` takes constants only.";
    NON_LITERAL_PIVOT_VALUES = "NON_LITERAL_PIVOT_VALUES", "42K08",
        "The values of PIVOT become columns, so they must be constants and not columns of the table.";
    NOT_ALLOWED_IN_FROM_UNPIVOT_WITH_PIVOT = "NOT_ALLOWED_IN_FROM.UNPIVOT_WITH_PIVOT", "42601",
        "PIVOT and UNPIVOT stand in one step of the pipe syntax. Put `|>` between them.";
    NOT_ALLOWED_IN_PIPE_OPERATOR_WHERE_WINDOW_CLAUSE = "NOT_ALLOWED_IN_PIPE_OPERATOR_WHERE.WINDOW_CLAUSE", "42601",
        "A WHERE of the pipe syntax has no WINDOW. Compute the window in a step before it.";
    NOT_A_CONSTANT_STRING_NOT_CONSTANT = "NOT_A_CONSTANT_STRING.NOT_CONSTANT", "42601",
        "IDENTIFIER takes a text that is known before the query runs, not a column.";
    NOT_A_CONSTANT_STRING_NULL = "NOT_A_CONSTANT_STRING.NULL", "42601",
        "IDENTIFIER takes a text that is a name, not NULL: `IDENTIFIER('schema.table')`.";
    NOT_A_CONSTANT_STRING_WRONG_TYPE = "NOT_A_CONSTANT_STRING.WRONG_TYPE", "42601",
        "IDENTIFIER takes a text that is a name: `IDENTIFIER('schema.table')`.";
    NOT_A_SCALAR_FUNCTION = "NOT_A_SCALAR_FUNCTION", "42887",
        "A function that gives rows stands where one value is needed. Write it in FROM: `SELECT * FROM f(…)`.";
    NOT_A_TABLE_FUNCTION = "NOT_A_TABLE_FUNCTION", "42887",
        "FROM calls a function that gives one value and no table. Select it: `SELECT upper('a')`.";
    NOT_SUPPORTED_CHANGE_COLUMN = "NOT_SUPPORTED_CHANGE_COLUMN", "0A000",
        "ALTER TABLE cannot change the column in this way. Add a column of the new type and fill it, or create the table anew.";
    NULL_MAP_KEY = "NULL_MAP_KEY", "2200E",
        "A MAP gets NULL as a key. Leave such entries out, or replace the key by `coalesce`.";
    NULL_QUERY_STRING_EXECUTE_IMMEDIATE = "NULL_QUERY_STRING_EXECUTE_IMMEDIATE", "22004",
        "The text that EXECUTE IMMEDIATE runs is NULL, for example of a variable that has no value yet.";
    NUMERIC_VALUE_OUT_OF_RANGE = "NUMERIC_VALUE_OUT_OF_RANGE", "22003",
        "A number has more digits than its DECIMAL type holds, for example `CAST(1000 AS DECIMAL(3,1))`. Use a type with more digits, or `try_cast` to get NULL.";
    NUM_COLUMNS_MISMATCH = "NUM_COLUMNS_MISMATCH", "42826",
        "The inputs of UNION, INTERSECT or EXCEPT have different numbers of columns. Add or remove columns so that they match.";
    NUM_TABLE_VALUE_ALIASES_MISMATCH = "NUM_TABLE_VALUE_ALIASES_MISMATCH", "42826",
        "The alias of a table function names more or fewer columns than the function gives.";
    ORDER_BY_POS_OUT_OF_RANGE = "ORDER_BY_POS_OUT_OF_RANGE", "42805",
        "A whole number in ORDER BY means a column of the SELECT list by its place, from 1. Write a number that is there, or the column's name.";
    PARSE_EMPTY_STATEMENT = "PARSE_EMPTY_STATEMENT", "42617",
        "A statement was expected, but there is nothing: the text is empty or holds only comments.";
    PARSE_MODE_UNSUPPORTED = "PARSE_MODE_UNSUPPORTED", "42601",
        "A function reads malformed records in the modes PERMISSIVE and FAILFAST only; no row can be dropped inside an expression.";
    PARSE_SYNTAX_ERROR = "PARSE_SYNTAX_ERROR", "42601",
        "The text does not follow the grammar of Spark SQL or of the pipeline statements of Databricks. The caret shows the first word that does not fit; the help lists what could stand there.";
    PARTITIONS_NOT_FOUND = "PARTITIONS_NOT_FOUND", "428FT",
        "A PARTITION clause names a column that the table is not partitioned by. `DESCRIBE` shows the table's partition columns.";
    PATH_NOT_FOUND = "PATH_NOT_FOUND", "42K03",
        "A query reads files from a path where none are. Relative paths count from the project's folder; workspace paths such as `/Volumes/…` lie under `files/` there, unless a setting `lakesmith.path.<prefix>` maps them.";
    PIPELINE_DATASET_WITHOUT_FLOW = "PIPELINE_DATASET_WITHOUT_FLOW", "0A000",
        "A streaming table is declared, but no query and no flow fills it. Add `AS SELECT …` to the declaration or a `CREATE FLOW … AS INSERT INTO` statement.";
    PIPELINE_DUPLICATE_IDENTIFIERS_FLOW = "PIPELINE_DUPLICATE_IDENTIFIERS.FLOW", "42710",
        "Two flows of the pipeline have the same name. A flow's name identifies its checkpoint, so it must be unique.";
    PIPELINE_DUPLICATE_IDENTIFIERS_OUTPUT = "PIPELINE_DUPLICATE_IDENTIFIERS.OUTPUT", "42710",
        "Two statements define a dataset of the same name. Keep one of them, or rename one; both places are shown.";
    PIPELINE_GRAPH_NOT_TOPOLOGICALLY_SORTED = "PIPELINE_GRAPH_NOT_TOPOLOGICALLY_SORTED", "0A000",
        "Two or more datasets of the pipeline read each other in a circle, so none of them can be computed first. Remove one of the reads that the message lists.";
    PIPELINE_SPEC_FIELD_ERROR = "PIPELINE_SPEC_FIELD_ERROR", "42K03",
        "A field of the pipeline spec is missing, unknown or has a value of the wrong kind. The message shows the line.";
    PIPELINE_SPEC_FILE_NOT_FOUND = "PIPELINE_SPEC_FILE_NOT_FOUND", "42K03",
        "There is no `spark-pipeline.yml` in the folder or any folder above it, and the folder holds no `.sql` file. Give the path of a project, or start one with `lakesmith init --name N`.";
    PIPELINE_SPEC_INVALID_GLOB_PATTERN = "PIPELINE_SPEC_INVALID_GLOB_PATTERN", "42K03",
        "A `libraries` entry of the spec names a file or a whole folder as `folder/**`. Other patterns are not allowed, as in Spark.";
    PIPELINE_SQL_GRAPH_ELEMENT_REGISTRATION_ERROR = "PIPELINE_SQL_GRAPH_ELEMENT_REGISTRATION_ERROR", "42000",
        "A statement in a pipeline's source file does not define a dataset or a flow. Only pipeline statements, SET and USE stand in pipeline files; run other statements with `lakesmith sql`.";
    PIPE_OPERATOR_AGGREGATE_EXPRESSION_CONTAINS_NO_AGGREGATE_FUNCTION = "PIPE_OPERATOR_AGGREGATE_EXPRESSION_CONTAINS_NO_AGGREGATE_FUNCTION", "0A000",
        "`|> AGGREGATE` lists an expression without an aggregate function. Keys stand after GROUP BY, and are part of the result without being listed.";
    PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION = "PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION", "0A000",
        "An aggregate function stands in EXTEND, SET or another step of a pipe. Write `|> AGGREGATE … GROUP BY …`.";
    PIVOT_VALUE_DATA_TYPE_MISMATCH = "PIVOT_VALUE_DATA_TYPE_MISMATCH", "42K09",
        "A value of PIVOT has another type than the column it is compared with. Cast it; for several columns write `(1, 'a')`.";
    QUALIFY_REQUIRES_WINDOW_FUNCTION = "QUALIFY_REQUIRES_WINDOW_FUNCTION", "42903",
        "QUALIFY filters by window functions, and there is none in it nor in the SELECT list. Filter by other conditions in WHERE or HAVING.";
    RECURSION_LEVEL_LIMIT_EXCEEDED = "RECURSION_LEVEL_LIMIT_EXCEEDED", "42836",
        "A recursive query did not end after 100 steps. Let its condition end it, write `WITH RECURSIVE t MAX RECURSION LEVEL 1000 AS (…)`, or set `spark.sql.cteRecursionLevelLimit`.";
    RECURSION_ROW_LIMIT_EXCEEDED = "RECURSION_ROW_LIMIT_EXCEEDED", "42836",
        "A recursive query gives a million rows or more. Let its condition end it, write LIMIT or LIMIT ALL, or set `spark.sql.cteRecursionRowLimit`.";
    RECURSIVE_VIEW = "RECURSIVE_VIEW", "42K0H",
        "The view reads itself, directly or through other views. Change one of their queries.";
    REMAINDER_BY_ZERO = "REMAINDER_BY_ZERO", "22012",
        "The divisor of `%` is zero. Guard it, for example `a % nullif(b, 0)`, or use `try_mod` to get NULL.";
    REQUIRED_PARAMETER_NOT_FOUND = "REQUIRED_PARAMETER_NOT_FOUND", "4274K",
        "An argument is missing that a function cannot do without, for example the path of `read_files`.";
    REQUIRES_SINGLE_PART_NAMESPACE = "REQUIRES_SINGLE_PART_NAMESPACE", "42K05",
        "A schema has a name of one part, with its catalog before it: `catalog.schema`. Write a name of at most two parts.";
    ROUTINE_ALREADY_EXISTS = "ROUTINE_ALREADY_EXISTS", "42723",
        "There is a function of this name already. Write `CREATE OR REPLACE FUNCTION`.";
    ROUTINE_NOT_FOUND = "ROUTINE_NOT_FOUND", "42883",
        "There is no function of this name. `SHOW USER FUNCTIONS` lists them.";
    ROW_SUBQUERY_TOO_MANY_ROWS = "ROW_SUBQUERY_TOO_MANY_ROWS", "21000",
        "Variables take the values of one row, and the query has more. Add LIMIT 1 or a condition.";
    RUN_EMPTY_PIPELINE = "RUN_EMPTY_PIPELINE", "42617",
        "The pipeline defines no table and no materialized view, so there is nothing to do. Check that the source files are where the spec says and that they hold CREATE statements.";
    SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION = "SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION", "0A000",
        "A subquery in the SELECT list of a query with GROUP BY names columns of the query around it and is neither grouped by nor within an aggregate function. Group by its position, or put it into `first(…)`.";
    SCALAR_SUBQUERY_TOO_MANY_ROWS = "SCALAR_SUBQUERY_TOO_MANY_ROWS", "21000",
        "A subquery that stands for one value gave more than one row. Aggregate it, or add LIMIT 1 with an order.";
    SCHEMA_ALREADY_EXISTS = "SCHEMA_ALREADY_EXISTS", "42P06",
        "There is a schema of this name already. Choose another name, drop it first, or write `IF NOT EXISTS`.";
    SCHEMA_NOT_EMPTY = "SCHEMA_NOT_EMPTY", "2BP01",
        "The schema holds tables or views. Drop them first, or write `DROP SCHEMA … CASCADE`, which drops them too.";
    SCHEMA_NOT_FOUND = "SCHEMA_NOT_FOUND", "42704",
        "There is no schema of this name in the catalog. `SHOW SCHEMAS` lists them; `CREATE SCHEMA` makes one; `DROP SCHEMA IF EXISTS` tolerates that it is missing.";
    SECOND_FUNCTION_ARGUMENT_NOT_INTEGER = "SECOND_FUNCTION_ARGUMENT_NOT_INTEGER", "22023",
        "The number of days of `date_add` or `date_sub` is a text that is no whole number. Write a number.";
    SEED_EXPRESSION_IS_UNFOLDABLE = "SEED_EXPRESSION_IS_UNFOLDABLE", "42K08",
        "The seed of a random function must be a constant, for example `rand(42)`. Leave it out for other numbers in each run.";
    SHOW_COLUMNS_WITH_CONFLICT_NAMESPACE = "SHOW_COLUMNS_WITH_CONFLICT_NAMESPACE", "42K05",
        "SHOW COLUMNS names two schemas of one table. Leave one of them out.";
    SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED = "SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED", "42908",
        "A table is laid out either by partitions or by clustering columns. Remove PARTITIONED BY or CLUSTER BY.";
    STAR_GROUP_BY_POS = "STAR_GROUP_BY_POS", "0A000",
        "GROUP BY has positions and the SELECT list has `*`. Name the columns in one of them.";
    STREAMING_TABLE_WITH_QUERY_AND_FLOW = "STREAMING_TABLE_WITH_QUERY_AND_FLOW", "42710",
        "A streaming table has a query of its own and another flow with the same name.";
    TABLE_NOT_RESETTABLE = "TABLE_NOT_RESETTABLE", "42000",
        "A full refresh was asked for a table whose property `pipelines.reset.allowed` is false: its rows may not be deleted. Refresh it without `--full-refresh`, or remove the property.";
    TABLE_OR_VIEW_ALREADY_EXISTS = "TABLE_OR_VIEW_ALREADY_EXISTS", "42P07",
        "There is a table or view of this name already. Choose another name, drop it first, write `IF NOT EXISTS`, or `CREATE OR REPLACE`.";
    TABLE_OR_VIEW_NOT_FOUND = "TABLE_OR_VIEW_NOT_FOUND", "42P01",
        "A query reads a table that neither the pipeline defines nor the catalog holds. Check the spelling, define it, or read its files with `read_files('path')`.";
    TEMP_TABLE_OR_VIEW_ALREADY_EXISTS = "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", "42P07",
        "The session has a temporary view of this name already. Choose another name, or write `CREATE OR REPLACE TEMPORARY VIEW`.";
    UDTF_ALIAS_NUMBER_MISMATCH = "UDTF_ALIAS_NUMBER_MISMATCH", "42802",
        "A generator such as `explode` gives more or fewer columns than the names after AS.";
    UNABLE_TO_INFER_SCHEMA = "UNABLE_TO_INFER_SCHEMA", "42KD9",
        "The columns of files could not be inferred: the files are empty, no record of them can be read, or there are too many columns. Give the columns as `schema => 'a INT, b STRING'`.";
    UNBOUND_SQL_PARAMETER = "UNBOUND_SQL_PARAMETER", "42P02",
        "A parameter has no value. Give it one by `lakesmith sql --param name=value`, or by USING of EXECUTE IMMEDIATE.";
    UNCLOSED_BRACKETED_COMMENT = "UNCLOSED_BRACKETED_COMMENT", "42601",
        "A comment that begins with `/*` has no `*/`. Everything after it would be taken for a comment.";
    UNEXPECTED_INPUT_TYPE = "UNEXPECTED_INPUT_TYPE", "42K09",
        "A table function such as `range` was given a value of another type than it takes.";
    UNEXPECTED_POSITIONAL_ARGUMENT = "UNEXPECTED_POSITIONAL_ARGUMENT", "4274K",
        "An argument without a name stands behind one with a name. Arguments by position come first.";
    UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE = "UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE", "42836",
        "A recursive query joins its two parts by UNION. Write UNION ALL.";
    UNKNOWN_FIELD_EXCEPTION_NEW_FIELDS_IN_FILE = "UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE", "KD003",
        "New files of a stream have fields that its schema lacks, and `schemaEvolutionMode` is `failOnNewColumns`. Add them to the schema, move the files away, or let columns be added with `addNewColumns`.";
    UNPIVOT_REQUIRES_ATTRIBUTES = "UNPIVOT_REQUIRES_ATTRIBUTES", "42K0A",
        "UNPIVOT takes columns, not expressions or fields of structs. Select the field under a name first.";
    UNPIVOT_REQUIRES_VALUE_COLUMNS = "UNPIVOT_REQUIRES_VALUE_COLUMNS", "42K0A",
        "UNPIVOT needs at least one column whose values become rows.";
    UNPIVOT_VALUE_DATA_TYPE_MISMATCH = "UNPIVOT_VALUE_DATA_TYPE_MISMATCH", "42K09",
        "UNPIVOT puts columns into one that have no common type. Cast them in a query beneath.";
    UNPIVOT_VALUE_SIZE_MISMATCH = "UNPIVOT_VALUE_SIZE_MISMATCH", "428C4",
        "UNPIVOT with several value columns needs as many columns in each of its parentheses.";
    UNRECOGNIZED_OPTION = "UNRECOGNIZED_OPTION", "42616",
        "A reader option has no meaning that Lakesmith knows, so it is refused instead of being ignored. Check the spelling.";
    UNRECOGNIZED_PARAMETER_NAME = "UNRECOGNIZED_PARAMETER_NAME", "4274K",
        "A function has no parameter of the name that an argument has. Correct the name.";
    UNRESOLVABLE_TABLE_VALUED_FUNCTION = "UNRESOLVABLE_TABLE_VALUED_FUNCTION", "42883",
        "FROM calls a table function that does not exist.";
    UNRESOLVED_ALL_IN_GROUP_BY = "UNRESOLVED_ALL_IN_GROUP_BY", "42803",
        "GROUP BY ALL cannot tell what to group by, because columns stand beside an aggregate function in one expression. Name the columns in GROUP BY.";
    UNRESOLVED_COLUMN_WITHOUT_SUGGESTION = "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703",
        "A query or an expectation names a column that its input does not have.";
    UNRESOLVED_COLUMN_WITH_SUGGESTION = "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703",
        "A query or an expectation names a column that its input does not have. Columns with a similar name are listed.";
    UNRESOLVED_ROUTINE = "UNRESOLVED_ROUTINE", "42883",
        "A function of this name exists neither in Spark nor in the pipeline. Check the spelling; similar names are listed.";
    UNRESOLVED_USING_COLUMN_FOR_JOIN = "UNRESOLVED_USING_COLUMN_FOR_JOIN", "42703",
        "A column of JOIN USING is missing on one side. Correct the name, or write the condition after ON.";
    UNRESOLVED_VARIABLE = "UNRESOLVED_VARIABLE", "42883",
        "The session has no variable of this name. `DECLARE VARIABLE` makes one.";
    UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING = "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", "0A000",
        "A function takes or gives CHAR or VARCHAR. Write STRING.";
    UNSUPPORTED_DATATYPE = "UNSUPPORTED_DATATYPE", "0A000",
        "There is no data type of this name. Types are those of Spark SQL: STRING, BOOLEAN, BYTE, SHORT, INT, BIGINT, FLOAT, DOUBLE, DECIMAL(p,s), DATE, TIMESTAMP, TIMESTAMP_NTZ, BINARY, INTERVAL, ARRAY<…>, MAP<…>, STRUCT<…>, VARIANT.";
    UNSUPPORTED_EXPRESSION_GENERATED_COLUMN = "UNSUPPORTED_EXPRESSION_GENERATED_COLUMN", "42621",
        "A generated column is computed from other columns of its row, to its own type, and to the same value each time.";
    UNSUPPORTED_EXPR_FOR_OPERATOR = "UNSUPPORTED_EXPR_FOR_OPERATOR", "42K0E",
        "An aggregate or a window function stands where the query has none, for example a window function in ORDER BY or GROUP BY. Compute it under a name in the SELECT list of a query beneath.";
    UNSUPPORTED_EXPR_FOR_PARAMETER = "UNSUPPORTED_EXPR_FOR_PARAMETER", "42K0E",
        "The text of EXECUTE IMMEDIATE and the values of its parameters are constants and variables, without subqueries. Put the query's result into a variable first.";
    UNSUPPORTED_EXPR_FOR_WINDOW = "UNSUPPORTED_EXPR_FOR_WINDOW", "42P20",
        "OVER follows a function that is neither an aggregate nor a window function. Leave OVER out.";
    UNSUPPORTED_FEATURE = "UNSUPPORTED_FEATURE", "0A000",
        "A feature of Spark or Databricks that Lakesmith does not have. The message names it.";
    UNSUPPORTED_FEATURE_COMBINATION_QUERY_RESULT_CLAUSES = "UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES", "0A000",
        "ORDER BY, SORT BY, DISTRIBUTE BY and CLUSTER BY do not stand together, but for DISTRIBUTE BY with SORT BY. Keep one of them.";
    UNSUPPORTED_FEATURE_DROP_DATABASE = "UNSUPPORTED_FEATURE.DROP_DATABASE", "0A000",
        "The default schema of a catalog is always there and cannot be dropped. Drop what it holds.";
    UNSUPPORTED_FEATURE_LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC = "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC", "0A000",
        "An aggregate function asks for a name that the same SELECT list gives. Write the expression out, or give it the name in a query beneath.";
    UNSUPPORTED_FEATURE_LATERAL_COLUMN_ALIAS_IN_WINDOW = "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_WINDOW", "0A000",
        "A window function, or its PARTITION BY or ORDER BY, asks for a name that the same SELECT list gives. Write the expression out, or give it the name in a query beneath.";
    UNSUPPORTED_FEATURE_PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE = "UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE", "0A000",
        "`|> AGGREGATE` has no GROUP BY ALL, ROLLUP, CUBE, GROUPING SETS and window functions. Write them after `|> SELECT`.";
    UNSUPPORTED_FEATURE_SET_OPERATION_ON_MAP_TYPE = "UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE", "0A000",
        "DISTINCT, UNION without ALL, INTERSECT and EXCEPT compare rows, and maps cannot be compared. Leave the column out, or compare `map_entries` of it.";
    UNSUPPORTED_FEATURE_TABLE_OPERATION = "UNSUPPORTED_FEATURE.TABLE_OPERATION", "0A000",
        "A table of this format does not support the operation, which the message names. Delta tables support most of them; other formats are only read.";
    UNSUPPORTED_GENERATOR_MULTI_GENERATOR = "UNSUPPORTED_GENERATOR.MULTI_GENERATOR", "42K0E",
        "Beside GROUP BY or an aggregate function the SELECT list has one generator at most. Put the others into a query around it.";
    UNSUPPORTED_GENERATOR_NESTED_IN_EXPRESSIONS = "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", "42K0E",
        "A generator such as `explode` stands inside another expression. Compute it in a query beneath, or in LATERAL VIEW.";
    UNSUPPORTED_GENERATOR_NOT_GENERATOR = "UNSUPPORTED_GENERATOR.NOT_GENERATOR", "42K0E",
        "LATERAL VIEW takes a generator such as `explode`, which gives several rows for one. Compute other functions in the SELECT list.";
    UNSUPPORTED_GENERATOR_OUTSIDE_SELECT = "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", "42K0E",
        "A generator such as `explode` stands outside of the SELECT list. Write it into the SELECT list or LATERAL VIEW.";
    UNSUPPORTED_GROUPING_EXPRESSION = "UNSUPPORTED_GROUPING_EXPRESSION", "42K0E",
        "`grouping` and `grouping_id` tell which keys a larger group lacks. They stand in a query with ROLLUP, CUBE or GROUPING SETS only.";
    UNSUPPORTED_SQL_UDF_USAGE = "UNSUPPORTED_SQL_UDF_USAGE", "0A000",
        "A function of SQL stands in ORDER BY, LIMIT, OFFSET or the argument of a generator. Compute it in the SELECT list of a query beneath, and name the column.";
    UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED", "0A000",
        "A subquery names a column of the query around it within an input of an outer, semi or anti join. Compare it in the WHERE of the subquery.";
    UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_AGGREGATE_FUNCTION_MIXED_OUTER_LOCAL_REFERENCES = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.AGGREGATE_FUNCTION_MIXED_OUTER_LOCAL_REFERENCES", "0A000",
        "An aggregate function of a subquery takes columns of the subquery and of the query around it. Aggregate columns of one of them, or join the two queries.";
    UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_CORRELATED_REFERENCE = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE", "0A000",
        "A subquery names a column of the query around it in an aggregation, a window or ORDER BY. Such columns can stand in WHERE, HAVING, conditions of joins and SELECT lists without aggregates.";
    UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_HIGHER_ORDER_FUNCTION = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.HIGHER_ORDER_FUNCTION", "0A000",
        "A subquery stands inside a lambda. Compute it beside the call, for example in a CTE that is joined, and use its column in the lambda.";
    UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_LATERAL_JOIN_CONDITION_NON_DETERMINISTIC = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.LATERAL_JOIN_CONDITION_NON_DETERMINISTIC", "0A000",
        "A random function stands in the condition of a join with LATERAL. Compute the value in a query beneath.";
    UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_NON_DETERMINISTIC_LATERAL_SUBQUERIES = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.NON_DETERMINISTIC_LATERAL_SUBQUERIES", "0A000",
        "A random function stands in LATERAL beside an input of several rows. Compute the value in the SELECT list.";
    UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_SCALAR_SUBQUERY_IN_VALUES = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.SCALAR_SUBQUERY_IN_VALUES", "0A000",
        "A subquery stands in VALUES. Write a SELECT with UNION ALL instead.";
    UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION", "0A000",
        "A subquery in the condition of a join names columns of both inputs. Write it in WHERE, or name columns of one input.";
    UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_UNSUPPORTED_CORRELATED_REFERENCE_DATA_TYPE = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_REFERENCE_DATA_TYPE", "0A000",
        "A subquery names a column of the query around it that is a MAP, whose values cannot be compared. Name a value of it: `m['key']`.";
    UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY", "0A000",
        "A subquery that stands for one value and names columns of the query around it can stand in WHERE, HAVING, GROUP BY and SELECT lists only. Select it under a name, and use the name.";
    UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_UNSUPPORTED_IN_EXISTS_SUBQUERY = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_IN_EXISTS_SUBQUERY", "0A000",
        "IN or EXISTS with a query stands where it cannot, for example in ORDER BY. Select it under a name, and use the name.";
    UNSUPPORTED_TYPED_LITERAL = "UNSUPPORTED_TYPED_LITERAL", "0A000",
        "There is no type of this name whose values are written as `TYPE 'text'`. Types that are: DATE, TIMESTAMP, TIMESTAMP_NTZ, INTERVAL, X.";
    USER_DEFINED_FUNCTIONS_CANNOT_CONTAIN_COMPLEX_FUNCTIONS = "USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS", "42601",
        "The body of a function that gives a value holds an aggregate or a window outside of a query. Write `RETURN (SELECT … FROM …)`.";
    USER_DEFINED_FUNCTIONS_NOT_A_VALID_DEFAULT_EXPRESSION = "USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_EXPRESSION", "42601",
        "The DEFAULT of a parameter holds a query. Write an expression without one.";
    USER_DEFINED_FUNCTIONS_NOT_A_VALID_DEFAULT_PARAMETER_POSITION = "USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION", "42601",
        "A parameter without DEFAULT stands behind one with it. Parameters with DEFAULT come last.";
    USER_DEFINED_FUNCTIONS_NOT_NULL_ON_FUNCTION_PARAMETERS = "USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS", "42601",
        "A parameter of a function is NOT NULL. Leave that out: the body may look at NULL itself.";
    USER_DEFINED_FUNCTIONS_RETURN_COLUMN_COUNT_MISMATCH = "USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH", "42601",
        "The query of a function gives another number of columns than `RETURNS TABLE (…)` names.";
    USER_DEFINED_FUNCTIONS_SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY = "USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY", "42601",
        "The body of a function that RETURNS TABLE is no query. Write `RETURN SELECT …`.";
    USER_RAISED_EXCEPTION = "USER_RAISED_EXCEPTION", "P0001",
        "A query called `raise_error`, or a condition of `assert_true` does not hold. The message is the query's own.";
    USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE = "USER_SPECIFIED_AND_INFERRED_SCHEMA_NOT_COMPATIBLE", "42000",
        "The declared columns of a dataset do not fit what its query gives: a column is missing from the declaration, or its type differs. Correct the declaration, or leave the column list out.";
    VARIABLE_ALREADY_EXISTS = "VARIABLE_ALREADY_EXISTS", "42723",
        "The session has a variable of this name already. Write `DECLARE OR REPLACE VARIABLE`, or choose another name.";
    VARIABLE_NOT_FOUND = "VARIABLE_NOT_FOUND", "42883",
        "The session has no variable of this name. `DECLARE VARIABLE` makes one.";
    VECTOR_DIMENSION_MISMATCH = "VECTOR_DIMENSION_MISMATCH", "22000",
        "A function of two vectors is given arrays of different lengths. Compare vectors that come from the same model.";
    WINDOW_FUNCTION_AND_FRAME_MISMATCH = "WINDOW_FUNCTION_AND_FRAME_MISMATCH", "42K0E",
        "A function such as `row_number`, `rank` or `lag` has a frame of its own. Leave ROWS and RANGE out of its window.";
    WINDOW_FUNCTION_FRAME_NOT_ORDERED = "WINDOW_FUNCTION_FRAME_NOT_ORDERED", "42601",
        "A function such as `row_number`, `rank` or `lag` needs an order: `OVER (PARTITION BY … ORDER BY …)`.";
    WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE = "WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", "42601",
        "A window function stands in WHERE or HAVING, which choose rows before windows are computed. Filter by it in QUALIFY, or in a query around this one.";
    WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE = "WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", "42601",
        "A window function such as `row_number()` needs OVER with the rows it looks at: `row_number() OVER (ORDER BY id)`.";
    WRONG_COMMAND_FOR_OBJECT_TYPE = "WRONG_COMMAND_FOR_OBJECT_TYPE", "42809",
        "A statement about tables names a view, or the other way round. Write `DROP VIEW` for a view and `DROP TABLE` for a table.";
    WRONG_NUM_ARGS = "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605",
        "A function is called with too few or too many arguments. The message says how many it takes.";
}
