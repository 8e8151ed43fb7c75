//! [`JsonPath`]: a place inside a JSON text, and what stands there.
//!
//! The text is read once from front to back without a tree of it being made. Start reading at [`JsonPath::find`]; [`reader`]
//! reads tokens, [`writer`] writes what was found.

pub(crate) mod reader;
#[cfg(test)]
mod tests;
mod writer;

use reader::{Reader, Token};
use writer::Writer;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathStep {
    /// A field of an object.
    Field {
        /// The name.
        name: String,
        /// Whether case matters.
        exact: bool,
    },
    /// The first field of an object that has what the rest of the path asks for.
    AnyField,
    /// An element of an array, counted from 0.
    Index(usize),
    /// All elements of an array.
    AllItems,
}

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// As Spark's `get_json_object`: numbers with a fraction or exponent are written as DOUBLE is, and `[*]` with one match is
    /// that match without brackets around it.
    GetJsonObject,
    /// As the operator `:` of Databricks: numbers stay as they are written, and `[*]` always gives an array.
    Operator,
}

/// A path into a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    steps: Vec<PathStep>,
}

/// How the parents of a value want it written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// A text without quotes.
    Raw,
    /// As JSON.
    Quoted,
    /// As JSON; elements of an array go into the array around it.
    Flatten,
}

impl JsonPath {
    /// A path of steps.
    pub fn new(steps: Vec<PathStep>) -> Self {
        Self { steps }
    }

    /// Reads a path as `get_json_object` does: `$`, then `.name`, `['name']`, `.*`, `[0]` and `[*]`. `None` when the text is
    /// no path.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('$')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = parse_step(rest)?;
            steps.push(step);
            rest = after;
        }
        Some(Self { steps })
    }

    /// What stands at the path: a text without its quotes, anything else as JSON without white space. `None` when nothing
    /// stands there, when it is `null`, or when the text is no JSON as far as it has to be read.
    ///
    /// Texts may stand in single quotes, and control characters need no escape, as in Spark.
    pub fn find(&self, json: &str, dialect: Dialect) -> Option<String> {
        let mut search = Search { reader: Reader::new(json), dialect };
        let mut writer = Writer::default();
        let token = search.reader.token()?;
        let found = search.value(token, &self.steps, Style::Raw, &mut writer)?;
        found.then_some(writer.text)
    }
}

fn parse_step(text: &str) -> Option<(PathStep, &str)> {
    let field = |name: &str| PathStep::Field { name: name.to_owned(), exact: true };
    if let Some(rest) = text.strip_prefix(".*").or_else(|| text.strip_prefix("['*']")) {
        return Some((PathStep::AnyField, rest));
    }
    if let Some(rest) = text.strip_prefix('.') {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        return (end > 0).then(|| (field(&rest[..end]), &rest[end..]));
    }
    if let Some(rest) = text.strip_prefix("['") {
        let (name, rest) = rest.split_once("']")?;
        let is_name = !name.is_empty() && !name.contains(['\'', '?']);
        return is_name.then(|| (field(name), rest));
    }
    let (inside, rest) = text.strip_prefix('[')?.split_once(']')?;
    let digits = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
    match inside {
        "*" => Some((PathStep::AllItems, rest)),
        _ if digits => Some((PathStep::Index(inside.parse().ok()?), rest)),
        _ => None,
    }
}

/// A search in one text. Its functions answer whether something was written, or `None` for a text that is no JSON.
struct Search<'j> {
    reader: Reader<'j>,
    dialect: Dialect,
}

impl<'j> Search<'j> {
    /// Follows the path from the value that begins with `token`; afterwards the reader stands behind the value.
    fn value(&mut self, token: Token<'j>, path: &[PathStep], style: Style, out: &mut Writer) -> Option<bool> {
        match (token, path) {
            (Token::Text(text), []) if style == Style::Raw => {
                out.raw(&text.decoded());
                Some(true)
            }
            (Token::OpenArray, []) if style == Style::Flatten => {
                self.each(out, |search, token, out| search.value(token, &[], style, out))
            }
            (Token::Null, []) if self.dialect == Dialect::Operator && style == Style::Raw => Some(false),
            (token, []) => {
                self.copy(token, out)?;
                Some(true)
            }
            (Token::OpenObject, [PathStep::Field { name, exact }, rest @ ..]) => {
                self.field(Some((name, *exact)), rest, style, out)
            }
            (Token::OpenObject, [PathStep::AnyField, rest @ ..]) => self.field(None, rest, style, out),
            (Token::OpenArray, [PathStep::AllItems, rest @ ..]) => self.all_items(rest, style, out),
            (Token::OpenArray, [PathStep::Index(index), rest @ ..]) => {
                // an array follows, in which a text needs its quotes
                let style = if rest.first() == Some(&PathStep::AllItems) { Style::Quoted } else { style };
                self.item(*index, rest, style, out)
            }
            (token, _) => {
                self.reader.skip(&token)?;
                Some(false)
            }
        }
    }

    /// The first field of the name (or of any name) where the rest of the path finds something.
    fn field(&mut self, name: Option<(&str, bool)>, rest: &[PathStep], style: Style, out: &mut Writer) -> Option<bool> {
        let mut found = false;
        let mut first = true;
        while let Some(key) = self.reader.key(first)? {
            first = false;
            let token = self.reader.token()?;
            let fits = !found
                && match name {
                    None => true,
                    Some((name, exact)) => !matches!(token, Token::Null) && key.is(name, exact),
                };
            if fits {
                found = self.value(token, rest, style, out)?;
            } else {
                self.reader.skip(&token)?;
            }
        }
        Some(found)
    }

    fn item(&mut self, index: usize, rest: &[PathStep], style: Style, out: &mut Writer) -> Option<bool> {
        let mut found = false;
        let mut at = 0;
        while let Some(token) = self.reader.item(at == 0)? {
            if at == index {
                found = self.value(token, rest, style, out)?;
            } else {
                self.reader.skip(&token)?;
            }
            at += 1;
        }
        Some(found)
    }

    fn all_items(&mut self, rest: &[PathStep], style: Style, out: &mut Writer) -> Option<bool> {
        if self.dialect == Dialect::GetJsonObject {
            if let [PathStep::AllItems, rest @ ..] = rest {
                return self.array(rest, Style::Flatten, out).map(|found| found > 0);
            }
            if style != Style::Quoted {
                return self.unwrapped(rest, style, out);
            }
        }
        self.array(rest, Style::Quoted, out).map(|found| found > 0)
    }

    /// An array of what the rest of the path finds in each element; how many there were.
    fn array(&mut self, rest: &[PathStep], style: Style, out: &mut Writer) -> Option<usize> {
        out.open('[');
        let mut found = 0;
        self.each(out, |search, token, out| {
            let wrote = search.value(token, rest, style, out)?;
            found += usize::from(wrote);
            Some(wrote)
        })?;
        out.close(']');
        Some(found)
    }

    /// What Hive does, and Spark after it: a single match stands without brackets.
    fn unwrapped(&mut self, rest: &[PathStep], style: Style, out: &mut Writer) -> Option<bool> {
        let style = if style == Style::Raw { Style::Quoted } else { style };
        let mut inner = Writer::default();
        let found = self.array(rest, style, &mut inner)?;
        match found {
            0 => {}
            1 => out.value(&inner.text[1..inner.text.len() - 1]),
            _ => out.value(&inner.text),
        }
        Some(found > 0)
    }

    /// Does something with each element of the array that was opened; whether any wrote something.
    fn each(
        &mut self,
        out: &mut Writer,
        mut write: impl FnMut(&mut Self, Token<'j>, &mut Writer) -> Option<bool>,
    ) -> Option<bool> {
        let (mut first, mut wrote) = (true, false);
        while let Some(token) = self.reader.item(first)? {
            first = false;
            wrote |= write(self, token, out)?;
        }
        Some(wrote)
    }

    /// Writes a value as JSON without white space.
    fn copy(&mut self, token: Token<'j>, out: &mut Writer) -> Option<()> {
        match token {
            Token::Null => out.value("null"),
            Token::Word(word) => out.value(word),
            Token::Number(number) => match self.dialect {
                Dialect::GetJsonObject if number.contains(['.', 'e', 'E']) => {
                    let number: f64 = number.parse().ok()?;
                    // JSON has no such number
                    match number.is_finite() {
                        true => out.value(&crate::format_double(number)),
                        false => out.value(&format!("\"{}\"", crate::format_double(number))),
                    }
                }
                _ => out.value(number),
            },
            Token::Text(text) => out.text(&text),
            Token::OpenArray => {
                self.reader.deeper()?;
                out.open('[');
                self.each(out, |search, token, out| search.copy(token, out).map(|()| true))?;
                out.close(']');
                self.reader.shallower();
            }
            Token::OpenObject => {
                self.reader.deeper()?;
                out.open('{');
                let mut first = true;
                while let Some(key) = self.reader.key(first)? {
                    first = false;
                    out.key(&key);
                    let token = self.reader.token()?;
                    self.copy(token, out)?;
                }
                out.close('}');
                self.reader.shallower();
            }
        }
        Some(())
    }
}
