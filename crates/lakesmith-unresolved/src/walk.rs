//! What a relation or expression directly consists of, so that a question about every part needs no match of its own.
//!
//! Order is the order of writing. Only direct parts are given: the caller decides whether to go on.

use lakesmith_base::Identifier;

use crate::expression::{Expression, ExpressionKind, FrameBound, FunctionCall, MergeActionKind, SubqueryKind, Window};
use crate::relation::{Cte, GroupKind, JoinCriteria, Relation, RelationKind, SampleMethod, TimeTravel};

impl Cte {
    /// Whether the query reads its own name.
    pub fn names_itself(&self) -> bool {
        self.query.reads(&self.name.text)
    }
}

impl Relation {
    /// Whether a table of one name is read, be it in a subquery.
    pub fn reads(&self, name: &Identifier) -> bool {
        self.times_read(name) > 0
    }

    /// How often a table of one name is read, subqueries included.
    pub fn times_read(&self, name: &Identifier) -> usize {
        match &*self.kind {
            RelationKind::NamedTable { name: table, .. } => {
                usize::from(matches!(table.parts.as_slice(), [only] if only.text == *name))
            }
            RelationKind::With { ctes, .. } if ctes.iter().any(|cte| cte.name.text == *name) => 0,
            _ => {
                let inputs = self.inputs().into_iter().map(|input| input.times_read(name));
                let expressions = self.expressions().into_iter().map(|expression| expression.times_read(name));
                inputs.chain(expressions).sum()
            }
        }
    }

    /// The relations this one reads directly.
    pub fn inputs(&self) -> Vec<&Relation> {
        use RelationKind as K;
        match &*self.kind {
            K::NamedTable { .. }
            | K::DataSource(_)
            | K::TableFunction { .. }
            | K::Changes { .. }
            | K::InlineTable(_)
            | K::LocalRelation { .. }
            | K::CachedLocalRelation(_)
            | K::ChunkedCachedLocalRelation { .. }
            | K::CachedRemoteRelation(_)
            | K::Range { .. }
            | K::OneRow
            | K::Sql { .. }
            | K::UserDefinedTableFunction(_)
            | K::UserDefinedDataSource { .. }
            | K::Catalog(_)
            | K::MachineLearning(_)
            | K::Extension { .. } => Vec::new(),
            K::Project { input, .. }
            | K::Filter { input, .. }
            | K::Having { input, .. }
            | K::Qualify { input, .. }
            | K::NamedWindows { input, .. }
            | K::Sort { input, .. }
            | K::Limit { input, .. }
            | K::LimitAll { input }
            | K::Offset { input, .. }
            | K::Tail { input, .. }
            | K::Deduplicate { input, .. }
            | K::SubqueryAlias { input, .. }
            | K::Sample { input, .. }
            | K::LateralView { input, .. }
            | K::Pivot { input, .. }
            | K::WithWatermark { input, .. }
            | K::Hint { input, .. }
            | K::Repartition { input, .. }
            | K::RepartitionByExpression { input, .. }
            | K::ToDf { input, .. }
            | K::ToSchema { input, .. }
            | K::WithColumnsRenamed { input, .. }
            | K::WithColumns { input, .. }
            | K::Drop { input, .. }
            | K::CollectMetrics { input, .. }
            | K::Parse { input, .. }
            | K::Transpose { input, .. }
            | K::PipeOperator { input, .. }
            | K::MapPartitions { input, .. }
            | K::ApplyInPandasWithState { input, .. }
            | K::FillNa { input, .. }
            | K::DropNa { input, .. }
            | K::Replace { input, .. }
            | K::Summary { input, .. }
            | K::Describe { input, .. }
            | K::Crosstab { input, .. }
            | K::Covariance { input, .. }
            | K::Correlation { input, .. }
            | K::ApproxQuantile { input, .. }
            | K::FrequentItems { input, .. }
            | K::SampleBy { input, .. }
            | K::ShowString { input, .. }
            | K::HtmlString { input, .. } => vec![input],
            K::Aggregate(aggregate) => vec![&aggregate.input],
            K::Unpivot(unpivot) => vec![&unpivot.input],
            K::GroupMap(group) => {
                let initial = group.stateful.iter().flat_map(|stateful| &stateful.initial);
                [&group.input].into_iter().chain(initial.map(|initial| &initial.0)).collect()
            }
            K::Join(join) => vec![&join.left, &join.right],
            K::AsOfJoin(join) => vec![&join.left, &join.right],
            K::SetOperation(operation) => vec![&operation.left, &operation.right],
            K::NearestByJoin { left, right, .. } | K::LateralJoin { left, right, .. } | K::Zip { left, right } => {
                vec![left, right]
            }
            K::CoGroupMap { left, right, .. } => vec![&left.0, &right.0],
            K::With { ctes, query, .. } => ctes.iter().map(|cte| &cte.query).chain([query]).collect(),
            K::WithRelations { root, references } => references.iter().chain([root]).collect(),
        }
    }

    /// The expressions that stand directly in this relation.
    pub fn expressions(&self) -> Vec<&Expression> {
        use RelationKind as K;
        match &*self.kind {
            K::NamedTable { time_travel: Some(TimeTravel::Version(at) | TimeTravel::Timestamp(at)), .. } => vec![at],
            K::TableFunction { call, .. } => call.parts(),
            K::InlineTable(rows) => rows.iter().flatten().collect(),
            K::Sql { named, positional, .. } => named.iter().map(|(_, value)| value).chain(positional).collect(),
            K::Project { expressions, .. } | K::RepartitionByExpression { expressions, .. } => {
                expressions.iter().collect()
            }
            K::Filter { condition, .. } | K::Having { condition, .. } | K::Qualify { condition, .. } => vec![condition],
            K::Aggregate(aggregate) => {
                let mut parts: Vec<&Expression> = aggregate.outputs.iter().chain(&aggregate.keys).collect();
                if let GroupKind::Pivot { column, .. } = &aggregate.kind {
                    parts.push(column);
                }
                parts
            }
            K::NamedWindows { windows, .. } => windows.iter().flat_map(|(_, window)| window.parts()).collect(),
            K::Sort { orders, .. } => orders.iter().map(|order| &order.child).collect(),
            K::Limit { count, .. } | K::Offset { count, .. } => vec![count],
            K::Sample { method: SampleMethod::Percent(size) | SampleMethod::Rows(size), .. } => vec![size],
            K::LateralView { generator, .. } => generator.parts(),
            K::Pivot { aggregates, columns, values, .. } => aggregates.iter().chain(columns).chain(values).collect(),
            K::Unpivot(unpivot) => {
                let ids = unpivot.ids.iter().flatten();
                ids.chain(unpivot.values.iter().flatten().flat_map(|(group, _)| group)).collect()
            }
            K::WithWatermark { event_time, delay, .. } => vec![event_time, delay],
            K::Hint { parameters, .. } => parameters.iter().collect(),
            K::WithColumns { columns, .. } | K::Drop { columns, .. } => columns.iter().collect(),
            K::CollectMetrics { metrics, .. } => metrics.iter().collect(),
            K::Transpose { index, .. } => index.iter().collect(),
            K::PipeOperator { arguments, .. } => arguments.iter().collect(),
            K::Join(join) => criteria(&join.criteria),
            K::AsOfJoin(join) => {
                let mut parts = vec![&join.as_of.0, &join.as_of.1];
                parts.extend(criteria(&join.criteria));
                parts.extend(&join.tolerance);
                parts
            }
            K::NearestByJoin { parameters, .. } => parameters.iter().map(|(_, value)| value).collect(),
            K::LateralJoin { condition, .. } => condition.iter().collect(),
            K::MapPartitions { function, .. } | K::UserDefinedTableFunction(function) => {
                function.arguments.iter().collect()
            }
            K::GroupMap(group) => group.keys.iter().chain(&group.function.arguments).chain(&group.sort).collect(),
            K::CoGroupMap { left, right, function } => {
                left.1.iter().chain(&right.1).chain(&function.arguments).collect()
            }
            K::ApplyInPandasWithState { keys, function, .. } => keys.iter().chain(&function.arguments).collect(),
            K::SampleBy { column, .. } => vec![column],
            _ => Vec::new(),
        }
    }
}

fn criteria(criteria: &JoinCriteria) -> Vec<&Expression> {
    match criteria {
        JoinCriteria::On(condition) => vec![condition],
        JoinCriteria::None | JoinCriteria::Using(_) | JoinCriteria::Natural => Vec::new(),
    }
}

impl FunctionCall {
    /// Arguments, filter and ordering.
    pub fn parts(&self) -> Vec<&Expression> {
        let name = self.name.computed.iter().map(|name| &**name);
        let order = self.within_group.iter().map(|order| &order.child);
        name.chain(&self.arguments).chain(&self.filter).chain(order).collect()
    }
}

impl Window {
    /// Keys, ordering and frame bounds.
    pub fn parts(&self) -> Vec<&Expression> {
        let mut parts: Vec<&Expression> = self.partition_by.iter().collect();
        parts.extend(self.order_by.iter().map(|order| &order.child));
        for bound in self.frame.iter().flat_map(|frame| [&frame.lower, &frame.upper]) {
            if let FrameBound::Offset(offset) = bound {
                parts.push(offset);
            }
        }
        parts
    }
}

impl Expression {
    /// The expressions this one consists of directly. The query of a subquery is not among them: see [`Expression::query`].
    pub fn children(&self) -> Vec<&Expression> {
        use ExpressionKind as K;
        match &self.kind {
            K::Literal(_)
            | K::Attribute { .. }
            | K::ExpressionString(_)
            | K::Star { .. }
            | K::Regex { .. }
            | K::LambdaVariable(_)
            | K::NamedParameter(_)
            | K::PositionalParameter(_)
            | K::Default
            | K::Extension { .. } => Vec::new(),
            K::Function(call) => call.parts(),
            K::Alias { child, .. }
            | K::Cast { child, .. }
            | K::JsonPath { child, .. }
            | K::Lambda { body: child, .. }
            | K::NamedArgument { value: child, .. }
            | K::DirectShufflePartitionId(child)
            | K::ComputedIdentifier(child) => vec![child],
            K::SortOrder(order) => vec![&order.child],
            K::Window { function, window } => {
                let mut parts = vec![&**function];
                parts.extend(window.parts());
                parts
            }
            K::ExtractValue { child, extraction } => vec![child, extraction],
            K::UpdateFields { child, value, .. } => {
                let mut parts = vec![&**child];
                parts.extend(value.iter().map(|value| &**value));
                parts
            }
            K::UserDefinedFunction(function) | K::TypedAggregate(function) => function.arguments.iter().collect(),
            K::CallFunction { arguments, .. } => arguments.iter().collect(),
            K::MergeAction(action) => {
                let mut parts: Vec<&Expression> = action.condition.iter().collect();
                match &action.kind {
                    MergeActionKind::Update(pairs) | MergeActionKind::Insert(pairs) => {
                        parts.extend(pairs.iter().flat_map(|(target, value)| [target, value]));
                    }
                    MergeActionKind::InsertValues(values) => parts.extend(values),
                    MergeActionKind::Delete
                    | MergeActionKind::UpdateStar { .. }
                    | MergeActionKind::InsertStar { .. } => {}
                }
                parts
            }
            K::Subquery(subquery) => match &subquery.kind {
                SubqueryKind::Scalar | SubqueryKind::Exists => Vec::new(),
                SubqueryKind::In(values) => values.iter().collect(),
                SubqueryKind::TableArgument { partition_by, order_by, .. } => {
                    partition_by.iter().chain(order_by.iter().map(|order| &order.child)).collect()
                }
            },
        }
    }

    /// Visits this expression and all that it consists of, outer ones first, and lets each be changed. Subqueries, functions of
    /// the user's own and actions of MERGE are not entered.
    pub fn for_each_mut(&mut self, visit: &mut dyn FnMut(&mut Self)) {
        use ExpressionKind as K;
        visit(self);
        match &mut self.kind {
            K::Function(call) => {
                let order = call.within_group.iter_mut().map(|order| &mut order.child);
                let parts = call.arguments.iter_mut().chain(&mut call.filter).chain(order);
                parts.for_each(|part| part.for_each_mut(visit));
            }
            K::Alias { child, .. }
            | K::Cast { child, .. }
            | K::JsonPath { child, .. }
            | K::Lambda { body: child, .. }
            | K::NamedArgument { value: child, .. } => child.for_each_mut(visit),
            K::ExtractValue { child, extraction } => {
                child.for_each_mut(visit);
                extraction.for_each_mut(visit);
            }
            K::UpdateFields { child, value, .. } => {
                child.for_each_mut(visit);
                value.iter_mut().for_each(|value| value.for_each_mut(visit));
            }
            K::CallFunction { arguments, .. } => arguments.iter_mut().for_each(|part| part.for_each_mut(visit)),
            K::SortOrder(order) => order.child.for_each_mut(visit),
            K::Window { function, window } => {
                function.for_each_mut(visit);
                let order = window.order_by.iter_mut().map(|order| &mut order.child);
                window.partition_by.iter_mut().chain(order).for_each(|part| part.for_each_mut(visit));
            }
            _ => {}
        }
    }

    /// How often subqueries within read a table of one name.
    fn times_read(&self, name: &Identifier) -> usize {
        let parts = self.children().into_iter().map(|part| part.times_read(name));
        parts.chain(self.query().map(|query| query.times_read(name))).sum()
    }

    /// The query written inside this expression, when it is a subquery.
    pub fn query(&self) -> Option<&Relation> {
        match &self.kind {
            ExpressionKind::Subquery(subquery) => match &subquery.query {
                crate::expression::SubqueryPlan::Inline(query) => Some(query),
                crate::expression::SubqueryPlan::Reference(_) => None,
            },
            _ => None,
        }
    }
}
