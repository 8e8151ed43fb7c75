//! [`Expression`]: a value or condition, unresolved.

use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Origin, Span};

use crate::PlanId;
use crate::literal::Literal;
use crate::relation::Relation;
use crate::spark_type::SparkType;

/// One part of a name with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct NamePart {
    /// The part, without quotes.
    pub text: Identifier,
    /// Where it stands.
    pub origin: Origin,
}

impl NamePart {
    /// A part written at `span`.
    pub fn new(text: impl Into<Identifier>, span: Span) -> Self {
        Self { text: text.into(), origin: span.into() }
    }
}

/// A name of an object, or the expression that computes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The parts, outermost first; empty only when `computed` is set.
    pub parts: Vec<NamePart>,
    /// The argument of `IDENTIFIER(…)`, which replaces `parts`.
    pub computed: Option<Box<Expression>>,
    /// Where the name stands.
    pub origin: Origin,
}

impl Name {
    /// The parts as a [`lakesmith_base::QualifiedName`], when the name is not computed.
    pub fn qualified(&self) -> Option<lakesmith_base::QualifiedName> {
        lakesmith_base::QualifiedName::from_parts(self.parts.iter().map(|part| part.text.clone()).collect())
    }
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands.
    pub origin: Origin,
}

impl Expression {
    /// An expression at a place.
    pub fn new(kind: ExpressionKind, origin: impl Into<Origin>) -> Self {
        Self { kind, origin: origin.into() }
    }

    /// A call of a built-in function or operator by name.
    pub fn call(name: &str, arguments: Vec<Self>, origin: impl Into<Origin>) -> Self {
        let origin = origin.into();
        Self {
            kind: ExpressionKind::Function(Box::new(FunctionCall::builtin(name, arguments, origin.clone()))),
            origin,
        }
    }
}

/// The cases of an expression. Operators and predicates are [`ExpressionKind::Function`] with the names that PySpark's
/// `Column` sends (listed at [`FunctionCall::name`]), so SQL text and DataFrames resolve alike.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    /// A constant.
    Literal(Literal),
    /// A column, or a field of a struct column: `a`, `t.a`, `a.b.c`.
    Attribute {
        /// Parts as written.
        parts: Vec<NamePart>,
        /// The DataFrame it was taken from.
        plan_id: Option<PlanId>,
        /// Whether only metadata columns are meant.
        is_metadata_column: bool,
    },
    /// A function, operator, aggregate or generator.
    Function(Box<FunctionCall>),
    /// SQL text of an expression that a client sent; parsed when it arrives.
    ExpressionString(String),
    /// `*`, `t.*`, `* EXCEPT (a, s.b)`.
    Star {
        /// What stands before `.*`; empty for a bare `*`.
        target: Vec<NamePart>,
        /// Columns left out.
        except: Vec<Vec<NamePart>>,
        /// The DataFrame it was taken from.
        plan_id: Option<PlanId>,
    },
    /// `e AS a`, `e AS (a, b)`.
    Alias {
        /// What is named.
        child: Box<Expression>,
        /// The names; more than one for generators.
        names: Vec<NamePart>,
        /// Column metadata as a JSON object.
        metadata: Option<String>,
    },
    /// `CAST(e AS t)`, `e::t`, `TRY_CAST(e AS t)`.
    Cast {
        /// What is cast.
        child: Box<Expression>,
        /// To which type.
        data_type: SparkType,
        /// What happens to a value that does not fit.
        mode: CastMode,
    },
    /// Columns whose name matches a regular expression.
    Regex {
        /// The pattern.
        pattern: String,
        /// The DataFrame it was taken from.
        plan_id: Option<PlanId>,
    },
    /// An ordering, where a client sends one as an expression.
    SortOrder(Box<SortOrder>),
    /// `x -> x + 1`, `(x, y) -> x + y`.
    Lambda {
        /// Parameters.
        parameters: Vec<NamePart>,
        /// The body, in which parameters are [`ExpressionKind::LambdaVariable`] (from clients) or attributes (from SQL).
        body: Box<Expression>,
    },
    /// A parameter used in the body of a lambda.
    LambdaVariable(Vec<NamePart>),
    /// `f(…) OVER (…)`.
    Window {
        /// The function.
        function: Box<Expression>,
        /// The window.
        window: Box<Window>,
    },
    /// `e[i]`, `e.field` on a value that is not a plain name.
    ExtractValue {
        /// The array, map or struct.
        child: Box<Expression>,
        /// Index, key or field name (a string literal).
        extraction: Box<Expression>,
    },
    /// `e:a.b[0]`: a JSON path into a string or variant.
    JsonPath {
        /// The string or variant.
        child: Box<Expression>,
        /// The steps.
        path: Vec<JsonStep>,
    },
    /// `Column.withField` and `dropFields`.
    UpdateFields {
        /// The struct.
        child: Box<Expression>,
        /// Field, parts separated by dots.
        field: String,
        /// New value; `None` drops the field.
        value: Option<Box<Expression>>,
    },
    /// A function of the user's own that travels in the plan.
    UserDefinedFunction(Box<UserDefinedFunction>),
    /// `call_function(name, …)`: a function by a name in SQL notation.
    CallFunction {
        /// The name.
        name: String,
        /// The arguments.
        arguments: Vec<Expression>,
    },
    /// `name => e` as an argument.
    NamedArgument {
        /// The parameter.
        name: NamePart,
        /// The value.
        value: Box<Expression>,
    },
    /// An action of MERGE.
    MergeAction(Box<MergeAction>),
    /// An aggregate of a typed Dataset; Scala clients only.
    TypedAggregate(Box<UserDefinedFunction>),
    /// A subquery used as a value, or as the argument of a table function.
    Subquery(Box<Subquery>),
    /// `Column.partitionId` routing of `repartitionById`.
    DirectShufflePartitionId(Box<Expression>),
    /// `:name`.
    NamedParameter(String),
    /// `?`; numbered from 0 in order of appearance.
    PositionalParameter(usize),
    /// `DEFAULT` as a value in INSERT, UPDATE and MERGE.
    Default,
    /// `IDENTIFIER(e)` where a column is expected.
    ComputedIdentifier(Box<Expression>),
    /// An expression of a protocol extension.
    Extension {
        /// Its type URL.
        type_url: String,
        /// Its bytes.
        value: Vec<u8>,
    },
}

/// A call of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionCall {
    /// The name. Operators and predicates use: `and or not == <=> != < <= > >= + - * / div % || & | ^ ~ << >> >>> negative
    /// positive like ilike rlike likeall likeany notlikeall notlikeany ilikeall ilikeany notilikeall notilikeany in between
    /// isnull isnotnull istrue isfalse isunknown isnotunknown isdistinctfrom when` (`when` takes
    /// condition, value, condition, value, …, and optionally the value of ELSE); negated predicates are `not` around them;
    /// `extract(f FROM e)` is `extract('f', e)`; `CURRENT_DATE` and its like are calls without arguments.
    pub name: Name,
    /// The arguments.
    pub arguments: Vec<Expression>,
    /// `f(DISTINCT …)`.
    pub distinct: bool,
    /// `FILTER (WHERE …)`.
    pub filter: Option<Expression>,
    /// `WITHIN GROUP (ORDER BY …)`.
    pub within_group: Vec<SortOrder>,
    /// `IGNORE NULLS` is `Some(true)`, `RESPECT NULLS` is `Some(false)`.
    pub ignore_nulls: Option<bool>,
    /// Whether the client says that it is a function of the user's own.
    pub is_user_defined: bool,
    /// Whether the client means a function that SQL text cannot name.
    pub is_internal: bool,
}

impl FunctionCall {
    /// A plain call of a built-in function.
    pub fn builtin(name: &str, arguments: Vec<Expression>, origin: Origin) -> Self {
        let part = NamePart { text: Identifier::new(name), origin: origin.clone() };
        Self {
            name: Name { parts: vec![part], computed: None, origin },
            arguments,
            distinct: false,
            filter: None,
            within_group: Vec::new(),
            ignore_nulls: None,
            is_user_defined: false,
            is_internal: false,
        }
    }
}

/// What a cast does with a value that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CastMode {
    /// As the session's `spark.sql.ansi.enabled` says.
    Session,
    /// Always an error.
    Ansi,
    /// Always NULL.
    Try,
    /// Always the old rules.
    Legacy,
}

/// One key of an ordering.
#[derive(Debug, Clone, PartialEq)]
pub struct SortOrder {
    /// What is compared.
    pub child: Expression,
    /// `DESC`.
    pub descending: bool,
    /// Where NULLs go; `None` is first for ascending and last for descending keys.
    pub nulls_first: Option<bool>,
}

/// A window specification.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Window {
    /// `OVER w`, or the base of `OVER (w …)`.
    pub reference: Option<NamePart>,
    /// `PARTITION BY`.
    pub partition_by: Vec<Expression>,
    /// `ORDER BY`.
    pub order_by: Vec<SortOrder>,
    /// The frame.
    pub frame: Option<WindowFrame>,
}

/// The frame of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowFrame {
    /// `ROWS` or `RANGE`.
    pub unit: FrameUnit,
    /// Start.
    pub lower: FrameBound,
    /// End.
    pub upper: FrameBound,
}

/// What frame bounds count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameUnit {
    /// Rows.
    Rows,
    /// Values of the ordering key.
    Range,
}

/// A bound of a frame.
#[derive(Debug, Clone, PartialEq)]
pub enum FrameBound {
    /// `UNBOUNDED PRECEDING` as the lower bound, `UNBOUNDED FOLLOWING` as the upper.
    Unbounded,
    /// `CURRENT ROW`.
    CurrentRow,
    /// `e PRECEDING` (negated) or `e FOLLOWING`; a client sends the signed offset.
    Offset(Box<Expression>),
}

/// A step of a JSON path.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonStep {
    /// `.name` or `:name`, matched without case unless it was quoted.
    Field {
        /// The field.
        name: String,
        /// Whether it stood in `['…']` or back-quotes, which match with case.
        exact: bool,
    },
    /// `[0]`.
    Index(i64),
    /// `[*]`.
    All,
}

/// A function of the user's own.
#[derive(Debug, Clone, PartialEq)]
pub struct UserDefinedFunction {
    /// Name for display.
    pub name: String,
    /// Whether equal arguments give equal results.
    pub deterministic: bool,
    /// Arguments.
    pub arguments: Vec<Expression>,
    /// Whether an aggregate sees every value once.
    pub distinct: bool,
    /// The code.
    pub code: UserCode,
}

/// Code that a client sent along.
#[derive(Debug, Clone, PartialEq)]
pub enum UserCode {
    /// A pickled Python function.
    Python {
        /// Result type; `None` for a table function whose class decides.
        output_type: Option<SparkType>,
        /// PySpark's number of the calling convention.
        eval_type: i32,
        /// The pickled function.
        command: Vec<u8>,
        /// Minor version of Python it was pickled with.
        python_version: String,
        /// Further files it needs.
        includes: Vec<String>,
    },
    /// A serialized Scala function.
    Scala {
        /// The payload.
        payload: Vec<u8>,
        /// Types of the arguments.
        input_types: Vec<SparkType>,
        /// Type of the result.
        output_type: Option<SparkType>,
        /// Whether the result may be NULL.
        nullable: bool,
        /// Whether it is an aggregate.
        aggregate: bool,
    },
    /// The name of a Java class.
    Java {
        /// The class.
        class_name: String,
        /// Type of the result; `None` is the class's own.
        output_type: Option<SparkType>,
        /// Whether it is an aggregate.
        aggregate: bool,
    },
}

/// An action of a MERGE clause.
#[derive(Debug, Clone, PartialEq)]
pub struct MergeAction {
    /// What is done.
    pub kind: MergeActionKind,
    /// The condition after `AND`.
    pub condition: Option<Expression>,
}

/// What a MERGE clause does.
#[derive(Debug, Clone, PartialEq)]
pub enum MergeActionKind {
    /// `DELETE`.
    Delete,
    /// `UPDATE SET a = e, …`.
    Update(Vec<(Expression, Expression)>),
    /// `UPDATE SET *`, optionally `* EXCEPT (…)`.
    UpdateStar {
        /// Columns left out.
        except: Vec<Vec<NamePart>>,
    },
    /// `INSERT (a, …) VALUES (e, …)`.
    Insert(Vec<(Expression, Expression)>),
    /// `INSERT VALUES (e, …)`: one value for each column of the table.
    InsertValues(Vec<Expression>),
    /// `INSERT *`, optionally `* EXCEPT (…)`.
    InsertStar {
        /// Columns left out.
        except: Vec<Vec<NamePart>>,
    },
}

/// A subquery inside an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Subquery {
    /// How it is used.
    pub kind: SubqueryKind,
    /// The query: written in place, or a plan of [`crate::relation::RelationKind::WithRelations`].
    pub query: SubqueryPlan,
}

/// Where the query of a subquery is found.
#[derive(Debug, Clone, PartialEq)]
pub enum SubqueryPlan {
    /// In place.
    Inline(Relation),
    /// By number among the references of the enclosing `WithRelations`.
    Reference(PlanId),
}

/// How a subquery is used.
#[derive(Debug, Clone, PartialEq)]
pub enum SubqueryKind {
    /// One value.
    Scalar,
    /// `EXISTS (…)`.
    Exists,
    /// `(a, b) IN (…)`.
    In(Vec<Expression>),
    /// `f(TABLE(…) PARTITION BY … ORDER BY …)`.
    TableArgument {
        /// `PARTITION BY`.
        partition_by: Vec<Expression>,
        /// `ORDER BY`.
        order_by: Vec<SortOrder>,
        /// `WITH SINGLE PARTITION`.
        single_partition: bool,
    },
}
