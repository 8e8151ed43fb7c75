//! [`Summary`]: the digest of many numbers that `percentile_approx` looks into, after Greenwald and Khanna, with the limits
//! and the roundings of Spark, so that approximate percentiles are Spark's.
//!
//! See <https://infolab.stanford.edu/~datar/courses/cs361a/papers/quantiles.pdf>.

/// Numbers that are gathered before they are sorted in.
const BUFFER: usize = 50_000;
/// Samples beyond which a digest is made smaller.
const MOST_SAMPLES: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Sample {
    value: f64,
    /// How many numbers it stands for.
    weight: i64,
    /// How far its rank may be off.
    delta: i64,
}

/// A digest.
#[derive(Debug)]
pub(crate) struct Summary {
    error: f64,
    samples: Vec<Sample>,
    count: i64,
}

impl Summary {
    /// The digest of numbers in the order in which they came; ranks are off by `error` of their count at most.
    pub fn new(values: &[f64], error: f64) -> Self {
        let mut summary = Self { error, samples: Vec::new(), count: 0 };
        for part in values.chunks(BUFFER) {
            summary.sort_in(part);
            if part.len() == BUFFER && summary.samples.len() >= MOST_SAMPLES {
                summary.compress();
            }
        }
        summary.compress();
        summary
    }

    fn sort_in(&mut self, part: &[f64]) {
        let mut part = part.to_vec();
        part.sort_by(f64::total_cmp);
        let mut merged = Vec::with_capacity(self.samples.len() + part.len());
        let mut known = 0;
        for (number, value) in part.iter().enumerate() {
            while let Some(sample) = self.samples.get(known).filter(|sample| sample.value <= *value) {
                merged.push(*sample);
                known += 1;
            }
            self.count += 1;
            let is_last = known == self.samples.len() && number + 1 == part.len();
            let delta = match merged.is_empty() || is_last {
                true => 0,
                false => (2.0 * self.error * self.count as f64).floor() as i64,
            };
            merged.push(Sample { value: *value, weight: 1, delta });
        }
        merged.extend_from_slice(&self.samples[known..]);
        self.samples = merged;
    }

    /// Lets samples stand for their neighbours as far as the error allows. First and last stay.
    fn compress(&mut self) {
        let (Some(first), Some(last)) = (self.samples.first().copied(), self.samples.last().copied()) else { return };
        let limit = 2.0 * self.error * self.count as f64;
        let mut head = last;
        let mut kept = Vec::new();
        for sample in self.samples.iter().skip(1).rev().skip(1) {
            if ((sample.weight + head.weight + head.delta) as f64) < limit {
                head.weight += sample.weight;
            } else {
                kept.push(head);
                head = *sample;
            }
        }
        kept.push(head);
        if first.value <= head.value && self.samples.len() > 1 {
            kept.push(first);
        }
        kept.reverse();
        self.samples = kept;
    }

    /// The number at a share of all; nothing when there are none.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let (first, last) = (self.samples.first()?, self.samples.last()?);
        if share <= self.error {
            return Some(first.value);
        }
        if share >= 1.0 - self.error {
            return Some(last.value);
        }
        let target = self.samples.iter().map(|sample| sample.delta + sample.weight).max()? as f64 / 2.0;
        let rank = (share * self.count as f64).ceil();
        let mut least = 0;
        for sample in &self.samples[..self.samples.len() - 1] {
            least += sample.weight;
            let most = (least + sample.delta) as f64;
            if most - target <= rank && rank <= least as f64 + target {
                return Some(sample.value);
            }
        }
        Some(last.value)
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;

    #[test]
    fn a_rank_is_off_by_no_more_than_the_error() {
        let values: Vec<f64> = (0..100_000).map(|n| f64::from((n * 7919) % 100_003)).collect();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let summary = Summary::new(&values, 0.001);
        for share in [0.01, 0.25, 0.5, 0.9, 0.999] {
            let found = summary.quantile(share).unwrap();
            let rank = sorted.partition_point(|value| *value < found) as f64;
            assert!((rank - share * 100_000.0).abs() <= 101.0, "{share}: {rank}");
        }
    }

    #[test]
    fn few_numbers_are_kept_as_they_are() {
        let summary = Summary::new(&[10.0, 0.0, 2.0, 1.0], 0.0001);
        assert_eq!([0.0, 0.5, 1.0].map(|share| summary.quantile(share)), [Some(0.0), Some(1.0), Some(10.0)]);
        assert_eq!(Summary::new(&[], 0.01).quantile(0.5), None);
    }
}
