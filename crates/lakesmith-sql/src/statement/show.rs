//! SHOW.

use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_unresolved::CommandKind;
use lakesmith_unresolved::command::Show;

use crate::parser::{Parsed, Parser};

/// What SHOW shows, longer phrases first.
const SHOWN: &[(&[&str], Part)] = &[
    (&["TABLE", "EXTENDED"], Part::Scope),
    (&["CREATE", "TABLE"], Part::Object),
    (&["CREATE", "VIEW"], Part::Object),
    (&["CURRENT", "NAMESPACE"], Part::Nothing),
    (&["CURRENT", "SCHEMA"], Part::Nothing),
    (&["CURRENT", "DATABASE"], Part::Nothing),
    (&["USER", "FUNCTIONS"], Part::Functions),
    (&["SYSTEM", "FUNCTIONS"], Part::Functions),
    (&["ALL", "FUNCTIONS"], Part::Functions),
    (&["FUNCTIONS"], Part::Functions),
    (&["CATALOGS"], Part::Scope),
    (&["SCHEMAS"], Part::Scope),
    (&["DATABASES"], Part::Scope),
    (&["NAMESPACES"], Part::Scope),
    (&["TABLES"], Part::Scope),
    (&["VIEWS"], Part::Scope),
    (&["VOLUMES"], Part::Scope),
    (&["COLUMNS"], Part::Columns),
    (&["TBLPROPERTIES"], Part::Object),
    (&["PARTITIONS"], Part::Object),
];

/// What may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Nothing.
    Nothing,
    /// IN and LIKE.
    Scope,
    /// The name of an object, then a property or a partition.
    Object,
    /// IN table, IN schema.
    Columns,
    /// IN, LIKE, or the name of a function.
    Functions,
}

impl Parser<'_> {
    /// What follows SHOW.
    pub(crate) fn show(&mut self) -> Parsed<CommandKind> {
        let found = SHOWN.iter().find(|(words, _)| self.at_keywords(words));
        let mut show =
            Show { what: String::new(), scope: None, pattern: None, partition: Vec::new(), rest: String::new() };
        let Some((words, part)) = found else {
            if !self.at_identifier() {
                return Err(self.expected(&["TABLES", "SCHEMAS", "COLUMNS", "CREATE TABLE", "FUNCTIONS"]));
            }
            show.what = self.advance().raw().to_uppercase();
            show.rest = self.rest_text();
            return Ok(CommandKind::Show(Box::new(show)));
        };
        self.eat_keywords(words);
        show.what = words.join(" ");
        match part {
            Part::Nothing => {}
            Part::Scope => {
                self.scope_and_pattern(&mut show)?;
                show.partition = self.partition_spec()?;
            }
            Part::Object => {
                show.scope = Some(self.name()?);
                show.partition = self.partition_spec()?;
                if self.eat_symbol("(") {
                    show.pattern = Some(self.property_key()?.0);
                    self.expect_symbol(")")?;
                }
                if self.eat_keywords(&["AS", "SERDE"]) {
                    show.rest = "AS SERDE".into();
                }
            }
            Part::Columns => {
                if !self.eat_keyword("IN") && !self.eat_keyword("FROM") {
                    return Err(self.expected(&["IN", "FROM"]));
                }
                let mut table = self.name()?;
                if self.eat_keyword("IN") || self.eat_keyword("FROM") {
                    let start = self.position();
                    let schema = self.name()?;
                    let written = table.parts.iter().rev().skip(1).map(|part| &part.text);
                    let named = schema.parts.iter().rev().map(|part| &part.text);
                    if let Some((_, other)) = written.zip(named).find(|(own, other)| own != other) {
                        let title = format!("the table is of another schema than `{}`", other.as_str());
                        let condition = Condition::SHOW_COLUMNS_WITH_CONFLICT_NAMESPACE;
                        return Err(Diagnostic::error(condition, title).at(self.span_from(start), "").into());
                    }
                    let own = table.parts.pop();
                    table.parts = schema.parts.into_iter().chain(own).collect();
                }
                show.scope = Some(table);
            }
            Part::Functions => {
                self.scope_and_pattern(&mut show)?;
                if show.pattern.is_none() && self.at_identifier() {
                    let name = self.dotted()?;
                    show.pattern = name.last().map(|part| part.text.as_str().to_owned());
                }
            }
        }
        Ok(CommandKind::Show(Box::new(show)))
    }

    fn scope_and_pattern(&mut self, show: &mut Show) -> Parsed<()> {
        if self.eat_keyword("IN") || self.eat_keyword("FROM") {
            show.scope = Some(self.name()?);
        }
        let like = self.eat_keyword("LIKE");
        if self.at_string() {
            show.pattern = Some(self.string()?.0);
        } else if like && !self.at_identifier() {
            return Err(self.expected(&["a pattern in quotes"]));
        }
        Ok(())
    }
}
