//! [`EventRecorder`]: gives events their identity, number and time, and hands them to a sink.

use std::sync::{Arc, Mutex, PoisonError};

use lakesmith_base::Clock;

use crate::details::Details;
use crate::error::EventError;
use crate::event::{Event, Sequence};
use crate::origin::EventOrigin;
use crate::sink::EventSink;

/// Makes events of one process. Numbers grow without gaps, and the sink sees them in that order, whichever threads record.
pub struct EventRecorder {
    instance: String,
    clock: Arc<dyn Clock>,
    new_id: Box<dyn Fn() -> String + Send + Sync>,
    sink: Arc<dyn EventSink>,
    next: Mutex<i64>,
}

impl EventRecorder {
    /// A recorder. `instance` is unique to the process; `new_id` makes a UUID.
    pub fn new(
        instance: impl Into<String>,
        clock: Arc<dyn Clock>,
        new_id: impl Fn() -> String + Send + Sync + 'static,
        sink: Arc<dyn EventSink>,
    ) -> Self {
        Self { instance: instance.into(), clock, new_id: Box::new(new_id), sink, next: Mutex::new(0) }
    }

    /// Tells that something happened.
    pub fn record(&self, origin: EventOrigin, details: Details) {
        self.record_as(origin, details, |event| event);
    }

    /// Tells that something failed.
    pub fn record_failure(&self, origin: EventOrigin, details: Details, error: EventError) {
        self.record_as(origin, details, |event| event.with_error(error));
    }

    /// Tells that something happened; `change` may replace what follows from `details`.
    pub fn record_as(&self, origin: EventOrigin, details: Details, change: impl FnOnce(Event) -> Event) {
        // Held while the sink takes the event, because its order is that of the numbers.
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let sequence = Sequence::new(self.instance.clone(), *next);
        *next += 1;
        let event = Event::new((self.new_id)(), sequence, self.clock.now_micros(), origin, details);
        self.sink.emit(change(event));
    }
}

#[cfg(test)]
mod tests {
    use lakesmith_base::ManualClock;

    use super::*;
    use crate::event::Level;
    use crate::flow::{FlowProgress, FlowStatus};
    use crate::sink::{FanOut, MemoryEvents};

    #[test]
    fn events_are_numbered_in_the_order_in_which_the_sinks_see_them() {
        let (first, second) = (Arc::new(MemoryEvents::default()), Arc::new(MemoryEvents::default()));
        let sinks = FanOut::new(vec![first.clone(), second.clone()]);
        let recorder = EventRecorder::new("host", Arc::new(ManualClock::at(7)), || "id".to_owned(), Arc::new(sinks));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        recorder.record(
                            EventOrigin::default(),
                            Details::FlowProgress(FlowProgress::new(FlowStatus::Queued)),
                        );
                    }
                });
            }
        });
        let numbers: Vec<i64> = first.events().iter().map(|event| event.sequence.seq_no()).collect();
        assert_eq!(numbers, (0..200).collect::<Vec<_>>());
        assert_eq!(first.events(), second.events());
        assert_eq!(first.events()[0].timestamp_micros, 7);
    }

    #[test]
    fn a_failure_that_is_tried_again_warns_and_a_final_one_is_an_error() {
        let seen = Arc::new(MemoryEvents::default());
        let recorder = EventRecorder::new("host", Arc::new(ManualClock::at(0)), || "id".to_owned(), seen.clone());
        let failed = || Details::FlowProgress(FlowProgress::new(FlowStatus::Failed));
        let origin = || EventOrigin::pipeline("p", "retail").flow("main.shop.orders", None);
        let error = EventError::fatal("java.io.IOException", "disk is full");
        recorder.record_failure(origin(), failed(), error.clone().to_be_retried());
        recorder.record_failure(origin(), failed(), error);
        assert_eq!(seen.events()[0].level, Level::Warn);
        assert_eq!(seen.events()[1].level, Level::Error);
        assert_eq!(seen.messages()[1], "Flow 'main.shop.orders' has FAILED.\nError: disk is full");
    }
}
