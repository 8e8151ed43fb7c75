//! [`JavaRegex`]: regular expressions with the meaning that Java, and so Spark, gives them.
//!
//! A pattern is read into a tree. Where the `regex` crate finds the same matches it does the work, in time linear in the
//! text; look-around, back-references, possessive repetitions and line ends are matched by trying one way after the other,
//! with a bound. Start reading at [`JavaRegex::search`].

mod class;
mod escape;
mod fast;
mod flags;
mod machine;
mod parse;
mod program;
mod property;
mod set;
mod syntax;
#[cfg(test)]
mod tests;

use std::sync::{LazyLock, OnceLock};

use datafusion::common::DataFusionError;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::{Actor, DataError, EngineError, ErrorKind};
use regex::CaptureLocations;

use fast::Fast;
use machine::Machine;
use parse::{Refusal, parse};
use program::Program;
use set::{Class, Set};
use syntax::Node;

/// A compiled pattern.
#[derive(Debug)]
pub struct JavaRegex {
    pattern: String,
    node: Node,
    groups: usize,
    names: Vec<(String, usize)>,
    fast: Option<Fast>,
    program: OnceLock<Program>,
}

impl JavaRegex {
    /// Reads a pattern; `function` is named in the error.
    pub fn new(pattern: &str, function: &str) -> Result<Self, DataFusionError> {
        let parsed = parse(pattern).map_err(|refusal| match refusal {
            Refusal::Syntax(what) => {
                let message = format!("`{pattern}` is no regular expression for `{function}`: {what}");
                DataError { condition: Condition::INVALID_PARAMETER_VALUE, message }.into_datafusion()
            }
            Refusal::NotBuilt(what) => {
                let message = format!("{what} is not built yet: `{pattern}`");
                let error = EngineError::new(ErrorKind::Unsupported, "read pattern", message);
                DataFusionError::External(Box::new(error.for_actor(Actor::Pipeline)))
            }
        })?;
        let fast = Fast::new(&parsed.node);
        let pattern = pattern.to_owned();
        Ok(Self {
            pattern,
            node: parsed.node,
            groups: parsed.groups,
            names: parsed.names,
            fast,
            program: OnceLock::new(),
        })
    }

    /// How many groups the pattern has.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// The number of a group by its name.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, number)| *number)
    }

    /// Whether the pattern matches somewhere in a text.
    pub fn is_match(&self, text: &str) -> Result<bool, DataFusionError> {
        match &self.fast {
            Some(fast) if fast.fits(text) => Ok(fast.regex.is_match(text)),
            _ => self.search(text).next(),
        }
    }

    /// A search for one match after the other.
    pub fn search<'t>(&'t self, text: &'t str) -> Search<'t> {
        let engine = match &self.fast {
            Some(fast) if fast.fits(text) => Engine::Fast(fast, fast.regex.capture_locations()),
            _ => {
                let program = self.program.get_or_init(|| Program::new(&self.node));
                Engine::Slow(Machine::new(program, text, self.groups))
            }
        };
        Search { pattern: &self.pattern, text, engine, from: Some(0), previous: 0 }
    }
}

#[derive(Debug)]
enum Engine<'t> {
    Fast(&'t Fast, CaptureLocations),
    Slow(Machine<'t>),
}

/// A search in a text.
#[derive(Debug)]
pub struct Search<'t> {
    pattern: &'t str,
    text: &'t str,
    engine: Engine<'t>,
    /// Where the next match may begin.
    from: Option<usize>,
    previous: usize,
}

impl Search<'_> {
    /// Goes on to the next match. Behind a match of no characters it begins one character on.
    pub fn next(&mut self) -> Result<bool, DataFusionError> {
        let Some(from) = self.from else { return Ok(false) };
        let found = match &mut self.engine {
            Engine::Fast(fast, locations) => fast.regex.captures_read_at(locations, self.text, from).is_some(),
            Engine::Slow(machine) => machine.find(from, self.previous).map_err(|_| {
                let message = format!(
                    "the pattern `{}` takes too many steps on a text of {} characters; make it less ambiguous, for \
                     example with possessive repetitions such as `a++`",
                    self.pattern,
                    self.text.chars().count()
                );
                DataError { condition: Condition::INVALID_PARAMETER_VALUE, message }.into_datafusion()
            })?,
        };
        let span = if found { self.group(0) } else { None };
        self.from = span.and_then(|(start, end)| match self.text[end..].chars().next() {
            _ if start < end => Some(end),
            Some(next) => Some(end + next.len_utf8()),
            None => None,
        });
        self.previous = span.map_or(self.previous, |(_, end)| end);
        Ok(found)
    }

    /// Begin and end, in bytes, of the last match (0) or of one of its groups.
    pub fn group(&self, number: usize) -> Option<(usize, usize)> {
        match &self.engine {
            Engine::Fast(_, locations) => locations.get(number),
            Engine::Slow(machine) => machine.group(number),
        }
    }

    /// The text of the last match (0) or of one of its groups.
    pub fn text(&self, number: usize) -> Option<&str> {
        self.group(number).map(|(start, end)| &self.text[start..end])
    }
}

/// Characters that `\b` asks about.
#[derive(Debug)]
struct Words {
    letters: Class,
    marks: Class,
    unicode: Class,
}

fn words() -> &'static Words {
    static WORDS: LazyLock<Words> = LazyLock::new(|| {
        let class = |text: &str| Class::new(Set::named(text).unwrap_or(Set::Union(Vec::new())));
        Words {
            letters: class("\\p{L}\\p{Nd}"),
            marks: class("\\p{Mn}"),
            unicode: class("\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}"),
        }
    });
    &WORDS
}
