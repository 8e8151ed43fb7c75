//! File URIs as Spark shows them in `_metadata.file_path`.

use std::fmt::Write;
use std::path::Path;

/// `file:///…` for an absolute path. What a URI's path may hold stays, as do letters beyond ASCII; the rest, `%` among it,
/// is percent-encoded, as Java's `URI` does.
pub fn file_uri(path: &Path) -> String {
    let mut uri = "file://".to_owned();
    for character in path.to_string_lossy().chars() {
        let stays = match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' => true,
            _ if character.is_ascii() => "/_-!.~'()*,;:$&+=@".contains(character),
            _ => !character.is_control() && !character.is_whitespace(),
        };
        if stays {
            uri.push(character);
        } else {
            let mut buffer = [0; 4];
            for byte in character.encode_utf8(&mut buffer).bytes() {
                // writing to a String cannot fail
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

/// The part of a URI after its last `/`.
pub fn file_name(uri: &str) -> &str {
    uri.rsplit('/').next().unwrap_or(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_uri_forbids_is_encoded() {
        assert_eq!(file_uri(Path::new("/a b/50%/é#1+x=y.json")), "file:///a%20b/50%25/é%231+x=y.json");
        assert_eq!(file_name("file:///a/b%20c.json"), "b%20c.json");
    }
}
