//! [`EventError`]: why something failed, in the event log's shape.

use std::error::Error;

use lakesmith_diagnostic::Diagnostic;
use serde::{Deserialize, Serialize};

/// Why something failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventError {
    /// Whether it is final; if not, it will be tried again.
    pub fatal: bool,
    /// The error and its causes, outermost first.
    pub exceptions: Vec<ExceptionDescription>,
}

/// One error of a chain of causes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionDescription {
    /// The class that Spark would throw, for example `org.apache.spark.sql.AnalysisException`.
    pub class_name: String,
    /// What is wrong, beginning with its condition in brackets where it has one.
    pub message: String,
    /// Where it was thrown; empty unless it comes from Python or a JVM.
    #[serde(default)]
    pub stack: Vec<StackFrame>,
}

/// One place of a stack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackFrame {
    /// The class or module.
    pub declaring_class: String,
    /// The method or function.
    pub method_name: String,
    /// The file.
    pub file_name: Option<String>,
    /// The line, from 1.
    pub line_number: Option<i64>,
}

/// The class that Spark throws for faults of the source text.
const ANALYSIS_EXCEPTION: &str = "org.apache.spark.sql.AnalysisException";

impl EventError {
    /// An error without a cause; `message` begins with its condition in brackets where it has one.
    pub fn fatal(class_name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { fatal: true, exceptions: Vec::new() }.caused_by(class_name, message)
    }

    /// The errors among `diagnostics`, one exception for each: what is wrong with a pipeline before it runs.
    pub fn of_diagnostics(diagnostics: &[Diagnostic]) -> Self {
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        let exceptions = errors.map(|diagnostic| ExceptionDescription {
            class_name: ANALYSIS_EXCEPTION.to_owned(),
            message: format!("[{}] {}", diagnostic.condition.name, diagnostic.title),
            stack: Vec::new(),
        });
        Self { fatal: true, exceptions: exceptions.collect() }
    }

    /// An error and its chain of causes. `message` stands for `error`, whose own text may lack the condition.
    pub fn of_chain(class_name: &str, message: impl Into<String>, error: &dyn Error) -> Self {
        let mut described = Self::fatal(class_name, message);
        let mut cause = error.source();
        while let Some(error) = cause {
            described = described.caused_by(class_name, error.to_string());
            cause = error.source();
        }
        described
    }

    /// Adds the cause of the last one.
    #[must_use]
    pub fn caused_by(mut self, class_name: impl Into<String>, message: impl Into<String>) -> Self {
        let (class_name, message) = (class_name.into(), message.into());
        self.exceptions.push(ExceptionDescription { class_name, message, stack: Vec::new() });
        self
    }

    /// Says that it will be tried again.
    #[must_use]
    pub const fn to_be_retried(mut self) -> Self {
        self.fatal = false;
        self
    }
}

#[cfg(test)]
mod tests {
    use lakesmith_diagnostic::{Condition, Diagnostic};

    use super::EventError;

    #[test]
    fn diagnostics_become_exceptions_with_their_conditions_and_warnings_do_not() {
        let condition = Condition::all()[0];
        let diagnostics =
            [Diagnostic::error(condition, "no such column"), Diagnostic::warning(condition, "STREAM is missing")];
        let error = EventError::of_diagnostics(&diagnostics);
        assert_eq!(error.exceptions.len(), 1);
        assert_eq!(error.exceptions[0].message, format!("[{}] no such column", condition.name));
    }

    #[derive(Debug)]
    struct CannotWrite(std::io::Error);

    impl std::fmt::Display for CannotWrite {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("write part")
        }
    }

    impl std::error::Error for CannotWrite {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn causes_follow_outermost_first() {
        let failed = CannotWrite(std::io::Error::other("disk is gone"));
        let error = EventError::of_chain("java.io.IOException", "[DISK] cannot write", &failed);
        let messages: Vec<&str> = error.exceptions.iter().map(|exception| exception.message.as_str()).collect();
        assert_eq!(messages, ["[DISK] cannot write", "disk is gone"]);
    }
}
