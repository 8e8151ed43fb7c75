//! [`OpenPart`]: decodes one part of a file, batch by batch.

use std::sync::Arc;

use bytes::Bytes;
use datafusion::arrow::array::RecordBatch;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryReservation;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use object_store::ObjectStore;

use super::reading::{PartReader, ReadFault};
use super::split::FilePart;
use crate::counts::PartCounts;
use crate::framing::{LINE_LIMIT, LineFramer};
use crate::json::decode::{DecodePlan, Malformed, RecordDecoder, Step};
use crate::listing::FoundFile;
use crate::options::{Compression, ParseMode};

/// What all parts of a scan have in common.
#[derive(Debug, Clone)]
pub(crate) struct PartSettings {
    pub(crate) plan: DecodePlan,
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
    framer: LineFramer,
    chunk: Bytes,
    position: usize,
    list: Option<OpenList>,
    decoder: RecordDecoder,
    damage: Option<String>,
    ended: bool,
}

/// A line that holds a list, some of whose elements are decoded.
struct OpenList {
    number: u64,
    line: Bytes,
    at: usize,
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
            .map_err(|fault| failure(file, fault))?;
        let framer = if part.start == 0 { LineFramer::new(LINE_LIMIT) } else { LineFramer::within_file(LINE_LIMIT) };
        Ok(Self {
            store,
            settings: settings.clone(),
            file: file.clone(),
            part,
            reader,
            framer,
            chunk: Bytes::new(),
            position: 0,
            list: None,
            decoder: RecordDecoder::new(settings.plan.clone(), &file.uri)?,
            damage: None,
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
        while !self.ended || self.decoder.has_rows() {
            if self.decoder.is_full() || self.ended {
                let batch = self.decoder.finish_batch()?;
                if batch.num_rows() > 0 {
                    return Ok(Some(batch));
                }
                continue;
            }
            if let Err(malformed) = self.decode_chunk() {
                return Err(self.malformed(malformed).await);
            }
            memory.try_resize(self.chunk.len() + self.framer.held_bytes() + self.decoder.memory())?;
            if !self.decoder.is_full() {
                self.next_chunk().await?;
            }
        }
        memory.free();
        Ok(None)
    }

    /// Decodes until the chunk has no further line or the batch is full.
    fn decode_chunk(&mut self) -> Result<(), Malformed> {
        while !self.decoder.is_full() {
            if let Some(list) = &mut self.list {
                match self.decoder.elements(list.number, &list.line, list.at)? {
                    Some(at) => list.at = at,
                    None => self.list = None,
                }
                continue;
            }
            let Some((number, record)) = self.framer.next(&self.chunk, &mut self.position) else { return Ok(()) };
            if let Step::List(at) = self.decoder.record(number, record)?
                && let crate::framing::Record::Line(line) = record
            {
                self.list = Some(OpenList { number, line: Bytes::copy_from_slice(line), at });
            }
        }
        Ok(())
    }

    async fn next_chunk(&mut self) -> Result<()> {
        match self.reader.next().await {
            Ok(Some(chunk)) => {
                self.chunk = chunk;
                self.position = 0;
                Ok(())
            }
            Ok(None) => self.end().await,
            Err(ReadFault::Damaged(reason)) if self.settings.rejects_damaged => {
                // The line that the damage cuts is part of what is rejected.
                self.framer = LineFramer::within_file(LINE_LIMIT);
                self.damage = Some(format!("the file is damaged: {reason}"));
                self.ended = true;
                Ok(())
            }
            Err(fault) if self.settings.ignores_missing && fault.is_missing() => self.end().await,
            Err(fault) => Err(failure(&self.file, fault)),
        }
    }

    /// Decodes the last line when it had no line end.
    async fn end(&mut self) -> Result<()> {
        self.chunk = Bytes::new();
        self.position = 0;
        let last = self.framer.finish().map(|(number, record)| (number, self.decoder.record(number, record), record));
        match last {
            Some((number, Ok(Step::List(at)), crate::framing::Record::Line(line))) => {
                self.list = Some(OpenList { number, line: Bytes::copy_from_slice(line), at });
                Ok(())
            }
            Some((_, Err(malformed), _)) => Err(self.malformed(malformed).await),
            Some(_) | None => {
                // A list at the end of the file comes back here once its elements are decoded.
                self.ended = true;
                Ok(())
            }
        }
    }

    /// The error for a record that FAILFAST does not accept.
    async fn malformed(&mut self, malformed: Malformed) -> DataFusionError {
        debug_assert_eq!(self.settings.plan.mode, ParseMode::FailFast);
        match self.lines_before().await {
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
