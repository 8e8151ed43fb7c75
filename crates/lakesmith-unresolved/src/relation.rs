//! [`Relation`]: a query that gives rows, unresolved.
//!
//! There is one case for every relation of the Spark Connect protocol (the field of the message is named in the case's
//! documentation where the names differ) and the few that only SQL text has. A case that nothing runs yet is refused by the
//! resolver with its [`RelationKind::name`].

mod join;
mod name;

pub use join::{AsOfJoin, Join, JoinCriteria, JoinKind};

use lakesmith_diagnostic::Origin;

use crate::PlanId;
use crate::expression::{Expression, FunctionCall, Name, NamePart, SortOrder, UserDefinedFunction, Window};
use crate::literal::Literal;
use crate::spark_type::{SparkType, StructField};

/// The name that Spark gives to a query in FROM which has none.
pub const UNNAMED_QUERY: &str = "__auto_generated_subquery_name";

/// A relation with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// What it is.
    pub kind: Box<RelationKind>,
    /// The number a client gave it.
    pub plan_id: Option<PlanId>,
    /// Where it stands.
    pub origin: Origin,
}

impl Relation {
    /// A relation at a place, without a plan id.
    pub fn new(kind: RelationKind, origin: impl Into<Origin>) -> Self {
        Self { kind: Box::new(kind), plan_id: None, origin: origin.into() }
    }
}

/// The cases of a relation.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "always boxed, in `Relation`")]
pub enum RelationKind {
    // ---- sources
    /// A table or view by name (`read.named_table`).
    NamedTable {
        /// The name.
        name: Name,
        /// Reader options.
        options: Vec<(String, String)>,
        /// `STREAM t`, `readStream.table`.
        is_streaming: bool,
        /// `VERSION AS OF`, `TIMESTAMP AS OF`.
        time_travel: Option<TimeTravel>,
    },
    /// Files or another external source by format (`read.data_source`).
    DataSource(DataSource),
    /// A table function: `range(10)`, `read_files('p', format => 'json')`, `STREAM read_files(…)`, `explode(…)`.
    TableFunction {
        /// The call; arguments may be [`crate::ExpressionKind::NamedArgument`].
        call: Box<FunctionCall>,
        /// Whether `STREAM` stands before it.
        is_streaming: bool,
    },
    /// A table's change data feed (`relation_changes`).
    Changes {
        /// The table.
        name: Name,
        /// Bounds and other options.
        options: Vec<(String, String)>,
        /// Whether it is a stream.
        is_streaming: bool,
    },
    /// `VALUES (1, 'a'), (2, 'b')`.
    InlineTable(Vec<Vec<Expression>>),
    /// Rows that a client sent.
    LocalRelation {
        /// An Arrow IPC stream.
        data: Option<Vec<u8>>,
        /// The schema as JSON or DDL.
        schema: Option<String>,
    },
    /// Rows that a client sent before, by hash.
    CachedLocalRelation(String),
    /// Rows that a client sent before in parts, by hash.
    ChunkedCachedLocalRelation {
        /// Hash of each part.
        data_hashes: Vec<String>,
        /// Hash of the schema.
        schema_hash: Option<String>,
    },
    /// A relation kept on the server, by id.
    CachedRemoteRelation(String),
    /// `spark.range`.
    Range {
        /// First value.
        start: i64,
        /// End, exclusive.
        end: i64,
        /// Step.
        step: i64,
        /// Wanted partitions.
        partitions: Option<i32>,
    },
    /// A query without FROM: one row without columns.
    OneRow,
    /// SQL text with parameters that a client sent; parsed when it arrives.
    Sql {
        /// The text.
        query: String,
        /// Named parameters.
        named: Vec<(String, Expression)>,
        /// Positional parameters.
        positional: Vec<Expression>,
    },

    // ---- one input
    /// SELECT list (`project`).
    Project {
        /// Input.
        input: Relation,
        /// Columns.
        expressions: Vec<Expression>,
    },
    /// WHERE.
    Filter {
        /// Input.
        input: Relation,
        /// Condition.
        condition: Expression,
    },
    /// GROUP BY with its result columns.
    Aggregate(Aggregate),
    /// HAVING: a filter that may hold aggregates of the [`RelationKind::Aggregate`] beneath it.
    Having {
        /// The aggregate.
        input: Relation,
        /// Condition.
        condition: Expression,
    },
    /// QUALIFY: a filter that may hold window functions and names of the SELECT list beneath it.
    Qualify {
        /// Input.
        input: Relation,
        /// Condition.
        condition: Expression,
    },
    /// WINDOW w AS (…): names windows for the query beneath it.
    NamedWindows {
        /// Input.
        input: Relation,
        /// The windows.
        windows: Vec<(NamePart, Window)>,
    },
    /// ORDER BY, SORT BY. `orders` is empty for ORDER BY ALL.
    Sort {
        /// Input.
        input: Relation,
        /// Keys.
        orders: Vec<SortOrder>,
        /// Whether over all partitions.
        global: bool,
    },
    /// LIMIT.
    Limit {
        /// Input.
        input: Relation,
        /// Number of rows.
        count: Expression,
    },
    /// LIMIT ALL, which says of a recursive query that all its rows are wanted.
    LimitAll {
        /// Input.
        input: Relation,
    },
    /// OFFSET.
    Offset {
        /// Input.
        input: Relation,
        /// Number of rows.
        count: Expression,
    },
    /// The last rows.
    Tail {
        /// Input.
        input: Relation,
        /// Number of rows.
        count: i64,
    },
    /// SELECT DISTINCT, `dropDuplicates`.
    Deduplicate {
        /// Input.
        input: Relation,
        /// Columns compared; empty for all.
        columns: Vec<String>,
        /// `dropDuplicatesWithinWatermark`.
        within_watermark: bool,
    },
    /// `input AS alias (a, b)`; a query in FROM without a name has [`UNNAMED_QUERY`].
    SubqueryAlias {
        /// Input.
        input: Relation,
        /// The name.
        alias: NamePart,
        /// New column names; empty keeps them.
        columns: Vec<NamePart>,
    },
    /// TABLESAMPLE, `sample`.
    Sample {
        /// Input.
        input: Relation,
        /// How much.
        method: SampleMethod,
        /// Seed of `REPEATABLE`.
        seed: Option<i64>,
        /// Whether a row may be taken twice.
        with_replacement: bool,
    },
    /// LATERAL VIEW \[OUTER\] f(…) t AS a, b.
    LateralView {
        /// Input.
        input: Relation,
        /// The generator.
        generator: Box<FunctionCall>,
        /// Keeps rows without output.
        outer: bool,
        /// Name of the result.
        alias: Option<NamePart>,
        /// Its columns.
        columns: Vec<NamePart>,
    },
    /// PIVOT after FROM.
    Pivot {
        /// Input.
        input: Relation,
        /// Aggregates, possibly aliased.
        aggregates: Vec<Expression>,
        /// Columns whose values become columns.
        columns: Vec<Expression>,
        /// The values, possibly aliased.
        values: Vec<Expression>,
    },
    /// UNPIVOT, `melt`.
    Unpivot(Unpivot),
    /// `WATERMARK ts DELAY OF INTERVAL …`, `withWatermark`.
    WithWatermark {
        /// Input.
        input: Relation,
        /// Event time: a column, or an aliased expression.
        event_time: Expression,
        /// Delay, as text from a client or an interval literal from SQL.
        delay: Box<Expression>,
    },
    /// `/*+ BROADCAST(t) */`.
    Hint {
        /// Input.
        input: Relation,
        /// Name.
        name: String,
        /// Parameters.
        parameters: Vec<Expression>,
    },
    /// `repartition`, `coalesce`.
    Repartition {
        /// Input.
        input: Relation,
        /// Partitions.
        partitions: i32,
        /// Whether rows are shuffled.
        shuffle: bool,
    },
    /// DISTRIBUTE BY, `repartition(cols)`.
    RepartitionByExpression {
        /// Input.
        input: Relation,
        /// Keys.
        expressions: Vec<Expression>,
        /// Partitions.
        partitions: Option<i32>,
    },
    /// `toDF`.
    ToDf {
        /// Input.
        input: Relation,
        /// New names.
        columns: Vec<String>,
    },
    /// `to(schema)`.
    ToSchema {
        /// Input.
        input: Relation,
        /// The schema.
        schema: SparkType,
    },
    /// `withColumnsRenamed`.
    WithColumnsRenamed {
        /// Input.
        input: Relation,
        /// Old and new names.
        renames: Vec<(String, String)>,
    },
    /// `withColumns`.
    WithColumns {
        /// Input.
        input: Relation,
        /// [`crate::ExpressionKind::Alias`] expressions.
        columns: Vec<Expression>,
    },
    /// `drop`.
    Drop {
        /// Input.
        input: Relation,
        /// Columns as expressions.
        columns: Vec<Expression>,
        /// Columns by name.
        names: Vec<String>,
    },
    /// `observe`.
    CollectMetrics {
        /// Input.
        input: Relation,
        /// Name.
        name: String,
        /// Aggregates.
        metrics: Vec<Expression>,
    },
    /// Text lines to rows (`spark.read.json(rdd)`).
    Parse {
        /// Input of one string column.
        input: Relation,
        /// `json` or `csv`.
        format: String,
        /// Schema.
        schema: Option<SparkType>,
        /// Options.
        options: Vec<(String, String)>,
    },
    /// `transpose`.
    Transpose {
        /// Input.
        input: Relation,
        /// Index columns.
        index: Vec<Expression>,
    },
    /// A step of the SQL pipe syntax that no other case expresses.
    PipeOperator {
        /// Input.
        input: Relation,
        /// `EXTEND`, `SET`, `DROP`, `RENAME` and so on.
        operator: String,
        /// Its arguments.
        arguments: Vec<Expression>,
    },

    // ---- several inputs
    /// A join.
    Join(Join),
    /// `asof` join.
    AsOfJoin(AsOfJoin),
    /// `nearestBy` join.
    NearestByJoin {
        /// Left input.
        left: Relation,
        /// Right input.
        right: Relation,
        /// The message's remaining fields, by name.
        parameters: Vec<(String, Expression)>,
    },
    /// `, LATERAL (…)`, `JOIN LATERAL`.
    LateralJoin {
        /// Left input.
        left: Relation,
        /// Right input; may name columns of the left one.
        right: Relation,
        /// Kind.
        kind: JoinKind,
        /// Condition.
        condition: Option<Expression>,
    },
    /// UNION, INTERSECT, EXCEPT.
    SetOperation(SetOperation),
    /// `zip`.
    Zip {
        /// Left input.
        left: Relation,
        /// Right input.
        right: Relation,
    },
    /// WITH names AS (…) query.
    With {
        /// The named queries, in order.
        ctes: Vec<Cte>,
        /// Whether `RECURSIVE` stands after WITH.
        recursive: bool,
        /// The query.
        query: Relation,
    },
    /// A query and the DataFrames it refers to by id (`with_relations`).
    WithRelations {
        /// The query.
        root: Relation,
        /// The DataFrames.
        references: Vec<Relation>,
    },

    // ---- user code
    /// `mapInPandas`, `mapInArrow`.
    MapPartitions {
        /// Input.
        input: Relation,
        /// The function.
        function: UserDefinedFunction,
        /// Whether it needs a barrier.
        is_barrier: bool,
    },
    /// `applyInPandas` and its like.
    GroupMap(Box<GroupMap>),
    /// `cogroup().applyInPandas`.
    CoGroupMap {
        /// Left input and its keys.
        left: (Relation, Vec<Expression>),
        /// Right input and its keys.
        right: (Relation, Vec<Expression>),
        /// The function.
        function: UserDefinedFunction,
    },
    /// `applyInPandasWithState`.
    ApplyInPandasWithState {
        /// Input.
        input: Relation,
        /// Keys.
        keys: Vec<Expression>,
        /// The function.
        function: UserDefinedFunction,
        /// Schema of the output, as DDL.
        output_schema: String,
        /// Schema of the state, as DDL.
        state_schema: String,
        /// Output mode.
        output_mode: String,
        /// Time-out.
        timeout: String,
    },
    /// A Python table function that travels in the plan.
    UserDefinedTableFunction(UserDefinedFunction),
    /// A Python data source that travels in the plan.
    UserDefinedDataSource {
        /// Name.
        name: String,
        /// The pickled class.
        command: Vec<u8>,
        /// Python's minor version.
        python_version: String,
    },

    // ---- statistics and cleaning of DataFrames
    /// `na.fill`.
    FillNa {
        /// Input.
        input: Relation,
        /// Columns; empty for all of the value's type.
        columns: Vec<String>,
        /// One value, or one for each column.
        values: Vec<Literal>,
    },
    /// `na.drop`.
    DropNa {
        /// Input.
        input: Relation,
        /// Columns; empty for all.
        columns: Vec<String>,
        /// Fewest non-NULL values of a row that stays.
        minimum: Option<i32>,
    },
    /// `na.replace`.
    Replace {
        /// Input.
        input: Relation,
        /// Columns; empty for all.
        columns: Vec<String>,
        /// Old and new values.
        replacements: Vec<(Literal, Literal)>,
    },
    /// `summary`.
    Summary {
        /// Input.
        input: Relation,
        /// Statistics; empty for the usual ones.
        statistics: Vec<String>,
    },
    /// `describe`.
    Describe {
        /// Input.
        input: Relation,
        /// Columns; empty for all.
        columns: Vec<String>,
    },
    /// `crosstab`.
    Crosstab {
        /// Input.
        input: Relation,
        /// The two columns.
        columns: (String, String),
    },
    /// `cov`.
    Covariance {
        /// Input.
        input: Relation,
        /// The two columns.
        columns: (String, String),
    },
    /// `corr`.
    Correlation {
        /// Input.
        input: Relation,
        /// The two columns.
        columns: (String, String),
        /// Method.
        method: Option<String>,
    },
    /// `approxQuantile`.
    ApproxQuantile {
        /// Input.
        input: Relation,
        /// Columns.
        columns: Vec<String>,
        /// Probabilities.
        probabilities: Vec<f64>,
        /// Relative error.
        relative_error: f64,
    },
    /// `freqItems`.
    FrequentItems {
        /// Input.
        input: Relation,
        /// Columns.
        columns: Vec<String>,
        /// Support.
        support: Option<f64>,
    },
    /// `sampleBy`.
    SampleBy {
        /// Input.
        input: Relation,
        /// Stratum.
        column: Expression,
        /// Fraction of each stratum.
        fractions: Vec<(Literal, f64)>,
        /// Seed.
        seed: Option<i64>,
    },

    // ---- results for people, catalog, machine learning, extensions
    /// `show`.
    ShowString {
        /// Input.
        input: Relation,
        /// Rows shown.
        rows: i32,
        /// Longest cell.
        truncate: i32,
        /// One line for each cell.
        vertical: bool,
    },
    /// HTML of a notebook.
    HtmlString {
        /// Input.
        input: Relation,
        /// Rows shown.
        rows: i32,
        /// Longest cell.
        truncate: i32,
    },
    /// A call of `spark.catalog` (`catalog`).
    Catalog(CatalogCall),
    /// A relation of `pyspark.ml`.
    MachineLearning(Vec<u8>),
    /// A relation of a protocol extension.
    Extension {
        /// Its type URL.
        type_url: String,
        /// Its bytes.
        value: Vec<u8>,
    },
}

/// `VERSION AS OF e`, `TIMESTAMP AS OF e`, `@v1`.
#[derive(Debug, Clone, PartialEq)]
pub enum TimeTravel {
    /// A version number, or a text that names one.
    Version(Box<Expression>),
    /// A point in time.
    Timestamp(Box<Expression>),
}

/// A read by format and options.
#[derive(Debug, Clone, PartialEq)]
pub struct DataSource {
    /// Format; `None` is the default format. `` json.`path` `` in SQL sets it and one path.
    pub format: Option<String>,
    /// Schema as DDL or JSON.
    pub schema: Option<String>,
    /// Options.
    pub options: Vec<(String, String)>,
    /// Paths.
    pub paths: Vec<String>,
    /// Predicates of a JDBC read.
    pub predicates: Vec<String>,
    /// The name by which a checkpoint knows a streaming source.
    pub source_name: Option<String>,
    /// Whether it is a stream.
    pub is_streaming: bool,
}

/// GROUP BY.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Input.
    pub input: Relation,
    /// How the keys are combined.
    pub kind: GroupKind,
    /// Keys; ordinals and aliases of the SELECT list are still to be replaced.
    pub keys: Vec<Expression>,
    /// For SQL the whole SELECT list; for a DataFrame the aggregates, after the keys.
    pub outputs: Vec<Expression>,
    /// Whether `outputs` already holds the keys, as the SELECT list of SQL does.
    pub outputs_hold_keys: bool,
}

/// How grouping keys are combined.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupKind {
    /// Plain; no keys is one group of all rows.
    GroupBy,
    /// `GROUP BY ALL`.
    All,
    /// ROLLUP.
    Rollup,
    /// CUBE.
    Cube,
    /// `GROUPING SETS (…)`; `keys` lists every key.
    GroupingSets(Vec<Vec<Expression>>),
    /// Several of ROLLUP, CUBE, GROUPING SETS and plain keys in one GROUP BY; their product.
    Product(Vec<(GroupKind, Vec<Expression>)>),
    /// `groupBy().pivot(column, values)`.
    Pivot {
        /// The column.
        column: Box<Expression>,
        /// Its values; empty for all that occur.
        values: Vec<Literal>,
    },
}

/// UNION, INTERSECT or EXCEPT.
#[derive(Debug, Clone, PartialEq)]
pub struct SetOperation {
    /// Left input.
    pub left: Relation,
    /// Right input.
    pub right: Relation,
    /// Which.
    pub kind: SetKind,
    /// Keeps duplicates.
    pub all: bool,
    /// Matches columns by name.
    pub by_name: bool,
    /// With `by_name`: a column that one side lacks is NULL.
    pub allow_missing_columns: bool,
}

/// Kinds of set operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetKind {
    /// UNION.
    Union,
    /// INTERSECT.
    Intersect,
    /// EXCEPT, MINUS.
    Except,
}

/// A named query of WITH.
#[derive(Debug, Clone, PartialEq)]
pub struct Cte {
    /// Name.
    pub name: NamePart,
    /// New column names; empty keeps them.
    pub columns: Vec<NamePart>,
    /// The query.
    pub query: Relation,
    /// `MAX RECURSION LEVEL n`.
    pub max_recursion: Option<i64>,
}

/// How much a sample takes.
#[derive(Debug, Clone, PartialEq)]
pub enum SampleMethod {
    /// Fractions of the row range, as a client sends them.
    Fraction {
        /// Start of the range.
        lower: f64,
        /// End of the range.
        upper: f64,
    },
    /// `n PERCENT`.
    Percent(Box<Expression>),
    /// `n ROWS`.
    Rows(Box<Expression>),
    /// `BUCKET a OUT OF b`.
    Bucket {
        /// Which.
        bucket: i64,
        /// Of how many.
        buckets: i64,
    },
    /// A size such as `10M`.
    Bytes(String),
}

/// UNPIVOT.
#[derive(Debug, Clone, PartialEq)]
pub struct Unpivot {
    /// Input.
    pub input: Relation,
    /// Columns kept as they are; `None` keeps all that are not unpivoted (SQL).
    pub ids: Option<Vec<Expression>>,
    /// Columns unpivoted, in groups of the size of `value_names`, with an optional name; `None` takes all that are not ids.
    pub values: Option<Vec<(Vec<Expression>, Option<NamePart>)>>,
    /// Name of the column that holds the names.
    pub variable_name: String,
    /// Names of the columns that hold the values.
    pub value_names: Vec<String>,
    /// Keeps rows whose values are all NULL.
    pub include_nulls: bool,
}

/// `applyInPandas`, `applyInArrow`, `transformWithState`.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupMap {
    /// Input.
    pub input: Relation,
    /// Keys.
    pub keys: Vec<Expression>,
    /// The function.
    pub function: UserDefinedFunction,
    /// Order within a group.
    pub sort: Vec<Expression>,
    /// What a stateful function needs besides.
    pub stateful: Option<StatefulGroupMap>,
}

/// The settings of `transformWithState` and of a client's `mapGroupsWithState`.
#[derive(Debug, Clone, PartialEq)]
pub struct StatefulGroupMap {
    /// Rows that the state begins with, and their keys.
    pub initial: Option<(Relation, Vec<Expression>)>,
    /// `mapGroupsWithState` rather than `flatMapGroupsWithState`.
    pub is_map_groups_with_state: Option<bool>,
    /// Output mode.
    pub output_mode: Option<String>,
    /// Time-out of `mapGroupsWithState`.
    pub timeout: Option<String>,
    /// Schema of the state.
    pub state_schema: Option<SparkType>,
    /// `transformWithState`.
    pub transform: Option<TransformWithState>,
}

/// The settings of `transformWithState` alone.
#[derive(Debug, Clone, PartialEq)]
pub struct TransformWithState {
    /// Time mode.
    pub time_mode: String,
    /// Event time column of the output.
    pub event_time_column: Option<String>,
    /// Schema of the output.
    pub output_schema: Option<SparkType>,
}

/// A call of `spark.catalog`, executed as a query.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogCall {
    /// The message's field name, for example `list_tables`.
    pub operation: String,
    /// Its text arguments by field name.
    pub arguments: Vec<(String, String)>,
    /// Schema of a created table.
    pub schema: Option<SparkType>,
    /// Options of a created table.
    pub options: Vec<(String, String)>,
}

/// A schema as a list of columns.
pub type Schema = Vec<StructField>;
