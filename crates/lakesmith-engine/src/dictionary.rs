//! [`refers_to_dictionary`]: what a Parquet footer says of the dictionary of a column.

use datafusion::parquet::basic::{Encoding, EncodingMask, PageType};
use datafusion::parquet::file::metadata::ColumnChunkMetaData;

/// Whether all data pages hold places in the dictionary.
pub fn refers_to_dictionary(chunk: &ColumnChunkMetaData) -> bool {
    // the second is the name that older writers give it
    let is_place = |encoding: Encoding| matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY);
    let mask: Option<EncodingMask> = chunk.page_encoding_stats_mask().copied().or_else(|| {
        let pages = chunk.page_encoding_stats()?;
        let of_data = pages.iter().filter(|page| page.page_type != PageType::DICTIONARY_PAGE);
        Some(EncodingMask::new_from_encodings(of_data.map(|page| &page.encoding)))
    });
    mask.is_some_and(|mask| mask.encodings().all(is_place))
}
