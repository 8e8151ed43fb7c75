//! Expressions: names are looked up, functions found in their table, casts made.

use datafusion::common::tree_node::TreeNode;
use datafusion::logical_expr::Expr;
use lakesmith_base::Identifier;
use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::coercion::{implicit, is_integral};
use lakesmith_functions::{
    Call, Ordered, Role, Typed, arrange, collection, constant, higher_order, json, kernel, normal, nullability, place,
    refusal, registry, strict,
};
use lakesmith_unresolved::expression::{CastMode, Expression, ExpressionKind, FunctionCall, NamePart, SortOrder};
use lakesmith_unresolved::{Literal, PlanId, SparkType, function_names};

use crate::call_name;
use crate::generator::generates;
use crate::literal::{literal, special_moment};
use crate::naming;
use crate::null_folding;
use crate::project::{mentions_aggregate, typed};
use crate::quantified_like;
use crate::resolver::Resolver;
use crate::scope::{Found, Reach, Scope, ScopeColumn};
use crate::sql_function::Called;
use crate::star::is_to_spell;
use crate::time_window::is_time_window;

impl Resolver<'_> {
    /// The expression's value; nothing when a fault was noted.
    pub(crate) fn expression(&mut self, expression: &Expression, scope: &Scope<'_>) -> Option<Typed> {
        let origin = &expression.origin;
        let _here = place::enter(origin);
        match &expression.kind {
            ExpressionKind::Literal(value) => {
                let special =
                    special_moment(value, self.options.session.now_micros, &lakesmith_functions::rules::current());
                let value = literal(special.as_ref().unwrap_or(value));
                self.settle(value, origin)
            }
            ExpressionKind::Attribute { parts, plan_id, is_metadata_column: false } => {
                self.name(parts, *plan_id, scope, origin)
            }
            ExpressionKind::Function(call) => self.call(call, scope, origin),
            ExpressionKind::NamedParameter(name) => self.unbound(&format!(":{name}"), origin),
            ExpressionKind::PositionalParameter(index) => self.unbound(&format!("? number {}", index + 1), origin),
            ExpressionKind::CallFunction { name, arguments } => {
                let call = FunctionCall::builtin(name, arguments.clone(), origin.clone());
                self.call(&call, scope, origin)
            }
            ExpressionKind::Alias { child, .. } => self.expression(child, scope),
            ExpressionKind::JsonPath { child, path } => {
                let value = self.expression(child, scope)?;
                self.settle(json::path(value, path), origin)
            }
            ExpressionKind::Cast { child, data_type, mode } => {
                let data_type = &data_type.without_lengths();
                if let SparkType::Time(_) = data_type {
                    return self.not_built("the type TIME", origin);
                }
                let value = self.expression(child, scope)?;
                let is_nested =
                    matches!(data_type, SparkType::Array { .. } | SparkType::Map { .. } | SparkType::Struct(_));
                if is_nested && matches!(child.kind, ExpressionKind::JsonPath { .. }) {
                    return self.settle(json::decode(value, data_type), origin);
                }
                let mode = match mode {
                    CastMode::Session | CastMode::Ansi => Mode::Ansi,
                    CastMode::Try => Mode::Try,
                    CastMode::Legacy => return self.not_built("a cast by the old rules", origin),
                };
                let is_kept = value.data_type == *data_type && is_integral(data_type);
                let value = match value.expr {
                    // a whole number that is cast has all digits of its type, and one that is written its own
                    Expr::Literal(..) if is_kept => kernel::call("spark_widen", vec![value], data_type.clone()),
                    _ => cast(value, data_type, mode),
                };
                self.settle(value, origin)
            }
            ExpressionKind::Window { function, window } => self.window(function, window, scope),
            ExpressionKind::ExtractValue { child, extraction } => self.extracted(child, extraction, scope),
            ExpressionKind::Subquery(_) if !scope.variables.is_empty() => {
                let condition = Condition::UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY_HIGHER_ORDER_FUNCTION;
                self.refuse(Diagnostic::error(condition, "a subquery stands inside a lambda"), origin, "")
            }
            ExpressionKind::Subquery(subquery) => self.subquery(subquery, scope, origin),
            ExpressionKind::LambdaVariable(parts) => self.name(parts, None, scope, origin),
            ExpressionKind::ComputedIdentifier(text) => {
                let parts = self.identifier(text)?;
                self.name(&parts, None, scope, origin)
            }
            ExpressionKind::Star { .. } => self.misplaced_star(origin),
            ExpressionKind::Lambda { .. } => {
                let condition = Condition::INVALID_LAMBDA_FUNCTION_CALL_NON_HIGHER_ORDER_FUNCTION;
                self.refuse(Diagnostic::error(condition, "a lambda where none is taken"), origin, "")
            }
            other => self.not_built(&describe(other), origin),
        }
    }

    /// A condition.
    pub(crate) fn condition(&mut self, expression: &Expression, scope: &Scope<'_>, clause: &str) -> Option<Expr> {
        let mut value = self.expression(expression, scope)?;
        if clause == "HAVING" && value.data_type != SparkType::Boolean {
            // as if it were written so
            value = self.settle(cast(value, &SparkType::Boolean, Mode::Ansi), &expression.origin)?;
        }
        let data_type = value.data_type.clone();
        let condition = if data_type == SparkType::Null { None } else { implicit(value, &SparkType::Boolean) };
        match condition {
            Some(condition) => self.settle(condition, &expression.origin).map(|condition| condition.expr),
            None => {
                let title = format!("{clause} needs a condition, this is a value of type {data_type}");
                let of_filter = clause == "FILTER";
                let condition =
                    if of_filter { Condition::INVALID_AGGREGATE_FILTER } else { Condition::DATATYPE_MISMATCH };
                self.refuse(Diagnostic::error(condition, title), &expression.origin, "no condition")
            }
        }
    }

    /// The condition of `FILTER (WHERE …)`, which is about one row and no other value than a truth value.
    fn filter_of_aggregate(&mut self, filter: &Expression, scope: &Scope<'_>) -> Option<Expr> {
        let told = |title: &str| Diagnostic::error(Condition::INVALID_AGGREGATE_FILTER, title);
        if mentions_aggregate(filter) {
            return self.refuse(told("an aggregate function stands in FILTER"), &filter.origin, "about many rows");
        }
        if is_random(filter) {
            return self.refuse(told("a random function stands in FILTER"), &filter.origin, "random");
        }
        let value = self.expression(filter, scope)?;
        if value.data_type != SparkType::Boolean {
            let title = format!("FILTER needs a condition, this is a value of type {}", value.data_type);
            return self.refuse(told(&title), &filter.origin, "no condition");
        }
        Some(value.expr)
    }

    fn name(
        &mut self,
        parts: &[NamePart],
        plan_id: Option<PlanId>,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Typed> {
        let own = parts.first().and_then(|first| scope.variables.iter().rev().find(|known| known.name == first.text));
        if let (Some(variable), None) = (own, plan_id) {
            return self.fields(variable.value.clone(), &parts[1..]);
        }
        let over_window = |value: &Typed| value.expr.exists(|node| Ok(matches!(node, Expr::WindowFunction(_))));
        let of_window = scope.aliases.iter().rev().find(|(name, _)| *name == parts[0].text);
        if let Some((_, value)) = of_window
            && scope.is_qualify
            && parts.len() == 1
            && over_window(value).unwrap_or(false)
        {
            return Some(value.clone());
        }
        if scope.aliases_first
            && !scope.within_aggregate
            && let Some(output) = self.output_named(parts, scope, origin)
        {
            return output;
        }
        let named = scope.aliases.iter().rev().find(|(name, _)| *name == parts[0].text);
        match scope.find(parts, plan_id) {
            Found::Column(column, taken) => {
                self.check_row_index(column, &parts[taken..], origin)?;
                self.fields(typed(column), &parts[taken..])
            }
            Found::Ambiguous(columns) => {
                let name = shown(parts);
                let candidates: Vec<String> = columns
                    .iter()
                    .map(|column| {
                        let all = column.qualifier.last().into_iter().chain([&column.attribute.name]);
                        format!("`{}`", all.map(Identifier::as_str).collect::<Vec<_>>().join("."))
                    })
                    .collect();
                let diagnostic = Diagnostic::error(
                    Condition::AMBIGUOUS_REFERENCE,
                    format!("column `{name}` can mean several columns"),
                )
                .help(format!("write one of {}", candidates.join(", ")));
                self.refuse(diagnostic, origin, "ambiguous")
            }
            Found::Nothing => {
                if let Some((_, value)) = named {
                    let is_same = |(name, _): &&(Identifier, Typed)| *name == parts[0].text;
                    let is_several = scope.aliases.iter().filter(is_same).count() > 1;
                    if !scope.aliases_first && is_several {
                        let title = format!("`{}` is the name of several columns of the SELECT list", shown(parts));
                        let condition = Condition::AMBIGUOUS_LATERAL_COLUMN_ALIAS;
                        return self.refuse(Diagnostic::error(condition, title), origin, "ambiguous");
                    }
                    if !is_several {
                        return self.fields(value.clone(), &parts[1..]);
                    }
                }
                if parts.len() == 1 && scope.aggregates && parts[0].text.matches("grouping__id") {
                    let call = FunctionCall::builtin("grouping_id", Vec::new(), origin.clone());
                    return self.call(&call, scope, origin);
                }
                if parts.len() == 1 && bare_function(parts[0].text.as_str()) {
                    let call = FunctionCall::builtin(parts[0].text.as_str(), Vec::new(), origin.clone());
                    return self.call(&call, scope, origin);
                }
                if let Some(value) = self.outer(parts, plan_id, scope, origin) {
                    return Some(value);
                }
                if let Some(value) = self.parameter(parts, scope, origin) {
                    return value;
                }
                if let (Some((value, taken)), None) = (self.variable(parts), plan_id) {
                    self.note_variable(&parts[taken - 1], &value, origin);
                    return self.fields(value, &parts[taken..]);
                }
                self.unknown_column(parts, scope)
            }
        }
    }

    /// Refuses `_metadata` as a whole, and its field `row_index`, where that is not built.
    pub(crate) fn check_row_index(&mut self, column: &ScopeColumn, fields: &[NamePart], origin: &Origin) -> Option<()> {
        let is_asked = fields.first().is_none_or(|field| field.text.matches("row_index"));
        match column.reach {
            Reach::MetadataWithoutRowIndex if is_asked => {
                self.not_built("`row_index` of `_metadata` of a Delta table", origin)
            }
            _ => Some(()),
        }
    }

    /// A column of the query around this subquery.
    pub(crate) fn outer(
        &mut self,
        parts: &[NamePart],
        plan_id: Option<PlanId>,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Typed> {
        let outer = scope.outer?;
        let Found::Column(column, taken) = outer.find(parts, plan_id) else { return None };
        self.outer_named.push(column.attribute.internal());
        let names = column.qualifier.iter().chain([&column.attribute.name]);
        let fields = parts[taken..].iter().map(|part| &part.text);
        let shown: Vec<&str> = names.map(Identifier::as_str).collect();
        let fields: String = fields.map(|field| format!(".{}", field.as_str())).collect();
        self.correlations.push((origin.clone(), format!("outer({}){fields}", shown.join("."))));
        let value = outer_value(column)?;
        self.fields(value, &parts[taken..])
    }

    pub(crate) fn unknown_column<T>(&mut self, parts: &[NamePart], scope: &Scope<'_>) -> Option<T> {
        let last = parts.last()?;
        if self.generated.contains(&parts[0].text) {
            let what = format!("naming `{}`, which a generator of the same SELECT gives,", parts[0].text);
            return self.not_built(&what, &last.origin);
        }
        let told = scope.columns.iter().filter(|column| column.reach != Reach::MetadataWithoutRowIndex);
        let names: Vec<&str> = told.map(|column| column.attribute.name.as_str()).collect();
        let similar = closest(last.text.as_str(), names.iter().copied(), 3);
        let title = format!("column `{}` does not exist", shown(parts));
        if let Some(diagnostic) = unknown_qualifier(parts, scope, &title) {
            return self.refuse(diagnostic, &parts[0].origin, "no such table or alias here");
        }
        let diagnostic = if similar.is_empty() {
            let listed = names.iter().take(8).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let known =
                if names.is_empty() { "there are no columns here".into() } else { format!("columns here: {listed}") };
            Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITHOUT_SUGGESTION, title).help(known)
        } else {
            let listed = similar.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITH_SUGGESTION, title)
                .help(format!("a column with a similar name exists: {listed}"))
        };
        self.refuse(diagnostic, &last.origin, "no such column")
    }

    /// Fields of a struct, one after the other.
    pub(crate) fn fields(&mut self, mut value: Typed, parts: &[NamePart]) -> Option<Typed> {
        for part in parts {
            value = self.field(value, part.text.as_str(), &part.origin)?;
        }
        Some(value)
    }

    pub(crate) fn field(&mut self, value: Typed, name: &str, origin: &Origin) -> Option<Typed> {
        if let SparkType::Map { key: key_type, .. } = &value.data_type {
            let key = literal(&Literal::String(name.to_owned()));
            let key = self.settle(key, origin)?;
            let key = self.settle(cast(key, key_type, Mode::Ansi), origin)?;
            let element = collection::element(value, key);
            return self.settle(element, origin);
        }
        let fields = match &value.data_type {
            SparkType::Struct(fields) => Some(fields),
            SparkType::Array { element, .. } => match element.as_ref() {
                SparkType::Struct(fields) => Some(fields),
                _ => None,
            },
            _ => None,
        };
        if value.data_type == SparkType::Null {
            return Some(value);
        }
        let Some(fields) = fields else {
            let title = format!("`{name}` is asked of a value of type {}, which has no fields", value.data_type);
            let condition = Condition::INVALID_EXTRACT_BASE_FIELD_TYPE;
            return self.refuse(Diagnostic::error(condition, title), origin, "no struct");
        };
        match fields.iter().position(|field| field.name.matches(name)) {
            Some(index) => {
                let field = match value.data_type {
                    SparkType::Array { .. } => arrange::field_of_each(value, index),
                    _ => collection::field(value, index),
                };
                self.settle(field, origin)
            }
            None => {
                let names: Vec<String> = fields.iter().map(|field| format!("`{}`", field.name.as_str())).collect();
                let diagnostic =
                    Diagnostic::error(Condition::FIELD_NOT_FOUND, format!("field `{name}` does not exist"))
                        .help(format!("the fields are {}", names.join(", ")));
                self.refuse(diagnostic, origin, "no such field")
            }
        }
    }

    pub(crate) fn extract(&mut self, child: &Expression, extraction: &Expression, scope: &Scope<'_>) -> Option<Typed> {
        let value = self.expression(child, scope)?;
        match (&value.data_type, &extraction.kind) {
            (SparkType::Null, _) => Some(value),
            (data_type, ExpressionKind::Literal(Literal::String(name))) if has_fields(data_type) => {
                let name = name.clone();
                self.field(value, &name, &extraction.origin)
            }
            (SparkType::Array { .. } | SparkType::Map { .. }, _) => {
                let key = self.expression(extraction, scope)?;
                let element = collection::element(value, key);
                self.settle(element, &extraction.origin)
            }
            _ => {
                let title = format!("a value of type {} has no elements", value.data_type);
                let condition = Condition::INVALID_EXTRACT_BASE_FIELD_TYPE;
                self.refuse(Diagnostic::error(condition, title), &extraction.origin, "")
            }
        }
    }

    /// A function that is not built, or that nobody has. Faults of its arguments are noted too.
    pub(crate) fn unknown_function(
        &mut self,
        call: &FunctionCall,
        part: &NamePart,
        scope: &Scope<'_>,
    ) -> Option<Typed> {
        let name = part.text.as_str();
        for argument in &call.arguments {
            self.expression(argument, scope);
        }
        if let Some(known) = function_names::find(name) {
            let whose = if known.only_databricks { "Databricks" } else { "Spark" };
            let title = match refusal::find(name) {
                Some(refusal) if refusal.is_final => {
                    format!("`{name}` is a {whose} function that Lakesmith does not have: {}", refusal.reason)
                }
                Some(refusal) => {
                    format!("`{name}` is a {whose} function that Lakesmith does not have yet: {}", refusal.reason)
                }
                None => format!("`{name}` is a {whose} function that Lakesmith does not have yet"),
            };
            let diagnostic = Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title);
            return self.refuse(diagnostic, &part.origin, "not built");
        }
        let title = format!("function `{name}` does not exist");
        let mut diagnostic = Diagnostic::error(Condition::UNRESOLVED_ROUTINE, title);
        let similar = closest(name, registry::names().chain(higher_order::names()), 3);
        if !similar.is_empty() {
            let listed = similar.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            diagnostic = diagnostic.help(format!("a function with a similar name exists: {listed}"));
        }
        self.refuse(diagnostic, &part.origin, "no such function")
    }

    /// The file that a row comes from; an empty text where it comes from none.
    fn input_file_name(&mut self, scope: &Scope<'_>, origin: &Origin) -> Option<Typed> {
        let path = ["_metadata", "file_path"].map(|text| NamePart { text: text.into(), origin: origin.clone() });
        match scope.find(&path, None) {
            Found::Column(column, 1) if column.reach.is_metadata() => self.name(&path, None, scope, origin),
            _ => {
                let value = literal(&Literal::String(String::new()));
                self.settle(value, origin)
            }
        }
    }

    /// `arrays_zip`: arrays that are columns or fields give their names to the fields of the structs.
    fn zipped(&mut self, call: &FunctionCall, scope: &Scope<'_>, origin: &Origin) -> Option<Typed> {
        let lists = call.arguments.iter().enumerate().map(|(index, argument)| {
            let name = match &argument.kind {
                ExpressionKind::Attribute { .. } | ExpressionKind::Alias { .. } => field_name(argument, index),
                _ => index.to_string(),
            };
            self.expression(argument, scope).map(|list| (name, list))
        });
        let lists = lists.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>()?;
        self.settle(arrange::zipped(lists), origin)
    }

    /// A key of WITHIN GROUP.
    fn within_group(&mut self, order: &SortOrder, scope: &Scope<'_>) -> Option<Ordered> {
        let value = self.expression(&order.child, scope)?;
        let nulls_first = order.nulls_first.unwrap_or(!order.descending);
        Some(Ordered { value, descending: order.descending, nulls_first })
    }

    /// A call of a function or operator.
    pub(crate) fn call(&mut self, call: &FunctionCall, scope: &Scope<'_>, origin: &Origin) -> Option<Typed> {
        let spelled = match is_to_spell(call) {
            true => {
                let written = Expression::new(ExpressionKind::Function(Box::new(call.clone())), origin.clone());
                self.spelled_out(&written, scope)
            }
            false => None,
        };
        let call = match &spelled {
            Some(Expression { kind: ExpressionKind::Function(call), .. }) => call,
            _ if is_to_spell(call) => return None,
            _ => call,
        };
        let part = call.name.parts.last()?;
        let name = part.text.as_str();
        if call.arguments.is_empty()
            && bare_function(name)
            && is_without_parentheses(call, origin)
            && let Found::Column(column, 1) = scope.find(&call.name.parts, None)
        {
            return Some(typed(column));
        }
        if part.text.matches("input_file_name") && call.arguments.is_empty() {
            return self.input_file_name(scope, origin);
        }
        if is_time_window(call) {
            return self.window_column(scope, origin);
        }
        if let ([condition], true) = (call.arguments.as_slice(), part.text.matches("assert_true")) {
            let told = Literal::String(call_name::not_true(&naming::column_name(condition)));
            let told = Expression::new(ExpressionKind::Literal(told), origin.clone());
            let arguments = vec![condition.clone(), told];
            return self.call(&FunctionCall { arguments, ..call.clone() }, scope, origin);
        }
        if let Some(spelled) = quantified_like::spelled(call) {
            return self.expression(&spelled, scope);
        }
        if part.text.matches("struct") {
            let renamed = named_struct(call, origin);
            return self.call(&renamed, scope, origin);
        }
        if let Some(grouping) = self.grouping(call, scope, origin) {
            return grouping;
        }
        if part.text.matches("arrays_zip") {
            return self.zipped(call, scope, origin);
        }
        if generates(call) {
            return self.misplaced_generator(call, origin);
        }
        // `array_sort` takes a lambda or none
        if let Some(function) = higher_order::find(name)
            && (registry::find(name).is_none() || call.arguments.len() > function.values)
        {
            let plain =
                Scope { aggregates: scope.aggregates || scope.windowed == Some(true), windowed: None, ..*scope };
            return self.higher_order(function, call, &plain, origin);
        }
        let builtin = registry::find(name);
        if builtin.is_none() || call.name.parts.len() > 1 {
            match self.called(call) {
                Called::Function(function) => return self.function_value(&function, call, scope, origin),
                Called::Asked => return None,
                Called::Nothing => {}
            }
        }
        let Some(function) = builtin else {
            return self.unknown_function(call, part, scope);
        };
        if function.role == Role::Aggregate && scope.within_aggregate {
            let title = format!("`{name}` stands inside another aggregate function");
            let diagnostic = Diagnostic::error(Condition::NESTED_AGGREGATE_FUNCTION, title)
                .help("compute the inner one in a query beneath this one");
            return self.refuse(diagnostic, &part.origin, "aggregate");
        }
        if function.role == Role::Aggregate && !scope.aggregates && scope.windowed.is_none() {
            if let Some(value) = self.aggregate_around(call, scope, origin) {
                return Some(value);
            }
            if self.mixes_queries(call, scope) {
                return self.mixed_aggregate(origin);
            }
            let title = format!("aggregate function `{name}` cannot stand here");
            let condition = match scope.outer {
                Some(outer) if outer.is_having => Condition::INVALID_WHERE_CONDITION,
                _ => Condition::GROUP_BY_AGGREGATE,
            };
            let diagnostic = Diagnostic::error(condition, title)
                .help("it is about many rows: filter by it in HAVING, or compute it in the SELECT list");
            return self.refuse(diagnostic, &part.origin, "aggregate");
        }
        if !call.within_group.is_empty() && !ORDERED.contains(&function.names[0]) {
            let title = format!("`{name}` has no WITHIN GROUP");
            let condition = Condition::INVALID_SQL_SYNTAX_FUNCTION_WITH_UNSUPPORTED_SYNTAX;
            return self.refuse(Diagnostic::error(condition, title), origin, "");
        }
        let plain = scope.aggregates && function.role != Role::Aggregate;
        let within_aggregate = scope.within_aggregate || function.role == Role::Aggregate && scope.windowed.is_none();
        let inner = Scope { aggregates: scope.windowed.unwrap_or(plain), windowed: None, within_aggregate, ..*scope };
        let written = if CHAINED.contains(&function.names[0]) { chain(call) } else { call.arguments.iter().collect() };
        let star = matches!(call.arguments.as_slice(), [only] if matches!(only.kind, ExpressionKind::Star { .. }));
        let arguments = if star && function.names[0] == "count" {
            Vec::new()
        } else {
            let all: Vec<Option<Typed>> = written.iter().map(|argument| self.expression(argument, &inner)).collect();
            let all = all.into_iter().collect::<Option<Vec<_>>>()?;
            match call.distinct {
                true => {
                    let normal = all.into_iter().map(normal::normal).collect::<Result<Vec<_>, _>>();
                    self.settle(normal, origin)?
                }
                false => all,
            }
        };
        let order: Vec<Option<Ordered>> =
            call.within_group.iter().map(|order| self.within_group(order, &inner)).collect();
        let order = order.into_iter().collect::<Option<Vec<_>>>()?;
        if call.distinct && WITHOUT_DISTINCT.contains(&function.names[0]) {
            let title = format!("`{name}` has no DISTINCT");
            let condition = Condition::INVALID_WITHIN_GROUP_EXPRESSION_DISTINCT_UNSUPPORTED;
            return self.refuse(Diagnostic::error(condition, title), origin, "");
        }
        if function.names[0] == "count" && call.arguments.is_empty() {
            let title = "function `count` takes 1 or more arguments, not 0";
            let diagnostic = Diagnostic::error(Condition::WRONG_NUM_ARGS, title).help("write `count(*)`");
            return self.refuse(diagnostic, origin, "");
        }
        let (fewest, most) = function.arity;
        if function.role == Role::Window && scope.windowed.is_none() {
            let title = format!("window function `{name}` has no OVER");
            return self.refuse(Diagnostic::error(Condition::WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE, title), origin, "");
        }
        if function.role == Role::Aggregate && call.distinct && scope.windowed.is_some() {
            let title = format!("`{name}(DISTINCT …)` cannot be computed over a window");
            return self.refuse(Diagnostic::error(Condition::DISTINCT_WINDOW_FUNCTION_UNSUPPORTED, title), origin, "");
        }
        if !(fewest..=most).contains(&arguments.len()) && FURTHER_ARGUMENTS.iter().any(|known| part.text.matches(known))
        {
            return self.not_built(&format!("`{name}` with {} arguments", arguments.len()), origin);
        }
        if call.ignore_nulls.is_some() && !PASSING_NULLS.contains(&function.names[0]) {
            let title = format!("`{name}` has no IGNORE NULLS and no RESPECT NULLS");
            let condition = Condition::INVALID_SQL_SYNTAX_FUNCTION_WITH_UNSUPPORTED_SYNTAX;
            return self.refuse(Diagnostic::error(condition, title), origin, "");
        }
        let types: Vec<SparkType> = arguments.iter().map(|argument| argument.data_type.clone()).collect();
        if arguments.len() < fewest || arguments.len() > most {
            let wanted = match (fewest, most) {
                (1, 1) => "1 argument".to_owned(),
                _ if fewest == most => format!("{fewest} arguments"),
                _ if arguments.len() > most => format!("{fewest} to {most} arguments"),
                _ => format!("{fewest} or more arguments"),
            };
            let title = format!("function `{name}` takes {wanted}, not {}", arguments.len());
            return self.refuse(Diagnostic::error(Condition::WRONG_NUM_ARGS, title), origin, "");
        }
        let entropy = match RANDOM.contains(&function.names[0]) {
            true => lakesmith_base::random::mixed(self.options.session.entropy, self.number()),
            false => 0,
        };
        let is_null = null_folding::is_null(function.names[0], &arguments);
        let compares = COMPARISONS.contains(&name);
        let arguments =
            if compares || part.text.matches("in") { self.filled_chars(arguments, origin)? } else { arguments };
        let resolvable = Call {
            name,
            arguments,
            distinct: call.distinct,
            ignore_nulls: call.ignore_nulls == Some(true),
            order,
            session: &self.options.session,
            entropy,
        };
        let resolved = strict::fault(&resolvable).map_or_else(|| (function.resolve)(&resolvable), Err);
        let resolved = resolved.map(|value| nullability::of(function.names[0], &resolvable.arguments, value));
        let with_text = compares && types.iter().any(lakesmith_functions::coercion::is_text);
        if let Err(fault) = &resolved
            && fault.condition == Condition::DATATYPE_MISMATCH
            && !with_text
            && let Some(unusual) = types.iter().find(|data_type| is_unusual(data_type, name))
        {
            return self.not_built(&format!("`{name}` of {unusual}"), origin);
        }
        let at = match &resolved {
            // neither side is more wrong than the other
            Err(_) if compares => origin,
            Err(fault) => fault.argument.and_then(|index| written.get(index)).map_or(origin, |a| &a.origin),
            Ok(_) => origin,
        };
        let value = self.settle(resolved, at)?;
        if let (Expr::ScalarFunction(kernel), Some(left)) = (&value.expr, types.first())
            && let Some(known) = naming::moving(name, kernel.name(), left)
        {
            self.moved.push((origin.clone(), known));
        }
        if name.eq_ignore_ascii_case("time_bucket") && value.data_type == SparkType::TimestampNtz {
            self.moved.push((origin.clone(), naming::BUCKET_WITHOUT_ZONE));
        }
        if is_null {
            return self.settle(constant::null(&value.data_type), origin);
        }
        match &call.filter {
            None => Some(value),
            Some(filter) => {
                let condition = self.filter_of_aggregate(filter, &Scope { aggregates: false, ..*scope })?;
                self.filtered(value, condition, origin)
            }
        }
    }
}

/// Functions of all values of a group, whose DISTINCT means nothing, by the first of their names.
const WITHOUT_DISTINCT: [&str; 3] = ["mode", "percentile_cont", "percentile_disc"];

const COMPARISONS: [&str; 9] = ["==", "=", "!=", "<>", "<", "<=", ">", ">=", "<=>"];

/// Operators of which a chain is one call, by their functions: resolved one inside the other, a long one would take too long.
const CHAINED: [&str; 3] = ["and", "or", "concat"];

/// The operands of a chain of one operator, from left to right. Conditions are one chain however they are grouped, so that those that
/// cannot fail are told from the others; of `concat` a group of its own may have a type of its own.
fn chain(call: &FunctionCall) -> Vec<&Expression> {
    let operator = |call: &FunctionCall| call.name.parts.last().map(|part| part.text.clone());
    let name = operator(call);
    let is_logic = name.as_ref().is_some_and(|name| name.matches("and") || name.matches("or"));
    let mut operands = Vec::new();
    let mut open: Vec<&Expression> = call.arguments.iter().rev().collect();
    while let Some(operand) = open.pop() {
        match &operand.kind {
            ExpressionKind::Function(inner)
                if operator(inner) == name
                    && inner.filter.is_none()
                    && !inner.distinct
                    && (is_logic || operands.is_empty()) =>
            {
                open.extend(inner.arguments.iter().rev());
            }
            _ => operands.push(operand),
        }
    }
    operands
}
/// Functions that can pass over NULLs, by the first of their names.
const PASSING_NULLS: [&str; 8] =
    ["any_value", "collect_list", "collect_set", "first", "lag", "last", "lead", "nth_value"];

/// Aggregates with WITHIN GROUP.
const ORDERED: [&str; 4] = ["listagg", "mode", "percentile_cont", "percentile_disc"];

/// Functions that give other values in each call.
const RANDOM: [&str; 5] = ["rand", "randn", "randstr", "uniform", "uuid"];

/// Whether a function that gives other values in each call stands in an expression.
pub(crate) fn is_random(expression: &Expression) -> bool {
    let is_own = match &expression.kind {
        // a name is no value
        ExpressionKind::ComputedIdentifier(_) => return false,
        ExpressionKind::Function(call) => {
            let function = call.name.parts.last().and_then(|part| registry::find(part.text.as_str()));
            function.is_some_and(|function| RANDOM.contains(&function.names[0]))
        }
        _ => false,
    };
    is_own || expression.children().into_iter().any(is_random)
}

/// A column that is there, under another table or alias than was written.
fn unknown_qualifier(parts: &[NamePart], scope: &Scope<'_>, title: &str) -> Option<Diagnostic> {
    let [qualifier, name] = parts else { return None };
    let is_alias = |column: &&ScopeColumn| column.qualifier.last().is_some_and(|own| *own == qualifier.text);
    if scope.columns.iter().any(|column| is_alias(&column)) {
        return None;
    }
    let fitting = scope.columns.iter().filter(|column| column.attribute.name == name.text);
    let written = fitting.filter_map(|column| {
        let own = column.qualifier.last()?;
        Some(format!("`{}.{}`", own.as_str(), column.attribute.name.as_str()))
    });
    let mut written: Vec<String> = written.collect();
    written.dedup();
    if written.is_empty() {
        return None;
    }
    let help = format!("a table with an alias is named by it: write {}", written.join(" or "));
    Some(Diagnostic::error(Condition::UNRESOLVED_COLUMN_WITH_SUGGESTION, title).help(help))
}

/// A column of the query around a subquery, as its value there.
pub(crate) fn outer_value(column: &ScopeColumn) -> Option<Typed> {
    let attribute = &column.attribute;
    let arrow = lakesmith_engine::arrow_type::to_arrow(&attribute.data_type).ok()?;
    let field = datafusion::arrow::datatypes::Field::new(attribute.internal(), arrow, attribute.nullable);
    let column = datafusion::prelude::Column::new_unqualified(attribute.internal());
    let expr = Expr::OuterReferenceColumn(std::sync::Arc::new(field), column);
    Some(Typed { expr, data_type: attribute.data_type.clone(), nullable: attribute.nullable })
}

/// Functions that Spark has with more arguments than are built.
const FURTHER_ARGUMENTS: [&str; 4] = ["dense_rank", "instr", "percent_rank", "rank"];

/// Functions that take values of all types that Spark has them for; what they refuse, Spark does.
const OF_ALL_TYPES: [&str; 36] = [
    "!=",
    "<",
    "<=",
    "<=>",
    "<>",
    "=",
    "==",
    ">",
    ">=",
    "array",
    "between",
    "coalesce",
    "contains",
    "decode",
    "endswith",
    "greatest",
    "if",
    "ifnull",
    "in",
    "least",
    "left",
    "lpad",
    "map",
    "nullif",
    "nvl",
    "nvl2",
    "rpad",
    "startswith",
    "substr",
    "substring",
    "time_bucket",
    "try_divide",
    "when",
    "<<",
    ">>",
    ">>>",
];

/// Types that few functions take yet, though Spark has more.
fn is_unusual(data_type: &SparkType, function: &str) -> bool {
    if OF_ALL_TYPES.contains(&function.to_ascii_lowercase().as_str()) {
        return false;
    }
    let moment = matches!(data_type, SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz);
    matches!(data_type, SparkType::DayTimeInterval { .. } | SparkType::YearMonthInterval { .. })
        || matches!(data_type, SparkType::CalendarInterval | SparkType::Binary | SparkType::Variant)
        || moment && function.to_ascii_lowercase().starts_with("try_")
        || *data_type == SparkType::Timestamp
            && ["avg", "mean"].iter().any(|known| function.eq_ignore_ascii_case(known))
}

/// `struct(a, b AS c, 1)` is `named_struct('a', a, 'c', b, 'col3', 1)`.
fn named_struct(call: &FunctionCall, origin: &Origin) -> FunctionCall {
    let arguments = call.arguments.iter().enumerate().flat_map(|(index, argument)| {
        let name = Literal::String(field_name(argument, index));
        [Expression::new(ExpressionKind::Literal(name), argument.origin.clone()), argument.clone()]
    });
    FunctionCall::builtin("named_struct", arguments.collect(), origin.clone())
}

/// Whether a value is a struct or a list of structs.
fn has_fields(data_type: &SparkType) -> bool {
    match data_type {
        SparkType::Array { element, .. } => matches!(element.as_ref(), SparkType::Struct(_)),
        other => matches!(other, SparkType::Struct(_)),
    }
}

/// The name of a struct's field whose value is written as an argument of `struct`.
pub(crate) fn field_name(argument: &Expression, index: usize) -> String {
    let name = match &argument.kind {
        ExpressionKind::Alias { names, .. } => names.first().map(|name| name.text.as_str().to_owned()),
        ExpressionKind::Attribute { parts, .. } | ExpressionKind::LambdaVariable(parts) => {
            parts.last().map(|part| part.text.as_str().to_owned())
        }
        ExpressionKind::ExtractValue { extraction, .. } => match &extraction.kind {
            ExpressionKind::Literal(Literal::String(name)) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    };
    name.unwrap_or_else(|| format!("col{}", index + 1))
}

fn shown(parts: &[NamePart]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".")
}

/// Functions that SQL lets one write without parentheses.
fn bare_function(name: &str) -> bool {
    ["current_date", "current_path", "current_timestamp", "current_user", "session_user", "user"]
        .iter()
        .any(|function| function.eq_ignore_ascii_case(name))
}

/// Whether a call is a name alone, which may be that of a column.
fn is_without_parentheses(call: &FunctionCall, origin: &Origin) -> bool {
    let length = call.name.parts.iter().map(|part| part.text.as_str().len()).sum::<usize>();
    matches!(origin, Origin::Text(span) if usize::try_from(span.end - span.start).is_ok_and(|span| span == length))
}

/// What an expression is, in words a user knows.
fn describe(kind: &ExpressionKind) -> String {
    match kind {
        ExpressionKind::UserDefinedFunction(_) | ExpressionKind::TypedAggregate(_) => "a function of the user's own",
        ExpressionKind::NamedArgument { .. } => "an argument by name at this place",
        ExpressionKind::Regex { .. } => "columns by a regular expression",
        ExpressionKind::UpdateFields { .. } => "withField and dropFields",
        ExpressionKind::ExpressionString(_) => "an expression as text",
        ExpressionKind::Default => "DEFAULT as a value",
        _ => "this expression",
    }
    .to_owned()
}
