//! Where a call stands in the text of a query: noted while the query is resolved, told when the call refuses a value.
//!
//! Like [`crate::rules`], the place is known on the thread that resolves. It is no part of what a call is: the same call at
//! two places is computed once, and tells one of them.

use std::cell::Cell;
use std::hash::{Hash, Hasher};

use datafusion::common::DataFusionError;
use lakesmith_diagnostic::{Origin, SourceId, Span};
use lakesmith_engine::PlacedError;

thread_local! {
    /// Nothing where no places are noted; otherwise the place of the expression that is being resolved.
    static NOTED: Cell<Option<Option<Span>>> = const { Cell::new(None) };
}

/// Puts what was noted before back when it ends.
#[derive(Debug)]
pub struct Before(Option<Option<Span>>);

impl Drop for Before {
    fn drop(&mut self) {
        NOTED.set(self.0);
    }
}

/// Does a work whose calls note their places, or note none: those in another text than the statement's own would be shown in
/// the wrong one.
pub fn noting<T>(are_noted: bool, work: impl FnOnce() -> T) -> T {
    let _before = Before(NOTED.replace(are_noted.then_some(None)));
    work()
}

/// Until the guard ends, calls stand where the expression does.
#[must_use]
pub fn enter(origin: &Origin) -> Before {
    let before = NOTED.get();
    if let (Some(_), Some(span)) = (before, origin.span()) {
        NOTED.set(Some(Some(span)));
    }
    Before(before)
}

/// Does a work whose calls stand at a place that was noted before.
pub(crate) fn at<T>(place: Place, work: impl FnOnce() -> T) -> T {
    let _before = Before(NOTED.replace(Some(place.0)));
    work()
}

/// Where a call stands, if that was noted. All places are equal: they are no part of what a call is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place(Option<Span>);

impl Place {
    /// That of a call which is made now.
    pub fn current() -> Self {
        Self(NOTED.get().flatten())
    }

    /// This one, or another where this one is not known.
    pub fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0))
    }

    /// As a text that [`Self::read`] reads.
    pub fn write(self) -> Option<String> {
        self.0.map(|span| format!("{}:{}:{}", span.source.number(), span.start, span.end))
    }

    /// The place of a text; none where it is not one.
    pub fn read(text: &str) -> Self {
        let mut numbers = text.split(':').map(str::parse);
        match (numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(source)), Some(Ok(start)), Some(Ok(end))) => {
                Self(Some(Span::new(SourceId::new(source), start, end)))
            }
            _ => Self(None),
        }
    }

    /// The error with this place.
    pub fn of(self, error: DataFusionError) -> DataFusionError {
        match self.0 {
            Some(place) => PlacedError::at(place, error),
            None => error,
        }
    }
}

impl PartialEq for Place {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}
impl Eq for Place {}
impl Hash for Place {
    fn hash<H: Hasher>(&self, _state: &mut H) {}
}
