//! COMMENT ON a table, view, column, schema or catalog.

use lakesmith_delta::Metadata;
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::Name;
use lakesmith_unresolved::command::ObjectKind;

use crate::lookup::{Found, quoted, written};
use crate::objects::{Kind, StoredContainer, StoredView};
use crate::statement::container::changed;
use crate::statement::{Running, refused};
use crate::trouble::{Done, placed, taken};

impl Running<'_> {
    pub(super) async fn comment_on(self, object: ObjectKind, name: &Name, text: Option<&str>) -> Done {
        match object {
            ObjectKind::Table | ObjectKind::View => self.comment_on_table(name, text).await,
            ObjectKind::Column => self.comment_on_column(name, text).await,
            ObjectKind::Schema | ObjectKind::Catalog => {
                let (kind, path) = self.container(object, name)?;
                let objects = self.session.objects();
                let before = objects.read::<StoredContainer>(kind, &path)?;
                let own = path.last().as_str().to_owned();
                let value = before.as_ref().map(|before| before.value.clone());
                let mut after = value.unwrap_or(StoredContainer { name: own, ..StoredContainer::default() });
                after.comment = text.map(str::to_owned);
                objects.replace(kind, &path, before.as_ref(), &after).map_err(|error| taken(error, || changed(&path)))
            }
            other => Err(refused(&format!("COMMENT ON {}", other.keyword())).into()),
        }
    }

    async fn comment_on_table(self, name: &Name, text: Option<&str>) -> Done {
        let full = self.session.full_name(name)?;
        if let Some(Found::View(view)) = self.session.find(&written(name)?).await? {
            let after = StoredView { comment: text.map(str::to_owned), ..view.value.clone() };
            let replaced = self.session.objects().replace(Kind::View, &full, Some(&view), &after);
            return replaced.map_err(|error| taken(error, || changed(&full)));
        }
        self.change_metadata(name, "COMMENT ON TABLE", "CHANGE TABLE COMMENT", |metadata| {
            Ok(Metadata { description: text.map(str::to_owned), ..metadata.clone() })
        })
        .await
    }

    async fn comment_on_column(self, name: &Name, text: Option<&str>) -> Done {
        let mut table = name.clone();
        let Some(column) = table.parts.pop().filter(|_| !table.parts.is_empty()) else {
            return Err(refused("COMMENT ON COLUMN without a table").into());
        };
        self.change_metadata(&table, "COMMENT ON COLUMN", "CHANGE COLUMN", |metadata| {
            let mut metadata = metadata.clone();
            let Some(field) = metadata.schema.iter_mut().find(|field| field.name == column.text) else {
                let title = format!("table {} has no column `{}`", quoted(&written(&table)?), column.text);
                return Err(placed(Diagnostic::error(Condition::COLUMN_NOT_FOUND, title), &column.origin).into());
            };
            field.comment = text.map(str::to_owned);
            Ok(metadata)
        })
        .await
    }
}
