//! Text to BOOLEAN.

use crate::trim_cast;

const TRUE: [&str; 5] = ["t", "true", "y", "yes", "1"];
const FALSE: [&str; 5] = ["f", "false", "n", "no", "0"];

/// Reads a boolean as Spark's cast does: ten words, in any case, with white space around them.
pub fn parse_boolean(text: &str) -> Option<bool> {
    let word = trim_cast(text);
    let is = |known: &&str| word.eq_ignore_ascii_case(known);
    if TRUE.iter().any(is) {
        Some(true)
    } else if FALSE.iter().any(is) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_words_are_booleans_in_any_case() {
        for text in ["t", "TRUE", " yes ", "y", "1"] {
            assert_eq!(parse_boolean(text), Some(true), "{text:?}");
        }
        for text in ["f", "False", "no", "N", "0"] {
            assert_eq!(parse_boolean(text), Some(false), "{text:?}");
        }
    }

    #[test]
    fn other_words_are_no_booleans() {
        for text in ["on", "off", "2", "", "tru"] {
            assert_eq!(parse_boolean(text), None, "{text:?}");
        }
    }
}
