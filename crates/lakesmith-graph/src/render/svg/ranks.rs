//! [`Ranks`]: the column of every card, and the bends of links that pass columns.
//!
//! A card stands right of all it reads, by the longest path, and what reads nothing stands just left of its first reader.
//! Links from one card share their bends, so that a table with many readers does not draw a bundle.

use std::collections::BTreeMap;

use super::drawing::{Drawing, Link};

/// Cards and bends in columns, from left to right. A cell is a number in [`Ranks::cells`].
#[derive(Debug, Default)]
pub(super) struct Ranks {
    pub(super) cells: Vec<Cell>,
    pub(super) columns: Vec<Vec<usize>>,
    pub(super) segments: Vec<Segment>,
}

/// What stands in a column. The first cells are the cards, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    Card(usize),
    Bend,
}

/// A part of a link, from one column to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) left: usize,
    pub(super) right: usize,
    /// The row where it ends, when it ends at a card.
    pub(super) row: Option<usize>,
    pub(super) is_streaming: bool,
}

impl Ranks {
    /// The columns of a drawing; links of circles that run backward are left out.
    pub(super) fn of(drawing: &Drawing) -> Self {
        let rank = ranks(drawing);
        let mut found = Self { cells: (0..drawing.cards.len()).map(Cell::Card).collect(), ..Self::default() };
        found.columns = vec![Vec::new(); rank.iter().max().map_or(0, |last| last + 1)];
        for (card, rank) in rank.iter().enumerate() {
            found.columns[*rank].push(card);
        }
        let mut bends = BTreeMap::new();
        for link in drawing.links.iter().filter(|link| !link.is_backward()) {
            let mut left = link.from;
            for column in rank[link.from] + 1..rank[link.to] {
                left = *bends.entry((link.from, link.is_streaming, column)).or_insert_with(|| {
                    let bend = found.cells.len();
                    found.cells.push(Cell::Bend);
                    found.columns[column].push(bend);
                    let is_streaming = link.is_streaming;
                    found.segments.push(Segment { left, right: bend, row: None, is_streaming });
                    bend
                });
            }
            let Link { to, row, is_streaming, .. } = *link;
            found.segments.push(Segment { left, right: to, row, is_streaming });
        }
        found
    }

    /// For every cell the segments that reach it from the left, and those that leave it to the right.
    pub(super) fn neighbours(&self) -> (Vec<Vec<Segment>>, Vec<Vec<Segment>>) {
        let (mut left, mut right) = (vec![Vec::new(); self.cells.len()], vec![Vec::new(); self.cells.len()]);
        for segment in &self.segments {
            left[segment.right].push(*segment);
            right[segment.left].push(*segment);
        }
        (left, right)
    }
}

fn ranks(drawing: &Drawing) -> Vec<usize> {
    let mut rank = vec![0; drawing.cards.len()];
    let forward: Vec<&Link> = drawing.links.iter().filter(|link| !link.is_backward()).collect();
    let mut into: Vec<Vec<usize>> = vec![Vec::new(); drawing.cards.len()];
    let mut first_reader: Vec<Option<usize>> = vec![None; drawing.cards.len()];
    for link in &forward {
        into[link.to].push(link.from);
    }
    for card in 0..rank.len() {
        rank[card] = into[card].iter().map(|from| rank[*from] + 1).max().unwrap_or(0);
    }
    for link in &forward {
        let reader = rank[link.to];
        first_reader[link.from] = Some(first_reader[link.from].map_or(reader, |known| known.min(reader)));
    }
    for card in 0..rank.len() {
        if let (true, Some(reader)) = (into[card].is_empty(), first_reader[card]) {
            rank[card] = reader - 1;
        }
    }
    rank
}
