//! Which rows of a table an INSERT takes away: all, those of partitions, or those of a condition.

use std::sync::Arc;

use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, not};

use lakesmith_delta::{Commit, DataFile};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::{EngineError, Executor, LocalExecutor, RelationSource};
use lakesmith_functions::Typed;
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::rules::within;
use lakesmith_plan::Resolved;
use lakesmith_unresolved::SparkType;

use crate::cell;
use crate::lookup::TableOf;
use crate::row_rule::RuleText;
use crate::statement::Running;
use crate::trouble::Done;
use crate::write::{NewRows, Parts, add_parts};

/// The setting that decides what INSERT OVERWRITE takes away, and its value for partitions that get rows.
const OVERWRITE_MODE: &str = "spark.sql.sources.partitionOverwriteMode";

impl Running<'_> {
    /// The files that INSERT OVERWRITE takes away.
    pub(super) async fn overwritten(
        self,
        table: &mut TableOf,
        constants: &Option<Resolved>,
        added: &[DataFile],
    ) -> Done<Vec<DataFile>> {
        let files = table.table.files().await?;
        let fixed = match constants {
            Some(constants) => self.partition_texts(constants, table).await?,
            None => Vec::new(),
        };
        let mode = self.session.state().settings.get(OVERWRITE_MODE).cloned();
        let is_dynamic = mode.is_some_and(|mode| mode.eq_ignore_ascii_case("dynamic"));
        let is_partitioned = !table.table.metadata().partition_columns.is_empty();
        let only_filled = is_dynamic && is_partitioned && fixed.len() < table.table.metadata().partition_columns.len();
        let is_fixed = |file: &DataFile| {
            fixed
                .iter()
                .all(|(column, text)| file.partition_values.iter().any(|(name, value)| name == column && value == text))
        };
        let is_filled = |file: &DataFile| added.iter().any(|new| new.partition_values == file.partition_values);
        Ok(files.into_iter().filter(|file| is_fixed(file) && (!only_filled || is_filled(file))).collect())
    }

    /// The constants of PARTITION as the log writes them.
    async fn partition_texts(self, constants: &Resolved, table: &TableOf) -> Done<Vec<(String, Option<String>)>> {
        let broken = |error| EngineError::from_datafusion("plan write", error);
        let mut values = Vec::new();
        for column in &constants.output {
            let field = table.table.metadata().schema.iter().find(|field| field.name == column.name);
            let data_type = field.map_or(SparkType::STRING, |field| field.data_type.clone());
            let value = Typed { expr: column.column(), data_type: column.data_type.clone(), nullable: column.nullable };
            let value = within(&self.session.rules(), || cast(value, &data_type, Mode::Ansi))
                .map_err(|fault| Diagnostic::error(Condition::CAST_INVALID_INPUT, fault.title))?;
            values.push(value.expr.alias(column.name.as_str()));
        }
        let plan = LogicalPlanBuilder::from(constants.plan.clone()).project(values);
        let plan = plan.and_then(LogicalPlanBuilder::build).map_err(broken)?;
        let context = self.session.context();
        let physical = context.state().create_physical_plan(&plan).await.map_err(broken)?;
        let batches = LocalExecutor::new(context.task_ctx()).collect(physical).await?;
        let Some(batch) = batches.iter().find(|batch| batch.num_rows() > 0) else { return Ok(Vec::new()) };
        let text = |array| (!cell::is_null(array, 0)).then(|| cell::text(array, 0)).filter(|text| !text.is_empty());
        let own = |name: &str| {
            let columns = &table.table.metadata().partition_columns;
            columns.iter().find(|column| column.eq_ignore_ascii_case(name)).cloned().unwrap_or_else(|| name.to_owned())
        };
        let columns = constants.output.iter().zip(batch.columns());
        Ok(columns.map(|(column, array)| (own(column.name.as_str()), text(array))).collect())
    }

    /// Takes away the rows that meet a condition: all files are written anew without them, in the same commit.
    pub(super) async fn replace_where(
        self,
        table: &mut TableOf,
        condition: &str,
        commit: &mut Commit,
        parts: &mut Parts,
    ) -> Done {
        commit.removes = table.table.files().await?;
        if commit.removes.is_empty() {
            return Ok(());
        }
        let name = table.quoted();
        let (store, metadata) = (table.table.store().clone(), table.table.metadata().clone());
        let rows = crate::catalog::scan(table.table.clone()).await?;
        let broken = |error| EngineError::from_datafusion("plan write", error);
        let scanned = LogicalPlanBuilder::scan("stored", provider_as_source(rows.provider()), None);
        let columns: Vec<Expr> = metadata
            .schema
            .iter()
            .map(|field| Expr::Column(datafusion::prelude::Column::new(Some("stored"), field.name.as_str())))
            .zip(&metadata.schema)
            .map(|(column, field)| column.alias(field.name.as_str()))
            .collect();
        let plan =
            scanned.and_then(|plan| plan.project(columns)).and_then(LogicalPlanBuilder::build).map_err(broken)?;
        let rule = RuleText {
            name: "REPLACE WHERE".to_owned(),
            text: condition.to_owned(),
            violation: Condition::DELTA_REPLACE_WHERE_MISMATCH,
        };
        let (plan, rules) = self.session.with_rules(&metadata.schema, plan, vec![rule]).await?;
        let Some(rule) = rules.first() else { return Ok(()) };
        let kept = LogicalPlanBuilder::from(plan).filter(not(rule.condition.clone().is_true()));
        let plan = kept.and_then(LogicalPlanBuilder::build).map_err(broken)?;
        let plan = LogicalPlanBuilder::scan("kept", provider_as_source(Arc::new(ViewTable::new(plan, None))), None)
            .and_then(|plan| {
                let own = metadata.schema.iter().map(|field| {
                    let column = datafusion::prelude::Column::new(Some("kept"), field.name.as_str());
                    Expr::Column(column).alias(field.name.as_str())
                });
                plan.project(own.collect::<Vec<_>>())
            })
            .and_then(LogicalPlanBuilder::build)
            .map_err(broken)?;
        let rows = NewRows { store: &store, table: &name, metadata: &metadata, plan, rules: Vec::new() };
        let kept = self.session.write(rows).await?;
        add_parts(commit, parts);
        commit.adds.extend(kept.files.iter().cloned());
        parts.also(kept);
        Ok(())
    }
}
