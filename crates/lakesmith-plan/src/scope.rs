//! [`Scope`]: the columns that a name can mean at one place of a query.

use datafusion::logical_expr::Expr;
use lakesmith_base::Identifier;
use lakesmith_functions::Typed;
use lakesmith_unresolved::{NamePart, PlanId};

use crate::attribute::Attribute;

/// A column in reach.
#[derive(Debug, Clone)]
pub struct ScopeColumn {
    /// The column.
    pub attribute: Attribute,
    /// The table's name or alias, outermost part first; empty for a computed column.
    pub qualifier: Vec<Identifier>,
    /// How it is reached.
    pub reach: Reach,
}

/// How a column is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// By its name, and by `*`.
    Plain,
    /// By its qualified name only, and no part of `*`: the second key of JOIN USING.
    Qualified,
    /// By its name where no other column has it, and no part of `*`: a metadata column such as `_metadata`.
    Metadata,
    /// As [`Self::Metadata`], and the field `row_index` that it should have is not built.
    MetadataWithoutRowIndex,
    /// By its name where neither another column nor an alias has it, and no part of `*`: what a generator of the same SELECT gives.
    Generated,
}

impl Reach {
    /// Whether the column is reached only where no other has its name.
    pub fn is_metadata(self) -> bool {
        matches!(self, Self::Metadata | Self::MetadataWithoutRowIndex | Self::Generated)
    }
}

impl ScopeColumn {
    /// A column without a table.
    pub fn computed(attribute: Attribute) -> Self {
        Self { attribute, qualifier: Vec::new(), reach: Reach::Plain }
    }

    /// Whether it is part of `*` and of a result.
    pub fn is_visible(&self) -> bool {
        self.reach == Reach::Plain
    }

    /// Whether the written qualifier is the end of this column's.
    fn qualified_by(&self, parts: &[NamePart]) -> bool {
        parts.len() <= self.qualifier.len()
            && self.qualifier.iter().rev().zip(parts.iter().rev()).all(|(own, part)| *own == part.text)
    }
}

/// A parameter of a lambda.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: Identifier,
    /// Its value, a column that only the lambda's body has.
    pub value: Typed,
}

/// What the parameters of a function of SQL stand for in its body.
#[derive(Debug, Clone)]
pub struct Parameters {
    /// The function's name, which may stand before those of parameters.
    pub function: Identifier,
    /// The values.
    pub values: Vec<Value>,
}

/// What a parameter stands for.
#[derive(Debug, Clone)]
pub struct Value {
    /// The parameter's name.
    pub name: Identifier,
    /// The value in the body.
    pub own: Typed,
    /// The value in a query that stands in the body, where it can be had there.
    pub outer: Option<Expr>,
}

/// What names mean at one place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// The input's columns.
    pub columns: &'a [ScopeColumn],
    /// Columns of the same SELECT list that were named before.
    pub aliases: &'a [(Identifier, Typed)],
    /// Whether these names come before columns, outside of aggregate functions: in HAVING and ORDER BY.
    pub aliases_first: bool,
    /// What is grouped by; in HAVING columns of these come before aliases.
    pub keys: &'a [Expr],
    /// Parameters of the lambdas around, innermost last.
    pub variables: &'a [Variable],
    /// Parameters of the function whose body this is.
    pub parameters: Option<&'a Parameters>,
    /// The query around a subquery.
    pub outer: Option<&'a Scope<'a>>,
    /// Whether aggregate functions may stand here.
    pub aggregates: bool,
    /// Whether this is QUALIFY: a name of a window function of the SELECT list comes before columns.
    pub is_qualify: bool,
    /// Whether this is HAVING: a subquery of it may ask aggregates of the query around it.
    pub is_having: bool,
    /// Set for a function directly under OVER: whether its arguments may hold aggregates.
    pub windowed: Option<bool>,
    /// Whether this is within OVER, or the function before it: a name given in the same SELECT list has no value there.
    pub within_window: bool,
    /// Whether a `*` of a subquery may stand for columns of this query around it.
    pub gives_stars: bool,
    /// Whether this is an argument of an aggregate function, in which no other may stand.
    pub within_aggregate: bool,
}

/// What a name was found to mean.
#[derive(Debug, Clone)]
pub enum Found<'a> {
    /// A column, and how many parts of the name it took; the rest are fields.
    Column(&'a ScopeColumn, usize),
    /// Several columns.
    Ambiguous(Vec<&'a ScopeColumn>),
    /// Nothing.
    Nothing,
}

impl<'a> Scope<'a> {
    /// A scope of columns without aggregates.
    pub fn of(columns: &'a [ScopeColumn]) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Looks a name up among the columns: the longest qualifier that fits is taken, as in Spark.
    pub fn find(&self, parts: &[NamePart], plan_id: Option<PlanId>) -> Found<'a> {
        for taken in (1..=parts.len()).rev() {
            let (qualifier, name) = (&parts[..taken - 1], &parts[taken - 1].text);
            let mut fitting: Vec<&ScopeColumn> = self
                .columns
                .iter()
                .filter(|column| column.attribute.name == *name)
                .filter(|column| {
                    column.qualified_by(qualifier) && !(column.reach == Reach::Qualified && qualifier.is_empty())
                })
                .collect();
            if fitting.iter().any(|column| !column.reach.is_metadata()) {
                fitting.retain(|column| !column.reach.is_metadata());
            }
            if plan_id.is_some() && fitting.iter().any(|column| column.attribute.plan_id == plan_id) {
                fitting.retain(|column| column.attribute.plan_id == plan_id);
            }
            match fitting.as_slice() {
                [] => {}
                // the same column, selected several times
                [column, others @ ..] if others.iter().all(|other| other.attribute.root == column.attribute.root) => {
                    return Found::Column(column, taken);
                }
                [column] => return Found::Column(column, taken),
                _ => return Found::Ambiguous(fitting),
            }
        }
        Found::Nothing
    }

    /// What a name means among the columns where aliases of the same SELECT list come before what its generators give.
    pub fn find_before_aliases(&self, parts: &[NamePart], plan_id: Option<PlanId>) -> Found<'a> {
        let found = self.find(parts, plan_id);
        let Found::Column(column, _) = &found else { return found };
        let own = column.attribute.column();
        let is_other = |(name, value): &&(Identifier, Typed)| *name == parts[0].text && value.expr != own;
        match column.reach == Reach::Generated && self.aliases.iter().any(|alias| is_other(&alias)) {
            true => Found::Nothing,
            false => found,
        }
    }

    /// The columns of `*`, or of `t.*`, to which its keys of JOIN USING belong.
    pub fn star(&self, target: &[NamePart]) -> Vec<&'a ScopeColumn> {
        let is_meant = |column: &&ScopeColumn| match target {
            [] => column.is_visible(),
            _ => !column.reach.is_metadata() && column.qualified_by(target),
        };
        let columns = self.columns.iter().filter(is_meant);
        // the keys of JOIN USING that are hidden come before the others
        let (mut keys, others): (Vec<&ScopeColumn>, Vec<_>) = columns.partition(|column| !column.is_visible());
        keys.extend(others);
        keys
    }
}
