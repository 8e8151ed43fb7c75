//! Functions of URLs: `url_encode`, `url_decode`, `parse_url`.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, StringBuilder};
use datafusion::common::Result;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;
use regex::Regex;

use crate::array::argument;
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels, each_text, refused, texts};
use crate::uri::Uri;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["url_encode"], (1, 1), |call| {
        kernel::call("spark_url_encode", vec![argument(call, 0, &SparkType::STRING)?], SparkType::STRING)
    }),
    Function::scalar(&["url_decode"], (1, 1), |call| {
        kernel::call("spark_url_decode", vec![argument(call, 0, &SparkType::STRING)?], SparkType::STRING)
    }),
    Function::scalar(&["try_url_decode"], (1, 1), |call| {
        let text = argument(call, 0, &SparkType::STRING)?;
        Ok(kernel::call("spark_try_url_decode", vec![text], SparkType::STRING)?.with_nullable(true))
    }),
    Function::scalar(&["parse_url"], (2, 3), |call| parse(call, "spark_parse_url")),
    Function::scalar(&["try_parse_url"], (2, 3), |call| parse(call, "spark_try_parse_url")),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_parse_url", |a, _| {
        parts(a, |url| {
            Err(refused(Condition::INVALID_URL, format!("`{url}` is no URL; `try_parse_url` gives NULL for it")))
        })
    }),
    ("spark_try_parse_url", |a, _| parts(a, |_| Ok(()))),
    ("spark_try_url_decode", |a, _| each_text(&a[0], |text, out| Ok(decode(text, out)))),
    ("spark_url_decode", |a, _| {
        each_text(&a[0], |text, out| match decode(text, out) {
            true => Ok(true),
            false => Err(refused(Condition::CANNOT_DECODE_URL, format!("`{text}` has a broken `%` escape"))),
        })
    }),
    ("spark_url_encode", |a, _| each_text(&a[0], |text, out| Ok(encode(text, out)))),
];

/// The form of HTML forms: letters, digits and `.-*_` stay, a blank is `+`, other bytes of UTF-8 are `%XX`.
fn encode(text: &str, out: &mut String) -> bool {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => {
                out.push('%');
                out.push(char::from(DIGITS[usize::from(other >> 4)]));
                out.push(char::from(DIGITS[usize::from(other & 15)]));
            }
        }
    }
    true
}

/// Appends the decoded text; false when a `%` has no two digits after it. Bytes that are no UTF-8 become U+FFFD.
fn decode(text: &str, out: &mut String) -> bool {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
                match digit().zip(digit()) {
                    Some((high, low)) => u8::try_from(high * 16 + low).unwrap_or(0),
                    None => return false,
                }
            }
            other => other,
        });
    }
    out.push_str(&String::from_utf8_lossy(&bytes));
    true
}

fn parse(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let arguments = (0..call.arguments.len()).map(|index| argument(call, index, &SparkType::STRING));
    let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
    Ok(kernel::call(name, arguments, SparkType::STRING)?.with_nullable(true))
}

fn parts(arguments: &[ArrayRef], broken: fn(&str) -> Result<()>) -> Result<ArrayRef> {
    let (urls, wanted) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let keys = arguments.get(2).map(texts).transpose()?;
    let mut made = StringBuilder::with_capacity(urls.len(), urls.value_data().len() / 2);
    let mut last: Option<(&str, Regex)> = None;
    for (row, (url, part)) in urls.iter().zip(&wanted).enumerate() {
        let Some((url, part)) = url.zip(part) else {
            made.append_null();
            continue;
        };
        let key = match &keys {
            Some(keys) if keys.is_null(row) => {
                made.append_null();
                continue;
            }
            keys => keys.as_ref().map(|keys| keys.value(row)),
        };
        let Some(uri) = Uri::parse(url) else {
            broken(url)?;
            made.append_null();
            continue;
        };
        match key {
            None => match part {
                "FILE" => made.append_option(uri.file()),
                part => made.append_option(uri.part(part)),
            },
            Some(key) if part == "QUERY" => {
                if last.as_ref().is_none_or(|(known, _)| *known != key) {
                    last = Some((key, parameter(key)?));
                }
                let found = last.as_ref().zip(uri.query).and_then(|((_, regex), query)| regex.captures(query));
                made.append_option(found.as_ref().and_then(|found| found.get(2)).map(|value| value.as_str()));
            }
            Some(_) => made.append_null(),
        }
    }
    Ok(Arc::new(made.finish()))
}

/// The value of a parameter of a query. The key is part of a regular expression, as in Spark.
fn parameter(key: &str) -> Result<Regex> {
    let pattern = |key: &str| Regex::new(&format!("(&|^){key}=([^&]*)"));
    pattern(key).or_else(|_| pattern(&regex::escape(key))).map_err(|_| {
        refused(Condition::INVALID_PARAMETER_VALUE, format!("`{key}` cannot be looked for in the query of a URL"))
    })
}
