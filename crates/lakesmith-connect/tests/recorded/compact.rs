//! A debug form short enough to read: origins and fields at their usual value are left out.
//!
//! `Expression { kind: K, .. }` is written `K`, a relation with plan id 3 `K#3`, a part of a name `` `a` ``.

use std::fmt::Debug;

use super::fixture;

/// Fields that say nothing at this value. A value that is lost shows elsewhere: the same field is checked set in some snapshot.
const USUAL: &[&str] = &[
    "computed: None",
    "plan_id: None",
    "is_metadata_column: false",
    "distinct: false",
    "filter: None",
    "within_group: []",
    "ignore_nulls: None",
    "is_user_defined: false",
    "is_internal: false",
    "time_travel: None",
    "options: []",
    "is_streaming: false",
    "metadata: None",
    "except: []",
    "extensions: []",
    "details_extension: None",
    "definition_path: None",
    "client_id: None",
];

/// Asserts what the plan recorded as `name` is converted to; line ends and runs of spaces in `expected` are one space.
#[track_caller]
pub fn check(name: &str, expected: &str) {
    let actual = match lakesmith_connect::plan(&fixture::plan(name)) {
        Ok(lakesmith_connect::Plan::Query(relation)) => compact(&relation),
        Ok(lakesmith_connect::Plan::Command(command)) => compact(&command.kind),
        Err(error) => panic!("{name}: {error}"),
    };
    let expected = expected.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(actual == expected, "{name} is converted to\n{}", folded(&actual));
}

/// The short form of a plan.
pub fn compact(plan: &impl Debug) -> String {
    let mut text = without_origins(format!("{plan:?}"));
    for usual in USUAL {
        text = text.replace(&format!("{usual}, "), "").replace(&format!(", {usual}"), "");
    }
    text = unwrapped(text, "NamePart { text: Identifier(", |inner| inner.trim_end_matches(')').replace('"', "`"));
    text = unwrapped(text, "Name { parts: ", str::to_owned);
    text = unwrapped(text, "Expression { kind: ", str::to_owned);
    text = unwrapped(text, "Relation { kind: ", |inner| match inner.rsplit_once(", plan_id: Some(PlanId(") {
        Some((kind, id)) => format!("{kind}#{}", id.trim_end_matches(')')),
        None => inner.to_owned(),
    });
    text
}

/// Replaces each `opening … }` by what `shorten` makes of its inside.
fn unwrapped(mut text: String, opening: &str, shorten: impl Fn(&str) -> String) -> String {
    let mut from = text.len();
    while let Some(start) = find_word(&text[..from], opening) {
        let inside = start + opening.len();
        let end = inside + closing_brace(&text[inside..]);
        let short = shorten(text[inside..end].trim_end());
        text.replace_range(start..=end, &short);
        from = start;
    }
    text
}

/// The last place of `opening` that does not continue a longer name.
fn find_word(text: &str, opening: &str) -> Option<usize> {
    let starts = text.rmatch_indices(opening).map(|(start, _)| start);
    starts.into_iter().find(|start| !text[..*start].ends_with(|before: char| before.is_alphanumeric()))
}

fn closing_brace(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted && depth == 0 => return at,
            '}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    panic!("no closing brace in {text}")
}

fn without_origins(mut text: String) -> String {
    while let Some(start) = text.find(", origin: ") {
        let value = start + ", origin: ".len();
        let length = match text[value..].strip_prefix("Python { ") {
            Some(rest) => "Python { ".len() + closing_brace(rest) + 1,
            None => "Unknown".len(),
        };
        text.replace_range(start..value + length, "");
    }
    text
}

fn folded(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        if lines[lines.len() - 1].len() + word.len() > 110 {
            lines.push(String::new());
        }
        let line = lines.last_mut().unwrap();
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.join("\n")
}
