//! Statements: one file for each family, and the table of which file a statement belongs to.
//!
//! A statement is checked first and then takes effect at one point: the commit of a table, or the one file or folder of an
//! object. What is not built is refused by name.

mod alter_table;
mod alter_view;
mod comment;
mod computed_column;
mod container;
mod create_table;
mod describe;
mod drop;
mod explain;
mod fixed_setting;
mod function;
mod insert;
mod maintenance;
mod pattern;
mod redaction;
mod replaced;
mod session_setting;
mod show;
mod show_create;
mod table_definition;
mod truncate;
mod variable;
mod view;

use std::borrow::Cow;

use lakesmith_diagnostic::{Condition, Diagnostic, SourceMap};
use lakesmith_plan::resolve_name;
use lakesmith_unresolved::command::{Command, CommandKind, ObjectKind};

use crate::result::QueryResult;
use crate::rows::nothing;
use crate::session::Session;
use crate::trouble::{Done, Trouble, not_built};

pub(crate) use session_setting::is_own;

/// A statement on its way: the session it changes and the texts that its places point into.
#[derive(Clone, Copy)]
pub(crate) struct Running<'a> {
    pub session: &'a Session,
    pub sources: &'a SourceMap,
    /// How many EXECUTE IMMEDIATE are around it.
    pub depth: usize,
}

/// Carries out a statement.
pub(crate) async fn run(session: &Session, command: &Command, sources: &SourceMap) -> Done<QueryResult> {
    Running { session, sources, depth: 0 }.carry_out(command).await
}

impl Running<'_> {
    /// Carries out a statement.
    pub(crate) async fn carry_out(self, command: &Command) -> Done<QueryResult> {
        let command = &self.named(command)?;
        match &command.kind {
            CommandKind::Query(query) => return Ok(self.session.run(query, self.sources).await?),
            CommandKind::ExecuteImmediate(execute) => return self.execute_immediate(execute).await,
            _ => {}
        }
        if let Some(answer) = self.answer(&command.kind).await? {
            return Ok(answer);
        }
        self.session.state().warnings.clear();
        self.change(&command.kind).await?;
        let warnings = std::mem::take(&mut self.session.state().warnings);
        Ok(nothing()?.with_warnings(warnings))
    }

    /// The statement with the names that IDENTIFIER gives its objects.
    fn named<'c>(self, command: &'c Command) -> Done<Cow<'c, Command>> {
        if matches!(command.kind, CommandKind::Query(_)) {
            return Ok(Cow::Borrowed(command));
        }
        let mut command = command.clone();
        for name in command.kind.object_names_mut() {
            if let Some(text) = name.computed.take() {
                let parts = resolve_name(&text, self.session.options()).map_err(Trouble::Wrong)?;
                name.parts = parts.into_iter().chain(std::mem::take(&mut name.parts)).collect();
            }
        }
        Ok(Cow::Owned(command))
    }

    /// The rows of a statement that asks something.
    async fn answer(self, kind: &CommandKind) -> Done<Option<QueryResult>> {
        Ok(Some(match kind {
            CommandKind::Explain { mode, command } => self.explain(mode, command).await?,
            CommandKind::Show(show) => self.show(show).await?,
            CommandKind::Describe { target, mode, as_json } => self.describe(target, mode, *as_json).await?,
            CommandKind::Set { key, value } => self.set(key.as_deref(), value.as_deref())?,
            _ => return Ok(None),
        }))
    }

    /// The effect of a statement that changes something.
    async fn change(self, kind: &CommandKind) -> Done {
        match kind {
            CommandKind::CreateTable(create) => self.create_table(create).await,
            CommandKind::CreateView { .. } => self.create_view(kind).await,
            CommandKind::CreateContainer { object, name, if_not_exists, clauses } => {
                self.create_container(*object, name, *if_not_exists, clauses)
            }
            CommandKind::Drop { .. } => self.drop_object(kind).await,
            CommandKind::Alter { object, name, if_exists, actions } => match object {
                ObjectKind::Table => self.alter_table(name, *if_exists, actions).await,
                ObjectKind::View => self.alter_view(name, *if_exists, actions).await,
                ObjectKind::Schema | ObjectKind::Catalog => self.alter_container(*object, name, actions),
                other => Err(refused(&format!("ALTER {}", other.keyword())).into()),
            },
            CommandKind::CreateFunction(create) => self.create_function(create).await,
            CommandKind::Insert(insert) => self.insert(insert).await,
            CommandKind::Inserts(inserts) => self.inserts(inserts).await,
            CommandKind::Truncate { table, partition } => self.truncate(table, partition).await,
            CommandKind::CommentOn { object, name, text } => self.comment_on(*object, name, text.as_deref()).await,
            CommandKind::Use { catalog, schema, either } => {
                self.use_names(catalog.as_ref(), schema.as_ref(), either.as_ref())
            }
            CommandKind::Variable(variable) => self.variable(variable).await,
            CommandKind::Reset(key) => {
                self.reset(key.as_deref());
                Ok(())
            }
            CommandKind::Maintenance { verb, table, rest } => self.maintain(verb, table.as_ref(), rest).await,
            CommandKind::Pipeline(_) => {
                let title = "a pipeline statement does not run here";
                let fault = Diagnostic::error(Condition::LAKESMITH_NOT_BUILT, title);
                Err(fault.help("put it into a file of a pipeline and run `lakesmith run`").into())
            }
            other => Err(refused(&other.name()).into()),
        }
    }
}

/// The refusal of a statement that is not built.
fn refused(statement: &str) -> Diagnostic {
    not_built(&format!("`{statement}`"))
}
