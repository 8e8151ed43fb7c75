//! [`OpenPart`]: decodes one part of a file, batch by batch.

use std::sync::Arc;

use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryReservation;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use object_store::ObjectStore;

use super::decoder::Decoder;
use super::framer::Framer;
use super::reading::{PartReader, ReadFault};
use super::split::FilePart;
use crate::counts::PartCounts;
use crate::listing::FoundFile;
use crate::options::{Compression, Rules};
use crate::rows::{Malformed, RowPlan};

/// What all parts of a scan have in common.
#[derive(Debug, Clone)]
pub(crate) struct PartSettings {
    pub(crate) plan: RowPlan,
    pub(crate) rules: Rules,
    pub(crate) compression: Compression,
    /// A damaged file is rejected rather than an error.
    pub(crate) rejects_damaged: bool,
    /// A file that has vanished since it was listed is passed over rather than an error.
    pub(crate) ignores_missing: bool,
}

/// A part that is being decoded.
pub(crate) struct OpenPart {
    store: Arc<dyn ObjectStore>,
    settings: PartSettings,
    file: FoundFile,
    part: FilePart,
    reader: PartReader,
    framer: Framer,
    chunk: Bytes,
    position: usize,
    decoder: Decoder,
    damage: Option<String>,
    /// All chunks were read; what the framer holds is still to come.
    is_read: bool,
    ended: bool,
}

impl OpenPart {
    pub(crate) fn new(
        store: Arc<dyn ObjectStore>,
        settings: &PartSettings,
        file: &FoundFile,
        part: FilePart,
    ) -> Result<Self> {
        let range = (part.start, part.end);
        let reader = PartReader::new(Arc::clone(&store), file, range, settings.compression)
            .map_err(|fault| failure(file, fault))?
            .with_rules(&settings.rules);
        Ok(Self {
            store,
            settings: settings.clone(),
            file: file.clone(),
            reader,
            framer: Framer::new(&settings.rules, part.start == 0),
            part,
            chunk: Bytes::new(),
            position: 0,
            decoder: Decoder::new(settings.plan.clone(), &settings.rules, &file.uri)?,
            damage: None,
            is_read: false,
            ended: false,
        })
    }

    /// What became of the records so far.
    pub(crate) fn counts(&self) -> PartCounts {
        let mut tally = self.decoder.tally().clone();
        if let Some(damage) = &self.damage {
            tally.reject(0, damage.clone());
        }
        let bytes = self.part.end - self.part.start;
        PartCounts { file: self.part.file, start: self.part.start, bytes, lines: self.framer.lines(), tally }
    }

    /// The next batch of projected columns, never empty; `None` at the end.
    pub(crate) async fn next_batch(&mut self, memory: &MemoryReservation) -> Result<Option<RecordBatch>> {
        if self.part.start > 0 && self.decoder.awaits_header() {
            self.find_header().await?;
        }
        while !self.ended || self.decoder.has_rows() {
            if self.decoder.is_full() || self.ended {
                let batch = self.decoder.finish_batch()?;
                if batch.num_rows() > 0 {
                    return Ok(Some(batch));
                }
                continue;
            }
            let has_more = match self.decode() {
                Ok(has_more) => has_more,
                Err(malformed) => return Err(self.malformed(malformed).await),
            };
            memory.try_resize(self.chunk.len() + self.framer.held_bytes() + self.decoder.memory())?;
            if !has_more && self.is_read {
                self.ended = true;
            } else if !has_more {
                self.next_chunk().await?;
            }
        }
        memory.free();
        Ok(None)
    }

    /// Decodes until no further record is at hand (`false`) or the batch is full.
    fn decode(&mut self) -> Result<bool, Malformed> {
        while !self.decoder.is_full() {
            if self.decoder.go_on()? {
                continue;
            }
            let next =
                if self.is_read { self.framer.finish() } else { self.framer.next(&self.chunk, &mut self.position) };
            let Some((number, record)) = next else { return Ok(false) };
            self.decoder.record(number, record)?;
        }
        Ok(true)
    }

    async fn next_chunk(&mut self) -> Result<()> {
        self.position = 0;
        self.chunk = Bytes::new();
        match self.reader.next().await {
            Ok(Some(chunk)) => self.chunk = chunk,
            Ok(None) => self.is_read = true,
            Err(ReadFault::Damaged(reason)) if self.settings.rejects_damaged => {
                // The record that the damage cuts is part of what is rejected.
                self.damage = Some(format!("the file is damaged: {reason}"));
                self.ended = true;
            }
            Err(fault) if self.settings.ignores_missing && fault.is_missing() => self.is_read = true,
            Err(fault) => return Err(failure(&self.file, fault)),
        }
        Ok(())
    }

    /// Reads the header from the start of the file. Where nothing but comments comes before this part, its own first record is
    /// the header.
    async fn find_header(&mut self) -> Result<()> {
        let failed = |fault| failure(&self.file, fault);
        let range = (0, self.part.start);
        let reader = PartReader::new(Arc::clone(&self.store), &self.file, range, self.settings.compression);
        let mut reader = reader.map_err(failed)?;
        let mut framer = Framer::new(&self.settings.rules, true);
        while self.decoder.awaits_header() {
            let Some(chunk) = reader.next().await.map_err(failed)? else { return Ok(()) };
            let mut position = 0;
            while let Some((_, record)) = framer.next(&chunk, &mut position)
                && self.decoder.awaits_header()
            {
                if let Err(malformed) = self.decoder.look_for_header(record) {
                    return Err(self.malformed(malformed).await);
                }
            }
        }
        Ok(())
    }

    /// The error for a record that FAILFAST does not accept.
    async fn malformed(&mut self, malformed: Malformed) -> DataFusionError {
        let before = if malformed.line == 0 { Ok(0) } else { self.lines_before().await };
        match before {
            Ok(before) => {
                let message = format!("{}:{}: {}", self.file.path.display(), before + malformed.line, malformed.reason);
                let condition = Condition::MALFORMED_RECORD_IN_PARSING_WITHOUT_SUGGESTION;
                DataError { condition, message }.into_datafusion()
            }
            Err(fault) => failure(&self.file, fault),
        }
    }

    /// Lines that end before this part's first line.
    async fn lines_before(&mut self) -> Result<u64, ReadFault> {
        if self.part.start == 0 {
            return Ok(0);
        }
        let range = (0, self.part.start);
        let mut reader = PartReader::new(Arc::clone(&self.store), &self.file, range, self.settings.compression)?;
        let mut lines = 0;
        while let Some(chunk) = reader.next().await? {
            lines += memchr::memchr_iter(b'\n', &chunk).count() as u64;
        }
        Ok(lines)
    }
}

/// The error for a file that cannot be read or decoded.
pub(crate) fn failure(file: &FoundFile, fault: ReadFault) -> DataFusionError {
    match fault {
        ReadFault::Failed(error) => error,
        ReadFault::Damaged(reason) => {
            let message = format!("`{}` is damaged: {reason}", file.path.display());
            DataError { condition: Condition::FAILED_READ_FILE_NO_HINT, message }.into_datafusion()
        }
    }
}
