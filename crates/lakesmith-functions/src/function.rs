//! [`Function`]: one entry of the table of functions, and what passes in and out of it.

use datafusion::logical_expr::Expr;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::rules::Rules;

/// An expression with its Spark type. The expression's Arrow type is always the one that the Spark type maps to.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// The expression.
    pub expr: Expr,
    /// Its type.
    pub data_type: SparkType,
    /// Whether it may be NULL.
    pub nullable: bool,
}

impl Typed {
    /// A value that may be NULL.
    pub fn new(expr: Expr, data_type: SparkType) -> Self {
        Self { expr, data_type, nullable: true }
    }

    /// The same value, declared never NULL when `nullable` is false.
    #[must_use]
    pub fn with_nullable(mut self, nullable: bool) -> Self {
        self.nullable = nullable;
        self
    }
}

/// What the session says at the time of planning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionValues {
    /// The time of the query in microseconds since the epoch: `current_timestamp()`.
    pub now_micros: i64,
    /// What random functions without a seed begin with; another number for each query.
    pub entropy: u64,
    /// `current_catalog()`.
    pub catalog: String,
    /// `current_schema()`.
    pub schema: String,
    /// `current_user()`.
    pub user: String,
    /// What the settings say.
    pub rules: Rules,
}

/// What a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// One value for each row.
    Scalar,
    /// One value for each group.
    Aggregate,
    /// One value for each row, over a window.
    Window,
}

/// A key that values are ordered by.
#[derive(Debug, Clone, PartialEq)]
pub struct Ordered {
    /// What is compared.
    pub value: Typed,
    /// Whether great values come first.
    pub descending: bool,
    /// Whether NULLs come first.
    pub nulls_first: bool,
}

/// A call with resolved arguments.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The name as the table spells it.
    pub name: &'a str,
    /// The arguments.
    pub arguments: Vec<Typed>,
    /// `f(DISTINCT …)`.
    pub distinct: bool,
    /// `IGNORE NULLS`.
    pub ignore_nulls: bool,
    /// `WITHIN GROUP (ORDER BY …)`.
    pub order: Vec<Ordered>,
    /// The session's values.
    pub session: &'a SessionValues,
    /// What this call begins with if it is random and has no seed.
    pub entropy: u64,
}

/// Why a call is refused; the resolver adds the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The condition.
    pub condition: Condition,
    /// What is wrong, lower-case, one line.
    pub title: String,
    /// The argument that is wrong, if it is one.
    pub argument: Option<usize>,
    /// What the user can do.
    pub help: Option<String>,
}

impl Fault {
    /// A fault of a type.
    pub fn mismatch(title: impl Into<String>, argument: Option<usize>) -> Self {
        Self { condition: Condition::DATATYPE_MISMATCH, title: title.into(), argument, help: None }
    }

    /// A function or use of one that is not built.
    pub fn not_built(what: impl std::fmt::Display) -> Self {
        let title = format!("{what} is not built yet");
        Self { condition: Condition::LAKESMITH_NOT_BUILT, title, argument: None, help: None }
    }

    /// Adds what the user can do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// One function.
#[derive(Debug)]
pub struct Function {
    /// Its names; the first is the one shown.
    pub names: &'static [&'static str],
    /// What it is.
    pub role: Role,
    /// Fewest and most arguments.
    pub arity: (usize, usize),
    /// Types a call and gives its expression.
    pub resolve: fn(&Call<'_>) -> Result<Typed, Fault>,
}

/// As many arguments as one likes.
pub const MANY: usize = usize::MAX;

impl Function {
    /// A scalar function.
    pub const fn scalar(
        names: &'static [&'static str],
        arity: (usize, usize),
        resolve: fn(&Call<'_>) -> Result<Typed, Fault>,
    ) -> Self {
        Self { names, role: Role::Scalar, arity, resolve }
    }

    /// An aggregate function.
    pub const fn aggregate(
        names: &'static [&'static str],
        arity: (usize, usize),
        resolve: fn(&Call<'_>) -> Result<Typed, Fault>,
    ) -> Self {
        Self { names, role: Role::Aggregate, arity, resolve }
    }

    /// A window function.
    pub const fn window(
        names: &'static [&'static str],
        arity: (usize, usize),
        resolve: fn(&Call<'_>) -> Result<Typed, Fault>,
    ) -> Self {
        Self { names, role: Role::Window, arity, resolve }
    }
}
