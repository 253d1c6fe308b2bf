//! The same work for many items, on every processor.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::terminal::progress;

/// The results for `items`, in their order; shows how far it is where a person looks.
pub(super) fn map<T: Sync, R: Send>(
    what: &'static str,
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let bar = progress(Some(items.len() as u64), what);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let take_turns = || {
        let mut done = Vec::new();
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(item) = items.get(at)
        {
            done.push((at, work(item)));
            bar.inc(1);
        }
        done
    };
    let mut all: Vec<(usize, R)> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(take_turns)).collect();
        running
            .into_iter()
            .flat_map(|thread| thread.join().expect("a panic of the work goes on here"))
            .collect()
    });
    bar.finish_and_clear();
    all.sort_unstable_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_keep_the_order_of_their_items() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(
            super::map("doubling", &items, |n| n * 2),
            items.iter().map(|n| n * 2).collect::<Vec<_>>()
        );
    }
}
