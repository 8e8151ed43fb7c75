//! Names that are values: variables of the session, `IDENTIFIER(…)`, and parameters that have no value.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin, SourceKind, SourceMap};
use lakesmith_functions::{Typed, kernel};
use lakesmith_sql::parse_name;
use lakesmith_unresolved::expression::{Expression, Name, NamePart};

use crate::resolver::Resolver;
use crate::scope::Scope;

impl Resolver<'_> {
    /// The value of a variable, and how many parts of the name it takes: `v`, `session.v`, `system.session.v`.
    pub(crate) fn variable(&self, parts: &[NamePart]) -> Option<(Typed, usize)> {
        let at = match parts {
            [system, session, _, ..] if system.text.matches("system") && session.text.matches("session") => 2,
            [session, _, ..] if session.text.matches("session") => 1,
            _ => 0,
        };
        let known = self.options.variables.get(&parts.get(at)?.text.folded())?;
        let nullable = known.value.is_null();
        let value = Typed { expr: lit(known.value.clone()), data_type: known.data_type.clone(), nullable };
        Some((value, at + 1))
    }

    /// The parts of a name; those of `IDENTIFIER(…)` come from its value.
    pub(crate) fn parts_of(&mut self, name: &Name) -> Option<Vec<NamePart>> {
        let Some(computed) = &name.computed else { return Some(name.parts.clone()) };
        let mut parts = self.computed_parts(computed, &name.origin)?;
        parts.extend(name.parts.iter().cloned());
        Some(parts)
    }

    /// The parts of the name that a constant text is.
    pub(crate) fn computed_parts(&mut self, computed: &Expression, origin: &Origin) -> Option<Vec<NamePart>> {
        let value = self.expression(computed, &Scope::default())?;
        let wrong = |condition, title: &str| Diagnostic::error(condition, title.to_owned());
        let text = match kernel::constant(&value.expr) {
            Some(ScalarValue::Utf8(Some(text))) => text,
            Some(ScalarValue::Utf8(None)) => {
                let fault = wrong(Condition::NOT_A_CONSTANT_STRING_NULL, "the text of IDENTIFIER is NULL");
                return self.refuse(fault, &computed.origin, "");
            }
            Some(_) => {
                let title = format!("IDENTIFIER takes a STRING, not {}", value.data_type);
                let fault = Diagnostic::error(Condition::NOT_A_CONSTANT_STRING_WRONG_TYPE, title);
                return self.refuse(fault, &computed.origin, "");
            }
            None => {
                let fault =
                    wrong(Condition::NOT_A_CONSTANT_STRING_NOT_CONSTANT, "the text of IDENTIFIER differs between rows");
                return self.refuse(fault, &computed.origin, "");
            }
        };
        let mut sources = SourceMap::default();
        let source = sources.add("name", text.as_str(), SourceKind::Inline);
        match parse_name(&sources, source) {
            Ok(name) => {
                Some(name.parts.into_iter().map(|part| NamePart { text: part.text, origin: origin.clone() }).collect())
            }
            Err(_) => {
                let title = format!("`{text}` is no name");
                self.refuse(Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title), origin, "")
            }
        }
    }

    /// A parameter that has no value.
    pub(crate) fn unbound<T>(&mut self, shown: &str, origin: &Origin) -> Option<T> {
        let fault = Diagnostic::error(Condition::UNBOUND_SQL_PARAMETER, format!("parameter `{shown}` has no value"));
        let help = "give it one by `lakesmith sql --param name=value`, or by USING of EXECUTE IMMEDIATE";
        self.refuse(fault.help(help), origin, "no value")
    }
}
