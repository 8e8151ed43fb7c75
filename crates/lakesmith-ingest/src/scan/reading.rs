//! [`PartReader`]: the bytes of a part of a file, in chunks, decompressed.
//!
//! A file that has vanished or changed since it was listed is an error of the store (not found, precondition). A file that
//! cannot be decompressed is damaged, which is the data's fault and told apart.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use async_compression::tokio::bufread::{BzDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use bytes::{Buf, Bytes, BytesMut};
use datafusion::common::{DataFusionError, Result};
use futures::stream::{BoxStream, StreamExt, try_unfold};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use object_store::path::Path as StorePath;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncReadExt, ReadBuf};

use super::encoding::Transcoder;
use super::preamble::Preamble;
use crate::listing::FoundFile;
use crate::options::{Compression, Rules};

/// Bytes that are read at once. Few in tests, so that lines and parts end everywhere in chunks.
const CHUNK: u64 = if cfg!(test) { 61 } else { 1 << 20 };

/// Most bytes that a file may hold after decompression.
const LARGEST_CONTENT: u64 = 20 << 30;

/// Most bytes of content for each byte of a compressed file, once its content is larger than [`FREE_CONTENT`].
const LARGEST_RATIO: u64 = 1_000;
const FREE_CONTENT: u64 = 100 << 20;

/// Why reading stopped.
#[derive(Debug)]
pub(crate) enum ReadFault {
    /// The file could not be read.
    Failed(DataFusionError),
    /// The file is damaged; says how.
    Damaged(String),
}

impl ReadFault {
    /// Whether the file does not exist.
    pub(crate) fn is_missing(&self) -> bool {
        match self {
            Self::Failed(DataFusionError::ObjectStore(error)) => {
                matches!(**error, object_store::Error::NotFound { .. })
            }
            Self::Failed(_) | Self::Damaged(_) => false,
        }
    }
}

impl From<object_store::Error> for ReadFault {
    fn from(error: object_store::Error) -> Self {
        Self::Failed(DataFusionError::ObjectStore(Box::new(error)))
    }
}

/// How a file is compressed, where that is left to its name.
pub(crate) fn compression_of(file: &FoundFile, compression: Compression) -> Compression {
    if compression != Compression::ByName {
        return compression;
    }
    match file.path.extension().map(|end| end.to_string_lossy().to_ascii_lowercase()).as_deref() {
        Some("bz2") => Compression::Bzip2,
        Some("deflate") => Compression::Deflate,
        Some("gz") => Compression::Gzip,
        Some("zst" | "zstd") => Compression::Zstd,
        _ => Compression::None,
    }
}

/// The compression that a file's name tells and that Spark reads, where it is not built.
fn not_built(file: &FoundFile) -> Option<&'static str> {
    let end = file.path.extension()?.to_string_lossy().to_ascii_lowercase();
    let known = [("lz4", "LZ4"), ("snappy", "Snappy"), ("xz", "xz")];
    known.into_iter().find(|(known, _)| *known == end).map(|(_, kind)| kind)
}

/// Reads a range of a file that must be as it was listed.
struct FileBytes {
    store: Arc<dyn ObjectStore>,
    location: StorePath,
    file: FoundFile,
    at: u64,
    end: u64,
    /// Most bytes that are read at once.
    chunk: u64,
}

impl FileBytes {
    fn new(store: Arc<dyn ObjectStore>, file: &FoundFile, at: u64, end: u64) -> Result<Self, ReadFault> {
        let location = StorePath::from_absolute_path(&file.path).map_err(object_store::Error::from)?;
        Ok(Self { store, location, file: file.clone(), at, end, chunk: CHUNK })
    }

    async fn next(&mut self) -> Result<Option<Bytes>, ReadFault> {
        if self.at >= self.end {
            if self.file.size == 0 {
                let now = self.store.head(&self.location).await?;
                self.check(&now)?;
            }
            return Ok(None);
        }
        let end = self.at.saturating_add(self.chunk).min(self.end);
        let got = self.store.get_opts(&self.location, GetOptions::new().with_range(Some(self.at..end))).await;
        let got = match got {
            Ok(got) => got,
            Err(error @ object_store::Error::NotFound { .. }) => return Err(error.into()),
            // A file that became shorter has no such range: say that it changed.
            Err(error) => {
                let now = self.store.head(&self.location).await?;
                self.check(&now)?;
                return Err(error.into());
            }
        };
        self.check(&got.meta)?;
        let bytes = got.bytes().await?;
        if bytes.len() as u64 != end - self.at {
            return Err(self.changed("it became shorter while it was read"));
        }
        self.at = end;
        Ok(Some(bytes))
    }

    fn check(&self, now: &object_store::ObjectMeta) -> Result<(), ReadFault> {
        if now.size != self.file.size || now.last_modified.timestamp_micros() != self.file.modified_micros {
            return Err(self.changed("it changed since it was listed"));
        }
        Ok(())
    }

    fn changed(&self, how: &str) -> ReadFault {
        let path = self.file.path.display();
        object_store::Error::Precondition { path: path.to_string(), source: format!("`{path}`: {how}").into() }.into()
    }
}

/// Reads a range of a file that must be as it was listed.
pub(crate) async fn read_range(
    store: Arc<dyn ObjectStore>,
    file: &FoundFile,
    range: std::ops::Range<u64>,
) -> Result<Bytes, ReadFault> {
    let bytes = FileBytes::new(store, file, range.start, range.end)?;
    let mut bytes = FileBytes { chunk: u64::MAX, ..bytes };
    Ok(bytes.next().await?.unwrap_or_default())
}

/// Reads a part of a file. Chunks end anywhere; together they are the whole lines that start in the part.
pub(crate) struct PartReader {
    reading: Reading,
    /// Turns what is not UTF-8 into it.
    transcoder: Option<Transcoder>,
    preamble: Option<Preamble>,
}

enum Reading {
    Plain(PlainLines),
    Compressed(Box<Decompressed>),
}

impl PartReader {
    /// Reads the lines that start at `start` or later and before `end`; compressed files are one part.
    pub(crate) fn new(
        store: Arc<dyn ObjectStore>,
        file: &FoundFile,
        (start, end): (u64, u64),
        compression: Compression,
    ) -> Result<Self, ReadFault> {
        if let Some(kind) = not_built(file).filter(|_| compression == Compression::ByName && file.size > 0) {
            let path = file.path.display();
            let message = format!("`{path}` is compressed with {kind}, which is not built yet; decompress it");
            return Err(ReadFault::Failed(
                DataError { condition: Condition::LAKESMITH_NOT_BUILT, message }.into_datafusion(),
            ));
        }
        let compression = compression_of(file, compression);
        if compression == Compression::None || file.size == 0 {
            // The byte before the part tells whether a line starts where the part starts.
            let bytes = FileBytes::new(store, file, start.saturating_sub(1), file.size)?;
            let lines = PlainLines { bytes, skipping: start > 0, end, ended: false };
            return Ok(Self { reading: Reading::Plain(lines), transcoder: None, preamble: None });
        }
        let bytes = FileBytes::new(store, file, 0, file.size)?;
        let reading = Reading::Compressed(Box::new(Decompressed::new(bytes, compression)));
        Ok(Self { reading, transcoder: None, preamble: None })
    }

    /// Reads the content as the text that the rules say: in its encoding, and without the lines before its records. Only whole
    /// files can be read so, unless they are plain lines of UTF-8.
    pub(crate) fn with_rules(self, rules: &Rules) -> Self {
        let preamble = match rules {
            Rules::Csv(csv, layout) => Preamble::new(csv, layout),
            Rules::Json(..) | Rules::Text(_) | Rules::Parquet(_) => None,
        };
        Self { transcoder: Transcoder::new(rules.encoding()), preamble, ..self }
    }

    /// The next chunk, never empty.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, ReadFault> {
        loop {
            let Some(chunk) = self.next_text().await? else { return Ok(None) };
            let chunk = match &mut self.preamble {
                Some(preamble) => preamble.strip(chunk),
                None => chunk,
            };
            if !chunk.is_empty() {
                return Ok(Some(chunk));
            }
        }
    }

    async fn next_text(&mut self) -> Result<Option<Bytes>, ReadFault> {
        loop {
            let chunk = match &mut self.reading {
                Reading::Plain(lines) => lines.next().await?,
                Reading::Compressed(content) => content.next().await?,
            };
            let Some(transcoder) = &mut self.transcoder else { return Ok(chunk) };
            let text = transcoder.take(chunk.as_deref().unwrap_or_default(), chunk.is_none());
            if chunk.is_none() {
                self.transcoder = None;
            }
            if !text.is_empty() || chunk.is_none() {
                return Ok(Some(text).filter(|text| !text.is_empty()));
            }
        }
    }
}

/// Cuts a range at line ends.
struct PlainLines {
    bytes: FileBytes,
    /// The line that a part before this one started has not ended yet.
    skipping: bool,
    end: u64,
    ended: bool,
}

impl PlainLines {
    async fn next(&mut self) -> Result<Option<Bytes>, ReadFault> {
        while !self.ended {
            let chunk_start = self.bytes.at;
            let Some(mut chunk) = self.bytes.next().await? else { return Ok(None) };
            let mut start = chunk_start;
            if self.skipping {
                let Some(line_end) = memchr::memchr(b'\n', &chunk) else { continue };
                self.skipping = false;
                chunk.advance(line_end + 1);
                start += line_end as u64 + 1;
            }
            let size = self.bytes.file.size;
            if start >= self.end && self.end < size {
                self.ended = true;
                // The part's last line may have ended exactly where this chunk starts; otherwise it goes on in it.
                if start == chunk_start {
                    return Ok(self.last_line(chunk, 0));
                }
                return Ok(None);
            }
            if self.end < size && start + chunk.len() as u64 >= self.end {
                let from = usize::try_from(self.end - 1 - start).unwrap_or(0);
                return Ok(self.last_line(chunk, from));
            }
            if !chunk.is_empty() {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }

    /// Ends the part at the first line end at or after `from`; the line goes on in the next chunk when there is none.
    fn last_line(&mut self, mut chunk: Bytes, from: usize) -> Option<Bytes> {
        let line_end = memchr::memchr(b'\n', &chunk[from..]);
        self.ended = line_end.is_some();
        if let Some(line_end) = line_end {
            chunk.truncate(from + line_end + 1);
        }
        Some(chunk)
    }
}

/// A decompressed file with its limits.
struct Decompressed {
    decoder: Pin<Box<dyn AsyncRead + Send>>,
    compressed_size: u64,
    content: u64,
    fault: Option<io::Error>,
}

impl Decompressed {
    fn new(bytes: FileBytes, compression: Compression) -> Self {
        let compressed_size = bytes.file.size;
        let chunks = try_unfold(bytes, |mut bytes| async move {
            match bytes.next().await {
                Ok(chunk) => Ok(chunk.map(|chunk| (chunk, bytes))),
                Err(ReadFault::Failed(error)) => Err(io::Error::other(error)),
                Err(ReadFault::Damaged(reason)) => Err(io::Error::new(io::ErrorKind::InvalidData, reason)),
            }
        });
        let input = ChunkInput { chunks: chunks.boxed(), current: Bytes::new() };
        Self { decoder: decoder(input, compression), compressed_size, content: 0, fault: None }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, ReadFault> {
        let mut chunk = BytesMut::with_capacity(1 << 20);
        while self.fault.is_none() && chunk.len() < chunk.capacity() {
            match self.decoder.read_buf(&mut chunk).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    self.fault = Some(error);
                    break;
                }
            }
        }
        // What was read before the damage is handed on first.
        if let Some(fault) = self.fault.take_if(|_| chunk.is_empty()) {
            return Err(read_fault(fault));
        }
        self.content += chunk.len() as u64;
        let is_bomb = self.content > FREE_CONTENT && self.content / self.compressed_size > LARGEST_RATIO;
        if is_bomb || self.content > LARGEST_CONTENT {
            return Err(ReadFault::Damaged(
                "it holds more than a thousand times its size, or more than 20 GiB".to_owned(),
            ));
        }
        Ok(if chunk.is_empty() { None } else { Some(chunk.freeze()) })
    }
}

/// Decompresses all members of a file, one after the other: files that were appended to each other are one.
fn decoder(input: ChunkInput, compression: Compression) -> Pin<Box<dyn AsyncRead + Send>> {
    /// A decoder of `async_compression`; they have no trait in common.
    macro_rules! all_members {
        ($decoder:ident) => {{
            let mut decoder = $decoder::new(input);
            decoder.multiple_members(true);
            Box::pin(decoder)
        }};
    }
    match compression {
        Compression::Bzip2 => all_members!(BzDecoder),
        Compression::Deflate => all_members!(ZlibDecoder),
        Compression::Gzip => all_members!(GzipDecoder),
        Compression::Zstd => all_members!(ZstdDecoder),
        Compression::ByName | Compression::None => Box::pin(input),
    }
}

fn read_fault(error: io::Error) -> ReadFault {
    match error.downcast::<DataFusionError>() {
        Ok(error) => ReadFault::Failed(error),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            ReadFault::Damaged("it ends in the middle of its compressed data".to_owned())
        }
        Err(error) => ReadFault::Damaged(format!("it cannot be decompressed: {error}")),
    }
}

/// Chunks as a decoder reads them.
struct ChunkInput {
    chunks: BoxStream<'static, io::Result<Bytes>>,
    current: Bytes,
}

impl AsyncBufRead for ChunkInput {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        while this.current.is_empty() {
            match ready!(this.chunks.poll_next_unpin(context)) {
                Some(chunk) => this.current = chunk?,
                None => break,
            }
        }
        Poll::Ready(Ok(&this.current))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        self.get_mut().current.advance(amount);
    }
}

impl AsyncRead for ChunkInput {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let available = ready!(self.as_mut().poll_fill_buf(context))?;
        let amount = available.len().min(buffer.remaining());
        buffer.put_slice(&available[..amount]);
        self.consume(amount);
        Poll::Ready(Ok(()))
    }
}
