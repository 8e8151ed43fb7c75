//! IDENTIFIER: a name that a constant text gives.

use datafusion::common::ScalarValue;
use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic};
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
            Some(ScalarValue::Utf8(Some(name))) => match QualifiedName::written(&name) {
                Some(name) => {
                    let part = |part: &Identifier| NamePart { text: part.clone(), origin: origin.clone() };
                    Some(name.parts().iter().map(part).collect())
                }
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
