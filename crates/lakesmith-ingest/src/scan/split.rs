//! [`spread`]: which partition reads which part of which file.

use serde::{Deserialize, Serialize};

use crate::listing::FoundFile;

/// Files that are not compressed are cut when they are larger, and into parts not smaller than about this.
const SMALLEST_PART: u64 = 64 << 20;

/// Parts for each partition that a scan is cut into when it is large, so that they can be spread evenly.
const PARTS_EACH: u64 = 4;

/// The lines of a file that start at `start` or later and before `end`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilePart {
    /// Position of the file in the scan's list.
    pub(crate) file: usize,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// Spreads files over at most `partitions` partitions, so that each reads about as many bytes. Within a partition the order
/// of the files stays. At least one partition comes back.
pub(crate) fn spread(
    files: &[FoundFile],
    partitions: usize,
    is_splittable: impl Fn(&FoundFile) -> bool,
) -> Vec<Vec<FilePart>> {
    let partitions = partitions.max(1);
    let total: u64 = files.iter().map(|file| file.size).sum();
    let part_size = total.div_ceil(partitions as u64 * PARTS_EACH).max(SMALLEST_PART);
    let mut parts = Vec::with_capacity(files.len());
    for (at, file) in files.iter().enumerate() {
        let count = if is_splittable(file) { file.size.div_ceil(part_size).max(1) } else { 1 };
        // Equal parts, so that the last one is not a crumb.
        let size = file.size.div_ceil(count);
        parts.extend((0..count).map(|part| FilePart {
            file: at,
            start: part * size,
            end: ((part + 1) * size).min(file.size),
        }));
    }
    let mut largest_first: Vec<usize> = (0..parts.len()).collect();
    largest_first.sort_by_key(|part| std::cmp::Reverse(parts[*part].end - parts[*part].start));
    let mut groups: Vec<(u64, Vec<usize>)> = vec![(0, Vec::new()); partitions.min(parts.len()).max(1)];
    for part in largest_first {
        if let Some((bytes, group)) = groups.iter_mut().min_by_key(|(bytes, group)| (*bytes, group.len())) {
            *bytes += parts[part].end - parts[part].start;
            group.push(part);
        }
    }
    groups
        .into_iter()
        .map(|(_, mut group)| {
            group.sort_unstable();
            group.into_iter().map(|part| parts[part].clone()).collect()
        })
        .collect()
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
            let total: u64 = files.iter().map(|file| file.size).sum();
            assert!(
                most - least <= (total / (4 * partitions as u64)).max(64 << 20) + 1,
                "{partitions}: {most} {least}"
            );
        }
        assert_eq!(spread(&[], 4, |_| true), [vec![]]);
        assert_eq!(spread(&[file(1 << 30)], 4, |_| false)[0].len(), 1);
    }
}
