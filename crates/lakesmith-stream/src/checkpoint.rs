//! [`FlowCheckpoint`]: the folder of a flow, `_checkpoints/<catalog>/<schema>/<table>/<flow>/` below the storage.
//!
//! ```text
//! <identity>/plan/<n>     batch plans, put if absent
//! <identity>/ledger/<n>   what the plans up to the committed plan n have read; they can then go
//! schema/<source>         the schema with which the files of a source are read
//! ```

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lakesmith_base::{Fingerprint, Identifier, QualifiedName};
use lakesmith_delta::{Commit, CommitError, DeltaTable, Txn};
use lakesmith_engine::durable::DurableFolder;
use lakesmith_engine::{EngineError, ErrorKind, Faults};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StreamError;
use crate::identity::FlowIdentity;
use crate::plan::BatchPlan;
use crate::progress::Progress;

/// After so many plans what they have read is gathered in a ledger.
const PLANS_PER_LEDGER: i64 = 20;

/// The checkpoint of one flow.
#[derive(Debug)]
pub struct FlowCheckpoint {
    flow: Identifier,
    root: PathBuf,
    durable: DurableFolder,
    faults: Arc<dyn Faults>,
}

impl FlowCheckpoint {
    /// The checkpoint of the flow `flow` into `target`. Nothing is made on disk yet.
    pub fn new(storage: &Path, target: &QualifiedName, flow: &Identifier, faults: Arc<dyn Faults>) -> Self {
        let table = lakesmith_project::path::table_folder(&storage.join("_checkpoints"), target);
        let root = lakesmith_project::path::table_folder(&table, &QualifiedName::single(flow.clone()));
        let durable = DurableFolder::new(&root).with_faults(Arc::clone(&faults));
        Self { flow: flow.clone(), root, durable, faults }
    }

    /// The checkpoint's folder.
    pub fn folder(&self) -> &Path {
        &self.root
    }

    /// The flow's identity in its target table: the one that the table names, or a new one that the table is told.
    pub async fn identity(&self, table: &mut DeltaTable, now_millis: i64) -> Result<FlowIdentity, StreamError> {
        if let Some(identity) = self.current(table)? {
            return Ok(identity);
        }
        let identity = self.begin()?;
        let app_id = identity.app_id();
        let mut commit = Commit::new("SET TRANSACTION", now_millis);
        commit.expected_txns = vec![(app_id.clone(), None)];
        commit.txns = vec![Txn { app_id, version: 0 }];
        match table.commit(&commit).await {
            Ok(_) => Ok(identity),
            Err(CommitError::Failed(error) | CommitError::Unsure(error)) => Err(error.into()),
            Err(other) => Err(conflict(&other).into()),
        }
    }

    /// The flow's identity as the table names it, if it does.
    pub fn current(&self, table: &DeltaTable) -> Result<Option<FlowIdentity>, StreamError> {
        let Some(identity) = FlowIdentity::current(&self.flow, table.txns()) else { return Ok(None) };
        let folder = self.root.join(identity.folder());
        if folder.is_dir() {
            return Ok(Some(identity));
        }
        Err(StreamError::CheckpointGone { flow: self.flow.to_string(), folder: folder.display().to_string() })
    }

    /// Makes the folder of a new identity. It becomes the flow's when a commit of the table names it.
    pub fn begin(&self) -> Result<FlowIdentity, StreamError> {
        let identity = FlowIdentity::new(&self.flow);
        self.durable.put(&format!("{}/identity", identity.folder()), identity.app_id().as_bytes())?;
        Ok(identity)
    }

    /// What the plans up to the committed plan `number` have read.
    pub fn progress(&self, identity: &FlowIdentity, number: i64) -> Result<Progress, StreamError> {
        let ledger = numbers(&self.root.join(identity.folder()).join("ledger"))?.range(..=number).next_back().copied();
        let mut progress: Progress = match ledger {
            Some(ledger) => self.load(&format!("{}/ledger/{ledger}", identity.folder()))?,
            None => Progress::default(),
        };
        let mut plans = Vec::new();
        let mut next = number;
        while next > progress.number {
            let plan: BatchPlan = self.load(&plan_path(identity, next))?;
            next = plan.base;
            plans.push(plan);
        }
        plans.iter().rev().for_each(|plan| progress.advance(plan));
        Ok(progress)
    }

    /// The plan with the highest number, committed or not.
    pub fn highest_plan(&self, identity: &FlowIdentity) -> Result<Option<BatchPlan>, StreamError> {
        match numbers(&self.root.join(identity.folder()).join("plan"))?.last() {
            Some(number) => self.load(&plan_path(identity, *number)).map(Some),
            None => Ok(None),
        }
    }

    /// Writes a plan. It is a conflict when its number is taken.
    pub fn put_plan(&self, identity: &FlowIdentity, plan: &BatchPlan) -> Result<(), StreamError> {
        self.faults.reach("stream.before_plan")?;
        self.durable.put_if_absent(&plan_path(identity, plan.number), &self.encoded(plan)?)?;
        self.faults.reach("stream.after_plan")?;
        Ok(())
    }

    /// Gathers what has been read in a ledger when enough plans have been committed, and removes the plans in it.
    pub fn compact(&self, identity: &FlowIdentity, progress: &Progress) -> Result<(), StreamError> {
        let ledgers = numbers(&self.root.join(identity.folder()).join("ledger"))?;
        if progress.number - ledgers.last().copied().unwrap_or(0) < PLANS_PER_LEDGER {
            return Ok(());
        }
        self.faults.reach("stream.before_ledger")?;
        self.durable.put(&format!("{}/ledger/{}", identity.folder(), progress.number), &self.encoded(progress)?)?;
        self.faults.reach("stream.after_ledger")?;
        for number in numbers(&self.root.join(identity.folder()).join("plan"))?.range(..progress.number) {
            self.durable.remove(&plan_path(identity, *number))?;
        }
        for number in ledgers {
            self.durable.remove(&format!("{}/ledger/{number}", identity.folder()))?;
        }
        Ok(())
    }

    /// The text that was kept for a source under a name, such as its schema.
    pub fn source_note(&self, kind: &str, key: &str) -> Result<Option<Vec<u8>>, StreamError> {
        Ok(self.durable.read(&format!("{kind}/{}", file_name(key)))?)
    }

    /// Keeps a text for a source.
    pub fn keep_source_note(&self, kind: &str, key: &str, bytes: &[u8]) -> Result<(), StreamError> {
        Ok(self.durable.put(&format!("{kind}/{}", file_name(key)), bytes)?)
    }

    /// Forgets what was kept for sources, as a full refresh does.
    pub fn forget_source_notes(&self, kind: &str) -> Result<(), StreamError> {
        let folder = self.root.join(kind);
        match std::fs::read_dir(&folder) {
            Err(_) => Ok(()),
            Ok(entries) => {
                for entry in entries.flatten() {
                    self.durable.remove(&format!("{kind}/{}", entry.file_name().to_string_lossy()))?;
                }
                Ok(())
            }
        }
    }

    fn load<T: DeserializeOwned>(&self, path: &str) -> Result<T, StreamError> {
        let damaged = |why: String| StreamError::Damaged { flow: self.flow.to_string(), file: path.to_owned(), why };
        let bytes = self.durable.read(path)?.ok_or_else(|| damaged("is missing".to_owned()))?;
        serde_json::from_slice(&bytes).map_err(|error| damaged(format!("cannot be read: {error}")))
    }

    fn encoded(&self, value: &impl Serialize) -> Result<Vec<u8>, StreamError> {
        serde_json::to_vec(value).map_err(|error| {
            EngineError::new(ErrorKind::Internal, "write checkpoint", error.to_string()).caused_by(error).into()
        })
    }
}

fn plan_path(identity: &FlowIdentity, number: i64) -> String {
    format!("{}/plan/{number}", identity.folder())
}

/// The numbers that are names of files in a folder.
fn numbers(folder: &Path) -> Result<BTreeSet<i64>, StreamError> {
    match std::fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(EngineError::io("list checkpoint", folder, error).into()),
    }
}

/// A file name for any text, the same for the same text.
fn file_name(key: &str) -> String {
    Fingerprint::of(key).to_string()
}

fn conflict(error: &CommitError) -> EngineError {
    EngineError::new(ErrorKind::Conflict, "register flow", error.to_string()).retryable()
}
