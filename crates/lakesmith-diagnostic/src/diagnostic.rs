//! [`Diagnostic`]: one fault or warning about the user's sources, with its places.

use crate::condition::Condition;
use crate::source::Span;

/// How serious a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The pipeline cannot run.
    Error,
    /// The pipeline runs; the user should look.
    Warning,
}

/// A place with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there; may be empty.
    pub text: String,
}

/// One fault or warning about source text.
///
/// The title is lower-case, one line, names object kind and name in back-quotes and says what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// The condition users search for.
    pub condition: Condition,
    /// What is wrong.
    pub title: String,
    /// The place that is wrong; absent when it is about the project as a whole.
    pub primary: Option<Label>,
    /// Further places, such as the first of two definitions.
    pub secondary: Vec<Label>,
    /// Facts that explain the fault.
    pub notes: Vec<String>,
    /// What the user can do.
    pub help: Vec<String>,
    /// Whether the same may succeed when it is tried again.
    pub is_transient: bool,
}

impl Diagnostic {
    /// An error.
    pub fn error(condition: Condition, title: impl Into<String>) -> Self {
        Self::new(Severity::Error, condition, title)
    }

    /// A warning.
    pub fn warning(condition: Condition, title: impl Into<String>) -> Self {
        Self::new(Severity::Warning, condition, title)
    }

    fn new(severity: Severity, condition: Condition, title: impl Into<String>) -> Self {
        Self {
            severity,
            condition,
            title: title.into(),
            primary: None,
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            is_transient: false,
        }
    }

    /// Sets the place that is wrong.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label { span, text: text.into() });
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds what the user can do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Says that the same may succeed when it is tried again.
    #[must_use]
    pub const fn transient(mut self) -> Self {
        self.is_transient = true;
        self
    }

    /// Whether this is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
