//! [`Transcoder`]: bytes of any encoding to UTF-8, chunk by chunk. What is no character becomes U+FFFD, as in Spark.

use bytes::Bytes;
use encoding_rs::Decoder;

use crate::options::Encoding;

/// Turns the chunks of one file into UTF-8.
pub(crate) enum Transcoder {
    Latin1,
    Ascii,
    By(Box<Decoder>),
}

impl Transcoder {
    /// Nothing for UTF-8, whose chunks stay as they are.
    pub(crate) fn new(encoding: &Encoding) -> Option<Self> {
        match encoding {
            Encoding::Utf8 => None,
            Encoding::Latin1 => Some(Self::Latin1),
            Encoding::Ascii => Some(Self::Ascii),
            // the options have checked the name; a mark at the start of the file decides over it
            Encoding::Named(name) => {
                let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap_or(encoding_rs::UTF_8);
                Some(Self::By(Box::new(encoding.new_decoder())))
            }
        }
    }

    /// The text of a chunk as far as its characters are whole; `is_last` ends the file.
    pub(crate) fn take(&mut self, chunk: &[u8], is_last: bool) -> Bytes {
        match self {
            Self::Latin1 => Bytes::from(encoding_rs::mem::decode_latin1(chunk).into_owned()),
            Self::Ascii => {
                let text: String =
                    chunk.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '\u{fffd}' }).collect();
                Bytes::from(text)
            }
            Self::By(decoder) => {
                let mut text = String::new();
                append(decoder, chunk, is_last, &mut text);
                Bytes::from(text)
            }
        }
    }
}

/// Appends the text of a chunk.
pub(crate) fn append(decoder: &mut Decoder, chunk: &[u8], is_last: bool, text: &mut String) {
    let mut left = chunk;
    loop {
        text.reserve(decoder.max_utf8_buffer_length(left.len()).unwrap_or(left.len() * 3 + 16));
        let (result, read, _) = decoder.decode_to_string(left, text, is_last);
        left = left.get(read..).unwrap_or_default();
        if result == encoding_rs::CoderResult::InputEmpty {
            return;
        }
    }
}
