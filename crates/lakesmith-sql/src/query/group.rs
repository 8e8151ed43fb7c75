//! GROUP BY: plain keys, ALL, ROLLUP, CUBE, GROUPING SETS, and their products.

use lakesmith_unresolved::relation::GroupKind;
use lakesmith_unresolved::{Expression, ExpressionKind};

use crate::parser::{Parsed, Parser};

/// The grouping of an aggregate.
pub(super) struct Grouping {
    /// How keys are combined.
    pub(super) kind: GroupKind,
    /// Every key.
    pub(super) keys: Vec<Expression>,
}

/// Keys in order of appearance, each once by its text.
#[derive(Default)]
struct Keys(Vec<(String, Expression)>);

impl Keys {
    fn add(&mut self, text: &str, key: &Expression) {
        let text = text.to_lowercase();
        if !self.0.iter().any(|(seen, _)| *seen == text) {
            self.0.push((text, key.clone()));
        }
    }
}

/// A set of keys, each with its text.
type KeySet = Vec<(String, Expression)>;

impl Parser<'_> {
    /// What stands after GROUP BY.
    pub(super) fn grouping(&mut self) -> Parsed<Grouping> {
        let next = self.peek_at(1);
        let is_column = [",", ".", "(", "[", "+", "="].iter().any(|symbol| next.is_symbol(symbol));
        if self.at_keyword("ALL") && !is_column {
            self.advance();
            return Ok(Grouping { kind: GroupKind::All, keys: Vec::new() });
        }
        let mut parts = self.comma_separated(Self::grouping_part)?;
        if self.at_keywords(&["GROUPING", "SETS"]) {
            let keys = parts.into_iter().flat_map(|part| part.1).collect();
            let (kind, _) = self.grouping_sets()?;
            return Ok(Grouping { kind, keys });
        }
        if self.eat_keywords(&["WITH", "ROLLUP"]) {
            return Ok(Grouping { kind: GroupKind::Rollup, keys: parts.into_iter().flat_map(|part| part.1).collect() });
        }
        if self.eat_keywords(&["WITH", "CUBE"]) {
            return Ok(Grouping { kind: GroupKind::Cube, keys: parts.into_iter().flat_map(|part| part.1).collect() });
        }
        if parts.iter().all(|(kind, _)| *kind == GroupKind::GroupBy) {
            let keys = parts.into_iter().flat_map(|part| part.1).collect();
            return Ok(Grouping { kind: GroupKind::GroupBy, keys });
        }
        if parts.len() == 1
            && let Some((kind, keys)) = parts.pop()
        {
            return Ok(Grouping { kind, keys });
        }
        let keys = parts.iter().flat_map(|(_, keys)| keys.iter().cloned()).collect();
        Ok(Grouping { kind: GroupKind::Product(parts), keys })
    }

    fn grouping_part(&mut self) -> Parsed<(GroupKind, Vec<Expression>)> {
        if self.at_keywords(&["GROUPING", "SETS"]) {
            return self.grouping_sets();
        }
        let kind = match self.peek() {
            token if token.is_keyword("ROLLUP") => GroupKind::Rollup,
            token if token.is_keyword("CUBE") => GroupKind::Cube,
            _ => GroupKind::GroupBy,
        };
        if kind == GroupKind::GroupBy || !self.peek_at(1).is_symbol("(") {
            return Ok((GroupKind::GroupBy, vec![self.expression()?]));
        }
        self.advance();
        let members = self.parenthesised(Self::key_set)?;
        if members.iter().all(|member| member.len() == 1) {
            return Ok((kind, members.into_iter().flatten().map(|(_, key)| key).collect()));
        }
        // keys in parentheses come and go together
        let sets = if kind == GroupKind::Rollup { rollup_sets(&members) } else { self.cube_sets(&members)? };
        Ok(listed_sets(sets))
    }

    fn grouping_sets(&mut self) -> Parsed<(GroupKind, Vec<Expression>)> {
        self.expect_keyword("GROUPING")?;
        self.expect_keyword("SETS")?;
        let sets: Vec<KeySet> = self.parenthesised(Self::grouping_set)?.into_iter().flatten().collect();
        Ok(listed_sets(sets))
    }

    /// One item of GROUPING SETS: a key, keys in parentheses, or a nested ROLLUP, CUBE or GROUPING SETS.
    fn grouping_set(&mut self) -> Parsed<Vec<KeySet>> {
        if self.eat_keywords(&["GROUPING", "SETS"]) {
            let nested = self.nested(|parser| parser.parenthesised(Self::grouping_set))?;
            return Ok(nested.into_iter().flatten().collect());
        }
        let is_rollup = self.at_keyword("ROLLUP");
        if (is_rollup || self.at_keyword("CUBE")) && self.peek_at(1).is_symbol("(") {
            self.advance();
            let members = self.parenthesised(Self::key_set)?;
            return if is_rollup { Ok(rollup_sets(&members)) } else { self.cube_sets(&members) };
        }
        if self.at_symbol("(") && self.peek_at(1).is_symbol(")") {
            self.advance();
            self.advance();
            return Ok(vec![Vec::new()]);
        }
        Ok(vec![self.key_set()?])
    }

    /// A key, or keys in parentheses.
    fn key_set(&mut self) -> Parsed<KeySet> {
        let start = self.position();
        let (text, key) = self.key_with_text()?;
        let keys = match key.kind {
            ExpressionKind::Function(call) if self.text_between(start, start + 1) == "(" && is_tuple(&call) => {
                call.arguments.into_iter().map(|key| (argument_text(self, start, &key), key)).collect()
            }
            kind => vec![(text, Expression { kind, origin: key.origin })],
        };
        Ok(keys)
    }

    fn key_with_text(&mut self) -> Parsed<(String, Expression)> {
        let start = self.position();
        let mut first = start;
        let key = self.expression()?;
        let mut last = self.position();
        // `(a)` and `a` are the same key.
        while last - first > 2 && self.text_between(first, first + 1) == "(" && self.text_between(last - 1, last) == ")"
        {
            (first, last) = (first + 1, last - 1);
        }
        Ok((self.text_between(first, last), key))
    }

    fn cube_sets(&self, members: &[KeySet]) -> Parsed<Vec<KeySet>> {
        const MOST_KEYS: usize = 12;
        if members.len() > MOST_KEYS {
            let title = format!("syntax error: CUBE of more than {MOST_KEYS} keys inside GROUPING SETS");
            return Err(self.refused(title, "name the sets that are needed"));
        }
        let chosen = |set: usize| {
            let last = members.len() - 1;
            let kept = members.iter().enumerate().filter(|(n, _)| set >> (last - n) & 1 == 1);
            kept.flat_map(|(_, member)| member.iter().cloned()).collect()
        };
        Ok((0..1usize << members.len()).rev().map(chosen).collect())
    }
}

fn is_tuple(call: &lakesmith_unresolved::FunctionCall) -> bool {
    call.name.parts.len() == 1 && call.name.parts[0].text.as_str() == "struct"
}

/// The text by which a key inside a tuple is compared.
fn argument_text(parser: &Parser<'_>, start: usize, key: &Expression) -> String {
    key.origin.span().map(|span| parser.text_of(start, span)).unwrap_or_default()
}

fn rollup_sets(members: &[KeySet]) -> Vec<KeySet> {
    (0..=members.len()).rev().map(|count| members.iter().take(count).flatten().cloned().collect()).collect()
}

/// GROUPING SETS of these sets, with every key once.
fn listed_sets(sets: Vec<KeySet>) -> (GroupKind, Vec<Expression>) {
    let mut keys = Keys::default();
    for (text, key) in sets.iter().flatten() {
        keys.add(text, key);
    }
    let sets = sets.into_iter().map(|set| set.into_iter().map(|(_, key)| key).collect()).collect();
    (GroupKind::GroupingSets(sets), keys.0.into_iter().map(|(_, key)| key).collect())
}
