//! What is replaced, what is not, and where the tokens of a value are shown.

use lakesmith_diagnostic::SourceMap;

use super::{Variable, VariableLookup};
use crate::lexer::lex;

struct Values(&'static [(&'static str, &'static str)]);

impl VariableLookup for Values {
    fn get(&self, key: &str) -> Option<Variable> {
        let (_, value) = self.0.iter().find(|(name, _)| *name == key)?;
        Some(Variable { value: (*value).to_owned(), described: "set at p.sql:3:1".to_owned() })
    }
    fn keys(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
}

fn read(text: &str, values: &'static [(&'static str, &'static str)]) -> (Vec<(String, String)>, Vec<String>) {
    let mut sources = SourceMap::default();
    let file = sources.add_file("a.sql", text);
    let (tokens, faults) = lex(&mut sources, file, 0..text.len(), &Values(values));
    let place = |token: &crate::token::Token| {
        let source = sources.source(token.span.source);
        format!("{}[{}..{}]", source.name, token.span.start, token.span.end)
    };
    let tokens = tokens.iter().map(|token| (token.raw().to_owned(), place(token))).collect();
    (tokens, faults.into_iter().map(|fault| fault.title).collect())
}

fn words(text: &str, values: &'static [(&'static str, &'static str)]) -> Vec<String> {
    read(text, values).0.into_iter().map(|(raw, _)| raw).collect()
}

#[test]
fn a_value_may_hold_a_whole_column_list() {
    let (tokens, faults) = read("SELECT ${cols} FROM t", &[("cols", "a, b")]);
    assert!(faults.is_empty());
    let value = "value of `cols` (set at p.sql:3:1)";
    let wanted = [
        ("SELECT", "a.sql[0..6]".to_owned()),
        ("a", format!("{value}[0..1]")),
        (",", format!("{value}[1..2]")),
        ("b", format!("{value}[3..4]")),
        ("FROM", "a.sql[15..19]".to_owned()),
        ("t", "a.sql[20..21]".to_owned()),
        ("", "a.sql[21..21]".to_owned()),
    ];
    assert_eq!(tokens, wanted.map(|(raw, place)| (raw.to_owned(), place)));
}

#[test]
fn a_token_that_crosses_a_reference_covers_all_of_it() {
    let (tokens, _) = read("x_${a}_y z", &[("a", "1")]);
    assert_eq!(tokens[0], ("x_1_y".to_owned(), "a.sql[0..8]".to_owned()));
    let (tokens, _) = read("'p/${a}' z", &[("a", "long value")]);
    assert_eq!(tokens[0], ("'p/long value'".to_owned(), "a.sql[0..8]".to_owned()));
}

#[test]
fn values_refer_to_further_values_but_not_to_themselves() {
    assert_eq!(words("${a}", &[("a", "1 + ${b}"), ("b", "2")]), ["1", "+", "2", ""]);
    let (_, faults) = read("${a}", &[("a", "${b}"), ("b", "${a}")]);
    assert_eq!(faults, ["the value of `a` refers to itself"]);
    assert_eq!(words("${a} ${a}", &[("a", "1")]), ["1", "1", ""]);
}

#[test]
fn comments_are_left_alone() {
    let (tokens, faults) = read("a -- ${x}\n /* ${y} */ '-- ${z}'", &[("z", "v")]);
    assert!(faults.is_empty());
    assert_eq!(tokens[1].0, "'-- v'");
}

#[test]
fn an_unknown_key_is_shown_with_similar_keys_and_what_to_do() {
    let mut sources = SourceMap::default();
    let text = "SELECT ${catlog}, ${env:HOME}";
    let file = sources.add_file("a.sql", text);
    let (_, faults) = lex(&mut sources, file, 0..text.len(), &Values(&[("catalog", "c")]));
    assert_eq!(faults.len(), 2);
    assert_eq!(faults[0].condition.name, "NAMED_PARAMETER_NOT_FOUND");
    assert_eq!(faults[0].primary.as_ref().map(|label| sources.text(label.span)), Some("${catlog}"));
    assert_eq!(faults[0].help[0], "a key with a similar name is set: `catalog`");
    assert!(faults[0].help[1].contains("--set catlog="));
    assert!(faults[1].help[0].contains("environment variable `HOME`"));
}

#[test]
fn text_that_is_no_reference_stays() {
    let (tokens, faults) = read("'${' '$x' '${}'", &[]);
    assert!(faults.is_empty());
    assert_eq!(tokens[0].0, "'${'");
}
