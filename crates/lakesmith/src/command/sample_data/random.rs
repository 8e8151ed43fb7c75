//! [`Random`]: numbers that depend on a seed alone, by SplitMix64.
//!
//! Not a source of secrets. Only integer arithmetic, so that all machines agree.

use super::settings::Rate;

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A sequence of numbers.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The sequence of one row: neighbouring rows and other purposes have unrelated ones.
    pub const fn of_row(seed: u64, purpose: u64, row: u64) -> Self {
        Self(mix(mix(seed ^ mix(purpose.wrapping_add(GOLDEN))).wrapping_add(row.wrapping_mul(GOLDEN))))
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number below `bound`; 0 when `bound` is 0.
    pub const fn below(&mut self, bound: u64) -> u64 {
        ((self.next() as u128 * bound as u128) >> 64) as u64
    }

    /// Whether something happens that happens in this share of all cases.
    pub fn happens(&mut self, rate: Rate) -> bool {
        self.below(Rate::WHOLE) < rate.parts()
    }

    /// One of `items`, which are not empty.
    pub fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }
}

/// The finalizer of SplitMix64.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_row_has_the_same_numbers_on_every_machine() {
        let mut random = Random::of_row(1, 2, 3);
        assert_eq!(random.below(1_000_000), Random::of_row(1, 2, 3).below(1_000_000));
        assert_ne!(Random::of_row(1, 2, 3).next(), Random::of_row(1, 2, 4).next());
        assert_ne!(Random::of_row(1, 2, 3).next(), Random::of_row(2, 2, 3).next());
    }

    #[test]
    fn numbers_are_spread_evenly() {
        let mut buckets = [0_u32; 10];
        for row in 0..100_000 {
            buckets[Random::of_row(7, 0, row).below(10) as usize] += 1;
        }
        assert!(buckets.iter().all(|count| (9_500..10_500).contains(count)), "{buckets:?}");
    }
}
