//! Texts as bytes and bytes as texts: character sets, base 64, base 32, hexadecimal digits, and what is UTF-8.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, BinaryBuilder, BooleanArray, StringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::array::argument;
use crate::charset::Charset;
use crate::constant;
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels, refused, texts};

/// The functions. `decode` is in the family of CASE, whose name it shares.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["encode"], (2, 2), |call| {
        let arguments = vec![bytes(call, 0)?, argument(call, 1, &SparkType::STRING)?];
        kernel::call("spark_encode", arguments, SparkType::Binary)
    }),
    Function::scalar(&["unbase64"], (1, 1), |call| {
        let text = argument(call, 0, &SparkType::STRING)?;
        kernel::call("spark_unbase64", vec![text], SparkType::Binary)
    }),
    Function::scalar(&["to_base32"], (1, 1), |call| {
        kernel::call("spark_to_base32", vec![bytes(call, 0)?], SparkType::STRING)
    }),
    Function::scalar(&["from_base32"], (1, 1), |call| {
        let text = argument(call, 0, &SparkType::STRING)?;
        kernel::call("spark_from_base32", vec![text], SparkType::Binary)
    }),
    Function::scalar(&["to_binary"], (1, 2), |call| to_binary(call, false)),
    Function::scalar(&["try_to_binary"], (1, 2), |call| to_binary(call, true)),
    Function::scalar(&["is_valid_utf8"], (1, 1), |call| {
        kernel::call("spark_is_valid_utf8", vec![bytes(call, 0)?], SparkType::Boolean)
    }),
    Function::scalar(&["make_valid_utf8"], (1, 1), |call| {
        kernel::call("spark_make_valid_utf8", vec![bytes(call, 0)?], SparkType::STRING)
    }),
    Function::scalar(&["validate_utf8"], (1, 1), |call| {
        kernel::call("spark_validate_utf8", vec![bytes(call, 0)?], SparkType::STRING)
    }),
    Function::scalar(&["try_validate_utf8"], (1, 1), |call| {
        Ok(kernel::call("spark_try_validate_utf8", vec![bytes(call, 0)?], SparkType::STRING)?.with_nullable(true))
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_decode", |arguments, _| {
        let (values, names) = (arguments[0].as_binary::<i32>(), texts(&arguments[1])?);
        let mut made = StringBuilder::with_capacity(values.len(), values.value_data().len());
        for (value, name) in values.iter().zip(&names) {
            match value.zip(name) {
                Some((value, name)) => {
                    let text = Charset::find(name)?.decode(value).ok_or_else(|| malformed("decode", name))?;
                    made.append_value(text);
                }
                None => made.append_null(),
            }
        }
        Ok(Arc::new(made.finish()))
    }),
    ("spark_encode", encode_kernel),
    ("spark_from_base32", |a, _| each(a, |text| Ok(Some(from_base32(text))))),
    ("spark_is_valid_utf8", |arguments, _| {
        let values = arguments[0].as_binary::<i32>().iter();
        let valid = values.map(|bytes| bytes.map(|bytes| std::str::from_utf8(bytes).is_ok()));
        Ok(Arc::new(valid.collect::<BooleanArray>()))
    }),
    ("spark_make_valid_utf8", |a, _| each_bytes(a, |bytes| Ok(Some(String::from_utf8_lossy(bytes).into_owned())))),
    ("spark_to_base32", |arguments, _| {
        let values = arguments[0].as_binary::<i32>();
        let mut made = StringBuilder::with_capacity(values.len(), values.value_data().len() * 8 / 5);
        let mut buffer = String::new();
        for bytes in values {
            buffer.clear();
            bytes.into_iter().for_each(|bytes| to_base32(bytes, &mut buffer));
            made.append_option(bytes.map(|_| buffer.as_str()));
        }
        Ok(Arc::new(made.finish()))
    }),
    ("spark_to_binary", |a, _| binary_kernel(a, false)),
    ("spark_try_to_binary", |a, _| binary_kernel(a, true)),
    ("spark_try_validate_utf8", |a, _| each_bytes(a, |bytes| Ok(std::str::from_utf8(bytes).ok().map(str::to_owned)))),
    ("spark_unbase64", |a, _| each(a, |text| from_base64(text).map(Some))),
    ("spark_validate_utf8", |a, _| {
        each_bytes(a, |bytes| match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => Err(refused(Condition::INVALID_UTF8_STRING, "the bytes of a text are no UTF-8")),
        })
    }),
];

/// An argument as its bytes: BINARY itself, or the UTF-8 of a text.
pub(crate) fn bytes(call: &Call<'_>, index: usize) -> Result<Typed, Fault> {
    if call.arguments[index].data_type == SparkType::Binary {
        return Ok(call.arguments[index].clone());
    }
    let text = argument(call, index, &SparkType::STRING)?;
    crate::cast::cast(text, &SparkType::Binary, crate::cast::Mode::Ansi)
}

fn each(arguments: &[ArrayRef], function: impl Fn(&str) -> Result<Option<Vec<u8>>>) -> Result<ArrayRef> {
    let texts = texts(&arguments[0])?;
    let mut made = BinaryBuilder::with_capacity(texts.len(), texts.value_data().len());
    for text in &texts {
        match text {
            Some(text) => made.append_option(function(text)?),
            None => made.append_null(),
        }
    }
    Ok(Arc::new(made.finish()))
}

fn each_bytes(arguments: &[ArrayRef], function: impl Fn(&[u8]) -> Result<Option<String>>) -> Result<ArrayRef> {
    let values = arguments[0].as_binary::<i32>();
    let mut made = StringBuilder::with_capacity(values.len(), values.value_data().len());
    for bytes in values {
        match bytes {
            Some(bytes) => made.append_option(function(bytes)?),
            None => made.append_null(),
        }
    }
    Ok(Arc::new(made.finish()))
}

fn encode_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (values, names) = (arguments[0].as_binary::<i32>(), texts(&arguments[1])?);
    let rows = values.iter().zip(&names).map(|(value, name)| {
        let (Some(value), Some(name)) = (value, name) else { return Ok(None) };
        let charset = Charset::find(name)?;
        let text = std::str::from_utf8(value).map_err(|_| malformed("encode", name))?;
        charset.encode(text).map(Some).ok_or_else(|| malformed("encode", name))
    });
    let rows = rows.collect::<Result<Vec<Option<Vec<u8>>>>>()?;
    Ok(Arc::new(rows.into_iter().collect::<BinaryArray>()))
}

/// `decode(bytes, character set)`.
pub(crate) fn decode(call: &Call<'_>) -> Result<Typed, Fault> {
    let arguments = vec![bytes(call, 0)?, argument(call, 1, &SparkType::STRING)?];
    Ok(kernel::call("spark_decode", arguments, SparkType::STRING)?.with_nullable(true))
}

fn malformed(function: &str, charset: &str) -> datafusion::common::DataFusionError {
    let message = format!("`{function}` got a value that {charset} has no form for");
    refused(Condition::MALFORMED_CHARACTER_CODING, message)
}

/// `to_binary(text, format)`: the format is a constant, `hex` when it is left out.
fn to_binary(call: &Call<'_>, try_: bool) -> Result<Typed, Fault> {
    let text = argument(call, 0, &SparkType::STRING)?;
    let format = match call.arguments.get(1) {
        None => Some("hex".to_owned()),
        Some(format) => constant::text_argument(call, 1, format)?,
    };
    let Some(format) = format else { return constant::null(&SparkType::Binary) };
    if !["hex", "base64", "utf-8", "utf8"].iter().any(|known| format.eq_ignore_ascii_case(known)) {
        let title = format!("`to_binary` reads `hex`, `utf-8` and `base64`, not `{format}`");
        return if try_ { constant::null(&SparkType::Binary) } else { Err(Fault::mismatch(title, Some(1))) };
    }
    let name = if try_ { "spark_try_to_binary" } else { "spark_to_binary" };
    let format = Typed::new(datafusion::logical_expr::lit(format), SparkType::STRING).with_nullable(false);
    Ok(kernel::call(name, vec![text, format], SparkType::Binary)?.with_nullable(true))
}

fn binary_kernel(arguments: &[ArrayRef], try_: bool) -> Result<ArrayRef> {
    let formats = texts(&arguments[1])?;
    let format = formats.iter().flatten().next().unwrap_or("hex").to_ascii_uppercase();
    let read = |text: &str| match format.as_str() {
        "HEX" => from_hex(text),
        "BASE64" => is_base64(text).then(|| from_base64(text).ok()).flatten(),
        _ => Some(text.as_bytes().to_vec()),
    };
    each(arguments, |text| match read(text) {
        None if !try_ => Err(unreadable(text, &format)),
        bytes => Ok(bytes),
    })
}

fn unreadable(text: &str, format: &str) -> datafusion::common::DataFusionError {
    refused(Condition::CONVERSION_INVALID_INPUT, format!("`{text}` is no {format} and cannot be made BINARY"))
}

/// Bytes of hexadecimal digits; an odd number of them gets a 0 before the first.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (first, pairs) = text.as_bytes().split_at(text.len() % 2);
    let first = first.iter().map(|byte| digit(*byte));
    first.chain(pairs.chunks(2).map(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?))).collect()
}

/// Whether a text is base 64 throughout: white space may stand between the digits, and padding only at the end.
fn is_base64(text: &str) -> bool {
    let (mut digits, mut padding) = (0usize, 0usize);
    for character in text.chars() {
        match character {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' if padding == 0 => digits += 1,
            '=' => padding += 1,
            blank if blank.is_whitespace() => {}
            _ => return false,
        }
    }
    if padding > 0 { padding <= 2 && (digits + padding).is_multiple_of(4) } else { digits % 4 != 1 }
}

/// Bytes of base 64 as MIME has it: what is no digit is passed over; padding ends the text.
fn from_base64(text: &str) -> Result<Vec<u8>> {
    let broken = || refused(Condition::CONVERSION_INVALID_INPUT, format!("`{text}` is no complete base 64"));
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut word, mut digits) = (0u32, 0u8);
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                if digits == 0 || digits == 2 && rest.next() != Some(b'=') {
                    return Err(broken());
                }
                if rest.any(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')) {
                    return Err(broken());
                }
                break;
            }
            _ => continue,
        };
        word = word << 6 | u32::from(digit);
        digits += 1;
        if digits == 4 {
            bytes.extend_from_slice(&word.to_be_bytes()[1..]);
            (word, digits) = (0, 0);
        }
    }
    match digits {
        0 => {}
        2 => bytes.extend_from_slice(&(word << 12).to_be_bytes()[1..2]),
        3 => bytes.extend_from_slice(&(word << 6).to_be_bytes()[1..3]),
        _ => return Err(broken()),
    }
    Ok(bytes)
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn to_base32(bytes: &[u8], out: &mut String) {
    for chunk in bytes.chunks(5) {
        let mut word = [0u8; 8];
        word[3..3 + chunk.len()].copy_from_slice(chunk);
        let word = u64::from_be_bytes(word);
        let digits = (chunk.len() * 8).div_ceil(5);
        for place in 0..8 {
            let digit = usize::try_from(word >> (35 - place * 5) & 31).unwrap_or(0);
            out.push(if place < digits { char::from(BASE32[digit]) } else { '=' });
        }
    }
}

/// Bytes of base 32. What is no digit is passed over, padding ends the text, and bits that fill no byte are dropped.
fn from_base32(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut word, mut bits) = (0u64, 0u32);
    let mut taken = 0u32;
    for byte in text.bytes().take_while(|byte| *byte != b'=') {
        let Some(digit) = BASE32.iter().position(|known| *known == byte.to_ascii_uppercase()) else { continue };
        word = word << 5 | u64::try_from(digit).unwrap_or(0);
        bits += 5;
        taken += 1;
        if bits == 40 {
            bytes.extend_from_slice(&word.to_be_bytes()[3..]);
            (word, bits, taken) = (0, 0, 0);
        }
    }
    // one digit is too few for a byte, yet Spark gives one
    let kept = if taken == 1 { 1 } else { bits / 8 };
    let word = if taken == 1 { word >> 2 } else { word >> (bits % 8) };
    bytes.extend_from_slice(&word.to_be_bytes()[8 - usize::try_from(kept).unwrap_or(0)..]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_mime_reads_it() {
        assert_eq!(from_base64("U3Bh\ncmsg U1FM").unwrap(), b"Spark SQL");
        assert_eq!(from_base64("YQ").unwrap(), b"a");
        assert_eq!(from_base64("YQ===").unwrap(), b"a");
        for broken in ["a!", "a", "YQ=", "Y=Q=", "="] {
            assert!(from_base64(broken).is_err(), "{broken}");
        }
    }
}
