//! Does many independent pieces of work on a few threads: updates mostly wait for the disk.

use std::sync::Mutex;

/// Threads that work at once.
const THREADS: usize = 6;

/// Does `work` for every item and returns what it gave, in any order.
pub fn for_each<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let items = Mutex::new(items);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let Some(item) = items.lock().expect("no thread panicked").pop() else { break };
                    let result = work(item);
                    results.lock().expect("no thread panicked").push(result);
                }
            });
        }
    });
    results.into_inner().expect("no thread panicked")
}
