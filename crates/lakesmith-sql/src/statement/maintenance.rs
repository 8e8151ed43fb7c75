//! Statements that name an object and options: CACHE, REFRESH, ANALYZE, OPTIMIZE, VACUUM, RESTORE, GRANT, CALL and their like.

use lakesmith_unresolved::CommandKind;

use crate::parser::{Parsed, Parser};
use crate::statement::Faults;

/// First words, and whether a table's name follows them.
const VERBS: &[(&[&str], bool)] = &[
    (&["CACHE", "LAZY", "TABLE"], true),
    (&["CACHE", "TABLE"], true),
    (&["UNCACHE", "TABLE"], true),
    (&["CLEAR", "CACHE"], false),
    (&["REFRESH", "STREAMING", "TABLE"], true),
    (&["REFRESH", "MATERIALIZED", "VIEW"], true),
    (&["REFRESH", "TABLE"], true),
    (&["REFRESH", "FUNCTION"], true),
    (&["REFRESH"], false),
    (&["ANALYZE", "TABLE"], true),
    (&["ANALYZE", "TABLES"], false),
    (&["MSCK", "REPAIR", "TABLE"], true),
    (&["REPAIR", "TABLE"], true),
    (&["OPTIMIZE"], true),
    (&["VACUUM"], true),
    (&["RESTORE", "TABLE"], true),
    (&["RESTORE"], true),
    (&["REORG", "TABLE"], true),
    (&["CONVERT", "TO", "DELTA"], false),
    (&["GENERATE"], false),
    (&["FSCK", "REPAIR", "TABLE"], true),
    (&["UNDROP", "TABLE"], true),
    (&["LOAD", "DATA"], false),
    (&["GRANT"], false),
    (&["REVOKE"], false),
    (&["DENY"], false),
    (&["CALL"], true),
    (&["ADD", "JAR"], false),
    (&["ADD", "JARS"], false),
    (&["ADD", "FILE"], false),
    (&["ADD", "FILES"], false),
    (&["ADD", "ARCHIVE"], false),
    (&["ADD", "ARCHIVES"], false),
    (&["LIST"], false),
    (&["BEGIN"], false),
    (&["COMMIT"], false),
    (&["ROLLBACK"], false),
    (&["KILL"], false),
    (&["MAP"], false),
];

impl Parser<'_> {
    pub(crate) fn maintenance(&mut self, _: &mut Faults) -> Parsed<Option<CommandKind>> {
        if self.at_identifier() && self.peek_at(1).is_symbol(":") && self.peek_at(2).is_keyword("BEGIN") {
            return Ok(Some(CommandKind::Maintenance { verb: "BEGIN".into(), table: None, rest: self.rest_text() }));
        }
        let Some((words, named)) = VERBS.iter().find(|(words, _)| self.at_keywords(words)) else { return Ok(None) };
        self.eat_keywords(words);
        let table = if *named && self.at_identifier() { Some(self.name()?) } else { None };
        if *named && table.is_none() && !self.at_string() {
            return Err(self.expected(&["a table"]));
        }
        let rest = self.rest_text();
        Ok(Some(CommandKind::Maintenance { verb: words.join(" "), table, rest }))
    }
}
