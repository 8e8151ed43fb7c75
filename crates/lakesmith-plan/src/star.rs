//! `*`: the columns of FROM, of one table, or the fields of a struct, without those of EXCEPT; in the SELECT list and as
//! arguments of a function.

use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_functions::Typed;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall, NamePart};
use lakesmith_unresolved::{Literal, SparkType};

use crate::call::is_bare;
use crate::column_name::outer_value;
use crate::literal::literal;
use crate::named_argument::has_named_arguments;
use crate::project::{Output, typed};
use crate::resolver::Resolver;
use crate::scope::{Found, Scope, ScopeColumn};

/// A name of EXCEPT as a path: a column and fields.
type Path<'e> = &'e [NamePart];

impl Resolver<'_> {
    /// The outputs that `*` stands for.
    pub(crate) fn star(
        &mut self,
        target: &[NamePart],
        except: &[Vec<NamePart>],
        scope: &Scope<'_>,
        origin: &Origin,
    ) -> Option<Vec<Output>> {
        let mut outputs = self.starred(target, scope, origin)?;
        let of_struct = !target.is_empty() && scope.star(target).is_empty();
        let mut paths: Vec<(usize, Path<'_>)> = Vec::new();
        for path in except {
            paths.push(self.excepted(path, &outputs, of_struct, scope)?);
        }
        self.check_overlaps(&paths, except)?;
        let mut kept = Vec::new();
        for (at, output) in outputs.drain(..).enumerate() {
            let own: Vec<Path<'_>> = paths.iter().filter(|(of, _)| *of == at).map(|(_, path)| *path).collect();
            match own.as_slice() {
                [] => kept.push(output),
                paths if paths.iter().any(|path| path.is_empty()) => {}
                paths => {
                    let value = self.without_fields(output.value.clone(), paths)?;
                    kept.push(Output { value, source: None, ..output });
                }
            }
        }
        Some(kept)
    }

    /// All of `*` or `t.*`.
    fn starred(&mut self, target: &[NamePart], scope: &Scope<'_>, origin: &Origin) -> Option<Vec<Output>> {
        let columns = scope.star(target);
        let of = |column: &ScopeColumn| Output {
            name: column.attribute.name.clone(),
            value: typed(column),
            origin: origin.clone(),
            source: Some(column.clone()),
            metadata: column.attribute.metadata.clone(),
        };
        if target.is_empty() || !columns.is_empty() {
            return Some(columns.into_iter().map(of).collect());
        }
        let name = shown(target);
        let around =
            scope.outer.filter(|outer| outer.gives_stars && matches!(scope.find(target, None), Found::Nothing));
        if let Some(columns) = around.map(|outer| outer.star(target)).filter(|columns| !columns.is_empty()) {
            self.outer_named.extend(columns.iter().map(|column| column.attribute.internal()));
            let of_outer =
                |column: &ScopeColumn| Some(Output { value: outer_value(column)?, source: None, ..of(column) });
            return columns.into_iter().map(of_outer).collect();
        }
        let structure = match scope.find(target, None) {
            Found::Column(column, taken) => {
                self.check_row_index(column, &target[taken..], origin)?;
                Some(self.fields(typed(column), &target[taken..])?)
            }
            _ if around.is_some() => self.outer(target, None, scope, origin),
            _ => None,
        };
        let Some((value, fields)) = structure.and_then(|value| match value.data_type.clone() {
            SparkType::Struct(fields) => Some((value, fields)),
            _ => None,
        }) else {
            let title = format!("`{name}.*` names no table of FROM and no struct");
            return self.refuse(Diagnostic::error(Condition::CANNOT_RESOLVE_STAR_EXPAND, title), origin, "");
        };
        let outputs = fields.iter().map(|field| {
            let value = self.field(value.clone(), field.name.as_str(), origin)?;
            Some(Output { name: field.name.clone(), value, origin: origin.clone(), source: None, metadata: None })
        });
        outputs.collect()
    }

    /// Which output a path of EXCEPT is about, and the fields within it.
    fn excepted<'e>(
        &mut self,
        path: &'e [NamePart],
        outputs: &[Output],
        of_struct: bool,
        scope: &Scope<'_>,
    ) -> Option<(usize, Path<'e>)> {
        let columns: Vec<ScopeColumn> = outputs.iter().filter_map(|output| output.source.clone()).collect();
        let own = Scope::of(&columns);
        let place = |column: &ScopeColumn| {
            let is_same = |own: &ScopeColumn| own.attribute.id == column.attribute.id;
            outputs.iter().position(|output| output.source.as_ref().is_some_and(is_same))
        };
        let found = match of_struct {
            true => outputs.iter().position(|output| output.name == path[0].text).map(|at| (at, 1)),
            false => match scope.find(path, None) {
                Found::Column(column, taken) => place(column).map(|at| (at, taken)),
                // of tables that share a name, the one whose columns are taken is meant
                _ => match own.find(path, None) {
                    Found::Column(column, taken) => place(column).map(|at| (at, taken)),
                    Found::Ambiguous(columns) => {
                        let origin = path.last().map_or(Origin::default(), |part| part.origin.clone());
                        return self.ambiguous(path, &columns, &origin);
                    }
                    Found::Nothing => None,
                },
            },
        };
        match found {
            Some((at, taken)) => {
                // notes a field that is none
                self.fields(outputs[at].value.clone(), &path[taken..])?;
                Some((at, &path[taken..]))
            }
            None => self.unknown_column(path, &own),
        }
    }

    fn check_overlaps(&mut self, paths: &[(usize, Path<'_>)], written: &[Vec<NamePart>]) -> Option<()> {
        let begins = |long: Path<'_>, short: Path<'_>| {
            long.len() >= short.len() && long.iter().zip(short).all(|(one, other)| one.text == other.text)
        };
        for (at, (of, path)) in paths.iter().enumerate() {
            let overlaps =
                |(other, earlier): &&(usize, Path<'_>)| other == of && (begins(path, earlier) || begins(earlier, path));
            if paths[..at].iter().any(|earlier| overlaps(&earlier)) {
                let title = format!("EXCEPT names `{}` twice", shown(&written[at]));
                let origin = written[at].last().map_or(Origin::default(), |part| part.origin.clone());
                return self.refuse(Diagnostic::error(Condition::EXCEPT_OVERLAPPING_COLUMNS, title), &origin, "");
            }
        }
        Some(())
    }

    /// A struct without some of its fields; a struct that is NULL has fields that are.
    fn without_fields(&mut self, value: Typed, paths: &[Path<'_>]) -> Option<Typed> {
        let SparkType::Struct(fields) = value.data_type.clone() else {
            return self.not_built("EXCEPT of a field of what is no struct", &paths[0][0].origin);
        };
        let origin = &paths[0][0].origin;
        let mut arguments = Vec::new();
        for field in &fields {
            let own: Vec<Path<'_>> =
                paths.iter().filter(|path| path[0].text == field.name).map(|path| &path[1..]).collect();
            if own.iter().any(|path| path.is_empty()) {
                continue;
            }
            let mut kept = self.field(value.clone(), field.name.as_str(), origin)?;
            if !own.is_empty() {
                kept = self.without_fields(kept, &own)?;
            }
            arguments.push(self.settle(literal(&Literal::String(field.name.as_str().to_owned())), origin)?);
            arguments.push(kept);
        }
        if arguments.is_empty() {
            return self.not_built("EXCEPT of all fields of a struct", origin);
        }
        self.builtin("named_struct", arguments, origin)
    }

    /// The expression with each `*` among the arguments of a function as its columns, and with the names that IDENTIFIER gives.
    pub(crate) fn spelled_out(&mut self, expression: &Expression, scope: &Scope<'_>) -> Option<Expression> {
        let mut spelled = expression.clone();
        let mut failed = false;
        spelled.for_each_mut(&mut |part| {
            if failed {
                return;
            }
            if let Some(parts) = bare_column(part, scope) {
                part.kind = ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
                return;
            }
            match &mut part.kind {
                ExpressionKind::ComputedIdentifier(text) => match self.identifier(text) {
                    Some(parts) => {
                        part.kind = ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
                    }
                    None => failed = true,
                },
                ExpressionKind::Function(call) => failed = self.spell_out(call, scope).is_none(),
                _ => {}
            }
        });
        if failed { None } else { Some(spelled) }
    }

    /// Writes a call's `*` as columns, and the name that IDENTIFIER gives.
    fn spell_out(&mut self, call: &mut FunctionCall, scope: &Scope<'_>) -> Option<()> {
        if let Some(text) = call.name.computed.take() {
            call.name.parts = self.identifier(&text)?;
        }
        self.by_position(call)?;
        let is_star = |argument: &Expression| matches!(argument.kind, ExpressionKind::Star { .. });
        if !call.arguments.iter().any(is_star) {
            return Some(());
        }
        let name = call.name.parts.last().map_or("", |part| part.text.as_str()).to_owned();
        if name.eq_ignore_ascii_case("count")
            && let [argument] = call.arguments.as_slice()
            && let ExpressionKind::Star { target, except, .. } = &argument.kind
        {
            if !target.is_empty() && !scope.star(target).is_empty() {
                let title = format!("`count({}.*)` counts rows without NULLs", shown(target));
                let condition = Condition::INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT;
                let diagnostic = Diagnostic::error(condition, title).help("write `count(*)`, or name the columns");
                return self.refuse(diagnostic, &argument.origin, "");
            }
            if target.is_empty() && except.is_empty() && !call.distinct {
                return Some(());
            }
        }
        let is_operator = !name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let mut arguments = Vec::new();
        for argument in std::mem::take(&mut call.arguments) {
            let ExpressionKind::Star { target, except, .. } = &argument.kind else {
                arguments.push(argument);
                continue;
            };
            if is_operator || OF_VALUES.iter().any(|known| name.eq_ignore_ascii_case(known)) {
                return self.misplaced_star(&argument.origin);
            }
            for output in self.star(target, except, scope, &argument.origin)? {
                let named = |text: &Identifier| NamePart { text: text.clone(), origin: argument.origin.clone() };
                let parts = match &output.source {
                    Some(column) => {
                        column.qualifier.iter().chain([&column.attribute.name]).map(named).collect::<Vec<_>>()
                    }
                    None => target.iter().cloned().chain([named(&output.name)]).collect(),
                };
                let kind = ExpressionKind::Attribute { parts, plan_id: None, is_metadata_column: false };
                let mut column = Expression::new(kind, argument.origin.clone());
                if output.source.is_none() {
                    // the field of a struct stands under its name
                    let names = vec![named(&output.name)];
                    let kind = ExpressionKind::Alias { child: Box::new(column), names, metadata: None };
                    column = Expression::new(kind, argument.origin.clone());
                }
                arguments.push(column);
            }
        }
        call.arguments = arguments;
        Some(())
    }

    /// Notes `*` where one value is needed.
    pub(crate) fn misplaced_star<T>(&mut self, origin: &Origin) -> Option<T> {
        let title = "`*` stands where one value is needed";
        self.refuse(Diagnostic::error(Condition::INVALID_USAGE_OF_STAR_OR_REGEX, title), origin, "")
    }
}

/// Functions of SQL's grammar that take values one by one.
const OF_VALUES: [&str; 15] = [
    "and",
    "between",
    "div",
    "isfalse",
    "isnotnull",
    "isnotunknown",
    "isnull",
    "istrue",
    "isunknown",
    "like",
    "negative",
    "not",
    "or",
    "positive",
    "when",
];

/// Whether a call has a `*` that stands for columns, or a name that IDENTIFIER gives.
pub(crate) fn is_to_spell(call: &FunctionCall) -> bool {
    let star = |argument: &Expression| match &argument.kind {
        ExpressionKind::Star { target, except, .. } => {
            let counts_rows = target.is_empty() && except.is_empty() && !call.distinct && call.arguments.len() == 1;
            let is_count = call.name.parts.last().is_some_and(|name| name.text.matches("count"));
            !(counts_rows && is_count)
        }
        _ => false,
    };
    call.name.computed.is_some() || call.arguments.iter().any(star) || has_named_arguments(call)
}

/// Whether an expression has a part that [`Resolver::spelled_out`] writes anew.
pub(crate) fn needs_spelling(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::ComputedIdentifier(_) => true,
        ExpressionKind::Function(call) if is_to_spell(call) || is_bare(call, &expression.origin) => true,
        _ => expression.children().into_iter().any(needs_spelling),
    }
}

/// The column that a name without parentheses means which could be a function's: `current_date`.
fn bare_column(expression: &Expression, scope: &Scope<'_>) -> Option<Vec<NamePart>> {
    let ExpressionKind::Function(call) = &expression.kind else { return None };
    let is_column =
        is_bare(call, &expression.origin) && matches!(scope.find(&call.name.parts, None), Found::Column(_, 1));
    is_column.then(|| call.name.parts.clone())
}

fn shown(parts: &[NamePart]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(".")
}
