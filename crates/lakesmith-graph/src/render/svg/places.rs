//! [`Places`]: where every card and bend is drawn.
//!
//! Columns are as wide as their widest card. In a column, cells come as near to their neighbours as their order and gaps allow:
//! the least sum of squares under these bounds, which merging neighbours that press on each other gives exactly.

use super::crossings::mean;
use super::drawing::{Card, Drawing};
use super::ranks::{Cell, Ranks, Segment};

/// Room above, below and beside everything.
pub(super) const MARGIN: f64 = 28.0;
/// Room between two columns.
const BETWEEN: f64 = 84.0;
/// Room between two cards.
const GAP: f64 = 22.0;
/// Room beside a bend.
const BEND_GAP: f64 = 13.0;
/// Sweeps over all columns.
const SWEEPS: usize = 16;
/// Width of a character of a name, of a detail and of a flow's name. Names are set in a font whose characters are equally wide.
const CHARACTER: f64 = 7.9;
const SMALL: f64 = 6.3;
const ROW_CHARACTER: f64 = 6.7;

/// Places by cell.
#[derive(Debug)]
pub(super) struct Places {
    /// Left edge of each column, and how wide it is.
    pub(super) columns: Vec<(f64, f64)>,
    /// The column of each cell.
    pub(super) column_of: Vec<usize>,
    /// Upper edge of each cell.
    pub(super) top: Vec<f64>,
    /// Right and lower edge of everything.
    pub(super) size: (f64, f64),
}

impl Places {
    /// Places for ordered columns, below a heading that is `above` high.
    pub(super) fn of(ranks: &Ranks, drawing: &Drawing, above: f64) -> Self {
        let height = |cell: &usize| match ranks.cells[*cell] {
            Cell::Card(card) => drawing.cards[card].height(),
            Cell::Bend => 0.0,
        };
        let heights: Vec<f64> = (0..ranks.cells.len()).map(|cell| height(&cell)).collect();
        let mut top = stacked(ranks, &heights);
        let (left, right) = ranks.neighbours();
        for sweep in 0..=SWEEPS {
            let uses = |forward: bool| sweep == SWEEPS || (sweep % 2 == 0) == forward;
            let numbers: Vec<usize> =
                if uses(true) { (0..ranks.columns.len()).collect() } else { (0..ranks.columns.len()).rev().collect() };
            for number in numbers {
                let column = &ranks.columns[number];
                let wishes: Vec<(f64, f64)> = column
                    .iter()
                    .map(|cell| {
                        let from_left = left[*cell].iter().filter(|_| uses(true)).map(|segment| {
                            top[segment.left] + port(ranks, drawing, segment.left, None)
                                - entry(ranks, drawing, segment)
                        });
                        let from_right = right[*cell].iter().filter(|_| uses(false)).map(|segment| {
                            top[segment.right] + entry(ranks, drawing, segment) - port(ranks, drawing, *cell, None)
                        });
                        let weight = if ranks.cells[*cell] == Cell::Bend { 4.0 } else { 1.0 };
                        mean(from_left.chain(from_right)).map_or((top[*cell], 0.05), |wish| (wish, weight))
                    })
                    .collect();
                let distances: Vec<f64> = column
                    .windows(2)
                    .map(|pair| heights[pair[0]] + gap(ranks, pair[0]).min(gap(ranks, pair[1])))
                    .collect();
                for (cell, place) in column.iter().zip(nearest(&wishes, &distances)) {
                    top[*cell] = place;
                }
            }
        }
        straighten(ranks, drawing, &heights, &mut top);
        let highest = top.iter().copied().fold(f64::INFINITY, f64::min);
        for place in &mut top {
            *place = (*place - highest + MARGIN + above).round();
        }
        let mut column_of = vec![0; ranks.cells.len()];
        let mut columns = Vec::new();
        let mut x = MARGIN;
        for (number, column) in ranks.columns.iter().enumerate() {
            for cell in column {
                column_of[*cell] = number;
            }
            let cards = column.iter().filter_map(|cell| match ranks.cells[*cell] {
                Cell::Card(card) => Some(width(&drawing.cards[card])),
                Cell::Bend => None,
            });
            let width = cards.fold(0.0, f64::max).ceil();
            columns.push((x, width));
            x += width + BETWEEN;
        }
        let lowest = top.iter().zip(&heights).map(|(top, height)| top + height).fold(0.0, f64::max);
        Self { columns, column_of, top, size: (x - BETWEEN + MARGIN, lowest + MARGIN) }
    }
}

/// Makes lines straight that are nearly so, where a cell has one neighbour at its left and room to move.
fn straighten(ranks: &Ranks, drawing: &Drawing, heights: &[f64], top: &mut [f64]) {
    let (left, _) = ranks.neighbours();
    for column in &ranks.columns {
        for (index, cell) in column.iter().enumerate() {
            let [segment] = left[*cell].as_slice() else { continue };
            let wish = top[segment.left] + exit(ranks, drawing, segment) - entry(ranks, drawing, segment);
            let distance = |other: &usize| gap(ranks, *cell).min(gap(ranks, *other));
            let above = index.checked_sub(1).map(|above| &column[above]);
            let fits_above = above.is_none_or(|other| top[*other] + heights[*other] + distance(other) <= wish);
            let below = column.get(index + 1);
            let fits_below = below.is_none_or(|other| wish + heights[*cell] + distance(other) <= top[*other]);
            if (wish - top[*cell]).abs() < 10.0 && fits_above && fits_below {
                top[*cell] = wish;
            }
        }
    }
}

/// Where a segment leaves a cell, or a link enters it, from its upper edge.
fn port(ranks: &Ranks, drawing: &Drawing, cell: usize, row: Option<usize>) -> f64 {
    match ranks.cells[cell] {
        Cell::Card(card) => drawing.cards[card].port(row),
        Cell::Bend => 0.0,
    }
}

/// Where a segment enters its right cell, from that cell's upper edge.
pub(super) fn entry(ranks: &Ranks, drawing: &Drawing, segment: &Segment) -> f64 {
    port(ranks, drawing, segment.right, segment.row)
}

/// Where a segment leaves its left cell, from that cell's upper edge.
pub(super) fn exit(ranks: &Ranks, drawing: &Drawing, segment: &Segment) -> f64 {
    port(ranks, drawing, segment.left, None)
}

fn gap(ranks: &Ranks, cell: usize) -> f64 {
    if ranks.cells[cell] == Cell::Bend { BEND_GAP } else { GAP }
}

/// Every column with its cells one below the other, about a common middle.
fn stacked(ranks: &Ranks, heights: &[f64]) -> Vec<f64> {
    let mut top = vec![0.0; heights.len()];
    for column in &ranks.columns {
        let whole: f64 = column.iter().map(|cell| heights[*cell] + gap(ranks, *cell)).sum();
        let mut y = -whole / 2.0;
        for cell in column {
            top[*cell] = y;
            y += heights[*cell] + gap(ranks, *cell);
        }
    }
    top
}

/// Places as near as possible to the wishes (place and weight), each at least its distance below the one before.
fn nearest(wishes: &[(f64, f64)], distances: &[f64]) -> Vec<f64> {
    // blocks of cells that touch: sum of weighted wishes, weight, number of cells
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    let mut offset = 0.0;
    for (index, (wish, weight)) in wishes.iter().enumerate() {
        if index > 0 {
            offset += distances[index - 1];
        }
        blocks.push(((wish - offset) * weight, *weight, 1));
        while let [.., (upper, upper_weight, count), (lower, lower_weight, more)] = blocks[..]
            && upper / upper_weight > lower / lower_weight
        {
            blocks.pop();
            blocks.pop();
            blocks.push((upper + lower, upper_weight + lower_weight, count + more));
        }
    }
    let starts = blocks.iter().flat_map(|(sum, weight, count)| std::iter::repeat_n(sum / weight, *count));
    let mut offset = 0.0;
    starts
        .enumerate()
        .map(|(index, start)| {
            if index > 0 {
                offset += distances[index - 1];
            }
            start + offset
        })
        .collect()
}

/// How wide a card must be for its texts.
fn width(card: &Card) -> f64 {
    let cells = |text: &str| {
        let cells: u32 = text.chars().map(|character| if character < '\u{1100}' { 1 } else { 2 }).sum();
        f64::from(cells)
    };
    let rows = card.rows.iter().map(|row| 24.0 + cells(&row.name) * ROW_CHARACTER + 14.0 + cells(row.kind) * SMALL);
    let head = 42.0 + (cells(&card.name) * CHARACTER).max(cells(&card.detail) * SMALL);
    rows.fold(head, f64::max) + 16.0
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn wishes_that_are_far_apart_are_met_and_others_share_what_is_missing() {
        assert_eq!(nearest(&[(0.0, 1.0), (50.0, 1.0)], &[10.0]), [0.0, 50.0]);
        assert_eq!(nearest(&[(20.0, 1.0), (20.0, 1.0)], &[10.0]), [15.0, 25.0]);
        assert_eq!(nearest(&[(20.0, 3.0), (20.0, 1.0)], &[10.0]), [17.5, 27.5]);
        assert_eq!(nearest(&[(30.0, 1.0), (12.0, 1.0), (0.0, 1.0)], &[10.0, 10.0]), [4.0, 14.0, 24.0]);
    }
}
