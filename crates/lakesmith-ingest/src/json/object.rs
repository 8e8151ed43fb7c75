//! [`ObjectColumns`]: the fields of an object, each appended to a column of its own. The record itself and every nested
//! struct is one.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::Field;
use datafusion::common::Result;

use super::column::{ColumnBuilder, Fit};
use super::keys::KeyTable;
use super::rescue::{Leftover, open_object};
use super::scan::{Fault, Kind, Scanner, Span};
use super::text::unescaped;
use crate::options::{JsonRules, Names};
use crate::rows::Want;
use crate::times::Times;

/// A line that is decoded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    pub(crate) text: &'a str,
    pub(crate) rules: JsonRules,
    pub(crate) times: &'a Times,
    /// What finds no place is written down.
    pub(crate) rescues: bool,
}

/// What became of an object's fields.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The first column whose value is of another type.
    pub(super) mistyped: Option<usize>,
    /// The leftovers as an open object (see [`open_object`]); empty when all fields found their place or nothing is
    /// rescued.
    pub(super) rescued: String,
}

/// Columns by the names of their fields.
#[derive(Debug)]
pub(super) struct ObjectColumns {
    keys: KeyTable,
    names: Vec<String>,
    /// `None` for a field that is known but not wanted.
    columns: Vec<Option<ColumnBuilder>>,
    found: Vec<Option<Span>>,
    unknown: Vec<(Span, Span)>,
}

impl ObjectColumns {
    /// Columns for `fields`; those that are not `wanted` are known and not decoded, and those that are not `named` are found
    /// under no name.
    pub(super) fn new<'a>(fields: impl IntoIterator<Item = (&'a Field, Want)>, found_by: Names) -> Result<Self> {
        let fields: Vec<(&Field, Want)> = fields.into_iter().collect();
        let keys = fields.iter().map(|(field, want)| (*want != Want::Unnamed).then_some(field.name().as_str()));
        let columns = fields.iter().map(|(field, want)| match want {
            Want::Decoded => ColumnBuilder::new(field.data_type(), found_by).map(Some),
            Want::Skipped | Want::Unnamed => Ok(None),
        });
        let names = fields.iter().map(|(field, _)| field.name().clone()).collect();
        let columns: Vec<_> = columns.collect::<Result<_>>()?;
        let found = vec![None; columns.len()];
        Ok(Self { keys: KeyTable::new(keys, found_by), names, columns, found, unknown: Vec::new() })
    }

    pub(super) fn name(&self, column: usize) -> &str {
        &self.names[column]
    }

    /// Steps over the object that the scanner stands at and keeps where its values lie; of equal names the last one counts.
    pub(super) fn scan(&mut self, line: Line<'_>, scanner: &mut Scanner<'_>) -> std::result::Result<(), Fault> {
        self.found.fill(None);
        self.unknown.clear();
        let mut place = 0;
        scanner.step();
        if scanner.peek() == Some(b'}') {
            scanner.step();
            return Ok(());
        }
        loop {
            scanner.peek();
            if let Some((position, length)) = self.keys.guess(scanner.rest(), &mut place) {
                scanner.skip(length);
                self.found[position] = Some(scanner.value()?);
                if !scanner.goes_on(b'}')? {
                    return Ok(());
                }
                continue;
            }
            let key = scanner.key()?;
            let position = if key.escaped {
                self.keys.find(unescaped(line.text, key).as_bytes(), &mut place)
            } else {
                self.keys.find(&line.text.as_bytes()[key.range()], &mut place)
            };
            let value = scanner.value()?;
            match position {
                Some(position) => self.found[position] = Some(value),
                None if line.rescues => self.unknown.push((key, value)),
                None => {}
            }
            if !scanner.goes_on(b'}')? {
                return Ok(());
            }
        }
    }

    /// Appends one row: what the last [`Self::scan`] found.
    pub(super) fn append(&mut self, line: Line<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        let mut leftovers: Vec<Leftover<'_>> = Vec::new();
        for (position, (column, found)) in self.columns.iter_mut().zip(&self.found).enumerate() {
            let Some(column) = column else { continue };
            let Some(value) = *found else {
                column.append_null();
                continue;
            };
            let name = || self.names[position].as_str();
            match column.append(line, value) {
                Fit::Fits => {}
                Fit::Mistyped => {
                    outcome.mistyped.get_or_insert(position);
                    leftovers.push(Leftover::Mistyped { name: name(), value });
                }
                Fit::Partly { is_mistyped, rescued } => {
                    if is_mistyped {
                        outcome.mistyped.get_or_insert(position);
                    }
                    leftovers.push(Leftover::Partly { name: name(), start: value.start, rescued });
                }
            }
        }
        if line.rescues && !(leftovers.is_empty() && self.unknown.is_empty()) {
            leftovers.extend(self.unknown.iter().map(|(key, value)| Leftover::Unknown { key: *key, value: *value }));
            open_object(line.text, line.rules, &mut leftovers, &mut outcome.rescued);
        }
        outcome
    }

    /// Appends one row of NULLs.
    pub(super) fn append_nulls(&mut self) {
        self.columns.iter_mut().flatten().for_each(ColumnBuilder::append_null);
    }

    /// The bytes that the columns hold, about.
    pub(super) fn memory(&self) -> usize {
        self.columns.iter().flatten().map(ColumnBuilder::memory).sum()
    }

    /// The arrays of the wanted columns; the next row starts new ones.
    pub(super) fn finish(&mut self) -> Result<Vec<Option<ArrayRef>>> {
        self.columns.iter_mut().map(|column| column.as_mut().map(ColumnBuilder::finish).transpose()).collect()
    }
}

/// Steps over the elements of a list that the scanner accepted.
pub(crate) fn for_each_element(line: Line<'_>, list: Span, mut each: impl FnMut(Span)) {
    let mut scanner = Scanner::new(line.text.as_bytes(), list.start as usize + 1, line.rules);
    if list.kind != Kind::List || scanner.peek() == Some(b']') {
        return;
    }
    while let Ok(value) = scanner.value() {
        each(value);
        if !scanner.goes_on(b']').unwrap_or(false) {
            return;
        }
    }
}

/// Steps over the fields of an object that the scanner accepted.
pub(crate) fn for_each_field(line: Line<'_>, object: Span, mut each: impl FnMut(Span, Span)) {
    let mut scanner = Scanner::new(line.text.as_bytes(), object.start as usize + 1, line.rules);
    if object.kind != Kind::Object || scanner.peek() == Some(b'}') {
        return;
    }
    while let Ok(key) = scanner.key() {
        let Ok(value) = scanner.value() else { return };
        each(key, value);
        if !scanner.goes_on(b'}').unwrap_or(false) {
            return;
        }
    }
}
