//! What a backslash begins: characters, places, back-references, classes by a letter.

use super::parse::{Parser, Read, Refusal, fault};
use super::set::{Class, Set};
use super::syntax::{Node, Place};

impl Parser {
    /// An escape outside of brackets, its backslash already read.
    pub fn escape_atom(&mut self) -> Read<Node> {
        let Some(letter) = self.ahead(0) else { return Err(fault("a pattern ends with `\\`")) };
        let unicode = self.flags.unicode_classes;
        let place = match letter {
            'A' => Place::Start,
            'z' => Place::End,
            'Z' => Place::LastLine { unix: self.flags.unix },
            'G' => Place::Previous,
            'b' if self.ahead(1) == Some('{') => return Err(Refusal::NotBuilt("`\\b{g}` of a pattern".into())),
            'b' => Place::Word { unicode, negative: false },
            'B' => Place::Word { unicode, negative: true },
            '1'..='9' => return Ok(self.back_reference(letter)),
            'k' => return self.named_reference(),
            'R' => {
                self.at += 1;
                let ends = Set::ranges(&[('\n', '\r'), ('\u{85}', '\u{85}'), ('\u{2028}', '\u{2029}')]);
                let both = Node::Concat(vec![Node::Char('\r'), Node::Char('\n')]);
                return Ok(Node::Either(vec![both, Node::Class(Class::new(ends))]));
            }
            'X' => return Err(Refusal::NotBuilt("`\\X` of a pattern".into())),
            _ => {
                return Ok(match self.escape_in_class()? {
                    Ok(character) => self.literal(character),
                    Err(set) => Node::Class(Class::new(set)),
                });
            }
        };
        self.at += 1;
        Ok(Node::Place(place))
    }

    /// `\12` is group 12 when there are as many groups so far, else group 1 and a `2`.
    fn back_reference(&mut self, first: char) -> Node {
        let digit = |letter: char| letter.to_digit(10).map_or(0, |digit| digit as usize);
        let mut group = digit(first);
        self.at += 1;
        while let Some(next) = self.peek().filter(char::is_ascii_digit) {
            let longer = group * 10 + digit(next);
            if longer > self.groups_so_far() {
                break;
            }
            group = longer;
            self.at += 1;
        }
        Node::Back { group, case: self.flags.case() }
    }

    fn named_reference(&mut self) -> Read<Node> {
        if self.ahead(1) != Some('<') {
            return Err(fault("`\\k` is followed by the name of a group: `\\k<name>`"));
        }
        self.at += 2;
        let name = self.group_name()?;
        match self.named_group(&name) {
            Some(group) => Ok(Node::Back { group, case: self.flags.case() }),
            None => Err(fault(format!("no group is called `{name}`"))),
        }
    }

    /// An escape that stands for a character, or for a set of them.
    pub fn escape_in_class(&mut self) -> Read<Result<char, Set>> {
        let Some(letter) = self.ahead(0) else { return Err(fault("a pattern ends with `\\`")) };
        self.at += 1;
        let character = match letter {
            '0' => self.octal()?,
            'x' => self.hexadecimal()?,
            'u' => self.code_unit()?,
            'c' => {
                let Some(control) = self.ahead(0) else { return Err(fault("`\\c` is followed by a letter")) };
                self.at += 1;
                char::from_u32(u32::from(control) ^ 64).unwrap_or(control)
            }
            'a' => '\u{7}',
            'e' => '\u{1b}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'p' | 'P' => return Ok(Err(self.property(letter == 'P')?)),
            'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'v' | 'V' | 'w' | 'W' => {
                let set = self.lettered(letter.to_ascii_lowercase())?;
                return Ok(Err(set.complement_if(letter.is_ascii_uppercase())));
            }
            'N' if self.ahead(0) == Some('{') => return Err(Refusal::NotBuilt("`\\N{…}` of a pattern".into())),
            other if other.is_ascii_alphanumeric() => {
                return Err(fault(format!("`\\{other}` is no escape; write `\\\\` for a backslash")));
            }
            other => other,
        };
        Ok(Ok(character))
    }

    fn lettered(&self, letter: char) -> Read<Set> {
        let unicode = self.flags.unicode_classes;
        Ok(match letter {
            'd' if unicode => unicode_set("\\p{Nd}")?,
            'd' => Set::Range('0', '9'),
            'w' if unicode => unicode_set("\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}")?,
            'w' => Set::ranges(&[('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')]),
            's' if unicode => unicode_set("\\p{White_Space}")?,
            's' => Set::ranges(&[('\t', '\r'), (' ', ' ')]),
            'h' => Set::ranges(&[
                ('\t', '\t'),
                (' ', ' '),
                ('\u{a0}', '\u{a0}'),
                ('\u{1680}', '\u{1680}'),
                ('\u{180e}', '\u{180e}'),
                ('\u{2000}', '\u{200a}'),
                ('\u{202f}', '\u{202f}'),
                ('\u{205f}', '\u{205f}'),
                ('\u{3000}', '\u{3000}'),
            ]),
            _ => Set::ranges(&[('\n', '\r'), ('\u{85}', '\u{85}'), ('\u{2028}', '\u{2029}')]),
        })
    }

    /// `\0n`, `\0nn`, `\0mnn`.
    fn octal(&mut self) -> Read<char> {
        let digit = |parser: &Self| parser.ahead(0).and_then(|c| c.to_digit(8));
        let Some(mut code) = digit(self) else { return Err(fault("`\\0` is followed by octal digits")) };
        self.at += 1;
        let most = if code <= 3 { 2 } else { 1 };
        for _ in 0..most {
            let Some(next) = digit(self) else { break };
            code = code * 8 + next;
            self.at += 1;
        }
        character(code)
    }

    /// `\xhh`, `\x{h…}`.
    fn hexadecimal(&mut self) -> Read<char> {
        if self.ahead(0) != Some('{') {
            return self.hex_digits(2).and_then(character);
        }
        let rest = &self.pattern[self.at + 1..];
        let length = rest.iter().take_while(|c| c.is_ascii_hexdigit()).count();
        let digits: String = rest[..length].iter().collect();
        if length == 0 || rest.get(length) != Some(&'}') {
            return Err(fault("`\\x{` is followed by hexadecimal digits and `}`"));
        }
        self.at += length + 2;
        u32::from_str_radix(&digits, 16).map_err(|_| fault("`\\x{…}` is beyond all characters")).and_then(character)
    }

    /// `\uhhhh`; two that make one character are one.
    fn code_unit(&mut self) -> Read<char> {
        let high = self.hex_digits(4)?;
        if (0xd800..0xdc00).contains(&high) && self.ahead(0) == Some('\\') && self.ahead(1) == Some('u') {
            let before = self.at;
            self.at += 2;
            let low = self.hex_digits(4)?;
            if (0xdc00..0xe000).contains(&low) {
                return character(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            }
            self.at = before;
        }
        character(high)
    }

    fn hex_digits(&mut self, count: usize) -> Read<u32> {
        let digits: String = self.pattern[self.at..].iter().take(count).collect();
        let is_whole = digits.len() == count && digits.chars().all(|c| c.is_ascii_hexdigit());
        let code = u32::from_str_radix(&digits, 16).ok().filter(|_| is_whole);
        self.at += count;
        code.ok_or_else(|| fault(format!("{count} hexadecimal digits are missing")))
    }
}

fn character(code: u32) -> Read<char> {
    if (0xd800..0xe000).contains(&code) {
        return Err(Refusal::NotBuilt("half of a surrogate pair in a pattern".into()));
    }
    char::from_u32(code).ok_or_else(|| fault("a code is beyond all characters"))
}

/// A set as the `regex` crate writes it.
pub(super) fn unicode_set(text: &str) -> Read<Set> {
    Set::named(text).ok_or_else(|| Refusal::NotBuilt(format!("the class `{text}` of a pattern")))
}
