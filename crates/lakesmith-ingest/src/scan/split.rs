//! [`spread`]: which partition reads which part of which file.

use serde::{Deserialize, Serialize};

use crate::listing::FoundFile;

/// A file is cut only into parts that are not smaller than this.
const SMALLEST_PART: u64 = 4 << 20;

/// The lines of a file that start at `start` or later and before `end`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilePart {
    /// Position of the file in the scan's list.
    pub(crate) file: usize,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// Spreads files over at most `partitions` partitions, so that each reads about as many bytes. Files that cannot be cut go first,
/// the largest before the others; the others are laid end to end and cut where a partition has its share. Within a partition the
/// order of the files stays. At least one partition comes back.
pub(crate) fn spread(
    files: &[FoundFile],
    partitions: usize,
    is_splittable: impl Fn(&FoundFile) -> bool,
) -> Vec<Vec<FilePart>> {
    let mut groups = vec![Group::default(); partitions.max(1)];
    let (splittable, mut whole): (Vec<usize>, Vec<usize>) = (0..files.len()).partition(|at| is_splittable(&files[*at]));
    whole.sort_by_key(|at| std::cmp::Reverse(files[*at].size));
    for file in whole {
        if let Some(group) = groups.iter_mut().min_by_key(|group| (group.bytes, group.parts.len())) {
            group.add(FilePart { file, start: 0, end: files[file].size });
        }
    }
    let mut bytes_left: u64 = splittable.iter().map(|at| files[*at].size).sum();
    let mut open = (0..groups.len()).collect::<std::collections::VecDeque<_>>();
    for file in splittable {
        let size = files[file].size;
        let mut start = 0;
        loop {
            let share = share(open.iter().map(|group| groups[*group].bytes), bytes_left);
            let Some(group) = open.front().map(|group| &mut groups[*group]) else { break };
            let room = share.saturating_sub(group.bytes);
            let rest = size - start;
            let is_last = open.len() == 1;
            let cut = match () {
                () if is_last || rest <= room || rest < 2 * SMALLEST_PART && rest / 2 <= room => rest,
                () if rest < 2 * SMALLEST_PART || room < SMALLEST_PART => 0,
                () => room.min(rest - SMALLEST_PART),
            };
            if cut > 0 || rest == 0 {
                group.add(FilePart { file, start, end: start + cut });
                bytes_left -= cut;
                start += cut;
            }
            if start >= size {
                break;
            }
            open.pop_front();
        }
    }
    groups.retain(|group| !group.parts.is_empty());
    if groups.is_empty() {
        return vec![Vec::new()];
    }
    groups.into_iter().map(Group::into_parts).collect()
}

/// How many bytes each of the groups should hold in the end, so that all of them hold the same; one that holds more already is
/// left out.
fn share(held: impl Iterator<Item = u64>, bytes_left: u64) -> u64 {
    let mut held: Vec<u64> = held.collect();
    held.sort_unstable();
    let mut sum = bytes_left;
    let mut share = 0;
    for (count, bytes) in (1u64..).zip(held) {
        if count > 1 && bytes >= share {
            break;
        }
        sum += bytes;
        share = sum.div_ceil(count);
    }
    share
}

/// The parts of a partition.
#[derive(Debug, Clone, Default)]
struct Group {
    bytes: u64,
    parts: Vec<FilePart>,
}

impl Group {
    fn add(&mut self, part: FilePart) {
        self.bytes += part.end - part.start;
        self.parts.push(part);
    }

    fn into_parts(mut self) -> Vec<FilePart> {
        self.parts.sort_unstable_by_key(|part| (part.file, part.start));
        self.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(size: u64) -> FoundFile {
        FoundFile { path: "/f".into(), uri: String::new(), size, modified_micros: 0 }
    }

    #[test]
    fn parts_cover_every_file_once_and_are_balanced() {
        let files = [file(10), file(1 << 30), file(0), file(300 << 20), file(5)];
        for partitions in [1, 2, 3, 16] {
            let groups = spread(&files, partitions, |_| true);
            assert!(groups.len() <= partitions);
            let mut all: Vec<FilePart> = groups.iter().flatten().cloned().collect();
            all.sort_by_key(|part| (part.file, part.start));
            for (at, file) in files.iter().enumerate() {
                let parts: Vec<_> = all.iter().filter(|part| part.file == at).collect();
                assert_eq!((parts[0].start, parts[parts.len() - 1].end), (0, file.size));
                assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start));
            }
            let bytes = |group: &Vec<FilePart>| group.iter().map(|part| part.end - part.start).sum::<u64>();
            let (most, least) = (groups.iter().map(bytes).max().unwrap(), groups.iter().map(bytes).min().unwrap());
            assert!(most - least <= 2 * SMALLEST_PART, "{partitions}: {most} {least}");
        }
        assert_eq!(spread(&[], 4, |_| true), [vec![]]);
        assert_eq!(spread(&[file(1 << 30)], 4, |_| false)[0].len(), 1);
    }

    #[test]
    fn equal_files_are_cut_where_they_do_not_come_out_even() {
        let files: Vec<FoundFile> = (0..9).map(|_| file(90 << 20)).collect();
        let groups = spread(&files, 2, |_| true);
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5]);
        assert_eq!((groups[0][4].end, groups[1][0].start), (45 << 20, 45 << 20));
    }

    #[test]
    fn files_that_cannot_be_cut_leave_the_others_less_room() {
        let files = [file(100 << 20), file(60 << 20), file(40 << 20)];
        let groups = spread(&files, 2, |file| file.size < 100 << 20);
        let parts: Vec<Vec<usize>> = groups.iter().map(|group| group.iter().map(|part| part.file).collect()).collect();
        assert_eq!(parts, [vec![0], vec![1, 2]]);
    }

    #[test]
    fn small_files_are_never_cut() {
        let files: Vec<FoundFile> = (0..100).map(|size| file(size << 10)).collect();
        for partitions in [1, 2, 7, 200] {
            let groups = spread(&files, partitions, |_| true);
            assert_eq!(groups.iter().map(Vec::len).sum::<usize>(), 100, "{partitions}");
        }
    }
}
