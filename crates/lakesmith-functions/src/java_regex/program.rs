//! [`Program`]: the steps that [`super::machine`] takes for a pattern.

use super::set::{Class, Set};
use super::syntax::{Case, Kind, Node, Place, UNLIMITED};

/// One step. Steps follow each other unless they say otherwise.
#[derive(Debug)]
pub(super) enum Step {
    Char(char),
    Class(Class),
    /// Characters of a class, one by one.
    Run {
        class: Class,
        least: u32,
        most: u32,
        lazy: bool,
    },
    /// The place in a slot.
    Save(usize),
    /// First one way, then the other.
    Split(usize, usize),
    Jump(usize),
    Place(Place),
    Back {
        group: usize,
        case: Case,
    },
    /// A loop begins.
    Begin(usize),
    /// Whether a loop goes round once more, to the next step, or ends.
    Loop {
        number: usize,
        least: u32,
        most: u32,
        lazy: bool,
        end: usize,
    },
    /// What follows up to `Accept` matches once; then the step at `end`.
    Atomic {
        end: usize,
    },
    /// What follows up to `Accept` is looked for ahead, or behind at so many characters.
    Look {
        behind: Option<(usize, usize)>,
        negative: bool,
        end: usize,
    },
    Accept,
}

/// The steps of a pattern.
#[derive(Debug)]
pub(super) struct Program {
    pub steps: Vec<Step>,
    /// How many loops it has.
    pub loops: usize,
    /// Characters that a match can begin with; nothing when it can be empty.
    pub first: Option<Class>,
}

impl Program {
    pub fn new(node: &Node) -> Self {
        let first = first(node).map(Class::new);
        let mut program = Self { steps: Vec::new(), loops: 0, first };
        program.emit(node);
        program.steps.push(Step::Accept);
        program
    }

    fn emit(&mut self, node: &Node) {
        match node {
            Node::Empty => {}
            Node::Char(character) => self.steps.push(Step::Char(*character)),
            Node::Class(class) => self.steps.push(Step::Class(class.clone())),
            Node::Concat(nodes) => nodes.iter().for_each(|node| self.emit(node)),
            Node::Either(nodes) => self.either(nodes),
            Node::Capture(number, node) => {
                self.steps.push(Step::Save(2 * number));
                self.emit(node);
                self.steps.push(Step::Save(2 * number + 1));
            }
            Node::Repeat { node, least, most, kind: Kind::Possessive } => {
                self.nested(|end| Step::Atomic { end }, |program| program.repeat(node, *least, *most, false));
            }
            Node::Repeat { node, least, most, kind } => self.repeat(node, *least, *most, *kind == Kind::Lazy),
            Node::Atomic(node) => self.nested(|end| Step::Atomic { end }, |program| program.emit(node)),
            Node::Look { node, behind, negative } => {
                let (low, high) = node.width();
                let behind = behind.then_some((low, high.unwrap_or(usize::MAX)));
                let look = |end| Step::Look { behind, negative: *negative, end };
                self.nested(look, |program| program.emit(node));
            }
            Node::Back { group, case } => self.steps.push(Step::Back { group: *group, case: *case }),
            Node::Place(place) => self.steps.push(Step::Place(*place)),
        }
    }

    fn nested(&mut self, step: impl Fn(usize) -> Step, emit: impl FnOnce(&mut Self)) {
        let at = self.steps.len();
        self.steps.push(step(0));
        emit(self);
        self.steps.push(Step::Accept);
        self.steps[at] = step(self.steps.len());
    }

    fn either(&mut self, nodes: &[Node]) {
        let mut ends = Vec::new();
        for (number, node) in nodes.iter().enumerate() {
            if number + 1 == nodes.len() {
                self.emit(node);
                break;
            }
            let split = self.steps.len();
            self.steps.push(Step::Split(split + 1, 0));
            self.emit(node);
            ends.push(self.steps.len());
            self.steps.push(Step::Jump(0));
            self.steps[split] = Step::Split(split + 1, self.steps.len());
        }
        for end in ends {
            self.steps[end] = Step::Jump(self.steps.len());
        }
    }

    fn repeat(&mut self, node: &Node, least: u32, most: u32, lazy: bool) {
        match node {
            Node::Char(character) => {
                let class = Class::new(Set::single(*character));
                self.steps.push(Step::Run { class, least, most, lazy });
            }
            Node::Class(class) => self.steps.push(Step::Run { class: class.clone(), least, most, lazy }),
            _ if least == 0 && most == 1 => {
                let split = self.steps.len();
                self.steps.push(Step::Split(split + 1, 0));
                self.emit(node);
                let end = self.steps.len();
                self.steps[split] = if lazy { Step::Split(end, split + 1) } else { Step::Split(split + 1, end) };
            }
            _ => {
                let number = self.loops;
                self.loops += 1;
                self.steps.push(Step::Begin(number));
                let at = self.steps.len();
                self.steps.push(Step::Loop { number, least, most, lazy, end: 0 });
                self.emit(node);
                self.steps.push(Step::Jump(at));
                self.steps[at] = Step::Loop { number, least, most, lazy, end: self.steps.len() };
            }
        }
    }
}

/// The characters that a match of the node begins with; nothing when that is not known.
fn first(node: &Node) -> Option<Set> {
    match node {
        Node::Char(character) => Some(Set::single(*character)),
        Node::Class(class) => Some(class.set.clone()),
        Node::Concat(nodes) => {
            let mut sets = Vec::new();
            for node in nodes {
                match node {
                    Node::Place(_) | Node::Look { .. } => {}
                    Node::Repeat { node, least: 0, most, .. } if *most > 0 => sets.push(first(node)?),
                    node => {
                        sets.push(first(node)?);
                        return Some(Set::Union(sets));
                    }
                }
            }
            None
        }
        Node::Either(nodes) => nodes.iter().map(first).collect::<Option<_>>().map(Set::Union),
        Node::Capture(_, node) | Node::Atomic(node) => first(node),
        Node::Repeat { node, least: 1..=UNLIMITED, .. } => first(node),
        _ => None,
    }
}
