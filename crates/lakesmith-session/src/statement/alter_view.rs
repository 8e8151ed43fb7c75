//! ALTER VIEW: its query, its name and its properties.

use lakesmith_unresolved::Name;
use lakesmith_unresolved::command::AlterAction;
use lakesmith_unresolved::pipeline::DatasetClauses;

use lakesmith_diagnostic::Condition;

use crate::lookup::{Found, quoted, written};
use crate::objects::{Kind, Read, StoredView};
use crate::state::{GLOBAL_TEMPORARY, TemporaryView};
use crate::statement::container::changed;
use crate::statement::create_table::there;
use crate::statement::view::{ViewQuery, reads_temporary};
use crate::statement::{Running, refused};
use crate::trouble::{Done, fault, taken};

impl Running<'_> {
    pub(super) async fn alter_view(self, name: &Name, if_exists: bool, actions: &[AlterAction]) -> Done {
        let session = self.session;
        let (own, full) = (written(name)?, session.full_name(name)?);
        let view = match session.find(&own).await? {
            Some(Found::View(view)) => view,
            Some(Found::Temporary(_)) => return self.alter_temporary(name, actions).await,
            None if if_exists => return Ok(()),
            None => return Err(session.no_table(&own, &full, name).into()),
            Some(_) => {
                let title = format!("`ALTER VIEW` expects a view but {} is a table", quoted(&full));
                let fault = fault(Condition::EXPECT_VIEW_NOT_TABLE_USE_ALTER_TABLE, title, name);
                return Err(fault.help("write ALTER TABLE instead").into());
            }
        };
        for action in actions {
            match action {
                AlterAction::RenameTo(new) => return self.rename_view(&full, &view, new).await,
                action => {
                    let after = self.altered(&full, &view.value, name, action).await?;
                    let replaced = session.objects().replace(Kind::View, &full, Some(&view), &after);
                    replaced.map_err(|error| taken(error, || changed(&full)))?;
                }
            }
        }
        Ok(())
    }

    async fn altered(
        self,
        full: &lakesmith_base::QualifiedName,
        before: &StoredView,
        name: &Name,
        action: &AlterAction,
    ) -> Done<StoredView> {
        let mut after = before.clone();
        match action {
            AlterAction::ViewQuery { query, text } => {
                let clauses = DatasetClauses::default();
                let query = ViewQuery { query, text, columns: &[], clauses: &clauses };
                let (view, reads) = self.view(full, query).await?;
                if let Some(temporary) = reads.first() {
                    return Err(reads_temporary(full, temporary, name).into());
                }
                self.refuse_cycle(full, &view).await?;
                let (comment, properties) = (before.comment.clone(), before.properties.clone());
                let (created_micros, schema_mode) = (before.created_micros, before.schema_mode);
                after = StoredView { comment, properties, created_micros, schema_mode, ..view };
            }
            AlterAction::ViewSchema(mode) => after.schema_mode = (*mode).into(),
            AlterAction::SetProperties(properties) => after.properties.extend(properties.iter().cloned()),
            AlterAction::UnsetProperties { keys, .. } => after.properties.retain(|key, _| !keys.contains(key)),
            _ => return Err(refused("ALTER VIEW …").into()),
        }
        Ok(after)
    }

    async fn rename_view(self, from: &lakesmith_base::QualifiedName, view: &Read<StoredView>, new: &Name) -> Done {
        let session = self.session;
        let to = self.renamed(from, new)?;
        if session.find_stored(&to).await?.is_some() {
            return Err(there(&to, new).into());
        }
        let moved = StoredView { name: to.last().as_str().to_owned(), ..view.value.clone() };
        session.objects().create(Kind::View, &to, &moved).map_err(|error| taken(error, || there(&to, new)))?;
        Ok(session.objects().remove(Kind::View, from)?)
    }

    async fn alter_temporary(self, name: &Name, actions: &[AlterAction]) -> Done {
        let own = written(name)?;
        let [AlterAction::ViewQuery { query, text }] = actions else {
            return Err(refused("ALTER VIEW of a temporary view, except AS").into());
        };
        let clauses = DatasetClauses::default();
        let (view, _) = self.view(&own, ViewQuery { query, text, columns: &[], clauses: &clauses }).await?;
        let mut state = self.session.state();
        let is_global = own.parts().len() == 2 && own.parts()[0].matches(GLOBAL_TEMPORARY);
        let views = if is_global { &mut state.global_views } else { &mut state.views };
        views.insert(own.last().folded(), TemporaryView::Query(view));
        Ok(())
    }
}
