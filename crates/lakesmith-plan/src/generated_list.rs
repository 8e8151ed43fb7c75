//! Generators in a SELECT list: `SELECT id, explode(items) AS item, upper(item)`.
//!
//! What they give are columns of the list's input, which the rest of the list may name, before and behind the generator. Columns
//! that were there before, and aliases, come first. Beside aggregates there is one generator, and it takes what the groups give;
//! HAVING, QUALIFY and ORDER BY are then about its rows.

use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_functions::registry;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall, NamePart};
use lakesmith_unresolved::relation::Aggregate;

use crate::generator::{Rows, generates};
use crate::output_name::named_outputs;
use crate::project::{Block, Order, Output, mentions_aggregate, typed};
use crate::random::is_random;
use crate::resolver::{Planned, Resolver};
use crate::scope::{Reach, Scope};

/// What Spark names the columns by that a generator takes from groups, and behind it their places.
const TAKEN: &str = "_gen_input_";

/// The generator that an expression of the SELECT list is, with the names of its columns.
fn generator_of(expression: &Expression) -> Option<(&FunctionCall, &[NamePart])> {
    match &expression.kind {
        ExpressionKind::Function(call) if generates(call) => Some((call, &[])),
        ExpressionKind::Alias { child, names, .. } => match &child.kind {
            ExpressionKind::Function(call) if generates(call) => Some((call, names)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a SELECT list has a generator.
pub(crate) fn has_generator(expressions: &[Expression]) -> bool {
    expressions.iter().any(|expression| generator_of(expression).is_some())
}

impl Resolver<'_> {
    /// The input with the rows of the generators of a SELECT list, and the list with their columns in their places. Nothing
    /// changes for a list without a generator. Two of them give every pair of their rows.
    pub(crate) fn with_generator(
        &mut self,
        input: Planned,
        expressions: &[Expression],
        outer: &Scope<'_>,
    ) -> Option<(Planned, Option<Vec<Expression>>)> {
        let generators = expressions.iter().enumerate().filter(|(_, expression)| generator_of(expression).is_some());
        let mut open: Vec<(usize, &Expression)> = generators.collect();
        if open.is_empty() {
            return Some((input, None));
        }
        let mut planned = input;
        let mut given: Vec<Vec<Expression>> = vec![Vec::new(); expressions.len()];
        while !open.is_empty() {
            // one may take what another gives, which then comes first
            let ready = match open.len() {
                1 => 0,
                _ => {
                    open.iter().position(|(_, expression)| self.can_generate(expression, &planned, outer)).unwrap_or(0)
                }
            };
            let (at, expression) = open.remove(ready);
            let (call, names) = generator_of(expression)?;
            let origin = &expression.origin;
            let number = self.number();
            let rows = Rows { names, qualifier: Vec::new(), reach: Reach::Generated, is_outer: false, origin };
            let before = planned.columns.len();
            planned = self.generate(planned, call, &rows, outer)?;
            let part = |text: &Identifier| NamePart { text: text.clone(), origin: origin.clone() };
            for (place, column) in planned.columns[before..].iter_mut().enumerate() {
                // a qualifier for each: several may have one name
                let own = Identifier::new(format!("generator#{number}@{place}"));
                column.qualifier = vec![own.clone()];
                let name = &column.attribute.name;
                let parts = vec![part(&own), part(name)];
                let kind = ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
                let mut item = Expression::new(kind, origin.clone());
                if names.len() == 1 {
                    // one name is an alias as others are, several are not
                    let alias =
                        ExpressionKind::Alias { child: Box::new(item), names: vec![part(name)], metadata: None };
                    item = Expression::new(alias, origin.clone());
                }
                given[at].push(item);
            }
        }
        let list = expressions.iter().zip(given);
        let list = list.flat_map(|(written, given)| if given.is_empty() { vec![written.clone()] } else { given });
        Some((planned, Some(list.collect())))
    }

    /// Whether all is there that a generator takes.
    fn can_generate(&mut self, expression: &Expression, input: &Planned, outer: &Scope<'_>) -> bool {
        let Some((call, _)) = generator_of(expression) else { return false };
        let scope = Scope { outer: Some(outer), ..Scope::of(&input.columns) };
        call.arguments.iter().all(|argument| self.quietly(|resolver| resolver.expression(argument, &scope)).is_some())
    }

    /// A block with aggregates whose SELECT list has one generator, which then takes the aggregates: they are computed first.
    pub(crate) fn generated_from_groups(
        &mut self,
        block: &Block<'_>,
        aggregate: &Aggregate,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let mut generators = aggregate.outputs.iter().enumerate().filter(|(_, output)| generator_of(output).is_some());
        let (at, output) = generators.next()?;
        let (call, names) = generator_of(output)?;
        let origin = &output.origin;
        if let Some((_, second)) = generators.next() {
            let title = "two generators stand beside GROUP BY or an aggregate function";
            let diagnostic = Diagnostic::error(Condition::UNSUPPORTED_GENERATOR_MULTI_GENERATOR, title);
            let help = "put one of them into a query around this one";
            return self.refuse(diagnostic.help(help), &second.origin, "the second one");
        }
        // what depends on no row is no output of the groups, and moves no position of GROUP BY
        let (taken, arguments): (Vec<usize>, Vec<Expression>) = call
            .arguments
            .iter()
            .enumerate()
            .filter(|(_, argument)| !is_same_for_all(argument))
            .map(|(place, argument)| (place, named(argument, &format!("{TAKEN}{place}"))))
            .unzip();
        let mut outputs = aggregate.outputs.clone();
        outputs.splice(at..=at, arguments);
        let (own, after) = (outputs.len(), aggregate.outputs.len() - at - 1);
        let above = block.having.is_some() || block.qualify.is_some() || !block.orders.is_empty();
        if above {
            outputs.extend(hidden_keys(aggregate));
        }
        let hidden = outputs.len() - own;
        let is_star = |output: &Expression| matches!(output.kind, ExpressionKind::Star { .. });
        let stars = [&aggregate.outputs[..at], &aggregate.outputs[at + 1..]].map(|side| side.iter().any(is_star));
        let inner = Aggregate { outputs, ..aggregate.clone() };
        let bare = Block { orders: &[], order_all: None, having: None, qualify: None, ..*block };
        let mut planned = self.groups(&bare, &inner, outer)?;
        let total = planned.columns.len();
        let place = match stars {
            [false, _] => at,
            [true, false] => total - hidden - after - taken.len(),
            [true, true] => return self.not_built("`*` on both sides of a generator beside GROUP BY", origin),
        };
        planned.columns[total - hidden..].iter_mut().for_each(|column| column.reach = Reach::Qualified);
        let mut values = planned.columns[place..place + taken.len()].iter().map(typed).collect::<Vec<_>>().into_iter();
        let mut all = Vec::new();
        for (number, argument) in call.arguments.iter().enumerate() {
            all.push(match taken.contains(&number) {
                true => values.next(),
                false => self.expression(argument, &Scope::default()),
            });
        }
        let all = all.into_iter().collect::<Option<Vec<_>>>()?;
        let rows = Rows { names, qualifier: Vec::new(), reach: Reach::Plain, is_outer: false, origin };
        let mut planned = self.generate_from(planned, call, all, &rows)?;
        let generated = planned.columns.split_off(total);
        planned.columns.splice(place..place + taken.len(), generated);
        match above || block.order_all.is_some() {
            true => self.above_generated(planned, block, outer),
            false => Some(planned),
        }
    }

    /// HAVING, QUALIFY and ORDER BY over generated rows.
    fn above_generated(&mut self, mut planned: Planned, block: &Block<'_>, outer: &Scope<'_>) -> Option<Planned> {
        for column in &mut planned.columns {
            if column.reach == Reach::Qualified {
                column.reach = Reach::Generated;
            }
        }
        let visible = planned.columns.iter().filter(|column| column.is_visible());
        let outputs: Vec<Output> = visible.map(|column| Output::kept(column, block.origin)).collect();
        let aliases = named_outputs(&outputs);
        let scope = Scope { outer: Some(outer), aliases: &aliases, ..Scope::of(&planned.columns) };
        let mut plan = planned.plan;
        if let Some(having) = block.having {
            if mentions_aggregate(having) {
                let title =
                    "HAVING of a query with a generator is about its rows, and an aggregate function stands in it";
                let diagnostic = Diagnostic::error(Condition::INVALID_WHERE_CONDITION, title);
                return self.refuse(diagnostic, &having.origin, "about more than one row");
            }
            let condition = self.condition(having, &scope, "HAVING")?;
            plan = self.filtered_plan(plan, condition, &having.origin)?;
        }
        if let Some(order) = block.orders.iter().find(|order| mentions_aggregate(&order.child)) {
            let title =
                "ORDER BY of a query with a generator is about its rows, and an aggregate function stands in it";
            let diagnostic = Diagnostic::error(Condition::UNSUPPORTED_EXPR_FOR_OPERATOR, title);
            return self.refuse(diagnostic, &order.child.origin, "aggregate");
        }
        let filter = match block.qualify {
            Some(condition) => Some(self.condition(condition, &Scope { is_qualify: true, ..scope }, "QUALIFY")?),
            None => None,
        };
        let keys = self.order_keys(block, &outputs, &Scope { aliases_first: true, ..scope })?;
        self.finish_block(plan, outputs, Order { filter, keys, all: block.order_all }, block.origin)
    }
}

/// The keys of GROUP BY that are columns, for clauses above that name them where the SELECT list does not.
fn hidden_keys(aggregate: &Aggregate) -> Vec<Expression> {
    let is_output = |name: &NamePart| {
        aggregate.outputs.iter().any(|output| match &output.kind {
            ExpressionKind::Alias { names, .. } => names.iter().any(|own| own.text == name.text),
            ExpressionKind::Attribute { parts, .. } => parts.last().is_some_and(|own| own.text == name.text),
            ExpressionKind::Star { .. } => true,
            _ => false,
        })
    };
    let columns = aggregate.keys.iter().filter(|key| match &key.kind {
        ExpressionKind::Attribute { parts, .. } => {
            parts.last().is_some_and(|name| !is_output(name) && !name.text.as_str().starts_with(TAKEN))
        }
        _ => false,
    });
    columns.cloned().collect()
}

fn named(value: &Expression, name: &str) -> Expression {
    let names = vec![NamePart { text: Identifier::new(name), origin: value.origin.clone() }];
    let kind = ExpressionKind::Alias { child: Box::new(value.clone()), names, metadata: None };
    Expression::new(kind, value.origin.clone())
}

/// Whether an expression is written without anything that a row or a group has.
fn is_same_for_all(expression: &Expression) -> bool {
    let is_own = match &expression.kind {
        ExpressionKind::Function(call) => {
            let function = call.name.parts.last().and_then(|part| registry::find(part.text.as_str()));
            function.is_some() && !mentions_aggregate(expression)
        }
        ExpressionKind::Literal(_) | ExpressionKind::Cast { .. } | ExpressionKind::ExtractValue { .. } => true,
        _ => false,
    };
    is_own && !is_random(expression) && expression.children().into_iter().all(is_same_for_all)
}
