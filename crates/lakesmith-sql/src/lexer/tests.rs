//! Where statements end, what tokens are, and which place they have.

use lakesmith_diagnostic::{SourceMap, Span};

use super::{lex, split_statements};
use crate::template::NoVariables;

fn statements(text: &str) -> Vec<&str> {
    split_statements(text).into_iter().map(|range| text[range].trim()).collect()
}

fn tokens(text: &str) -> Vec<String> {
    let mut sources = SourceMap::default();
    let file = sources.add_file("a.sql", text);
    let (tokens, _) = lex(&mut sources, file, 0..text.len(), &NoVariables);
    tokens.iter().map(|token| token.raw().to_owned()).collect()
}

#[test]
fn semicolons_end_statements_outside_strings_names_and_comments() {
    assert_eq!(statements("a; b;"), ["a", "b"]);
    assert_eq!(statements("';' \";\" `;` x; y"), ["';' \";\" `;` x", "y"]);
    assert_eq!(statements("a -- ;\n b; /* ; /* ; */ ; */ c"), ["a -- ;\n b", "/* ; /* ; */ ; */ c"]);
    assert_eq!(statements(r"'\';' ; r'\' ; c"), [r"'\';'", r"r'\'", "c"]);
    assert_eq!(statements("-- a \\\n; still a comment\nb; c"), ["-- a \\\n; still a comment\nb", "c"]);
}

#[test]
fn blanks_and_comments_alone_are_no_statement() {
    assert!(statements(" ;; -- x\n ; /* y */").is_empty());
    assert_eq!(statements("a; 'unclosed ; b"), ["a", "'unclosed ; b"]);
}

#[test]
fn symbols_are_as_long_as_they_can_be_but_types_may_end_twice() {
    assert_eq!(
        tokens("a<=>b->c=>d||e|>f::g:h"),
        ["a", "<=>", "b", "->", "c", "=>", "d", "||", "e", "|>", "f", "::", "g", ":", "h", ""]
    );
    assert_eq!(tokens("array<array<int>>"), ["array", "<", "array", "<", "int", ">", ">", ""]);
    assert_eq!(
        tokens("1.5e3 1e 1L 2x .5 a.5b 1.e"),
        ["1.5e3", "1e", "1L", "2x", ".5", "a", ".", "5b", "1", ".", "e", ""]
    );
}

#[test]
fn a_token_knows_its_place_in_the_file() {
    let mut sources = SourceMap::default();
    let file = sources.add_file("a.sql", "x; SELECT ü");
    let (tokens, faults) = lex(&mut sources, file, 2..12, &NoVariables);
    assert!(faults.is_empty());
    assert_eq!(tokens[1].span, Span::new(file, 10, 12));
    assert_eq!(sources.place(tokens[1].span), "a.sql:1:11");
    assert_eq!(tokens[2].span, Span::new(file, 12, 12));
}

#[test]
fn a_character_without_meaning_is_a_fault_and_the_rest_is_still_read() {
    let mut sources = SourceMap::default();
    let file = sources.add_file("a.sql", "a # b");
    let (tokens, faults) = lex(&mut sources, file, 0..5, &NoVariables);
    assert_eq!(tokens.len(), 3);
    assert_eq!(faults[0].title, "syntax error: the character `#` has no meaning here");
}
