//! [`MersenneTwister`]: the generator of Spark's random UUIDs, whose sequences a seed fixes. It is MT19937 as Apache Commons has it.

const WORDS: usize = 624;
const MIDDLE: usize = 397;
const UPPER: u32 = 0x8000_0000;
const TWIST: u32 = 0x9908_b0df;

/// The generator.
#[derive(Debug, Clone)]
pub(crate) struct MersenneTwister {
    state: [u32; WORDS],
    at: usize,
}

impl MersenneTwister {
    /// The generator of a seed.
    pub(crate) fn new(seed: i64) -> Self {
        let bits = seed.cast_unsigned();
        #[allow(clippy::cast_possible_truncation, reason = "the halves are wanted")]
        let key = [(bits >> 32) as u32, bits as u32];
        let mut state = initial(19_650_218);
        let (mut i, mut j) = (1, 0u8);
        for _ in 0..WORDS {
            let before = state[i - 1] ^ state[i - 1] >> 30;
            let mixed = state[i] ^ before.wrapping_mul(1_664_525);
            state[i] = mixed.wrapping_add(key[usize::from(j)]).wrapping_add(u32::from(j));
            i = next(&mut state, i);
            j ^= 1;
        }
        for _ in 1..WORDS {
            let before = state[i - 1] ^ state[i - 1] >> 30;
            let mixed = state[i] ^ before.wrapping_mul(1_566_083_941);
            #[allow(clippy::cast_possible_truncation, reason = "at most 623")]
            let number = i as u32;
            state[i] = mixed.wrapping_sub(number);
            i = next(&mut state, i);
        }
        state[0] = UPPER;
        Self { state, at: WORDS }
    }

    /// Any 64 bits.
    pub(crate) fn word(&mut self) -> u64 {
        let high = u64::from(self.step());
        high << 32 | u64::from(self.step())
    }

    fn step(&mut self) -> u32 {
        if self.at == WORDS {
            for k in 0..WORDS {
                let joined = self.state[k] & UPPER | self.state[(k + 1) % WORDS] & !UPPER;
                let twist = if joined & 1 == 1 { TWIST } else { 0 };
                self.state[k] = self.state[(k + MIDDLE) % WORDS] ^ joined >> 1 ^ twist;
            }
            self.at = 0;
        }
        let mut word = self.state[self.at];
        self.at += 1;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }
}

fn initial(seed: u32) -> [u32; WORDS] {
    let mut state = [seed; WORDS];
    for (at, number) in (1..WORDS).zip(1u32..) {
        let before = state[at - 1];
        state[at] = (before ^ before >> 30).wrapping_mul(1_812_433_253).wrapping_add(number);
    }
    state
}

/// The place after `at`; behind the last it is the second, and the first is what the last was.
fn next(state: &mut [u32; WORDS], at: usize) -> usize {
    if at + 1 < WORDS {
        return at + 1;
    }
    state[0] = state[WORDS - 1];
    1
}
