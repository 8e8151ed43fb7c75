//! Random numbers of the operating system, for those who hand them in as values.

use std::hash::{BuildHasher, RandomState};

/// A number that differs from call to call and from process to process.
pub fn entropy() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

/// Another number for each `number` that is mixed into `entropy`.
pub fn mixed(entropy: u64, number: u64) -> u64 {
    let mut word = entropy.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_differ() {
        assert_ne!(entropy(), entropy());
    }
}
