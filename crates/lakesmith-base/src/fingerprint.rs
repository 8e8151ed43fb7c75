//! [`Fingerprint`]: a short digest by which things are known to be the same as before, across runs and versions.
//!
//! FNV-1a with 128 bits: it guards against accidents, not against someone who looks for two texts with one digest.

use std::fmt;

const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// A digest that grows by parts; the parts' borders count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// The digest of nothing.
    pub const fn new() -> Self {
        Self(OFFSET)
    }

    /// The digest of one text.
    pub fn of(text: &str) -> Self {
        Self::new().with(text)
    }

    /// Adds a part.
    #[must_use]
    pub fn with(mut self, part: &str) -> Self {
        let length = (part.len() as u64).to_le_bytes();
        for byte in part.bytes().chain(length) {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(PRIME);
        }
        self
    }
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_borders_of_parts_count_and_the_digest_stays_the_same_for_ever() {
        assert_ne!(Fingerprint::new().with("ab").with("c"), Fingerprint::new().with("a").with("bc"));
        assert_eq!(Fingerprint::of("orders").to_string(), Fingerprint::new().with("orders").to_string());
        assert_eq!(Fingerprint::new().to_string(), "6c62272e07bb014262b821756295c58d");
    }
}
