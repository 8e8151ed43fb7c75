//! Functions of words and characters: codes of how they sound, masks, parts put in place of others.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::arithmetic::attempt;
use crate::array::argument;
use crate::cast::{Mode, cast};
use crate::constant;
use crate::function::{Call, Fault, Function, MANY, Typed};
use crate::kernel::{self, Kernels, each_text, refused, texts};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["soundex"], (1, 1), |call| text(call, "spark_soundex")),
    Function::scalar(&["quote"], (1, 1), |call| text(call, "spark_quote")),
    Function::scalar(&["luhn_check"], (1, 1), |call| {
        kernel::call("spark_luhn_check", vec![argument(call, 0, &SparkType::STRING)?], SparkType::Boolean)
    }),
    Function::scalar(&["mask"], (1, 5), mask),
    Function::scalar(&["overlay"], (3, 4), overlay),
    Function::scalar(&["elt"], (2, MANY), elt),
    Function::scalar(&["collation"], (1, 1), |call| {
        argument(call, 0, &SparkType::STRING)?;
        Ok(Typed::new(lit("SYSTEM.BUILTIN.UTF8_BINARY"), SparkType::STRING).with_nullable(false))
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_elt", elt_kernel),
    ("spark_legacy_elt", |a, t| attempt(a, t, elt_kernel)),
    ("spark_luhn_check", |arguments, _| {
        let texts = texts(&arguments[0])?;
        Ok(Arc::new(texts.iter().map(|text| text.map(is_luhn)).collect::<BooleanArray>()))
    }),
    ("spark_mask", |arguments, _| {
        let mut by = [None; 4];
        for (by, argument) in by.iter_mut().zip(&arguments[1..]) {
            *by = texts(argument)?.iter().flatten().next().and_then(|text| text.chars().next());
        }
        each_text(&arguments[0], |text, out| {
            out.extend(text.chars().map(|character| masked(character, by)));
            Ok(true)
        })
    }),
    ("spark_overlay", overlay_texts),
    ("spark_overlay_binary", overlay_bytes),
    ("spark_quote", |a, _| each_text(&a[0], quote)),
    ("spark_soundex", |a, _| each_text(&a[0], soundex)),
];

fn elt_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let numbers = arguments[0].as_primitive::<Int32Type>();
    let values: Vec<&dyn Array> = arguments[1..].iter().map(AsRef::as_ref).collect();
    let missing = datafusion::arrow::array::new_null_array(arguments[1].data_type(), 1);
    let all: Vec<&dyn Array> = values.iter().copied().chain([missing.as_ref()]).collect();
    let places = numbers.iter().enumerate().map(|(row, number)| match number {
        None => Ok((values.len(), 0)),
        Some(number) => match usize::try_from(number).ok().filter(|number| (1..=values.len()).contains(number)) {
            Some(number) => Ok((number - 1, row)),
            None => {
                let message = format!("`elt` has no value {number}, its values are 1 to {}", values.len());
                Err(refused(Condition::INVALID_ARRAY_INDEX, message))
            }
        },
    });
    Ok(datafusion::arrow::compute::interleave(&all, &places.collect::<Result<Vec<_>>>()?)?)
}

fn text(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    kernel::call(name, vec![argument(call, 0, &SparkType::STRING)?], SparkType::STRING)
}

/// The first letter and the sounds of up to three consonants; a text that does not begin with a letter is itself.
fn soundex(text: &str, out: &mut String) -> Result<bool> {
    // 0 is a vowel, 7 H and W, which do not part equal sounds
    const SOUNDS: &[u8; 26] = b"01230127022455012623017202";
    let sound = |byte: u8| SOUNDS[usize::from(byte - b'A')];
    let mut bytes = text.bytes().map(|byte| byte.to_ascii_uppercase());
    let Some(first) = bytes.next().filter(u8::is_ascii_alphabetic) else {
        out.push_str(text);
        return Ok(true);
    };
    out.push(char::from(first));
    let mut last = sound(first);
    for byte in bytes {
        if out.len() == 4 {
            break;
        }
        if !byte.is_ascii_alphabetic() {
            last = b'0';
            continue;
        }
        match sound(byte) {
            b'7' => {}
            heard => {
                if heard != b'0' && heard != last {
                    out.push(char::from(heard));
                }
                last = heard;
            }
        }
    }
    while out.len() < 4 {
        out.push('0');
    }
    Ok(true)
}

fn quote(text: &str, out: &mut String) -> Result<bool> {
    out.push('\'');
    for character in text.chars() {
        if character == '\'' {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('\'');
    Ok(true)
}

/// Whether the digits of a text pass the check of Luhn.
fn is_luhn(text: &str) -> bool {
    let mut sum = 0u64;
    for (place, byte) in text.bytes().rev().enumerate() {
        if !byte.is_ascii_digit() {
            return false;
        }
        let digit = u64::from(byte - b'0') * if place % 2 == 1 { 2 } else { 1 };
        sum += if digit > 9 { digit - 9 } else { digit };
    }
    !text.is_empty() && sum.is_multiple_of(10)
}

/// Letters and digits replaced by constants; NULL keeps a kind of characters as they are.
fn mask(call: &Call<'_>) -> Result<Typed, Fault> {
    let mut arguments = vec![argument(call, 0, &SparkType::STRING)?];
    for (index, default) in [(1, Some("X")), (2, Some("x")), (3, Some("n")), (4, None)] {
        let by = match call.arguments.get(index) {
            Some(by) => constant::text_argument(call, index, by)?,
            None => default.map(str::to_owned),
        };
        if by.as_ref().is_some_and(|by| by.chars().count() != 1) {
            let title = format!("argument {} of `mask` is one character", index + 1);
            return Err(Fault::mismatch(title, Some(index)));
        }
        // a kind that is kept has an empty text
        arguments.push(Typed::new(lit(by.unwrap_or_default()), SparkType::STRING).with_nullable(false));
    }
    let nullable = arguments[0].nullable;
    Ok(kernel::call("spark_mask", arguments, SparkType::STRING)?.with_nullable(nullable))
}

fn masked(character: char, by: [Option<char>; 4]) -> char {
    let kind = match character {
        upper if upper.is_uppercase() => 0,
        lower if lower.is_lowercase() => 1,
        digit if digit.is_numeric() => 2,
        _ => 3,
    };
    by[kind].unwrap_or(character)
}

/// A part of a text or of bytes replaced: `overlay(value, by, position[, length])`.
fn overlay(call: &Call<'_>) -> Result<Typed, Fault> {
    let is_binary =
        call.arguments[0].data_type == SparkType::Binary && call.arguments[1].data_type == SparkType::Binary;
    let of = if is_binary { SparkType::Binary } else { SparkType::STRING };
    let wanted = [&of, &of, &SparkType::Integer, &SparkType::Integer];
    let mut arguments =
        (0..call.arguments.len()).map(|index| argument(call, index, wanted[index])).collect::<Result<Vec<_>, _>>()?;
    if arguments.len() == 3 {
        arguments.push(Typed::new(lit(-1i32), SparkType::Integer).with_nullable(false));
    }
    if is_binary {
        return kernel::call("spark_overlay_binary", arguments, of);
    }
    kernel::call("spark_overlay", arguments, of)
}

/// Where the part that is replaced begins and ends in a value of `total` items; a negative length is that of the new part.
fn replaced(position: i32, length: i32, new: usize, total: usize) -> (usize, usize) {
    let length = if length < 0 { i64::try_from(new).unwrap_or(i64::MAX) } else { i64::from(length) };
    let at = |number: i64| usize::try_from(number).unwrap_or(0).min(total);
    let (total_, position) = (i64::try_from(total).unwrap_or(i64::MAX), i64::from(position));
    // a position before the first item counts from the end, as that of SUBSTRING does
    let after = position + length;
    let from = match after {
        1.. => after - 1,
        0 => 0,
        back => total_ + back,
    };
    (at(position - 1), at(from))
}

fn overlay_texts(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (values, news) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let (positions, lengths) = (arguments[2].as_primitive::<Int32Type>(), arguments[3].as_primitive::<Int32Type>());
    let mut made = StringBuilder::with_capacity(values.len(), values.value_data().len());
    for row in 0..values.len() {
        if arguments.iter().any(|argument| argument.is_null(row)) {
            made.append_null();
            continue;
        }
        let (value, new) = (values.value(row), news.value(row));
        let total = value.chars().count();
        let (begin, end) = replaced(positions.value(row), lengths.value(row), new.chars().count(), total);
        let byte = |index: usize| value.char_indices().nth(index).map_or(value.len(), |(at, _)| at);
        made.append_value(format!("{}{new}{}", &value[..byte(begin)], &value[byte(end)..]));
    }
    Ok(Arc::new(made.finish()))
}

fn overlay_bytes(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (values, news) = (arguments[0].as_binary::<i32>(), arguments[1].as_binary::<i32>());
    let (positions, lengths) = (arguments[2].as_primitive::<Int32Type>(), arguments[3].as_primitive::<Int32Type>());
    let row = |row: usize| {
        let known = arguments.iter().all(|argument| argument.is_valid(row));
        let (value, new) = known.then(|| (values.value(row), news.value(row)))?;
        let (begin, end) = replaced(positions.value(row), lengths.value(row), new.len(), value.len());
        Some([&value[..begin], new, &value[end..]].concat())
    };
    Ok(Arc::new((0..values.len()).map(row).collect::<datafusion::arrow::array::BinaryArray>()))
}

/// `elt(n, first, second, …)`: the n-th value.
fn elt(call: &Call<'_>) -> Result<Typed, Fault> {
    let is_binary = call.arguments[1..].iter().all(|value| value.data_type == SparkType::Binary);
    let of = if is_binary { SparkType::Binary } else { SparkType::STRING };
    let mut arguments = vec![argument(call, 0, &SparkType::Integer)?];
    for index in 1..call.arguments.len() {
        arguments.push(match call.arguments[index].data_type == of {
            true => call.arguments[index].clone(),
            // bytes beside texts are read as text, what is nested is not
            false if call.arguments[index].data_type == SparkType::Binary => {
                cast(call.arguments[index].clone(), &of, Mode::Ansi)?
            }
            false => argument(call, index, &of)?,
        });
    }
    Ok(kernel::call("spark_elt", arguments, of)?.with_nullable(true))
}
