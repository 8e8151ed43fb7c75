//! [`Engine`]: what every update of this process shares.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionContext;
use lakesmith_base::Clock;
use lakesmith_engine::codec::PlanCodecRegistry;
use lakesmith_engine::store::DurableStore;
use lakesmith_engine::{Catalog, EngineError, Faults, Runtime, RuntimeSettings};

/// What the operator decides.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Most bytes that buffers of all flows together may hold.
    pub memory_bytes: usize,
    /// Where spilled data goes.
    pub spill_folder: PathBuf,
    /// Tasks of a plan that run at once.
    pub partitions: std::num::NonZeroUsize,
    /// How long to wait for another update of the same pipeline.
    pub wait: Duration,
    /// `current_user()`.
    pub user: String,
    /// How flows' plans come to those who run them.
    pub plans: Plans,
}

/// How a flow's physical plan comes to whoever runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plans {
    /// As it was made.
    AsMade,
    /// Written as bytes and read back, as another process would get it.
    Shipped,
}

/// What every update shares.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) runtime: Runtime,
    pub(crate) faults: Arc<dyn Faults>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) settings: EngineSettings,
    codecs: Arc<PlanCodecRegistry>,
    outside: Outside,
}

/// What statements have made outside of pipelines, besides Delta tables.
#[derive(Clone, Default)]
struct Outside(Option<Arc<dyn Catalog>>);

impl std::fmt::Debug for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outside").finish_non_exhaustive()
    }
}

impl Engine {
    /// Makes the memory pool and the spill folder.
    pub fn new(settings: EngineSettings, clock: Arc<dyn Clock>, faults: Arc<dyn Faults>) -> Result<Self, EngineError> {
        let runtime = Runtime::new(RuntimeSettings {
            memory_bytes: settings.memory_bytes,
            spill_folder: settings.spill_folder.clone(),
            partitions: settings.partitions,
            batch_size: std::num::NonZeroUsize::MIN.saturating_add(8191),
            physical_rules: lakesmith_functions::physical_rules(),
        })?;
        if let Ok(url) = datafusion::execution::object_store::ObjectStoreUrl::parse("file:///") {
            let store = Arc::new(DurableStore::new(Arc::clone(&faults)));
            runtime.environment().register_object_store(url.as_ref(), store);
        }
        let mut codecs = PlanCodecRegistry::default();
        lakesmith_delta::register_codecs(&mut codecs);
        lakesmith_expectation::register_codecs(&mut codecs);
        lakesmith_functions::register_codecs(&mut codecs);
        lakesmith_ingest::register_codecs(&mut codecs);
        Ok(Self { runtime, faults, clock, settings, codecs: Arc::new(codecs), outside: Outside::default() })
    }

    /// The same, whose flows also find the views and functions of a catalog, by their full names.
    #[must_use]
    pub fn with_outside(self, outside: Arc<dyn Catalog>) -> Self {
        Self { outside: Outside(Some(outside)), ..self }
    }

    /// What flows find besides Delta tables.
    pub(crate) fn outside(&self) -> Option<&dyn Catalog> {
        self.outside.0.as_deref()
    }

    /// The runtime that sessions share.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// How plans are shipped: the codecs of every node of ours.
    pub fn codecs(&self) -> &PlanCodecRegistry {
        &self.codecs
    }

    /// A plan as it is run.
    pub(crate) fn delivered(&self, plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, EngineError> {
        match self.settings.plans {
            Plans::AsMade => Ok(plan),
            Plans::Shipped => self
                .codecs
                .round_trip(&plan, &self.session().task_ctx())
                .map_err(|error| EngineError::from_datafusion("ship plan", error)),
        }
    }

    pub(crate) fn session(&self) -> SessionContext {
        self.runtime.session()
    }

    pub(crate) fn now_micros(&self) -> i64 {
        self.clock.now_micros()
    }

    pub(crate) fn now_millis(&self) -> i64 {
        self.clock.now_micros() / 1000
    }
}
