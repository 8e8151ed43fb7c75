//! Names in the clauses after SELECT, which mean its outputs or columns of its input.
//!
//! ORDER BY looks among the outputs first, HAVING among what is grouped by. A name whose fields the one does not have means the
//! other.

use std::collections::HashSet;

use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::Typed;
use lakesmith_unresolved::Expression;
use lakesmith_unresolved::expression::{ExpressionKind, NamePart};

use crate::project::{Output, typed};
use crate::resolver::Resolver;
use crate::scope::{Found, Scope};

/// The outputs by which the clauses after SELECT may be written; a column that is selected twice is one.
pub(crate) fn named_outputs(outputs: &[Output]) -> Vec<(Identifier, Typed)> {
    let mut seen = HashSet::new();
    let mut is_first = |output: &&Output| output.source.as_ref().is_none_or(|source| seen.insert(source.attribute.id));
    outputs.iter().filter(|output| is_first(output)).map(|output| (output.name.clone(), output.value.clone())).collect()
}

/// Whether two outputs are the same column of the input.
pub(crate) fn is_same_column(one: &Output, other: &Output) -> bool {
    match (&one.source, &other.source) {
        (Some(one), Some(other)) => one.attribute.id == other.attribute.id,
        _ => false,
    }
}

impl Resolver<'_> {
    /// What a name means among the outputs; nothing where it is a column of the input.
    pub(crate) fn output_named(
        &mut self,
        parts: &[NamePart],
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Option<Typed>> {
        let named = scope.aliases.iter().filter(|(name, _)| *name == parts[0].text);
        let named: Vec<&Typed> = named.map(|(_, value)| value).collect();
        if named.is_empty() {
            return None;
        }
        if scope.is_having
            && let Some(key) = self.key_named(parts, scope)
        {
            return Some(Some(key));
        }
        match named.as_slice() {
            [value] => {
                let value = (*value).clone();
                self.quietly(|resolver| resolver.fields(value, &parts[1..])).map(Some)
            }
            _ if scope.is_having => {
                let title = format!("`{}` is the name of several columns of the SELECT list", parts[0].text.as_str());
                let diagnostic = Diagnostic::error(Condition::AMBIGUOUS_REFERENCE, title);
                Some(self.refuse(diagnostic.help("give them different names"), origin, "ambiguous"))
            }
            _ => None,
        }
    }

    /// The column that is grouped by, or is a part of one, of a name.
    fn key_named(&mut self, parts: &[NamePart], scope: &Scope<'_>) -> Option<Typed> {
        let Found::Column(column, taken) = scope.find(parts, None) else { return None };
        let column = typed(column);
        let is_key = scope.keys.contains(&column.expr);
        let value = self.quietly(|resolver| resolver.fields(column, &parts[taken..]))?;
        (is_key || scope.keys.contains(&value.expr)).then_some(value)
    }

    /// An element of an array or map, or a field. In ORDER BY one of the input where the output of that name has none.
    pub(crate) fn extracted(
        &mut self,
        child: &Expression,
        extraction: &Expression,
        scope: &Scope<'_>,
    ) -> Option<Typed> {
        let is_name = matches!(child.kind, ExpressionKind::Attribute { .. });
        if is_name && scope.aliases_first && !scope.is_having && !scope.aliases.is_empty() {
            let of_output = self.quietly(|resolver| resolver.extract(child, extraction, scope));
            return of_output.or_else(|| self.extract(child, extraction, &Scope { aliases: &[], ..*scope }));
        }
        self.extract(child, extraction, scope)
    }

    /// An attempt that notes no faults where it fails.
    pub(crate) fn quietly<T>(&mut self, attempt: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let noted = self.diagnostics.len();
        let value = attempt(self);
        if value.is_none() {
            self.diagnostics.truncate(noted);
        }
        value
    }
}
