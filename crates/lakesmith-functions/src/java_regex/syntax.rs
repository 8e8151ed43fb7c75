//! The tree of a regular expression.

use super::set::Class;

/// A part of a regular expression.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// Nothing.
    Empty,
    /// A character.
    Char(char),
    /// A character of a set.
    Class(Class),
    /// One after the other.
    Concat(Vec<Node>),
    /// The first that leads to a match.
    Either(Vec<Node>),
    /// A group that is remembered under a number.
    Capture(usize, Box<Node>),
    /// Repetition.
    Repeat { node: Box<Node>, least: u32, most: u32, kind: Kind },
    /// A part whose first match is final.
    Atomic(Box<Node>),
    /// What must or must not follow here, or precede.
    Look { node: Box<Node>, behind: bool, negative: bool },
    /// What a group has matched.
    Back { group: usize, case: Case },
    /// A place.
    Place(Place),
}

/// How much a repetition takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Greedy,
    Lazy,
    Possessive,
}

/// Which letters are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Exact,
    Ascii,
    Unicode,
}

/// A place between two characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `\A`, and `^` outside of multi-line mode.
    Start,
    /// `\z`.
    End,
    /// `\Z`, and `$` outside of multi-line mode: at the end, or before a last line terminator.
    LastLine { unix: bool },
    /// `^` in multi-line mode.
    LineStart { unix: bool },
    /// `$` in multi-line mode.
    LineEnd { unix: bool },
    /// `\b`; with `(?U)` by Unicode's words.
    Word { unicode: bool, negative: bool },
    /// `\G`.
    Previous,
}

/// The most that a repetition without a limit repeats.
pub(super) const UNLIMITED: u32 = u32::MAX;

impl Node {
    /// Whether it can match nothing.
    pub fn is_nullable(&self) -> bool {
        match self {
            Self::Char(_) | Self::Class(_) => false,
            Self::Empty | Self::Look { .. } | Self::Back { .. } | Self::Place(_) => true,
            Self::Concat(nodes) => nodes.iter().all(Self::is_nullable),
            Self::Either(nodes) => nodes.iter().any(Self::is_nullable),
            Self::Capture(_, node) | Self::Atomic(node) => node.is_nullable(),
            Self::Repeat { node, least, .. } => *least == 0 || node.is_nullable(),
        }
    }

    /// The fewest and most characters that it matches; no most when that has no bound.
    pub fn width(&self) -> (usize, Option<usize>) {
        match self {
            Self::Char(_) | Self::Class(_) => (1, Some(1)),
            Self::Empty | Self::Look { .. } | Self::Place(_) => (0, Some(0)),
            Self::Back { .. } => (0, None),
            Self::Concat(nodes) => nodes.iter().map(Self::width).fold((0, Some(0)), |(low, high), (l, h)| {
                (low + l, high.zip(h).map(|(high, h)| high.saturating_add(h)))
            }),
            Self::Either(nodes) => {
                let widths: Vec<_> = nodes.iter().map(Self::width).collect();
                let low = widths.iter().map(|(low, _)| *low).min().unwrap_or(0);
                (low, widths.iter().map(|(_, high)| *high).try_fold(0, |most, high| Some(most.max(high?))))
            }
            Self::Capture(_, node) | Self::Atomic(node) => node.width(),
            Self::Repeat { node, least, most, .. } => {
                let (low, high) = node.width();
                let is_single = matches!(**node, Self::Char(_) | Self::Class(_));
                let high = match (high, *most) {
                    (high, 1) if *least == 0 => high,
                    // Java knows no bound for groups that match several lengths, and takes any for single characters
                    _ if !is_single && !node.is_fixed() => None,
                    (Some(0), _) => Some(0),
                    (Some(1), UNLIMITED) => Some(usize::MAX),
                    (_, UNLIMITED) => None,
                    (high, most) => high.and_then(|high| high.checked_mul(most as usize)),
                };
                (low.saturating_mul(*least as usize), high)
            }
        }
    }

    /// Whether it has one way to match only.
    fn is_fixed(&self) -> bool {
        match self {
            Self::Either(_) | Self::Back { .. } => false,
            Self::Concat(nodes) => nodes.iter().all(Self::is_fixed),
            Self::Capture(_, node) | Self::Atomic(node) => node.is_fixed(),
            Self::Repeat { node, least, most, .. } => least == most && node.is_fixed(),
            _ => true,
        }
    }
}
