//! Every setting of DataFusion, and the process's one runtime: memory pool, spill folder, object stores.
//!
//! All sessions of a process share one [`Runtime`], so its byte limit holds for all flows together. Spark's meaning does not
//! depend on these settings: the resolver decides it before DataFusion sees a plan.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::execution::SessionStateBuilder;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, MemoryPool, TrackConsumersPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::optimizer::{Optimizer, OptimizerRule};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::distinct::SplitDistinct;
use crate::error::EngineError;
use crate::fence::{Guarded, Raise, TakeAway};
use crate::grouping_sets::FinestFirst;
use crate::nested_fields::{AboveOuterJoins, MOVES_FIELDS, TAKES_FIELDS, WithoutMarks};
use crate::null_keys::{MAKES_KEYS, OwnEquations, OwnNullKeys, TAKES_JOINS_APART};
use crate::once::ShareRows;
use crate::order::{CHECKS_ORDERS, SortWhereUnsorted};
use crate::recursion::Recursions;
use crate::spill::SpillFolder;

/// How many of the largest consumers are named when memory runs out.
const NAMED_CONSUMERS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4);

/// What the operator decides.
#[derive(Debug, Clone)]
pub struct RuntimeSettings {
    /// Most bytes that buffers of all flows together may hold.
    pub memory_bytes: usize,
    /// Where sorts, joins and aggregations spill to; made when missing.
    pub spill_folder: PathBuf,
    /// Partitions of a plan, and so tasks that run at once.
    pub partitions: NonZeroUsize,
    /// Rows of a batch.
    pub batch_size: NonZeroUsize,
    /// Physical rules of the crates above, after all others.
    pub physical_rules: Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>>,
}

/// The runtime that all sessions of the process share.
#[derive(Debug, Clone)]
pub struct Runtime {
    environment: Arc<RuntimeEnv>,
    settings: RuntimeSettings,
    _spill: Arc<SpillFolder>,
}

impl Runtime {
    /// Makes the pool and the spill folder, and removes the folders beside it whose processes are gone.
    pub fn new(settings: RuntimeSettings) -> Result<Self, EngineError> {
        let spill = SpillFolder::take(&settings.spill_folder)?;
        let pool = TrackConsumersPool::new(FairSpillPool::new(settings.memory_bytes), NAMED_CONSUMERS);
        let disk =
            DiskManagerBuilder::default().with_mode(DiskManagerMode::Directories(vec![settings.spill_folder.clone()]));
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(pool))
            .with_disk_manager_builder(disk)
            .build_arc()
            .map_err(|error| EngineError::from_datafusion("start runtime", error))?;
        Ok(Self { environment, settings, _spill: Arc::new(spill) })
    }

    /// DataFusion's runtime environment.
    pub fn environment(&self) -> &Arc<RuntimeEnv> {
        &self.environment
    }

    /// The pool that every buffer of ours registers with.
    pub fn memory_pool(&self) -> &Arc<dyn MemoryPool> {
        &self.environment.memory_pool
    }

    /// A session with our settings.
    pub fn session(&self) -> SessionContext {
        let state = SessionStateBuilder::new()
            .with_config(session_config(&self.settings))
            .with_runtime_env(Arc::clone(&self.environment))
            .with_default_features()
            .with_optimizer_rules(logical_rules())
            .with_physical_optimizer_rules(physical_rules(&self.settings))
            .build();
        SessionContext::new_with_state(state)
    }
}

/// DataFusion's rules, three of them within bounds, after ours.
fn logical_rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let mut rules: Vec<Arc<dyn OptimizerRule + Send + Sync>> = vec![Arc::new(SplitDistinct)];
    rules.extend(Optimizer::new().rules.into_iter().map(|rule| match rule.name() {
        MOVES_FIELDS => Arc::new(AboveOuterJoins(rule)) as _,
        TAKES_FIELDS => Arc::new(WithoutMarks(rule)) as _,
        MAKES_KEYS => Arc::new(OwnEquations(rule)) as _,
        TAKES_JOINS_APART => Arc::new(OwnNullKeys(rule)) as _,
        _ => rule,
    }));
    rules
}

/// DataFusion's rules between those that raise and take away fences, and ours that need nothing from them.
fn physical_rules(settings: &RuntimeSettings) -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules: Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> = vec![Arc::new(Raise)];
    let between = |rule: Arc<dyn PhysicalOptimizerRule + Send + Sync>| match rule.name().starts_with("FilterPushdown") {
        true => Arc::new(Guarded(rule)),
        false => rule,
    };
    for rule in PhysicalOptimizer::new().rules {
        if rule.name() == CHECKS_ORDERS {
            rules.push(Arc::new(SortWhereUnsorted));
        }
        rules.push(between(rule));
    }
    rules.push(Arc::new(TakeAway));
    rules.push(Arc::new(Recursions));
    rules.push(Arc::new(FinestFirst));
    rules.extend(settings.physical_rules.iter().cloned());
    rules.push(Arc::new(ShareRows));
    rules
}

/// The settings of every session.
fn session_config(settings: &RuntimeSettings) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_target_partitions(settings.partitions.get())
        .with_batch_size(settings.batch_size.get())
        .with_information_schema(false)
        .with_create_default_catalog_and_schema(false);
    let options = config.options_mut();
    options.execution.time_zone = Some("UTC".into());
    options.execution.enable_ansi_mode = true;
    // rules that fold constants learn that a column is never NULL, and the plan beneath keeps what it said before
    options.execution.skip_physical_aggregate_schema_check = true;
    // a scan decides for itself whether its reader applies filters
    options.execution.parquet.pushdown_filters = false;
    options.execution.parquet.reorder_filters = true;
    options.execution.parquet.schema_force_view_types = false;
    options.sql_parser.map_string_types_to_utf8view = false;
    options.sql_parser.enable_ident_normalization = false;
    options.sql_parser.parse_float_as_decimal = true;
    config
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn small_runtime(folder: &std::path::Path) -> Runtime {
        let two = NonZeroUsize::MIN.saturating_add(1);
        let batch = NonZeroUsize::MIN.saturating_add(8191);
        let spill_folder = folder.join("spill");
        Runtime::new(RuntimeSettings {
            memory_bytes: 64 << 20,
            spill_folder,
            partitions: two,
            batch_size: batch,
            physical_rules: Vec::new(),
        })
        .unwrap()
    }

    #[test]
    fn sessions_of_one_runtime_share_its_pool() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = small_runtime(folder.path());
        let first = runtime.session().runtime_env();
        let second = runtime.session().runtime_env();
        assert!(Arc::ptr_eq(&first.memory_pool, &second.memory_pool));
        assert!(folder.path().join("spill").is_dir());
    }
}
