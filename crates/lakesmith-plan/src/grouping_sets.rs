//! ROLLUP, CUBE, GROUPING SETS and their products: which keys each set of groups has.

use lakesmith_diagnostic::Origin;
use lakesmith_functions::Typed;
use lakesmith_unresolved::expression::Expression;
use lakesmith_unresolved::relation::{Aggregate, GroupKind};

use crate::project::Output;
use crate::resolver::Resolver;
use crate::same_value::is_same;
use crate::scope::Scope;

/// Sets of keys by their numbers.
pub(crate) type KeySets = Vec<Vec<usize>>;

/// More keys of one CUBE would make too many sets.
const MOST_KEYS: usize = 12;

impl Resolver<'_> {
    /// The sets of keys that rows are grouped by; nothing for a plain GROUP BY. The same set may be there twice, as in Spark.
    pub(crate) fn key_sets(
        &mut self,
        aggregate: &Aggregate,
        keys: &[Typed],
        outputs: &[Output],
        scope: &Scope<'_>,
    ) -> Option<Option<KeySets>> {
        match &aggregate.kind {
            GroupKind::GroupBy | GroupKind::All | GroupKind::Pivot { .. } => Some(None),
            kind => self.sets_of(kind, &aggregate.keys, keys, outputs, scope).map(Some),
        }
    }

    fn sets_of(
        &mut self,
        kind: &GroupKind,
        written: &[Expression],
        keys: &[Typed],
        outputs: &[Output],
        scope: &Scope<'_>,
    ) -> Option<KeySets> {
        let mut numbers = |members: &[Expression]| -> Option<Vec<usize>> {
            let members = self.keys(members, Some(outputs), scope)?;
            Some(
                members
                    .iter()
                    .filter_map(|member| keys.iter().position(|key| is_same(&key.expr, &member.expr)))
                    .collect(),
            )
        };
        Some(match kind {
            GroupKind::Rollup => {
                let all = numbers(written)?;
                (0..=all.len()).rev().map(|kept| distinct(&all[..kept])).collect()
            }
            GroupKind::Cube if written.len() <= MOST_KEYS => {
                let all = numbers(written)?;
                let last = all.len().saturating_sub(1);
                let chosen = |set: usize| {
                    let kept = (0..all.len()).filter(|key| set >> (last - key) & 1 == 1).map(|key| all[key]);
                    distinct(&kept.collect::<Vec<_>>())
                };
                (0..1usize << all.len()).rev().map(chosen).collect()
            }
            GroupKind::Cube => return self.not_built("CUBE of more than 12 keys", &Origin::Unknown),
            GroupKind::GroupingSets(sets) => {
                let sets: Option<KeySets> = sets.iter().map(|set| numbers(set)).collect();
                sets?.iter().map(|set| distinct(set)).collect()
            }
            GroupKind::Product(parts) => {
                let mut product: KeySets = vec![Vec::new()];
                for (kind, written) in parts {
                    let sets = self.sets_of(kind, written, keys, outputs, scope)?;
                    let joined = |one: &Vec<usize>| {
                        sets.iter().map(|other| distinct(&[one.as_slice(), other].concat())).collect::<Vec<_>>()
                    };
                    product = product.iter().flat_map(joined).collect();
                }
                product
            }
            GroupKind::GroupBy | GroupKind::All | GroupKind::Pivot { .. } => vec![distinct(&numbers(written)?)],
        })
    }
}

/// The numbers, each once.
fn distinct(numbers: &[usize]) -> Vec<usize> {
    let mut kept = Vec::new();
    for number in numbers {
        if !kept.contains(number) {
            kept.push(*number);
        }
    }
    kept
}
