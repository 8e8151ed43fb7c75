//! [`TextColumn`]: encodes one column chunk of texts.
//!
//! Texts are the bulk of most tables, and numbering them is most of the work of writing those. The pages are those that `parquet`
//! would write: dictionary entries while they are few and small, else the texts themselves.

use arrow::array::{Array, StringArray};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding, PageType, ZstdLevel};
use parquet::column::page::{CompressedPage, Page, PageWriteSpec, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, OffsetIndexBuilder, PageEncodingStats};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use zstd::bulk::Compressor;

use super::hybrid::{bits_for, write_hybrid, write_run};
use super::text_bounds::{TextBounds, start_of};
use super::text_dictionary::TextDictionary;

/// Most rows of a page.
const PAGE_ROWS: usize = 20_000;

/// A page of texts ends at this size.
const PAGE_BYTES: usize = 1 << 20;

/// Most bytes of a dictionary.
const DICTIONARY_BYTES: usize = 1 << 20;

/// A longer text never goes into a dictionary.
const LONGEST_ENTRY: usize = 64 << 10;

/// After so many texts of a chunk it is asked whether the dictionary is worth it: whether at most half of them are new.
const TRIAL: usize = 8_192;

/// A column chunk on its way.
pub(crate) struct TextColumn {
    description: ColumnDescPtr,
    dictionary: TextDictionary,
    /// Whether new texts go into the dictionary.
    is_numbering: bool,
    bounds: TextBounds,
    page: OpenPage,
    /// The data pages that have ended, with their headers.
    pages: TrackedWrite<Vec<u8>>,
    /// Of each of them its rows, where it begins and its size.
    places: Vec<(usize, u64, usize)>,
    compressor: Compressor<'static>,
    rows: usize,
    nulls: usize,
    uncompressed: usize,
    pages_of_numbers: i32,
    pages_of_texts: i32,
}

/// The page that is being filled.
#[derive(Default)]
struct OpenPage {
    rows: usize,
    /// For each row whether it is there; empty as long as all are.
    levels: Vec<u32>,
    numbers: Vec<u32>,
    /// Texts behind their lengths.
    texts: Vec<u8>,
}

impl OpenPage {
    fn add_level(&mut self, is_there: bool) {
        if !is_there && self.levels.is_empty() {
            self.levels.resize(self.rows, 1);
        }
        if !is_there || !self.levels.is_empty() {
            self.levels.push(u32::from(is_there));
        }
        self.rows += 1;
    }
}

impl TextColumn {
    pub(crate) fn new(description: ColumnDescPtr) -> Result<Self> {
        Ok(Self {
            description,
            dictionary: TextDictionary::new(),
            is_numbering: true,
            bounds: TextBounds::default(),
            page: OpenPage::default(),
            pages: TrackedWrite::new(Vec::new()),
            places: Vec::new(),
            compressor: Compressor::new(ZstdLevel::default().compression_level())?,
            rows: 0,
            nulls: 0,
            uncompressed: 0,
            pages_of_numbers: 0,
            pages_of_texts: 0,
        })
    }

    pub(crate) fn write(&mut self, texts: &StringArray) -> Result<()> {
        let bytes = texts.value_data();
        let has_nulls = texts.null_count() > 0;
        for (row, ends) in texts.value_offsets().windows(2).enumerate() {
            if has_nulls && texts.is_null(row) {
                self.nulls += 1;
                self.page.add_level(false);
            } else {
                let (at, end) = (ends[0] as usize, ends[1] as usize);
                self.add(start_of(bytes, at, end - at), texts.value(row))?;
            }
            if self.page.rows >= PAGE_ROWS || self.page.texts.len() >= PAGE_BYTES {
                self.end_page()?;
            }
        }
        self.rows += texts.len();
        Ok(())
    }

    fn add(&mut self, start: u128, text: &str) -> Result<()> {
        if self.is_numbering && (text.len() > LONGEST_ENTRY || self.dictionary.page().len() > DICTIONARY_BYTES) {
            self.stop_numbering()?;
        }
        if self.is_numbering {
            let (number, is_new) = self.dictionary.number(start, text.as_bytes());
            if is_new {
                self.bounds.add(start, text);
            }
            self.page.add_level(true);
            self.page.numbers.push(number);
            if self.pages_of_numbers == 0 && self.page.numbers.len() == TRIAL && self.dictionary.len() > TRIAL / 2 {
                self.stop_numbering()?;
            }
        } else {
            self.bounds.add(start, text);
            self.page.add_level(true);
            let length = u32::try_from(text.len()).map_err(|_| ParquetError::General("a text of 4 GiB".to_owned()))?;
            self.page.texts.extend_from_slice(&length.to_le_bytes());
            self.page.texts.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }

    fn stop_numbering(&mut self) -> Result<()> {
        self.end_page()?;
        self.is_numbering = false;
        Ok(())
    }

    fn end_page(&mut self) -> Result<()> {
        if self.page.rows == 0 {
            return Ok(());
        }
        let page = &mut self.page;
        let mut content = Vec::with_capacity(page.texts.len() + page.numbers.len() * 2 + 64);
        if self.description.max_def_level() > 0 {
            content.extend_from_slice(&[0; 4]);
            match page.levels.is_empty() {
                true => write_run(1, page.rows, 1, &mut content),
                false => write_hybrid(&page.levels, 1, &mut content),
            }
            let length = u32::try_from(content.len() - 4).map_err(|_| too_large())?;
            content[..4].copy_from_slice(&length.to_le_bytes());
        }
        let encoding = if self.is_numbering {
            let bits = bits_for(self.dictionary.len());
            content.push(bits.to_le_bytes()[0]);
            write_hybrid(&page.numbers, bits, &mut content);
            self.pages_of_numbers += 1;
            Encoding::RLE_DICTIONARY
        } else {
            content.extend_from_slice(&page.texts);
            self.pages_of_texts += 1;
            Encoding::PLAIN
        };
        let data = Page::DataPage {
            buf: Bytes::from(self.compressor.compress(&content)?),
            num_values: u32::try_from(page.rows).map_err(|_| too_large())?,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let written = write_page(&mut self.pages, data, content.len())?;
        self.uncompressed += written.uncompressed_size;
        self.places.push((page.rows, written.offset, written.compressed_size));
        page.rows = 0;
        page.levels.clear();
        page.numbers.clear();
        page.texts.clear();
        Ok(())
    }

    /// The bytes of the column chunk, and what the footer says of it.
    pub(crate) fn close(mut self) -> Result<(Bytes, ColumnCloseResult)> {
        self.end_page()?;
        let mut chunk = TrackedWrite::new(Vec::new());
        let has_numbers = self.pages_of_numbers > 0;
        let mut encodings = vec![Encoding::RLE, Encoding::PLAIN];
        let mut pages = Vec::new();
        if self.pages_of_texts > 0 {
            pages.push(page_stats(PageType::DATA_PAGE, Encoding::PLAIN, self.pages_of_texts));
        }
        if has_numbers {
            encodings.push(Encoding::RLE_DICTIONARY);
            pages.push(page_stats(PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1));
            pages.push(page_stats(PageType::DATA_PAGE, Encoding::RLE_DICTIONARY, self.pages_of_numbers));
            let count = u32::try_from(self.dictionary.len()).map_err(|_| too_large())?;
            let entries = self.dictionary.into_page();
            let page = Page::DictionaryPage {
                buf: Bytes::from(self.compressor.compress(&entries)?),
                num_values: count,
                encoding: Encoding::PLAIN,
                is_sorted: false,
            };
            let written = write_page(&mut chunk, page, entries.len())?;
            self.uncompressed += written.uncompressed_size;
        }
        let mut bytes = chunk.into_inner()?;
        let data_at = bytes.len();
        bytes.append(&mut self.pages.into_inner()?);
        let signed = |size: usize| i64::try_from(size).map_err(|_| too_large());
        let mut index = OffsetIndexBuilder::new();
        for (rows, at, size) in self.places {
            let at = data_at as u64 + at;
            index.append_row_count(signed(rows)?);
            index.append_offset_and_size(
                i64::try_from(at).map_err(|_| too_large())?,
                i32::try_from(size).map_err(|_| too_large())?,
            );
        }
        let metadata = ColumnChunkMetaData::builder(self.description)
            .set_encodings(encodings)
            .set_page_encoding_stats(pages)
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_num_values(signed(self.rows)?)
            .set_total_compressed_size(signed(bytes.len())?)
            .set_total_uncompressed_size(signed(self.uncompressed)?)
            .set_dictionary_page_offset(has_numbers.then_some(0))
            .set_data_page_offset(signed(data_at)?)
            .set_statistics(self.bounds.into_statistics(self.nulls as u64))
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: self.rows as u64,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: Some(index.build()),
        };
        Ok((Bytes::from(bytes), close))
    }

    /// Bytes of memory that the chunk holds.
    pub(crate) fn memory(&self) -> usize {
        let page = &self.page;
        let open = (page.levels.capacity() + page.numbers.capacity()) * size_of::<u32>() + page.texts.capacity();
        self.pages.bytes_written() + self.dictionary.memory() + open
    }

    /// About how many bytes the chunk will have.
    pub(crate) fn size(&self) -> usize {
        let bits = bits_for(self.dictionary.len()) as usize;
        self.pages.bytes_written()
            + self.dictionary.page().len()
            + self.page.texts.len()
            + self.page.numbers.len() * bits / 8
    }
}

fn write_page(to: &mut TrackedWrite<Vec<u8>>, page: Page, uncompressed: usize) -> Result<PageWriteSpec> {
    SerializedPageWriter::new(to).write_page(CompressedPage::new(page, uncompressed))
}

/// So many pages of a kind: by these a reader knows whether all of them refer to the dictionary.
fn page_stats(page_type: PageType, encoding: Encoding, count: i32) -> PageEncodingStats {
    PageEncodingStats { page_type, encoding, count }
}

fn too_large() -> ParquetError {
    ParquetError::General("a page or a column chunk is too large for Parquet".to_owned())
}
