//! `jaro_winkler_similarity`: how alike two texts are, from 0 to 1.

use std::sync::Arc;

use datafusion::arrow::array::Float64Array;
use lakesmith_unresolved::SparkType;

use crate::array::argument;
use crate::function::Function;
use crate::kernel::{self, Kernels, texts};

/// The function.
pub const FUNCTIONS: &[Function] = &[Function::scalar(&["jaro_winkler_similarity"], (2, 2), |call| {
    let arguments = vec![argument(call, 0, &SparkType::STRING)?, argument(call, 1, &SparkType::STRING)?];
    kernel::call("spark_jaro_winkler", arguments, SparkType::Double)
})];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[("spark_jaro_winkler", |arguments, _| {
    let (left, right) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let mut buffers = Buffers::default();
    let values = left.iter().zip(&right).map(|(left, right)| Some(buffers.similarity(left?, right?)));
    Ok(Arc::new(values.collect::<Float64Array>()))
})];

/// What one comparison needs, kept from row to row.
#[derive(Debug, Default)]
struct Buffers {
    left: Vec<char>,
    right: Vec<char>,
    taken: Vec<bool>,
    matched: Vec<char>,
}

impl Buffers {
    /// Jaro's similarity, raised by a common beginning of up to four characters.
    fn similarity(&mut self, left: &str, right: &str) -> f64 {
        if left == right {
            return 1.0;
        }
        let Self { left: l, right: r, taken, matched } = self;
        l.clear();
        l.extend(left.chars());
        r.clear();
        r.extend(right.chars());
        if l.is_empty() || r.is_empty() {
            return 0.0;
        }
        taken.clear();
        taken.resize(r.len(), false);
        matched.clear();
        let reach = (l.len().max(r.len()) / 2).saturating_sub(1);
        for (at, character) in l.iter().enumerate() {
            let from = at.saturating_sub(reach);
            let to = (at + reach + 1).min(r.len());
            if let Some(found) = (from..to).find(|other| !taken[*other] && r[*other] == *character) {
                taken[found] = true;
                matched.push(*character);
            }
        }
        if matched.is_empty() {
            return 0.0;
        }
        let others = r.iter().zip(taken.iter()).filter(|(_, taken)| **taken).map(|(character, _)| character);
        let moved = matched.iter().zip(others).filter(|(left, right)| left != right).count();
        let (count, moved) = (matched.len() as f64, (moved / 2) as f64);
        let jaro = (count / l.len() as f64 + count / r.len() as f64 + (count - moved) / count) / 3.0;
        let prefix = l.iter().zip(r.iter()).take(4).take_while(|(left, right)| left == right).count();
        jaro + 0.1 * prefix as f64 * (1.0 - jaro)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_pairs_have_their_known_similarity() {
        let mut buffers = Buffers::default();
        for (left, right, expected) in
            [("MARTHA", "MARHTA", 0.961), ("DIXON", "DICKSONX", 0.813), ("a", "b", 0.0), ("", "", 1.0), ("", "a", 0.0)]
        {
            let found = buffers.similarity(left, right);
            assert!((found - expected).abs() < 0.001, "{left} {right}: {found}");
        }
    }
}
