//! Relations: sources, and the dispatch to the file of each operator.

use std::sync::Arc;

use datafusion::common::tree_node::TreeNode;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::utils::split_conjunction_owned;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::prelude::Column;
use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::{FileInterface, RelationRequest, RelationSource};
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::coercion::common_of_values;
use lakesmith_functions::{Role, Typed, guard, registry};
use lakesmith_unresolved::expression::{Expression, ExpressionKind, FunctionCall, Name, NamePart};
use lakesmith_unresolved::relation::{Cte, DataSource};
use lakesmith_unresolved::{Literal, PlanId, Relation, RelationKind, SparkType, function_names};

use crate::file_arguments::{argument_of, files_request};
use crate::generator::{Generation, generates};
use crate::project::{Block, Order, Output};
use crate::resolver::{Known, Planned, Resolver};
use crate::scope::{Reach, Scope, ScopeColumn};
use crate::time_travel;

impl Resolver<'_> {
    /// A relation; nothing when a fault was noted or the catalog has still to be asked.
    pub(crate) fn relation(&mut self, relation: &Relation, outer: &Scope<'_>) -> Option<Planned> {
        let mut planned = self.dispatch(relation, outer)?;
        if let Some(plan_id) = relation.plan_id {
            stamp(&mut planned, plan_id);
        }
        Some(planned)
    }

    fn dispatch(&mut self, relation: &Relation, outer: &Scope<'_>) -> Option<Planned> {
        let origin = &relation.origin;
        match relation.kind.as_ref() {
            RelationKind::NamedTable { name, options, is_streaming: false, time_travel: Some(travel) } => {
                let Some(option) = time_travel::option(travel) else {
                    return self.not_built("a version or time that is no constant", origin);
                };
                let mut options = options.clone();
                options.push(option);
                self.named_table(name, &options, false, outer)
            }
            RelationKind::NamedTable { time_travel: Some(_), .. } => self.not_built("time travel in a stream", origin),
            RelationKind::NamedTable { name, options, is_streaming, .. } => {
                self.named_table(name, options, *is_streaming, outer)
            }
            RelationKind::DataSource(source) => {
                let is_auto_loader =
                    source.format.as_deref().is_some_and(|format| format.eq_ignore_ascii_case("cloudFiles"));
                let interface = if is_auto_loader { FileInterface::CloudFiles } else { FileInterface::Reader };
                self.files(source, interface, origin)
            }
            RelationKind::OneRow => {
                let plan = self.built(Ok(LogicalPlanBuilder::empty(true)), origin)?;
                Some(Planned { plan, columns: Vec::new() })
            }
            RelationKind::InlineTable(rows) => self.inline_table(rows, origin, outer),
            RelationKind::Project { .. }
            | RelationKind::Aggregate(_)
            | RelationKind::Having { .. }
            | RelationKind::Qualify { .. } => match Block::of(relation) {
                Some(block) => self.block(&block, outer),
                None => self.not_built("HAVING or QUALIFY at this place", origin),
            },
            RelationKind::Filter { input, condition } => self.filter(input, condition, outer),
            RelationKind::Sort { input, orders, .. } => self.sort(input, orders, outer),
            RelationKind::Limit { input, count } => match input.kind.as_ref() {
                RelationKind::Offset { input, count: skip } => self.limit(input, Some(skip), Some(count), outer),
                _ => self.limit(input, None, Some(count), outer),
            },
            RelationKind::Offset { input, count } => self.limit(input, Some(count), None, outer),
            RelationKind::Deduplicate { input, columns, within_watermark: false } => {
                self.deduplicate(relation, input, columns, outer)
            }
            RelationKind::SubqueryAlias { input, alias, columns } => {
                let planned = self.relation(input, outer)?;
                self.renamed(planned, &alias.text, columns, origin)
            }
            RelationKind::Join(join) => self.join(join, origin, outer),
            RelationKind::SetOperation(operation) => self.set_operation(operation, origin, outer),
            RelationKind::With { ctes, recursive: false, query } => self.with(ctes, query, outer),
            // rows are the same whatever their distribution, and a bounded query has no late rows
            RelationKind::Hint { input, .. }
            | RelationKind::Repartition { input, .. }
            | RelationKind::RepartitionByExpression { input, .. }
            | RelationKind::WithWatermark { input, .. } => self.relation(input, outer),
            RelationKind::LateralView { input, generator, outer: is_outer, alias, columns } => {
                let input = self.relation(input, outer)?;
                let qualifier = alias.iter().map(|alias| alias.text.clone()).collect();
                let (call, names, is_outer) = (generator.as_ref(), columns.as_slice(), *is_outer);
                let reach = Reach::Plain;
                self.generate(input, &Generation { call, names, qualifier, reach, is_outer, origin }, outer)
            }
            RelationKind::TableFunction { call, is_streaming } => {
                self.table_function(call, *is_streaming, origin, outer)
            }
            RelationKind::Drop { input, columns, names } if columns.is_empty() => {
                let mut planned = self.relation(input, outer)?;
                planned.columns.retain(|column| !names.iter().any(|name| column.attribute.name.matches(name)));
                Some(planned)
            }
            RelationKind::WithColumnsRenamed { input, renames } => {
                let planned = self.relation(input, outer)?;
                self.columns_renamed(planned, renames, origin)
            }
            RelationKind::WithColumns { input, columns } => self.with_columns(input, columns, origin, outer),
            RelationKind::ToDf { input, columns } => {
                let mut planned = self.relation(input, outer)?;
                let visible = planned.columns.iter_mut().filter(|column| column.is_visible());
                let names: Vec<NamePart> = columns
                    .iter()
                    .map(|n| NamePart { text: Identifier::new(n.as_str()), origin: origin.clone() })
                    .collect();
                let count = visible.count();
                if count != names.len() {
                    let title = format!("toDF names {} columns of {count}", names.len());
                    return self.refuse(Diagnostic::error(Condition::NUM_COLUMNS_MISMATCH, title), origin, "");
                }
                self.renamed(planned, &Identifier::new(""), &names, origin).map(|mut planned| {
                    planned.columns.iter_mut().for_each(|column| column.qualifier.clear());
                    planned
                })
            }
            other => self.not_built(&format!("`{}`", other.name()), origin),
        }
    }

    fn filter(&mut self, input: &Relation, condition: &Expression, outer: &Scope<'_>) -> Option<Planned> {
        let input = self.relation(input, outer)?;
        self.about_one_row(condition)?;
        let scope = Scope { outer: Some(outer), ..Scope::of(&input.columns) };
        let origin = &condition.origin;
        let condition = self.condition(condition, &scope, "WHERE")?;
        let plan = self.filtered_plan(input.plan, condition, origin)?;
        Some(Planned { plan, columns: input.columns })
    }

    /// Notes what cannot stand in WHERE, because it is about more than one row.
    fn about_one_row(&mut self, condition: &Expression) -> Option<()> {
        let mut open = vec![condition];
        while let Some(expression) = open.pop() {
            let (what, help) = match &expression.kind {
                ExpressionKind::Window { .. } => {
                    ("a window function", "filter by it in QUALIFY, or in a query around this one")
                }
                ExpressionKind::Function(call) if is_aggregate(call) => {
                    ("an aggregate function", "filter by it in HAVING")
                }
                _ => {
                    open.extend(expression.children());
                    continue;
                }
            };
            let diagnostic = Diagnostic::error(Condition::INVALID_WHERE_CONDITION, format!("{what} stands in WHERE"));
            return self.refuse(diagnostic.help(help), &expression.origin, "about more than one row");
        }
        Some(())
    }

    /// The rows for which a condition holds. Parts of it that can fail are computed as a column, which DataFusion does not move:
    /// it would merge them with filters beneath and compute them for rows that those drop.
    pub(crate) fn filtered_plan(&mut self, plan: LogicalPlan, condition: Expr, origin: &Origin) -> Option<LogicalPlan> {
        let parts = split_conjunction_owned(condition);
        // a subquery is joined where it is part of a filter, so it stays in one
        let sure = parts.iter().take_while(|part| !guard::can_fail(part) || holds_subquery(part)).count();
        let mut plan = plan;
        if let Some(condition) = parts[..sure].iter().cloned().reduce(Expr::and) {
            plan = self.built(LogicalPlanBuilder::from(plan).filter(condition), origin)?;
        }
        if let Some(condition) = parts[sure..].iter().filter(|part| holds_subquery(part)).cloned().reduce(Expr::and) {
            plan = self.built(LogicalPlanBuilder::from(plan).filter(condition), origin)?;
        }
        let risky = parts[sure..].iter().filter(|part| !holds_subquery(part)).cloned().reduce(Expr::and);
        let Some(risky) = risky else { return Some(plan) };
        let own: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
        let name = format!("condition#{}", self.number());
        let fenced = self.settle(guard::fenced(risky, &SparkType::Boolean), origin)?;
        let computed = own.iter().cloned().chain([fenced.alias(name.clone())]);
        let filtered = LogicalPlanBuilder::from(plan)
            .project(computed.collect::<Vec<_>>())
            .and_then(|builder| builder.filter(Expr::Column(Column::new_unqualified(name))))
            .and_then(|builder| builder.project(own));
        self.built(filtered, origin)
    }

    fn with_columns(
        &mut self,
        input: &Relation,
        expressions: &[Expression],
        origin: &Origin,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let input = self.relation(input, outer)?;
        let scope = Scope { outer: Some(outer), ..Scope::of(&input.columns) };
        let new = self.outputs(expressions, &scope)?;
        let mut outputs: Vec<Output> = Vec::new();
        for column in input.columns.iter().filter(|column| column.is_visible()) {
            let attribute = &column.attribute;
            let value = Typed {
                expr: attribute.column(),
                data_type: attribute.data_type.clone(),
                nullable: attribute.nullable,
            };
            let kept = Output {
                name: attribute.name.clone(),
                value,
                origin: origin.clone(),
                source: Some(column.clone()),
                metadata: attribute.metadata.clone(),
            };
            outputs.push(new.iter().find(|output| output.name == attribute.name).cloned().unwrap_or(kept));
        }
        let known: Vec<Identifier> = outputs.iter().map(|output| output.name.clone()).collect();
        outputs.extend(new.into_iter().filter(|output| !known.contains(&output.name)));
        self.finish_block(input.plan, outputs, Order::default(), origin)
    }

    fn with(&mut self, ctes: &[Cte], query: &Relation, outer: &Scope<'_>) -> Option<Planned> {
        let depth = self.ctes.len();
        for cte in ctes {
            let visible = self.ctes.len();
            // resolved once here so that a fault in a query that nothing uses is found too
            self.relation(&cte.query, outer);
            self.ctes.push((cte.name.text.clone(), cte.clone(), visible));
        }
        let planned = self.relation(query, outer);
        self.ctes.truncate(depth);
        planned
    }

    fn named_table(
        &mut self,
        name: &Name,
        options: &[(String, String)],
        is_streaming: bool,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let Some(qualified) = name.qualified() else { return self.not_built("IDENTIFIER as a table", &name.origin) };
        if qualified.parts().len() == 1
            && let Some((_, cte, visible)) =
                self.ctes.iter().rev().find(|(known, ..)| known == qualified.last()).cloned()
        {
            // the query sees the names defined before it
            let hidden = self.ctes.split_off(visible);
            let planned = self.relation(&cte.query, outer);
            self.ctes.extend(hidden);
            return self.renamed(planned?, &cte.name.text, &cte.columns, &cte.name.origin);
        }
        let request = RelationRequest::Table { name: qualified.clone(), is_streaming, options: options.to_vec() };
        let source = self.source(request, &name.origin, &qualified)?;
        self.scan(source.as_ref(), qualified.parts(), &name.origin)
    }

    fn files(&mut self, source: &DataSource, interface: FileInterface, origin: &Origin) -> Option<Planned> {
        let request = files_request(source, interface);
        let shown = QualifiedName::single(source.paths.first().map_or("files", String::as_str));
        let source = self.source(request, origin, &shown)?;
        self.scan(source.as_ref(), &[], origin)
    }

    /// `read_files('path', format => 'json')`: named arguments are reader options.
    fn table_function(
        &mut self,
        call: &FunctionCall,
        is_streaming: bool,
        origin: &Origin,
        outer: &Scope<'_>,
    ) -> Option<Planned> {
        let name = call.name.parts.last().map_or("", |part| part.text.as_str());
        if name.eq_ignore_ascii_case("event_log") {
            return self.event_log(call, is_streaming, origin);
        }
        if name.eq_ignore_ascii_case("read_stream") {
            return self.read_stream(call, outer, origin);
        }
        if generates(call) && !is_streaming {
            return self.generated_rows(call, origin);
        }
        if !["read_files", "cloud_files"].iter().any(|known| known.eq_ignore_ascii_case(name)) {
            if !function_names::is_known(name) {
                let title = format!("function `{name}` does not exist");
                let diagnostic = Diagnostic::error(Condition::UNRESOLVED_ROUTINE, title);
                return self.refuse(diagnostic, &call.name.origin, "no such function");
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

    fn columns_renamed(
        &mut self,
        mut planned: Planned,
        renames: &[(String, String)],
        origin: &Origin,
    ) -> Option<Planned> {
        let before: Vec<Expr> = planned.columns.iter().map(|column| column.attribute.column()).collect();
        for column in &mut planned.columns {
            if let Some((_, new)) = renames.iter().find(|(old, _)| column.attribute.name.matches(old)) {
                column.attribute.name = Identifier::new(new.as_str());
            }
        }
        let after = planned.columns.iter().map(|column| column.attribute.internal());
        let projected: Vec<Expr> = before.into_iter().zip(after).map(|(column, name)| column.alias(name)).collect();
        let plan = self.built(planned.builder().project(projected), origin)?;
        Some(Planned { plan, columns: planned.columns })
    }

    pub(crate) fn source(
        &mut self,
        request: RelationRequest,
        origin: &Origin,
        shown: &QualifiedName,
    ) -> Option<Arc<dyn RelationSource>> {
        match self.known.get(&request).cloned() {
            Some(Known::Source(source)) => Some(source),
            Some(Known::Refused(diagnostic)) => self.refuse(*diagnostic, origin, ""),
            Some(Known::Misused(faults)) => faults
                .into_iter()
                .find_map(|(_, diagnostic)| self.refuse::<Arc<dyn RelationSource>>(diagnostic, origin, "")),
            Some(Known::Unknown) => {
                self.is_unknown = true;
                None
            }
            Some(Known::Absent) => {
                let title = format!("table or view `{shown}` does not exist");
                let diagnostic = Diagnostic::error(Condition::TABLE_OR_VIEW_NOT_FOUND, title)
                    .help("check the name, or define the table in the pipeline");
                self.refuse(diagnostic, origin, "no such table")
            }
            None => {
                if !self.missing.contains(&request) {
                    self.missing.push(request);
                }
                None
            }
        }
    }

    pub(crate) fn scan(
        &mut self,
        source: &dyn RelationSource,
        qualifier: &[Identifier],
        origin: &Origin,
    ) -> Option<Planned> {
        let table = format!("{}#{}", qualifier.last().map_or("files", Identifier::as_str), self.number());
        let table = datafusion::common::TableReference::bare(table);
        let provider = source.provider();
        let stored = provider.schema();
        let mut columns = Vec::new();
        let mut projected = Vec::new();
        let plain = source.schema().iter().map(|field| (field, Reach::Plain));
        let fields = plain.chain(source.metadata_columns().iter().map(|field| (field, Reach::Metadata)));
        for ((field, reach), stored) in fields.zip(stored.fields()) {
            let column = Expr::Column(Column::new(Some(table.clone()), stored.name()));
            let value = Typed { expr: column, data_type: field.data_type.clone(), nullable: field.nullable };
            let mut attribute = self.attribute(field.name.clone(), &value);
            attribute.metadata.clone_from(&field.metadata);
            projected.push(value.expr.alias(attribute.internal()));
            columns.push(ScopeColumn { attribute, qualifier: qualifier.to_vec(), reach });
        }
        let scan = LogicalPlanBuilder::scan(table, provider_as_source(provider), None);
        let plan = self.built(scan.and_then(|scan| scan.project(projected)), origin)?;
        Some(Planned { plan, columns })
    }

    /// `input AS alias (a, b)`.
    fn renamed(
        &mut self,
        planned: Planned,
        alias: &Identifier,
        names: &[NamePart],
        origin: &Origin,
    ) -> Option<Planned> {
        let hidden = planned.columns.iter().filter(|column| column.reach == Reach::Metadata).cloned();
        let hidden: Vec<_> = hidden.collect();
        let visible: Vec<_> = planned.columns.iter().filter(|column| column.is_visible()).cloned().collect();
        if !names.is_empty() && names.len() != visible.len() {
            let title = format!("`{}` names {} columns of {}", alias.as_str(), names.len(), visible.len());
            return self.refuse(Diagnostic::error(Condition::ASSIGNMENT_ARITY_MISMATCH, title), origin, "");
        }
        let mut columns = Vec::new();
        let mut projected = Vec::new();
        for (index, mut column) in visible.into_iter().enumerate() {
            let before = column.attribute.column();
            if let Some(name) = names.get(index) {
                column.attribute.name = name.text.clone();
                projected.push(before.alias(column.attribute.internal()));
            } else {
                projected.push(before);
            }
            column.qualifier = vec![alias.clone()];
            columns.push(column);
        }
        for mut column in hidden {
            projected.push(column.attribute.column());
            column.qualifier = vec![alias.clone()];
            columns.push(column);
        }
        let plan =
            if names.is_empty() { planned.plan } else { self.built(planned.builder().project(projected), origin)? };
        Some(Planned { plan, columns })
    }

    fn inline_table(&mut self, rows: &[Vec<Expression>], origin: &Origin, outer: &Scope<'_>) -> Option<Planned> {
        let resolved: Vec<Option<Vec<Typed>>> =
            rows.iter().map(|row| row.iter().map(|value| self.expression(value, outer)).collect()).collect();
        let mut resolved = resolved.into_iter().collect::<Option<Vec<_>>>()?;
        let width = resolved.first().map_or(0, Vec::len);
        if resolved.iter().any(|row| row.len() != width) {
            let title = "rows of VALUES have different numbers of columns";
            return self.refuse(Diagnostic::error(Condition::NUM_COLUMNS_MISMATCH, title), origin, "");
        }
        let mut columns = Vec::new();
        let mut projected = Vec::new();
        for index in 0..width {
            let common = common_of_values("VALUES", resolved.iter().map(|row| &row[index].data_type));
            let condition = Condition::INVALID_INLINE_TABLE_INCOMPATIBLE_TYPES_IN_INLINE_TABLE;
            let common = common.map_err(|fault| lakesmith_functions::Fault { condition, ..fault });
            let common = self.settle(common, origin)?;
            for row in &mut resolved {
                let value = cast(row[index].clone(), &common, Mode::Ansi);
                row[index] = self.settle(value, origin)?;
            }
            let nullable = resolved.iter().any(|row| row[index].nullable);
            let name = format!("column{}", index + 1);
            let value = Typed { expr: Expr::Column(Column::new_unqualified(name)), data_type: common, nullable };
            let attribute = self.attribute(format!("col{}", index + 1), &value);
            projected.push(value.expr.alias(attribute.internal()));
            columns.push(ScopeColumn::computed(attribute));
        }
        let exprs = resolved.into_iter().map(|row| row.into_iter().map(|value| value.expr).collect()).collect();
        let values = LogicalPlanBuilder::values(exprs);
        let plan = self.built(values.and_then(|values| values.project(projected)), origin)?;
        Some(Planned { plan, columns })
    }
}

/// A table's name that stands in a text.
fn written_name(text: &str, origin: &Origin) -> Name {
    let name = QualifiedName::from_text(text);
    let parts = name.iter().flat_map(|name| name.parts().iter().cloned());
    let parts = parts.map(|text| NamePart { text, origin: origin.clone() }).collect();
    Name { parts, computed: None, origin: origin.clone() }
}

fn is_aggregate(call: &FunctionCall) -> bool {
    let function = call.name.parts.last().and_then(|part| registry::find(part.text.as_str()));
    function.is_some_and(|function| function.role == Role::Aggregate)
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

/// Whether a condition asks a subquery.
fn holds_subquery(expr: &Expr) -> bool {
    let asks = |node: &Expr| matches!(node, Expr::InSubquery(_) | Expr::Exists(_) | Expr::ScalarSubquery(_));
    expr.exists(|node| Ok(asks(node))).unwrap_or(false)
}

/// Marks columns as those of a DataFrame.
fn stamp(planned: &mut Planned, plan_id: PlanId) {
    for column in &mut planned.columns {
        column.attribute.plan_id = Some(plan_id);
    }
}
