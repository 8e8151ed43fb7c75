//! The order of cells within their columns, chosen so that few links cross.
//!
//! Sweeps to and fro move each cell to the mean of its neighbours (the barycentre method); what crosses least is kept. Ties keep
//! the order of definition, so the same graph always gives the same picture.

use super::drawing::Drawing;
use super::ranks::{Cell, Ranks, Segment};

/// Sweeps over all columns; more have never made a picture better.
const SWEEPS: usize = 24;

/// Orders the cells of every column.
pub(super) fn order(ranks: &mut Ranks, drawing: &Drawing) {
    let (left, right) = ranks.neighbours();
    let mut columns = ranks.columns.clone();
    let mut best = (count(&columns, ranks, drawing), columns.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let is_forward = sweep % 2 == 0;
        let numbers: Vec<usize> =
            if is_forward { (0..columns.len()).collect() } else { (0..columns.len()).rev().collect() };
        let mut place = places(&columns, ranks.cells.len());
        for number in numbers {
            let wish = |cell: &usize| {
                let near = if is_forward { &left[*cell] } else { &right[*cell] };
                mean(near.iter().map(|segment| {
                    let other = if is_forward { segment.left } else { segment.right };
                    place[other] + if is_forward { 0.0 } else { within(segment, drawing, ranks) / 1000.0 }
                }))
                .unwrap_or(place[*cell])
            };
            let mut wished: Vec<(f64, usize)> = columns[number].iter().map(|cell| (wish(cell), *cell)).collect();
            wished.sort_by(|a, b| a.0.total_cmp(&b.0));
            columns[number] = wished.into_iter().map(|(_, cell)| cell).collect();
            set_places(&columns[number], &mut place);
        }
        let crossings = count(&columns, ranks, drawing);
        if crossings < best.0 {
            best = (crossings, columns.clone());
        }
    }
    ranks.columns = best.1;
}

/// The mean; `None` of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// Where every cell stands in its column, from 0 to 1.
fn places(columns: &[Vec<usize>], cells: usize) -> Vec<f64> {
    let mut place = vec![0.0; cells];
    for column in columns {
        set_places(column, &mut place);
    }
    place
}

fn set_places(column: &[usize], place: &mut [f64]) {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    for (index, cell) in column.iter().enumerate() {
        place[*cell] = (number(index) + 0.5) / number(column.len());
    }
}

/// How far down its card a segment ends, from 0 to 1.
fn within(segment: &Segment, drawing: &Drawing, ranks: &Ranks) -> f64 {
    match ranks.cells[segment.right] {
        Cell::Card(card) => drawing.cards[card].port(segment.row) / drawing.cards[card].height(),
        Cell::Bend => 0.5,
    }
}

/// How many pairs of segments cross.
fn count(columns: &[Vec<usize>], ranks: &Ranks, drawing: &Drawing) -> usize {
    let mut index = vec![(0, 0); ranks.cells.len()];
    for (number, column) in columns.iter().enumerate() {
        for (place, cell) in column.iter().enumerate() {
            index[*cell] = (number, place);
        }
    }
    let mut between: Vec<Vec<(usize, usize, usize)>> = vec![Vec::new(); columns.len()];
    for segment in &ranks.segments {
        let (column, from) = index[segment.left];
        let port = match ranks.cells[segment.right] {
            Cell::Card(card) => segment.row.map_or(0, |row| (row + 1).min(drawing.cards[card].rows.len())),
            Cell::Bend => 0,
        };
        between[column].push((from, index[segment.right].1, port));
    }
    between.into_iter().map(inversions).sum()
}

/// Pairs whose ends stand in the other order than their beginnings, by a tree of counts.
fn inversions(mut segments: Vec<(usize, usize, usize)>) -> usize {
    segments.sort_unstable();
    let mut ends: Vec<(usize, usize)> = segments.iter().map(|(_, to, port)| (*to, *port)).collect();
    ends.sort_unstable();
    ends.dedup();
    let mut tree = vec![0_usize; ends.len() + 1];
    let (mut crossings, mut seen) = (0, 0);
    let mut start = 0;
    while start < segments.len() {
        let end = segments[start..].iter().take_while(|segment| segment.0 == segments[start].0).count() + start;
        let of = |segment: &(usize, usize, usize)| ends.binary_search(&(segment.1, segment.2)).unwrap_or_default() + 1;
        for segment in &segments[start..end] {
            let (mut at, mut not_above) = (of(segment), 0);
            while at > 0 {
                not_above += tree[at];
                at &= at - 1;
            }
            crossings += seen - not_above;
        }
        for segment in &segments[start..end] {
            let mut at = of(segment);
            while at < tree.len() {
                tree[at] += 1;
                at += at & at.wrapping_neg();
            }
            seen += 1;
        }
        start = end;
    }
    crossings
}

#[cfg(test)]
mod tests {
    use super::inversions;

    #[test]
    fn pairs_that_cross_are_counted_once_and_shared_ends_never() {
        assert_eq!(inversions(vec![(0, 1, 0), (1, 0, 0)]), 1);
        assert_eq!(inversions(vec![(0, 0, 0), (1, 0, 0), (0, 1, 0)]), 1);
        assert_eq!(inversions(vec![(0, 0, 0), (0, 1, 0), (1, 1, 0)]), 0);
        assert_eq!(inversions(vec![(0, 2, 0), (1, 1, 0), (2, 0, 0)]), 3);
        assert_eq!(inversions(vec![(0, 0, 1), (1, 0, 0)]), 1);
    }
}
