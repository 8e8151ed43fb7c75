//! The order of datasets in which each stands after what it reads, and the circles that prevent one.
//!
//! An order of all datasets always exists here: the reads of a circle are reported and then left out of account.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use lakesmith_diagnostic::Span;

/// `reader` needs `read` first, because of what stands at `span`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The dataset that comes first.
    pub read: usize,
    /// The dataset that comes after it.
    pub reader: usize,
    /// The reason.
    pub span: Span,
}

/// An order of `0..count`, ties by number, and the circles found, each as its links in order.
///
/// Circles share no link, so that each can be broken by itself and no fault is told twice.
pub fn sort(count: usize, links: &[Link]) -> (Vec<usize>, Vec<Vec<Link>>) {
    let mut links = links.to_vec();
    let mut circles = Vec::new();
    loop {
        let order = peel(count, &links);
        if order.len() == count {
            return (order, circles);
        }
        let Some(circle) = shortest_circle(&core(count, &links)) else { return (order, circles) };
        links.retain(|link| !circle.iter().any(|other| (other.read, other.reader) == (link.read, link.reader)));
        circles.push(circle);
    }
}

/// Takes datasets whose reads are all taken, lowest number first, as long as there are any.
fn peel(count: usize, links: &[Link]) -> Vec<usize> {
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut open = vec![0_usize; count];
    for link in links {
        readers[link.read].push(link.reader);
        open[link.reader] += 1;
    }
    let mut ready: BTreeSet<usize> = (0..count).filter(|dataset| open[*dataset] == 0).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(next) = ready.pop_first() {
        order.push(next);
        for reader in &readers[next] {
            open[*reader] -= 1;
            if open[*reader] == 0 {
                ready.insert(*reader);
            }
        }
    }
    order
}

/// The links among datasets that neither forward nor backward peeling takes: those on circles and between circles.
fn core(count: usize, links: &[Link]) -> Vec<Link> {
    let forward: BTreeSet<usize> = peel(count, links).into_iter().collect();
    let turned: Vec<Link> = links.iter().map(|link| Link { read: link.reader, reader: link.read, ..*link }).collect();
    let backward: BTreeSet<usize> = peel(count, &turned).into_iter().collect();
    let inside = |dataset: usize| !forward.contains(&dataset) && !backward.contains(&dataset);
    links.iter().filter(|link| inside(link.read) && inside(link.reader)).copied().collect()
}

/// The links from each dataset to its readers.
type Readers = BTreeMap<usize, Vec<Link>>;

/// A circle with the fewest links; of equally short ones the one that begins at the lowest number.
fn shortest_circle(links: &[Link]) -> Option<Vec<Link>> {
    let mut readers = Readers::new();
    for link in links {
        readers.entry(link.read).or_default().push(*link);
    }
    let mut best: Option<Vec<Link>> = None;
    for start in readers.keys() {
        let circle = circle_from(*start, &readers);
        let is_shorter = |circle: &Vec<Link>| best.as_ref().is_none_or(|best| circle.len() < best.len());
        if let Some(circle) = circle.filter(is_shorter) {
            best = Some(circle);
        }
    }
    best
}

/// The shortest way from `start` back to itself.
fn circle_from(start: usize, readers: &Readers) -> Option<Vec<Link>> {
    let mut reached: BTreeMap<usize, Link> = BTreeMap::new(); // by which link
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for link in readers.get(&at).into_iter().flatten() {
            if link.reader == start {
                return Some(way_back(start, *link, &reached));
            }
            reached.entry(link.reader).or_insert_with(|| {
                open.push_back(link.reader);
                *link
            });
        }
    }
    None
}

fn way_back(start: usize, last: Link, reached: &BTreeMap<usize, Link>) -> Vec<Link> {
    let mut way = vec![last];
    let mut at = last.read;
    while at != start {
        let Some(link) = reached.get(&at) else { break };
        way.push(*link);
        at = link.read;
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use lakesmith_diagnostic::SourceMap;

    use super::*;

    fn links(pairs: &[(usize, usize)]) -> Vec<Link> {
        let span = Span::new(SourceMap::default().add_file("a.sql", ""), 0, 0);
        pairs.iter().map(|(read, reader)| Link { read: *read, reader: *reader, span }).collect()
    }

    fn circles(count: usize, pairs: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let (order, circles) = sort(count, &links(pairs));
        assert_eq!(order.len(), count);
        circles.iter().map(|circle| circle.iter().map(|link| link.read).collect()).collect()
    }

    #[test]
    fn readers_stand_after_what_they_read() {
        let (order, circles) = sort(4, &links(&[(3, 0), (0, 1), (3, 2)]));
        assert_eq!(order, [3, 0, 1, 2]);
        assert!(circles.is_empty());
    }

    #[test]
    fn two_circles_are_two_even_when_one_feeds_the_other() {
        assert_eq!(circles(5, &[(0, 1), (1, 0), (1, 2), (2, 3), (3, 2), (3, 4)]), [vec![0, 1], vec![2, 3]]);
    }

    #[test]
    fn a_dataset_that_reads_itself_is_a_circle() {
        assert_eq!(circles(2, &[(0, 0), (0, 1)]), [vec![0]]);
    }

    #[test]
    fn circles_that_share_a_read_are_one_message_each_at_most() {
        assert_eq!(circles(3, &[(0, 1), (1, 0), (1, 2), (2, 0)]), [vec![0, 1]]);
    }

    #[test]
    fn a_long_circle_is_found_as_one() {
        let pairs: Vec<(usize, usize)> = (0..1000).map(|at| (at, (at + 1) % 1000)).collect();
        assert_eq!(circles(1000, &pairs)[0].len(), 1000);
    }
}
