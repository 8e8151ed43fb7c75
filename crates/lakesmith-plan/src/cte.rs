//! WITH: named queries. Each sees those before it; a recursive one sees its own rows. One that gives other rows each time, because it
//! calls `rand` or `uuid`, is computed once.

use std::sync::Arc;

use datafusion::common::tree_node::TreeNode;
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::once::OnceTable;
use lakesmith_engine::{ProvidedRelation, RelationRequest};
use lakesmith_functions::kernel;
use lakesmith_unresolved::expression::Name;
use lakesmith_unresolved::relation::Cte;
use lakesmith_unresolved::{Relation, StructField};

use crate::recursion::Step;
use crate::resolver::{Planned, Resolver};
use crate::scope::{Scope, ScopeColumn};

/// A name that stands for a query.
#[derive(Debug, Clone)]
pub(crate) struct NamedQuery {
    pub name: Identifier,
    pub meaning: Meaning,
    /// How many names its query sees.
    pub visible: usize,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(crate) enum Meaning {
    Query(Box<Cte>),
    /// A query that goes on from its own rows.
    Recursive(Box<Cte>),
    /// The rows of the last step of a recursive query.
    Step(Step),
    /// Rows that all who name the query share.
    Once(Arc<ProvidedRelation>),
}

impl Resolver<'_> {
    /// A query with named queries before it.
    pub(crate) fn with(
        &mut self,
        ctes: &[Cte],
        recursive: bool,
        query: &Relation,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let depth = self.ctes.len();
        for (at, cte) in ctes.iter().enumerate() {
            if ctes[..at].iter().any(|earlier| earlier.name.text == cte.name.text) {
                let title = format!("WITH defines `{}` twice", cte.name.text.as_str());
                let diagnostic = Diagnostic::error(Condition::DUPLICATED_CTE_NAMES, title);
                self.refuse::<()>(diagnostic, &cte.name.origin, "second definition");
            }
            let meaning = match recursive && cte.names_itself() {
                true => Meaning::Recursive(Box::new(cte.clone())),
                false => Meaning::Query(Box::new(cte.clone())),
            };
            let named = NamedQuery { name: cte.name.text.clone(), meaning, visible: self.ctes.len() };
            // resolved once here so that a fault in a query that nothing uses is found too
            let planned = self.named_query(&named, outer);
            let queries = ctes[at + 1..].iter().map(|cte| &cte.query).chain([query]);
            let times: usize = queries.map(|query| query.times_read(&cte.name.text)).sum();
            let once = planned.filter(|planned| times > 1 && is_random(&planned.plan));
            let meaning = match once {
                Some(planned) => self.computed_once(planned, &cte.query.origin).unwrap_or(named.meaning),
                None => named.meaning,
            };
            self.ctes.push(NamedQuery { meaning, ..named });
        }
        let planned = self.relation(query, outer);
        self.ctes.truncate(depth);
        planned
    }

    /// A query that all who name it share the rows of; nothing where it depends on a row of a query around it.
    fn computed_once(&mut self, planned: Planned, origin: &Origin) -> Option<Meaning> {
        let planned = self.without_subqueries(planned, origin)?;
        if planned.plan.exists(|node| Ok(node.contains_outer_reference())).unwrap_or(true) {
            return None;
        }
        let visible: Vec<&ScopeColumn> = planned.columns.iter().filter(|column| column.is_visible()).collect();
        let columns = visible.iter().map(|column| {
            let attribute = &column.attribute;
            StructField {
                name: attribute.name.clone(),
                data_type: attribute.data_type.clone(),
                nullable: attribute.nullable,
                comment: None,
                metadata: attribute.metadata.clone(),
            }
        });
        let (columns, own): (Vec<_>, Vec<_>) =
            (columns.collect(), visible.iter().map(|c| c.attribute.column()).collect());
        let plan = self.built(LogicalPlanBuilder::from(planned.plan).project(own), origin)?;
        Some(Meaning::Once(Arc::new(ProvidedRelation::new(columns, Arc::new(OnceTable::new(plan))))))
    }

    /// The query of a name.
    fn named_query(&mut self, named: &NamedQuery, outer: &Scope<'_>) -> Option<Planned> {
        // it sees the names defined before it
        let hidden = self.ctes.split_off(named.visible.min(self.ctes.len()));
        let planned = match &named.meaning {
            Meaning::Query(cte) => {
                let planned = self.relation(&cte.query, outer);
                planned.and_then(|planned| self.renamed(planned, &cte.name.text, &cte.columns, &cte.name.origin))
            }
            Meaning::Recursive(cte) => self.recursion(cte, outer),
            Meaning::Step(step) => self.step(&named.name, step),
            Meaning::Once(rows) => self.scan(rows.as_ref(), std::slice::from_ref(&named.name), &Origin::Unknown),
        };
        self.ctes.extend(hidden);
        planned
    }

    /// A table, view or named query.
    pub(crate) fn named_table(
        &mut self,
        name: &Name,
        options: &[(String, String)],
        is_streaming: bool,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let name = &self.named(name)?;
        let qualified = name.qualified()?;
        if qualified.parts().len() == 1
            && let Some(named) = self.ctes.iter().rev().find(|known| known.name == *qualified.last()).cloned()
        {
            return self.named_query(&named, outer);
        }
        let qualified = self.name_in_body(qualified);
        let request = RelationRequest::Table { name: qualified.clone(), is_streaming, options: options.to_vec() };
        let source = self.source(request, &name.origin, &qualified)?;
        let written = qualified.parts();
        let full = source.full_name().map(QualifiedName::parts).filter(|full| full.len() > written.len());
        let full = full.unwrap_or(written);
        self.scan(source.as_ref(), full, &name.origin)
    }
}

/// Whether a plan gives other rows when it is computed again.
fn is_random(plan: &LogicalPlan) -> bool {
    let is_random = |node: &LogicalPlan| {
        Ok(match node {
            LogicalPlan::TableScan(scan) => source_as_provider(&scan.source)?.downcast_ref::<OnceTable>().is_some(),
            _ => node.expressions().iter().any(kernel::is_random),
        })
    };
    plan.exists(is_random).unwrap_or(false)
}
