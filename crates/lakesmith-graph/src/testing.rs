//! Statements for tests, built without a parser. Every word gets a place of its own, so that faults can be told by place.

use lakesmith_base::QualifiedName;
use lakesmith_diagnostic::{Diagnostic, SourceId, SourceMap, Span};
use lakesmith_unresolved::expression::{Name, NamePart, Subquery, SubqueryKind, SubqueryPlan};
use lakesmith_unresolved::pipeline::{
    AutoCdc, ColumnDefinition, DatasetClauses, DatasetDefinition, DatasetKind, Expectation, FlowBody, FlowDefinition,
    Modifiers, ScdType, ViolationAction,
};
use lakesmith_unresolved::relation::{Cte, Join, JoinCriteria, JoinKind};
use lakesmith_unresolved::{
    Command, CommandKind, Expression, ExpressionKind, FunctionCall, Literal, PipelineStatement, PipelineStatementKind,
    Relation, RelationKind,
};

use crate::graph::{DataflowGraph, build};
use crate::input::{Defaults, FileStatements, GraphInput};

/// A pipeline under construction; `main.sales` are its catalog and schema.
pub struct Pipeline {
    texts: Vec<String>,
    ids: Vec<SourceId>,
    files: Vec<Vec<PipelineStatement>>,
    pub unparsed: Vec<QualifiedName>,
}

impl Pipeline {
    pub fn new() -> Self {
        let mut pipeline = Self { texts: Vec::new(), ids: Vec::new(), files: Vec::new(), unparsed: Vec::new() };
        pipeline.next_file();
        pipeline
    }

    pub fn next_file(&mut self) {
        self.texts.push(String::new());
        self.files.push(Vec::new());
        let mut map = SourceMap::default();
        let ids = (0..self.texts.len()).map(|_| map.add_file("", ""));
        self.ids = ids.collect();
    }

    pub fn word(&mut self, word: &str) -> Span {
        let text = self.texts.last_mut().expect("a file");
        let start = text.len();
        text.push_str(word);
        let end = text.len();
        text.push('\n');
        Span::new(*self.ids.last().expect("a file"), start as u32, end as u32)
    }

    pub fn name(&mut self, name: &str) -> Name {
        let span = self.word(name);
        let parts = lakesmith_base::QualifiedName::from_text(name).expect("a name").parts().to_vec();
        Name {
            parts: parts.into_iter().map(|part| NamePart { text: part, origin: span.into() }).collect(),
            computed: None,
            origin: span.into(),
        }
    }

    pub fn part(&mut self, text: &str) -> NamePart {
        NamePart::new(text, self.word(text))
    }

    fn table(&mut self, name: &str, is_streaming: bool) -> Relation {
        let name = self.name(name);
        let origin = name.origin.clone();
        Relation::new(RelationKind::NamedTable { name, options: Vec::new(), is_streaming, time_travel: None }, origin)
    }

    pub fn read(&mut self, name: &str) -> Relation {
        self.table(name, false)
    }

    pub fn stream(&mut self, name: &str) -> Relation {
        self.table(name, true)
    }

    pub fn function(&mut self, name: &str, arguments: &[&str], is_streaming: bool) -> Relation {
        let span = self.word(name);
        let arguments = arguments.iter().map(|text| string(text, span)).collect();
        let call = Box::new(FunctionCall::builtin(name, arguments, span.into()));
        Relation::new(RelationKind::TableFunction { call, is_streaming }, span)
    }

    pub fn with(&mut self, name: &str, query: Relation, body: Relation) -> Relation {
        let name = self.part(name);
        let origin = query.origin.clone();
        let ctes = vec![Cte { name, columns: Vec::new(), query, max_recursion: None }];
        Relation::new(RelationKind::With { ctes, recursive: false, query: body }, origin)
    }

    pub fn create(&mut self, definition: DatasetDefinition) {
        let span = definition.name.origin.span().expect("a place");
        self.push(PipelineStatementKind::Dataset(Box::new(definition)), span);
    }

    pub fn push(&mut self, kind: PipelineStatementKind, span: Span) {
        self.files.last_mut().expect("a file").push(PipelineStatement { kind, span });
    }

    pub fn definition(&mut self, kind: DatasetKind, name: &str, query: Option<Relation>) -> DatasetDefinition {
        DatasetDefinition {
            kind,
            name: self.name(name),
            legacy: kind == DatasetKind::ByQuery,
            modifiers: Modifiers::default(),
            columns: None,
            expectations: Vec::new(),
            constraints: Vec::new(),
            clauses: DatasetClauses::default(),
            query,
            flow: None,
        }
    }

    fn simple(&mut self, kind: DatasetKind, name: &str, query: Option<Relation>) {
        let definition = self.definition(kind, name, query);
        self.create(definition);
    }

    pub fn streaming_table(&mut self, name: &str, query: Relation) {
        self.simple(DatasetKind::StreamingTable, name, Some(query));
    }

    pub fn declare(&mut self, name: &str) {
        self.simple(DatasetKind::StreamingTable, name, None);
    }

    pub fn materialized_view(&mut self, name: &str, query: Relation) {
        self.simple(DatasetKind::MaterializedView, name, Some(query));
    }

    pub fn live_table(&mut self, name: &str, query: Relation) {
        self.simple(DatasetKind::ByQuery, name, Some(query));
    }

    pub fn temporary_view(&mut self, name: &str, query: Relation) {
        self.simple(DatasetKind::TemporaryView, name, Some(query));
    }

    pub fn view(&mut self, name: &str, query: Relation) {
        self.simple(DatasetKind::PersistedView, name, Some(query));
    }

    pub fn flow(&mut self, name: Option<&str>, target: &str, body: FlowBody) {
        let name = name.map(|name| self.name(name));
        let target = self.name(target);
        let span = target.origin.span().expect("a place");
        let flow = FlowDefinition { name, comment: None, target, body, legacy: false };
        self.push(PipelineStatementKind::Flow(Box::new(flow)), span);
    }

    pub fn set(&mut self, key: &str, value: &str) {
        let span = self.word("SET");
        self.push(PipelineStatementKind::Set { key: (key.into(), span), value: (value.into(), span) }, span);
    }

    pub fn use_schema(&mut self, schema: &str) {
        let schema = Some(self.part(schema));
        let span = self.word("USE");
        self.push(PipelineStatementKind::Use { catalog: None, schema }, span);
    }

    pub fn statement(&mut self, kind: CommandKind, word: &str) {
        let span = self.word(word);
        self.push(PipelineStatementKind::Other(Box::new(Command { kind, origin: span.into() })), span);
    }

    pub fn expectation(&mut self, name: &str, on_violation: ViolationAction) -> Expectation {
        let name = self.part(name);
        let span = name.origin.span().expect("a place");
        let predicate = Expression::new(ExpressionKind::Literal(Literal::Boolean(true)), span);
        Expectation { name, predicate, text: "true".into(), on_violation, span }
    }

    /// A call of a function without arguments.
    pub fn call(&mut self, name: &str) -> Expression {
        let span = self.word(name);
        Expression::call(name, Vec::new(), span)
    }

    pub fn column(&mut self, name: &str) -> ColumnDefinition {
        let name = self.part(name);
        let span = name.origin.span().expect("a place");
        ColumnDefinition {
            name,
            data_type: None,
            not_null: false,
            comment: None,
            generated: None,
            identity: None,
            default: None,
            mask: None,
            span,
        }
    }

    pub fn build(&self) -> (DataflowGraph, Vec<Diagnostic>, SourceMap) {
        let mut sources = SourceMap::default();
        let mut files = Vec::new();
        for (index, (text, statements)) in self.texts.iter().zip(&self.files).enumerate() {
            let path = format!("f{index}.sql");
            let source = sources.add_file(path.as_str(), text.as_str());
            files.push(FileStatements { source, path, statements: statements.clone() });
        }
        let defaults = Defaults { catalog: "main".into(), schema: "sales".into() };
        let (graph, faults) =
            build(&GraphInput { files, defaults, unparsed: self.unparsed.clone(), functions: Vec::new() });
        (graph, faults, sources)
    }

    pub fn graph(&self) -> DataflowGraph {
        self.build().0
    }

    /// Each fault as `CONDITION at place also place`; a place is a word and which occurrence of it is meant.
    pub fn faults(&self) -> Vec<String> {
        let (_, faults, sources) = self.build();
        let place = |span: Span| {
            let word = sources.text(span);
            let before = &sources.source(span.source).text[..span.start as usize];
            format!("{word}#{}", before.lines().filter(|line| *line == word).count() + 1)
        };
        let mut told: Vec<String> = faults
            .iter()
            .map(|fault| {
                let mut text = fault.condition.name.to_owned();
                if let Some(label) = &fault.primary {
                    text.push_str(&format!(" at {}", place(label.span)));
                }
                for label in &fault.secondary {
                    text.push_str(&format!(" also {}", place(label.span)));
                }
                text
            })
            .collect();
        told.sort();
        told
    }
}

pub fn string(text: &str, span: Span) -> Expression {
    Expression::new(ExpressionKind::Literal(Literal::String(text.into())), span)
}

pub fn join(left: Relation, right: Relation) -> Relation {
    let origin = left.origin.clone();
    let join = Join { left, right, kind: JoinKind::Inner, criteria: JoinCriteria::None };
    Relation::new(RelationKind::Join(join), origin)
}

/// `input` filtered by a subquery.
pub fn filtered(input: Relation, kind: SubqueryKind, query: Relation) -> Relation {
    let origin = input.origin.clone();
    let subquery = Subquery { kind, query: SubqueryPlan::Inline(query) };
    let condition = Expression::new(ExpressionKind::Subquery(Box::new(subquery)), origin.clone());
    let condition = Expression::call("not", vec![condition], origin.clone());
    Relation::new(RelationKind::Filter { input, condition }, origin)
}

pub fn append(query: Relation) -> FlowBody {
    FlowBody::Append { once: false, by_name: true, columns: Vec::new(), replace_where: None, query }
}

pub fn once(query: Relation) -> FlowBody {
    FlowBody::Append { once: true, by_name: true, columns: Vec::new(), replace_where: None, query }
}

pub fn cdc(source: Relation) -> FlowBody {
    let span = source.origin.span().expect("a place");
    FlowBody::AutoCdc(AutoCdc {
        once: false,
        from_snapshot: false,
        source: Some(source),
        keys: Vec::new(),
        ignore_null_updates: None,
        apply_as_deletes: None,
        apply_as_truncates: None,
        condition: None,
        sequence_by: None,
        system_sequence_by: None,
        columns: None,
        stored_as: None,
        track_history: None,
        columns_to_update: None,
        span,
    })
}

pub fn history(source: Relation) -> FlowBody {
    let mut body = cdc(source);
    if let FlowBody::AutoCdc(cdc) = &mut body {
        cdc.stored_as = Some((ScdType::Type2, cdc.span));
    }
    body
}
