//! The names of the objects that a command is about, where IDENTIFIER may stand.

use super::{AlterAction, CommandKind, DescribeTarget};
use crate::expression::Name;

impl CommandKind {
    /// Names of tables, views, schemas, functions and variables; none of a query within the command.
    pub fn object_names_mut(&mut self) -> Vec<&mut Name> {
        match self {
            Self::CreateTable(create) => {
                let copied = create.clone_of.as_mut().map(|(name, _)| name);
                std::iter::once(&mut create.name).chain(&mut create.like).chain(copied).collect()
            }
            Self::Alter { name, actions, .. } => {
                let renamed = actions.iter_mut().filter_map(|action| match action {
                    AlterAction::RenameTo(name) => Some(name),
                    _ => None,
                });
                std::iter::once(name).chain(renamed).collect()
            }
            Self::CreateView { name, .. }
            | Self::CreateContainer { name, .. }
            | Self::Drop { name, .. }
            | Self::CommentOn { name, .. }
            | Self::Delete { table: name, .. }
            | Self::Update { table: name, .. }
            | Self::Truncate { table: name, .. }
            | Self::CopyInto { table: name, .. }
            | Self::Describe { target: DescribeTarget::Object { name, .. }, .. } => vec![name],
            Self::CreateFunction(create) => vec![&mut create.name],
            Self::Insert(insert) => vec![&mut insert.table],
            Self::Inserts(inserts) => inserts.iter_mut().map(|insert| &mut insert.table).collect(),
            Self::Merge(merge) => vec![&mut merge.target],
            Self::Show(show) => show.scope.iter_mut().collect(),
            Self::Use { either, .. } => either.iter_mut().collect(),
            Self::Variable(variable) => variable.names.iter_mut().collect(),
            Self::ExecuteImmediate(execute) => execute.into.iter_mut().collect(),
            Self::Maintenance { table, .. } => table.iter_mut().collect(),
            _ => Vec::new(),
        }
    }
}
