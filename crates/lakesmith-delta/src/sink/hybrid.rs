//! Parquet's hybrid of run lengths and bit packing, for levels and for numbers of dictionary entries
//! (<https://parquet.apache.org/docs/file-format/data-pages/encodings/>).

/// Values from which on equal ones are written as a run.
const SHORTEST_RUN: usize = 8;

/// Bits that the numbers below `count` need.
pub(crate) fn bits_for(count: usize) -> u32 {
    usize::BITS - count.saturating_sub(1).leading_zeros()
}

/// Writes values of so many bits.
pub(crate) fn write_hybrid(values: &[u32], bits: u32, out: &mut Vec<u8>) {
    let (mut at, mut packed_from) = (0, 0);
    while at < values.len() {
        // here the values before `at` that are not written yet are a multiple of eight
        let value = values[at];
        let run = values[at..].iter().take_while(|next| **next == value).count();
        if run >= SHORTEST_RUN {
            write_packed(&values[packed_from..at], bits, out);
            write_run(value, run, bits, out);
            at += run;
            packed_from = at;
        } else {
            at = values.len().min(at + 8);
        }
    }
    write_packed(&values[packed_from..], bits, out);
}

/// Writes the same value many times.
pub(crate) fn write_run(value: u32, count: usize, bits: u32, out: &mut Vec<u8>) {
    write_number((count as u64) << 1, out);
    out.extend_from_slice(&value.to_le_bytes()[..bits.div_ceil(8) as usize]);
}

/// Writes values one behind the other, filled up to a multiple of eight.
fn write_packed(values: &[u32], bits: u32, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    write_number((values.len().div_ceil(8) as u64) << 1 | 1, out);
    let (mut waiting, mut count) = (0u64, 0u32);
    let filled = values.len().next_multiple_of(8) - values.len();
    for value in values.iter().copied().chain(std::iter::repeat_n(0, filled)) {
        waiting |= u64::from(value) << count;
        count += bits;
        if count >= 32 {
            out.extend_from_slice(&waiting.to_le_bytes()[..4]);
            waiting >>= 32;
            count -= 32;
        }
    }
    out.extend_from_slice(&waiting.to_le_bytes()[..count.div_ceil(8) as usize]);
}

/// Writes a number seven bits at a time.
fn write_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads so many values back, by the specification.
    fn read(mut bytes: &[u8], bits: u32, count: usize) -> Vec<u32> {
        let mut values = Vec::new();
        while values.len() < count {
            let (mut header, mut shift) = (0u64, 0);
            loop {
                let byte = bytes[0];
                bytes = &bytes[1..];
                header |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            if header & 1 == 0 {
                let width = bits.div_ceil(8) as usize;
                let mut value = [0; 4];
                value[..width].copy_from_slice(&bytes[..width]);
                bytes = &bytes[width..];
                values.extend(std::iter::repeat_n(u32::from_le_bytes(value), (header >> 1) as usize));
            } else {
                let many = (header >> 1) as usize * 8;
                for place in 0..many * bits as usize / bits.max(1) as usize {
                    let first = place * bits as usize;
                    let bit = |bit: usize| u32::from(bytes[bit / 8] >> (bit % 8) & 1);
                    values.push((0..bits as usize).map(|next| bit(first + next) << next).sum());
                }
                if bits == 0 {
                    values.extend(std::iter::repeat_n(0, many));
                }
                bytes = &bytes[many * bits as usize / 8..];
            }
        }
        assert!(bytes.is_empty() && values.len() < count + 8);
        values.truncate(count);
        values
    }

    #[test]
    fn what_was_written_is_read_back() {
        let mut random = 7u64;
        let mut next = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize
        };
        for bits in 0..=32 {
            for _ in 0..40 {
                let mut values = Vec::new();
                for _ in 0..next() % 8 {
                    let (value, run) = (next() as u32, next() % 20);
                    let mask = if bits == 32 { u32::MAX } else { (1 << bits) - 1 };
                    values.extend(std::iter::repeat_n(value & mask, run));
                    values.extend((0..next() % 20).map(|_| next() as u32 & mask));
                }
                let mut bytes = Vec::new();
                write_hybrid(&values, bits, &mut bytes);
                assert_eq!(read(&bytes, bits, values.len()), values, "{bits} bits");
            }
        }
    }

    #[test]
    fn a_number_needs_as_many_bits_as_the_last_entry() {
        assert_eq!([0, 1, 2, 3, 4, 5, 256, 257].map(bits_for), [0, 0, 1, 2, 2, 3, 8, 9]);
    }
}
