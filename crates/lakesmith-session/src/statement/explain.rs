//! EXPLAIN: the plans of a query as text, in one column `plan`.

use datafusion::physical_plan::displayable;
use lakesmith_diagnostic::Diagnostic;
use lakesmith_engine::EngineError;
use lakesmith_unresolved::command::{Command, CommandKind};

use crate::result::{QueryError, QueryResult};
use crate::rows::Rows;
use crate::statement::Running;
use crate::trouble::Done;

impl Running<'_> {
    pub(super) async fn explain(self, mode: &str, command: &Command) -> Done<QueryResult> {
        let text = match &command.kind {
            CommandKind::Query(query) => match self.session.resolve(query, self.sources).await {
                Ok((resolved, _)) => self.plans(mode, &resolved).await?,
                Err(QueryError::Wrong { diagnostics, .. }) => planning_failed(&diagnostics),
                Err(failed) => return Err(failed.into()),
            },
            // a statement that changes something has no plan that is more than its name
            other => format!("== Physical Plan ==\nExecute {}\n", other.name()),
        };
        let mut rows = Rows::texts(&["plan"]);
        rows.push([text.into()]);
        Ok(rows.result()?)
    }

    async fn plans(self, mode: &str, resolved: &lakesmith_plan::Resolved) -> Done<String> {
        let context = self.session.context();
        let state = context.state();
        let broken = |error| EngineError::from_datafusion("plan query", error);
        let physical = state.create_physical_plan(&resolved.plan).await.map_err(broken)?;
        let physical = displayable(physical.as_ref()).set_show_statistics(mode == "COST").indent(false).to_string();
        let physical = format!("== Physical Plan ==\n{physical}");
        if !matches!(mode, "EXTENDED" | "COST") {
            return Ok(physical);
        }
        let optimized = state.optimize(&resolved.plan).map_err(broken)?;
        let optimized = format!("== Optimized Logical Plan ==\n{}\n\n", optimized.display_indent());
        if mode == "COST" {
            return Ok(optimized + &physical);
        }
        let columns: Vec<String> = resolved
            .output
            .iter()
            .map(|column| format!("{}: {}", column.name, column.data_type.simple_name()))
            .collect();
        let analyzed = resolved.plan.display_indent();
        let analyzed = format!("== Analyzed Logical Plan ==\n{}\n{analyzed}\n\n", columns.join(", "));
        Ok(analyzed + &optimized + &physical)
    }
}

/// As in Spark, a query that is wrong is explained by what is wrong.
fn planning_failed(diagnostics: &[Diagnostic]) -> String {
    let faults = diagnostics.iter().map(|fault| format!("[{}] {}", fault.condition, fault.title));
    format!("Error occurred during query planning:\n{}\n", faults.collect::<Vec<_>>().join("\n"))
}
