//! CACHE, REFRESH, ANALYZE and REPAIR: statements that have nothing to do here, and those that are not built.
//!
//! Nothing is cached, every statement reads the newest version, and statistics are kept by every commit, so these succeed
//! where what they name is there. OPTIMIZE and VACUUM change no rows: they do nothing yet, and say so.

use lakesmith_unresolved::Name;

use crate::lookup::written;
use crate::statement::{Running, refused};
use crate::trouble::Done;

/// Statements that are true already, when their table is there.
const FULFILLED: &[&str] = &[
    "CACHE TABLE",
    "CACHE LAZY TABLE",
    "UNCACHE TABLE",
    "CLEAR CACHE",
    "REFRESH",
    "REFRESH TABLE",
    "ANALYZE TABLE",
    "ANALYZE TABLES",
    "MSCK REPAIR TABLE",
    "REPAIR TABLE",
];

/// Statements that would store the same rows in another way, with what is said of them.
const UNDONE: [(&str, &str); 2] = [
    (
        "OPTIMIZE",
        "OPTIMIZE did nothing: a pipeline merges the small files of its tables by itself, other tables keep theirs",
    ),
    ("VACUUM", "VACUUM removed nothing: it is not built yet, and files of old versions stay"),
];

impl Running<'_> {
    pub(super) async fn maintain(self, verb: &str, table: Option<&Name>, rest: &str) -> Done {
        // CACHE TABLE t AS SELECT would make a view of the session
        let makes_a_view = verb.starts_with("CACHE") && rest.to_uppercase().contains("SELECT");
        let undone = UNDONE.iter().find(|(known, _)| *known == verb);
        if undone.is_none() && !FULFILLED.contains(&verb) || makes_a_view {
            return Err(refused(verb).into());
        }
        let is_tolerant = rest.to_uppercase().starts_with("IF EXISTS");
        let Some(table) = table.filter(|_| !is_tolerant) else { return Ok(()) };
        if table.parts.len() == 1 && table.parts[0].text.matches("IF") {
            return Ok(()); // UNCACHE TABLE IF EXISTS t
        }
        let own = written(table)?;
        if self.session.find(&own).await?.is_none() {
            let full = self.session.full_name(table)?;
            return Err(self.session.no_table(&own, &full, table).into());
        }
        if let Some((_, told)) = undone {
            self.session.warn((*told).to_owned());
        }
        Ok(())
    }
}
