//! [`resolve_checked`]: a query together with conditions on its rows, the expectations of a dataset.
//!
//! A condition sees the query's output. It may also name a column of the query's input that the output lacks: the query is
//! then widened by that column, which follows the output and is not part of it.

use datafusion::logical_expr::{Expr, LogicalPlan};
use lakesmith_base::Identifier;
use lakesmith_diagnostic::Diagnostic;
use lakesmith_engine::Catalog;
use lakesmith_engine::projection::project;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, NamePart};
use lakesmith_unresolved::{Relation, RelationKind};

use crate::attribute::Attribute;
use crate::project::{Block, Select};
use crate::resolver::{Options, Planned, Resolver, attempt_until_known, broken};
use crate::scope::{Reach, Scope, ScopeColumn};

/// What the names of further columns begin with.
const FURTHER: &str = "__lakesmith_input.";

/// What is asked of a query's rows.
#[derive(Debug, Clone, Copy)]
pub struct Conditions<'a> {
    /// The conditions, in order.
    pub conditions: &'a [Expression],
    /// Whether the file that a row comes from is wanted, where the query reads files directly.
    pub source_file: bool,
}

/// A query with conditions on its rows.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The plan: the columns of `output`, then further columns that conditions need. All have internal names.
    pub plan: LogicalPlan,
    /// The query's own columns.
    pub output: Vec<Attribute>,
    /// The conditions, as expressions over the plan's columns.
    pub conditions: Vec<CheckedCondition>,
    /// The column with the path of the file that a row comes from.
    pub source_file: Option<Attribute>,
}

/// A condition that was understood.
#[derive(Debug, Clone)]
pub struct CheckedCondition {
    /// The condition.
    pub expr: Expr,
    /// Names of columns that only the query's input has.
    pub input_columns: Vec<Identifier>,
}

/// Resolves a query and the conditions on its rows. Failure is as that of [`crate::resolve`].
pub async fn resolve_checked(
    relation: &Relation,
    wanted: Conditions<'_>,
    catalog: &dyn Catalog,
    options: Options,
) -> Result<Checked, Vec<Diagnostic>> {
    let parts = attempt_until_known(catalog, options, |resolver| resolver.checked(relation, wanted)).await?;
    let columns = parts.output.iter().chain(&parts.further).map(Attribute::column);
    let plan = project(parts.plan, columns);
    let plan = plan.map_err(|error| vec![broken(&error)])?;
    Ok(Checked { plan, output: parts.output, conditions: parts.conditions, source_file: parts.source_file })
}

struct Parts {
    plan: LogicalPlan,
    output: Vec<Attribute>,
    further: Vec<Attribute>,
    conditions: Vec<CheckedCondition>,
    source_file: Option<Attribute>,
}

impl Resolver<'_> {
    fn checked(&mut self, relation: &Relation, wanted: Conditions<'_>) -> Option<Parts> {
        let own = self.relation(relation, &Scope::default())?;
        let visible = own.columns.iter().filter(|column| column.is_visible());
        let names: Vec<Identifier> = visible.map(|column| column.attribute.name.clone()).collect();
        let mut further: Vec<(Identifier, Expression)> = Vec::new();
        for part in wanted.conditions.iter().flat_map(first_names) {
            let is_new = !names.contains(&part.text) && further.iter().all(|(name, _)| *name != part.text);
            let column = attribute(vec![part.clone()]);
            if is_new && self.can_widen(relation, &column) {
                further.push((part.text.clone(), column));
            }
        }
        let file = attribute(["_metadata", "file_path"].map(part).to_vec());
        let with_file = wanted.source_file && self.can_widen(relation, &file);
        let mut added: Vec<Expression> = further.iter().map(|(name, column)| named(name, column)).collect();
        if with_file {
            added.push(named(&Identifier::new("_metadata.file_path"), &file));
        }
        let planned = match widened(relation, &added) {
            Some(wider) if !added.is_empty() => self.relation(&wider, &Scope::default())?,
            _ => own,
        };
        let planned = self.without_subqueries(planned, &relation.origin)?;
        self.parts(planned, &further, wanted.conditions, added.len(), with_file)
    }

    fn parts(
        &mut self,
        planned: Planned,
        further: &[(Identifier, Expression)],
        conditions: &[Expression],
        added: usize,
        with_file: bool,
    ) -> Option<Parts> {
        let mut visible: Vec<ScopeColumn> = planned.columns.into_iter().filter(ScopeColumn::is_visible).collect();
        let own = visible.len() - added;
        let output: Vec<Attribute> = visible[..own].iter().map(|column| column.attribute.clone()).collect();
        let extra: Vec<Attribute> = visible[own..].iter().map(|column| column.attribute.clone()).collect();
        for (column, (name, _)) in visible[own..].iter_mut().zip(further) {
            // known by the name of the input's column, and inside the plan by its own
            column.attribute.name = name.clone();
            column.reach = Reach::Metadata;
        }
        let internal: Vec<(Expr, Expr)> =
            visible[own..].iter().zip(&extra).map(|(shown, real)| (shown.attribute.column(), real.column())).collect();
        let scope = Scope::of(&visible);
        let resolved: Vec<Option<CheckedCondition>> = conditions
            .iter()
            .map(|condition| {
                let expr = self.condition(condition, &scope, "EXPECT")?;
                let mentioned = first_names(condition).into_iter().map(|part| part.text);
                let input_columns = mentioned.filter(|name| further.iter().any(|(known, _)| known == name)).collect();
                Some(CheckedCondition { expr: renamed(expr, &internal), input_columns })
            })
            .collect();
        let conditions = resolved.into_iter().collect::<Option<Vec<_>>>()?;
        let source_file = with_file.then(|| extra.last().cloned()).flatten();
        Some(Parts { plan: planned.plan, output, further: extra, conditions, source_file })
    }

    /// Whether the query can give a further column. Faults of the attempt are forgotten.
    fn can_widen(&mut self, relation: &Relation, column: &Expression) -> bool {
        let Some(wider) = widened(relation, std::slice::from_ref(column)) else { return false };
        let before = self.diagnostics.len();
        let is_possible = self.relation(&wider, &Scope::default()).is_some();
        let is_possible = is_possible && self.diagnostics.len() == before;
        self.diagnostics.truncate(before);
        is_possible
    }
}

/// The query with further columns; nothing when it is no plain SELECT.
fn widened(relation: &Relation, further: &[Expression]) -> Option<Relation> {
    let kind = match relation.kind.as_ref() {
        RelationKind::With { ctes, recursive, query } => {
            let query = widened(query, further)?;
            RelationKind::With { ctes: ctes.clone(), recursive: *recursive, query }
        }
        RelationKind::Project { input, expressions } => {
            let block = Block::of(relation)?;
            if !matches!(block.select, Select::Rows(..)) {
                return None;
            }
            let expressions = expressions.iter().chain(further).cloned().collect();
            RelationKind::Project { input: input.clone(), expressions }
        }
        _ => return None,
    };
    Some(Relation { kind: Box::new(kind), plan_id: relation.plan_id, origin: relation.origin.clone() })
}

/// The first parts of the names that an expression mentions, its subqueries left out.
fn first_names(expression: &Expression) -> Vec<NamePart> {
    let mut names = Vec::new();
    let mut open = vec![expression];
    while let Some(next) = open.pop() {
        match &next.kind {
            ExpressionKind::Attribute { parts, .. } => names.extend(parts.first().cloned()),
            ExpressionKind::Lambda { parameters, body } => {
                let is_parameter = |name: &NamePart| parameters.iter().any(|parameter| parameter.text == name.text);
                names.extend(first_names(body).into_iter().filter(|name| !is_parameter(name)));
            }
            _ => open.extend(next.children()),
        }
    }
    names
}

fn renamed(expr: Expr, internal: &[(Expr, Expr)]) -> Expr {
    use datafusion::common::tree_node::{Transformed, TreeNode};
    let replace = |node: Expr| {
        let real = internal.iter().find(|(shown, _)| *shown == node).map(|(_, real)| real.clone());
        Ok(real.map_or_else(|| Transformed::no(node), Transformed::yes))
    };
    expr.clone().transform(replace).map_or(expr, |renamed| renamed.data)
}

fn part(text: &str) -> NamePart {
    NamePart { text: Identifier::new(text), origin: lakesmith_diagnostic::Origin::Unknown }
}

fn attribute(parts: Vec<NamePart>) -> Expression {
    let origin = parts.first().map_or(lakesmith_diagnostic::Origin::Unknown, |part| part.origin.clone());
    Expression::new(ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false }, origin)
}

fn named(name: &Identifier, column: &Expression) -> Expression {
    let names = vec![part(&format!("{FURTHER}{}", name.as_str()))];
    let kind = ExpressionKind::Alias { child: Box::new(column.clone()), names, metadata: None };
    Expression::new(kind, column.origin.clone())
}
