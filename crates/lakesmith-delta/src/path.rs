//! Paths of data files: how the log writes them, and how partition values become folder names.
//!
//! Two encodings meet here. A folder is named as Hive names it (`day=2024-01-01`, with `%3A` for a colon on disk); the log then
//! writes that path as a URI, so the `%` of the folder's name is itself written `%25`.

/// Folder name that stands for a NULL.
const NULL_FOLDER: &str = "__HIVE_DEFAULT_PARTITION__";

/// What a path begins with that does not lie in the table's folder.
pub(crate) const FILE_SCHEME: &str = "file:";

/// A path as on disk, written as the log wants it.
pub(crate) fn encode_uri(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    // a file outside of the table's folder keeps its scheme
    let rest = path.strip_prefix(FILE_SCHEME).inspect(|_| encoded.push_str(FILE_SCHEME)).unwrap_or(path);
    for byte in rest.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/=".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// A path of the log, as on disk. What is no escape stays as it is.
pub(crate) fn decode_uri(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(hex) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| path.to_owned())
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(*digits.first()?)? * 16 + digit(*digits.get(1)?)?;
    u8::try_from(value).ok()
}

/// The folder of a row's partition, for example `day=2024-01-01/region=__HIVE_DEFAULT_PARTITION__`.
pub(crate) fn partition_folder(values: &[(String, Option<String>)]) -> String {
    let parts = values.iter().map(|(column, value)| {
        let value = value.as_deref().filter(|value| !value.is_empty());
        format!("{}={}", escape(column), value.map_or_else(|| NULL_FOLDER.to_owned(), escape))
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Escapes what Hive and Spark escape in folder names.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_ascii_control() || "\"#%'*/:=?\\{[]^".contains(char) {
            escaped.push_str(&format!("%{:02X}", u32::from(char)));
        } else {
            escaped.push(char);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_special_partition_value_is_escaped_once_on_disk_and_twice_in_the_log() {
        let folder = partition_folder(&[("p".into(), Some("a:b c/ü%".into())), ("q".into(), None)]);
        assert_eq!(folder, "p=a%3Ab c%2Fü%25/q=__HIVE_DEFAULT_PARTITION__");
        assert_eq!(encode_uri(&folder), "p=a%253Ab%20c%252F%C3%BC%2525/q=__HIVE_DEFAULT_PARTITION__");
        assert_eq!(decode_uri(&encode_uri(&folder)), folder);
    }

    #[test]
    fn a_stray_percent_sign_of_another_writer_stays() {
        assert_eq!(decode_uri("a%zz%2"), "a%zz%2");
    }
}
