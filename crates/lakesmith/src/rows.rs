//! [`RowWriter`]: rows of a query as a table with borders, CSV or JSON.

use std::sync::Arc;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};
use datafusion::arrow::array::{ArrayRef, RecordBatch};
use lakesmith_diagnostic::render::printable;
use lakesmith_functions::Zone;
use lakesmith_functions::cast::shown_in;
use lakesmith_session::{cell, json};
use lakesmith_unresolved::{SparkType, StructField};

use crate::arguments::RowForm;

/// Borders of a table.
const BORDERS: &str = "││──╞═╪╡│    ┬┴┌┐└┘";

/// Writes rows batch by batch. What the functions give is to be printed in this order.
pub struct RowWriter<'c> {
    form: RowForm,
    columns: &'c [StructField],
    /// The zone that instants are shown in; JSON has them in UTC.
    zone: Zone,
    table: Table,
    has_begun: bool,
}

impl<'c> RowWriter<'c> {
    /// A writer of rows of these columns.
    pub fn new(form: RowForm, columns: &'c [StructField], zone: Zone) -> Self {
        let mut table = bordered();
        table.set_header(columns.iter().map(|column| printable(column.name.as_str())));
        Self { form, columns, zone, table, has_begun: false }
    }

    /// The rows of a batch. A table prints nothing before its end, because widths depend on every row.
    pub fn batch(&mut self, batch: &RecordBatch) -> String {
        match self.form {
            RowForm::Table => {
                let columns = self.shown(batch);
                for row in 0..batch.num_rows() {
                    self.table.add_row(self.cells(&columns, row));
                }
                String::new()
            }
            RowForm::Csv => {
                let mut text = self.csv_header();
                let columns = self.shown(batch);
                for row in 0..batch.num_rows() {
                    let fields = columns.iter().map(|column| {
                        if cell::is_null(column, row) { String::new() } else { csv_field(&cell::text(column, row)) }
                    });
                    text.push_str(&fields.collect::<Vec<_>>().join(","));
                    text.push('\n');
                }
                text
            }
            RowForm::Json => {
                let mut text = String::new();
                for row in json::rows(self.columns, batch) {
                    text.push_str(if self.has_begun { ",\n " } else { "[\n " });
                    text.push_str(&row);
                    self.has_begun = true;
                }
                text
            }
            RowForm::Ndjson => json::rows(self.columns, batch).into_iter().map(|row| row + "\n").collect(),
        }
    }

    /// What follows the last row.
    pub fn end(&mut self) -> String {
        match self.form {
            RowForm::Table => format!("{}\n", self.table),
            RowForm::Csv => self.csv_header(),
            RowForm::Json if self.has_begun => "\n]\n".to_owned(),
            RowForm::Json => "[]\n".to_owned(),
            RowForm::Ndjson => String::new(),
        }
    }

    /// The columns as texts show them.
    fn shown(&self, batch: &RecordBatch) -> Vec<ArrayRef> {
        let columns = batch.columns().iter();
        columns.map(|column| shown_in(column, &self.zone).unwrap_or_else(|_| Arc::clone(column))).collect()
    }

    fn cells(&self, columns: &[ArrayRef], row: usize) -> Vec<Cell> {
        let cell = |(column, field): (&ArrayRef, &StructField)| {
            let cell = Cell::new(printable(&cell::text(column, row)));
            if is_number(&field.data_type) { cell.set_alignment(CellAlignment::Right) } else { cell }
        };
        columns.iter().zip(self.columns).map(cell).collect()
    }

    /// The header, once.
    fn csv_header(&mut self) -> String {
        if std::mem::replace(&mut self.has_begun, true) {
            return String::new();
        }
        let names = self.columns.iter().map(|column| csv_field(column.name.as_str()));
        names.collect::<Vec<_>>().join(",") + "\n"
    }
}

/// An empty table with borders, as wide as its cells.
pub fn bordered() -> Table {
    let mut table = Table::new();
    table.load_preset(BORDERS).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn is_number(data_type: &SparkType) -> bool {
    matches!(
        data_type,
        SparkType::Byte
            | SparkType::Short
            | SparkType::Integer
            | SparkType::Long
            | SparkType::Float
            | SparkType::Double
            | SparkType::Decimal { .. }
    )
}

/// A field by RFC 4180. An empty text is quoted, because nothing between commas is NULL.
fn csv_field(text: &str) -> String {
    if text.is_empty() || text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::csv_field;

    #[test]
    fn csv_fields_are_quoted_only_where_they_must_be() {
        assert_eq!(csv_field("a b"), "a b");
        assert_eq!(csv_field(""), "\"\"");
        assert_eq!(csv_field("a,b"), "\"a,b\"");
        assert_eq!(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
    }
}
