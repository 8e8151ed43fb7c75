//! [`Machine`]: matches by trying one way after the other, as Java does, with a bound on the steps taken.

use super::parse::is_terminator;
use super::program::{Program, Step};
use super::set::{Class, same_letters};
use super::syntax::{Case, Place, UNLIMITED};

/// Steps after which the search at one text is given up. Java would go on, for years if need be.
const MOST_STEPS: u64 = 50_000_000;

/// The search took too many steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted;

/// A place that is not set.
const UNSET: usize = usize::MAX;

/// What is tried or taken back when a way ends.
#[derive(Debug)]
enum Entry {
    /// Another way.
    Way {
        step: usize,
        at: usize,
    },
    /// The characters of a run may be fewer, down to `least`.
    Fewer {
        step: usize,
        at: usize,
        least: usize,
    },
    /// The characters of the run at `step` may be more.
    More {
        step: usize,
        at: usize,
        left: u32,
    },
    Slot {
        slot: usize,
        was: usize,
    },
    Loop {
        number: usize,
        was: (u32, usize),
    },
}

/// A search in a text.
#[derive(Debug)]
pub(super) struct Machine<'t> {
    program: &'t Program,
    text: &'t str,
    /// Begin and end of the match and of each group.
    slots: Vec<usize>,
    loops: Vec<(u32, usize)>,
    stack: Vec<Entry>,
    steps: u64,
    previous: usize,
}

impl<'t> Machine<'t> {
    pub fn new(program: &'t Program, text: &'t str, groups: usize) -> Self {
        Self {
            program,
            text,
            slots: vec![UNSET; 2 * (groups + 1)],
            loops: vec![(0, UNSET); program.loops],
            stack: Vec::new(),
            steps: 0,
            previous: 0,
        }
    }

    /// Looks for a match at or behind `from`; `previous` is where the last one ended.
    pub fn find(&mut self, from: usize, previous: usize) -> Result<bool, Exhausted> {
        self.previous = previous;
        let text = self.text;
        let starts = text[from..].char_indices().map(|(at, character)| (from + at, Some(character)));
        for (start, character) in starts.chain([(text.len(), None)]) {
            if let Some(first) = &self.program.first
                && !character.is_some_and(|character| first.contains(character))
            {
                continue;
            }
            self.slots.fill(UNSET);
            self.stack.clear();
            if let Some(end) = self.run(0, start, None)? {
                (self.slots[0], self.slots[1]) = (start, end);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Begin and end of the match or of a group.
    pub fn group(&self, number: usize) -> Option<(usize, usize)> {
        match (self.slots.get(2 * number), self.slots.get(2 * number + 1)) {
            (Some(start), Some(end)) if *start != UNSET && *end != UNSET => Some((*start, *end)),
            _ => None,
        }
    }

    fn next(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next()
    }

    fn last(&self, at: usize) -> Option<char> {
        self.text[..at].chars().next_back()
    }

    /// Where the steps from `step` to `Accept` end; with a `target`, only there.
    fn run(&mut self, mut step: usize, mut at: usize, target: Option<usize>) -> Result<Option<usize>, Exhausted> {
        let base = self.stack.len();
        loop {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return Err(Exhausted);
            }
            let program = self.program;
            let next = match &program.steps[step] {
                Step::Accept if target.is_none_or(|target| target == at) => {
                    // other ways are forgotten; what was set can still be taken back
                    let mut kept = base;
                    for entry in base..self.stack.len() {
                        if matches!(self.stack[entry], Entry::Slot { .. } | Entry::Loop { .. }) {
                            self.stack.swap(kept, entry);
                            kept += 1;
                        }
                    }
                    self.stack.truncate(kept);
                    return Ok(Some(at));
                }
                Step::Accept => None,
                Step::Char(character) => {
                    self.text[at..].starts_with(*character).then(|| (step + 1, at + character.len_utf8()))
                }
                Step::Class(class) => {
                    let found = self.next(at).filter(|character| class.contains(*character));
                    found.map(|character| (step + 1, at + character.len_utf8()))
                }
                Step::Run { class, least, most, lazy } => self.run_of(class, (*least, *most), *lazy, step, at),
                Step::Save(slot) => {
                    self.stack.push(Entry::Slot { slot: *slot, was: self.slots[*slot] });
                    self.slots[*slot] = at;
                    Some((step + 1, at))
                }
                Step::Split(first, second) => {
                    self.stack.push(Entry::Way { step: *second, at });
                    Some((*first, at))
                }
                Step::Jump(to) => Some((*to, at)),
                Step::Place(place) => self.is_at(*place, at).then_some((step + 1, at)),
                Step::Back { group, case } => self.back(*group, *case, at).map(|end| (step + 1, end)),
                Step::Begin(number) => {
                    self.set_loop(*number, (0, UNSET));
                    Some((step + 1, at))
                }
                Step::Loop { number, least, most, lazy, end } => {
                    let (count, begin) = self.loops[*number];
                    if begin == at || count >= *most {
                        Some((*end, at))
                    } else if count < *least {
                        self.set_loop(*number, (count + 1, at));
                        Some((step + 1, at))
                    } else if *lazy {
                        // going round is a way of its own, so the count is set when it is taken
                        self.stack.push(Entry::More { step, at, left: count });
                        Some((*end, at))
                    } else {
                        self.stack.push(Entry::Way { step: *end, at });
                        self.set_loop(*number, (count + 1, at));
                        Some((step + 1, at))
                    }
                }
                Step::Atomic { end } => self.run(step + 1, at, None)?.map(|to| (*end, to)),
                Step::Look { behind, negative, end } => {
                    let before = self.stack.len();
                    let found = self.look(step + 1, at, *behind)?;
                    if *negative || !found {
                        self.take_back(before);
                    }
                    (found != *negative).then_some((*end, at))
                }
            };
            match next.or_else(|| self.other_way(base)) {
                Some(next) => (step, at) = next,
                None => return Ok(None),
            }
        }
    }

    fn look(&mut self, step: usize, at: usize, behind: Option<(usize, usize)>) -> Result<bool, Exhausted> {
        let Some((low, high)) = behind else { return Ok(self.run(step, at, None)?.is_some()) };
        let text = self.text;
        let starts = std::iter::once(at).chain(text[..at].char_indices().rev().map(|(start, _)| start));
        for (distance, start) in starts.enumerate() {
            if distance > high {
                break;
            }
            if distance >= low && self.run(step, start, Some(at))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The way that was passed over last, above `base`.
    fn other_way(&mut self, base: usize) -> Option<(usize, usize)> {
        while self.stack.len() > base {
            match self.stack.pop()? {
                Entry::Way { step, at } => return Some((step, at)),
                Entry::Fewer { step, at, least } => {
                    let fewer = at - self.last(at).map_or(0, char::len_utf8);
                    if fewer > least {
                        self.stack.push(Entry::Fewer { step, at: fewer, least });
                    }
                    return Some((step, fewer));
                }
                Entry::More { step, at, left } => match &self.program.steps[step] {
                    Step::Run { class, .. } => {
                        let Some(character) = self.next(at).filter(|c| left > 0 && class.contains(*c)) else {
                            continue;
                        };
                        let at = at + character.len_utf8();
                        let left = if left == UNLIMITED { UNLIMITED } else { left - 1 };
                        self.stack.push(Entry::More { step, at, left });
                        return Some((step + 1, at));
                    }
                    Step::Loop { number, .. } => {
                        self.set_loop(*number, (left + 1, at));
                        return Some((step + 1, at));
                    }
                    _ => {}
                },
                Entry::Slot { slot, was } => self.slots[slot] = was,
                Entry::Loop { number, was } => self.loops[number] = was,
            }
        }
        None
    }

    fn take_back(&mut self, base: usize) {
        while self.stack.len() > base {
            match self.stack.pop() {
                Some(Entry::Slot { slot, was }) => self.slots[slot] = was,
                Some(Entry::Loop { number, was }) => self.loops[number] = was,
                _ => {}
            }
        }
    }

    fn set_loop(&mut self, number: usize, value: (u32, usize)) {
        self.stack.push(Entry::Loop { number, was: self.loops[number] });
        self.loops[number] = value;
    }

    fn run_of(
        &mut self,
        class: &Class,
        (least, most): (u32, u32),
        lazy: bool,
        step: usize,
        at: usize,
    ) -> Option<(usize, usize)> {
        let (mut end, mut count, mut enough) = (at, 0u32, at);
        let wanted = if lazy { least } else { most };
        for character in self.text[at..].chars() {
            if count >= wanted || !class.contains(character) {
                break;
            }
            end += character.len_utf8();
            count += 1;
            if count == least {
                enough = end;
            }
        }
        self.steps += u64::from(count);
        if count < least {
            return None;
        }
        if lazy {
            let left = if most == UNLIMITED { UNLIMITED } else { most - least };
            self.stack.push(Entry::More { step, at: end, left });
        } else if end > enough {
            self.stack.push(Entry::Fewer { step: step + 1, at: end, least: enough });
        }
        Some((step + 1, end))
    }

    fn back(&self, group: usize, case: Case, at: usize) -> Option<usize> {
        let (start, end) = self.group(group)?;
        let wanted = &self.text[start..end];
        if case == Case::Exact {
            return self.text[at..].starts_with(wanted).then(|| at + wanted.len());
        }
        let mut found = self.text[at..].chars();
        let mut length = 0;
        for wanted in wanted.chars() {
            let character = found.next()?;
            let is_same = match case {
                Case::Unicode => character == wanted || same_letters(wanted).contains(&character),
                _ => character.eq_ignore_ascii_case(&wanted),
            };
            if !is_same {
                return None;
            }
            length += character.len_utf8();
        }
        Some(at + length)
    }

    fn is_at(&self, place: Place, at: usize) -> bool {
        let (rest, last) = (&self.text[at..], self.last(at));
        match place {
            Place::Start => at == 0,
            Place::End => rest.is_empty(),
            Place::Previous => at == self.previous,
            Place::LastLine { unix: true } => rest.is_empty() || rest == "\n",
            Place::LastLine { unix: false } => match rest {
                "" | "\r\n" | "\r" | "\u{85}" | "\u{2028}" | "\u{2029}" => true,
                "\n" => last != Some('\r'),
                _ => false,
            },
            // there is no line behind the last terminator
            Place::LineStart { .. } if rest.is_empty() => false,
            Place::LineStart { unix: true } => last.is_none_or(|last| last == '\n'),
            Place::LineStart { unix: false } => match last {
                Some('\r') => !rest.starts_with('\n'),
                last => last.is_none_or(is_terminator),
            },
            Place::LineEnd { unix: true } => rest.is_empty() || rest.starts_with('\n'),
            Place::LineEnd { unix: false } => match rest.chars().next() {
                Some('\n') => last != Some('\r'),
                next => next.is_none_or(is_terminator),
            },
            Place::Word { unicode, negative } => {
                let is_left = self.is_word(last, unicode, at - last.map_or(0, char::len_utf8));
                let is_right = self.is_word(rest.chars().next(), unicode, at);
                (is_left != is_right) != negative
            }
        }
    }

    /// Whether a character, which stands at `at`, is one of a word. A mark belongs to what it stands upon.
    fn is_word(&self, character: Option<char>, unicode: bool, at: usize) -> bool {
        let Some(character) = character else { return false };
        if character.is_ascii() {
            return character == '_' || character.is_ascii_alphanumeric();
        }
        if unicode {
            return super::words().unicode.contains(character);
        }
        let words = super::words();
        if words.letters.contains(character) {
            return true;
        }
        if !words.marks.contains(character) {
            return false;
        }
        let before = self.text[..at].chars().rev().find(|c| !words.marks.contains(*c));
        before.is_some_and(|base| words.letters.contains(base))
    }
}
