//! Parts of texts by the numbers of their characters: `substring`, `left`, `right`. A part is copied once, from where it stands.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int32Array, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::Result;

use crate::kernel::{Kernels, texts};

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_left", |a, _| with_number(a, |number, _| 0..number)),
    ("spark_right", |a, _| with_number(a, |number, total| total - number..total)),
    ("spark_substring", substring),
];

/// The parts of texts between two numbers of characters, which `range` gives for a row and a text of so many characters.
/// Numbers outside of the text are those of its ends.
fn parts(values: &ArrayRef, range: impl Fn(usize, i64) -> Option<Range<i64>>) -> Result<ArrayRef> {
    let values = texts(values)?;
    let (first, last) = (values.value_offsets()[0], values.value_offsets()[values.len()]);
    let is_ascii = values.value_data()[first as usize..last as usize].is_ascii();
    let mut made = StringBuilder::with_capacity(values.len(), 0);
    for row in 0..values.len() {
        if values.is_null(row) {
            made.append_null();
            continue;
        }
        let text = values.value(row);
        let total = if is_ascii { text.len() } else { text.chars().count() };
        let total = i64::try_from(total).unwrap_or(i64::MAX);
        let Some(range) = range(row, total) else {
            made.append_null();
            continue;
        };
        let number = |number: i64| usize::try_from(number.clamp(0, total)).unwrap_or(0);
        let (begin, end) = (number(range.start), number(range.end));
        let byte = |number: usize| match is_ascii {
            true => number,
            false => text.char_indices().nth(number).map_or(text.len(), |(at, _)| at),
        };
        made.append_value(if begin < end { &text[byte(begin)..byte(end)] } else { "" });
    }
    Ok(Arc::new(made.finish()))
}

/// The number of a row; nothing where it is NULL.
fn number(numbers: &Int32Array, row: usize) -> Option<i64> {
    numbers.is_valid(row).then(|| i64::from(numbers.value(row)))
}

fn with_number(arguments: &[ArrayRef], range: impl Fn(i64, i64) -> Range<i64>) -> Result<ArrayRef> {
    let numbers = arguments[1].as_primitive::<Int32Type>();
    parts(&arguments[0], |row, total| number(numbers, row).map(|number| range(number.max(0), total)))
}

fn substring(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let starts = arguments[1].as_primitive::<Int32Type>();
    let lengths = arguments.get(2).map(|array| array.as_primitive::<Int32Type>());
    parts(&arguments[0], |row, total| {
        let begin = match number(starts, row)? {
            start if start > 0 => start - 1,
            start if start < 0 => total + start,
            _ => 0,
        };
        let end = match lengths {
            Some(lengths) => begin + number(lengths, row)?,
            None => total,
        };
        Some(begin..end)
    })
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::StringArray;

    use super::*;

    fn parts_of(text: &str, start: i32, length: i32) -> String {
        let text: ArrayRef = Arc::new(StringArray::from(vec![Some("x"), Some(text), None]).slice(1, 2));
        let [start, length] = [start, length].map(|number| Arc::new(Int32Array::from(vec![number; 2])) as ArrayRef);
        let made = substring(&[text, start, length], &DataType::Utf8).unwrap();
        assert!(made.is_null(1));
        made.as_string::<i32>().value(0).to_owned()
    }

    #[test]
    fn characters_count_and_what_lies_outside_is_cut() {
        for text in ["abcde", "äbcdë", "日本語です"] {
            let expected = |range: Range<usize>| text.chars().skip(range.start).take(range.len()).collect::<String>();
            for (start, length, range) in [
                (1, 2, 0..2),
                (0, 2, 0..2),
                (4, 9, 3..5),
                (9, 2, 0..0),
                (-2, 1, 3..4),
                (-2, 9, 3..5),
                (-7, 3, 0..1),
                (2, 0, 0..0),
                (2, -1, 0..0),
                (i32::MAX, i32::MAX, 0..0),
                (i32::MIN, i32::MAX, 0..4),
            ] {
                assert_eq!(parts_of(text, start, length), expected(range), "substring('{text}', {start}, {length})");
            }
        }
    }

    #[test]
    fn left_and_right_take_no_more_than_there_is() {
        let text: ArrayRef = Arc::new(StringArray::from(vec!["abc", "äöü", "", "abc", "abc"]));
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![Some(2), Some(9), Some(1), Some(-1), None]));
        let left = with_number(&[Arc::clone(&text), Arc::clone(&numbers)], |number, _| 0..number).unwrap();
        let right = with_number(&[text, numbers], |number, total| total - number..total).unwrap();
        let shown = |array: &ArrayRef| {
            array.as_string::<i32>().iter().map(|text| text.unwrap_or("NULL").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(shown(&left), ["ab", "äöü", "", "", "NULL"]);
        assert_eq!(shown(&right), ["bc", "äöü", "", "", "NULL"]);
    }
}
