//! [`EngineError`]: why an operation failed, who has to act and whether a retry can help.
//!
//! Errors about source text are diagnostics, never this. [`DataError`] is a value that an expression refuses (an overflow, a
//! text that is no number); it travels through DataFusion as an external error and is found again by type, never by message.

use std::error::Error;
use std::fmt;

use datafusion::arrow::error::ArrowError;
use datafusion::common::DataFusionError;
use lakesmith_diagnostic::{Condition, Span};

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// A value broke a rule of an expression; the condition is Spark's.
    Data(&'static Condition),
    /// The memory limit was reached and what asked for more cannot spill.
    Memory,
    /// A file system is full.
    DiskFull,
    /// A file or object does not exist.
    NotFound,
    /// Someone else wrote first.
    Conflict,
    /// Access was denied.
    Denied,
    /// A store or file could not be read or written.
    Storage,
    /// The work was cancelled.
    Cancelled,
    /// A plan asks for something that the engine does not have.
    Unsupported,
    /// An invariant of ours is broken.
    Internal,
}

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Whoever wrote the pipeline.
    Pipeline,
    /// Whoever provides the source's data.
    Source,
    /// Whoever keeps the target's storage.
    Target,
    /// The operator or the makers of the engine.
    Engine,
}

/// Whether doing the same again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It may work next time without any change.
    CanHelp,
    /// It fails again until something changes.
    Useless,
}

/// The failure of an operation.
#[derive(Debug)]
pub struct EngineError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// Who has to act.
    pub actor: Actor,
    /// Whether a retry can help.
    pub retry: Retry,
    /// What was being done, for example `write part`.
    pub operation: &'static str,
    /// What is wrong, lower-case, one line.
    pub message: String,
    /// Facts by name: path, table, version.
    pub context: Vec<(&'static str, String)>,
    /// Where the expression stands that refused a value.
    pub place: Option<Span>,
    /// The cause.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl EngineError {
    /// An error; `actor` is the engine and a retry useless unless said otherwise.
    pub fn new(kind: ErrorKind, operation: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            kind,
            actor: Actor::Engine,
            retry: Retry::Useless,
            operation,
            message,
            context: Vec::new(),
            place: None,
            source: None,
        }
    }

    /// Sets who has to act.
    #[must_use]
    pub fn for_actor(mut self, actor: Actor) -> Self {
        self.actor = actor;
        self
    }

    /// Says that a retry can help.
    #[must_use]
    pub fn retryable(mut self) -> Self {
        self.retry = Retry::CanHelp;
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.context.push((name, value.to_string()));
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// An error of the file system during `operation` on `path`.
    pub fn io(operation: &'static str, path: &std::path::Path, error: std::io::Error) -> Self {
        let (kind, retry) = (io_kind(&error), retry_of(&error));
        let failed =
            Self::new(kind, operation, error.to_string()).for_actor(Actor::Target).with("path", path.display());
        Self { retry, ..failed }.caused_by(error)
    }

    /// Classifies an error of DataFusion by its type.
    pub fn from_datafusion(operation: &'static str, error: DataFusionError) -> Self {
        if let Some(data) = find::<DataError>(&error) {
            let condition = Condition::find(data.condition.name).unwrap_or(&Condition::LAKESMITH_NOT_BUILT);
            let message = data.message.clone();
            let place = find::<PlacedError>(&error).map(|placed| placed.place);
            let failed = Self::new(ErrorKind::Data(condition), operation, message).for_actor(Actor::Source);
            return Self { place, ..failed.caused_by(error) };
        }
        if let Some(Self { kind, actor, retry, operation, message, context, place, .. }) = find::<Self>(&error) {
            let (context, message, place) = (context.clone(), message.clone(), *place);
            let (kind, actor, retry, operation) = (*kind, *actor, *retry, *operation);
            return Self { kind, actor, retry, operation, message, context, place, source: Some(Box::new(error)) };
        }
        let retry = retry_of(&error);
        let root = error.find_root();
        let (kind, actor) = match root {
            DataFusionError::ResourcesExhausted(_) => (ErrorKind::Memory, Actor::Engine),
            DataFusionError::NotImplemented(_) => (ErrorKind::Unsupported, Actor::Engine),
            DataFusionError::ObjectStore(store) => (store_kind(store), Actor::Source),
            DataFusionError::IoError(io) => (io_kind(io), Actor::Target),
            DataFusionError::ArrowError(arrow, _) => arrow_kind(arrow),
            _ => (ErrorKind::Internal, Actor::Engine),
        };
        Self { retry, ..Self::new(kind, operation, root.to_string()).for_actor(actor) }.caused_by(error)
    }

    /// Classifies an error of an object store.
    pub fn from_store(operation: &'static str, error: object_store::Error) -> Self {
        let (kind, retry) = (store_kind(&error), retry_of(&error));
        Self { retry, ..Self::new(kind, operation, error.to_string()).for_actor(Actor::Target) }.caused_by(error)
    }
}

fn io_kind(error: &std::io::Error) -> ErrorKind {
    match error.kind() {
        std::io::ErrorKind::NotFound => ErrorKind::NotFound,
        std::io::ErrorKind::PermissionDenied => ErrorKind::Denied,
        std::io::ErrorKind::AlreadyExists => ErrorKind::Conflict,
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ErrorKind::DiskFull,
        _ => ErrorKind::Storage,
    }
}

/// Whether what failed may work next time: a file system or network that was busy, slow or gone for a moment.
fn retry_of(error: &(dyn Error + 'static)) -> Retry {
    use std::io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, StaleNetworkFileHandle,
    };
    use std::io::ErrorKind::{
        Interrupted, NetworkDown, NetworkUnreachable, NotConnected, ResourceBusy, TimedOut, WouldBlock,
    };
    match find::<std::io::Error>(error).map(std::io::Error::kind) {
        Some(
            BrokenPipe
            | ConnectionAborted
            | ConnectionRefused
            | ConnectionReset
            | HostUnreachable
            | Interrupted
            | NetworkDown
            | NetworkUnreachable
            | NotConnected
            | ResourceBusy
            | StaleNetworkFileHandle
            | TimedOut
            | WouldBlock,
        ) => Retry::CanHelp,
        _ => Retry::Useless,
    }
}

fn store_kind(error: &object_store::Error) -> ErrorKind {
    match error {
        object_store::Error::NotFound { .. } => ErrorKind::NotFound,
        object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. } => ErrorKind::Conflict,
        object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => ErrorKind::Denied,
        _ => ErrorKind::Storage,
    }
}

fn arrow_kind(error: &ArrowError) -> (ErrorKind, Actor) {
    match error {
        ArrowError::DivideByZero => (ErrorKind::Data(&Condition::DIVIDE_BY_ZERO), Actor::Source),
        ArrowError::ArithmeticOverflow(_) => (ErrorKind::Data(&Condition::ARITHMETIC_OVERFLOW), Actor::Source),
        _ => (ErrorKind::Internal, Actor::Engine),
    }
}

/// The error of type `T` in an error's chain of causes: a [`DataError`], or what another part of the engine has classified.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = match error.downcast_ref::<DataFusionError>() {
            Some(DataFusionError::External(inner)) => Some(inner.as_ref()),
            Some(DataFusionError::Shared(inner)) => Some(inner.as_ref()),
            _ => error.source(),
        };
    }
    None
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.message)?;
        for (name, value) in &self.context {
            write!(f, ", {name} {value}")?;
        }
        Ok(())
    }
}

impl Error for EngineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}

/// A value that an expression refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataError {
    /// Spark's condition.
    pub condition: Condition,
    /// What is wrong with which value.
    pub message: String,
}

impl DataError {
    /// The error as DataFusion carries it.
    pub fn into_datafusion(self) -> DataFusionError {
        DataFusionError::External(Box::new(self))
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.condition, self.message)
    }
}

impl Error for DataError {}

/// A refused value with the place of the expression that refused it.
#[derive(Debug)]
pub struct PlacedError {
    place: Span,
    cause: DataFusionError,
}

impl PlacedError {
    /// The error with a place, unless it has one or is not about a value.
    pub fn at(place: Span, cause: DataFusionError) -> DataFusionError {
        if find::<DataError>(&cause).is_none() || find::<Self>(&cause).is_some() {
            return cause;
        }
        DataFusionError::External(Box::new(Self { place, cause }))
    }
}

impl fmt::Display for PlacedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl Error for PlacedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_value_keeps_its_condition_through_datafusion() {
        let data = DataError { condition: Condition::DIVIDE_BY_ZERO, message: "division by zero".into() };
        let carried = DataFusionError::Context("projecting".into(), Box::new(data.into_datafusion()));
        let error = EngineError::from_datafusion("run query", carried);
        assert_eq!(error.kind, ErrorKind::Data(&Condition::DIVIDE_BY_ZERO));
        assert_eq!(error.actor, Actor::Source);
        assert_eq!(error.retry, Retry::Useless);
    }

    #[test]
    fn a_refused_value_keeps_the_innermost_place() {
        let mut sources = lakesmith_diagnostic::SourceMap::default();
        let text = sources.add_file("q.sql", "SELECT 1 + 1 / 0");
        let (inner, outer) = (Span::new(text, 11, 16), Span::new(text, 7, 16));
        let data = DataError { condition: Condition::DIVIDE_BY_ZERO, message: "division by zero".into() };
        let carried = PlacedError::at(outer, PlacedError::at(inner, data.into_datafusion()));
        let error = EngineError::from_datafusion("run query", carried);
        assert_eq!((error.kind, error.place), (ErrorKind::Data(&Condition::DIVIDE_BY_ZERO), Some(inner)));
        let other = PlacedError::at(outer, DataFusionError::ResourcesExhausted("sort".into()));
        assert_eq!(EngineError::from_datafusion("run query", other).kind, ErrorKind::Memory);
    }

    #[test]
    fn what_a_node_has_classified_keeps_its_kind_through_datafusion() {
        let full = EngineError::new(ErrorKind::DiskFull, "write part", "no space left").with("path", "/data");
        let carried = DataFusionError::Context("sink".into(), Box::new(DataFusionError::External(Box::new(full))));
        let error = EngineError::from_datafusion("run query", carried);
        assert_eq!(
            (error.kind, error.to_string()),
            (ErrorKind::DiskFull, "write part: no space left, path /data".into())
        );
    }

    #[test]
    fn only_what_may_pass_by_itself_is_worth_another_try() {
        let io = |kind: std::io::ErrorKind| std::io::Error::from(kind);
        let retry = |kind| EngineError::io("read file", std::path::Path::new("/data"), io(kind)).retry;
        assert_eq!(retry(std::io::ErrorKind::ConnectionReset), Retry::CanHelp);
        assert_eq!(retry(std::io::ErrorKind::WouldBlock), Retry::CanHelp);
        assert_eq!(retry(std::io::ErrorKind::PermissionDenied), Retry::Useless);
        assert_eq!(retry(std::io::ErrorKind::StorageFull), Retry::Useless);
        let slow = object_store::Error::Generic { store: "test", source: io(std::io::ErrorKind::TimedOut).into() };
        let carried = DataFusionError::Context("scan".into(), Box::new(DataFusionError::ObjectStore(Box::new(slow))));
        assert_eq!(EngineError::from_datafusion("run query", carried).retry, Retry::CanHelp);
        let gone = object_store::Error::NotFound { path: "p".into(), source: io(std::io::ErrorKind::NotFound).into() };
        assert_eq!(EngineError::from_store("open table", gone).retry, Retry::Useless);
    }

    #[test]
    fn reaching_the_memory_limit_is_not_the_datas_fault() {
        let error = EngineError::from_datafusion("run query", DataFusionError::ResourcesExhausted("sort".into()));
        assert_eq!((error.kind, error.actor), (ErrorKind::Memory, Actor::Engine));
    }
}
