//! The patterns of SHOW … LIKE: `*` stands for any text, `|` between alternatives; case does not matter.

/// Whether a name fits the pattern; every name fits no pattern.
pub(crate) fn fits(name: &str, pattern: Option<&str>) -> bool {
    let Some(pattern) = pattern else { return true };
    let name = name.to_lowercase();
    pattern.to_lowercase().split('|').any(|alternative| matches(&name, alternative.trim()))
}

fn matches(name: &str, pattern: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return name == pattern };
    let Some(mut left) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.len() >= last.len() && left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn stars_stand_for_any_text_and_bars_for_alternatives() {
        for (name, pattern, expected) in [
            ("Orders", "orders", true),
            ("orders", "ord*", true),
            ("orders", "*s", true),
            ("orders", "o*d*s", true),
            ("orders", "o*x*s", false),
            ("orders", "items|ord*", true),
            ("orders", "order", false),
            ("a", "a*a", false),
        ] {
            assert_eq!(fits(name, Some(pattern)), expected, "{name} {pattern}");
        }
        assert!(fits("anything", None));
    }
}
