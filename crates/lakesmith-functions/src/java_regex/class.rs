//! Character classes in brackets: unions `[a-c[x-z]]`, intersections `[a-z&&[^b]]`.

use super::parse::{Parser, Read, fault};
use super::set::{Set, same_letters};
use super::syntax::Case;

/// Characters of a range whose letters are looked up one by one.
const MOST_FOLDED: u32 = 1 << 16;

impl Parser {
    /// A class, its `[` already read.
    pub fn class(&mut self) -> Read<Set> {
        self.class_until(true)
    }

    /// A class up to its bracket, which is passed when `consume`.
    fn class_until(&mut self, consume: bool) -> Read<Set> {
        let negative = consume && self.eat('^');
        // what an intersection is made with, and characters that join it at the end
        let mut set: Option<Set> = None;
        let mut singles: Vec<Set> = Vec::new();
        let mut last: Option<Set> = None;
        loop {
            let Some(character) = self.peek() else { return Err(fault("a class `[` is not closed")) };
            match character {
                '[' => {
                    self.at += 1;
                    let inner = self.deeper(Self::class)?;
                    last = Some(inner.clone());
                    set = Some(joined(set, inner));
                    continue;
                }
                '&' if self.ahead(1) == Some('&') => {
                    self.at += 2;
                    let right = self.right_side()?;
                    if !singles.is_empty() {
                        set = Some(joined(set, Set::Union(std::mem::take(&mut singles))));
                    }
                    if right.is_some() {
                        last.clone_from(&right);
                    }
                    set = Some(match (set, right, last.clone()) {
                        (None, Some(right), _) => right,
                        (Some(left), _, Some(right)) => Set::Both(Box::new(left), Box::new(right)),
                        (Some(left), _, None) => left,
                        (None, None, _) => return Err(fault("`&&` has nothing on one side")),
                    });
                    continue;
                }
                ']' if set.is_some() || !singles.is_empty() => {
                    self.at += usize::from(consume);
                    let all = if singles.is_empty() { set } else { Some(joined(set, Set::Union(singles))) };
                    return Ok(all.unwrap_or(Set::Union(Vec::new())).complement_if(negative));
                }
                _ => {}
            }
            match self.item()? {
                Item::Single(single) => {
                    last = Some(single.clone());
                    singles.push(single);
                }
                Item::Several(several) => {
                    last = Some(several.clone());
                    set = Some(joined(set, several));
                }
            }
        }
    }

    /// What stands behind `&&`.
    fn right_side(&mut self) -> Read<Option<Set>> {
        let mut right = None;
        loop {
            let next = match self.peek() {
                None => return Err(fault("a class `[` is not closed")),
                Some(']' | '&') => return Ok(right),
                Some('[') => {
                    self.at += 1;
                    self.deeper(Self::class)?
                }
                Some(_) => self.deeper(|parser| parser.class_until(false))?,
            };
            right = Some(joined(right, next));
        }
    }

    /// A character, a range or a class by its name.
    fn item(&mut self) -> Read<Item> {
        let Some(first) = self.peek() else { return Err(fault("a class `[` is not closed")) };
        self.at += 1;
        let first = if first != '\\' {
            first
        } else {
            match self.escape_in_class()? {
                Ok(character) => character,
                Err(set) => return Ok(Item::Several(set)),
            }
        };
        if self.peek() == Some('-') && !matches!(self.ahead(1), Some('[' | ']') | None) {
            self.at += 1;
            let Some(mut last) = self.peek() else { return Err(fault("a class `[` is not closed")) };
            self.at += 1;
            if last == '\\' {
                last = self.escape_in_class()?.map_err(|_| fault("a range ends with a class"))?;
            }
            if last < first {
                return Err(fault(format!("the range `{first}-{last}` ends before it begins")));
            }
            return Ok(Item::Several(self.cased(first, last)));
        }
        Ok(Item::Single(self.cased(first, first)))
    }

    /// A range, without regard to case when the flags say so.
    fn cased(&self, first: char, last: char) -> Set {
        let range = Set::Range(first, last);
        let mut sets = vec![range.clone()];
        match self.flags.case() {
            Case::Exact => return range,
            Case::Ascii => {
                let part = |low: char, high: char| {
                    let (low, high) = (first.max(low), last.min(high));
                    (low <= high).then_some((low, high))
                };
                sets.extend(part('a', 'z').map(|(a, b)| Set::Range(a.to_ascii_uppercase(), b.to_ascii_uppercase())));
                sets.extend(part('A', 'Z').map(|(a, b)| Set::Range(a.to_ascii_lowercase(), b.to_ascii_lowercase())));
            }
            Case::Unicode if u32::from(last) - u32::from(first) < MOST_FOLDED => {
                sets.extend((first..=last).flat_map(same_letters).filter(|c| !range.contains(*c)).map(Set::single));
            }
            Case::Unicode => {}
        }
        if sets.len() == 1 { range } else { Set::Union(sets) }
    }
}

enum Item {
    Single(Set),
    Several(Set),
}

fn joined(set: Option<Set>, more: Set) -> Set {
    match set {
        None => more,
        Some(Set::Union(mut sets)) => {
            sets.push(more);
            Set::Union(sets)
        }
        Some(set) => Set::Union(vec![set, more]),
    }
}
