//! Patterns as the `regex` crate writes them, where it finds the same matches.
//!
//! Some are the same for some texts only: `$` also stands before a last line terminator, which the crate does not know, and
//! `\b` is a matter of ASCII there. [`Needs`] says for which texts.

use regex::Regex;

use super::parse::is_terminator;
use super::syntax::{Kind, Node, Place, UNLIMITED};

/// What a text must be like for the translated pattern to mean the same.
#[derive(Debug, Clone, Copy, Default)]
struct Needs {
    ascii: bool,
    /// It does not end with a line terminator.
    open_end: bool,
    /// It has no line terminator but `\n`, and does not end with one, and is not empty.
    plain_lines: bool,
}

/// A translated pattern.
#[derive(Debug)]
pub(super) struct Fast {
    pub regex: Regex,
    needs: Needs,
}

impl Fast {
    /// The pattern, when it can be translated and is not too large.
    pub fn new(node: &Node) -> Option<Self> {
        let (mut text, mut needs) = (String::new(), Needs::default());
        write(node, &mut text, &mut needs)?;
        Regex::new(&text).ok().map(|regex| Self { regex, needs })
    }

    /// Whether it means the same for a text.
    pub fn fits(&self, text: &str) -> bool {
        let Needs { ascii, open_end, plain_lines } = self.needs;
        (!ascii || text.is_ascii())
            && (!(open_end || plain_lines) || !text.ends_with(is_terminator))
            && (!plain_lines || !text.is_empty() && !text.contains(|c| c != '\n' && is_terminator(c)))
    }
}

fn write(node: &Node, text: &mut String, needs: &mut Needs) -> Option<()> {
    match node {
        Node::Empty => text.push_str("(?:)"),
        Node::Char(character) => text.push_str(&regex::escape(character.encode_utf8(&mut [0; 4]))),
        Node::Class(class) => text.push_str(&class.set.text()),
        Node::Concat(nodes) => {
            text.push_str("(?:");
            nodes.iter().try_for_each(|node| write(node, text, needs))?;
            text.push(')');
        }
        Node::Either(nodes) => {
            text.push_str("(?:");
            for (number, node) in nodes.iter().enumerate() {
                if number > 0 {
                    text.push('|');
                }
                write(node, text, needs)?;
            }
            text.push(')');
        }
        Node::Capture(_, node) => {
            text.push('(');
            write(node, text, needs)?;
            text.push(')');
        }
        Node::Repeat { node, least, most, kind } => {
            let is_single = *least == 0 && *most == 1;
            if *kind == Kind::Possessive || node.is_nullable() && !is_single {
                return None;
            }
            text.push_str("(?:");
            write(node, text, needs)?;
            text.push(')');
            text.push_str(&match (*least, *most) {
                (0, 1) => "?".to_owned(),
                (0, UNLIMITED) => "*".to_owned(),
                (1, UNLIMITED) => "+".to_owned(),
                (least, UNLIMITED) => format!("{{{least},}}"),
                (least, most) => format!("{{{least},{most}}}"),
            });
            if *kind == Kind::Lazy {
                text.push('?');
            }
        }
        Node::Place(place) => text.push_str(match place {
            Place::Start => "\\A",
            Place::End => "\\z",
            Place::LastLine { .. } => {
                needs.open_end = true;
                "\\z"
            }
            Place::LineStart { .. } => {
                needs.plain_lines = true;
                "(?m:^)"
            }
            Place::LineEnd { .. } => {
                needs.plain_lines = true;
                "(?m:$)"
            }
            Place::Word { negative, .. } => {
                needs.ascii = true;
                if *negative { "\\B" } else { "\\b" }
            }
            Place::Previous => return None,
        }),
        Node::Atomic(_) | Node::Look { .. } | Node::Back { .. } => return None,
    }
    Some(())
}
