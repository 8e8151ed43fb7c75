//! [`TextDecoder`]: lines, or whole files, as they stand in one column.

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, not_impl_err};
use std::sync::Arc;

use crate::framing::Record;
use crate::options::TextLayout;
use crate::rows::{Malformed, RowPlan, Rows, Tally, Want};

/// Name of the column that text files have.
pub(crate) const VALUE: &str = "value";

/// Takes the records of one file.
#[derive(Debug)]
pub(crate) struct TextDecoder {
    /// The column that holds the text, and how it takes part.
    column: usize,
    want: Want,
    splits_returns: bool,
    builder: StringBuilder,
    width: usize,
    rows: Rows,
}

impl TextDecoder {
    pub(crate) fn new(plan: RowPlan, layout: &TextLayout, uri: &str) -> Result<Self> {
        let wants = plan.wants();
        let own: Vec<usize> = (0..wants.len()).filter(|at| wants[*at] != Want::Unnamed).collect();
        let [column] = own[..] else { return not_impl_err!("text files as {} columns; they are one", own.len()) };
        if *plan.columns.field(column).data_type() != DataType::Utf8 {
            return not_impl_err!("text files as a column that is not STRING");
        }
        let splits_returns = layout.line_end.is_none() && !layout.is_multi_line;
        let (builder, width, want) = (StringBuilder::new(), wants.len(), wants[column]);
        Ok(Self { column, want, splits_returns, builder, width, rows: Rows::new(plan, uri) })
    }

    /// See [`Rows::tally`].
    pub(crate) fn tally(&self) -> &Tally {
        self.rows.tally()
    }

    /// See [`Rows::is_full`].
    pub(crate) fn is_full(&self) -> bool {
        self.rows.is_full()
    }

    /// Whether there are rows that are in no batch yet.
    pub(crate) fn has_rows(&self) -> bool {
        !self.rows.is_empty()
    }

    /// The bytes that the batch in the making holds, about.
    pub(crate) fn memory(&self) -> usize {
        self.builder.values_slice().len() * 2 + self.rows.memory()
    }

    /// Takes a record; `number` is the number of its line.
    pub(crate) fn record(&mut self, number: u64, record: Record<'_>) -> Result<(), Malformed> {
        let bytes = match record {
            Record::Line(bytes) => bytes,
            Record::TooLong => {
                return self.rows.reject(number, "the text is longer than 64 MiB".to_owned()).map(|_| ());
            }
        };
        self.rows.take(bytes.len());
        let text = String::from_utf8_lossy(bytes);
        if !self.splits_returns {
            return self.row(number, &text);
        }
        for line in text.split('\r') {
            self.row(number, line)?;
        }
        Ok(())
    }

    fn row(&mut self, number: u64, text: &str) -> Result<(), Malformed> {
        if self.want == Want::Decoded {
            self.builder.append_value(text);
        }
        self.rows.end_row(number, text, None::<fn() -> String>, String::new())
    }

    /// The rows since the last batch, as the projected columns.
    pub(crate) fn finish_batch(&mut self) -> Result<RecordBatch> {
        let mut arrays: Vec<Option<ArrayRef>> = vec![None; self.width];
        if self.want == Want::Decoded {
            arrays[self.column] = Some(Arc::new(self.builder.finish()));
        }
        self.rows.finish_batch(&arrays)
    }
}
