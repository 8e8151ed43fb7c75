//! Functions of text.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int32Array, ListBuilder, StringArray, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field, Int32Type};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::functions::{crypto, string, unicode};
use lakesmith_unresolved::SparkType;
use regex::Regex;

use crate::coercion::{implicit, is_text};
use crate::function::{Call, Fault, Function, MANY, Typed};
use crate::kernel::{self, Kernel, datafusion_call, texts};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["upper", "ucase"], (1, 1), |call| native(call, string::upper())),
    Function::scalar(&["lower", "lcase"], (1, 1), |call| native(call, string::lower())),
    Function::scalar(&["trim"], (1, 1), |call| text(call, "spark_trim", |a, _| map(a, |s| s.trim_matches(' ').into()))),
    Function::scalar(&["ltrim"], (1, 1), |call| {
        text(call, "spark_ltrim", |a, _| map(a, |s| s.trim_start_matches(' ').into()))
    }),
    Function::scalar(&["rtrim"], (1, 1), |call| {
        text(call, "spark_rtrim", |a, _| map(a, |s| s.trim_end_matches(' ').into()))
    }),
    Function::scalar(&["reverse"], (1, 1), |call| native(call, unicode::reverse())),
    Function::scalar(&["initcap"], (1, 1), |call| text(call, "spark_initcap", |a, _| map(a, initcap))),
    Function::scalar(&["length", "len", "char_length", "character_length"], (1, 1), |call| {
        kernel::call("spark_length", length_kernel, arguments(call, &[SparkType::STRING])?, SparkType::Integer)
    }),
    Function::scalar(&["concat", "||"], (1, MANY), concat),
    Function::scalar(&["concat_ws"], (1, MANY), |call| text(call, "spark_concat_ws", concat_ws_kernel)),
    Function::scalar(&["substring", "substr"], (2, 3), |call| {
        let types = [SparkType::STRING, SparkType::Integer, SparkType::Integer];
        kernel::call("spark_substring", substring_kernel, arguments(call, &types)?, SparkType::STRING)
    }),
    Function::scalar(&["left"], (2, 2), |call| {
        with_count(call, "spark_left", |a, _| with_number(a, |s, n| s.chars().take(size(n)).collect()))
    }),
    Function::scalar(&["right"], (2, 2), |call| with_count(call, "spark_right", |a, _| with_number(a, right))),
    Function::scalar(&["repeat"], (2, 2), |call| {
        with_count(call, "spark_repeat", |a, _| with_number(a, |s, n| s.repeat(size(n))))
    }),
    Function::scalar(&["lpad"], (2, 3), |call| pad(call, "spark_lpad", lpad_kernel)),
    Function::scalar(&["rpad"], (2, 3), |call| pad(call, "spark_rpad", rpad_kernel)),
    Function::scalar(&["replace"], (2, 3), |call| text(call, "spark_replace", replace_kernel)),
    Function::scalar(&["translate"], (3, 3), |call| native(call, unicode::translate())),
    Function::scalar(&["instr"], (2, 2), |call| position(call, 0)),
    Function::scalar(&["locate", "position"], (2, 2), |call| position(call, 1)),
    Function::scalar(&["startswith"], (2, 2), |call| {
        test(call, "spark_startswith", |a, _| each_pair(a, |s, p| s.starts_with(p)))
    }),
    Function::scalar(&["endswith"], (2, 2), |call| {
        test(call, "spark_endswith", |a, _| each_pair(a, |s, p| s.ends_with(p)))
    }),
    Function::scalar(&["contains"], (2, 2), |call| {
        test(call, "spark_contains", |a, _| each_pair(a, |s, p| s.contains(p)))
    }),
    Function::scalar(&["like"], (2, 3), |call| like(call, false)),
    Function::scalar(&["ilike"], (2, 3), |call| like(call, true)),
    Function::scalar(&["rlike", "regexp", "regexp_like"], (2, 2), |call| test(call, "spark_rlike", rlike_kernel)),
    Function::scalar(&["regexp_replace"], (3, 3), |call| text(call, "spark_regexp_replace", regexp_replace_kernel)),
    Function::scalar(&["regexp_extract"], (2, 3), |call| {
        let types = [SparkType::STRING, SparkType::STRING, SparkType::Integer];
        kernel::call("spark_regexp_extract", regexp_extract_kernel, arguments(call, &types)?, SparkType::STRING)
    }),
    Function::scalar(&["split"], (2, 2), |call| {
        let result = SparkType::Array { element: Box::new(SparkType::STRING), contains_null: false };
        kernel::call("spark_split", split_kernel, arguments(call, &[SparkType::STRING])?, result)
    }),
    Function::scalar(&["split_part"], (3, 3), |call| {
        let types = [SparkType::STRING, SparkType::STRING, SparkType::Integer];
        kernel::call("spark_split_part", split_part_kernel, arguments(call, &types)?, SparkType::STRING)
    }),
    Function::scalar(&["md5"], (1, 1), |call| {
        let arguments = arguments(call, &[SparkType::STRING])?;
        datafusion_call(crypto::md5(), arguments, &DataType::Utf8View, SparkType::STRING)
    }),
    Function::scalar(&["sha2"], (2, 2), sha2),
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

fn text(call: &Call<'_>, name: &'static str, kernel: Kernel) -> Result<Typed, Fault> {
    kernel::call(name, kernel, arguments(call, &[SparkType::STRING])?, SparkType::STRING)
}

fn test(call: &Call<'_>, name: &'static str, kernel: Kernel) -> Result<Typed, Fault> {
    kernel::call(name, kernel, arguments(call, &[SparkType::STRING])?, SparkType::Boolean)
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
            result.extend(character.to_uppercase())
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
        return Err(Fault::not_built("`concat` of arrays"));
    }
    text(call, "spark_concat", |arguments, _| {
        let columns = arguments.iter().map(texts).collect::<Result<Vec<_>>>()?;
        let rows = columns.first().map_or(0, |column| column.len());
        let row = |row: usize| {
            let parts = columns.iter().map(|column| column.is_valid(row).then(|| column.value(row)));
            parts.collect::<Option<Vec<_>>>().map(|parts| parts.concat())
        };
        Ok(Arc::new((0..rows).map(row).collect::<StringArray>()))
    })
}

fn concat_ws_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let columns = arguments.iter().map(texts).collect::<Result<Vec<_>>>()?;
    let row = |row: usize| {
        let separator = columns[0].is_valid(row).then(|| columns[0].value(row))?;
        let parts: Vec<&str> =
            columns[1..].iter().filter(|column| column.is_valid(row)).map(|column| column.value(row)).collect();
        Some(parts.join(separator))
    };
    Ok(Arc::new((0..columns[0].len()).map(row).collect::<StringArray>()))
}

fn size(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// Counts from 1, or from the end when negative; 0 is the beginning too.
fn substring_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let texts = texts(&arguments[0])?;
    let starts = arguments[1].as_primitive::<Int32Type>();
    let lengths = arguments.get(2).map(|array| array.as_primitive::<Int32Type>());
    let row = |row: usize| {
        if texts.is_null(row) || starts.is_null(row) || lengths.is_some_and(|lengths| lengths.is_null(row)) {
            return None;
        }
        let text = texts.value(row);
        let total = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        let start = i64::from(starts.value(row));
        let begin = if start > 0 {
            start - 1
        } else if start < 0 {
            total + start
        } else {
            0
        };
        let end = lengths.map_or(total, |lengths| begin + i64::from(lengths.value(row)));
        let (begin, end) = (begin.clamp(0, total), end.clamp(0, total));
        let take = usize::try_from(end - begin).unwrap_or(0);
        Some(text.chars().skip(usize::try_from(begin).unwrap_or(0)).take(take).collect::<String>())
    };
    Ok(Arc::new((0..texts.len()).map(row).collect::<StringArray>()))
}

fn right(text: &str, number: i32) -> String {
    let total = text.chars().count();
    text.chars().skip(total.saturating_sub(size(number))).collect()
}

fn with_count(call: &Call<'_>, name: &'static str, kernel: Kernel) -> Result<Typed, Fault> {
    kernel::call(name, kernel, arguments(call, &[SparkType::STRING, SparkType::Integer])?, SparkType::STRING)
}

fn with_number(arguments: &[ArrayRef], function: impl Fn(&str, i32) -> String) -> Result<ArrayRef> {
    let (texts, numbers) = (texts(&arguments[0])?, arguments[1].as_primitive::<Int32Type>());
    let values = texts.iter().zip(numbers).map(|(text, number)| Some(function(text?, number?)));
    Ok(Arc::new(values.collect::<StringArray>()))
}

fn pad(call: &Call<'_>, name: &'static str, kernel: Kernel) -> Result<Typed, Fault> {
    let types = [SparkType::STRING, SparkType::Integer, SparkType::STRING];
    kernel::call(name, kernel, arguments(call, &types)?, SparkType::STRING)
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

/// `instr(text, part)` has the text first, `locate(part, text)` last.
fn position(call: &Call<'_>, text_at: usize) -> Result<Typed, Fault> {
    let mut arguments = arguments(call, &[SparkType::STRING])?;
    if text_at == 1 {
        arguments.swap(0, 1);
    }
    let kernel: Kernel = |arguments, _| {
        let (texts_, parts) = (texts(&arguments[0])?, texts(&arguments[1])?);
        let values = texts_.iter().zip(&parts).map(|(text, part)| {
            let (text, part) = (text?, part?);
            let before = text.find(part).map(|at| text[..at].chars().count() + 1);
            Some(before.map_or(0, |position| i32::try_from(position).unwrap_or(i32::MAX)))
        });
        Ok(Arc::new(values.collect::<Int32Array>()))
    };
    kernel::call("spark_position", kernel, arguments, SparkType::Integer)
}

fn like(call: &Call<'_>, any_case: bool) -> Result<Typed, Fault> {
    let kernel: Kernel = if any_case { |a, _| like_each(a, "(?is)") } else { |a, _| like_each(a, "(?s)") };
    test(call, if any_case { "spark_ilike" } else { "spark_like" }, kernel)
}

fn like_each(arguments: &[ArrayRef], flags: &str) -> Result<ArrayRef> {
    let escapes = arguments.get(2).map(texts).transpose()?;
    let (texts_, patterns) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let mut cache = Cache::default();
    let mut values = datafusion::arrow::array::BooleanBuilder::with_capacity(texts_.len());
    for row in 0..texts_.len() {
        if texts_.is_null(row) || patterns.is_null(row) {
            values.append_null();
            continue;
        }
        let escape = escapes.as_ref().and_then(|escapes| escapes.value(row).chars().next()).unwrap_or('\\');
        let regex = cache.get(&format!("{flags}^{}$", like_regex(patterns.value(row), escape)))?;
        values.append_value(regex.is_match(texts_.value(row)));
    }
    Ok(Arc::new(values.finish()))
}

fn like_regex(pattern: &str, escape: char) -> String {
    let mut regex = String::with_capacity(pattern.len() + 8);
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            other => {
                let literal = if other == escape { characters.next().unwrap_or(other) } else { other };
                regex.push_str(&regex::escape(literal.encode_utf8(&mut [0; 4])));
            }
        }
    }
    regex
}

/// The last pattern that was compiled; patterns are constants nearly always.
#[derive(Default)]
struct Cache(Option<(String, Regex)>);

impl Cache {
    fn get(&mut self, pattern: &str) -> Result<&Regex> {
        if self.0.as_ref().is_none_or(|(known, _)| known != pattern) {
            let regex = Regex::new(pattern).map_err(|error| exec_datafusion_err!("regular expression: {error}"))?;
            self.0 = Some((pattern.to_owned(), regex));
        }
        match &self.0 {
            Some((_, regex)) => Ok(regex),
            None => Err(exec_datafusion_err!("regular expression: none")),
        }
    }
}

fn rlike_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (texts_, patterns) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let mut cache = Cache::default();
    let values = texts_.iter().zip(&patterns).map(|(text, pattern)| match (text, pattern) {
        (Some(text), Some(pattern)) => Ok(Some(cache.get(pattern)?.is_match(text))),
        _ => Ok(None),
    });
    Ok(Arc::new(datafusion::arrow::array::BooleanArray::from(values.collect::<Result<Vec<_>>>()?)))
}

/// `$1` of Java is `${1}` here.
fn java_replacement(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('$') => result.push_str("$$"),
                Some(other) => result.push(other),
                None => result.push('\\'),
            },
            '$' => {
                let mut group = String::new();
                while let Some(digit) = characters.next_if(char::is_ascii_digit) {
                    group.push(digit);
                }
                if group.is_empty() { result.push_str("$$") } else { result.push_str(&format!("${{{group}}}")) }
            }
            other => result.push(other),
        }
    }
    result
}

fn regexp_replace_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (texts_, patterns, by) = (texts(&arguments[0])?, texts(&arguments[1])?, texts(&arguments[2])?);
    let mut cache = Cache::default();
    let values = texts_.iter().zip(&patterns).zip(&by).map(|((text, pattern), by)| match (text, pattern, by) {
        (Some(text), Some(pattern), Some(by)) => {
            Ok(Some(cache.get(pattern)?.replace_all(text, java_replacement(by)).into_owned()))
        }
        _ => Ok(None),
    });
    Ok(Arc::new(StringArray::from(values.collect::<Result<Vec<_>>>()?)))
}

fn regexp_extract_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (texts_, patterns) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let groups = arguments.get(2).map(|array| array.as_primitive::<Int32Type>());
    let mut cache = Cache::default();
    let mut values = StringBuilder::new();
    for row in 0..texts_.len() {
        if texts_.is_null(row) || patterns.is_null(row) {
            values.append_null();
            continue;
        }
        let group = groups.map_or(1, |groups| size(groups.value(row)));
        let captures = cache.get(patterns.value(row))?.captures(texts_.value(row));
        values.append_value(captures.and_then(|found| found.get(group)).map_or("", |part| part.as_str()));
    }
    Ok(Arc::new(values.finish()))
}

fn split_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (texts_, patterns) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let mut cache = Cache::default();
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(Field::new("element", DataType::Utf8, false));
    for row in 0..texts_.len() {
        if texts_.is_null(row) || patterns.is_null(row) {
            lists.append(false);
            continue;
        }
        for part in cache.get(patterns.value(row))?.split(texts_.value(row)) {
            lists.values().append_value(part);
        }
        lists.append(true);
    }
    Ok(Arc::new(lists.finish()))
}

fn split_part_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (texts_, separators) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let numbers = arguments[2].as_primitive::<Int32Type>();
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
        _ => return Err(Fault::mismatch("the length of `sha2` is 0, 224, 256, 384 or 512", Some(1))),
    };
    let value = call.arguments[0].clone();
    if !is_text(&value.data_type) && value.data_type != SparkType::Binary {
        return Err(Fault::mismatch(format!("`sha2` needs text or BINARY, not {}", value.data_type), Some(0)));
    }
    let digest = datafusion_call(function, vec![value], &DataType::Binary, SparkType::Binary)?;
    let kernel: Kernel = |arguments, _| {
        let bytes = arguments[0].as_binary::<i32>();
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        Ok(Arc::new(bytes.iter().map(|bytes| bytes.map(hex)).collect::<StringArray>()))
    };
    kernel::call("spark_lower_hex", kernel, vec![digest], SparkType::STRING)
}
