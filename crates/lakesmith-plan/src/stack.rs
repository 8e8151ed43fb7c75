//! `stack(n, a, b, …)`: a generator that writes its arguments as n rows.

use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::generator::Generated;
use lakesmith_functions::{Typed, constant};
use lakesmith_unresolved::expression::FunctionCall;
use lakesmith_unresolved::{SparkType, StructField};

use crate::resolver::Resolver;

impl Resolver<'_> {
    /// The rows of `stack`.
    pub(crate) fn stacked(&mut self, call: &FunctionCall, arguments: Vec<Typed>, origin: &Origin) -> Option<Generated> {
        if arguments.len() < 2 {
            let title = format!("function `stack` takes 2 or more arguments, not {}", arguments.len());
            return self.refuse(Diagnostic::error(Condition::WRONG_NUM_ARGS, title), origin, "");
        }
        let mut arguments = arguments.into_iter();
        let count = arguments.next()?;
        let number = match count.data_type {
            SparkType::Integer => constant::value(&count.expr).and_then(|value| usize::try_from(whole(&value)?).ok()),
            _ => None,
        };
        let Some(rows) = number.filter(|number| *number > 0) else {
            let title = "the first argument of `stack` is the number of rows: a constant INT greater than 0";
            let place = call.arguments.first().map_or(origin, |argument| &argument.origin);
            return self.refuse(Diagnostic::error(Condition::DATATYPE_MISMATCH, title), place, "");
        };
        let values: Vec<Typed> = arguments.collect();
        let width = values.len().div_ceil(rows);
        let mut fields = Vec::new();
        for at in 0..width {
            let mut own = values.iter().enumerate().skip(at).step_by(width);
            let data_type = own.clone().map(|(_, value)| &value.data_type).find(|own| **own != SparkType::Null);
            let data_type = data_type.cloned().unwrap_or(SparkType::Null);
            let is_other = |(_, value): &(usize, &Typed)| ![&data_type, &SparkType::Null].contains(&&value.data_type);
            if let Some((index, other)) = own.find(is_other) {
                let title = format!("`stack` puts {data_type} and {} into one column", other.data_type);
                let place = call.arguments.get(index + 1).map_or(origin, |argument| &argument.origin);
                return self.refuse(Diagnostic::error(Condition::DATATYPE_MISMATCH, title), place, "");
            }
            fields.push(StructField::nullable(format!("col{at}").as_str(), data_type));
        }
        let mut listed = Vec::new();
        for row in 0..rows {
            let mut cells = Vec::new();
            for (at, field) in fields.iter().enumerate() {
                let value = match values.get(row * width + at) {
                    Some(value) => cast(value.clone(), &field.data_type, Mode::Ansi),
                    None => constant::null(&field.data_type),
                };
                cells.push(self.settle(value, origin)?);
            }
            listed.push(cells);
        }
        self.listed_rows(listed, fields, origin)
    }
}

fn whole(value: &datafusion::common::ScalarValue) -> Option<i32> {
    match value {
        datafusion::common::ScalarValue::Int32(number) => *number,
        _ => None,
    }
}
