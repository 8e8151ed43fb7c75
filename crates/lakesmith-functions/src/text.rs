//! Rarer functions of text: codes, encodings, distances, parts.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, Int32Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Int32Type, Int64Type};
use datafusion::common::Result;
use lakesmith_unresolved::SparkType;

use crate::array::argument;
use crate::bytes;
use crate::cast::{Mode, cast};
use crate::coercion::{implicit, is_numeric, is_text};
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels, texts};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["ascii"], (1, 1), |call| number_of(call, "spark_ascii")),
    Function::scalar(&["octet_length"], (1, 1), |call| bytes::length(call, 1)),
    Function::scalar(&["bit_length"], (1, 1), |call| bytes::length(call, 8)),
    Function::scalar(&["chr", "char"], (1, 1), |call| {
        let code = argument(call, 0, &SparkType::Long)?;
        kernel::call("spark_chr", vec![code], SparkType::STRING)
    }),
    Function::scalar(&["space"], (1, 1), |call| {
        let number = argument(call, 0, &SparkType::Integer)?;
        kernel::call("spark_space", vec![number], SparkType::STRING)
    }),
    Function::scalar(&["levenshtein"], (2, 3), |call| {
        let mut arguments = vec![argument(call, 0, &SparkType::STRING)?, argument(call, 1, &SparkType::STRING)?];
        if call.arguments.len() == 3 {
            arguments.push(argument(call, 2, &SparkType::Integer)?);
            return kernel::call("spark_levenshtein_within", arguments, SparkType::Integer);
        }
        kernel::call("spark_levenshtein", arguments, SparkType::Integer)
    }),
    Function::scalar(&["find_in_set"], (2, 2), |call| {
        let arguments = vec![argument(call, 0, &SparkType::STRING)?, argument(call, 1, &SparkType::STRING)?];
        kernel::call("spark_find_in_set", arguments, SparkType::Integer)
    }),
    Function::scalar(&["substring_index"], (3, 3), |call| {
        let arguments = vec![
            argument(call, 0, &SparkType::STRING)?,
            argument(call, 1, &SparkType::STRING)?,
            argument(call, 2, &SparkType::Integer)?,
        ];
        kernel::call("spark_substring_index", arguments, SparkType::STRING)
    }),
    Function::scalar(&["hex"], (1, 1), hex),
    Function::scalar(&["unhex"], (1, 1), |call| {
        let text = argument(call, 0, &SparkType::STRING)?;
        Ok(kernel::call("spark_unhex", vec![text], SparkType::Binary)?.with_nullable(true))
    }),
    Function::scalar(&["bin"], (1, 1), |call| {
        let number = argument(call, 0, &SparkType::Long)?;
        kernel::call("spark_bin", vec![number], SparkType::STRING)
    }),
    Function::scalar(&["base64"], (1, 1), |call| {
        let bytes = argument(call, 0, &SparkType::Binary)?;
        kernel::call("spark_base64", vec![bytes], SparkType::STRING)
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_levenshtein_within", |arguments, _| {
        let (left, right) = (texts(&arguments[0])?, texts(&arguments[1])?);
        let most = arguments[2].as_primitive::<Int32Type>();
        let rows = left.iter().zip(&right).zip(most).map(|((left, right), most)| {
            let (found, most) = (distance(left?, right?), most?);
            Some(if found <= most { found } else { -1 })
        });
        Ok(Arc::new(rows.collect::<Int32Array>()))
    }),
    ("spark_ascii", |a, _| numbers(a, |text| text.chars().next().map_or(0, |c| count(c as usize)))),
    ("spark_base64", base64_kernel),
    ("spark_bin", bin_kernel),
    ("spark_chr", chr_kernel),
    ("spark_find_in_set", find_in_set_kernel),
    ("spark_hex", hex_kernel),
    ("spark_hex_number", hex_number_kernel),
    ("spark_levenshtein", levenshtein_kernel),
    ("spark_space", space_kernel),
    ("spark_substring_index", substring_index_kernel),
    ("spark_unhex", unhex_kernel),
];

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn number_of(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    kernel::call(name, vec![argument(call, 0, &SparkType::STRING)?], SparkType::Integer)
}

fn numbers(arguments: &[ArrayRef], function: fn(&str) -> i32) -> Result<ArrayRef> {
    let texts = texts(&arguments[0])?;
    Ok(Arc::new(texts.iter().map(|text| text.map(function)).collect::<Int32Array>()))
}

/// The character of a code modulo 256; nothing of a negative one.
fn character(code: i64) -> String {
    match u8::try_from(code.rem_euclid(256)) {
        Ok(byte) if code >= 0 => char::from(byte).to_string(),
        _ => String::new(),
    }
}

fn distance(left: &str, right: &str) -> i32 {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, l) in left.chars().enumerate() {
        let mut before = row[0];
        row[0] = at + 1;
        for (index, r) in right.iter().enumerate() {
            let replaced = before + usize::from(l != *r);
            before = row[index + 1];
            row[index + 1] = replaced.min(before + 1).min(row[index] + 1);
        }
    }
    count(row[right.len()])
}

fn substring_index_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (values, separators) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let counts = arguments[2].as_primitive::<Int32Type>();
    let row = |row: usize| {
        let known = values.is_valid(row) && separators.is_valid(row) && counts.is_valid(row);
        let (text, separator) = known.then(|| (values.value(row), separators.value(row)))?;
        if separator.is_empty() {
            return Some("");
        }
        let number = counts.value(row);
        let wanted = usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX);
        Some(match number {
            0 => "",
            1.. => text.match_indices(separator).nth(wanted - 1).map_or(text, |(at, _)| &text[..at]),
            _ => text.rmatch_indices(separator).nth(wanted - 1).map_or(text, |(at, part)| &text[at + part.len()..]),
        })
    };
    Ok(Arc::new((0..values.len()).map(row).collect::<StringArray>()))
}

fn hex(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    if is_numeric(&value.data_type) {
        let number = cast(value, &SparkType::Long, Mode::Ansi)?;
        return kernel::call("spark_hex_number", vec![number], SparkType::STRING);
    }
    let is_read = is_text(&value.data_type) || matches!(value.data_type, SparkType::Binary | SparkType::Null);
    let bytes = match implicit(value, &SparkType::STRING).filter(|_| !is_read) {
        Some(text) => cast(text?, &SparkType::Binary, Mode::Ansi)?,
        None => argument(call, 0, &SparkType::Binary)?,
    };
    kernel::call("spark_hex", vec![bytes], SparkType::STRING)
}

/// Bytes of hexadecimal digits; an odd number of them gets a 0 before the first.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let padded = if text.len() % 2 == 1 { format!("0{text}") } else { text.to_owned() };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    padded.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?)).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().chain([&0, &0]).take(3).fold(0usize, |word, byte| word << 8 | usize::from(*byte));
        for place in 0..4 {
            let digit = char::from(DIGITS[word >> (18 - place * 6) & 63]);
            text.push(if place <= chunk.len() { digit } else { '=' });
        }
    }
    text
}

fn chr_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let codes = arguments[0].as_primitive::<Int64Type>().iter();
    Ok(Arc::new(codes.map(|code| code.map(character)).collect::<StringArray>()))
}

fn space_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    crate::string::refuse_long(arguments[0].as_primitive::<Int32Type>().iter().flatten().map(i64::from))?;
    let numbers = arguments[0].as_primitive::<Int32Type>().iter();
    let blanks = numbers.map(|number| number.map(|n| " ".repeat(usize::try_from(n).unwrap_or(0))));
    Ok(Arc::new(blanks.collect::<StringArray>()))
}

fn levenshtein_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (left, right) = (texts(&arguments[0])?, texts(&arguments[1])?);
    Ok(Arc::new(left.iter().zip(&right).map(|(l, r)| Some(distance(l?, r?))).collect::<Int32Array>()))
}

fn find_in_set_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (word, list) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let found = |word: &str, list: &str| match word.contains(',') {
        true => 0,
        false => list.split(',').position(|part| part == word).map_or(0, |at| count(at + 1)),
    };
    Ok(Arc::new(word.iter().zip(&list).map(|(w, l)| Some(found(w?, l?))).collect::<Int32Array>()))
}

fn unhex_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let texts = texts(&arguments[0])?;
    Ok(Arc::new(texts.iter().map(|text| unhex(text?)).collect::<BinaryArray>()))
}

fn bin_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let numbers = arguments[0].as_primitive::<Int64Type>().iter();
    Ok(Arc::new(numbers.map(|number| number.map(|n| format!("{n:b}"))).collect::<StringArray>()))
}

fn base64_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let values = arguments[0].as_binary::<i32>().iter();
    Ok(Arc::new(values.map(|bytes| bytes.map(base64)).collect::<StringArray>()))
}

fn hex_number_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let numbers = arguments[0].as_primitive::<Int64Type>().iter();
    Ok(Arc::new(numbers.map(|number| number.map(|n| format!("{n:X}"))).collect::<StringArray>()))
}

fn hex_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let digits = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let values = arguments[0].as_binary::<i32>().iter();
    Ok(Arc::new(values.map(|bytes| bytes.map(digits)).collect::<StringArray>()))
}
