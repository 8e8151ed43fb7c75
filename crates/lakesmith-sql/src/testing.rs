//! Short forms of what was parsed, for tests: expressions as `(name argument …)`, relations as nested lists.

#![expect(clippy::result_large_err, reason = "tests look into the diagnostic")]

use lakesmith_diagnostic::{Diagnostic, SourceKind, SourceMap};
use lakesmith_unresolved::expression::{FrameBound, JsonStep, SubqueryKind, SubqueryPlan, Window};
use lakesmith_unresolved::relation::{GroupKind, JoinCriteria, TimeTravel, UNNAMED_QUERY};
use lakesmith_unresolved::{
    Expression, ExpressionKind, FunctionCall, Literal, Name, NamePart, Relation, RelationKind, SortOrder,
};

/// The short form of an expression, or the title of what is wrong with it.
pub(crate) fn expression(text: &str) -> String {
    let mut sources = SourceMap::default();
    let id = sources.add("test", text, SourceKind::Inline);
    crate::parse_expression(&sources, id).map_or_else(|error| error.title, |expression| show(&expression))
}

/// The short form of a query, or the title of what is wrong with it.
pub(crate) fn query(text: &str) -> String {
    query_result(text).map_or_else(|error| error.title, |query| relation(&query))
}

/// A query, or what is wrong with it.
pub(crate) fn query_result(text: &str) -> Result<Relation, Diagnostic> {
    let mut sources = SourceMap::default();
    let id = sources.add("test", text, SourceKind::Inline);
    crate::parse_query(&sources, id)
}

/// What is wrong with a query: its title, the words under the caret and the help.
pub(crate) fn fault(text: &str) -> (String, String, String) {
    let mut sources = SourceMap::default();
    let id = sources.add("test", text, SourceKind::Inline);
    let error = crate::parse_query(&sources, id).expect_err("the query must be wrong");
    let under = error.primary.as_ref().map(|label| sources.text(label.span).to_owned()).unwrap_or_default();
    (error.title, under, error.help.join("; "))
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(" ")
}

fn name(name: &Name) -> String {
    match &name.computed {
        Some(computed) => format!("IDENTIFIER({})", show(computed)),
        None => parts(&name.parts),
    }
}

fn parts(parts: &[NamePart]) -> String {
    parts.iter().map(|part| part.text.to_string()).collect::<Vec<_>>().join(".")
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Null(_) => "null".into(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Byte(value) => format!("{value}Y"),
        Literal::Short(value) => format!("{value}S"),
        Literal::Integer(value) => value.to_string(),
        Literal::Long(value) => format!("{value}L"),
        Literal::Float(value) => format!("{value}F"),
        Literal::Double(value) => format!("{value}D"),
        Literal::Decimal { unscaled, precision, scale } => format!("{unscaled}e-{scale}({precision},{scale})"),
        Literal::String(text) => format!("'{text}'"),
        Literal::Binary(bytes) => format!("X{bytes:02X?}"),
        Literal::Moment(text) => format!("moment'{text}'"),
        Literal::Typed { data_type, text } => format!("{data_type}'{text}'"),
        Literal::YearMonthInterval { months, start, end } => format!("{months}months[{start}-{end}]"),
        Literal::DayTimeInterval { microseconds, start, end } => format!("{microseconds}us[{start}-{end}]"),
        other => format!("{other:?}"),
    }
}

fn order(order: &SortOrder) -> String {
    let direction = if order.descending { "desc" } else { "asc" };
    let nulls = match order.nulls_first {
        None => "",
        Some(true) => " nulls-first",
        Some(false) => " nulls-last",
    };
    format!("{}:{direction}{nulls}", show(&order.child))
}

fn call(call: &FunctionCall) -> String {
    let plain = call.name.parts.len() == 1 && call.name.computed.is_none();
    let called = if plain { call.name.parts[0].text.as_str().to_owned() } else { name(&call.name) };
    let mut text = format!("({called}");
    if call.distinct {
        text += " DISTINCT";
    }
    for argument in &call.arguments {
        text += &format!(" {}", show(argument));
    }
    if let Some(filter) = &call.filter {
        text += &format!(" FILTER {}", show(filter));
    }
    if !call.within_group.is_empty() {
        text += &format!(" WITHIN {}", list(&call.within_group, order));
    }
    match call.ignore_nulls {
        Some(true) => text += " IGNORE-NULLS",
        Some(false) => text += " RESPECT-NULLS",
        None => {}
    }
    assert!(!call.is_internal);
    text + ")"
}

fn window(window: &Window) -> String {
    let bound = |bound: &FrameBound| match bound {
        FrameBound::Unbounded => "unbounded".to_owned(),
        FrameBound::CurrentRow => "current".to_owned(),
        FrameBound::Offset(offset) => show(offset),
    };
    let mut text = Vec::new();
    text.extend(window.reference.iter().map(|name| name.text.to_string()));
    text.extend((!window.partition_by.is_empty()).then(|| format!("by {}", list(&window.partition_by, show))));
    text.extend((!window.order_by.is_empty()).then(|| format!("order {}", list(&window.order_by, order))));
    let frame = |frame: &lakesmith_unresolved::expression::WindowFrame| {
        format!("{:?} {}..{}", frame.unit, bound(&frame.lower), bound(&frame.upper))
    };
    text.extend(window.frame.iter().map(frame));
    text.join("; ")
}

/// The short form of an expression.
pub(crate) fn show(expression: &Expression) -> String {
    match &expression.kind {
        ExpressionKind::Literal(value) => literal(value),
        ExpressionKind::Attribute { parts: names, .. } => parts(names),
        ExpressionKind::Function(function) => call(function),
        ExpressionKind::Star { target, except, .. } => {
            let prefix = if target.is_empty() { String::new() } else { format!("{}.", parts(target)) };
            let suffix =
                if except.is_empty() { String::new() } else { format!("-[{}]", list(except, |name| parts(name))) };
            format!("{prefix}*{suffix}")
        }
        ExpressionKind::Alias { child, names, .. } => {
            format!("{}@{}", show(child), names.iter().map(|name| name.text.to_string()).collect::<Vec<_>>().join(","))
        }
        ExpressionKind::Cast { child, data_type, mode } => format!("(cast-{mode:?} {} {data_type})", show(child)),
        ExpressionKind::Lambda { parameters, body } => {
            format!("(\\{} {})", list(parameters, |name| name.text.to_string()), show(body))
        }
        ExpressionKind::Window { function, window: over } => format!("{} over [{}]", show(function), window(over)),
        ExpressionKind::ExtractValue { child, extraction } => format!("{}[{}]", show(child), show(extraction)),
        ExpressionKind::JsonPath { child, path } => {
            let step = |step: &JsonStep| match step {
                JsonStep::Field { name, exact: true } => format!("={name}"),
                JsonStep::Field { name, exact: false } => name.clone(),
                JsonStep::Index(index) => index.to_string(),
                JsonStep::All => "*".into(),
            };
            format!("(json {} {})", show(child), list(path, step))
        }
        ExpressionKind::NamedArgument { name, value } => format!("{}=>{}", name.text, show(value)),
        ExpressionKind::Subquery(subquery) => {
            let SubqueryPlan::Inline(query) = &subquery.query else { return "reference".into() };
            match &subquery.kind {
                SubqueryKind::Scalar => format!("(scalar {})", relation(query)),
                SubqueryKind::Exists => format!("(exists {})", relation(query)),
                SubqueryKind::In(values) => format!("({} in {})", list(values, show), relation(query)),
                SubqueryKind::TableArgument { .. } => format!("(table {})", relation(query)),
            }
        }
        ExpressionKind::NamedParameter(name) => format!(":{name}"),
        ExpressionKind::PositionalParameter(index) => format!("?{index}"),
        ExpressionKind::Default => "DEFAULT".into(),
        ExpressionKind::ComputedIdentifier(computed) => format!("IDENTIFIER({})", show(computed)),
        other => format!("{other:?}"),
    }
}

/// The short form of a relation.
pub(crate) fn relation(plan: &Relation) -> String {
    match plan.kind.as_ref() {
        RelationKind::NamedTable { name: table, options, is_streaming, time_travel } => {
            let stream = if *is_streaming { "stream " } else { "" };
            let travel = match time_travel {
                Some(TimeTravel::Version(version)) => format!("@version {}", show(version)),
                Some(TimeTravel::Timestamp(time)) => format!("@time {}", show(time)),
                None => String::new(),
            };
            let options = list(options, |(key, value)| format!("{{{key}={value}}}"));
            format!("{stream}{}{travel}{options}", name(table))
        }
        RelationKind::TableFunction { call: function, is_streaming } => {
            format!("{}{}", if *is_streaming { "stream " } else { "" }, call(function))
        }
        RelationKind::Changes { name: table, options, is_streaming } => {
            format!(
                "(changes {} {}{})",
                name(table),
                list(options, |(key, value)| format!("{key}={value}")),
                if *is_streaming { " stream" } else { "" }
            )
        }
        RelationKind::InlineTable(rows) => format!("(values {})", list(rows, |row| format!("[{}]", list(row, show)))),
        RelationKind::OneRow => "one".into(),
        RelationKind::Project { input, expressions } => {
            format!("(select [{}] {})", list(expressions, show), relation(input))
        }
        RelationKind::Filter { input, condition } => format!("(where {} {})", show(condition), relation(input)),
        RelationKind::Aggregate(aggregate) => {
            let kind = match &aggregate.kind {
                GroupKind::GroupingSets(sets) => format!("sets{}", list(sets, |set| format!("({})", list(set, show)))),
                GroupKind::Product(parts) => {
                    format!("product({})", list(parts, |(kind, keys)| format!("{kind:?}:{}", list(keys, show))))
                }
                other => format!("{other:?}"),
            };
            format!(
                "({kind} [{}] [{}] {})",
                list(&aggregate.keys, show),
                list(&aggregate.outputs, show),
                relation(&aggregate.input)
            )
        }
        RelationKind::Having { input, condition } => format!("(having {} {})", show(condition), relation(input)),
        RelationKind::Qualify { input, condition } => format!("(qualify {} {})", show(condition), relation(input)),
        RelationKind::NamedWindows { input, windows } => {
            format!(
                "(windows {} {})",
                list(windows, |(name, spec)| format!("{}=[{}]", name.text, window(spec))),
                relation(input)
            )
        }
        RelationKind::Sort { input, orders, global } => {
            format!("({} [{}] {})", if *global { "order" } else { "sort" }, list(orders, order), relation(input))
        }
        RelationKind::Limit { input, count } => format!("(limit {} {})", show(count), relation(input)),
        RelationKind::LimitAll { input } => format!("(limit-all {})", relation(input)),
        RelationKind::Offset { input, count } => format!("(offset {} {})", show(count), relation(input)),
        RelationKind::Deduplicate { input, .. } => format!("(distinct {})", relation(input)),
        RelationKind::SubqueryAlias { input, alias, .. } if alias.text.matches(UNNAMED_QUERY) => relation(input),
        RelationKind::SubqueryAlias { input, alias, columns } => {
            let columns = if columns.is_empty() {
                String::new()
            } else {
                format!("({})", list(columns, |name| name.text.to_string()))
            };
            format!("(as {}{columns} {})", alias.text, relation(input))
        }
        RelationKind::Sample { input, method, seed, .. } => {
            let method = match method {
                lakesmith_unresolved::relation::SampleMethod::Percent(amount) => format!("percent {}", show(amount)),
                lakesmith_unresolved::relation::SampleMethod::Rows(amount) => format!("rows {}", show(amount)),
                other => format!("{other:?}"),
            };
            format!("(sample {method} {seed:?} {})", relation(input))
        }
        RelationKind::LateralView { input, generator, outer, alias, columns } => format!(
            "(view{} {} {}({}) {})",
            if *outer { "-outer" } else { "" },
            call(generator),
            alias.as_ref().map(|alias| alias.text.to_string()).unwrap_or_default(),
            list(columns, |name| name.text.to_string()),
            relation(input)
        ),
        RelationKind::Pivot { input, aggregates, columns, values } => {
            format!(
                "(pivot [{}] [{}] [{}] {})",
                list(aggregates, show),
                list(columns, show),
                list(values, show),
                relation(input)
            )
        }
        RelationKind::Unpivot(unpivot) => {
            let value = |(columns, name): &(Vec<Expression>, Option<NamePart>)| {
                format!(
                    "{}{}",
                    list(columns, show),
                    name.as_ref().map(|name| format!("@{}", name.text)).unwrap_or_default()
                )
            };
            let values = unpivot.values.as_ref().map(|values| list(values, value)).unwrap_or_default();
            format!(
                "(unpivot {} {:?} [{values}] {})",
                unpivot.variable_name,
                unpivot.value_names,
                relation(&unpivot.input)
            )
        }
        RelationKind::WithWatermark { input, event_time, delay } => {
            format!("(watermark {} {} {})", show(event_time), show(delay), relation(input))
        }
        RelationKind::Hint { input, name, parameters } => {
            format!("(hint {name} [{}] {})", list(parameters, show), relation(input))
        }
        RelationKind::RepartitionByExpression { input, expressions, .. } => {
            format!("(distribute [{}] {})", list(expressions, show), relation(input))
        }
        RelationKind::PipeOperator { input, operator, arguments } => {
            format!("({operator} [{}] {})", list(arguments, show), relation(input))
        }
        RelationKind::Join(join) => {
            let criteria = match &join.criteria {
                JoinCriteria::None => String::new(),
                JoinCriteria::On(condition) => format!(" on {}", show(condition)),
                JoinCriteria::Using(columns) => format!(" using {}", list(columns, |name| name.text.to_string())),
                JoinCriteria::Natural => " natural".into(),
            };
            format!("({:?} {} {}{criteria})", join.kind, relation(&join.left), relation(&join.right))
        }
        RelationKind::LateralJoin { left, right, kind, condition } => format!(
            "(lateral-{kind:?} {} {}{})",
            relation(left),
            relation(right),
            condition.as_ref().map(|condition| format!(" on {}", show(condition))).unwrap_or_default()
        ),
        RelationKind::SetOperation(operation) => format!(
            "({:?}{}{} {} {})",
            operation.kind,
            if operation.all { " all" } else { "" },
            if operation.by_name { " by-name" } else { "" },
            relation(&operation.left),
            relation(&operation.right)
        ),
        RelationKind::With { ctes, recursive, query } => {
            let cte = |cte: &lakesmith_unresolved::relation::Cte| {
                let columns = list(&cte.columns, |name| name.text.to_string());
                format!("{}({columns})={}", cte.name.text, relation(&cte.query))
            };
            format!("(with{} {} {})", if *recursive { "-recursive" } else { "" }, list(ctes, cte), relation(query))
        }
        other => format!("{other:?}"),
    }
}

/// 20,000 texts of a corpus with stretches taken out, put in or copied elsewhere; the same ones in every run.
pub(crate) fn mutations<'a>(corpus: &'a [&str], pieces: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    let mut state: u64 = 42;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    (0..20_000).map(move |round| {
        let mut text: Vec<char> = corpus[round % corpus.len()].chars().collect();
        for _ in 0..=random(4) {
            let at = random(text.len() + 1);
            let end = (at + random(12)).min(text.len());
            match random(3) {
                0 => drop(text.drain(at..end)),
                1 => drop(text.splice(at..at, pieces[random(pieces.len())].chars())),
                _ => {
                    let copied = text[at..end].to_vec();
                    let to = random(text.len() + 1);
                    drop(text.splice(to..to, copied));
                }
            }
        }
        text.into_iter().collect()
    })
}
