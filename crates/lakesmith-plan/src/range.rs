//! `range(start, end, step, partitions)` in FROM.

use std::sync::Arc;

use datafusion::common::ScalarValue;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::range::{Numbers, RangeTable};
use lakesmith_engine::{ProvidedRelation, RelationSource};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::constant;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall};
use lakesmith_unresolved::{SparkType, StructField};

use crate::resolver::{Planned, Resolver};
use crate::scope::Scope;

impl Resolver<'_> {
    /// A table of whole numbers.
    pub(crate) fn range(&mut self, call: &FunctionCall, origin: &Origin) -> Option<Planned> {
        if !(1..=4).contains(&call.arguments.len()) {
            let title = format!("function `range` takes 1 to 4 arguments, not {}", call.arguments.len());
            return self.refuse(Diagnostic::error(Condition::WRONG_NUM_ARGS, title), origin, "");
        }
        let numbers: Vec<Option<i64>> = call.arguments.iter().map(|argument| self.bound_of_range(argument)).collect();
        let numbers = numbers.into_iter().collect::<Option<Vec<_>>>()?;
        let numbers = match numbers.as_slice() {
            [end] => Numbers { start: 0, end: *end, step: 1 },
            [start, end] => Numbers { start: *start, end: *end, step: 1 },
            [start, end, step, ..] => Numbers { start: *start, end: *end, step: *step },
            [] => return None,
        };
        if numbers.step == 0 {
            let diagnostic = Diagnostic::error(Condition::FAILED_FUNCTION_CALL, "the step of `range` is 0");
            return self.refuse(diagnostic, origin, "");
        }
        self.numbers(numbers, origin)
    }

    /// Numbers as a relation.
    pub(crate) fn numbers(&mut self, numbers: Numbers, origin: &Origin) -> Option<Planned> {
        let column = StructField { nullable: false, ..StructField::nullable("id", SparkType::Long) };
        let source = ProvidedRelation::new(vec![column], Arc::new(RangeTable::new(numbers)));
        self.scan(&source as &dyn RelationSource, &[], origin)
    }

    fn bound_of_range(&mut self, argument: &Expression) -> Option<i64> {
        if let ExpressionKind::NamedArgument { .. } = argument.kind {
            let diagnostic = Diagnostic::error(Condition::NON_FOLDABLE_ARGUMENT, "`range` takes no argument by name");
            return self.refuse(diagnostic, &argument.origin, "");
        }
        if self.mentions_column(argument) {
            let diagnostic = Diagnostic::error(Condition::NON_FOLDABLE_ARGUMENT, "`range` takes constants only");
            return self.refuse(diagnostic, &argument.origin, "no constant");
        }
        let value = self.expression(argument, &Scope::default())?;
        let given = value.data_type.clone();
        let Ok(number) = cast(value, &SparkType::Long, Mode::Ansi) else {
            let title = format!("`range` takes whole numbers, not a value of type {given}");
            return self.refuse(Diagnostic::error(Condition::UNEXPECTED_INPUT_TYPE, title), &argument.origin, "");
        };
        match constant::value(&number.expr) {
            Some(ScalarValue::Int64(Some(number))) => Some(number),
            Some(_) => {
                let diagnostic = Diagnostic::error(Condition::UNEXPECTED_INPUT_TYPE, "`range` is given NULL");
                self.refuse(diagnostic, &argument.origin, "")
            }
            None => {
                let diagnostic = Diagnostic::error(Condition::NON_FOLDABLE_ARGUMENT, "`range` takes constants only");
                self.refuse(diagnostic, &argument.origin, "no constant")
            }
        }
    }
}
