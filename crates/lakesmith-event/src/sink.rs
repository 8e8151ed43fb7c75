//! [`EventSink`]: whoever is told about events, and two that are always needed.

use std::sync::{Arc, Mutex, PoisonError};

use crate::event::Event;

/// Is told about events, in the order in which they happened.
///
/// `emit` returns soon and never fails: a sink that writes to storage keeps the event in memory and reports its own faults.
/// It must not emit events itself.
pub trait EventSink: Send + Sync {
    /// Takes an event.
    fn emit(&self, event: Event);
}

impl<S: EventSink + ?Sized> EventSink for Arc<S> {
    fn emit(&self, event: Event) {
        (**self).emit(event);
    }
}

/// Tells several sinks, each the same events in the same order.
#[derive(Default)]
pub struct FanOut(Vec<Arc<dyn EventSink>>);

impl FanOut {
    /// A sink that tells `sinks`.
    pub fn new(sinks: Vec<Arc<dyn EventSink>>) -> Self {
        Self(sinks)
    }
}

impl EventSink for FanOut {
    fn emit(&self, event: Event) {
        for sink in &self.0 {
            sink.emit(event.clone());
        }
    }
}

/// Keeps all events; for tests.
#[derive(Debug, Default)]
pub struct MemoryEvents(Mutex<Vec<Event>>);

impl MemoryEvents {
    /// The events so far, in order.
    pub fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Their sentences, in order.
    pub fn messages(&self) -> Vec<String> {
        self.events().into_iter().map(|event| event.message).collect()
    }
}

impl EventSink for MemoryEvents {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }
}
