//! [`Charset`]: the character sets that `encode` and `decode` know.

use datafusion::common::Result;
use lakesmith_diagnostic::Condition;

use crate::kernel::refused;

/// A character set. A value that it has no form for is an error of the caller, never a replacement character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    Ascii,
    Latin1,
    Utf8,
    Utf16 { big: bool, marked: bool },
    Utf32,
}

impl Charset {
    /// The character set of a name, ignoring case.
    pub(crate) fn find(name: &str) -> Result<Self> {
        Ok(match name.to_ascii_uppercase().as_str() {
            "US-ASCII" => Self::Ascii,
            "ISO-8859-1" => Self::Latin1,
            "UTF-8" => Self::Utf8,
            "UTF-16" => Self::Utf16 { big: true, marked: true },
            "UTF-16BE" => Self::Utf16 { big: true, marked: false },
            "UTF-16LE" => Self::Utf16 { big: false, marked: false },
            "UTF-32" => Self::Utf32,
            _ => {
                let known = "US-ASCII, ISO-8859-1, UTF-8, UTF-16, UTF-16BE, UTF-16LE and UTF-32";
                let message = format!("`{name}` is none of the character sets {known}");
                return Err(refused(Condition::INVALID_PARAMETER_VALUE, message));
            }
        })
    }

    /// The bytes of a text.
    pub(crate) fn encode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Ascii => text.is_ascii().then(|| text.as_bytes().to_vec()),
            Self::Latin1 => text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect(),
            Self::Utf8 => Some(text.as_bytes().to_vec()),
            Self::Utf16 { big, marked } => {
                let mark = (marked && !text.is_empty()).then_some(0xFEFF);
                let units = mark.into_iter().chain(text.encode_utf16());
                let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
                Some(units.flat_map(bytes).collect())
            }
            Self::Utf32 => Some(text.chars().flat_map(|character| u32::from(character).to_be_bytes()).collect()),
        }
    }

    /// The text of bytes.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Ascii => bytes.is_ascii().then(|| std::str::from_utf8(bytes).ok().map(str::to_owned)).flatten(),
            Self::Latin1 => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Self::Utf16 { big, marked } => {
                let (big, bytes) = match bytes {
                    [0xFE, 0xFF, rest @ ..] if marked => (true, rest),
                    [0xFF, 0xFE, rest @ ..] if marked => (false, rest),
                    all => (big, all),
                };
                let (pairs, []) = bytes.as_chunks::<2>() else { return None };
                let unit = |pair: &[u8; 2]| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
                char::decode_utf16(pairs.iter().map(unit)).collect::<Result<_, _>>().ok()
            }
            Self::Utf32 => {
                let (big, bytes) = match bytes {
                    [0, 0, 0xFE, 0xFF, rest @ ..] => (true, rest),
                    [0xFF, 0xFE, 0, 0, rest @ ..] => (false, rest),
                    all => (true, all),
                };
                let (words, []) = bytes.as_chunks::<4>() else { return None };
                let word = |word: &[u8; 4]| if big { u32::from_be_bytes(*word) } else { u32::from_le_bytes(*word) };
                words.iter().map(|bytes| char::from_u32(word(bytes))).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_from_every_set_that_has_it() {
        for name in ["utf-8", "UTF-16", "UTF-16BE", "utf-16le", "UTF-32"] {
            let charset = Charset::find(name).unwrap();
            assert_eq!(charset.decode(&charset.encode("aä€𝄞").unwrap()).as_deref(), Some("aä€𝄞"), "{name}");
        }
    }

    #[test]
    fn what_a_set_lacks_is_not_replaced() {
        assert_eq!(Charset::Ascii.encode("ä"), None);
        assert_eq!(Charset::Latin1.encode("€"), None);
        assert_eq!(Charset::Utf16 { big: true, marked: false }.decode(&[0xD8, 0x00]), None);
    }
}
