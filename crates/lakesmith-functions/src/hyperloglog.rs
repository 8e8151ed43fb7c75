//! [`Registers`]: HyperLogLog++ as Spark computes it, so that estimates are Spark's to the number.
//!
//! Source: S. Heule, M. Nunkesser and A. Hall, "HyperLogLog in Practice" (2013); `hyperloglog_bias.tsv` holds what its appendix measured.

use std::cmp::Ordering;
use std::sync::LazyLock;

/// By how many bits registers are told apart.
pub(crate) const BITS: std::ops::RangeInclusive<u32> = 4..=18;
/// How many measured biases are averaged.
const NEIGHBOURS: usize = 6;

/// For each beginning of a hash the longest run of zeros after it; empty before the first value.
#[derive(Debug, Default)]
pub(crate) struct Registers(pub(crate) Vec<u8>);

impl Registers {
    pub(crate) fn add(&mut self, hash: u64, bits: u32) {
        if self.0.is_empty() {
            self.0 = vec![0; 1 << bits];
        }
        let rest = hash << bits | 1 << (bits - 1);
        let run = u8::try_from(rest.leading_zeros() + 1).unwrap_or(u8::MAX);
        if let Some(register) = self.0.get_mut((hash >> (64 - bits)) as usize) {
            *register = run.max(*register);
        }
    }

    pub(crate) fn merge(&mut self, other: &[u8]) {
        if self.0.is_empty() {
            self.0 = other.to_vec();
            return;
        }
        self.0.iter_mut().zip(other).for_each(|(own, other)| *own = (*own).max(*other));
    }

    /// About how many values were added.
    pub(crate) fn estimate(&self) -> i64 {
        if self.0.is_empty() {
            return 0;
        }
        let count = self.0.len() as f64;
        let zeros = self.0.iter().filter(|register| **register == 0).count() as f64;
        let inverse: f64 = self.0.iter().map(|run| 2f64.powi(-i32::from(*run))).sum();
        let raw = alpha(self.0.len()) * count * count / inverse;
        let linear = count * (count / zeros).ln();
        let bits = self.0.len().trailing_zeros();
        let estimate = if zeros > 0.0 && (linear <= threshold(bits) || raw <= 2.5 * count) {
            linear
        } else if raw < 5.0 * count {
            raw - bias(bits, raw)
        } else {
            raw
        };
        estimate.round() as i64
    }
}

/// Up to which count empty registers tell more than runs.
fn threshold(bits: u32) -> f64 {
    const THRESHOLDS: [f64; 15] = [
        10.0, 20.0, 40.0, 80.0, 220.0, 400.0, 900.0, 1800.0, 3100.0, 6500.0, 11500.0, 20000.0, 50000.0, 120_000.0,
        350_000.0,
    ];
    THRESHOLDS.get((bits - BITS.start()) as usize).copied().unwrap_or(0.0)
}

fn alpha(registers: usize) -> f64 {
    match registers {
        16 => 0.673,
        32 => 0.697,
        64 => 0.709,
        more => 0.7213 / (1.0 + 1.079 / more as f64),
    }
}

/// Raw estimates and their biases by bits.
static MEASURED: LazyLock<Vec<Vec<(f64, f64)>>> = LazyLock::new(|| {
    let mut tables = vec![Vec::new(); *BITS.end() as usize + 1];
    for line in include_str!("hyperloglog_bias.tsv").lines() {
        let mut cells = line.split('\t');
        let bits = cells.next().and_then(|cell| cell.parse::<usize>().ok());
        let mut number = || cells.next().and_then(|cell| cell.parse::<f64>().ok());
        if let (Some(bits), Some(raw), Some(bias)) = (bits, number(), number())
            && let Some(table) = tables.get_mut(bits)
        {
            table.push((raw, bias));
        }
    }
    tables
});

/// The mean of the biases measured nearest to a raw estimate.
fn bias(bits: u32, raw: f64) -> f64 {
    let Some(table) = MEASURED.get(bits as usize) else { return 0.0 };
    let distance = |at: usize| (raw - table[at].0).powi(2);
    let mut first = (place(table, raw) + 1).saturating_sub(NEIGHBOURS);
    let mut end = (first + NEIGHBOURS).min(table.len());
    while end < table.len() && distance(end) < distance(first) {
        first += 1;
        end += 1;
    }
    let near = &table[first..end];
    near.iter().map(|measured| measured.1).sum::<f64>() / near.len() as f64
}

/// Where a search that halves the table each time ends. Some estimates of the smallest tables are not in order, so that it matters
/// how Spark searches.
fn place(table: &[(f64, f64)], raw: f64) -> usize {
    let (mut low, mut end) = (0, table.len());
    while low < end {
        // the middle of the first and the last that are left
        let middle = (low + end - 1) / 2;
        match table[middle].0.total_cmp(&raw) {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => end = middle,
            Ordering::Equal => return middle,
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::{BITS, MEASURED};

    #[test]
    fn every_number_of_bits_has_measured_biases() {
        for bits in BITS {
            let table = &MEASURED[bits as usize];
            assert!(table.len() >= 79, "{bits}: {}", table.len());
            assert!(table.iter().all(|(raw, bias)| *raw > 0.0 && bias.abs() < *raw), "{bits}");
        }
    }
}
