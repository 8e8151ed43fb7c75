//! TABLESAMPLE and `sample`: some of the rows, by number or by chance.
//!
//! A seed gives the rows that Spark takes of its first partition.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, lit};
use datafusion::prelude::Column;
use lakesmith_base::random::mixed;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::constant;
use lakesmith_unresolved::expression::Expression;
use lakesmith_unresolved::relation::SampleMethod;
use lakesmith_unresolved::{Literal, Relation, SparkType};

use crate::literal::literal;
use crate::resolver::{Planned, Resolver};
use crate::scope::Scope;

/// How far a fraction may be out of its bounds for rounding.
const TOLERANCE: f64 = 1e-6;

impl Resolver<'_> {
    /// A sample without replacement.
    pub(crate) fn sample(
        &mut self,
        input: &Relation,
        method: &SampleMethod,
        seed: Option<i64>,
        origin: &Origin,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let (lower, upper) = match method {
            SampleMethod::Rows(rows) => {
                let rows = self.row_count(rows, "TABLESAMPLE")?;
                let input = self.relation(input, outer)?;
                let plan = self.built(input.builder().limit(0, Some(rows)), origin)?;
                return Some(Planned { plan, columns: input.columns });
            }
            SampleMethod::Fraction { lower, upper } => (*lower, *upper),
            SampleMethod::Percent(percent) => (0.0, self.percent(percent)? / 100.0),
            SampleMethod::Bucket { bucket, buckets } => (0.0, *bucket as f64 / *buckets as f64),
            SampleMethod::Bytes(_) => {
                let title = "TABLESAMPLE by a number of bytes is not supported";
                let diagnostic = Diagnostic::error(Condition::UNSUPPORTED_FEATURE, title);
                return self.refuse(diagnostic.help("write `(10 PERCENT)` or `(100 ROWS)`"), origin, "");
            }
        };
        if !(-TOLERANCE..=1.0 + TOLERANCE).contains(&(upper - lower)) {
            let title = "TABLESAMPLE takes a part of the rows: 0 to 100 PERCENT";
            return self.refuse(Diagnostic::error(Condition::INVALID_TABLESAMPLE_FRACTION, title), origin, "");
        }
        let input = self.relation(input, outer)?;
        if upper - lower >= 1.0 {
            return Some(input);
        }
        if upper <= lower {
            let plan = self.built(input.builder().limit(0, Some(0)), origin)?;
            return Some(Planned { plan, columns: input.columns });
        }
        let seed = match seed {
            Some(seed) => seed,
            None => mixed(self.options.session.entropy, self.number()).cast_signed(),
        };
        let seed = self.settle(literal(&Literal::Long(seed)), origin)?;
        let drawn = self.builtin("rand", vec![seed], origin)?;
        let own: Vec<Expr> = input.plan.schema().columns().into_iter().map(Expr::Column).collect();
        let name = format!("drawn#{}", self.number());
        let draw = || Expr::Column(Column::new_unqualified(&name));
        let taken = draw().gt_eq(lit(lower)).and(draw().lt(lit(upper)));
        let sampled = LogicalPlanBuilder::from(input.plan)
            .project(own.iter().cloned().chain([drawn.expr.alias(&name)]).collect::<Vec<_>>())
            .and_then(|plan| plan.filter(taken))
            .and_then(|plan| plan.project(own));
        let plan = self.built(sampled, origin)?;
        Some(Planned { plan, columns: input.columns })
    }

    fn percent(&mut self, written: &Expression) -> Option<f64> {
        let value = self.expression(written, &Scope::default())?;
        let value = self.settle(cast(value, &SparkType::Double, Mode::Ansi), &written.origin)?;
        match constant::value(&value.expr) {
            Some(ScalarValue::Float64(Some(percent))) => Some(percent),
            _ => {
                let title = "TABLESAMPLE takes a constant number";
                let condition = Condition::INVALID_LIMIT_LIKE_EXPRESSION_IS_UNFOLDABLE;
                self.refuse(Diagnostic::error(condition, title), &written.origin, "no constant")
            }
        }
    }
}
