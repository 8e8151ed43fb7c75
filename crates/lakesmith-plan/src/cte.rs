//! WITH: named queries. Each sees those before it; a recursive one sees its own rows.

use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::RelationRequest;
use lakesmith_unresolved::Relation;
use lakesmith_unresolved::expression::Name;
use lakesmith_unresolved::relation::Cte;

use crate::recursion::Step;
use crate::resolver::{Planned, Resolver};
use crate::scope::Scope;

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
            self.named_query(&named, outer);
            self.ctes.push(named);
        }
        let planned = self.relation(query, outer);
        self.ctes.truncate(depth);
        planned
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
