//! Calls of functions and operators.

use datafusion::logical_expr::Expr;
use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::{
    Call, Function, Ordered, Role, Typed, arrange, constant, higher_order, normal, nullability, refusal, registry,
    strict,
};
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall, NamePart, SortOrder};
use lakesmith_unresolved::{Literal, SparkType, function_names};

use crate::call_name;
use crate::generator::generates;
use crate::literal::literal;
use crate::naming;
use crate::null_folding;
use crate::null_order;
use crate::project::{mentions_aggregate, typed};
use crate::quantified_like;
use crate::random::{RANDOM, is_random};
use crate::resolver::Resolver;
use crate::rounded_name;
use crate::scope::{Found, Scope};
use crate::sql_function::Called;
use crate::star::is_to_spell;
use crate::time_window::is_time_window;
use crate::window::find_window;

impl Resolver<'_> {
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
        if let Some(value) = self.written_otherwise(call, scope, origin) {
            return value;
        }
        let part = call.name.parts.last()?;
        let builtin = registry::find(part.text.as_str());
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
        if let Some(value) = self.aggregate_elsewhere(function, call, scope, origin) {
            return value;
        }
        if !call.within_group.is_empty() && !ORDERED.contains(&function.names[0]) {
            let title = format!("`{}` has no WITHIN GROUP", part.text);
            return self.refuse(unsupported_syntax(title), origin, "");
        }
        let value = self.value_of_call(function, call, scope, origin)?;
        match &call.filter {
            None => Some(value),
            Some(filter) => {
                let condition =
                    self.filter_of_aggregate(filter, &Scope { aggregates: false, within_aggregate: true, ..*scope })?;
                self.filtered(value, condition, origin)
            }
        }
    }

    /// What is written as a call and is something else, or a call of another function; nothing for all others.
    fn written_otherwise(&mut self, call: &FunctionCall, scope: &Scope<'_>, origin: &Origin) -> Option<Option<Typed>> {
        let part = call.name.parts.last()?;
        let name = part.text.as_str();
        if is_bare(call, origin)
            && let Found::Column(column, 1) = scope.find(&call.name.parts, None)
        {
            return Some(Some(typed(column)));
        }
        if part.text.matches("input_file_name") && call.arguments.is_empty() {
            return Some(self.input_file_name(scope, origin));
        }
        if is_time_window(call) {
            return Some(self.window_column(scope, origin));
        }
        if let ([condition], true) = (call.arguments.as_slice(), part.text.matches("assert_true")) {
            let told = Literal::String(call_name::not_true(&naming::column_name(condition)));
            let told = Expression::new(ExpressionKind::Literal(told), origin.clone());
            let arguments = vec![condition.clone(), told];
            return Some(self.call(&FunctionCall { arguments, ..call.clone() }, scope, origin));
        }
        if let Some(spelled) = quantified_like::spelled(call) {
            let found = self.expression(&spelled, scope);
            return Some(match quantified_like::has_constants(call) {
                // Spark says so of one test by all patterns, whatever the value is
                true => found.map(|found| found.with_nullable(true)),
                false => found,
            });
        }
        if part.text.matches("struct") {
            return Some(self.call(&named_struct(call, origin), scope, origin));
        }
        if let Some(grouping) = self.grouping(call, scope, origin) {
            return Some(grouping);
        }
        if part.text.matches("arrays_zip") {
            return Some(self.zipped(call, scope, origin));
        }
        if generates(call) {
            return Some(self.misplaced_generator(call, origin));
        }
        // `array_sort` takes a lambda or none
        let function = higher_order::find(name)
            .filter(|function| registry::find(name).is_none() || call.arguments.len() > function.values)?;
        let plain = Scope { aggregates: scope.aggregates || scope.windowed == Some(true), windowed: None, ..*scope };
        Some(self.higher_order(function, call, &plain, origin))
    }

    /// An aggregate where no values of groups are computed: that of a query around this one, or a refusal.
    fn aggregate_elsewhere(
        &mut self,
        function: &Function,
        call: &FunctionCall,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Option<Typed>> {
        if function.role != Role::Aggregate {
            return None;
        }
        let part = call.name.parts.last()?;
        if scope.within_aggregate {
            let title = format!("`{}` stands inside another aggregate function", part.text);
            let diagnostic = Diagnostic::error(Condition::NESTED_AGGREGATE_FUNCTION, title)
                .help("compute the inner one in a query beneath this one");
            return Some(self.refuse(diagnostic, &part.origin, "aggregate"));
        }
        if scope.aggregates || scope.windowed.is_some() {
            return None;
        }
        if let Some(value) = self.aggregate_around(call, scope, origin) {
            return Some(Some(value));
        }
        if self.mixes_queries(call, scope) {
            return Some(self.mixed_aggregate(origin));
        }
        let title = format!("aggregate function `{}` cannot stand here", part.text);
        let condition = match scope.outer {
            Some(outer) if outer.is_having => Condition::INVALID_WHERE_CONDITION,
            _ => Condition::GROUP_BY_AGGREGATE,
        };
        let diagnostic = Diagnostic::error(condition, title)
            .help("it is about many rows: filter by it in HAVING, or compute it in the SELECT list");
        Some(self.refuse(diagnostic, &part.origin, "aggregate"))
    }

    /// The value of a call of a function that may stand here, without its FILTER.
    fn value_of_call(
        &mut self,
        function: &Function,
        call: &FunctionCall,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Typed> {
        let name = call.name.parts.last()?.text.as_str();
        let plain = scope.aggregates && function.role != Role::Aggregate;
        let within_aggregate = scope.within_aggregate || function.role == Role::Aggregate && scope.windowed.is_none();
        let inner = Scope { aggregates: scope.windowed.unwrap_or(plain), windowed: None, within_aggregate, ..*scope };
        let written = if CHAINED.contains(&function.names[0]) { chain(call) } else { call.arguments.iter().collect() };
        let arguments = self.arguments(function, call, &written, &inner, origin)?;
        let order: Vec<Option<Ordered>> =
            call.within_group.iter().map(|order| self.within_group(order, &inner)).collect();
        let order = order.into_iter().collect::<Option<Vec<_>>>()?;
        self.form(function, call, arguments.len(), scope, origin)?;
        let entropy = match RANDOM.contains(&function.names[0]) {
            true => lakesmith_base::random::mixed(self.options.session.entropy, self.number()),
            false => 0,
        };
        let types: Vec<SparkType> = arguments.iter().map(|argument| argument.data_type.clone()).collect();
        let is_null = null_folding::is_null(function.names[0], &arguments);
        let compares = COMPARISONS.contains(&name);
        let fills = compares || name.eq_ignore_ascii_case("in");
        let resolvable = Call {
            name,
            arguments: if fills { self.filled_chars(arguments, origin)? } else { arguments },
            distinct: call.distinct,
            ignore_nulls: call.ignore_nulls == Some(true),
            order,
            session: &self.options.session,
            entropy,
        };
        let resolved = strict::fault(&resolvable).map_or_else(|| (function.resolve)(&resolvable), Err);
        let behind = match &resolved {
            Ok(value) => null_order::guarded(function.names[0], &resolvable.arguments, &value.expr),
            Err(_) => None,
        };
        let resolved = match (behind, resolved) {
            (Some(arguments), Ok(plain)) => arguments.and_then(|arguments| {
                let call = Call { arguments, ..resolvable.clone() };
                (function.resolve)(&call).map(|value| Typed { expr: value.expr, ..plain })
            }),
            (_, resolved) => resolved,
        };
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
        let rounding = match resolvable.arguments.as_slice() {
            [left, right] => rounded_name::rounding(name, left, right),
            _ => None,
        };
        let value = self.settle(resolved, at)?;
        if function.role == Role::Aggregate && scope.windowed.is_none() {
            self.checked_aggregate(call, origin)?;
        }
        if let (Expr::ScalarFunction(kernel), Some(left)) = (&value.expr, types.first())
            && let Some(known) = naming::moving(name, kernel.name(), left)
        {
            self.moved.push((origin.clone(), known));
        }
        if let Some(known) = rounding {
            self.moved.push((origin.clone(), known));
        }
        if name.eq_ignore_ascii_case("time_bucket") && value.data_type == SparkType::TimestampNtz {
            self.moved.push((origin.clone(), naming::BUCKET_WITHOUT_ZONE));
        }
        if is_null {
            return self.settle(constant::null(&value.data_type), origin);
        }
        Some(value)
    }

    /// The values of the arguments as they are written.
    fn arguments(
        &mut self,
        function: &Function,
        call: &FunctionCall,
        written: &[&Expression],
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Vec<Typed>> {
        let star = matches!(call.arguments.as_slice(), [only] if matches!(only.kind, ExpressionKind::Star { .. }));
        if star && function.names[0] == "count" {
            return Some(Vec::new());
        }
        let all: Vec<Option<Typed>> = written.iter().map(|argument| self.expression(argument, scope)).collect();
        let all = all.into_iter().collect::<Option<Vec<_>>>()?;
        if !call.distinct {
            return Some(all);
        }
        let normal = all.into_iter().map(normal::normal).collect::<Result<Vec<_>, _>>();
        self.settle(normal, origin)
    }

    /// Refuses what a call has and its function does not: clauses, and numbers of arguments.
    fn form(
        &mut self,
        function: &Function,
        call: &FunctionCall,
        arguments: usize,
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<()> {
        let name = call.name.parts.last()?.text.as_str();
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
        if function.role == Role::Window && scope.windowed.is_none() {
            let title = format!("window function `{name}` has no OVER");
            return self.refuse(Diagnostic::error(Condition::WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE, title), origin, "");
        }
        if function.role == Role::Aggregate && call.distinct && scope.windowed.is_some() {
            let title = format!("`{name}(DISTINCT …)` cannot be computed over a window");
            return self.refuse(Diagnostic::error(Condition::DISTINCT_WINDOW_FUNCTION_UNSUPPORTED, title), origin, "");
        }
        let (fewest, most) = function.arity;
        let is_fitting = (fewest..=most).contains(&arguments);
        if !is_fitting && FURTHER_ARGUMENTS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return self.not_built(&format!("`{name}` with {arguments} arguments"), origin);
        }
        if call.ignore_nulls.is_some() && !PASSING_NULLS.contains(&function.names[0]) {
            let title = format!("`{name}` has no IGNORE NULLS and no RESPECT NULLS");
            return self.refuse(unsupported_syntax(title), origin, "");
        }
        if is_fitting {
            return Some(());
        }
        let wanted = match (fewest, most) {
            (1, 1) => "1 argument".to_owned(),
            _ if fewest == most => format!("{fewest} arguments"),
            _ if arguments > most => format!("{fewest} to {most} arguments"),
            _ => format!("{fewest} or more arguments"),
        };
        let title = format!("function `{name}` takes {wanted}, not {arguments}");
        self.refuse(Diagnostic::error(Condition::WRONG_NUM_ARGS, title), origin, "")
    }

    /// The condition of `FILTER (WHERE …)`, which is about one row and no other value than a truth value.
    fn filter_of_aggregate(&mut self, filter: &Expression, scope: &Scope<'_>) -> Option<Expr> {
        let told = |title: &str| Diagnostic::error(Condition::INVALID_AGGREGATE_FILTER, title);
        if mentions_aggregate(filter) {
            return self.refuse(told("an aggregate function stands in FILTER"), &filter.origin, "about many rows");
        }
        if let Some(window) = find_window(filter) {
            return self.refuse(told("a window function stands in FILTER"), &window.origin, "about many rows");
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
}

fn unsupported_syntax(title: String) -> Diagnostic {
    Diagnostic::error(Condition::INVALID_SQL_SYNTAX_FUNCTION_WITH_UNSUPPORTED_SYNTAX, title)
}

/// Functions of all values of a group, whose DISTINCT means nothing, by the first of their names.
pub(crate) const WITHOUT_DISTINCT: [&str; 3] = ["mode", "percentile_cont", "percentile_disc"];

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

/// Functions that Spark has with more arguments than are built.
const FURTHER_ARGUMENTS: [&str; 4] = ["dense_rank", "instr", "percent_rank", "rank"];

/// Functions that take values of all types that Spark has them for; what they refuse, Spark does.
const OF_ALL_TYPES: [&str; 42] = [
    "!=",
    "%",
    "*",
    "+",
    "-",
    "/",
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
    "pmod",
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

/// Functions that SQL lets one write without parentheses.
pub(crate) fn bare_function(name: &str) -> bool {
    ["current_date", "current_path", "current_timestamp", "current_user", "session_user", "user"]
        .iter()
        .any(|function| function.eq_ignore_ascii_case(name))
}

/// Whether a call is the name of a function alone, which may be that of a column.
pub(crate) fn is_bare(call: &FunctionCall, origin: &Origin) -> bool {
    let name = call.name.parts.last().map_or("", |part| part.text.as_str());
    call.arguments.is_empty() && bare_function(name) && is_without_parentheses(call, origin)
}

fn is_without_parentheses(call: &FunctionCall, origin: &Origin) -> bool {
    let length = call.name.parts.iter().map(|part| part.text.as_str().len()).sum::<usize>();
    matches!(origin, Origin::Text(span) if usize::try_from(span.end - span.start).is_ok_and(|span| span == length))
}
