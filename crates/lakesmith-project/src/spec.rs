//! The pipeline spec, `spark-pipeline.yml`: its fields, and every fault in it with its place.
//!
//! The fields are Apache Spark's
//! (<https://spark.apache.org/docs/latest/declarative-pipelines-programming-guide.html>); `storage` may be left out.

use lakesmith_base::Identifier;
use lakesmith_base::suggest::closest;
use lakesmith_diagnostic::{Condition, Diagnostic, SourceId, Span};

use crate::yaml::{self, Key, Node, NodeKind};

/// Fields a spec may have.
pub const FIELDS: &[&str] = &["name", "storage", "catalog", "database", "schema", "configuration", "libraries"];

/// Fields of Databricks' pipelines that concern its service.
const OF_A_SERVICE: &[&str] = &[
    "channel",
    "clusters",
    "continuous",
    "development",
    "edition",
    "environment",
    "notifications",
    "permissions",
    "photon",
    "root_path",
    "serverless",
    "tags",
];

/// Settings that are `true` or `false`.
const SWITCHES: &[&str] = &["lakesmith.fusing", "pipelines.incompatibleViewCheck.enabled"];

/// A spec as it was written.
#[derive(Debug, Clone, Default)]
pub struct Spec {
    /// Name of the pipeline.
    pub name: String,
    /// Where checkpoints and the event log live: a URI, or a path relative to the spec.
    pub storage: Option<(String, Span)>,
    /// Default catalog.
    pub catalog: Option<Identifier>,
    /// Default schema.
    pub schema: Option<Identifier>,
    /// Settings and values for `${key}`, in order.
    pub configuration: Vec<ConfigurationEntry>,
    /// Files and folders of source code; `None` when the field is missing.
    pub libraries: Option<Vec<Library>>,
    /// Whether nothing could be read, so that what is missing says nothing.
    pub is_unreadable: bool,
    /// Whether there are settings that could not be read.
    pub has_unread_settings: bool,
}

/// An entry of `configuration`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationEntry {
    /// Key.
    pub key: String,
    /// Value, as written.
    pub value: String,
    /// Where the entry stands.
    pub span: Span,
}

/// An entry of `libraries`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// A file, or a folder when `recursive`; relative to the spec.
    pub path: String,
    /// Whether the pattern ended in `/**`.
    pub recursive: bool,
    /// Where the pattern stands.
    pub span: Span,
}

/// Reads a spec. What could be read is returned with all faults.
pub fn parse_spec(source: SourceId, text: &str) -> (Spec, Vec<Diagnostic>) {
    let mut reader = Reader { source, spec: Spec::default(), faults: Vec::new(), seen: Vec::new() };
    match yaml::parse(source, text) {
        Ok(root) => reader.root(root),
        Err((message, span)) => {
            reader.spec.is_unreadable = true;
            let title = format!("the pipeline spec is not YAML: {message}");
            let mut fault = Diagnostic::error(Condition::PIPELINE_SPEC_FIELD_ERROR, title);
            let span = span.unwrap_or(Span::new(source, 0, 0));
            fault.help.extend(yaml_help(text, span).map(str::to_owned));
            reader.faults.push(fault.at(span, ""));
        }
    }
    (reader.spec, reader.faults)
}

struct Reader {
    source: SourceId,
    spec: Spec,
    faults: Vec<Diagnostic>,
    seen: Vec<(&'static str, Span)>,
}

impl Reader {
    fn root(&mut self, root: Node) {
        let NodeKind::Map(entries) = root.kind else {
            self.spec.is_unreadable = true;
            let title = "the pipeline spec is not a list of fields";
            self.fault(title, root.span, "write `name: my_pipeline` and the other fields, one a line");
            return;
        };
        for (key, value) in entries {
            self.field(&key, value);
        }
        if !self.seen.iter().any(|(field, _)| *field == "name") {
            self.fault("the pipeline spec has no `name`", Span::new(self.source, 0, 0), "add `name: my_pipeline`");
        }
    }

    fn field(&mut self, key: &Key, value: Node) {
        let Some(field) = FIELDS.iter().copied().find(|field| *field == key.text) else {
            self.unknown_field(key);
            return;
        };
        let clash = |seen: &&(&str, Span)| {
            seen.0 == field || matches!((seen.0, field), ("schema", "database") | ("database", "schema"))
        };
        if let Some((first, place)) = self.seen.iter().find(clash).copied() {
            let title = match first == field {
                true => format!("the pipeline spec has `{first}` twice"),
                false => format!("the pipeline spec has both `{first}` and `{}`", key.text),
            };
            let fault = Diagnostic::error(Condition::PIPELINE_SPEC_FIELD_ERROR, title);
            self.faults.push(fault.at(key.span, "").also(place, "first here").help("keep one of them"));
        }
        self.seen.push((field, key.span));
        match field {
            "configuration" => self.configuration(key, value),
            "libraries" => self.libraries(key, value),
            _ => self.text_field(field, key, value),
        }
    }

    fn unknown_field(&mut self, key: &Key) {
        let title = format!("the pipeline spec has no field `{}`", key.text);
        let similar = closest(&key.text, FIELDS.iter().copied(), 1).first().copied();
        let help = match similar {
            _ if key.text == "target" => "its name here is `schema`".to_owned(),
            _ if OF_A_SERVICE.contains(&key.text.as_str()) => {
                "it says how a service runs the pipeline; leave it out".to_owned()
            }
            Some(field) => format!("did you mean `{field}`?"),
            None => {
                format!("fields are {}", FIELDS.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", "))
            }
        };
        self.fault(&title, key.span, &help);
    }

    fn text_field(&mut self, field: &str, key: &Key, value: Node) {
        let NodeKind::Scalar(text) = value.kind else {
            self.fault(&format!("`{}` is not a text", key.text), value.span, &format!("write `{}: value`", key.text));
            return;
        };
        if text.trim().is_empty() {
            self.fault(&format!("`{}` is empty", key.text), key.span, "give it a value or remove it");
            return;
        }
        match field {
            "name" => self.spec.name = text,
            "storage" => self.spec.storage = Some((text, value.span)),
            "catalog" => self.spec.catalog = Some(Identifier::new(text)),
            _ => self.spec.schema = Some(Identifier::new(text)),
        }
    }

    fn configuration(&mut self, key: &Key, value: Node) {
        let entries = match value.kind {
            NodeKind::Map(entries) => entries,
            NodeKind::Null => return,
            _ => {
                self.spec.has_unread_settings = true;
                return self.fault(
                    "`configuration` is not a list of keys and values",
                    key.span,
                    "write `key: value` below it",
                );
            }
        };
        for (key, value) in entries {
            if let Some(first) = self.spec.configuration.iter().find(|entry| entry.key == key.text) {
                let title = format!("`configuration` has `{}` twice", key.text);
                let fault = Diagnostic::error(Condition::PIPELINE_SPEC_FIELD_ERROR, title);
                self.faults.push(fault.at(key.span, "").also(first.span, "first here").help("keep one of them"));
                continue;
            }
            match value.kind {
                NodeKind::Scalar(text) => {
                    let is_switch = SWITCHES.contains(&key.text.as_str());
                    if is_switch && !["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
                        let title = format!("`{}` is neither `true` nor `false`", key.text);
                        self.fault(&title, value.span, "write one of them");
                    }
                    let span = key.span.to(value.span);
                    self.spec.configuration.push(ConfigurationEntry { key: key.text, value: text, span });
                }
                NodeKind::Null => {
                    self.spec.configuration.push(ConfigurationEntry {
                        key: key.text,
                        value: String::new(),
                        span: key.span,
                    });
                }
                _ => self.fault(&format!("the value of `{}` is not a text", key.text), value.span, "write one value"),
            }
        }
    }

    fn libraries(&mut self, key: &Key, value: Node) {
        if matches!(value.kind, NodeKind::Null) {
            self.spec.libraries = Some(Vec::new());
            return;
        }
        let NodeKind::List(items) = value.kind else {
            return self.fault("`libraries` is not a list", key.span, "write `- glob: {include: folder/**}` below it");
        };
        let mut libraries = Vec::new();
        for item in items {
            let span = item.span;
            match include(item) {
                Some((pattern, place)) => libraries.extend(self.pattern(&pattern, place)),
                None => {
                    self.fault("an entry of `libraries` is not a glob", span, "write `- glob: {include: folder/**}`")
                }
            }
        }
        self.spec.libraries = Some(libraries);
    }

    fn pattern(&mut self, pattern: &str, span: Span) -> Option<Library> {
        let (path, recursive) = match pattern.strip_suffix("/**") {
            Some(folder) => (folder, true),
            None if pattern == "**" => (".", true),
            None => (pattern, false),
        };
        if path.contains(['*', '?', '[', '{']) {
            let title = format!("`{pattern}` is neither a file nor a folder with `/**`");
            let fault = Diagnostic::error(Condition::PIPELINE_SPEC_INVALID_GLOB_PATTERN, title);
            self.faults
                .push(fault.at(span, "").help("write the path of a file, or `folder/**` for all files below a folder"));
            return None;
        }
        Some(Library { path: path.to_owned(), recursive, span })
    }

    fn fault(&mut self, title: &str, span: Span, help: &str) {
        self.faults.push(Diagnostic::error(Condition::PIPELINE_SPEC_FIELD_ERROR, title).at(span, "").help(help));
    }
}

/// What to do about the two mistakes that most texts that are no YAML have.
fn yaml_help(text: &str, span: Span) -> Option<&'static str> {
    let at = (span.start as usize).min(text.len());
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(start..)?.lines().next()?;
    if line.starts_with('\t') || line.trim_start_matches(' ').starts_with('\t') {
        return Some("indent with spaces");
    }
    let is_plain = !line.contains(['"', '\'']);
    (is_plain && line.matches(": ").count() > 1).then_some("put quotes around a value that holds `: `")
}

/// The pattern of `{glob: {include: pattern}}`, or the path of Databricks' `{file: {path: …}}` and `{notebook: {path: …}}`.
fn include(item: Node) -> Option<(String, Span)> {
    let single = |node: Node| match node.kind {
        NodeKind::Map(mut entries) if entries.len() == 1 => entries.pop(),
        _ => None,
    };
    let (outer, inner) = single(item)?;
    let (field, value) = single(inner)?;
    let known =
        matches!((outer.text.as_str(), field.text.as_str()), ("glob", "include") | ("file" | "notebook", "path"));
    match value.kind {
        NodeKind::Scalar(text) if known => Some((text, value.span)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use lakesmith_diagnostic::SourceMap;

    use super::*;

    fn parse(text: &str) -> (Spec, Vec<String>) {
        let mut sources = SourceMap::default();
        let source = sources.add_file("spark-pipeline.yml", text);
        let (spec, faults) = parse_spec(source, text);
        let place =
            |fault: &Diagnostic| fault.primary.as_ref().map_or(String::new(), |label| sources.place(label.span));
        (spec, faults.iter().map(|fault| format!("{} {}", place(fault), fault.title)).collect())
    }

    #[test]
    fn every_field_is_read() {
        let (spec, faults) = parse(
            "name: retail\nstorage: s\ncatalog: main\nschema: sales\nconfiguration:\n  a.b: 1.10\n  c: true\n  d: 'x y'\n  e: |\n    a,\n    b\nlibraries:\n  - glob:\n      include: bronze/**\n  - glob: {include: gold.sql}\n",
        );
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(spec.name, "retail");
        assert_eq!(spec.catalog, Some("main".into()));
        let values: Vec<&str> = spec.configuration.iter().map(|entry| entry.value.as_str()).collect();
        assert_eq!(values, ["1.10", "true", "x y", "a,\nb\n"]);
        let libraries: Vec<(&str, bool)> =
            spec.libraries.iter().flatten().map(|library| (library.path.as_str(), library.recursive)).collect();
        assert_eq!(libraries, [("bronze", true), ("gold.sql", false)]);
    }

    #[test]
    fn all_faults_are_found_at_once_with_their_lines() {
        let (_, faults) =
            parse("nme: x\nstorage: [a]\nschema: s\ndatabase: d\nlibraries:\n  - glob: {include: '*.sql'}\n");
        assert_eq!(
            faults,
            [
                "spark-pipeline.yml:1:1 the pipeline spec has no field `nme`",
                "spark-pipeline.yml:2:10 `storage` is not a text",
                "spark-pipeline.yml:4:1 the pipeline spec has both `schema` and `database`",
                "spark-pipeline.yml:6:21 `*.sql` is neither a file nor a folder with `/**`",
                "spark-pipeline.yml:1:1 the pipeline spec has no `name`",
            ]
        );
    }

    #[test]
    fn what_stands_twice_is_said_with_both_places() {
        let (spec, faults) = parse("name: a\nname: b\nconfiguration:\n  x: 1\n  x: 2\n");
        assert_eq!(
            faults,
            [
                "spark-pipeline.yml:2:1 the pipeline spec has `name` twice",
                "spark-pipeline.yml:5:3 `configuration` has `x` twice",
            ]
        );
        assert!(!spec.is_unreadable);
    }

    #[test]
    fn a_text_that_is_not_yaml_is_one_fault() {
        let (_, faults) = parse("name: [a\n");
        assert_eq!(faults.len(), 1, "{faults:?}");
        let (_, faults) = parse("just words");
        assert_eq!(faults, ["spark-pipeline.yml:1:1 the pipeline spec is not a list of fields"]);
    }
}
