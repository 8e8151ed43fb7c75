//! Functions of regular expressions: `rlike`, `regexp_replace`, `regexp_extract` and their like, `split`.
//!
//! Places in texts are counted in characters.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int32Array, ListBuilder, StringArray, StringBuilder,
};
use datafusion::arrow::datatypes::{DataType, Field, Int32Type};
use datafusion::common::Result;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::SparkType;

use crate::array::argument;
use crate::function::{Call, Fault, Function, Typed};
use crate::java_regex::{JavaRegex, Search};
use crate::kernel::{self, Kernels, texts};
use crate::math::constant_integer;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["rlike", "regexp", "regexp_like"], (2, 2), |call| {
        made(call, "spark_rlike", &[], SparkType::Boolean)
    }),
    Function::scalar(&["regexp_replace"], (3, 4), |call| {
        if call.arguments.get(3).and_then(|start| constant_integer(&start.expr)).is_some_and(|start| start < 1) {
            return Err(Fault::mismatch("`regexp_replace` begins at a place counted from 1", Some(3)));
        }
        if call.arguments.get(3).is_some_and(|start| !start.expr.column_refs().is_empty()) {
            return Err(Fault::mismatch("the place at which `regexp_replace` begins is a constant", Some(3)));
        }
        let further = [SparkType::STRING, SparkType::Integer];
        made(call, "spark_regexp_replace", &further, SparkType::STRING)
    }),
    Function::scalar(&["regexp_extract"], (2, 3), |call| {
        made(call, "spark_regexp_extract", &[SparkType::Integer], SparkType::STRING)
    }),
    Function::scalar(&["regexp_extract_all"], (2, 3), |call| {
        let result = SparkType::array(SparkType::STRING);
        made(call, "spark_regexp_extract_all", &[SparkType::Integer], result)
    }),
    Function::scalar(&["regexp_count"], (2, 2), |call| made(call, "spark_regexp_count", &[], SparkType::Integer)),
    Function::scalar(&["regexp_substr"], (2, 2), |call| {
        Ok(made(call, "spark_regexp_substr", &[], SparkType::STRING)?.with_nullable(true))
    }),
    Function::scalar(&["regexp_instr"], (2, 3), |call| {
        made(call, "spark_regexp_instr", &[SparkType::Integer], SparkType::Integer)
    }),
    Function::scalar(&["split"], (2, 3), |call| {
        let result = SparkType::Array { element: Box::new(SparkType::STRING), contains_null: false };
        made(call, "spark_split", &[SparkType::Integer], result)
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_regexp_count", count),
    ("spark_regexp_extract", extract),
    ("spark_regexp_extract_all", extract_all),
    ("spark_regexp_instr", instr),
    ("spark_regexp_replace", replace),
    ("spark_regexp_substr", substr),
    ("spark_rlike", like),
    ("spark_split", split),
];

fn made(call: &Call<'_>, name: &str, further: &[SparkType], result: SparkType) -> Result<Typed, Fault> {
    let wanted = [SparkType::STRING, SparkType::STRING];
    let wanted = wanted.iter().chain(further).take(call.arguments.len()).enumerate();
    let arguments = wanted.map(|(index, data_type)| argument(call, index, data_type));
    kernel::call(name, arguments.collect::<Result<_, _>>()?, result)
}

/// The last pattern that was compiled; patterns are constants nearly always.
#[derive(Default)]
pub(crate) struct Cache(Option<(String, Arc<JavaRegex>)>);

impl Cache {
    pub(crate) fn get(&mut self, pattern: &str, function: &str) -> Result<Arc<JavaRegex>> {
        if let Some((known, regex)) = &self.0
            && known == pattern
        {
            return Ok(Arc::clone(regex));
        }
        let regex = Arc::new(JavaRegex::new(pattern, function)?);
        self.0 = Some((pattern.to_owned(), Arc::clone(&regex)));
        Ok(regex)
    }
}

/// Calls a function with each row's text and pattern; rows in which an argument is NULL give nothing.
fn each<T>(
    arguments: &[ArrayRef],
    function: &str,
    mut row_value: impl FnMut(usize, &str, &JavaRegex) -> Result<T>,
) -> Result<Vec<Option<T>>> {
    let (values, patterns) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let mut cache = Cache::default();
    let row = |row: usize| {
        if arguments.iter().any(|argument| argument.is_null(row)) {
            return Ok(None);
        }
        let regex = cache.get(patterns.value(row), function)?;
        row_value(row, values.value(row), &regex).map(Some)
    };
    (0..values.len()).map(row).collect()
}

fn numbers(arguments: &[ArrayRef], index: usize) -> Option<&Int32Array> {
    arguments.get(index).map(|array| array.as_primitive::<Int32Type>())
}

fn refused(message: String) -> datafusion::common::DataFusionError {
    DataError { condition: Condition::INVALID_PARAMETER_VALUE, message }.into_datafusion()
}

fn like(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let values = each(arguments, "rlike", |_, text, regex| regex.is_match(text))?;
    Ok(Arc::new(BooleanArray::from(values)))
}

/// The group that is asked for, if the pattern has it.
fn group(number: i32, regex: &JavaRegex, function: &str) -> Result<usize> {
    usize::try_from(number).ok().filter(|number| *number <= regex.groups()).ok_or_else(|| {
        refused(format!("`{function}` is asked for group {number} of a pattern that has {} groups", regex.groups()))
    })
}

fn extract(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let wanted = numbers(arguments, 2);
    let values = each(arguments, "regexp_extract", |row, text, regex| {
        let mut search = regex.search(text);
        if !search.next()? {
            return Ok(String::new());
        }
        let group = group(wanted.map_or(1, |wanted| wanted.value(row)), regex, "regexp_extract")?;
        Ok(search.text(group).unwrap_or_default().to_owned())
    })?;
    Ok(Arc::new(StringArray::from(values)))
}

fn extract_all(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let wanted = numbers(arguments, 2);
    let rows = each(arguments, "regexp_extract_all", |row, text, regex| {
        let (mut search, mut parts) = (regex.search(text), Vec::new());
        while search.next()? {
            let group = group(wanted.map_or(1, |wanted| wanted.value(row)), regex, "regexp_extract_all")?;
            parts.push(search.text(group).unwrap_or_default().to_owned());
        }
        Ok(parts)
    })?;
    Ok(lists(rows, true))
}

fn lists(rows: Vec<Option<Vec<String>>>, nullable: bool) -> ArrayRef {
    let field = Field::new("element", DataType::Utf8, nullable);
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(field);
    for row in rows {
        let is_present = row.is_some();
        row.into_iter().flatten().for_each(|part| lists.values().append_value(part));
        lists.append(is_present);
    }
    Arc::new(lists.finish())
}

fn count(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let values = each(arguments, "regexp_count", |_, text, regex| {
        let (mut search, mut count) = (regex.search(text), 0);
        while search.next()? {
            count += 1;
        }
        Ok(count)
    })?;
    Ok(Arc::new(Int32Array::from(values)))
}

/// The first match; NULL when there is none, or an empty one.
fn substr(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let values = each(arguments, "regexp_substr", |_, text, regex| {
        let mut search = regex.search(text);
        search.next()?;
        Ok(search.text(0).filter(|found| !found.is_empty()).map(str::to_owned))
    })?;
    Ok(Arc::new(values.into_iter().map(Option::flatten).collect::<StringArray>()))
}

fn instr(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let values = each(arguments, "regexp_instr", |_, text, regex| {
        let mut search = regex.search(text);
        let start = if search.next()? { search.group(0).map(|(start, _)| start) } else { None };
        Ok(start.map_or(0, |start| i32::try_from(text[..start].chars().count()).unwrap_or(i32::MAX) + 1))
    })?;
    Ok(Arc::new(Int32Array::from(values)))
}

fn replace(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let by = texts(&arguments[2])?;
    let starts = numbers(arguments, 3);
    let values = each(arguments, "regexp_replace", |row, text, regex| {
        let start = starts.map_or(1, |starts| starts.value(row));
        let skipped = usize::try_from(start - 1)
            .map_err(|_| refused(format!("`regexp_replace` begins at place {start}; places are counted from 1")))?;
        let Some(from) = place(text, skipped) else { return Ok(text.to_owned()) };
        // what is skipped is no part of the text that is searched
        let (kept, text) = text.split_at(from);
        let (mut search, mut replaced, mut end) = (regex.search(text), kept.to_owned(), 0);
        while search.next()? {
            let Some((start, next)) = search.group(0) else { break };
            replaced.push_str(&text[end..start]);
            expand(&search, regex, by.value(row), &mut replaced)?;
            end = next;
        }
        replaced.push_str(&text[end..]);
        Ok(replaced)
    })?;
    Ok(Arc::new(StringArray::from(values)))
}

/// The byte behind so many characters; nothing at and behind the text's end, unless nothing is skipped.
fn place(text: &str, skipped: usize) -> Option<usize> {
    text.char_indices().map(|(at, _)| at).nth(skipped).or((skipped == 0).then_some(0))
}

/// Adds what a match is replaced by: `$1` and `${name}` are groups, a backslash takes the next character as it is.
fn expand(search: &Search<'_>, regex: &JavaRegex, by: &str, out: &mut String) -> Result<()> {
    let wrong = |what: &str| {
        let message = format!("the replacement `{by}` of `regexp_replace` {what}");
        DataError { condition: Condition::INVALID_REGEXP_REPLACE, message }.into_datafusion()
    };
    let mut characters = by.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.push(characters.next().ok_or_else(|| wrong("ends with a backslash; write two"))?),
            '$' if characters.next_if_eq(&'{').is_some() => {
                let mut name = String::new();
                while let Some(letter) = characters.next_if(char::is_ascii_alphanumeric) {
                    name.push(letter);
                }
                let closed = characters.next_if_eq(&'}').is_some();
                let number = regex.named(&name).filter(|_| closed).ok_or_else(|| wrong("names an unknown group"))?;
                out.push_str(search.text(number).unwrap_or_default());
            }
            '$' => {
                let digit = |characters: &mut std::iter::Peekable<std::str::Chars<'_>>| {
                    characters.peek().and_then(|next| next.to_digit(10)).map(|digit| digit as usize)
                };
                let first = digit(&mut characters);
                let mut number = first.ok_or_else(|| wrong("has a `$` without a group; write `\\$`"))?;
                characters.next();
                // as many digits as make the number of a group
                while let Some(next) = digit(&mut characters).filter(|next| number * 10 + next <= regex.groups()) {
                    number = number * 10 + next;
                    characters.next();
                }
                if number > regex.groups() {
                    return Err(wrong("asks for a group that the pattern has not"));
                }
                out.push_str(search.text(number).unwrap_or_default());
            }
            other => out.push(other),
        }
    }
    Ok(())
}

fn split(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let limits = numbers(arguments, 2);
    let patterns = texts(&arguments[1])?;
    let rows = each(arguments, "split", |row, text, regex| {
        let limit = limits.map_or(-1, |limits| limits.value(row));
        let limit = usize::try_from(limit).ok().filter(|limit| *limit > 0);
        if patterns.value(row).is_empty() && !text.is_empty() {
            let single = limit.map_or(usize::MAX, |limit| limit - 1);
            let mut characters = text.chars();
            let mut parts: Vec<String> = characters.by_ref().take(single).map(String::from).collect();
            // the last part is all that is left
            parts.extend(Some(characters.as_str()).filter(|rest| !rest.is_empty()).map(str::to_owned));
            return Ok(parts);
        }
        parts(text, regex, limit)
    })?;
    Ok(lists(rows, false))
}

/// At most `limit` parts, the last one with all that is left. A match of no characters at the start does not split.
pub(crate) fn parts(text: &str, regex: &JavaRegex, limit: Option<usize>) -> Result<Vec<String>> {
    let (mut search, mut parts, mut from) = (regex.search(text), Vec::new(), 0);
    while limit.is_none_or(|limit| parts.len() + 1 < limit) && search.next()? {
        let Some((start, end)) = search.group(0) else { break };
        if from == 0 && start == 0 && end == 0 {
            continue;
        }
        parts.push(text[from..start].to_owned());
        from = end;
    }
    parts.push(text[from..].to_owned());
    Ok(parts)
}
