//! [`Emitter`]: makes the events of an update and tells them to the journal and to whoever listens.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lakesmith_base::UpdateId;
use lakesmith_diagnostic::Diagnostic;
use lakesmith_event::{Details, Event, EventError, EventOrigin, EventSink, FlowProgress, FlowStatus, Sequence};
use lakesmith_graph::{Flow, FlowKind};
use uuid::Uuid;

use crate::engine::Engine;
use crate::event_log::Journal;
use crate::outcome::{FlowOutcome, FlowWork};
use crate::pipeline::Pipeline;

/// Tells everyone what happens.
pub(crate) struct Emitter {
    origin: EventOrigin,
    instance: String,
    number: AtomicI64,
    sink: Arc<dyn EventSink>,
    journal: Arc<Journal>,
    clock: Arc<dyn lakesmith_base::Clock>,
}

impl Emitter {
    pub fn new(
        origin: EventOrigin,
        engine: &Engine,
        update_id: UpdateId,
        sink: Arc<dyn EventSink>,
        journal: Arc<Journal>,
    ) -> Self {
        Self {
            origin,
            instance: update_id.to_string(),
            number: AtomicI64::new(0),
            sink,
            journal,
            clock: Arc::clone(&engine.clock),
        }
    }

    fn event(&self, origin: EventOrigin, details: Details) -> Event {
        let number = self.number.fetch_add(1, Ordering::SeqCst);
        let sequence = Sequence::new(self.instance.clone(), number);
        Event::new(Uuid::now_v7().to_string(), sequence, self.clock.now_micros(), origin, details)
    }

    fn tell(&self, event: Event) {
        self.journal.write(&event);
        self.sink.emit(event);
    }

    pub fn update(&self, details: Details) {
        self.tell(self.event(self.origin.clone(), details));
    }

    fn flow_origin(&self, pipeline: &Pipeline, flow: &Flow) -> EventOrigin {
        let dataset = pipeline.shown_name(&flow.target_name);
        self.origin.clone().dataset(dataset).flow(pipeline.shown_name(&flow.name), None)
    }

    pub fn flow_status(&self, pipeline: &Pipeline, flow: &Flow, status: FlowStatus) {
        let details = Details::FlowProgress(FlowProgress::new(status));
        self.tell(self.event(self.flow_origin(pipeline, flow), details));
    }

    /// A flow has failed for now: it goes back to the queue.
    pub fn flow_waits(&self, pipeline: &Pipeline, flow: &Flow, faults: &[Diagnostic]) {
        let failed = Details::FlowProgress(FlowProgress::new(FlowStatus::Failed));
        let error = EventError::of_diagnostics(faults).to_be_retried();
        self.tell(self.event(self.flow_origin(pipeline, flow), failed).with_error(error));
        self.flow_status(pipeline, flow, FlowStatus::Queued);
    }

    pub fn batch(&self, pipeline: &Pipeline, flow: &Flow, number: i64, work: &FlowWork) {
        if let Some(event) = crate::event_log::file_events(work) {
            let id = lakesmith_base::BatchId(u64::try_from(number).unwrap_or_default());
            self.tell(self.event(self.flow_origin(pipeline, flow).batch(id), event));
        }
    }

    pub fn flow_ended(&self, pipeline: &Pipeline, flow: &Flow, outcome: &FlowOutcome) {
        if flow.kind == FlowKind::View {
            return;
        }
        let (progress, error) = crate::event_log::flow_progress(outcome);
        let mut event = self.event(self.flow_origin(pipeline, flow), Details::FlowProgress(progress));
        if let Some(error) = error {
            event = event.with_error(error);
        }
        self.tell(event);
    }
}
