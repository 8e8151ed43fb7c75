//! Arguments of `read_files` and `cloud_files`: what can be wrong with them, and which one gives an option.

use lakesmith_base::Identifier;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::{FileInterface, RelationRequest};
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall};
use lakesmith_unresolved::relation::DataSource;

use crate::resolver::{Planned, Resolver};

impl Resolver<'_> {
    /// Notes every named argument that stands twice.
    pub(crate) fn double_arguments(&mut self, call: &FunctionCall) -> Option<()> {
        let mut seen: Vec<&Identifier> = Vec::new();
        let mut found = Some(());
        for argument in &call.arguments {
            let ExpressionKind::NamedArgument { name, .. } = &argument.kind else { continue };
            if seen.contains(&&name.text) {
                let title = format!("argument `{}` stands twice", name.text.as_str());
                let diagnostic = Diagnostic::error(Condition::DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT, title);
                found = self.refuse(diagnostic.help("keep one of them"), &argument.origin, "the second one");
            }
            seen.push(&name.text);
        }
        found
    }

    /// An argument that is read when the pipeline is, and so cannot come from rows.
    pub(crate) fn no_constant(&mut self, name: &str, argument: &Expression) -> Option<Planned> {
        if let ExpressionKind::Function(comparison) = &argument.kind
            && comparison.name.parts.last().is_some_and(|part| part.text.matches("=="))
            && let Some(ExpressionKind::Attribute { parts, .. }) = comparison.arguments.first().map(|left| &left.kind)
            && let Some(key) = parts.last()
        {
            let title = format!("argument `{}` of `{name}` is written with `=`", key.text.as_str());
            let diagnostic = Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, title);
            return self.refuse(diagnostic.help(format!("write `{} => …`", key.text.as_str())), &argument.origin, "");
        }
        self.not_built(&format!("an argument of `{name}` that is no constant"), &argument.origin)
    }
}

/// What the catalog is asked for.
pub(crate) fn files_request(source: &DataSource, interface: FileInterface) -> RelationRequest {
    RelationRequest::Files {
        format: source.format.clone(),
        schema: source.schema.clone(),
        options: source.options.clone(),
        paths: source.paths.clone(),
        interface,
        is_streaming: source.is_streaming,
    }
}

/// The argument that gives an option, by its name, or by its place where the format of `cloud_files` is meant.
pub(crate) fn argument_of<'a>(call: &'a FunctionCall, key: &str) -> Option<&'a Expression> {
    let is_named = |argument: &&Expression| matches!(&argument.kind, ExpressionKind::NamedArgument { name, .. } if name.text.matches(key));
    let by_place = || call.arguments.get(1).filter(|_| key.eq_ignore_ascii_case("format"));
    call.arguments.iter().find(is_named).or_else(by_place)
}
