//! [`resolve`]: the entrance. A [`Resolver`] holds what one resolution knows; the files beside this one each add the
//! resolution of one concept to it.
//!
//! The catalog is asynchronous and resolution is not: relations that are not known yet are noted, looked up together, and the
//! query is resolved again until nothing is missing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::projection::project;
use lakesmith_engine::recursion::Limits;
use lakesmith_engine::{Catalog, RelationAnswer, RelationRequest, RelationSource};
use lakesmith_functions::place::noting;
use lakesmith_functions::rules::{within, within_at};
use lakesmith_functions::{Fault, SessionValues, Typed};
use lakesmith_unresolved::{Expression, NamePart, Relation, SparkType};

use crate::attribute::{Attribute, AttributeId, Resolved};
use crate::cte::NamedQuery;
use crate::row_limit::RowLimit;
use crate::scope::{Scope, ScopeColumn};
use crate::sql_function::{Body, KnownFunction};

/// What the session says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Values that functions take from the session.
    pub session: SessionValues,
    /// The session's variables.
    pub variables: Variables,
    /// When recursive queries give up.
    pub recursion: Limits,
    /// Whether calls note where they stand, for errors of values. Not in a text other than the statement's own.
    pub notes_places: bool,
}

/// The variables of a session, by their names in lower case.
pub type Variables = Arc<BTreeMap<String, VariableValue>>;

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableValue {
    /// Its value, of the Arrow type that its type maps to.
    pub value: ScalarValue,
    /// Its type.
    pub data_type: SparkType,
}

/// What is known of a relation that the query asks for.
#[derive(Clone)]
pub(crate) enum Known {
    Source(Arc<dyn RelationSource>),
    Absent,
    Refused(Box<Diagnostic>),
    Misused(Vec<(String, Diagnostic)>),
    Unknown,
}

/// A relation on the way: its plan and the columns in reach.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub plan: LogicalPlan,
    pub columns: Vec<ScopeColumn>,
}

impl Planned {
    pub fn builder(&self) -> LogicalPlanBuilder {
        LogicalPlanBuilder::from(self.plan.clone())
    }
}

/// What one resolution knows.
pub(crate) struct Resolver<'k> {
    pub options: Options,
    pub known: &'k HashMap<RelationRequest, Known>,
    pub known_functions: &'k HashMap<QualifiedName, KnownFunction>,
    pub missing: Vec<RelationRequest>,
    pub missing_functions: Vec<QualifiedName>,
    /// Functions whose bodies are being resolved, innermost last.
    pub bodies: Vec<Body>,
    pub diagnostics: Vec<Diagnostic>,
    /// Whether a relation of the query is unknown, so that silence says nothing.
    pub is_unknown: bool,
    /// What stands above the relation that is resolved.
    pub row_limit: RowLimit,
    /// Named queries in reach, innermost last.
    pub ctes: Vec<NamedQuery>,
    /// For each subquery the columns that it names of the query around it, as they are shown; for each variable how it is shown.
    pub correlations: Vec<(Origin, String)>,
    /// Columns of queries around that were named, one for each time.
    pub outer_named: Vec<String>,
    /// Calls of `+`, `-` and `*` that move moments or scale intervals, by their places, with what they are named by.
    pub moved: Vec<(Origin, &'static str)>,
    /// Types of columns of tables, by their internal names, where queries have others: CHAR and VARCHAR.
    pub declared: BTreeMap<String, SparkType>,
    /// Comments of columns, by their internal names.
    pub comments: BTreeMap<String, String>,
    /// Columns of `session_window`, by their internal names.
    pub sessions: BTreeSet<String>,
    next_id: u64,
}

/// Resolves a query. On failure all faults that could be found are given; none when a relation of it is unknown and nothing
/// more can be said.
pub async fn resolve(
    relation: &Relation,
    catalog: &dyn Catalog,
    options: Options,
) -> Result<Resolved, Vec<Diagnostic>> {
    let attempt = |resolver: &mut Resolver<'_>| {
        let planned = resolver.relation(relation, &Scope::default())?;
        let planned = resolver.without_subqueries(planned, &relation.origin)?;
        Some((planned, std::mem::take(&mut resolver.declared), std::mem::take(&mut resolver.comments)))
    };
    let (planned, declared, comments) = attempt_until_known(catalog, options, attempt).await?;
    let mut resolved = finish(planned)?;
    for attribute in &mut resolved.output {
        attribute.declared = declared.get(&attribute.internal()).cloned();
        attribute.comment = comments.get(&attribute.internal()).cloned();
    }
    Ok(resolved)
}

/// Attempts a resolution, asks the catalog for the relations that it missed, and attempts it again until none is missing.
pub(crate) async fn attempt_until_known<T>(
    catalog: &dyn Catalog,
    options: Options,
    attempt: impl Fn(&mut Resolver<'_>) -> Option<T>,
) -> Result<T, Vec<Diagnostic>> {
    let (mut known, mut functions) = (HashMap::new(), HashMap::new());
    loop {
        let mut resolver = Resolver::new(options.clone(), &known, &functions);
        let attempted = || noting(options.notes_places, || attempt(&mut resolver));
        let resolved = within_at(&options.session.rules, options.session.now_micros, attempted);
        let (missing, diagnostics, is_unknown) = (resolver.missing, resolver.diagnostics, resolver.is_unknown);
        let missing_functions = resolver.missing_functions;
        if missing.is_empty() && missing_functions.is_empty() {
            return match resolved {
                Some(resolved) if !is_unknown && !diagnostics.iter().any(Diagnostic::is_error) => Ok(resolved),
                _ => Err(diagnostics),
            };
        }
        for request in missing {
            let answer = match catalog.relation(&request).await {
                RelationAnswer::Found(source) => Known::Source(source),
                RelationAnswer::Absent => Known::Absent,
                RelationAnswer::Refused(diagnostic) => Known::Refused(diagnostic),
                RelationAnswer::Misused(faults) => Known::Misused(faults),
                RelationAnswer::Unknown => Known::Unknown,
            };
            known.insert(request, answer);
        }
        for name in missing_functions {
            let function = catalog.function(&name).await;
            functions.insert(name, function);
        }
    }
}

/// The parts of the name that the argument of IDENTIFIER gives: a constant text, of literals, functions and variables.
pub fn resolve_name(text: &Expression, options: Options) -> Result<Vec<NamePart>, Vec<Diagnostic>> {
    let rules = options.session.rules.clone();
    let (known, functions) = (HashMap::new(), HashMap::new());
    let mut resolver = Resolver::new(options, &known, &functions);
    within(&rules, || resolver.identifier(text)).ok_or(resolver.diagnostics)
}

/// Drops what only qualified names reach.
fn finish(planned: Planned) -> Result<Resolved, Vec<Diagnostic>> {
    let visible = planned.columns.iter().filter(|column| column.is_visible());
    let output: Vec<Attribute> = visible.map(|column| column.attribute.clone()).collect();
    match project(planned.plan, output.iter().map(Attribute::column)) {
        Ok(plan) => Ok(Resolved { plan, output }),
        Err(error) => Err(vec![broken(&error)]),
    }
}

pub(crate) fn broken(error: &DataFusionError) -> Diagnostic {
    let title = "the query's plan was refused by the engine; this is a fault of Lakesmith";
    Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title).note(error.to_string())
}

impl<'k> Resolver<'k> {
    fn new(
        options: Options,
        known: &'k HashMap<RelationRequest, Known>,
        known_functions: &'k HashMap<QualifiedName, KnownFunction>,
    ) -> Self {
        Self {
            options,
            known,
            known_functions,
            missing: Vec::new(),
            missing_functions: Vec::new(),
            bodies: Vec::new(),
            diagnostics: Vec::new(),
            is_unknown: false,
            row_limit: RowLimit::default(),
            ctes: Vec::new(),
            correlations: Vec::new(),
            outer_named: Vec::new(),
            moved: Vec::new(),
            declared: BTreeMap::new(),
            comments: BTreeMap::new(),
            sessions: BTreeSet::new(),
            next_id: 0,
        }
    }
}

impl Resolver<'_> {
    /// A new column.
    pub fn attribute(&mut self, name: impl Into<Identifier>, typed: &Typed) -> Attribute {
        self.next_id += 1;
        Attribute {
            id: AttributeId(self.next_id),
            name: name.into(),
            data_type: typed.data_type.clone(),
            nullable: typed.nullable,
            metadata: None,
            plan_id: None,
            root: AttributeId(self.next_id),
            comment: None,
            declared: None,
        }
    }

    /// A number that no other use gets.
    pub fn number(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Notes a fault and gives nothing.
    pub fn refuse<T>(&mut self, diagnostic: Diagnostic, origin: &Origin, label: &str) -> Option<T> {
        let diagnostic = match origin {
            Origin::Text(span) => diagnostic.at(*span, label),
            Origin::Python { file, line } => diagnostic.note(format!("in {file}, line {line}")),
            Origin::Unknown => diagnostic,
        };
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
        None
    }

    /// Refuses what is not built.
    pub fn not_built<T>(&mut self, what: &str, origin: &Origin) -> Option<T> {
        let title = format!("{what} is not built yet");
        self.refuse(Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title), origin, "not built")
    }

    /// Notes a function's fault at the argument it is about.
    pub fn fault<T>(&mut self, fault: Fault, origin: &Origin) -> Option<T> {
        let mut diagnostic = Diagnostic::error(fault.condition, fault.title);
        diagnostic.help.extend(fault.help);
        self.refuse(diagnostic, origin, "")
    }

    /// The value, or a note of the fault.
    pub fn settle<T>(&mut self, result: Result<T, Fault>, origin: &Origin) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(fault) => self.fault(fault, origin),
        }
    }

    /// The plan, or a note that the engine refused it.
    pub fn built(&mut self, plan: Result<LogicalPlanBuilder, DataFusionError>, origin: &Origin) -> Option<LogicalPlan> {
        match plan.and_then(LogicalPlanBuilder::build) {
            Ok(plan) => Some(plan),
            Err(error) => self.refuse(broken(&error), origin, ""),
        }
    }
}
