//! Arguments that no value of another type becomes by itself, although Spark casts numbers and dates to texts elsewhere.

use lakesmith_unresolved::SparkType;

use crate::coercion::is_text;
use crate::function::{Call, Fault};

/// What an argument must be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wanted {
    Text,
    TextOrBytes,
    Int,
}

/// Functions, the arguments that are strict, and what they must be.
const STRICT: [(&str, &[usize], Wanted); 17] = [
    ("aes_decrypt", &[0, 1], Wanted::TextOrBytes),
    ("aes_encrypt", &[0, 1], Wanted::TextOrBytes),
    ("array_join", &[1, 2], Wanted::Text),
    ("array_repeat", &[1], Wanted::Int),
    ("collation", &[0], Wanted::Text),
    ("get_json_object", &[0, 1], Wanted::Text),
    ("hmac", &[0, 1], Wanted::TextOrBytes),
    ("json_array_length", &[0], Wanted::Text),
    ("json_object_keys", &[0], Wanted::Text),
    ("mask", &[0, 1, 2, 3, 4], Wanted::Text),
    ("parse_url", &[0, 1, 2], Wanted::Text),
    ("schema_of_json", &[0], Wanted::Text),
    ("soundex", &[0], Wanted::Text),
    ("str_to_map", &[0, 1, 2], Wanted::Text),
    ("to_base32", &[0], Wanted::TextOrBytes),
    ("try_aes_decrypt", &[0, 1], Wanted::TextOrBytes),
    ("try_parse_url", &[0, 1, 2], Wanted::Text),
];

/// The fault of a strict argument of another type.
pub fn fault(call: &Call<'_>) -> Option<Fault> {
    let (_, indices, wanted) = STRICT.iter().find(|(name, ..)| call.name.eq_ignore_ascii_case(name))?;
    let fits = |data_type: &SparkType| match (wanted, data_type) {
        (_, SparkType::Null) => true,
        (Wanted::Int, SparkType::Byte | SparkType::Short | SparkType::Integer) => true,
        (Wanted::TextOrBytes, SparkType::Binary) => true,
        (Wanted::Text | Wanted::TextOrBytes, data_type) => is_text(data_type),
        _ => false,
    };
    let wrong = indices.iter().find_map(|index| {
        let argument = call.arguments.get(*index)?;
        (!fits(&argument.data_type)).then_some((*index, &argument.data_type))
    });
    let (index, data_type) = wrong?;
    let wanted = match wanted {
        Wanted::Text => "a STRING",
        Wanted::TextOrBytes => "a STRING or BINARY",
        Wanted::Int => "an INT",
    };
    let title = format!("`{}` needs {wanted} here, not {data_type}", call.name);
    Some(Fault::mismatch(title, Some(index)).with_help("cast the argument"))
}
