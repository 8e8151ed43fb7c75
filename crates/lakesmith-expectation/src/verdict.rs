//! The verdict on each row, as one text column.
//!
//! NULL keeps the row. Otherwise the first byte is `D` (drop), `Q` (quarantine) or `F` (fail), and a JSON array of the names of
//! the violated expectations follows: `Q["valid_price","has_id"]`; after `F` only those that stop the flow.

use datafusion::arrow::array::{Array, BooleanArray, StringArray, StringBuilder};

use crate::check::{Action, Check};

/// Name of the column.
pub const VERDICT: &str = "__lakesmith_verdict";

/// The verdict on every row, and how many rows satisfy each check. A condition that is NULL is violated.
pub(crate) fn judge(checks: &[Check], conditions: &[&BooleanArray], rows: usize) -> (StringArray, Vec<u64>) {
    let passed: Vec<u64> = conditions.iter().map(|condition| passed(condition)).collect();
    let all = rows as u64;
    let decides = |index: &usize| checks[*index].action != Action::Keep && passed[*index] < all;
    let deciding: Vec<usize> = (0..checks.len()).filter(decides).collect();
    if deciding.is_empty() {
        return (StringArray::new_null(rows), passed);
    }
    let mut verdicts = StringBuilder::with_capacity(rows, 0);
    for row in 0..rows {
        let violated = |index: &usize| !(conditions[*index].is_valid(row) && conditions[*index].value(row));
        let worst = deciding.iter().filter(|index| violated(index)).map(|index| checks[*index].action).max();
        match worst.and_then(Action::letter) {
            None => verdicts.append_null(),
            Some(letter) => {
                // what stopped the flow is the news, not what else the row breaks
                let is_told = |index: &usize| letter != 'F' || checks[*index].action == Action::Fail;
                let names = (0..checks.len()).filter(violated).filter(is_told);
                let names = names.map(|index| checks[index].name.as_str());
                let names = serde_json::Value::from_iter(names);
                verdicts.append_value(format!("{letter}{names}"));
            }
        }
    }
    (verdicts.finish(), passed)
}

fn passed(condition: &BooleanArray) -> u64 {
    condition.true_count() as u64
}
