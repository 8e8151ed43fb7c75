//! Values of options and properties that are secrets, which no statement shows.

/// What is shown in place of a secret.
const SHOWN: &str = "*********(redacted)";

/// What a secret, or the name of one, has in it. A URL may hold a password.
const MARKS: [&str; 5] = ["secret", "password", "token", "accesskey", "url"];

/// The value of an option or property as statements show it.
pub(super) fn shown<'v>(key: &str, value: &'v str) -> &'v str {
    if is_secret(key) || is_secret(value) { SHOWN } else { value }
}

fn is_secret(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    MARKS.iter().any(|mark| text.contains(mark)) || text.contains("access.key")
}

#[cfg(test)]
mod tests {
    use super::{SHOWN, shown};

    #[test]
    fn secrets_are_not_shown() {
        for (key, value, expected) in [
            ("a", "1", "1"),
            ("dbPassword", "1", SHOWN),
            ("fs.s3a.access.key", "1", SHOWN),
            ("accessKey", "1", SHOWN),
            ("note", "my token", SHOWN),
            ("URL", "1", SHOWN),
        ] {
            assert_eq!(shown(key, value), expected, "{key} {value}");
        }
    }
}
