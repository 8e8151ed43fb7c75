//! Functions in FROM: `range(10)`, `explode(a)`, `read_files('p', format => 'json')`, `STREAM read_stream(…)`.

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::{FileInterface, RelationRequest};
use lakesmith_functions::registry;
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall, Name, NamePart};
use lakesmith_unresolved::relation::DataSource;
use lakesmith_unresolved::{Literal, function_names};

use crate::file_arguments::{argument_of, files_request};
use crate::generator::generates;
use crate::resolver::{Known, Planned, Resolver};
use crate::scope::Scope;
use crate::sql_function::Called;

impl Resolver<'_> {
    /// `read_files('path', format => 'json')`: named arguments are reader options.
    pub(crate) fn table_function(
        &mut self,
        call: &FunctionCall,
        is_streaming: bool,
        origin: &Origin,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let call = &FunctionCall { name: self.named(&call.name)?, ..call.clone() };
        let name = call.name.parts.last().map_or("", |part| part.text.as_str());
        if name.eq_ignore_ascii_case("event_log") {
            return self.event_log(call, is_streaming, origin);
        }
        if name.eq_ignore_ascii_case("read_stream") {
            return self.read_stream(call, outer, origin);
        }
        if generates(call) && !is_streaming {
            return self.generated_rows(call, origin, outer);
        }
        if name.eq_ignore_ascii_case("range") && !is_streaming {
            return self.range(call, origin);
        }
        if !["read_files", "cloud_files"].iter().any(|known| known.eq_ignore_ascii_case(name)) {
            match self.called(call) {
                Called::Function(function) => return self.function_rows(&function, call, origin, outer),
                Called::Asked => return None,
                Called::Nothing => {}
            }
            if !function_names::is_known(name) {
                let title = format!("table function `{name}` does not exist");
                let diagnostic = Diagnostic::error(Condition::UNRESOLVABLE_TABLE_VALUED_FUNCTION, title);
                return self.refuse(diagnostic, &call.name.origin, "no such function");
            }
            if registry::find(name).is_some() {
                let title = format!("function `{name}` gives one value and no table");
                let diagnostic = Diagnostic::error(Condition::NOT_A_TABLE_FUNCTION, title);
                return self.refuse(diagnostic.help(format!("write `SELECT {name}(…)`")), &call.name.origin, "");
            }
            return self.not_built(&format!("table function `{name}`"), origin);
        }
        self.double_arguments(call)?;
        // Auto Loader is a stream whether or not STREAM is written
        let is_auto_loader = name.eq_ignore_ascii_case("cloud_files");
        let mut source = DataSource { is_streaming: is_streaming || is_auto_loader, ..no_files() };
        for argument in &call.arguments {
            let (key, value) = match &argument.kind {
                ExpressionKind::NamedArgument { name, value } => (Some(name.text.as_str()), value.as_ref()),
                _ => (None, argument),
            };
            if let (None, Some(options)) = (key, constant_map(value)) {
                source.options.extend(options);
                continue;
            }
            let Some(text) = constant_text(value) else {
                return self.no_constant(name, argument);
            };
            match key {
                // cloud_files takes the format as its second argument
                None if source.paths.is_empty() => source.paths.push(text),
                None if is_auto_loader && source.format.is_none() => source.format = Some(text),
                None => {
                    let title = format!("an argument of `{name}` too many");
                    let help = match is_auto_loader {
                        true => "options of `cloud_files` stand in `map('option', 'value', …)`",
                        false => "options have names: `option => value`",
                    };
                    let diagnostic = Diagnostic::error(Condition::WRONG_NUM_ARGS, title).help(help);
                    return self.refuse(diagnostic, &argument.origin, "");
                }
                Some(key) if key.eq_ignore_ascii_case("path") && source.paths.is_empty() => source.paths.push(text),
                Some(key) if key.eq_ignore_ascii_case("format") => source.format = Some(text),
                Some(key) if key.eq_ignore_ascii_case("schema") => source.schema = Some(text),
                Some(key) => source.options.push((key.to_owned(), text)),
            }
        }
        if source.paths.is_empty() {
            let diagnostic =
                Diagnostic::error(Condition::REQUIRED_PARAMETER_NOT_FOUND, format!("`{name}` has no path"));
            return self.refuse(diagnostic.help(format!("write it first: `{name}('path', …)`")), origin, "");
        }
        let interface = if is_auto_loader { FileInterface::CloudFiles } else { FileInterface::ReadFiles };
        if let Some(Known::Misused(faults)) = self.known.get(&files_request(&source, interface)).cloned() {
            for (key, diagnostic) in faults {
                let place = argument_of(call, &key).map_or(origin, |argument| &argument.origin);
                let _noted: Option<()> = self.refuse(diagnostic, place, "");
            }
            return None;
        }
        self.files(&source, interface, origin)
    }

    /// `read_stream('table', skipChangeCommits => true)`: a table as a stream, with options.
    fn read_stream(&mut self, call: &FunctionCall, outer: &Scope<'_>, origin: &Origin) -> Option<Planned> {
        self.double_arguments(call)?;
        let mut name = None;
        let mut options = Vec::new();
        for argument in &call.arguments {
            let (key, value) = match &argument.kind {
                ExpressionKind::NamedArgument { name, value } => (Some(name.text.as_str()), value.as_ref()),
                _ => (None, argument),
            };
            let Some(text) = constant_text(value) else { return self.no_constant("read_stream", argument) };
            match key {
                None if name.is_none() => name = Some(written_name(&text, &argument.origin)),
                Some(key) => options.push((key.to_owned(), text)),
                None => {
                    let diagnostic =
                        Diagnostic::error(Condition::WRONG_NUM_ARGS, "an argument of `read_stream` too many");
                    let diagnostic = diagnostic.help("options have names: `option => value`");
                    return self.refuse(diagnostic, &argument.origin, "");
                }
            }
        }
        let Some(name) = name else {
            let title = "`read_stream` names no table";
            let diagnostic = Diagnostic::error(Condition::REQUIRED_PARAMETER_NOT_FOUND, title);
            return self.refuse(diagnostic.help("write it first: `read_stream('table', …)`"), origin, "");
        };
        let Some(qualified) = name.qualified() else {
            let diagnostic = Diagnostic::error(Condition::PARSE_SYNTAX_ERROR, "the text is no name of a table");
            return self.refuse(diagnostic, &name.origin, "");
        };
        let request = RelationRequest::Table { name: qualified, is_streaming: true, options: options.clone() };
        if let Some(Known::Misused(faults)) = self.known.get(&request).cloned() {
            for (key, diagnostic) in faults {
                let place = argument_of(call, &key).map_or(origin, |argument| &argument.origin);
                let _noted: Option<()> = self.refuse(diagnostic, place, "");
            }
            return None;
        }
        self.named_table(&name, &options, true, outer)
    }
}

/// A table's name that stands in a text.
fn written_name(text: &str, origin: &Origin) -> Name {
    let name = QualifiedName::from_text(text);
    let parts = name.iter().flat_map(|name| name.parts().iter().cloned());
    let parts = parts.map(|text| NamePart { text, origin: origin.clone() }).collect();
    Name { parts, computed: None, origin: origin.clone() }
}

fn no_files() -> DataSource {
    DataSource {
        format: None,
        schema: None,
        options: Vec::new(),
        paths: Vec::new(),
        predicates: Vec::new(),
        source_name: None,
        is_streaming: false,
    }
}

/// The options of `map('key', 'value', …)`, as the older `cloud_files` takes them.
fn constant_map(expression: &Expression) -> Option<Vec<(String, String)>> {
    let ExpressionKind::Function(call) = &expression.kind else { return None };
    if !call.name.parts.last()?.text.matches("map") {
        return None;
    }
    let texts = call.arguments.iter().map(constant_text).collect::<Option<Vec<_>>>()?;
    let pairs = texts.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone()));
    texts.len().is_multiple_of(2).then(|| pairs.collect())
}

/// The text of a constant option: a text, a number or a truth value.
fn constant_text(expression: &Expression) -> Option<String> {
    match &expression.kind {
        ExpressionKind::Literal(Literal::String(text)) => Some(text.clone()),
        ExpressionKind::Literal(Literal::Boolean(value)) => Some(value.to_string()),
        ExpressionKind::Literal(Literal::Integer(value)) => Some(value.to_string()),
        ExpressionKind::Literal(Literal::Long(value)) => Some(value.to_string()),
        _ => None,
    }
}
