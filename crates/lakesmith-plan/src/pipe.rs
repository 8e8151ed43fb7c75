//! Steps of the pipe syntax that no clause expresses: EXTEND, SET, DROP and AGGREGATE.

use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_unresolved::expression::{Expression, ExpressionKind};
use lakesmith_unresolved::relation::Aggregate;
use lakesmith_unresolved::{Relation, RelationKind};

use crate::frame::constant;
use crate::project::{Order, Output, mentions_aggregate};
use crate::resolver::{Planned, Resolver};
use crate::scope::{Found, Scope};

impl Resolver<'_> {
    /// One step.
    pub(crate) fn pipe(
        &mut self,
        input: &Relation,
        operator: &str,
        arguments: &[Expression],
        origin: &Origin,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        match operator {
            // what follows sees the columns of this step only
            "|>" => self.relation(input, outer),
            "AGGREGATE" => self.pipe_aggregate(input, outer),
            "EXTEND" => {
                self.check_pipe(arguments, "EXTEND")?;
                let mut expressions = vec![star(&[], origin)];
                expressions.extend(arguments.iter().cloned());
                let kind = RelationKind::Project { input: input.clone(), expressions };
                self.relation(&Relation::new(kind, origin.clone()), outer)
            }
            "DROP" => {
                let expressions = vec![star(arguments, origin)];
                let kind = RelationKind::Project { input: input.clone(), expressions };
                self.relation(&Relation::new(kind, origin.clone()), outer)
            }
            "SET" => {
                self.check_pipe(arguments, "SET")?;
                let mut planned = self.relation(input, outer)?;
                for assignment in arguments {
                    planned = self.assigned(planned, assignment, outer)?;
                }
                Some(planned)
            }
            other => self.not_built(&format!("`|> {other}`"), origin),
        }
    }

    /// Notes an aggregate or a `*` in a step that computes columns row by row.
    fn check_pipe(&mut self, arguments: &[Expression], step: &str) -> Option<()> {
        for argument in arguments {
            if let ExpressionKind::Star { .. } = argument.kind {
                return self.misplaced_star(&argument.origin);
            }
            if mentions_aggregate(argument) {
                let title = format!("an aggregate function stands in {step}");
                let diagnostic = Diagnostic::error(Condition::PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION, title);
                return self.refuse(diagnostic.help("write `|> AGGREGATE … GROUP BY …`"), &argument.origin, "");
            }
        }
        Some(())
    }

    /// The input with one column's value replaced.
    fn assigned(&mut self, input: Planned, assignment: &Expression, outer: &Scope<'_>) -> Option<Planned> {
        let ExpressionKind::Alias { child, names, .. } = &assignment.kind else { return None };
        let (name, origin) = (names.first()?, &assignment.origin);
        let scope = Scope { outer: Some(outer), ..Scope::of(&input.columns) };
        let Found::Column(..) = scope.find(names, None) else {
            return self.unknown_column(names, &scope);
        };
        let value = self.expression(child, &scope)?;
        let outputs = input.columns.iter().filter(|column| column.is_visible()).map(|column| {
            match column.attribute.name == name.text {
                true => Output {
                    name: name.text.clone(),
                    value: value.clone(),
                    origin: origin.clone(),
                    source: None,
                    metadata: None,
                },
                false => Output::kept(column, origin),
            }
        });
        let outputs = outputs.collect();
        self.with_second_keys(input, outputs, Order::default(), origin)
    }

    fn pipe_aggregate(&mut self, relation: &Relation, outer: &Scope<'_>) -> Option<Planned> {
        let RelationKind::Aggregate(aggregate) = relation.kind.as_ref() else { return None };
        self.keys_of_pipe(aggregate)?;
        let Some(position) = aggregate.keys.iter().position(|key| constant(key).is_some()) else {
            return self.relation(relation, outer);
        };
        // a position means a column of the step before
        let input = self.relation(&aggregate.input, outer)?;
        let visible: Vec<_> = input.columns.iter().filter(|column| column.is_visible()).collect();
        let key = &aggregate.keys[position];
        let at = self.ordinal(key, visible.len(), Condition::GROUP_BY_POS_OUT_OF_RANGE)??;
        let name = visible[at].attribute.name.clone();
        let part = lakesmith_unresolved::NamePart { text: name, origin: key.origin.clone() };
        let kind = ExpressionKind::Attribute { parts: vec![part], plan_id: None, is_metadata_column: false };
        let mut named = aggregate.clone();
        named.keys[position] = Expression::new(kind, key.origin.clone());
        let named = Relation::new(RelationKind::Aggregate(named), relation.origin.clone());
        self.pipe_aggregate(&named, outer)
    }

    /// Notes what AGGREGATE lists without an aggregate function, and windows.
    fn keys_of_pipe(&mut self, aggregate: &Aggregate) -> Option<()> {
        for output in &aggregate.outputs {
            let window = output_window(output);
            if window {
                let title = "a window function stands in AGGREGATE";
                let condition = Condition::UNSUPPORTED_FEATURE_PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE;
                return self.refuse(Diagnostic::error(condition, title), &output.origin, "");
            }
            if let Some(call) = grouping_call(output) {
                let title = format!("`{call}` stands in AGGREGATE, which groups by plain keys");
                let condition = Condition::UNSUPPORTED_FEATURE_PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE;
                return self.refuse(Diagnostic::error(condition, title), &output.origin, "");
            }
            if !mentions_aggregate(output) {
                let title = "AGGREGATE lists an expression without an aggregate function";
                let condition = Condition::PIPE_OPERATOR_AGGREGATE_EXPRESSION_CONTAINS_NO_AGGREGATE_FUNCTION;
                let help = "keys stand after GROUP BY, and are part of the result";
                return self.refuse(Diagnostic::error(condition, title).help(help), &output.origin, "");
            }
        }
        Some(())
    }
}

/// The function that tells grouping sets apart in an expression.
pub(crate) fn grouping_call(output: &Expression) -> Option<&'static str> {
    let own = match &output.kind {
        ExpressionKind::Function(call) => call
            .name
            .parts
            .last()
            .and_then(|part| ["grouping", "grouping_id"].into_iter().find(|name| part.text.matches(name))),
        _ => None,
    };
    own.or_else(|| output.children().into_iter().find_map(grouping_call))
}

fn output_window(output: &Expression) -> bool {
    matches!(output.kind, ExpressionKind::Window { .. }) || output.children().into_iter().any(output_window)
}

/// `*` without the columns that are named.
fn star(without: &[Expression], origin: &Origin) -> Expression {
    let name = |column: &Expression| match &column.kind {
        ExpressionKind::Attribute { parts, .. } => Some(parts.clone()),
        _ => None,
    };
    let except = without.iter().filter_map(name).collect();
    Expression::new(ExpressionKind::Star { target: Vec::new(), except, plan_id: None }, origin.clone())
}
