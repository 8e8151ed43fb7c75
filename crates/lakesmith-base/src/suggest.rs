//! "Did you mean": the candidates closest to a misspelt name, by the number of edits.

/// Up to `limit` candidates that could have been meant by `name`, closest first.
///
/// A candidate counts when at most a third of its characters (at least one, at most four) differ; case is ignored. Equal
/// distances keep the order of `candidates`.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>, limit: usize) -> Vec<&'a str> {
    let wanted = name.to_lowercase();
    let allowed = (wanted.chars().count() / 3).clamp(1, 4);
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let distance = edit_distance(&wanted, &candidate.to_lowercase(), allowed)?;
            Some((distance, candidate))
        })
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(limit).map(|(_, candidate)| candidate).collect()
}

/// The number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, if at most `bound`.
fn edit_distance(a: &str, b: &str, bound: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > bound {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    let distance = last[b.len()];
    (distance <= bound).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_typing_error_finds_its_word() {
        let columns = ["order_id", "quantity", "unit_price"];
        assert_eq!(closest("quantty", columns, 3), ["quantity"]);
        assert_eq!(closest("QUANTITY_", columns, 3), ["quantity"]);
        assert_eq!(closest("unti_price", columns, 3), ["unit_price"]);
    }

    #[test]
    fn an_unrelated_word_finds_nothing() {
        assert!(closest("customer", ["order_id", "quantity"], 3).is_empty());
    }
}
