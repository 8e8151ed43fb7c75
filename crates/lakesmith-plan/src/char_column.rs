//! Columns of type CHAR: what a query keeps of their lengths, and how they are compared.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use lakesmith_diagnostic::Origin;
use lakesmith_functions::{Typed, char_type, constant};
use lakesmith_unresolved::SparkType;

use crate::attribute::Attribute;
use crate::resolver::Resolver;

impl Resolver<'_> {
    /// Notes that a column is another one, unchanged.
    pub(crate) fn keep_declared(&mut self, expr: &Expr, attribute: &Attribute) {
        if let Some(declared) = self.declared_type(expr).cloned() {
            self.declared.insert(attribute.internal(), declared);
        }
        if let Expr::Column(column) = expr
            && let Some(comment) = self.comments.get(&column.name).cloned()
        {
            self.comments.insert(attribute.internal(), comment);
        }
        if self.is_session(expr) {
            self.sessions.insert(attribute.internal());
        }
    }

    /// Notes that a column has the values of two others; their length stays where it is the same.
    pub(crate) fn keep_common(&mut self, left: Option<&Attribute>, right: Option<&Attribute>, attribute: &Attribute) {
        let (Some(left), Some(right)) = (left, right) else { return };
        let (left, right) = (self.declared.get(&left.internal()), self.declared.get(&right.internal()));
        if let Some(declared) = left.filter(|left| Some(*left) == right).cloned() {
            self.declared.insert(attribute.internal(), declared);
        }
    }

    fn declared_type(&self, expr: &Expr) -> Option<&SparkType> {
        match expr {
            Expr::Column(column) | Expr::OuterReferenceColumn(_, column) => self.declared.get(&column.name),
            _ => None,
        }
    }

    /// Texts that are compared with columns of type CHAR, all with blanks up to the length of the longest.
    pub(crate) fn filled_chars(&mut self, arguments: Vec<Typed>, origin: &Origin) -> Option<Vec<Typed>> {
        let lengths: Vec<Option<u32>> = arguments.iter().map(|argument| self.char_length(argument)).collect();
        let is_char = |argument: &Typed| matches!(self.declared_type(&argument.expr), Some(SparkType::Char(_)));
        let Some(longest) = lengths.iter().flatten().max().copied() else { return Some(arguments) };
        if !arguments.iter().any(is_char) || lengths.iter().any(Option::is_none) {
            return Some(arguments);
        }
        let all = arguments.into_iter().zip(lengths).map(|(argument, length)| match length {
            Some(length) if length < longest => self.settle(char_type::filled(argument, longest), origin),
            _ => Some(argument),
        });
        all.collect()
    }

    /// The length of a column of type CHAR, or of a constant text.
    fn char_length(&self, value: &Typed) -> Option<u32> {
        match self.declared_type(&value.expr) {
            Some(SparkType::Char(length)) => Some(*length),
            Some(_) => None,
            None if value.data_type != SparkType::STRING => None,
            None => match constant::value(&value.expr) {
                Some(ScalarValue::Utf8(Some(text))) => u32::try_from(text.chars().count()).ok(),
                Some(ScalarValue::Utf8(None)) => Some(0),
                _ => None,
            },
        }
    }
}
