//! Relations: sources, and the dispatch to the file of each operator.

use std::sync::Arc;

use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use datafusion::prelude::Column;
use lakesmith_base::{Identifier, QualifiedName};
use lakesmith_diagnostic::{Condition, Diagnostic, Origin};
use lakesmith_engine::projection::project;
use lakesmith_engine::{FileInterface, RelationRequest, RelationSource};
use lakesmith_functions::{Role, Typed, char_type, registry};
use lakesmith_unresolved::expression::{Expression, FunctionCall, NamePart};
use lakesmith_unresolved::relation::DataSource;
use lakesmith_unresolved::{PlanId, Relation, RelationKind, SparkType};

use crate::file_arguments::files_request;
use crate::generator::{Rows, generates};
use crate::pivot::Pivot;
use crate::project::{Block, Order, Output};
use crate::resolver::{Known, Planned, Resolver};
use crate::scope::{Reach, Scope, ScopeColumn};
use crate::subquery::from::Lateral;
use crate::time_travel;

impl Resolver<'_> {
    /// A relation; nothing when a fault was noted or the catalog has still to be asked.
    pub(crate) fn relation(&mut self, relation: &Relation, outer: &Scope<'_>) -> Option<Planned> {
        let above = self.row_limit;
        self.row_limit = above.beneath(&relation.kind);
        let planned = self.dispatch(relation, outer);
        self.row_limit = above;
        let mut planned = planned?;
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
            RelationKind::NamedWindows { input, windows } => self.named_windows(input, windows, outer),
            RelationKind::Sort { input, orders, global } => match input.kind.as_ref() {
                // its keys may name windows too
                RelationKind::NamedWindows { input, windows } => {
                    let kind = RelationKind::Sort { input: input.clone(), orders: orders.clone(), global: *global };
                    self.named_windows(&Relation::new(kind, origin.clone()), windows, outer)
                }
                _ => self.sort(input, orders, outer),
            },
            RelationKind::Limit { input, count } => match input.kind.as_ref() {
                RelationKind::Offset { input, count: skip } => self.limit(input, Some(skip), Some(count), outer),
                _ => self.limit(input, None, Some(count), outer),
            },
            RelationKind::Offset { input, count } => self.limit(input, Some(count), None, outer),
            RelationKind::LimitAll { input } => self.relation(input, outer),
            RelationKind::Deduplicate { input, columns, within_watermark: false } => {
                self.deduplicate(relation, input, columns, outer)
            }
            RelationKind::SubqueryAlias { input, alias, columns } => {
                let planned = self.relation(input, outer)?;
                let condition = match input.kind.as_ref() {
                    RelationKind::InlineTable(_) => Condition::INVALID_INLINE_TABLE_NUM_COLUMNS_MISMATCH,
                    RelationKind::TableFunction { .. } => Condition::NUM_TABLE_VALUE_ALIASES_MISMATCH,
                    _ => Condition::ASSIGNMENT_ARITY_MISMATCH,
                };
                self.renamed_or(planned, &alias.text, columns, origin, condition)
            }
            RelationKind::Join(join) => self.join(join, origin, outer),
            RelationKind::LateralJoin { left, right, kind, condition } => {
                let (kind, condition) = (*kind, condition.as_ref());
                self.lateral_join(Lateral { left, right, kind, condition, origin }, outer)
            }
            RelationKind::SetOperation(operation) => self.set_operation(operation, origin, outer),
            RelationKind::With { ctes, recursive, query } => self.with(ctes, *recursive, query, outer),
            // rows are the same whatever their distribution, and a bounded query has no late rows
            RelationKind::Hint { input, .. }
            | RelationKind::Repartition { input, .. }
            | RelationKind::WithWatermark { input, .. } => self.relation(input, outer),
            RelationKind::RepartitionByExpression { input, expressions, .. } => {
                self.distributed(input, expressions, outer)
            }
            RelationKind::LateralView { input, generator, outer: is_outer, alias, columns } => {
                let input = self.relation(input, outer)?;
                if !generates(generator) && !self.is_function(generator) {
                    let part = generator.name.parts.last()?;
                    self.unknown_function(generator, part, &Scope::default())?;
                }
                if !generates(generator) {
                    let title = "LATERAL VIEW takes a generator such as `explode`";
                    let condition = Condition::UNSUPPORTED_GENERATOR_NOT_GENERATOR;
                    return self.refuse(Diagnostic::error(condition, title), &generator.name.origin, "no generator");
                }
                let qualifier = alias.iter().map(|alias| alias.text.clone()).collect();
                let rows = Rows { names: columns, qualifier, reach: Reach::Plain, is_outer: *is_outer, origin };
                self.generate(input, generator, &rows, outer)
            }
            RelationKind::Sample { input, method, seed, with_replacement: false } => {
                self.sample(input, method, *seed, origin, outer)
            }
            RelationKind::PipeOperator { input, operator, arguments } => {
                self.pipe(input, operator, arguments, origin, outer)
            }
            RelationKind::Pivot { input, aggregates, columns, values } => {
                let pivot = Pivot { aggregates, columns, values, groups: None, origin };
                self.pivot(input, &pivot, outer)
            }
            RelationKind::Unpivot(unpivot) => self.unpivot(unpivot, origin, outer),
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

    pub(crate) fn files(&mut self, source: &DataSource, interface: FileInterface, origin: &Origin) -> Option<Planned> {
        let request = files_request(source, interface);
        let shown = QualifiedName::single(source.paths.first().map_or("files", String::as_str));
        let source = self.source(request, origin, &shown)?;
        self.scan(source.as_ref(), &[], origin)
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
        let plan = self.built(project(planned.plan, projected).map(LogicalPlanBuilder::from), origin)?;
        Some(Planned { plan, columns: planned.columns })
    }

    /// Whether a call names a function that gives one value.
    pub(crate) fn is_function(&self, call: &FunctionCall) -> bool {
        call.name.parts.last().is_some_and(|name| registry::find(name.text.as_str()).is_some())
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
        let hidden = if source.lacks_row_index() { Reach::MetadataWithoutRowIndex } else { Reach::Metadata };
        let fields = plain.chain(source.metadata_columns().iter().map(|field| (field, hidden)));
        for ((field, reach), stored) in fields.zip(stored.fields()) {
            let column = Expr::Column(Column::new(Some(table.clone()), stored.name()));
            let data_type = field.data_type.without_lengths();
            let mut value = Typed { expr: column, data_type, nullable: field.nullable };
            if let SparkType::Char(length) = field.data_type {
                value = self.settle(char_type::filled(value, length), origin)?;
            }
            let mut attribute = self.attribute(field.name.clone(), &value);
            attribute.metadata.clone_from(&field.metadata);
            if let Some(comment) = &field.comment {
                self.comments.insert(attribute.internal(), comment.clone());
            }
            if value.data_type != field.data_type {
                self.declared.insert(attribute.internal(), field.data_type.clone());
            }
            projected.push(value.expr.alias(attribute.internal()));
            columns.push(ScopeColumn { attribute, qualifier: qualifier.to_vec(), reach });
        }
        let scan = LogicalPlanBuilder::scan(table, provider_as_source(provider), None);
        let plan = scan.and_then(|scan| project(scan.build()?, projected)).map(LogicalPlanBuilder::from);
        let plan = self.built(plan, origin)?;
        Some(Planned { plan, columns })
    }
}

pub(crate) fn is_aggregate(call: &FunctionCall) -> bool {
    let function = call.name.parts.last().and_then(|part| registry::find(part.text.as_str()));
    function.is_some_and(|function| function.role == Role::Aggregate)
}

/// Marks columns as those of a DataFrame.
fn stamp(planned: &mut Planned, plan_id: PlanId) {
    for column in &mut planned.columns {
        column.attribute.plan_id = Some(plan_id);
    }
}
