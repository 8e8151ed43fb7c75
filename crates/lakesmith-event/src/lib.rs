//! The typed events of an update, and the columns of the event log.
//!
//! Everything that a user is told about an update is one [`Event`]: the event log, progress, the web UI and JSON output only
//! differ in how they show it. The crate owns the JSON of events, whose names and nesting are those of Databricks' event
//! log, so that queries written for it find their paths here. It stores nothing and reads no clock by itself.
//!
//! Start reading at [`event`]; [`details`] lists what can be told, [`row`] is the event log's shape, [`record`] makes events.

pub mod dataset;
pub mod details;
pub mod error;
pub mod event;
pub mod flow;
pub mod message;
pub mod operation;
pub mod origin;
pub mod planning;
pub mod quality;
pub mod record;
pub mod row;
pub mod sink;
pub mod timestamp;
pub mod update;

pub use dataset::{
    ColumnDescription, DatasetDefinition, DatasetType, ExpectationDescription, GraphCreated, SinkDefinition,
};
pub use details::Details;
pub use error::{EventError, ExceptionDescription, StackFrame};
pub use event::{DataPlaneId, Event, Level, MaturityLevel, Sequence};
pub use flow::{FlowDefinition, FlowMetrics, FlowProgress, FlowStatus, FlowType, SourceMetrics, StreamingMetrics};
pub use operation::{
    AutoLoaderDetails, CdcSnapshot, Deprecation, FileCounts, HookProgress, MaintenanceProgress, OperationProgress,
    OperationStatus, OperationType, RuntimeDetails, StreamProgress, UserAction,
};
pub use origin::EventOrigin;
pub use planning::{IncrementalizationIssue, MaintenanceType, PlanningInformation, SourceTableInformation, Technique};
pub use quality::{DataQuality, ExpectationCounts};
pub use record::EventRecorder;
pub use row::{EVENT_LOG_DDL, EventRow, OriginRow};
pub use sink::{EventSink, FanOut, MemoryEvents};
pub use update::{CreateUpdate, UpdateCause, UpdateProgress, UpdateState};
