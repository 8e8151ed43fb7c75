//! `input AS alias (a, b)`: the name of a relation and of its columns.

use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_unresolved::expression::NamePart;

use crate::resolver::{Planned, Resolver};

impl Resolver<'_> {
    /// `input AS alias (a, b)`.
    pub(crate) fn renamed(
        &mut self,
        planned: Planned,
        alias: &Identifier,
        names: &[NamePart],
        origin: &Origin,
    ) -> Option<Planned> {
        self.renamed_or(planned, alias, names, origin, Condition::ASSIGNMENT_ARITY_MISMATCH)
    }

    /// The same; `condition` is that of names that are too many or too few.
    pub(crate) fn renamed_or(
        &mut self,
        planned: Planned,
        alias: &Identifier,
        names: &[NamePart],
        origin: &Origin,
        condition: Condition,
    ) -> Option<Planned> {
        let hidden = planned.columns.iter().filter(|column| column.reach.is_metadata()).cloned();
        let hidden: Vec<_> = hidden.collect();
        let visible: Vec<_> = planned.columns.iter().filter(|column| column.is_visible()).cloned().collect();
        if !names.is_empty() && names.len() != visible.len() {
            let title = format!("`{}` names {} columns of {}", alias.as_str(), names.len(), visible.len());
            return self.refuse(Diagnostic::error(condition, title), origin, "");
        }
        let mut columns = Vec::new();
        let mut projected = Vec::new();
        for (index, mut column) in visible.into_iter().enumerate() {
            let before = column.attribute.column();
            if let Some(name) = names.get(index) {
                column.attribute.name = name.text.clone();
                projected.push(before.alias(column.attribute.internal()));
            } else {
                projected.push(before);
            }
            column.qualifier = vec![alias.clone()];
            columns.push(column);
        }
        for mut column in hidden {
            projected.push(column.attribute.column());
            column.qualifier = vec![alias.clone()];
            columns.push(column);
        }
        let plan =
            if names.is_empty() { planned.plan } else { self.built(planned.builder().project(projected), origin)? };
        Some(Planned { plan, columns })
    }
}
