//! [`XorShift`]: Spark's generator of random numbers, whose sequences a seed fixes.

/// The generator.
#[derive(Debug, Clone)]
pub(crate) struct XorShift {
    state: u64,
    /// The second of a pair of Gaussian numbers.
    spare: Option<f64>,
}

impl XorShift {
    /// The generator of a seed.
    pub(crate) fn new(seed: i64) -> Self {
        let low = murmur3(&seed.to_be_bytes(), 0x3c07_4a61);
        let high = murmur3(&seed.to_be_bytes(), low);
        Self { state: u64::from(high) << 32 | u64::from(low), spare: None }
    }

    fn step(&mut self) -> u64 {
        let mut next = self.state ^ self.state << 21;
        next ^= next >> 35;
        next ^= next << 4;
        self.state = next;
        next
    }

    /// The lowest bits of the next state.
    fn bits(&mut self, count: u32) -> u64 {
        self.step() & ((1 << count) - 1)
    }

    /// Any INT.
    pub(crate) fn int(&mut self) -> i32 {
        #[allow(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
        let low = self.step() as u32;
        low.cast_signed()
    }

    /// A number from 0 to below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        let (high, low) = (self.bits(26), self.bits(27));
        #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
        let number = ((high << 27) + low) as f64;
        number / (1u64 << 53) as f64
    }

    /// A number of the standard normal distribution, by Marsaglia's polar method.
    pub(crate) fn gauss(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let square = x * x + y * y;
            if square < 1.0 && square != 0.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(y * factor);
                return x * factor;
            }
        }
    }
}

/// MurmurHash 3 of 32 bits, of whole words.
fn murmur3(bytes: &[u8], seed: u32) -> u32 {
    let (words, _) = bytes.as_chunks::<4>();
    let mut hash = seed;
    for word in words {
        let mixed = u32::from_le_bytes(*word).wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
        hash = (hash ^ mixed).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    hash ^= u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_numbers_that_spark_gives() {
        assert_eq!(XorShift::new(0).unit(), 0.7604953758285915);
        assert_eq!(XorShift::new(0).gauss(), 1.6034991609278433);
    }
}
