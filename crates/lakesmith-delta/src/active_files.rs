//! [`ActiveFiles`]: the data files of a version, kept up to date commit by commit.
//!
//! Taking over a commit costs what the commit holds, even while clones of the handle share the list: changes are noted beside a
//! shared base and folded into it when the list is asked for, which costs as much as the list is long anyway.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::action::DataFile;

/// So many commits are noted at most before they are folded into the base.
const NOTED_COMMITS: usize = 256;

/// The files of a version.
#[derive(Debug, Clone, Default)]
pub(crate) struct ActiveFiles {
    base: Arc<BTreeMap<String, Arc<DataFile>>>,
    since: Vec<Arc<Change>>,
}

#[derive(Debug)]
struct Change {
    removes: Vec<DataFile>,
    adds: Vec<DataFile>,
}

impl ActiveFiles {
    /// Takes over what a commit does; removals first, since a commit may write a file's statistics anew.
    pub(crate) fn apply(&mut self, removes: Vec<DataFile>, adds: Vec<DataFile>) {
        if removes.is_empty() && adds.is_empty() {
            return;
        }
        self.since.push(Arc::new(Change { removes, adds }));
        if self.since.len() >= NOTED_COMMITS {
            self.fold();
        }
    }

    /// All files, ordered by path.
    pub(crate) fn list(&mut self) -> impl Iterator<Item = &DataFile> {
        self.fold();
        self.base.values().map(Arc::as_ref)
    }

    fn fold(&mut self) {
        if self.since.is_empty() {
            return;
        }
        let base = Arc::make_mut(&mut self.base);
        for change in std::mem::take(&mut self.since) {
            for file in &change.removes {
                base.remove(&file.path);
            }
            base.extend(change.adds.iter().map(|file| (file.path.clone(), Arc::new(file.clone()))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::file;

    #[test]
    fn clones_go_their_own_ways() {
        let mut files = ActiveFiles::default();
        files.apply(Vec::new(), vec![file("a"), file("b")]);
        let mut other = files.clone();
        files.apply(vec![file("a")], vec![file("c")]);
        for number in 0..2 * NOTED_COMMITS {
            other.apply(vec![file("b")], vec![file(&format!("n{number}"))]);
        }
        assert_eq!(files.list().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(other.list().count(), 1 + 2 * NOTED_COMMITS);
    }
}
