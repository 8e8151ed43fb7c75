//! IDENTIFIER: a name that a constant text gives.

use datafusion::common::ScalarValue;
use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::constant;
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::expression::{Expression, Name, NamePart};

use crate::resolver::Resolver;
use crate::scope::Scope;

impl Resolver<'_> {
    /// The parts of the name that a text gives.
    pub(crate) fn identifier(&mut self, text: &Expression) -> Option<Vec<NamePart>> {
        let origin = &text.origin;
        if self.mentions_column(text) {
            let diagnostic =
                Diagnostic::error(Condition::NOT_A_CONSTANT_STRING_NOT_CONSTANT, "IDENTIFIER takes a constant");
            return self.refuse(diagnostic, origin, "no constant");
        }
        let value = self.expression(text, &Scope::default())?;
        if !matches!(value.data_type, SparkType::String { .. }) {
            let title = format!("IDENTIFIER takes a text, not a value of type {}", value.data_type);
            return self.refuse(Diagnostic::error(Condition::NOT_A_CONSTANT_STRING_WRONG_TYPE, title), origin, "");
        }
        match constant::value(&value.expr) {
            Some(ScalarValue::Utf8(Some(name))) => match parts(&name, origin) {
                Some(parts) => Some(parts),
                None if name.trim().is_empty() => {
                    let diagnostic =
                        Diagnostic::error(Condition::PARSE_EMPTY_STATEMENT, "the text of IDENTIFIER is empty");
                    self.refuse(diagnostic, origin, "")
                }
                None => {
                    let title = format!("`{name}` is no name; back-quotes stand around parts with other signs");
                    self.refuse(Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title), origin, "")
                }
            },
            Some(_) => {
                let diagnostic = Diagnostic::error(Condition::NOT_A_CONSTANT_STRING_NULL, "IDENTIFIER is given NULL");
                self.refuse(diagnostic, origin, "")
            }
            None => self.not_built("IDENTIFIER of a text that is not known before the query runs", origin),
        }
    }

    /// The name as it is meant, whether written or given by IDENTIFIER.
    pub(crate) fn named(&mut self, name: &Name) -> Option<Name> {
        match &name.computed {
            None => Some(name.clone()),
            Some(text) => {
                let parts = self.identifier(text)?;
                Some(Name { parts, computed: None, origin: name.origin.clone() })
            }
        }
    }
}

/// The parts of a name, separated by points, in back-quotes where they are no words.
fn parts(text: &str, origin: &Origin) -> Option<Vec<NamePart>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let (part, after) = match rest.strip_prefix('`') {
            Some(quoted) => quoted_part(quoted)?,
            None => {
                let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        if part.is_empty() {
            return None;
        }
        parts.push(NamePart { text: Identifier::new(part), origin: origin.clone() });
        if after.is_empty() {
            return Some(parts);
        }
        rest = after.strip_prefix('.')?;
    }
}

/// What stands before the closing back-quote, and what after it; two back-quotes are one of the name.
fn quoted_part(text: &str) -> Option<(String, &str)> {
    let mut part = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('`')?;
        part.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('`') {
            Some(after) => {
                part.push('`');
                rest = after;
            }
            None => return Some((part, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_a_name_of_words_and_quoted_parts() {
        let shown = |text: &str| {
            let parts = parts(text, &Origin::Unknown)?;
            Some(parts.iter().map(|part| part.text.as_str().to_owned()).collect::<Vec<_>>().join("|"))
        };
        assert_eq!(shown("a.b_1").as_deref(), Some("a|b_1"));
        assert_eq!(shown(" `a b`.`c``d` ").as_deref(), Some("a b|c`d"));
        for wrong in ["", "a b", "a.", ".a", "`a", "a;b"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }
}
