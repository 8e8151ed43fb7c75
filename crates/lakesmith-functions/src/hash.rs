//! Digests and hashes of values: MD5 and its like, CRC-32, and the hashes that Spark partitions by.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int32Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, DurationMicrosecondType, Float32Type, Float64Type, Int32Type, Int64Type,
    IntervalYearMonthType, TimestampMicrosecondType,
};
use datafusion::common::{Result, internal_datafusion_err};
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast, cast_array};
use crate::coercion::is_text;
use crate::function::{Call, Fault, Function, MANY, Typed};
use crate::kernel::{self, Kernels};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["hash"], (1, MANY), |call| hashed(call, "spark_hash", SparkType::Integer)),
    Function::scalar(&["xxhash64"], (1, MANY), |call| hashed(call, "spark_xxhash64", SparkType::Long)),
    Function::scalar(&["crc32"], (1, 1), |call| kernel::call("spark_crc32", vec![bytes(call)?], SparkType::Long)),
    Function::scalar(&["sha1", "sha"], (1, 1), |call| {
        kernel::call("spark_sha1", vec![bytes(call)?], SparkType::STRING)
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_crc32", crc32_kernel),
    ("spark_hash", hash_kernel),
    ("spark_sha1", sha1_kernel),
    ("spark_xxhash64", xxhash_kernel),
];

/// The argument of a digest: a BINARY, or a text as its bytes.
pub(crate) fn bytes(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    match &value.data_type {
        SparkType::Binary => Ok(value),
        data_type if is_text(data_type) || *data_type == SparkType::Null => cast(value, &SparkType::Binary, Mode::Ansi),
        other => Err(Fault::mismatch(format!("`{}` needs BINARY, not {other}", call.name), Some(0))),
    }
}

fn hashed(call: &Call<'_>, name: &'static str, result: SparkType) -> Result<Typed, Fault> {
    let nested =
        |data_type: &SparkType| crate::higher_order::holds_map(data_type) || *data_type == SparkType::CalendarInterval;
    if let Some(index) = call.arguments.iter().position(|argument| nested(&argument.data_type)) {
        return Err(Fault::not_built(format!(
            "`{}` of a value of type {}",
            call.name, call.arguments[index].data_type
        )));
    }
    Ok(kernel::call(name, call.arguments.clone(), result)?.with_nullable(false))
}

/// A hash with the values of a row added: elements and fields one after the other, each with the hash so far as its seed.
fn folded<H: Copy>(
    array: &ArrayRef,
    row: usize,
    hash: H,
    add: &mut impl FnMut(&ArrayRef, usize, H) -> Result<H>,
) -> Result<H> {
    match array.data_type() {
        _ if array.is_null(row) => Ok(hash),
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            (0..items.len()).try_fold(hash, |hash, item| folded(&items, item, hash, add))
        }
        DataType::Struct(_) => {
            array.as_struct().columns().iter().try_fold(hash, |hash, column| folded(column, row, hash, add))
        }
        _ => add(array, row, hash),
    }
}

/// A value as the hashes see it.
enum Word<'a> {
    Int(i32),
    Long(i64),
    Bytes(&'a [u8]),
    Owned(Vec<u8>),
}

/// The value in a row; `None` for NULL, which leaves the hash as it is.
fn word(array: &ArrayRef, row: usize) -> Result<Option<Word<'_>>> {
    if array.is_null(row) || array.data_type() == &DataType::Null {
        return Ok(None);
    }
    Ok(Some(match array.data_type() {
        DataType::Boolean => Word::Int(i32::from(array.as_boolean().value(row))),
        DataType::Int8 | DataType::Int16 => {
            let wide = cast_array(&array.slice(row, 1), &DataType::Int32, Mode::Ansi)?;
            Word::Int(wide.as_primitive::<Int32Type>().value(0))
        }
        DataType::Int32 => Word::Int(array.as_primitive::<Int32Type>().value(row)),
        DataType::Duration(_) => Word::Long(array.as_primitive::<DurationMicrosecondType>().value(row)),
        DataType::Interval(_) => Word::Int(array.as_primitive::<IntervalYearMonthType>().value(row)),
        DataType::Date32 => Word::Int(array.as_primitive::<Date32Type>().value(row)),
        DataType::Int64 => Word::Long(array.as_primitive::<Int64Type>().value(row)),
        DataType::Timestamp(..) => Word::Long(array.as_primitive::<TimestampMicrosecondType>().value(row)),
        DataType::Float32 => {
            let value = array.as_primitive::<Float32Type>().value(row);
            Word::Int(if value == 0.0 { 0 } else { value.to_bits().cast_signed() })
        }
        DataType::Float64 => {
            let value = array.as_primitive::<Float64Type>().value(row);
            Word::Long(if value == 0.0 { 0 } else { value.to_bits().cast_signed() })
        }
        DataType::Decimal128(precision, _) => {
            let value = array.as_primitive::<Decimal128Type>().value(row);
            match i64::try_from(value) {
                Ok(value) if *precision <= 18 => Word::Long(value),
                _ => Word::Owned(big_integer(value)),
            }
        }
        DataType::Utf8 => Word::Bytes(array.as_string::<i32>().value(row).as_bytes()),
        DataType::Binary => Word::Bytes(array.as_binary::<i32>().value(row)),
        other => return Err(internal_datafusion_err!("a hash of {other}")),
    }))
}

/// The fewest bytes of a number's two's complement, most significant first, as `BigInteger.toByteArray` gives them.
fn big_integer(value: i128) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let fill = if value < 0 { 0xFF } else { 0 };
    let mut start = 0;
    while start < 15 && bytes[start] == fill && (bytes[start + 1] & 0x80 == fill & 0x80) {
        start += 1;
    }
    bytes[start..].to_vec()
}

fn hash_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let rows = (0..arguments[0].len()).map(|row| {
        let mut hash = 42u32;
        for argument in arguments {
            hash = folded(argument, row, hash, &mut |array, row, hash| {
                Ok(match word(array, row)? {
                    None => hash,
                    Some(Word::Int(value)) => murmur_end(murmur_step(hash, value.cast_unsigned()), 4),
                    Some(Word::Long(value)) => {
                        let value = value.cast_unsigned();
                        // the halves of the number one after the other
                        let low = murmur_step(hash, (value & 0xFFFF_FFFF) as u32);
                        murmur_end(murmur_step(low, (value >> 32) as u32), 8)
                    }
                    Some(Word::Bytes(bytes)) => murmur_bytes(bytes, hash),
                    Some(Word::Owned(bytes)) => murmur_bytes(&bytes, hash),
                })
            })?;
        }
        Ok(hash.cast_signed())
    });
    Ok(Arc::new(Int32Array::from(rows.collect::<Result<Vec<i32>>>()?)))
}

fn murmur_step(hash: u32, word: u32) -> u32 {
    let mixed = word.wrapping_mul(0xCC9E_2D51).rotate_left(15).wrapping_mul(0x1B87_3593);
    (hash ^ mixed).rotate_left(13).wrapping_mul(5).wrapping_add(0xE654_6B64)
}

fn murmur_end(hash: u32, length: u32) -> u32 {
    let mut hash = hash ^ length;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85EB_CA6B);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xC2B2_AE35);
    hash ^ (hash >> 16)
}

/// Spark's Murmur3 takes the bytes after the last whole word one by one, with their sign.
fn murmur_bytes(bytes: &[u8], seed: u32) -> u32 {
    let mut words = bytes.chunks_exact(4);
    let mut hash = seed;
    for word in words.by_ref() {
        hash = murmur_step(hash, u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
    }
    for byte in words.remainder() {
        hash = murmur_step(hash, i32::from(byte.cast_signed()).cast_unsigned());
    }
    murmur_end(hash, u32::try_from(bytes.len()).unwrap_or(u32::MAX))
}

const P1: u64 = 0x9E37_79B1_85EB_CA87;
const P2: u64 = 0xC2B2_AE3D_27D4_EB4F;
const P3: u64 = 0x1656_67B1_9E37_79F9;
const P4: u64 = 0x85EB_CA77_C2B2_AE63;
const P5: u64 = 0x27D4_EB2F_1656_67C5;

fn xxhash_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let rows = (0..arguments[0].len()).map(|row| {
        let mut hash = 42u64;
        for argument in arguments {
            hash = folded(argument, row, hash, &mut |array, row, hash| {
                Ok(match word(array, row)? {
                    None => hash,
                    Some(Word::Int(value)) => {
                        let start = hash.wrapping_add(P5).wrapping_add(4);
                        let mixed = start ^ u64::from(value.cast_unsigned()).wrapping_mul(P1);
                        xx_end(mixed.rotate_left(23).wrapping_mul(P2).wrapping_add(P3))
                    }
                    Some(Word::Long(value)) => {
                        let start = hash.wrapping_add(P5).wrapping_add(8);
                        xx_end(xx_long(start, value.cast_unsigned()))
                    }
                    Some(Word::Bytes(bytes)) => xx_bytes(bytes, hash),
                    Some(Word::Owned(bytes)) => xx_bytes(&bytes, hash),
                })
            })?;
        }
        Ok(hash.cast_signed())
    });
    Ok(Arc::new(Int64Array::from(rows.collect::<Result<Vec<i64>>>()?)))
}

fn xx_round(state: u64, word: u64) -> u64 {
    state.wrapping_add(word.wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1)
}

fn xx_long(hash: u64, word: u64) -> u64 {
    (hash ^ xx_round(0, word)).rotate_left(27).wrapping_mul(P1).wrapping_add(P4)
}

fn xx_end(hash: u64) -> u64 {
    let mut hash = (hash ^ (hash >> 33)).wrapping_mul(P2);
    hash = (hash ^ (hash >> 29)).wrapping_mul(P3);
    hash ^ (hash >> 32)
}

fn xx_bytes(bytes: &[u8], seed: u64) -> u64 {
    let word = |at: usize| bytes[at..at + 8].iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
    let mut at = 0;
    let mut hash = if bytes.len() >= 32 {
        let mut states = [seed.wrapping_add(P1).wrapping_add(P2), seed.wrapping_add(P2), seed, seed.wrapping_sub(P1)];
        while at + 32 <= bytes.len() {
            for (lane, state) in states.iter_mut().enumerate() {
                *state = xx_round(*state, word(at + lane * 8));
            }
            at += 32;
        }
        let turns = [1, 7, 12, 18];
        let sum = states.iter().zip(turns).fold(0u64, |sum, (state, turn)| sum.wrapping_add(state.rotate_left(turn)));
        states.iter().fold(sum, |hash, state| (hash ^ xx_round(0, *state)).wrapping_mul(P1).wrapping_add(P4))
    } else {
        seed.wrapping_add(P5)
    };
    hash = hash.wrapping_add(bytes.len() as u64);
    while at + 8 <= bytes.len() {
        hash = xx_long(hash, word(at));
        at += 8;
    }
    if at + 4 <= bytes.len() {
        let word = bytes[at..at + 4].iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
        hash = (hash ^ word.wrapping_mul(P1)).rotate_left(23).wrapping_mul(P2).wrapping_add(P3);
        at += 4;
    }
    for byte in &bytes[at..] {
        hash = (hash ^ u64::from(*byte).wrapping_mul(P5)).rotate_left(11).wrapping_mul(P1);
    }
    xx_end(hash)
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

/// SHA-1 in lower-case hexadecimal digits.
fn sha1(bytes: &[u8]) -> String {
    let mut message = bytes.to_vec();
    message.push(0x80);
    message.resize(message.len().next_multiple_of(64), 0);
    if message.len() - bytes.len() < 9 {
        message.resize(message.len() + 64, 0);
    }
    let end = message.len() - 8;
    message[end..].copy_from_slice(&(bytes.len() as u64 * 8).to_be_bytes());
    let mut state = [0x6745_2301u32, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    for block in message.chunks_exact(64) {
        let mut words: Vec<u32> =
            block.chunks_exact(4).map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]])).collect();
        for at in 16..80 {
            words.push((words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (at, word) in words.iter().enumerate() {
            let (mixed, constant) = match at / 20 {
                0 => ((b & c) | (!b & d), 0x5A82_7999u32),
                1 => (b ^ c ^ d, 0x6ED9_EBA1),
                2 => ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC),
                _ => (b ^ c ^ d, 0xCA62_C1D6),
            };
            let next = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (total, value) in state.iter_mut().zip([a, b, c, d, e]) {
            *total = total.wrapping_add(value);
        }
    }
    state.iter().map(|word| format!("{word:08x}")).collect()
}

fn crc32_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let values = arguments[0].as_binary::<i32>().iter();
    Ok(Arc::new(values.map(|bytes| bytes.map(|bytes| i64::from(crc32(bytes)))).collect::<Int64Array>()))
}

fn sha1_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let values = arguments[0].as_binary::<i32>().iter();
    Ok(Arc::new(values.map(|bytes| bytes.map(sha1)).collect::<StringArray>()))
}
