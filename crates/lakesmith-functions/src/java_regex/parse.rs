//! Reads a regular expression as `java.util.regex.Pattern` does, into its tree.
//!
//! See <https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html>. Classes are read in
//! [`super::class`], escapes in [`super::escape`]. What is not built is refused by name.

use super::flags::Flags;
use super::set::{Class, Set, same_letters};
use super::syntax::{Case, Kind, Node, Place, UNLIMITED};

/// Why a pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no regular expression.
    Syntax(String),
    /// It has something that is not built.
    NotBuilt(String),
}

pub(super) type Read<T> = Result<T, Refusal>;

/// A pattern that was read.
#[derive(Debug)]
pub(super) struct Parsed {
    pub node: Node,
    /// How many groups it has.
    pub groups: usize,
    /// Names of groups.
    pub names: Vec<(String, usize)>,
}

pub(super) struct Parser {
    pub pattern: Vec<char>,
    pub at: usize,
    pub flags: Flags,
    groups: usize,
    names: Vec<(String, usize)>,
    depth: usize,
}

/// Groups and classes within each other, so that no pattern exhausts the stack.
const DEEPEST: usize = 200;

/// Reads a pattern.
pub(super) fn parse(pattern: &str) -> Read<Parsed> {
    let pattern = unquoted(pattern);
    let mut parser = Parser { pattern, at: 0, flags: Flags::default(), groups: 0, names: Vec::new(), depth: 0 };
    let node = parser.alternatives()?;
    if parser.at < parser.pattern.len() {
        return Err(fault("`)` closes no group"));
    }
    Ok(Parsed { node, groups: parser.groups, names: parser.names })
}

pub(super) fn fault(what: impl Into<String>) -> Refusal {
    Refusal::Syntax(what.into())
}

/// The pattern with `\Q…\E` written as escapes.
fn unquoted(pattern: &str) -> Vec<char> {
    let mut characters = pattern.chars().peekable();
    let mut plain = Vec::with_capacity(pattern.len());
    let (mut quoted, mut begins) = (false, false);
    while let Some(character) = characters.next() {
        if quoted {
            if character == '\\' && characters.next_if_eq(&'E').is_some() {
                quoted = false;
                continue;
            }
            if character.is_ascii_digit() && begins {
                // must not go on with an escape before the quotation
                plain.extend(['\\', 'x', '3']);
            } else if !character.is_ascii_alphanumeric() {
                plain.push('\\');
            }
            plain.push(character);
            begins = false;
        } else if character == '\\' {
            if characters.next_if_eq(&'Q').is_some() {
                (quoted, begins) = (true, true);
                continue;
            }
            plain.push(character);
            plain.extend(characters.next());
        } else {
            plain.push(character);
        }
    }
    plain
}

impl Parser {
    /// The character here; in comment mode, spaces and comments are passed over.
    pub fn peek(&mut self) -> Option<char> {
        if self.flags.comments {
            while let Some(character) = self.pattern.get(self.at) {
                match character {
                    ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' => self.at += 1,
                    '#' => {
                        let rest = &self.pattern[self.at..];
                        let ends = |c: &char| if self.flags.unix { *c == '\n' } else { is_terminator(*c) };
                        self.at += rest.iter().position(ends).map_or(rest.len(), |end| end + 1);
                    }
                    _ => break,
                }
            }
        }
        self.pattern.get(self.at).copied()
    }

    pub fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// The character `n` places on, as written.
    pub fn ahead(&self, n: usize) -> Option<char> {
        self.pattern.get(self.at + n).copied()
    }

    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Refusal::NotBuilt(format!("a pattern with more than {DEEPEST} groups within each other")));
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn alternatives(&mut self) -> Read<Node> {
        let mut all = vec![self.sequence()?];
        while self.eat('|') {
            all.push(self.sequence()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Node::Either(all) })
    }

    fn sequence(&mut self) -> Read<Node> {
        let mut nodes = Vec::new();
        while let Some(character) = self.peek() {
            if matches!(character, '|' | ')') {
                break;
            }
            let node = self.atom(character)?;
            if let Some(node) = node {
                nodes.push(self.quantified(node)?);
            }
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.remove(0),
            _ => Node::Concat(nodes),
        })
    }

    /// One part; nothing for flags, which hold for what follows.
    fn atom(&mut self, character: char) -> Read<Option<Node>> {
        self.at += 1;
        Ok(Some(match character {
            '(' => return self.deeper(Self::group),
            '[' => Node::Class(Class::new(self.deeper(Self::class)?)),
            '.' => Node::Class(Class::new(self.any())),
            '^' if self.flags.multiline => Node::Place(Place::LineStart { unix: self.flags.unix }),
            '^' => Node::Place(Place::Start),
            '$' if self.flags.multiline => Node::Place(Place::LineEnd { unix: self.flags.unix }),
            '$' => Node::Place(Place::LastLine { unix: self.flags.unix }),
            '*' | '+' | '?' => return Err(fault(format!("`{character}` repeats nothing"))),
            '{' => return Err(fault("`{` repeats nothing; write `\\{` for the character")),
            '\\' => return self.escape_atom().map(Some),
            other => self.literal(other),
        }))
    }

    fn any(&self) -> Set {
        if self.flags.dotall {
            return Set::Range('\0', char::MAX);
        }
        let ends: &[(char, char)] = match self.flags.unix {
            true => &[('\n', '\n')],
            false => &[('\n', '\n'), ('\r', '\r'), ('\u{85}', '\u{85}'), ('\u{2028}', '\u{2029}')],
        };
        Set::Not(Box::new(Set::ranges(ends)))
    }

    /// A character as itself, or without regard to case.
    pub fn literal(&self, character: char) -> Node {
        match self.flags.case() {
            Case::Ascii if character.is_ascii_alphabetic() => {
                let both = [character.to_ascii_lowercase(), character.to_ascii_uppercase()];
                Node::Class(Class::new(Set::ranges(&both.map(|c| (c, c)))))
            }
            Case::Unicode => match same_letters(character).as_slice() {
                [_] | [] => Node::Char(character),
                several => Node::Class(Class::new(Set::Union(several.iter().map(|c| Set::single(*c)).collect()))),
            },
            _ => Node::Char(character),
        }
    }

    /// What follows `(`.
    fn group(&mut self) -> Read<Option<Node>> {
        let before = self.flags;
        if !self.eat_raw('?') {
            return self.captured(None, before).map(Some);
        }
        let kind = self.ahead(0);
        self.at += 1;
        let look = |node, behind, negative| Node::Look { node: Box::new(node), behind, negative };
        let node = match kind {
            Some(':') => self.closed(before)?,
            Some('=') => look(self.closed(before)?, false, false),
            Some('!') => look(self.closed(before)?, false, true),
            Some('>') => Node::Atomic(Box::new(self.closed(before)?)),
            Some('<') => match self.ahead(0) {
                Some(next @ ('=' | '!')) => {
                    self.at += 1;
                    let node = self.closed(before)?;
                    if node.width().1.is_none() {
                        return Err(fault("what is looked for behind has no greatest length"));
                    }
                    look(node, true, next == '!')
                }
                _ => {
                    let name = self.group_name()?;
                    if self.names.iter().any(|(known, _)| *known == name) {
                        return Err(fault(format!("two groups are called `{name}`")));
                    }
                    return self.captured(Some(name), before).map(Some);
                }
            },
            _ => {
                self.at -= 1;
                return self.flag_group(before);
            }
        };
        Ok(Some(node))
    }

    fn eat_raw(&mut self, wanted: char) -> bool {
        let found = self.ahead(0) == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// A group up to its parenthesis; flags set within it end with it.
    fn closed(&mut self, before: Flags) -> Read<Node> {
        let node = self.alternatives()?;
        if !self.eat(')') {
            return Err(fault("a group is not closed"));
        }
        self.flags = before;
        Ok(node)
    }

    fn captured(&mut self, name: Option<String>, before: Flags) -> Read<Node> {
        self.groups += 1;
        let number = self.groups;
        self.names.extend(name.map(|name| (name, number)));
        Ok(Node::Capture(number, Box::new(self.closed(before)?)))
    }

    /// `name>`, its `<` already read.
    pub fn group_name(&mut self) -> Read<String> {
        let rest = &self.pattern[self.at..];
        let length = rest.iter().take_while(|c| c.is_ascii_alphanumeric()).count();
        let name: String = rest[..length].iter().collect();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || rest.get(length) != Some(&'>') {
            return Err(fault("the name of a group is made of letters and digits, a letter first"));
        }
        self.at += length + 1;
        Ok(name)
    }

    /// `i-s)` or `i-s:…)`.
    fn flag_group(&mut self, before: Flags) -> Read<Option<Node>> {
        let mut on = true;
        loop {
            let letter = self.ahead(0);
            self.at += 1;
            match letter {
                Some('-') if on => on = false,
                // the flags hold to the end of the group around
                Some(')') => return Ok(None),
                Some(':') => return self.closed(before).map(Some),
                Some(letter) if self.flags.set(letter, on) => {}
                _ => return Err(fault("a group begins with `(?` and something unknown")),
            }
        }
    }

    fn quantified(&mut self, node: Node) -> Read<Node> {
        let Some((least, most)) = self.quantifier()? else { return Ok(node) };
        let kind = match self.peek() {
            Some('?') => Kind::Lazy,
            Some('+') => Kind::Possessive,
            _ => Kind::Greedy,
        };
        self.at += usize::from(kind != Kind::Greedy);
        Ok(Node::Repeat { node: Box::new(node), least, most, kind })
    }

    fn quantifier(&mut self) -> Read<Option<(u32, u32)>> {
        let Some(sign) = self.peek() else { return Ok(None) };
        let bounds = match sign {
            '?' => (0, 1),
            '*' => (0, UNLIMITED),
            '+' => (1, UNLIMITED),
            '{' => {
                self.at += 1;
                let least = self.count()?.ok_or_else(|| fault("`{` is followed by no number; write `\\{`"))?;
                let most = match self.ahead(0) {
                    Some(',') => {
                        self.at += 1;
                        self.count()?.unwrap_or(UNLIMITED)
                    }
                    _ => least,
                };
                if self.ahead(0) != Some('}') {
                    return Err(fault("a repetition `{…}` is not closed"));
                }
                if most < least {
                    return Err(fault("a repetition has a greater least than most number"));
                }
                (least, most)
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(bounds))
    }

    fn count(&mut self) -> Read<Option<u32>> {
        let rest = &self.pattern[self.at..];
        let length = rest.iter().take_while(|c| c.is_ascii_digit()).count();
        if length == 0 {
            return Ok(None);
        }
        let digits: String = rest[..length].iter().collect();
        self.at += length;
        let count = digits.parse::<i32>().ok().and_then(|count| u32::try_from(count).ok());
        count.map(Some).ok_or_else(|| fault("a repetition has too great a number"))
    }

    /// The number of groups that were begun.
    pub fn groups_so_far(&self) -> usize {
        self.groups
    }

    /// The number of a named group.
    pub fn named_group(&self, name: &str) -> Option<usize> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, number)| *number)
    }
}

/// Whether a character ends a line.
pub(super) fn is_terminator(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
