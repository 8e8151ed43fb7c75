//! Functions of text.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int32Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::Result;
use datafusion::functions::{crypto, string, unicode};
use lakesmith_unresolved::SparkType;

use crate::bytes;
use crate::coercion::{implicit, is_text};
use crate::function::{Call, Fault, Function, MANY, Typed};
use crate::kernel::{self, Kernels, datafusion_call, texts};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["upper", "ucase"], (1, 1), |call| native(call, string::upper())),
    Function::scalar(&["lower", "lcase"], (1, 1), |call| native(call, string::lower())),
    Function::scalar(&["trim", "btrim"], (1, 2), |call| trim(call, "spark_trim")),
    Function::scalar(&["ltrim"], (1, 2), |call| trim(call, "spark_ltrim")),
    Function::scalar(&["rtrim"], (1, 2), |call| trim(call, "spark_rtrim")),
    Function::scalar(&["reverse"], (1, 1), |call| match &call.arguments[0].data_type {
        SparkType::Array { .. } => crate::array::reversed(call.arguments[0].clone()),
        SparkType::Binary => kernel::call("spark_reverse_bytes", call.arguments.clone(), SparkType::Binary),
        _ => native(call, unicode::reverse()),
    }),
    Function::scalar(&["initcap"], (1, 1), |call| text(call, "spark_initcap")),
    Function::scalar(&["length", "len", "char_length", "character_length"], (1, 1), |call| {
        let value = call.arguments[0].clone();
        if value.data_type == SparkType::Binary {
            return kernel::call("spark_length_binary", vec![value], SparkType::Integer);
        }
        kernel::call("spark_length", arguments(call, &[SparkType::STRING])?, SparkType::Integer)
    }),
    Function::scalar(&["concat", "||"], (0, MANY), concat),
    Function::scalar(&["concat_ws"], (1, MANY), concat_ws),
    Function::scalar(&["substring", "substr"], (2, 3), |call| {
        if bytes::are_bytes(call, 1) {
            return bytes::part(call);
        }
        let types = [SparkType::STRING, SparkType::Integer, SparkType::Integer];
        kernel::call("spark_substring", arguments(call, &types)?, SparkType::STRING)
    }),
    Function::scalar(&["left"], (2, 2), |call| match bytes::are_bytes(call, 1) {
        true => bytes::part(call),
        false => with_count(call, "spark_left"),
    }),
    Function::scalar(&["right"], (2, 2), |call| with_count(call, "spark_right")),
    Function::scalar(&["repeat"], (2, 2), |call| with_count(call, "spark_repeat")),
    Function::scalar(&["lpad"], (2, 3), |call| pad(call, "spark_lpad", "spark_lpad_bytes")),
    Function::scalar(&["rpad"], (2, 3), |call| pad(call, "spark_rpad", "spark_rpad_bytes")),
    Function::scalar(&["replace"], (2, 3), |call| text(call, "spark_replace")),
    Function::scalar(&["translate"], (3, 3), |call| native(call, unicode::translate())),
    Function::scalar(&["instr"], (2, 2), |call| position(call, 0)),
    Function::scalar(&["locate", "position", "charindex"], (2, 3), |call| position(call, 1)),
    Function::scalar(&["startswith"], (2, 2), |call| test(call, "spark_startswith", "spark_startswith_bytes")),
    Function::scalar(&["endswith"], (2, 2), |call| test(call, "spark_endswith", "spark_endswith_bytes")),
    Function::scalar(&["contains"], (2, 2), |call| test(call, "spark_contains", "spark_contains_bytes")),
    Function::scalar(&["like"], (2, 3), |call| like(call, false)),
    Function::scalar(&["ilike"], (2, 3), |call| like(call, true)),
    Function::scalar(&["split_part"], (3, 3), |call| {
        let types = [SparkType::STRING, SparkType::STRING, SparkType::Integer];
        kernel::call("spark_split_part", arguments(call, &types)?, SparkType::STRING)
    }),
    Function::scalar(&["md5"], (1, 1), |call| {
        let arguments = vec![crate::hash::bytes(call)?];
        datafusion_call(crypto::md5(), arguments, &DataType::Utf8View, SparkType::STRING)
    }),
    Function::scalar(&["sha2"], (2, 2), sha2),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_concat", concat_kernel),
    ("spark_concat_ws", concat_ws_kernel),
    ("spark_contains", |a, _| each_pair(a, |s, p| s.contains(p))),
    ("spark_endswith", |a, _| each_pair(a, |s, p| s.ends_with(p))),
    ("spark_initcap", |a, _| map(a, initcap)),
    ("spark_length", length_kernel),
    ("spark_length_binary", length_binary_kernel),
    ("spark_lower_hex", lower_hex_kernel),
    ("spark_lpad", lpad_kernel),
    ("spark_ltrim", |a, _| trimmed(a, true, false)),
    ("spark_position", position_kernel),
    ("spark_repeat", |a, _| with_number(a, |s, n| s.repeat(size(n)))),
    ("spark_replace", replace_kernel),
    ("spark_rpad", rpad_kernel),
    ("spark_rtrim", |a, _| trimmed(a, false, true)),
    ("spark_split_part", split_part_kernel),
    ("spark_startswith", |a, _| each_pair(a, |s, p| s.starts_with(p))),
    ("spark_trim", |a, _| trimmed(a, true, true)),
];

/// The arguments as the given types; the last type serves all further ones.
fn arguments(call: &Call<'_>, types: &[SparkType]) -> Result<Vec<Typed>, Fault> {
    let last = &types[types.len() - 1];
    let arguments = call.arguments.iter().enumerate().map(|(index, argument)| {
        let wanted = types.get(index).unwrap_or(last);
        implicit(argument.clone(), wanted).unwrap_or_else(|| {
            let title = format!("`{}` needs {wanted} here, not {}", call.name, argument.data_type);
            Err(Fault::mismatch(title, Some(index)))
        })
    });
    arguments.collect()
}

/// `trim(text)` or `trim(characters, text)`; `btrim` has the characters last.
fn trim(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let mut arguments = arguments(call, &[SparkType::STRING])?;
    if arguments.len() == 2 && !call.name.eq_ignore_ascii_case("btrim") {
        arguments.swap(0, 1);
    }
    kernel::call(name, arguments, SparkType::STRING)
}

fn trimmed(arguments: &[ArrayRef], start: bool, end: bool) -> Result<ArrayRef> {
    let texts_ = texts(&arguments[0])?;
    let characters = arguments.get(1).map(texts).transpose()?;
    let row = |row: usize| {
        let set = match &characters {
            Some(set) if set.is_null(row) => return None,
            Some(set) => set.value(row),
            None => " ",
        };
        let text = texts_.is_valid(row).then(|| texts_.value(row))?;
        let text = if start { text.trim_start_matches(|c| set.contains(c)) } else { text };
        Some(if end { text.trim_end_matches(|c| set.contains(c)) } else { text })
    };
    Ok(Arc::new((0..texts_.len()).map(row).collect::<StringArray>()))
}

fn text(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    kernel::call(name, arguments(call, &[SparkType::STRING])?, SparkType::STRING)
}

fn test(call: &Call<'_>, name: &'static str, of_bytes: &'static str) -> Result<Typed, Fault> {
    if bytes::are_bytes(call, 2) {
        return bytes::test(call, of_bytes);
    }
    kernel::call(name, arguments(call, &[SparkType::STRING])?, SparkType::Boolean)
}

fn native(call: &Call<'_>, function: Arc<datafusion::logical_expr::ScalarUDF>) -> Result<Typed, Fault> {
    datafusion_call(function, arguments(call, &[SparkType::STRING])?, &DataType::Utf8, SparkType::STRING)
}

fn map(arguments: &[ArrayRef], function: impl Fn(&str) -> String) -> Result<ArrayRef> {
    let texts = texts(&arguments[0])?;
    Ok(Arc::new(texts.iter().map(|text| text.map(&function)).collect::<StringArray>()))
}

fn each_pair(arguments: &[ArrayRef], function: impl Fn(&str, &str) -> bool) -> Result<ArrayRef> {
    let (left, right) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let values = left.iter().zip(&right).map(|(left, right)| Some(function(left?, right?)));
    Ok(Arc::new(values.collect::<datafusion::arrow::array::BooleanArray>()))
}

/// Words are separated by blanks only.
fn initcap(text: &str) -> String {
    let mut start = true;
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        if start {
            // a letter that is two in capitals begins a word with one: `ß` is `Ss`
            let mut is_first = true;
            for capital in character.to_uppercase() {
                if is_first {
                    result.push(capital)
                } else {
                    result.extend(capital.to_lowercase())
                }
                is_first &= !capital.is_uppercase();
            }
        } else {
            result.extend(character.to_lowercase())
        }
        start = character == ' ';
    }
    result
}

fn length_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let texts = texts(&arguments[0])?;
    let count = |text: &str| i32::try_from(text.chars().count()).unwrap_or(i32::MAX);
    Ok(Arc::new(texts.iter().map(|text| text.map(count)).collect::<Int32Array>()))
}

fn concat(call: &Call<'_>) -> Result<Typed, Fault> {
    if call.arguments.iter().any(|argument| matches!(argument.data_type, SparkType::Array { .. })) {
        return crate::array::concatenated(call);
    }
    if call.arguments.is_empty() {
        return Ok(Typed::new(datafusion::logical_expr::lit(""), SparkType::STRING).with_nullable(false));
    }
    if call.arguments.iter().all(|argument| argument.data_type == SparkType::Binary) {
        return kernel::call("spark_concat_bytes", call.arguments.clone(), SparkType::Binary);
    }
    text(call, "spark_concat")
}

/// Texts and arrays of texts, joined without the NULLs among them.
fn concat_ws(call: &Call<'_>) -> Result<Typed, Fault> {
    let texts = SparkType::Array { element: Box::new(SparkType::STRING), contains_null: true };
    let arguments = call.arguments.iter().enumerate().map(|(index, argument)| match &argument.data_type {
        SparkType::Array { element, .. } if index > 0 && !matches!(**element, SparkType::Array { .. }) => {
            crate::cast::cast(argument.clone(), &texts, crate::cast::Mode::Ansi)
        }
        _ => crate::array::argument(call, index, &SparkType::STRING),
    });
    let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
    let nullable = arguments[0].nullable;
    Ok(kernel::call("spark_concat_ws", arguments, SparkType::STRING)?.with_nullable(nullable))
}

fn concat_ws_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let separators = texts(&arguments[0])?;
    let columns = arguments[1..].iter().map(|argument| match argument.data_type() {
        DataType::List(_) => Ok((argument.as_list::<i32>().values().as_string::<i32>().clone(), true)),
        _ => Ok((texts(argument)?, false)),
    });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let row = |row: usize| {
        let separator = separators.is_valid(row).then(|| separators.value(row))?;
        let mut parts: Vec<&str> = Vec::new();
        for ((column, is_list), argument) in columns.iter().zip(&arguments[1..]) {
            let items = match is_list {
                true if argument.is_null(row) => 0..0,
                true => crate::cast_text::range(argument.as_list::<i32>().value_offsets(), row),
                false => row..row + 1,
            };
            parts.extend(items.filter(|item| column.is_valid(*item)).map(|item| column.value(item)));
        }
        Some(parts.join(separator))
    };
    Ok(Arc::new((0..separators.len()).map(row).collect::<StringArray>()))
}

fn size(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// Counts from 1, or from the end when negative; 0 is the beginning too.
fn with_count(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    kernel::call(name, arguments(call, &[SparkType::STRING, SparkType::Integer])?, SparkType::STRING)
}

fn with_number(arguments: &[ArrayRef], function: impl Fn(&str, i32) -> String) -> Result<ArrayRef> {
    let (texts, numbers) = (texts(&arguments[0])?, arguments[1].as_primitive::<Int32Type>());
    let values = texts.iter().zip(numbers).map(|(text, number)| Some(function(text?, number?)));
    Ok(Arc::new(values.collect::<StringArray>()))
}

fn pad(call: &Call<'_>, name: &'static str, of_bytes: &'static str) -> Result<Typed, Fault> {
    let is_filled_by_text = call.arguments.get(2).is_some_and(|fill| fill.data_type != SparkType::Binary);
    if bytes::are_bytes(call, 1) && !is_filled_by_text {
        return bytes::pad(call, of_bytes);
    }
    let types = [SparkType::STRING, SparkType::Integer, SparkType::STRING];
    kernel::call(name, arguments(call, &types)?, SparkType::STRING)
}

fn lpad_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    pad_each(arguments, |text, fill| format!("{fill}{text}"))
}

fn rpad_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    pad_each(arguments, |text, fill| format!("{text}{fill}"))
}

fn pad_each(arguments: &[ArrayRef], join: fn(&str, &str) -> String) -> Result<ArrayRef> {
    let (texts_, lengths) = (texts(&arguments[0])?, arguments[1].as_primitive::<Int32Type>());
    let fills = arguments.get(2).map(texts).transpose()?;
    refuse_long(lengths.iter().zip(&texts_).filter_map(|(length, text)| text.and(length)).map(i64::from))?;
    let row = |row: usize| {
        let fill = match &fills {
            Some(fills) if fills.is_null(row) => return None,
            Some(fills) => fills.value(row),
            None => " ",
        };
        if texts_.is_null(row) || lengths.is_null(row) {
            return None;
        }
        let (text, wanted) = (texts_.value(row), size(lengths.value(row)));
        let total = text.chars().count();
        if total >= wanted {
            return Some(text.chars().take(wanted).collect());
        }
        let fill: String = fill.chars().cycle().take(wanted - total).collect();
        Some(join(text, &fill))
    };
    Ok(Arc::new((0..texts_.len()).map(row).collect::<StringArray>()))
}

/// Texts of a batch are one buffer of 2 GiB; what would be longer is refused before it takes memory.
pub(crate) fn refuse_long(lengths: impl Iterator<Item = i64>) -> Result<()> {
    let total = lengths.fold(0i64, |total, length| total.saturating_add(length.max(0)));
    if total < i64::from(i32::MAX) / 4 {
        return Ok(());
    }
    let message = "texts of this length do not fit a batch";
    Err(kernel::refused(lakesmith_diagnostic::Condition::COLLECTION_SIZE_LIMIT_EXCEEDED, message))
}

fn replace_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (texts_, search) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let replacement = arguments.get(2).map(texts).transpose()?;
    let row = |row: usize| {
        let by = match &replacement {
            Some(by) if by.is_null(row) => return None,
            Some(by) => by.value(row),
            None => "",
        };
        if texts_.is_null(row) || search.is_null(row) {
            return None;
        }
        let (text, search) = (texts_.value(row), search.value(row));
        Some(if search.is_empty() { text.to_owned() } else { text.replace(search, by) })
    };
    Ok(Arc::new((0..texts_.len()).map(row).collect::<StringArray>()))
}

/// `instr(text, part)` has the text first, `locate(part, text[, start])` the part.
fn position(call: &Call<'_>, text_at: usize) -> Result<Typed, Fault> {
    let mut arguments = arguments(call, &[SparkType::STRING, SparkType::STRING, SparkType::Integer])?;
    if text_at == 1 {
        arguments.swap(0, 1);
    }
    let nullable = arguments[..2].iter().any(|argument| argument.nullable);
    Ok(kernel::call("spark_position", arguments, SparkType::Integer)?.with_nullable(nullable))
}

fn position_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (texts_, parts) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let starts = arguments.get(2).map(|array| array.as_primitive::<Int32Type>());
    let values = texts_.iter().zip(&parts).enumerate().map(|(row, (text, part))| {
        let start = match starts {
            // a start of NULL gives 0, as in Spark
            Some(starts) if starts.is_null(row) => return Some(0),
            Some(starts) => starts.value(row),
            None => 1,
        };
        let (text, part) = (text?, part?);
        if start < 1 {
            return Some(0);
        }
        // nothing is found at once, even behind the text
        if part.is_empty() {
            return Some(1);
        }
        let skipped = size(start - 1);
        let from = text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(skipped)?;
        let found = text[from..].find(part).map(|at| skipped + text[from..from + at].chars().count() + 1);
        Some(found.map_or(0, |position| i32::try_from(position).unwrap_or(i32::MAX)))
    });
    let values: Int32Array = values.collect();
    // a start beyond the text finds nothing
    let known = values.iter().enumerate().map(|(row, value)| match value {
        None if texts_.is_valid(row) && parts.is_valid(row) => Some(0),
        value => value,
    });
    Ok(Arc::new(known.collect::<Int32Array>()))
}

fn like(call: &Call<'_>, any_case: bool) -> Result<Typed, Fault> {
    let name = if any_case { "spark_ilike" } else { "spark_like" };
    kernel::call(name, arguments(call, &[SparkType::STRING])?, SparkType::Boolean)
}

fn split_part_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (texts_, separators) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let numbers = arguments[2].as_primitive::<Int32Type>();
    let is_known = |row: usize| texts_.is_valid(row) && separators.is_valid(row) && numbers.is_valid(row);
    if (0..texts_.len()).any(|row| is_known(row) && numbers.value(row) == 0) {
        let message = "parts are counted from 1, or from -1 at the end";
        return Err(kernel::refused(lakesmith_diagnostic::Condition::INVALID_INDEX_OF_ZERO, message));
    }
    let row = |row: usize| {
        if texts_.is_null(row) || separators.is_null(row) || numbers.is_null(row) {
            return None;
        }
        let parts: Vec<&str> = match separators.value(row) {
            "" => vec![texts_.value(row)],
            separator => texts_.value(row).split(separator).collect(),
        };
        let number = numbers.value(row);
        let index = if number < 0 { parts.len().checked_sub(size(-number)) } else { size(number).checked_sub(1) };
        Some(index.and_then(|index| parts.get(index)).map_or("", |part| part).to_owned())
    };
    Ok(Arc::new((0..texts_.len()).map(row).collect::<StringArray>()))
}

fn sha2(call: &Call<'_>) -> Result<Typed, Fault> {
    let bits = crate::math::constant_integer(&call.arguments[1].expr);
    let function = match bits {
        Some(0 | 256) => crypto::sha256(),
        Some(224) => crypto::sha224(),
        Some(384) => crypto::sha384(),
        Some(512) => crypto::sha512(),
        Some(_) => {
            let null =
                Typed::new(datafusion::logical_expr::lit(datafusion::common::ScalarValue::Null), SparkType::Null);
            return crate::cast::cast(null, &SparkType::STRING, crate::cast::Mode::Ansi);
        }
        None => return Err(Fault::not_built("`sha2` with a length that is no constant")),
    };
    let value = call.arguments[0].clone();
    if !is_text(&value.data_type) && value.data_type != SparkType::Binary {
        return Err(Fault::mismatch(format!("`sha2` needs text or BINARY, not {}", value.data_type), Some(0)));
    }
    let digest = datafusion_call(function, vec![value], &DataType::Binary, SparkType::Binary)?;
    kernel::call("spark_lower_hex", vec![digest], SparkType::STRING)
}

fn length_binary_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let bytes = arguments[0].as_binary::<i32>().iter();
    let size = |bytes: &[u8]| i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    Ok(Arc::new(bytes.map(|bytes| bytes.map(size)).collect::<Int32Array>()))
}

fn concat_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let columns = arguments.iter().map(texts).collect::<Result<Vec<_>>>()?;
    let rows = columns.first().map_or(0, |column| column.len());
    let row = |row: usize| {
        let parts = columns.iter().map(|column| column.is_valid(row).then(|| column.value(row)));
        parts.collect::<Option<Vec<_>>>().map(|parts| parts.concat())
    };
    Ok(Arc::new((0..rows).map(row).collect::<StringArray>()))
}

fn lower_hex_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let bytes = arguments[0].as_binary::<i32>();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Ok(Arc::new(bytes.iter().map(|bytes| bytes.map(hex)).collect::<StringArray>()))
}
