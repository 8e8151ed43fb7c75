//! TRUNCATE TABLE: one commit takes away all files.

use lakesmith_delta::OnVersion;
use lakesmith_unresolved::{Expression, Name, NamePart};

use crate::statement::Running;
use crate::trouble::{Done, not_built, placed};

impl Running<'_> {
    pub(super) async fn truncate(self, name: &Name, partition: &[(NamePart, Option<Expression>)]) -> Done {
        if let Some((column, _)) = partition.first() {
            let fault = placed(not_built("TRUNCATE TABLE … PARTITION"), &column.origin);
            return Err(fault.help("write `INSERT OVERWRITE t PARTITION (…) SELECT … WHERE false`").into());
        }
        let mut table = self.session.table_to_change(name, "TRUNCATE TABLE").await?;
        let shown = table.quoted();
        let mut commit = self.session.commit_of("TRUNCATE");
        commit.removes = table.table.files().await?;
        commit.on_version = OnVersion::Exactly(table.table.version());
        commit.metrics = vec![("numRemovedFiles".to_owned(), commit.removes.len().to_string())];
        self.session.commit(&mut table.table, &commit, &shown).await.map(|_| ())
    }
}
